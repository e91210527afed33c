// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/publishing/listpublisher.h"

#include "transports/redis/redisclient.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/topology/foreignkeys.h"

#include <algorithm>

namespace Qombu::Redis {

void ListPublisher::send(std::deque<PublishEntry> &waiting)
{
    if (m_writer.isExpiring(waiting.front().message.content->routingKey))
        return sendExpiring(waiting);
    RespCommand command;
    std::vector<quint64> ids;
    ids.reserve(std::min<std::size_t>(waiting.size(), copiesPerCommand));
    QByteArray list;
    for (; !waiting.empty(); waiting.pop_front()) {
        const OutgoingMessage &message = waiting.front().message;
        const MessageContent &content = *message.content;
        if (!content.exchange.isEmpty() || m_writer.isExpiring(content.routingKey))
            break;
        if (const Error error = m_writer.checkQueue(content.routingKey); error.isError()) {
            m_outcomes.add(message.id, error);
            continue;
        }
        const QByteArray &target = m_writer.listOf(content.routingKey, content.priority);
        const bool full = ids.size() == copiesPerCommand || command.size() >= bytesPerCommand;
        if (!ids.empty() && (full || target != list))
            break;
        if (ids.empty()) {
            list = target;
            command = RespCommand{"LPUSH", list};
            command.reserve(m_writer.roomFor(waiting.size()));
        }
        if (const Error error = m_writer.add(command, message); error.isError())
            m_outcomes.add(message.id, error);
        else
            ids.push_back(message.id);
    }
    if (ids.empty())
        return;
    m_context.sender.send(
        std::move(command),
        whileAlive(m_alive, [this, list, ids = std::move(ids)](const Result<RespValue> &reply) {
            if (reply)
                return settle(ids, {});
            explainRefusal(
                m_context.sender, {list}, reply.error(),
                whileAlive(m_alive, [this, ids](const Error &why) { settle(ids, why); }));
        }));
}

// As for Kombu since 5.7, publishing counts as use of a queue that expires when it is not used. The
// push and the new life are one step.
void ListPublisher::sendExpiring(std::deque<PublishEntry> &waiting)
{
    const QString queue = waiting.front().message.content->routingKey;
    PublishCall call(m_context.keys.list(queue), QByteArray());
    std::vector<quint64> ids;
    while (!waiting.empty() && !call.isFull()) {
        const OutgoingMessage &message = waiting.front().message;
        if (!message.content->exchange.isEmpty() || message.content->routingKey != queue)
            break;
        if (const Error error = m_writer.add(call, queue, message); error.isError())
            m_outcomes.add(message.id, error);
        else
            ids.push_back(message.id);
        waiting.pop_front();
    }
    if (ids.empty())
        return;
    m_context.sender.run(
        Scripts::all().publish, call.keys(), call.takeArguments(),
        whileAlive(m_alive, [this, ids = std::move(ids)](const Result<RespValue> &reply) {
            settle(ids, reply.error());
        }));
}

void ListPublisher::settle(const std::vector<quint64> &ids, const Error &error)
{
    for (const quint64 id : ids)
        m_outcomes.add(id, error);
    m_outcomes.tell();
}

} // namespace Qombu::Redis
