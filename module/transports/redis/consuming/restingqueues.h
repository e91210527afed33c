// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisclaim.h"

namespace Qombu::Redis {

// Queues of one consumer that served it before, and that its user may not take from any more. They
// are tried again after a while, longer each time, because what was taken away may be granted
// again. Plain class; owned by RedisClaimer.
class RestingQueues
{
public:
    // again: none rests any more.
    RestingQueues(const RedisContext &context, std::function<void()> again)
        : m_context(context)
        , m_again(std::move(again))
    {
    }

    void reset(const QStringList &proven = {}); // another consumer; these served it before
    // A claim of these was granted.
    void granted(const QStringList &asked, const ClaimResult &result);
    // True: the queue rests now; false: this refusal is for good.
    bool rest(const QString &queue, const Error &why);
    QStringList without(QStringList queues) const; // of these, those that do not rest

private:
    void tellOver(const QString &queue);

    const RedisContext m_context;
    const std::function<void()> m_again;
    QSet<QString> m_proven; // queues that were granted once
    QSet<QString> m_resting;
    QSet<QString> m_told; // refused, and not granted again so far
    std::chrono::nanoseconds m_delay = {};
    HubHandle m_timer;
};

} // namespace Qombu::Redis
