// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connectionoptions.h>
#include <Qombu/error.h>
#include <Qombu/hub.h>

#include <functional>
#include <optional>
#include <vector>

namespace Qombu {

// Says whether a connection is tried again, with which URL of a failover list, and after which
// delay: none within a round through the list, one that grows, with jitter, after a full round.
// Plain class, no clock. The LinkKeeper owns it.
class RetrySchedule
{
public:
    using Random = std::function<quint64()>;

    RetrySchedule(const ConnectionOptions &options, int alternates, Random random);

    // Trying again does not help against it.
    static bool isForAPerson(const Error &error)
    {
        return error.kind() == Error::Configuration || error.kind() == Error::Unsupported
            || error.kind() == Error::Authentication;
    }
    // The next failure begins a new sequence, with the same URL.
    void restart();
    int alternate() const { return m_order[m_position]; }
    int attempts() const { return m_attempts; } // that came to nothing since the link was good
    void linkOpened(Hub::TimePoint now);
    void linkWorked() { m_hasWorked = true; } // more than its opening was answered
    // An attempt failed, or an open link: the delay before alternate() is tried; none: give up.
    std::optional<std::chrono::milliseconds> failed(const Error &error, Hub::TimePoint now);

private:
    // Nobody listens, or what worked was cut: the broker may be back at any moment, so it is asked
    // about every second at the latest. Trouble costs both sides, or wants a person: the delay
    // grows up to the maximum.
    enum class Failure { NobodyThere, Trouble };

    static Failure kindOf(const Error &error);
    bool isHopeless(const Error &error, Hub::TimePoint now);
    bool isEnough(int failures, Hub::TimePoint now);
    std::optional<std::chrono::milliseconds> next(Failure failure);
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
    int m_attempts = 0;
    int m_hopeless = 0; // failures in a row that only a person can mend
    std::optional<Hub::TimePoint> m_awaySince; // nobody was there at one, at the first time
    std::optional<Hub::TimePoint> m_openedAt; // none: it is not open
    bool m_wasOpen = false; // ever
    bool m_hasWorked = false;
    Failure m_failure = Failure::NobodyThere; // of this round: the worst
    Failure m_lastFailure = Failure::NobodyThere; // of the round before
    std::chrono::milliseconds m_delay;
};

} // namespace Qombu
