// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/publishwriter.h"

#include "transports/amqp/wire/amqpbytes.h"
#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/contentheaderwriter.h"
#include "transports/amqp/wire/frame.h"
#include "transports/amqp/wire/methodids.h"
#include "transports/amqp/wire/rabbitmqc.h"

#include <QtEndian>

#include <algorithm>

namespace Qombu::Amqp {

Error PublishWriter::append(QByteArray &out, quint16 channel, const PublishTarget &target,
                            const MessageContent &content, quint32 frameMax)
{
    m_pool.recycle();
    const qsizetype begin = out.size();
    const qsizetype mostPayload = qsizetype(frameMax) - FrameExtraBytes;
    Error error = appendMethod(out, channel, target);
    if (!error.isError()) {
        const qsizetype header = beginFrame(out, Frame::Header, channel);
        error = appendContentHeader(out, content, mostPayload, m_pool);
        endFrame(out, header);
    }
    if (error.isError()) {
        out.resize(begin);
        return error;
    }
    QByteArrayView body = content.body; // an empty one has no frame
    while (!body.isEmpty()) {
        const qsizetype part = std::min(body.size(), mostPayload);
        appendFrame(out, Frame::Body, channel, body.first(part));
        body = body.sliced(part);
    }
    return {};
}

Error PublishWriter::appendMethod(QByteArray &out, quint16 channel, const PublishTarget &target)
{
    const auto exchange = m_pool.shortText(target.exchange);
    const auto routingKey = m_pool.shortText(target.routingKey);
    if (!exchange || !routingKey)
        return Error(Error::Encode,
                     Text::tr("\"%1…\" is too long: a name in AMQP has at most %2 bytes of UTF-8")
                         .arg((exchange ? target.routingKey : target.exchange).left(40),
                              QString::number(MostShortBytes)));
    amqp_basic_publish_t arguments = {};
    arguments.exchange = rawBytes(*exchange);
    arguments.routing_key = rawBytes(*routingKey);
    arguments.mandatory = target.mandatory;

    const qsizetype frame = beginFrame(out, Frame::Method, channel);
    // Id, ticket, two short strings, flags.
    const qsizetype bytes = 4 + 2 + 1 + exchange->size() + 1 + routingKey->size() + 1;
    out.resize(frame + FrameHeadBytes + bytes);
    char *payload = out.data() + frame + FrameHeadBytes;
    qToBigEndian(MethodId::BasicPublish, payload);
    [[maybe_unused]] const int written = amqp_encode_method(MethodId::BasicPublish, &arguments,
                                                            {std::size_t(bytes - 4), payload + 4});
    Q_ASSERT(written == bytes - 4);
    endFrame(out, frame);
    return {};
}

} // namespace Qombu::Amqp
