// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/messagering.h"
#include "models/messagecell.h"
#include "models/modelroles.h"

#include <QtCore/qabstractitemmodel.h>

namespace Qombu::Inspector {

// Shows a MessageRing. Follows it only in sync(), by one removal in front and one insertion behind,
// so that it may be paused while the ring goes on.
class WatchModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        TimeColumn,
        EventColumn,
        FirstMessageColumn,
        ColumnCount = FirstMessageColumn + MessageColumnCount
    };

    explicit WatchModel(const MessageRing *ring, QObject *parent = nullptr);

    void sync();
    qint64 behind() const { return m_ring->nextNumber() - m_next; } // events not shown yet

    const WatchEvent &event(int row) const { return m_rows[size_t(row)]; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const MessageRing *m_ring;
    std::deque<WatchEvent> m_rows; // contents are shared with the ring
    qint64 m_next; // number of the event after the last row
};

} // namespace Qombu::Inspector
