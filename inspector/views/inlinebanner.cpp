// SPDX-License-Identifier: BSD-3-Clause
#include "views/inlinebanner.h"

#include <QtGui/qclipboard.h>
#include <QtGui/qguiapplication.h>
#include <QtGui/qpainter.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qpushbutton.h>
#include <QtWidgets/qtoolbutton.h>

namespace Qombu::Inspector {

InlineBanner::InlineBanner(QWidget *parent)
    : QFrame(parent)
    , m_icon(new PlainLabel)
    , m_text(new PlainLabel)
    , m_note(new PlainLabel)
    , m_action(new QPushButton)
    , m_copy(new QToolButton)
    , m_layout(new QBoxLayout(QBoxLayout::LeftToRight, this))
{
    setObjectName(QStringLiteral("banner"));
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_note->setWordWrap(true);
    m_note->setTone(Theme::Tone::Muted);
    m_action->setObjectName(QStringLiteral("bannerAction"));
    m_copy->setText(tr("Copy details"));
    m_copy->setAutoRaise(true);
    auto *texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_text);
    texts->addWidget(m_note);
    auto *said = new QHBoxLayout;
    said->addWidget(m_icon, 0, Qt::AlignTop);
    said->addLayout(texts, 1);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_copy, 0, Qt::AlignVCenter);
    buttons->addWidget(m_action, 0, Qt::AlignVCenter);
    m_layout->setContentsMargins(14, 8, 10, 8);
    m_layout->addLayout(said, 1);
    m_layout->addLayout(buttons);
    connect(m_action, &QPushButton::clicked, this, &InlineBanner::actionTriggered);
    connect(m_copy, &QToolButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_details); });
    setAction({});
    hide();
}

void InlineBanner::showError(const ErrorText &text, const QString &note)
{
    setTone(Theme::Tone::Danger);
    m_text->setText(text.advice.isEmpty() ? text.sentence
                                          : QString(text.sentence + u' ' + text.advice));
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    m_details = text.details;
    m_copy->setVisible(!m_details.isEmpty());
    show();
}

void InlineBanner::showNotice(Theme::Tone tone, const QString &text)
{
    setTone(tone);
    m_text->setText(text);
    m_note->hide();
    m_copy->hide();
    show();
}

void InlineBanner::setAction(const QString &text)
{
    m_action->setText(text);
    m_action->setVisible(!text.isEmpty());
}

QString InlineBanner::text() const
{
    return m_text->text();
}

void InlineBanner::setTone(Theme::Tone tone)
{
    m_tone = tone;
    m_icon->setPixmap(Theme::icon(tone == Theme::Tone::Notice ? "info" : "warning").pixmap(16, 16));
    m_icon->setVisible(tone != Theme::Tone::Good);
    update();
}

// Where there is little room the buttons stand below the text, which needs it.
void InlineBanner::resizeEvent(QResizeEvent *event)
{
    QFrame::resizeEvent(event);
    const int little = fontMetrics().averageCharWidth() * 90;
    m_layout->setDirection(width() < little ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

// Painted, not styled: a style sheet would freeze the palette.
void InlineBanner::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), Theme::background(m_tone, palette()));
    painter.fillRect(QRect(0, 0, 4, height()), Theme::color(m_tone, palette()));
}

} // namespace Qombu::Inspector
