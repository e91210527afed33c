// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/method.h"
#include "virtual/queueing/risingtable.h"

#include <optional>
#include <vector>

namespace Qombu::Amqp {

// How a delivery ends. A broker may count the attempts that failed; it does not count what was only
// released.
enum class Ending { Ack, Reject, Requeue, Release };

struct OpenDelivery
{
    quint64 number = 0; // 0: nobody was told of it
    quint16 queue = 0; // which one of its channel's
};

// The unsettled deliveries of one channel, and how to say with few words which were settled. All
// that the broker waits for on this channel must be in it. Plain class.
class OpenDeliveries
{
public:
    void add(quint64 tag, const OpenDelivery &delivery) { m_open.add(tag, {delivery, {}}); }
    // True: the first one since takeMethods().
    bool end(quint64 tag, Ending ending);
    quint16 queueOf(quint64 tag)
    {
        const Entry *entry = m_open.find(tag);
        return entry ? entry->delivery.queue : quint16(0);
    }
    bool hasEnded() const { return !m_ended.empty(); }
    // What to tell the broker of those that have ended, in few words: one may stand for all up to a
    // number that it has not heard of (AMQP 0-9-1, basic.ack, multiple).
    // hasNack: the broker knows basic.nack, which is no part of AMQP 0-9-1.
    std::vector<Method> takeMethods(bool hasNack = true);
    // All that have not ended, the oldest first; none is open afterwards.
    std::vector<OpenDelivery> takeAll();
    bool isEmpty() const { return m_open.isEmpty(); }

private:
    struct Entry
    {
        OpenDelivery delivery;
        std::optional<Ending> ending;
    };
    quint64 firstOpen() const;

    RisingTable<Entry> m_open; // by tag
    std::vector<quint64> m_ended; // tags
};

} // namespace Qombu::Amqp
