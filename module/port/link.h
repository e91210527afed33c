// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/channels.h"
#include "port/delayeddelivery.h"
#include "port/linkbrowser.h"
#include "port/linkdefinitions.h"
#include "port/linkrecovery.h"

#include <Qombu/brokernotice.h>
#include <Qombu/capabilities.h>

namespace Qombu {

class LinkListener
{
public:
    virtual ~LinkListener();
    virtual void linkOpened(const QVariantMap &serverProperties) = 0;
    virtual void linkFailed(const Error &error) = 0; // once; the link is finished
    virtual void linkClosed() = 0; // the answer to close()
    virtual void linkBlocked(const QString &reason) = 0; // the broker refuses writes for now
    virtual void linkUnblocked() = 0;
    // The broker no longer knew this delivery, or somebody else has it. consumer is the number of
    // its ConsumeRequest, 0 after get(); tag is MessageContent::deliveryTag.
    virtual void settledTooLate(quint64 consumer, quint64 delivery, const QString &queue,
                                const QString &tag) = 0;
    virtual void notice(const BrokerNotice &notice) = 0;
};

// One live session with a broker. Made, opened once, and thrown away when it failed or closed.
// Hub's thread; never destroyed inside one of its own calls to its listener.
class Link
{
public:
    virtual ~Link();
    virtual void open() = 0; // linkOpened() or linkFailed(), by the connect deadline
    // Settlements are sent, what is held is given back, then linkClosed().
    virtual void close() = 0;

    // Channels are opened while the link is open.
    virtual std::unique_ptr<TopologyChannel> openTopology() = 0;
    virtual std::unique_ptr<DeliverChannel> openDeliver(DeliveryListener *listener) = 0;
    virtual std::unique_ptr<PublishChannel> openPublish(PublishListener *listener) = 0;

    // By number: the channel may be gone. Nothing happens for a number that is not held.
    virtual void settle(std::vector<SettleRequest> &&requests) = 0;
    // Back to the front of their queues, in the order of their numbers.
    virtual void giveBack(std::vector<quint64> &&deliveries) = 0;
    // The same for what a consumer without acknowledgement was sent and its user never got: the
    // broker has forgotten it. Without Capability::PutsBack nothing happens: it is lost.
    virtual void putBack(std::vector<IncomingMessage> &&messages);

    virtual LinkBrowser *browser(); // null: Capability::Browse is missing
    virtual LinkDefinitions *definitions(); // null: Capability::Definitions is missing
    virtual LinkRecovery *recovery(); // null: Capability::Recovery is missing
    virtual DelayedDelivery *delayedDelivery(); // null: Capability::DelayedDelivery is missing
    virtual Capabilities capabilities() const = 0; // of this server, from linkOpened() on
    // Replaces the secret of a session that goes on. By default Error::Unsupported.
    virtual void updateSecret(const QString &secret, Done<void> done);
};

} // namespace Qombu
