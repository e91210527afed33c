// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/publishing/publishcall.h"

namespace Qombu::Redis {

std::size_t PublishCall::numberOf(const QByteArray &list)
{
    const auto known = std::find(m_lists.begin(), m_lists.end(), list);
    const std::size_t number = std::size_t(known - m_lists.begin()) + 1;
    if (known == m_lists.end()) {
        m_lists.push_back(list);
        m_keys.add(list);
    }
    return number;
}

void PublishCall::count(const QByteArray &list)
{
    const std::size_t number = numberOf(list);
    if (number != m_list || m_length == copiesPerCommand)
        endRun();
    m_list = number;
    ++m_length;
    ++m_copies;
}

void PublishCall::expire(const std::vector<QByteArray> &lists, std::chrono::milliseconds life)
{
    if (std::find(m_expiring.begin(), m_expiring.end(), lists.front()) != m_expiring.end())
        return;
    m_expiring.push_back(lists.front());
    for (const QByteArray &list : lists) {
        m_lives += ';';
        m_lives += QByteArray::number(qulonglong(numberOf(list)));
        m_lives += ',';
        m_lives += QByteArray::number(qlonglong(life.count()));
    }
}

RespCommand PublishCall::takeArguments()
{
    endRun();
    m_arguments.addAll(m_members).add(m_runs).add(m_lives).add(m_members.count());
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
