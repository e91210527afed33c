// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/scripted/scriptedbroker.h"

namespace Qombu {

// One session with the scripted broker.
class ScriptedLink final : public Link
{
public:
    explicit ScriptedLink(const LinkSetup &setup);
    ~ScriptedLink() override;

    void open() override;
    void close() override;
    std::unique_ptr<TopologyChannel> openTopology() override;
    std::unique_ptr<DeliverChannel> openDeliver(DeliveryListener *to) override;
    std::unique_ptr<PublishChannel> openPublish(PublishListener *to) override;
    void settle(std::vector<SettleRequest> &&requests) override;
    void giveBack(std::vector<quint64> &&deliveries) override;
    void putBack(std::vector<IncomingMessage> &&messages) override;
    LinkBrowser *browser() override { return nullptr; }
    Capabilities capabilities() const override;

    void lose(); // whatever is held, unless it outlives the link
    LinkListener *listener() const { return m_setup.listener; }

private:
    const LinkSetup m_setup;
};

} // namespace Qombu
