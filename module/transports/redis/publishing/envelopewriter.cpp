// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/publishing/envelopewriter.h"

#include "core/randomid_p.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>

namespace Qombu::Redis {

Error EnvelopeWriter::add(RespCommand &command, const OutgoingMessage &message)
{
    return command.addWritten(m_lastSize, [&](QByteArray &out) { return append(out, message); });
}

Error EnvelopeWriter::add(PublishCall &call, const QString &queue, const OutgoingMessage &message)
{
    const Error error = call.add(listOf(queue, message.content->priority), m_lastSize,
                                 [&](QByteArray &out) { return append(out, message); });
    if (!error.isError() && isExpiring(queue))
        call.expire(m_context.keys.lists(queue), m_context.declared.expiries.value(queue));
    return error;
}

Error EnvelopeWriter::append(QByteArray &out, const OutgoingMessage &message)
{
    const qsizetype before = out.size();
    const RandomId tag(m_context.hub->random(), m_context.hub->random());
    const Error error =
        Envelope::append(out, *message.content, tag.text(), m_context.options.bodyEncoding);
    if (!error.isError())
        m_lastSize = out.size() - before;
    return error;
}

qsizetype EnvelopeWriter::roomFor(std::size_t messages) const
{
    const qsizetype each = m_lastSize + 32;
    return std::min(bytesPerCommand, each * qsizetype(messages)) + each + 256;
}

Error EnvelopeWriter::checkQueue(const QString &queue)
{
    if (queue == m_lastQueue && m_lastBucket >= 0)
        return {};
    const Error error = m_context.keys.checkQueueName(queue);
    constexpr int AccessRefused = 403; // what AMQP answers to reserved names
    return error.isError() ? Error(Error::Unroutable, error.text()).withReplyCode(AccessRefused)
                           : error;
}

const QByteArray &EnvelopeWriter::listOf(const QString &queue, int priority)
{
    const int bucket = m_context.keys.bucket(priority);
    if (bucket != m_lastBucket || queue != m_lastQueue) {
        m_lastQueue = queue;
        m_lastBucket = bucket;
        m_lastList = m_context.keys.list(queue, bucket);
    }
    return m_lastList;
}

bool EnvelopeWriter::isExpiring(const QString &queue) const
{
    const auto &expiries = m_context.declared.expiries;
    return !expiries.isEmpty() && expiries.contains(queue);
}

} // namespace Qombu::Redis
