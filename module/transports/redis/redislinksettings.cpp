// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redislinksettings.h"

#include <algorithm>

namespace Qombu::Redis {

SessionSettings RedisLinkSettings::session(SocketRole role) const
{
    SessionSettings settings;
    settings.role = role;
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

} // namespace Qombu::Redis
