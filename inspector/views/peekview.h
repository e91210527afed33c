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

// A snapshot of a queue's messages, taken without changing the queue; says when and how it was
// taken.
class PeekView : public QWidget
{
    Q_OBJECT
public:
    PeekView(BrokerSession *session, const QString &queue, QWidget *parent = nullptr);

    void peek();
    void peekIfSilent(); // where a look changes something a person must want it
    QueueEnd end() const;
    int limit() const;
    qint64 bytes() const;

Q_SIGNALS:
    void messageSelected(const Qombu::Inspector::MessageRecord *message);

private:
    QWidget *makeBar();
    void take(const Result<QList<Message>> &result);
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
    QTableView *m_table;
    QStackedWidget *m_stack;
    QDateTime m_takenAt;
    CountSum m_ready;
    bool m_asking = false;
};

} // namespace Qombu::Inspector
