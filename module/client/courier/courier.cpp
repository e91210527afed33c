// SPDX-License-Identifier: BSD-3-Clause
#include "client/courier/courier.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>

namespace Qombu {

namespace {

constexpr size_t MostCommandsKept = 4096; // commands to keep memory for

} // namespace

CommandRunner::~CommandRunner() = default;

void Courier::connectHandle(QObject *receiver)
{
    const std::lock_guard lock(m_eventMutex);
    m_receiver = receiver;
}

void Courier::disconnectHandle()
{
    std::vector<Event> dropped;
    const std::lock_guard lock(m_eventMutex);
    m_receiver = nullptr;
    dropped.swap(m_events);
}

std::vector<Event> Courier::takeEvents()
{
    std::vector<Event> events;
    const std::lock_guard lock(m_eventMutex);
    m_isHandleWoken = false;
    events.swap(m_events);
    return events;
}

void Courier::wakeHandle()
{
    const std::lock_guard lock(m_eventMutex);
    postWake();
}

void Courier::wakeHandleByLoop()
{
    const std::lock_guard lock(m_eventMutex);
    if (!m_sharedHub)
        postWake();
    else if (m_receiver)
        QCoreApplication::postEvent(m_receiver, new QEvent(QEvent::Type(eventType())));
}

// At most one event is under way, so that one turn of the loop is one turn of the handle. Where
// both sides live in one thread it comes at the end of the Hub's turn.
void Courier::postWake()
{
    if (!m_receiver || std::exchange(m_isHandleWoken, true))
        return;
    if (m_sharedHub)
        m_sharedHub->callAtTurnEnd([self = shared_from_this()] { self->wakeNow(); });
    else
        QCoreApplication::postEvent(m_receiver, new QEvent(QEvent::Type(eventType())));
}

// The handle's thread: nobody else changes the receiver.
void Courier::wakeNow()
{
    QEvent event{QEvent::Type(callType())};
    if (m_receiver)
        QCoreApplication::sendEvent(m_receiver, &event);
}

int Courier::eventType()
{
    static const int type = QEvent::registerEventType();
    return type;
}

int Courier::callType()
{
    static const int type = QEvent::registerEventType();
    return type;
}

void Courier::connectEngine(Hub *hub, std::shared_ptr<CommandRunner> engine)
{
    const std::scoped_lock lock(m_commandMutex, m_eventMutex);
    if (hub->thread() != QThread::currentThread())
        watchHub(hub);
    m_hub = hub;
    m_isRemote = hub->thread() != QThread::currentThread();
    m_sharedHub = m_isRemote ? nullptr : hub;
    m_engine = std::move(engine);
}

// A Hub that ends before the engine has run tells it nothing.
void Courier::watchHub(Hub *hub)
{
    const auto ends = [weak = weak_from_this()] {
        if (const auto self = weak.lock())
            self->hubEnds();
    };
    m_hubWatch = {
        QObject::connect(hub->thread(), &QThread::finished, hub, ends, Qt::DirectConnection),
        QObject::connect(hub, &QObject::destroyed, hub, ends, Qt::DirectConnection),
    };
}

void Courier::hubEnds()
{
    if (!hasEngine())
        return;
    disconnectEngine();
    tell(News::EngineEnded());
}

bool Courier::send(Command command)
{
    const std::lock_guard lock(m_commandMutex);
    if (!m_hub)
        return false;
    m_commands.push_back(std::move(command));
    if (!std::exchange(m_isEngineWoken, true))
        wakeEngine();
    return true;
}

void Courier::wakeEngine()
{
    Hub::Callback run = [self = shared_from_this()] { self->runCommands(); };
    if (m_hub->thread() == QThread::currentThread())
        m_hub->callAtTurnEnd(std::move(run));
    else
        m_hub->callSoon(std::move(run));
}

// Commands from another thread are looked for once more in the next turn before anybody has to wake
// this one again: a thread that publishes in a loop pays for one wake-up, not for thousands.
void Courier::runCommands()
{
    const auto engine = m_engine; // it may disconnect itself
    if (!engine)
        return;
    {
        const std::lock_guard lock(m_commandMutex);
        m_isEngineWoken = m_isRemote && !m_commands.empty();
        if (m_isEngineWoken)
            m_hub->callSoon([self = shared_from_this()] { self->runCommands(); });
        m_running.swap(m_commands);
    }
    engine->run(m_running);
    m_running.clear();
    if (m_running.capacity() > MostCommandsKept)
        m_running = std::vector<Command>();
}

bool Courier::waitForEngineEnd(std::chrono::milliseconds timeout)
{
    std::unique_lock lock(m_commandMutex);
    return m_engineEnded.wait_for(lock, timeout, [this] { return !m_hub; });
}

bool Courier::hasEngine() const
{
    const std::lock_guard lock(m_commandMutex);
    return m_hub != nullptr;
}

void Courier::report(Event event)
{
    const std::lock_guard lock(m_eventMutex);
    if (!m_receiver)
        return;
    m_events.push_back(std::move(event));
    postWake();
}

void Courier::disconnectEngine()
{
    const auto self = shared_from_this(); // the engine may be the last who keeps it
    std::exchange(m_engine, nullptr).reset(); // before anybody hears that it ended
    std::vector<Command> dropped;
    const std::scoped_lock lock(m_commandMutex, m_eventMutex);
    m_hub = nullptr;
    for (const QMetaObject::Connection &watch : std::exchange(m_hubWatch, {}))
        QObject::disconnect(watch);
    if (std::exchange(m_sharedHub, nullptr) && std::exchange(m_isHandleWoken, false))
        postWake(); // a Hub that closes drops its calls
    dropped.swap(m_commands);
    m_engineEnded.notify_all();
}

bool Courier::publish(PublishRequest &&request)
{
    m_lastPublish = request.id;
    return send(std::move(request));
}

// Who publishes a result and then acknowledges the order means that order.
bool Courier::settle(const DeliveryKey &key, Settlement settlement)
{
    if (key.broadcastBytes == 0 && key.number <= m_endedUpTo.load(std::memory_order_acquire))
        return false;
    const bool isHandles = QThread::currentThreadId() == m_handleThread;
    return send(SettleCommand{key, settlement, isHandles ? m_lastPublish : 0});
}

void Courier::abandoned(const DeliveryKey &key)
{
    send(AbandonCommand{key});
}

} // namespace Qombu
