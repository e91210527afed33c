// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/outbox.h"

#include <algorithm>
#include <set>

namespace Qombu {

void Outbox::add(PublishRequest &&request, Hub::TimePoint now)
{
    if (m_entries.empty()) {
        m_first = request.id;
        m_firstUnsent = m_first;
        m_latest = {};
    }
    Q_ASSERT(request.id == end());
    Entry &entry = m_entries.emplace_back();
    const auto longest = std::chrono::floor<std::chrono::milliseconds>(Hub::TimePoint::max() - now);
    entry.deadline = now + std::min(request.timeout, longest);
    if (entry.deadline < m_latest) {
        entry.isEarly = true;
        m_early.emplace(entry.deadline, request.id);
    } else {
        m_latest = entry.deadline;
    }
    entry.request = std::move(request);
    ++m_live;
    ++m_unsent;
}

quint64 Outbox::firstOpen() const
{
    return m_entries.empty() ? std::numeric_limits<quint64>::max() : m_first;
}

std::vector<OutgoingMessage> Outbox::takeUnsent(int messages, qint64 bytes,
                                                const MustWait &mustWait)
{
    std::vector<OutgoingMessage> taken;
    taken.reserve(size_t(std::min(m_unsent, messages)));
    quint64 id = std::max(m_firstUnsent, m_first);
    quint64 firstLeft = std::numeric_limits<quint64>::max();
    int unsent = m_unsent;
    for (; unsent > 0 && id < end(); ++id) {
        Entry &entry = m_entries[size_t(id - m_first)];
        if (!entry.request || entry.isSent)
            continue;
        --unsent;
        if (mustWait && mustWait(*entry.request)) {
            firstLeft = std::min(firstLeft, id);
            continue;
        }
        const qint64 size = entry.request->content->body.size();
        const bool isAlone = underWay() == 0 && m_expired.empty();
        if (messages <= 0 || (size > bytes && !isAlone))
            break;
        name(*entry.request);
        entry.isSent = true;
        --messages;
        bytes -= size;
        --m_unsent;
        m_sentBytes += size;
        taken.push_back({id, entry.request->content, entry.request->mandatory, entry.again});
    }
    m_firstUnsent = std::min(id, firstLeft);
    return taken;
}

void Outbox::name(PublishRequest &request) const
{
    if (m_prefix.isEmpty() || !request.content->properties->messageId.isEmpty())
        return;
    auto named = std::make_shared<MessageContent>(*request.content);
    named->properties.edit().messageId = m_prefix + QString::number(request.id, 36);
    request.content = std::move(named);
}

void Outbox::unsend(Entry &entry)
{
    entry.isSent = false;
    m_sentBytes -= entry.request->content->body.size();
    ++m_unsent;
}

void Outbox::sendAgain(quint64 id, bool mayBeThere)
{
    Entry *entry = find(id);
    if (!entry)
        expiredAnswered(id);
    if (!entry || !entry->isSent)
        return;
    unsend(*entry);
    entry->again = entry->again || mayBeThere;
    m_firstUnsent = std::min(m_firstUnsent, id);
}

std::optional<quint64> Outbox::firstUnderWay(
    const std::function<bool(const PublishRequest &)> &condition)
{
    quint64 id = m_first;
    for (const Entry &entry : m_entries) {
        if (entry.request && entry.isSent && condition(*entry.request))
            return id;
        ++id;
    }
    return std::nullopt;
}

std::vector<quint64> Outbox::sendAllAgain(const Gone &gone)
{
    m_expired.clear();
    m_expiredBytes = 0;
    const std::set<quint64> unsent(gone.unsent.begin(), gone.unsent.end());
    std::vector<quint64> ids;
    quint64 id = m_first;
    for (Entry &entry : m_entries) {
        if (entry.request && entry.isSent) {
            unsend(entry);
            const bool mayBeThere = id < gone.refused && !unsent.contains(id);
            entry.again = entry.again || mayBeThere;
            entry.wasLost = entry.wasLost || (mayBeThere && gone.isLoss);
            ids.push_back(id);
        }
        ++id;
    }
    m_firstUnsent = m_first;
    return ids;
}

std::vector<Outbox::Removed> Outbox::removeIf(
    const std::function<bool(const PublishRequest &)> &condition, quint64 from)
{
    std::vector<Removed> removed;
    for (size_t i = from > m_first ? from - m_first : 0; i < m_entries.size(); ++i) {
        Entry &entry = m_entries[i];
        if (entry.request && condition(*entry.request))
            removed.push_back(take(entry));
    }
    dropSettled();
    return removed;
}

std::vector<Outbox::Removed> Outbox::removeExpired(Hub::TimePoint now)
{
    std::vector<Removed> expired;
    while (!m_early.empty() && m_early.top().first <= now) {
        if (find(m_early.top().second))
            expired.push_back(expire(m_early.top().second));
        m_early.pop();
    }
    for (auto id = firstInOrder(); id && find(*id)->deadline <= now; id = firstInOrder()) {
        expired.push_back(expire(*id));
        dropSettled();
    }
    dropSettled();
    return expired;
}

std::optional<Hub::TimePoint> Outbox::nextDeadline()
{
    while (!m_early.empty() && !find(m_early.top().second))
        m_early.pop();
    std::optional<Hub::TimePoint> deadline;
    if (const auto id = firstInOrder())
        deadline = find(*id)->deadline;
    if (!m_early.empty() && (!deadline || m_early.top().first < *deadline))
        deadline = m_early.top().first;
    return deadline;
}

Outbox::Entry *Outbox::find(quint64 id)
{
    if (id < m_first || id >= end())
        return nullptr;
    Entry &entry = m_entries[size_t(id - m_first)];
    return entry.request ? &entry : nullptr;
}

void Outbox::uncount(const Entry &entry)
{
    --m_live;
    if (entry.isSent)
        m_sentBytes -= entry.request->content->body.size();
    else
        --m_unsent;
}

Outbox::Removed Outbox::take(Entry &entry)
{
    uncount(entry);
    Removed removed{std::move(*entry.request), entry.isSent, entry.again, entry.wasLost};
    entry.request.reset();
    return removed;
}

void Outbox::dropSettled()
{
    while (!m_entries.empty() && !m_entries.front().request) {
        m_entries.pop_front();
        ++m_first;
    }
}

std::optional<quint64> Outbox::firstInOrder()
{
    quint64 id = m_first;
    for (const Entry &entry : m_entries) {
        if (entry.request && !entry.isEarly)
            return id;
        ++id;
    }
    return std::nullopt;
}

Outbox::Removed Outbox::expire(quint64 id)
{
    Removed removed = take(*find(id));
    if (removed.isSent) {
        const qint64 bytes = removed.request.content->body.size();
        m_expired.emplace(id, bytes);
        m_expiredBytes += bytes;
    }
    return removed;
}

void Outbox::expiredAnswered(quint64 id)
{
    const auto expired = m_expired.find(id);
    if (expired == m_expired.end())
        return;
    m_expiredBytes -= expired->second;
    m_expired.erase(expired);
}

} // namespace Qombu
