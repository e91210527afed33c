// SPDX-License-Identifier: BSD-3-Clause
#include "hub/callqueue.h"

#include <iterator>
#include <utility>

namespace Qombu {

bool CallQueue::add(Hub::Callback callback)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return false;
    m_incoming.push_back(std::move(callback));
    return m_incoming.size() == 1;
}

int CallQueue::run()
{
    take();
    int count = 0;
    // A callback may turn a nested event loop, whose run() then goes on where this one stopped:
    // the order is kept, and a callback may wait for what a later one does.
    for (auto owed = m_taken.size(); owed > 0 && !m_taken.empty(); --owed) {
        const auto callback = std::move(m_taken.front());
        m_taken.pop_front();
        callback();
        ++count;
    }
    return count;
}

bool CallQueue::isEmpty() const
{
    const std::lock_guard lock(m_mutex);
    return m_incoming.empty() && m_taken.empty();
}

void CallQueue::close()
{
    std::vector<Hub::Callback> dropped; // what callbacks own may call add() when it dies
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        dropped.swap(m_incoming);
    }
    std::exchange(m_taken, {}).clear();
}

void CallQueue::reopen()
{
    const std::lock_guard lock(m_mutex);
    m_closed = false;
}

void CallQueue::take()
{
    std::vector<Hub::Callback> batch;
    {
        const std::lock_guard lock(m_mutex);
        batch.swap(m_incoming);
    }
    m_taken.insert(m_taken.end(), std::make_move_iterator(batch.begin()),
                   std::make_move_iterator(batch.end()));
}

} // namespace Qombu
