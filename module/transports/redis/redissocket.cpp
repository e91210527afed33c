// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redissocket.h"

#include <QCoreApplication>

namespace Qombu::Redis {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisSocket)
};

} // namespace

RedisSocketListener::~RedisSocketListener() = default;

RedisSocket::RedisSocket(Hub *hub, const StreamMaker &makeStream, const SessionSettings &settings,
                         std::chrono::nanoseconds connectTimeout, RedisSocketListener *listener)
    : m_hub(hub)
    , m_listener(listener)
    , m_session(settings)
    , m_stream(makeStream(this))
    , m_connectTimeout(connectTimeout)
{
}

RedisSocket::~RedisSocket() = default;

void RedisSocket::open()
{
    m_connectTimer = m_hub->callLater(m_connectTimeout, [this] {
        fail(Error(Error::Timeout, Text::tr("The Redis server did not let us in in time"))
                 .withRecoverable(true));
    });
    m_stream->open();
}

void RedisSocket::send(const RespCommand &command, Answer answer, int replies)
{
    if (m_failed) {
        answer(Error(Error::Connection, Text::tr("There is no connection to the Redis server"))
                   .withRecoverable(true));
        return;
    }
    m_session.submit(command, 0, m_hub->now(), replies);
    m_answers.push_back(std::move(answer));
    scheduleFlush();
}

void RedisSocket::scheduleFlush()
{
    if (m_flushScheduled || m_receiving)
        return; // streamReceived() flushes at its end
    m_flushScheduled = true;
    m_hub->callSoon([this, alive = std::weak_ptr<bool>(m_alive)] {
        if (alive.expired())
            return;
        m_flushScheduled = false;
        flush();
    });
}

void RedisSocket::flush()
{
    if (!m_connected || m_failed)
        return;
    if (const QByteArray bytes = m_session.takeOutput(); !bytes.isEmpty())
        m_stream->write(bytes);
    arm();
}

// Deadlines move with every request and every reply; the timer only when it would be late.
void RedisSocket::arm()
{
    const auto deadline = m_session.nextDeadline();
    if (!deadline || (m_armedFor && *m_armedFor <= *deadline))
        return;
    m_armedFor = deadline;
    m_deadlineTimer = m_hub->callAt(*deadline, [this] {
        m_armedFor.reset();
        if (apply(m_session.tick(m_hub->now())))
            flush();
    });
}

void RedisSocket::streamOpened()
{
    m_connected = true;
    if (apply(m_session.start(m_hub->now())))
        flush();
}

void RedisSocket::streamReceived(QByteArrayView bytes)
{
    m_receiving = true;
    if (!apply(m_session.feed(bytes, m_hub->now())))
        return;
    m_receiving = false;
    flush();
}

void RedisSocket::streamDrained() { }

void RedisSocket::streamFailed(const Error &error)
{
    fail(error);
}

bool RedisSocket::apply(Step &&step)
{
    const std::weak_ptr<bool> alive = m_alive;
    for (SessionEvent &event : step.events) {
        switch (event.type) {
        case SessionEvent::Ready:
            m_connectTimer.cancel();
            m_listener->socketReady();
            break;
        case SessionEvent::Message:
            m_listener->socketMessage(std::move(event.value));
            break;
        case SessionEvent::Reply: {
            const Answer answer = std::move(m_answers.front());
            m_answers.pop_front();
            answer(std::move(event.value));
            break;
        }
        }
        if (alive.expired() || m_failed)
            return false;
    }
    if (step.fatal.isError())
        fail(step.fatal);
    return !alive.expired() && !m_failed;
}

void RedisSocket::fail(const Error &error)
{
    if (std::exchange(m_failed, true))
        return;
    m_connectTimer.cancel();
    m_deadlineTimer.cancel();
    m_stream.reset();
    const std::weak_ptr<bool> alive = m_alive;
    const std::deque<Answer> answers = std::exchange(m_answers, {});
    for (const Answer &answer : answers) {
        answer(error);
        if (alive.expired())
            return;
    }
    m_listener->socketFailed(error);
}

} // namespace Qombu::Redis
