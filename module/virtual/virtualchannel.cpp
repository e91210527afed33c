// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/virtualchannel.h"

#include "virtual/gathering.h"
#include "virtual/virtuallink.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>
#include <limits>

namespace Qombu {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::VirtualChannel)
};

StoreSettle toStore(HeldDelivery &&delivery, Settlement settlement)
{
    return {std::move(delivery.key), std::move(delivery.queue), std::move(delivery.deadLetterQueue),
            settlement};
}

} // namespace

VirtualChannel::VirtualChannel(VirtualLink *link, quint32 number, LinkChannelListener *listener)
    : m_link(link)
    , m_number(number)
    , m_listener(listener)
{
}

VirtualChannel::~VirtualChannel()
{
    if (!m_link)
        return;
    if (m_link->isUsable())
        giveBackAll();
    m_link->removeChannel(this);
}

// Wraps an answer so that it is dropped once this channel is gone.
template<typename T>
Done<T> VirtualChannel::whileAlive(Done<T> done) const
{
    return [alive = std::weak_ptr<bool>(m_alive), done = std::move(done)](Result<T> result) {
        if (!alive.expired())
            done(std::move(result));
    };
}

template<typename T>
bool VirtualChannel::refuse(const Done<T> &done) const
{
    if (m_link && m_link->isUsable())
        return false;
    done(Error(Error::Connection, Text::tr("There is no connection to the broker"))
             .withRecoverable(true));
    return true;
}

void VirtualChannel::declare(const Exchange &exchange, Done<void> done)
{
    if (refuse(done))
        return;
    if (const Error error = m_link->exchanges().declare(exchange); error.isError()) {
        // A passive declaration of what another link declared: the store may know it.
        if (error.replyCode() != 404 || !m_link->store().keepsExchanges())
            return done(error);
    }
    m_link->store().declareExchange(
        exchange,
        whileAlive<void>(
            [this, name = exchange.name(), done = std::move(done)](const Result<void> &result) {
                if (!result && m_link)
                    m_link->exchanges().forget(name); // another link declared it otherwise
                done(result);
            }));
}

void VirtualChannel::declare(const Queue &wish, Done<QueueInfo> done)
{
    if (refuse(done))
        return;
    Queue queue = wish;
    if (queue.name().isEmpty())
        queue.setName(m_link->generatedQueueName());
    if (!queue.deadLetterQueue().isEmpty())
        m_link->deadLetterQueues().insert(queue.name(), queue.deadLetterQueue());
    if (queue.isPassive())
        return m_link->store().inspect(queue.name(), whileAlive(std::move(done)));

    // Everything is asked at once; the first error answers for all (kombu-wire §4.1: exchange,
    // queue, binding, in this order).
    const auto answer = std::make_shared<Gathering<QueueInfo>>(whileAlive(std::move(done)));
    answer->setValue({queue.name(), 0, 0});
    const QList<Binding> bindings = queue.bindings();
    for (const Binding &binding : bindings) {
        if (binding.exchange.isDeclared()
            && !DeclaredExchanges::isPredeclared(binding.exchange.name()))
            declare(binding.exchange, answer->part());
    }
    if (queue.isDeclared())
        m_link->store().declare(queue, answer->valuePart());
    for (Binding binding : bindings) {
        binding.queue = queue.name();
        bind(binding, answer->part());
    }
    answer->seal();
}

// A binding names its exchange; what was declared under that name decides about its type.
Error VirtualChannel::prepare(Binding &binding) const
{
    if (binding.exchange.isDefault()) {
        return Error(Error::Channel,
                     Text::tr("ACCESS_REFUSED - queues cannot be bound to the default exchange"))
            .withReplyCode(403);
    }
    const ExchangeType type =
        m_link->exchanges().type(binding.exchange.name()).value_or(binding.exchange.type());
    if (type == ExchangeType::Headers)
        return m_link->exchanges().declare(Exchange(binding.exchange.name(), type));
    if (type != binding.exchange.type())
        binding.exchange = Exchange(binding.exchange.name(), type);
    return {};
}

void VirtualChannel::bind(const Binding &wish, Done<void> done)
{
    if (refuse(done))
        return;
    Binding binding = wish;
    if (const Error error = prepare(binding); error.isError())
        return done(error);
    m_link->store().bind(binding, whileAlive(std::move(done)));
}

void VirtualChannel::unbind(const Binding &wish, Done<void> done)
{
    if (refuse(done))
        return;
    Binding binding = wish;
    if (const Error error = prepare(binding); error.isError())
        return done(error);
    m_link->store().unbind(binding, whileAlive(std::move(done)));
}

void VirtualChannel::inspect(const QString &queue, Done<QueueInfo> done)
{
    if (!refuse(done))
        m_link->store().inspect(queue, whileAlive(std::move(done)));
}

void VirtualChannel::purge(const QString &queue, Done<qint64> done)
{
    if (!refuse(done))
        m_link->store().purge(queue, whileAlive(std::move(done)));
}

void VirtualChannel::remove(const Queue &queue, Done<qint64> done)
{
    if (!refuse(done))
        m_link->store().remove(queue, whileAlive(std::move(done)));
}

void VirtualChannel::remove(const Exchange &exchange, Done<void> done)
{
    if (refuse(done))
        return;
    m_link->exchanges().forget(exchange.name());
    m_link->store().removeExchange(exchange, whileAlive(std::move(done)));
}

void VirtualChannel::publish(std::vector<OutgoingMessage> &&messages)
{
    if (!m_link || !m_link->isUsable())
        return; // the link's end settles what was not answered
    std::vector<StorePublish> batch;
    batch.reserve(messages.size());
    QString exchange;
    std::optional<ExchangeType> type = ExchangeType::Direct; // of the default exchange
    for (OutgoingMessage &message : messages) {
        if (message.content.exchange != exchange) {
            exchange = message.content.exchange;
            type = m_link->exchanges().type(exchange);
        }
        batch.push_back({m_link->addPublish(this, message.id), std::move(message.content),
                         type.value_or(ExchangeType::Direct), type.has_value(), message.mandatory});
    }
    m_link->store().publish(std::move(batch));
}

void VirtualChannel::get(const QString &queue, bool noAck,
                         Done<std::optional<IncomingMessage>> done)
{
    if (refuse(done))
        return;
    // An answer that comes after this channel's end is given back by the store's own end.
    m_link->store().get(
        queue, noAck,
        whileAlive<std::optional<StoreDelivery>>(
            [this, done = std::move(done)](Result<std::optional<StoreDelivery>> result) {
                if (!result)
                    return done(result.error());
                if (!*result)
                    return done(std::optional<IncomingMessage>());
                done(std::optional<IncomingMessage>(take(std::move(**result), 0, nullptr)));
            }));
}

void VirtualChannel::consume(const ConsumeRequest &request, Done<void> done)
{
    if (refuse(done))
        return;
    if (m_storeConsumers.contains(request.consumer)) {
        return done(
            Error(Error::Channel,
                  Text::tr("NOT_ALLOWED - consumer %1 exists already").arg(request.consumer))
                .withReplyCode(530));
    }
    for (const Queue &queue : request.queues) {
        if (!queue.deadLetterQueue().isEmpty())
            m_link->deadLetterQueues().insert(queue.name(), queue.deadLetterQueue());
    }
    const quint64 storeConsumer = m_link->addConsumer(this);
    Consumer consumer;
    consumer.id = request.consumer;
    consumer.noAck = request.noAck;
    consumer.window.setLimits(request.prefetchCount, request.prefetchBytes);
    m_consumers.insert(storeConsumer, consumer);
    m_storeConsumers.insert(request.consumer, storeConsumer);
    m_link->store().watch(
        storeConsumer, request.queues, request.noAck,
        whileAlive<void>([this, storeConsumer, done = std::move(done)](const Result<void> &result) {
            const auto it = m_consumers.find(storeConsumer);
            if (it == m_consumers.end())
                return done(Error(Error::Cancelled, Text::tr("The consumer was cancelled")));
            if (result) {
                it->served = true;
                tellRoom(storeConsumer);
            } else {
                m_storeConsumers.remove(it->id);
                m_consumers.erase(it);
                m_link->removeConsumer(storeConsumer);
            }
            done(result);
        }));
}

void VirtualChannel::setPrefetch(quint64 consumer, int count, qint64 bytes)
{
    const quint64 storeConsumer = m_storeConsumers.value(consumer);
    const auto it = m_consumers.find(storeConsumer);
    if (it == m_consumers.end())
        return;
    it->window.setLimits(count, bytes);
    tellRoom(storeConsumer);
}

void VirtualChannel::setPaused(quint64 consumer, bool paused)
{
    const quint64 storeConsumer = m_storeConsumers.value(consumer);
    const auto it = m_consumers.find(storeConsumer);
    if (it == m_consumers.end() || it->paused == paused)
        return;
    it->paused = paused;
    tellRoom(storeConsumer);
}

void VirtualChannel::cancel(quint64 consumer, Done<void> done)
{
    if (refuse(done))
        return;
    if (const quint64 storeConsumer = m_storeConsumers.take(consumer)) {
        m_consumers.remove(storeConsumer);
        m_link->removeConsumer(storeConsumer);
        m_link->store().unwatch(storeConsumer);
    }
    done({});
}

// Makes room in the window of the consumer that held delivery, if it is still there.
void VirtualChannel::release(const HeldDelivery &delivery, QSet<quint64> &changed)
{
    const auto it = m_consumers.find(delivery.consumer);
    if (it == m_consumers.end())
        return;
    it->window.release(delivery.bytes);
    changed.insert(delivery.consumer);
}

void VirtualChannel::settle(std::vector<SettleRequest> &&requests)
{
    if (!m_link || !m_link->isUsable())
        return;
    std::vector<StoreSettle> batch;
    batch.reserve(requests.size());
    QSet<quint64> changed;
    for (const SettleRequest &request : requests) {
        std::optional<HeldDelivery> delivery = m_ledger.take(request.delivery);
        if (!delivery)
            continue; // nothing to settle: no-ack, fanout, or lost to another consumer
        release(*delivery, changed);
        batch.push_back(toStore(std::move(*delivery), request.settlement));
    }
    if (batch.empty())
        return;
    m_link->store().settle(std::move(batch));
    tellRoom(changed);
}

void VirtualChannel::giveBack(std::vector<quint64> &&deliveries)
{
    if (!m_link || !m_link->isUsable())
        return;
    std::sort(deliveries.begin(), deliveries.end());
    std::vector<StoreSettle> batch;
    batch.reserve(deliveries.size());
    QSet<quint64> changed;
    for (const quint64 number : deliveries) {
        std::optional<HeldDelivery> delivery = m_ledger.take(number);
        if (!delivery)
            continue;
        release(*delivery, changed);
        batch.push_back(toStore(std::move(*delivery), Settlement::Requeue));
    }
    if (batch.empty())
        return;
    m_link->store().giveBack(std::move(batch));
    tellRoom(changed);
}

void VirtualChannel::putBack(std::vector<IncomingMessage> &&messages)
{
    if (!m_link || !m_link->isUsable())
        return;
    std::vector<StoreDelivery> batch;
    batch.reserve(messages.size());
    for (IncomingMessage &message : messages) {
        StoreDelivery &delivery = batch.emplace_back();
        delivery.queue = std::move(message.queue);
        delivery.content = std::move(message.content);
    }
    m_link->store().putBack(std::move(batch));
}

void VirtualChannel::giveBackAll()
{
    for (auto it = m_consumers.cbegin(); it != m_consumers.cend(); ++it) {
        m_link->removeConsumer(it.key());
        m_link->store().unwatch(it.key());
    }
    m_consumers.clear();
    m_storeConsumers.clear();
    std::vector<StoreSettle> batch;
    batch.reserve(m_ledger.size());
    for (HeldDelivery &delivery : m_ledger.takeAll())
        batch.push_back(toStore(std::move(delivery), Settlement::Requeue));
    if (!batch.empty())
        m_link->store().giveBack(std::move(batch));
}

void VirtualChannel::tellRoom(quint64 storeConsumer)
{
    const auto it = m_consumers.constFind(storeConsumer);
    if (!m_link || !m_link->isUsable() || it == m_consumers.cend() || !it->served)
        return;
    PrefetchWindow::Room room;
    if (it->paused)
        room = {};
    else if (it->noAck)
        room = {std::numeric_limits<int>::max(), std::numeric_limits<qint64>::max()};
    else
        room = it->window.room();
    m_link->store().setRoom(storeConsumer, room.messages, room.bytes);
}

void VirtualChannel::tellRoom(const QSet<quint64> &storeConsumers)
{
    for (const quint64 storeConsumer : storeConsumers)
        tellRoom(storeConsumer);
}

IncomingMessage VirtualChannel::take(StoreDelivery &&delivery, quint64 storeConsumer,
                                     const Consumer *consumer)
{
    IncomingMessage message;
    message.consumer = consumer ? consumer->id : 0;
    message.queue = delivery.queue;
    message.content = std::move(delivery.content);
    message.broadcastBytes = delivery.isBroadcast ? std::max<qint64>(1, delivery.bytes) : 0;
    QString deadLetterQueue;
    if (!m_link->deadLetterQueues().isEmpty())
        deadLetterQueue = m_link->deadLetterQueues().value(delivery.queue);
    message.delivery = m_ledger.add({std::move(delivery.key), std::move(delivery.queue),
                                     std::move(deadLetterQueue), delivery.bytes, storeConsumer});
    if (message.content.deliveryTag.isEmpty())
        message.content.deliveryTag = QString::number(message.delivery);
    return message;
}

void VirtualChannel::arrived(quint64 storeConsumer, std::vector<StoreDelivery> &&batch)
{
    const auto it = m_consumers.find(storeConsumer);
    if (it == m_consumers.end())
        return;
    std::vector<IncomingMessage> messages;
    messages.reserve(batch.size());
    for (StoreDelivery &delivery : batch) {
        if (!delivery.key.isEmpty())
            it->window.take(delivery.bytes);
        messages.push_back(take(std::move(delivery), storeConsumer, &*it));
    }
    m_listener->delivered(std::move(messages));
}

void VirtualChannel::published(std::vector<PublishOutcome> &&outcomes)
{
    m_listener->published(std::move(outcomes));
}

bool VirtualChannel::settledTooLate(const QByteArray &key)
{
    const quint64 number = m_ledger.numberOf(key);
    if (number == 0)
        return false;
    if (const std::optional<HeldDelivery> delivery = m_ledger.take(number)) {
        // The store lost it before it was settled: it no longer fills a window.
        QSet<quint64> changed;
        release(*delivery, changed);
        tellRoom(changed);
    }
    m_listener->settledTooLate(number);
    return true;
}

void VirtualChannel::consumerFailed(quint64 storeConsumer, const Error &why)
{
    const auto it = m_consumers.constFind(storeConsumer);
    if (it == m_consumers.cend())
        return;
    const quint64 id = it->id;
    m_consumers.erase(it);
    m_storeConsumers.remove(id);
    m_listener->consumerCancelled(id, why);
}

} // namespace Qombu
