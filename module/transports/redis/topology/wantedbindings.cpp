// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/wantedbindings.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr std::chrono::milliseconds ShortestLife = std::chrono::hours(1);

} // namespace

// Kombu's arithmetic. Queues that vanish by themselves leave nothing that lasts for ever, either.
void WantedBindings::declared(const QString &queue, const Queue &wish)
{
    const bool vanishes =
        wish.expires() || wish.isExclusive() || wish.isAutoDelete() || wish.name().isEmpty();
    if (vanishes)
        m_lives.insert(queue,
                       std::max(2 * wish.expires().value_or(ShortestLife / 2), ShortestLife));
    else
        m_lives.remove(queue);
}

void WantedBindings::add(const QString &exchange, const WantedBinding &binding)
{
    m_bindings[exchange].insert_or_assign(binding.member, binding);
}

void WantedBindings::remove(const QString &exchange, const QByteArray &member)
{
    const auto set = m_bindings.find(exchange);
    if (set == m_bindings.end())
        return;
    std::erase_if(set->second, [&](const auto &entry) {
        return entry.first == member || entry.second.other == member;
    });
    if (set->second.empty())
        m_bindings.erase(set);
}

void WantedBindings::removeQueue(const QString &queue)
{
    m_lives.remove(queue);
    for (auto &[exchange, members] : m_bindings)
        std::erase_if(members, [&](const auto &entry) { return entry.second.queue == queue; });
    std::erase_if(m_bindings, [](const auto &set) { return set.second.empty(); });
}

std::vector<QString> WantedBindings::exchanges() const
{
    std::vector<QString> result;
    for (const auto &[exchange, members] : m_bindings)
        result.push_back(exchange);
    return result;
}

std::vector<WantedBinding> WantedBindings::of(const QString &exchange) const
{
    std::vector<WantedBinding> result;
    const auto set = m_bindings.find(exchange);
    if (set == m_bindings.end())
        return result;
    for (const auto &[member, binding] : set->second)
        result.push_back(binding);
    return result;
}

bool WantedBindings::areMissing(const QString &exchange,
                                const std::vector<QByteArray> &members) const
{
    const auto set = m_bindings.find(exchange);
    if (set == m_bindings.end())
        return false;
    const auto has = [&](const QByteArray &member) {
        return std::binary_search(members.begin(), members.end(), member);
    };
    return std::any_of(set->second.begin(), set->second.end(), [&](const auto &entry) {
        return !has(entry.first) && !has(entry.second.other);
    });
}

} // namespace Qombu::Redis
