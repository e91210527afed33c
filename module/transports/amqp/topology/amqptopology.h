// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/amqpplace.h"

#include <deque>

namespace Qombu::Amqp {

// Declares, binds and removes on a channel of its own, all requests at once and answered in order.
// A broker closes the channel at a refusal and forgets what stood behind it: that is asked again on
// a new one. Hub's thread; may outlive its link.
class AmqpTopology final : public TopologyChannel, private ChannelListener
{
public:
    explicit AmqpTopology(std::shared_ptr<AmqpPlace> place);
    ~AmqpTopology() override;

    void declare(const Exchange &exchange, Done<void> done) override;
    void declare(const Queue &queue, Done<QueueInfo> done) override;
    void bind(const Binding &binding, Done<void> done) override;
    void unbind(const Binding &binding, Done<void> done) override;
    void inspect(const QString &queue, Done<QueueInfo> done) override;
    void purge(const QString &queue, Done<qint64> done) override;
    void remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done) override;
    void remove(const Exchange &exchange, const RemoveOptions &options, Done<void> done) override;

private:
    struct Request
    {
        Method method;
        Done<SessionEvent> done;
    };

    template<typename T>
    void ask(Result<Method> &&method, Done<T> done);
    void channelEvents(std::span<SessionEvent> events) override;
    bool openChannel();
    void refused(const Error &why);

    const std::shared_ptr<AmqpPlace> m_place;
    quint16 m_channel = 0; // 0: none is open
    std::deque<Request> m_requests; // on the channel, oldest first
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Amqp
