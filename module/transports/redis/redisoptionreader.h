// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisoptions.h"

namespace Qombu::Redis {

// Puts one option, typed or text, into the options. Error::Configuration says what would have been
// right, of an unknown one what it may have been meant to be.
Error readOption(RedisOptions &options, const QString &name, const QVariant &value);

} // namespace Qombu::Redis
