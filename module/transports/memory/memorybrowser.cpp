// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/memorybrowser.h"

#include "port/inventorypage.h"

#include <algorithm>

namespace Qombu {

namespace {

QDateTime dateTime(Hub::WallTime time)
{
    using namespace std::chrono;
    return QDateTime::fromMSecsSinceEpoch(
               duration_cast<milliseconds>(time.time_since_epoch()).count())
        .toUTC();
}

void addQueues(Inventory &inventory, const MemoryTopology &topology, const InventoryQuery &query)
{
    for (const MemoryQueuePointer &queue : topology.queues()) {
        if (!queue->exists)
            continue;
        inventory.unacked += queue->unacked;
        if ((query.parts & InventoryQuery::Queues) && queue->name.contains(query.nameFilter)) {
            inventory.queues.append({queue->name, queue->readyCount(), queue->unacked,
                                     qint64(queue->consumers().size()), queue->readyByPriority()});
        }
    }
}

QList<ConsumerRow> consumersOf(const MemoryBroker &broker, const QString &queue)
{
    QList<ConsumerRow> rows;
    const MemoryQueuePointer known = broker.topology.queues().value(queue);
    if (!known)
        return rows;
    for (const MemoryConsumer *consumer : known->consumers()) {
        ConsumerRow row;
        row.queue = queue;
        row.tag = consumer->tag;
        row.prefetchCount = consumer->noAck ? 0 : consumer->count();
        row.acknowledges = !consumer->noAck;
        row.exclusive = consumer->exclusive;
        for (const auto &[id, session] : broker.sessions()) {
            if (session->consumer(consumer->number) == consumer)
                row.connection = QString::number(id);
        }
        rows.append(row);
    }
    return rows;
}

} // namespace

MemoryBrowser::MemoryBrowser(Hub *hub, std::shared_ptr<SharedMemoryBroker> broker)
    : m_hub(hub)
    , m_broker(std::move(broker))
{
}

void MemoryBrowser::inventory(const InventoryQuery &query, Done<Inventory> done)
{
    Inventory inventory;
    inventory.takenAt = dateTime(m_hub->wallTime());
    m_broker->ask([&](const MemoryBroker &broker) {
        addQueues(inventory, broker.topology, query);
        broker.topology.exchanges.describe(inventory, query);
    });
    cutPage(inventory, query);
    done(std::move(inventory));
}

void MemoryBrowser::peek(const PeekRequest &request, Done<std::vector<IncomingMessage>> done)
{
    std::vector<IncomingMessage> messages;
    m_broker->ask([&](const MemoryBroker &broker) {
        const MemoryQueuePointer known = broker.topology.existing(request.queue);
        if (!known)
            return;
        for (const MemoryEntry &entry : known->peek(request.limit, request.from)) {
            IncomingMessage &message = messages.emplace_back();
            message.queue = request.queue;
            message.content = entry.content();
        }
    });
    done(std::move(messages));
}

void MemoryBrowser::unacked(int limit, Done<std::vector<Unacked>> done)
{
    std::vector<Unacked> rows;
    m_broker->ask([&](const MemoryBroker &broker) {
        for (const auto &[id, session] : broker.sessions()) {
            session->held().forEach([&, sessionId = id](quint64 number, const MemoryHeld &held) {
                if (qsizetype(rows.size()) >= limit)
                    return false;
                Unacked &row = rows.emplace_back();
                row.tag = QStringLiteral("%1.%2").arg(sessionId).arg(number);
                row.deliveredAt = dateTime(held.deliveredAt);
                row.queue = held.arrival.queue->name;
                row.content = held.arrival.entry.content();
                row.holder = QString::number(sessionId);
                row.holderState = HolderState::Alive; // what dies here holds nothing any more
                return true;
            });
        }
    });
    done(std::move(rows));
}

void MemoryBrowser::consumers(const QString &queue, Done<QList<ConsumerRow>> done)
{
    done(m_broker->ask([&](const MemoryBroker &broker) { return consumersOf(broker, queue); }));
}

} // namespace Qombu
