// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/fieldtablemodel.h"
#include "views/page.h"

class QTableView;

namespace Qombu::Inspector {
class InlineBanner;
class KpiStrip;
class PlainLabel;

// The broker as a whole: its version, totals and rates, its servers and their alarms.
class BrokerPage : public Page
{
    Q_OBJECT
public:
    explicit BrokerPage(BrokerSession *session, QWidget *parent = nullptr);

    QString title() const override;
    QIcon icon() const override;
    bool showsMessages() const override { return false; }
    void refresh() override { m_question.askSoon(); }

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void take(const Result<BrokerOverview> &result);
    void setStale(bool stale);
    void showTotals(const BrokerOverview &overview);
    void showAlarms(const BrokerOverview &overview);
    void showFooter(const BrokerOverview &overview);

    Question m_question;
    FieldTableModel<NodeRow> m_nodes;
    PlainLabel *m_name;
    InlineBanner *m_alarms;
    InlineBanner *m_gaps;
    KpiStrip *m_totals;
    KpiStrip *m_rates;
    QTableView *m_table;
    PlainLabel *m_footer;
};

} // namespace Qombu::Inspector
