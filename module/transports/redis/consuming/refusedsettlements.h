// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/rediscontext.h"

#include <QSet>

namespace Qombu::Redis {

// Settlements that the server refuses for good, as it seems: they are told once, and said again as
// often as leases are renewed, because what is refused may be granted. So many as the ledger keeps;
// the others stay on the server until their time is over. Hub's thread; owned by RedisSettler.
class RefusedSettlements
{
public:
    // again says one of them again.
    RefusedSettlements(const RedisContext &context, std::function<void(quint64)> again)
        : m_context(context)
        , m_again(std::move(again))
    {
    }

    // Of deliveries that are in the ledger. text: instead of the error's.
    void add(const std::vector<quint64> &deliveries, const Error &error, const QString &text = {});
    // These are settled: if they had been refused, the others are tried at once.
    void settled(const std::vector<quint64> &deliveries);
    // Again; false: it was not refused.
    bool say(quint64 delivery);

private:
    void later(std::chrono::nanoseconds delay);
    void sayAgain();

    const RedisContext m_context;
    const std::function<void(quint64)> m_again;
    HubHandle m_timer;
    bool m_isWaiting = false;
    quint64 m_last = 0; // that was said again
    QSet<quint64> m_underWay; // said again, and not answered
};

} // namespace Qombu::Redis
