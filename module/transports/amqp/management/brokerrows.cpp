// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/brokerrows.h"

#include "transports/amqp/management/managementrows.h"

namespace Qombu::Amqp::BrokerRows {
namespace {

NodeRow nodeRow(const QVariantMap &json)
{
    using namespace ManagementRows;
    NodeRow row;
    row.name = text(json, "name");
    row.running = flag(json, "running");
    row.memoryAlarm = flag(json, "mem_alarm");
    row.diskAlarm = flag(json, "disk_free_alarm");
    row.memoryUsed = number(json, "mem_used");
    row.memoryLimit = number(json, "mem_limit");
    row.diskFree = number(json, "disk_free");
    row.diskLimit = number(json, "disk_free_limit");
    row.descriptorsUsed = number(json, "fd_used");
    row.descriptorLimit = number(json, "fd_total");
    row.uptime = std::chrono::milliseconds(number(json, "uptime"));
    row.partitions = json.value(QStringLiteral("partitions")).toStringList();
    return row;
}

PolicyRow policyRow(const QVariantMap &json, bool isOperators)
{
    using namespace ManagementRows;
    PolicyRow row;
    row.name = text(json, "name");
    row.pattern = text(json, "pattern");
    row.appliesTo = text(json, "apply-to");
    row.priority = json.value(QStringLiteral("priority")).toInt();
    row.definition = object(json, "definition");
    row.isOperators = isOperators;
    return row;
}

} // namespace

QByteArray overviewColumns()
{
    return "product_name,product_version,rabbitmq_version,cluster_name,queue_totals,object_totals,"
           "message_stats";
}

BrokerOverview overview(const QVariantMap &json)
{
    using namespace ManagementRows;
    BrokerOverview row;
    row.product = text(json, "product_name");
    row.version = text(json, "product_version");
    if (row.version.isEmpty())
        row.version = text(json, "rabbitmq_version");
    row.cluster = text(json, "cluster_name");
    const QVariantMap messages = object(json, "queue_totals");
    row.ready = number(messages, "messages_ready");
    row.unacked = number(messages, "messages_unacknowledged");
    const QVariantMap objects = object(json, "object_totals");
    row.queues = number(objects, "queues");
    row.exchanges = number(objects, "exchanges");
    row.connections = number(objects, "connections");
    row.channels = number(objects, "channels");
    row.consumers = number(objects, "consumers");
    row.rates = messageRates(object(json, "message_stats"));
    return row;
}

QByteArray nodeColumns()
{
    return "name,running,mem_used,mem_limit,mem_alarm,disk_free,disk_free_limit,disk_free_alarm,"
           "fd_used,fd_total,uptime,partitions";
}

QList<NodeRow> nodes(const QVariantList &json)
{
    QList<NodeRow> rows;
    for (const QVariant &node : json)
        rows.append(nodeRow(node.toMap()));
    return rows;
}

QList<PolicyRow> policies(const QVariantList &json, bool areOperators)
{
    QList<PolicyRow> rows;
    for (const QVariant &policy : json)
        rows.append(policyRow(policy.toMap(), areOperators));
    return rows;
}

QStringList tags(const QVariantMap &user)
{
    const QVariant said = user.value(QStringLiteral("tags"));
    return said.typeId() == QMetaType::QString ? said.toString().split(u',', Qt::SkipEmptyParts)
                                               : said.toStringList();
}

QList<TopicPermission> topicPermissions(const QVariantList &json)
{
    QList<TopicPermission> rows;
    for (const QVariant &permission : json) {
        const QVariantMap map = permission.toMap();
        rows.append({ManagementRows::text(map, "exchange"), ManagementRows::text(map, "write"),
                     ManagementRows::text(map, "read")});
    }
    return rows;
}

} // namespace Qombu::Amqp::BrokerRows
