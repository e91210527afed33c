// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/channels.h"
#include "transports/redis/consuming/claimsizes.h"
#include "transports/redis/consuming/redisgets.h"
#include "transports/redis/consuming/rediswakes.h"
#include "transports/redis/consuming/restingqueues.h"
#include "virtual/queueing/fairschedule.h"

namespace Qombu::Redis {
class RedisFanout;
class RedisSettler;

// Fetches the messages of one channel: claims while there is room and something may be there. What
// claims bring that are under way at its end goes back. Hub's thread; the engine owns it, also
// after the end of the link.
class RedisClaimer final : public DeliverChannel
{
public:
    // number: among the channels of this link.
    RedisClaimer(const RedisContext &context, RedisSettler &settler, RedisFanout &fanout,
                 quint64 number, DeliveryListener *listener);
    ~RedisClaimer() override;

    void get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done) override;
    void consume(const ConsumeRequest &request, Done<void> done) override;
    void setWindow(int count, qint64 bytes) override;
    void setPaused(bool paused) override;
    void cancel(Done<void> done) override;
    void end(); // the same, and no answer is given any more

    void wake(const QString &queue); // the server says that something was pushed
    void look(); // nothing was said
    void pump(); // sends claims if there is reason to; call it at the end of a turn

    quint64 number() const { return m_number; }
    const QStringList &queues() const { return m_queues; } // none: consumes nothing
    bool isIdle() const; // nothing under way, and has room

private:
    bool isOver() const { return m_context.alive.expired(); }
    void leaveQueues();
    template<typename Take>
    void send(const Claim &claim, Take take);
    Error refusalOf(const ConsumeRequest &request) const;
    void subscribed(const Result<void> &result, const Done<void> &done);
    std::optional<ClaimSizes::Size> dueClaim();
    void waitForMore();
    void send(const ClaimSizes::Size &size);
    void answered(const Claim &claim, Result<RespValue> &&reply);
    void take(const Claim &claim, ClaimResult &&result);
    void tellUntold(const QString &why);
    void leaveUnfit(const QStringList &asked, const ClaimResult &result);
    void failed(const Claim &claim, const Error &error);
    void leave(const QString &queue, const Error &why);
    void serveWhatDoesNotRest();
    void pollLater(bool foundSomething);
    void later(std::chrono::nanoseconds delay);

    const RedisContext m_context;
    RedisSettler &m_settler;
    RedisFanout &m_fanout;
    const quint64 m_number;
    DeliveryListener *const m_listener;
    RedisGets m_gets;

    quint64 m_consumer = 0;
    QStringList m_queues;
    bool m_noAck = false;
    bool m_isServing = false; // subscribed, if there is need
    bool m_isEnded = false;
    int m_generation = 0; // of what is consumed
    FairSchedule m_schedule;
    RestingQueues m_resting;
    QStringList m_toTry; // one by one: a claim of several queues was refused
    std::shared_ptr<const ClaimTarget> m_target; // of the claim before

    bool m_wanted = false; // something may be there
    bool m_isNew = true; // no claim was answered so far
    ClaimSizes m_sizes;
    quint64 m_sent = 0; // claims so far
    quint64 m_lastWake = 0; // m_sent at that time
    RedisWakes m_wakes;
    JunkRows m_rows;
    std::chrono::nanoseconds m_pollDelay = {};
    HubHandle m_timer; // claims wait for it
    bool m_isWaiting = false;
    HubHandle m_nextTimer; // the next piece waits for it
    HubHandle m_moreTimer; // a small claim waits for it
    bool m_isWaitingForMore = false;
    bool m_takesLittle = false; // it waited long enough
    const std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Redis
