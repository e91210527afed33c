// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisclaimer.h"

#include "transports/redis/consuming/redisfanout.h"
#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/consuming/redissettler.h"
#include "transports/redis/topology/queuelives.h"
#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr auto ShortestPoll = std::chrono::milliseconds(5);
constexpr auto LongestPoll = std::chrono::milliseconds(250);
constexpr auto MoreDelay =
    std::chrono::milliseconds(2); // of a claim for a small part of the window

Error noConnection()
{
    return Error(Error::Connection, Text::tr("There is no connection to the Redis server"))
        .withRecoverable(true);
}

} // namespace

RedisClaimer::RedisClaimer(const RedisContext &context, RedisSettler &settler, RedisFanout &fanout,
                           quint64 number, DeliveryListener *listener)
    : m_context(context)
    , m_settler(settler)
    , m_fanout(fanout)
    , m_number(number)
    , m_listener(listener)
    , m_gets(context, settler)
    , m_schedule(context.options.queueOrder)
    , m_resting(context, [this] { serveWhatDoesNotRest(); })
    , m_wakes(context)
{
}

RedisClaimer::~RedisClaimer()
{
    if (isOver())
        return;
    end();
    m_context.host.ended(m_number);
}

// take gets the answer, if there is still somebody who waits for it.
template<typename Take>
void RedisClaimer::send(const Claim &claim, Take take)
{
    claim.send(m_context,
               [this, alive = std::weak_ptr(m_alive), &settler = m_settler, claim,
                take = std::move(take)](Result<RespValue> reply) {
                   if (alive.expired() || m_isEnded)
                       settler.returned(claim, std::move(reply));
                   else
                       take(claim, std::move(reply));
               });
}

void RedisClaimer::get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done)
{
    if (isOver())
        return;
    if (!m_context.host.isUsable())
        return done(noConnection());
    if (const Error error = m_context.keys.checkQueueName(queue); error.isError())
        return done(error);
    renewLife(m_context, queue);
    m_gets.get(queue, noAck, std::move(done));
}

Error RedisClaimer::refusalOf(const ConsumeRequest &request) const
{
    if (!m_context.host.isUsable())
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
        if (const Error error = m_context.keys.checkQueueName(queue.name()); error.isError())
            return error;
    }
    return {};
}

void RedisClaimer::consume(const ConsumeRequest &request, Done<void> done)
{
    if (isOver())
        return;
    if (const Error refusal = refusalOf(request); refusal.isError())
        return done(refusal);
    for (const Queue &queue : request.queues) {
        m_queues.append(queue.name());
        m_settler.quarantine().forget(queue.name());
        if (!queue.deadLetterQueue().isEmpty())
            m_context.declared.deadLetterQueues.insert(queue.name(), queue.deadLetterQueue());
    }
    m_consumer = request.consumer;
    m_noAck = request.noAck;
    m_resting.reset(request.again ? m_queues : QStringList());
    m_schedule.setQueues(m_queues);
    m_toTry.clear();
    m_sizes.reset(m_noAck);
    m_rows = {};
    m_wanted = m_isNew = true;
    m_pollDelay = ShortestPoll;
    m_context.ledger.addConsumer(m_consumer, 0, 0);
    setWindow(request.count, request.bytes);
    if (!m_noAck)
        m_context.host.keepHeld();
    m_fanout.watch(m_consumer, m_listener, request.queues,
                   [this, alive = std::weak_ptr(m_alive), generation = m_generation,
                    done = std::move(done)](const Result<void> &result) {
                       if (alive.expired() || m_isEnded)
                           return;
                       if (m_generation != generation)
                           return done(
                               Error(Error::Cancelled, Text::tr("The consumer was cancelled")));
                       subscribed(result, done);
                   });
}

void RedisClaimer::subscribed(const Result<void> &result, const Done<void> &done)
{
    if (result) {
        m_isServing = true;
        m_context.host.wantsTurnEnd();
    } else {
        leaveQueues();
    }
    done(result);
}

void RedisClaimer::setWindow(int count, qint64 bytes)
{
    if (isOver() || m_noAck || m_queues.isEmpty())
        return; // it holds nothing
    m_sizes.setWindow(count);
    m_context.ledger.setWindow(m_consumer, count, bytes);
    m_context.host.wantsTurnEnd();
}

void RedisClaimer::setPaused(bool paused)
{
    if (isOver())
        return;
    m_context.ledger.setPaused(m_consumer, paused);
    m_context.host.wantsTurnEnd();
}

void RedisClaimer::cancel(Done<void> done)
{
    if (isOver())
        return;
    leaveQueues();
    done({});
}

// What still comes goes back.
void RedisClaimer::leaveQueues()
{
    if (m_queues.isEmpty())
        return;
    ++m_generation;
    m_timer.cancel();
    m_moreTimer.cancel();
    m_nextTimer.cancel();
    m_isWaiting = m_isWaitingForMore = m_isServing = m_wanted = false;
    m_resting.reset();
    m_settler.awaitClaims(m_sizes.underWay());
    m_sizes.reset(m_noAck);
    m_context.ledger.removeConsumer(m_consumer);
    m_fanout.unwatch(m_consumer);
    m_context.host.leftOver(m_number, std::exchange(m_queues, {})); // what this one was woken for
}

void RedisClaimer::end()
{
    if (std::exchange(m_isEnded, true))
        return;
    leaveQueues();
    m_gets.end();
}

void RedisClaimer::wake(const QString &queue)
{
    m_wakes.add(queue);
    look();
    if (m_isWaiting || m_sizes.underWay() > 0)
        return;
    if (const auto delay = m_wakes.delay(queue); delay.count() > 0)
        later(delay);
}

void RedisClaimer::look()
{
    m_wanted = true;
    m_lastWake = m_sent;
}

bool RedisClaimer::isIdle() const
{
    return m_isServing && m_sizes.underWay() == 0
        && m_sizes.hasRoom(m_context.ledger.room(m_consumer));
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

// One claim a turn: Redis answers together what it reads together, so pieces that leave in one
// write would come back in one, and server and user would wait for each other.
void RedisClaimer::pump()
{
    const auto size = dueClaim();
    if (!size)
        return;
    send(*size);
    if (dueClaim())
        m_nextTimer = m_context.hub->callLater(std::chrono::nanoseconds(0),
                                               [this] { m_context.host.wantsTurnEnd(); });
}

std::optional<ClaimSizes::Size> RedisClaimer::dueClaim()
{
    if (!m_isServing || !m_wanted || m_isWaiting || m_schedule.order().isEmpty())
        return std::nullopt;
    const auto size = m_sizes.next(m_context.ledger.room(m_consumer));
    if (!size || !size->isLittle || m_takesLittle)
        return size;
    waitForMore();
    return std::nullopt;
}

// The user has most of the window, and there is much to fetch: a claim a message would be a waste.
void RedisClaimer::waitForMore()
{
    if (m_sizes.underWay() > 0 || std::exchange(m_isWaitingForMore, true))
        return;
    m_moreTimer = m_context.hub->callLater(MoreDelay, [this] {
        m_isWaitingForMore = false;
        m_takesLittle = true;
        m_context.host.wantsTurnEnd();
    });
}

void RedisClaimer::send(const ClaimSizes::Size &size)
{
    m_sizes.sent(size);
    m_takesLittle = false;
    const QStringList order = m_toTry.isEmpty() ? m_schedule.order() : m_toTry.mid(0, 1);
    if (!m_target || m_target->queues() != order)
        m_target = std::make_shared<ClaimTarget>(order, m_context.keys);
    Claim claim;
    claim.target = m_target;
    claim.noAck = m_noAck;
    claim.messages = size.messages;
    claim.bytes = size.bytes;
    claim.isNew = m_isNew;
    claim.generation = m_generation;
    claim.sequence = ++m_sent;
    claim.woken = m_wakes.take();
    claim.takeNumbers(m_context);
    send(claim, [this](const Claim &asked, Result<RespValue> &&reply) {
        answered(asked, std::move(reply));
    });
}

void RedisClaimer::answered(const Claim &claim, Result<RespValue> &&reply)
{
    if (claim.generation != m_generation)
        return m_settler.returned(claim, std::move(reply));
    Result<ClaimResult> result = claim.read(std::move(reply), m_consumer, m_context);
    m_sizes.ended({claim.messages, claim.bytes});
    if (!result) {
        m_settler.recover(claim);
        return failed(claim, result.error());
    }
    m_settler.quarantine().take(*result);
    take(claim, std::move(*result));
}

void RedisClaimer::take(const Claim &claim, ClaimResult &&result)
{
    m_wakes.answered(claim.woken, result);
    m_isNew = false;
    m_rows.add(result);
    m_resting.granted(claim.target->queues(), result);
    for (const IncomingMessage &message : result.messages)
        m_schedule.served(message.queue);
    if (!m_toTry.isEmpty() && claim.target->queues() == m_toTry.mid(0, 1))
        m_toTry.removeFirst();
    const bool foundSome = !result.isEmpty();
    const bool isFull = !result.isDrained && foundSome;
    m_sizes.learn(isFull && m_toTry.isEmpty() && !result.messages.empty(), result.heaviest);
    m_wanted = isFull || m_lastWake >= claim.sequence || !m_toTry.isEmpty();
    if (isFull)
        m_context.host.leftOver(m_number, m_queues);
    if (!result.untold.isNull())
        tellUntold(result.untold);
    if (!m_context.host.isTracking() || !result.untold.isNull())
        pollLater(foundSome);
    if (m_wanted)
        m_context.host.wantsTurnEnd(); // in its turn, not before its neighbours
    const std::weak_ptr<char> alive = m_alive;
    const int generation = m_generation;
    if (!result.messages.empty()) {
        m_context.host.served(m_number);
        m_listener->delivered(std::exchange(result.messages, {}));
    }
    const bool isSuspect = !result.junk.empty() || !result.stuck.empty();
    if (isSuspect && !alive.expired() && m_generation == generation)
        leaveUnfit(claim.target->queues(), result);
}

void RedisClaimer::tellUntold(const QString &why)
{
    m_context.host.notice(makeNotice(
        BrokerNotice::Degraded,
        Text::tr("Redis does not tell this program of new messages, because its user may not run "
                 "EXISTS in scripts (%1): queues are polled")
            .arg(why)));
}

void RedisClaimer::leaveUnfit(const QStringList &asked, const ClaimResult &result)
{
    const std::weak_ptr<char> alive = m_alive;
    for (const QString &queue : asked) {
        const Error why = m_settler.quarantine().verdict(queue, result, m_rows);
        if (why.isError())
            leave(queue, why);
        if (alive.expired() || m_isEnded)
            return;
    }
}

// A server that is busy with itself is asked again by the safety claim. Which of several queues is
// refused shows when each is asked alone.
void RedisClaimer::failed(const Claim &claim, const Error &error)
{
    m_wanted = true;
    m_sizes.learn(false, 0);
    if (error.isRecoverable() || error.kind() == Error::LimitExceeded)
        return;
    const QStringList asked = claim.target->queues();
    if (asked.size() == 1)
        return leave(asked.front(), error);
    if (m_toTry.isEmpty())
        m_toTry = m_resting.without(m_queues);
    m_context.host.wantsTurnEnd();
}

void RedisClaimer::serveWhatDoesNotRest()
{
    m_schedule.setQueues(m_resting.without(m_queues));
    m_wanted = true;
    m_context.host.wantsTurnEnd();
}

void RedisClaimer::leave(const QString &queue, const Error &why)
{
    if (!m_queues.contains(queue))
        return; // the refusal of an earlier claim said it
    m_toTry.removeAll(queue);
    if (m_resting.rest(queue, why))
        return serveWhatDoesNotRest();
    if (m_queues.size() == 1) {
        leaveQueues();
    } else {
        m_queues.removeAll(queue);
        serveWhatDoesNotRest();
    }
    m_listener->consumerCancelled(queue, why);
}

void RedisClaimer::pollLater(bool foundSomething)
{
    m_pollDelay = foundSomething ? ShortestPoll
                                 : std::min<std::chrono::nanoseconds>(2 * m_pollDelay, LongestPoll);
    if (!m_wanted)
        later(m_pollDelay);
}

} // namespace Qombu::Redis
