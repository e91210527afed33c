// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/serverspeech.h"
#include "support/testmain.h"
#include "transports/amqp/wire/fieldtable.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace std::chrono_literals;

class tst_Handshake : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void greetsFirst();
    void logsIn_data();
    void logsIn();
    void saysWhoItIs();
    void agreesOnLimits_data();
    void agreesOnLimits();
    void opensTheVirtualHost();
    void isReadyAtTheEnd();
    void endsWhenItIsRefused_data();
    void endsWhenItIsRefused();
    void tellsWhatTheEndOfTheStreamMeans();
    void endsWhenNothingComes_data();
    void endsWhenNothingComes();
};

// The arguments of the only method in there.
static QByteArray arguments(const QByteArray &output, qsizetype at = 0)
{
    return output.mid(at + 11).chopped(1);
}

void tst_Handshake::greetsFirst()
{
    AmqpSession session({});
    QVERIFY(!session.nextDeadline());
    session.start(T0);
    QCOMPARE(session.takeOutput(), hex("41 4d 51 50 00 00 09 01"));
    QVERIFY(!session.isReady());
    QCOMPARE(session.openChannel(T0), 0);
}

void tst_Handshake::logsIn_data()
{
    QTest::addColumn<QByteArray>("mechanism");
    QTest::addColumn<QByteArray>("response");
    QTest::newRow("PLAIN") << QByteArray("PLAIN") << QByteArray("\0\xC3\xBCser\0p\0s", 10);
    QTest::newRow("AMQPLAIN") << QByteArray("AMQPLAIN")
                              << shortString("LOGIN") + 'S' + longString("\xC3\xBCser")
            + shortString("PASSWORD") + 'S' + longString(QByteArray("p\0s", 3));
    QTest::newRow("EXTERNAL") << QByteArray("EXTERNAL") << QByteArray();
}

void tst_Handshake::logsIn()
{
    QFETCH(QByteArray, mechanism);
    QFETCH(QByteArray, response);
    AmqpSession session({.user = QStringLiteral("üser"),
                         .password = QString::fromLatin1("p\0s", 3),
                         .mechanism = mechanism});
    session.start(T0);
    session.takeOutput();
    session.feed(startMethod("EXTERNAL AMQPLAIN PLAIN"), T0);
    const QByteArray output = session.takeOutput();
    QCOMPARE(frameTexts(output), QByteArrayList{"0 connection.start-ok"});
    const QByteArray end = shortString(mechanism) + longString(response) + shortString("en_US");
    QVERIFY(arguments(output).endsWith(end));
}

void tst_Handshake::saysWhoItIs()
{
    const QVariantMap wanted{
        {QStringLiteral("product"), QStringLiteral("mine")},
        {QStringLiteral("capabilities"),
         QVariantMap{{QStringLiteral("more"), true}, {QStringLiteral("basic.nack"), false}}}};
    AmqpSession session({.connectionName = QStringLiteral("worker 1"), .clientProperties = wanted});
    session.start(T0);
    session.takeOutput();
    session.feed(startMethod(), T0);
    const QByteArray start = arguments(session.takeOutput());
    const auto properties = readTable(start.first(start.indexOf("\5PLAIN")));
    QVERIFY(properties);
    QCOMPARE(properties->value(QStringLiteral("product")), QVariant(QStringLiteral("mine")));
    QCOMPARE(properties->value(QStringLiteral("connection_name")),
             QVariant(QStringLiteral("worker 1")));
    const QVariantMap capabilities = properties->value(QStringLiteral("capabilities")).toMap();
    QCOMPARE(
        capabilities.keys(),
        (QStringList{QStringLiteral("authentication_failure_close"), QStringLiteral("basic.nack"),
                     QStringLiteral("connection.blocked"), QStringLiteral("consumer_cancel_notify"),
                     QStringLiteral("exchange_exchange_bindings"), QStringLiteral("more"),
                     QStringLiteral("publisher_confirms")}));
    QCOMPARE(capabilities.value(QStringLiteral("basic.nack")), QVariant(true));
}

void tst_Handshake::agreesOnLimits_data()
{
    QTest::addColumn<QList<int>>("ours"); // channels, frame, heartbeat
    QTest::addColumn<QList<int>>("theirs");
    QTest::addColumn<QList<int>>("agreed"); // none: refused
    const QList<int> usual{2047, 131072, 60};
    QTest::newRow("equal") << usual << usual << usual;
    QTest::newRow("they want less")
        << usual << QList<int>{100, 4096, 10} << QList<int>{100, 4096, 10};
    QTest::newRow("they offer more") << usual << QList<int>{65535, 1 << 20, 580} << usual;
    QTest::newRow("they have no limit") << usual << QList<int>{0, 0, 0} << usual;
    QTest::newRow("we have no limit")
        << QList<int>{0, 131072, 60} << usual << QList<int>{2047, 131072, 60};
    QTest::newRow("nobody has one")
        << QList<int>{0, 131072, 60} << QList<int>{0, 0, 0} << QList<int>{65535, 131072, 60};
    QTest::newRow("no heartbeat") << QList<int>{2047, 131072, 0} << usual
                                  << QList<int>{2047, 131072, 0};
    QTest::newRow("sooner heartbeat")
        << QList<int>{2047, 131072, 10} << usual << QList<int>{2047, 131072, 10};
    QTest::newRow("ours is too small")
        << QList<int>{2047, 1000, 60} << usual << QList<int>{2047, 4096, 60};
    QTest::newRow("frames of 4095") << usual << QList<int>{2047, 4095, 60} << QList<int>();
    QTest::newRow("frames of 1") << usual << QList<int>{2047, 1, 60} << QList<int>();
}

void tst_Handshake::agreesOnLimits()
{
    QFETCH(QList<int>, ours);
    QFETCH(QList<int>, theirs);
    QFETCH(QList<int>, agreed);
    AmqpSession session({.heartbeatSeconds = quint16(ours[2]),
                         .channelMax = quint16(ours[0]),
                         .frameMax = quint32(ours[1])});
    session.start(T0);
    session.feed(startMethod(), T0);
    session.takeOutput();
    const Step step = session.feed(tuneMethod(theirs[0], quint32(theirs[1]), theirs[2]), T0);
    const QByteArray output = session.takeOutput();
    if (agreed.isEmpty()) {
        QCOMPARE(step.fatal.kind(), Error::Configuration);
        QCOMPARE(frameTexts(output), QByteArrayList{"0 connection.close"});
        return;
    }
    QCOMPARE(frameTexts(output), (QByteArrayList{"0 connection.tune-ok", "0 connection.open"}));
    QCOMPARE(arguments(output).first(8),
             QByteArray(u16(agreed[0]) + u32(quint32(agreed[1])) + u16(agreed[2])));
    session.feed(openOk(), T0);
    QCOMPARE(session.channelMax(), agreed[0]);
    QCOMPARE(session.frameMax(), quint32(agreed[1]));
    QCOMPARE(session.heartbeat(), std::chrono::seconds(agreed[2]));
}

void tst_Handshake::opensTheVirtualHost()
{
    AmqpSession session({.virtualHost = QStringLiteral("my/höst")});
    session.start(T0);
    session.feed(startMethod(), T0);
    session.takeOutput();
    session.feed(tuneMethod(), T0);
    const QByteArray output = session.takeOutput();
    QCOMPARE(arguments(output, 12 + 8), QByteArray(shortString("my/h\xC3\xB6st") + hex("00 00")));
}

void tst_Handshake::isReadyAtTheEnd()
{
    AmqpSession session({});
    session.start(T0);
    const Step step = session.feed(QByteArray(startMethod() + tuneMethod() + openOk()), T0);
    QCOMPARE(eventTexts(step), QByteArrayList{"ready"});
    QVERIFY(session.isReady());
    QCOMPARE(session.serverProperties().value(QStringLiteral("product")),
             QVariant(QStringLiteral("RabbitMQ")));
    QCOMPARE(session.nextDeadline(), T0 + 30s); // the heartbeat
}

void tst_Handshake::endsWhenItIsRefused_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<QByteArray>("mechanism");
    QTest::addColumn<Error::Kind>("kind");
    QTest::addColumn<QString>("word");
    QTest::addColumn<QByteArrayList>("frames"); // the last that we send
    const QByteArray plain = "PLAIN";
    const QByteArrayList closeOk{"0 connection.close-ok"};
    const QByteArrayList close{"0 connection.close"};
    QTest::newRow("password") << startMethod() + closeMethod(0, 403, "ACCESS_REFUSED - no") << plain
                              << Error::Authentication << "ACCESS_REFUSED" << closeOk;
    QTest::newRow("virtual host") << startMethod() + tuneMethod()
            + closeMethod(0, 530, "NOT_ALLOWED - vhost v not found")
                                  << plain << Error::Configuration << "\"v\"" << closeOk;
    QTest::newRow("no such mechanism")
        << startMethod("PLAIN EXTERNAL") << QByteArray("AMQPLAIN") << Error::Authentication
        << "PLAIN EXTERNAL" << QByteArrayList{"greeting"};
    QTest::newRow("part of a mechanism")
        << startMethod("AMQPLAIN") << plain << Error::Authentication << "AMQPLAIN"
        << QByteArrayList{"greeting"};
    QTest::newRow("unknown mechanism")
        << startMethod("PLAIN GSSAPI") << QByteArray("GSSAPI") << Error::Configuration << "GSSAPI"
        << QByteArrayList{"greeting"};
    QTest::newRow("one question more")
        << startMethod() + method(0, MethodId::ConnectionSecure, longString("?")) << plain
        << Error::Authentication << "PLAIN" << close;
    QTest::newRow("server of 0-8") << QByteArray("AMQP\1\1\x8\0", 8) << plain << Error::Protocol
                                   << "1-8" << QByteArrayList{"greeting"};
    QTest::newRow("start of 0-10")
        << method(0, MethodId::ConnectionStart, u8(0) + u8(10) + u32(0) + u32(0) + u32(0)) << plain
        << Error::Protocol << "0-10" << QByteArrayList{"greeting"};
    QTest::newRow("start twice") << startMethod() + startMethod() << plain << Error::Protocol
                                 << "connection.start" << close;
    QTest::newRow("tune first") << tuneMethod() << plain << Error::Protocol << "connection.tune"
                                << QByteArrayList{"greeting"};
    QTest::newRow("close first") << closeMethod(0, 320, "no") << plain << Error::Protocol
                                 << "connection.close" << QByteArrayList{"greeting"};
    QTest::newRow("open-ok too early")
        << startMethod() + openOk() << plain << Error::Protocol << "connection.open-ok" << close;
    QTest::newRow("tune twice") << startMethod() + tuneMethod() + tuneMethod() << plain
                                << Error::Protocol << "connection.tune" << close;
    QTest::newRow("channel too early") << startMethod() + method(1, MethodId::ChannelOpenOk, u32(0))
                                       << plain << Error::Protocol << "channel.open-ok" << close;
    QTest::newRow("content too early")
        << startMethod() + contentHeader(1, 0) << plain << Error::Protocol << "content" << close;
}

void tst_Handshake::endsWhenItIsRefused()
{
    QFETCH(QByteArray, said);
    QFETCH(QString, word);
    QFETCH(QByteArray, mechanism);
    QFETCH(QByteArrayList, frames);
    AmqpSession session({.mechanism = mechanism, .virtualHost = QStringLiteral("v")});
    session.start(T0);
    const Step step = session.feed(said, T0);
    QTEST(step.fatal.kind(), "kind");
    QVERIFY2(step.fatal.text().contains(word), qPrintable(step.fatal.text()));
    QVERIFY(!step.fatal.isRecoverable());
    QCOMPARE(frameTexts(session.takeOutput()).last(), frames.last());
    QVERIFY(step.events.empty());
    QVERIFY(!session.nextDeadline());
    QVERIFY(!session.feed(openOk(), T0).fatal.isError());
}

void tst_Handshake::tellsWhatTheEndOfTheStreamMeans()
{
    AmqpSession session({.virtualHost = QStringLiteral("vhost")});
    session.start(T0);
    QVERIFY(session.endOfStream().text().contains(QStringLiteral("TLS")));
    session.feed(startMethod(), T0);
    QVERIFY(session.endOfStream().text().contains(QStringLiteral("password")));
    session.feed(tuneMethod(), T0);
    QVERIFY(session.endOfStream().text().contains(QStringLiteral("vhost")));
    session.feed(openOk(), T0);
    QCOMPARE(session.endOfStream().kind(), Error::Connection);
    QVERIFY(session.endOfStream().isRecoverable());
}

void tst_Handshake::endsWhenNothingComes_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<QString>("awaited");
    QTest::newRow("silence") << QByteArray() << "connection.start ";
    QTest::newRow("half a start") << startMethod().chopped(1) << "connection.start ";
    QTest::newRow("no tune") << startMethod() << "connection.tune ";
    QTest::newRow("no open-ok") << startMethod() + tuneMethod() << "connection.open-ok ";
}

void tst_Handshake::endsWhenNothingComes()
{
    QFETCH(QByteArray, said);
    QFETCH(QString, awaited);
    AmqpSession session({});
    session.start(T0);
    session.feed(said, T0 + 3s);
    QVERIFY(session.nextDeadline() <= T0 + 10s);
    QVERIFY(!session.tick(T0 + 9s).fatal.isError());
    const Step step = session.tick(T0 + 10s);
    QCOMPARE(step.fatal.kind(), Error::Timeout);
    QVERIFY2(step.fatal.text().contains(awaited), qPrintable(step.fatal.text()));
    QVERIFY(step.fatal.isRecoverable());
}

QOMBU_TEST(tst_Handshake)
#include "tst_handshake.moc"
