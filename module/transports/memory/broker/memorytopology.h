// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/memory/broker/memoryexchanges.h"
#include "transports/memory/broker/memoryqueue.h"

#include <Qombu/result.h>

namespace Qombu {

// The queues of one broker by their names, and its exchanges: who may do what to them, and what
// goes when it is needed no more. Plain class, guarded by the broker's mutex.
class MemoryTopology
{
public:
    MemoryExchanges exchanges;

    // session asks: exclusive queues of others answer Error::Channel, 405.
    Result<QueueInfo> declare(quint64 session, const Queue &wish);
    Error bind(quint64 session, const Binding &binding);
    Result<QueueInfo> inspect(quint64 session, const QString &name) const; // or NotFound, 404
    Result<qint64> purge(quint64 session, const QString &name);
    Result<qint64> remove(quint64 session, const QString &name, const RemoveOptions &options);
    // Null: there is no such queue.
    Result<MemoryQueuePointer> find(quint64 session, const QString &name) const;
    // Made if it is not there, for a consumer to wait at.
    Result<MemoryQueuePointer> open(quint64 session, const QString &name);

    // For everybody; null: there is no such queue.
    MemoryQueuePointer existing(const QString &name) const;
    MemoryQueuePointer make(const QString &name);
    std::vector<MemoryQueuePointer> route(const QString &exchange, const QString &routingKey);
    void consumersLeft(const QList<MemoryQueuePointer> &queues);
    void forgetUnlessUsed(const MemoryQueuePointer &queue);
    void sessionEnded(quint64 session);
    const QHash<QString, MemoryQueuePointer> &queues() const { return m_queues; }

private:
    qint64 discard(const MemoryQueuePointer &queue);

    QHash<QString, MemoryQueuePointer> m_queues;
};

} // namespace Qombu
