// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/courier/commands.h"
#include "port/messages.h"

#include <deque>
#include <vector>

namespace Qombu {

// Settlements on their way to the broker. One that was made after a publish in the same thread
// waits for that publish's end: who publishes a result and then acknowledges the order means that
// order. Plain class; the Engine owns it.
class Settlements
{
public:
    void add(SettleCommand &&command)
    {
        if (command.after == 0)
            m_free.push_back({command.key.number, command.settlement});
        else
            m_waiting.push_back(std::move(command)); // what it waits for rises
    }

    // What may be sent while all publishes below firstOpen have ended.
    std::vector<SettleRequest> take(quint64 firstOpen)
    {
        while (!m_waiting.empty() && m_waiting.front().after < firstOpen) {
            m_free.push_back({m_waiting.front().key.number, m_waiting.front().settlement});
            m_waiting.pop_front();
        }
        return std::exchange(m_free, {});
    }
    // What still waits, in vain.
    std::deque<SettleCommand> takeWaiting() { return std::exchange(m_waiting, {}); }
    bool isEmpty() const { return m_free.empty() && m_waiting.empty(); }

private:
    std::vector<SettleRequest> m_free;
    std::deque<SettleCommand> m_waiting;
};

} // namespace Qombu
