// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/wire/redissession.h"

#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {

RedisSession::RedisSession(SessionSettings settings)
    : m_settings(std::move(settings))
    , m_reader(m_settings.limits)
{
}

// The handshake leaves in one write. CLIENT SETNAME and CLIENT ID may be refused; the last command
// of each role shows whether this socket can work: PING is refused while the server loads its data.
Step RedisSession::start(TimePoint now)
{
    m_started = true;
    m_lastHeard = now;
    if (!m_settings.user.isEmpty())
        ask(Asked::Auth, {"AUTH", m_settings.user, m_settings.password}, now);
    else if (!m_settings.password.isEmpty())
        ask(Asked::Auth, {"AUTH", m_settings.password}, now);
    if (m_settings.database != 0)
        ask(Asked::Select, {"SELECT", m_settings.database}, now);
    if (!m_settings.clientName.isEmpty())
        ask(Asked::ClientName, {"CLIENT", "SETNAME", m_settings.clientName}, now);
    ask(Asked::ClientId, {"CLIENT", "ID"}, now);
    ask(Asked::Ping, {"PING"}, now);
    if (m_settings.role == SocketRole::Push)
        ask(Asked::Subscribe, {"SUBSCRIBE", "__redis__:invalidate"}, now);
    return {};
}

Step RedisSession::feed(QByteArrayView bytes, TimePoint now)
{
    Step step;
    if (m_finished)
        return step;
    m_lastHeard = now;
    m_reader.feed(bytes);
    while (!m_finished) {
        auto value = m_reader.next();
        if (!value)
            break;
        handle(std::move(*value), step);
    }
    if (!m_finished && m_reader.error().isError())
        fail(step, m_reader.error());
    return step;
}

Step RedisSession::tick(TimePoint now)
{
    Step step;
    const auto deadline = nextDeadline();
    if (m_finished || !deadline || now < *deadline)
        return step;
    if (m_waiting.empty()) {
        ask(Asked::KeepAlive, {"PING"}, now);
        return step;
    }
    const auto seconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(m_settings.replyTimeout).count()
        / 1000.0;
    fail(step,
         Error(Error::Timeout, Text::tr("Redis has not answered for %1 seconds").arg(seconds))
             .withRecoverable(true));
    return step;
}

// A reply is overdue when neither it nor any other byte came in time: a long reply on a slow line
// is no reason to begin anew.
std::optional<RedisSession::TimePoint> RedisSession::nextDeadline() const
{
    if (m_finished || !m_started)
        return std::nullopt;
    if (!m_waiting.empty())
        return std::max(m_waiting.front().since, m_lastHeard) + m_settings.replyTimeout;
    if (m_settings.pingInterval.count() <= 0)
        return std::nullopt;
    return m_lastHeard + m_settings.pingInterval;
}

void RedisSession::submit(const RespCommand &command, quint64 ticket, TimePoint now, int replies)
{
    if (m_finished)
        return;
    command.appendTo(m_output);
    m_waiting.push_back({Asked::Request, ticket, replies, now, command.name()});
}

void RedisSession::run(const Script &script, RespCommand keys, RespCommand arguments,
                       quint64 ticket, TimePoint now)
{
    if (!m_finished)
        send({Asked::Request, ticket, 1, now, script.name(), &script, std::move(keys),
              std::move(arguments)});
}

void RedisSession::send(Waiting &&request)
{
    const RespCommand head{"EVALSHA", request.script->sha1(), request.keys.count()};
    RespCommand::appendTo(m_output, {&head, &request.keys, &request.arguments});
    m_waiting.push_back(std::move(request));
}

void RedisSession::ask(Asked asked, const RespCommand &command, TimePoint now)
{
    command.appendTo(m_output);
    m_waiting.push_back({asked, 0, 1, now});
}

// Both leave in one write.
void RedisSession::repeat(Waiting &&request)
{
    ask(Asked::LoadScript, {"SCRIPT", "LOAD", request.script->text()}, m_lastHeard);
    request.isRepeated = true;
    request.since = m_lastHeard;
    send(std::move(request));
}

bool RedisSession::isMessage(const RespValue &value) const
{
    return m_settings.role == SocketRole::Push && value.type == RespValue::Array
        && value.items.size() >= 3
        && (value.items.front().text == "message" || value.items.front().text == "pmessage");
}

void RedisSession::handle(RespValue &&value, Step &step)
{
    if (isMessage(value)) {
        step.events.push_back({SessionEvent::Message, 0, std::move(value)});
        return;
    }
    if (m_waiting.empty()) {
        fail(step,
             value.isError() // such as "max number of clients reached", said before any question
                 ? classifyError(value.text, "connect", m_settings.user).error.withRecoverable(true)
                 : Error(Error::Protocol, Text::tr("Redis sent a reply that nobody asked for"))
                       .withRecoverable(true));
        return;
    }
    Waiting &waiting = m_waiting.front();
    if (--waiting.replies > 0 && !value.isError())
        return;
    Waiting answered = std::move(waiting);
    m_waiting.pop_front();
    if (answered.asked == Asked::Request)
        handleReply(std::move(answered), std::move(value), step);
    else if (answered.asked == Asked::LoadScript)
        m_waiting.front().loadRefusal = value.isError() ? value.text : QByteArray();
    else
        handleHandshake(answered.asked, value, step);
}

void RedisSession::handleReply(Waiting &&request, RespValue &&value, Step &step)
{
    ReplyError why;
    if (value.isTooLarge) {
        why.error = Error(Error::LimitExceeded, QString::fromUtf8(value.text));
    } else if (value.isError()) {
        if (request.script && !request.isRepeated && value.text.startsWith("NOSCRIPT"))
            return repeat(std::move(request));
        why = classifyError(request.loadRefusal.isEmpty() ? value.text : request.loadRefusal,
                            request.name, m_settings.user);
    }
    step.events.push_back({SessionEvent::Reply, request.ticket, std::move(value), std::move(why)});
}

void RedisSession::handleHandshake(Asked asked, const RespValue &value, Step &step)
{
    switch (asked) {
    case Asked::ClientId:
        m_clientId = value.type == RespValue::Integer ? value.integer : -1;
        break;
    case Asked::Auth:
    case Asked::Select:
    case Asked::Ping:
        if (value.isError() && refuses(asked, value.text, step))
            return;
        break;
    case Asked::Subscribe:
        m_canBeTold = !value.isError();
        break;
    case Asked::Request:
    case Asked::LoadScript:
    case Asked::ClientName:
    case Asked::KeepAlive: // any answer proves that the server lives
        return;
    }
    const auto last = m_settings.role == SocketRole::Push ? Asked::Subscribe : Asked::Ping;
    if (asked == last) {
        m_ready = true;
        step.events.push_back({});
    }
}

// True if the refusal of a handshake command ends the session.
bool RedisSession::refuses(Asked asked, const QByteArray &reply, Step &step)
{
    if (asked == Asked::Ping && reply.startsWith("NOPERM"))
        return false; // logged in; only PING is not granted, and its refusal is an answer too
    const ReplyError why = classifyError(reply,
                                         asked == Asked::Auth         ? "AUTH"
                                             : asked == Asked::Select ? "SELECT"
                                                                      : "PING",
                                         m_settings.user);
    const bool passes = why.error.isRecoverable() || why.action == ErrorAction::Credentials;
    if (passes || asked == Asked::Ping)
        fail(step, why.error);
    else if (asked == Asked::Auth)
        fail(step, Error(Error::Authentication, why.error.text()));
    else
        fail(step, Error(Error::Configuration, why.error.text()));
    return true;
}

void RedisSession::fail(Step &step, const Error &error)
{
    m_finished = true;
    m_output.clear();
    step.fatal = error;
}

} // namespace Qombu::Redis
