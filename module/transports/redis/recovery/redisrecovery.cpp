// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/recovery/redisrecovery.h"

#include "transports/redis/recovery/heldreturn.h"
#include "transports/redis/recovery/quarantinemove.h"

namespace Qombu::Redis {

void RedisRecovery::requeueQuarantined(const QString &queue, const std::optional<QString> &name,
                                       Done<qint64> done)
{
    QuarantineMove::start(m_context, queue, name, QuarantineMove::Back, std::move(done));
}

void RedisRecovery::dropQuarantined(const QString &queue, const std::optional<QString> &name,
                                    Done<qint64> done)
{
    QuarantineMove::start(m_context, queue, name, QuarantineMove::Away, std::move(done));
}

void RedisRecovery::returnUnacked(const QString &tag, bool isForced, Done<qint64> done)
{
    HeldReturn::start(m_context, {tag.toUtf8(), false, isForced}, std::move(done));
}

void RedisRecovery::returnHeldBy(const QString &holder, bool isForced, Done<qint64> done)
{
    HeldReturn::start(m_context, {holder.toUtf8(), true, isForced}, std::move(done));
}

} // namespace Qombu::Redis
