// SPDX-License-Identifier: BSD-3-Clause
#include "redis/testlink.h"

#include <Qombu/hub.h>

#include <QDeadlineTimer>

#include <algorithm>

using namespace Qombu;

namespace QombuTest {

TestLink::TestLink(Redis::RedisTransport &transport, const QString &url,
                   const QVariantMap &transportOptions)
{
    ConnectionOptions options;
    options.transportOptions = transportOptions;
    failure = transport.check(BrokerUrl(url), options);
    if (!failure.isError())
        m_link = transport.createLink(Hub::current(), BrokerUrl(url), options, this);
}

TestLink::~TestLink()
{
    channel.reset();
}

bool TestLink::open()
{
    if (!m_link)
        return false;
    m_link->open();
    return waitUntil([this] { return isOpen || failure; }) && isOpen;
}

bool TestLink::close()
{
    m_link->close();
    return waitUntil([this] { return isClosed; });
}

bool TestLink::consume(quint64 consumer, const QStringList &queues, int prefetch, bool noAck)
{
    ConsumeRequest request;
    request.consumer = consumer;
    for (const QString &queue : queues)
        request.queues.append(Queue(queue));
    request.prefetchCount = prefetch;
    request.noAck = noAck;
    std::optional<Result<void>> answer;
    channel->consume(request, [&](Result<void> result) { answer = result; });
    return waitUntil([&] { return answer.has_value(); }) && answer->isOk();
}

bool TestLink::cancel(quint64 consumer)
{
    std::optional<Result<void>> answer;
    channel->cancel(consumer, [&](Result<void> result) { answer = result; });
    return waitUntil([&] { return answer.has_value(); }) && answer->isOk();
}

Result<std::optional<IncomingMessage>> TestLink::get(const QString &queue, bool noAck)
{
    std::optional<Result<std::optional<IncomingMessage>>> answer;
    channel->get(queue, noAck, [&](Result<std::optional<IncomingMessage>> result) {
        answer = std::move(result);
    });
    if (!waitUntil([&] { return answer.has_value(); }))
        return Error(Error::Timeout, QStringLiteral("no answer to get()"));
    return *answer;
}

Error TestLink::publish(const QString &queue, const QByteArray &body, int priority)
{
    OutgoingMessage message;
    message.id = ++m_lastPublish;
    message.content.body = body;
    message.content.contentType = QStringLiteral("text/plain");
    message.content.contentEncoding = QStringLiteral("utf-8");
    message.content.routingKey = queue;
    message.content.priority = priority;
    const std::size_t before = outcomes.size();
    std::vector<OutgoingMessage> batch;
    batch.push_back(std::move(message));
    channel->publish(std::move(batch));
    if (!waitUntil([&] { return outcomes.size() > before; }))
        return Error(Error::Timeout, QStringLiteral("no outcome"));
    return outcomes.back().error;
}

void TestLink::settle(quint64 delivery, Settlement settlement)
{
    channel->settle({{delivery, settlement}});
}

QByteArrayList TestLink::bodies() const
{
    QByteArrayList result;
    for (const IncomingMessage &message : deliveries)
        result.append(message.content.body);
    return result;
}

bool TestLink::waitUntil(const std::function<bool()> &condition, int milliseconds)
{
    const QDeadlineTimer deadline(milliseconds);
    while (!condition() && !deadline.hasExpired())
        Hub::current()->runOnce(std::chrono::milliseconds(std::min<qint64>(
            50, deadline.remainingTime()))); // QTest::qWaitFor() would sleep between two turns
    return condition();
}

bool TestLink::waitForDeliveries(std::size_t count) const
{
    return waitUntil([&] { return deliveries.size() >= count; });
}

void TestLink::linkOpened(const QVariantMap &serverProperties)
{
    properties = serverProperties;
    isOpen = true;
    channel = m_link->openChannel(this);
}

void TestLink::contentionChanged(const QString &queue, bool contended)
{
    contention.emplace_back(queue, contended);
}

void TestLink::messageQuarantined(const QString &queue, const Error &)
{
    quarantined.push_back(queue);
}

void TestLink::delivered(std::vector<IncomingMessage> &&messages)
{
    std::vector<SettleRequest> acks;
    for (IncomingMessage &message : messages) {
        acks.push_back({message.delivery, Settlement::Ack});
        deliveries.push_back(std::move(message));
    }
    if (ackAll)
        channel->settle(std::move(acks));
}

void TestLink::published(std::vector<PublishOutcome> &&batch)
{
    for (PublishOutcome &outcome : batch)
        outcomes.push_back(std::move(outcome));
}

} // namespace QombuTest
