// SPDX-License-Identifier: BSD-3-Clause
#include "port/inventorypage.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qurl.h>

#include <algorithm>

namespace Qombu {
namespace {

// Where a row stands: its value (-1: not known), then its name.
struct Place
{
    double value = 0;
    QString name;
};

double valueOf(const QueueRow &row, InventoryQuery::Sort sort)
{
    switch (sort) {
    case InventoryQuery::ByName:
        break;
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
    }
    return 0;
}

double valueOf(const ExchangeRow &, InventoryQuery::Sort)
{
    return 0;
}

// What is not known is last, whichever way round.
bool isBefore(const Place &a, const Place &b, const InventoryQuery &query)
{
    const bool byName = query.sort == InventoryQuery::ByName;
    if (byName)
        return query.descending ? b.name < a.name : a.name < b.name;
    if ((a.value < 0) != (b.value < 0))
        return b.value < 0;
    if (a.value != b.value)
        return query.descending ? b.value < a.value : a.value < b.value;
    return a.name < b.name;
}

QString cursorOf(const Place &place, const InventoryQuery &query)
{
    const QString name = QString::fromLatin1(QUrl::toPercentEncoding(place.name));
    return query.sort == InventoryQuery::ByName
        ? name
        : QString::number(place.value, 'g', 17) + QLatin1Char(':') + name;
}

Place placeOf(const QString &cursor)
{
    const qsizetype colon = cursor.indexOf(QLatin1Char(':')); // no name has one
    return {cursor.left(colon).toDouble(),
            QUrl::fromPercentEncoding(cursor.mid(colon + 1).toUtf8())};
}

template<typename Row>
void shorten(QList<Row> &rows, const InventoryQuery &query, Inventory &inventory)
{
    const qsizetype most = std::max(0, query.maximumRows);
    if (rows.size() <= most)
        return;
    rows.resize(most);
    inventory.truncated = true;
}

template<typename Row>
void cut(QList<Row> &rows, const InventoryQuery &query, Inventory &inventory)
{
    const auto place = [&query](const Row &row) {
        return Place{valueOf(row, query.sort), row.name};
    };
    std::sort(rows.begin(), rows.end(),
              [&](const Row &a, const Row &b) { return isBefore(place(a), place(b), query); });
    if (!query.cursor.isEmpty()) {
        const Place last = placeOf(query.cursor);
        rows.removeIf([&](const Row &row) { return !isBefore(last, place(row), query); });
    }
    const qsizetype found = rows.size();
    shorten(rows, query, inventory);
    if (rows.size() < found && !rows.isEmpty())
        inventory.cursor = cursorOf(place(rows.constLast()), query);
}

} // namespace

void cutPage(Inventory &inventory, const InventoryQuery &query)
{
    const bool hasQueues = query.parts & InventoryQuery::Queues;
    const bool isWhole = !inventory.truncated;
    if (isWhole) {
        inventory.queueCount = hasQueues ? inventory.queues.size() : -1;
        inventory.exchangeCount =
            query.parts & InventoryQuery::Exchanges ? inventory.exchanges.size() : -1;
    }
    if (hasQueues) {
        cut(inventory.queues, query, inventory);
    } else {
        InventoryQuery byName = query;
        byName.sort = InventoryQuery::ByName;
        cut(inventory.exchanges, byName, inventory);
    }
    shorten(inventory.exchanges, query, inventory);
    shorten(inventory.bindings, query, inventory);
    if (!isWhole && hasQueues && query.sort != InventoryQuery::ByName)
        inventory.gaps << QCoreApplication::translate(
            "Qombu::Link", "Not all queues were looked at: the order is that of those that were.");
}

} // namespace Qombu
