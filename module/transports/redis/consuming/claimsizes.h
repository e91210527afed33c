// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "virtual/queueing/prefetchwindow.h"

#include <optional>

namespace Qombu::Redis {

// How much the next claim of one consumer asks for, beside those that are under way. From a queue
// that is full it fetches pieces of the window, several at a time, so that the server works on the
// next one while this one is on its way, or read. Plain class; owned by RedisClaimer.
class ClaimSizes
{
public:
    // Starts over: nothing is under way.
    void reset(bool noAck);
    void setWindow(int count) { m_count = count; } // 0: no limit

    struct Size
    {
        int messages = 0;
        qint64 bytes = 0; // the last message may go beyond it
        bool isLittle = false; // there is no hurry: much is there, and the user has most of it
    };
    // Nothing: another claim has to be answered first, or there is no room.
    std::optional<Size> next(PrefetchWindow::Room room) const;
    bool hasRoom(const PrefetchWindow::Room &room) const { return left(room).messages > 0; }

    void sent(const Size &size);
    void ended(const Size &size);
    // What the last answer said: the queues gave all that was asked for; the largest message.
    void learn(bool isFull, qint64 heaviest);

    int underWay() const { return m_underWay; }

private:
    PrefetchWindow::Room left(PrefetchWindow::Room room) const;
    int piece() const;

    bool m_noAck = false;
    int m_count = 0;
    bool m_isFull = false;
    qint64 m_heaviest = 0; // bytes of one message, of late
    int m_underWay = 0;
    int m_asked = 0; // messages, of claims under way
    qint64 m_askedBytes = 0;
};

} // namespace Qombu::Redis
