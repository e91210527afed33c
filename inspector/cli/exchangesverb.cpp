// SPDX-License-Identifier: BSD-3-Clause
#include "exchangesverb.h"

#include "cellvalues.h"
#include "target.h"
#include "text.h"

namespace {

QString exposure(const QDateTime &end)
{
    if (!end.isValid())
        return {};
    return Text::tr("Kombu may delete these bindings from %1 on; \"qombu bind\" of one keeps "
                    "all of them")
        .arg(end.toLocalTime().toString(Qt::ISODate));
}

} // namespace

QString ExchangesVerb::summary() const
{
    return Text::tr("List exchanges; a type that is a guess is marked.");
}

QList<ListVerb::Column> ExchangesVerb::columns() const
{
    return {{Text::tr("EXCHANGE")},
            {Text::tr("TYPE")},
            {Text::tr("BINDINGS"), Column::IfKnown},
            {Text::tr("IN/S"), Column::IfKnown},
            {Text::tr("OUT/S"), Column::IfKnown},
            {Text::tr("POLICY"), Column::IfKnown},
            {QString(), Column::IfKnown}};
}

ListVerb::Row ExchangesVerb::rowOf(const Qombu::ExchangeRow &exchange)
{
    const QString type =
        exchange.typeName.isEmpty() ? exchangeTypeName(exchange.type) : exchange.typeName;
    const auto orNull = [&exchange](const QVariant &value) {
        return exchange.inferred ? QVariant::fromValue(nullptr) : value;
    };
    return {{{QStringLiteral("exchange"), exchange.name},
             {QStringLiteral("type"), type},
             {QStringLiteral("inferred"), exchange.inferred},
             {QStringLiteral("bindings"), countOrNull(exchange.bindings)},
             {QStringLiteral("bindings_expire_at"), timeOrNull(exchange.bindingsExpireAt)},
             {QStringLiteral("durable"), orNull(exchange.durable)},
             {QStringLiteral("auto_delete"), orNull(exchange.autoDelete)},
             {QStringLiteral("internal"), orNull(exchange.internal)},
             {QStringLiteral("arguments"), orNull(exchange.arguments)},
             {QStringLiteral("policy"), textOrNull(exchange.policy)},
             {QStringLiteral("rates"), ratesObject(exchange.rates)}},
            {exchange.name.isEmpty() ? Text::tr("(default)") : exchange.name,
             exchange.inferred ? Text::tr("%1 (inferred)").arg(type) : type,
             countCell(exchange.bindings), rateCell(exchange.rates.published),
             rateCell(exchange.rates.delivered), exchange.policy,
             exposure(exchange.bindingsExpireAt)}};
}

PagedVerb::Page ExchangesVerb::pageOf(const Qombu::Inventory &inventory)
{
    Page page{inventory.takenAt,       {},
              inventory.exchangeCount, inventory.cursor,
              inventory.truncated,     inventory.gaps,
              inventory.countsAge};
    for (const Qombu::ExchangeRow &exchange : inventory.exchanges)
        page.rows.push_back(rowOf(exchange));
    return page;
}

void ExchangesVerb::askPage(Session &session, Qombu::Browser &browser, const Qombu::RowQuery &query,
                            Paged done)
{
    Qombu::InventoryQuery inventory;
    inventory.parts = Qombu::InventoryQuery::Exchanges;
    inventory.maximumRows = query.maximumRows;
    inventory.nameFilter = query.nameFilter;
    inventory.cursor = query.cursor;
    browser.inventory(inventory).then(&session,
                                      [done](const Qombu::Result<Qombu::Inventory> &found) {
                                          if (found)
                                              done(pageOf(*found));
                                          else
                                              done(found.error());
                                      });
}
