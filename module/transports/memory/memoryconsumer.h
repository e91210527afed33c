// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/memory/memoryqueue.h"

namespace Qombu {
class MemorySession;

// A message on its way from a queue to a consumer.
struct MemoryArrival
{
    std::shared_ptr<MemoryQueue> queue;
    MemoryEntry entry;
};

// One consumer: what it may still get, and what it got and has not collected yet.
// Plain class, guarded by the broker's mutex. Owned by its MemorySession.
class MemoryConsumer
{
public:
    MemoryConsumer(MemorySession *session, bool noAck,
                   std::vector<std::shared_ptr<MemoryQueue>> queues); // each once
    ~MemoryConsumer(); // what was not collected goes back
    Q_DISABLE_COPY_MOVE(MemoryConsumer)

    bool isNoAck() const { return m_noAck; }
    const std::vector<std::shared_ptr<MemoryQueue>> &queues() const { return m_queues; }

    bool hasRoom() const;
    void give(MemoryArrival arrival);
    // The whole room; what is waiting to be collected counts against it, and goes back if it is too
    // much.
    void setRoom(int messages, qint64 bytes);
    // At most a turn's worth, so that a long queue does not stop the loop; takes more from the
    // queues.
    std::vector<MemoryArrival> collect();

private:
    void fill();
    void giveBack(MemoryArrival arrival) const;

    MemorySession *const m_session;
    const bool m_noAck;
    std::vector<std::shared_ptr<MemoryQueue>> m_queues; // the one served last is at the end
    int m_room = 0;
    qint64 m_roomBytes = 0;
    std::vector<MemoryArrival> m_inbox;
};

} // namespace Qombu
