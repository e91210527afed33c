// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

#include <deque>

namespace Qombu {

// What a consumer of AckMode::None has sent to its handle and the user has not got: the broker has
// forgotten it, so it is bounded here and can be put back. Plain class. Owned by EngineConsumer.
class ReadAhead
{
public:
    static constexpr size_t MostMessages = 1024;
    static constexpr qint64 MostBytes = 16 << 20;

    void add(const IncomingMessage &message)
    {
        m_messages.push_back(message);
        m_bytes += message.content.body.size();
    }
    bool isEmpty() const { return m_messages.empty(); }
    IncomingMessage takeFirst()
    {
        IncomingMessage first = std::move(m_messages.front());
        m_messages.pop_front();
        m_bytes -= first.content.body.size();
        return first;
    }
    // Beyond the limit, or beyond a part of it.
    bool isFar(int part, qint64 prefetchBytes) const
    {
        return m_messages.size() > MostMessages / size_t(part)
            || m_bytes > std::max(MostBytes, prefetchBytes) / part;
    }

private:
    std::deque<IncomingMessage> m_messages;
    qint64 m_bytes = 0;
};

} // namespace Qombu
