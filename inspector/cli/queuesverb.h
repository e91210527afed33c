// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pagedverb.h"

// The queues of a broker with what is known of them.
class QueuesVerb : public PagedVerb
{
public:
    QString name() const override { return QStringLiteral("queues"); }
    QString example() const override
    {
        return QStringLiteral("queues --filter order --sort ready:desc --limit 20");
    }
    QString summary() const override;
    QString jsonKeys() const override
    {
        return keysOf(rowOf(Qombu::QueueRow(), Qombu::Inventory(), {}));
    }
    QList<QCommandLineOption> options() const override;
    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override;

protected:
    QList<Column> columns() const override;
    void askPage(Session &session, Qombu::Browser &browser, const Qombu::RowQuery &query,
                 Paged done) override;

private:
    static Row rowOf(const Qombu::QueueRow &queue, const Qombu::Inventory &inventory,
                     Qombu::Capabilities can);
    Page pageOf(const Qombu::Inventory &inventory, Qombu::Capabilities can) const;
    QString whyUnsorted(const Qombu::Inventory &inventory) const;

    Qombu::InventoryQuery::Sort m_sort = Qombu::InventoryQuery::ByName;
    bool m_descending = false;
};
