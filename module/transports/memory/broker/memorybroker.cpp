// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/broker/memorybroker.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

namespace {

struct MemoryBrokerText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::MemoryBroker)
};

Error unroutable(const MessageContent &content)
{
    return Error(Error::Unroutable,
                 MemoryBrokerText::tr("No queue is bound to exchange \"%1\" for routing key \"%2\"")
                     .arg(content.exchange, content.routingKey))
        .withReplyCode(312);
}

} // namespace

MemorySession *MemoryBroker::openSession(DeliveryNumbers *numbers)
{
    const quint64 id = ++m_lastSession;
    return m_sessions.emplace(id, std::make_unique<MemorySession>(id, &topology, numbers))
        .first->second.get();
}

void MemoryBroker::closeSession(MemorySession *session)
{
    m_sessions.erase(session->id);
}

Error MemoryBroker::tooFull(const MessageContent &content) const
{
    return Error(Error::Blocked,
                 MemoryBrokerText::tr(
                     "The broker in memory is full (maximum_bytes is %1): the message for exchange "
                     "\"%2\", routing key \"%3\" was refused")
                     .arg(QString::number(maximumBytes), content.exchange, content.routingKey));
}

void MemoryBroker::publish(std::vector<OutgoingMessage> &&messages,
                           std::vector<PublishOutcome> &outcomes)
{
    outcomes.reserve(outcomes.size() + messages.size());
    std::shared_ptr<const MessageContent> routed; // what reaches these queues
    std::vector<MemoryQueuePointer> queues;
    for (OutgoingMessage &publish : messages) {
        const MessageContent &content = *publish.content;
        PublishOutcome &outcome = outcomes.emplace_back();
        outcome.id = publish.id;
        if (!routed || content.routingKey != routed->routingKey
            || content.exchange != routed->exchange) {
            queues = topology.route(content.exchange, content.routingKey);
            routed = publish.content;
        }
        if (queues.empty()) {
            if (publish.mandatory)
                outcome.error = unroutable(content);
            continue;
        }
        const qint64 weight = MemoryMessage::weigh(content);
        if (m_bytes.load(std::memory_order_relaxed) + weight > maximumBytes) {
            outcome.error = tooFull(content);
            continue;
        }
        auto message =
            std::make_shared<const MemoryMessage>(std::move(publish.content), weight, &m_bytes);
        for (size_t i = 1; i < queues.size(); ++i)
            queues[i]->add(message);
        queues[0]->add(std::move(message));
    }
}

void MemoryBroker::putBack(std::vector<IncomingMessage> &&messages)
{
    std::vector<MemoryQueuePointer> refilled;
    for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
        const MemoryQueuePointer queue = topology.existing(message->queue);
        if (!queue)
            continue; // removed meanwhile
        const qint64 weight = MemoryMessage::weigh(*message->content);
        queue->putFirst(
            std::make_shared<const MemoryMessage>(std::move(message->content), weight, &m_bytes));
        if (refilled.empty() || refilled.back() != queue)
            refilled.push_back(queue);
    }
    for (const MemoryQueuePointer &queue : refilled)
        queue->dispatch();
}

} // namespace Qombu
