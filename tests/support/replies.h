// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/wire/respvalue.h"

struct redisReply;

namespace QombuTest {

Qombu::Redis::RespValue toValue(const redisReply *reply);
Qombu::Redis::RespValue failure(const QByteArray &text); // an ErrorReply

} // namespace QombuTest
