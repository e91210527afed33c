// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/memoryconsumer.h"

#include "transports/memory/memorysession.h"

#include <algorithm>

namespace Qombu {

namespace {
constexpr size_t MostInInbox = 512;
}

MemoryConsumer::MemoryConsumer(MemorySession *session, bool noAck,
                               std::vector<std::shared_ptr<MemoryQueue>> queues)
    : m_session(session)
    , m_noAck(noAck)
    , m_queues(std::move(queues))
{
    for (const auto &queue : m_queues)
        queue->addConsumer(this);
}

MemoryConsumer::~MemoryConsumer()
{
    for (const auto &queue : m_queues)
        queue->removeConsumer(this);
    for (MemoryArrival &arrival : m_inbox)
        giveBack(std::move(arrival));
    for (const auto &queue : m_queues)
        queue->dispatch();
}

void MemoryConsumer::giveBack(MemoryArrival arrival) const
{
    if (!m_noAck)
        --arrival.queue->unacked;
    if (arrival.queue->exists)
        arrival.queue->putBack(std::move(arrival.entry));
}

bool MemoryConsumer::hasRoom() const
{
    return m_room > 0 && m_roomBytes > 0 && m_inbox.size() < MostInInbox;
}

void MemoryConsumer::give(MemoryArrival arrival)
{
    if (!m_noAck) {
        --m_room;
        m_roomBytes -= arrival.entry.message->bytes();
    }
    m_inbox.push_back(std::move(arrival));
    m_session->wake();
}

void MemoryConsumer::setRoom(int messages, qint64 bytes)
{
    m_room = messages;
    m_roomBytes = bytes;
    size_t kept = 0;
    for (; kept < m_inbox.size() && m_room > 0 && m_roomBytes > 0; ++kept) {
        if (!m_noAck) {
            --m_room;
            m_roomBytes -= m_inbox[kept].entry.message->bytes();
        }
    }
    if (kept < m_inbox.size()) {
        std::vector<MemoryArrival> excess(
            std::make_move_iterator(m_inbox.begin() + ptrdiff_t(kept)),
            std::make_move_iterator(m_inbox.end()));
        m_inbox.resize(kept);
        for (MemoryArrival &arrival : excess)
            giveBack(std::move(arrival));
        for (const auto &queue : m_queues)
            queue->dispatch();
    }
    fill();
}

std::vector<MemoryArrival> MemoryConsumer::collect()
{
    std::vector<MemoryArrival> arrivals = std::exchange(m_inbox, {});
    fill();
    return arrivals;
}

// Takes from the queues in turn; they have something only if nobody else has room.
void MemoryConsumer::fill()
{
    while (hasRoom()) {
        const auto full = std::find_if(m_queues.begin(), m_queues.end(),
                                       [](const auto &queue) { return !queue->isEmpty(); });
        if (full == m_queues.end())
            return;
        std::rotate(full, full + 1, m_queues.end());
        const auto &queue = m_queues.back();
        if (!m_noAck)
            ++queue->unacked;
        give({queue, *queue->takeNext()});
    }
}

} // namespace Qombu
