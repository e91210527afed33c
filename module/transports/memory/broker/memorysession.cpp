// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/broker/memorysession.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {

namespace {

struct MemorySessionText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::MemorySession)
};

bool mayConsume(const MemoryQueue &queue, bool alone)
{
    const auto &others = queue.consumers();
    return alone ? others.empty()
                 : std::none_of(others.begin(), others.end(),
                                [](const MemoryConsumer *other) { return other->exclusive; });
}

template<typename T>
void addOnce(std::vector<T> &things, const T &thing)
{
    if (std::find(things.rbegin(), things.rend(), thing) == things.rend())
        things.push_back(thing);
}

} // namespace

MemorySession::MemorySession(quint64 sessionId, MemoryTopology *topology, DeliveryNumbers *numbers)
    : id(sessionId)
    , m_topology(topology)
{
    m_holder.numbers = numbers;
}

MemorySession::~MemorySession()
{
    QList<MemoryQueuePointer> left;
    for (const auto &[number, consumer] : m_consumers)
        left += consumer->queues();
    // Held ones are put back before anything is handed to others, so that the order is kept.
    std::vector<MemoryQueue *> touched;
    auto all = m_holder.held.takeAll();
    for (const auto &[number, held] : all) {
        addOnce(touched, held.arrival.queue.get());
        giveBack(held.arrival);
    }
    for (const auto &[number, consumer] : m_consumers)
        consumer->setPaused(true);
    m_consumers.clear();
    for (MemoryQueue *queue : touched)
        queue->dispatch();
    m_topology->consumersLeft(left);
    m_topology->sessionEnded(id);
}

Error MemorySession::consume(const ConsumeRequest &request, std::function<void()> wake)
{
    QList<MemoryQueuePointer> queues;
    Error error;
    for (const Queue &wish : request.queues) {
        const Result<MemoryQueuePointer> queue = m_topology->open(id, wish.name());
        error = queue.error();
        if (queue && !mayConsume(**queue, request.exclusive)) {
            error = Error(Error::Channel,
                          MemorySessionText::tr(
                              "ACCESS_REFUSED - queue \"%1\" is consumed exclusively, or by "
                              "others where this consumer wants to be alone")
                              .arg(wish.name()))
                        .withReplyCode(403)
                        .withWhere(QStringLiteral("queue/") + wish.name());
        }
        if (error.isError())
            break;
        if (!wish.deadLetterQueue().isEmpty())
            (*queue)->deadLetterQueue = wish.deadLetterQueue();
        if (!queues.contains(*queue))
            queues.append(*queue);
    }
    if (error.isError()) {
        for (const MemoryQueuePointer &queue : queues)
            m_topology->forgetUnlessUsed(queue);
        return error;
    }
    m_consumers[request.consumer] =
        std::make_unique<MemoryConsumer>(&m_holder, request, queues, std::move(wake));
    return {};
}

void MemorySession::cancel(quint64 number)
{
    auto node = m_consumers.extract(number);
    if (node.empty())
        return;
    const QList<MemoryQueuePointer> queues = node.mapped()->queues();
    node.mapped().reset();
    m_topology->consumersLeft(queues);
}

MemoryConsumer *MemorySession::consumer(quint64 number) const
{
    const auto it = m_consumers.find(number);
    return it == m_consumers.end() ? nullptr : it->second.get();
}

Result<std::optional<IncomingMessage>> MemorySession::get(const QString &name, bool noAck,
                                                          Hub::WallTime now)
{
    const Result<MemoryQueuePointer> queue = m_topology->find(id, name);
    if (!queue)
        return queue.error();
    std::optional<MemoryEntry> entry = *queue ? (*queue)->takeNext() : std::nullopt;
    if (!entry)
        return std::optional<IncomingMessage>();
    if (!noAck)
        ++(*queue)->unacked;
    return std::optional(m_holder.deliver({*queue, std::move(*entry)},
                                          noAck ? 0 : m_holder.numbers->take(), 0, now));
}

void MemorySession::giveBack(const MemoryArrival &arrival)
{
    --arrival.queue->unacked;
    if (!arrival.queue->exists)
        return; // removed meanwhile
    MemoryEntry entry = arrival.entry;
    entry.redelivered = true;
    arrival.queue->putBack(std::move(entry));
}

void MemorySession::deadLetter(const MemoryArrival &arrival)
{
    if (arrival.queue->deadLetterQueue.isEmpty())
        return;
    const MemoryQueuePointer queue = m_topology->make(arrival.queue->deadLetterQueue);
    queue->exists = true;
    queue->add(arrival.entry.message);
}

std::vector<MemoryHeld> MemorySession::settle(const std::vector<SettleRequest> &requests)
{
    std::vector<MemoryHeld> done;
    done.reserve(requests.size());
    std::vector<quint64> roomier;
    std::vector<MemoryQueue *> refilled;
    for (const SettleRequest &request : requests) {
        const quint64 holder = m_holder.held.consumerOf(request.delivery);
        std::optional<MemoryHeld> held = m_holder.held.take(request.delivery);
        if (!held)
            continue; // nothing to settle, or settled before
        const MemoryArrival &arrival = held->arrival;
        if (request.settlement == Settlement::Requeue) {
            addOnce(refilled, arrival.queue.get());
            giveBack(arrival);
        } else {
            --arrival.queue->unacked;
            if (request.settlement == Settlement::Reject)
                deadLetter(arrival);
        }
        addOnce(roomier, holder);
        done.push_back(std::move(*held));
    }
    for (MemoryQueue *queue : refilled)
        queue->dispatch();
    for (const quint64 number : roomier) {
        if (MemoryConsumer *known = consumer(number))
            known->roomChanged();
    }
    return done;
}

} // namespace Qombu
