// SPDX-License-Identifier: BSD-3-Clause
#include "port/transportregistry.h"
#include "support/testmain.h"
#include "transports/memory/memorytransport.h"

#include <QTest>

using namespace Qombu;

class tst_MemoryTransport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isFoundByItsScheme()
    {
        const Result<TransportInfo> info = TransportRegistry::find(QStringLiteral("memory"));
        QVERIFY(info);
        QVERIFY(info->capabilities.testFlag(Capability::HigherPriorityFirst));
        QVERIFY(!info->capabilities.testFlag(Capability::HeadersExchange));
        QVERIFY(info->create());
    }

    void refusesALimitThatIsNone_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<QVariant>("option");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("none") << QStringLiteral("memory://x") << QVariant() << true;
        QTest::newRow("number") << QStringLiteral("memory://x") << QVariant(1024) << true;
        QTest::newRow("negative") << QStringLiteral("memory://x") << QVariant(-1) << false;
        QTest::newRow("text") << QStringLiteral("memory://x") << QVariant(QStringLiteral("much"))
                              << false;
        QTest::newRow("in the URL")
            << QStringLiteral("memory://x?maximum_bytes=1024") << QVariant() << true;
        QTest::newRow("text in the URL")
            << QStringLiteral("memory://x?maximum_bytes=much") << QVariant() << false;
    }
    void refusesALimitThatIsNone()
    {
        QFETCH(QString, url);
        QFETCH(QVariant, option);
        QFETCH(bool, accepted);
        ConnectionOptions options;
        if (option.isValid())
            options.transportOptions.insert(QStringLiteral("maximum_bytes"), option);
        const Error error = MemoryTransport().check(BrokerUrl(url), options);
        QCOMPARE(error.kind(), accepted ? Error::None : Error::Configuration);
        QCOMPARE(error.where(), accepted ? QString() : QStringLiteral("maximum_bytes"));
    }
};

QOMBU_TEST(tst_MemoryTransport)
#include "tst_memorytransport.moc"
