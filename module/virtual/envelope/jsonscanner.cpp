// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/envelope/jsonscanner.h"

#include <QtCore/qbytearray.h>

#include <cstring>

namespace Qombu {

namespace {

// Whether c ends a number or word; inside brackets only a bracket or a string is of interest.
bool ends(char c, qsizetype depth)
{
    switch (c) {
    case '"':
    case '{':
    case '}':
    case '[':
    case ']':
        return true;
    case ',':
    case ':':
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return depth == 0;
    default:
        return false;
    }
}

} // namespace

qsizetype JsonScanner::afterSpace(qsizetype at) const
{
    while (at < m_text.size()
           && (m_text[at] == ' ' || m_text[at] == '\n' || m_text[at] == '\r' || m_text[at] == '\t'))
        ++at;
    return at;
}

qsizetype JsonScanner::afterString(qsizetype at) const
{
    if (at >= m_text.size() || m_text[at] != '"')
        return -1;
    for (++at; at < m_text.size(); ++at) {
        const auto *quote = static_cast<const char *>(
            std::memchr(m_text.data() + at, '"', size_t(m_text.size() - at)));
        if (!quote)
            return -1;
        const qsizetype end = quote - m_text.data();
        qsizetype backslashes = 0;
        while (end - backslashes > at && m_text[end - backslashes - 1] == '\\')
            ++backslashes;
        at = end;
        if (backslashes % 2 == 0)
            return end + 1;
    }
    return -1;
}

// Brackets are counted, not matched: what is wrong inside a value does not matter here.
qsizetype JsonScanner::afterValue(qsizetype at) const
{
    qsizetype depth = 0;
    while (at < m_text.size()) {
        switch (m_text[at]) {
        case '"':
            at = afterString(at);
            if (at < 0)
                return -1;
            break;
        case '{':
        case '[':
            ++depth;
            ++at;
            break;
        case '}':
        case ']':
            if (depth == 0)
                return -1;
            --depth;
            ++at;
            break;
        default:
            ++at;
            while (at < m_text.size() && !ends(m_text[at], depth))
                ++at;
        }
        if (depth == 0)
            return at;
    }
    return -1;
}

std::optional<JsonScanner::Span> JsonScanner::root() const
{
    const qsizetype begin = afterSpace(0);
    const qsizetype end = afterValue(begin);
    if (end < 0 || afterSpace(end) != m_text.size())
        return std::nullopt;
    return Span{begin, end};
}

bool JsonScanner::isEmptyObject(Span object) const
{
    return m_text[afterSpace(object.begin + 1)] == '}';
}

// A key may be written with escapes; only its plain ASCII can be asked for.
bool JsonScanner::isKey(Span string, QByteArrayView key) const
{
    const QByteArrayView text = bytes(string).sliced(1).chopped(1);
    if (!text.contains('\\'))
        return text == key;
    QByteArray plain;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 5 < text.size() && text[i + 1] == 'u') {
            bool ok = false;
            const int unit = text.sliced(i + 2, 4).toByteArray().toInt(&ok, 16);
            if (!ok || unit >= 0x80)
                return false;
            plain += char(unit);
            i += 5;
        } else {
            plain += text[i];
        }
    }
    return plain == key;
}

std::optional<JsonScanner::Span> JsonScanner::member(Span object, QByteArrayView key)
{
    const auto broken = [this]() -> std::optional<Span> {
        m_broken = true;
        return std::nullopt;
    };
    std::optional<Span> found;
    qsizetype at = afterSpace(object.begin + 1);
    while (at < object.end - 1) {
        const Span name{at, afterString(at)};
        if (name.end < 0)
            return broken();
        at = afterSpace(name.end);
        if (at >= object.end || m_text[at] != ':')
            return broken();
        const qsizetype begin = afterSpace(at + 1);
        const qsizetype end = afterValue(begin);
        if (end < 0 || end > object.end)
            return broken();
        if (isKey(name, key))
            found = Span{begin, end};
        at = afterSpace(end);
        if (at < object.end - 1 && m_text[at] != ',')
            return broken();
        at = afterSpace(at + 1);
    }
    return found;
}

} // namespace Qombu
