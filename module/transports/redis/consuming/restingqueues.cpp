// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/restingqueues.h"

#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr std::chrono::nanoseconds ShortestRest = std::chrono::seconds(1);
constexpr std::chrono::nanoseconds LongestRest = std::chrono::seconds(30);

} // namespace

void RestingQueues::reset(const QStringList &proven)
{
    m_timer.cancel();
    m_proven = {proven.begin(), proven.end()};
    m_resting.clear();
    m_told.clear();
    m_delay = {};
}

// One that gave something was granted; so were all where all are empty.
void RestingQueues::granted(const QStringList &asked, const ClaimResult &result)
{
    if (m_told.isEmpty() && m_proven.size() >= asked.size())
        return; // as ever
    const auto isGranted = [this](const QString &queue) {
        m_proven.insert(queue);
        if (m_told.remove(queue))
            tellOver(queue);
    };
    if (result.isDrained)
        std::for_each(asked.begin(), asked.end(), isGranted);
    else if (!result.messages.empty())
        isGranted(result.messages.front().queue);
    if (m_told.isEmpty())
        m_delay = {};
}

bool RestingQueues::rest(const QString &queue, const Error &why)
{
    if (why.kind() != Error::Configuration || !m_proven.contains(queue))
        return false;
    if (!m_told.contains(queue))
        m_context.host.notice(makeNotice(
            BrokerNotice::Permission,
            Text::tr(
                "Queue \"%1\" gives nothing any more, and is asked again from time to time: %2")
                .arg(queue, why.text()),
            why, queue));
    m_told.insert(queue);
    if (m_resting.isEmpty()) {
        m_delay = std::clamp(2 * m_delay, ShortestRest, LongestRest);
        m_timer = m_context.hub->callLater(m_delay, [this] {
            m_resting.clear();
            m_again();
        });
    }
    m_resting.insert(queue);
    return true;
}

QStringList RestingQueues::without(QStringList queues) const
{
    if (!m_resting.isEmpty())
        queues.removeIf([this](const QString &queue) { return m_resting.contains(queue); });
    return queues;
}

void RestingQueues::tellOver(const QString &queue)
{
    BrokerNotice over =
        makeNotice(BrokerNotice::Permission,
                   Text::tr("Queue \"%1\" is consumed from again").arg(queue), {}, queue);
    over.active = false;
    m_context.host.notice(over);
}

} // namespace Qombu::Redis
