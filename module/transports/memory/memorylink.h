// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transport.h"
#include "transports/memory/broker/sharedmemorybroker.h"
#include "transports/memory/memorybrowser.h"

#include <QtCore/qset.h>

namespace Qombu {

// A link's place at its broker, shared by the link and its channels. Hub's thread.
struct MemoryPlace
{
    Hub *hub = nullptr;
    LinkListener *listener = nullptr;
    std::shared_ptr<SharedMemoryBroker> broker;
    MemorySession *session = nullptr; // while the link is open
    bool isGone = false; // the link is destroyed, nobody answers any more
    QSet<QString> told; // queues whose ignored options were told
};

// One link to a broker in this process. What is asked is answered at once, what comes unasked at
// the end of the turn. Hub's thread; its end gives back what it held.
class MemoryLink final : public Link
{
public:
    MemoryLink(const LinkSetup &setup, std::shared_ptr<SharedMemoryBroker> broker);
    ~MemoryLink() override;

    void open() override;
    void close() override;
    std::unique_ptr<TopologyChannel> openTopology() override;
    std::unique_ptr<DeliverChannel> openDeliver(DeliveryListener *listener) override;
    std::unique_ptr<PublishChannel> openPublish(PublishListener *listener) override;
    void settle(std::vector<SettleRequest> &&requests) override;
    void giveBack(std::vector<quint64> &&deliveries) override;
    void putBack(std::vector<IncomingMessage> &&messages) override;
    LinkBrowser *browser() override { return &m_browser; }
    Capabilities capabilities() const override { return Able; }

    static constexpr Capabilities Able = Capabilities(Capability::DirectExchange)
        | Capability::TopicExchange | Capability::FanoutExchange | Capability::Priorities
        | Capability::HigherPriorityFirst | Capability::Confirms | Capability::Browse
        | Capability::UnackedList | Capability::ConsumerCount | Capability::QueuesAppearByPublishing
        | Capability::Declares | Capability::PrefetchBytes | Capability::PutsBack
        | Capability::ExchangeBindings | Capability::ExtraProperties | Capability::PeekTail
        | Capability::PeekIsSilent;

private:
    void endSession();

    DeliveryNumbers *const m_numbers;
    const std::shared_ptr<MemoryPlace> m_place;
    MemoryBrowser m_browser;
};

} // namespace Qombu
