// SPDX-License-Identifier: BSD-3-Clause
#include <Qombu/browser.h>

#include <QTest>
#include <QtQml/qqmlapplicationengine.h>
#include <QtQuick/qquickitem.h>
#include <QtQuick/qquickwindow.h>

using namespace Qombu;

// The example of the documentation, loaded as it stands and used as a person would.
class tst_Example : public QObject
{
    Q_OBJECT

    static QQuickItem *find(QQuickItem *item, const char *type)
    {
        if (item->inherits(type))
            return item;
        const auto children = item->childItems();
        for (QQuickItem *child : children) {
            if (QQuickItem *found = find(child, type))
                return found;
        }
        return nullptr;
    }

private Q_SLOTS:
    void aClickPublishesAndTheLabelShowsIt()
    {
        QQmlApplicationEngine engine;
        engine.addImportPath(QStringLiteral(QML_MODULES));
        QStringList warnings;
        connect(&engine, &QQmlApplicationEngine::warnings, this,
                [&](const QList<QQmlError> &errors) {
                    for (const QQmlError &error : errors)
                        warnings.append(error.toString());
                });
        engine.load(QUrl::fromLocalFile(QStringLiteral(QML_FOLDER "/Example.qml")));
        QVERIFY2(!engine.rootObjects().isEmpty(), qPrintable(warnings.join(QLatin1Char('\n'))));
        auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().first());
        QVERIFY(window);
        window->resize(240, 120);
        QVERIFY(QTest::qWaitForWindowExposed(window));
        QQuickItem *button = find(window->contentItem(), "QQuickButton");
        QQuickItem *label = find(window->contentItem(), "QQuickLabel");
        QVERIFY(button && label);
        QCOMPARE(label->property("text").toString(), QString());

        const QPointF middle = button->mapToScene({button->width() / 2, button->height() / 2});
        QTest::mouseClick(window, Qt::LeftButton, {}, middle.toPoint());
        QTRY_COMPARE(label->property("text").toString(), QStringLiteral("7"));

        const QImage picture = window->grabWindow();
        QVERIFY(!picture.isNull());
        if (const QString file = qEnvironmentVariable("QOMBU_SAVE_PICTURE"); !file.isEmpty())
            QVERIFY(picture.save(file));

        // It was acknowledged: nothing is left or held.
        Connection connection(QStringLiteral("memory://example"));
        QTRY_COMPARE(Browser(&connection).inventory().wait()->unacked, 0);
        QVERIFY2(warnings.isEmpty(), qPrintable(warnings.join(QLatin1Char('\n'))));
    }
};

QTEST_MAIN(tst_Example)
#include "tst_example.moc"
