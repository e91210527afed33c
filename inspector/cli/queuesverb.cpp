// SPDX-License-Identifier: BSD-3-Clause
#include "queuesverb.h"

#include "cellvalues.h"
#include "text.h"

#include <algorithm>

namespace {

const QString SortOption = QStringLiteral("sort");

// In the order of InventoryQuery::Sort.
QStringList sortNames()
{
    return {QStringLiteral("name"),      QStringLiteral("ready"), QStringLiteral("unacked"),
            QStringLiteral("consumers"), QStringLiteral("bytes"), QStringLiteral("published"),
            QStringLiteral("delivered")};
}

// Where a queue may be known by its held messages alone, and not all of many are looked at: not
// where a broker lists its queues.
bool mayMissHolders(const Qombu::Inventory &inventory, Qombu::Capabilities can)
{
    if (!can.testFlag(Qombu::Capability::UnackedList) || can.testFlag(Qombu::Capability::Overview))
        return false;
    const auto isCounted = [](const Qombu::QueueRow &queue) { return queue.unacked >= 0; };
    const auto &queues = inventory.queues;
    const bool isWhole =
        !queues.isEmpty() && std::all_of(queues.cbegin(), queues.cend(), isCounted);
    return !inventory.truncated && inventory.unacked > 0 && !isWhole;
}

} // namespace

QString QueuesVerb::summary() const
{
    return Text::tr("List queues with their counts.");
}

QList<QCommandLineOption> QueuesVerb::options() const
{
    return QList<QCommandLineOption>{
               {SortOption,
                Text::tr("Sort by %1; with :desc the largest first. Unknown is last.")
                    .arg(sortNames().join(QLatin1String(", "))),
                Text::tr("BY[:desc]")}}
    + PagedVerb::options();
}

UsageError QueuesVerb::read(const QCommandLineParser &parser, const QStringList &positional)
{
    QString by = parser.value(SortOption);
    const QString descending = QStringLiteral(":desc");
    m_descending = by.endsWith(descending);
    if (m_descending)
        by.chop(descending.size());
    if (parser.isSet(SortOption)) {
        if (by.isEmpty())
            return Text::tr("--sort wants one of %1.").arg(sortNames().join(QLatin1String(", ")));
        if (const UsageError error = checkName(SortOption, by, sortNames()); !error.isEmpty())
            return error;
        m_sort = Qombu::InventoryQuery::Sort(sortNames().indexOf(by));
    }
    return PagedVerb::read(parser, positional);
}

QList<ListVerb::Column> QueuesVerb::columns() const
{
    return {{Text::tr("QUEUE")},
            {Text::tr("TYPE"), Column::IfKnown},
            {Text::tr("STATE"), Column::IfKnown},
            {Text::tr("READY")},
            {Text::tr("UNACKED")},
            {Text::tr("CONSUMERS")},
            {Text::tr("BYTES"), Column::IfKnown},
            {Text::tr("IN/S"), Column::IfKnown},
            {Text::tr("OUT/S"), Column::IfKnown},
            {Text::tr("ACKS/S"), Column::IfKnown},
            {Text::tr("POLICY"), Column::IfKnown},
            {Text::tr("QUARANTINED"), Column::IfKnown}};
}

ListVerb::Row QueuesVerb::rowOf(const Qombu::QueueRow &queue, const Qombu::Inventory &inventory,
                                Qombu::Capabilities can)
{
    const bool isTold = !queue.type.isEmpty(); // else there is nothing of the kind
    const qint64 quarantined = can.testFlag(Qombu::Capability::Recovery) ? queue.quarantined : -1;
    const auto orNull = [isTold](const QVariant &value) {
        return isTold ? value : QVariant::fromValue(nullptr);
    };
    return {{{QStringLiteral("queue"), queue.name},
             {QStringLiteral("ready"), countOrNull(queue.ready)},
             {QStringLiteral("unacked"), countOrNull(queue.unacked)},
             {QStringLiteral("consumers"), countOrNull(queue.consumers)},
             {QStringLiteral("quarantined"), countOrNull(quarantined)},
             {QStringLiteral("bytes"), countOrNull(queue.bytes)},
             {QStringLiteral("type"), textOrNull(queue.type)},
             {QStringLiteral("state"), textOrNull(queue.state)},
             {QStringLiteral("durable"), orNull(queue.durable)},
             {QStringLiteral("auto_delete"), orNull(queue.autoDelete)},
             {QStringLiteral("exclusive"), orNull(queue.exclusive)},
             {QStringLiteral("arguments"), orNull(queue.arguments)},
             {QStringLiteral("policy"), textOrNull(queue.policy)},
             {QStringLiteral("node"), textOrNull(queue.node)},
             {QStringLiteral("rates"), ratesObject(queue.rates)},
             {QStringLiteral("as_of"), timeOrNull(inventory.takenAt)},
             {QStringLiteral("counts_age_ms"), qint64(inventory.countsAge.count())}},
            {queue.name, textCell(queue.type), textCell(queue.state), countCell(queue.ready),
             countCell(queue.unacked), countCell(queue.consumers), bytesCell(queue.bytes),
             rateCell(queue.rates.published), rateCell(queue.rates.delivered),
             rateCell(queue.rates.acknowledged), queue.policy,
             quarantined == 0 || !can.testFlag(Qombu::Capability::Recovery)
                 ? QString()
                 : countOrUnknown(quarantined)}};
}

// Nothing where it is by name, or something is known of one.
QString QueuesVerb::whyUnsorted(const Qombu::Inventory &inventory) const
{
    using Query = Qombu::InventoryQuery;
    const auto isKnown = [this](const Qombu::QueueRow &queue) {
        switch (m_sort) {
        case Query::ByName:
            return true;
        case Query::ByReady:
            return queue.ready >= 0;
        case Query::ByUnacked:
            return queue.unacked >= 0;
        case Query::ByConsumers:
            return queue.consumers >= 0;
        case Query::ByBytes:
            return queue.bytes >= 0;
        case Query::ByPublished:
            return queue.rates.published >= 0;
        case Query::ByDelivered:
            return queue.rates.delivered >= 0;
        }
        return true;
    };
    const auto &queues = inventory.queues;
    if (queues.isEmpty() || std::any_of(queues.cbegin(), queues.cend(), isKnown))
        return {};
    return Text::tr("Not known of any of these is \"%1\": they are not in its order.")
        .arg(sortNames().at(m_sort));
}

PagedVerb::Page QueuesVerb::pageOf(const Qombu::Inventory &inventory, Qombu::Capabilities can) const
{
    Page page{inventory.takenAt,    {},
              inventory.queueCount, inventory.cursor,
              inventory.truncated,  inventory.gaps,
              inventory.countsAge};
    for (const Qombu::QueueRow &queue : inventory.queues) {
        page.rows.push_back(rowOf(queue, inventory, can));
        page.ratesOver = std::max(page.ratesOver, queue.rates.over);
    }
    if (mayMissHolders(inventory, can))
        page.gaps << Text::tr("%1 messages are held, and not all were looked at: queues in "
                              "which none waits may be missing here.")
                         .arg(inventory.unacked);
    if (const QString why = whyUnsorted(inventory); !why.isEmpty())
        page.gaps << why;
    return page;
}

void QueuesVerb::askPage(Session &session, Qombu::Browser &browser, const Qombu::RowQuery &query,
                         Paged done)
{
    Qombu::InventoryQuery inventory;
    inventory.parts = Qombu::InventoryQuery::Queues;
    inventory.maximumRows = query.maximumRows;
    inventory.nameFilter = query.nameFilter;
    inventory.cursor = query.cursor;
    inventory.sort = m_sort;
    inventory.descending = m_descending;
    browser.inventory(inventory).then(
        &session, [this, done, &session](const Qombu::Result<Qombu::Inventory> &found) {
            if (found)
                done(pageOf(*found, session.connection()->capabilities()));
            else
                done(found.error());
        });
}
