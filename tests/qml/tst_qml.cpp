// SPDX-License-Identifier: BSD-3-Clause
#include <Qombu/brokernotice.h>

#include <QtCore/qmetaobject.h>
#include <QtQml/qqmlcontext.h>
#include <QtQml/qqmlengine.h>
#include <QtQuickTest/quicktest.h>

// Stands for a broker that has something to tell.
class Teller : public QObject
{
    Q_OBJECT
public:
    Q_INVOKABLE void tell(QObject *connection, const QString &kind)
    {
        Qombu::BrokerNotice notice;
        const auto kinds = QMetaEnum::fromType<Qombu::BrokerNotice::Kind>();
        notice.kind = Qombu::BrokerNotice::Kind(kinds.keyToValue(kind.toLatin1().constData()));
        QMetaObject::invokeMethod(connection, "notice", Q_ARG(Qombu::BrokerNotice, notice));
    }
};

// Runs every tst_*.qml of this folder with the module of the build tree.
class Setup : public QObject
{
    Q_OBJECT
public Q_SLOTS:
    void qmlEngineAvailable(QQmlEngine *engine)
    {
        engine->addImportPath(QStringLiteral(QML_MODULES));
        engine->rootContext()->setContextProperty(QStringLiteral("teller"), &m_teller);
    }

private:
    Teller m_teller;
};

int main(int argc, char **argv)
{
    Setup setup;
    return quick_test_main_with_setup(argc, argv, "tst_qml", QML_FOLDER, &setup);
}

#include "tst_qml.moc"
