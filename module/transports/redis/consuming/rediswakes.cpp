// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/rediswakes.h"

#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {

std::chrono::nanoseconds RedisWakes::delay(const QString &queue) const
{
    const auto most = m_history.value(queue).maximumDelay();
    return most.count() > 0
        ? std::chrono::nanoseconds(m_context.hub->random() % quint64(most.count()))
        : std::chrono::nanoseconds(0);
}

// A claim that was full says nothing about the queues it did not come to.
void RedisWakes::answered(const QSet<QString> &woken, const ClaimResult &result)
{
    for (const QString &queue : woken) {
        const bool foundSome =
            std::any_of(result.messages.begin(), result.messages.end(),
                        [&](const IncomingMessage &message) { return message.queue == queue; });
        if (!foundSome && !result.isDrained)
            continue;
        WakeHistory &history = m_history[queue];
        const bool before = history.isContended();
        history.add(!foundSome);
        if (history.isContended() == before)
            continue;
        const QString text = before
            ? Text::tr("This program gets the messages of queue \"%1\" again")
            : Text::tr("Other programs get the messages of queue \"%1\" before this one does");
        BrokerNotice notice = makeNotice(BrokerNotice::Contention, text.arg(queue), {}, queue);
        notice.active = !before;
        m_context.host.notice(notice);
    }
}

} // namespace Qombu::Redis
