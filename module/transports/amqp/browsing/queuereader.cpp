// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/queuereader.h"

#include <algorithm>

namespace Qombu::Amqp {

namespace {

constexpr int SeenOverhead = 512; // bytes

int returnsOf(const MessageContent &content)
{
    return std::max(content.headers.value(QStringLiteral("x-delivery-count")).toInt(),
                    content.headers.value(QStringLiteral("x-acquired-count")).toInt());
}

} // namespace

QueueReader::QueueReader(AmqpSocket *socket, const QString &queue, const ReadLimits &limits,
                         Ended ended)
    : m_socket(socket)
    , m_queue(queue)
    , m_limits(limits)
    , m_ended(std::move(ended))
{
}

bool QueueReader::openChannel()
{
    m_channel = m_socket->openChannel(this);
    if (m_channel == 0)
        end(withoutConnection());
    return m_channel != 0;
}

void QueueReader::take(SessionEvent &&event)
{
    m_bytes += event.content->body.size() + SeenOverhead;
    m_returns = std::max(m_returns, returnsOf(*event.content));
    IncomingMessage message;
    message.queue = m_queue;
    message.content = std::move(event.content);
    message.error = std::move(event.why);
    m_messages.push_back(std::move(message));
}

bool QueueReader::isEnough() const
{
    return held() >= m_limits.messages || m_bytes >= m_limits.bytes
        || (m_limits.returns > 0 && m_returns >= m_limits.returns);
}

} // namespace Qombu::Amqp
