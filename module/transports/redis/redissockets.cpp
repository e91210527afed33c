// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redissockets.h"

#include "transports/redis/rediskeys.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/redistext.h"

namespace Qombu::Redis {

namespace {

constexpr auto ProbeInterval = std::chrono::seconds(1);
constexpr int LongestPatience = 64; // probes

QVariantMap parseInfo(const QByteArray &text)
{
    QVariantMap properties;
    for (const QByteArray &line : text.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0)
            properties.insert(QString::fromUtf8(line.first(colon)),
                              QString::fromUtf8(line.mid(colon + 1).trimmed()));
    }
    return properties;
}

} // namespace

RedisSocketsListener::~RedisSocketsListener() = default;

RedisSockets::RedisSockets(Hub *hub, const RedisLinkSettings &settings,
                           RedisSocketsListener *listener)
    : m_hub(hub)
    , m_options(settings.options)
    , m_listener(listener)
    , m_commands(hub, settings, SocketRole::Commands, this)
    , m_push(hub, settings, SocketRole::Push, this)
{
}

RedisSockets::~RedisSockets() = default;

void RedisSockets::open()
{
    m_state = Opening;
    const std::weak_ptr<bool> alive = m_alive;
    m_commands.open();
    if (!alive.expired() && m_state == Opening)
        m_push.open();
}

std::size_t RedisSockets::unanswered() const
{
    return m_commands.unanswered() + m_push.unanswered();
}

void RedisSockets::socketReady()
{
    if (m_state != Opening || !m_commands.session().isReady() || !m_push.session().isReady())
        return;
    startTracking();
    loadScripts();
    askServer();
}

// Without NOLOOP: a program's own messages wake its own consumers.
void RedisSockets::startTracking()
{
    if (!m_options.tracking)
        return;
    const RedisSession &push = m_push.session();
    const auto polled = [this](const QString &why) {
        m_listener->socketsNotice(makeNotice(BrokerNotice::Degraded, why));
    };
    if (push.clientId() < 0 || !push.canBeTold())
        return polled(Text::tr("The Redis user \"%1\" may not subscribe to __redis__:invalidate: "
                               "queues are polled")
                          .arg(m_options.user));
    m_commands.send({"CLIENT", "TRACKING", "ON", "REDIRECT", push.clientId()},
                    [this, polled](const Result<RespValue> &result) {
                        m_tracking = result.isOk();
                        const Error error = result.error();
                        if (error.isError() && !m_commands.hasFailed())
                            polled(Text::tr("Redis refused CLIENT TRACKING: queues are polled. %1")
                                       .arg(error.text()));
                    });
}

// Every one whose place among other commands matters: what the server does not know is loaded and
// run after all that was sent meanwhile. A refusal shows again, and is told, when the script is to
// be run.
void RedisSockets::loadScripts()
{
    const Scripts &scripts = Scripts::all();
    for (const Script &script : {scripts.claim, scripts.settle, scripts.putBack, scripts.expired,
                                 scripts.restore, scripts.publish})
        m_commands.send({"SCRIPT", "LOAD", script.text()}, [](const auto &) {});
}

// The last request of the opening; it may be refused.
void RedisSockets::askServer()
{
    m_commands.send({"INFO", "memory"}, [this](const Result<RespValue> &result) {
        const QString policy = result
            ? parseInfo(result->text).value(QStringLiteral("maxmemory_policy")).toString()
            : QString();
        if (!policy.startsWith(QLatin1String("allkeys")))
            return;
        m_listener->socketsNotice(makeNotice(
            BrokerNotice::Alarm,
            Text::tr("This Redis server deletes any key when its memory is full "
                     "(maxmemory-policy %1): messages can be lost. Set it to noeviction.")
                .arg(policy)));
    });
    m_commands.send({"INFO", "server"}, [this](const Result<RespValue> &result) {
        if (result)
            m_serverProperties = parseInfo(result->text);
        else if (m_commands.hasFailed())
            return;
        opened();
    });
}

void RedisSockets::opened()
{
    if (m_state != Opening)
        return;
    m_state = Open;
    m_serverProperties.insert(QStringLiteral("product"), QStringLiteral("Redis"));
    // By the name that every transport uses; absent where INFO is refused.
    const QVariant version = m_serverProperties.value(QStringLiteral("redis_version"));
    if (version.isValid())
        m_serverProperties.insert(QStringLiteral("version"), version);
    m_serverProperties.insert(QStringLiteral("tracking"), m_tracking);
    m_listener->socketsOpened(m_serverProperties);
}

void RedisSockets::socketMessage(RespValue &&message)
{
    std::vector<RespValue> &items = message.items;
    if (message.isTooLarge) {
        const Error why(Error::LimitExceeded, QString::fromUtf8(message.text));
        return m_listener->socketsNotice(makeNotice(
            BrokerNotice::Lost, Text::tr("A broadcast was dropped: %1").arg(why.text()), why));
    }
    if (items[0].text == "pmessage") {
        if (items.size() == 4)
            m_listener->broadcast(items[1].text, items[2].text, std::move(items[3].text));
        return;
    }
    if (items[1].text != "__redis__:invalidate")
        return;
    QList<QByteArray> keys; // none after FLUSHALL: everything may have changed
    for (RespValue &key : items[2].items)
        keys.append(std::move(key.text));
    m_listener->listsChanged(keys);
}

void RedisSockets::fail(const Error &error)
{
    if (std::exchange(m_state, Failed) == Failed)
        return;
    m_probeTimer.cancel();
    const std::weak_ptr<bool> alive = m_alive;
    for (RedisSocket *socket : {&m_commands, &m_push}) {
        socket->fail(error);
        if (alive.expired())
            return;
    }
    m_listener->socketsFailed(error);
}

void RedisSockets::socketRefused(const ReplyError &why)
{
    switch (why.action) {
    case ErrorAction::DropLink:
    case ErrorAction::Credentials:
        fail(why.error);
        break;
    case ErrorAction::Blocked:
        if (!std::exchange(m_blocked, true)) {
            m_probes = 0;
            m_probeTimer = m_hub->callRepeatedly(ProbeInterval, [this] { probe(0); });
            m_listener->writesBlocked(why.error.text());
        }
        break;
    case ErrorAction::Fail:
    case ErrorAction::RetryLater:
        break;
    }
}

// SETRANGE of nothing to a key that is not there changes nothing, and is refused like every write.
// A refusal for want of permission says nothing: then a key is tried that every consumer may use.
void RedisSockets::probe(int key)
{
    if (m_state != Open)
        return;
    const RedisKeys keys(m_options);
    m_commands.send({"SETRANGE", key == 0 ? keys.own("probe") : keys.unacked(), "0", ""},
                    [this, key](const Result<RespValue> &result) {
                        const Error::Kind kind = result.error().kind();
                        if (kind == Error::Blocked || kind == Error::Connection
                            || kind == Error::Timeout)
                            return;
                        if (kind != Error::Configuration)
                            unblock();
                        else if (key == 0)
                            probe(1);
                        else
                            unblockOnTrial();
                    });
}

// Nobody can tell: the next write will. The more often it was refused, the later it is tried.
void RedisSockets::unblockOnTrial()
{
    if (++m_probes < m_patience)
        return;
    m_patience = std::min(2 * m_patience, LongestPatience);
    unblock();
}

void RedisSockets::unblock()
{
    if (!std::exchange(m_blocked, false))
        return;
    m_probeTimer.cancel();
    m_listener->writesUnblocked();
}

void RedisSockets::subscription(const char *name, const QList<QByteArray> &patterns,
                                CommandSender::Reply done)
{
    if (patterns.isEmpty())
        return done(RespValue());
    RespCommand command{name};
    for (const QByteArray &pattern : patterns)
        command.add(pattern);
    m_push.subscribe(command, int(patterns.size()), std::move(done));
}

void RedisSockets::psubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done)
{
    subscription("PSUBSCRIBE", patterns, std::move(done));
}

void RedisSockets::punsubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done)
{
    subscription("PUNSUBSCRIBE", patterns, std::move(done));
}

} // namespace Qombu::Redis
