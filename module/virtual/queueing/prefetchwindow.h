// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qglobal.h>

namespace Qombu {

// Counts what one consumer holds against what it may hold, in messages and in bytes.
// Plain class. Owned by Holdings, one a consumer.
class PrefetchWindow
{
public:
    // 0 or less: no limit of that kind.
    void setLimits(int maximumMessages, qint64 maximumBytes);

    void take(qint64 bytes);
    void release(qint64 bytes);

    struct Room
    {
        int messages = 0;
        qint64 bytes = 0;
        friend bool operator==(const Room &, const Room &) = default;
    };
    // How much more may be held. Both are 0 when the window is full of either. A message may be
    // larger than the bytes that are left: it goes beyond the limit by itself, once.
    Room room() const;

private:
    int m_maximumMessages = 0;
    qint64 m_maximumBytes = 0;
    int m_messages = 0;
    qint64 m_bytes = 0;
};

} // namespace Qombu
