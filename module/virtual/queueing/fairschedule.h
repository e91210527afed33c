// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstringlist.h>

#include <optional>

namespace Qombu {

// The three values of Kombu's queue_order_strategy (kombu-wire §5.2).
enum class QueueOrder { RoundRobin, Priority, Sorted };

// "round_robin", "priority", "sorted"; none for anything else.
std::optional<QueueOrder> queueOrderFromName(const QString &name);

// Says in which order the next fetch asks a consumer's queues, so that a full queue does not starve
// the others (kombu-wire §5.7). Plain class.
class FairSchedule
{
public:
    explicit FairSchedule(QueueOrder strategy = QueueOrder::RoundRobin);

    // Starts over with this order; doubles are dropped.
    void setQueues(const QStringList &queues);
    const QStringList &order() const { return m_order; }

    // A delivery came from queue: round robin asks it last from now on. An empty fetch is not told.
    void served(const QString &queue);

private:
    QueueOrder m_strategy;
    QStringList m_order;
};

} // namespace Qombu
