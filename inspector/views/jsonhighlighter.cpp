// SPDX-License-Identifier: BSD-3-Clause
#include "views/jsonhighlighter.h"

#include "views/theme.h"

namespace Qombu::Inspector {
namespace {

constexpr qsizetype LongestLine = 20'000; // beyond it colours cost more than they tell

} // namespace

JsonHighlighter::JsonHighlighter(QTextDocument *document)
    : QSyntaxHighlighter(document)
{
}

void JsonHighlighter::setActive(bool active)
{
    m_active = active;
}

void JsonHighlighter::updateColours(const QPalette &palette)
{
    m_name.setForeground(Theme::color(Theme::Tone::Notice, palette));
    m_text.setForeground(Theme::color(Theme::Tone::Good, palette));
    m_number.setForeground(Theme::color(Theme::Tone::Warning, palette));
    m_word.setForeground(Theme::color(Theme::Tone::Danger, palette));
    if (m_active)
        rehighlight();
}

void JsonHighlighter::highlightBlock(const QString &text)
{
    if (!m_active || text.size() > LongestLine)
        return;
    for (qsizetype at = 0; at < text.size();) {
        const QChar c = text[at];
        if (c == u'"')
            at = highlightText(text, at);
        else if (c.isLetterOrNumber() || c == u'-')
            at = highlightWord(text, at);
        else
            ++at;
    }
}

qsizetype JsonHighlighter::highlightText(const QString &text, qsizetype start)
{
    qsizetype end = start + 1;
    while (end < text.size() && text[end] != u'"')
        end += text[end] == u'\\' ? 2 : 1;
    end = qMin(end + 1, text.size());
    const bool isName = QStringView(text).sliced(end).trimmed().startsWith(u':');
    setFormat(int(start), int(end - start), isName ? m_name : m_text);
    return end;
}

qsizetype JsonHighlighter::highlightWord(const QString &text, qsizetype start)
{
    qsizetype end = start + 1;
    while (end < text.size()
           && (text[end].isLetterOrNumber() || QStringView(u".+-").contains(text[end])))
        ++end;
    const bool isNumber = text[start].isDigit()
        || (text[start] == u'-' && end > start + 1 && text[start + 1].isDigit());
    setFormat(int(start), int(end - start), isNumber ? m_number : m_word);
    return end;
}

} // namespace Qombu::Inspector
