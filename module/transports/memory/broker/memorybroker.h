// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/memory/broker/memorysession.h"

namespace Qombu {

// A broker inside this process: queues, exchanges and what every link holds. Plain class: reached
// through SharedMemoryBroker, whose mutex guards everything. Nothing outside is called but the wake
// functions of consumers.
class MemoryBroker
{
    std::atomic<qint64> m_bytes = 0; // outlives the messages, which count themselves

public:
    static constexpr qint64 DefaultMaximumBytes = 256 << 20;

    MemoryTopology topology;
    qint64 maximumBytes = DefaultMaximumBytes; // of all messages, held ones included

    MemorySession *openSession(DeliveryNumbers *numbers);
    void closeSession(MemorySession *session); // everything it held goes back
    const std::map<quint64, std::unique_ptr<MemorySession>> &sessions() const { return m_sessions; }

    // Appends one outcome a message.
    void publish(std::vector<OutgoingMessage> &&messages, std::vector<PublishOutcome> &outcomes);
    // To the front, in order: what was delivered without a record.
    void putBack(std::vector<IncomingMessage> &&messages);

private:
    Error tooFull(const MessageContent &content) const;

    std::map<quint64, std::unique_ptr<MemorySession>> m_sessions;
    quint64 m_lastSession = 0;
};

} // namespace Qombu
