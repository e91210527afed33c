// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"
#include "transports/redis/rediskeys.h"
#include "transports/redis/redisoptions.h"
#include "virtual/store.h"

namespace Qombu::Redis {

// Declares, binds, counts and removes queues and exchanges of one database (kombu-wire §5.5,
// §5.12). Owned by the link's store; Hub's thread.
//
// Redis knows a queue by its messages only. Here a queue exists as well when a binding names it;
// Kombu calls that one missing.
class RedisTopology
{
public:
    RedisTopology(CommandSender &sender, const RedisOptions &options);

    void declare(const Queue &queue, Done<QueueInfo> done); // writes nothing
    void bind(const Binding &binding, Done<void> done);
    void unbind(const Binding &binding, Done<void> done);
    void inspect(const QString &queue, Done<QueueInfo> done); // Error::NotFound, reply code 404
    void purge(const QString &queue, Done<qint64> done); // messages dropped, held ones stay
    void remove(const QString &queue, Done<qint64> done); // with every binding to it, anybody's
    void removeExchange(const Exchange &exchange, Done<void> done); // its queues stay

private:
    // Members of binding sets that name one queue, by the key of the set.
    using Mentions = std::map<QByteArray, std::vector<QByteArray>>;
    void findMentions(const QString &queue, std::function<void(Result<Mentions>)> done);
    void findInSets(QList<QByteArray> sets, const QString &queue, std::shared_ptr<Mentions> found,
                    std::function<void(Result<Mentions>)> done);
    void acceptIfBound(const QByteArray &set, const QByteArray &member, const Error &refusal,
                       const Done<void> &done);
    void removeNow(const QString &queue, const Mentions &mentions, Done<qint64> done);
    std::vector<RespCommand> countAndDelete(const QString &queue) const;
    Error checkName(const QString &queue) const;

    CommandSender &m_sender;
    const RedisOptions m_options;
    const RedisKeys m_keys;
    // Held by what goes on over several commands: says whether this object still lives.
    const std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Redis
