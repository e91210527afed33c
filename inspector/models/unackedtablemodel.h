// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/messagerecord.h"
#include "models/rowtablemodel.h"

#include <Qombu/browser.h>

namespace Qombu::Inspector {

struct UnackedRecord
{
    QString tag;
    QDateTime deliveredAt;
    QDateTime returnsAt;
    MessageRecord message;
    friend bool operator==(const UnackedRecord &a, const UnackedRecord &b)
    {
        return a.tag == b.tag && a.deliveredAt == b.deliveredAt && a.returnsAt == b.returnsAt;
    }
};

// Messages that workers have taken and not acknowledged, the oldest first, with a count-down to
// their return.
class UnackedTableModel : public RowTableModel<UnackedRecord>
{
    Q_OBJECT
public:
    enum Column {
        DeliveredColumn,
        AgeColumn,
        ReturnsColumn,
        QueueColumn,
        NameColumn,
        PreviewColumn,
        TagColumn,
        ColumnCount
    };

    using RowTableModel::RowTableModel;

    void setRows(const QList<UnackedRow> &rows, const QString &queue); // empty queue: of all queues
    void setNow(const QDateTime &now); // ages and count-downs

    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QDateTime m_now;
};

QString durationText(qint64 seconds); // "3 min 20 s"

} // namespace Qombu::Inspector
