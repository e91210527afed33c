// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisclaim.h"
#include "transports/redis/consuming/wakehistory.h"

namespace Qombu::Redis {

// What became of the server's words that something was pushed: whether others are always faster.
// Plain class; owned by RedisClaimer.
class RedisWakes
{
public:
    explicit RedisWakes(const RedisContext &context)
        : m_context(context)
    {
    }

    void add(const QString &queue) { m_woken.insert(queue); }
    QSet<QString> take() { return std::exchange(m_woken, {}); } // since the last claim
    // How long to let the others of a herd pass first.
    std::chrono::nanoseconds delay(const QString &queue) const;
    // The claim that had taken them is answered. Tells where contention begins and ends.
    void answered(const QSet<QString> &woken, const ClaimResult &result);

private:
    const RedisContext m_context;
    QSet<QString> m_woken;
    QHash<QString, WakeHistory> m_history;
};

} // namespace Qombu::Redis
