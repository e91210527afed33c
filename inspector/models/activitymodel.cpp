// SPDX-License-Identifier: BSD-3-Clause
#include "models/activitymodel.h"

#include <QtCore/qlocale.h>

namespace Qombu::Inspector {

ActivityModel::ActivityModel(const WriteGate *gate, QObject *parent)
    : QAbstractTableModel(parent)
    , m_gate(gate)
    , m_rows(gate->records())
{
    connect(gate, &WriteGate::recordAdded, this, &ActivityModel::takeRecords);
    connect(gate, &WriteGate::recordChanged, this, [this](int number) {
        m_rows[number] = m_gate->records()[number];
        Q_EMIT dataChanged(index(number, 0), index(number, ColumnCount - 1));
    });
}

// The gate appends one at a time, and drops the oldest when it has enough.
void ActivityModel::takeRecords()
{
    const QList<WriteRecord> &records = m_gate->records();
    if (records.size() <= m_rows.size()) {
        beginRemoveRows({}, 0, 0);
        m_rows.removeFirst();
        endRemoveRows();
    }
    const auto last = int(m_rows.size());
    beginInsertRows({}, last, last);
    m_rows.append(records.constLast());
    endInsertRows();
}

int ActivityModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int ActivityModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ActivityModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case TimeColumn:
        return tr("Time");
    case WhatColumn:
        return tr("Change");
    case ResultColumn:
        return tr("Result");
    default:
        return {};
    }
}

QVariant ActivityModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const WriteRecord &row = m_rows[index.row()];
    if (role == WarningRole)
        return index.column() == ResultColumn && row.error.isError();
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case TimeColumn:
        return QLocale().toString(row.at.time(), u"HH:mm:ss");
    case WhatColumn:
        return row.what;
    case ResultColumn:
        return row.error.isError() ? row.error.text() : row.finished ? tr("done") : tr("running…");
    default:
        return {};
    }
}

} // namespace Qombu::Inspector
