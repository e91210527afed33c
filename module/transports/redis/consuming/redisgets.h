// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/channels.h"
#include "transports/redis/consuming/junkrows.h"

namespace Qombu::Redis {
class RedisSettler;

// Fetches single messages. What comes after its end goes back. Hub's thread; owned by RedisClaimer,
// and like it outlives the link.
class RedisGets
{
public:
    using Done = Qombu::Done<std::optional<IncomingMessage>>;
    RedisGets(const RedisContext &context, RedisSettler &settler);

    void get(const QString &queue, bool noAck, Done done);
    void end(); // no answer is given any more

private:
    void claim(Claim asked, const JunkRows &rows, const Done &done);
    void answered(Claim asked, Result<RespValue> &&reply, JunkRows rows, const Done &done);

    const RedisContext m_context;
    RedisSettler &m_settler;
    int m_underWay = 0;
    std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace Qombu::Redis
