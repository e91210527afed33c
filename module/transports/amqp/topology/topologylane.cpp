// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/topology/topologylane.h"

#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/methodids.h"

namespace Qombu::Amqp {

namespace {

// Hides a round trip. After a refusal fewer, since all behind a refusal is asked again.
constexpr std::size_t MostUnanswered = 256;

// A declaration takes some milliseconds, on a cluster some tenths of a second.
constexpr auto Silence = std::chrono::milliseconds(1500);

// Twice is as good as once.
bool isRepeatable(const Method &method)
{
    return method.id == MethodId::QueueDeclare || method.id == MethodId::QueueBind
        || method.id == MethodId::ExchangeDeclare || method.id == MethodId::ExchangeBind;
}

} // namespace

TopologyLane::TopologyLane(std::shared_ptr<AmqpPlace> place, Silent silent)
    : m_place(std::move(place))
    , m_silent(std::move(silent))
    , m_window(MostUnanswered)
{
}

TopologyLane::~TopologyLane()
{
    if (m_channel && m_place->socket)
        m_place->socket->closeChannel(m_channel);
}

void TopologyLane::add(TopologyRequest &&request)
{
    m_requests.push_back(std::move(request));
    watch();
    sendMore();
}

// What must not happen twice is asked when nothing unanswered is before it: then it need not be
// asked again, whatever becomes of the channel. What may end the connection goes alone.
bool TopologyLane::mayFollow(const TopologyRequest &next) const
{
    if (m_sent == 0)
        return true;
    const FatalRequests &fatal = *m_place->fatal;
    return m_sent < m_window && isRepeatable(next.method) && !fatal.isSuspect(next.method)
        && !fatal.isSuspect(m_requests[m_sent - 1].method);
}

// Where the connection is ending, that answers everything.
void TopologyLane::sendMore()
{
    const std::weak_ptr<bool> alive = m_alive;
    while (m_sent < m_requests.size() && mayFollow(m_requests[m_sent])) {
        if (m_place->socket && !m_place->socket->isReady())
            return;
        const Error error = send(m_requests[m_sent].method);
        if (!error.isError()) {
            ++m_sent;
            continue;
        }
        const TopologyRequest request = std::move(m_requests[m_sent]);
        m_requests.erase(m_requests.begin() + std::ptrdiff_t(m_sent));
        request.done(error);
        if (alive.expired())
            return;
    }
}

Error TopologyLane::send(const Method &method)
{
    if (!m_place->socket)
        return withoutConnection();
    if (m_channel == 0) {
        m_isOpen = false;
        m_channel = m_place->socket->openChannel(this);
    }
    if (m_channel == 0)
        return withoutChannel();
    return m_place->socket->send(m_channel, method);
}

void TopologyLane::channelEvents(std::span<SessionEvent> events)
{
    const std::weak_ptr<bool> alive = m_alive;
    m_lastHeard = m_place->hub->now();
    for (SessionEvent &event : events) {
        if (event.type == SessionEvent::ChannelOpened)
            m_isOpen = true;
        else if (event.type == SessionEvent::ChannelClosed)
            return closed(event.why);
        else if (event.type == SessionEvent::Answer && m_sent > 0)
            answered(std::move(event));
        if (alive.expired())
            return;
    }
    sendMore();
}

void TopologyLane::answered(SessionEvent &&event)
{
    const TopologyRequest request = std::move(m_requests.front());
    m_requests.pop_front();
    --m_sent;
    m_wasAbandoned = false;
    m_window = std::min(m_window * 2, MostUnanswered);
    m_place->fatal->answered(request.method);
    if (request.done)
        request.done(std::move(event));
}

// The oldest request is the one that was refused; the broker has dropped those behind it. Where it
// has not answered, it may still come to them.
void TopologyLane::closed(const Error &why)
{
    m_channel = 0;
    const bool isUnknown = why.kind() == Error::Timeout;
    m_wasAbandoned = isUnknown;
    if (!isUnknown && !m_requests.empty())
        m_place->fatal->refused(m_requests.front().method);
    const std::vector<TopologyRequest> ended = takeEnded(isUnknown);
    m_sent = 0;
    m_window = 1;
    const std::weak_ptr<bool> alive = m_alive;
    sendMore();
    if (alive.expired())
        return;
    for (const TopologyRequest &request : ended) {
        if (request.done)
            request.done(why);
        if (alive.expired())
            return;
    }
}

// Those about the same entity would wait as long, and a second removal is not the first.
std::vector<TopologyRequest> TopologyLane::takeEnded(bool isUnknown)
{
    std::vector<TopologyRequest> ended;
    if (!isUnknown) { // thousands may stand behind it, and thousands be refused
        if (!m_requests.empty())
            ended.push_back(std::move(m_requests.front()));
        m_requests.erase(m_requests.begin(), m_requests.begin() + std::ptrdiff_t(ended.size()));
        std::erase_if(m_requests, [](const TopologyRequest &request) { return !request.done; });
        return ended;
    }
    std::deque<TopologyRequest> again;
    const QString about = entity();
    for (std::size_t i = 0; i < m_requests.size(); ++i) {
        TopologyRequest &request = m_requests[i];
        const bool endsToo =
            request.entity == about || (i < m_sent && !isRepeatable(request.method));
        if (i == 0 || endsToo)
            ended.push_back(std::move(request));
        else if (request.done)
            again.push_back(std::move(request));
    }
    m_requests = std::move(again);
    return ended;
}

std::vector<TopologyRequest> TopologyLane::takeOthers()
{
    std::vector<TopologyRequest> others;
    std::deque<TopologyRequest> own;
    const QString about = entity();
    for (std::size_t i = 0; i < m_requests.size(); ++i) {
        TopologyRequest &request = m_requests[i];
        if (request.entity == about) {
            own.push_back(std::move(request));
            continue;
        }
        if (i < m_sent) // its answer may still come here
            own.push_back({request.method, request.entity, nullptr});
        others.push_back(std::move(request));
    }
    m_requests = std::move(own);
    return others;
}

void TopologyLane::watch()
{
    if (std::exchange(m_isWatching, true))
        return;
    m_timer = m_place->hub->callLater(Silence, [this] { look(); });
}

// Once for each silence: what is asked meanwhile is not told again.
void TopologyLane::look()
{
    m_isWatching = false;
    if (m_requests.empty() || !m_place->socket)
        return;
    const auto silentSince = m_place->hub->now() - m_lastHeard;
    const bool isSilent =
        m_isOpen && m_channel && m_place->socket->isReading() && silentSince >= Silence;
    watch();
    if (isSilent)
        m_silent(this);
}

} // namespace Qombu::Amqp
