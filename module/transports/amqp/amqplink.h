// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transport.h"
#include "transports/amqp/amqpplace.h"
#include "transports/amqp/browsing/amqpbrowser.h"
#include "transports/amqp/management/managementdefinitions.h"
#include "transports/amqp/publishing/publishsocket.h"
#include "transports/amqp/topology/amqptopology.h"

namespace Qombu::Amqp {

// One link to a broker: two connections, one for publishing and one for all else, and the table of
// what is held. Hub's thread.
class AmqpLink final : public Link, private AmqpSocketListener
{
public:
    AmqpLink(const LinkSetup &setup, const AmqpLinkSettings &settings);
    ~AmqpLink() override;

    static Capabilities allCapabilities();

    void open() override;
    void close() override;
    std::unique_ptr<TopologyChannel> openTopology() override;
    std::unique_ptr<DeliverChannel> openDeliver(DeliveryListener *listener) override;
    std::unique_ptr<PublishChannel> openPublish(PublishListener *listener) override;
    void settle(std::vector<SettleRequest> &&requests) override;
    void giveBack(std::vector<quint64> &&deliveries) override;
    LinkBrowser *browser() override { return &m_browser; }
    DelayedDelivery *delayedDelivery() override;
    LinkDefinitions *definitions() override { return &m_definitions; }
    Capabilities capabilities() const override { return m_capabilities; }
    void updateSecret(const QString &secret, Done<void> done) override;

private:
    void socketReady() override;
    void socketBlocked(const QString &) override {} // nobody publishes there
    void socketUnblocked() override {}
    void secretUpdated() override;
    void socketClosed() override;
    void socketFailed(const Error &error) override;

    template<typename Requests, typename EndingOf>
    void end(const Requests &requests, const EndingOf &endingOf);
    void notice(BrokerNotice::Kind kind, const QString &text);
    void closeMainSocket();
    void leave();
    void finish();

    const AmqpLinkSettings m_settings;
    const std::shared_ptr<AmqpPlace> m_place;
    AmqpSocket m_socket;
    PublishSocket m_publishSocket;
    AmqpTopology m_probe;
    ManagementApi m_management;
    AmqpBrowser m_browser;
    NativeDelay m_delay;
    ManagementDefinitions m_definitions{&m_management};
    std::deque<Done<void>> m_secretUpdates;
    Capabilities m_capabilities = allCapabilities();
    HubHandle m_closeTimer;
    HubHandle m_cancelTimer;
    int m_openSockets = 0; // while closing
    std::size_t m_consuming = 0; // while closing: so many have not ended
    bool m_isMainClosing = false;
    bool m_isFinished = false;
};

} // namespace Qombu::Amqp
