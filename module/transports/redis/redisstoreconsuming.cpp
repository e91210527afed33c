// SPDX-License-Identifier: BSD-3-Clause
// The part of RedisStore that fetches and settles.
#include "transports/redis/redisstore.h"

#include <QCoreApplication>

#include <algorithm>
#include <limits>

namespace Qombu::Redis {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisStore)
};

} // namespace

void RedisStore::get(const QString &queue, bool noAck, Done<std::optional<StoreDelivery>> done)
{
    const Claim claim{ClaimTarget({queue}, m_keys), noAck, 1, std::numeric_limits<qint32>::max()};
    claim.send(m_context, [this, done = std::move(done)](Result<ClaimResult> result) {
        if (!result)
            return done(result.error());
        got(std::move(*result), done);
    });
}

void RedisStore::got(ClaimResult &&result, const Done<std::optional<StoreDelivery>> &done)
{
    startKeeping();
    putAway(std::move(result.unreadable));
    for (const ClaimResult::Quarantined &message : result.quarantined)
        wasQuarantined(message);
    if (result.deliveries.empty())
        return done(std::optional<StoreDelivery>());
    done(std::optional<StoreDelivery>(std::move(result.deliveries.front())));
}

void RedisStore::watch(quint64 consumer, const QList<Queue> &queues, bool noAck, Done<void> done)
{
    QStringList names;
    for (const Queue &queue : queues) {
        if (!m_keys.isQueueName(queue.name())) {
            return done(
                Error(Error::Configuration,
                      Text::tr("'%1' cannot be the name of a queue on Redis").arg(queue.name())));
        }
        names.append(queue.name());
    }
    m_claimers.emplace(consumer,
                       std::make_shared<RedisClaimer>(m_context, consumer, names, noAck,
                                                      m_sockets.isTracking(),
                                                      static_cast<RedisClaimerListener *>(this)));
    if (!noAck)
        startKeeping();
    m_fanout.watch(consumer, queues,
                   [this, consumer, done = std::move(done)](const Result<void> &result) {
                       if (!result)
                           unwatch(consumer);
                       done(result);
                   });
}

// Only who consumes renews its leases and looks for what the dead have left.
void RedisStore::startKeeping()
{
    if (std::exchange(m_isKeeping, true))
        return;
    m_leases.start();
    m_restore.start();
}

void RedisStore::setRoom(quint64 consumer, int messages, qint64 bytes)
{
    const auto it = m_claimers.find(consumer);
    if (it == m_claimers.end())
        return;
    it->second->setRoom(messages, bytes);
    endTurnSoon();
}

void RedisStore::unwatch(quint64 consumer)
{
    const auto it = m_claimers.find(consumer);
    if (it == m_claimers.end())
        return;
    const auto claimer = it->second;
    m_claimers.erase(it);
    retire(*claimer);
    m_fanout.unwatch(consumer);
    leftOver(consumer, claimer->queues()); // what this one was woken for
}

void RedisStore::retire(RedisClaimer &claimer)
{
    if (claimer.isClaiming())
        m_settler.awaitClaim();
    claimer.stop();
}

void RedisStore::lastClaimEnded()
{
    m_settler.claimEnded();
    endTurnSoon();
}

void RedisStore::settle(std::vector<StoreSettle> &&settlements)
{
    for (const StoreSettle &settlement : settlements)
        m_settler.settle(settlement);
    endTurnSoon();
}

void RedisStore::giveBack(std::vector<StoreSettle> &&deliveries)
{
    for (const StoreSettle &delivery : deliveries)
        m_settler.giveBack(delivery);
    endTurnSoon();
}

void RedisStore::putBack(std::vector<StoreDelivery> &&deliveries)
{
    m_settler.putBack(deliveries);
    endTurnSoon();
}

// One consumer of the queue at a time, the next one each time: it says what it leaves over.
void RedisStore::wake(const QString &queue)
{
    RedisClaimer *first = nullptr;
    RedisClaimer *next = nullptr;
    for (const auto &[consumer, claimer] : m_claimers) {
        if (!claimer->queues().contains(queue))
            continue;
        if (!claimer->isIdle()) {
            claimer->look(); // when it can
            continue;
        }
        if (!first)
            first = claimer.get();
        if (!next && consumer > m_lastWoken)
            next = claimer.get();
    }
    if (RedisClaimer *chosen = next ? next : first) {
        m_lastWoken = chosen->consumer();
        chosen->wake(queue);
    }
}

void RedisStore::claimed(quint64 consumer, std::vector<StoreDelivery> &&batch)
{
    m_lastServed = consumer;
    m_listener->arrived(consumer, std::move(batch));
}

void RedisStore::claimFailed(quint64 consumer, const Error &why)
{
    m_claimers.erase(consumer);
    m_fanout.unwatch(consumer);
    m_listener->consumerFailed(consumer, why);
}

void RedisStore::putAway(std::vector<ClaimResult::Unreadable> &&messages)
{
    for (const ClaimResult::Unreadable &message : messages) {
        m_settler.quarantine(message.queue, message.tag, message.bytes);
        m_listener->messageQuarantined(message.queue, message.why);
    }
}

void RedisStore::wasQuarantined(const ClaimResult::Quarantined &message)
{
    m_listener->messageQuarantined(message.queue, message.why);
}

void RedisStore::unwanted(ClaimResult &&result)
{
    for (std::size_t i = 0; i < result.deliveries.size(); ++i) {
        const StoreDelivery &delivery = result.deliveries[i];
        if (delivery.key.isEmpty())
            m_settler.giveBackUnrecorded(delivery.queue, result.unrecorded[i]);
        else
            m_settler.giveBack({delivery.key, delivery.queue, {}, Settlement::Requeue});
    }
    endTurnSoon();
}

void RedisStore::leftOver(quint64 consumer, const QStringList &queues)
{
    for (const auto &[other, claimer] : m_claimers) {
        const QStringList &wanted = claimer->queues();
        if (other != consumer
            && std::any_of(queues.begin(), queues.end(),
                           [&](const QString &queue) { return wanted.contains(queue); }))
            claimer->look();
    }
    endTurnSoon();
}

void RedisStore::contended(const QString &queue, bool contended)
{
    m_listener->contentionChanged(queue, contended);
}

} // namespace Qombu::Redis
