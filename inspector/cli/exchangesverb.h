// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pagedverb.h"

// The exchanges of a broker.
class ExchangesVerb : public PagedVerb
{
public:
    QString name() const override { return QStringLiteral("exchanges"); }
    QString example() const override { return QStringLiteral("exchanges --filter event"); }
    QString summary() const override;
    QString jsonKeys() const override { return keysOf(rowOf(Qombu::ExchangeRow())); }

protected:
    QList<Column> columns() const override;
    void askPage(Session &session, Qombu::Browser &browser, const Qombu::RowQuery &query,
                 Paged done) override;

private:
    static Row rowOf(const Qombu::ExchangeRow &exchange);
    static Page pageOf(const Qombu::Inventory &inventory);
};
