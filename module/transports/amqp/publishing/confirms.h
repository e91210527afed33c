// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

#include <QString>

#include <deque>

namespace Qombu::Amqp {

// What was published on one channel and is not confirmed yet, by the numbers that the broker counts
// from 1 (AMQP's confirm extension). Plain class.
class Confirms
{
public:
    void sent(quint64 id, std::shared_ptr<const MessageContent> content);
    // basic.return comes before the confirmation of its message, and does not tell its number.
    void returned(const MessageContent &content, const Error &why);
    // The outcomes of number, or of all up to it; nacked: why.
    void confirmed(quint64 number, bool multiple, const Error &nack,
                   std::vector<PublishOutcome> &outcomes);
    std::size_t size() const { return m_open; }

private:
    struct Entry
    {
        quint64 id = 0; // 0: it was confirmed before older ones
        std::shared_ptr<const MessageContent> content;
        Error returned;
    };
    void end(Entry &entry, const Error &nack, std::vector<PublishOutcome> &outcomes);

    std::deque<Entry> m_entries;
    quint64 m_first = 1; // number of the first entry
    std::size_t m_open = 0;
};

} // namespace Qombu::Amqp
