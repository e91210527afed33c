// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/memorystore.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

MemoryStore::MemoryStore(Hub *hub, std::shared_ptr<MemoryBroker> broker, StoreListener *listener)
    : m_hub(hub)
    , m_broker(std::move(broker))
    , m_listener(listener)
{
}

MemoryStore::~MemoryStore()
{
    m_broker->closeSession(m_session);
}

void MemoryStore::open()
{
    // Posted from any thread, but only while the session is open: this store and its Hub live.
    m_session = m_broker->openSession([this, hub = m_hub, alive = std::weak_ptr<bool>(m_alive)] {
        hub->callSoon([this, alive] {
            if (!alive.expired())
                collect();
        });
    });
    later([this] {
        m_listener->storeOpened(
            {{QStringLiteral("product"), QStringLiteral("Qombu memory")},
             {QStringLiteral("version"), QCoreApplication::applicationVersion()}});
    });
}

void MemoryStore::close()
{
    later([this] {
        m_broker->closeSession(std::exchange(m_session, 0));
        m_listener->storeClosed();
    });
}

void MemoryStore::later(Hub::Callback work)
{
    m_work.push_back(std::move(work));
    if (std::exchange(m_isWorkPosted, true))
        return;
    m_hub->callSoon([this, alive = std::weak_ptr<bool>(m_alive)] {
        if (!alive.expired())
            runWork();
    });
}

void MemoryStore::runWork()
{
    m_isWorkPosted = false;
    const std::weak_ptr<bool> alive = m_alive;
    for (const Hub::Callback &work : std::exchange(m_work, {})) {
        work();
        if (alive.expired())
            return;
    }
}

template<typename T>
void MemoryStore::answer(Done<T> done, Result<T> result)
{
    later([done = std::move(done), result = std::move(result)] { done(result); });
}

QDateTime MemoryStore::now() const
{
    return QDateTime::fromMSecsSinceEpoch(
        std::chrono::duration_cast<std::chrono::milliseconds>(m_hub->wallTime().time_since_epoch())
            .count(),
        Qt::UTC);
}

void MemoryStore::declareExchange(const Exchange &exchange, Done<void> done)
{
    answer<void>(std::move(done), m_broker->declareExchange(exchange));
}

void MemoryStore::bind(const Binding &binding, Done<void> done)
{
    answer<void>(std::move(done), m_broker->bind(binding));
}

void MemoryStore::unbind(const Binding &binding, Done<void> done)
{
    m_broker->unbind(binding);
    answer<void>(std::move(done), {});
}

void MemoryStore::declare(const Queue &queue, Done<QueueInfo> done)
{
    answer(std::move(done), m_broker->declare(m_session, queue));
    tellIgnored(queue);
}

void MemoryStore::tellIgnored(const Queue &queue)
{
    if (!queue.expires() && !queue.messageTtl() && !queue.maxLength() && !queue.maxLengthBytes())
        return;
    if (m_told.contains(queue.name()))
        return;
    m_told.insert(queue.name());
    later([this, name = queue.name()] {
        m_listener->storeNotice(
            QCoreApplication::translate(
                "Qombu::MemoryStore",
                "memory:// does not expire or limit anything: queue '%1' asks for it in vain")
                .arg(name));
    });
}

void MemoryStore::inspect(const QString &queue, Done<QueueInfo> done)
{
    answer(std::move(done), m_broker->inspect(queue));
}

void MemoryStore::purge(const QString &queue, Done<qint64> done)
{
    answer<qint64>(std::move(done), m_broker->purge(queue));
}

void MemoryStore::remove(const Queue &queue, Done<qint64> done)
{
    answer<qint64>(std::move(done), m_broker->remove(queue.name()));
}

void MemoryStore::removeExchange(const Exchange &exchange, Done<void> done)
{
    m_broker->removeExchange(exchange.name());
    answer<void>(std::move(done), {});
}

void MemoryStore::publish(std::vector<StorePublish> &&messages)
{
    std::vector<PublishOutcome> outcomes = m_broker->publish(std::move(messages));
    if (!m_outcomes.empty()) {
        m_outcomes.insert(m_outcomes.end(), std::make_move_iterator(outcomes.begin()),
                          std::make_move_iterator(outcomes.end()));
        return;
    }
    m_outcomes = std::move(outcomes);
    later([this] { m_listener->published(std::exchange(m_outcomes, {})); });
}

void MemoryStore::get(const QString &queue, bool noAck, Done<std::optional<StoreDelivery>> done)
{
    answer<std::optional<StoreDelivery>>(std::move(done),
                                         m_broker->get(m_session, queue, noAck, now()));
}

void MemoryStore::watch(quint64 consumer, const QList<Queue> &queues, bool noAck, Done<void> done)
{
    QStringList names;
    for (const Queue &queue : queues)
        names.append(queue.name());
    answer<void>(std::move(done), m_broker->watch(m_session, consumer, names, noAck));
}

void MemoryStore::setRoom(quint64 consumer, int messages, qint64 bytes)
{
    m_broker->setRoom(m_session, consumer, messages, bytes);
}

void MemoryStore::unwatch(quint64 consumer)
{
    m_broker->unwatch(m_session, consumer);
}

void MemoryStore::settle(std::vector<StoreSettle> &&settlements)
{
    m_broker->settle(m_session, std::move(settlements));
}

void MemoryStore::giveBack(std::vector<StoreSettle> &&deliveries)
{
    // Both mean: to where they were.
    for (StoreSettle &delivery : deliveries)
        delivery.settlement = Settlement::Requeue;
    m_broker->settle(m_session, std::move(deliveries));
}

void MemoryStore::putBack(std::vector<StoreDelivery> &&deliveries)
{
    m_broker->putBack(std::move(deliveries));
}

void MemoryStore::collect()
{
    if (m_session == 0)
        return;
    const std::weak_ptr<bool> alive = m_alive;
    for (MemoryBroker::Batch &batch : m_broker->collect(m_session, now())) {
        m_listener->arrived(batch.consumer, std::move(batch.deliveries));
        if (alive.expired())
            return;
    }
}

void MemoryStore::inventory(int maximumRows, Done<Inventory> done)
{
    Inventory inventory = m_broker->inventory(maximumRows);
    inventory.takenAt = now();
    answer<Inventory>(std::move(done), std::move(inventory));
}

void MemoryStore::peek(const QString &queue, int limit, QueueEnd from,
                       Done<std::vector<IncomingMessage>> done)
{
    answer<std::vector<IncomingMessage>>(std::move(done), m_broker->peek(queue, limit, from));
}

void MemoryStore::unacked(int limit, Done<std::vector<Unacked>> done)
{
    answer<std::vector<Unacked>>(std::move(done), m_broker->unacked(limit));
}

} // namespace Qombu
