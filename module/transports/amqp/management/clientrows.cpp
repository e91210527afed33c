// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/clientrows.h"

#include "transports/amqp/management/managementrows.h"

#include <cmath>

namespace Qombu::Amqp::ClientRows {
namespace {

QString peerOf(const QVariantMap &json)
{
    const QString host = ManagementRows::text(json, "peer_host");
    const qint64 port = ManagementRows::number(json, "peer_port");
    if (port < 0)
        return host;
    const QString written = host.contains(u':') ? u'[' + host + u']' : host;
    return written + u':' + QString::number(port);
}

qint64 byteRate(const QVariantMap &json, const char *details)
{
    const QVariant rate =
        ManagementRows::object(json, details).value(QStringLiteral("rate"), QVariant(-1.0));
    return qint64(std::llround(rate.toDouble()));
}

} // namespace

QByteArray connectionColumns()
{
    return "name,user_provided_name,client_properties,user,vhost,peer_host,peer_port,state,"
           "protocol,ssl,channels,recv_oct_details,send_oct_details,connected_at";
}

ConnectionRow connection(const QVariantMap &json)
{
    using namespace ManagementRows;
    ConnectionRow row;
    row.name = text(json, "name");
    row.clientProperties = object(json, "client_properties");
    row.clientName = text(json, "user_provided_name");
    if (row.clientName.isEmpty())
        row.clientName = text(row.clientProperties, "connection_name");
    row.user = text(json, "user");
    row.virtualHost = text(json, "vhost");
    row.peer = peerOf(json);
    row.state = text(json, "state");
    row.protocol = text(json, "protocol");
    row.encrypted = flag(json, "ssl");
    row.channels = int(number(json, "channels"));
    row.receivedRate = byteRate(json, "recv_oct_details");
    row.sentRate = byteRate(json, "send_oct_details");
    if (const qint64 at = number(json, "connected_at"); at > 0)
        row.connectedAt = QDateTime::fromMSecsSinceEpoch(at).toUTC();
    return row;
}

QByteArray channelColumns()
{
    return "name,number,user,vhost,state,connection_details.name,prefetch_count,consumer_count,"
           "messages_unacknowledged,messages_unconfirmed,confirm,transactional,"
           "message_stats.publish_details,message_stats.deliver_get_details,"
           "message_stats.ack_details,message_stats.redeliver_details";
}

ChannelRow channel(const QVariantMap &json)
{
    using namespace ManagementRows;
    ChannelRow row;
    row.name = text(json, "name");
    row.connection = text(object(json, "connection_details"), "name");
    row.number = int(std::max<qint64>(0, ManagementRows::number(json, "number")));
    row.user = text(json, "user");
    row.virtualHost = text(json, "vhost");
    row.state = text(json, "state");
    row.prefetchCount = int(number(json, "prefetch_count"));
    row.consumerCount = int(number(json, "consumer_count"));
    row.unacked = number(json, "messages_unacknowledged");
    row.unconfirmed = number(json, "messages_unconfirmed");
    row.confirms = flag(json, "confirm");
    row.transactional = flag(json, "transactional");
    row.rates = messageRates(object(json, "message_stats"));
    return row;
}

QList<ConsumerRow> consumers(const QVariantMap &json)
{
    QList<ConsumerRow> rows;
    for (const QVariant &consumer : json.value(QStringLiteral("consumer_details")).toList())
        rows.append(ManagementRows::consumerRow(consumer.toMap()));
    return rows;
}

} // namespace Qombu::Amqp::ClientRows
