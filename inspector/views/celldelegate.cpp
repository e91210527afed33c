// SPDX-License-Identifier: BSD-3-Clause
#include "views/celldelegate.h"

#include "models/messagecell.h"
#include "models/modelroles.h"
#include "views/theme.h"

#include <QtGui/qevent.h>
#include <QtGui/qpainter.h>
#include <QtWidgets/qabstractitemview.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtooltip.h>
#include <QtWidgets/qtreeview.h>

namespace Qombu::Inspector {
namespace {

constexpr int SparkWidth = 44;

void paintHistory(QPainter *painter, const QRect &rect, const QList<float> &values,
                  const QColor &ink)
{
    const float top = *std::max_element(values.cbegin(), values.cend());
    if (values.size() < 2 || top <= 0)
        return;
    QPolygonF line;
    const double step = double(rect.width()) / 59;
    const double start = rect.right() - step * double(values.size() - 1);
    for (qsizetype i = 0; i < values.size(); ++i)
        line.append({start + step * double(i),
                     rect.bottom() - (rect.height() - 1) * double(values[i] / top)});
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(ink, 1.2));
    painter->drawPolyline(line);
    painter->restore();
}

// What a number leaves free of its cell.
int spareWidth(const QTreeView *tree, const QModelIndex &number)
{
    const QString text = number.data().toString();
    const int width = tree->columnWidth(number.column());
    if (text.isEmpty())
        return width;
    const QVariant font = number.data(Qt::FontRole);
    const QFontMetrics metrics(font.isValid() ? font.value<QFont>() : tree->font());
    return qMax(0, width - metrics.horizontalAdvance(text) - 8);
}

// The first number beside a name; the last column if there is none.
QModelIndex numberBeside(const QModelIndex &index)
{
    const int columns = index.model()->columnCount(index.parent());
    QModelIndex number = index;
    for (int column = 1; column < columns; ++column) {
        number = index.siblingAtColumn(column);
        if (!number.data().toString().isEmpty())
            break;
    }
    return number;
}

} // namespace

void CellDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    const bool isStale = option->widget && option->widget->property(StaleProperty).toBool();
    if (isStale || index.data(DimmedRole).toBool()) {
        option->palette.setColor(QPalette::Text, Theme::color(Theme::Tone::Muted, option->palette));
    }
    if (index.data(WarningRole).toBool()) {
        option->palette.setColor(QPalette::Text,
                                 Theme::color(Theme::Tone::Warning, option->palette));
        if (option->icon.isNull()) {
            option->features |= QStyleOptionViewItem::HasDecoration;
            option->icon = Theme::icon("warning");
            option->decorationSize = QSize(14, 14);
        }
    }
}

QString CellDelegate::displayText(const QVariant &value, const QLocale &locale) const
{
    QString text = QStyledItemDelegate::displayText(value, locale);
    return text.size() > 500 ? text.left(500) : text; // no cell shows more; measuring it costs time
}

void CellDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                         const QModelIndex &index) const
{
    const auto *tree = qobject_cast<const QTreeView *>(option.widget);
    if (tree && index.column() > 0 && index.data().toString().isEmpty())
        return; // the name reaches over here
    QStyleOptionViewItem painted = option;
    if (tree)
        painted.rect = rectOf(tree, index, option.rect);
    QStyledItemDelegate::paint(painter, painted, index);
    const QVariant history = index.column() == 0 ? index.data(HistoryRole) : QVariant();
    if (!history.isValid() || option.rect.width() < SparkWidth * 3)
        return;
    const auto values = history.value<QList<float>>();
    const QRect rect(option.rect.right() - SparkWidth - 4, option.rect.top() + 5, SparkWidth,
                     option.rect.height() - 10);
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const int needed = option.fontMetrics.horizontalAdvance(index.data().toString()) + 30;
    if (values.size() > 1 && option.rect.left() + needed < rect.left())
        paintHistory(
            painter, rect, values,
            option.palette.color(selected ? QPalette::HighlightedText : QPalette::Highlight));
}

QRect CellDelegate::rectOf(const QTreeView *tree, const QModelIndex &index, QRect cell)
{
    const QModelIndex number = numberBeside(index.siblingAtColumn(0));
    if (index.column() == 0) {
        for (int column = 1; column <= number.column(); ++column)
            cell.setRight(cell.right() + spareWidth(tree, index.siblingAtColumn(column)));
    } else if (index == number) {
        cell.setLeft(cell.left() + spareWidth(tree, index));
    }
    return cell;
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QSize size = QStyledItemDelegate::sizeHint(option, index);
    size.setHeight(qMax(24, option.fontMetrics.height() + 6));
    return size;
}

bool CellDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view,
                             const QStyleOptionViewItem &option, const QModelIndex &index)
{
    if (event->type() != QEvent::ToolTip)
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    QString text = index.data(Qt::ToolTipRole).toString();
    if (text.isEmpty()) { // what does not fit is shown in full
        const QString shown = index.data().toString();
        if (option.fontMetrics.horizontalAdvance(shown.left(500)) > option.rect.width() - 8)
            text = shown.left(1000);
    }
    QToolTip::showText(event->globalPos(), plainToolTip(text), view);
    return true;
}

void setUpTable(QTableView *table, const QStringList &samples, int stretchColumn)
{
    table->setItemDelegate(new CellDelegate(table));
    table->setWordWrap(false);
    table->setShowGrid(false);
    table->setAlternatingRowColors(true);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setTabKeyNavigation(false); // Tab leaves the table
    table->verticalHeader()->hide();
    table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table->verticalHeader()->setDefaultSectionSize(qMax(24, table->fontMetrics().height() + 6));
    QHeaderView *header = table->horizontalHeader();
    header->setSectionsMovable(true);
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setMinimumSectionSize(40);
    for (int column = 0; column < samples.size(); ++column)
        header->resizeSection(column, table->fontMetrics().horizontalAdvance(samples[column]) + 20);
    header->setStretchLastSection(stretchColumn == samples.size() - 1);
    if (stretchColumn >= 0 && stretchColumn < samples.size() - 1)
        header->setSectionResizeMode(stretchColumn, QHeaderView::Stretch);
}

void setUpMessageTable(QTableView *table, const QStringList &samplesBefore)
{
    const auto first = int(samplesBefore.size());
    const QStringList samples =
        samplesBefore + QStringList{QString(17, u'n'),          QString(11, u'n'),
                                    QString(30, u'n'),          QStringLiteral("Prio"),
                                    QStringLiteral("000.0 kB"), QStringLiteral("application/json")};
    setUpTable(table, samples, first + int(MessageColumn::Preview));
    // In the message itself, too: the body needs the place more.
    table->setColumnHidden(first + int(MessageColumn::ContentType), true);
}

} // namespace Qombu::Inspector
