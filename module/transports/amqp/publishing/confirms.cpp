// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/publishing/confirms.h"

#include <algorithm>

namespace Qombu::Amqp {

void Confirms::sent(quint64 id, std::shared_ptr<const MessageContent> content)
{
    m_entries.push_back({id, std::move(content), {}});
    ++m_open;
}

void Confirms::returned(const MessageContent &content, const Error &why)
{
    const auto isIt = [&](const Entry &entry) {
        return entry.id != 0 && !entry.returned.isError()
            && entry.content->properties->messageId == content.properties->messageId
            && entry.content->exchange == content.exchange
            && entry.content->routingKey == content.routingKey;
    };
    if (const auto entry = std::ranges::find_if(m_entries, isIt); entry != m_entries.end())
        entry->returned = why;
}

void Confirms::end(Entry &entry, const Error &nack, std::vector<PublishOutcome> &outcomes)
{
    if (entry.id == 0)
        return;
    outcomes.push_back({std::exchange(entry.id, 0), nack.isError() ? nack : entry.returned});
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
