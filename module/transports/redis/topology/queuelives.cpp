// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/queuelives.h"

#include "transports/redis/redisclient.h"
#include "transports/redis/redisscripts.h"

namespace Qombu::Redis {

void renewLife(const RedisContext &context, const QString &queue)
{
    const auto life = context.declared.expiries.value(queue);
    if (life.count() <= 0)
        return;
    RespCommand keys;
    for (const QByteArray &list : context.keys.lists(queue))
        keys.add(list);
    context.sender.run(Scripts::all().expire, std::move(keys), {qint64(life.count())},
                       [](const Result<RespValue> &) {}); // the next time will do
}

void QueueLives::keep(const QStringList &queues)
{
    for (const QString &queue : queues) {
        const auto life = m_context.declared.expiries.value(queue);
        if (life.count() <= 0 || m_due.value(queue) > m_context.hub->now())
            continue;
        m_due.insert(queue, m_context.hub->now() + life / 3);
        renewLife(m_context, queue);
    }
}

} // namespace Qombu::Redis
