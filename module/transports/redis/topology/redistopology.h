// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/channels.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediscontext.h"

#include <map>

namespace Qombu::Redis {
class RedisFanout;

// Declares, binds, counts and removes queues and exchanges of one database. Hub's thread; may
// outlive the link, and then answers nothing.
//
// Redis knows a queue by its messages only. Here a queue exists as well when a binding names it;
// Kombu calls that one missing. Exchanges exist on this link only, as it declared them.
class RedisTopology final : public TopologyChannel
{
public:
    // The fanout hears of bindings; null: nobody consumes here.
    explicit RedisTopology(const RedisContext &context, RedisFanout *fanout = nullptr);

    void declare(const Exchange &exchange, Done<void> done) override;
    void declare(const Queue &queue, Done<QueueInfo> done) override; // writes nothing
    void bind(const Binding &binding, Done<void> done) override;
    void unbind(const Binding &binding, Done<void> done) override;
    void unwanted(const Binding &binding) override;
    void inspect(const QString &queue, Done<QueueInfo> done) override;
    void purge(const QString &queue, Done<qint64> done) override; // held messages stay
    // With every binding to it, anybody's.
    void remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done) override;
    void remove(const Exchange &exchange, const RemoveOptions &options, Done<void> done) override;

private:
    // Members of binding sets that name one queue, by the key of the set.
    using Mentions = std::map<QByteArray, std::vector<QByteArray>>;
    struct Search
    {
        Mentions found;
        Error unread; // why not all of them could be looked at
    };
    bool isOver() const { return m_context.alive.expired(); }
    Result<std::vector<QByteArray>> prepare(Binding &binding) const;
    void count(const QString &queue, Done<QueueInfo> done);
    Error checkNames(const QString &queue, const QString &deadLetterQueue) const;
    void bindingWritten(const QString &exchange, const WantedBinding &wanted,
                        const Result<qint64> &result, const Done<void> &done);
    void findMentions(const QString &queue, std::function<void(Result<Search>)> done);
    void findInSets(const QList<QByteArray> &sets, const QString &queue,
                    const std::function<void(Result<Search>)> &done);
    void removeFound(const QString &queue, const Mentions &mentions, bool onlyEmpty,
                     const Done<qint64> &done);
    void removeAll(const std::vector<QByteArray> &lists, const Mentions &mentions, bool onlyEmpty,
                   Done<qint64> done);
    void sendAll(std::vector<RespCommand> commands,
                 std::function<void(Result<std::vector<RespValue>>)> done);

    const RedisContext m_context;
    RedisFanout *const m_fanout;
    // Held by what is asked: says whether this object still lives.
    const std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Redis
