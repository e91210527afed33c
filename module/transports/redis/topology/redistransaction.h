// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"

#include <vector>

namespace Qombu::Redis {

// Sends MULTI, the commands, EXEC in one go. done gets the replies of the commands in their order,
// or the first Error: that of a refused command says more than the EXECABORT after it. A server
// without memory, which takes no transactions, gets the commands one by one.
void sendTransaction(CommandSender &sender, std::vector<RespCommand> commands,
                     std::function<void(Result<std::vector<RespValue>>)> done);

} // namespace Qombu::Redis
