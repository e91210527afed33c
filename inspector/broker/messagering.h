// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/messagerecord.h"

#include <deque>

namespace Qombu::Inspector {

// One line of a live watch.
struct WatchEvent
{
    enum Kind { Arrived, Departed, Copied };

    Kind kind = Arrived;
    QDateTime at;
    MessageRecord message;
};

// The newest events of a watch, bounded by rows and by bytes; the oldest go first. Every event has
// a number that never changes, so that a view can tell what it missed.
class MessageRing
{
public:
    explicit MessageRing(qint64 maximumRows = 20'000, qint64 maximumBytes = 64 << 20)
        : m_maximumRows(maximumRows)
        , m_maximumBytes(maximumBytes)
    {
    }

    void append(const QList<WatchEvent> &events);
    void clear();

    qint64 firstNumber() const { return m_next - qint64(m_events.size()); }
    qint64 nextNumber() const { return m_next; }
    const WatchEvent &at(qint64 number) const { return m_events[size_t(number - firstNumber())]; }
    qint64 size() const { return qint64(m_events.size()); }
    qint64 bytes() const { return m_bytes; }
    qint64 dropped() const { return m_dropped; }
    qint64 maximumRows() const { return m_maximumRows; }
    qint64 maximumBytes() const { return m_maximumBytes; }

private:
    std::deque<WatchEvent> m_events;
    qint64 m_maximumRows;
    qint64 m_maximumBytes;
    qint64 m_next = 0;
    qint64 m_bytes = 0;
    qint64 m_dropped = 0;
};

} // namespace Qombu::Inspector
