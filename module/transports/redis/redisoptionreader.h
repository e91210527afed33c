// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisoptions.h"

namespace Qombu::Redis {

// Puts what URL and transport options say, typed or text, into the options. Error::Configuration
// says what would have been right, of an unknown one what it may have been meant to be.
Error readOptions(RedisOptions &options, const BrokerUrl &url, const ConnectionOptions &given);

} // namespace Qombu::Redis
