// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

#include <deque>
#include <vector>

namespace Qombu {

// Settlements on their way to the broker. One that was made after a publish in the same thread waits
// for that publish's end: who publishes a result and then acknowledges the order means that order.
// Plain class; the Engine owns it.
class Settlements
{
public:
    // after: the publish, 0: none. Rises with every call but for those of 0.
    void add(const SettleRequest &request, quint64 after)
    {
        if (after == 0)
            m_free.push_back(request);
        else
            m_waiting.push_back({after, request});
    }

    // What may be sent while all publishes below firstOpen have ended.
    std::vector<SettleRequest> take(quint64 firstOpen)
    {
        while (!m_waiting.empty() && m_waiting.front().first < firstOpen) {
            m_free.push_back(m_waiting.front().second);
            m_waiting.pop_front();
        }
        return std::exchange(m_free, {});
    }
    bool isEmpty() const { return m_free.empty() && m_waiting.empty(); }
    void clear()
    {
        m_free.clear();
        m_waiting.clear();
    }

private:
    std::vector<SettleRequest> m_free;
    std::deque<std::pair<quint64, SettleRequest>> m_waiting;
};

} // namespace Qombu
