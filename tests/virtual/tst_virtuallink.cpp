// SPDX-License-Identifier: BSD-3-Clause
#include "hub/simulatedhub.h"
#include "support/testmain.h"
#include "virtual/virtuallink.h"

#include <QTest>

using namespace Qombu;

namespace {

// Writes down what is asked of it; the test plays the broker.
class ScriptedStore : public Store
{
public:
    struct Asked
    {
        QStringList calls;
        std::vector<StorePublish> publishes;
        Done<void> watched;
        Done<std::optional<StoreDelivery>> got;
        StoreListener *listener = nullptr;
        bool isGone = false;
    };
    ScriptedStore(Asked *asked, StoreListener *listener)
        : m_asked(asked)
    {
        m_asked->listener = listener;
    }
    ~ScriptedStore() override { m_asked->isGone = true; }

    void open() override { log(QStringLiteral("open")); }
    void close() override { log(QStringLiteral("close")); }
    void bind(const Binding &binding, Done<void> done) override
    {
        log(QStringLiteral("bind %1 %2 %3 type %4")
                .arg(binding.exchange.name(), binding.routingKey, binding.queue)
                .arg(int(binding.exchange.type())));
        done({});
    }
    void unbind(const Binding &, Done<void> done) override { done({}); }
    void declare(const Queue &queue, Done<QueueInfo> done) override
    {
        log(QStringLiteral("declare ") + queue.name());
        done(QueueInfo{queue.name(), 5, 0});
    }
    void inspect(const QString &queue, Done<QueueInfo> done) override
    {
        done(QueueInfo{queue, 0, 0});
    }
    void purge(const QString &, Done<qint64> done) override { done(0); }
    void remove(const Queue &, Done<qint64> done) override { done(0); }
    void removeExchange(const Exchange &, Done<void> done) override { done({}); }
    void publish(std::vector<StorePublish> &&messages) override
    {
        for (StorePublish &message : messages)
            m_asked->publishes.push_back(std::move(message));
    }
    void get(const QString &, bool, Done<std::optional<StoreDelivery>> done) override
    {
        m_asked->got = std::move(done);
    }
    void watch(quint64 consumer, const QList<Queue> &, bool, Done<void> done) override
    {
        log(QStringLiteral("watch %1").arg(consumer));
        m_asked->watched = std::move(done);
    }
    void setRoom(quint64 consumer, int messages, qint64 bytes) override
    {
        log(QStringLiteral("room %1: %2 %3").arg(consumer).arg(messages).arg(bytes));
    }
    void unwatch(quint64 consumer) override { log(QStringLiteral("unwatch %1").arg(consumer)); }
    void settle(std::vector<StoreSettle> &&settlements) override { logAll(u"settle", settlements); }
    void giveBack(std::vector<StoreSettle> &&deliveries) override
    {
        logAll(u"giveBack", deliveries);
    }
    void putBack(std::vector<StoreDelivery> &&deliveries) override
    {
        QString line = QStringLiteral("putBack");
        for (const StoreDelivery &delivery : deliveries)
            line += QLatin1Char(' ') + delivery.queue + QLatin1Char('/')
                + QString::fromUtf8(delivery.content.body);
        log(line);
    }
    LinkBrowser *browser() override { return nullptr; }

private:
    void log(const QString &call) { m_asked->calls.append(call); }
    void logAll(QStringView call, const std::vector<StoreSettle> &settlements)
    {
        QString line = call.toString();
        for (const StoreSettle &settlement : settlements) {
            line += QLatin1Char(' ') + QLatin1String(settlement.key)
                + QStringLiteral(":%1").arg(int(settlement.settlement));
            if (!settlement.deadLetterQueue.isEmpty())
                line += QLatin1Char('>') + settlement.deadLetterQueue;
        }
        log(line);
    }

    Asked *m_asked;
};

class Recorder : public LinkListener, public LinkChannelListener
{
public:
    QStringList events;
    std::vector<IncomingMessage> messages;
    std::function<void()> onDelivered;

    void linkOpened(const QVariantMap &) override { events.append(QStringLiteral("opened")); }
    void linkFailed(const Error &error) override
    {
        events.append(QStringLiteral("failed ") + error.text());
    }
    void linkClosed() override { events.append(QStringLiteral("closed")); }
    void linkBlocked(const QString &) override { events.append(QStringLiteral("blocked")); }
    void linkUnblocked() override { events.append(QStringLiteral("unblocked")); }
    void contentionChanged(const QString &, bool) override { }
    void messageQuarantined(const QString &, const Error &) override { }
    void linkNotice(const QString &text) override { events.append(text); }
    void delivered(std::vector<IncomingMessage> &&batch) override
    {
        for (IncomingMessage &message : batch) {
            events.append(
                QStringLiteral("delivered %1.%2").arg(message.consumer).arg(message.delivery));
            messages.push_back(std::move(message));
        }
        if (onDelivered)
            onDelivered();
    }
    void published(std::vector<PublishOutcome> &&outcomes) override
    {
        for (const PublishOutcome &outcome : outcomes)
            events.append(QStringLiteral("published %1").arg(outcome.id));
    }
    void settledTooLate(quint64 delivery) override
    {
        events.append(QStringLiteral("late %1").arg(delivery));
    }
    void consumerCancelled(quint64 consumer, const Error &why) override
    {
        events.append(QStringLiteral("cancelled %1 %2").arg(consumer).arg(why.text()));
    }
    void channelClosed(const Error &) override { }
};

StoreDelivery delivery(const QByteArray &key, qint64 bytes = 1)
{
    StoreDelivery result;
    result.key = key;
    result.queue = QStringLiteral("q");
    result.bytes = bytes;
    return result;
}

Queue deadLettering()
{
    Queue queue(QStringLiteral("q"));
    queue.setDeadLetterQueue(QStringLiteral("dead"));
    return queue;
}

} // namespace

class tst_VirtualLink : public QObject
{
    Q_OBJECT

    SimulatedHub m_hub;
    ScriptedStore::Asked m_store;
    Recorder m_seen;
    std::unique_ptr<VirtualLink> m_link;
    std::unique_ptr<LinkChannel> m_channel;

    void consume(int prefetchCount = 2, qint64 prefetchBytes = 100, bool noAck = false)
    {
        m_channel->consume({7, {Queue(QStringLiteral("q"))}, noAck, prefetchCount, prefetchBytes},
                           [this](const Result<void> &result) {
                               m_seen.events.append(result ? QStringLiteral("consuming")
                                                           : result.error().text());
                           });
        m_store.watched({});
        m_store.calls.clear();
        m_seen.events.clear();
    }
    void arrive(std::vector<StoreDelivery> batch)
    {
        m_store.listener->arrived(1, std::move(batch));
    }

private Q_SLOTS:
    void init()
    {
        m_store = {};
        m_seen = {};
        m_link = std::make_unique<VirtualLink>(&m_hub, &m_seen, [this](StoreListener *listener) {
            return std::make_unique<ScriptedStore>(&m_store, listener);
        });
        m_link->open();
        m_store.listener->storeOpened({});
        m_channel = m_link->openChannel(&m_seen);
        m_store.calls.clear();
        m_seen.events.clear();
    }
    void cleanup()
    {
        m_channel.reset();
        m_link.reset();
    }

    void remembersExchangeTypesForAllChannels()
    {
        const auto other = m_link->openChannel(&m_seen);
        m_channel->declare(Exchange(QStringLiteral("logs"), ExchangeType::Topic),
                           [](const Result<void> &) {});
        Result<void> again{Error(Error::Timeout, QString())};
        other->declare(Exchange(QStringLiteral("logs"), ExchangeType::Fanout),
                       [&](const Result<void> &result) { again = result; });
        QCOMPARE(again.error().kind(), Error::Channel);
        QCOMPARE(again.error().replyCode(), 406);
        // A binding that only names the exchange gets its declared type.
        other->bind(
            {Exchange(QStringLiteral("logs")), QStringLiteral("a.#"), QStringLiteral("q"), {}},
            [](const Result<void> &) {});
        QCOMPARE(m_store.calls.last(), QStringLiteral("bind logs a.# q type 1"));
    }

    void tellsTheTypeWithEachPublish()
    {
        m_channel->declare(Exchange(QStringLiteral("logs"), ExchangeType::Fanout),
                           [](const Result<void> &) {});
        std::vector<OutgoingMessage> messages(3);
        messages[0].content.exchange = QStringLiteral("logs");
        messages[1].content.exchange = QStringLiteral("never declared");
        m_channel->publish(std::move(messages));
        QCOMPARE(m_store.publishes.size(), 3u);
        QVERIFY(m_store.publishes[0].exchangeTypeKnown);
        QVERIFY(m_store.publishes[0].exchangeType == ExchangeType::Fanout);
        QVERIFY(!m_store.publishes[1].exchangeTypeKnown);
        QVERIFY(m_store.publishes[1].exchangeType == ExchangeType::Direct);
        QVERIFY(m_store.publishes[2].exchangeTypeKnown);
    }

    void refusesHeadersExchanges()
    {
        Error error;
        m_channel->declare(Exchange(QStringLiteral("h"), ExchangeType::Headers),
                           [&](const Result<void> &result) { error = result.error(); });
        QCOMPARE(error.kind(), Error::Unsupported);
    }

    void passiveDeclarationOfAnUnknownExchangeIs404()
    {
        Error error;
        Exchange passive(QStringLiteral("x"));
        passive.setPassive(true);
        m_channel->declare(passive, [&](const Result<void> &result) { error = result.error(); });
        QCOMPARE(error.kind(), Error::NotFound);
        QCOMPARE(error.replyCode(), 404);
    }

    void declaresExchangeQueueAndBindingInThisOrder()
    {
        std::optional<Result<QueueInfo>> answer;
        m_channel->declare(
            Queue(QStringLiteral("q"), Exchange(QStringLiteral("x")), QStringLiteral("key")),
            [&](Result<QueueInfo> result) { answer = std::move(result); });
        QVERIFY(answer && *answer);
        QCOMPARE((*answer)->messageCount, 5);
        QCOMPARE(m_store.calls,
                 QStringList({QStringLiteral("declare q"), QStringLiteral("bind x key q type 0")}));
    }

    void namesAnonymousQueues()
    {
        QString name;
        m_channel->declare(Queue(), [&](const Result<QueueInfo> &result) { name = result->name; });
        QVERIFY(name.startsWith(QStringLiteral("amq.gen-")));
        QCOMPARE(name.size(), 8 + 32);
    }

    void answersPublishesToTheirChannelUnderTheirNumber()
    {
        Recorder otherSeen;
        const auto other = m_link->openChannel(&otherSeen);
        std::vector<OutgoingMessage> messages(2);
        messages[0].id = 41;
        messages[1].id = 42;
        m_channel->publish(std::move(messages));
        std::vector<OutgoingMessage> more(1);
        more[0].id = 41;
        other->publish(std::move(more));
        QCOMPARE(m_store.publishes.size(), 3u);
        m_store.listener->published({{m_store.publishes[0].id, {}},
                                     {m_store.publishes[2].id, {}},
                                     {m_store.publishes[1].id, {}}});
        QCOMPARE(m_seen.events,
                 QStringList({QStringLiteral("published 41"), QStringLiteral("published 42")}));
        QCOMPARE(otherSeen.events, QStringList(QStringLiteral("published 41")));
    }

    void givesRoomOnlyWhenTheStoreServes()
    {
        QStringList answers;
        m_channel->consume({7, {Queue(QStringLiteral("q"))}, false, 3, 50},
                           [&](const Result<void> &) { answers.append(QStringLiteral("done")); });
        QCOMPARE(m_store.calls, QStringList(QStringLiteral("watch 1")));
        QVERIFY(answers.isEmpty());
        m_store.watched({});
        QCOMPARE(m_store.calls.last(), QStringLiteral("room 1: 3 50"));
        QCOMPARE(answers.size(), 1);
    }

    void tellsTheRoomOnceForABatchOfSettlements()
    {
        consume(4, 100);
        arrive({delivery("a", 10), delivery("b", 10), delivery("c", 10)});
        QVERIFY(m_store.calls.isEmpty()); // the store counts arrivals itself
        m_channel->settle({{1, Settlement::Ack}, {3, Settlement::Requeue}});
        QCOMPARE(m_store.calls,
                 QStringList({QStringLiteral("settle a:0 c:2"), QStringLiteral("room 1: 3 90")}));
    }

    void settlesEachDeliveryOnce()
    {
        consume();
        arrive({delivery("a")});
        m_channel->settle({{1, Settlement::Ack}, {1, Settlement::Ack}, {9, Settlement::Ack}});
        QCOMPARE(m_store.calls.first(), QStringLiteral("settle a:0"));
        m_store.calls.clear();
        m_channel->settle({{1, Settlement::Reject}});
        QVERIFY(m_store.calls.isEmpty());
    }

    void deliveriesWithoutAKeyTakeNoRoom()
    {
        consume(1, 100);
        arrive({delivery({}, 60), delivery({}, 60)});
        QCOMPARE(m_seen.events.size(), 2);
        m_channel->setPrefetch(7, 1, 100);
        QCOMPARE(m_store.calls.last(), QStringLiteral("room 1: 1 100"));
    }

    void unacknowledgedConsumingHasNoWindow()
    {
        consume(1, 100, true);
        m_channel->setPaused(7, true);
        QCOMPARE(m_store.calls.last(), QStringLiteral("room 1: 0 0"));
        m_channel->setPaused(7, false);
        QCOMPARE(m_store.calls.last(), QStringLiteral("room 1: 2147483647 9223372036854775807"));
    }

    void pausingTakesTheRoomAway()
    {
        consume(2, 100);
        m_channel->setPaused(7, true);
        QCOMPARE(m_store.calls.takeLast(), QStringLiteral("room 1: 0 0"));
        arrive({delivery("a")});
        m_channel->settle({{1, Settlement::Ack}});
        QCOMPARE(m_store.calls.takeLast(), QStringLiteral("room 1: 0 0"));
        m_channel->setPaused(7, false);
        QCOMPARE(m_store.calls.takeLast(), QStringLiteral("room 1: 2 100"));
    }

    void rejectNamesTheDeadLetterQueue()
    {
        m_channel->declare(deadLettering(), [](const Result<QueueInfo> &) {});
        consume();
        arrive({delivery("a")});
        m_channel->settle({{1, Settlement::Reject}});
        QCOMPARE(m_store.calls.first(), QStringLiteral("settle a:1>dead"));
    }

    void cancelledConsumersKeepTheirDeliveries()
    {
        consume();
        arrive({delivery("a")});
        bool cancelled = false;
        m_channel->cancel(7, [&](const Result<void> &result) { cancelled = result.isOk(); });
        QVERIFY(cancelled);
        QCOMPARE(m_store.calls, QStringList(QStringLiteral("unwatch 1")));
        m_channel->settle({{1, Settlement::Ack}});
        QCOMPARE(m_store.calls.last(), QStringLiteral("settle a:0"));
        arrive({delivery("b")}); // was on its way: the store gives it back
        QCOMPARE(m_seen.messages.size(), 1u);
    }

    void givesBackInOrderOfDelivery()
    {
        consume(4);
        arrive({delivery("a"), delivery("b"), delivery("c")});
        m_channel->giveBack({3, 1});
        QCOMPARE(m_store.calls.first(), QStringLiteral("giveBack a:2 c:2"));
    }

    void putsBackByContent()
    {
        consume(4);
        IncomingMessage message;
        message.queue = QStringLiteral("q");
        message.content.body = "a";
        m_channel->putBack({message});
        QCOMPARE(m_store.calls.last(), QStringLiteral("putBack q/a"));
    }

    void theEndOfAChannelGivesBackWhatItHolds()
    {
        consume(4);
        arrive({delivery("a"), delivery("b")});
        m_channel->settle({{1, Settlement::Ack}});
        m_store.calls.clear();
        m_channel.reset();
        QCOMPARE(m_store.calls,
                 QStringList({QStringLiteral("unwatch 1"), QStringLiteral("giveBack b:2")}));
    }

    void closingSettlesGivesBackAndCloses()
    {
        consume(4);
        arrive({delivery("a")});
        m_link->close();
        QCOMPARE(m_store.calls,
                 QStringList({QStringLiteral("unwatch 1"), QStringLiteral("giveBack a:2"),
                              QStringLiteral("close")}));
        m_store.listener->storeClosed();
        QCOMPARE(m_seen.events.last(), QStringLiteral("closed"));
    }

    void failsOnce()
    {
        m_store.listener->storeFailed(Error(Error::Connection, QStringLiteral("gone")));
        m_store.listener->storeFailed(Error(Error::Connection, QStringLiteral("again")));
        m_store.listener->storeClosed();
        QCOMPARE(m_seen.events, QStringList(QStringLiteral("failed gone")));
        Error error;
        m_channel->purge(QStringLiteral("q"),
                         [&](const Result<qint64> &result) { error = result.error(); });
        QCOMPARE(error.kind(), Error::Connection);
        QVERIFY(error.isRecoverable());
    }

    void aConsumersFailureCancelsIt()
    {
        consume();
        m_store.listener->consumerFailed(1, Error(Error::Channel, QStringLiteral("WRONGTYPE")));
        QCOMPARE(m_seen.events, QStringList(QStringLiteral("cancelled 7 WRONGTYPE")));
        // Its number is free again.
        consume();
    }

    void namesTheDeliveryThatWasSettledTooLate()
    {
        consume(4);
        arrive({delivery("a"), delivery("b")});
        m_channel->settle({{1, Settlement::Ack}});
        m_store.listener->settledTooLate("a");
        QCOMPARE(m_seen.events.last(), QStringLiteral("late 1"));
        m_store.listener->settledTooLate("b"); // lost while it was held: there is room again
        QCOMPARE(m_seen.events.last(), QStringLiteral("late 2"));
        QCOMPARE(m_store.calls.last(), QStringLiteral("room 1: 4 100"));
    }

    void getIsHeldOutsideAnyWindow()
    {
        std::optional<IncomingMessage> message;
        m_channel->get(QStringLiteral("q"), false,
                       [&](Result<std::optional<IncomingMessage>> result) { message = *result; });
        m_store.got(std::optional<StoreDelivery>(delivery("a")));
        QVERIFY(message);
        QCOMPARE(message->consumer, 0u);
        m_channel->settle({{message->delivery, Settlement::Ack}});
        QCOMPARE(m_store.calls, QStringList(QStringLiteral("settle a:0")));
    }

    void answersNobodyAfterTheChannelsEnd()
    {
        bool answered = false;
        m_channel->get(QStringLiteral("q"), false,
                       [&](const Result<std::optional<IncomingMessage>> &) { answered = true; });
        m_channel.reset();
        m_store.got(std::optional<StoreDelivery>());
        QVERIFY(!answered);
    }

    void theListenerMayDropTheLinkFromADelivery()
    {
        consume();
        m_seen.onDelivered = [this] { m_link.reset(); };
        arrive({delivery("a")});
        QVERIFY(m_store.isGone);
        m_channel->settle({{1, Settlement::Ack}}); // refused quietly
    }
};

QOMBU_TEST(tst_VirtualLink)
#include "tst_virtuallink.moc"
