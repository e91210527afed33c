// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/rediserror.h"
#include "transports/redis/wire/respcommand.h"
#include "transports/redis/wire/respreader.h"

#include <chrono>
#include <deque>
#include <functional>
#include <utility>

namespace Qombu::Redis {

// What one socket of a Redis server is for.
enum class SocketRole {
    Commands, // requests and their replies
    Push, // subscriptions; __redis__:invalidate is the first of them
};

// What a session needs to know before it starts.
struct SessionSettings
{
    SocketRole role = SocketRole::Commands;
    QByteArray user = {}; // null: the default user
    QByteArray password = {}; // null: none
    int database = 0;
    QByteArray clientName = {}; // empty: none is set
    std::chrono::nanoseconds replyTimeout = std::chrono::seconds(10);
    std::chrono::nanoseconds pingInterval = std::chrono::seconds(25);
    RespLimits limits = {};
};

// Something a session has to say.
struct SessionEvent
{
    enum Type {
        Ready, // the handshake succeeded
        Reply, // the answer to the request with this ticket
        Message, // of a subscription: value is ["message", channel, payload] or ["pmessage",
                 // pattern, …]
    };
    Type type = Ready;
    quint64 ticket = 0;
    RespValue value;
    // Of a Reply: that it is a refusal, or too large to be read. Of Ready: that the server takes no
    // writes for now.
    ReplyError why = {};
};

// What the owner must do now, in this order; then it writes what takeOutput() gives.
struct Step
{
    std::vector<SessionEvent> events; // oldest first
    Error fatal; // close the socket; the session takes nothing any more
};

// The protocol of one socket: handshake, requests in order, their deadlines, PING when nothing is
// heard. Sans-IO: no socket, no clock; times come with the calls.
class RedisSession
{
public:
    using TimePoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

    explicit RedisSession(SessionSettings settings);

    Step start(TimePoint now);
    Step feed(QByteArrayView bytes, TimePoint now); // any split gives the same events
    Step tick(TimePoint now); // call at or after nextDeadline()
    std::optional<TimePoint> nextDeadline() const;

    // A request; replies come in this order. replies: how many values answer it (a PSUBSCRIBE of n
    // patterns: n; the last one is the event).
    void submit(const RespCommand &command, quint64 ticket, TimePoint now, int replies = 1);
    // EVALSHA; where the server has forgotten the script, it is loaded and run once more. Until
    // then nothing that was asked later leaves: the order stays.
    void run(const Script &script, RespCommand keys, RespCommand arguments, quint64 ticket,
             TimePoint now);
    QByteArray takeOutput() { return std::exchange(m_output, QByteArray()); }

    bool isReady() const { return m_ready; }
    qint64 clientId() const { return m_clientId; } // -1: the server did not tell
    bool canBeTold() const { return m_canBeTold; } // push: subscribed to __redis__:invalidate

private:
    using Heard = std::function<void(const RespValue &, Step &)>;
    struct Waiting
    {
        quint64 ticket = 0;
        int replies = 1;
        TimePoint since = {};
        QByteArray name = {}; // for error texts
        const Script *script = nullptr;
        RespCommand keys = {}; // of the script, to run it again; of a command the first one
        RespCommand arguments = {};
        bool isRepeated = false;
        QByteArray loadRefusal = {}; // what the server said when it should load the script
        Heard heard = {}; // takes the answer to a question of our own
    };

    void ask(
        const RespCommand &command, TimePoint now, Heard heard = [](const RespValue &, Step &) {});
    void send(Waiting &&request);
    void handle(RespValue &&value, Step &step);
    void handleReply(Waiting &&request, RespValue &&value, Step &step);
    void loadForgotten();
    void load(const Script &script);
    std::deque<Waiting> &queue() { return m_forgotten.empty() ? m_waiting : m_held; }
    QByteArray &output() { return m_forgotten.empty() ? m_output : m_heldOutput; }
    void askForTypes(Waiting &&request, RespValue &&value);
    bool isMessage(const RespValue &value) const;
    void mustPass(const QByteArray &command, const RespValue &value, Step &step,
                  Error::Kind kind = Error::None);
    void becomeReady(Step &step);
    void pinged(const RespValue &value, Step &step);
    void fail(Step &step, const Error &error);

    const SessionSettings m_settings;
    RespReader m_reader;
    QByteArray m_output;
    std::deque<Waiting> m_waiting; // oldest first
    std::vector<Waiting> m_forgotten; // scripts to load and run again when m_waiting is empty
    std::deque<Waiting> m_held; // asked since the first of those
    QByteArray m_heldOutput; // of them
    TimePoint m_lastHeard;
    qint64 m_clientId = -1;
    bool m_started = false;
    bool m_ready = false;
    bool m_canBeTold = false;
    ReplyError m_blocked; // what the server says of writes
    bool m_finished = false;
};

} // namespace Qombu::Redis
