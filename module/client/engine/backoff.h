// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/connectionoptions.h>

namespace Qombu {

// How long to wait before what the broker refused for now is asked again: from the first delay of
// the options to the longest, doubled each time, with jitter. Plain class, no clock.
class Backoff
{
public:
    explicit Backoff(const ConnectionOptions &options);

    std::chrono::milliseconds next(quint64 random);
    void reset() { m_delay = m_first; } // it worked, or what refused is not there any more

    // delay ± 25 %, so that clients of one broker do not come back all at once.
    static std::chrono::milliseconds withJitter(std::chrono::milliseconds delay, quint64 random);

private:
    std::chrono::milliseconds m_first;
    std::chrono::milliseconds m_maximum;
    std::chrono::milliseconds m_delay;
};

} // namespace Qombu
