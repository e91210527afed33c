// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisclaimer.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr int MaximumBatch = 256; // messages a claim: how long the server may be busy with one
constexpr qint64 MaximumBatchBytes = 8 << 20;
constexpr auto ShortestPoll = std::chrono::milliseconds(5);
constexpr auto LongestPoll = std::chrono::milliseconds(250);

QueueOrder orderOf(RedisOptions::QueueOrder order)
{
    switch (order) {
    case RedisOptions::QueueOrder::Priority:
        return QueueOrder::Priority;
    case RedisOptions::QueueOrder::Sorted:
        return QueueOrder::Sorted;
    case RedisOptions::QueueOrder::RoundRobin:
        break;
    }
    return QueueOrder::RoundRobin;
}

} // namespace

RedisClaimerListener::~RedisClaimerListener() = default;

RedisClaimer::RedisClaimer(const RedisContext &context, quint64 consumer, const QStringList &queues,
                           bool noAck, bool tracking, RedisClaimerListener *listener)
    : m_context(context)
    , m_consumer(consumer)
    , m_queues(queues)
    , m_noAck(noAck)
    , m_polling(!tracking)
    , m_listener(listener)
    , m_schedule(orderOf(context.options.queueOrder))
    , m_pollDelay(ShortestPoll)
{
    m_schedule.setQueues(queues);
}

void RedisClaimer::setRoom(int messages, qint64 bytes)
{
    m_messages = messages;
    m_bytes = bytes;
}

void RedisClaimer::wake(const QString &queue)
{
    m_woken.insert(queue);
    m_wanted = true;
    m_wokenMeanwhile = true;
    if (m_isWaiting || m_isClaiming)
        return;
    // In a herd the others are let pass first.
    const auto most = m_history.value(queue).maximumDelay();
    if (most.count() > 0)
        later(std::chrono::nanoseconds(m_context.hub->random() % quint64(most.count())));
}

void RedisClaimer::look()
{
    m_wanted = true;
    m_wokenMeanwhile = true;
}

void RedisClaimer::stop()
{
    m_isStopped = true;
    m_timer.cancel();
}

void RedisClaimer::pump()
{
    if (!m_isStopped && m_wanted && !m_isClaiming && !m_isWaiting && m_messages > 0 && m_bytes > 0
        && !m_queues.isEmpty())
        claim();
}

void RedisClaimer::later(std::chrono::nanoseconds delay)
{
    m_isWaiting = true;
    m_timer = m_context.hub->callLater(delay, [this] {
        m_isWaiting = false;
        m_wanted = true;
        pump();
    });
}

void RedisClaimer::claim()
{
    m_isClaiming = true;
    m_wanted = false;
    m_wokenMeanwhile = false;
    m_claimingFor = std::exchange(m_woken, {});
    if (const QStringList order = m_schedule.order(); !m_target || m_target->queues() != order)
        m_target.emplace(order, m_context.keys);
    const Claim claim{*m_target, m_noAck, std::min(m_messages, MaximumBatch),
                      std::min(m_bytes, MaximumBatchBytes)};
    claim.send(m_context, [self = shared_from_this()](Result<ClaimResult> result) {
        self->answered(std::move(result));
    });
}

void RedisClaimer::answered(Result<ClaimResult> &&result)
{
    const auto self = shared_from_this();
    const bool wasStopped = m_isStopped;
    m_isClaiming = false;
    take(std::move(result));
    if (wasStopped)
        m_listener->lastClaimEnded();
}

void RedisClaimer::take(Result<ClaimResult> &&result)
{
    if (!result)
        return failed(result.error());
    if (!result->unreadable.empty())
        m_listener->putAway(std::move(result->unreadable));
    for (const ClaimResult::Quarantined &message : result->quarantined)
        m_listener->wasQuarantined(message);
    if (m_isStopped) {
        if (!result->deliveries.empty())
            m_listener->unwanted(std::move(*result));
        return m_listener->leftOver(m_consumer, m_queues);
    }
    noteWakeUps(*result);
    takeRoom(result->deliveries);
    m_wanted = m_wokenMeanwhile || !result->isDrained;
    if (!result->isDrained)
        m_listener->leftOver(m_consumer, m_queues);
    if (m_polling)
        pollLater(!result->deliveries.empty());
    if (!result->deliveries.empty())
        m_listener->claimed(m_consumer, std::move(result->deliveries));
    if (m_wanted && !m_isStopped)
        m_listener->wantsToPump(); // in its turn, not before its neighbours
}

// A server that is busy with itself is asked again by the safety claim.
void RedisClaimer::failed(const Error &error)
{
    m_wanted = true;
    if (error.isRecoverable() || m_isStopped)
        return;
    stop();
    m_listener->claimFailed(m_consumer, error);
}

// A claim that was full says nothing about the queues it did not come to.
void RedisClaimer::noteWakeUps(const ClaimResult &result)
{
    for (const QString &queue : std::exchange(m_claimingFor, {})) {
        const bool foundSome =
            std::any_of(result.deliveries.begin(), result.deliveries.end(),
                        [&](const StoreDelivery &delivery) { return delivery.queue == queue; });
        if (!foundSome && !result.isDrained)
            continue;
        WakeHistory &history = m_history[queue];
        const bool before = history.isContended();
        history.add(!foundSome);
        if (history.isContended() != before)
            m_listener->contended(queue, !before);
    }
}

void RedisClaimer::takeRoom(const std::vector<StoreDelivery> &taken)
{
    for (const StoreDelivery &delivery : taken) {
        m_schedule.served(delivery.queue);
        if (m_noAck)
            continue; // never fills a window
        --m_messages;
        m_bytes -= delivery.bytes;
    }
}

void RedisClaimer::pollLater(bool foundSomething)
{
    m_pollDelay = foundSomething ? ShortestPoll
                                 : std::min<std::chrono::nanoseconds>(2 * m_pollDelay, LongestPoll);
    if (!m_wanted)
        later(m_pollDelay);
}

} // namespace Qombu::Redis
