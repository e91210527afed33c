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
    void tellsTheBrokerWhichMethodWasBad();
    void takesNothingAfterTheEnd();
    void sendsHeartbeatsWhenNothingIsWritten();
    void sendsNoHeartbeatsWhenSomethingIsWritten();
    void endsWhenNothingIsHeard();
    void beatsNotWhereNobodyWantsIt();
    void namesWhatItExpected();
    void endsTheChannelWhenAnAnswerIsOverdue();
    void asksASlowBrokerForSomethingEasy();
    void endsWhenNobodyAnswers();
    void waitsWhileAnswersCome();
    void waitsForAClosingChannel();
    void survivesRandomBytes();
    void survivesChangedBytes();
};

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

// It may wait for another node of a cluster.
void tst_AmqpSessionFaults::endsTheChannelWhenAnAnswerIsOverdue()
{
    AmqpSession session({.heartbeatSeconds = 0});
    makeReady(session);
    openChannels(session, 2);
    session.send(1, basicQos(1), T0);
    session.send(2, *basicGet(QStringLiteral("q"), false), T0 + 4s);
    session.feed(method(1, MethodId::BasicQosOk), T0 + 5s);
    session.feed(deliver(1, 1, "other traffic"), T0 + 9s);
    QVERIFY(!session.tick(T0 + 10s).fatal.isError());
    QCOMPARE(session.nextDeadline(), T0 + 14s);
    session.feed(deliver(1, 2, "other traffic"), T0 + 13s);
    session.takeOutput();
    const Step step = session.tick(T0 + 14s);
    QVERIFY(!step.fatal.isError());
    QCOMPARE(step.events.size(), size_t(1));
    QCOMPARE(step.events[0].type, SessionEvent::ChannelClosed);
    QCOMPARE(step.events[0].channel, quint16(2));
    QCOMPARE(step.events[0].why.kind(), Error::Timeout);
    QVERIFY(step.events[0].why.isRecoverable());
    QVERIFY2(step.events[0].why.text().contains(QStringLiteral("basic.get ")),
             qPrintable(step.events[0].why.text()));
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"2 channel.close"});
    QVERIFY(session.send(2, basicQos(1), T0 + 14s).isError());
    QVERIFY(!session.tick(T0 + 10min).fatal.isError()); // it may take its time
    const Step late = session.feed(QByteArray(method(2, MethodId::BasicGetEmpty, shortString(""))
                                              + method(2, MethodId::ChannelCloseOk)),
                                   T0 + 10min);
    QVERIFY(!late.fatal.isError());
    QVERIFY(session.openChannel(T0 + 10min) > 0);
}

void tst_AmqpSessionFaults::asksASlowBrokerForSomethingEasy()
{
    AmqpSession session({.heartbeatSeconds = 0});
    makeReady(session);
    openChannels(session, 1);
    session.send(1, *basicGet(QStringLiteral("q"), false), T0);
    session.takeOutput();
    QCOMPARE(session.nextDeadline(), T0 + 5s);
    session.tick(T0 + 5s);
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"2 channel.open"});
    session.feed(method(2, MethodId::ChannelOpenOk, u32(0)), T0 + 6s);
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"2 channel.close"});
    session.feed(method(2, MethodId::ChannelCloseOk), T0 + 7s);
    const Step step = session.tick(T0 + 10s);
    QVERIFY(!step.fatal.isError());
    QCOMPARE(step.events.size(), size_t(1));
    QCOMPARE(step.events[0].channel, quint16(1));
}

void tst_AmqpSessionFaults::endsWhenNobodyAnswers()
{
    AmqpSession session({.heartbeatSeconds = 0});
    makeReady(session);
    openChannels(session, 1);
    session.send(1, basicQos(1), T0);
    session.tick(T0 + 5s);
    const Step step = session.tick(T0 + 10s);
    QCOMPARE(step.fatal.kind(), Error::Timeout);
    QVERIFY(step.fatal.isRecoverable());
    QVERIFY2(step.fatal.text().contains(QStringLiteral("basic.qos ")),
             qPrintable(step.fatal.text()));
}

void tst_AmqpSessionFaults::namesWhatItExpected()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    session.send(1, *queueDeclare({.name = QStringLiteral("q")}), T0);
    const Step step = session.feed(method(1, MethodId::QueueBindOk), T0);
    QCOMPARE(step.fatal.kind(), Error::Protocol);
    QVERIFY2(step.fatal.text().contains(QStringLiteral("queue.bind-ok"))
                 && step.fatal.text().contains(QStringLiteral("queue.declare-ok")),
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
        if (i == 1) // it is asked whether it is there
            session.feed(QByteArray(method(2, MethodId::ChannelOpenOk, u32(0))
                                    + method(2, MethodId::ChannelCloseOk)),
                         now);
        session.feed(method(0, MethodId::ConnectionUnblocked), now + 8s); // it is heard
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
