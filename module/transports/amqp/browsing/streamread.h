// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/browsing/queuereader.h"

#include <Qombu/hub.h>

namespace Qombu::Amqp {

// Reads a stream from its first message on: nothing is taken from it, and nobody else reads less. A
// stream has no end that it tells: silence is one.
class StreamRead final : public QueueReader
{
public:
    StreamRead(Hub *hub, AmqpSocket *socket, const QString &queue, const ReadLimits &limits,
               Ended ended);

    void start() override;

private:
    void channelEvents(std::span<SessionEvent> events) override;
    void awaitMore();

    Hub *const m_hub;
    HubHandle m_silence;
};

} // namespace Qombu::Amqp
