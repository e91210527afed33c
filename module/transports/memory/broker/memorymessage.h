// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/message_p.h"

#include <atomic>
#include <memory>

namespace Qombu {

// One published message, shared by all queues that have it. Counts itself in its broker's bytes
// while it lives, and never outlives the broker. Thread-safe: it never changes.
class MemoryMessage
{
public:
    MemoryMessage(std::shared_ptr<const MessageContent> content, qint64 weight,
                  std::atomic<qint64> *total)
        : m_content(std::move(content))
        , m_weight(weight)
        , m_total(total)
    {
        m_total->fetch_add(m_weight, std::memory_order_relaxed);
    }
    ~MemoryMessage() { m_total->fetch_sub(m_weight, std::memory_order_relaxed); }
    Q_DISABLE_COPY_MOVE(MemoryMessage)

    const std::shared_ptr<const MessageContent> &content() const { return m_content; }
    qint64 bytes() const { return m_content->body.size(); } // in a prefetch window
    int priority() const { return qBound(0, m_content->priority, 9); }

    // About what content takes in memory.
    static qint64 weigh(const MessageContent &content);

private:
    const std::shared_ptr<const MessageContent> m_content;
    const qint64 m_weight;
    std::atomic<qint64> *const m_total;
};

using MemoryMessagePointer = std::shared_ptr<const MemoryMessage>;

// A message's place in one queue. Positions rise in order of publishing.
struct MemoryEntry
{
    quint64 position = 0;
    MemoryMessagePointer message;
    bool redelivered = false;

    std::shared_ptr<const MessageContent> content() const; // as it is delivered from here
};

} // namespace Qombu
