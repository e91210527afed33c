// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/broker/memoryqueue.h"

#include "transports/memory/broker/memoryconsumer.h"

#include <algorithm>

namespace Qombu {

MemoryQueue::MemoryQueue(const QString &queueName)
    : name(queueName)
{
}

void MemoryQueue::add(MemoryMessagePointer message)
{
    const size_t priority = size_t(message->priority());
    MemoryEntry entry{++m_lastPosition, std::move(message), false};
    if (isEmpty()) {
        if (MemoryConsumer *consumer = nextWithRoom())
            return hand(consumer, std::move(entry));
    }
    m_ready[priority].push_back(std::move(entry));
    ++m_readyCount;
}

void MemoryQueue::putBack(MemoryEntry entry)
{
    auto &ready = m_ready[size_t(entry.message->priority())];
    const auto place = std::lower_bound(
        ready.begin(), ready.end(), entry.position,
        [](const MemoryEntry &other, quint64 position) { return other.position < position; });
    ready.insert(place, std::move(entry));
    ++m_readyCount;
}

void MemoryQueue::putFirst(MemoryMessagePointer message)
{
    putBack({--m_firstPosition, std::move(message), true});
}

std::optional<MemoryEntry> MemoryQueue::takeNext()
{
    if (isEmpty())
        return std::nullopt;
    for (auto ready = m_ready.rbegin(); ready != m_ready.rend(); ++ready) {
        if (ready->empty())
            continue;
        std::optional<MemoryEntry> entry = std::move(ready->front());
        ready->pop_front();
        --m_readyCount;
        return entry;
    }
    return std::nullopt;
}

QMap<int, qint64> MemoryQueue::readyByPriority() const
{
    QMap<int, qint64> counts;
    for (size_t priority = 0; priority < m_ready.size(); ++priority) {
        if (!m_ready[priority].empty())
            counts.insert(int(priority), qint64(m_ready[priority].size()));
    }
    return counts;
}

std::vector<MemoryEntry> MemoryQueue::peek(int limit, QueueEnd from) const
{
    std::vector<MemoryEntry> entries;
    const auto gather = [&](auto first, auto last) {
        for (; first != last && qsizetype(entries.size()) < limit; ++first)
            entries.push_back(*first);
    };
    if (from == QueueEnd::Head) {
        for (auto ready = m_ready.rbegin(); ready != m_ready.rend(); ++ready)
            gather(ready->cbegin(), ready->cend());
    } else {
        for (const auto &ready : m_ready)
            gather(ready.crbegin(), ready.crend());
    }
    return entries;
}

qint64 MemoryQueue::clear()
{
    for (auto &ready : m_ready)
        ready.clear();
    return std::exchange(m_readyCount, 0);
}

void MemoryQueue::dispatch()
{
    while (!isEmpty()) {
        MemoryConsumer *consumer = nextWithRoom();
        if (!consumer)
            return;
        hand(consumer, *takeNext());
    }
}

MemoryConsumer *MemoryQueue::nextWithRoom()
{
    for (size_t i = 0; i < m_consumers.size(); ++i) {
        m_turn %= m_consumers.size();
        MemoryConsumer *consumer = m_consumers[m_turn++];
        if (consumer->hasRoom())
            return consumer;
    }
    return nullptr;
}

void MemoryQueue::hand(MemoryConsumer *consumer, MemoryEntry entry)
{
    if (!consumer->noAck)
        ++unacked;
    consumer->give({shared_from_this(), std::move(entry)});
}

} // namespace Qombu
