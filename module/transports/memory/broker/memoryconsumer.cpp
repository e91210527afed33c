// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/broker/memoryconsumer.h"

#include <algorithm>

namespace Qombu {

namespace {
constexpr size_t MostInInbox = 512;
}

IncomingMessage MemoryHolder::deliver(MemoryArrival &&arrival, quint64 number, quint64 consumer,
                                      Hub::WallTime now)
{
    IncomingMessage message{number, arrival.queue->name, arrival.entry.content(), {}, 0, {}};
    if (number != 0) {
        const qint64 bytes = arrival.entry.message->bytes();
        held.hold(number, consumer, bytes, {std::move(arrival), now});
    }
    return message;
}

MemoryConsumer::MemoryConsumer(MemoryHolder *holder, const ConsumeRequest &request,
                               const QList<MemoryQueuePointer> &queues, std::function<void()> wake)
    : number(request.consumer)
    , noAck(request.noAck)
    , exclusive(request.exclusive)
    , tag(request.tag)
    , m_holder(holder)
    , m_wake(std::move(wake))
    , m_count(request.count)
{
    m_holder->held.addConsumer(number, noAck ? 0 : request.count, noAck ? 0 : request.bytes);
    m_schedule.setQueues(queues);
    for (const MemoryQueuePointer &queue : queues)
        queue->addConsumer(this);
    roomChanged();
}

MemoryConsumer::~MemoryConsumer()
{
    m_holder->held.removeConsumer(number);
    for (const MemoryQueuePointer &queue : queues())
        queue->removeConsumer(this);
    for (MemoryArrival &arrival : m_inbox)
        giveBack(std::move(arrival));
    for (const MemoryQueuePointer &queue : queues())
        queue->dispatch();
}

void MemoryConsumer::giveBack(MemoryArrival arrival) const
{
    if (!noAck)
        --arrival.queue->unacked;
    if (arrival.queue->exists)
        arrival.queue->putBack(std::move(arrival.entry));
}

void MemoryConsumer::wake()
{
    if (!std::exchange(m_isWoken, true))
        m_wake();
}

bool MemoryConsumer::hasRoom() const
{
    return m_room.messages > 0 && m_room.bytes > 0 && m_inbox.size() < MostInInbox;
}

void MemoryConsumer::give(MemoryArrival arrival)
{
    if (!noAck) {
        --m_room.messages;
        m_room.bytes -= arrival.entry.message->bytes();
    }
    m_inbox.push_back(std::move(arrival));
    wake();
}

void MemoryConsumer::setWindow(int count, qint64 bytes)
{
    if (noAck)
        return;
    m_count = count;
    m_holder->held.setWindow(number, count, bytes);
    roomChanged();
}

void MemoryConsumer::setPaused(bool paused)
{
    m_holder->held.setPaused(number, paused);
    roomChanged();
}

void MemoryConsumer::roomChanged()
{
    m_room = m_holder->held.room(number);
    size_t kept = 0;
    for (; kept < m_inbox.size() && m_room.messages > 0 && m_room.bytes > 0; ++kept) {
        if (!noAck) {
            --m_room.messages;
            m_room.bytes -= m_inbox[kept].entry.message->bytes();
        }
    }
    if (kept < m_inbox.size()) {
        std::vector<MemoryArrival> excess(
            std::make_move_iterator(m_inbox.begin() + ptrdiff_t(kept)),
            std::make_move_iterator(m_inbox.end()));
        m_inbox.resize(kept);
        for (MemoryArrival &arrival : excess)
            giveBack(std::move(arrival));
        for (const MemoryQueuePointer &queue : queues())
            queue->dispatch();
    }
    fill();
}

void MemoryConsumer::queueRemoved(const MemoryQueuePointer &queue)
{
    QList<MemoryQueuePointer> left = queues();
    left.removeOne(queue);
    m_schedule.setQueues(left);
    m_removedQueues.append(queue->name);
    wake();
}

MemoryConsumer::Collected MemoryConsumer::collect(Hub::WallTime now)
{
    m_isWoken = false;
    Collected collected{{}, std::exchange(m_removedQueues, {}), queues().isEmpty()};
    if (m_inbox.empty())
        return collected;
    collected.messages.reserve(m_inbox.size());
    quint64 delivery = noAck ? 0 : m_holder->numbers->take(int(m_inbox.size()));
    for (MemoryArrival &arrival : m_inbox) {
        collected.messages.push_back(m_holder->deliver(std::move(arrival), delivery, number, now));
        delivery += noAck ? 0 : 1;
    }
    m_inbox.clear();
    fill();
    return collected;
}

// Takes from the queues in turn; they have something only if nobody else has room.
void MemoryConsumer::fill()
{
    while (hasRoom()) {
        const auto full = std::find_if(queues().cbegin(), queues().cend(),
                                       [](const auto &queue) { return !queue->isEmpty(); });
        if (full == queues().cend())
            return;
        MemoryQueuePointer queue = *full;
        if (!noAck)
            ++queue->unacked;
        MemoryEntry entry = *queue->takeNext();
        m_schedule.served(queue);
        give({std::move(queue), std::move(entry)});
    }
}

} // namespace Qombu
