// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisclient.h"

namespace Qombu::Redis {

CommandSender::~CommandSender() = default;
Subscriber::~Subscriber() = default;

} // namespace Qombu::Redis
