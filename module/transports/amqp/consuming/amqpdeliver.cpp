// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/amqpdeliver.h"

namespace Qombu::Amqp {

namespace {

// Brokers allow some thousands of channels. So many stay open for the next get().
constexpr std::size_t MostIdle = 16;

} // namespace

AmqpDeliver::AmqpDeliver(std::shared_ptr<AmqpPlace> place, DeliveryListener *listener)
    : m_place(std::move(place))
    , m_listener(listener)
{
}

AmqpDeliver::~AmqpDeliver()
{
    if (m_consuming)
        m_consuming->leave();
    for (const auto &[queue, channel] : m_fetching)
        channel->leave();
}

void AmqpDeliver::get(const QString &queue, bool noAck, Done<std::optional<IncomingMessage>> done)
{
    if (m_place->isGone)
        return;
    if (!m_fetching.contains(queue))
        closeIdle();
    auto &slot = m_fetching[queue];
    if (!slot)
        slot = std::make_shared<FetchingChannel>(m_place, queue);
    const auto channel = slot; // the answer may end this object
    channel->get(noAck, std::move(done));
}

void AmqpDeliver::closeIdle()
{
    if (m_fetching.size() >= MostIdle)
        std::erase_if(m_fetching, [](const auto &entry) { return entry.second->isIdle(); });
}

// On a fresh channel: a refusal closes it, and must not void what is held of an earlier consumer.
void AmqpDeliver::consume(const ConsumeRequest &request, Done<void> done)
{
    if (m_place->isGone)
        return;
    const bool isPaused = m_consuming && m_consuming->isPaused();
    if (const auto before =
            std::exchange(m_consuming, std::make_shared<ConsumingChannel>(m_place, m_listener)))
        before->leave();
    const auto channel = m_consuming;
    channel->setPaused(isPaused);
    channel->consume(request, std::move(done));
}

void AmqpDeliver::setWindow(int count, qint64 bytes)
{
    if (m_consuming)
        m_consuming->setWindow(count, bytes);
}

void AmqpDeliver::setPaused(bool paused)
{
    if (const auto channel = m_consuming)
        channel->setPaused(paused);
}

void AmqpDeliver::cancel(Done<void> done)
{
    if (m_place->isGone)
        return;
    if (const auto channel = m_consuming)
        channel->cancel(std::move(done));
    else
        done({});
}

} // namespace Qombu::Amqp
