// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connectionoptions.h>

#include <functional>
#include <optional>
#include <vector>

namespace Qombu {

// Says which URL of a failover list is tried next, and after which delay: none within a round
// through the list, an exponential one with jitter after a full round. Plain class, no clock.
class RetrySchedule
{
public:
    using Random = std::function<quint64()>;

    RetrySchedule(const ConnectionOptions &options, int alternates, Random random);

    // After a success: the next failure begins a new sequence, with the same URL.
    void restart();
    int alternate() const { return m_order[m_position]; }
    // After a failed attempt: the delay before alternate() is tried; none if that was the last one.
    std::optional<std::chrono::milliseconds> next();

    // delay ± 25 %, so that clients of one broker do not come back all at once.
    static std::chrono::milliseconds withJitter(std::chrono::milliseconds delay, quint64 random);

private:
    void shuffle();

    const std::chrono::milliseconds m_first;
    const std::chrono::milliseconds m_maximum;
    const int m_limit;
    const bool m_shuffles;
    Random m_random;
    std::vector<int> m_order;
    size_t m_position = 0;
    size_t m_triedInRound = 0;
    int m_rounds = 0;
    std::chrono::milliseconds m_delay;
};

} // namespace Qombu
