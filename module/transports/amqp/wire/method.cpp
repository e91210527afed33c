// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/method.h"

#include "transports/amqp/wire/amqpbytes.h"
#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/fieldtable.h"
#include "transports/amqp/wire/methodids.h"
#include "transports/amqp/wire/rabbitmqc.h"

#include <QtEndian>

namespace Qombu::Amqp {

namespace {

// Has rabbitmq-c write one method; remembers what cannot be written.
class ArgumentWriter
{
public:
    amqp_bytes_t name(const QString &text)
    {
        if (const auto bytes = m_pool.shortText(text))
            return rawBytes(*bytes);
        m_error =
            Error(Error::Encode,
                  Text::tr("\"%1…\" is too long: a name in AMQP has at most %2 bytes of UTF-8")
                      .arg(text.left(40), QString::number(MostShortBytes)));
        return {};
    }
    amqp_table_t table(const QVariantMap &values)
    {
        amqp_table_t table = {};
        if (Error error = makeTable(values, m_pool, table); error.isError())
            m_error = error;
        return table;
    }

    // The structure that belongs to the method.
    Result<Method> write(quint32 id, void *decoded, quint32 answer)
    {
        if (m_error.isError())
            return m_error;
        Method method{id, {}, answer};
        for (qsizetype room = 256; room <= MostBytes; room *= 4) {
            method.arguments.resize(room);
            const amqp_bytes_t space{std::size_t(room), method.arguments.data()};
            const int written = amqp_encode_method(id, decoded, space);
            if (written >= 0) {
                method.arguments.resize(written);
                return method;
            }
        }
        return Error(Error::LimitExceeded,
                     Text::tr("The arguments of %1 are too large").arg(methodName(id)));
    }

private:
    static constexpr qsizetype MostBytes = 16 << 20;
    Pool m_pool{1024};
    Error m_error;
};

// For those without names and tables.
Method fixedMethod(quint32 id, void *decoded, quint32 answer)
{
    char buffer[16];
    const int written = amqp_encode_method(id, decoded, {sizeof buffer, buffer});
    Q_ASSERT(written >= 0);
    return {id, QByteArray(buffer, written), answer};
}

// For the broker's log: cut to what a short string can hold.
QByteArray shortUtf8(const QString &text)
{
    QByteArray bytes = text.left(MostShortBytes).toUtf8();
    if (bytes.size() > MostShortBytes)
        bytes = text.left(MostShortBytes / 3).toUtf8();
    return bytes;
}

} // namespace

Result<Method> exchangeDeclare(const DeclareExchange &exchange)
{
    ArgumentWriter writer;
    amqp_exchange_declare_t arguments = {};
    arguments.exchange = writer.name(exchange.name);
    arguments.type = writer.name(exchange.type);
    arguments.passive = exchange.passive;
    arguments.durable = exchange.durable;
    arguments.auto_delete = exchange.autoDelete;
    arguments.internal = exchange.internal;
    arguments.arguments = writer.table(exchange.arguments);
    return writer.write(MethodId::ExchangeDeclare, &arguments, MethodId::ExchangeDeclareOk);
}

Result<Method> exchangeDelete(const QString &name, bool ifUnused)
{
    ArgumentWriter writer;
    amqp_exchange_delete_t arguments = {};
    arguments.exchange = writer.name(name);
    arguments.if_unused = ifUnused;
    return writer.write(MethodId::ExchangeDelete, &arguments, MethodId::ExchangeDeleteOk);
}

Result<Method> exchangeBind(const Bind &binding)
{
    ArgumentWriter writer;
    amqp_exchange_bind_t arguments = {};
    arguments.destination = writer.name(binding.target);
    arguments.source = writer.name(binding.exchange);
    arguments.routing_key = writer.name(binding.routingKey);
    arguments.arguments = writer.table(binding.arguments);
    return writer.write(MethodId::ExchangeBind, &arguments, MethodId::ExchangeBindOk);
}

Result<Method> exchangeUnbind(const Bind &binding)
{
    ArgumentWriter writer;
    amqp_exchange_unbind_t arguments = {};
    arguments.destination = writer.name(binding.target);
    arguments.source = writer.name(binding.exchange);
    arguments.routing_key = writer.name(binding.routingKey);
    arguments.arguments = writer.table(binding.arguments);
    return writer.write(MethodId::ExchangeUnbind, &arguments, MethodId::ExchangeUnbindOk);
}

Result<Method> queueDeclare(const DeclareQueue &queue)
{
    ArgumentWriter writer;
    amqp_queue_declare_t arguments = {};
    arguments.queue = writer.name(queue.name);
    arguments.passive = queue.passive;
    arguments.durable = queue.durable;
    arguments.exclusive = queue.exclusive;
    arguments.auto_delete = queue.autoDelete;
    arguments.arguments = writer.table(queue.arguments);
    return writer.write(MethodId::QueueDeclare, &arguments, MethodId::QueueDeclareOk);
}

Result<Method> queueBind(const Bind &binding)
{
    ArgumentWriter writer;
    amqp_queue_bind_t arguments = {};
    arguments.queue = writer.name(binding.target);
    arguments.exchange = writer.name(binding.exchange);
    arguments.routing_key = writer.name(binding.routingKey);
    arguments.arguments = writer.table(binding.arguments);
    return writer.write(MethodId::QueueBind, &arguments, MethodId::QueueBindOk);
}

Result<Method> queueUnbind(const Bind &binding)
{
    ArgumentWriter writer;
    amqp_queue_unbind_t arguments = {};
    arguments.queue = writer.name(binding.target);
    arguments.exchange = writer.name(binding.exchange);
    arguments.routing_key = writer.name(binding.routingKey);
    arguments.arguments = writer.table(binding.arguments);
    return writer.write(MethodId::QueueUnbind, &arguments, MethodId::QueueUnbindOk);
}

Result<Method> queuePurge(const QString &name)
{
    ArgumentWriter writer;
    amqp_queue_purge_t arguments = {};
    arguments.queue = writer.name(name);
    return writer.write(MethodId::QueuePurge, &arguments, MethodId::QueuePurgeOk);
}

Result<Method> queueDelete(const QString &name, bool ifUnused, bool ifEmpty)
{
    ArgumentWriter writer;
    amqp_queue_delete_t arguments = {};
    arguments.queue = writer.name(name);
    arguments.if_unused = ifUnused;
    arguments.if_empty = ifEmpty;
    return writer.write(MethodId::QueueDelete, &arguments, MethodId::QueueDeleteOk);
}

Method basicQos(quint16 count)
{
    amqp_basic_qos_t arguments = {};
    arguments.prefetch_count = count;
    return fixedMethod(MethodId::BasicQos, &arguments, MethodId::BasicQosOk);
}

Result<Method> basicConsume(const Consume &request)
{
    ArgumentWriter writer;
    amqp_basic_consume_t arguments = {};
    arguments.queue = writer.name(request.queue);
    arguments.consumer_tag = writer.name(request.tag);
    arguments.no_ack = request.noAck;
    arguments.exclusive = request.exclusive;
    arguments.nowait = request.noWait;
    arguments.arguments = writer.table(request.arguments);
    return writer.write(MethodId::BasicConsume, &arguments,
                        request.noWait ? 0 : MethodId::BasicConsumeOk);
}

Result<Method> basicCancel(const QString &tag, bool noWait)
{
    ArgumentWriter writer;
    amqp_basic_cancel_t arguments = {};
    arguments.consumer_tag = writer.name(tag);
    arguments.nowait = noWait;
    return writer.write(MethodId::BasicCancel, &arguments, noWait ? 0 : MethodId::BasicCancelOk);
}

Result<Method> basicGet(const QString &queue, bool noAck)
{
    ArgumentWriter writer;
    amqp_basic_get_t arguments = {};
    arguments.queue = writer.name(queue);
    arguments.no_ack = noAck;
    return writer.write(MethodId::BasicGet, &arguments, MethodId::BasicGetOk);
}

Result<Method> basicPublish(const QString &exchange, const QString &routingKey, bool mandatory)
{
    ArgumentWriter writer;
    amqp_basic_publish_t arguments = {};
    arguments.exchange = writer.name(exchange);
    arguments.routing_key = writer.name(routingKey);
    arguments.mandatory = mandatory;
    return writer.write(MethodId::BasicPublish, &arguments, 0);
}

Method basicAck(quint64 number, bool multiple)
{
    amqp_basic_ack_t arguments = {number, multiple};
    return fixedMethod(MethodId::BasicAck, &arguments, 0);
}

Method basicNack(quint64 number, bool multiple, bool requeue)
{
    amqp_basic_nack_t arguments = {number, multiple, requeue};
    return fixedMethod(MethodId::BasicNack, &arguments, 0);
}

Method basicReject(quint64 number, bool requeue)
{
    amqp_basic_reject_t arguments = {number, requeue};
    return fixedMethod(MethodId::BasicReject, &arguments, 0);
}

Method basicRecover(bool requeue)
{
    amqp_basic_recover_t arguments = {requeue};
    return fixedMethod(MethodId::BasicRecover, &arguments, MethodId::BasicRecoverOk);
}

Method confirmSelect()
{
    amqp_confirm_select_t arguments = {};
    return fixedMethod(MethodId::ConfirmSelect, &arguments, MethodId::ConfirmSelectOk);
}

Method txSelect()
{
    amqp_tx_select_t arguments = {};
    return fixedMethod(MethodId::TxSelect, &arguments, MethodId::TxSelectOk);
}

Method txCommit()
{
    amqp_tx_commit_t arguments = {};
    return fixedMethod(MethodId::TxCommit, &arguments, MethodId::TxCommitOk);
}

Method channelOpen()
{
    amqp_channel_open_t arguments = {};
    return fixedMethod(MethodId::ChannelOpen, &arguments, MethodId::ChannelOpenOk);
}

Method channelClose(quint16 code, const QString &text, quint32 failed)
{
    ArgumentWriter writer;
    const QByteArray utf8 = shortUtf8(text);
    amqp_channel_close_t arguments = {code, rawBytes(utf8), quint16(failed >> 16),
                                      quint16(failed & 0xFFFF)};
    return *writer.write(MethodId::ChannelClose, &arguments, MethodId::ChannelCloseOk);
}

Method channelCloseOk()
{
    return {MethodId::ChannelCloseOk, {}, 0};
}

Method basicCancelOk(const QByteArray &tag)
{
    ArgumentWriter writer;
    amqp_basic_cancel_ok_t arguments = {rawBytes(tag)};
    return *writer.write(MethodId::BasicCancelOk, &arguments, 0);
}

Method channelFlowOk(bool isActive)
{
    amqp_channel_flow_ok_t arguments = {isActive};
    return fixedMethod(MethodId::ChannelFlowOk, &arguments, 0);
}

Result<Method> connectionStartOk(const StartAnswer &answer)
{
    ArgumentWriter writer;
    amqp_connection_start_ok_t arguments = {};
    arguments.client_properties = writer.table(answer.properties);
    arguments.mechanism = rawBytes(answer.mechanism);
    arguments.response = rawBytes(answer.response);
    arguments.locale = rawBytes(answer.locale);
    return writer.write(MethodId::ConnectionStartOk, &arguments, 0);
}

Method connectionTuneOk(quint16 channelMax, quint32 frameMax, quint16 heartbeatSeconds)
{
    amqp_connection_tune_ok_t arguments = {channelMax, frameMax, heartbeatSeconds};
    return fixedMethod(MethodId::ConnectionTuneOk, &arguments, 0);
}

Result<Method> connectionOpen(const QString &virtualHost)
{
    ArgumentWriter writer;
    amqp_connection_open_t arguments = {};
    arguments.virtual_host = writer.name(virtualHost);
    return writer.write(MethodId::ConnectionOpen, &arguments, 0);
}

Method connectionClose(quint16 code, const QString &text, quint32 failed)
{
    ArgumentWriter writer;
    const QByteArray utf8 = shortUtf8(text);
    amqp_connection_close_t arguments = {code, rawBytes(utf8), quint16(failed >> 16),
                                         quint16(failed & 0xFFFF)};
    return *writer.write(MethodId::ConnectionClose, &arguments, MethodId::ConnectionCloseOk);
}

Method connectionCloseOk()
{
    return {MethodId::ConnectionCloseOk, {}, 0};
}

Method connectionUpdateSecret(const QString &secret, const QString &reason)
{
    const QByteArray newSecret = secret.toUtf8();
    const QByteArray why = shortUtf8(reason);
    QByteArray arguments(4, '\0'); // a long string, then a short one
    qToBigEndian(quint32(newSecret.size()), arguments.data());
    arguments += newSecret + char(why.size()) + why;
    return {MethodId::ConnectionUpdateSecret, arguments, MethodId::ConnectionUpdateSecretOk};
}

} // namespace Qombu::Amqp
