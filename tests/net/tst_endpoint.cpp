// SPDX-License-Identifier: BSD-3-Clause
#include "net/endpoint.h"
#include "net/streamfactory.h"
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
    void saysThatThereIsNoTls();
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
    const auto stream =
        makeByteStream(Hub::current(), Endpoint::tcp(QStringLiteral("localhost"), 1), nullptr);
    QVERIFY(stream.isOk());
    QVERIFY(stream.value());
    QCOMPARE(stream.value()->bytesToWrite(), 0);
}

void tst_Endpoint::saysThatThereIsNoTls()
{
    const auto endpoint =
        Endpoint::tcp(QStringLiteral("example.org"), 6380, Endpoint::Security::Tls);
    const auto stream = makeByteStream(Hub::current(), endpoint, nullptr);
    QCOMPARE(stream.error().kind(), Error::Unsupported);
    QVERIFY(stream.error().text().contains(QStringLiteral("TLS")));
    QVERIFY(stream.error().text().contains(QStringLiteral("example.org:6380")));
    QVERIFY(!stream.error().isRecoverable());
}

QOMBU_TEST(tst_Endpoint)
#include "tst_endpoint.moc"
