// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/linkrecovery.h"
#include "transports/redis/rediscontext.h"

namespace Qombu::Redis {

// Requeues and drops what is in quarantines, and returns what consumers hold, because a person said
// so. Owned by RedisLink; Hub's thread.
class RedisRecovery final : public LinkRecovery
{
public:
    explicit RedisRecovery(const RedisContext &context)
        : m_context(context)
    {
    }

    void requeueQuarantined(const QString &queue, const std::optional<QString> &name,
                            Done<qint64> done) override;
    void dropQuarantined(const QString &queue, const std::optional<QString> &name,
                         Done<qint64> done) override;
    void returnUnacked(const QString &tag, bool isForced, Done<qint64> done) override;
    void returnHeldBy(const QString &holder, bool isForced, Done<qint64> done) override;

private:
    const RedisContext m_context;
};

} // namespace Qombu::Redis
