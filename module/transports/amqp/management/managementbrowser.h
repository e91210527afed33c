// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/browsing/queuefacts.h"
#include "transports/amqp/management/inventorywalk.h"

#include <vector>

namespace Qombu::Amqp {

// What the management API tells of queues, exchanges, bindings and consumers of a link's virtual
// host. Hub's thread; the link's browser owns it, and nobody is answered any more when it ends.
class ManagementBrowser
{
public:
    explicit ManagementBrowser(ManagementApi *api);
    ~ManagementBrowser();

    void inventory(const InventoryQuery &query, Done<Inventory> done);
    void queue(const QString &name, Done<QueueRow> done);
    void bindings(const BindingQuery &query, Done<RowPage<BindingRow>> done);
    void consumers(const QString &queue, Done<QList<ConsumerRow>> done);
    // Of a queue, for who wants to look at its messages. None: the API does not tell, or not soon.
    void facts(const QString &queue, std::function<void(const std::optional<QueueFacts> &)> done);

private:
    void ask(const ManagementQuestion &question, Done<QVariant> done);
    void bindingsOfExchange(const BindingQuery &query, int most, Done<RowPage<BindingRow>> done);
    void bindingsOf(const QByteArray &path, RowPage<BindingRow> page, int most,
                    Done<RowPage<BindingRow>> done);
    Error notCounted() const; // who consumes
    QByteArray queuePath(const QString &name) const;
    QByteArray exchangePath(const QString &name) const;

    ManagementApi *const m_api;
    std::vector<std::unique_ptr<InventoryWalk>> m_walks; // that go on
    bool m_mayAskForTotals = true;
    std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Amqp
