// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/rediscontext.h"

namespace Qombu::Redis {

// Begins the life of the lists of a queue anew, if it was declared as one that expires when it is
// not used: as Kombu since 5.7 does with every get.
void renewLife(const RedisContext &context, const QString &queue);

// Does so for queues that are consumed from, in time. Hub's thread; part of RedisLink.
class QueueLives
{
public:
    explicit QueueLives(const RedisContext &context)
        : m_context(context)
    {
    }

    void keep(const QStringList &queues); // call it at least once a second

private:
    const RedisContext m_context;
    QHash<QString, Hub::TimePoint> m_due;
};

} // namespace Qombu::Redis
