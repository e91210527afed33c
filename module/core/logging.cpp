// SPDX-License-Identifier: BSD-3-Clause
#include "core/logging_p.h"

namespace Qombu {

Q_LOGGING_CATEGORY(lcHub, "qombu.hub", QtInfoMsg)
Q_LOGGING_CATEGORY(lcNet, "qombu.net", QtInfoMsg)
Q_LOGGING_CATEGORY(lcRedis, "qombu.redis", QtInfoMsg)
Q_LOGGING_CATEGORY(lcMemory, "qombu.memory", QtInfoMsg)
Q_LOGGING_CATEGORY(lcVirtual, "qombu.virtual", QtInfoMsg)
Q_LOGGING_CATEGORY(lcClient, "qombu.client", QtInfoMsg)

} // namespace Qombu
