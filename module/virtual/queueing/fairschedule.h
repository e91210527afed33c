// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstringlist.h>

#include <algorithm>

namespace Qombu {

// The three values of Kombu's queue_order_strategy.
enum class QueueOrder { RoundRobin, Priority, Sorted };

// Says in which order the next fetch asks a consumer's queues, so that a full queue does not starve
// the others. Plain class; a queue is whatever the transport knows it by.
template<typename Name>
class FairOrder
{
public:
    explicit FairOrder(QueueOrder strategy = QueueOrder::RoundRobin)
        : m_strategy(strategy)
    {
    }

    // Starts over with this order; doubles are dropped.
    void setQueues(const QList<Name> &queues)
    {
        m_order.clear();
        for (const Name &queue : queues) {
            if (!m_order.contains(queue))
                m_order.append(queue);
        }
        if (m_strategy == QueueOrder::Sorted)
            std::sort(m_order.begin(), m_order.end());
    }
    const QList<Name> &order() const { return m_order; }

    // A delivery came from queue: round robin asks it last from now on. An empty fetch is not told.
    void served(const Name &queue)
    {
        if (m_strategy != QueueOrder::RoundRobin || m_order.size() < 2)
            return;
        const qsizetype index = m_order.indexOf(queue);
        if (index >= 0)
            m_order.move(index, m_order.size() - 1);
    }

private:
    QueueOrder m_strategy;
    QList<Name> m_order;
};

using FairSchedule = FairOrder<QString>;

} // namespace Qombu
