// SPDX-License-Identifier: BSD-3-Clause
#include "broker/messagering.h"

namespace Qombu::Inspector {

void MessageRing::append(const QList<WatchEvent> &events)
{
    for (const WatchEvent &event : events) {
        m_bytes += event.message.cost();
        m_events.push_back(event);
    }
    m_next += events.size();
    while (!m_events.empty() && (size() > m_maximumRows || m_bytes > m_maximumBytes)) {
        m_bytes -= m_events.front().message.cost();
        m_events.pop_front();
        ++m_dropped;
    }
}

void MessageRing::clear()
{
    m_events.clear();
    m_bytes = 0;
    m_dropped = 0;
}

} // namespace Qombu::Inspector
