// SPDX-License-Identifier: BSD-3-Clause
#include "models/bindingtablemodel.h"

#include "models/field.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu::Inspector {
namespace {

auto bindingKey(const BindingRow &row)
{
    return std::tuple(row.exchange, row.routingKey, row.queue, row.destinationExchange, row.pattern,
                      tableText(row.arguments));
}

} // namespace

void BindingTableModel::setBindings(QList<BindingRow> bindings)
{
    std::sort(bindings.begin(), bindings.end(), [](const BindingRow &a, const BindingRow &b) {
        return bindingKey(a) < bindingKey(b);
    });
    replaceRows(bindings, bindingKey);
}

int BindingTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant BindingTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case ExchangeColumn:
        return tr("From exchange");
    case KeyColumn:
        return tr("Routing key");
    case QueueColumn:
        return tr("To", "queue or exchange that a binding leads to");
    case PatternColumn:
        return tr("Stored pattern");
    case ArgumentsColumn:
        return tr("Arguments");
    default:
        return {};
    }
}

QVariant BindingTableModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const BindingRow &row = m_rows[index.row()];
    if (role == WarningRole)
        return index.column() == KeyColumn && row.semanticsDiffer;
    if (role == Qt::ToolTipRole && row.semanticsDiffer)
        return differenceHint(row);
    const bool toQueue = row.destinationExchange.isEmpty();
    if (role == PlaceRole && (index.column() == ExchangeColumn || !toQueue))
        return QString(
            QStringLiteral("exchanges/")
            + (index.column() == ExchangeColumn ? row.exchange : row.destinationExchange));
    if (role == PlaceRole)
        return QString(QStringLiteral("queues/") + row.queue);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case ExchangeColumn:
        return row.exchange.isEmpty() ? tr("(default exchange)") : row.exchange;
    case KeyColumn:
        return row.routingKey;
    case QueueColumn:
        return toQueue ? row.queue : tr("exchange %1").arg(row.destinationExchange);
    case PatternColumn:
        return row.pattern;
    case ArgumentsColumn:
        return tableText(row.arguments);
    default:
        return {};
    }
}

QString differenceHint(const BindingRow &binding)
{
    QStringList lines{BindingTableModel::tr("“%1” means different things to Kombu and to AMQP:")
                          .arg(binding.routingKey)};
    if (binding.routingKey.contains(u'*'))
        lines.append(BindingTableModel::tr(
            "to Kombu * may stand for several words; to AMQP it is exactly one."));
    if (binding.routingKey.contains(u'#'))
        lines.append(BindingTableModel::tr(
            "to Kombu # keeps its dot, so “a.#” misses “a”; to AMQP it matches."));
    lines.append(
        binding.pattern.isEmpty() // who stores none matches by itself
            ? BindingTableModel::tr("This broker decides by AMQP’s rules.")
            : BindingTableModel::tr("This broker is shared with Kombu: its reading counts."));
    return lines.join(u'\n');
}

} // namespace Qombu::Inspector
