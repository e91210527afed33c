// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/rowtablemodel.h"

#include <Qombu/browser.h>

namespace Qombu::Inspector {

// All queues of a broker, with their counts.
class QueueTableModel : public RowTableModel<QueueRow>
{
    Q_OBJECT
public:
    enum Column { NameColumn, ReadyColumn, UnackedColumn, ConsumersColumn, ColumnCount };

    using RowTableModel::RowTableModel;

    void setQueues(const QList<QueueRow> &queues); // sorted by name

    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

} // namespace Qombu::Inspector
