// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/linkpeer.h"

#include "transports/memory/memorytransport.h"

namespace QombuTest {

using namespace Qombu;

namespace {

Error unanswered()
{
    return Error(Error::Timeout, QStringLiteral("no answer"));
}

} // namespace

LinkPeer::LinkPeer(Hub *hub, const QString &broker, const QVariantMap &transportOptions)
{
    LinkSetup setup;
    setup.hub = hub;
    setup.url = BrokerUrl(QStringLiteral("memory://") + broker);
    setup.options.transportOptions = transportOptions;
    setup.listener = this;
    setup.numbers = &numbers;
    link = MemoryTransport().createLink(setup);
    link->open();
    topology = link->openTopology();
    channel = link->openDeliver(this);
    publisher = link->openPublish(this);
}

LinkPeer::~LinkPeer()
{
    topology.reset();
    channel.reset();
    publisher.reset();
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

void LinkPeer::linkClosed()
{
    isClosed = true;
    outcomesWhenClosed = outcomes.size();
}

Result<QueueInfo> LinkPeer::declare(const Queue &queue)
{
    for (const Binding &binding : queue.bindings()) {
        if (const Error error = declare(binding.exchange); error.isError())
            return error;
    }
    Result<QueueInfo> info = unanswered();
    topology->declare(queue, [&](Result<QueueInfo> result) { info = std::move(result); });
    for (const Binding &binding : queue.bindings()) {
        if (const Error error = bind(binding); error.isError())
            return error;
    }
    return info;
}

Error LinkPeer::declare(const Exchange &exchange)
{
    Error error = unanswered();
    topology->declare(exchange, [&](const Result<void> &result) { error = result.error(); });
    return error;
}

Error LinkPeer::bind(const Binding &binding)
{
    Error error = unanswered();
    topology->bind(binding, [&](const Result<void> &result) { error = result.error(); });
    return error;
}

Result<qint64> LinkPeer::remove(const QString &queue, const RemoveOptions &options)
{
    Result<qint64> removed = unanswered();
    topology->remove(Queue(queue), options, [&](Result<qint64> result) { removed = result; });
    return removed;
}

Error LinkPeer::remove(const Exchange &exchange, const RemoveOptions &options)
{
    Error error = unanswered();
    topology->remove(exchange, options,
                     [&](const Result<void> &result) { error = result.error(); });
    return error;
}

Error LinkPeer::consume(const QString &queue, int count, bool noAck)
{
    ConsumeRequest request;
    request.queues = {Queue(queue)};
    request.noAck = noAck;
    request.count = count;
    return consume(request);
}

Error LinkPeer::consume(ConsumeRequest request)
{
    request.consumer = ++m_lastConsumer;
    Error error = unanswered();
    channel->consume(request, [&](const Result<void> &result) { error = result.error(); });
    return error;
}

void LinkPeer::cancel()
{
    bool answered = false;
    channel->cancel([&](const Result<void> &result) { answered = result.isOk(); });
    if (!answered)
        qFatal("cancelling was not answered");
}

Result<std::optional<IncomingMessage>> LinkPeer::get(const QString &queue, bool noAck)
{
    Result<std::optional<IncomingMessage>> message = unanswered();
    channel->get(queue, noAck, [&](Result<std::optional<IncomingMessage>> result) {
        message = std::move(result);
    });
    return message;
}

void LinkPeer::publish(const QByteArrayList &bodies, const QString &routingKey,
                       const QString &exchange, int priority, bool mandatory)
{
    std::vector<OutgoingMessage> batch;
    for (const QByteArray &body : bodies) {
        OutgoingMessage &message = batch.emplace_back();
        MessageContent content;
        content.body = body;
        content.exchange = exchange;
        content.routingKey = routingKey;
        content.priority = priority;
        message.id = ++m_lastPublish;
        message.content = std::make_shared<const MessageContent>(std::move(content));
        message.mandatory = mandatory;
    }
    publisher->publish(std::move(batch));
}

void LinkPeer::settle(size_t index, Settlement settlement)
{
    link->settle({{messages.at(index).delivery, settlement}});
}

void LinkPeer::delivered(std::vector<IncomingMessage> &&batch)
{
    if (onDelivered)
        return onDelivered(batch);
    messages.insert(messages.end(), std::make_move_iterator(batch.begin()),
                    std::make_move_iterator(batch.end()));
}

void LinkPeer::consumerCancelled(const QString &queue, const Error &why)
{
    cancelled.append({queue, why});
}

void LinkPeer::channelClosed(const Error &error)
{
    qFatal("a channel of a memory link was closed: %s", qPrintable(error.text()));
}

void LinkPeer::published(std::vector<PublishOutcome> &&batch)
{
    outcomes.insert(outcomes.end(), batch.begin(), batch.end());
}

Inventory LinkPeer::inventory(int maximumRows)
{
    InventoryQuery query;
    query.maximumRows = maximumRows;
    Inventory seen;
    link->browser()->inventory(query, [&](Result<Inventory> result) { seen = *result; });
    return seen;
}

QString LinkPeer::filled()
{
    QStringList texts;
    const Inventory seen = inventory();
    for (const QueueRow &row : seen.queues) {
        if (row.ready > 0)
            texts.append(row.name + QLatin1Char(':') + QString::number(row.ready));
    }
    return texts.join(QLatin1Char(' '));
}

QString LinkPeer::bodies() const
{
    return bodiesOf(messages);
}

QString bodiesOf(const std::vector<IncomingMessage> &messages)
{
    QStringList bodies;
    for (const IncomingMessage &message : messages) {
        bodies.append(QString::fromLatin1(message.content->body)
                      + (message.content->redelivered ? QStringLiteral("!") : QString()));
    }
    return bodies.join(QLatin1Char(' '));
}

} // namespace QombuTest
