// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

#include <QString>

#include <deque>
#include <map>
#include <tuple>

namespace Qombu::Amqp {

// What was published on one channel and is not confirmed yet, by the numbers that the broker counts
// from 1 (AMQP's confirm extension). Plain class.
class Confirms
{
public:
    // upTo: AmqpSocket::writtenBytes() when it is written.
    void sent(OutgoingMessage &&message, qint64 upTo = 0);
    // Those that are written beyond that.
    void addUnwritten(qint64 written, std::vector<quint64> &ids) const;
    // basic.return comes before the confirmation of its message, and does not tell its number: of
    // several that look alike it means the one that is confirmed next.
    void returned(const MessageContent &content, const Error &why);
    // The outcomes of number, or of all up to it; nacked: why.
    void confirmed(quint64 number, bool multiple, const Error &nack,
                   std::vector<PublishOutcome> &outcomes);
    std::size_t size() const { return m_open; }

private:
    struct Entry
    {
        quint64 id = 0; // 0: it was confirmed before older ones
        qint64 upTo = 0;
        std::shared_ptr<const MessageContent> content; // none: it cannot be returned
    };
    using Look = std::tuple<QString, QString, QString>; // what a return tells of its message
    static Look lookOf(const MessageContent &content);
    void end(Entry &entry, const Error &nack, std::vector<PublishOutcome> &outcomes);
    Error takeReturn(const Entry &entry);

    std::deque<Entry> m_entries;
    quint64 m_first = 1; // number of the first entry
    std::size_t m_open = 0;
    std::multimap<Look, Error> m_returned; // and not confirmed yet
};

} // namespace Qombu::Amqp
