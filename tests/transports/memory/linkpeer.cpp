// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/linkpeer.h"

#include "transports/memory/memorytransport.h"

namespace QombuTest {

using namespace Qombu;

LinkPeer::LinkPeer(Hub *hub, const QString &broker, const QVariantMap &transportOptions)
{
    ConnectionOptions options;
    options.transportOptions = transportOptions;
    link = MemoryTransport().createLink(hub, BrokerUrl(QStringLiteral("memory://") + broker),
                                        options, this);
    link->open();
    channel = link->openChannel(this);
}

LinkPeer::~LinkPeer()
{
    channel.reset();
    link.reset();
}

void LinkPeer::linkOpened(const QVariantMap &serverProperties)
{
    isOpen = serverProperties.contains(QStringLiteral("product"));
}

void LinkPeer::linkFailed(const Error &error)
{
    qFatal("a memory link failed: %s", qPrintable(error.text()));
}

void LinkPeer::consume(const QString &queue, int prefetchCount, bool noAck)
{
    consume({++m_lastConsumer, {Queue(queue)}, noAck, prefetchCount, 16 << 20});
}

void LinkPeer::consume(const ConsumeRequest &request)
{
    channel->consume(request, [](const Result<void> &result) {
        if (!result)
            qFatal("consuming failed: %s", qPrintable(result.error().text()));
    });
}

void LinkPeer::publish(const QByteArrayList &bodies, const QString &routingKey,
                       const QString &exchange, int priority, bool mandatory)
{
    std::vector<OutgoingMessage> batch;
    for (const QByteArray &body : bodies) {
        OutgoingMessage &message = batch.emplace_back();
        message.id = ++m_lastPublish;
        message.content.body = body;
        message.content.exchange = exchange;
        message.content.routingKey = routingKey;
        message.content.priority = priority;
        message.mandatory = mandatory;
    }
    channel->publish(std::move(batch));
}

void LinkPeer::settle(size_t index, Settlement settlement)
{
    channel->settle({{messages.at(index).delivery, settlement}});
}

void LinkPeer::delivered(std::vector<IncomingMessage> &&batch)
{
    if (onDelivered)
        return onDelivered(batch);
    messages.insert(messages.end(), std::make_move_iterator(batch.begin()),
                    std::make_move_iterator(batch.end()));
}

void LinkPeer::published(std::vector<PublishOutcome> &&batch)
{
    outcomes.insert(outcomes.end(), batch.begin(), batch.end());
}

QString LinkPeer::bodies() const
{
    return bodiesOf(messages);
}

QString bodiesOf(const std::vector<IncomingMessage> &messages)
{
    QStringList bodies;
    for (const IncomingMessage &message : messages) {
        bodies.append(QString::fromLatin1(message.content.body)
                      + (message.content.redelivered ? QStringLiteral("!") : QString()));
    }
    return bodies.join(QLatin1Char(' '));
}

} // namespace QombuTest
