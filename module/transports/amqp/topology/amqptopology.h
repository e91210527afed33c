// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/topology/topologylane.h"
#include "transports/amqp/wire/method.h"

#include <map>

namespace Qombu::Amqp {

// Declares, binds and removes. One entity that is not answered for, such as a queue on a node that
// hangs, holds up nothing but what is asked about itself: that goes a lane of its own from then on.
// Hub's thread; may outlive its link.
class AmqpTopology final : public TopologyChannel
{
public:
    explicit AmqpTopology(std::shared_ptr<AmqpPlace> place);

    void declare(const Exchange &exchange, Done<void> done) override;
    void declare(const Queue &queue, Done<QueueInfo> done) override;
    void bind(const Binding &binding, Done<void> done) override;
    void unbind(const Binding &binding, Done<void> done) override;
    void inspect(const QString &queue, Done<QueueInfo> done) override;
    void purge(const QString &queue, Done<qint64> done) override;
    void remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done) override;
    void remove(const Exchange &exchange, const RemoveOptions &options, Done<void> done) override;

private:
    template<typename T>
    void ask(const QString &entity, Result<Method> &&method, Done<T> done);
    TopologyLane &laneOf(const QString &entity);
    Done<QueueInfo> lookingWhetherItDiffers(const QString &queue, Done<QueueInfo> done);
    void makeMain();
    void leave(TopologyLane *silent);
    void bindOrUnbind(Result<Method> (*ofQueues)(const Bind &),
                      Result<Method> (*ofExchanges)(const Bind &), const Binding &binding,
                      Done<void> done);

    const std::shared_ptr<AmqpPlace> m_place;
    std::unique_ptr<TopologyLane> m_main;
    std::map<QString, std::unique_ptr<TopologyLane>> m_own; // by entity
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Amqp
