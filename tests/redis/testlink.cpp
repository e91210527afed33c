// SPDX-License-Identifier: BSD-3-Clause
#include "redis/testlink.h"

#include <Qombu/hub.h>

#include <QDeadlineTimer>

#include <algorithm>

using namespace Qombu;

namespace QombuTest {

TestLink::TestLink(TestTransport &transport, const QString &url,
                   const QVariantMap &transportOptions)
{
    LinkSetup setup;
    setup.hub = Hub::current();
    setup.url = BrokerUrl(url);
    setup.options.transportOptions = transportOptions;
    setup.listener = this;
    setup.numbers = &transport.numbers;
    failure = transport.transport.check(setup.url, setup.options);
    if (!failure.isError())
        m_link = transport.transport.createLink(setup);
}

TestLink::~TestLink()
{
    drop();
}

void TestLink::drop()
{
    m_link.reset(); // before its channels, which may outlive it
    m_consumers.clear();
    m_publisher.reset();
    topology.reset();
}

bool TestLink::open()
{
    if (!m_link)
        return false;
    m_link->open();
    return waitUntil([this] { return isOpen || failure.isError(); }) && isOpen;
}

bool TestLink::close()
{
    m_link->close();
    return waitUntil([this] { return isClosed; });
}

TestLink::Consumer &TestLink::consumerOf(quint64 number)
{
    Consumer &consumer = m_consumers.try_emplace(number, this, number).first->second;
    if (!consumer.channel)
        consumer.channel = m_link->openDeliver(&consumer);
    return consumer;
}

bool TestLink::consume(quint64 consumer, const QStringList &queues, int prefetch, bool noAck)
{
    ConsumeRequest request;
    request.consumer = consumer;
    for (const QString &queue : queues)
        request.queues.append(Queue(queue));
    request.count = prefetch;
    request.noAck = noAck;
    std::optional<Result<void>> answer;
    consumerOf(consumer).channel->consume(request,
                                          [&](const Result<void> &result) { answer = result; });
    return waitUntil([&] { return answer.has_value(); }) && answer->isOk();
}

void TestLink::startConsuming(const ConsumeRequest &request)
{
    consumerOf(request.consumer).channel->consume(request, [](const Result<void> &) {});
}

void TestLink::setPrefetch(quint64 consumer, int count)
{
    consumerOf(consumer).channel->setWindow(count, 16 << 20);
}

bool TestLink::cancel(quint64 consumer)
{
    std::optional<Result<void>> answer;
    consumerOf(consumer).channel->cancel([&](const Result<void> &result) { answer = result; });
    return waitUntil([&] { return answer.has_value(); }) && answer->isOk();
}

Result<std::optional<IncomingMessage>> TestLink::get(const QString &queue, bool noAck)
{
    std::optional<Result<std::optional<IncomingMessage>>> answer;
    consumerOf(0).channel->get(queue, noAck, [&](Result<std::optional<IncomingMessage>> result) {
        answer = std::move(result);
    });
    if (!waitUntil([&] { return answer.has_value(); }))
        return Error(Error::Timeout, QStringLiteral("no answer to get()"));
    return *answer;
}

Error TestLink::publish(const QString &queue, const QByteArray &body, int priority)
{
    MessageContent content;
    content.body = body;
    content.contentType = QStringLiteral("text/plain");
    content.contentEncoding = QStringLiteral("utf-8");
    content.routingKey = queue;
    content.priority = priority;
    return publish(std::move(content));
}

Error TestLink::publish(const Exchange &exchange, const QString &routingKey, const QByteArray &body)
{
    topology->declare(exchange, [](const Result<void> &) {});
    MessageContent content;
    content.body = body;
    content.contentType = QStringLiteral("text/plain");
    content.contentEncoding = QStringLiteral("utf-8");
    content.exchange = exchange.name();
    content.routingKey = routingKey;
    return publish(std::move(content));
}

Error TestLink::publish(MessageContent content)
{
    const std::size_t before = outcomes.size();
    std::vector<OutgoingMessage> batch;
    batch.push_back({++m_lastPublish, std::make_shared<const MessageContent>(std::move(content))});
    if (!m_publisher)
        m_publisher = m_link->openPublish(this);
    m_publisher->publish(std::move(batch));
    if (!waitUntil([&] { return outcomes.size() > before; }))
        return Error(Error::Timeout, QStringLiteral("no outcome"));
    return outcomes.back().error;
}

void TestLink::settle(quint64 delivery, Settlement settlement)
{
    m_link->settle({{delivery, settlement}});
}

qsizetype TestLink::countOf(quint64 consumer) const
{
    const auto known = m_counts.find(consumer);
    return known == m_counts.end() ? 0 : known->second;
}

QByteArrayList TestLink::bodies() const
{
    QByteArrayList result;
    for (const IncomingMessage &message : deliveries)
        result.append(message.content->body);
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
    topology = m_link->openTopology();
}

void TestLink::settledTooLate(quint64 consumer, quint64 delivery, const QString &,
                              const QString &tag)
{
    const auto known = m_consumerOf.find(delivery);
    Q_ASSERT(consumer == (known == m_consumerOf.end() ? 0 : known->second));
    tooLate.push_back(delivery);
    tooLateTags.push_back(tag);
}

void TestLink::notice(const BrokerNotice &notice)
{
    if (notice.kind == BrokerNotice::Contention)
        contention.emplace_back(notice.queue, notice.active);
    else if (notice.kind == BrokerNotice::Quarantine)
        quarantined.insert(quarantined.end(), std::size_t(notice.count), notice.queue);
    else if (notice.kind == BrokerNotice::Restored)
        restored[notice.queue] += notice.count;
    else
        notices.push_back(notice.text);
    if (notice.kind == BrokerNotice::Unsettled)
        unsettled += notice.count;
}

void TestLink::Consumer::delivered(std::vector<IncomingMessage> &&messages)
{
    std::vector<SettleRequest> acks;
    owner->m_counts[number] += qsizetype(messages.size());
    for (IncomingMessage &message : messages) {
        acks.push_back({message.delivery, Settlement::Ack});
        owner->m_consumerOf.emplace(message.delivery, number);
        owner->deliveries.push_back(std::move(message));
    }
    if (owner->ackAll)
        owner->m_link->settle(std::move(acks));
}

void TestLink::published(std::vector<PublishOutcome> &&batch)
{
    for (PublishOutcome &outcome : batch)
        outcomes.push_back(std::move(outcome));
}

} // namespace QombuTest
