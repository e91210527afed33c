// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/serverspeech.h"
#include "support/testmain.h"

#include <QTest>
#include <QUuid>

#include <set>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace std::chrono_literals;

class tst_AmqpSession : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void opensChannelsThatHaveBeenFreeForLongest();
    void opensNoMoreChannelsThanAgreed();
    void pipelinesBehindTheOpening();
    void answersInOrder();
    void refusesWhatCannotBeSent();
    void publishesInFrames_data();
    void publishesInFrames();
    void publishesNothingThatCannotBeWritten();
    void tellsOfHeadersThatAreTooLarge();
    void deliversContent();
    void deliversFromSeveralChannelsAtOnce();
    void keepsNamesThatComeAgain();
    void skipsMessagesThatAreTooLarge();
    void deliversWithoutHeadersThatCannotBeRead();
    void fetches();
    void tellsOfReturnsBeforeTheirConfirms();
    void tellsOfConfirms();
    void tellsOfCancelledConsumers();
    void tellsWhenItIsBlocked();
    void updatesTheSecret();
    void closesAChannel();
    void dropsWhatComesForAClosingChannel();
    void closesAChannelThatTheBrokerCloses();
    void reopensAChannelThatTheBrokerClosed();
    void answersTheBrokerThatClosesAtTheSameTime();
    void takesLateAnswersOfQueues();
    void answersFlow();
    void keepsNoMoreUnfinishedMessagesThanItMay();
    void closesTheConnection();
    void endsWhenTheBrokerCloses();
    void givesTheSameEventsAtEveryCut();
};

static QByteArray declareOk(int channel, const QByteArray &queue, int messages = 0)
{
    return method(channel, MethodId::QueueDeclareOk,
                  shortString(queue) + u32(quint32(messages)) + u32(0));
}

void tst_AmqpSession::opensChannelsThatHaveBeenFreeForLongest()
{
    AmqpSession session({.channelMax = 5});
    makeReady(session);
    QCOMPARE(session.openChannel(T0), 1);
    QCOMPARE(session.openChannel(T0), 2);
    QCOMPARE(session.openChannel(T0), 3);
    QCOMPARE(frameTexts(session.takeOutput()),
             (QByteArrayList{"1 channel.open", "2 channel.open", "3 channel.open"}));
    QCOMPARE(eventTexts(session.feed(method(2, MethodId::ChannelOpenOk, u32(0)), T0)),
             QByteArrayList{"channelOpened 2"});
    session.closeChannel(2, T0);
    QCOMPARE(session.openChannel(T0), 4); // 2 is not free before the answer
    QCOMPARE(eventTexts(session.feed(method(2, MethodId::ChannelCloseOk), T0)),
             QByteArrayList{"channelEnded 2"});
    session.releaseChannel(2);
    session.feed(closeMethod(1, 406, "NO"), T0);
    QCOMPARE(session.openChannel(T0), 5);
    QCOMPARE(session.openChannel(T0), 2);
    QCOMPARE(session.openChannel(T0), 0); // whoever had 1 has not been told yet
    session.releaseChannel(1);
    QCOMPARE(session.openChannel(T0), 1);
}

void tst_AmqpSession::opensNoMoreChannelsThanAgreed()
{
    AmqpSession session({.channelMax = 2000});
    makeReady(session);
    std::set<quint16> numbers;
    for (int i = 0; i < 2000; ++i)
        numbers.insert(session.openChannel(T0));
    QCOMPARE(numbers.size(), 2000u);
    QCOMPARE(*numbers.begin(), 1);
    QCOMPARE(session.openChannel(T0), 0);
}

void tst_AmqpSession::pipelinesBehindTheOpening()
{
    AmqpSession session({});
    makeReady(session);
    session.openChannel(T0);
    QCOMPARE(session.send(1, basicQos(5), T0), Error());
    QCOMPARE(session.publish(1, {u"", u"q"}, {}, T0), Error());
    QCOMPARE(frameTexts(session.takeOutput()),
             (QByteArrayList{"1 channel.open", "1 basic.qos", "1 basic.publish", "1 header 20"}));
    const Step step = session.feed(
        QByteArray(method(1, MethodId::ChannelOpenOk, u32(0)) + method(1, MethodId::BasicQosOk)),
        T0);
    QCOMPARE(eventTexts(step), (QByteArrayList{"channelOpened 1", "answer 1 basic.qos-ok"}));
}

void tst_AmqpSession::answersInOrder()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 2);
    session.send(1, *queueDeclare({.name = QStringLiteral("a")}), T0);
    session.send(2, *queueDeclare({.name = QStringLiteral("b")}), T0);
    session.send(1, *queueDelete(QStringLiteral("a")), T0);
    session.send(1, *basicConsume({.queue = QStringLiteral("c")}), T0);
    const Step step =
        session.feed(QByteArray(declareOk(2, "b", 4) + declareOk(1, "a")
                                + method(1, MethodId::QueueDeleteOk, u32(7))
                                + method(1, MethodId::BasicConsumeOk, shortString("amq.ctag-1"))),
                     T0);
    QCOMPARE(
        eventTexts(step),
        (QByteArrayList{"answer 2 queue.declare-ok b 4/0", "answer 1 queue.declare-ok a",
                        "answer 1 queue.delete-ok 7/0", "answer 1 basic.consume-ok amq.ctag-1"}));
}

void tst_AmqpSession::refusesWhatCannotBeSent()
{
    AmqpSession session({});
    QCOMPARE(session.send(1, confirmSelect(), T0).kind(), Error::Channel);
    makeReady(session);
    openChannels(session, 1);
    QCOMPARE(session.send(2, confirmSelect(), T0).kind(), Error::Channel);
    QCOMPARE(session.send(0, confirmSelect(), T0).kind(), Error::Channel);
    QCOMPARE(session.publish(2, {}, {}, T0).kind(), Error::Channel);
    const auto large =
        queueDeclare({.name = QStringLiteral("q"),
                      .arguments = {{QStringLiteral("k"), QByteArray(131072, 'x')}}});
    QCOMPARE(session.send(1, *large, T0).kind(), Error::LimitExceeded);
    QVERIFY(session.takeOutput().isEmpty());
}

void tst_AmqpSession::publishesInFrames_data()
{
    QTest::addColumn<int>("bytes");
    QTest::addColumn<QByteArrayList>("bodies");
    QTest::newRow("empty") << 0 << QByteArrayList();
    QTest::newRow("one byte") << 1 << QByteArrayList{"1 body 1"};
    QTest::newRow("a frame") << 4088 << QByteArrayList{"1 body 4088"};
    QTest::newRow("a frame and a byte") << 4089 << QByteArrayList{"1 body 4088", "1 body 1"};
    QTest::newRow("three") << 10000 << QByteArrayList{"1 body 4088", "1 body 4088", "1 body 1824"};
}

void tst_AmqpSession::publishesInFrames()
{
    QFETCH(int, bytes);
    QFETCH(QByteArrayList, bodies);
    AmqpSession session({.frameMax = 4096});
    makeReady(session);
    openChannels(session, 1);
    MessageContent content;
    for (int i = 0; i < bytes; ++i)
        content.body += char(i % 251);
    QCOMPARE(session.publish(1, {u"x", u"k", true}, content, T0), Error());
    const QByteArray output = session.takeOutput();
    QCOMPARE(frameTexts(output), (QByteArrayList{"1 basic.publish", "1 header 20"} + bodies));
    QByteArray sent;
    FrameSplitter splitter;
    splitter.feed(output);
    while (const auto frame = splitter.next()) {
        if (frame->type == Frame::Body)
            sent += frame->payload;
    }
    QCOMPARE(sent, content.body);
}

// The message is told, with its body, and can be settled: nothing else suffers from it.
void tst_AmqpSession::tellsOfHeadersThatAreTooLarge()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    const QByteArray field = shortString("k") + 'S' + longString(QByteArray(MostHeaderBytes, 'x'));
    const QByteArray header =
        frame(2, 1, u16(60) + u16(0) + u64(2) + u16(0x2000) + longString(field));
    const Step step = session.feed(QByteArray(deliverHead(1) + header + body(1, "ab")), T0);
    QVERIFY2(!step.fatal.isError(), qPrintable(step.fatal.text()));
    QCOMPARE(eventTexts(step),
             QByteArrayList{"delivered 1 t #1 x/k:ab !" + QByteArray::number(Error::LimitExceeded)
                            + ",0"});
    QVERIFY(step.events[0].content->headers.isEmpty());
    QVERIFY(!session.feed(deliver(1, 2, "next"), T0).fatal.isError());
}

void tst_AmqpSession::publishesNothingThatCannotBeWritten()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    session.publish(1, {u"x", u"k"}, {}, T0);
    const qsizetype before = session.outputBytes();
    const QString longKey(256, u'k');
    QCOMPARE(session.publish(1, {u"x", longKey}, {}, T0).kind(), Error::Encode);
    QCOMPARE(session.publish(1, {longKey, u"k"}, {}, T0).kind(), Error::Encode);
    MessageContent content;
    content.headers = {{QStringLiteral("bad"), QUuid()}};
    QCOMPARE(session.publish(1, {u"x", u"k"}, content, T0).where(), QStringLiteral("bad"));
    content.headers = {{QStringLiteral("large"), QByteArray(131072, 'x')}};
    QCOMPARE(session.publish(1, {u"x", u"k"}, content, T0).kind(), Error::LimitExceeded);
    QCOMPARE(session.outputBytes(), before);
}

void tst_AmqpSession::deliversContent()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    QCOMPARE(eventTexts(session.feed(QByteArray(deliver(1, 1, "hello") + deliver(1, 2, "")), T0)),
             (QByteArrayList{"delivered 1 tag #1 x/k:hello", "delivered 1 tag #2 x/k:"}));
    const QByteArray twoFrames =
        method(1, MethodId::BasicDeliver,
               shortString("t") + u64(3) + u8(1) + shortString("") + shortString("q"))
        + contentHeader(1, 5) + body(1, "he") + body(1, "") + body(1, "llo");
    const Step step = session.feed(twoFrames, T0);
    QCOMPARE(eventTexts(step), QByteArrayList{"delivered 1 t #3 /q:hello"});
    QVERIFY(step.events.front().content->redelivered);
}

void tst_AmqpSession::deliversFromSeveralChannelsAtOnce()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 3);
    const auto head = [](int channel) {
        return method(channel, MethodId::BasicDeliver,
                      shortString("t") + u64(quint64(channel)) + u8(0) + shortString("x")
                          + shortString("k"));
    };
    const QByteArray mixed = head(1) + head(2) + contentHeader(2, 4) + head(3) + contentHeader(1, 6)
        + body(2, "zw") + body(1, "eins__") + contentHeader(3, 0) + frame(8, 0, "") + body(2, "ei");
    QCOMPARE(eventTexts(session.feed(mixed, T0)),
             (QByteArrayList{"delivered 1 t #1 x/k:eins__",
                             "delivered 3 t #3 x/k:", "delivered 2 t #2 x/k:zwei"}));
}

void tst_AmqpSession::keepsNamesThatComeAgain()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    const Step step = session.feed(QByteArray(deliver(1, 1, "a") + deliver(1, 2, "b")), T0);
    QCOMPARE(step.events.size(), 2u);
    QCOMPARE(static_cast<const void *>(step.events[0].content->routingKey.constData()),
             static_cast<const void *>(step.events[1].content->routingKey.constData()));
}

void tst_AmqpSession::skipsMessagesThatAreTooLarge()
{
    AmqpSession session({.maximumMessageBytes = 10});
    makeReady(session);
    openChannels(session, 1);
    const Step step = session.feed(
        QByteArray(deliver(1, 1, "0123456789") + deliver(1, 2, "0123456789a") + deliver(1, 3, "b")),
        T0);
    QCOMPARE(eventTexts(step),
             (QByteArrayList{"delivered 1 tag #1 x/k:0123456789", "delivered 1 tag #2 x/k: !8,0",
                             "delivered 1 tag #3 x/k:b"}));
    QCOMPARE(step.events[1].why.kind(), Error::LimitExceeded);
}

void tst_AmqpSession::deliversWithoutHeadersThatCannotBeRead()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    const QByteArray odd =
        method(1, MethodId::BasicDeliver,
               shortString("t") + u64(3) + u8(0) + shortString("x") + shortString("k"))
        + frame(2, 1, u16(60) + u16(0) + u64(2) + u16(0x2000) + longString(shortString("k") + "z"))
        + body(1, "ab");
    const Step step = session.feed(QByteArray(odd + deliver(1, 4, "c")), T0);
    QCOMPARE(eventTexts(step),
             (QByteArrayList{"delivered 1 t #3 x/k:ab !6,0", "delivered 1 tag #4 x/k:c"}));
    QCOMPARE(step.events[0].why.kind(), Error::Decode);
}

void tst_AmqpSession::fetches()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    session.send(1, *basicGet(QStringLiteral("q"), false), T0);
    session.send(1, *basicGet(QStringLiteral("q"), false), T0);
    session.send(1, basicQos(1), T0);
    const Step step = session.feed(
        QByteArray(method(1, MethodId::BasicGetOk,
                          u64(1) + u8(0) + shortString("x") + shortString("k") + u32(8))
                   + contentHeader(1, 2) + body(1, "hi")
                   + method(1, MethodId::BasicGetEmpty, shortString(""))
                   + method(1, MethodId::BasicQosOk)),
        T0);
    QCOMPARE(eventTexts(step),
             (QByteArrayList{"fetched 1 #1 8/0 x/k:hi", "answer 1 basic.get-empty",
                             "answer 1 basic.qos-ok"}));
}

void tst_AmqpSession::tellsOfReturnsBeforeTheirConfirms()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    const Step step = session.feed(
        QByteArray(method(1, MethodId::BasicReturn,
                          u16(312) + shortString("NO_ROUTE") + shortString("x") + shortString("k"))
                   + contentHeader(1, 2) + body(1, "hi")
                   + method(1, MethodId::BasicAck, u64(1) + u8(0))),
        T0);
    QCOMPARE(eventTexts(step), (QByteArrayList{"returned 1 x/k:hi !9,312", "acked 1 #1"}));
    QCOMPARE(step.events.front().why.kind(), Error::Unroutable);
}

void tst_AmqpSession::tellsOfConfirms()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    session.send(1, confirmSelect(), T0);
    const Step step =
        session.feed(QByteArray(method(1, MethodId::ConfirmSelectOk)
                                + method(1, MethodId::BasicAck, u64(3) + u8(1))
                                + method(1, MethodId::BasicNack, u64(4) + u8(0))
                                + method(1, MethodId::BasicNack, u64(1000000000000) + u8(1))),
                     T0);
    QCOMPARE(eventTexts(step),
             (QByteArrayList{"answer 1 confirm.select-ok", "acked 1 #3 multiple", "nacked 1 #4",
                             "nacked 1 #1000000000000 multiple"}));
}

void tst_AmqpSession::tellsOfCancelledConsumers()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    QCOMPARE(
        eventTexts(session.feed(method(1, MethodId::BasicCancel, shortString("t") + u8(1)), T0)),
        QByteArrayList{"consumerCancelled 1 t"});
    QVERIFY(session.takeOutput().isEmpty());
    session.feed(method(1, MethodId::BasicCancel, shortString("t") + u8(0)), T0);
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"1 basic.cancel-ok"});
}

void tst_AmqpSession::tellsWhenItIsBlocked()
{
    AmqpSession session({.heartbeatSeconds = 0});
    makeReady(session);
    openChannels(session, 1);
    session.send(1, basicQos(1), T0);
    QCOMPARE(session.nextDeadline(), T0 + 5s);
    QCOMPARE(eventTexts(session.feed(
                 method(0, MethodId::ConnectionBlocked, shortString("low on memory")), T0)),
             QByteArrayList{"blocked low on memory"});
    // Such a broker does not read what is asked, and is not late for it.
    QVERIFY(!session.nextDeadline());
    session.send(1, basicQos(2), T0 + 30s);
    QVERIFY(!session.nextDeadline());
    QCOMPARE(eventTexts(session.feed(method(0, MethodId::ConnectionUnblocked), T0 + 60s)),
             QByteArrayList{"unblocked"});
    QCOMPARE(session.nextDeadline(), T0 + 65s);
    QVERIFY(!session.tick(T0 + 69s).fatal.isError());
    QCOMPARE(session.tick(T0 + 70s).fatal.kind(), Error::Timeout);
}

void tst_AmqpSession::updatesTheSecret()
{
    AmqpSession session({});
    makeReady(session);
    session.updateSecret(QStringLiteral("new"), T0);
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"0 connection.update-secret"});
    QCOMPARE(eventTexts(session.feed(method(0, MethodId::ConnectionUpdateSecretOk), T0)),
             QByteArrayList{"secretUpdated"});
    QVERIFY(session.feed(method(0, MethodId::ConnectionUpdateSecretOk), T0).fatal.isError());
}

void tst_AmqpSession::closesAChannel()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    session.closeChannel(1, T0);
    session.closeChannel(1, T0);
    session.closeChannel(7, T0);
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"1 channel.close"});
    QCOMPARE(session.send(1, confirmSelect(), T0).kind(), Error::Channel);
    QCOMPARE(session.publish(1, {}, {}, T0).kind(), Error::Channel);
}

void tst_AmqpSession::dropsWhatComesForAClosingChannel()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    session.send(1, *queueDeclare({.name = QStringLiteral("a")}), T0);
    const QByteArray late = deliver(1, 1, "late");
    const QByteArray begun = late.chopped(12); // its body came after our close
    QVERIFY(session.feed(begun, T0).events.empty());
    session.closeChannel(1, T0);
    const Step step =
        session.feed(QByteArray(late.last(12) + declareOk(1, "a") + deliver(1, 2, "later")
                                + method(1, MethodId::BasicAck, u64(1) + u8(0))
                                + method(1, MethodId::ChannelCloseOk)),
                     T0);
    QCOMPARE(eventTexts(step), QByteArrayList{"channelEnded 1"});
    openChannels(session, 1);
    QCOMPARE(eventTexts(session.feed(deliver(2, 1, "new"), T0)),
             QByteArrayList{"delivered 2 tag #1 x/k:new"});
}

void tst_AmqpSession::closesAChannelThatTheBrokerCloses()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 2);
    session.send(1, *queueDeclare({.name = QStringLiteral("a"), .passive = true}), T0);
    session.takeOutput();
    const Step step =
        session.feed(QByteArray(closeMethod(1, 404, "NOT_FOUND - no queue 'nonexist' in vhost '/'",
                                            MethodId::QueueDeclare)
                                + deliver(2, 1, "other")),
                     T0);
    QCOMPARE(eventTexts(step),
             (QByteArrayList{"channelClosed 1 !10,404", "delivered 2 tag #1 x/k:other"}));
    QCOMPARE(step.events.front().why.where(), QStringLiteral("queue/nonexist"));
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"1 channel.close-ok"});
    QCOMPARE(session.send(1, confirmSelect(), T0).kind(), Error::Channel);
    QVERIFY(!session.tick(T0 + 11s).fatal.isError()); // nothing is waited for
}

void tst_AmqpSession::reopensAChannelThatTheBrokerClosed()
{
    AmqpSession session({.channelMax = 1});
    makeReady(session);
    QCOMPARE(session.openChannel(T0), 1); // a refusal of the opening itself, too
    session.feed(closeMethod(1, 504, "CHANNEL_ERROR"), T0);
    session.releaseChannel(1);
    QCOMPARE(session.openChannel(T0), 1);
    QCOMPARE(frameTexts(session.takeOutput()),
             (QByteArrayList{"1 channel.open", "1 channel.close-ok", "1 channel.open"}));
    // What the broker said before it heard our answer is not of the new one.
    const Step late = session.feed(
        QByteArray(method(1, MethodId::BasicAck, u64(7) + u8(0)) + deliver(1, 1, "late")), T0);
    QCOMPARE(eventTexts(late), QByteArrayList());
    QCOMPARE(eventTexts(session.feed(QByteArray(method(1, MethodId::ChannelOpenOk, u32(0))
                                                + method(1, MethodId::BasicAck, u64(1) + u8(0))),
                                     T0)),
             (QByteArrayList{"channelOpened 1", "acked 1 #1"}));
}

void tst_AmqpSession::answersTheBrokerThatClosesAtTheSameTime()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    session.closeChannel(1, T0);
    session.takeOutput();
    QVERIFY(session.feed(closeMethod(1, 406, "PRECONDITION_FAILED"), T0).events.empty());
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"1 channel.close-ok"});
    QCOMPARE(session.openChannel(T0), 2);
    QCOMPARE(eventTexts(session.feed(method(1, MethodId::ChannelCloseOk), T0)),
             QByteArrayList{"channelEnded 1"});
}

// RabbitMQ has the queue answer who consumes or cancels, and goes on with what was asked behind it.
void tst_AmqpSession::takesLateAnswersOfQueues()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    session.send(1, *basicConsume({.queue = QStringLiteral("q"), .tag = QStringLiteral("a")}), T0);
    session.send(1, *basicCancel(QStringLiteral("b")), T0);
    session.send(1, basicQos(1), T0);
    session.send(1, *queueDeclare({.name = QStringLiteral("q")}), T0);
    const Step step = session.feed(
        QByteArray(method(1, MethodId::BasicQosOk)
                   + method(1, MethodId::BasicCancelOk, shortString("b")) + declareOk(1, "q")
                   + method(1, MethodId::BasicConsumeOk, shortString("a"))),
        T0);
    QCOMPARE(eventTexts(step),
             (QByteArrayList{"answer 1 basic.qos-ok", "answer 1 basic.cancel-ok b",
                             "answer 1 queue.declare-ok q", "answer 1 basic.consume-ok a"}));
    QVERIFY(!session.tick(T0 + 1h).fatal.text().contains(QStringLiteral("basic")));
}

void tst_AmqpSession::answersFlow()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    const Step step = session.feed(QByteArray(method(1, MethodId::ChannelFlow, u8(0))
                                              + method(1, MethodId::ChannelFlow, u8(1))),
                                   T0);
    QCOMPARE(eventTexts(step), (QByteArrayList{"flow 1 off", "flow 1"}));
    QCOMPARE(session.takeOutput(),
             method(1, MethodId::ChannelFlowOk, u8(0)) + method(1, MethodId::ChannelFlowOk, u8(1)));
}

// Twice the largest message, on however many channels; a channel that ends gives its part back.
void tst_AmqpSession::keepsNoMoreUnfinishedMessagesThanItMay()
{
    AmqpSession session({.maximumMessageBytes = 100});
    makeReady(session);
    openChannels(session, 4);
    const QByteArray part(50, 'x');
    const auto begin = [&](int channel) {
        return eventTexts(session.feed(
            QByteArray(deliverHead(channel) + contentHeader(channel, 100) + body(channel, part)),
            T0));
    };
    const auto end = [&](int channel) { return eventTexts(session.feed(body(channel, part), T0)); };
    const QByteArray whole = " t #1 x/k:" + part + part;
    for (int channel = 1; channel <= 4; ++channel)
        QCOMPARE(begin(channel), QByteArrayList());
    QCOMPARE(end(4),
             QByteArrayList{"delivered 4 t #1 x/k: !" + QByteArray::number(Error::LimitExceeded)
                            + ",0"});
    session.closeChannel(2, T0);
    session.feed(method(2, MethodId::ChannelCloseOk), T0);
    QCOMPARE(begin(4), QByteArrayList());
    QCOMPARE(end(4), QByteArrayList{"delivered 4" + whole});
    QCOMPARE(end(1), QByteArrayList{"delivered 1" + whole});
    QCOMPARE(end(3), QByteArrayList{"delivered 3" + whole});
    for (int i = 0; i < 3; ++i) {
        QCOMPARE(begin(1), QByteArrayList());
        QCOMPARE(end(1), QByteArrayList{"delivered 1" + whole});
    }
}

void tst_AmqpSession::closesTheConnection()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    session.close(T0);
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"0 connection.close"});
    QVERIFY(!session.isReady());
    QCOMPARE(session.openChannel(T0), 0);
    QCOMPARE(eventTexts(session.feed(QByteArray(deliver(1, 1, "late") + frame(8, 0, "")
                                                + method(0, MethodId::ConnectionUnblocked)
                                                + method(0, MethodId::ConnectionCloseOk)
                                                + deliver(1, 1, "after the end")),
                                     T0)),
             QByteArrayList{"closed"});
    QVERIFY(!session.nextDeadline());

    AmqpSession crossing({});
    makeReady(crossing);
    crossing.close(T0);
    crossing.takeOutput();
    const Step step = crossing.feed(closeMethod(0, 320, "CONNECTION_FORCED"), T0);
    QCOMPARE(eventTexts(step), QByteArrayList{"closed"});
    QCOMPARE(frameTexts(crossing.takeOutput()), QByteArrayList{"0 connection.close-ok"});
}

void tst_AmqpSession::endsWhenTheBrokerCloses()
{
    AmqpSession session({});
    makeReady(session);
    openChannels(session, 1);
    const Step step = session.feed(
        QByteArray(deliver(1, 1, "last")
                   + closeMethod(0, 320, "CONNECTION_FORCED - broker forced connection closure")
                   + deliver(1, 2, "after")),
        T0);
    QCOMPARE(eventTexts(step).first(), QByteArray("delivered 1 tag #1 x/k:last"));
    QCOMPARE(step.events.size(), 1u);
    QCOMPARE(step.fatal.kind(), Error::Connection);
    QCOMPARE(step.fatal.replyCode(), 320);
    QVERIFY(step.fatal.isRecoverable());
    QCOMPARE(frameTexts(session.takeOutput()), QByteArrayList{"0 connection.close-ok"});
}

// A whole life: what the server says, and what the session answers at the same places.
static QByteArrayList live(const std::vector<QByteArray> &pieces)
{
    AmqpSession session({.maximumMessageBytes = 100});
    session.start(T0);
    QByteArrayList events;
    QByteArray output;
    for (const QByteArray &piece : pieces) {
        const Step step = session.feed(piece, T0);
        events += eventTexts(step);
        for (const SessionEvent &event : step.events) {
            if (event.type == SessionEvent::Ready) {
                session.openChannel(T0);
                session.send(session.openChannel(T0), *queueDeclare({.name = QString()}), T0);
                session.send(1, *basicGet(QStringLiteral("q"), true), T0);
            }
        }
        output += session.takeOutput();
    }
    return events + frameTexts(output);
}

void tst_AmqpSession::givesTheSameEventsAtEveryCut()
{
    // What answers our requests comes in a piece of its own in any case.
    const QByteArray greeting = startMethod() + tuneMethod() + openOk();
    const QByteArray talk = method(1, MethodId::ChannelOpenOk, u32(0))
        + method(2, MethodId::ChannelOpenOk, u32(0)) + declareOk(2, "amq.gen-1")
        + method(1, MethodId::BasicGetEmpty, shortString("")) + deliver(1, 1, "hello")
        + frame(8, 0, "") + deliver(2, 1, QByteArray(101, 'x')) + deliver(2, 2, "")
        + method(1, MethodId::BasicAck, u64(3) + u8(1))
        + method(1, MethodId::BasicReturn,
                 u16(312) + shortString("NO_ROUTE") + shortString("x") + shortString("k"))
        + contentHeader(1, 2) + body(1, "h") + body(1, "i")
        + method(1, MethodId::BasicCancel, shortString("t") + u8(1))
        + method(0, MethodId::ConnectionBlocked, shortString("disk"))
        + closeMethod(1, 404, "NOT_FOUND - no queue 'q' in vhost '/'", MethodId::BasicGet)
        + closeMethod(0, 320, "CONNECTION_FORCED");
    const QByteArrayList expected = live({greeting, talk});
    QCOMPARE(expected.size(), 14 + 10);
    for (qsizetype cut = 0; cut <= greeting.size(); ++cut)
        QCOMPARE(live({greeting.first(cut), greeting.sliced(cut), talk}), expected);
    for (qsizetype cut = 0; cut <= talk.size(); ++cut)
        QCOMPARE(live({greeting, talk.first(cut), talk.sliced(cut)}), expected);
    std::vector<QByteArray> bytes;
    for (const char byte : QByteArray(greeting + talk))
        bytes.push_back(QByteArray(1, byte));
    QCOMPARE(live(bytes), expected);
}

QOMBU_TEST(tst_AmqpSession)
#include "tst_amqpsession.moc"
