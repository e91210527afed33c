// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/heartbeat.h"

#include <algorithm>

namespace Qombu::Amqp {

void Heartbeat::start(std::chrono::nanoseconds interval, TimePoint now)
{
    m_interval = interval;
    m_lastWritten = now;
    m_lastRead = now;
}

void Heartbeat::setListening(bool on, TimePoint now)
{
    m_isListening = on;
    m_lastRead = now;
}

std::optional<TimePoint> Heartbeat::nextDeadline() const
{
    if (!isOn())
        return std::nullopt;
    if (!m_isListening)
        return m_lastWritten + m_interval / 2;
    return std::min(m_lastWritten + m_interval / 2, m_lastRead + m_interval * 2);
}

} // namespace Qombu::Amqp
