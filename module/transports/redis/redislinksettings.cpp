// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redislinksettings.h"

#include "transports/redis/rediskeys.h"

#include <algorithm>

namespace Qombu::Redis {

SessionSettings RedisLinkSettings::session() const
{
    SessionSettings settings;
    settings.user = options.user.toUtf8();
    settings.password = options.password.toUtf8();
    settings.database = options.database;
    settings.clientName = options.clientName.toUtf8();
    settings.replyTimeout = requestTimeout;
    settings.pingInterval = options.healthCheckInterval;
    settings.limits.elementBytes = options.maximumElementBytes + (1 << 20); // with its record
    settings.limits.replyBytes =
        std::max(settings.limits.replyBytes, 2 * settings.limits.elementBytes);
    return settings;
}

RedisSockets::Settings RedisLinkSettings::sockets(Hub *hub) const
{
    RedisSockets::Settings settings;
    settings.makeStream = [hub, make = makeStream](ByteStreamListener *listener) {
        return make(hub, listener);
    };
    settings.session = session();
    settings.connectTimeout = options.connectTimeout;
    settings.tracking = options.tracking;
    settings.probeKey = RedisKeys(options).own("probe");
    settings.scripts = {&Scripts::claim(), &Scripts::settle(), &Scripts::putBack(),
                        &Scripts::expired(), &Scripts::restore()};
    return settings;
}

RedisLeases::Settings RedisLinkSettings::leases() const
{
    RedisLeases::Settings settings;
    settings.makeStream = makeStream;
    settings.session = session();
    settings.connectTimeout = options.connectTimeout;
    // At least three tries before the time is over.
    settings.interval =
        std::min<std::chrono::nanoseconds>(options.renewInterval, options.visibilityTimeout / 3);
    settings.unackedIndex = RedisKeys(options).unackedIndex();
    return settings;
}

} // namespace Qombu::Redis
