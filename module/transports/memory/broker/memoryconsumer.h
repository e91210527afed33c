// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/channels.h"
#include "transports/memory/broker/memoryqueue.h"
#include "virtual/queueing/fairschedule.h"
#include "virtual/queueing/holdings.h"

#include <Qombu/hub.h>

namespace Qombu {

// A message on its way from a queue to a consumer.
struct MemoryArrival
{
    MemoryQueuePointer queue;
    MemoryEntry entry;
};

// A delivery that waits for its settlement.
struct MemoryHeld
{
    MemoryArrival arrival;
    Hub::WallTime deliveredAt;
};

// What one link holds, and the hand that gives more of it.
struct MemoryHolder
{
    Holdings<MemoryHeld> held;
    DeliveryNumbers *numbers = nullptr; // used in the link's thread only

    // The message as it leaves for the user; held from now on under number, unless that is 0.
    IncomingMessage deliver(MemoryArrival &&arrival, quint64 number, quint64 consumer,
                            Hub::WallTime now);
};

// One consumer: what it may still get, and what it got and has not collected yet. Plain class,
// guarded by the broker's mutex. Owned by its MemorySession.
class MemoryConsumer
{
public:
    // wake is called in any thread when something waits for collect(); it must only post a call.
    MemoryConsumer(MemoryHolder *holder, const ConsumeRequest &request,
                   const QList<MemoryQueuePointer> &queues, std::function<void()> wake);
    ~MemoryConsumer(); // what was not collected goes back
    Q_DISABLE_COPY_MOVE(MemoryConsumer)

    const quint64 number;
    const bool noAck;
    const bool exclusive;
    const QString tag;
    int count() const { return m_count; }
    const QList<MemoryQueuePointer> &queues() const { return m_schedule.order(); }

    bool hasRoom() const;
    void give(MemoryArrival arrival);
    void setWindow(int count, qint64 bytes);
    void setPaused(bool paused);
    // What waits to be collected counts against the room, and goes back if it is too much.
    void roomChanged();
    // It is consumed from no more.
    void queueRemoved(const MemoryQueuePointer &queue);

    struct Collected
    {
        // At most a turn's worth, so that a long queue does not stop the loop.
        std::vector<IncomingMessage> messages;
        QStringList removedQueues;
        bool isOver = false; // there is no queue left
    };
    // Takes more from the queues, and wakes again for it. In the link's thread.
    Collected collect(Hub::WallTime now);

private:
    void wake();
    void fill();
    void giveBack(MemoryArrival arrival) const;

    MemoryHolder *const m_holder;
    const std::function<void()> m_wake;
    bool m_isWoken = false;
    FairOrder<MemoryQueuePointer> m_schedule;
    int m_count;
    PrefetchWindow::Room m_room;
    std::vector<MemoryArrival> m_inbox;
    QStringList m_removedQueues;
};

} // namespace Qombu
