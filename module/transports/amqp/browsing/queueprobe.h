// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/amqpsocket.h"
#include "transports/amqp/browsing/limitquestion.h"
#include "transports/amqp/browsing/queuefacts.h"

namespace Qombu::Amqp {

// Asks for one queue without changing anything: by a passive declaration, and RabbitMQ by requests
// that it refuses in words that tell what it is about. Hub's thread.
class QueueProbe final : private ChannelListener
{
public:
    using Told = std::function<void(Result<QueueFacts> &&)>; // once; may destroy it

    QueueProbe(AmqpSocket *socket, const QString &queue, Told told);

    // isTypeTold: the broker names the type of a queue in its refusals.
    void start(bool isTypeTold);

private:
    void channelEvents(std::span<SessionEvent> events) override;
    Error ask(const Result<Method> &declaration); // on a new channel
    void refused(const Error &why);
    void askLimit();
    void tell(Result<QueueFacts> &&result);

    enum Question { IsItThere, WhichType, WhichLimit };

    AmqpSocket *const m_socket;
    const QString m_queue;
    const Told m_told;
    QueueFacts m_facts;
    LimitQuestion m_limit;
    Question m_question = IsItThere;
    bool m_isTypeTold = false;
    quint16 m_channel = 0;
};

} // namespace Qombu::Amqp
