// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/awaited.h"

namespace Qombu {

bool Awaited::isEmpty()
{
    count();
    return m_ids.isEmpty();
}

bool Awaited::contains(const QString &id)
{
    count();
    return m_ids.contains(id);
}

bool Awaited::hasRefusals()
{
    count();
    return m_refused > 0;
}

// Not what delayed publishes alone need, who look for themselves.
bool Awaited::isInTheWay(const Wanted &wanted)
{
    return !wanted.isAlone && (wanted.progress == Wanted::Asked || wanted.isRefusedForNow());
}

void Awaited::count()
{
    if (std::exchange(m_isCounted, true))
        return;
    m_ids.clear();
    m_refused = 0;
    QSet<QString> queues;
    for (const auto &[place, wanted] : m_wanted.entities()) {
        if (!wanted.isProducers)
            continue;
        if (isInTheWay(wanted))
            add(wanted, queues);
        else if (wanted.progress == Wanted::Refused)
            ++m_refused;
    }
    if (queues.isEmpty())
        return;
    for (const auto &[place, wanted] : m_wanted.entities()) {
        if (wanted.isProducers && !wanted.isAlone && queues.contains(wanted.queue))
            add(wanted, queues);
    }
}

// What is published to an exchange waits for its bindings, and for the queues that those lead to.
void Awaited::add(const Wanted &wanted, QSet<QString> &queues)
{
    const auto *binding = std::get_if<Binding>(&wanted.wish);
    m_ids.insert(binding ? WantedTopology::idOf(binding->exchange) : wanted.id);
    if (binding && wanted.progress == Wanted::Asked)
        m_ids.insert(WantedTopology::queueId(wanted.queue)); // what a producer named with it
    if (std::holds_alternative<Queue>(wanted.wish))
        queues.insert(wanted.queue);
}

} // namespace Qombu
