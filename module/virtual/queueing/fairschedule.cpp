// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/queueing/fairschedule.h"

#include <algorithm>

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

FairSchedule::FairSchedule(QueueOrder strategy)
    : m_strategy(strategy)
{
}

void FairSchedule::setQueues(const QStringList &queues)
{
    m_order = queues;
    m_order.removeDuplicates();
    if (m_strategy == QueueOrder::Sorted)
        std::sort(m_order.begin(), m_order.end());
}

void FairSchedule::served(const QString &queue)
{
    if (m_strategy != QueueOrder::RoundRobin || m_order.size() < 2)
        return;
    const qsizetype index = m_order.indexOf(queue);
    if (index >= 0)
        m_order.move(index, m_order.size() - 1);
}

} // namespace Qombu
