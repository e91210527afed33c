// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisclaim.h"
#include "transports/redis/consuming/wakehistory.h"
#include "virtual/queueing/fairschedule.h"

#include <QSet>

namespace Qombu::Redis {
class RedisClaimer;

// Who hears of claims. May stop and drop the claimer inside every call.
class RedisClaimerListener
{
public:
    virtual ~RedisClaimerListener();
    virtual void claimed(quint64 consumer, std::vector<StoreDelivery> &&batch) = 0;
    virtual void claimFailed(quint64 consumer, const Error &why) = 0; // it has stopped
    virtual void putAway(std::vector<ClaimResult::Unreadable> &&messages) = 0;
    virtual void wasQuarantined(const ClaimResult::Quarantined &message) = 0;
    virtual void unwanted(ClaimResult &&result) = 0; // came after stop()
    // What this consumer left in its queues is for its neighbours.
    virtual void leftOver(quint64 consumer, const QStringList &queues) = 0;
    virtual void wantsToPump() = 0;
    virtual void lastClaimEnded() = 0; // the one that was under way at stop(): nothing comes any
                                       // more
    virtual void contended(const QString &queue, bool contended) = 0;
};

// Fetches messages for one consumer: claims while there is room and something may be there. At most
// one claim is under way. Hub's thread; shared, so that a claim under way can end after stop().
class RedisClaimer : public std::enable_shared_from_this<RedisClaimer>
{
public:
    RedisClaimer(const RedisContext &context, quint64 consumer, const QStringList &queues,
                 bool noAck, bool tracking, RedisClaimerListener *listener);

    void setRoom(int messages, qint64 bytes);
    void wake(const QString &queue); // the server says that something was pushed
    void look(); // nothing was said
    void stop();

    // Sends a claim if there is reason to; call it at the end of a turn.
    void pump();

    quint64 consumer() const { return m_consumer; }
    const QStringList &queues() const { return m_queues; }
    bool isClaiming() const { return m_isClaiming; }
    bool isIdle() const { return !m_isClaiming && m_messages > 0; } // and has room

private:
    void claim();
    void answered(Result<ClaimResult> &&result);
    void take(Result<ClaimResult> &&result);
    void failed(const Error &error);
    void noteWakeUps(const ClaimResult &result);
    void takeRoom(const std::vector<StoreDelivery> &taken);
    void pollLater(bool foundSomething);
    void later(std::chrono::nanoseconds delay);

    const RedisContext m_context;
    const quint64 m_consumer;
    const QStringList m_queues;
    const bool m_noAck;
    bool m_polling; // the server does not tell of pushes
    RedisClaimerListener *const m_listener;
    FairSchedule m_schedule;
    std::optional<ClaimTarget> m_target; // of the claim before
    int m_messages = 0; // room
    qint64 m_bytes = 0;
    bool m_wanted = true; // something may be there
    bool m_isClaiming = false;
    bool m_wokenMeanwhile = false;
    QSet<QString> m_woken; // by the server, since the last claim
    QSet<QString> m_claimingFor; // woken before the claim under way
    QHash<QString, WakeHistory> m_history;
    std::chrono::nanoseconds m_pollDelay;
    HubHandle m_timer; // the claim waits for it
    bool m_isWaiting = false;
    bool m_isStopped = false;
};

} // namespace Qombu::Redis
