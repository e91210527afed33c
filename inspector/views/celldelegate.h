// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtWidgets/qstyleditemdelegate.h>

class QAbstractItemView;
class QTableView;
class QTreeView;

namespace Qombu::Inspector {

// Paints the roles that all models share: dimmed and warned cells, the history of a number as a
// line. Shows tool tips as plain text.
class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    // Of a view, bool: what it shows is old, and painted greyer.
    static constexpr char StaleProperty[] = "isStale";

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;

    // Where it paints: a name uses what the numbers beside it leave free of their cells.
    static QRect rectOf(const QTreeView *tree, const QModelIndex &index, QRect cell);

    QString displayText(const QVariant &value, const QLocale &locale) const override;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override;
};

// What all tables of the inspector have in common: dense rows of one height, no word wrap, whole
// rows selected, sizes of columns from the sample texts.
void setUpTable(QTableView *table, const QStringList &samples, int stretchColumn);
// The same for the columns of MessageColumn, which follow those of samplesBefore.
void setUpMessageTable(QTableView *table, const QStringList &samplesBefore);

} // namespace Qombu::Inspector
