// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/resolver.h>

#include <deque>
#include <optional>

namespace Qombu {

// The unsettled publishes as the handles know them: who waits for each, and how many bytes all
// have. Bounds what a Connection buffers. Handle's thread; the ConnectionPrivate owns it.
class PublishLedger
{
public:
    struct Entry
    {
        std::optional<Resolver<void>> resolver; // none: settled
        quint64 producer = 0;
        qint64 bytes = 0;
    };

    // What a publish weighs beside its body.
    static constexpr qint64 Overhead = 256;

    qint64 bytes() const { return m_bytes; }
    int size() const { return m_size; }

    quint64 nextId() const { return m_first + m_entries.size(); }
    Pending<void> add(quint64 producer, qint64 bytes);
    Entry take(quint64 id); // without resolver if it was settled before
    std::vector<Entry> takeAll();

private:
    std::deque<Entry> m_entries;
    quint64 m_first = 1; // number of the front
    qint64 m_bytes = 0;
    int m_size = 0;
};

} // namespace Qombu
