// SPDX-License-Identifier: BSD-3-Clause
#include "models/brokertreetexts.h"

#include "models/bindingtablemodel.h"
#include "models/entitytexts.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu::Inspector {

QString BrokerTree::groupName(BrokerTreeModel::Kind kind)
{
    const QString names[BrokerTreeModel::KindCount] = {
        BrokerTreeModel::tr("Overview"),    BrokerTreeModel::tr("Exchanges"),
        BrokerTreeModel::tr("Queues"),      BrokerTreeModel::tr("Bindings"),
        BrokerTreeModel::tr("Unacked"),     BrokerTreeModel::tr("Quarantine"),
        BrokerTreeModel::tr("Connections"), BrokerTreeModel::tr("Channels"),
        BrokerTreeModel::tr("Consumers"),   BrokerTreeModel::tr("Policies")};
    return names[kind];
}

QVariant BrokerTree::groupPlace(BrokerTreeModel::Kind kind, bool paged)
{
    switch (kind) {
    case BrokerTreeModel::Overview:
        return QStringLiteral("overview");
    case BrokerTreeModel::Exchanges:
        return paged ? QVariant(QStringLiteral("exchanges")) : QVariant();
    case BrokerTreeModel::Queues:
        return QStringLiteral("queues");
    case BrokerTreeModel::Unacked:
        return QStringLiteral("unacked");
    case BrokerTreeModel::Connections:
        return QStringLiteral("connections");
    case BrokerTreeModel::Channels:
        return QStringLiteral("channels");
    case BrokerTreeModel::Consumers:
        return QStringLiteral("consumers");
    case BrokerTreeModel::Policies:
        return QStringLiteral("policies");
    default:
        return {};
    }
}

QString BrokerTree::exchangeHint(const QString &name, const ExchangeRow &row)
{
    if (row.inferred)
        return BrokerTreeModel::tr(
                   "%1: %2, as far as its bindings tell. This broker does not store "
                   "types.")
            .arg(name, exchangeTypeName(row.type));
    QStringList facts{exchangeTypeText(row)};
    if (row.bindings >= 0)
        facts.append(BrokerTreeModel::tr("%n binding(s)", nullptr, row.bindings));
    return QString(name + QStringLiteral(": ")
                   + (facts + exchangeFacts(row)).join(QStringLiteral(", ")));
}

QVariant BrokerTree::bindingCell(const BindingRow &row, int column, int role)
{
    const QString exchange =
        row.exchange.isEmpty() ? BrokerTreeModel::tr("(default exchange)") : row.exchange;
    const bool toQueue = row.destinationExchange.isEmpty();
    const QString &target = toQueue ? row.queue : row.destinationExchange;
    switch (role) {
    case Qt::DisplayRole:
        if (column != BrokerTreeModel::NameColumn)
            return {};
        return row.routingKey.isEmpty() ? QString(exchange + QStringLiteral(" \u2192 ") + target)
                                        : QString(exchange + QStringLiteral(" \u2192 ") + target
                                                  + QStringLiteral("  ") + row.routingKey);
    case Qt::ToolTipRole: {
        QString text = BrokerTreeModel::tr("From %1 to %2 for routing key “%3”")
                           .arg(exchange, target, row.routingKey);
        if (row.semanticsDiffer)
            text += u'\n' + differenceHint(row);
        return text;
    }
    case NameRole:
        return target;
    case PlaceRole:
        return toQueue
            ? QString(QStringLiteral("queues/") + target + QStringLiteral("?tab=bindings"))
            : QString(QStringLiteral("exchanges/") + target);
    case WarningRole:
        return column == BrokerTreeModel::NameColumn && row.semanticsDiffer;
    default:
        return {};
    }
}

} // namespace Qombu::Inspector
