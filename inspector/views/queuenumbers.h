// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/brokersession.h"
#include "views/kpistrip.h"

namespace Qombu::Inspector {

// The numbers of one queue: those that its broker has.
class QueueNumbers : public KpiStrip
{
    Q_OBJECT
public:
    QueueNumbers(BrokerSession *session, const QString &queue);

    void showRow(const QueueRow &row);
    void showBindings(const CountSum &count);
    void showNoBindings(); // how many is not known

private:
    void showRates(const QueueRow &row, bool isTold);

    BrokerSession *m_session;
    QString m_queue;
};

} // namespace Qombu::Inspector
