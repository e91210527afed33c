// SPDX-License-Identifier: BSD-3-Clause
#include "net/endpoint.h"
#include "net/streamfactory.h"
#include "net/tlsstream.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

using namespace Qombu;

class tst_Endpoint : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isNamedForPeople_data();
    void isNamedForPeople();
    void makesAStream();
};

void tst_Endpoint::isNamedForPeople_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<QString>("text");
    QTest::newRow("name") << QStringLiteral("localhost") << QStringLiteral("localhost:6379");
    QTest::newRow("IPv4") << QStringLiteral("127.0.0.1") << QStringLiteral("127.0.0.1:6379");
    QTest::newRow("IPv6") << QStringLiteral("::1") << QStringLiteral("[::1]:6379");
    QTest::newRow("IPv6 with brackets") << QStringLiteral("[::1]") << QStringLiteral("[::1]:6379");
}

void tst_Endpoint::isNamedForPeople()
{
    QFETCH(QString, host);
    QTEST(Endpoint::tcp(host, 6379).text(), "text");
    QCOMPARE(Endpoint::unixSocket(QStringLiteral("/run/redis.sock")).text(),
             QStringLiteral("/run/redis.sock"));
}

void tst_Endpoint::makesAStream()
{
    const Endpoint endpoint = Endpoint::tcp(QStringLiteral("localhost"), 1);
    TlsOptions tls;
    for (const bool isEncrypted : {false, true}) {
        tls.enabled = isEncrypted;
        const auto stream =
            streamsTo(endpoint, tls, std::chrono::seconds(1))(Hub::current(), nullptr);
        QVERIFY(stream);
        QCOMPARE(dynamic_cast<TlsStream *>(stream.get()) != nullptr, isEncrypted);
    }
}

QOMBU_TEST(tst_Endpoint)
#include "tst_endpoint.moc"
