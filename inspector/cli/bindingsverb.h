// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pagedverb.h"

// The bindings of a broker, or those of one queue or exchange.
class BindingsVerb : public PagedVerb
{
public:
    QString name() const override { return QStringLiteral("bindings"); }
    QString example() const override { return QStringLiteral("bindings --exchange events --from"); }
    QString summary() const override;
    QString jsonKeys() const override { return keysOf(rowOf(Qombu::BindingRow())); }
    QList<QCommandLineOption> options() const override;
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;

protected:
    QString filterText() const override;
    QList<Column> columns() const override;
    void askPage(Session &session, Qombu::Browser &browser, const Qombu::RowQuery &query,
                 Paged done) override;

private:
    static Row rowOf(const Qombu::BindingRow &binding);
    void askOne(Session &session, Qombu::Browser &browser, Paged done);
    void ifExchangeIsThere(Session &session, Qombu::Browser &browser,
                           const Qombu::Result<Page> &page, Paged done);

    std::optional<Qombu::BindingQuery> m_one; // of one entity only
};
