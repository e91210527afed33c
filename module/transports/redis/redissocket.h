// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"
#include "transports/redis/redislinksettings.h"
#include "transports/redis/wire/redissession.h"
#include "virtual/queueing/risingtable.h"

namespace Qombu::Redis {

// Who hears of one socket. May destroy it inside every call.
class RedisSocketListener
{
public:
    virtual ~RedisSocketListener();
    virtual void socketReady() = 0; // the handshake is over
    virtual void socketMessage(RespValue &&) {} // of a subscription
    // A request was refused, and its answer given, for a reason that concerns the whole server.
    virtual void socketRefused(const ReplyError &) {}
    // Once; every unanswered request was failed with the same error before.
    virtual void socketFailed(const Error &error) = 0;
};

// One socket of a Redis server: joins stream, session and timers. What was sent in one turn of the
// Hub leaves at its end, in one write. Hub's thread.
class RedisSocket final : public CommandSender, private ByteStreamListener
{
public:
    RedisSocket(Hub *hub, const RedisLinkSettings &settings, SocketRole role,
                RedisSocketListener *listener);
    ~RedisSocket() override; // unanswered requests are dropped

    void open();
    void send(RespCommand command, Reply done) override;
    void run(const Script &script, RespCommand keys, RespCommand arguments, Reply done) override;
    // A request with so many replies, the last of which answers it.
    void subscribe(const RespCommand &command, int replies, Reply done);
    void fail(const Error &error);

    bool hasFailed() const override { return m_failed; }
    const RedisSession &session() const { return m_session; }
    std::size_t unanswered() const { return m_answers.size(); }

private:
    void streamOpened() override;
    void streamReceived(QByteArrayView bytes) override;
    void streamDrained() override {}
    void streamFailed(const Error &error) override { fail(error); }

    quint64 expect(Reply &&done); // 0: it was told that there is no connection
    bool apply(Step &&step); // false: this object is gone or finished
    bool answer(SessionEvent &&event); // the same
    void arm();
    void flushAtTurnEnd();
    void flush();

    Hub *const m_hub;
    RedisSocketListener *const m_listener;
    RedisSession m_session;
    std::unique_ptr<ByteStream> m_stream;
    RisingTable<Reply> m_answers; // by ticket
    quint64 m_lastTicket = 0;
    const std::chrono::nanoseconds m_connectTimeout;
    HubHandle m_connectTimer;
    HubHandle m_deadlineTimer;
    std::optional<Hub::TimePoint> m_armedFor;
    bool m_connected = false;
    bool m_flushScheduled = false;
    bool m_failed = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Redis
