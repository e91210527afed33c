// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redissocket.h"

#include "transports/redis/wire/redistext.h"

namespace Qombu::Redis {

namespace {

SessionSettings sessionOf(const RedisLinkSettings &link, SocketRole role)
{
    SessionSettings settings;
    settings.role = role;
    settings.user = link.options.user.toUtf8();
    settings.password = link.options.password.toUtf8();
    settings.database = link.options.database;
    settings.clientName = link.options.clientName.toUtf8();
    settings.replyTimeout = link.requestTimeout;
    settings.pingInterval = link.options.healthCheckInterval;
    settings.limits.elementBytes = link.options.maximumElementBytes + (1 << 20); // with its record
    settings.limits.replyBytes =
        std::max(settings.limits.replyBytes, 2 * settings.limits.elementBytes);
    return settings;
}

} // namespace

RedisSocketListener::~RedisSocketListener() = default;

RedisSocket::RedisSocket(Hub *hub, const RedisLinkSettings &settings, SocketRole role,
                         RedisSocketListener *listener)
    : m_hub(hub)
    , m_listener(listener)
    , m_session(sessionOf(settings, role))
    , m_stream(settings.makeStream(hub, this))
    , m_connectTimeout(settings.options.connectTimeout)
{
}

RedisSocket::~RedisSocket() = default;

void RedisSocket::open()
{
    m_stream->open(); // whose own deadline comes first, and knows more
    m_connectTimer = m_hub->callLater(m_connectTimeout, [this] {
        fail(Error(Error::Timeout, Text::tr("The Redis server did not let us in in time"))
                 .withRecoverable(true));
    });
}

void RedisSocket::send(RespCommand command, Reply done)
{
    subscribe(command, 1, std::move(done));
}

void RedisSocket::subscribe(const RespCommand &command, int replies, Reply done)
{
    if (const quint64 ticket = expect(std::move(done)))
        m_session.submit(command, ticket, m_hub->now(), replies);
}

void RedisSocket::run(const Script &script, RespCommand keys, RespCommand arguments, Reply done)
{
    if (const quint64 ticket = expect(std::move(done)))
        m_session.run(script, std::move(keys), std::move(arguments), ticket, m_hub->now());
}

quint64 RedisSocket::expect(Reply &&done)
{
    if (m_failed) {
        done(Error(Error::Connection, Text::tr("There is no connection to the Redis server"))
                 .withRecoverable(true));
        return 0;
    }
    m_answers.add(++m_lastTicket, std::move(done));
    flushAtTurnEnd();
    return m_lastTicket;
}

void RedisSocket::flushAtTurnEnd()
{
    if (std::exchange(m_flushScheduled, true))
        return;
    m_hub->callAtTurnEnd(whileAlive(m_alive, [this] {
        m_flushScheduled = false;
        flush();
    }));
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
    if (apply(m_session.feed(bytes, m_hub->now())))
        flushAtTurnEnd(); // what the session has to say by itself
}

bool RedisSocket::apply(Step &&step)
{
    const std::weak_ptr<bool> alive = m_alive;
    for (SessionEvent &event : step.events) {
        switch (event.type) {
        case SessionEvent::Ready:
            m_connectTimer.cancel();
            m_listener->socketReady();
            if (!alive.expired() && !m_failed && event.why.error.isError())
                m_listener->socketRefused(event.why);
            break;
        case SessionEvent::Message:
            m_listener->socketMessage(std::move(event.value));
            break;
        case SessionEvent::Reply:
            if (!answer(std::move(event)))
                return false;
            break;
        }
        if (alive.expired() || m_failed)
            return false;
    }
    if (step.fatal.isError())
        fail(step.fatal);
    return !alive.expired() && !m_failed;
}

bool RedisSocket::answer(SessionEvent &&event)
{
    const std::optional<Reply> done = m_answers.take(event.ticket);
    if (!event.why.error.isError()) {
        (*done)(std::move(event.value));
        return true; // apply() looks whether this still lives
    }
    const std::weak_ptr<bool> alive = m_alive;
    (*done)(event.why.error);
    if (alive.expired() || m_failed)
        return false;
    m_listener->socketRefused(event.why);
    return true;
}

void RedisSocket::fail(const Error &error)
{
    if (std::exchange(m_failed, true))
        return;
    m_connectTimer.cancel();
    m_deadlineTimer.cancel();
    m_stream.reset();
    const std::weak_ptr<bool> alive = m_alive;
    const auto answers = m_answers.takeAll();
    for (const auto &[ticket, done] : answers) {
        done(error);
        if (alive.expired())
            return;
    }
    m_listener->socketFailed(error);
}

} // namespace Qombu::Redis
