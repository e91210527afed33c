// SPDX-License-Identifier: BSD-3-Clause
#include "transports/memory/broker/memorytopology.h"

#include "transports/memory/broker/memoryconsumer.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

namespace {

struct MemoryTopologyText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::MemoryTopology)
};

Error refusal(int code, const QString &text, const QString &queue)
{
    return Error(code == 404 ? Error::NotFound : Error::Channel, text.arg(queue))
        .withReplyCode(code)
        .withWhere(QStringLiteral("queue/") + queue);
}

QueueInfo infoOf(const MemoryQueue &queue)
{
    return {queue.name, queue.readyCount(), qint64(queue.consumers().size())};
}

// What wish wants otherwise, by AMQP's name of the argument; empty: nothing.
QString difference(const Queue &known, const Queue &wish)
{
    if (known.isDurable() != wish.isDurable())
        return QStringLiteral("durable");
    if (known.isExclusive() != wish.isExclusive())
        return QStringLiteral("exclusive");
    if (known.isAutoDelete() != wish.isAutoDelete())
        return QStringLiteral("auto_delete");
    if (known.expires() != wish.expires())
        return QStringLiteral("x-expires");
    if (known.messageTtl() != wish.messageTtl())
        return QStringLiteral("x-message-ttl");
    if (known.maxLength() != wish.maxLength())
        return QStringLiteral("x-max-length");
    if (known.maxLengthBytes() != wish.maxLengthBytes())
        return QStringLiteral("x-max-length-bytes");
    if (known.maxPriority() != wish.maxPriority())
        return QStringLiteral("x-max-priority");
    return known.arguments() == wish.arguments() ? QString() : QStringLiteral("arguments");
}

} // namespace

Result<QueueInfo> MemoryTopology::declare(quint64 session, const Queue &wish)
{
    const QString name = wish.name();
    if (wish.isPassive())
        return inspect(session, name);
    const Result<MemoryQueuePointer> known = open(session, name);
    if (!known)
        return known.error();
    MemoryQueue &queue = **known;
    const QString differs = queue.declaration ? difference(*queue.declaration, wish) : QString();
    if (!differs.isEmpty()) {
        return refusal(
            406,
            MemoryTopologyText::tr("PRECONDITION_FAILED - queue \"%1\" exists with another %2")
                .arg(QStringLiteral("%1"), differs),
            name);
    }
    if (!queue.declaration) { // also if it came by a publish, which knows nothing about it
        queue.declaration = wish;
        queue.exists = true;
        queue.owner = wish.isExclusive() ? session : 0;
    }
    if (!wish.deadLetterQueue().isEmpty())
        queue.deadLetterQueue = wish.deadLetterQueue();
    return infoOf(queue);
}

Error MemoryTopology::bind(quint64 session, const Binding &binding)
{
    if (const Error error = find(session, binding.queue).error(); error.isError())
        return error;
    if (const Error error = exchanges.bind(binding); error.isError())
        return error;
    if (!binding.queue.isEmpty())
        make(binding.queue)->exists = true;
    return {};
}

Result<QueueInfo> MemoryTopology::inspect(quint64 session, const QString &name) const
{
    const Result<MemoryQueuePointer> queue = find(session, name);
    if (!queue)
        return queue.error();
    if (*queue)
        return infoOf(**queue);
    return refusal(404, MemoryTopologyText::tr("NOT_FOUND - no queue \"%1\""), name);
}

Result<qint64> MemoryTopology::purge(quint64 session, const QString &name)
{
    const Result<MemoryQueuePointer> queue = find(session, name);
    if (!queue)
        return queue.error();
    return *queue ? (*queue)->clear() : 0;
}

Result<qint64> MemoryTopology::remove(quint64 session, const QString &name,
                                      const RemoveOptions &options)
{
    const Result<MemoryQueuePointer> found = find(session, name);
    if (!found)
        return found.error();
    const MemoryQueuePointer queue = *found;
    if (!queue)
        return 0;
    if (options.ifUnused && !queue->consumers().empty())
        return refusal(
            406, MemoryTopologyText::tr("PRECONDITION_FAILED - queue \"%1\" has consumers"), name);
    if (options.ifEmpty && !queue->isEmpty())
        return refusal(
            406, MemoryTopologyText::tr("PRECONDITION_FAILED - queue \"%1\" is not empty"), name);
    return discard(queue);
}

Result<MemoryQueuePointer> MemoryTopology::find(quint64 session, const QString &name) const
{
    const MemoryQueuePointer queue = existing(name);
    if (!queue || queue->owner == 0 || queue->owner == session)
        return queue;
    return refusal(
        405,
        MemoryTopologyText::tr("RESOURCE_LOCKED - queue \"%1\" is exclusive to another connection"),
        name);
}

Result<MemoryQueuePointer> MemoryTopology::open(quint64 session, const QString &name)
{
    Result<MemoryQueuePointer> queue = find(session, name);
    if (queue && !*queue)
        *queue = make(name);
    return queue;
}

MemoryQueuePointer MemoryTopology::existing(const QString &name) const
{
    const MemoryQueuePointer queue = m_queues.value(name);
    return queue && queue->exists ? queue : nullptr;
}

MemoryQueuePointer MemoryTopology::make(const QString &name)
{
    MemoryQueuePointer &queue = m_queues[name];
    if (!queue)
        queue = std::make_shared<MemoryQueue>(name);
    return queue;
}

std::vector<MemoryQueuePointer> MemoryTopology::route(const QString &exchange,
                                                      const QString &routingKey)
{
    if (exchange.isEmpty()) { // makes its queue, as on brokers whose queues are lists
        const MemoryQueuePointer queue = make(routingKey);
        queue->exists = true;
        return {queue};
    }
    std::vector<MemoryQueuePointer> reached;
    const QStringList names = exchanges.route(exchange, routingKey);
    for (const QString &name : names) {
        if (MemoryQueuePointer queue = existing(name))
            reached.push_back(std::move(queue));
    }
    return reached;
}

// What is unacked of it is dropped when it comes back.
qint64 MemoryTopology::discard(const MemoryQueuePointer &queue)
{
    exchanges.unbindQueue(queue->name);
    queue->exists = false;
    queue->owner = 0;
    m_queues.remove(queue->name);
    const std::vector<MemoryConsumer *> consumers = queue->consumers();
    for (MemoryConsumer *consumer : consumers) {
        queue->removeConsumer(consumer);
        consumer->queueRemoved(queue);
    }
    return queue->clear();
}

void MemoryTopology::consumersLeft(const QList<MemoryQueuePointer> &queues)
{
    for (const MemoryQueuePointer &queue : queues) {
        if (queue->exists && queue->consumers().empty() && queue->declaration
            && queue->declaration->isAutoDelete())
            discard(queue);
        else
            forgetUnlessUsed(queue);
    }
}

void MemoryTopology::forgetUnlessUsed(const MemoryQueuePointer &queue)
{
    if (!queue->exists && queue->consumers().empty() && m_queues.value(queue->name) == queue)
        m_queues.remove(queue->name);
}

void MemoryTopology::sessionEnded(quint64 session)
{
    const QList<MemoryQueuePointer> queues = m_queues.values();
    for (const MemoryQueuePointer &queue : queues) {
        if (queue->owner == session)
            discard(queue);
    }
}

} // namespace Qombu
