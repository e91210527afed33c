// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "views/page.h"

namespace Qombu::Inspector {
class InlineBanner;
class KpiStrip;
class QueueListView;

// All queues of the broker in one sortable table, under the numbers that matter.
class OverviewPage : public Page
{
    Q_OBJECT
public:
    explicit OverviewPage(BrokerSession *session, QWidget *parent = nullptr);

    QString title() const override;
    QIcon icon() const override;
    bool showsMessages() const override { return false; }
    void refresh() override;

Q_SIGNALS:
    void queueNameWanted(); // the broker lists none: which is it?

private:
    void takeInventory();
    void showWarnings();

    KpiStrip *m_kpis;
    InlineBanner *m_warnings;
    QueueListView *m_queues;
};

} // namespace Qombu::Inspector
