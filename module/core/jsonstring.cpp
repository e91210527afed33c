// SPDX-License-Identifier: BSD-3-Clause
// Strings as Python's json module writes them.
#include "core/jsonwriter_p.h"

#include <QtCore/qchar.h>

#include <array>
#include <bit>
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

// Copies as many blocks of four units as stand for themselves; the rest is for whoever looks at
// each. Text is mostly that, and this is the inner loop of every publish.
void copyPlain(const char16_t *&at, const char16_t *end, char *&to)
{
    if constexpr (std::endian::native != std::endian::little)
        return;
    constexpr quint64 each = 0x0001000100010001; // times a unit: that unit in each lane
    constexpr quint64 top = 0x8000 * each;
    for (; end - at >= 4; at += 4, to += 4) {
        quint64 units;
        std::memcpy(&units, at, sizeof units);
        // The top bit of a lane stays set unless the unit is a control character, '"' or '\\'.
        const quint64 isPlain = ((units | top) - 0x20 * each)
            & (((units ^ ('"' * each)) | top) - each) & (((units ^ ('\\' * each)) | top) - each);
        const bool isAscii = ((units | (units + each)) & (0xff80 * each)) == 0; // below DEL
        if (!isAscii || (isPlain & top) != top)
            return;
        const quint64 pairs = (units | units >> 8) & 0x0000ffff0000ffff;
        const auto bytes = quint32(pairs | pairs >> 16);
        std::memcpy(to, &bytes, sizeof bytes);
    }
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
