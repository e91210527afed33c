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
    // All publishes below firstOpen have ended.
    void add(SettleCommand &&command, quint64 firstOpen)
    {
        if (command.after == 0 || (m_waiting.empty() && command.after < firstOpen))
            m_free.push_back(std::move(command));
        else
            m_waiting.push_back(std::move(command)); // what it waits for rises
    }

    // What may be sent while all publishes below firstOpen have ended.
    std::vector<SettleRequest> take(quint64 firstOpen)
    {
        while (!m_waiting.empty() && m_waiting.front().after < firstOpen) {
            m_free.push_back(std::move(m_waiting.front()));
            m_waiting.pop_front();
        }
        std::vector<SettleRequest> requests;
        requests.reserve(m_free.size());
        for (const SettleCommand &command : m_free)
            requests.push_back({command.key.number, command.settlement});
        m_free.clear();
        return requests;
    }
    // What was not sent, and will not be.
    std::vector<SettleCommand> takeAll()
    {
        std::vector<SettleCommand> all = std::exchange(m_free, {});
        for (SettleCommand &command : std::exchange(m_waiting, {}))
            all.push_back(std::move(command));
        return all;
    }
    bool isEmpty() const { return m_free.empty() && m_waiting.empty(); }

private:
    std::vector<SettleCommand> m_free;
    std::deque<SettleCommand> m_waiting;
};

} // namespace Qombu
