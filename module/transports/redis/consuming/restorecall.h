// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisoutline.h"
#include "transports/redis/rediskeys.h"

namespace Qombu::Redis {

// A held delivery that is to go back. A value.
struct RestoreCall
{
    QByteArray tag;
    QByteArray score; // it goes only while its lease is still this one
    UnackedRecord record;
    RecordOutline outline; // of a large one, whose body stays on the server

    // To the front of these queues, marked as redelivered, in one step of the server. done gets 1;
    // or 0: somebody was faster; or an Error: it is held as before.
    void send(CommandSender &sender, const RedisKeys &keys, const QStringList &queues,
              CommandSender::Reply done) const;
};

} // namespace Qombu::Redis
