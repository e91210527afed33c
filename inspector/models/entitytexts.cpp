// SPDX-License-Identifier: BSD-3-Clause
#include "models/entitytexts.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu::Inspector {
namespace {

struct Entities
{
    Q_DECLARE_TR_FUNCTIONS(Entities)
};

} // namespace

QString exchangeTypeName(ExchangeType type)
{
    switch (type) {
    case ExchangeType::Direct:
        return QStringLiteral("direct");
    case ExchangeType::Topic:
        return QStringLiteral("topic");
    case ExchangeType::Fanout:
        return QStringLiteral("fanout");
    case ExchangeType::Headers:
        return QStringLiteral("headers");
    }
    return {};
}

QString exchangeTypeText(const ExchangeRow &row)
{
    if (!row.typeName.isEmpty())
        return row.typeName;
    return row.inferred ? QString(exchangeTypeName(row.type) + u'?') : exchangeTypeName(row.type);
}

QStringList exchangeFacts(const ExchangeRow &row)
{
    QStringList facts;
    if (row.durable)
        facts.append(Entities::tr("durable"));
    if (row.autoDelete)
        facts.append(Entities::tr("goes with its last binding"));
    if (row.internal)
        facts.append(Entities::tr("internal: only exchanges send to it"));
    if (!row.policy.isEmpty())
        facts.append(Entities::tr("policy %1").arg(row.policy));
    return facts;
}

QStringList queueFacts(const QueueRow &row)
{
    QStringList facts;
    if (row.type.isEmpty())
        return facts; // nothing is told
    facts.append(row.type);
    if (!row.state.isEmpty())
        facts.append(row.state);
    facts.append(row.durable ? Entities::tr("durable")
                             : Entities::tr("gone when the broker restarts"));
    if (row.autoDelete)
        facts.append(Entities::tr("goes with its last consumer"));
    if (row.exclusive)
        facts.append(Entities::tr("belongs to one connection"));
    if (!row.policy.isEmpty())
        facts.append(Entities::tr("policy %1").arg(row.policy));
    if (!row.node.isEmpty())
        facts.append(Entities::tr("on %1", "server").arg(row.node));
    return facts;
}

QString queueStateWarning(const QueueRow &row)
{
    if (row.state.isEmpty() || row.state == u"running" || row.state == u"idle")
        return {};
    if (row.state == u"flow")
        return Entities::tr("Its publishers are slowed down: they are faster than it can follow.");
    if (row.state == u"down" || row.state == u"stopped")
        return Entities::tr(
            "The server that has this queue is down: its messages cannot be reached.");
    if (row.state == u"minority")
        return Entities::tr("Most servers of this queue are down: it takes and gives no messages.");
    return Entities::tr("The broker calls its state “%1”.").arg(row.state);
}

QStringList nodeAlarms(const NodeRow &row)
{
    if (!row.running)
        return {Entities::tr("It is not running.")};
    QStringList alarms;
    if (row.memoryAlarm)
        alarms.append(Entities::tr("Memory alarm: nobody can publish until it uses less memory."));
    if (row.diskAlarm)
        alarms.append(Entities::tr("Disk alarm: nobody can publish until its disk has more room."));
    if (!row.partitions.isEmpty())
        alarms.append(Entities::tr("It cannot see %1: the cluster is split.")
                          .arg(row.partitions.join(QStringLiteral(", "))));
    return alarms;
}

} // namespace Qombu::Inspector
