// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/linkbrowser.h"
#include "transports/memory/broker/sharedmemorybroker.h"

namespace Qombu {

// Looks at a broker in memory, which changes nothing. Answers at once. Hub's thread; owned by its
// link.
class MemoryBrowser final : public LinkBrowser
{
public:
    MemoryBrowser(Hub *hub, std::shared_ptr<SharedMemoryBroker> broker);

    void inventory(const InventoryQuery &query, Done<Inventory> done) override;
    void peek(const PeekRequest &request, Done<std::vector<IncomingMessage>> done) override;
    void unacked(int limit, Done<std::vector<Unacked>> done) override;
    void consumers(const QString &queue, Done<QList<ConsumerRow>> done) override;

private:
    Hub *const m_hub;
    const std::shared_ptr<SharedMemoryBroker> m_broker;
};

} // namespace Qombu
