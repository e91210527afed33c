// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/amqpplace.h"

namespace Qombu::Amqp {

// Asks whether a queue is a stream, on a channel of its own: nothing else takes a consumer that
// says where it begins (RabbitMQ). Hub's thread.
class StreamProbe final : private ChannelListener
{
public:
    // Once, and not in this call; it may end this object. Never, where the broker does not say.
    using Answer = std::function<void(bool isStream)>;

    StreamProbe(std::shared_ptr<AmqpPlace> place, const QString &queue, Answer answer);
    ~StreamProbe() override;
    Q_DISABLE_COPY_MOVE(StreamProbe)

private:
    void channelEvents(std::span<SessionEvent> events) override;

    const std::shared_ptr<AmqpPlace> m_place;
    const Answer m_answer;
    quint16 m_channel = 0;
};

} // namespace Qombu::Amqp
