// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

#include <Qombu/brokeroverview.h>

namespace Qombu {

// The read-only questions behind Browser. Hub's thread; the Link owns it.
class LinkBrowser
{
public:
    virtual ~LinkBrowser();
    virtual void inventory(const InventoryQuery &query, Done<Inventory> done) = 0;
    // What a peek would change at the broker, or why it cannot be done. By default: nothing.
    virtual void planPeek(const QString &queue, Done<PeekPlan> done);
    virtual void peek(const PeekRequest &request, Done<std::vector<IncomingMessage>> done) = 0;
    struct Unacked
    {
        QString tag;
        QDateTime deliveredAt;
        QDateTime returnsAt;
        QString queue;
        std::shared_ptr<const MessageContent> content;
        Error error; // as of an IncomingMessage
        QString holder; // empty: not known
        HolderState holderState = HolderState::Unknown;
    };
    virtual void unacked(int limit, Done<std::vector<Unacked>> done) = 0;
    // What was put away of this queue, the oldest first. By default Error::Unsupported.
    virtual void quarantine(const QString &queue, int limit, Done<QList<QuarantinedRow>> done);
    // By default Error::Unsupported.
    virtual void consumers(const QString &queue, Done<QList<ConsumerRow>> done);

    // By default from the inventory.
    virtual void queue(const QString &name, Done<QueueRow> done);
    virtual void bindings(const BindingQuery &query, Done<RowPage<BindingRow>> done);
    // With Capability::Overview; by default Error::Unsupported.
    virtual void overview(Done<BrokerOverview> done);
    virtual void connections(const RowQuery &query, Done<RowPage<ConnectionRow>> done);
    virtual void channels(const ChannelQuery &query, Done<RowPage<ChannelRow>> done);
    virtual void allConsumers(const RowQuery &query, Done<RowPage<ConsumerRow>> done);
    virtual void policies(Done<QList<PolicyRow>> done);
    virtual void permissions(Done<Permissions> done);
};

} // namespace Qombu
