// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/memorybroker.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qset.h>

#include <algorithm>
#include <cstring>

namespace Qombu {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::MemoryBroker)
};

// A key is the bytes of the delivery's number in its session.
QByteArray keyOf(quint64 number)
{
    return QByteArray(reinterpret_cast<const char *>(&number), sizeof number);
}

quint64 numberOf(const QByteArray &key)
{
    quint64 number = 0;
    if (key.size() == qsizetype(sizeof number))
        std::memcpy(&number, key.constData(), sizeof number);
    return number;
}

Error unroutable(const QString &exchange, const QString &routingKey)
{
    return Error(Error::Unroutable,
                 Text::tr("No queue is bound to exchange '%1' for routing key '%2'")
                     .arg(exchange, routingKey))
        .withReplyCode(312);
}

} // namespace

std::shared_ptr<MemoryBroker> MemoryBroker::named(const QString &name)
{
    static std::mutex mutex;
    static QHash<QString, std::shared_ptr<MemoryBroker>> brokers;
    const std::lock_guard lock(mutex);
    std::shared_ptr<MemoryBroker> &broker = brokers[name];
    if (!broker)
        broker = std::make_shared<MemoryBroker>();
    return broker;
}

MemoryBroker::MemoryBroker() = default;
MemoryBroker::~MemoryBroker() = default;

void MemoryBroker::setMaximumBytes(qint64 bytes)
{
    const std::lock_guard lock(m_mutex);
    m_maximumBytes = bytes;
}

quint64 MemoryBroker::openSession(std::function<void()> wake)
{
    const std::lock_guard lock(m_mutex);
    const quint64 id = ++m_lastSession;
    m_sessions.emplace(id, std::make_unique<MemorySession>(id, std::move(wake)));
    return id;
}

void MemoryBroker::closeSession(quint64 id)
{
    const std::lock_guard lock(m_mutex);
    const auto it = m_sessions.find(id);
    if (it == m_sessions.end())
        return;
    const std::unique_ptr<MemorySession> session = std::move(it->second);
    m_sessions.erase(it);
    std::vector<QueuePointer> left;
    for (const auto &[number, consumer] : session->consumers)
        left.insert(left.end(), consumer->queues().begin(), consumer->queues().end());
    // Held ones are put back before anything is handed to others, so that the order is kept.
    QSet<MemoryQueue *> touched;
    for (auto &[number, delivery] : session->held.takeAll()) {
        touched.insert(delivery.arrival.queue.get());
        giveBack(std::move(delivery.arrival));
    }
    for (const auto &[number, consumer] : session->consumers)
        consumer->setRoom(0, 0);
    session->consumers.clear();
    for (MemoryQueue *queue : std::as_const(touched))
        queue->dispatch();
    consumerLeft(left);
    const QList<QueuePointer> queues = m_queues.values();
    for (const QueuePointer &queue : queues) {
        if (queue->owner == id)
            removeQueue(queue);
    }
}

Error MemoryBroker::declareExchange(const Exchange &exchange)
{
    const std::lock_guard lock(m_mutex);
    return m_exchanges.declare(exchange);
}

void MemoryBroker::removeExchange(const QString &name)
{
    const std::lock_guard lock(m_mutex);
    m_exchanges.remove(name);
}

Error MemoryBroker::bind(const Binding &binding)
{
    const std::lock_guard lock(m_mutex);
    obtain(binding.queue)->exists = true;
    return m_exchanges.bind(binding);
}

void MemoryBroker::unbind(const Binding &binding)
{
    const std::lock_guard lock(m_mutex);
    m_exchanges.unbind(binding);
}

Result<QueueInfo> MemoryBroker::declare(quint64 session, const Queue &wish)
{
    const std::lock_guard lock(m_mutex);
    const QueuePointer queue = obtain(wish.name());
    if (queue->owner != 0 && queue->owner != session) {
        return Error(Error::Channel,
                     Text::tr("RESOURCE_LOCKED - queue '%1' is exclusive to another connection")
                         .arg(wish.name()))
            .withReplyCode(405);
    }
    if (!queue->exists) {
        queue->exists = true;
        queue->autoDelete = wish.isAutoDelete();
        queue->owner = wish.isExclusive() ? session : 0;
    }
    return QueueInfo{queue->name, queue->readyCount(), queue->consumerCount()};
}

qint64 MemoryBroker::purge(const QString &name)
{
    const std::lock_guard lock(m_mutex);
    const QueuePointer queue = existing(name);
    return queue ? queue->clear() : 0;
}

qint64 MemoryBroker::remove(const QString &name)
{
    const std::lock_guard lock(m_mutex);
    const QueuePointer queue = existing(name);
    return queue ? removeQueue(queue) : 0;
}

MemoryBroker::QueuePointer MemoryBroker::obtain(const QString &name)
{
    QueuePointer &queue = m_queues[name];
    if (!queue)
        queue = std::make_shared<MemoryQueue>(name);
    return queue;
}

MemoryBroker::QueuePointer MemoryBroker::existing(const QString &name) const
{
    const QueuePointer queue = m_queues.value(name);
    return queue && queue->exists ? queue : nullptr;
}

// Consumers keep waiting for the name; what is unacked of it is dropped when it comes back.
qint64 MemoryBroker::removeQueue(const QueuePointer &queue)
{
    m_exchanges.unbindQueue(queue->name);
    queue->exists = false;
    queue->owner = 0;
    queue->autoDelete = false;
    const qint64 removed = queue->clear();
    discardIfIdle(queue);
    return removed;
}

void MemoryBroker::discardIfIdle(const QueuePointer &queue)
{
    if (!queue->exists && queue->consumerCount() == 0)
        m_queues.remove(queue->name);
}

void MemoryBroker::consumerLeft(const std::vector<QueuePointer> &queues)
{
    for (const QueuePointer &queue : queues) {
        if (queue->exists && queue->autoDelete && queue->consumerCount() == 0)
            removeQueue(queue);
        else
            discardIfIdle(queue);
    }
}

std::vector<MemoryBroker::QueuePointer> MemoryBroker::route(const QString &exchange,
                                                            const QString &routingKey)
{
    std::vector<QueuePointer> queues;
    if (exchange.isEmpty()) {
        // As on Redis the push makes the queue (kombu-wire §4.4).
        queues.push_back(obtain(routingKey));
        queues.back()->exists = true;
        return queues;
    }
    const QStringList names = m_exchanges.route(exchange, routingKey);
    for (const QString &name : names) {
        if (QueuePointer queue = existing(name))
            queues.push_back(std::move(queue));
    }
    return queues;
}

Error MemoryBroker::tooFull(const QString &exchange, const QString &routingKey) const
{
    return Error(
        Error::Blocked,
        Text::tr("The broker in memory is full (maximum_bytes is %1): the message for exchange "
                 "'%2', routing key '%3' was refused")
            .arg(QString::number(m_maximumBytes), exchange, routingKey));
}

std::vector<PublishOutcome> MemoryBroker::publish(std::vector<StorePublish> &&messages)
{
    std::vector<PublishOutcome> outcomes;
    outcomes.reserve(messages.size());
    const std::lock_guard lock(m_mutex);
    QString exchange;
    QString routingKey;
    std::vector<QueuePointer> queues; // of these two
    bool routed = false;
    for (StorePublish &publish : messages) {
        PublishOutcome &outcome = outcomes.emplace_back();
        outcome.id = publish.id;
        if (!routed || publish.content.exchange != exchange
            || publish.content.routingKey != routingKey) {
            exchange = publish.content.exchange;
            routingKey = publish.content.routingKey;
            queues = route(exchange, routingKey);
            routed = true;
        }
        if (queues.empty()) {
            if (publish.mandatory)
                outcome.error = unroutable(exchange, routingKey);
            continue;
        }
        const qint64 weight = MemoryMessage::weigh(publish.content);
        if (m_bytes->load(std::memory_order_relaxed) + weight > m_maximumBytes) {
            outcome.error = tooFull(exchange, routingKey);
            continue;
        }
        const auto message =
            std::make_shared<const MemoryMessage>(std::move(publish.content), weight, m_bytes);
        for (const QueuePointer &queue : queues)
            queue->add(message);
    }
    return outcomes;
}

StoreDelivery MemoryBroker::deliver(MemorySession &session, MemoryArrival arrival, bool noAck,
                                    const QDateTime &now)
{
    StoreDelivery delivery;
    delivery.queue = arrival.queue->name;
    delivery.content = arrival.entry.message->content();
    delivery.content.redelivered = arrival.entry.redelivered;
    delivery.bytes = arrival.entry.message->bytes();
    if (!noAck)
        delivery.key = keyOf(session.held.add({std::move(arrival), now}));
    return delivery;
}

std::optional<StoreDelivery> MemoryBroker::get(quint64 id, const QString &name, bool noAck,
                                               const QDateTime &now)
{
    const std::lock_guard lock(m_mutex);
    const QueuePointer queue = existing(name);
    std::optional<MemoryEntry> entry = queue ? queue->takeNext() : std::nullopt;
    if (!entry)
        return std::nullopt;
    if (!noAck)
        ++queue->unacked;
    return deliver(*m_sessions.at(id), {queue, std::move(*entry)}, noAck, now);
}

Error MemoryBroker::watch(quint64 id, quint64 consumer, const QStringList &names, bool noAck)
{
    const std::lock_guard lock(m_mutex);
    std::vector<QueuePointer> queues;
    for (const QString &name : names) {
        const QueuePointer queue = obtain(name);
        if (std::find(queues.begin(), queues.end(), queue) != queues.end())
            continue;
        if (queue->owner != 0 && queue->owner != id) {
            for (const QueuePointer &idle : queues)
                discardIfIdle(idle);
            return Error(Error::Channel,
                         Text::tr("RESOURCE_LOCKED - queue '%1' is exclusive to another connection")
                             .arg(name))
                .withReplyCode(405);
        }
        queues.push_back(queue);
    }
    MemorySession &session = *m_sessions.at(id);
    session.consumers[consumer] =
        std::make_unique<MemoryConsumer>(&session, noAck, std::move(queues));
    return {};
}

void MemoryBroker::unwatch(quint64 id, quint64 consumer)
{
    const std::lock_guard lock(m_mutex);
    auto node = m_sessions.at(id)->consumers.extract(consumer);
    if (node.empty())
        return;
    const std::vector<QueuePointer> queues = node.mapped()->queues();
    node.mapped().reset();
    consumerLeft(queues);
}

void MemoryBroker::setRoom(quint64 id, quint64 consumer, int messages, qint64 bytes)
{
    const std::lock_guard lock(m_mutex);
    auto &consumers = m_sessions.at(id)->consumers;
    if (const auto it = consumers.find(consumer); it != consumers.end())
        it->second->setRoom(messages, bytes);
}

std::vector<MemoryBroker::Batch> MemoryBroker::collect(quint64 id, const QDateTime &now)
{
    std::vector<Batch> batches;
    const std::lock_guard lock(m_mutex);
    MemorySession &session = *m_sessions.at(id);
    session.collecting();
    for (const auto &[number, consumer] : session.consumers) {
        std::vector<MemoryArrival> arrivals = consumer->collect();
        if (arrivals.empty())
            continue;
        Batch &batch = batches.emplace_back();
        batch.consumer = number;
        batch.deliveries.reserve(arrivals.size());
        for (MemoryArrival &arrival : arrivals)
            batch.deliveries.push_back(
                deliver(session, std::move(arrival), consumer->isNoAck(), now));
    }
    return batches;
}

void MemoryBroker::giveBack(MemoryArrival arrival)
{
    --arrival.queue->unacked;
    if (!arrival.queue->exists)
        return; // removed meanwhile
    arrival.entry.redelivered = true;
    arrival.queue->putBack(std::move(arrival.entry));
}

void MemoryBroker::deadLetter(const MemoryArrival &arrival, const QString &name)
{
    const QueuePointer queue = obtain(name);
    queue->exists = true;
    queue->add(arrival.entry.message);
}

void MemoryBroker::settle(quint64 id, std::vector<StoreSettle> &&settlements)
{
    std::vector<MemoryHeld> done; // destroyed after the mutex is free
    done.reserve(settlements.size());
    const std::lock_guard lock(m_mutex);
    MemorySession &session = *m_sessions.at(id);
    QSet<MemoryQueue *> refilled;
    for (const StoreSettle &settlement : settlements) {
        std::optional<MemoryHeld> held = session.held.take(numberOf(settlement.key));
        if (!held)
            continue;
        if (settlement.settlement == Settlement::Requeue) {
            refilled.insert(held->arrival.queue.get());
            giveBack(held->arrival);
        } else {
            --held->arrival.queue->unacked;
            if (settlement.settlement == Settlement::Reject
                && !settlement.deadLetterQueue.isEmpty())
                deadLetter(held->arrival, settlement.deadLetterQueue);
        }
        done.push_back(std::move(*held));
    }
    for (MemoryQueue *queue : std::as_const(refilled))
        queue->dispatch();
}

void MemoryBroker::putBack(std::vector<StoreDelivery> &&deliveries)
{
    const std::lock_guard lock(m_mutex);
    QSet<MemoryQueue *> refilled;
    for (auto delivery = deliveries.rbegin(); delivery != deliveries.rend(); ++delivery) {
        const QueuePointer queue = existing(delivery->queue);
        if (!queue)
            continue; // removed meanwhile
        const qint64 weight = MemoryMessage::weigh(delivery->content);
        queue->putFirst(
            std::make_shared<const MemoryMessage>(std::move(delivery->content), weight, m_bytes));
        refilled.insert(queue.get());
    }
    for (MemoryQueue *queue : std::as_const(refilled))
        queue->dispatch();
}

} // namespace Qombu
