// SPDX-License-Identifier: BSD-3-Clause
#include "core/randomid_p.h"

namespace Qombu {

namespace {

// The digits of a byte: half as many look-ups as one for each.
constexpr auto HexPairs = [] {
    constexpr char Digits[] = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = {Digits[i >> 4], Digits[i & 15]};
    return table;
}();

char *putBytes(char *to, quint64 value, int bytes)
{
    while (bytes-- > 0) {
        const auto &digits = HexPairs[value >> (8 * bytes) & 0xff];
        *to++ = digits[0];
        *to++ = digits[1];
    }
    return to;
}

} // namespace

RandomId::RandomId(quint64 first, quint64 second)
{
    const quint64 high = (first & ~Q_UINT64_C(0xf000)) | 0x4000; // the version
    const quint64 low = (second >> 2) | Q_UINT64_C(0x8000000000000000); // the variant
    char *at = putBytes(m_text.data(), high >> 32, 4);
    *at++ = '-';
    at = putBytes(at, high >> 16, 2);
    *at++ = '-';
    at = putBytes(at, high, 2);
    *at++ = '-';
    at = putBytes(at, low >> 48, 2);
    *at++ = '-';
    putBytes(at, low, 6);
}

QString RandomId::queueName() const
{
    return QStringLiteral("amq.gen-") + QLatin1String(text());
}

} // namespace Qombu
