// SPDX-License-Identifier: BSD-3-Clause
#include "models/unackedtablemodel.h"

#include "models/messagecell.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qlocale.h>

namespace Qombu::Inspector {
namespace {

class Duration
{
    Q_DECLARE_TR_FUNCTIONS(Duration)
};

} // namespace

void UnackedTableModel::setRows(const QList<UnackedRow> &rows, const QString &queue)
{
    const QDateTime now = QDateTime::currentDateTime();
    QList<UnackedRecord> records;
    for (const UnackedRow &row : rows) {
        if (queue.isEmpty() || row.message.queue() == queue)
            records.append({row.tag, row.deliveredAt, row.returnsAt,
                            MessageRecord::fromMessage(row.message, now)});
    }
    const auto key = [](const UnackedRecord &record) {
        return std::pair(record.deliveredAt, record.tag);
    };
    std::sort(records.begin(), records.end(),
              [key](const UnackedRecord &a, const UnackedRecord &b) { return key(a) < key(b); });
    replaceRows(records, key);
    setNow(now);
}

void UnackedTableModel::setNow(const QDateTime &now)
{
    m_now = now;
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0, AgeColumn), index(int(m_rows.size()) - 1, ReturnsColumn));
}

int UnackedTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant UnackedTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case DeliveredColumn:
        return tr("Delivered at");
    case AgeColumn:
        return tr("Age");
    case ReturnsColumn:
        return tr("Returns in");
    case QueueColumn:
        return tr("Queue");
    case NameColumn:
        return tr("Task or type");
    case PreviewColumn:
        return tr("Body");
    case TagColumn:
        return tr("Delivery tag");
    default:
        return {};
    }
}

QVariant UnackedTableModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const UnackedRecord &row = m_rows[index.row()];
    if (role == Qt::ToolTipRole && index.column() == ReturnsColumn)
        return tr("The visibility timeout of the workers is assumed: they do not store it");
    if (role == PlaceRole)
        return QString(QStringLiteral("queues/") + row.message.queue);
    if (role != Qt::DisplayRole)
        return index.column() == PreviewColumn
            ? messageCell(row.message, MessageColumn::Preview, role)
            : QVariant();
    const QString unknown(QChar(0x2014));
    switch (index.column()) {
    case DeliveredColumn:
        return row.deliveredAt.isValid()
            ? QLocale().toString(row.deliveredAt.toLocalTime().time(), u"HH:mm:ss")
            : unknown;
    case AgeColumn:
        return row.deliveredAt.isValid() ? durationText(row.deliveredAt.secsTo(m_now)) : unknown;
    case ReturnsColumn:
        if (!row.returnsAt.isValid())
            return unknown;
        return m_now < row.returnsAt ? durationText(m_now.secsTo(row.returnsAt)) : tr("overdue");
    case QueueColumn:
        return row.message.queue;
    case TagColumn:
        return row.tag;
    case NameColumn:
        return messageCell(row.message, MessageColumn::Name, role);
    case PreviewColumn:
        return messageCell(row.message, MessageColumn::Preview, role);
    default:
        return {};
    }
}

QString durationText(qint64 seconds)
{
    seconds = qMax<qint64>(0, seconds);
    if (seconds < 60)
        return Duration::tr("%1 s").arg(seconds);
    if (seconds < 3600)
        return Duration::tr("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
    if (seconds < 86400)
        return Duration::tr("%1 h %2 min").arg(seconds / 3600).arg(seconds / 60 % 60);
    return Duration::tr("%1 d %2 h").arg(seconds / 86400).arg(seconds / 3600 % 24);
}

} // namespace Qombu::Inspector
