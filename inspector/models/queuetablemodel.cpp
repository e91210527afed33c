// SPDX-License-Identifier: BSD-3-Clause
#include "models/queuetablemodel.h"

#include <QtCore/qlocale.h>

namespace Qombu::Inspector {
namespace {

qint64 count(const QueueRow &row, int column)
{
    switch (column) {
    case QueueTableModel::ReadyColumn:
        return row.ready;
    case QueueTableModel::UnackedColumn:
        return row.unacked;
    default:
        return row.consumers;
    }
}

} // namespace

void QueueTableModel::setQueues(const QList<QueueRow> &queues)
{
    replaceRows(queues, [](const QueueRow &row) { return row.name; });
}

int QueueTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant QueueTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == NameColumn ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Queue");
    case ReadyColumn:
        return tr("Ready");
    case UnackedColumn:
        return tr("Unacked");
    case ConsumersColumn:
        return tr("Consumers");
    default:
        return {};
    }
}

QVariant QueueTableModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const QueueRow &row = m_rows[index.row()];
    if (role == PlaceRole)
        return QString(QStringLiteral("queues/") + row.name);
    if (role == NameRole)
        return row.name;
    if (index.column() == NameColumn)
        return role == Qt::DisplayRole || role == SortRole || role == Qt::ToolTipRole
            ? QVariant(row.name)
            : QVariant();
    const qint64 value = count(row, index.column());
    switch (role) {
    case Qt::DisplayRole:
        return value < 0 ? QString(QChar(0x2014)) : QLocale().toString(value);
    case SortRole:
        return value;
    case DimmedRole:
        return value <= 0;
    case Qt::ToolTipRole:
        return value < 0 ? tr("This broker does not tell") : QString();
    case Qt::TextAlignmentRole:
        return int(Qt::AlignRight | Qt::AlignVCenter);
    default:
        return {};
    }
}

} // namespace Qombu::Inspector
