// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/publishledger.h"

namespace Qombu {

Pending<void> PublishLedger::add(quint64 producer, qint64 bytes)
{
    Entry &entry = m_entries.emplace_back();
    entry.resolver.emplace();
    entry.producer = producer;
    entry.bytes = bytes;
    m_bytes += bytes;
    ++m_size;
    return entry.resolver->pending();
}

PublishLedger::Entry PublishLedger::take(quint64 id)
{
    if (id < m_first || id >= nextId())
        return {};
    Entry taken = std::exchange(m_entries[size_t(id - m_first)], Entry());
    if (taken.resolver) {
        m_bytes -= taken.bytes;
        --m_size;
    }
    while (!m_entries.empty() && !m_entries.front().resolver) {
        m_entries.pop_front();
        ++m_first;
    }
    return taken;
}

std::vector<PublishLedger::Entry> PublishLedger::takeAll()
{
    std::vector<Entry> all;
    for (Entry &entry : m_entries) {
        if (entry.resolver)
            all.push_back(std::move(entry));
    }
    m_first = nextId();
    m_entries.clear();
    m_bytes = 0;
    m_size = 0;
    return all;
}

} // namespace Qombu
