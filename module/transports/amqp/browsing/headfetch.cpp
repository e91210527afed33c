// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/headfetch.h"

#include "transports/amqp/wire/methodids.h"

#include <algorithm>

namespace Qombu::Amqp {

namespace {

constexpr int GetsAtOnce = 64;

} // namespace

void HeadFetch::start()
{
    if (openChannel())
        fetch();
}

// One by one where it matters: what a message tells decides about the next.
void HeadFetch::fetch()
{
    const Result<Method> method = basicGet(m_queue, false);
    if (!method)
        return end(method.error());
    m_unanswered = m_limits.returns > 0 ? 1 : std::min(m_limits.messages - held(), GetsAtOnce);
    for (int i = 0; i < m_unanswered; ++i)
        m_socket->send(m_channel, *method);
}

void HeadFetch::channelEvents(std::span<SessionEvent> events)
{
    for (SessionEvent &event : events) {
        if (event.type == SessionEvent::ChannelClosed)
            return end(event.why);
        if (event.type == SessionEvent::Fetched) {
            m_last = event.number;
            take(std::move(event));
        } else if (event.method == MethodId::BasicGetEmpty) {
            m_isEmpty = true;
        } else if (event.method == MethodId::BasicQosOk) { // so it has taken what was before it
            return end({});
        } else {
            continue;
        }
        if (--m_unanswered > 0)
            continue;
        if (m_isEmpty || isEnough())
            giveBack();
        else
            fetch();
    }
}

// basic.nack has no answer; basic.qos has, and comes behind it. What knows no nack takes all back
// with the connection.
void HeadFetch::giveBack()
{
    if (m_last > 0 && m_socket->session().serverCan().nack)
        m_socket->send(m_channel, basicNack(m_last, true, true));
    m_socket->send(m_channel, basicQos(1));
}

} // namespace Qombu::Amqp
