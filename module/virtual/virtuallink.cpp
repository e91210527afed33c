// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/virtuallink.h"

#include "virtual/virtualchannel.h"

#include <Qombu/hub.h>

namespace Qombu {

VirtualLink::VirtualLink(Hub *hub, LinkListener *listener, const CreateStore &createStore)
    : m_hub(hub)
    , m_listener(listener)
    , m_store(createStore(this))
{
}

VirtualLink::~VirtualLink()
{
    m_state = Finished;
    for (VirtualChannel *channel : std::as_const(m_channels))
        channel->detach();
}

void VirtualLink::open()
{
    Q_ASSERT(m_state == Fresh);
    m_state = Opening;
    m_store->open();
}

void VirtualLink::close()
{
    if (m_state == Closing || m_state == Finished)
        return;
    if (m_state == Opened) {
        for (VirtualChannel *channel : std::as_const(m_channels))
            channel->giveBackAll();
    }
    m_state = Closing;
    m_store->close();
}

std::unique_ptr<LinkChannel> VirtualLink::openChannel(LinkChannelListener *listener)
{
    const quint32 number = ++m_lastChannel;
    auto channel = std::make_unique<VirtualChannel>(this, number, listener);
    m_channels.insert(number, channel.get());
    return channel;
}

LinkBrowser *VirtualLink::browser()
{
    return m_store->browser();
}

QString VirtualLink::generatedQueueName()
{
    return QStringLiteral("amq.gen-%1%2")
        .arg(m_hub->random(), 16, 16, QLatin1Char('0'))
        .arg(m_hub->random(), 16, 16, QLatin1Char('0'));
}

quint64 VirtualLink::addConsumer(VirtualChannel *channel)
{
    m_consumers.insert(++m_lastConsumer, channel);
    return m_lastConsumer;
}

void VirtualLink::removeConsumer(quint64 consumer)
{
    m_consumers.remove(consumer);
}

quint64 VirtualLink::addPublish(VirtualChannel *channel, quint64 id)
{
    return m_publishes.add({channel->number(), id});
}

void VirtualLink::removeChannel(VirtualChannel *channel)
{
    m_channels.remove(channel->number());
    m_consumers.removeIf([channel](const auto &entry) { return entry.value() == channel; });
}

void VirtualLink::storeOpened(const QVariantMap &serverProperties)
{
    if (m_state != Opening)
        return;
    m_state = Opened;
    m_listener->linkOpened(serverProperties);
}

void VirtualLink::storeFailed(const Error &error)
{
    if (std::exchange(m_state, Finished) != Finished)
        m_listener->linkFailed(error);
}

void VirtualLink::storeClosed()
{
    if (std::exchange(m_state, Finished) != Finished)
        m_listener->linkClosed();
}

void VirtualLink::storeBlocked(const QString &reason)
{
    m_listener->linkBlocked(reason);
}

void VirtualLink::storeUnblocked()
{
    m_listener->linkUnblocked();
}

void VirtualLink::arrived(quint64 consumer, std::vector<StoreDelivery> &&batch)
{
    // The store gives back by itself what still arrives for a consumer that is gone
    // (Store::unwatch).
    if (VirtualChannel *channel = m_consumers.value(consumer))
        channel->arrived(consumer, std::move(batch));
}

void VirtualLink::published(std::vector<PublishOutcome> &&outcomes)
{
    const std::weak_ptr<bool> alive = m_alive;
    std::vector<PublishOutcome> batch;
    batch.reserve(outcomes.size());
    quint32 number = 0;
    const auto hand = [&] {
        if (VirtualChannel *channel = m_channels.value(number); channel && !batch.empty())
            channel->published(std::exchange(batch, {}));
        batch.clear();
        return !alive.expired();
    };
    for (PublishOutcome &outcome : outcomes) {
        const std::optional<Publish> publish = m_publishes.take(outcome.id);
        if (!publish)
            continue;
        if (publish->channel != number) {
            if (!hand())
                return;
            number = publish->channel;
        }
        outcome.id = publish->id;
        batch.push_back(std::move(outcome));
    }
    hand();
}

void VirtualLink::settledTooLate(const QByteArray &key)
{
    for (VirtualChannel *channel : std::as_const(m_channels)) {
        if (channel->settledTooLate(key))
            return;
    }
}

void VirtualLink::consumerFailed(quint64 consumer, const Error &why)
{
    if (VirtualChannel *channel = m_consumers.take(consumer))
        channel->consumerFailed(consumer, why);
}

void VirtualLink::contentionChanged(const QString &queue, bool contended)
{
    m_listener->contentionChanged(queue, contended);
}

void VirtualLink::messageQuarantined(const QString &queue, const Error &why)
{
    m_listener->messageQuarantined(queue, why);
}

void VirtualLink::storeNotice(const QString &text)
{
    m_listener->linkNotice(text);
}

} // namespace Qombu
