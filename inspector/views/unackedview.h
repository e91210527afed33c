// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "models/unackedtablemodel.h"
#include "views/page.h"

#include <QtCore/qtimer.h>

class QStackedWidget;
class QTableView;

namespace Qombu::Inspector {
class InlineBanner;
class PagedTable;
class PlainLabel;

// What workers have taken and not acknowledged, of one queue or of all: messages, or where the
// broker only counts them, who holds how many.
class UnackedView : public QWidget
{
    Q_OBJECT
public:
    UnackedView(BrokerSession *session, const QString &queue, QWidget *parent = nullptr);

    void refresh();

Q_SIGNALS:
    void messageSelected(const Qombu::Inspector::MessageRecord *message);
    void placeRequested(const QString &place);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void take(const Result<QList<UnackedRow>> &result);
    bool countsOnly(); // then m_holders is shown

    BrokerSession *m_session;
    QString m_queue; // empty: all
    UnackedTableModel m_model;
    QTimer m_tick; // count-downs, only while shown
    PlainLabel *m_hint;
    InlineBanner *m_banner;
    QTableView *m_table;
    QStackedWidget *m_stack;
    PlainLabel *m_empty;
    PagedTable *m_holders;
    bool m_asking = false;
};

// The place "unacked": UnackedView over all queues.
class UnackedPage : public Page
{
    Q_OBJECT
public:
    explicit UnackedPage(BrokerSession *session, QWidget *parent = nullptr);

    QString title() const override;
    QIcon icon() const override;
    void refresh() override { m_view->refresh(); }

private:
    UnackedView *m_view;
};

} // namespace Qombu::Inspector
