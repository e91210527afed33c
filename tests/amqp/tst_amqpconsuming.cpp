// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/scriptedbroker.h"
#include "amqp/serverspeech.h"
#include "support/testmain.h"

#include <QTest>
#include <QUuid>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace std::chrono_literals;

// One consumer on a scripted broker.
class tst_AmqpConsuming : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void consumesFromSeveralQueues();
    void deliversNothingWhereOneQueueIsRefused();
    void keepsWhatIsHeldWhereAnotherAttemptIsRefused();
    void deliversWhatWillNotComeAgainThoughAQueueIsRefused();
    void tellsThatSomebodyElseConsumesAlone();
    void sendsNothingWhereArgumentsCannotBeWritten();
    void cancelsWhileDeliveriesAreUnderWay();
    void cancelsItsTagAsItIs();
    void cancelsWhilePaused();
    void cancelsWhilePausedWithoutAcknowledgement();
    void answersEachCancelAfterTheLastDelivery();
    void cancelsBeforeTheBrokerHasAnswered();
    void leavesWithoutAnythingHeld();
    void leavesWithSomethingHeld();
    void changesItsWindowWithoutAGap();
    void changesItsWindowTwiceAtOnce();
    void changesItsWindowBeforeTheOldOneHasEnded();
    void changesItsWindowWhileItStarts();
    void cancelsWhileItsWindowChanges();
    void keepsTheConsumerWhereItCannotBeReplaced();
    void fillsItsWindowWhilePaused();
    void readsNoMoreWhilePausedWithoutAcknowledgement();
    void countsEmptyMessagesWhilePaused();
    void endsWithTheQueue();
    void tellsOfTheEndOfAQueueOnceWhileItsWindowChanges();
    void voidsWhatIsHeldWhenTheBrokerClosesTheChannel();
    void tellsWhatIsLostAfterItHasLeft();
    void deliversWhatIsLeftWhenTheBrokerClosesTheChannel();
    void tellsOfMessagesThatCannotBeRead();
    void givesBackWhatIsHeldWhenTheLinkCloses();
    void endsAllConsumersBeforeItGivesBack();
    void waitsNotForEverForTheEndOfConsumers();
    void deliversNothingAfterTheLinkHasClosed();
    void outlivesItsLink();
    void mayBeDestroyedInsideItsCallbacks_data();
    void mayBeDestroyedInsideItsCallbacks();

private:
    static ConsumeRequest request(const QStringList &queues, int count = 10);
    void start(const ConsumeRequest &wish);
    // From the oldest consumer that is still there, numbered on.
    void deliver(const QByteArrayList &bodies, int consumer = 0);
    void settleAll(Settlement settlement = Settlement::Ack);

    std::unique_ptr<ScriptedLink> m;
    std::unique_ptr<DeliverChannel> m_channel;
    quint64 m_last = 0;
};

void tst_AmqpConsuming::init()
{
    m = std::make_unique<ScriptedLink>();
    m->open();
    m_channel = m->link->openDeliver(m.get());
    m_last = 0;
}

void tst_AmqpConsuming::cleanup()
{
    m_channel.reset();
    m.reset();
}

ConsumeRequest tst_AmqpConsuming::request(const QStringList &queues, int count)
{
    ConsumeRequest wish;
    wish.consumer = 7;
    wish.tag = QStringLiteral("t");
    wish.count = count;
    for (const QString &queue : queues)
        wish.queues << Queue(queue);
    return wish;
}

void tst_AmqpConsuming::start(const ConsumeRequest &wish)
{
    QCOMPARE(m->consume(*m_channel, wish), QString());
    m->heard();
}

void tst_AmqpConsuming::deliver(const QByteArrayList &bodies, int consumer)
{
    QByteArray all;
    for (const QByteArray &body : bodies)
        all += m->broker.delivery(m->broker.tags.value(consumer), ++m_last, body);
    m->broker.say(all);
    m->hub.settle();
}

void tst_AmqpConsuming::settleAll(Settlement settlement)
{
    std::vector<SettleRequest> requests;
    for (const IncomingMessage &message : std::exchange(m->messages, {}))
        requests.push_back({message.delivery, settlement});
    m->link->settle(std::move(requests));
}

void tst_AmqpConsuming::consumesFromSeveralQueues()
{
    QCOMPARE(m->consume(*m_channel, request({QStringLiteral("a"), QStringLiteral("b")}, 9)),
             QString());
    QCOMPARE(m->heard(),
             (QByteArrayList{"1 basic.qos 4", "1 basic.consume a t", "1 basic.consume b t.2"}));
    m->broker.say(m->broker.delivery("t", 1, "one") + m->broker.delivery("t.2", 2, "two"));
    m->hub.settle();
    QCOMPARE(m->takeNews(), QByteArrayList{"delivered one two"});
    QCOMPARE(m->messages.front().queue, QStringLiteral("a"));
    QCOMPARE(m->messages.back().queue, QStringLiteral("b"));
    settleAll();
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.ack 2 multiple"});
}

void tst_AmqpConsuming::deliversNothingWhereOneQueueIsRefused()
{
    m->broker.heldBack << MethodId::BasicConsume;
    QString answer = QStringLiteral("-");
    m_channel->consume(request({QStringLiteral("a"), QStringLiteral("b")}),
                       [&](const Result<void> &result) { answer = result.error().where(); });
    m->hub.settle();
    m->broker.tags << "t";
    m->broker.say(method(1, MethodId::BasicConsumeOk, shortString("t"))
                  + m->broker.delivery("t", 1, "one")
                  + closeMethod(1, 541, "INTERNAL_ERROR")); // which one it does not say
    m->hub.settle();
    QCOMPARE(answer, QStringLiteral("queue/b"));
    QCOMPARE(m->takeNews(), QByteArrayList());

    m->broker.heldBack.clear(); // and again, where b is there now
    m->broker.refusals.clear();
    m->broker.tags.clear();
    start(request({QStringLiteral("a"), QStringLiteral("b")}));
    m->broker.say(m->broker.delivery(m->broker.tags.front(), 1, "one", 2));
    m->hub.settle();
    QCOMPARE(m->takeNews(), QByteArrayList{"delivered one"});
}

void tst_AmqpConsuming::keepsWhatIsHeldWhereAnotherAttemptIsRefused()
{
    start(request({QStringLiteral("q")}));
    deliver({"one"});
    m_channel->cancel([](const Result<void> &) {});
    m->heard();
    m->broker.refusals["b"] = 404;
    QVERIFY(!m->consume(*m_channel, request({QStringLiteral("b")})).isEmpty());
    QCOMPARE(m->takeNews(), QByteArrayList{"delivered one"});
    m->heard();
    settleAll();
    QCOMPARE(m->heard().value(0), "1 basic.ack 1");
}

void tst_AmqpConsuming::deliversWhatWillNotComeAgainThoughAQueueIsRefused()
{
    m->broker.heldBack << MethodId::BasicConsume;
    ConsumeRequest wish = request({QStringLiteral("a"), QStringLiteral("b")});
    wish.noAck = true;
    m_channel->consume(wish, [](const Result<void> &) {});
    m->hub.settle();
    m->broker.say(method(1, MethodId::BasicConsumeOk, shortString("t"))
                  + m->broker.delivery("t", 1, "one") + closeMethod(1, 404, "NO"));
    m->hub.settle();
    QCOMPARE(m->takeNews(), QByteArrayList{"delivered one"});
}

void tst_AmqpConsuming::tellsThatSomebodyElseConsumesAlone()
{
    m->broker.heldBack << MethodId::BasicConsume;
    ConsumeRequest wish = request({QStringLiteral("q")});
    wish.exclusive = true;
    Error error;
    m_channel->consume(wish, [&](const Result<void> &result) { error = result.error(); });
    QCOMPARE(m->heard().value(1), "1 basic.consume q t exclusive");
    m->broker.say(closeMethod(1, 403, "ACCESS_REFUSED - queue 'q' in vhost '/' in exclusive use",
                              MethodId::BasicConsume));
    m->hub.settle();
    QCOMPARE(error.kind(), Error::Channel);
    QCOMPARE(error.replyCode(), 403);
    QVERIFY(m->takeNews().isEmpty());
}

void tst_AmqpConsuming::sendsNothingWhereArgumentsCannotBeWritten()
{
    ConsumeRequest wish = request({QStringLiteral("a"), QStringLiteral("b")});
    wish.queues[1].setConsumerArguments({{QStringLiteral("x-bad"), QUuid()}});
    QVERIFY(!m->consume(*m_channel, wish).isEmpty());
    QVERIFY(m->heard().isEmpty());
}

void tst_AmqpConsuming::cancelsWhileDeliveriesAreUnderWay()
{
    start(request({QStringLiteral("q")}));
    m->broker.heldBack << MethodId::BasicCancel;
    m_channel->cancel([&](const Result<void> &) { m->news << "done"; });
    deliver({"one", "two"}); // was on its way
    m->broker.say(method(1, MethodId::BasicCancelOk, shortString("t")));
    m->hub.settle();
    QCOMPARE(m->takeNews(), (QByteArrayList{"delivered one two", "done"}));
    m->heard();
    settleAll();
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.ack 2 multiple"});
    deliver({"three"}); // a broker that knows no end
    QVERIFY(m->takeNews().isEmpty());
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.nack 3 requeue"});
}

// A byte order mark is a part of it.
void tst_AmqpConsuming::cancelsItsTagAsItIs()
{
    ConsumeRequest wish = request({QStringLiteral("q")});
    wish.tag = QStringLiteral("\uFEFFt");
    start(wish);
    m_channel->cancel([](const Result<void> &) {});
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.cancel \xEF\xBB\xBFt"});
}

void tst_AmqpConsuming::cancelsWhilePaused()
{
    start(request({QStringLiteral("q")}));
    m_channel->setPaused(true);
    deliver({"one", "two"});
    m_channel->cancel([&](const Result<void> &) { m->news << "done"; });
    QCOMPARE(m->heard(), (QByteArrayList{"1 basic.cancel t", "1 basic.nack 2 multiple requeue"}));
    QCOMPARE(m->takeNews(), QByteArrayList{"done"});
}

void tst_AmqpConsuming::cancelsWhilePausedWithoutAcknowledgement()
{
    ConsumeRequest wish = request({QStringLiteral("q")});
    wish.noAck = true;
    wish.bytes = 1;
    start(wish);
    m_channel->setPaused(true);
    deliver({"one"});
    deliver({"two"}); // waits in the socket
    m_channel->cancel([&](const Result<void> &) { m->news << "done"; });
    m->hub.settle();
    QCOMPARE(m->takeNews(), (QByteArrayList{"delivered one two", "done"}));
    QVERIFY(m->broker.streams.front()->isReading());
}

void tst_AmqpConsuming::answersEachCancelAfterTheLastDelivery()
{
    start(request({QStringLiteral("q")}));
    m->broker.heldBack << MethodId::BasicCancel;
    m_channel->cancel([&](const Result<void> &) { m->news << "first"; });
    m_channel->cancel([&](const Result<void> &) { m->news << "second"; });
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.cancel t"});
    deliver({"one"});
    QCOMPARE(m->takeNews(), QByteArrayList{"delivered one"});
    m->broker.answer(MethodId::BasicCancel);
    m->hub.settle();
    QCOMPARE(m->takeNews(), (QByteArrayList{"first", "second"}));
    m_channel->cancel([&](const Result<void> &) { m->news << "third"; });
    QCOMPARE(m->takeNews(), QByteArrayList{"third"});
}

void tst_AmqpConsuming::cancelsBeforeTheBrokerHasAnswered()
{
    m->broker.heldBack << MethodId::BasicConsume;
    m_channel->consume(request({QStringLiteral("q")}),
                       [&](const Result<void> &) { m->news << "consuming"; });
    m_channel->cancel([&](const Result<void> &) { m->news << "done"; });
    m->broker.heldBack << MethodId::BasicCancel;
    QCOMPARE(m->heard(),
             (QByteArrayList{"1 basic.qos 10", "1 basic.consume q t", "1 basic.cancel t"}));
    m->broker.answer(MethodId::BasicConsume);
    m->broker.answer(MethodId::BasicCancel);
    m->hub.settle();
    QCOMPARE(m->takeNews(), (QByteArrayList{"consuming", "done"}));
}

void tst_AmqpConsuming::leavesWithoutAnythingHeld()
{
    start(request({QStringLiteral("q")}));
    m_channel.reset();
    QCOMPARE(m->heard().last(), "1 channel.close");
    QCOMPARE(m->link->openDeliver(m.get()) != nullptr, true);
}

void tst_AmqpConsuming::leavesWithSomethingHeld()
{
    start(request({QStringLiteral("q")}));
    deliver({"one", "two"});
    m_channel.reset();
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.cancel t"});
    deliver({"three"});
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.nack 3 requeue"});
    QCOMPARE(m->takeNews(), QByteArrayList{"delivered one two"});
    m->settle(m->messages[0].delivery);
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.ack 1"});
    m->settle(m->messages[1].delivery, Settlement::Reject);
    QCOMPARE(m->heard(), (QByteArrayList{"1 basic.reject 2", "1 channel.close"}));
    m->settle(m->messages[1].delivery);
    QVERIFY(m->heard().isEmpty());
}

void tst_AmqpConsuming::changesItsWindowWithoutAGap()
{
    start(request({QStringLiteral("q")}));
    deliver({"one"});
    m->broker.heldBack << MethodId::BasicConsume;
    m_channel->setWindow(50, 0);
    QCOMPARE(m->heard(), (QByteArrayList{"1 basic.qos 50", "1 basic.consume q t~2"}));
    deliver({"two"}); // the old one is still there
    m->broker.answer(MethodId::BasicConsume);
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.cancel t"});
    deliver({"three"}, 1);
    QCOMPARE(m->takeNews(), (QByteArrayList{"delivered one", "delivered two", "delivered three"}));
    settleAll();
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.ack 3 multiple"});
    m_channel->setWindow(50, 0); // nothing to change
    QVERIFY(m->heard().isEmpty());
}

void tst_AmqpConsuming::changesItsWindowTwiceAtOnce()
{
    start(request({QStringLiteral("q")}));
    m_channel->setWindow(50, 0);
    m_channel->setWindow(60, 0);
    m_channel->setWindow(70, 0);
    QCOMPARE(m->heard(),
             (QByteArrayList{"1 basic.qos 50", "1 basic.consume q t~2", "1 basic.cancel t",
                             "1 basic.qos 70", "1 basic.consume q t~3", "1 basic.cancel t~2"}));
}

// The broker comes to the cancelling later than to what was asked behind it.
void tst_AmqpConsuming::changesItsWindowBeforeTheOldOneHasEnded()
{
    start(request({QStringLiteral("q")}));
    m->broker.heldBack << MethodId::BasicCancel;
    for (int window = 20; window < 23; ++window) {
        m_channel->setWindow(window, 0);
        m->hub.settle();
    }
    m->broker.answer(MethodId::BasicCancel);
    m->hub.settle();
    QCOMPARE(m->takeNews(), QByteArrayList());
    m->broker.say(m->broker.delivery(m->broker.tags.back(), 1, "one"));
    m->hub.settle();
    QCOMPARE(m->takeNews(), QByteArrayList{"delivered one"});
}

void tst_AmqpConsuming::changesItsWindowWhileItStarts()
{
    m_channel->consume(request({QStringLiteral("q")}), [](const Result<void> &) {});
    m_channel->setWindow(50, 0);
    QCOMPARE(m->heard(),
             (QByteArrayList{"1 basic.qos 10", "1 basic.consume q t", "1 basic.qos 50",
                             "1 basic.consume q t~2", "1 basic.cancel t"}));
}

void tst_AmqpConsuming::cancelsWhileItsWindowChanges()
{
    start(request({QStringLiteral("q")}));
    m->broker.heldBack << MethodId::BasicConsume;
    m_channel->setWindow(50, 0);
    m_channel->cancel([&](const Result<void> &) { m->news << "done"; });
    m->broker.heldBack << MethodId::BasicCancel;
    QCOMPARE(m->heard(),
             (QByteArrayList{"1 basic.qos 50", "1 basic.consume q t~2", "1 basic.cancel t",
                             "1 basic.cancel t~2"}));
    m->broker.answer(MethodId::BasicConsume);
    m->hub.settle();
    QVERIFY(m->takeNews().isEmpty());
    m->broker.answer(MethodId::BasicCancel);
    QVERIFY(m->heard().isEmpty());
    QCOMPARE(m->takeNews(), QByteArrayList{"done"});
}

void tst_AmqpConsuming::keepsTheConsumerWhereItCannotBeReplaced()
{
    ConsumeRequest wish = request({QStringLiteral("q")});
    wish.exclusive = true;
    start(wish);
    m_channel->setWindow(50, 0);
    QVERIFY(m->heard().isEmpty());

    m_channel = m->link->openDeliver(m.get()); // of a stream: it would begin anew
    wish = request({QStringLiteral("q")});
    wish.queues[0].setConsumerArguments(
        {{QStringLiteral("x-stream-offset"), QStringLiteral("first")}});
    start(wish);
    m_channel->setWindow(50, 0);
    QVERIFY(m->heard().isEmpty());
}

void tst_AmqpConsuming::fillsItsWindowWhilePaused()
{
    start(request({QStringLiteral("q")}, 2));
    m_channel->setPaused(true);
    deliver({"one", "two"});
    QVERIFY(m->takeNews().isEmpty());
    QVERIFY(m->heard().isEmpty()); // still consuming
    QVERIFY(m->broker.streams.front()->isReading());
    m_channel->setPaused(false);
    QCOMPARE(m->takeNews(), QByteArrayList{"delivered one two"});
}

void tst_AmqpConsuming::readsNoMoreWhilePausedWithoutAcknowledgement()
{
    ConsumeRequest wish = request({QStringLiteral("q")});
    wish.noAck = true;
    wish.bytes = 1000;
    start(wish);
    m_channel->setPaused(true);
    deliver({"small"});
    QVERIFY(m->broker.streams.front()->isReading());
    deliver({QByteArray(1000, 'x')});
    QVERIFY(!m->broker.streams.front()->isReading());

    const auto other = m->link->openDeliver(m.get()); // waits for its answer as long
    bool isAnswered = false;
    other->get(QStringLiteral("o"), false, [&](const auto &) { isAnswered = true; });
    m->hub.advance(9s);
    QCOMPARE(m->takeNews(), QByteArrayList());
    m->hub.advance(1h);
    QVERIFY(!isAnswered);
    QCOMPARE(m->takeNews(), QByteArrayList{"full q"});
    QVERIFY(m->broker.heardHeartbeats() >= 100); // two a minute

    m_channel->setPaused(false);
    m->hub.settle();
    QVERIFY(m->broker.streams.front()->isReading());
    QVERIFY(isAnswered);
    const QByteArrayList news = m->takeNews();
    QVERIFY(news.value(0).startsWith("delivered small x"));
    QCOMPARE(news.value(1), "read again q");
    m->hub.advance(119s);
    QVERIFY(m->takeNews().isEmpty());
    m->hub.advance(2s); // now its silence counts again
    QVERIFY(m->takeNews().value(0).startsWith("failed"));
}

void tst_AmqpConsuming::countsEmptyMessagesWhilePaused()
{
    ConsumeRequest wish = request({QStringLiteral("q")});
    wish.noAck = true;
    wish.bytes = 100000;
    start(wish);
    m_channel->setPaused(true);
    for (int i = 0; i < 1000 && m->broker.streams.front()->isReading(); ++i)
        deliver({QByteArray()});
    QVERIFY(!m->broker.streams.front()->isReading());
}

void tst_AmqpConsuming::endsWithTheQueue()
{
    start(request({QStringLiteral("a"), QStringLiteral("b")}));
    deliver({"one"});
    m->broker.say(method(1, MethodId::BasicCancel, shortString("t") + u8(1)));
    m->hub.settle();
    QCOMPARE(m->takeNews(), (QByteArrayList{"delivered one", "cancelled a"}));
    QCOMPARE(m->heard(),
             (QByteArrayList{"1 basic.qos 10", "1 basic.consume b t.2~2", "1 basic.cancel t.2"}));
    deliver({"two"}, 2); // whose window is all of it
    QCOMPARE(m->takeNews(), QByteArrayList{"delivered two"});
    settleAll();
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.ack 2 multiple"});
}

void tst_AmqpConsuming::tellsOfTheEndOfAQueueOnceWhileItsWindowChanges()
{
    start(request({QStringLiteral("q")}));
    m->broker.heldBack << MethodId::BasicCancel;
    m_channel->setWindow(50, 0);
    m->hub.settle();
    m->broker.say(method(1, MethodId::BasicCancel, shortString("t~2") + u8(1))
                  + method(1, MethodId::BasicCancel, shortString("t") + u8(1)));
    m->hub.settle();
    m->broker.answer(MethodId::BasicCancel);
    m->hub.settle();
    QCOMPARE(m->takeNews(), QByteArrayList{"cancelled q"});
}

void tst_AmqpConsuming::voidsWhatIsHeldWhenTheBrokerClosesTheChannel()
{
    start(request({QStringLiteral("q")}));
    deliver({"one", "two"});
    m->settle(m->messages[0].delivery);
    m->broker.say(closeMethod(1, 406,
                              "PRECONDITION_FAILED - delivery acknowledgement on channel 1 "
                              "timed out"));
    m->hub.settle();
    QCOMPARE(m->takeNews(), (QByteArrayList{"delivered one two", "channelClosed 406"}));
    m->heard();
    settleAll();
    QVERIFY(m->heard().isEmpty());
    m->link->close(); // which gives nothing back
    QVERIFY(m->heard().isEmpty());
}

void tst_AmqpConsuming::tellsWhatIsLostAfterItHasLeft()
{
    start(request({QStringLiteral("a"), QStringLiteral("b")}));
    deliver({"one"});
    deliver({"two"}, 1);
    m_channel.reset();
    m->heard();
    m->broker.say(closeMethod(1, 406, "PRECONDITION_FAILED"));
    m->hub.settle();
    QCOMPARE(m->takeNews().join("; "),
             QByteArray("delivered one; delivered two; lost 7 #1 a; lost 7 #2 b"));
}

void tst_AmqpConsuming::deliversWhatIsLeftWhenTheBrokerClosesTheChannel()
{
    for (const bool noAck : {false, true}) {
        init();
        ConsumeRequest wish = request({QStringLiteral("q")});
        wish.noAck = noAck;
        wish.bytes = 1;
        start(wish);
        m_channel->setPaused(true);
        m->broker.say(m->broker.delivery("t", 1, "one") + closeMethod(1, 406, "NO"));
        m->hub.settle();
        QCOMPARE(m->takeNews(),
                 noAck ? (QByteArrayList{"delivered one", "channelClosed 406"})
                       : QByteArrayList{"channelClosed 406"});
        QVERIFY(m->broker.streams.front()->isReading());
        cleanup();
    }
}

void tst_AmqpConsuming::tellsOfMessagesThatCannotBeRead()
{
    AmqpLinkSettings settings;
    settings.session.maximumMessageBytes = 3;
    m_channel.reset();
    m = std::make_unique<ScriptedLink>(settings);
    m->open();
    m_channel = m->link->openDeliver(m.get());
    start(request({QStringLiteral("q")}));
    const QByteArray head =
        method(1, MethodId::BasicDeliver,
               shortString("t") + u64(2) + u8(0) + shortString("") + shortString("q"));
    const QByteArray badHeaders =
        frame(2, 1, u16(60) + u16(0) + u64(3) + u16(1 << 13) + longString(shortString("k") + "?"));
    m->broker.say(m->broker.delivery("t", 1, "large") + head + badHeaders + body(1, "bad")
                  + m->broker.delivery("t", 3, "ok"));
    m->hub.settle();
    QCOMPARE(m->takeNews(), QByteArrayList{"delivered  bad ok"});
    QCOMPARE(m->messages[0].error.kind(), Error::LimitExceeded);
    QVERIFY(m->messages[1].error.isError());
    QVERIFY(!m->messages[2].error.isError());
    QVERIFY(m->heard().isEmpty()); // held, and not coming again by itself
    m->settle(m->messages[2].delivery);
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.ack 3"});
    m->settle(m->messages[0].delivery, Settlement::Reject);
    m->settle(m->messages[1].delivery, Settlement::Requeue);
    QCOMPARE(m->heard(), (QByteArrayList{"1 basic.reject 1", "1 basic.reject 2 requeue"}));
}

void tst_AmqpConsuming::givesBackWhatIsHeldWhenTheLinkCloses()
{
    start(request({QStringLiteral("q")}));
    deliver({"one", "two", "three"});
    m->settle(m->messages[1].delivery);
    m_channel->setPaused(true);
    deliver({"four"});
    m->link->close();
    m->hub.settle();
    QCOMPARE(
        m->heard(),
        (QByteArrayList{"1 basic.ack 2", "1 basic.cancel t", "1 basic.nack 4 multiple requeue"}));
    QCOMPARE(m->takeNews(), (QByteArrayList{"delivered one two three", "closed"}));
}

// Whoever still consumes is sent at once what others give back.
void tst_AmqpConsuming::endsAllConsumersBeforeItGivesBack()
{
    m->broker.heldBack << MethodId::BasicCancel;
    start(request({QStringLiteral("q")}));
    const auto other = m->link->openDeliver(m.get());
    m->consume(*other, request({QStringLiteral("q")}));
    deliver({"one"});
    m->heard();
    m->link->close();
    m->hub.settle();
    QCOMPARE(m->heard(), (QByteArrayList{"1 basic.cancel t", "2 basic.cancel t"}));
    m->broker.say(m->broker.delivery("t", 1, "crossed", 2));
    m->broker.answer(MethodId::BasicCancel);
    m->hub.settle();
    QCOMPARE(m->heard(), (QByteArrayList{"1 basic.nack 1 requeue", "2 basic.nack 1 requeue"}));
    QCOMPARE(m->takeNews(), (QByteArrayList{"delivered one", "closed"}));
}

void tst_AmqpConsuming::waitsNotForEverForTheEndOfConsumers()
{
    m->broker.heldBack << MethodId::BasicCancel;
    start(request({QStringLiteral("q")}));
    deliver({"one"});
    m->heard();
    m->link->close();
    m->hub.advance(std::chrono::seconds(2));
    QCOMPARE(m->heard(), (QByteArrayList{"1 basic.cancel t", "1 basic.nack 1 requeue"}));
    QCOMPARE(m->takeNews(), (QByteArrayList{"delivered one", "closed"}));
    m->broker.answer(MethodId::BasicCancel);
    m->hub.settle();
}

void tst_AmqpConsuming::deliversNothingAfterTheLinkHasClosed()
{
    start(request({QStringLiteral("q")}));
    m_channel->setPaused(true);
    deliver({"one"});
    m->link->close();
    m_channel->setPaused(false);
    m->hub.settle();
    QCOMPARE(m->takeNews(), QByteArrayList{"closed"});
}

void tst_AmqpConsuming::outlivesItsLink()
{
    start(request({QStringLiteral("q")}));
    m_channel->setPaused(true);
    deliver({"one"});
    m->link.reset();
    m_channel->setPaused(false);
    m_channel->setWindow(5, 5);
    m_channel->get(QStringLiteral("q"), false, [&](const auto &) { m->news << "got"; });
    m_channel->cancel([&](const Result<void> &) { m->news << "done"; });
    m_channel->consume(request({QStringLiteral("q")}),
                       [&](const Result<void> &) { m->news << "consuming"; });
    m->hub.settle();
    QVERIFY(m->takeNews().isEmpty());
    m_channel.reset();
}

void tst_AmqpConsuming::mayBeDestroyedInsideItsCallbacks_data()
{
    QTest::addColumn<QByteArray>("inside");
    for (const char *inside : {"consume", "delivered", "resume", "cancel", "channelClosed"}) {
        for (const char *what : {"channel", "link", "close"})
            QTest::addRow("%s in %s", what, inside) << QByteArray(inside) + " " + what;
    }
}

void tst_AmqpConsuming::mayBeDestroyedInsideItsCallbacks()
{
    QFETCH(QByteArray, inside);
    const QByteArrayList words = inside.split(' ');
    const auto destroy = [&] {
        m_channel.reset();
        if (words[1] == "close")
            m->link->close();
        else if (words[1] == "link")
            m->link.reset();
    };
    m_channel->consume(request({QStringLiteral("q")}), [&](const Result<void> &) {
        if (words[0] == "consume")
            destroy();
    });
    m->hub.settle();
    if (words[0] == "delivered")
        m->onDelivered = destroy;
    if (words[0] == "resume" && m_channel)
        m_channel->setPaused(true);
    if (m->link) {
        m->broker.say(m->broker.delivery("t", 1, "one") + m->broker.delivery("t", 2, "two")
                      + method(1, MethodId::BasicCancel, shortString("x") + u8(1)));
        m->hub.settle();
    }
    if (words[0] == "resume") {
        m->onDelivered = destroy;
        m_channel->setPaused(false);
    }
    if (words[0] == "cancel")
        m_channel->cancel([&](const Result<void> &) { destroy(); });
    if (words[0] == "channelClosed") {
        m->onChannelClosed = destroy;
        m->broker.say(m->broker.delivery("t", 3, "three") + closeMethod(1, 406, "NO"));
    }
    m->hub.settle();
    QVERIFY(!m_channel);
    m->hub.advance(1s);
}

QOMBU_TEST(tst_AmqpConsuming)
#include "tst_amqpconsuming.moc"
