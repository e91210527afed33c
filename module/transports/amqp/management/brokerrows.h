// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokeroverview.h>

// What the management API's JSON says of a broker as a whole, and of its rules. As in
// ManagementRows: what is missing is unknown.
namespace Qombu::Amqp::BrokerRows {

QByteArray overviewColumns();
BrokerOverview overview(const QVariantMap &json); // takenAt, nodes and gaps are not in it
QByteArray nodeColumns();
QList<NodeRow> nodes(const QVariantList &json);
QList<PolicyRow> policies(const QVariantList &json, bool areOperators);
// A list, or, before RabbitMQ 3.9, words with commas between them.
QStringList tags(const QVariantMap &user);
QList<TopicPermission> topicPermissions(const QVariantList &json);

} // namespace Qombu::Amqp::BrokerRows
