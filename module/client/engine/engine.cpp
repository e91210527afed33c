// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/engine.h"

#include "core/logging_p.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {
namespace {

struct EngineText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Connection)
};

} // namespace

// Carries out what is asked now and then.
class Engine::Orders
{
public:
    explicit Orders(Engine &engine)
        : m_engine(engine)
    {
    }

    void operator()(Order::Open &&) { m_engine.open(); }
    void operator()(Order::Close &&order) { m_engine.close(order); }
    void operator()(Order::ShutDown &&) { m_engine.shutDown(); }
    void operator()(Order::UseCredentials &&order)
    {
        if (!m_engine.m_isClosing || m_engine.needsLinkToClose())
            m_engine.m_keeper.useCredentials(order.attempt, order.credentials);
    }
    void operator()(Order::Request &&order)
    {
        const bool opens = std::holds_alternative<Ask::WhenOpen>(order.question);
        if (const auto *update = std::get_if<Ask::UpdateSecret>(&order.question))
            m_engine.m_keeper.useSecret(update->secret);
        m_engine.m_requests.add(std::move(order));
        if (opens)
            m_engine.open();
        else
            m_engine.need();
    }
    template<typename Entity>
    void operator()(Order::Want<Entity> &&order)
    {
        m_engine.m_topology.want(order.entity);
    }
    void operator()(Order::StartConsumer &&order)
    {
        auto &consumer = m_engine.m_consumers[order.consumer];
        consumer = std::make_unique<EngineConsumer>(m_engine, order.consumer, order.wish);
        if (m_engine.m_isClosing)
            m_engine.open(); // after that: it stays wanted
        else
            m_engine.need();
        if (m_engine.m_isReady)
            consumer->linkReady();
    }
    template<typename ToConsumer>
    void operator()(ToConsumer &&order)
    {
        if (EngineConsumer *consumer = m_engine.consumer(order.consumer))
            consumer->obey(order);
    }
    void operator()(Order::FinishCancel &&order)
    {
        if (EngineConsumer *consumer = m_engine.consumer(order.consumer)) {
            consumer->finishCancel(std::move(order.undelivered));
            m_engine.m_topology.forgetConsumer(order.consumer, true);
            m_engine.m_consumers.erase(order.consumer);
        }
        m_engine.tell(News::Answer{order.ticket, Error()});
    }
    void operator()(Order::GiveBack &&order)
    {
        std::erase_if(order.deliveries, [this](quint64 number) {
            return m_engine.isDead(number, m_engine.m_requests.deadUpTo());
        });
        m_engine.giveBack(std::move(order.deliveries));
    }

private:
    Engine &m_engine;
};

std::shared_ptr<CommandRunner> makeEngine(const std::shared_ptr<Courier> &courier, Hub *hub,
                                          const BrokerUrl &url, const ConnectionOptions &options)
{
    auto engine = std::make_shared<Engine>(courier, hub, url, options);
    // Elsewhere the first command does it.
    if (hub->thread() == QThread::currentThread() && QCoreApplication::instance())
        engine->install();
    return engine;
}

Engine::Engine(const std::shared_ptr<Courier> &courier, Hub *hub, const BrokerUrl &url,
               const ConnectionOptions &options)
    : m_owner(courier)
    , m_courier(courier.get())
    , m_hub(hub)
    , m_options(options)
    , m_keeper(*this, url)
    , m_notices(*this)
    , m_topology(*this)
    , m_requests(*this)
    , m_publisher(*this)
{
}

void Engine::install()
{
    m_isInstalled = true;
    m_hubHook = m_hub->onClose([this] { hubCloses(); });
}

void Engine::run(std::vector<Command> &commands)
{
    if (!m_isInstalled)
        install();
    m_isRunning = true;
    for (Command &command : commands)
        runCommand(command);
    m_isRunning = false;
    flush();
}

void Engine::runCommand(Command &command)
{
    if (auto *settlement = std::get_if<SettleCommand>(&command)) {
        settle(std::move(*settlement));
    } else if (auto *request = std::get_if<PublishRequest>(&command)) {
        m_publisher.add(std::move(*request));
        need();
    } else if (const auto *left = std::get_if<AbandonCommand>(&command)) {
        abandon(*left);
    } else {
        std::visit(Orders(*this), std::move(*std::get<std::unique_ptr<Order::Any>>(command)));
    }
}

quint64 Engine::deadUpTo(quint64 id) const
{
    if (id == 0)
        return m_requests.deadUpTo();
    const EngineConsumer *of = consumer(id);
    return of ? of->deadUpTo() : 0;
}

void Engine::settle(SettleCommand &&command)
{
    const DeliveryKey &key = command.key;
    if (key.broadcastBytes == 0 && isDead(key.number, deadUpTo(key.consumer))) {
        settlementLost(key);
        return;
    }
    if (EngineConsumer *of = consumer(key.consumer))
        of->released(key);
    if (key.broadcastBytes == 0)
        m_settlements.add(std::move(command), m_publisher.firstOpen());
}

void Engine::settlementLost(const DeliveryKey &key)
{
    tell(News::SettlementLost{key.consumer, key.queue,
                              key.tag.isEmpty() ? QString::number(key.number) : key.tag});
    ++m_lostSettlements[key.queue];
    scheduleFlush();
}

// A window may end at once: each of its messages is told to the consumer, and all are logged.
void Engine::logLostSettlements()
{
    for (const auto &[queue, count] : std::exchange(m_lostSettlements, {})) {
        qCInfo(lcClient).noquote()
            << EngineText::tr("Messages of \"%1\" that were no longer ours to settle: %2.")
                   .arg(queue, QString::number(count));
    }
}

void Engine::abandon(const AbandonCommand &command)
{
    const DeliveryKey &key = command.key;
    EngineConsumer *const of = consumer(key.consumer);
    if (key.broadcastBytes == 0 && isDead(key.number, deadUpTo(key.consumer)))
        return;
    if (key.broadcastBytes == 0 && m_keeper.holdsOutlive())
        m_abandoned.push_back(key.number);
    if (of)
        of->abandoned(key);
}

void Engine::giveBack(std::vector<quint64> &&deliveries)
{
    if (deliveries.empty())
        return;
    if (Link *ready = link())
        ready->giveBack(std::move(deliveries));
    else if (m_keeper.holdsOutlive())
        m_abandoned.insert(m_abandoned.end(), deliveries.begin(), deliveries.end());
}

Hub::TimePoint Engine::turnTime()
{
    if (!m_turnTime)
        m_turnTime = m_hub->now();
    return *m_turnTime;
}

void Engine::flush()
{
    m_isFlushScheduled = false;
    m_turnTime.reset();
    m_publisher.flush();
    m_publisher.reportEnds();
    logLostSettlements();
    if (Link *to = settlingLink(); to && !m_settlements.isEmpty()) {
        auto settlements = m_settlements.take(m_publisher.firstOpen());
        if (!settlements.empty())
            to->settle(std::move(settlements));
    }
    if (m_isClosing && !m_isClosingLink)
        proceedClosing();
}

// A link that is closed while it is being rebuilt will not become ready.
Link *Engine::settlingLink() const
{
    return m_isClosing ? m_keeper.link() : link();
}

void Engine::scheduleFlush()
{
    if (m_isRunning || std::exchange(m_isFlushScheduled, true))
        return;
    m_hub->callAtTurnEnd([this, alive = std::weak_ptr(m_alive), keep = m_owner.lock()] {
        if (alive.lock())
            flush();
    });
}

std::shared_ptr<void> Engine::hold()
{
    ++m_holds;
    return {nullptr, [this, alive = std::weak_ptr(m_alive)](void *) {
                if (alive.lock() && --m_holds == 0)
                    scheduleFlush();
            }};
}

bool Engine::isPublishingHeld()
{
    return m_holds > 0 || m_keeper.isBlocked();
}

EngineConsumer *Engine::consumer(quint64 id) const
{
    const auto found = m_consumers.find(id);
    return found == m_consumers.end() ? nullptr : found->second.get();
}

void Engine::queueNamed(const Queue &queue, const QString &before, const QString &name)
{
    for (const auto &[id, consumer] : m_consumers)
        consumer->queueNamed(before, name);
    tell(News::QueueNamed{queue, before, name});
}

void Engine::queueRemoved(const QString &name)
{
    for (const auto &[id, consumer] : m_consumers)
        consumer->queueRemoved(name);
}

void Engine::bindingsRemoved(const IsRemoved &isRemoved)
{
    for (const auto &[id, consumer] : m_consumers)
        consumer->bindingsRemoved(isRemoved);
}

// Consumers before publishes: each holds the publishes back until its first attempt has ended.
void Engine::linkUp()
{
    m_topology.linkUp(*m_keeper.link(), [this] { startConsumers(); });
    if (m_isClosing)
        scheduleFlush(); // settlements need no topology
}

void Engine::linkIsSilent()
{
    m_keeper.fail(requestTimedOut(m_options.requestTimeout, {}));
}

void Engine::waitNoLongerFor(const std::set<quint64> &consumers)
{
    for (const quint64 id : consumers) {
        if (EngineConsumer *const one = consumer(id))
            one->releasePublishes();
    }
}

void Engine::topologyMoved()
{
    linkWorked();
    scheduleFlush();
}

void Engine::startConsumers()
{
    m_isReady = true;
    if (!m_abandoned.empty())
        m_keeper.link()->giveBack(std::exchange(m_abandoned, {}));
    for (const auto &[id, consumer] : m_consumers) {
        consumer->linkReady();
        if (!m_isReady)
            return; // lost again meanwhile
    }
    m_requests.linkReady();
    if (!m_isReady)
        return;
    m_publisher.linkReady();
    scheduleFlush();
}

// Where the broker does not hold what was delivered beyond the link, it comes again.
void Engine::linkDown(const Error &why)
{
    m_isReady = false;
    if (m_keeper.link() && !holdsOutlive())
        endDeliveries();
    for (const auto &[id, consumer] : m_consumers)
        consumer->linkDown();
    m_publisher.linkDown(why);
    m_topology.linkDown();
    m_requests.linkLost(why);
}

void Engine::endDeliveries()
{
    m_deadUpTo = numbers().last();
    for (const SettleCommand &unsent : m_settlements.takeAll())
        settlementLost(unsent.key);
    m_abandoned.clear();
    tell(News::DropFetched{0, m_deadUpTo});
}

// A person must do something. What waits is told at once; consumers stay wanted.
void Engine::gaveUp(const Error &error)
{
    qCWarning(lcClient).noquote() << EngineText::tr("Gave up connecting:") << error.text();
    m_requests.failAll(error);
    m_publisher.failAll(error);
    for (const auto &[id, consumer] : m_consumers)
        consumer->gaveUp(error);
    stateMoved();
    if (m_isClosing)
        finishClosing();
}

void Engine::stateMoved()
{
    const auto state = m_isClosing ? Connection::Closing : m_keeper.state();
    if (std::exchange(m_reported, state) != state)
        tell(News::StateChanged{state});
}

// Publishing all the time must not mean to log in all the time with a password that is refused.
void Engine::need()
{
    if (m_keeper.state() != Connection::Closed || m_isShutDown)
        return;
    const Error why = m_isClosing ? Error() : m_keeper.refusal();
    if (!why.isError())
        return open();
    m_requests.failAll(why);
    m_publisher.failAll(why);
    if (!m_consumers.empty())
        m_needTimer = m_hub->callLater(m_options.retryMaximum, [this] { need(); });
}

void Engine::open()
{
    if (m_isClosing) {
        m_opensAgain = !m_isShutDown;
        return;
    }
    m_wasOpened = true;
    m_courier->endDeliveries(0); // from now on settlementLost() tells of those
    m_keeper.open();
}

Error Engine::closedError()
{
    return Error(Error::Cancelled, EngineText::tr("The connection was closed."));
}

void Engine::close(const Order::Close &order)
{
    m_closeNumber = order.number;
    if (order.ticket != 0)
        m_closeTickets.push_back(order.ticket);
    m_opensAgain = false;
    if (m_isClosing)
        return;
    m_isClosing = true;
    m_requests.failAll(closedError());
    for (const auto &[id, consumer] : m_consumers)
        consumer->stopFetching();
    if (m_keeper.state() == Connection::Closed) {
        m_reported = Connection::Closing; // the handle thinks so, and is told that it is over
        finishClosing();
        return;
    }
    stateMoved();
    m_closeTimer = m_hub->callLater(m_options.closeTimeout, [this] { finishClosing(); });
    scheduleFlush(); // its end proceeds
}

// Unsettled publishes may still need the link, even a new one; settlements may wait for them, and
// may need a new one as well: to be sent, or to be repeated. So may what is held, to go back.
bool Engine::needsLinkToClose() const
{
    if (!m_publisher.isEmpty() || (settlingLink() && !m_settlements.isEmpty()))
        return true;
    return !m_keeper.link() && m_keeper.state() != Connection::Closed
        && (!m_settlements.isEmpty() || m_keeper.openSettlements() > 0 || m_keeper.held() > 0);
}

void Engine::proceedClosing()
{
    if (needsLinkToClose())
        return;
    if (m_keeper.state() != Connection::Open) {
        finishClosing();
        return;
    }
    m_isClosingLink = true;
    m_courier->endDeliveries(numbers().last());
    m_keeper.close();
}

bool Engine::endsWithLink()
{
    const bool ends = m_isClosingLink || (m_isClosing && !needsLinkToClose());
    if (ends)
        finishClosing();
    return ends;
}

void Engine::finishClosing()
{
    if (!m_isClosing)
        return;
    m_closeTimer.cancel();
    if (std::exchange(m_wasOpened, false) && !m_isClosingLink)
        tellUnsettled();
    m_keeper.abandonHeld();
    m_keeper.stop();
    endDeliveries(); // what is held has gone back
    m_courier->endDeliveries(m_deadUpTo);
    m_publisher.failAll(closedError());
    m_requests.failAll(closedError());
    m_isClosing = false;
    m_isClosingLink = false;
    for (const auto &[id, consumer] : m_consumers)
        consumer->closingEnded();
    m_notices.clear();
    tell(News::ClosingEnded{m_closeNumber});
    stateMoved();
    for (const quint64 ticket : std::exchange(m_closeTickets, {}))
        tell(News::Answer{ticket, Error()});
    if (m_isShutDown) {
        m_hub->callSoon([owner = m_owner.lock()] {
            if (owner)
                owner->disconnectEngine();
        });
    } else if (std::exchange(m_opensAgain, false)) {
        open();
    }
}

// A link took them and was lost before the broker answered, and no other came in time.
void Engine::tellUnsettled()
{
    const auto tell = [this](qint64 count, const QString &text) {
        BrokerNotice notice;
        notice.kind = BrokerNotice::Unsettled;
        notice.count = count;
        notice.text = text.arg(count);
        if (count > 0)
            m_notices.add(notice);
    };
    tell(m_keeper.openSettlements(),
         EngineText::tr("Messages whose settlement did not reach the broker before the connection "
                        "was closed: %1. It may deliver them again."));
    tell(m_keeper.held(),
         EngineText::tr("Messages that could not be given back before the connection was closed: "
                        "%1. The broker delivers them again when their time is over."));
}

void Engine::shutDown()
{
    m_isShutDown = true;
    m_kept = m_owner.lock(); // until disconnectEngine()
    close(Order::Close{m_closeNumber, 0});
}

// The loop of the Hub's thread is about to end for good: the last chance to send settlements.
void Engine::hubCloses()
{
    const auto owner = m_owner.lock();
    const auto alive = std::weak_ptr(m_alive);
    if (!owner)
        return;
    owner->runCommands(); // what the user said last
    shutDown();
    const auto deadline = m_hub->now() + m_options.closeTimeout;
    while (alive.lock() && m_isClosing && m_hub->now() < deadline) {
        if (!m_hub->runOnce(std::chrono::milliseconds(50)) && !m_keeper.link())
            break;
    }
    owner->disconnectEngine();
}

} // namespace Qombu
