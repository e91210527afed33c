// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "app/mainwindow.h"
#include "broker/brokersession.h"
#include "profiles/settings.h"
#include "views/inlinebanner.h"
#include "views/page.h"
#include "views/placestabs.h"

#include <QApplication>
#include <QtCore/qdir.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qpalette.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qstyle.h>
#include <QtWidgets/qtableview.h>

namespace InspectorTest {

constexpr int Patience = 30'000; // ms: RabbitMQ counts now and then

// The window over a RabbitMQ that can be asked about itself.
struct ManagedDesk
{
    explicit ManagedDesk(const QString &url)
        : settings(folder.filePath(QStringLiteral("inspector.ini")))
        , window(&session, &settings)
    {
        session.setInterval(std::chrono::milliseconds(200));
        window.show();
        window.openBroker(Qombu::BrokerUrl(url), Qombu::Inspector::Environment::None);
    }
    Qombu::Inspector::Page *page()
    {
        return window.findChild<Qombu::Inspector::PlacesTabs *>()->currentPage();
    }
    QTableView *table(const QString &name) { return page()->findChild<QTableView *>(name); }
    QString cell(const QString &name, int row, int column)
    {
        return table(name)->model()->index(row, column).data().toString();
    }
    // The cell of the row that is called so.
    QString cellOf(const QString &name, const QString &row, int column)
    {
        const QAbstractItemModel *model = table(name)->model();
        for (int i = 0; i < model->rowCount(); ++i) {
            if (model->index(i, 0).data().toString() == row)
                return model->index(i, column).data().toString();
        }
        return {};
    }
    QString footer()
    {
        const auto *label = page()->findChild<QLabel *>(QStringLiteral("pageFooter"));
        return label && label->isVisibleTo(&window) ? label->text() : QString();
    }
    QString banners()
    {
        QStringList texts;
        for (const auto *banner : window.findChildren<Qombu::Inspector::InlineBanner *>()) {
            if (banner->isVisibleTo(&window))
                texts.append(banner->text());
        }
        return texts.join(u'\n');
    }
    QString number(const QString &caption)
    {
        QStringList found;
        for (const QLabel *label : page()->findChildren<QLabel *>()) {
            if (label->isVisibleTo(&window) && label->accessibleName().startsWith(caption + u": "))
                found.append(label->text());
        }
        return found.join(u' ');
    }

    QTemporaryDir folder;
    Qombu::Inspector::Settings settings;
    Qombu::Inspector::BrokerSession session;
    Qombu::Inspector::MainWindow window;
};

// The window in both sizes that count, light and dark.
inline void takePictures(QWidget *window, const QString &name)
{
    QDir().mkpath(QStringLiteral(PICTURES));
    QPalette dark(QColor(0x37393d), QColor(0x2b2d30));
    dark.setColor(QPalette::Base, QColor(0x1e1f22));
    dark.setColor(QPalette::AlternateBase, QColor(0x25262a));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        dark.setColor(role, QColor(0xdfe1e5));
    for (const QSize size : {QSize(1280, 800), QSize(960, 600)}) {
        window->resize(size);
        for (const bool isDark : {false, true}) {
            QApplication::setPalette(isDark ? dark : QApplication::style()->standardPalette());
            QCoreApplication::processEvents();
            const QString file =
                name + u'-' + QString::number(size.width()) + (isDark ? u"-dark.png" : u".png");
            QVERIFY(window->grab().save(QStringLiteral(PICTURES) + u'/' + file));
        }
    }
    QApplication::setPalette(QApplication::style()->standardPalette());
}

} // namespace InspectorTest
