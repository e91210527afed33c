// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/publishing/confirms.h"

namespace Qombu::Amqp {

void Confirms::sent(OutgoingMessage &&message, qint64 upTo)
{
    if (!message.mandatory)
        message.content.reset();
    m_entries.push_back({message.id, upTo, std::move(message.content)});
    ++m_open;
}

void Confirms::addUnwritten(qint64 written, std::vector<quint64> &ids) const
{
    for (auto entry = m_entries.rbegin(); entry != m_entries.rend() && entry->upTo > written;
         ++entry) {
        if (entry->id != 0)
            ids.push_back(entry->id);
    }
}

Confirms::Look Confirms::lookOf(const MessageContent &content)
{
    return {content.properties->messageId, content.exchange, content.routingKey};
}

void Confirms::returned(const MessageContent &content, const Error &why)
{
    m_returned.emplace(lookOf(content), why);
}

Error Confirms::takeReturn(const Entry &entry)
{
    if (m_returned.empty() || !entry.content)
        return {};
    const auto found = m_returned.find(lookOf(*entry.content));
    if (found == m_returned.end())
        return {};
    const Error why = found->second;
    m_returned.erase(found);
    return why;
}

void Confirms::end(Entry &entry, const Error &nack, std::vector<PublishOutcome> &outcomes)
{
    if (entry.id == 0)
        return;
    const Error returned = takeReturn(entry);
    outcomes.push_back({std::exchange(entry.id, 0), nack.isError() ? nack : returned});
    entry.content.reset();
    --m_open;
}

void Confirms::confirmed(quint64 number, bool multiple, const Error &nack,
                         std::vector<PublishOutcome> &outcomes)
{
    if (number == 0) // all of them, AMQP 0-9-1, basic.ack
        number = m_first + m_entries.size() - 1;
    if (number < m_first || number >= m_first + m_entries.size())
        return;
    for (quint64 n = multiple ? m_first : number; n <= number; ++n)
        end(m_entries[n - m_first], nack, outcomes);
    while (!m_entries.empty() && m_entries.front().id == 0) {
        m_entries.pop_front();
        ++m_first;
    }
}

} // namespace Qombu::Amqp
