// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/streamread.h"

#include "transports/amqp/wire/methodids.h"

#include <algorithm>
#include <limits>

namespace Qombu::Amqp {

namespace {

constexpr auto Silence = std::chrono::milliseconds(500);
constexpr int MostPrefetched = std::numeric_limits<quint16>::max();

} // namespace

StreamRead::StreamRead(Hub *hub, AmqpSocket *socket, const QString &queue, const ReadLimits &limits,
                       Ended ended)
    : QueueReader(socket, queue, limits, std::move(ended))
    , m_hub(hub)
{
}

void StreamRead::start()
{
    Consume request;
    request.queue = m_queue;
    request.arguments = {{QStringLiteral("x-stream-offset"), QStringLiteral("first")}};
    const Result<Method> consume = basicConsume(request);
    if (!consume)
        return end(consume.error());
    if (!openChannel())
        return;
    m_socket->send(m_channel, basicQos(quint16(std::min(m_limits.messages, MostPrefetched))));
    m_socket->send(m_channel, *consume);
}

void StreamRead::channelEvents(std::span<SessionEvent> events)
{
    m_silence.cancel();
    for (SessionEvent &event : events) {
        if (event.type == SessionEvent::ChannelClosed)
            return end(event.why);
        if (event.type == SessionEvent::Delivered)
            take(std::move(event));
        if (isEnough())
            return end({});
    }
    awaitMore();
}

void StreamRead::awaitMore()
{
    m_silence = m_hub->callLater(Silence, [this] { end({}); });
}

} // namespace Qombu::Amqp
