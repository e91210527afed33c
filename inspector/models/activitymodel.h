// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/writegate.h"
#include "models/modelroles.h"

#include <QtCore/qabstractitemmodel.h>

namespace Qombu::Inspector {

// Everything this program changed, or was refused to change: the records of the WriteGate.
class ActivityModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { TimeColumn, WhatColumn, ResultColumn, ColumnCount };

    explicit ActivityModel(const WriteGate *gate, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void takeRecords();

    const WriteGate *m_gate;
    QList<WriteRecord> m_rows;
};

} // namespace Qombu::Inspector
