// SPDX-License-Identifier: BSD-3-Clause
#include "views/queuelistview.h"

#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qtableview.h>

#include <algorithm>

namespace Qombu::Inspector {
namespace {

PagedTable::Texts queueListTexts()
{
    PagedTable::Texts texts;
    texts.objectName = QStringLiteral("queueTable");
    texts.accessibleName = QueueListView::tr("Queues");
    texts.filterHint = QueueListView::tr("Filter queues");
    texts.filterName = QueueListView::tr("Filter of the queue table");
    return texts;
}

double sortValue(const QueueRow &row, InventoryQuery::Sort sort)
{
    switch (sort) {
    case InventoryQuery::ByReady:
        return double(row.ready);
    case InventoryQuery::ByUnacked:
        return double(row.unacked);
    case InventoryQuery::ByConsumers:
        return double(row.consumers);
    case InventoryQuery::ByBytes:
        return double(row.bytes);
    case InventoryQuery::ByPublished:
        return row.rates.published;
    case InventoryQuery::ByDelivered:
        return row.rates.delivered;
    case InventoryQuery::ByName:
        break;
    }
    return 0;
}

} // namespace

QueueListView::QueueListView(BrokerSession *session)
    : PagedTable(session, queueListTexts())
{
    QStringList samples;
    for (const Field<QueueRow> &field : m_model.fields())
        samples.append(field.sample);
    setModel(&m_model, samples, QueueTableModel::NameColumn);
    table()->setColumnHidden(QueueTableModel::NodeColumn, true); // on the queue's own page
    table()->setColumnHidden(QueueTableModel::PolicyColumn, true);
    QHeaderView *header = table()->horizontalHeader();
    header->setSectionsClickable(true);
    header->setSortIndicatorShown(true);
    header->setSortIndicator(QueueTableModel::NameColumn, Qt::AscendingOrder);
    connect(header, &QHeaderView::sectionClicked, this, &QueueListView::sortBy);
    connect(this, &PagedTable::actionWanted, this, &QueueListView::queueNameWanted);
    connect(session, &BrokerSession::refreshed, this, &QueueListView::takeInventory);
    connect(session, &BrokerSession::errorChanged, this, &QueueListView::takeInventory);
    connect(session, &BrokerSession::reset, this, &QueueListView::startAgain);
    connect(session, &BrokerSession::reset, this, &QueueListView::takeInventory);
    showColumns();
    takeInventory();
}

// Numbers begin with the largest, which is what is looked for.
void QueueListView::sortBy(int column)
{
    QHeaderView *header = table()->horizontalHeader();
    const auto sort = QueueTableModel::sortOf(column);
    if (!sort) { // as it was
        for (int other = 0; other < QueueTableModel::ColumnCount; ++other) {
            if (QueueTableModel::sortOf(other) == m_order.sort)
                header->setSortIndicator(
                    other, m_order.descending ? Qt::DescendingOrder : Qt::AscendingOrder);
        }
        return;
    }
    m_order.descending =
        *sort == m_order.sort ? !m_order.descending : *sort != InventoryQuery::ByName;
    m_order.sort = *sort;
    header->setSortIndicator(column, m_order.descending ? Qt::DescendingOrder : Qt::AscendingOrder);
    startAgain();
}

// What is known here needs no question.
void QueueListView::refresh()
{
    session()->hasPages() ? PagedTable::refresh() : takeInventory();
}

void QueueListView::ask(const Question::Done &done)
{
    if (!session()->hasPages() || session()->cannotList().isError() || isFirstPageOfSession()) {
        takeInventory();
        return done();
    }
    InventoryQuery wanted = m_order;
    const RowQuery page = query();
    wanted.parts = InventoryQuery::Queues;
    wanted.nameFilter = page.nameFilter;
    wanted.cursor = page.cursor;
    wanted.maximumRows = page.maximumRows;
    const auto answer = [this, done, asked = asked()](const Result<Inventory> &result) {
        if (!isLate(asked))
            result ? take(*result, false) : showError(result.error());
        done();
    };
    session()->inventory(wanted).then(this, answer);
}

// What the session has asked already is not asked twice.
bool QueueListView::isFirstPageOfSession() const
{
    const RowQuery page = query();
    return m_order.sort == InventoryQuery::ByName && !m_order.descending
        && page.nameFilter.isEmpty() && page.cursor.isEmpty() && session()->nameFilter().isEmpty()
        && session()->inventory().takenAt.isValid();
}

void QueueListView::takeInventory()
{
    showColumns();
    if (session()->cannotList().isError() && !session()->inventory().takenAt.isValid())
        return showNamedQueues();
    setAction({});
    if (session()->cannotList().isError())
        return showError(session()->cannotList());
    if (!session()->hasPages())
        take(sortedHere(), session()->isStale());
    else if (isFirstPageOfSession())
        take(session()->inventory(), session()->isStale());
}

void QueueListView::showNamedQueues()
{
    setUnknownText(tr("Which queues there are is not known.\n"
                      "Those that you go to by name are shown here."));
    m_model.setWhyUnknown(session()->cannotList().text());
    m_model.setRows(sortedHere().queues);
    PageFacts facts;
    facts.rows = m_model.rowCount();
    facts.truncated = true;
    showPage(facts);
    setAction(tr("Go to queue…"));
    showError(session()->cannotList());
}

Inventory QueueListView::sortedHere() const
{
    Inventory inventory = session()->inventory();
    inventory.queues.removeIf([wanted = filter()](const QueueRow &row) {
        return !row.name.contains(wanted, Qt::CaseInsensitive);
    });
    const auto before = [order = m_order](const QueueRow &a, const QueueRow &b) {
        if (order.sort == InventoryQuery::ByName)
            return order.descending ? b.name < a.name : a.name < b.name;
        const double one = sortValue(a, order.sort);
        const double other = sortValue(b, order.sort);
        if ((one < 0) != (other < 0))
            return one >= 0; // what is not known is last, whatever the direction
        return order.descending ? other < one : one < other;
    };
    std::stable_sort(inventory.queues.begin(), inventory.queues.end(), before);
    if (!filter().isEmpty())
        inventory.queueCount = -1;
    return inventory;
}

void QueueListView::take(const Inventory &inventory, bool isStale)
{
    setEmptyText(session()->hasPages() ? tr("This virtual host has no queues yet.")
                                       : tr("This broker has no queues yet.\nOn Redis a queue "
                                            "exists while it holds messages or has a binding."));
    m_model.setWhyUnknown(whyUnknown(inventory.gaps));
    m_model.setRows(inventory.queues);
    PageFacts facts;
    facts.takenAt = inventory.takenAt;
    facts.rows = inventory.queues.size();
    facts.count = inventory.queueCount;
    facts.cursor = inventory.cursor;
    facts.truncated = inventory.truncated;
    facts.gaps = inventory.gaps;
    facts.countsAge = inventory.countsAge;
    facts.isStale = isStale;
    for (const QueueRow &row : inventory.queues)
        facts.ratesOver = std::max(facts.ratesOver, row.rates.over);
    showPage(facts);
}

// What no queue of this broker has takes no room.
void QueueListView::showColumns()
{
    for (const int column : {QueueTableModel::TypeColumn, QueueTableModel::StateColumn,
                             QueueTableModel::PublishedColumn, QueueTableModel::DeliveredColumn,
                             QueueTableModel::AcknowledgedColumn, QueueTableModel::BytesColumn}) {
        const bool hidden = !session()->hasPages();
        if (table()->isColumnHidden(column) != hidden)
            table()->setColumnHidden(column, hidden);
    }
    fillWidth();
}

} // namespace Qombu::Inspector
