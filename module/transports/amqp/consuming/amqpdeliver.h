// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/consuming/consumingchannel.h"

namespace Qombu::Amqp {

// What the engine has of a ConsumingChannel. Hub's thread; may outlive its link.
class AmqpDeliver final : public DeliverChannel
{
public:
    AmqpDeliver(std::shared_ptr<AmqpPlace> place, DeliveryListener *listener);
    ~AmqpDeliver() override;

    void get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done) override;
    void consume(const ConsumeRequest &request, Done<void> done) override
    {
        m_channel->consume(request, std::move(done));
    }
    void setWindow(int count, qint64 bytes) override { m_channel->setWindow(count, bytes); }
    void setPaused(bool paused) override { m_channel->setPaused(paused); }
    void cancel(Done<void> done) override { m_channel->cancel(std::move(done)); }

private:
    const std::shared_ptr<AmqpPlace> m_place;
    const std::shared_ptr<ConsumingChannel> m_channel;
};

} // namespace Qombu::Amqp
