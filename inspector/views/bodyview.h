// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "decoders/bodydecoder.h"

#include <QtWidgets/qwidget.h>

class QPlainTextEdit;
class QToolButton;

namespace Qombu::Inspector {
class InlineBanner;
class JsonHighlighter;
class PlainLabel;

// A body, decoded: how it was read, what of it is shown, the text. Large bodies are decoded on
// another thread; the answer is dropped if another message was selected meanwhile.
class BodyView : public QWidget
{
    Q_OBJECT
public:
    explicit BodyView(QWidget *parent = nullptr);

    void setSource(const BodySource &source);
    void clear();
    QString text() const;
    QString note() const;

protected:
    void changeEvent(QEvent *event) override;

private:
    void decode(qsizetype limit);
    void show(const DecodedBody &body);

    BodySource m_source;
    quint64 m_generation = 0;
    PlainLabel *m_chain;
    PlainLabel *m_cut;
    QToolButton *m_all;
    InlineBanner *m_banner;
    QPlainTextEdit *m_text;
    JsonHighlighter *m_highlighter;
};

} // namespace Qombu::Inspector
