// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"

namespace Qombu::Redis {

// Walks a database, or several sets, hashes or sorted sets at a time, with SCAN, SSCAN, HSCAN or
// ZSCAN: never KEYS, a bounded piece a command. Lives until it is done; Hub's thread. Elements may
// come twice, as the server says.
struct Scan
{
    // Of the head with this number. False ends the walk.
    using Elements = std::function<bool(std::size_t head, std::vector<RespValue> &&)>;
    // The head with this number is refused. True: it is left out, and the walk goes on.
    using Refused = std::function<bool(std::size_t head, const Error &)>;
    // complete: everything was seen.
    using Finished = std::function<void(Result<bool> complete)>;

    // heads: {"SCAN"}, or {"HSCAN", key} for each key; tail: what follows the cursor, such as
    // MATCH.
    static void start(CommandSender &sender, std::vector<RespCommand> heads, RespCommand tail,
                      Elements elements, Finished finished, Refused refused = {});
    static constexpr int mostCommands = 20000; // then the walk ends, incomplete
};

} // namespace Qombu::Redis
