// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/restorecall.h"

#include "transports/redis/redisscripts.h"
#include "virtual/envelope/envelope.h"

namespace Qombu::Redis {

void RestoreCall::send(CommandSender &sender, const RedisKeys &keys, const QStringList &queues,
                       CommandSender::Reply done) const
{
    const int bucket = keys.bucket(Envelope::priorityOf(record.envelope));
    RespCommand places{keys.unacked(), keys.unackedIndex()};
    for (const QString &queue : queues)
        places.add(keys.list(queue, bucket));
    RespCommand arguments{tag, score};
    if (outline.record())
        arguments.addAll(outline.restoreArguments());
    else
        arguments.add(Envelope::markRedelivered(record.envelope));
    sender.run(Scripts::all().restore, std::move(places), std::move(arguments), std::move(done));
}

} // namespace Qombu::Redis
