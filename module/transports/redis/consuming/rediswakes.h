// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisclaim.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>

namespace Qombu::Redis {

// Remembers which of the last wake-ups of a queue found nothing. A value.
class WakeHistory
{
public:
    void add(bool foundNothing)
    {
        m_bits = (m_bits << 1) | (foundNothing ? 1U : 0U);
        m_count = std::min(m_count + 1, 64);
    }

    // Somebody else is always faster: 5 of the last 10 found nothing.
    bool isContended() const { return m_count >= 10 && std::popcount(m_bits & 0x3ff) >= 5; }

    // A herd: more than half of the recent wake-ups found nothing. Then a wake-up waits for a
    // random time below this; else it is zero.
    std::chrono::nanoseconds maximumDelay() const
    {
        const int empty = std::popcount(m_bits); // bits beyond m_count are 0
        if (2 * empty <= m_count)
            return std::chrono::nanoseconds::zero();
        return std::min<std::chrono::nanoseconds>(std::chrono::milliseconds(20),
                                                  empty * std::chrono::microseconds(300));
    }

private:
    std::uint64_t m_bits = 0; // the newest is the lowest
    int m_count = 0;
};

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
