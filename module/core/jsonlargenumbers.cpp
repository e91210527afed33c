// SPDX-License-Identifier: BSD-3-Clause
#include "core/jsonlargenumbers_p.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace Qombu::Json {
namespace {

constexpr std::ptrdiff_t SafeDigits = 300; // without an exponent

const char *afterDigits(const char *at)
{
    while (*at >= '0' && *at <= '9')
        ++at;
    return at;
}

// Of a string that begins there, or of the text.
char *afterString(char *at)
{
    for (++at; *at && *at != '"'; ++at) {
        if (*at == '\\' && at[1])
            ++at;
    }
    return *at ? at + 1 : at;
}

// Where the JSON number (RFC 8259, 6) that begins there ends; null: it is none.
const char *afterNumber(const char *at, bool *hasExponent)
{
    at += *at == '-' ? 1 : 0;
    const char *end = *at == '0' ? at + 1 : afterDigits(at);
    if (end == at)
        return nullptr;
    if (*end == '.') {
        at = end + 1;
        end = afterDigits(at);
        if (end == at)
            return nullptr;
    }
    *hasExponent = *end == 'e' || *end == 'E';
    if (*hasExponent) {
        at = end + 1;
        at += *at == '+' || *at == '-' ? 1 : 0;
        end = afterDigits(at);
        if (end == at)
            return nullptr;
    }
    return end;
}

} // namespace

void LargeNumbers::shorten(char *text)
{
    m_numbers.clear();
    m_next = 0;
    for (char *at = text; *at;) {
        if (*at == '"') {
            at = afterString(at);
            continue;
        }
        if (*at != '-' && (*at < '0' || *at > '9')) {
            ++at;
            continue;
        }
        bool hasExponent = false;
        const char *const end = afterNumber(at, &hasExponent);
        if (!end) {
            ++at; // "-Infinity"; or the reader says what is wrong
            continue;
        }
        const std::ptrdiff_t size = end - at;
        if (hasExponent || size > SafeDigits) {
            m_numbers.push_back({std::size_t(at - text), std::size_t(size)});
            std::memset(at, ' ', std::size_t(size));
            *at = '0';
        }
        at += size;
    }
}

QByteArrayView LargeNumbers::original(QByteArrayView text, std::size_t offset, std::size_t size)
{
    while (m_next < m_numbers.size() && m_numbers[m_next].offset < offset)
        ++m_next;
    if (m_next < m_numbers.size() && m_numbers[m_next].offset == offset)
        size = m_numbers[m_next].size;
    return text.sliced(qsizetype(offset), qsizetype(size));
}

double beyondDouble(QByteArrayView number)
{
    const bool isNegative = number.startsWith('-');
    const char *const end = number.end();
    const auto isAny = [](const char *of) { return [of](char c) { return std::strchr(of, c); }; };
    const char *const begin = number.begin() + (isNegative ? 1 : 0);
    const char *const e = std::find_if(begin, end, isAny("eE"));
    const char *const point = std::find(begin, e, '.');
    const char *const first = std::find_if(begin, e, isAny("123456789")); // of the digits
    const std::ptrdiff_t place = first < point ? point - first : point - first + 1;
    qint64 exponent = 0;
    const char *const sign = e + (e != end ? 1 : 0);
    const auto read = std::from_chars(sign + (sign != end && *sign == '+' ? 1 : 0), end, exponent);
    if (read.ec == std::errc::result_out_of_range)
        exponent = *sign == '-' ? std::numeric_limits<qint32>::min() * qint64(4)
                                : std::numeric_limits<qint32>::max() * qint64(4);
    const double value = exponent + place > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return isNegative ? -value : value;
}

} // namespace Qombu::Json
