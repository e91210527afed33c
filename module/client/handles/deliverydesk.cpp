// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/deliverydesk.h"

#include "client/handles/consumer_p.h"

#include <algorithm>

namespace Qombu {

DeliveryDesk::DeliveryDesk(ConnectionPrivate &connection)
    : m_connection(connection)
{
}

void DeliveryDesk::addHandle(ConsumerPrivate *handle)
{
    m_handles.push_back(handle);
}

void DeliveryDesk::removeHandle(ConsumerPrivate *handle)
{
    std::erase(m_handles, handle);
    std::erase_if(m_consumers, [handle](const auto &entry) { return entry.second == handle; });
}

std::vector<ConsumerPrivate *> DeliveryDesk::takeHandles()
{
    m_consumers.clear();
    return std::exchange(m_handles, {});
}

void DeliveryDesk::start(quint64 id, ConsumerPrivate *consumer)
{
    m_consumers.insert_or_assign(id, consumer);
}

ConsumerPrivate *DeliveryDesk::find(quint64 id) const
{
    const auto found = m_consumers.find(id);
    return found == m_consumers.end() ? nullptr : found->second;
}

void DeliveryDesk::reportTaken()
{
    for (const auto &[id, consumer] : m_consumers)
        consumer->reportTaken();
}

Pending<void> DeliveryDesk::cancel(quint64 id, std::deque<FetchedBatch> undelivered)
{
    m_consumers.erase(id);
    auto [pending, ticket] = m_connection.newAnswer<void>();
    m_draining.emplace(id, Draining{std::move(undelivered), ticket});
    if (!m_connection.order(Order::CancelConsumer{id}))
        drained(id);
    return pending;
}

void DeliveryDesk::drained(quint64 id)
{
    const auto found = m_draining.find(id);
    if (found == m_draining.end())
        return;
    const Draining draining = std::move(found->second);
    m_draining.erase(found);
    Order::FinishCancel order{id, {}, draining.ticket};
    for (const FetchedBatch &batch : draining.undelivered) {
        for (size_t i = batch.next; i < batch.messages.size(); ++i) {
            if (batch.messages[i].delivery > 0 && batch.messages[i].broadcastBytes == 0)
                order.undelivered.push_back(batch.messages[i].delivery);
        }
    }
    if (!m_connection.order(std::move(order)))
        m_connection.answerLater({draining.ticket, Error()});
}

void DeliveryDesk::accept(FetchedBatch &&batch)
{
    const quint64 id = batch.consumer;
    if (const auto draining = m_draining.find(id); draining != m_draining.end()) {
        draining->second.undelivered.push_back(std::move(batch));
    } else if (ConsumerPrivate *to = find(id)) {
        to->batches.push_back(std::move(batch));
        deliverLater(id);
    }
}

void DeliveryDesk::drop(const News::DropFetched &news)
{
    for (const auto &[id, consumer] : m_consumers) {
        if (news.consumer == 0 || news.consumer == id)
            consumer->drop(news.last);
    }
}

void DeliveryDesk::settlementLost(const News::SettlementLost &news)
{
    if (ConsumerPrivate *to = find(news.consumer))
        Q_EMIT to->q->settlementLost(news.queue, news.tag);
}

void DeliveryDesk::deliverLater(quint64 id)
{
    if (std::find(m_ready.begin(), m_ready.end(), id) == m_ready.end())
        m_ready.push_back(id);
}

void DeliveryDesk::deliverAllLater()
{
    for (const auto &[id, consumer] : m_consumers) {
        if (consumer->hasDeliverable())
            deliverLater(id);
    }
}

bool DeliveryDesk::deliverNext(const QPointer<Connection> &guard)
{
    while (!m_ready.empty()) {
        const quint64 id = m_ready.front();
        m_ready.pop_front();
        ConsumerPrivate *const next = find(id);
        if (!next || !next->hasDeliverable())
            continue;
        ++m_delivered;
        m_ready.push_back(id);
        if (std::find(m_served.begin(), m_served.end(), id) == m_served.end())
            m_served.push_back(id);
        next->deliverNext();
        return !guard.isNull();
    }
    return false;
}

void DeliveryDesk::endRound()
{
    for (const quint64 id : std::exchange(m_served, {})) {
        if (ConsumerPrivate *one = find(id))
            one->reportTaken();
    }
}

} // namespace Qombu
