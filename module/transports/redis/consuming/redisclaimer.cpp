// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisclaimer.h"

#include "transports/redis/consuming/redisfanout.h"
#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/consuming/redissettler.h"

#include <QCoreApplication>

#include <algorithm>
#include <limits>

namespace Qombu::Redis {

namespace {

constexpr int MaximumBatch = 256; // messages a claim: how long the server may be busy with one
constexpr qint64 MaximumBatchBytes = 8 << 20;
constexpr int MostUnderWay = 4; // claims
constexpr auto ShortestPoll = std::chrono::milliseconds(5);
constexpr auto LongestPoll = std::chrono::milliseconds(250);
constexpr auto MoreDelay =
    std::chrono::milliseconds(2); // of a claim for a small part of the window

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisClaimer)
};

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

Error noConnection()
{
    return Error(Error::Connection, Text::tr("There is no connection to the Redis server"))
        .withRecoverable(true);
}

} // namespace

RedisClaimerHost::~RedisClaimerHost() = default;

RedisClaimer::RedisClaimer(const RedisContext &context, RedisSettler &settler, RedisFanout &fanout,
                           RedisClaimerHost &host, quint64 number, DeliveryListener *listener)
    : m_context(context)
    , m_settler(settler)
    , m_fanout(fanout)
    , m_host(host)
    , m_number(number)
    , m_listener(listener)
    , m_schedule(orderOf(context.options.queueOrder))
{
}

void RedisClaimer::get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done)
{
    if (!m_host.isUsable())
        return done(noConnection());
    Claim claim;
    claim.target = std::make_shared<ClaimTarget>(QStringList{queue}, m_context.keys);
    claim.noAck = noAck;
    claim.bytes = std::numeric_limits<qint32>::max();
    claim.takeNumbers(m_context);
    ++m_gets;
    claim.send(m_context,
               [self = shared_from_this(), claim, done = std::move(done)](Result<RespValue> reply) {
                   self->got(claim, std::move(reply), done);
               });
}

void RedisClaimer::got(const Claim &claim, Result<RespValue> &&reply,
                       const Done<std::optional<IncomingMessage>> &done)
{
    --m_gets;
    Result<ClaimResult> result = claim.read(std::move(reply), 0, m_context);
    if (result) {
        tellPutAway(*result);
        m_host.keepHeld();
    }
    if (m_isEnded) {
        if (result)
            giveBack(*result);
        m_settler.claimEnded();
        m_context.host.wantsTurnEnd();
    } else if (!result) {
        done(result.error());
    } else if (result->messages.empty()) {
        done(std::optional<IncomingMessage>());
    } else {
        done(std::optional<IncomingMessage>(std::move(result->messages.front())));
    }
}

Error RedisClaimer::refusalOf(const ConsumeRequest &request) const
{
    if (!m_host.isUsable())
        return noConnection();
    if (!m_queues.isEmpty())
        return Error(Error::Channel, Text::tr("NOT_ALLOWED - this channel has a consumer already"))
            .withReplyCode(530);
    if (request.exclusive)
        return Error(
            Error::Unsupported,
            Text::tr("Redis does not know who else consumes: a consumer cannot be the only "
                     "one of a queue"));
    for (const Queue &queue : request.queues) {
        if (!m_context.keys.isQueueName(queue.name()))
            return Error(Error::Configuration,
                         Text::tr("'%1' cannot be the name of a queue on Redis").arg(queue.name()));
    }
    return {};
}

void RedisClaimer::consume(const ConsumeRequest &request, Done<void> done)
{
    if (const Error refusal = refusalOf(request); refusal.isError())
        return done(refusal);
    for (const Queue &queue : request.queues) {
        m_queues.append(queue.name());
        if (!queue.deadLetterQueue().isEmpty())
            m_context.declared.deadLetterQueues.insert(queue.name(), queue.deadLetterQueue());
    }
    m_consumer = request.consumer;
    m_noAck = request.noAck;
    m_context.ledger.addConsumer(m_consumer, 0, 0);
    setWindow(request.count, request.bytes);
    m_schedule.setQueues(m_queues);
    m_toTry.clear();
    m_wanted = true;
    m_isFull = false;
    m_pollDelay = ShortestPoll;
    if (!m_noAck)
        m_host.keepHeld();
    m_fanout.watch(m_consumer, m_listener, request.queues,
                   [self = shared_from_this(), generation = m_generation,
                    done = std::move(done)](const Result<void> &result) {
                       if (self->m_isEnded)
                           return;
                       if (self->m_generation != generation)
                           return done(
                               Error(Error::Cancelled, Text::tr("The consumer was cancelled")));
                       self->subscribed(result, done);
                   });
}

void RedisClaimer::subscribed(const Result<void> &result, const Done<void> &done)
{
    if (result) {
        m_isServing = true;
        m_context.host.wantsTurnEnd();
    } else {
        cancel();
    }
    done(result);
}

void RedisClaimer::setWindow(int count, qint64 bytes)
{
    if (m_noAck || m_queues.isEmpty())
        return; // it holds nothing
    m_count = count;
    m_context.ledger.setWindow(m_consumer, count, bytes);
    m_context.host.wantsTurnEnd();
}

void RedisClaimer::setPaused(bool paused)
{
    m_context.ledger.setPaused(m_consumer, paused);
    m_context.host.wantsTurnEnd();
}

void RedisClaimer::cancel()
{
    if (m_queues.isEmpty())
        return;
    ++m_generation;
    m_timer.cancel();
    m_moreTimer.cancel();
    m_isWaiting = m_isWaitingForMore = m_isServing = m_wanted = false;
    m_settler.awaitClaims(std::exchange(m_underWay, 0));
    m_asked = 0;
    m_askedBytes = 0;
    m_context.ledger.removeConsumer(m_consumer);
    m_fanout.unwatch(m_consumer);
    m_host.leftOver(*this, std::exchange(m_queues, {})); // what this one was woken for
}

void RedisClaimer::end()
{
    if (std::exchange(m_isEnded, true))
        return;
    cancel();
    m_settler.awaitClaims(m_gets);
}

void RedisClaimer::wake(const QString &queue)
{
    m_woken.insert(queue);
    look();
    if (m_isWaiting || m_underWay > 0)
        return;
    // In a herd the others are let pass first.
    const auto most = m_history.value(queue).maximumDelay();
    if (most.count() > 0)
        later(std::chrono::nanoseconds(m_context.hub->random() % quint64(most.count())));
}

void RedisClaimer::look()
{
    m_wanted = true;
    m_lastWake = m_sent;
}

bool RedisClaimer::isIdle() const
{
    return m_isServing && m_underWay == 0 && room().messages > 0;
}

PrefetchWindow::Room RedisClaimer::room() const
{
    PrefetchWindow::Room room = m_context.ledger.room(m_consumer);
    room.messages -= m_asked;
    room.bytes -= m_askedBytes;
    return room.messages > 0 && room.bytes > 0 ? room : PrefetchWindow::Room();
}

void RedisClaimer::later(std::chrono::nanoseconds delay)
{
    m_isWaiting = true;
    m_timer = m_context.hub->callLater(delay, [this] {
        m_isWaiting = false;
        m_wanted = true;
        m_context.host.wantsTurnEnd();
    });
}

void RedisClaimer::pump()
{
    while (std::optional<Claim> claim = dueClaim())
        send(std::move(*claim));
}

// What is fetched in one go from a queue that is full, so that the server works on the next piece
// while this one is on its way, or read.
int RedisClaimer::piece() const
{
    const int count = m_count > 0 ? m_count : MaximumBatch;
    return std::clamp(std::max(count / 4, std::min(count / 2, 8)), 1, MaximumBatch);
}

std::optional<Claim> RedisClaimer::dueClaim()
{
    const PrefetchWindow::Room room = this->room();
    if (!m_isServing || !m_wanted || m_isWaiting || room.messages == 0)
        return std::nullopt;
    Claim claim;
    claim.noAck = m_noAck;
    claim.messages = std::min(room.messages, MaximumBatch);
    claim.bytes = std::min(room.bytes, MaximumBatchBytes);
    // Each claim may go beyond its bytes by its last message, so several only where messages are
    // small.
    const int most = std::min(room.messages, MostUnderWay * piece());
    if (!m_isFull || m_noAck || m_heaviest * most > room.bytes)
        return m_underWay == 0 ? std::optional(claim) : std::nullopt;
    claim.messages = std::min(most, piece());
    claim.bytes = std::min(room.bytes / most * claim.messages, MaximumBatchBytes);
    if (claim.messages < piece() && !m_takesLittle) {
        waitForMore();
        return std::nullopt;
    }
    return m_underWay < MostUnderWay ? std::optional(claim) : std::nullopt;
}

// The user has most of the window, and there is much to fetch: a claim a message would be a waste.
void RedisClaimer::waitForMore()
{
    if (m_underWay > 0 || std::exchange(m_isWaitingForMore, true))
        return;
    m_moreTimer = m_context.hub->callLater(MoreDelay, [this] {
        m_isWaitingForMore = false;
        m_takesLittle = true;
        m_context.host.wantsTurnEnd();
    });
}

void RedisClaimer::send(Claim &&claim)
{
    const QStringList order = m_toTry.isEmpty() ? m_schedule.order() : m_toTry.mid(0, 1);
    if (!m_target || m_target->queues() != order)
        m_target = std::make_shared<ClaimTarget>(order, m_context.keys);
    claim.target = m_target;
    claim.generation = m_generation;
    claim.sequence = ++m_sent;
    claim.woken = std::exchange(m_woken, {});
    ++m_underWay;
    m_asked += claim.messages;
    m_askedBytes += claim.bytes;
    m_takesLittle = false;
    claim.takeNumbers(m_context);
    claim.send(m_context, [self = shared_from_this(), claim](Result<RespValue> reply) {
        self->answered(claim, std::move(reply));
    });
}

void RedisClaimer::answered(const Claim &claim, Result<RespValue> &&reply)
{
    const bool isOurs = claim.generation == m_generation;
    Result<ClaimResult> result = claim.read(std::move(reply), isOurs ? m_consumer : 0, m_context);
    if (isOurs) {
        --m_underWay;
        m_asked -= claim.messages;
        m_askedBytes -= claim.bytes;
    }
    if (result)
        tellPutAway(*result);
    if (isOurs && result) {
        take(claim, std::move(*result));
    } else if (isOurs) {
        failed(claim, result.error());
    } else {
        if (result)
            giveBack(*result);
        m_settler.claimEnded();
        if (result)
            m_host.leftOver(*this, claim.target->queues());
        m_context.host.wantsTurnEnd();
    }
}

void RedisClaimer::take(const Claim &claim, ClaimResult &&result)
{
    noteWakeUps(claim, result);
    for (const IncomingMessage &message : result.messages)
        m_schedule.served(message.queue);
    if (!m_toTry.isEmpty() && claim.target->queues() == m_toTry.mid(0, 1))
        m_toTry.removeFirst();
    const bool foundSome = !result.isEmpty();
    m_isFull = !result.isDrained && foundSome && m_toTry.isEmpty();
    m_heaviest = std::max(result.heaviest, m_heaviest - m_heaviest / 8);
    m_wanted = m_isFull || m_lastWake >= claim.sequence || !m_toTry.isEmpty();
    if (!result.isDrained)
        m_host.leftOver(*this, m_queues);
    if (!m_host.isTracking() || (!result.isDrained && !foundSome))
        pollLater(foundSome);
    if (m_wanted)
        m_context.host.wantsTurnEnd(); // in its turn, not before its neighbours
    if (result.messages.empty())
        return;
    m_host.served(*this);
    m_listener->delivered(std::move(result.messages));
}

// A server that is busy with itself is asked again by the safety claim. Which of several queues is
// refused shows when each is asked alone.
void RedisClaimer::failed(const Claim &claim, const Error &error)
{
    m_wanted = true;
    m_isFull = false;
    if (error.isRecoverable())
        return;
    const QStringList asked = claim.target->queues();
    if (asked.size() == 1)
        return leave(asked.front(), error);
    if (m_toTry.isEmpty())
        m_toTry = m_queues;
    m_context.host.wantsTurnEnd();
}

void RedisClaimer::leave(const QString &queue, const Error &why)
{
    if (!m_queues.contains(queue))
        return; // the refusal of an earlier claim said it
    m_toTry.removeAll(queue);
    if (m_queues.size() == 1) {
        cancel();
    } else {
        m_queues.removeAll(queue);
        m_schedule.setQueues(m_queues);
        m_context.host.wantsTurnEnd();
    }
    m_listener->consumerCancelled(queue, why);
}

void RedisClaimer::tellPutAway(const ClaimResult &result)
{
    const auto tell = [this](const QString &queue, const Error &why) {
        m_context.host.notice(makeNotice(BrokerNotice::Quarantine, why.text(), why, queue));
    };
    for (const ClaimResult::Unreadable &message : result.unreadable) {
        m_settler.quarantine(message.queue, message.delivery, message.bytes);
        tell(message.queue, message.why);
    }
    for (const ClaimResult::Quarantined &message : result.quarantined)
        tell(message.queue, message.why);
}

void RedisClaimer::giveBack(const ClaimResult &result)
{
    for (const IncomingMessage &message : result.messages) {
        if (message.delivery == 0)
            m_settler.giveBackUnrecorded(message.queue, message.wire);
        else
            m_settler.giveBack(message.delivery);
    }
}

// A claim that was full says nothing about the queues it did not come to.
void RedisClaimer::noteWakeUps(const Claim &claim, const ClaimResult &result)
{
    for (const QString &queue : claim.woken) {
        const bool foundSome =
            std::any_of(result.messages.begin(), result.messages.end(),
                        [&](const IncomingMessage &message) { return message.queue == queue; });
        if (!foundSome && !result.isDrained)
            continue;
        WakeHistory &history = m_history[queue];
        const bool before = history.isContended();
        history.add(!foundSome);
        if (history.isContended() == before)
            continue;
        const QString text = before
            ? Text::tr("This program gets the messages of queue '%1' again")
            : Text::tr("Other programs get the messages of queue '%1' before this one does");
        BrokerNotice notice = makeNotice(BrokerNotice::Contention, text.arg(queue), {}, queue);
        notice.active = !before;
        m_context.host.notice(notice);
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
