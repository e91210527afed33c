// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisclaim.h"

namespace Qombu::Redis {

// Counts the elements of each queue that are no messages, as long as no message comes between
// them: a list of something else is noticed before it is all put away. A value; that of a consumer,
// or of one get().
class JunkRows
{
public:
    void add(const ClaimResult &result);
    // That the queue is none; none: it may be one.
    Error verdict(const QString &queue, const RedisKeys &keys) const;

private:
    QHash<QString, int> m_rows; // by queue
};

} // namespace Qombu::Redis
