// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/consumerun.h"
#include "models/messagetablemodel.h"
#include "views/page.h"

class QPushButton;
class QRadioButton;
class QSpinBox;
class QTableView;

namespace Qombu::Inspector {
class InlineBanner;
class PlainLabel;

// Takes messages out of a queue: the one place that does, red, with a question before it starts.
class ConsumePage : public Page
{
    Q_OBJECT
public:
    ConsumePage(BrokerSession *session, const QString &queue, QWidget *parent = nullptr);

    QString title() const override;
    QIcon icon() const override;
    bool isDangerous() const override { return true; }
    qint64 bufferBytes() const override;
    ConsumeRun *run() { return &m_run; }

private:
    QWidget *makeChoices();
    QWidget *makeFooter();
    void ask();
    void start();
    void updateState();

    QString m_queue;
    ConsumeRun m_run;
    MessageTableModel m_model;
    InlineBanner *m_danger;
    InlineBanner *m_banner;
    QRadioButton *m_hold;
    QRadioButton *m_take;
    QSpinBox *m_limit;
    QPushButton *m_start;
    QPushButton *m_giveBack;
    QPushButton *m_acknowledge;
    PlainLabel *m_status;
    QTableView *m_table;
};

} // namespace Qombu::Inspector
