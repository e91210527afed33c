// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/bytestream.h"
#include "transports/redis/redisoptions.h"

#include <Qombu/hub.h>

namespace Qombu::Redis {

// What a link, its sockets and its leases need to know. A value.
struct RedisLinkSettings
{
    // Makes the byte pipe of a socket; the listener gets its events.
    using MakeStream = std::function<std::unique_ptr<ByteStream>(Hub *, ByteStreamListener *)>;

    RedisOptions options;
    MakeStream makeStream;
    std::chrono::nanoseconds requestTimeout = std::chrono::seconds(10);
    std::chrono::nanoseconds closeTimeout = std::chrono::seconds(3);
    Hub *background = nullptr; // renews leases; null: Hub::background()
};

} // namespace Qombu::Redis
