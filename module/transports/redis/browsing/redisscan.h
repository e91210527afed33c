// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"

#include <vector>

namespace Qombu::Redis {

// Walks a database, a set, a hash or a sorted set with SCAN, SSCAN, HSCAN or ZSCAN: never KEYS, a
// bounded piece a command. Lives until it is done; Hub's thread. Elements may come twice, as the
// server says.
struct Scan
{
    // False ends the walk.
    using Elements = std::function<bool(std::vector<RespValue> &&)>;
    // complete: everything was seen.
    using Finished = std::function<void(Result<bool> complete)>;

    // head: {"SCAN"} or {"HSCAN", key}; tail: what follows the cursor, such as MATCH.
    static void start(CommandSender &sender, RespCommand head, RespCommand tail, Elements elements,
                      Finished finished);
    static constexpr int mostCommands = 20000; // then the walk ends, incomplete
};

} // namespace Qombu::Redis
