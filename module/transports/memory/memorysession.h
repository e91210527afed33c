// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/memory/memoryconsumer.h"
#include "virtual/queueing/risingtable.h"

#include <QtCore/qdatetime.h>

#include <functional>
#include <map>

namespace Qombu {

// A delivery that waits for its settlement.
struct MemoryHeld
{
    MemoryArrival arrival;
    QDateTime deliveredAt;
};

// What the broker knows of one link: its consumers and what it holds.
// Plain class, guarded by the broker's mutex, that is why wake must only post a call.
class MemorySession
{
public:
    MemorySession(quint64 sessionId, std::function<void()> wakeFunction)
        : id(sessionId)
        , m_wake(std::move(wakeFunction))
    {
    }

    const quint64 id;
    std::map<quint64, std::unique_ptr<MemoryConsumer>> consumers;
    RisingTable<MemoryHeld> held;

    // Something waits to be collected.
    void wake()
    {
        if (!std::exchange(m_woken, true))
            m_wake();
    }
    void collecting() { m_woken = false; }

private:
    std::function<void()> m_wake;
    bool m_woken = false;
};

} // namespace Qombu
