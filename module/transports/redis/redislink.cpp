// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redislink.h"

#include "net/tlsconfiguration.h"
#include "port/optionvalues.h"
#include "transports/redis/publishing/redispublisher.h"
#include "transports/redis/topology/redistopology.h"
#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr auto SafetyInterval = std::chrono::seconds(1);
constexpr std::size_t MostTold = 1000; // texts that are not told again

QDateTime dateTimeOf(Hub::WallTime time)
{
    const auto sinceEpoch =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    return QDateTime::fromMSecsSinceEpoch(sinceEpoch.count()).toUTC();
}

} // namespace

RedisLink::RedisLink(const LinkSetup &setup, const RedisLinkSettings &settings,
                     std::shared_ptr<RedisLedger> ledger)
    : m_hub(setup.hub)
    , m_listener(setup.listener)
    , m_options(settings.options)
    , m_closeTimeout(settings.closeTimeout)
    , m_keys(m_options)
    , m_ledger(std::move(ledger))
    , m_sockets(m_hub, settings, this)
    , m_context{m_hub,     m_sockets.commands(), m_options, m_keys, *setup.numbers,
                *m_ledger, m_declared,           *this,     m_alive}
    , m_settler(m_context)
    , m_fanout(m_sockets, m_keys, *this)
    , m_browser(
          m_sockets.commands(), m_options, [hub = m_hub] { return dateTimeOf(hub->wallTime()); },
          [this](const QString &text) { notice(makeNotice(BrokerNotice::Degraded, text)); })
    , m_recovery(m_context)
    , m_restore(m_context)
    , m_leases(m_context, settings, m_ledger, [this](quint64 delivery) { leaseLost(delivery); })
    , m_bindings(m_context)
    , m_lives(m_context)
{
}

RedisLink::~RedisLink()
{
    endClaimers();
    m_alive.reset();
}

Capabilities RedisLink::allCapabilities()
{
    return Capability::DirectExchange | Capability::TopicExchange | Capability::FanoutExchange
        | Capability::Priorities | Capability::Persistence | Capability::Confirms
        | Capability::Browse | Capability::UnackedList | Capability::QueuesAppearByPublishing
        | Capability::PrefetchBytes | Capability::PutsBack | Capability::ExtraProperties
        | Capability::PeekTail | Capability::PeekIsSilent | Capability::HeldOutlivesLink
        | Capability::Recovery;
}

void RedisLink::open()
{
    m_state = Opening;
    m_sockets.open();
}

// First of all, what the link before this one left open is settled, and what is held is held on.
void RedisLink::socketsOpened(const QVariantMap &serverProperties)
{
    m_serverProperties = serverProperties;
    m_settler.recover([this] { m_leases.renewNow([this] { opened(); }); });
}

void RedisLink::opened()
{
    m_isRecovered = true;
    if (m_state == Closing)
        giveHeldBack();
    if (m_state != Opening)
        return;
    m_state = Open;
    if (!m_ledger->isEmpty())
        keepHeld();
    m_safetyTimer = m_hub->callRepeatedly(SafetyInterval, [this] { lookForSafety(); });
    m_bindings.start();
    if (!m_options.withoutEffect.isEmpty())
        notice(makeNotice(BrokerNotice::Information,
                          OptionValues::withoutEffectText(m_options.withoutEffect)));
    if (m_options.tls.isInsecure())
        notice(makeNotice(BrokerNotice::Insecure, insecureText(m_options.tls)));
    const std::weak_ptr<bool> alive = m_alive;
    m_listener->linkOpened(m_serverProperties);
    if (!alive.expired() && m_state == Open && !m_blockedBecause.isNull())
        m_listener->linkBlocked(m_blockedBecause);
}

void RedisLink::lookForSafety()
{
    for (const auto &[number, claimer] : m_claimers) {
        claimer->look();
        m_lives.keep(claimer->queues());
    }
    ++m_safetyLooks;
    if (m_safetyLooks == 1 || m_safetyLooks == 10 || m_safetyLooks == 60)
        m_settler.recoverLate();
    wantsTurnEnd();
}

std::unique_ptr<TopologyChannel> RedisLink::openTopology()
{
    return std::make_unique<RedisTopology>(m_context, &m_fanout);
}

std::unique_ptr<DeliverChannel> RedisLink::openDeliver(DeliveryListener *listener)
{
    auto claimer =
        std::make_unique<RedisClaimer>(m_context, m_settler, m_fanout, ++m_lastClaimer, listener);
    m_claimers.emplace(m_lastClaimer, claimer.get());
    return claimer;
}

std::unique_ptr<PublishChannel> RedisLink::openPublish(PublishListener *listener)
{
    return std::make_unique<RedisPublisher>(m_context, listener);
}

void RedisLink::settle(std::vector<SettleRequest> &&requests)
{
    if (m_state != Open)
        return;
    for (const SettleRequest &request : requests)
        m_settler.settle(request);
    wantsTurnEnd();
}

void RedisLink::giveBack(std::vector<quint64> &&deliveries)
{
    if (m_state != Open)
        return;
    std::sort(deliveries.begin(), deliveries.end());
    for (const quint64 delivery : deliveries)
        m_settler.giveBack(delivery);
    wantsTurnEnd();
}

void RedisLink::putBack(std::vector<IncomingMessage> &&messages)
{
    if (m_state != Open)
        return;
    m_settler.putBack(messages);
    wantsTurnEnd();
}

// Only who consumes renews its leases and looks for what the dead have left.
void RedisLink::keepHeld()
{
    if (m_state != Open || std::exchange(m_isKeeping, true))
        return;
    m_leases.start();
    m_restore.start(std::chrono::seconds(
        m_serverProperties.value(QStringLiteral("uptime_in_seconds")).toLongLong()));
}

void RedisLink::listsChanged(const QList<QByteArray> &keys)
{
    if (keys.isEmpty()) {
        for (const auto &[number, claimer] : m_claimers)
            claimer->look();
        m_bindings.allChanged();
    }
    for (const QByteArray &key : keys) {
        if (const auto list = m_keys.parseList(key))
            wake(list->queue);
        else if (const auto exchange = m_keys.parseBinding(key))
            m_bindings.changed(*exchange);
    }
    wantsTurnEnd();
}

// One consumer of the queue at a time, the next one each time: it says what it leaves over.
void RedisLink::wake(const QString &queue)
{
    RedisClaimer *first = nullptr;
    RedisClaimer *next = nullptr;
    for (const auto &[number, claimer] : m_claimers) {
        if (!claimer->queues().contains(queue))
            continue;
        if (!claimer->isIdle()) {
            claimer->look(); // when it can
            continue;
        }
        if (!first)
            first = claimer;
        if (!next && number > m_lastWoken)
            next = claimer;
    }
    if (RedisClaimer *chosen = next ? next : first) {
        m_lastWoken = chosen->number();
        chosen->wake(queue);
    }
}

void RedisLink::leftOver(quint64 claimer, const QStringList &queues)
{
    for (const auto &[number, other] : m_claimers) {
        const QStringList &wanted = other->queues();
        if (number != claimer
            && std::any_of(queues.begin(), queues.end(),
                           [&](const QString &queue) { return wanted.contains(queue); }))
            other->look();
    }
    wantsTurnEnd();
}

void RedisLink::broadcast(const QByteArray &pattern, const QByteArray &channel,
                          QByteArray &&payload)
{
    m_fanout.received(pattern, channel, std::move(payload));
}

void RedisLink::writesBlocked(const QString &reason)
{
    m_blockedBecause = reason;
    if (m_state != Opening) // else with linkOpened()
        m_listener->linkBlocked(reason);
}

void RedisLink::writesUnblocked()
{
    m_settler.endRefusal();
    wantsTurnEnd();
    m_blockedBecause.clear();
    if (m_state != Opening)
        m_listener->linkUnblocked();
}

// The same in one turn is counted, and told once.
void RedisLink::notice(const BrokerNotice &notice)
{
    if (m_toldDegraded.size() >= MostTold)
        m_toldDegraded.clear();
    if (notice.kind == BrokerNotice::Degraded && !m_toldDegraded.insert(notice.text).second)
        return; // it stays so, and was told
    const auto same = [&notice](const BrokerNotice &other) {
        return other.kind == notice.kind && other.queue == notice.queue
            && other.active == notice.active
            && (!notice.queue.isEmpty() || other.text == notice.text);
    };
    const auto known = std::find_if(m_notices.begin(), m_notices.end(), same);
    if (known == m_notices.end())
        m_notices.push_back(notice);
    else
        known->count += notice.count;
    wantsTurnEnd();
}

void RedisLink::tellNotices()
{
    for (const BrokerNotice &notice : std::exchange(m_notices, {}))
        m_listener->notice(notice);
}

void RedisLink::settledTooLate(quint64 delivery)
{
    const RedisLedger::Record *const record = m_ledger->find(delivery);
    if (!record)
        return;
    const auto content = Envelope::decode(record->bytes);
    const QString tag = content ? content->deliveryTag : QString();
    m_listener->settledTooLate(m_ledger->consumerOf(delivery), delivery, record->queue,
                               tag.isEmpty() ? QString::number(delivery) : tag);
}

// What was settled meanwhile learns it by its own answer.
void RedisLink::leaseLost(quint64 delivery)
{
    const RedisLedger::Record *const record = m_ledger->find(delivery);
    if (!record || record->said || (m_state != Open && m_state != Opening))
        return;
    settledTooLate(delivery);
    m_ledger->remove({delivery});
    wantsTurnEnd();
}

// All that was asked for in one turn of the event loop is done at its end, and leaves in one write:
// first what makes room, then claims for it.
void RedisLink::wantsTurnEnd()
{
    if (std::exchange(m_turnEndScheduled, true))
        return;
    m_hub->callAtTurnEnd(whileAlive(m_alive, [this] { endTurn(); }));
}

void RedisLink::endTurn()
{
    m_turnEndScheduled = false;
    tellNotices();
    if (m_state != Open && m_state != Closing)
        return;
    m_settler.flush();
    // The one that was served last asks last.
    const auto first = m_claimers.upper_bound(m_lastServed);
    for (auto it = first; it != m_claimers.end(); ++it)
        it->second->pump();
    for (auto it = m_claimers.begin(); it != first; ++it)
        it->second->pump();
    finishIfAnswered();
}

void RedisLink::endClaimers()
{
    for (const auto &[number, claimer] : std::exchange(m_claimers, {}))
        claimer->end();
}

void RedisLink::socketsFailed(const Error &error)
{
    const State before = std::exchange(m_state, Finished);
    m_safetyTimer.cancel();
    m_closeTimer.cancel();
    m_restore.stop();
    m_bindings.stop();
    endClaimers();
    if (before == Finished)
        return;
    tellLoss(before == Closing);
    tellNotices();
    if (before == Closing)
        m_listener->linkClosed();
    else
        m_listener->linkFailed(error);
}

// Everything is settled or given back, and every answer is here; or the time for that is over. What
// a link before this one held is given back even if this one was not open yet.
void RedisLink::close()
{
    if (m_state == Closing || m_state == Finished)
        return;
    const State before = std::exchange(m_state, Closing);
    m_safetyTimer.cancel();
    m_restore.stop();
    m_bindings.stop();
    endClaimers();
    if (before == Fresh || (before == Opening && m_ledger->isEmpty())) {
        m_closeTimer = m_hub->callLater(std::chrono::nanoseconds(0), [this] { finish(); });
        return;
    }
    m_closeTimer = m_hub->callLater(m_closeTimeout, [this] { finish(); });
    if (before == Opening)
        return; // to recover is part of it
    giveHeldBack();
}

void RedisLink::giveHeldBack()
{
    for (const quint64 delivery : m_ledger->unsaid())
        m_settler.giveBack(delivery);
    wantsTurnEnd();
}

void RedisLink::finishIfAnswered()
{
    if (m_state != Closing || !m_isRecovered)
        return;
    if (m_settler.isRefused())
        return; // comes back by itself
    if (!m_settler.isIdle() || m_sockets.unanswered() > 0)
        return comeBackWhenAnswered();
    // What an answer that never came may have brought.
    if (!m_ledger->isEmpty() && !std::exchange(m_gaveBackRest, true)) {
        m_settler.recover([this] { wantsTurnEnd(); });
        return comeBackWhenAnswered();
    }
    finish();
}

// Replies come in order: the one to this PING is behind all that was asked before.
void RedisLink::comeBackWhenAnswered()
{
    if (std::exchange(m_isAskingForEnd, true))
        return;
    m_context.sender.send({"PING"}, [this](const Result<RespValue> &) {
        m_isAskingForEnd = false;
        wantsTurnEnd();
    });
}

void RedisLink::finish()
{
    if (std::exchange(m_state, Finished) == Finished)
        return;
    m_closeTimer.cancel();
    tellLoss(true);
    tellNotices();
    m_listener->linkClosed();
}

// Only what was fetched without acknowledgement has no record on the server. The rest of what is
// held is told where the link closes: after a failure the next one goes on with it.
void RedisLink::tellLoss(bool isClosing)
{
    const auto tell = [this](BrokerNotice::Kind kind, const QString &text, std::size_t count) {
        if (count == 0)
            return;
        BrokerNotice told = makeNotice(kind, text.arg(count));
        told.count = qint64(count);
        notice(told);
    };
    tell(BrokerNotice::Lost,
         Text::tr("Messages that could not be put back before the link ended, and are lost: %1"),
         m_settler.unpushed());
    tell(BrokerNotice::Unsettled,
         Text::tr("Messages that could not be given back or settled before the link ended: %1. "
                  "Redis returns them when their time is over"),
         isClosing ? m_ledger->size() - m_ledger->refusedCount() : 0);
}

} // namespace Qombu::Redis
