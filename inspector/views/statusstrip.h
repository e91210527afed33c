// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/brokersession.h"
#include "views/theme.h"

namespace Qombu::Inspector {

// The chip that names the environment: colour and word.
class EnvironmentChip : public QWidget
{
    Q_OBJECT
public:
    explicit EnvironmentChip(WriteGate *gate, QWidget *parent = nullptr);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void updateText();

    WriteGate *m_gate;
    QString m_text;
};

// What the status bar always says: which broker, what kind of place it is, how it is doing.
class StatusStrip : public QWidget
{
    Q_OBJECT
public:
    explicit StatusStrip(BrokerSession *session, QWidget *parent = nullptr);

    void setBufferBytes(qint64 bytes);

private:
    void updateTexts();

    BrokerSession *m_session;
    PlainLabel *m_dot;
    PlainLabel *m_name;
    PlainLabel *m_safety;
    PlainLabel *m_version;
    PlainLabel *m_answer;
    PlainLabel *m_polling;
    PlainLabel *m_buffers;
};

} // namespace Qombu::Inspector
