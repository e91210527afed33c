// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/amqpdeliver.h"

namespace Qombu::Amqp {

namespace {

constexpr int AccessRefused = 403; // AMQP 0-9-1 §1.1

} // namespace

AmqpDeliver::AmqpDeliver(std::shared_ptr<AmqpPlace> place, DeliveryListener *listener)
    : m_place(std::move(place))
    , m_channel(std::make_shared<ConsumingChannel>(m_place, listener))
{
}

AmqpDeliver::~AmqpDeliver()
{
    if (!m_place->isGone)
        m_channel->leave();
}

// A refusal would close the channel, and with it void what is held: so a queue that is not known is
// asked for on another one first. Who may not look (403) may still be allowed to fetch.
void AmqpDeliver::get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done)
{
    if (m_place->knownQueues.contains(queue))
        return m_channel->get(queue, noAck, std::move(done));
    m_place->probe->inspect(queue,
                            [place = m_place, channel = std::weak_ptr(m_channel), queue, noAck,
                             done = std::move(done)](const Result<QueueInfo> &info) {
                                if (!info.isOk() && info.error().replyCode() != AccessRefused)
                                    return done(info.error());
                                if (info.isOk())
                                    place->knownQueues.insert(queue);
                                if (const auto open = channel.lock())
                                    open->get(queue, noAck, done);
                            });
}

} // namespace Qombu::Amqp
