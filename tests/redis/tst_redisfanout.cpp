// SPDX-License-Identifier: BSD-3-Clause
#include "support/blockingsubscriber.h"
#include "support/redisparts.h"
#include "support/testmain.h"
#include "transports/redis/consuming/redisfanout.h"
#include "transports/redis/redisoptions.h"
#include "virtual/envelope/envelope.h"

#include <QTest>

#include <deque>

using namespace Qombu;
using namespace Qombu::Redis;
using QombuTest::BlockingSender;
using QombuTest::BlockingSubscriber;
using QombuTest::BrokerProcess;
using QombuTest::RedisParts;

namespace {

class Listener : public DeliveryListener
{
public:
    Listener(quint64 consumer, std::function<void(quint64, const IncomingMessage &)> heard)
        : m_consumer(consumer)
        , m_heard(std::move(heard))
    {
    }
    void delivered(std::vector<IncomingMessage> &&messages) override
    {
        for (const IncomingMessage &message : messages)
            m_heard(m_consumer, message);
    }
    void consumerCancelled(const QString &, const Error &) override {}
    void channelClosed(const Error &) override {}

private:
    const quint64 m_consumer;
    const std::function<void(quint64, const IncomingMessage &)> m_heard;
};

} // namespace

// A server that answers when the test says so.
class SlowSubscriber : public Subscriber
{
public:
    void psubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done) override
    {
        asked << patterns;
        m_waiting.push_back(std::move(done));
    }
    void punsubscribe(const QList<QByteArray> &patterns, CommandSender::Reply) override
    {
        dropped << patterns;
    }
    void answer(const Result<RespValue> &reply) // to the oldest
    {
        const CommandSender::Reply done = std::move(m_waiting.front());
        m_waiting.pop_front();
        done(reply);
    }
    QList<QList<QByteArray>> asked;
    QList<QList<QByteArray>> dropped;

private:
    std::deque<CommandSender::Reply> m_waiting;
};

// Two consumers of one queue, and what they were told.
struct Watchers
{
    explicit Watchers(RedisParts &parts)
        : fanout(subscriber, parts.keys, parts.host())
    {
    }
    void watch(quint64 consumer, const Queue &queue)
    {
        fanout.watch(consumer, &listener, {queue}, [this, consumer](const Result<void> &result) {
            answers << QStringLiteral("%1:%2").arg(consumer).arg(
                QLatin1String(result ? "yes" : "no"));
        });
    }
    SlowSubscriber subscriber;
    RedisFanout fanout;
    Listener listener{1, [](quint64, const IncomingMessage &) {}};
    QStringList answers;
};

// Against a real server.
class tst_RedisFanout : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void subscribesAsKombu_data();
    void subscribesAsKombu();
    void deliversWithNothingToSettle();
    void givesEachQueueACopy();
    void givesAQueueOneCopyHoweverManyBindingsFit();
    void sharesAQueueBetweenItsConsumers();
    void subscribesToBindingsMadeLater();
    void unsubscribesWithTheLastConsumer();
    void keepsAPatternThatAnotherQueueUses();
    void answersAllWhoWaitForASubscription();
    void failsAllWhoWaitForASubscription();
    void answersWhoWantsItNoMore();
    void forgetsTheBindingsOfADeletedQueue();
    void tellsWhatItCannotRead();
    void ignoresQueuesThatAreNoBroadcast();
    void mayBeUnwatchedWhileItDelivers();
    void matchesLikeTheServer_data();
    void matchesLikeTheServer();

private:
    Queue fanoutQueue(const QString &name, const QString &key = QString(),
                      const QString &exchange = QStringLiteral("fanx"));
    void watch(quint64 consumer, const QList<Queue> &queues);
    void heard(quint64 consumer, const IncomingMessage &message);
    void publish(const QByteArray &channel, const QByteArray &body = "x");
    qint64 patternsOnServer() { return m_server.integer({"PUBSUB", "NUMPAT"}); }

    BrokerProcess m_server;
    std::unique_ptr<BlockingSubscriber> m_subscriber;
    std::unique_ptr<BlockingSender> m_sender;
    std::unique_ptr<RedisParts> m_parts;
    std::unique_ptr<RedisFanout> m_fanout;
    std::deque<Listener> m_listeners;
    QStringList m_arrived; // "consumer:queue:body"
    std::function<void()> m_whileDelivering;
};

void tst_RedisFanout::initTestCase()
{
    QVERIFY2(m_server.start(), qPrintable(m_server.errorText()));
}

void tst_RedisFanout::init()
{
    RedisOptions options;
    options.fanoutPrefix = "/0.";
    m_arrived.clear();
    m_whileDelivering = {};
    m_subscriber = std::make_unique<BlockingSubscriber>(m_server.port());
    m_listeners.clear();
    m_sender = std::make_unique<BlockingSender>(m_server.port());
    m_parts = std::make_unique<RedisParts>(*m_sender, options);
    m_fanout = std::make_unique<RedisFanout>(*m_subscriber, m_parts->keys, m_parts->host());
    m_subscriber->receiver = [this](const QByteArray &pattern, const QByteArray &channel,
                                    QByteArray &&payload) {
        m_fanout->received(pattern, channel, std::move(payload));
    };
}

void tst_RedisFanout::heard(quint64 consumer, const IncomingMessage &message)
{
    QCOMPARE(message.delivery, 0u);
    QVERIFY(message.broadcastBytes > 0);
    m_arrived << QStringLiteral("%1:%2:%3")
                     .arg(consumer)
                     .arg(message.queue, QString::fromUtf8(message.content->body));
    if (m_whileDelivering)
        m_whileDelivering();
}

void tst_RedisFanout::cleanup()
{
    m_fanout.reset();
    m_subscriber.reset();
    QTRY_COMPARE(patternsOnServer(), 0);
}

Queue tst_RedisFanout::fanoutQueue(const QString &name, const QString &key, const QString &exchange)
{
    return Queue(name, Exchange(exchange, ExchangeType::Fanout), key);
}

void tst_RedisFanout::watch(quint64 consumer, const QList<Queue> &queues)
{
    int answers = 0;
    m_listeners.emplace_back(consumer, [this](quint64 number, const IncomingMessage &message) {
        heard(number, message);
    });
    m_fanout->watch(consumer, &m_listeners.back(), queues, [&](const Result<void> &result) {
        QVERIFY2(result, qPrintable(result.error().text()));
        ++answers;
    });
    QCOMPARE(answers, 1);
}

void tst_RedisFanout::publish(const QByteArray &channel, const QByteArray &body)
{
    MessageContent content;
    content.body = body;
    content.contentType = QStringLiteral("text/plain");
    content.contentEncoding = QStringLiteral("utf-8");
    m_server.command({"PUBLISH", channel, *Envelope::encode(content, "tag")});
}

void tst_RedisFanout::subscribesAsKombu_data() // T15
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QByteArray>("pattern");
    QTest::newRow("wild key") << QStringLiteral("k.#") << QByteArray("/0.fanx/k.*");
    QTest::newRow("no key") << QString() << QByteArray("/0.fanx");
}

void tst_RedisFanout::subscribesAsKombu()
{
    QFETCH(QString, key);
    QFETCH(QByteArray, pattern);
    watch(1, {fanoutQueue(QStringLiteral("q"), key)});
    QCOMPARE(m_subscriber->patterns(), QList<QByteArray>{pattern});
    QCOMPARE(patternsOnServer(), 1);
}

void tst_RedisFanout::deliversWithNothingToSettle()
{
    watch(1, {fanoutQueue(QStringLiteral("q"))});
    publish("/0.fanx", "hello");
    m_subscriber->receive(1);
    QCOMPARE(m_arrived, QStringList{QStringLiteral("1:q:hello")});
    QCOMPARE(m_server.integer({"DBSIZE"}), 0); // never recorded in unacked (F23)
}

void tst_RedisFanout::givesEachQueueACopy() // F21
{
    watch(1, {fanoutQueue(QStringLiteral("q1")), fanoutQueue(QStringLiteral("q2"))});
    QCOMPARE(patternsOnServer(), 1);
    publish("/0.fanx");
    m_subscriber->receive(1);
    QCOMPARE(m_arrived, (QStringList{QStringLiteral("1:q1:x"), QStringLiteral("1:q2:x")}));
}

void tst_RedisFanout::givesAQueueOneCopyHoweverManyBindingsFit()
{
    Queue queue = fanoutQueue(QStringLiteral("q"), QStringLiteral("k.*"));
    queue.addBinding(Exchange(QStringLiteral("fanx"), ExchangeType::Fanout), QStringLiteral("#"));
    watch(1, {queue});
    publish("/0.fanx/k.1", "both");
    m_subscriber->receive(2); // the server sends one for each pattern
    publish("/0.fanx/other", "one");
    m_subscriber->receive(1);
    QCOMPARE(m_arrived, (QStringList{QStringLiteral("1:q:both"), QStringLiteral("1:q:one")}));
}

void tst_RedisFanout::sharesAQueueBetweenItsConsumers()
{
    watch(1, {fanoutQueue(QStringLiteral("q"))});
    watch(2, {fanoutQueue(QStringLiteral("q"))});
    for (const char *body : {"a", "b", "c"})
        publish("/0.fanx", body);
    m_subscriber->receive(3);
    QCOMPARE(
        m_arrived,
        (QStringList{QStringLiteral("1:q:a"), QStringLiteral("2:q:b"), QStringLiteral("1:q:c")}));
}

void tst_RedisFanout::subscribesToBindingsMadeLater()
{
    const Exchange exchange(QStringLiteral("later"), ExchangeType::Fanout);
    watch(1, {Queue("q")});
    QCOMPARE(patternsOnServer(), 0);
    m_fanout->bound({exchange, QString(), QStringLiteral("q"), {}});
    QCOMPARE(m_subscriber->patterns(), QList<QByteArray>{"/0.later"});
    publish("/0.later");
    m_subscriber->receive(1);
    QCOMPARE(m_arrived.size(), 1);
    m_fanout->unbound({exchange, QString(), QStringLiteral("q"), {}});
    QCOMPARE(patternsOnServer(), 0);
}

void tst_RedisFanout::unsubscribesWithTheLastConsumer() // F20
{
    watch(1, {fanoutQueue(QStringLiteral("q"))});
    watch(2, {fanoutQueue(QStringLiteral("q"))});
    m_fanout->unwatch(1);
    QCOMPARE(patternsOnServer(), 1);
    m_fanout->unwatch(2);
    QCOMPARE(patternsOnServer(), 0);
    watch(3, {Queue("q")}); // the binding is still known
    QCOMPARE(patternsOnServer(), 1);
}

void tst_RedisFanout::keepsAPatternThatAnotherQueueUses()
{
    watch(1, {fanoutQueue(QStringLiteral("q1"))});
    watch(2, {fanoutQueue(QStringLiteral("q2"))});
    m_fanout->unwatch(1);
    QCOMPARE(patternsOnServer(), 1);
    publish("/0.fanx");
    m_subscriber->receive(1);
    QCOMPARE(m_arrived, QStringList{QStringLiteral("2:q2:x")});
}

void tst_RedisFanout::answersAllWhoWaitForASubscription()
{
    Watchers watchers(*m_parts);
    watchers.watch(1, fanoutQueue(QStringLiteral("q")));
    watchers.watch(2, fanoutQueue(QStringLiteral("q")));
    watchers.watch(3, fanoutQueue(QStringLiteral("other"))); // the same pattern
    QCOMPARE(watchers.subscriber.asked.size(), 1);
    QCOMPARE(watchers.answers, QStringList());
    watchers.subscriber.answer(RespValue());
    QCOMPARE(watchers.answers.size(), 3);
    QVERIFY(watchers.answers.filter(QStringLiteral("yes")).size() == 3);
    watchers.watch(4, fanoutQueue(QStringLiteral("q")));
    QCOMPARE(watchers.answers.size(), 4); // it is in force
    QCOMPARE(watchers.subscriber.asked.size(), 1);
}

void tst_RedisFanout::failsAllWhoWaitForASubscription()
{
    Watchers watchers(*m_parts);
    watchers.watch(1, fanoutQueue(QStringLiteral("q")));
    watchers.watch(2, fanoutQueue(QStringLiteral("q")));
    watchers.subscriber.answer(Error(Error::Configuration, QStringLiteral("NOPERM")));
    QCOMPARE(watchers.answers, (QStringList{QStringLiteral("1:no"), QStringLiteral("2:no")}));
    watchers.fanout.unwatch(1);
    watchers.fanout.unwatch(2);
    QVERIFY(watchers.subscriber.dropped.isEmpty()); // nothing is in force
    watchers.watch(3, fanoutQueue(QStringLiteral("q"))); // asks again
    QCOMPARE(watchers.subscriber.asked.size(), 2);
    watchers.subscriber.answer(RespValue());
    QCOMPARE(watchers.answers.last(), QStringLiteral("3:yes"));
}

// Between its question and the answer it goes and comes back: the first answer is not the second.
void tst_RedisFanout::answersWhoWantsItNoMore()
{
    Watchers watchers(*m_parts);
    watchers.watch(1, fanoutQueue(QStringLiteral("q")));
    watchers.fanout.unwatch(1);
    QCOMPARE(watchers.answers.size(), 1); // it waits for nothing any more
    QCOMPARE(watchers.subscriber.dropped.size(), 1);
    watchers.watch(2, fanoutQueue(QStringLiteral("q")));
    QCOMPARE(watchers.subscriber.asked.size(), 2);
    watchers.subscriber.answer(Error(Error::Configuration, QStringLiteral("NOPERM")));
    QCOMPARE(watchers.answers.size(), 1);
    watchers.subscriber.answer(RespValue());
    QCOMPARE(watchers.answers.last(), QStringLiteral("2:yes"));
}

void tst_RedisFanout::forgetsTheBindingsOfADeletedQueue()
{
    const Exchange exchange(QStringLiteral("fanx"), ExchangeType::Fanout);
    m_fanout->bound({exchange, QString(), QStringLiteral("q"), {}});
    m_fanout->removed(QStringLiteral("q"));
    watch(1, {Queue("q")}); // a new one, with the name of the old one
    QCOMPARE(patternsOnServer(), 0);
    m_fanout->bound({exchange, QString(), QStringLiteral("q"), {}});
    QCOMPARE(patternsOnServer(), 1);
    m_fanout->removed(QStringLiteral("q")); // while it is consumed
    QCOMPARE(patternsOnServer(), 0);
    m_fanout->removed(QStringLiteral("unknown"));
}

void tst_RedisFanout::tellsWhatItCannotRead()
{
    watch(1, {fanoutQueue(QStringLiteral("q"))});
    m_server.command({"PUBLISH", "/0.fanx", "no envelope"});
    publish("/0.fanx", "next");
    m_subscriber->receive(2);
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Quarantine);
    QCOMPARE(m_parts->notices[0].queue, QStringLiteral("q"));
    QCOMPARE(m_arrived, QStringList{QStringLiteral("1:q:next")});
    QCOMPARE(m_server.integer({"DBSIZE"}), 0);
}

void tst_RedisFanout::ignoresQueuesThatAreNoBroadcast()
{
    watch(1, {Queue(QStringLiteral("q"), Exchange(QStringLiteral("d")), QStringLiteral("k"))});
    m_fanout->bound({Exchange(QStringLiteral("d")), QStringLiteral("k"), QStringLiteral("q"), {}});
    QCOMPARE(patternsOnServer(), 0);
}

void tst_RedisFanout::mayBeUnwatchedWhileItDelivers()
{
    watch(1, {fanoutQueue(QStringLiteral("q1")), fanoutQueue(QStringLiteral("q2"))});
    m_whileDelivering = [this] { m_fanout->unwatch(1); };
    publish("/0.fanx");
    m_subscriber->receive(1);
    QVERIFY(!m_arrived.isEmpty());
    QCOMPARE(patternsOnServer(), 0);
}

void tst_RedisFanout::matchesLikeTheServer_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::addColumn<QByteArray>("channel");
    const QList<QByteArray> patterns = {"/0.e",     "/0.e/*",        "/0.e/k.*",
                                        "/0.e/*.z", "/0.e/a\\[b\\]", "/0.e/*b*"};
    const QList<QByteArray> channels = {"/0.e",      "/0.e/",  "/0.e/k", "/0.e/k.z",
                                        "/0.e/a[b]", "/0.e/b", "/0.ex"};
    for (const QByteArray &pattern : patterns) {
        for (const QByteArray &channel : channels)
            QTest::addRow("%s %s", pattern.constData(), channel.constData()) << pattern << channel;
    }
}

void tst_RedisFanout::matchesLikeTheServer()
{
    QFETCH(QByteArray, pattern);
    QFETCH(QByteArray, channel);
    m_subscriber->psubscribe({pattern}, [](const auto &) {});
    const bool fits = m_server.integer({"PUBLISH", channel, "x"}) == 1;
    QCOMPARE(fitsChannel(pattern, channel), fits);
}

QOMBU_TEST(tst_RedisFanout)
#include "tst_redisfanout.moc"
