// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/method.h"

#include <map>
#include <optional>
#include <vector>

namespace Qombu::Amqp {

// How a delivery ends. A broker may count the attempts that failed; it does not count what was only
// released.
enum class Ending { Ack, Reject, Requeue, Release };

// The unsettled deliveries of one channel, and how to say with few words which were settled. Plain
// class.
class OpenDeliveries
{
public:
    void add(quint64 tag, quint64 number)
    {
        m_open.emplace_hint(m_open.end(), tag, Entry{number, {}});
    }
    void end(quint64 tag, Ending ending);
    // What to tell the broker of those that have ended: acknowledgements of all up to one in one
    // word (AMQP 0-9-1, basic.ack, multiple).
    std::vector<Method> takeMethods();
    // The numbers of all that have not ended; none is open afterwards.
    std::vector<quint64> takeAll();
    bool isEmpty() const { return m_open.empty(); }

private:
    struct Entry
    {
        quint64 number = 0;
        std::optional<Ending> ending;
    };
    std::map<quint64, Entry> m_open; // by tag
    std::vector<quint64> m_ended; // tags
};

} // namespace Qombu::Amqp
