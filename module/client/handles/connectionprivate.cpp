// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/consumer_p.h"
#include "core/queue_p.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <limits>

namespace Qombu {
namespace {

// Signals in one turn of the loop, so that a GUI breathes.
constexpr int MostPerTurn = 64;
constexpr int ForDeliveries = MostPerTurn / 2; // if there is something to deliver

struct ConnectionText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Connection)
};

// Sums with the time of day must have room for them.
ConnectionOptions withBoundedTimes(ConnectionOptions options)
{
    constexpr std::chrono::hours Century(24 * 36524);
    for (std::chrono::milliseconds *const time :
         {&options.connectTimeout, &options.requestTimeout, &options.publishTimeout,
          &options.closeTimeout, &options.retryFirst, &options.retryMaximum})
        *time = std::min<std::chrono::milliseconds>(*time, Century);
    return options;
}

} // namespace

// Turns news of the engine into properties, signals and answers. Each runs user code as its last
// act.
class ConnectionPrivate::Reader
{
public:
    explicit Reader(ConnectionPrivate &connection)
        : d(connection)
    {
    }

    void operator()(News::Answer &&news) { d.m_answers.settle(std::move(news)); }
    void operator()(News::StateChanged &&news)
    {
        const bool isOver = news.state == Connection::Open && d.error.isError();
        if (isOver)
            d.error = Error();
        const QPointer<Connection> guard(d.q);
        if (std::exchange(d.state, news.state) != news.state)
            Q_EMIT guard->stateChanged(news.state);
        if (guard && isOver)
            Q_EMIT guard->errorChanged();
    }
    void operator()(News::ErrorHappened &&news)
    {
        d.error = news.error;
        const QPointer<Connection> guard(d.q);
        Q_EMIT guard->errorChanged();
        if (guard)
            Q_EMIT guard->errorOccurred(news.error);
    }
    void operator()(News::Reconnecting &&news)
    {
        Q_EMIT d.q->reconnecting(news.attempt, news.delay, news.url);
    }
    void operator()(News::ServerKnown &&news)
    {
        const Capabilities before = d.q->capabilities();
        d.serverProperties = news.properties;
        d.capabilities = news.capabilities;
        if (before != news.capabilities)
            Q_EMIT d.q->capabilitiesChanged();
    }
    // The answer may close the connection, or delete it.
    void operator()(News::CredentialsWanted &&news)
    {
        const QPointer<Connection> guard(d.q);
        const auto ask = d.options.credentials;
        const Credentials credentials = ask(news.url);
        if (guard)
            d.order(Order::UseCredentials{news.attempt, credentials});
    }
    void operator()(News::Blocked &&news)
    {
        d.isBlocked = news.blocked;
        Q_EMIT d.q->blockedChanged(news.blocked, news.reason);
    }
    void operator()(News::Noticed &&news) { Q_EMIT d.q->notice(news.notice); }
    void operator()(News::QueueNamed &&news)
    {
        const quint64 token = QueueToken::of(news.queue);
        if (news.name.isEmpty()) {
            d.m_names.remove(token);
            return;
        }
        d.m_names.insert(token, news.name);
        if (!news.before.isEmpty())
            Q_EMIT d.q->queueRenamed(news.queue, news.before, news.name);
    }
    // States that still arrive from before say nothing about the last close().
    void operator()(News::ClosingEnded &&news)
    {
        if (news.number != d.m_closeNumber)
            return;
        d.m_isClosing = false;
        d.desk.deliverAllLater(); // there was no link to put it back
    }
    void operator()(News::EngineEnded &&) { d.failEverything(); }
    void operator()(News::DropFetched &&news) { d.desk.drop(news); }
    void operator()(News::PutBack &&news)
    {
        if (ConsumerPrivate *of = d.desk.find(news.consumer))
            of->batches.clear();
    }
    void operator()(News::ConsumerState &&news)
    {
        if (ConsumerPrivate *to = d.desk.find(news.consumer))
            to->engineStateChanged(news.state);
    }
    void operator()(News::ConsumerFailed &&news)
    {
        if (ConsumerPrivate *to = d.desk.find(news.consumer))
            Q_EMIT to->q->errorOccurred(news.error);
    }
    void operator()(News::ConsumerCancelled &&news)
    {
        if (ConsumerPrivate *to = d.desk.find(news.consumer))
            Q_EMIT to->q->cancelledByBroker(news.error);
    }
    void operator()(News::ConsumerLeft &&news)
    {
        if (ConsumerPrivate *of = d.desk.find(news.consumer))
            of->wish.queues.removeIf(
                [&](const Queue &queue) { return d.nameOf(queue) == news.queue; });
    }
    void operator()(News::ConsumerDrained &&news) { d.desk.drained(news.consumer); }
    void operator()(News::SettlementLost &&news) { d.desk.settlementLost(news); }

private:
    ConnectionPrivate &d;
};

ConnectionPrivate::ConnectionPrivate(Connection *connection, const BrokerUrl &brokerUrl,
                                     const ConnectionOptions &connectionOptions)
    : q(connection)
    , url(brokerUrl)
    , options(withBoundedTimes(connectionOptions))
{
    useHub(options.hub);
    m_courier->connectHandle(q);
}

void ConnectionPrivate::useHub(Hub *hub)
{
    options.hub = hub;
    m_chosenHub = hub;
}

ConnectionPrivate *ConnectionPrivate::get(const Connection *connection)
{
    return connection ? connection->d.get() : nullptr;
}

Error ConnectionPrivate::connectionGone()
{
    return Error(Error::Cancelled, ConnectionText::tr("The connection does not exist any more."));
}

void ConnectionPrivate::ensureEngine()
{
    expectHome();
    if (m_hasEngine || m_isShuttingDown)
        return;
    m_hasEngine = true;
    if (options.hub && !m_chosenHub)
        return; // its thread has ended
    m_hub = options.hub ? options.hub : Hub::current();
    m_courier->connectEngine(m_hub, makeEngine(m_courier, m_hub, url, options));
}

bool ConnectionPrivate::isSameThread() const
{
    return m_hub->thread() == QThread::currentThread();
}

QString ConnectionPrivate::nameOf(const Queue &queue) const
{
    const quint64 token = QueueToken::of(queue);
    return token == 0 ? queue.name() : m_names.value(token);
}

Pending<std::optional<Message>> ConnectionPrivate::get(const QString &queue, AckMode mode)
{
    if (m_isShuttingDown)
        return Result<std::optional<Message>>(connectionGone());
    const quint64 ticket = newId();
    auto pending = m_answers.addMessage(ticket, m_courier, mode);
    if (!order(Order::Request{ticket, Ask::Get{queue}}))
        answerLater({ticket, connectionGone()});
    return pending;
}

void ConnectionPrivate::answerLater(News::Answer answer)
{
    m_inbox.push_back(Event(std::make_unique<News::Any>(std::move(answer))));
    wakeLater();
}

Pending<void> ConnectionPrivate::publish(PublishRequest &&request)
{
    if (m_isShuttingDown)
        return Result<void>(connectionGone());
    Error refusal = ledger.refusal(request);
    if (m_isClosing)
        refusal = Error(
            Error::Cancelled,
            QCoreApplication::translate("Qombu::Producer", "The connection is being closed."));
    if (refusal.isError())
        return failPublishLater(std::move(request), refusal);
    Pending<void> pending = ledger.add(request);
    const quint64 id = request.id;
    ensureEngine();
    if (!m_courier->publish(std::move(request))) {
        std::vector<PublishEnd> ends;
        ends.push_back({id, connectionGone(), nullptr});
        m_inbox.push_back(Event(PublishEnds{std::move(ends)}));
        wakeLater();
    }
    return pending;
}

// Fails in a later turn, so that the caller can say who looks at the answer.
Pending<void> ConnectionPrivate::failPublishLater(PublishRequest &&request, const Error &why)
{
    if (m_isShuttingDown)
        return Result<void>(why);
    FailedPublish failed;
    failed.entry.resolver.emplace();
    failed.entry.producer = request.producer;
    failed.why = why;
    failed.request = std::make_unique<PublishRequest>(std::move(request));
    Pending<void> pending = failed.entry.resolver->pending();
    m_inbox.push_back(std::move(failed));
    wakeLater();
    return pending;
}

Pending<void> ConnectionPrivate::close()
{
    if (!m_hasEngine || m_isShuttingDown)
        return Result<void>();
    m_isClosing = true;
    desk.reportTaken();
    auto [pending, ticket] = newAnswer<void>();
    if (!order(Order::Close{++m_closeNumber, ticket}))
        answerLater({ticket, connectionGone()});
    return pending;
}

// Where an event loop runs, the engine finishes in it (or in its own thread). Where none does (any
// more), this is the last chance: wait, but not longer than the closing may take.
void ConnectionPrivate::shutDown()
{
    desk.reportTaken();
    m_isShuttingDown = true;
    q->blockSignals(true);
    for (ConsumerPrivate *handle : desk.takeHandles())
        handle->connectionGone();
    if (m_hasEngine && m_courier->order(Order::ShutDown()) && QCoreApplication::instance()
        && QThread::currentThread()->loopLevel() == 0) {
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
                    ConnectionText::tr("The connection was closed before the broker answered."));
    const QPointer<Connection> guard(q);
    ledger.failAll(why.withInDoubt(true)); // nobody knows
    if (guard)
        m_answers.failAll(why);
}

void ConnectionPrivate::wakeLater()
{
    m_courier->wakeHandle();
}

void ConnectionPrivate::hear(const QEvent &event)
{
    if (event.type() == Courier::eventType()) { // the event loop has had its turn
        m_isResting = false;
        m_budget = MostPerTurn;
        dispatch();
    } else if (event.type() == Courier::callType()) {
        dispatch();
    }
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
    if (m_inbox.empty() && !desk.hasReady())
        return;
    wakeLater();

    const QPointer<Connection> guard(q);
    readInbox();
    if (guard)
        deliver();
    if (guard && m_budget <= 0)
        rest();
}

// Strictly in order: what the engine told first is heard first. Whoever waits for ends of publishes
// leaves the Consumers their share.
void ConnectionPrivate::readInbox()
{
    const QPointer<Connection> guard(q);
    while (guard && !m_inbox.empty() && m_budget > (desk.hasReady() ? ForDeliveries : 0)) {
        Item item = std::move(m_inbox.front());
        m_inbox.pop_front();
        if (auto *failed = std::get_if<FailedPublish>(&item)) {
            --m_budget;
            ledger.tell(std::move(failed->entry), failed->why, failed->request.get());
            continue;
        }
        Event &event = std::get<Event>(item);
        if (auto *batch = std::get_if<FetchedBatch>(&event)) {
            desk.accept(std::move(*batch));
        } else if (auto *ends = std::get_if<PublishEnds>(&event)) {
            if (!readEnds(*ends))
                return;
        } else {
            --m_budget;
            std::visit(Reader(*this), std::move(*std::get<std::unique_ptr<News::Any>>(event)));
        }
    }
}

// The rest of a batch is put back before the user hears of an end.
bool ConnectionPrivate::readEnds(PublishEnds &batch)
{
    const QPointer<Connection> guard(q);
    while (batch.next < batch.ends.size()) {
        PublishEnd end = std::move(batch.ends[batch.next++]);
        PublishLedger::Entry entry = ledger.take(end.id);
        if (!entry.resolver)
            continue;
        const bool isLast = ledger.size() == 0 && !m_isShuttingDown;
        const bool isHeard = end.error.isError() || entry.resolver->isWatched();
        if (!isHeard && !isLast) {
            entry.resolver->settle({});
            continue;
        }
        if (batch.next < batch.ends.size())
            m_inbox.push_front(Event(std::move(batch)));
        --m_budget;
        ledger.tell(std::move(entry), end.error, end.request.get());
        if (guard && isLast && ledger.size() == 0)
            Q_EMIT q->bufferDrained();
        return !guard.isNull();
    }
    return true;
}

// Consumers take turns.
void ConnectionPrivate::deliver()
{
    const QPointer<Connection> guard(q);
    const Wake wake = m_deliveryWake;
    while (desk.hasReady() && m_budget > 0 && !m_isClosing && !m_isShuttingDown) {
        const qint64 before = desk.delivered();
        const bool goesOn = desk.deliverNext(guard);
        if (guard)
            m_budget -= desk.delivered() == before ? 0 : 1;
        if (!guard)
            return;
        if (goesOn && *wake)
            (*wake)();
    }
    if (m_isClosing || m_isShuttingDown)
        desk.clearReady();
    desk.endRound();
}

} // namespace Qombu
