// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/queueing/fairschedule.h"

namespace Qombu {

std::optional<QueueOrder> queueOrderFromName(const QString &name)
{
    if (name == QLatin1String("round_robin"))
        return QueueOrder::RoundRobin;
    if (name == QLatin1String("priority"))
        return QueueOrder::Priority;
    if (name == QLatin1String("sorted"))
        return QueueOrder::Sorted;
    return std::nullopt;
}

} // namespace Qombu
