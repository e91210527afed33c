// SPDX-License-Identifier: BSD-3-Clause
#include "core/randomid_p.h"

namespace Qombu {

RandomId::RandomId(quint64 first, quint64 second)
{
    static constexpr char Digits[] = "0123456789abcdef";
    const quint64 high = (first & ~Q_UINT64_C(0xf000)) | 0x4000; // the version
    const quint64 low = (second >> 2) | Q_UINT64_C(0x8000000000000000); // the variant
    std::size_t at = 0;
    for (int i = 0; i < 32; ++i) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            m_text[at++] = '-';
        const quint64 half = i < 16 ? high : low;
        m_text[at++] = Digits[(half >> (60 - 4 * (i % 16))) & 0xf];
    }
}

QString RandomId::queueName() const
{
    return QStringLiteral("amq.gen-") + QLatin1String(text());
}

} // namespace Qombu
