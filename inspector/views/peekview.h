// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/brokersession.h"
#include "models/countsum.h"
#include "models/messagetablemodel.h"

#include <QtWidgets/qwidget.h>

class QComboBox;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace Qombu::Inspector {
class InlineBanner;
class PlainLabel;

// A snapshot of a queue's messages; says when and how it was taken, and, where taking one changes
// the queue, what that changes before a person takes it.
class PeekView : public QWidget
{
    Q_OBJECT
public:
    PeekView(BrokerSession *session, const QString &queue, QWidget *parent = nullptr);

    void peek(); // a person wants to see; where that changes something more is asked
    void peekIfSilent(); // else it says what a look would change
    QueueEnd end() const;
    int limit() const;
    qint64 bytes() const;

Q_SIGNALS:
    void messageSelected(const Qombu::Inspector::MessageRecord *message);

private:
    QWidget *makeBar();
    void changeLimit();
    void askPlan();
    void takePlan(const Result<PeekPlan> &result);
    void showNewCount(qint64 ready);
    void showPlan();
    void look();
    void take(const Result<QList<Message>> &result);
    void showError(const Error &error);
    void showSnapshot();

    BrokerSession *m_session;
    QString m_queue;
    MessageTableModel m_model;
    QComboBox *m_end;
    QComboBox *m_limit;
    QToolButton *m_again;
    PlainLabel *m_snapshot;
    PlainLabel *m_mechanism;
    InlineBanner *m_banner;
    InlineBanner *m_strip; // the plan
    QTableView *m_table;
    QStackedWidget *m_stack;
    PlainLabel *m_unseen;
    PeekPlan m_plan; // nothing, where looks are silent
    QDateTime m_takenAt;
    CountSum m_ready;
    bool m_asking = false;
    bool m_isWanted = false; // whatever it marks
};

} // namespace Qombu::Inspector
