// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/connection_p.h"
#include "client/handles/consumer_p.h"
#include "client/engine/engine.h"
#include "client/handles/producer_p.h"
#include "core/logging_p.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qthread.h>

#include <limits>

namespace Qombu {
namespace {

// Signals in one turn of the loop, so that a GUI breathes.
constexpr int MostPerTurn = 64;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Connection)
};

} // namespace

// Where the Courier's events arrive.
class ConnectionPrivate::Receiver final : public QObject
{
public:
    explicit Receiver(ConnectionPrivate *connection)
        : m_connection(connection)
    {
    }

    void disconnectFromHandle() { m_connection = nullptr; }

protected:
    void customEvent(QEvent *event) override
    {
        if (!m_connection)
            return;
        if (event->type() == Courier::eventType())
            m_connection->loopTurned();
        else if (event->type() == Courier::callType())
            m_connection->dispatch();
    }

private:
    ConnectionPrivate *m_connection;
};

ConnectionPrivate::ConnectionPrivate(Connection *connection, const BrokerUrl &brokerUrl,
                                     const ConnectionOptions &connectionOptions)
    : q(connection)
    , url(brokerUrl)
    , options(connectionOptions)
    , m_receiver(std::make_unique<Receiver>(this))
{
    m_courier->connectHandle(m_receiver.get());
}

ConnectionPrivate::~ConnectionPrivate()
{
    m_receiver->disconnectFromHandle();
    if (m_depth > 0)
        m_receiver.release()->deleteLater(); // its event handler is on the call stack
}

ConnectionPrivate *ConnectionPrivate::get(const Connection *connection)
{
    return connection ? connection->d.get() : nullptr;
}

Error ConnectionPrivate::connectionGone()
{
    return Error(Error::Cancelled, Text::tr("The connection does not exist any more."));
}

void ConnectionPrivate::ensureEngine()
{
    if (m_hasEngine || m_isShuttingDown)
        return;
    m_hasEngine = true;
    m_hub = options.hub ? options.hub : Hub::current();
    m_courier->connectEngine(m_hub, std::make_shared<Engine>(m_courier, m_hub, url, options));
}

bool ConnectionPrivate::send(Command command)
{
    Q_ASSERT_X(QThread::currentThread() == q->thread(), "Qombu::Connection",
               "handles are used in the thread that made them");
    ensureEngine();
    return m_courier->send(std::move(command));
}

bool ConnectionPrivate::isSameThread() const
{
    return m_hub->thread() == QThread::currentThread();
}

Pending<void> ConnectionPrivate::close()
{
    if (!m_hasEngine)
        return Result<void>();
    m_isClosing = true;
    for (const auto &[id, handle] : m_consumers)
        handle->reportTaken();
    return ask<void>([number = ++m_closeNumber](Engine &engine, Done<void> done) {
        engine.close(number, std::move(done));
    });
}

// Where an event loop runs, the engine finishes in it (or in its own thread). Where none does (any
// more), this is the last chance: wait, but not longer than the closing may take.
void ConnectionPrivate::shutDown()
{
    for (const auto &[id, handle] : m_consumers)
        handle->reportTaken();
    m_isShuttingDown = true;
    for (ConsumerPrivate *handle : std::exchange(m_consumerHandles, {}))
        handle->connectionGone();
    m_consumers.clear();
    if (m_hasEngine && m_courier->send(EngineCall([](Engine &engine) { engine.shutDown(); }))
        && QCoreApplication::instance() && QThread::currentThread()->loopLevel() == 0) {
        waitForEngineEnd();
    }
    dispatch();
    m_courier->disconnectHandle();
    failEverything();
    if (*m_deliveryWake)
        (*m_deliveryWake)();
}

void ConnectionPrivate::waitForEngineEnd()
{
    if (!isSameThread()) {
        m_courier->waitForEngineEnd(options.closeTimeout);
        return;
    }
    const auto deadline = m_hub->now() + options.closeTimeout;
    while (m_courier->hasEngine()) {
        const auto rest = deadline - m_hub->now();
        if (rest <= Hub::Duration::zero())
            return;
        m_hub->runOnce(std::chrono::ceil<std::chrono::milliseconds>(rest));
    }
}

void ConnectionPrivate::failEverything()
{
    const Error why(Error::Cancelled,
                    Text::tr("The connection was closed before the broker answered."));
    auto publishes = m_ledger.takeAll();
    if (!publishes.empty()) {
        qCWarning(lcClient,
                  "A connection ended with %d publishes that the broker had not confirmed.",
                  int(publishes.size()));
    }
    for (PublishLedger::Entry &entry : publishes)
        entry.resolver->fail(why);
    for (const auto &[id, waiting] : std::exchange(m_answers, {}))
        waiting->fail(why);
}

void ConnectionPrivate::postWake()
{
    m_courier->wakeHandle();
}

// The event loop has had its turn.
void ConnectionPrivate::loopTurned()
{
    m_isResting = false;
    m_budget = MostPerTurn;
    dispatch();
}

void ConnectionPrivate::rest()
{
    if (!std::exchange(m_isResting, true))
        m_courier->wakeHandleByLoop();
}

// Each piece of work is taken before user code runs, and a wake-up is posted before that: a slot
// may turn a nested event loop, where the rest goes on.
void ConnectionPrivate::dispatch()
{
    if (m_isShuttingDown)
        m_budget = std::numeric_limits<int>::max();
    if (m_budget <= 0)
        return rest();
    for (Event &event : m_courier->takeEvents())
        m_inbox.push_back(std::move(event));
    if (m_inbox.empty() && m_ends.empty() && m_ready.empty())
        return;
    postWake();

    const QPointer<Connection> guard(q);
    ++m_depth;
    while (!m_inbox.empty() && m_budget > 0) {
        Event event = std::move(m_inbox.front());
        m_inbox.pop_front();
        if (auto *batch = std::get_if<FetchedBatch>(&event)) {
            accept(std::move(*batch));
        } else if (auto *ends = std::get_if<std::vector<PublishEnd>>(&event)) {
            std::move(ends->begin(), ends->end(), std::back_inserter(m_ends));
        } else {
            --m_budget;
            std::get<HandleCall>(event)(*this);
            if (!guard)
                return;
        }
    }
    while (!m_ends.empty() && m_budget > 0) {
        PublishEnd end = std::move(m_ends.front());
        m_ends.pop_front();
        if (!settlePublish(std::move(end)))
            return;
    }
    deliver();
    if (!guard)
        return;
    --m_depth;
    if (m_budget <= 0)
        rest();
}

// Older states that still arrive say nothing about the last close().
void ConnectionPrivate::closingEnded(quint64 number)
{
    if (number != m_closeNumber)
        return;
    m_isClosing = false;
    for (const auto &[id, handle] : m_consumers) {
        if (handle->hasDeliverable()) // there was no link to put it back
            deliverLater(id);
    }
}

void ConnectionPrivate::changeState(Connection::State newState)
{
    if (newState == Connection::Open)
        error = Error();
    if (state == newState)
        return;
    state = newState;
    if (!m_isShuttingDown)
        Q_EMIT q->stateChanged(newState);
}

void ConnectionPrivate::errorHappened(const Error &why)
{
    error = why;
    if (!m_isShuttingDown)
        Q_EMIT q->errorOccurred(why);
}

void ConnectionPrivate::reconnecting(int attempt, std::chrono::milliseconds delay,
                                     const QString &to)
{
    if (!m_isShuttingDown)
        Q_EMIT q->reconnecting(attempt, delay, to);
}

void ConnectionPrivate::serverPropertiesChanged(const QVariantMap &properties)
{
    serverProperties = properties;
}

void ConnectionPrivate::blockedChanged(bool blocked, const QString &reason)
{
    isBlocked = blocked;
    if (!m_isShuttingDown)
        Q_EMIT q->blockedChanged(blocked, reason);
}

void ConnectionPrivate::contentionChanged(const QString &queue, bool contended)
{
    if (!m_isShuttingDown)
        Q_EMIT q->contentionChanged(queue, contended);
}

void ConnectionPrivate::messageQuarantined(const QString &queue, const Error &why)
{
    if (!m_isShuttingDown)
        Q_EMIT q->messageQuarantined(queue, why);
}

} // namespace Qombu
