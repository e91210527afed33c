// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/serverspeech.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace std::chrono_literals;

class tst_AmqpSessionFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void endsAtABadFrame_data();
    void endsAtABadFrame();
    void tellsTheBrokerWhichMethodWasBad();
    void takesNothingAfterTheEnd();
    void sendsHeartbeatsWhenNothingIsWritten();
    void sendsNoHeartbeatsWhenSomethingIsWritten();
    void endsWhenNothingIsHeard();
    void beatsNotWhereNobodyWantsIt();
    void endsWhenAnAnswerIsOverdue();
    void waitsWhileAnswersCome();
    void waitsForAClosingChannel();
    void survivesRandomBytes();
    void survivesChangedBytes();
};

static QByteArray deliverHead(int channel)
{
    return method(channel, MethodId::BasicDeliver,
                  shortString("t") + u64(1) + u8(0) + shortString("x") + shortString("k"));
}

// On a session with channels 1 and 2, of which 1 has asked for a message.
void tst_AmqpSessionFaults::endsAtABadFrame_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<int>("code");
    QByteArray wrongEnd = frame(8, 0, "");
    wrongEnd.back() = '\0';
    QTest::newRow("wrong end") << wrongEnd << 501;
    QTest::newRow("over the limit") << hex("03 0001 0001fff9") << 501;
    QTest::newRow("size 2^32-1") << hex("01 0000 ffffffff") << 501;
    QTest::newRow("unknown type") << frame(5, 0, "") << 0;
    QTest::newRow("greeting of another version") << QByteArray("AMQP\0\0\x8\0", 8) << 0;
    QTest::newRow("method of size 0") << frame(1, 1, "") << 502;
    QTest::newRow("method of three bytes") << frame(1, 0, "abc") << 502;
    QTest::newRow("heartbeat on a channel") << frame(8, 1, "") << 501;
    QTest::newRow("heartbeat with something in it") << frame(8, 0, "x") << 501;
    QTest::newRow("header on channel 0") << contentHeader(0, 0) << 505;
    QTest::newRow("body on channel 0") << body(0, "x") << 505;
    QTest::newRow("method on a channel that is not open") << deliverHead(3) << 504;
    QTest::newRow("close on a channel that is not open") << closeMethod(9, 404, "") << 504;
    QTest::newRow("header on a channel that is not open") << contentHeader(3, 0) << 504;
    QTest::newRow("body on a channel that is not open") << body(65535, "x") << 504;
    QTest::newRow("header without method") << contentHeader(1, 0) << 505;
    QTest::newRow("body without header") << body(1, "x") << 505;
    QTest::newRow("body before header") << deliverHead(1) + body(1, "x") << 505;
    QTest::newRow("second header")
        << deliverHead(1) + contentHeader(1, 2) + contentHeader(1, 2) << 505;
    QTest::newRow("method before header") << deliverHead(1) + deliverHead(1) << 505;
    QTest::newRow("method before body")
        << deliverHead(1) + contentHeader(1, 2) + method(1, MethodId::BasicGetEmpty, u8(0)) << 505;
    QTest::newRow("body longer than announced")
        << deliverHead(1) + contentHeader(1, 2) + body(1, "abc") << 501;
    QTest::newRow("body longer in its second frame")
        << deliverHead(1) + contentHeader(1, 2) + body(1, "a") + body(1, "bc") << 501;
    QTest::newRow("body after an empty one")
        << deliverHead(1) + contentHeader(1, 0) + body(1, "a") << 505;
    QTest::newRow("content of 2^64-1 bytes")
        << deliverHead(1) + contentHeader(1, ~quint64(0)) << 502;
    QTest::newRow("header of three bytes") << deliverHead(1) + frame(2, 1, "abc") << 502;
    QTest::newRow("header of another class")
        << deliverHead(1) + frame(2, 1, u16(50) + u16(0) + u64(0) + u16(0)) << 502;
    QTest::newRow("headers past the frame")
        << deliverHead(1) + frame(2, 1, u16(60) + u16(0) + u64(0) + u16(0x2000) + u32(100)) << 502;
    QTest::newRow("short string of 255 with 10")
        << method(1, MethodId::BasicCancel, u8(255) + "0123456789") << 502;
    QTest::newRow("unknown method") << method(1, 0x003C00FF) << 503;
    QTest::newRow("unknown class") << method(1, 0x00630001) << 503;
    QTest::newRow("unknown method of the connection") << method(0, 0x000A00FF) << 503;
    QTest::newRow("method of a client")
        << method(1, MethodId::BasicPublish, QByteArray(9, '\0')) << 503;
    QTest::newRow("channel method on channel 0")
        << closeMethod(1, 404, "").replace(1, 2, u16(0)) << 503;
    QTest::newRow("connection method on a channel")
        << closeMethod(0, 320, "").replace(1, 2, u16(1)) << 503;
    QTest::newRow("start again") << startMethod() << 503;
    QTest::newRow("tune again") << tuneMethod() << 503;
    QTest::newRow("open-ok again") << openOk() << 503;
    QTest::newRow("close-ok for nothing") << method(0, MethodId::ConnectionCloseOk) << 503;
    QTest::newRow("channel opened again") << method(1, MethodId::ChannelOpenOk, u32(0)) << 503;
    QTest::newRow("channel closed for nothing") << method(1, MethodId::ChannelCloseOk) << 503;
    QTest::newRow("answer to nothing") << method(2, MethodId::BasicQosOk) << 503;
    QTest::newRow("answer to something else") << method(1, MethodId::BasicQosOk) << 503;
    QTest::newRow("message that nobody asked for") << method(
        2, MethodId::BasicGetOk, u64(1) + u8(0) + shortString("x") + shortString("k") + u32(0))
                                                   << 503;
    QTest::newRow("second answer")
        << method(1, MethodId::BasicGetEmpty, u8(0)) + method(1, MethodId::BasicGetEmpty, u8(0))
        << 503;
    QTest::newRow("new secret for nothing") << method(0, MethodId::ConnectionUpdateSecretOk) << 503;
    QTest::newRow("flow") << method(1, MethodId::ChannelFlow, u8(0)) << 540;
}

void tst_AmqpSessionFaults::endsAtABadFrame()
{
    QFETCH(QByteArray, said);
    QFETCH(int, code);
    for (const qsizetype piece : {said.size(), qsizetype(1)}) {
        AmqpSession session({});
        makeReady(session);
        openChannels(session, 2);
        session.send(1, *basicGet(QStringLiteral("q"), false), T0);
        session.takeOutput();
        Step step;
        for (qsizetype i = 0; i < said.size() && !step.fatal.isError(); i += piece)
            step = session.feed(QByteArrayView(said).sliced(i, piece), T0);
        QCOMPARE(step.fatal.kind(), Error::Protocol);
        QCOMPARE(step.fatal.replyCode(), code);
        QVERIFY(step.fatal.isRecoverable()); // it spoke well before
        QVERIFY(!step.fatal.text().contains(u'%'));
        QVERIFY(!session.nextDeadline());
        const QByteArray output = session.takeOutput();
        if (code == 0) {
            QVERIFY(output.isEmpty());
        } else {
            QCOMPARE(frameTexts(output), QByteArrayList{"0 connection.close"});
            QCOMPARE(output.mid(11, 2), u16(code));
        }
    }
}

void tst_AmqpSessionFaults::tellsTheBrokerWhichMethodWasBad()
{
    AmqpSession session({});
    makeReady(session);
    session.feed(method(0, MethodId::ConnectionCloseOk), T0);
    QVERIFY(session.takeOutput().chopped(1).endsWith(u32(MethodId::ConnectionCloseOk)));
}

void tst_AmqpSessionFaults::takesNothingAfterTheEnd()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    session.feed(frame(1, 1, ""), T0);
    session.takeOutput();
    const Step step = session.feed(QByteArray(deliver(1, 1, "x") + frame(1, 1, "")), T0);
    QVERIFY(step.events.empty());
    QVERIFY(!step.fatal.isError());
    session.tick(T0 + 1000s);
    session.close(T0);
    session.closeChannel(1, T0);
    session.updateSecret(QStringLiteral("x"), T0);
    QVERIFY(session.send(1, confirmSelect(), T0).isError());
    QCOMPARE(session.openChannel(T0), 0);
    QVERIFY(session.takeOutput().isEmpty());
}

void tst_AmqpSessionFaults::sendsHeartbeatsWhenNothingIsWritten()
{
    AmqpSession session({});
    makeReady(session, 10);
    QCOMPARE(session.nextDeadline(), T0 + 5s);
    session.tick(T0 + 4s);
    QVERIFY(session.takeOutput().isEmpty());
    session.tick(T0 + 5s);
    QCOMPARE(session.takeOutput(), hex("08 0000 00000000 ce"));
    QCOMPARE(session.nextDeadline(), T0 + 10s);
    session.feed(frame(8, 0, ""), T0 + 9s);
    QVERIFY(!session.tick(T0 + 10s).fatal.isError());
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"0 heartbeat 0"});
}

void tst_AmqpSessionFaults::sendsNoHeartbeatsWhenSomethingIsWritten()
{
    AmqpSession session({});
    makeReady(session, 10);
    openChannels(session, 1);
    session.publish(1, {u"x", u"k"}, {}, T0 + 4s);
    QCOMPARE(session.nextDeadline(), T0 + 9s);
    session.send(1, basicAck(1, false), T0 + 8s);
    QCOMPARE(session.nextDeadline(), T0 + 13s);
    session.feed(closeMethod(1, 404, ""), T0 + 12s); // our answer counts as well
    QCOMPARE(session.nextDeadline(), T0 + 17s);
}

void tst_AmqpSessionFaults::endsWhenNothingIsHeard()
{
    AmqpSession session({});
    makeReady(session, 10);
    openChannels(session, 1);
    session.feed(deliver(1, 1, "x").first(3), T0 + 7s); // any traffic counts
    for (int second = 8; second < 27; ++second)
        QVERIFY(!session.tick(T0 + std::chrono::seconds(second)).fatal.isError());
    session.takeOutput();
    QCOMPARE(session.nextDeadline(), T0 + 27s);
    const Step step = session.tick(T0 + 27s);
    QCOMPARE(step.fatal.kind(), Error::Connection);
    QVERIFY(step.fatal.isRecoverable());
    QVERIFY2(step.fatal.text().contains(QStringLiteral("20")), qPrintable(step.fatal.text()));
    QVERIFY(session.takeOutput().isEmpty());
}

void tst_AmqpSessionFaults::beatsNotWhereNobodyWantsIt()
{
    AmqpSession session({.heartbeatSeconds = 0});
    makeReady(session, 10);
    QVERIFY(!session.nextDeadline());
    QVERIFY(!session.tick(T0 + 24h).fatal.isError());
    QVERIFY(session.takeOutput().isEmpty());
}

void tst_AmqpSessionFaults::endsWhenAnAnswerIsOverdue()
{
    AmqpSession session({.heartbeatSeconds = 0});
    makeReady(session);
    openChannels(session, 2);
    session.send(1, basicQos(1), T0);
    session.send(2, *basicGet(QStringLiteral("q"), false), T0 + 4s);
    session.feed(method(1, MethodId::BasicQosOk), T0 + 5s);
    QVERIFY(!session.tick(T0 + 10s).fatal.isError());
    QCOMPARE(session.nextDeadline(), T0 + 14s);
    session.feed(deliver(1, 1, "other traffic"), T0 + 13s);
    const Step step = session.tick(T0 + 14s);
    QCOMPARE(step.fatal.kind(), Error::Timeout);
    QVERIFY(step.fatal.isRecoverable());
    QVERIFY2(step.fatal.text().contains(QStringLiteral("basic.get ")),
             qPrintable(step.fatal.text()));
}

// A thousand declarations may take their time, as long as one after the other is answered.
void tst_AmqpSessionFaults::waitsWhileAnswersCome()
{
    AmqpSession session({.heartbeatSeconds = 0});
    makeReady(session);
    openChannels(session, 1);
    for (int i = 0; i < 5; ++i)
        session.send(1, basicQos(1), T0);
    for (int i = 1; i <= 5; ++i) {
        const TimePoint now = T0 + std::chrono::seconds(9 * i);
        QVERIFY(!session.tick(now).fatal.isError());
        session.feed(method(1, MethodId::BasicQosOk), now);
    }
    QVERIFY(!session.tick(T0 + 100s).fatal.isError());
    QVERIFY(!session.nextDeadline());
}

void tst_AmqpSessionFaults::waitsForAClosingChannel()
{
    AmqpSession session({.heartbeatSeconds = 0});
    makeReady(session);
    openChannels(session, 1);
    session.closeChannel(1, T0);
    const Step step = session.tick(T0 + 10s);
    QVERIFY2(step.fatal.text().contains(QStringLiteral("channel.close ")),
             qPrintable(step.fatal.text()));

    AmqpSession closing({.heartbeatSeconds = 0});
    makeReady(closing);
    closing.close(T0);
    QVERIFY(closing.tick(T0 + 10s).fatal.text().contains(QStringLiteral("connection.close ")));

    AmqpSession blocked({.heartbeatSeconds = 0});
    makeReady(blocked);
    blocked.feed(method(0, MethodId::ConnectionBlocked, shortString("disk")), T0);
    blocked.close(T0 + 5s);
    QVERIFY(blocked.tick(T0 + 15s).fatal.isError());
}

// A small generator: the same bytes at each run.
class Bytes
{
public:
    explicit Bytes(quint32 seed)
        : m_state(seed)
    {
    }
    quint32 next()
    {
        m_state = m_state * 1664525u + 1013904223u;
        return m_state >> 8;
    }

private:
    quint32 m_state;
};

void tst_AmqpSessionFaults::survivesRandomBytes()
{
    for (quint32 seed = 0; seed < 3000; ++seed) {
        Bytes bytes(seed);
        AmqpSession session({});
        makeReady(session);
        openChannels(session, 2);
        // A good frame around bad content gets further than noise.
        QByteArray payload;
        const quint32 size = bytes.next() % 60;
        for (quint32 i = 0; i < size; ++i)
            payload += char(bytes.next());
        const int type = 1 + int(bytes.next() % 3);
        if (type == 1)
            payload.prepend(u16(int(bytes.next() % 10) * 10) + u16(int(bytes.next() % 125)));
        if (type == 2)
            payload.prepend(u16(60) + u16(0) + u64(bytes.next() % 4));
        const QByteArray head = type > 1 ? deliverHead(1) : QByteArray();
        session.feed(
            QByteArray(head + frame(type, int(bytes.next() % 3), payload) + deliver(1, 1, "x")),
            T0);
    }
}

void tst_AmqpSessionFaults::survivesChangedBytes()
{
    const QByteArray headers =
        longString(shortString("a") + 'A' + longString("I\0\0\0\1V") + shortString("f") + 'F'
                   + longString(shortString("b") + 'S' + longString("text")));
    const QByteArray good = deliverHead(1)
        + frame(2, 1, u16(60) + u16(0) + u64(3) + u16(0x2000) + headers) + body(1, "abc")
        + closeMethod(2, 404, "NOT_FOUND", MethodId::QueueDeclare) + startMethod();
    for (qsizetype at = 0; at < good.size(); ++at) {
        for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xFF, int('F'), int('A')}) {
            QByteArray changed = good;
            changed[at] = char(value);
            AmqpSession session({});
            makeReady(session);
            openChannels(session, 2);
            session.feed(changed, T0);
        }
    }
}

QOMBU_TEST(tst_AmqpSessionFaults)
#include "tst_amqpsessionfaults.moc"
