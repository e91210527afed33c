// SPDX-License-Identifier: BSD-3-Clause
#include "views/bodyview.h"

#include "models/messagecell.h"
#include "views/inlinebanner.h"
#include "views/jsonhighlighter.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qpointer.h>
#include <QtCore/qthreadpool.h>
#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qtoolbutton.h>

namespace Qombu::Inspector {
namespace {

constexpr qsizetype OnThisThread = 128 * 1024;
constexpr qsizetype LargestText = 64 << 20; // an editor beyond this is no use to anybody

} // namespace

BodyView::BodyView(QWidget *parent)
    : QWidget(parent)
    , m_chain(new PlainLabel)
    , m_cut(new PlainLabel)
    , m_all(new QToolButton)
    , m_banner(new InlineBanner)
    , m_text(new QPlainTextEdit)
    , m_highlighter(new JsonHighlighter(m_text->document()))
{
    m_chain->setObjectName(QStringLiteral("decoderBar"));
    m_chain->setTone(Theme::Tone::Muted);
    m_cut->setTone(Theme::Tone::Warning);
    m_cut->setWordWrap(true);
    m_all->setText(tr("Show all"));
    m_text->setObjectName(QStringLiteral("messageBody"));
    m_text->setAccessibleName(tr("Body"));
    m_text->setReadOnly(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setFont(Theme::fixedFont());
    m_text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_text->setTabChangesFocus(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_highlighter->updateColours(palette());

    auto *cut = new QHBoxLayout;
    cut->addWidget(m_cut, 1);
    cut->addWidget(m_all);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 6, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_chain);
    layout->addWidget(m_banner);
    layout->addLayout(cut);
    layout->addWidget(m_text, 1);
    connect(m_all, &QToolButton::clicked, this, [this] { decode(LargestText); });
    clear();
}

void BodyView::setSource(const BodySource &source)
{
    m_source = source;
    decode(DefaultBodyLimit);
}

void BodyView::clear()
{
    ++m_generation;
    m_source = {};
    show({});
    m_chain->clear();
}

QString BodyView::text() const
{
    return m_text->toPlainText();
}

QString BodyView::note() const
{
    return m_banner->isHidden() ? QString() : m_banner->text();
}

void BodyView::decode(qsizetype limit)
{
    const quint64 generation = ++m_generation;
    if (qMin(limit, m_source.bytes.size()) <= OnThisThread)
        return show(decodeBody(m_source, limit));
    m_chain->setText(tr("Reading %1…").arg(sizeText(m_source.bytes.size())));
    QThreadPool::globalInstance()->start(
        [self = QPointer(this), source = m_source, limit, generation] {
            const DecodedBody body = decodeBody(source, limit);
            QMetaObject::invokeMethod(qApp, [self, body, generation] {
                if (self && self->m_generation == generation)
                    self->show(body);
            });
        });
}

void BodyView::show(const DecodedBody &body)
{
    QStringList chain{sizeText(body.totalBytes)};
    if (!body.chain.isEmpty())
        chain.prepend(body.chain.join(QStringLiteral(" \u203a ")));
    m_chain->setText(body.kind == DecodedBody::Empty ? tr("The body is empty")
                                                     : chain.join(QStringLiteral("  \u00b7  ")));
    m_banner->setVisible(false);
    if (body.kind == DecodedBody::Failed)
        m_banner->showNotice(Theme::Tone::Danger,
                             tr("This body could not be decoded. %1").arg(body.note));
    else if (body.kind == DecodedBody::Refused)
        m_banner->showNotice(Theme::Tone::Warning, body.note);
    else if (!body.note.isEmpty())
        m_banner->showNotice(Theme::Tone::Notice, body.note);
    const bool canShowMore = body.isTruncated() && body.kind != DecodedBody::Binary
        && body.kind != DecodedBody::Refused && body.shownBytes < LargestText;
    m_cut->setText(tr("Showing the first %1 of %2.")
                       .arg(sizeText(body.shownBytes), sizeText(body.totalBytes)));
    m_cut->setVisible(body.isTruncated());
    m_all->setVisible(canShowMore);
    m_highlighter->setActive(body.kind == DecodedBody::Json && body.text.size() < 4 << 20);
    m_text->setLineWrapMode(body.isHexDump ? QPlainTextEdit::NoWrap : QPlainTextEdit::WidgetWidth);
    m_text->setPlainText(body.text);
}

void BodyView::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        m_highlighter->updateColours(palette());
}

} // namespace Qombu::Inspector
