// SPDX-License-Identifier: BSD-3-Clause
// The part of MemoryBroker that only looks.
#include "transports/memory/memorybroker.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::MemoryBroker)
};

} // namespace

Result<QueueInfo> MemoryBroker::inspect(const QString &name) const
{
    const std::lock_guard lock(m_mutex);
    if (const QueuePointer queue = existing(name))
        return QueueInfo{queue->name, queue->readyCount(), queue->consumerCount()};
    return Error(Error::NotFound, Text::tr("NOT_FOUND - no queue '%1'").arg(name))
        .withReplyCode(404);
}

Inventory MemoryBroker::inventory(int maximumRows) const
{
    Inventory inventory;
    const std::lock_guard lock(m_mutex);
    for (const QueuePointer &queue : m_queues) {
        if (!queue->exists)
            continue;
        inventory.unacked += queue->unacked;
        inventory.queues.append({queue->name, queue->readyCount(), queue->unacked,
                                 queue->consumerCount(), queue->readyByPriority()});
    }
    std::sort(inventory.queues.begin(), inventory.queues.end(),
              [](const QueueRow &a, const QueueRow &b) { return a.name < b.name; });
    if (inventory.queues.size() > maximumRows) {
        inventory.queues.resize(maximumRows);
        inventory.truncated = true;
    }
    m_exchanges.describe(inventory, maximumRows);
    return inventory;
}

std::vector<IncomingMessage> MemoryBroker::peek(const QString &name, int limit, QueueEnd from) const
{
    std::vector<IncomingMessage> messages;
    const std::lock_guard lock(m_mutex);
    const QueuePointer queue = existing(name);
    if (!queue)
        return messages;
    for (const MemoryEntry &entry : queue->peek(limit, from)) {
        IncomingMessage &message = messages.emplace_back();
        message.queue = name;
        message.content = entry.message->content();
        message.content.redelivered = entry.redelivered;
    }
    return messages;
}

std::vector<LinkBrowser::Unacked> MemoryBroker::unacked(int limit) const
{
    std::vector<LinkBrowser::Unacked> rows;
    const std::lock_guard lock(m_mutex);
    for (const auto &[id, session] : m_sessions) {
        session->held.forEach([&, sessionId = id](quint64 number, const MemoryHeld &held) {
            if (qsizetype(rows.size()) >= limit)
                return false;
            const MemoryEntry &entry = held.arrival.entry;
            LinkBrowser::Unacked &row = rows.emplace_back();
            row.tag = QStringLiteral("%1.%2").arg(sessionId).arg(number);
            row.deliveredAt = held.deliveredAt;
            row.queue = held.arrival.queue->name;
            row.content = entry.message->content();
            row.content.redelivered = entry.redelivered;
            return true;
        });
    }
    return rows;
}

} // namespace Qombu
