// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisstore.h"

#include <QCoreApplication>

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr auto SafetyInterval = std::chrono::seconds(1);

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisStore)
};

SessionSettings sessionSettings(const RedisStore::Settings &settings)
{
    const RedisOptions &options = settings.options;
    SessionSettings session;
    session.user = options.user.toUtf8();
    session.password = options.password.toUtf8();
    session.database = options.database;
    session.clientName = options.clientName.toUtf8();
    session.replyTimeout = settings.requestTimeout;
    session.pingInterval = options.healthCheckInterval;
    session.limits.elementBytes = options.maximumElementBytes + (1 << 20); // with its record
    session.limits.replyBytes =
        std::max(session.limits.replyBytes, 2 * session.limits.elementBytes);
    return session;
}

RedisSockets::Settings socketsSettings(Hub *hub, const RedisStore::Settings &settings)
{
    RedisSockets::Settings sockets;
    sockets.makeStream = [hub, make = settings.makeStream](ByteStreamListener *listener) {
        return make(hub, listener);
    };
    sockets.session = sessionSettings(settings);
    sockets.connectTimeout = settings.options.connectTimeout;
    sockets.tracking = settings.options.tracking;
    sockets.probeKey = RedisKeys(settings.options).own("probe");
    sockets.scripts = {&Scripts::claim(), &Scripts::settle(), &Scripts::putBack(),
                       &Scripts::expired(), &Scripts::restore()};
    return sockets;
}

RedisLeases::Settings leasesSettings(const RedisStore::Settings &settings)
{
    RedisLeases::Settings leases;
    leases.makeStream = settings.makeStream;
    leases.session = sessionSettings(settings);
    leases.connectTimeout = settings.options.connectTimeout;
    // At least three tries before the time is over.
    leases.interval = std::min<std::chrono::nanoseconds>(settings.options.renewInterval,
                                                         settings.options.visibilityTimeout / 3);
    leases.unackedIndex = RedisKeys(settings.options).unackedIndex();
    return leases;
}

QDateTime dateTimeOf(Hub::WallTime time)
{
    const auto sinceEpoch =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    return QDateTime::fromMSecsSinceEpoch(sinceEpoch.count(), Qt::UTC);
}

} // namespace

RedisStore::RedisStore(Hub *hub, const Settings &settings, std::shared_ptr<RedisLedger> ledger,
                       StoreListener *listener)
    : m_hub(hub)
    , m_options(settings.options)
    , m_closeTimeout(settings.closeTimeout)
    , m_keys(m_options)
    , m_ledger(std::move(ledger))
    , m_listener(listener)
    , m_sockets(hub, socketsSettings(hub, settings), this)
    , m_context{hub, m_sockets, m_options, m_keys, *m_ledger}
    , m_settler(m_context,
                {[this](const QByteArray &tag) { m_listener->settledTooLate(tag); },
                 [this](const QString &text) { m_listener->storeNotice(text); },
                 [this] { endTurnSoon(); }})
    , m_topology(m_sockets, m_options)
    , m_publisher(
          m_sockets, m_options, [hub] { return hub->random(); },
          [this](std::vector<PublishOutcome> &&outcomes) {
              m_listener->published(std::move(outcomes));
          })
    , m_fanout(
          m_sockets, m_options,
          [this](quint64 consumer, std::vector<StoreDelivery> &&batch) {
              m_listener->arrived(consumer, std::move(batch));
          },
          [this](const QString &queue, const Error &why) {
              m_listener->storeNotice(
                  Text::tr("A broadcast for queue '%1' is no message: %2").arg(queue, why.text()));
          })
    , m_browser(m_sockets, m_options, [hub] { return dateTimeOf(hub->wallTime()); })
    , m_restore(m_context, [this](const QString &text) { m_listener->storeNotice(text); })
    , m_leases(hub, settings.background, leasesSettings(settings), m_ledger,
               [this](const QByteArray &tag) { m_listener->settledTooLate(tag); })
{
}

RedisStore::~RedisStore()
{
    for (const auto &[consumer, claimer] : m_claimers)
        claimer->stop();
}

void RedisStore::open()
{
    m_state = Opening;
    m_sockets.open();
}

// First of all, what the link before this one held goes back to its queues.
void RedisStore::socketsOpened(const QVariantMap &serverProperties)
{
    m_serverProperties = serverProperties;
    m_settler.recover([this] {
        if (m_state != Opening)
            return;
        m_state = Open;
        m_safetyTimer = m_hub->callRepeatedly(SafetyInterval, [this] { lookForSafety(); });
        m_listener->storeOpened(m_serverProperties);
        if (!m_options.withoutEffect.isEmpty())
            m_listener->storeNotice(Text::tr("Options of Kombu that mean nothing here: %1")
                                        .arg(m_options.withoutEffect.join(QStringLiteral(", "))));
    });
}

void RedisStore::lookForSafety()
{
    for (const auto &[consumer, claimer] : m_claimers)
        claimer->look();
    ++m_safetyLooks;
    if (m_safetyLooks == 1 || m_safetyLooks == 10 || m_safetyLooks == 60)
        m_settler.recoverLate();
    endTurn();
}

void RedisStore::socketsFailed(const Error &error)
{
    const State before = std::exchange(m_state, Finished);
    m_safetyTimer.cancel();
    m_closeTimer.cancel();
    for (const auto &[consumer, claimer] : m_claimers)
        retire(*claimer);
    if (before != Finished)
        tellLoss();
    if (before == Closing)
        m_listener->storeClosed();
    else if (before != Finished)
        m_listener->storeFailed(error);
}

// Everything is settled or given back, and every answer is here; or the time for that is over.
void RedisStore::close()
{
    if (m_state == Closing || m_state == Finished)
        return;
    const bool wasOpen = std::exchange(m_state, Closing) == Open;
    m_safetyTimer.cancel();
    m_restore.stop();
    for (const auto &[consumer, claimer] : std::exchange(m_claimers, {}))
        retire(*claimer);
    if (!wasOpen) {
        m_closeTimer = m_hub->callLater(std::chrono::nanoseconds(0), [this] { finish(); });
        return;
    }
    m_closeTimer = m_hub->callLater(m_closeTimeout, [this] { finish(); });
    endTurnSoon();
}

void RedisStore::finishIfAnswered()
{
    if (m_state != Closing)
        return;
    if (m_settler.isRefused())
        return; // comes back by itself
    if (!m_settler.isIdle() || m_sockets.unanswered() > 0 || m_publisher.waiting() > 0) {
        comeBackWhenAnswered();
        return;
    }
    // What nobody asked to give back: the answer to a get() that came too late.
    if (!m_ledger->isEmpty() && !std::exchange(m_gaveBackRest, true)) {
        m_settler.recover([this] { endTurnSoon(); });
        comeBackWhenAnswered();
        return;
    }
    finish();
}

// Replies come in order: the one to this PING is behind all that was asked before.
void RedisStore::comeBackWhenAnswered()
{
    if (std::exchange(m_isAskingForEnd, true))
        return;
    m_sockets.send({"PING"}, [this](const Result<RespValue> &) {
        m_isAskingForEnd = false;
        endTurnSoon();
    });
    m_sockets.flush();
}

void RedisStore::finish()
{
    if (std::exchange(m_state, Finished) == Finished)
        return;
    m_closeTimer.cancel();
    tellLoss();
    m_listener->storeClosed();
}

// Only what was fetched without acknowledgement has no record on the server.
void RedisStore::tellLoss()
{
    if (const std::size_t count = m_settler.unpushed(); count > 0)
        m_listener->storeNotice(
            Text::tr("Messages that could not be put back before the link ended, and are lost: %1")
                .arg(count));
}

// All that was asked for in one turn of the event loop leaves in one write.
void RedisStore::endTurnSoon()
{
    if (std::exchange(m_turnEndScheduled, true))
        return;
    m_hub->callSoon([this, alive = std::weak_ptr<bool>(m_alive)] {
        if (!alive.expired())
            endTurn();
    });
}

void RedisStore::endTurn()
{
    m_turnEndScheduled = false;
    if (m_state != Open && m_state != Closing)
        return;
    m_settler.flush();
    // The one that was served last asks last.
    const auto claimers = m_claimers; // a consumer may go in a callback
    const auto first = claimers.upper_bound(m_lastServed);
    for (auto it = first; it != claimers.end(); ++it)
        it->second->pump();
    for (auto it = claimers.begin(); it != first; ++it)
        it->second->pump();
    m_sockets.flush();
    finishIfAnswered();
}

void RedisStore::bind(const Binding &binding, Done<void> done)
{
    m_fanout.bound(binding);
    m_topology.bind(binding, std::move(done));
}

void RedisStore::unbind(const Binding &binding, Done<void> done)
{
    m_fanout.unbound(binding);
    m_topology.unbind(binding, std::move(done));
}

void RedisStore::declare(const Queue &queue, Done<QueueInfo> done)
{
    m_topology.declare(queue, std::move(done));
}

void RedisStore::inspect(const QString &queue, Done<QueueInfo> done)
{
    m_topology.inspect(queue, std::move(done));
}

void RedisStore::purge(const QString &queue, Done<qint64> done)
{
    m_topology.purge(queue, std::move(done));
}

void RedisStore::remove(const Queue &queue, Done<qint64> done)
{
    m_fanout.removed(queue.name());
    m_topology.remove(queue.name(), std::move(done));
}

void RedisStore::removeExchange(const Exchange &exchange, Done<void> done)
{
    m_topology.removeExchange(exchange, std::move(done));
}

void RedisStore::publish(std::vector<StorePublish> &&messages)
{
    m_publisher.publish(std::move(messages));
}

LinkBrowser *RedisStore::browser()
{
    return &m_browser;
}

void RedisStore::listsChanged(const QList<QByteArray> &keys)
{
    if (keys.isEmpty()) {
        for (const auto &[consumer, claimer] : m_claimers)
            claimer->look();
    }
    for (const QByteArray &key : keys) {
        if (const auto list = m_keys.parseList(key))
            wake(list->queue);
    }
    endTurnSoon();
}

void RedisStore::writesBlocked(const QString &reason)
{
    m_listener->storeBlocked(reason);
}

void RedisStore::writesUnblocked()
{
    m_settler.endRefusal();
    endTurnSoon();
    m_listener->storeUnblocked();
}

void RedisStore::socketsNotice(const QString &text)
{
    m_listener->storeNotice(text);
}

} // namespace Qombu::Redis
