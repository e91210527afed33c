// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/consuming/opendeliveries.h"

#include <algorithm>
#include <utility>

namespace Qombu::Amqp {

void OpenDeliveries::end(quint64 tag, Ending ending)
{
    const auto entry = m_open.find(tag);
    if (entry == m_open.end() || entry->second.ending)
        return;
    entry->second.ending = ending;
    m_ended.push_back(tag);
}

std::vector<Method> OpenDeliveries::takeMethods()
{
    std::vector<quint64> ended = std::exchange(m_ended, {});
    std::ranges::sort(ended);
    std::vector<Method> methods;
    // What is not acknowledged first: an acknowledgement of all up to one must not mean it.
    std::erase_if(ended, [&](quint64 tag) {
        const auto entry = m_open.find(tag);
        const Ending ending = *entry->second.ending;
        if (ending == Ending::Ack)
            return false;
        methods.push_back(ending == Ending::Release ? basicNack(tag, false, true)
                                                    : basicReject(tag, ending == Ending::Requeue));
        m_open.erase(entry);
        return true;
    });
    auto single = ended.begin();
    while (single != ended.end() && m_open.begin()->first == *single) {
        m_open.erase(m_open.begin());
        ++single;
    }
    if (const auto count = single - ended.begin(); count > 0)
        methods.push_back(basicAck(*std::prev(single), count > 1));
    for (; single != ended.end(); ++single) {
        methods.push_back(basicAck(*single, false));
        m_open.erase(*single);
    }
    return methods;
}

std::vector<quint64> OpenDeliveries::takeAll()
{
    std::vector<quint64> numbers;
    for (const auto &[tag, entry] : std::exchange(m_open, {})) {
        if (!entry.ending)
            numbers.push_back(entry.number);
    }
    m_ended.clear();
    return numbers;
}

} // namespace Qombu::Amqp
