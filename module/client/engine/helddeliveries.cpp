// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/helddeliveries.h"

#include <algorithm>

namespace Qombu {

bool HeldDeliveries::hasAny(quint64 generation) const
{
    return std::any_of(m_held.begin(), m_held.end(), [generation](const auto &held) {
        return HeldDeliveries::generation(held.first) == generation;
    });
}

void HeldDeliveries::add(quint64 number, const IncomingMessage &message)
{
    m_held.insert_or_assign(
        number, Names{message.queue, message.content.deliveryTag, message.broadcastBytes});
}

std::optional<HeldDeliveries::Names> HeldDeliveries::remove(quint64 number)
{
    const auto found = m_held.find(number);
    if (found == m_held.end())
        return std::nullopt;
    Names names = std::move(found->second);
    m_held.erase(found);
    m_lately.emplace_back(number, names);
    if (m_lately.size() > Remembered)
        m_lately.pop_front();
    return names;
}

HeldDeliveries::Names HeldDeliveries::lately(quint64 number) const
{
    const auto found = std::find_if(m_lately.rbegin(), m_lately.rend(),
                                    [number](const auto &entry) { return entry.first == number; });
    return found == m_lately.rend() ? Names{{}, QString::number(delivery(number)), 0}
                                    : found->second;
}

} // namespace Qombu
