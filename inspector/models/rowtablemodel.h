// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/modelroles.h"
#include "models/rowdiff.h"

#include <QtCore/qabstractitemmodel.h>

namespace Qombu::Inspector {

// A table over a list of plain records that is replaced from time to time: new and old list are
// compared, and views are told about the rows that came, went and changed.
template<typename Row>
class RowTableModel : public QAbstractTableModel
{
public:
    using QAbstractTableModel::QAbstractTableModel;

    const QList<Row> &rows() const { return m_rows; }
    const Row &row(int number) const { return m_rows[number]; }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_rows.size());
    }

protected:
    // wanted is sorted by key.
    template<typename Key>
    void replaceRows(const QList<Row> &wanted, Key key)
    {
        struct Teller
        {
            RowTableModel *model;
            void beginRemove(int first, int last) { model->beginRemoveRows({}, first, last); }
            void endRemove() { model->endRemoveRows(); }
            void beginInsert(int first, int last) { model->beginInsertRows({}, first, last); }
            void endInsert() { model->endInsertRows(); }
            void changed(int first, int last)
            {
                Q_EMIT model->dataChanged(model->index(first, 0),
                                          model->index(last, model->columnCount() - 1));
            }
        };
        updateRows(m_rows, wanted, key, Teller{this});
    }

    QList<Row> m_rows;
};

} // namespace Qombu::Inspector
