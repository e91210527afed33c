// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/queueing/unackedledger.h"

#include <algorithm>

namespace Qombu {

namespace {
constexpr size_t RememberedSettlements = 4096;
}

quint64 UnackedLedger::add(HeldDelivery delivery)
{
    const bool settleable = !delivery.key.isEmpty();
    const quint64 number = m_held.add(std::move(delivery));
    if (!settleable)
        m_held.take(number);
    return number;
}

std::optional<HeldDelivery> UnackedLedger::take(quint64 number)
{
    std::optional<HeldDelivery> delivery = m_held.take(number);
    if (!delivery)
        return delivery;
    if (m_taken.size() < RememberedSettlements)
        m_taken.push_back({number, delivery->key});
    else
        m_taken[m_nextTaken] = {number, delivery->key};
    m_nextTaken = (m_nextTaken + 1) % RememberedSettlements;
    return delivery;
}

std::vector<HeldDelivery> UnackedLedger::takeAll()
{
    std::vector<HeldDelivery> all;
    all.reserve(m_held.size());
    for (auto &[number, delivery] : m_held.takeAll())
        all.push_back(std::move(delivery));
    return all;
}

quint64 UnackedLedger::numberOf(const QByteArray &key) const
{
    const auto it = std::find_if(m_taken.cbegin(), m_taken.cend(),
                                 [&](const Taken &taken) { return taken.key == key; });
    if (it != m_taken.cend())
        return it->number;
    quint64 found = 0;
    m_held.forEach([&](quint64 number, const HeldDelivery &delivery) {
        if (delivery.key == key)
            found = number;
        return found == 0;
    });
    return found;
}

} // namespace Qombu
