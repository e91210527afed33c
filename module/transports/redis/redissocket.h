// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"
#include "transports/redis/wire/redissession.h"

#include <Qombu/hub.h>
#include <Qombu/spi/bytestream.h>

#include <deque>
#include <memory>

namespace Qombu::Redis {

// Makes the byte pipe of a socket; the listener gets its events.
using StreamMaker = std::function<std::unique_ptr<ByteStream>(ByteStreamListener *)>;

// Who hears of one socket. May destroy it inside socketReady() and socketFailed().
class RedisSocketListener
{
public:
    virtual ~RedisSocketListener();
    virtual void socketReady() = 0; // the handshake is over
    virtual void socketMessage(RespValue &&message) = 0; // of a subscription
    // Once; every unanswered request was failed with the same error before.
    virtual void socketFailed(const Error &error) = 0;
};

// One socket of a Redis server: joins stream, session and timers. Hub's thread.
class RedisSocket final : private ByteStreamListener
{
public:
    using Answer = std::function<void(Result<RespValue>)>; // an error reply is a value here
    RedisSocket(Hub *hub, const StreamMaker &makeStream, const SessionSettings &settings,
                std::chrono::nanoseconds connectTimeout, RedisSocketListener *listener);
    ~RedisSocket() override; // unanswered requests are dropped

    void open();
    void send(const RespCommand &command, Answer answer, int replies = 1);
    void flush(); // now instead of at the end of this turn
    void fail(const Error &error);

    const RedisSession &session() const { return m_session; }
    std::size_t unanswered() const { return m_answers.size(); }

private:
    void streamOpened() override;
    void streamReceived(QByteArrayView bytes) override;
    void streamDrained() override;
    void streamFailed(const Error &error) override;

    bool apply(Step &&step); // false: this object is gone or finished
    void arm();
    void scheduleFlush();

    Hub *const m_hub;
    RedisSocketListener *const m_listener;
    RedisSession m_session;
    std::unique_ptr<ByteStream> m_stream;
    std::deque<Answer> m_answers; // oldest first
    std::chrono::nanoseconds m_connectTimeout;
    HubHandle m_connectTimer;
    HubHandle m_deadlineTimer;
    std::optional<Hub::TimePoint> m_armedFor;
    bool m_connected = false;
    bool m_receiving = false;
    bool m_flushScheduled = false;
    bool m_failed = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Redis
