// SPDX-License-Identifier: BSD-3-Clause
#include "transports/conformance/conformancetest.h"

#include <Qombu/hub.h>

using namespace std::chrono_literals;

namespace QombuTest {

using namespace Qombu;

namespace {

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
    m_brokers = brokersUnderTest();
    for (size_t i = 0; i < m_brokers.size(); ++i) {
        if (!takes(*m_brokers[i]))
            continue;
        const QString name = m_brokers[i]->name();
        if (!m_brokers[i]->isOverTls()) // which is below all this: one row of it will do
            QTest::addRow("%s, engine here", qPrintable(name)) << int(i) << false;
        QTest::addRow("%s, engine in background", qPrintable(name)) << int(i) << true;
    }
}

void ConformanceTest::initTestCase()
{
    for (const auto &broker : m_brokers) {
        const QString error = takes(*broker) ? broker->start() : QString();
        QVERIFY2(error.isEmpty(), qPrintable(error));
    }
}

void ConformanceTest::init()
{
    m_passes = 0;
    broker().reset();
}

void ConformanceTest::cleanup()
{
    const bool failed = QTest::currentTestFailed();
    broker().mendLinks();
    while (m_connections.size() > 1)
        close(m_connections.back().get());
    if (m_connections.empty())
        return;
    close(m_connections.back().get());
    if (failed)
        return;
    // Closing gave back what was held.
    QCOMPARE(unacked(), 0);
    m_connections.clear();
}

BrokerUnderTest &ConformanceTest::broker() const
{
    QFETCH_GLOBAL(int, broker);
    return *m_brokers[size_t(broker)];
}

bool ConformanceTest::takes(const BrokerUnderTest &) const
{
    return true;
}

bool ConformanceTest::can(Capability capability)
{
    return connection()->capabilities().testFlag(capability);
}

ConnectionOptions ConformanceTest::options() const
{
    QFETCH_GLOBAL(bool, background);
    ConnectionOptions options;
    options.closeTimeout = 60s; // so that a close that only ends by its deadline fails here
    if (background)
        options.hub = Hub::background();
    broker().adapt(options);
    return options;
}

Connection *ConformanceTest::connection()
{
    return m_connections.empty() ? connectAnother() : m_connections.front().get();
}

Connection *ConformanceTest::connectAnother()
{
    Connection *connection = prepareConnection(broker().url());
    must(connection->whenOpen().wait(10s), "opening the connection");
    return connection;
}

Connection *ConformanceTest::connectBreakable()
{
    connection(); // another, which looks
    Connection *breakable = prepareConnection(broker().breakableUrl());
    must(breakable->whenOpen().wait(10s), "opening the connection");
    return breakable;
}

Connection *ConformanceTest::prepareConnection(const BrokerUrl &url)
{
    m_connections.push_back(std::make_unique<Connection>(url, options()));
    return m_connections.back().get();
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

// What is tried again is no failure: its link may have broken.
void ConformanceTest::start(Inbox &inbox)
{
    inbox.consumer()->start();
    const auto hasFailed = [&] {
        return !inbox.failures.isEmpty() && !inbox.failures.last().isRecoverable();
    };
    mustBecomeTrue([&] { return inbox.isConsuming() || hasFailed(); }, "consuming");
    if (hasFailed())
        must(Result<void>(inbox.failures.last()), "consuming");
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
    return broker().ready(queue, connection());
}

qint64 ConformanceTest::unacked()
{
    return broker().held(connection());
}

QString ConformanceTest::waiting(const QString &queue)
{
    return broker().waiting(queue, connection());
}

void ConformanceTest::passThrough(Connection *on)
{
    const QString queue = QStringLiteral("pass-%1").arg(++m_passes);
    const auto inbox = consume({Queue(queue)}, 1, AckMode::None, on);
    publish(queue, {QStringLiteral("pass")}, on);
    mustBecomeTrue([&] { return inbox->count() == 1; }, "passing through");
}

} // namespace QombuTest
