// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/memory/broker/memoryconsumer.h"
#include "transports/memory/broker/memorytopology.h"

#include <map>

namespace Qombu {

// What the broker knows of one link: its consumers and what it holds. Plain class, guarded by the
// broker's mutex, and owned by the broker.
class MemorySession
{
public:
    MemorySession(quint64 sessionId, MemoryTopology *topology, DeliveryNumbers *numbers);
    ~MemorySession(); // everything it held goes back
    Q_DISABLE_COPY_MOVE(MemorySession)

    const quint64 id;

    Error consume(const ConsumeRequest &request, std::function<void()> wake);
    void cancel(quint64 consumer);
    MemoryConsumer *consumer(quint64 number) const; // null: there is no such

    Result<std::optional<IncomingMessage>> get(const QString &queue, bool noAck, Hub::WallTime now);
    // Requeue puts a message where it was, marked as redelivered. What is returned may be destroyed
    // after the mutex is free.
    std::vector<MemoryHeld> settle(const std::vector<SettleRequest> &requests);
    const Holdings<MemoryHeld> &held() const { return m_holder.held; }

private:
    void giveBack(const MemoryArrival &arrival);
    void deadLetter(const MemoryArrival &arrival);

    MemoryTopology *const m_topology;
    MemoryHolder m_holder;
    std::map<quint64, std::unique_ptr<MemoryConsumer>> m_consumers;
};

} // namespace Qombu
