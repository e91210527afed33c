// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/publishing/publishcall.h"
#include "transports/redis/rediscontext.h"

namespace Qombu::Redis {

// Writes the envelopes of one publisher into commands, and knows about how long they are. Hub's
// thread.
class EnvelopeWriter
{
public:
    explicit EnvelopeWriter(const RedisContext &context)
        : m_context(context)
    {
    }

    // As the next argument; it has a tag of its own. Nothing is added if it cannot be written.
    Error add(RespCommand &command, const OutgoingMessage &message);
    // For this queue, whose life begins anew if it is one that expires.
    Error add(PublishCall &call, const QString &queue, const OutgoingMessage &message);

    // About what so many messages like the last one need in a command.
    qsizetype roomFor(std::size_t messages) const;
    // Error::Unroutable for what cannot be a queue.
    Error checkQueue(const QString &queue);
    const QByteArray &listOf(const QString &queue, int priority); // valid until the next call
    bool isExpiring(const QString &queue) const;

private:
    Error append(QByteArray &out, const OutgoingMessage &message);

    const RedisContext m_context;
    qsizetype m_lastSize = 512; // of an envelope
    QString m_lastQueue; // of m_lastList
    int m_lastBucket = -1;
    QByteArray m_lastList;
};

} // namespace Qombu::Redis
