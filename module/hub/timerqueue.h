// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/hub.h>

#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace Qombu {

// The timers of one Hub, ordered by time and then by age: adding and cancelling cost log(n).
// Knows no clock. Hub's thread; the handles may outlive it.
class TimerQueue
{
public:
    static HubHandle add(const std::shared_ptr<TimerQueue> &queue, Hub::TimePoint when,
                         Hub::Callback callback);
    std::optional<Hub::TimePoint> nextDue() const;
    // Runs what is due at now, oldest first; timers added meanwhile wait for the next time.
    int runDue(Hub::TimePoint now);
    void clear();

private:
    using Key = std::pair<Hub::TimePoint, quint64>;

    std::map<Key, Hub::Callback> m_timers;
    quint64 m_lastId = 0;
};

} // namespace Qombu
