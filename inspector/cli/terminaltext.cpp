// SPDX-License-Identifier: BSD-3-Clause
#include "terminaltext.h"

#include <QList>

#include <algorithm>
#include <iterator>

namespace {

struct Range
{
    char32_t first;
    char32_t last;
};

// Two columns wide (Unicode's East_Asian_Width W and F), in whole blocks: Hangul, CJK, Yi,
// full-width forms, emoji. Single narrow characters inside of them do not matter to a table.
constexpr Range WideBlocks[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff01, 0xff60},
    {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
    {0x20000, 0x3fffd},
};

int columnsOf(char32_t c)
{
    const QChar::Category category = QChar::category(c);
    if (category == QChar::Mark_NonSpacing || category == QChar::Mark_Enclosing)
        return 0;
    const auto holds = [c](Range range) { return c >= range.first && c <= range.last; };
    return std::any_of(std::begin(WideBlocks), std::end(WideBlocks), holds) ? 2 : 1;
}

bool isPrintable(char32_t c)
{
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    default:
        return true;
    }
}

} // namespace

QString printable(const QString &text)
{
    QString result;
    result.reserve(text.size());
    for (qsizetype at = 0; at < text.size(); ++at) {
        char32_t c = text[at].unicode();
        if (QChar::isHighSurrogate(c) && at + 1 < text.size() && text[at + 1].isLowSurrogate())
            c = QChar::surrogateToUcs4(char16_t(c), text[++at].unicode());
        else if (QChar::isSurrogate(c))
            c = QChar::ReplacementCharacter;
        result += QChar::fromUcs4(isPrintable(c) ? c : U'\u00b7');
    }
    return result;
}

int columnsOf(const QString &text)
{
    int columns = 0;
    for (const char32_t c : text.toUcs4())
        columns += columnsOf(c);
    return columns;
}
