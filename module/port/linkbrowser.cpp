// SPDX-License-Identifier: BSD-3-Clause
#include "port/linkbrowser.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {
namespace {

Error untold(const char *text)
{
    return Error(Error::Unsupported, QCoreApplication::translate("Qombu::Link", text));
}

Error noOverview()
{
    return untold(QT_TRANSLATE_NOOP(
        "Qombu::Link", "This kind of broker has no connections, channels and policies to show."));
}

bool isAskedFor(const BindingRow &row, const BindingQuery &query)
{
    if (!query.queue.isEmpty())
        return row.queue == query.queue;
    const bool leadsAway = query.end != BindingQuery::To && row.exchange == query.exchange;
    return leadsAway
        || (query.end != BindingQuery::From && row.destinationExchange == query.exchange);
}

RowPage<BindingRow> askedFor(const Inventory &inventory, const BindingQuery &query)
{
    RowPage<BindingRow> page;
    page.takenAt = inventory.takenAt;
    page.gaps = inventory.gaps;
    page.truncated = inventory.truncated;
    for (const BindingRow &row : inventory.bindings) {
        if (!isAskedFor(row, query))
            continue;
        if (page.rows.size() >= query.maximumRows) {
            page.truncated = true;
            break;
        }
        page.rows.append(row);
    }
    if (!page.truncated)
        page.count = page.rows.size();
    return page;
}

} // namespace

LinkBrowser::~LinkBrowser() = default;

void LinkBrowser::planPeek(const QString &, Done<PeekPlan> done)
{
    done(PeekPlan());
}

void LinkBrowser::consumers(const QString &, Done<QList<ConsumerRow>> done)
{
    done(untold(QT_TRANSLATE_NOOP("Qombu::Link", "This broker does not tell who consumes.")));
}

void LinkBrowser::quarantine(const QString &, int, Done<QList<QuarantinedRow>> done)
{
    done(untold(QT_TRANSLATE_NOOP("Qombu::Link", "This broker has no quarantine.")));
}

void LinkBrowser::queue(const QString &name, Done<QueueRow> done)
{
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    query.nameFilter = name;
    inventory(query, [name, done = std::move(done)](const Result<Inventory> &inventory) {
        if (!inventory)
            return done(inventory.error());
        const auto row =
            std::find_if(inventory->queues.cbegin(), inventory->queues.cend(),
                         [&name](const QueueRow &candidate) { return candidate.name == name; });
        if (row != inventory->queues.cend())
            return done(*row);
        if (inventory->truncated) {
            return done(Error(Error::LimitExceeded,
                              QCoreApplication::translate(
                                  "Qombu::Link", "Too many queues have \"%1\" in their names.")
                                  .arg(name)));
        }
        const QString text =
            QCoreApplication::translate("Qombu::Link", "There is no queue \"%1\".").arg(name);
        done(Error(Error::NotFound, text));
    });
}

void LinkBrowser::bindings(const BindingQuery &query, Done<RowPage<BindingRow>> done)
{
    InventoryQuery all;
    all.parts = InventoryQuery::Bindings;
    inventory(all, [query, done = std::move(done)](const Result<Inventory> &inventory) {
        if (inventory)
            done(askedFor(*inventory, query));
        else
            done(inventory.error());
    });
}

void LinkBrowser::overview(Done<BrokerOverview> done)
{
    done(noOverview());
}

void LinkBrowser::connections(const RowQuery &, Done<RowPage<ConnectionRow>> done)
{
    done(noOverview());
}

void LinkBrowser::channels(const ChannelQuery &, Done<RowPage<ChannelRow>> done)
{
    done(noOverview());
}

void LinkBrowser::allConsumers(const RowQuery &, Done<RowPage<ConsumerRow>> done)
{
    done(noOverview());
}

void LinkBrowser::policies(Done<QList<PolicyRow>> done)
{
    done(noOverview());
}

void LinkBrowser::permissions(Done<Permissions> done)
{
    done(noOverview());
}

} // namespace Qombu
