// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/managementrows.h"

#include <algorithm>
#include <array>

namespace Qombu::Amqp::ManagementRows {
namespace {

QVariant member(const QVariantMap &json, const char *key)
{
    return json.value(QLatin1String(key));
}

bool isCount(const QVariant &value)
{
    return value.typeId() == QMetaType::LongLong || value.typeId() == QMetaType::Double;
}

QDateTime timeOf(qint64 milliseconds)
{
    return QDateTime::fromMSecsSinceEpoch(milliseconds, Qt::UTC);
}

// "publish_details": over the samples that were asked for, the newest first, or as RabbitMQ says.
double rateOf(const QVariantMap &stats, const char *counter, MessageRates &rates)
{
    const QByteArray key = QByteArray(counter) + "_details";
    const QVariantMap details = object(stats, key.constData());
    const QVariantList samples = member(details, "samples").toList();
    if (samples.size() > 1) {
        const QVariantMap newest = samples.first().toMap();
        const QVariantMap oldest = samples.last().toMap();
        const qint64 over = number(newest, "timestamp") - number(oldest, "timestamp");
        const qint64 count = number(newest, "sample") - number(oldest, "sample");
        if (over > 0 && count >= 0) {
            rates.sampledAt = timeOf(number(newest, "timestamp"));
            rates.over = std::chrono::milliseconds(over);
            return double(count) * 1000 / double(over);
        }
    }
    const QVariant rate = member(details, "rate");
    return isCount(rate) && rate.toDouble() >= 0 ? rate.toDouble() : -1;
}

struct TypeName
{
    QLatin1StringView name;
    ExchangeType type;
};
constexpr std::array exchangeTypes{TypeName{QLatin1StringView("direct"), ExchangeType::Direct},
                                   TypeName{QLatin1StringView("fanout"), ExchangeType::Fanout},
                                   TypeName{QLatin1StringView("headers"), ExchangeType::Headers},
                                   TypeName{QLatin1StringView("topic"), ExchangeType::Topic}};

} // namespace

qint64 number(const QVariantMap &json, const char *key)
{
    const QVariant value = member(json, key);
    return isCount(value) && value.toDouble() >= 0 ? value.toLongLong() : -1;
}

QString text(const QVariantMap &json, const char *key)
{
    const QVariant value = member(json, key);
    return value.typeId() == QMetaType::QString ? value.toString() : QString();
}

bool flag(const QVariantMap &json, const char *key)
{
    const QVariant value = member(json, key);
    return value.typeId() == QMetaType::Bool && value.toBool();
}

QVariantMap object(const QVariantMap &json, const char *key)
{
    return member(json, key).toMap();
}

MessageRates messageRates(const QVariantMap &stats, const char *published, const char *delivered)
{
    MessageRates rates;
    rates.published = rateOf(stats, published, rates);
    rates.delivered = rateOf(stats, delivered, rates);
    rates.acknowledged = rateOf(stats, "ack", rates);
    rates.redelivered = rateOf(stats, "redeliver", rates);
    return rates;
}

QByteArray queueColumns()
{
    return "name,type,state,durable,auto_delete,exclusive,arguments,policy,node,leader,"
           "messages_ready,messages_unacknowledged,consumers,message_bytes,"
           "message_stats.publish_details,message_stats.deliver_get_details,"
           "message_stats.ack_details,message_stats.redeliver_details";
}

QByteArray exchangeColumns()
{
    return "name,type,durable,auto_delete,internal,arguments,policy,"
           "message_stats.publish_in_details,message_stats.publish_out_details";
}

QByteArray rateSamples()
{
    return "msg_rates_age=10&msg_rates_incr=5";
}

QDateTime timeNow(const Hub &hub)
{
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(hub.wallTime().time_since_epoch());
    return timeOf(since.count());
}

QueueRow queueRow(const QVariantMap &json)
{
    QueueRow row;
    row.name = text(json, "name");
    row.ready = number(json, "messages_ready");
    row.unacked = number(json, "messages_unacknowledged");
    row.consumers = number(json, "consumers");
    row.type = text(json, "type");
    row.state = text(json, "state");
    row.durable = flag(json, "durable");
    row.autoDelete = flag(json, "auto_delete");
    row.exclusive = flag(json, "exclusive");
    row.arguments = object(json, "arguments");
    row.policy = text(json, "policy");
    row.node = text(json, "node");
    if (row.node.isEmpty())
        row.node = text(json, "leader");
    row.bytes = number(json, "message_bytes");
    row.rates = messageRates(object(json, "message_stats"));
    return row;
}

ExchangeRow exchangeRow(const QVariantMap &json)
{
    ExchangeRow row;
    row.name = text(json, "name");
    row.bindings = -1;
    const QString type = text(json, "type");
    const auto known = std::find_if(exchangeTypes.begin(), exchangeTypes.end(),
                                    [&type](const TypeName &one) { return one.name == type; });
    if (known != exchangeTypes.end())
        row.type = known->type;
    else
        row.typeName = type;
    row.durable = flag(json, "durable");
    row.autoDelete = flag(json, "auto_delete");
    row.internal = flag(json, "internal");
    row.arguments = object(json, "arguments");
    row.policy = text(json, "policy");
    row.rates = messageRates(object(json, "message_stats"), "publish_in", "publish_out");
    return row;
}

BindingRow bindingRow(const QVariantMap &json)
{
    BindingRow row;
    row.exchange = text(json, "source");
    row.routingKey = text(json, "routing_key");
    const bool isToExchange = text(json, "destination_type") == u"exchange";
    (isToExchange ? row.destinationExchange : row.queue) = text(json, "destination");
    row.arguments = object(json, "arguments");
    return row;
}

ConsumerRow consumerRow(const QVariantMap &json)
{
    ConsumerRow row;
    const QVariantMap channel = object(json, "channel_details");
    row.queue = text(object(json, "queue"), "name");
    row.tag = text(json, "consumer_tag");
    row.connection = text(channel, "connection_name");
    row.channel = text(channel, "name");
    row.user = text(channel, "user");
    row.prefetchCount = int(number(json, "prefetch_count"));
    row.acknowledges = flag(json, "ack_required");
    row.exclusive = flag(json, "exclusive");
    row.active = !json.contains(QStringLiteral("active")) || flag(json, "active");
    row.arguments = object(json, "arguments");
    return row;
}

} // namespace Qombu::Amqp::ManagementRows
