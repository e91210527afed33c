// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/queuetablemodel.h"
#include "views/page.h"

class QLineEdit;
class QSortFilterProxyModel;
class QTableView;

namespace Qombu::Inspector {
class InlineBanner;
class KpiStrip;
class PlainLabel;

// All queues of the broker in one sortable table, under the numbers that matter.
class OverviewPage : public Page
{
    Q_OBJECT
public:
    explicit OverviewPage(BrokerSession *session, QWidget *parent = nullptr);

    QString title() const override;
    QIcon icon() const override;
    void refresh() override { session()->refresh(); }

Q_SIGNALS:
    void queueNameWanted(); // the broker lists none: which is it?

private:
    void takeInventory();
    void updateFooter();
    void showWarnings();

    QueueTableModel m_model;
    QSortFilterProxyModel *m_proxy;
    KpiStrip *m_kpis;
    InlineBanner *m_warnings;
    InlineBanner *m_listing; // why there is no list
    QLineEdit *m_filter;
    QTableView *m_table;
    PlainLabel *m_footer;
    PlainLabel *m_empty;
};

} // namespace Qombu::Inspector
