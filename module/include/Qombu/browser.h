// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokeroverview.h>
#include <Qombu/connection.h>
#include <Qombu/inventory.h>

namespace Qombu {

// Looks at a broker without changing it: only reads are sent.
class QOMBU_EXPORT Browser : public QObject
{
    Q_OBJECT
public:
    explicit Browser(Connection *connection, QObject *parent = nullptr);
    ~Browser() override;

    Pending<Inventory> inventory(int maximumRows = 10000);
    Pending<Inventory> inventory(const InventoryQuery &query);
    Pending<PeekPlan> planPeek(const QString &queue); // what a peek would change
    // At most limit messages from that end, in order of delivery (Head) or the newest first (Tail).
    Pending<QList<Message>> peek(const QString &queue, int limit = 100,
                                 QueueEnd from = QueueEnd::Head);
    Pending<QList<Message>> peek(const PeekRequest &request);
    Pending<QList<UnackedRow>> unacked(int limit = 100);
    Pending<QList<QuarantinedRow>> quarantine(const QString &queue, int limit = 100);
    Pending<QList<ConsumerRow>> consumers(const QString &queue);

    Pending<QueueRow> queue(const QString &name); // with all that is known of it
    Pending<RowPage<BindingRow>> bindings(const BindingQuery &query);
    Pending<BrokerOverview> overview();
    Pending<RowPage<ConnectionRow>> connections(const RowQuery &query = {});
    Pending<RowPage<ChannelRow>> channels(const ChannelQuery &query = {});
    Pending<RowPage<ConsumerRow>> allConsumers(const RowQuery &query = {});
    Pending<QList<PolicyRow>> policies();
    Pending<Permissions> permissions(); // of this connection's user

private:
    std::unique_ptr<class Asker> d;
};

} // namespace Qombu
