// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/refusedsettlements.h"

#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/redisclient.h"

#include <QMap>

namespace Qombu::Redis {

namespace {

constexpr std::size_t AtOnce = 100; // said again, to see whether it is granted now
constexpr std::chrono::nanoseconds ShortestDelay = std::chrono::seconds(1);

} // namespace

void RefusedSettlements::add(const std::vector<quint64> &deliveries, const Error &error,
                             const QString &text)
{
    RedisLedger &ledger = m_context.ledger;
    QMap<QString, qint64> counts;
    std::vector<quint64> forgotten;
    for (const quint64 delivery : deliveries) {
        const RedisLedger::Record *const record = ledger.find(delivery);
        m_underWay.remove(delivery);
        if (!record || !record->isRefused)
            ++counts[record ? record->queue : QString()];
        if (!ledger.keepRefused(delivery))
            forgotten.push_back(delivery);
    }
    for (auto it = counts.cbegin(); it != counts.cend(); ++it) {
        BrokerNotice notice = makeNotice(BrokerNotice::Unsettled,
                                         text.isEmpty() ? error.text() : text, error, it.key());
        notice.count = it.value();
        m_context.host.notice(notice);
    }
    ledger.remove(forgotten);
    if (ledger.refusedCount() > 0 && !m_isWaiting)
        later(std::max(ShortestDelay, m_context.options.leaseInterval()));
}

void RefusedSettlements::settled(const std::vector<quint64> &deliveries)
{
    bool isGranted = false;
    for (const quint64 delivery : deliveries)
        isGranted |= m_underWay.remove(delivery);
    if (isGranted)
        later(std::chrono::nanoseconds(0));
}

bool RefusedSettlements::say(quint64 delivery)
{
    const RedisLedger::Record *const record = m_context.ledger.find(delivery);
    if (!record || !record->isRefused)
        return false;
    if (!m_underWay.contains(delivery)) {
        m_underWay.insert(delivery);
        m_again(delivery);
    }
    return true;
}

void RefusedSettlements::later(std::chrono::nanoseconds delay)
{
    m_isWaiting = true;
    m_timer = m_context.hub->callLater(delay, [this] { sayAgain(); });
}

// In turns, so that those which stay refused do not keep the others from being tried.
void RefusedSettlements::sayAgain()
{
    m_isWaiting = false;
    std::vector<quint64> some = m_context.ledger.refused(m_last, AtOnce);
    if (some.empty())
        some = m_context.ledger.refused(0, AtOnce);
    for (const quint64 delivery : some)
        say(delivery);
    m_last = some.empty() ? 0 : some.back();
}

} // namespace Qombu::Redis
