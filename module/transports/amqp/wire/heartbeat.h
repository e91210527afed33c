// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/sessionsettings.h"

#include <optional>

namespace Qombu::Amqp {

// Heartbeats both ways, AMQP 0-9-1 §4.2.7: any traffic counts. Ours leave when nothing was written
// for half an interval; the peer is dead when nothing was read for two.
class Heartbeat
{
public:
    void start(std::chrono::nanoseconds interval, TimePoint now); // 0: none
    void wrote(TimePoint now) { m_lastWritten = now; }
    void read(TimePoint now) { m_lastRead = now; }
    TimePoint lastRead() const { return m_lastRead; }
    // Off: the peer is not heard for reasons of ours, and its silence means nothing.
    void setListening(bool on, TimePoint now);

    bool mustSend(TimePoint now) const { return isOn() && now >= m_lastWritten + m_interval / 2; }
    bool isDead(TimePoint now) const
    {
        return isOn() && m_isListening && now >= m_lastRead + m_interval * 2;
    }
    std::optional<TimePoint> nextDeadline() const;
    std::chrono::nanoseconds interval() const { return m_interval; }

private:
    bool isOn() const { return m_interval.count() > 0; }

    std::chrono::nanoseconds m_interval{0};
    TimePoint m_lastWritten;
    TimePoint m_lastRead;
    bool m_isListening = true;
};

} // namespace Qombu::Amqp
