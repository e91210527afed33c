// SPDX-License-Identifier: BSD-3-Clause
#include "decoders/delayedkey.h"

namespace Qombu::Inspector {

std::optional<DelayedKey> delayedKey(const QString &routingKey)
{
    constexpr qsizetype Bits = 28;
    if (routingKey.size() < 2 * Bits)
        return std::nullopt;
    DelayedKey key;
    for (qsizetype i = 0; i < 2 * Bits; i += 2) {
        const QChar bit = routingKey.at(i);
        if ((bit != u'0' && bit != u'1') || routingKey.at(i + 1) != u'.')
            return std::nullopt;
        key.seconds = 2 * key.seconds + (bit == u'1' ? 1 : 0);
    }
    key.routingKey = routingKey.mid(2 * Bits);
    return key;
}

} // namespace Qombu::Inspector
