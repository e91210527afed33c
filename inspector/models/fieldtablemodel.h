// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/field.h"
#include "models/rowtablemodel.h"

namespace Qombu::Inspector {

// A table of records whose columns are data, in the order in which the broker sent them.
template<typename Row>
class FieldTableModel : public RowTableModel<Row>
{
public:
    explicit FieldTableModel(TableShape<Row> shape, QObject *parent = nullptr)
        : RowTableModel<Row>(parent)
        , m_shape(std::move(shape))
    {
    }

    const QList<Field<Row>> &fields() const { return m_shape.fields; }
    void setRows(const QList<Row> &rows) { this->replaceInOrder(rows, m_shape.key); }
    void setWhyUnknown(const QString &text) { m_whyUnknown = text; }

    int columnCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_shape.fields.size());
    }

    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override
    {
        if (!index.isValid())
            return {};
        const Row &row = this->m_rows[index.row()];
        const Field<Row> &field = m_shape.fields[index.column()];
        if (role == NameRole)
            return m_shape.key(row);
        if (role == PlaceRole)
            return placeOf(row, field);
        if (role == WarningRole)
            return field.warning && !field.warning(row).isEmpty();
        if (role == Qt::ToolTipRole && field.warning) {
            if (const QString warning = field.warning(row); !warning.isEmpty())
                return warning;
        }
        return fieldCell(field.kind, field.value(row), role, m_whyUnknown);
    }

    QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        if (orientation != Qt::Horizontal || section >= m_shape.fields.size())
            return {};
        const Field<Row> &field = m_shape.fields[section];
        if (role == Qt::TextAlignmentRole)
            return int(fieldAlignment(field.kind));
        if (role == Qt::ToolTipRole)
            return field.hint;
        return role == Qt::DisplayRole ? QVariant(field.title) : QVariant();
    }

private:
    // A cell that leads nowhere leads where the first one does.
    QVariant placeOf(const Row &row, const Field<Row> &field) const
    {
        const auto place = field.place ? field.place : m_shape.fields.constFirst().place;
        return place ? QVariant(place(row)) : QVariant();
    }

    const TableShape<Row> m_shape;
    QString m_whyUnknown;
};

} // namespace Qombu::Inspector
