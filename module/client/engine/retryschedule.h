// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connectionoptions.h>

#include <functional>
#include <optional>
#include <vector>

namespace Qombu {

// Says which URL of a failover list is tried next, and after which delay: none within a round
// through the list, one that grows, with jitter, after a full round. Plain class, no clock.
class RetrySchedule
{
public:
    using Random = std::function<quint64()>;
    // Nobody listens: asking costs next to nothing, and the broker may be back at any moment, so it
    // is asked about every second at the latest. Trouble costs both sides, or wants a person: the
    // delay grows up to the maximum.
    enum class Failure { NobodyThere, Trouble };

    RetrySchedule(const ConnectionOptions &options, int alternates, Random random);

    // After a success: the next failure begins a new sequence, with the same URL.
    void restart();
    int alternate() const { return m_order[m_position]; }
    // After a failed attempt: the delay before alternate() is tried; none if that was the last one.
    std::optional<std::chrono::milliseconds> next(Failure failure);

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
    Failure m_failure = Failure::NobodyThere; // of this round: the worst
    Failure m_lastFailure = Failure::NobodyThere; // of the round before
    std::chrono::milliseconds m_delay;
};

} // namespace Qombu
