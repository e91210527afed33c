// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"

namespace Qombu::Redis {

// A command on these lists was refused, with this error and without any effect. Where one of the
// keys is no list, that is the reason, and done gets an Error that says what the key is.
void explainRefusal(CommandSender &sender, std::vector<QByteArray> lists, const Error &refusal,
                    std::function<void(Error)> done);

} // namespace Qombu::Redis
