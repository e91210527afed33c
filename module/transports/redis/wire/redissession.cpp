// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/wire/redissession.h"

#include "transports/redis/wire/redistext.h"

#include <algorithm>
#include <memory>

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
    const auto login = [this](const RespValue &value, Step &step) {
        mustPass("AUTH", value, step, Error::Authentication);
    };
    if (!m_settings.user.isEmpty())
        ask({"AUTH", m_settings.user, m_settings.password}, now, login);
    else if (!m_settings.password.isEmpty())
        ask({"AUTH", m_settings.password}, now, login);
    if (m_settings.database != 0)
        ask({"SELECT", m_settings.database}, now, [this](const RespValue &value, Step &step) {
            mustPass("SELECT", value, step, Error::Configuration);
        });
    if (!m_settings.clientName.isEmpty())
        ask({"CLIENT", "SETNAME", m_settings.clientName}, now);
    ask({"CLIENT", "ID"}, now, [this](const RespValue &value, Step &) {
        m_clientId = value.type == RespValue::Integer ? value.integer : -1;
    });
    ask({"PING"}, now, [this](const RespValue &value, Step &step) { pinged(value, step); });
    if (m_settings.role == SocketRole::Push)
        ask({"SUBSCRIBE", "__redis__:invalidate"}, now, [this](const RespValue &value, Step &step) {
            m_canBeTold = !value.isError();
            becomeReady(step);
        });
    return {};
}

// Logged in. Where PING is not granted its refusal is an answer too, and so is one that speaks of
// writes: without a disk to save to the server refuses PING as it refuses them.
void RedisSession::pinged(const RespValue &value, Step &step)
{
    const ReplyError why =
        value.isError() ? classifyError(value.text, "PING", m_settings.user) : ReplyError();
    if (why.action == ErrorAction::Blocked)
        m_blocked = why;
    else if (!value.text.startsWith("NOPERM") && !value.text.startsWith("NOREPLICAS"))
        mustPass("PING", value, step);
    if (m_settings.role == SocketRole::Commands)
        becomeReady(step);
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
        ask({"PING"}, now); // any answer proves that the server lives
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
    command.appendTo(output());
    const QList<QByteArray> words = command.arguments(2);
    queue().push_back({ticket, replies, now, words.value(0)});
    if (words.size() > 1)
        queue().back().keys = {words[1]};
}

void RedisSession::run(const Script &script, RespCommand keys, RespCommand arguments,
                       quint64 ticket, TimePoint now)
{
    if (!m_finished)
        send({ticket, 1, now, script.name(), &script, std::move(keys), std::move(arguments)});
}

void RedisSession::send(Waiting &&request)
{
    const RespCommand head{"EVALSHA", request.script->sha1(), request.keys.count()};
    RespCommand::appendTo(output(), {&head, &request.keys, &request.arguments});
    queue().push_back(std::move(request));
}

void RedisSession::ask(const RespCommand &command, TimePoint now, Heard heard)
{
    command.appendTo(m_output);
    Waiting &own = m_waiting.emplace_back();
    own.since = now;
    own.heard = std::move(heard);
}

// All of it leaves in one write: the scripts, what they were asked for, and what came meanwhile.
void RedisSession::loadForgotten()
{
    QList<const Script *> loaded;
    std::vector<Waiting> forgotten = std::exchange(m_forgotten, {});
    for (const Waiting &request : forgotten) {
        if (!loaded.contains(request.script)) {
            loaded.append(request.script);
            load(*request.script);
        }
    }
    for (Waiting &request : forgotten) {
        request.isRepeated = true;
        request.since = m_lastHeard;
        send(std::move(request));
    }
    m_output += std::exchange(m_heldOutput, {});
    for (Waiting &request : std::exchange(m_held, {})) {
        request.since = m_lastHeard;
        m_waiting.push_back(std::move(request));
    }
}

void RedisSession::load(const Script &script)
{
    ask({"SCRIPT", "LOAD", script.text()}, m_lastHeard,
        [this, script = &script](const RespValue &value, Step &) {
            for (Waiting &request : m_waiting) {
                if (request.script == script && request.isRepeated && value.isError())
                    request.loadRefusal = value.text;
            }
        });
}

// The server does not say which key it was, nor what it is; the refusal is told when that is known.
// What we need ourselves comes first among the keys of a script, and is enough of them.
void RedisSession::askForTypes(Waiting &&request, RespValue &&value)
{
    constexpr int MostKeys = 16;
    const QList<QByteArray> keys = request.keys.arguments(MostKeys);
    const auto types = std::make_shared<QList<QByteArray>>();
    SessionEvent event{SessionEvent::Reply, request.ticket, std::move(value), {}};
    const auto heard = [types, keys, name = request.name,
                        event = std::move(event)](const RespValue &type, Step &step) mutable {
        types->append(type.isError() ? QByteArray() : type.text);
        if (types->size() < keys.size())
            return;
        event.why = {wrongType(name, keys, *types), ErrorAction::Fail};
        step.events.push_back(std::move(event));
    };
    for (const QByteArray &key : keys)
        ask({"TYPE", key}, m_lastHeard, heard);
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
    // A server without room for us says so before it reads what we ask, and hangs up.
    const bool isTurnedAway =
        !m_ready && value.isError() && value.text.startsWith("ERR max number of clients");
    if (m_waiting.empty() || isTurnedAway) {
        fail(step,
             value.isError()
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
    if (answered.heard)
        answered.heard(value, step);
    else
        handleReply(std::move(answered), std::move(value), step);
    if (m_waiting.empty() && !m_forgotten.empty() && !m_finished)
        loadForgotten();
}

void RedisSession::handleReply(Waiting &&request, RespValue &&value, Step &step)
{
    ReplyError why;
    if (value.isTooLarge) {
        why.error = Error(Error::LimitExceeded, QString::fromUtf8(value.text));
    } else if (value.isError()) {
        if (request.script && !request.isRepeated && value.text.startsWith("NOSCRIPT"))
            return m_forgotten.push_back(std::move(request));
        if (isWrongType(value.text) && request.keys.count() > 0)
            return askForTypes(std::move(request), std::move(value));
        why = classifyError(request.loadRefusal.isEmpty() ? value.text : request.loadRefusal,
                            request.name, m_settings.user);
    }
    step.events.push_back({SessionEvent::Reply, request.ticket, std::move(value), std::move(why)});
}

// The refusal of a command of the handshake ends the session: an error of this kind, unless the
// reply says by itself whether trying again can help.
void RedisSession::mustPass(const QByteArray &command, const RespValue &value, Step &step,
                            Error::Kind kind)
{
    if (!value.isError())
        return;
    const ReplyError why = classifyError(value.text, command, m_settings.user);
    const bool passes =
        kind == Error::None || why.error.isRecoverable() || why.action == ErrorAction::Credentials;
    fail(step, passes ? why.error : Error(kind, why.error.text()));
}

void RedisSession::becomeReady(Step &step)
{
    m_ready = !m_finished;
    if (m_ready)
        step.events.push_back({SessionEvent::Ready, 0, {}, m_blocked});
}

void RedisSession::fail(Step &step, const Error &error)
{
    m_finished = true;
    m_output.clear();
    step.fatal = error;
}

} // namespace Qombu::Redis
