// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/streamprobe.h"

#include "transports/amqp/wire/methodids.h"

namespace Qombu::Amqp {

StreamProbe::StreamProbe(std::shared_ptr<AmqpPlace> place, const QString &queue, Answer answer)
    : m_place(std::move(place))
    , m_answer(std::move(answer))
{
    Consume request;
    request.queue = queue;
    request.arguments = {{QStringLiteral("x-stream-offset"), QStringLiteral("next")}};
    const Result<Method> consume = basicConsume(request);
    if (!consume || !m_place->socket)
        return;
    m_channel = m_place->socket->openChannel(this);
    if (m_channel == 0)
        return;
    m_place->socket->send(m_channel, basicQos(1)); // a stream wants a limit
    m_place->socket->send(m_channel, *consume);
}

StreamProbe::~StreamProbe()
{
    if (m_channel != 0 && m_place->socket)
        m_place->socket->closeChannel(m_channel);
}

void StreamProbe::channelEvents(std::span<SessionEvent> events)
{
    constexpr int PreconditionFailed = 406; // AMQP 0-9-1 §1.1
    for (const SessionEvent &event : events) {
        const bool isTaken =
            event.type == SessionEvent::Answer && event.method == MethodId::BasicConsumeOk;
        const bool isClosed = event.type == SessionEvent::ChannelClosed;
        if (isClosed)
            m_channel = 0;
        if (isTaken || (isClosed && event.why.replyCode() == PreconditionFailed)) {
            const Answer answer = m_answer;
            return answer(isTaken);
        }
    }
}

} // namespace Qombu::Amqp
