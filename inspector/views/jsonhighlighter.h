// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtGui/qsyntaxhighlighter.h>

namespace Qombu::Inspector {

// Colours JSON by line: names, texts, numbers, words. Colours follow the palette.
class JsonHighlighter : public QSyntaxHighlighter
{
    Q_OBJECT
public:
    explicit JsonHighlighter(QTextDocument *document);

    void setActive(bool active); // off for bodies that are no JSON
    void updateColours(const QPalette &palette);

protected:
    void highlightBlock(const QString &text) override;

private:
    qsizetype highlightText(const QString &text, qsizetype start);
    qsizetype highlightWord(const QString &text, qsizetype start);

    QTextCharFormat m_name;
    QTextCharFormat m_text;
    QTextCharFormat m_number;
    QTextCharFormat m_word;
    bool m_active = false;
};

} // namespace Qombu::Inspector
