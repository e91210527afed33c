// SPDX-License-Identifier: BSD-3-Clause
#include "hub/timerqueue.h"

#include <vector>

namespace Qombu {

HubHandle TimerQueue::add(const std::shared_ptr<TimerQueue> &queue, Hub::TimePoint when,
                          Hub::Callback callback)
{
    const Key key{when, ++queue->m_lastId};
    queue->m_timers.emplace(key, std::move(callback));
    return HubHandle([weak = std::weak_ptr(queue), key] {
        if (const auto timers = weak.lock()) {
            // The callback dies outside the map: what it owns may cancel timers, too.
            const auto node = timers->m_timers.extract(key);
        }
    });
}

std::optional<Hub::TimePoint> TimerQueue::nextDue() const
{
    if (m_timers.empty())
        return std::nullopt;
    return m_timers.begin()->first.first;
}

int TimerQueue::runDue(Hub::TimePoint now)
{
    std::vector<Key> due;
    for (auto it = m_timers.begin(); it != m_timers.end() && it->first.first <= now; ++it)
        due.push_back(it->first);

    int count = 0;
    for (const Key &key : due) {
        const auto node = m_timers.extract(key);
        if (node.empty())
            continue; // cancelled by a callback before it, or run by a nested event loop
        node.mapped()();
        ++count;
    }
    return count;
}

void TimerQueue::clear()
{
    const auto dropped = std::exchange(m_timers, {});
}

} // namespace Qombu
