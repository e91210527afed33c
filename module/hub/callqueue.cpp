// SPDX-License-Identifier: BSD-3-Clause
#include "hub/callqueue.h"

#include <iterator>
#include <utility>

namespace Qombu {
namespace {

constexpr size_t MostCallsKept = 4096; // calls to keep memory for

} // namespace

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
    for (auto owed = m_taken.size() - m_next; owed > 0 && isInterrupted(); --owed) {
        const auto callback = std::move(m_taken[m_next++]);
        callback();
        ++count;
    }
    return count;
}

bool CallQueue::isEmpty() const
{
    const std::lock_guard lock(m_mutex);
    return m_incoming.empty() && !isInterrupted();
}

void CallQueue::close()
{
    std::vector<Hub::Callback> dropped; // what callbacks own may call add() when it dies
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        dropped.swap(m_incoming);
    }
    const std::vector<Hub::Callback> rest = std::exchange(m_taken, {});
    m_next = 0;
}

void CallQueue::reopen()
{
    const std::lock_guard lock(m_mutex);
    m_closed = false;
}

void CallQueue::take()
{
    if (!isInterrupted()) {
        m_taken.clear();
        m_next = 0;
        if (m_taken.capacity() > MostCallsKept)
            m_taken = std::vector<Hub::Callback>();
        const std::lock_guard lock(m_mutex);
        m_taken.swap(m_incoming);
        return;
    }
    const std::lock_guard lock(m_mutex);
    m_taken.insert(m_taken.end(), std::make_move_iterator(m_incoming.begin()),
                   std::make_move_iterator(m_incoming.end()));
    m_incoming.clear();
}

} // namespace Qombu
