// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisclient.h"

#include "transports/redis/rediscontext.h"

namespace Qombu::Redis {

CommandSender::~CommandSender() = default;
Subscriber::~Subscriber() = default;
RedisHost::~RedisHost() = default;

BrokerNotice makeNotice(BrokerNotice::Kind kind, const QString &text, const Error &error,
                        const QString &queue)
{
    BrokerNotice notice;
    notice.kind = kind;
    notice.queue = queue;
    notice.error = error;
    notice.text = text;
    return notice;
}

} // namespace Qombu::Redis
