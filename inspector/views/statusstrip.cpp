// SPDX-License-Identifier: BSD-3-Clause
#include "views/statusstrip.h"

#include "models/messagecell.h"

#include <QtGui/qpainter.h>
#include <QtWidgets/qboxlayout.h>

namespace Qombu::Inspector {

EnvironmentChip::EnvironmentChip(WriteGate *gate, QWidget *parent)
    : QWidget(parent)
    , m_gate(gate)
{
    setObjectName(QStringLiteral("envChip"));
    setFont(Theme::scaled(font(), 0.88, QFont::Bold));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(gate, &WriteGate::environmentChanged, this, &EnvironmentChip::updateText);
    connect(gate, &WriteGate::readOnlyChanged, this, &EnvironmentChip::updateText);
    updateText();
}

void EnvironmentChip::updateText()
{
    const QString name = Theme::environmentName(m_gate->environment());
    QStringList parts;
    if (!name.isEmpty())
        parts.append(name);
    if (m_gate->isReadOnly())
        parts.append(tr("READ-ONLY"));
    m_text = parts.join(QStringLiteral(" \u00b7 "));
    setAccessibleName(m_text.isEmpty() ? tr("No environment set") : m_text);
    setVisible(!m_text.isEmpty());
    updateGeometry();
    update();
}

QSize EnvironmentChip::sizeHint() const
{
    return {fontMetrics().horizontalAdvance(m_text) + 16, fontMetrics().height() + 4};
}

void EnvironmentChip::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const bool named = m_gate->environment() != Environment::None;
    painter.setBrush(named ? Theme::environmentColor(m_gate->environment(), palette())
                           : Theme::background(Theme::Tone::Notice, palette()));
    painter.drawRoundedRect(rect(), 4, 4);
    painter.setPen(named ? QColor(Qt::white) : Theme::color(Theme::Tone::Notice, palette()));
    painter.drawText(rect(), Qt::AlignCenter, m_text);
}

StatusStrip::StatusStrip(BrokerSession *session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_dot(new PlainLabel(QString(QChar(0x25cf))))
    , m_name(new PlainLabel)
    , m_safety(new PlainLabel(tr("NOT SAFE")))
    , m_version(new PlainLabel)
    , m_answer(new PlainLabel)
    , m_polling(new PlainLabel)
    , m_buffers(new PlainLabel)
{
    m_name->setObjectName(QStringLiteral("brokerName"));
    m_name->setElided(true);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 1, 8, 1);
    layout->setSpacing(8);
    layout->addWidget(m_dot);
    layout->addWidget(m_name);
    m_safety->setObjectName(QStringLiteral("safety"));
    m_safety->setTone(Theme::Tone::Danger);
    layout->addWidget(m_safety);
    layout->addWidget(new EnvironmentChip(session->gate()));
    layout->addStretch(1);
    for (PlainLabel *label : {m_version, m_answer, m_polling, m_buffers}) {
        label->setTone(Theme::Tone::Muted);
        layout->addSpacing(10);
        layout->addWidget(label);
    }
    connect(session, &BrokerSession::stateChanged, this, &StatusStrip::updateTexts);
    connect(session, &BrokerSession::errorChanged, this, &StatusStrip::updateTexts);
    connect(session, &BrokerSession::refreshed, this, &StatusStrip::updateTexts);
    connect(session, &BrokerSession::intervalChanged, this, &StatusStrip::updateTexts);
    connect(session, &BrokerSession::reset, this, &StatusStrip::updateTexts);
    connect(session, &BrokerSession::warningsChanged, this, &StatusStrip::updateTexts);
    setBufferBytes(0);
    updateTexts();
}

void StatusStrip::setBufferBytes(qint64 bytes)
{
    m_buffers->setText(tr("%1 of messages in this window").arg(sizeText(bytes)));
    m_buffers->setToolTip(tr("Memory of the messages shown in all tabs"));
}

void StatusStrip::updateTexts()
{
    QString state;
    switch (m_session->state()) {
    case BrokerSession::Open:
        m_dot->setTone(m_session->isStale() ? Theme::Tone::Warning : Theme::Tone::Good);
        state =
            m_session->isStale() ? tr("connected, but the last question failed") : tr("connected");
        break;
    case BrokerSession::Connecting:
        m_dot->setTone(Theme::Tone::Warning);
        state = tr("connecting…");
        break;
    case BrokerSession::Lost:
        m_dot->setTone(Theme::Tone::Danger);
        state = tr("not connected");
        break;
    case BrokerSession::Closed:
        m_dot->setTone(Theme::Tone::Muted);
        state = tr("closed");
        break;
    }
    m_dot->setToolTip(state);
    m_dot->setAccessibleName(state);
    m_name->setText(m_session->state() == BrokerSession::Open
                        ? m_session->name()
                        : QString(m_session->name() + u' ' + u'(' + state + u')'));
    m_safety->setVisible(!m_session->insecurity().isEmpty());
    m_safety->setToolTip(m_session->insecurity());
    m_version->setText(m_session->serverVersion());
    m_version->setVisible(!m_version->text().isEmpty());
    m_answer->setText(tr("answers in %1 ms").arg(m_session->answerTime().count()));
    m_answer->setVisible(m_session->state() == BrokerSession::Open
                         && m_session->inventory().takenAt.isValid());
    const auto seconds = m_session->interval().count() / 1000;
    m_polling->setText(seconds > 0 ? tr("polling every %1 s").arg(seconds) : tr("polling off"));
}

} // namespace Qombu::Inspector
