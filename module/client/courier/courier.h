// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/message_p.h"

#include <Qombu/hub.h>

#include <condition_variable>
#include <mutex>
#include <variant>
#include <vector>

namespace Qombu {
class ConnectionPrivate;
class Engine;

// One publish on its way from a Producer to the broker. Its maker numbers them without gaps.
struct PublishRequest
{
    quint64 id = 0;
    quint64 producer = 0;
    bool mandatory = true;
    std::chrono::milliseconds timeout{};
    MessageContent content;
    QVariant body; // before encoding, for publishFailed()
};

// Handle to engine.
struct SettleCommand
{
    quint64 owner = 0; // the consumer or channel that got the message
    quint64 delivery = 0; // see HeldDeliveries
    Settlement settlement = Settlement::Ack;
};
struct AbandonCommand
{
    quint64 owner = 0;
    quint64 delivery = 0;
};
using EngineCall = std::function<void(Engine &)>;
using Command =
    std::variant<std::unique_ptr<PublishRequest>, SettleCommand, AbandonCommand, EngineCall>;

// Engine to handle.
struct FetchedMessage
{
    quint64 delivery = 0;
    MessageData data; // decoded, or with the error
};
struct FetchedBatch
{
    quint64 consumer = 0;
    quint64 generation = 0; // of the link that delivered it
    std::vector<FetchedMessage> messages;
    size_t next = 0; // the first one that the user has not got
};
struct PublishEnd
{
    quint64 id = 0;
    Error error;
    std::unique_ptr<PublishRequest> request; // of a failed one
};
using HandleCall = std::function<void(ConnectionPrivate &)>;
using Event = std::variant<FetchedBatch, std::vector<PublishEnd>, HandleCall>;

// Runs batches of commands in the Hub's thread: the engine as the Courier sees it.
class CommandRunner
{
public:
    virtual ~CommandRunner();
    virtual void run(std::vector<Command> &commands) = 0;
};

// Carries commands from the handles of one Connection to its engine, and events back, in order and
// in batches: one wake-up a batch, also when both live in one thread. Thread-safe. Owned by whoever
// speaks through it, so also by every message that can still be settled; owns the engine.
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
    // Waits in this thread, without turning any loop, for the engine's end.
    bool waitForEngineEnd(std::chrono::milliseconds timeout);
    bool hasEngine() const;

    // The engine's side, in the Hub's thread.
    void report(Event event);
    void runCommands(); // those that wait, now
    void disconnectEngine(); // destroys the engine

    bool settle(quint64 owner, quint64 delivery, Settlement settlement) override;
    void abandoned(quint64 owner, quint64 delivery) override;

private:
    void postWake(); // m_eventMutex is locked
    void wakeNow();

    mutable std::mutex m_commandMutex;
    std::condition_variable m_engineEnded;
    Hub *m_hub = nullptr; // guarded by m_commandMutex; null: no engine
    std::vector<Command> m_commands; // guarded by m_commandMutex
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
