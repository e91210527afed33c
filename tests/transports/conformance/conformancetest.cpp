// SPDX-License-Identifier: BSD-3-Clause
#include "transports/conformance/conformancetest.h"

#include "port/transportregistry.h"

#include <Qombu/hub.h>

#include <QUuid>

using namespace std::chrono_literals;

namespace QombuTest {

using namespace Qombu;

namespace {

enum Broker { Memory, RedisTcp, RedisSocket, RedisPrefix };

// Fails the test function, which goes on with an empty value.
template<typename T>
T must(const Result<T> &result, const char *what)
{
    if (!result) {
        const QByteArray text = what + QByteArray(": ") + result.error().text().toUtf8();
        QTest::qFail(text.constData(), __FILE__, __LINE__);
    }
    if constexpr (!std::is_void_v<T>)
        return result ? *result : T();
}

void mustBecomeTrue(const std::function<bool()> &condition, const char *what)
{
    if (!QTest::qWaitFor(condition, 10000))
        QTest::qFail(QByteArray(what + QByteArray(": not within 10 s")).constData(), __FILE__,
                     __LINE__);
}

} // namespace

ConformanceTest::ConformanceTest() = default;
ConformanceTest::~ConformanceTest() = default;

void ConformanceTest::initTestCase_data()
{
    QTest::addColumn<int>("broker");
    QTest::addColumn<bool>("background");
    const std::pair<const char *, int> brokers[] = {{"memory", Memory},
                                                    {"redis over TCP", RedisTcp},
                                                    {"redis over a unix socket", RedisSocket},
                                                    {"redis with a key prefix", RedisPrefix}};
    const bool hasRedis = TransportRegistry::find(QStringLiteral("redis")).isOk();
    for (const auto &[name, broker] : brokers) {
        if (broker != Memory && !hasRedis)
            continue;
        QTest::addRow("%s, engine here", name) << int(broker) << false;
        QTest::addRow("%s, engine in background", name) << int(broker) << true;
    }
}

void ConformanceTest::initTestCase()
{
    if (!TransportRegistry::find(QStringLiteral("redis")))
        return;
    m_redis = std::make_unique<BrokerProcess>();
    QVERIFY2(m_redis->start(), qPrintable(m_redis->errorText()));
}

void ConformanceTest::init()
{
    m_memoryName = QUuid::createUuid().toString(QUuid::Id128);
    m_passes = 0;
    if (isRedis())
        QCOMPARE(m_redis->text({"FLUSHALL"}), QByteArray("OK"));
}

void ConformanceTest::cleanup()
{
    const bool failed = QTest::currentTestFailed();
    while (m_connections.size() > 1)
        close(m_connections.back().get());
    if (m_connections.empty())
        return;
    close(m_connections.back().get());
    if (failed)
        return;
    // Closing gave back what was held.
    QCOMPARE(inventory().unacked, 0);
    m_connections.clear();
}

bool ConformanceTest::isRedis() const
{
    QFETCH_GLOBAL(int, broker);
    return broker != Memory;
}

BrokerUrl ConformanceTest::url() const
{
    QFETCH_GLOBAL(int, broker);
    switch (broker) {
    case RedisTcp:
        return m_redis->url();
    case RedisSocket:
        return m_redis->unixUrl();
    case RedisPrefix:
        return m_redis->url(3);
    default:
        return QString(QStringLiteral("memory://") + m_memoryName);
    }
}

ConnectionOptions ConformanceTest::options() const
{
    QFETCH_GLOBAL(int, broker);
    QFETCH_GLOBAL(bool, background);
    ConnectionOptions options;
    options.closeTimeout = 60s; // so that a close that only ends by its deadline fails here
    if (background)
        options.hub = Hub::background();
    if (broker == RedisPrefix)
        options.transportOptions.insert(QStringLiteral("global_keyprefix"),
                                        QStringLiteral("ours:"));
    return options;
}

Connection *ConformanceTest::connection()
{
    return m_connections.empty() ? connectAnother() : m_connections.front().get();
}

Connection *ConformanceTest::connectAnother()
{
    m_connections.push_back(std::make_unique<Connection>(url(), options()));
    Connection *connection = m_connections.back().get();
    must(connection->whenOpen().wait(10s), "opening the connection");
    return connection;
}

void ConformanceTest::close(Connection *connection)
{
    must(connection->close().wait(10s), "closing the connection");
    std::erase_if(m_connections,
                  [connection](const auto &other) { return other.get() == connection; });
}

void ConformanceTest::publish(const QString &queue, const QStringList &texts, Connection *from)
{
    Producer producer(from ? from : connection(), Queue(queue));
    std::vector<Pending<void>> answers;
    for (const QString &text : texts)
        answers.push_back(producer.publish(text));
    for (const Pending<void> &answer : answers)
        must(answer.wait(10s), "publishing");
}

void ConformanceTest::publish(const Exchange &exchange, const QString &routingKey,
                              const QString &text)
{
    must(Producer(connection(), exchange, routingKey).publish(text).wait(10s), "publishing");
}

std::unique_ptr<Inbox> ConformanceTest::prepare(const QList<Queue> &queues, int prefetchCount,
                                                AckMode mode, Connection *on)
{
    auto consumer = std::make_unique<Consumer>(on ? on : connection(), queues);
    consumer->setPrefetchCount(prefetchCount);
    consumer->setAckMode(mode);
    return std::make_unique<Inbox>(std::move(consumer));
}

std::unique_ptr<Inbox> ConformanceTest::consume(const QList<Queue> &queues, int prefetchCount,
                                                AckMode mode, Connection *on)
{
    auto inbox = prepare(queues, prefetchCount, mode, on);
    start(*inbox);
    return inbox;
}

void ConformanceTest::start(Inbox &inbox)
{
    inbox.consumer()->start();
    mustBecomeTrue([&] { return inbox.isConsuming() || !inbox.failures.isEmpty(); }, "consuming");
    if (!inbox.failures.isEmpty())
        must(Result<void>(inbox.failures.first()), "consuming");
}

QueueInfo ConformanceTest::declare(const Queue &queue)
{
    return must(connection()->defaultChannel()->declare(queue).wait(10s), "declaring a queue");
}

Inventory ConformanceTest::inventory()
{
    return must(Browser(connection()).inventory().wait(10s), "taking the inventory");
}

qint64 ConformanceTest::ready(const QString &queue)
{
    const Inventory seen = inventory();
    for (const QueueRow &row : seen.queues) {
        if (row.name == queue)
            return row.ready;
    }
    return 0;
}

qint64 ConformanceTest::unacked()
{
    return inventory().unacked;
}

QString ConformanceTest::waiting(const QString &queue)
{
    return textsOf(must(Browser(connection()).peek(queue).wait(10s), "peeking"));
}

void ConformanceTest::passThrough(Connection *on)
{
    const QString queue = QStringLiteral("pass-%1").arg(++m_passes);
    const auto inbox = consume({Queue(queue)}, 1, AckMode::None, on);
    publish(queue, {QStringLiteral("pass")}, on);
    mustBecomeTrue([&] { return inbox->count() == 1; }, "passing through");
}

} // namespace QombuTest
