// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisleases.h"
#include "transports/redis/redisoptions.h"
#include "transports/redis/redissockets.h"

namespace Qombu::Redis {

// What a link needs to know, and what its parts need of that. A value.
struct RedisLinkSettings
{
    using MakeStream = std::function<std::unique_ptr<ByteStream>(Hub *, ByteStreamListener *)>;

    RedisOptions options;
    MakeStream makeStream;
    std::chrono::nanoseconds requestTimeout = std::chrono::seconds(10);
    std::chrono::nanoseconds closeTimeout = std::chrono::seconds(3);
    Hub *background = nullptr; // renews leases; null: Hub::background()

    SessionSettings session() const;
    RedisSockets::Settings sockets(Hub *hub) const;
    RedisLeases::Settings leases() const;
};

} // namespace Qombu::Redis
