// SPDX-License-Identifier: BSD-3-Clause
#include "models/watchmodel.h"

#include "models/messagecell.h"

#include <QtCore/qlocale.h>

namespace Qombu::Inspector {

WatchModel::WatchModel(const MessageRing *ring, QObject *parent)
    : QAbstractTableModel(parent)
    , m_ring(ring)
    , m_next(ring->firstNumber())
{
}

void WatchModel::sync()
{
    const qint64 first = m_next - qint64(m_rows.size());
    const qint64 gone = qMin(m_ring->firstNumber() - first, qint64(m_rows.size()));
    if (gone > 0) {
        beginRemoveRows({}, 0, int(gone) - 1);
        m_rows.erase(m_rows.begin(), m_rows.begin() + gone);
        endRemoveRows();
    }
    const qint64 from = qMax(m_next, m_ring->firstNumber());
    const qint64 count = m_ring->nextNumber() - from;
    m_next = m_ring->nextNumber();
    if (count <= 0)
        return;
    const int at = int(m_rows.size());
    beginInsertRows({}, at, at + int(count) - 1);
    for (qint64 number = from; number < m_next; ++number)
        m_rows.push_back(m_ring->at(number));
    endInsertRows();
}

int WatchModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int WatchModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant WatchModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (section >= FirstMessageColumn) {
        const auto column = MessageColumn(section - FirstMessageColumn);
        return role == Qt::DisplayRole      ? QVariant(messageColumnTitle(column))
            : role == Qt::TextAlignmentRole ? messageCell({}, column, role)
                                            : QVariant();
    }
    if (role != Qt::DisplayRole)
        return {};
    return section == TimeColumn ? tr("Time") : tr("Event");
}

QVariant WatchModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const WatchEvent &event = m_rows[size_t(index.row())];
    if (role == DimmedRole && event.kind == WatchEvent::Departed)
        return true;
    if (role == KindRole)
        return event.kind;
    if (index.column() >= FirstMessageColumn)
        return messageCell(event.message, MessageColumn(index.column() - FirstMessageColumn), role);
    if (role != Qt::DisplayRole)
        return {};
    if (index.column() == TimeColumn)
        return event.at.time().toString(QStringLiteral("HH:mm:ss.zzz"));
    switch (event.kind) {
    case WatchEvent::Arrived:
        return tr("+ arrived");
    case WatchEvent::Departed:
        return tr("\u2212 left");
    case WatchEvent::Copied:
        return tr("= copy");
    }
    return {};
}

} // namespace Qombu::Inspector
