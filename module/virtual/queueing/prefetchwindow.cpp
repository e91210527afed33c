// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/queueing/prefetchwindow.h"

#include <limits>

namespace Qombu {

void PrefetchWindow::setLimits(int maximumMessages, qint64 maximumBytes)
{
    m_maximumMessages = maximumMessages;
    m_maximumBytes = maximumBytes;
}

void PrefetchWindow::take(qint64 bytes)
{
    ++m_messages;
    m_bytes += bytes;
}

void PrefetchWindow::release(qint64 bytes)
{
    Q_ASSERT(m_messages > 0 && m_bytes >= bytes);
    --m_messages;
    m_bytes -= bytes;
}

PrefetchWindow::Room PrefetchWindow::room() const
{
    Room room{std::numeric_limits<int>::max(), std::numeric_limits<qint64>::max()};
    if (m_maximumMessages > 0)
        room.messages = m_maximumMessages - m_messages;
    if (m_maximumBytes > 0)
        room.bytes = m_maximumBytes - m_bytes;
    return room.messages > 0 && room.bytes > 0 ? room : Room();
}

} // namespace Qombu
