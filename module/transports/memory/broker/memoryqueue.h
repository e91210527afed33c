// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/memory/broker/memorymessage.h"

#include <Qombu/inventory.h>
#include <Qombu/queue.h>

#include <array>
#include <deque>
#include <optional>
#include <vector>

namespace Qombu {
class MemoryConsumer;

// One queue: its waiting messages, higher priorities first and in order within one, and the
// consumers that take turns. A message waits only while no consumer has room. Plain class, guarded
// by the broker's mutex.
class MemoryQueue : public std::enable_shared_from_this<MemoryQueue>
{
public:
    explicit MemoryQueue(const QString &name);

    const QString name;
    bool exists = false; // declared, bound or pushed to; else only consumers wait here
    std::optional<Queue> declaration; // the first one; none: it came by itself
    quint64 owner = 0; // the session of an exclusive queue
    QString deadLetterQueue; // as who declared or consumed last named it
    qint64 unacked = 0;

    void add(MemoryMessagePointer message);
    // To where it was before it was taken.
    void putBack(MemoryEntry entry);
    // Before all others: a message that was forgotten when it was taken.
    void putFirst(MemoryMessagePointer message);
    std::optional<MemoryEntry> takeNext();
    bool isEmpty() const { return m_readyCount == 0; }
    qint64 readyCount() const { return m_readyCount; }
    QMap<int, qint64> readyByPriority() const;
    // At most limit of them: the next ones in order of delivery, or the last ones, newest first.
    std::vector<MemoryEntry> peek(int limit, QueueEnd from) const;
    qint64 clear();

    void addConsumer(MemoryConsumer *consumer) { m_consumers.push_back(consumer); }
    void removeConsumer(MemoryConsumer *consumer) { std::erase(m_consumers, consumer); }
    const std::vector<MemoryConsumer *> &consumers() const { return m_consumers; }
    // Hands waiting messages to consumers with room.
    void dispatch();

private:
    MemoryConsumer *nextWithRoom();
    void hand(MemoryConsumer *consumer, MemoryEntry entry);

    std::array<std::deque<MemoryEntry>, 10> m_ready; // by priority
    qint64 m_readyCount = 0;
    quint64 m_firstPosition = quint64(1) << 62;
    quint64 m_lastPosition = m_firstPosition;
    std::vector<MemoryConsumer *> m_consumers;
    size_t m_turn = 0; // index of the consumer to be asked next
};

using MemoryQueuePointer = std::shared_ptr<MemoryQueue>;

} // namespace Qombu
