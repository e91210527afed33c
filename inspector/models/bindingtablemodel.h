// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/rowtablemodel.h"

#include <Qombu/browser.h>

namespace Qombu::Inspector {

// The bindings of one queue or one exchange.
class BindingTableModel : public RowTableModel<BindingRow>
{
    Q_OBJECT
public:
    enum Column {
        ExchangeColumn,
        KeyColumn,
        QueueColumn,
        PatternColumn,
        ArgumentsColumn,
        ColumnCount
    };

    using RowTableModel::RowTableModel;

    void setBindings(QList<BindingRow> bindings);

    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

// Why Kombu and AMQP disagree about a binding, for a tool tip.
QString differenceHint(const BindingRow &binding);

} // namespace Qombu::Inspector
