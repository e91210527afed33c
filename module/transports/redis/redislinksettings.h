// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/streamfactory.h"
#include "transports/redis/redisoptions.h"

namespace Qombu::Redis {

// What a link, its sockets and its leases need to know. A value.
struct RedisLinkSettings
{
    RedisOptions options;
    MakeStream makeStream;
    std::chrono::nanoseconds requestTimeout = std::chrono::seconds(10);
    std::chrono::nanoseconds closeTimeout = std::chrono::seconds(3);
    Hub *background = nullptr; // renews leases; null: Hub::background()
};

} // namespace Qombu::Redis
