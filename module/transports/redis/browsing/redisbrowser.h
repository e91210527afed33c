// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/link.h"
#include "transports/redis/browsing/redispeek.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediskeys.h"
#include "transports/redis/redisoptions.h"

namespace Qombu::Redis {

// Looks at a database without changing it: only reading commands, each of them bounded, never KEYS.
// Owned by RedisLink; Hub's thread.
class RedisBrowser : public LinkBrowser
{
public:
    using Clock = std::function<QDateTime()>;

    // tell hears what a look had to leave out, a sentence each.
    RedisBrowser(CommandSender &sender, const RedisOptions &options, Clock now,
                 TellUnread tell = {});
    ~RedisBrowser() override;

    void inventory(const InventoryQuery &query, Done<Inventory> done) override;
    // An element that is no envelope comes as it is, application/data, with an error. So do
    // elements of a quarantine list, whose name is queue here.
    void peek(const PeekRequest &request, Done<std::vector<IncomingMessage>> done) override;
    void unacked(int limit, Done<std::vector<Unacked>> done) override;
    void quarantine(const QString &queue, int limit, Done<QList<QuarantinedRow>> done) override;

private:
    CommandSender &m_sender;
    const RedisOptions m_options;
    const Clock m_now;
    const TellUnread m_tell;
    const std::shared_ptr<PeekMemory> m_peeks = std::make_shared<PeekMemory>();
};

} // namespace Qombu::Redis
