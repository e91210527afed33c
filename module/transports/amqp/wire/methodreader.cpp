// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/methodreader.h"

#include "transports/amqp/wire/amqpbytes.h"
#include "transports/amqp/wire/amqperror.h"
#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/fieldtable.h"
#include "transports/amqp/wire/methodids.h"
#include "transports/amqp/wire/rabbitmqc.h"
#include "transports/amqp/wire/tablecheck.h"
#include "transports/amqp/wire/utf8text.h"

namespace Qombu::Amqp {

namespace {

QString toText(const amqp_bytes_t &bytes)
{
    return utf8Text(viewOf(bytes));
}

// What rabbitmq-c would read, but no server may say to a client, is not even decoded.
bool isFromServer(quint32 id)
{
    switch (id) {
    case MethodId::ConnectionStart:
    case MethodId::ConnectionSecure:
    case MethodId::ConnectionTune:
    case MethodId::ConnectionOpenOk:
    case MethodId::ConnectionClose:
    case MethodId::ConnectionCloseOk:
    case MethodId::ConnectionBlocked:
    case MethodId::ConnectionUnblocked:
    case MethodId::ConnectionUpdateSecretOk:
    case MethodId::ChannelOpenOk:
    case MethodId::ChannelFlow:
    case MethodId::ChannelFlowOk:
    case MethodId::ChannelClose:
    case MethodId::ChannelCloseOk:
    case MethodId::ExchangeDeclareOk:
    case MethodId::ExchangeDeleteOk:
    case MethodId::ExchangeBindOk:
    case MethodId::ExchangeUnbindOk:
    case MethodId::QueueDeclareOk:
    case MethodId::QueueBindOk:
    case MethodId::QueuePurgeOk:
    case MethodId::QueueDeleteOk:
    case MethodId::QueueUnbindOk:
    case MethodId::BasicQosOk:
    case MethodId::BasicConsumeOk:
    case MethodId::BasicCancel:
    case MethodId::BasicCancelOk:
    case MethodId::BasicReturn:
    case MethodId::BasicDeliver:
    case MethodId::BasicGetOk:
    case MethodId::BasicGetEmpty:
    case MethodId::BasicAck:
    case MethodId::BasicNack:
    case MethodId::BasicRecoverOk:
    case MethodId::ConfirmSelectOk:
    case MethodId::TxSelectOk:
    case MethodId::TxCommitOk:
        return true;
    default:
        return false;
    }
}

constexpr quint32 classOf(quint32 id)
{
    return id >> 16;
}

template<typename Close>
ServerMethod closeMethod(const void *decoded)
{
    const auto *close = static_cast<const Close *>(decoded);
    return CloseMethod{close->reply_code, toText(close->reply_text),
                       quint32(close->class_id) << 16 | close->method_id};
}

ServerMethod connectionMethod(quint32 id, const void *decoded)
{
    switch (id) {
    case MethodId::ConnectionStart: {
        const auto *start = static_cast<const amqp_connection_start_t *>(decoded);
        return StartMethod{start->version_major, start->version_minor,
                           tableValues(start->server_properties),
                           viewOf(start->mechanisms).toByteArray()};
    }
    case MethodId::ConnectionTune: {
        const auto *tune = static_cast<const amqp_connection_tune_t *>(decoded);
        return TuneMethod{tune->channel_max, tune->frame_max, tune->heartbeat};
    }
    case MethodId::ConnectionClose:
        return closeMethod<amqp_connection_close_t>(decoded);
    case MethodId::ConnectionBlocked:
        return BlockedMethod{
            toText(static_cast<const amqp_connection_blocked_t *>(decoded)->reason)};
    default:
        return PlainMethod();
    }
}

ServerMethod channelMethod(quint32 id, const void *decoded)
{
    switch (id) {
    case MethodId::ChannelClose:
        return closeMethod<amqp_channel_close_t>(decoded);
    case MethodId::ChannelFlow:
        return FlowMethod{bool(static_cast<const amqp_channel_flow_t *>(decoded)->active)};
    default:
        return PlainMethod();
    }
}

ServerMethod queueMethod(quint32 id, const void *decoded)
{
    switch (id) {
    case MethodId::QueueDeclareOk: {
        const auto *declared = static_cast<const amqp_queue_declare_ok_t *>(decoded);
        return CountMethod{toText(declared->queue), declared->message_count,
                           declared->consumer_count};
    }
    case MethodId::QueuePurgeOk:
        return CountMethod{{}, static_cast<const amqp_queue_purge_ok_t *>(decoded)->message_count};
    case MethodId::QueueDeleteOk:
        return CountMethod{{}, static_cast<const amqp_queue_delete_ok_t *>(decoded)->message_count};
    default:
        return PlainMethod();
    }
}

ServerMethod basicMethod(quint32 id, const void *decoded)
{
    switch (id) {
    case MethodId::BasicAck: {
        const auto *ack = static_cast<const amqp_basic_ack_t *>(decoded);
        return ConfirmMethod{ack->delivery_tag, bool(ack->multiple)};
    }
    case MethodId::BasicNack: {
        const auto *nack = static_cast<const amqp_basic_nack_t *>(decoded);
        return ConfirmMethod{nack->delivery_tag, bool(nack->multiple)};
    }
    case MethodId::BasicConsumeOk: {
        const auto *consuming = static_cast<const amqp_basic_consume_ok_t *>(decoded);
        return TagMethod{viewOf(consuming->consumer_tag).toByteArray()};
    }
    case MethodId::BasicCancelOk: {
        const auto *cancelled = static_cast<const amqp_basic_cancel_ok_t *>(decoded);
        return TagMethod{viewOf(cancelled->consumer_tag).toByteArray()};
    }
    case MethodId::BasicCancel: {
        const auto *cancel = static_cast<const amqp_basic_cancel_t *>(decoded);
        return TagMethod{viewOf(cancel->consumer_tag).toByteArray(), bool(cancel->nowait)};
    }
    default:
        return PlainMethod();
    }
}

} // namespace

Result<ServerMethod> MethodReader::read(quint32 id, QByteArrayView arguments)
{
    if (!isFromServer(id))
        return protocolError(CommandInvalidCode,
                             Text::tr("The broker sent the method %1, which no broker may send")
                                 .arg(methodName(id)));
    if (id == MethodId::ConnectionUpdateSecretOk) // rabbitmq-c does not know it
        return ServerMethod(PlainMethod());
    m_pool.recycle();
    QByteArray known;
    if (id == MethodId::ConnectionStart) { // the only one with a table
        const TableCheck check = checkTable(arguments, 2);
        if (check.verdict != TableCheck::Good)
            return protocolError(
                SyntaxErrorCode,
                Text::tr("The broker's greeting cannot be read: %1").arg(check.why));
        known = withKnownTypes(arguments, check);
        arguments = known;
    }
    void *decoded = nullptr;
    if (amqp_decode_method(id, m_pool.get(), rawBytes(arguments), &decoded) < 0)
        return protocolError(SyntaxErrorCode,
                             Text::tr("The arguments of %1 cannot be read").arg(methodName(id)));
    return convert(id, decoded);
}

ServerMethod MethodReader::convertContent(quint32 id, void *decoded)
{
    ContentMethod content;
    if (id == MethodId::BasicDeliver) {
        const auto *deliver = static_cast<amqp_basic_deliver_t *>(decoded);
        if (viewOf(deliver->consumer_tag) != QByteArrayView(m_tag))
            m_tag = viewOf(deliver->consumer_tag).toByteArray();
        content.tag = m_tag;
        content.number = deliver->delivery_tag;
        content.redelivered = deliver->redelivered;
        content.exchange = m_exchange.text(viewOf(deliver->exchange));
        content.routingKey = m_routingKey.text(viewOf(deliver->routing_key));
    } else if (id == MethodId::BasicGetOk) {
        const auto *got = static_cast<amqp_basic_get_ok_t *>(decoded);
        content.number = got->delivery_tag;
        content.redelivered = got->redelivered;
        content.messages = got->message_count;
        content.exchange = m_exchange.text(viewOf(got->exchange));
        content.routingKey = m_routingKey.text(viewOf(got->routing_key));
    } else {
        const auto *returned = static_cast<amqp_basic_return_t *>(decoded);
        content.code = returned->reply_code;
        content.text = toText(returned->reply_text);
        content.exchange = m_exchange.text(viewOf(returned->exchange));
        content.routingKey = m_routingKey.text(viewOf(returned->routing_key));
    }
    return content;
}

ServerMethod MethodReader::convert(quint32 id, void *decoded)
{
    switch (id) {
    case MethodId::BasicDeliver:
    case MethodId::BasicGetOk:
    case MethodId::BasicReturn:
        return convertContent(id, decoded);
    default:
        break;
    }
    switch (classOf(id)) {
    case classOf(MethodId::ConnectionStart):
        return connectionMethod(id, decoded);
    case classOf(MethodId::ChannelClose):
        return channelMethod(id, decoded);
    case classOf(MethodId::QueueDeclareOk):
        return queueMethod(id, decoded);
    case classOf(MethodId::BasicAck):
        return basicMethod(id, decoded);
    default:
        return PlainMethod();
    }
}

} // namespace Qombu::Amqp
