// SPDX-License-Identifier: BSD-3-Clause
#include "core/jsonwriter_p.h"

#include <charconv>
#include <cstring>

namespace Qombu::Json {

void appendInteger(ByteSink &out, qint64 value)
{
    char *const at = out.room(24);
    out.advance(std::to_chars(at, at + 24, value).ptr);
}

void appendUnsigned(ByteSink &out, quint64 value)
{
    char *const at = out.room(24);
    out.advance(std::to_chars(at, at + 24, value).ptr);
}

void appendDouble(ByteSink &out, double value)
{
    // Python's repr(): shortest text that reads back, an exponent below 1e-4 and from 1e16 on.
    char *const begin = out.room(48);
    char *end = std::to_chars(begin, begin + 48, value, std::chars_format::scientific).ptr;
    const char *e = end;
    while (*--e != 'e') {}
    int exponent = 0;
    std::from_chars(e + (e[1] == '+' ? 2 : 1), end, exponent);
    if (exponent >= -4 && exponent < 16) {
        end = std::to_chars(begin, begin + 48, value, std::chars_format::fixed).ptr;
        if (!std::memchr(begin, '.', size_t(end - begin))) {
            *end++ = '.';
            *end++ = '0';
        }
    }
    out.advance(end);
}

} // namespace Qombu::Json
