// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/linkbrowser.h"
#include "transports/amqp/amqpplace.h"

namespace Qombu::Amqp {

// What AMQP alone can tell: queues that are asked for by name, and messages that are fetched and
// given back. Hub's thread; owned by its link.
class AmqpBrowser final : public LinkBrowser
{
public:
    explicit AmqpBrowser(std::shared_ptr<AmqpPlace> place);

    void inventory(const InventoryQuery &query, Done<Inventory> done) override;
    void planPeek(const QString &queue, Done<PeekPlan> done) override;
    void peek(const QString &queue, int limit, QueueEnd from,
              Done<std::vector<IncomingMessage>> done) override;
    void unacked(int limit, Done<std::vector<Unacked>> done) override;

private:
    const std::shared_ptr<AmqpPlace> m_place;
};

} // namespace Qombu::Amqp
