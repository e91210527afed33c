// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/consuming/consumingchannel.h"
#include "transports/amqp/consuming/fetchingchannel.h"

namespace Qombu::Amqp {

// What the engine has of the channels on which messages come: one for its consumer, one for each
// queue that it gets from. Hub's thread; may outlive its link.
class AmqpDeliver final : public DeliverChannel
{
public:
    AmqpDeliver(std::shared_ptr<AmqpPlace> place, DeliveryListener *listener);
    ~AmqpDeliver() override;

    void get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done) override;
    void consume(const ConsumeRequest &request, Done<void> done) override;
    bool mayBeReplaced() const override { return true; }
    void setWindow(int count, qint64 bytes) override;
    void setPaused(bool paused) override;
    void cancel(Done<void> done) override;

private:
    void closeIdle();

    const std::shared_ptr<AmqpPlace> m_place;
    DeliveryListener *const m_listener;
    std::shared_ptr<ConsumingChannel> m_consuming; // null: nothing was consumed yet
    std::map<QString, std::shared_ptr<FetchingChannel>> m_fetching; // by queue
};

} // namespace Qombu::Amqp
