// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/events.h"

#include <Qombu/brokerurl.h>
#include <Qombu/connectionoptions.h>
#include <Qombu/hub.h>

#include <QtCore/qthread.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>

namespace Qombu {

// Runs batches of commands in the Hub's thread: the engine as the Courier sees it.
class CommandRunner
{
public:
    virtual ~CommandRunner();
    virtual void run(std::vector<Command> &commands) = 0;
};

// Makes the engine. Defined by engine/, which the handles do not know otherwise.
std::shared_ptr<CommandRunner> makeEngine(const std::shared_ptr<class Courier> &courier, Hub *hub,
                                          const BrokerUrl &url, const ConnectionOptions &options);

// The only door between the handles of one Connection and its engine: carries commands there and
// events back, in order and in batches, one wake-up a batch; within one turn of the Hub where both
// live in one thread. Thread-safe. Owned by whoever speaks through it, so also by every message
// that can still be settled; owns the engine.
class Courier final : public SettlementSink, public std::enable_shared_from_this<Courier>
{
public:
    // The handle's side, in its thread. When takeEvents() has something to take, the receiver is
    // sent an event: of eventType() by the event loop; of callType() by a turn of the Hub that it
    // shares with the engine, where the event loop does not come in between.
    void connectHandle(QObject *receiver);
    void disconnectHandle();
    std::vector<Event> takeEvents();
    void wakeHandle(); // it has something to do in its next turn
    void wakeHandleByLoop(); // not before the event loop has had its turn
    static int eventType();
    static int callType();

    void connectEngine(Hub *hub, std::shared_ptr<CommandRunner> engine);
    // False: there is no engine (any more), the command is dropped. Any thread.
    bool send(Command command);
    template<typename Asked>
    bool order(Asked asked)
    {
        return send(std::make_unique<Order::Any>(std::move(asked)));
    }
    // Publishes come from the handle's thread; settlements that are made there wait for them.
    bool publish(PublishRequest &&request);
    // Waits in this thread, without turning any loop, for the engine's end.
    bool waitForEngineEnd(std::chrono::milliseconds timeout);
    bool hasEngine() const;

    // The engine's side, in the Hub's thread.
    void report(Event event);
    template<typename Told>
    void tell(Told told)
    {
        report(std::make_unique<News::Any>(std::move(told)));
    }
    void runCommands(); // those that wait, now
    void disconnectEngine(); // destroys the engine
    // The connection is closed: deliveries up to this number went back, nobody can settle them.
    void endDeliveries(quint64 upTo) { m_endedUpTo.store(upTo, std::memory_order_release); }

    bool settle(const DeliveryKey &key, Settlement settlement) override;
    void abandoned(const DeliveryKey &key) override;

private:
    void watchHub(Hub *hub); // m_commandMutex is locked
    void hubEnds();
    void postWake(); // m_eventMutex is locked
    void wakeNow();
    void wakeEngine(); // m_commandMutex is locked

    const Qt::HANDLE m_handleThread = QThread::currentThreadId();
    quint64 m_lastPublish = 0; // handle's thread
    std::atomic<quint64> m_endedUpTo = 0;

    mutable std::mutex m_commandMutex;
    std::condition_variable m_engineEnded;
    Hub *m_hub = nullptr; // guarded by m_commandMutex; null: no engine
    std::vector<Command> m_commands; // guarded by m_commandMutex
    std::array<QMetaObject::Connection, 2> m_hubWatch; // guarded by m_commandMutex
    bool m_isEngineWoken = false; // guarded by m_commandMutex
    bool m_isRemote = false; // the engine lives in another thread than the handles
    std::shared_ptr<CommandRunner> m_engine; // Hub's thread once connected
    std::vector<Command> m_running; // Hub's thread; the two swap their memory

    std::mutex m_eventMutex;
    QObject *m_receiver = nullptr; // guarded by m_eventMutex
    Hub *m_sharedHub = nullptr; // guarded by m_eventMutex; null: the engine lives elsewhere
    std::vector<Event> m_events; // guarded by m_eventMutex
    bool m_isHandleWoken = false; // guarded by m_eventMutex
};

} // namespace Qombu
