// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/browsing/peek.h"

#include "transports/amqp/wire/methodids.h"

#include <algorithm>

namespace Qombu::Amqp {

namespace {

constexpr int GetsAtOnce = 64;
constexpr int SeenOverhead = 512; // bytes

int returnsOf(const MessageContent &content)
{
    return std::max(content.headers.value(QStringLiteral("x-delivery-count")).toInt(),
                    content.headers.value(QStringLiteral("x-acquired-count")).toInt());
}

} // namespace

Peek::Peek(Hub *hub, const AmqpLinkSettings &settings, const PeekRequest &request, Ended ended)
    : m_request(request)
    , m_ended(std::move(ended))
    , m_socket(hub, settings, this)
{
    m_socket.open();
}

void Peek::socketReady()
{
    m_channel = m_socket.openChannel(this);
    fetch();
}

// One alone at first, and where it matters each: what it tells decides about the next.
void Peek::fetch()
{
    const bool isCareful = m_result.messages.empty() || m_request.mostReturns > 0;
    const int left = m_request.limit - int(m_result.messages.size());
    const Result<Method> method = basicGet(m_request.queue, false);
    if (!method)
        return fail(method.error());
    m_unanswered = isCareful ? 1 : std::min(left, GetsAtOnce);
    for (int i = 0; i < m_unanswered; ++i)
        m_socket.send(m_channel, *method);
}

bool Peek::isEnough() const
{
    return m_isEmpty || int(m_result.messages.size()) >= m_request.limit
        || m_bytes >= m_request.bytes
        || (m_request.mostReturns > 0 && m_result.returns >= m_request.mostReturns);
}

void Peek::channelEvents(std::span<SessionEvent> events)
{
    for (SessionEvent &event : events) {
        if (event.type == SessionEvent::ChannelClosed) {
            m_channel = 0;
            return fail(event.why);
        }
        if (event.type == SessionEvent::Fetched) {
            took(std::move(event));
        } else if (event.method == MethodId::BasicGetEmpty) {
            m_isEmpty = true;
        } else if (event.method == MethodId::BasicQosOk) { // so it has taken what was before it
            return m_socket.close();
        } else {
            continue;
        }
        if (--m_unanswered > 0)
            continue;
        if (isEnough())
            giveBack();
        else
            fetch();
    }
}

void Peek::took(SessionEvent &&event)
{
    m_last = event.number;
    m_bytes += event.content->body.size() + SeenOverhead;
    m_result.returns = std::max(m_result.returns, returnsOf(*event.content));
    IncomingMessage message;
    message.queue = m_request.queue;
    message.content = std::move(event.content);
    message.error = std::move(event.why);
    m_result.messages.push_back(std::move(message));
}

// basic.nack has no answer; basic.qos has, and comes behind it.
void Peek::giveBack()
{
    if (m_last > 0)
        m_socket.send(m_channel, basicNack(m_last, true, true));
    m_socket.send(m_channel, basicQos(1));
}

void Peek::fail(const Error &error)
{
    m_error = error;
    m_socket.close();
}

void Peek::socketClosed()
{
    m_ended(this, m_error.isError() ? Result<PeekResult>(m_error) : std::move(m_result));
}

void Peek::socketFailed(const Error &error)
{
    m_ended(this, m_error.isError() ? m_error : error);
}

} // namespace Qombu::Amqp
