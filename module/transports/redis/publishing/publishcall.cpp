// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/publishing/publishcall.h"

namespace Qombu::Redis {

void PublishCall::count(const QByteArray &list)
{
    const auto known = std::find(m_lists.begin(), m_lists.end(), list);
    const std::size_t number = std::size_t(known - m_lists.begin()) + 1;
    if (known == m_lists.end()) {
        m_lists.push_back(list);
        m_keys.add(list);
    }
    if (number != m_list || m_length == copiesPerCommand)
        endRun();
    m_list = number;
    ++m_length;
    ++m_copies;
}

RespCommand PublishCall::takeArguments()
{
    endRun();
    m_arguments.add(m_runs);
    return std::move(m_arguments);
}

void PublishCall::endRun()
{
    if (m_length == 0)
        return;
    m_runs += ':';
    m_runs += QByteArray::number(qulonglong(m_list));
    m_runs += ',';
    m_runs += QByteArray::number(m_length);
    m_length = 0;
}

} // namespace Qombu::Redis
