// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qglobal.h>

#include <algorithm>

namespace Qombu {

// Bounds the broadcasts that wait for one consumer's user. The broker keeps none of them, so what
// finds no room is lost. Plain class. Owned by Intake.
class BroadcastRoom
{
public:
    // What there is room for at least, whatever the prefetch window is.
    static constexpr qint64 LeastMessages = 1024;
    static constexpr qint64 LeastBytes = 16 << 20;

    void setLimits(qint64 messages, qint64 bytes)
    {
        m_mostMessages = std::max(LeastMessages, messages);
        m_mostBytes = std::max(LeastBytes, bytes);
    }

    // False: it is dropped. One that is larger than the bytes is taken if it is alone.
    bool take(qint64 bytes)
    {
        const bool fits = m_messages < m_mostMessages && m_bytes + bytes <= m_mostBytes;
        if (!fits && m_messages > 0) {
            ++m_dropped;
            return false;
        }
        ++m_messages;
        m_bytes += bytes;
        return true;
    }

    void release(qint64 bytes)
    {
        Q_ASSERT(m_messages > 0 && m_bytes >= bytes);
        --m_messages;
        m_bytes -= bytes;
    }

    qint64 messages() const { return m_messages; }
    qint64 bytes() const { return m_bytes; }
    // Since the room was half empty for the last time: what is dropped now and then at the brink is
    // one event.
    qint64 dropped() const { return m_dropped; }
    bool hasRecovered() const
    {
        return m_dropped > 0 && m_messages <= m_mostMessages / 2 && m_bytes <= m_mostBytes / 2;
    }
    void forgetDropped() { m_dropped = 0; }

private:
    qint64 m_mostMessages = LeastMessages;
    qint64 m_mostBytes = LeastBytes;
    qint64 m_messages = 0;
    qint64 m_bytes = 0;
    qint64 m_dropped = 0;
};

} // namespace Qombu
