// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediskeys.h"

namespace Qombu::Redis {

// Renews these deliveries on the server, a bounded number a run of the script. done gets those that
// somebody else has got, and the first error. Sender's thread.
void renewLeases(CommandSender &sender, const RedisKeys &keys, const RedisLedger &ledger,
                 const std::vector<quint64> &held,
                 std::function<void(const std::vector<quint64> &lost, const Error &error)> done);

} // namespace Qombu::Redis
