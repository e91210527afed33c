// SPDX-License-Identifier: BSD-3-Clause
#include "bindingsverb.h"

#include "cellvalues.h"
#include "text.h"

#include <algorithm>

namespace {

const QString BoundQueueOption = QStringLiteral("queue");
const QString BoundExchangeOption = QStringLiteral("exchange");
const QString FromOption = QStringLiteral("from");
const QString ToOption = QStringLiteral("to");

Qombu::Error notThere(const Qombu::BindingQuery &query)
{
    return Qombu::Error(Qombu::Error::NotFound,
                        query.queue.isEmpty()
                            ? Text::tr("There is no exchange \"%1\".").arg(query.exchange)
                            : Text::tr("There is no queue \"%1\".").arg(query.queue));
}

} // namespace

QString BindingsVerb::summary() const
{
    return Text::tr("List bindings, all or of one queue or exchange; patterns read differently by "
                    "AMQP are marked.");
}

QString BindingsVerb::filterText() const
{
    return Text::tr("Only of exchanges whose names contain this text.");
}

QList<QCommandLineOption> BindingsVerb::options() const
{
    return QList<QCommandLineOption>{
               {BoundQueueOption, Text::tr("What leads to this queue."), Text::tr("Q")},
               {BoundExchangeOption, Text::tr("What leads to this exchange, and away from it."),
                Text::tr("E")},
               {FromOption, Text::tr("Only what leads away from the exchange.")},
               {ToOption, Text::tr("Only what leads to the exchange.")}}
    + PagedVerb::options();
}

UsageError BindingsVerb::read(const QCommandLineParser &parser, const QStringList &positional)
{
    const bool isOfQueue = parser.isSet(BoundQueueOption);
    const bool isOfExchange = parser.isSet(BoundExchangeOption);
    const bool isFrom = parser.isSet(FromOption);
    const bool isTo = parser.isSet(ToOption);
    if (isOfQueue && isOfExchange)
        return Text::tr("Give --queue Q or --exchange E.");
    if (isOfQueue && parser.value(BoundQueueOption).isEmpty())
        return Text::tr("--queue wants a name.");
    if ((isFrom || isTo) && !isOfExchange)
        return Text::tr("--from and --to need --exchange E.");
    if ((isOfQueue || isOfExchange) && parser.isSet(QStringLiteral("filter")))
        return Text::tr("--filter is for the bindings of all exchanges.");
    if ((isOfQueue || isOfExchange) && parser.isSet(QStringLiteral("page")))
        return Text::tr("--page is for the bindings of all exchanges.");
    if (isOfQueue || isOfExchange) {
        m_one.emplace();
        m_one->queue = parser.value(BoundQueueOption);
        m_one->exchange = parser.value(BoundExchangeOption);
        if (isFrom != isTo)
            m_one->end = isFrom ? Qombu::BindingQuery::From : Qombu::BindingQuery::To;
    }
    return PagedVerb::read(parser, positional);
}

QList<ListVerb::Column> BindingsVerb::columns() const
{
    return {{Text::tr("EXCHANGE")},
            {Text::tr("ROUTING KEY")},
            {Text::tr("TO")},
            {Text::tr("ARGUMENTS"), Column::IfKnown},
            {QString(), Column::IfKnown}};
}

ListVerb::Row BindingsVerb::rowOf(const Qombu::BindingRow &binding)
{
    const QString &exchange = binding.destinationExchange;
    return {{{QStringLiteral("exchange"), binding.exchange},
             {QStringLiteral("routing_key"), binding.routingKey},
             {QStringLiteral("queue"), binding.queue},
             {QStringLiteral("destination_exchange"), exchange},
             {QStringLiteral("pattern"), binding.pattern},
             {QStringLiteral("semantics_differ"), binding.semanticsDiffer},
             {QStringLiteral("arguments"), binding.arguments}},
            {binding.exchange.isEmpty() ? Text::tr("(default)") : binding.exchange,
             binding.routingKey,
             exchange.isEmpty() ? binding.queue : Text::tr("exchange %1").arg(exchange),
             jsonCell(binding.arguments),
             binding.semanticsDiffer ? Text::tr("Kombu matches other keys than AMQP would")
                                     : QString()}};
}

// RabbitMQ names a binding to the default exchange also of a queue that is not there.
void BindingsVerb::askOne(Session &session, Qombu::Browser &browser, Paged done)
{
    m_one->maximumRows = wantedRows();
    const auto isThere = [=, this, &session, &browser](const Qombu::Result<Page> &page) {
        const auto isMadeUp = [](const Row &row) {
            return row.object.value(QStringLiteral("exchange")).toString().isEmpty();
        };
        if (page.error().kind() == Qombu::Error::NotFound)
            return done(notThere(*m_one));
        if (!page || !std::all_of(page->rows.begin(), page->rows.end(), isMadeUp))
            return done(page);
        if (!m_one->queue.isEmpty())
            browser.queue(m_one->queue)
                .then(&session, [done, page](const Qombu::Result<Qombu::QueueRow> &queue) {
                    if (queue.error().kind() == Qombu::Error::NotFound)
                        done(queue.error());
                    else
                        done(page);
                });
        else
            ifExchangeIsThere(session, browser, page, done);
    };
    answer(session, browser.bindings(*m_one), rowOf, isThere);
}

void BindingsVerb::ifExchangeIsThere(Session &session, Qombu::Browser &browser,
                                     const Qombu::Result<Page> &page, Paged done)
{
    Qombu::InventoryQuery query;
    query.parts = Qombu::InventoryQuery::Exchanges;
    query.nameFilter = m_one->exchange;
    query.maximumRows = 500;
    browser.inventory(query).then(
        &session, [done, page, one = *m_one](const Qombu::Result<Qombu::Inventory> &found) {
            const auto isIt = [&one](const Qombu::ExchangeRow &row) {
                return row.name == one.exchange;
            };
            if (!one.exchange.isEmpty() && found && !found->truncated
                && std::none_of(found->exchanges.begin(), found->exchanges.end(), isIt))
                done(notThere(one));
            else
                done(page);
        });
}

void BindingsVerb::askPage(Session &session, Qombu::Browser &browser, const Qombu::RowQuery &query,
                           Paged done)
{
    if (m_one)
        return askOne(session, browser, done);
    Qombu::InventoryQuery inventory;
    inventory.parts = Qombu::InventoryQuery::Bindings;
    inventory.maximumRows = query.maximumRows;
    inventory.nameFilter = query.nameFilter;
    inventory.cursor = query.cursor;
    browser.inventory(inventory).then(&session,
                                      [done](const Qombu::Result<Qombu::Inventory> &found) {
                                          if (!found)
                                              return done(found.error());
                                          Page page;
                                          page.takenAt = found->takenAt;
                                          page.cursor = found->cursor;
                                          page.truncated = found->truncated;
                                          page.gaps = found->gaps;
                                          for (const Qombu::BindingRow &row : found->bindings)
                                              page.rows.push_back(rowOf(row));
                                          done(page);
                                      });
}
