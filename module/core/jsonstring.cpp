// SPDX-License-Identifier: BSD-3-Clause
// Strings as Python's json module writes them.
#include "core/jsonwriter_p.h"

#include <QtCore/qchar.h>

#include <array>
#include <cstring>

namespace Qombu::Json {

namespace {

constexpr char Hex[] = "0123456789abcdef";

// What stands after the backslash for an ASCII character; 0: itself, 'u': \u00XX.
constexpr auto Escapes = [] {
    std::array<char, 128> table{};
    for (size_t c = 0; c < 0x20; ++c)
        table[c] = 'u';
    table[0x7f] = 'u';
    table['"'] = '"';
    table['\\'] = '\\';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    return table;
}();

inline char *putUnit(char *to, char16_t unit)
{
    to[0] = '\\';
    to[1] = 'u';
    to[2] = Hex[unit >> 12];
    to[3] = Hex[unit >> 8 & 15];
    to[4] = Hex[unit >> 4 & 15];
    to[5] = Hex[unit & 15];
    return to + 6;
}

inline char *putAscii(char *to, uchar c)
{
    const char escape = Escapes[c];
    if (!escape) {
        *to = char(c);
        return to + 1;
    }
    if (escape == 'u')
        return putUnit(to, c);
    to[0] = '\\';
    to[1] = escape;
    return to + 2;
}

inline char *putCodePoint(char *to, char32_t c)
{
    if (c < 0x80)
        return putAscii(to, uchar(c));
    if (!QChar::requiresSurrogates(c))
        return putUnit(to, char16_t(c));
    return putUnit(putUnit(to, QChar::highSurrogate(c)), QChar::lowSurrogate(c));
}

// One code point from UTF-8; moves at past it. U+FFFD for a byte that belongs to none.
char32_t takeCodePoint(const uchar *&at, const uchar *end)
{
    const uchar lead = *at++;
    const int more = lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
    if (more < 0 || end - at < more)
        return QChar::ReplacementCharacter;
    char32_t c = lead & (0x3f >> more);
    for (int i = 0; i < more; ++i) {
        if ((at[i] & 0xc0) != 0x80)
            return QChar::ReplacementCharacter;
        c = c << 6 | (at[i] & 0x3f);
    }
    const bool overlong = (more == 2 && c < 0x800) || (more == 3 && c < 0x10000);
    if (overlong || c > 0x10ffff || QChar::isSurrogate(c))
        return QChar::ReplacementCharacter;
    at += more;
    return c;
}

// Copies the units that stand for themselves, up to the first that does not. Text is mostly that,
// and its blocks are the inner loop of every publish: without branches, so that the compiler makes
// it one of vectors.
void copyPlain(const char16_t *&at, const char16_t *end, char *&to)
{
    constexpr int Block = 16;
    for (; end - at >= Block; at += Block, to += Block) {
        quint16 isOdd = 0;
        std::array<char, Block> bytes;
        for (int i = 0; i < Block; ++i) {
            const quint16 unit = at[i];
            isOdd |= quint16(quint16(unit - 0x20) > 0x7e - 0x20) | quint16(unit == '"')
                | quint16(unit == '\\');
            bytes[size_t(i)] = char(unit);
        }
        if (isOdd)
            break;
        std::memcpy(to, bytes.data(), Block);
    }
    while (at < end && *at < 0x80 && !Escapes[*at])
        *to++ = char(*at++);
}

} // namespace

void appendString(ByteSink &out, QStringView text)
{
    constexpr qsizetype Block = 16;
    out.put('"');
    const char16_t *at = text.utf16();
    const char16_t *const end = at + text.size();
    while (at < end) {
        char *to = out.room(end - at); // mostly all that is needed
        copyPlain(at, end, to);
        out.advance(to);
        const char16_t *const stop = at + std::min<qsizetype>(Block, end - at);
        to = out.room((stop - at) * 6);
        for (; at < stop; ++at)
            to = *at < 0x80 ? putAscii(to, uchar(*at)) : putUnit(to, *at);
        out.advance(to);
    }
    out.put('"');
}

void appendUtf8String(ByteSink &out, QByteArrayView utf8)
{
    constexpr qsizetype Block = 64;
    out.put('"');
    const auto *at = reinterpret_cast<const uchar *>(utf8.data());
    const uchar *const end = at + utf8.size();
    while (at < end) {
        const uchar *const stop = at + std::min<qsizetype>(Block, end - at);
        char *to = out.room((stop - at) * 6 + 12);
        while (at < stop)
            to = *at < 0x80 ? putAscii(to, *at++) : putCodePoint(to, takeCodePoint(at, end));
        out.advance(to);
    }
    out.put('"');
}

} // namespace Qombu::Json
