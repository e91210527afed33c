// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "content/contentcodec.h"

#include <algorithm>

namespace Qombu {

// Bounds what decoding makes of the messages that one consumer's user holds: a few kilobytes may
// unpack to many megabytes, and a byte of JSON to a hundred of values. Belongs to the prefetch
// window, whose bytes are those on the wire. Plain class. Owned by Intake.
class DecodeRoom
{
public:
    static constexpr qint64 LeastWindow = 16 << 20;

    void setWindow(qint64 bytes) { m_window = std::max(LeastWindow, bytes); }
    // A body of so many bytes as the window has is read whole, unless it is made of values of fewer
    // than four bytes each.
    ContentCodec::DecodeLimits limits() const { return {m_window / 4}; }
    // One message may be larger than the room: then it is alone.
    bool hasRoom() const { return m_used / 4 < m_window; }
    void take(qint64 memory) { m_used += memory; }
    void release(qint64 memory)
    {
        Q_ASSERT(m_used >= memory);
        m_used -= memory;
    }

private:
    qint64 m_window = LeastWindow;
    qint64 m_used = 0;
};

} // namespace Qombu
