// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

#include <deque>

namespace Qombu {

// What a consumer of AckMode::None was sent and its user has not got: the broker has forgotten it,
// so it is bounded here and can be put back. Plain class. Owned by Intake.
class ReadAhead
{
public:
    static constexpr size_t MostMessages = 1024;
    static constexpr qint64 LeastBytes = 16 << 20;

    struct Entry
    {
        IncomingMessage message;
        qint64 memory = 0; // what decoding made of it
    };

    void setWindow(qint64 bytes) { m_mostBytes = std::max(LeastBytes, bytes); }
    void add(const IncomingMessage &message)
    {
        m_entries.push_back({message});
        m_bytes += message.content->body.size();
    }
    // The first one that was not sent to the handle yet.
    void sent(qint64 memory) { m_entries[m_sent++].memory = memory; }
    bool isEmpty() const { return m_entries.empty(); }
    Entry takeFirst()
    {
        Entry first = std::move(m_entries.front());
        m_entries.pop_front();
        m_bytes -= first.message.content->body.size();
        m_sent -= m_sent > 0 ? 1 : 0;
        return first;
    }
    // Beyond the limit, or beyond a part of it.
    bool isFar(int part) const
    {
        return m_entries.size() > MostMessages / size_t(part) || m_bytes > m_mostBytes / part;
    }

private:
    std::deque<Entry> m_entries;
    size_t m_sent = 0;
    qint64 m_bytes = 0;
    qint64 m_mostBytes = LeastBytes;
};

} // namespace Qombu
