// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/messagerecord.h"
#include "models/messagecell.h"
#include "models/modelroles.h"

#include <QtCore/qabstractitemmodel.h>

namespace Qombu::Inspector {

// The messages of one snapshot of a queue, or those a person consumed, in the order given.
class MessageTableModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        NumberColumn,
        FirstMessageColumn,
        ColumnCount = FirstMessageColumn + MessageColumnCount
    };

    using QAbstractTableModel::QAbstractTableModel;

    // Rows that are in both lists stay, if their order is the same, and keep their selection.
    void setMessages(const QList<MessageRecord> &messages);
    void append(const MessageRecord &message);
    void clear() { setMessages({}); }
    void setStale(bool stale);

    const MessageRecord &message(int row) const { return m_rows[row]; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void removeRowsNotIn(const QList<MessageRecord> &wanted);
    void insertRowsOf(const QList<MessageRecord> &wanted);
    void numberRows();

    QList<MessageRecord> m_rows;
    QList<int> m_numbers; // shown in front; renewed after rows came and went
    bool m_stale = false;
};

} // namespace Qombu::Inspector
