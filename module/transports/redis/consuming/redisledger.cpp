// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisledger.h"

#include <algorithm>

namespace Qombu::Redis {
namespace {

// As in the claim script. Above 64 bytes a tag makes Redis keep its index as a tree from the first
// entry on, instead of a list that is read through for each of up to 128 (zset-max-listpack-value).
constexpr int NumberWidth = 28;
constexpr std::size_t MostRefused = 10000; // kept to be said again
constexpr qint64 MostRefusedBytes = 16 << 20;

} // namespace

RedisLedger::RedisLedger(const QByteArray &id)
    : m_prefix(id + '.')
{
}

QByteArray RedisLedger::tag(quint64 number) const
{
    QByteArray tag(m_prefix.size() + NumberWidth, '0');
    char *const begin = tag.data();
    std::copy(m_prefix.begin(), m_prefix.end(), begin);
    for (char *at = begin + tag.size(); number > 0; number /= 10)
        *--at = char('0' + number % 10);
    return tag;
}

bool RedisLedger::isOurs(const QByteArray &tag)
{
    bool isNumber = false;
    const quint64 number = tag.startsWith(m_prefix)
        ? QByteArrayView(tag).sliced(m_prefix.size()).toULongLong(&isNumber)
        : 0;
    if (!isNumber)
        return false;
    const auto behind = m_expected.upper_bound(number);
    const bool isExpected = behind != m_expected.begin()
        && number < std::prev(behind)->first + quint64(std::prev(behind)->second);
    const Record *const held = find(number);
    return isExpected || (held && !held->isRefused);
}

void RedisLedger::expect(quint64 first, int count)
{
    m_expected.emplace_hint(m_expected.end(), first, count);
}

void RedisLedger::arrived(quint64 first, quint64 consumer, std::vector<Record> &&taken)
{
    m_expected.erase(first);
    const std::scoped_lock lock(m_mutex);
    for (Record &held : taken) {
        const qint64 bytes = held.bytes.size();
        hold(first++, consumer, bytes, std::move(held));
    }
}

const RedisLedger::Record *RedisLedger::say(quint64 number, Settlement settlement,
                                            const QString &deadLetterQueue)
{
    const std::scoped_lock lock(m_mutex);
    Record *const held = record(number);
    if (!held || held->said)
        return nullptr;
    held->said = settlement;
    if (!deadLetterQueue.isEmpty())
        held->deadLetterQueue = deadLetterQueue;
    makeRoom(number);
    return held;
}

void RedisLedger::remove(const std::vector<quint64> &numbers)
{
    const std::scoped_lock lock(m_mutex);
    for (const quint64 number : numbers) {
        const std::optional<Record> taken = take(number);
        if (!taken || !taken->isRefused)
            continue;
        --m_refusedCount;
        m_refusedBytes -= taken->bytes.size();
    }
}

bool RedisLedger::keepRefused(quint64 number)
{
    const std::scoped_lock lock(m_mutex);
    Record *const held = record(number);
    if (!held || !held->said)
        return false;
    if (held->isRefused)
        return true;
    const bool isMoved = held->said == Settlement::Requeue
        || (held->said == Settlement::Reject && !held->deadLetterQueue.isEmpty());
    if (!isMoved)
        held->bytes.clear(); // its tag is enough
    if (m_refusedCount >= MostRefused || m_refusedBytes + held->bytes.size() > MostRefusedBytes)
        return false;
    held->isRefused = true;
    ++m_refusedCount;
    m_refusedBytes += held->bytes.size();
    return true;
}

std::vector<quint64> RedisLedger::refused(quint64 above, std::size_t most) const
{
    std::vector<quint64> numbers;
    forEach([&](quint64 number, const Record &held) {
        if (number > above && held.isRefused)
            numbers.push_back(number);
        return numbers.size() < most;
    });
    return numbers;
}

// What is to go back does so by itself.
qint64 RedisLedger::said() const
{
    qint64 count = 0;
    forEach([&](quint64, const Record &held) {
        count += held.said && *held.said != Settlement::Requeue ? 1 : 0;
        return true;
    });
    return count;
}

std::vector<quint64> RedisLedger::unsaid() const
{
    return heldSince(Hub::TimePoint::max());
}

std::vector<quint64> RedisLedger::heldSince(Hub::TimePoint then) const
{
    const std::scoped_lock lock(m_mutex);
    std::vector<quint64> numbers;
    forEach([&](quint64 number, const Record &held) {
        if (held.since <= then && !held.said)
            numbers.push_back(number);
        return true;
    });
    return numbers;
}

std::vector<quint64> RedisLedger::inDoubt() const
{
    std::vector<quint64> numbers;
    forEach([&](quint64 number, const Record &) {
        numbers.push_back(number);
        return true;
    });
    for (const auto &[first, count] : m_expected) {
        for (int i = 0; i < count; ++i)
            numbers.push_back(first + quint64(i));
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

void RedisLedger::adopt(quint64 number, Record &&found)
{
    const std::scoped_lock lock(m_mutex);
    if (Record *const known = record(number)) {
        *known = std::move(found);
        makeRoom(number); // it is on its way back, or settled
    } else {
        const qint64 bytes = found.bytes.size();
        hold(number, 0, bytes, std::move(found));
    }
}

void RedisLedger::expectNothing()
{
    m_expected.clear();
}

} // namespace Qombu::Redis
