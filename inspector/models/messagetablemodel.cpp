// SPDX-License-Identifier: BSD-3-Clause
#include "models/messagetablemodel.h"

#include "models/messagecell.h"

#include <QtCore/qhash.h>
#include <QtCore/qlocale.h>

#include <numeric>

namespace Qombu::Inspector {

void MessageTableModel::setMessages(const QList<MessageRecord> &messages)
{
    removeRowsNotIn(messages);
    insertRowsOf(messages);
    numberRows();
    if (!m_rows.isEmpty()) // numbers, and flags such as redelivered
        Q_EMIT dataChanged(index(0, 0), index(int(m_rows.size()) - 1, ColumnCount - 1));
}

void MessageTableModel::numberRows()
{
    m_numbers.resize(m_rows.size());
    std::iota(m_numbers.begin(), m_numbers.end(), 1);
}

// After this the rows are a subsequence of wanted.
void MessageTableModel::removeRowsNotIn(const QList<MessageRecord> &wanted)
{
    QHash<QByteArray, qsizetype> places;
    for (qsizetype i = 0; i < wanted.size(); ++i)
        places.insert(wanted[i].identity(), i);
    QList<bool> keep(m_rows.size(), false);
    qsizetype last = -1;
    for (qsizetype i = 0; i < m_rows.size(); ++i) {
        const qsizetype place = places.value(m_rows[i].identity(), -1);
        keep[i] = place > last;
        if (keep[i])
            last = place;
    }
    for (qsizetype end = m_rows.size(); end > 0;) {
        qsizetype first = end;
        while (first > 0 && !keep[first - 1])
            --first;
        if (first < end) {
            beginRemoveRows({}, int(first), int(end) - 1);
            m_rows.remove(first, end - first);
            m_numbers.remove(first, end - first);
            endRemoveRows();
        }
        end = first - 1;
    }
}

void MessageTableModel::insertRowsOf(const QList<MessageRecord> &wanted)
{
    qsizetype at = 0;
    for (qsizetype from = 0; from < wanted.size(); ++at) {
        qsizetype end = from;
        while (end < wanted.size()
               && (at >= m_rows.size() || wanted[end].identity() != m_rows[at].identity()))
            ++end;
        if (const qsizetype count = end - from; count > 0) {
            beginInsertRows({}, int(at), int(at + count) - 1);
            m_rows.insert(at, count, MessageRecord());
            m_numbers.insert(at, count, 0);
            std::copy(wanted.begin() + from, wanted.begin() + end, m_rows.begin() + at);
            endInsertRows();
            at += count;
        }
        if (end < wanted.size()) {
            const QDateTime firstSeen = m_rows[at].firstSeen;
            m_rows[at] = wanted[end];
            m_rows[at].firstSeen = firstSeen;
        }
        from = end + 1;
    }
}

void MessageTableModel::append(const MessageRecord &message)
{
    const int row = int(m_rows.size());
    beginInsertRows({}, row, row);
    m_rows.append(message);
    m_numbers.append(row + 1);
    endInsertRows();
}

void MessageTableModel::setStale(bool stale)
{
    if (m_stale == stale)
        return;
    m_stale = stale;
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(int(m_rows.size()) - 1, ColumnCount - 1),
                           {DimmedRole});
}

int MessageTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int MessageTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MessageTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (section == NumberColumn)
        return role == Qt::DisplayRole ? QVariant(QStringLiteral("#")) : QVariant();
    const auto column = MessageColumn(section - FirstMessageColumn);
    if (role == Qt::TextAlignmentRole)
        return messageCell({}, column, role);
    return role == Qt::DisplayRole ? QVariant(messageColumnTitle(column)) : QVariant();
}

QVariant MessageTableModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    if (role == DimmedRole && m_stale)
        return true;
    if (index.column() != NumberColumn)
        return messageCell(m_rows[index.row()], MessageColumn(index.column() - FirstMessageColumn),
                           role);
    switch (role) {
    case Qt::DisplayRole:
        return QLocale().toString(m_numbers[index.row()]);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignRight | Qt::AlignVCenter);
    case DimmedRole:
        return true;
    default:
        return {};
    }
}

} // namespace Qombu::Inspector
