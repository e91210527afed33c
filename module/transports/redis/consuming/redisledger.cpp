// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisledger.h"

#include <algorithm>

namespace Qombu::Redis {
namespace {

// As in the claim script. Above 64 bytes a tag makes Redis keep its index as a tree from the first
// entry on, instead of a list that is read through for each of up to 128 (zset-max-listpack-value).
constexpr int NumberWidth = 28;

} // namespace

RedisLedger::RedisLedger(const QByteArray &id)
    : m_prefix(id + '.')
{
}

QByteArray RedisLedger::tag(qint64 number) const
{
    return m_prefix + QByteArray::number(number).rightJustified(NumberWidth, '0');
}

std::optional<qint64> RedisLedger::number(const QByteArray &tag) const
{
    bool isNumber = false;
    const qint64 number = tag.startsWith(m_prefix)
        ? QByteArrayView(tag).sliced(m_prefix.size()).toLongLong(&isNumber)
        : 0;
    return isNumber ? std::optional(number) : std::nullopt;
}

qint64 RedisLedger::expect(int count)
{
    const std::scoped_lock lock(m_mutex);
    const qint64 first = m_next;
    m_next += count;
    m_expected.emplace(first, count);
    return first;
}

void RedisLedger::arrived(qint64 first, std::vector<Held> &&taken)
{
    const std::scoped_lock lock(m_mutex);
    m_expected.erase(first);
    for (Held &held : taken)
        m_held.emplace_hint(m_held.end(), first++, std::move(held));
}

std::optional<RedisLedger::Held> RedisLedger::find(const QByteArray &tag) const
{
    const std::scoped_lock lock(m_mutex);
    const auto n = number(tag);
    const auto it = n ? m_held.find(*n) : m_held.end();
    return it == m_held.end() ? std::nullopt : std::optional(it->second);
}

void RedisLedger::say(const StoreSettle &settlement)
{
    const std::scoped_lock lock(m_mutex);
    const auto n = number(settlement.key);
    const auto it = n ? m_held.find(*n) : m_held.end();
    if (it != m_held.end())
        it->second.said = settlement;
}

void RedisLedger::remove(const QByteArray &tag)
{
    const std::scoped_lock lock(m_mutex);
    if (const auto n = number(tag))
        m_held.erase(*n);
}

std::vector<QByteArray> RedisLedger::heldSince(Hub::TimePoint then) const
{
    const std::scoped_lock lock(m_mutex);
    std::vector<QByteArray> tags;
    for (const auto &[n, held] : m_held) {
        if (held.since <= then && !held.said)
            tags.push_back(tag(n));
    }
    return tags;
}

bool RedisLedger::isEmpty() const
{
    const std::scoped_lock lock(m_mutex);
    return m_held.empty() && m_expected.empty();
}

std::vector<RedisLedger::Doubt> RedisLedger::inDoubt() const
{
    const std::scoped_lock lock(m_mutex);
    std::map<qint64, Doubt> doubts;
    for (const auto &[n, held] : m_held)
        doubts.emplace(n, Doubt{tag(n), held.said});
    for (const auto &[first, count] : m_expected) {
        for (qint64 n = first; n < first + count; ++n)
            doubts.emplace(n, Doubt{tag(n), std::nullopt});
    }
    std::vector<Doubt> result;
    result.reserve(doubts.size());
    for (auto &[n, doubt] : doubts)
        result.push_back(std::move(doubt));
    return result;
}

void RedisLedger::adopt(const QByteArray &tag, Held &&held)
{
    const std::scoped_lock lock(m_mutex);
    if (const auto n = number(tag))
        m_held.insert_or_assign(*n, std::move(held));
}

void RedisLedger::expectNothing()
{
    const std::scoped_lock lock(m_mutex);
    m_expected.clear();
}

} // namespace Qombu::Redis
