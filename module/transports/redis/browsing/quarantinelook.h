// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/linkbrowser.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediskeys.h"

namespace Qombu::Redis {

// Reads the quarantine of this queue page after page, and says of each element why it is no
// message. At most so many elements, and a bounded number of bytes.
void lookIntoQuarantine(CommandSender &sender, const RedisKeys &keys, const QString &queue,
                        int limit, Done<QList<QuarantinedRow>> done);

} // namespace Qombu::Redis
