// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/amqpplace.h"

#include <deque>

namespace Qombu::Amqp {

struct TopologyRequest
{
    Method method;
    QString entity; // what it is about: "queue/NAME" or "exchange/NAME"
    Done<SessionEvent> done; // null: it is asked elsewhere now
};

// One channel on which requests are answered in order, many on their way at the same time. A broker
// closes it at a refusal and forgets what stood behind it: that is asked again on a new one. Hub's
// thread; may outlive its link.
class TopologyLane final : private ChannelListener
{
public:
    // silent: the oldest request has not been answered for a while, and the channel could have.
    using Silent = std::function<void(TopologyLane *)>;
    TopologyLane(std::shared_ptr<AmqpPlace> place, Silent silent);
    ~TopologyLane() override;

    void add(TopologyRequest &&request); // done may be called inside
    QString entity() const { return m_requests.empty() ? QString() : m_requests.front().entity; }
    // All but those about the entity() of now. The broker may still come to those that were sent.
    std::vector<TopologyRequest> takeOthers();
    // Nothing is asked any more, and what was has been answered.
    bool isIdle() const { return m_requests.empty() && !m_wasAbandoned; }

private:
    void channelEvents(std::span<SessionEvent> events) override;
    void answered(SessionEvent &&event);
    void closed(const Error &why);
    std::vector<TopologyRequest> takeEnded(bool isUnknown);
    void sendMore();
    Error send(const Method &method);
    bool mayFollow(const TopologyRequest &next) const;
    void watch();
    void look();

    const std::shared_ptr<AmqpPlace> m_place;
    const Silent m_silent;
    quint16 m_channel = 0; // 0: none is open
    bool m_isOpen = false; // the broker has said so
    std::deque<TopologyRequest> m_requests; // oldest first
    std::size_t m_sent = 0; // of those
    std::size_t m_window; // so many may be unanswered
    bool m_wasAbandoned = false;
    Hub::TimePoint m_lastHeard{};
    HubHandle m_timer;
    bool m_isWatching = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Amqp
