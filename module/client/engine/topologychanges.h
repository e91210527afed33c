// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client/engine/wantedtopology.h"
#include "port/channels.h"

namespace Qombu {
class Engine;
class QueueNaming;
class Topology;

// Carries out what channels ask of topology, whatever is known of it already, and when the broker
// has done it keeps the wish for it, or forgets all wishes. Hub's thread; the Topology owns it.
class TopologyChanges
{
public:
    TopologyChanges(Engine &engine, Topology &topology, WantedTopology &wanted,
                    QueueNaming &naming);

    void linkUp(TopologyChannel &channel) { m_channel = &channel; }
    void linkDown();

    // While there is a link.
    void declare(const Exchange &exchange, Done<void> done);
    void declare(const Queue &queue, Done<QueueInfo> done);
    void bind(const Binding &binding, Done<void> done);
    void unbind(const Binding &binding, Done<void> done);
    void remove(const Queue &queue, const RemoveOptions &options, Done<qint64> done);
    void remove(const Exchange &exchange, const RemoveOptions &options, Done<void> done);
    bool isRemoving(const QString &queueName) const { return m_removing.contains(queueName); }

private:
    void declareParts(const Queue &queue, const QString &key, Done<QueueInfo> done);
    void removeNamed(Queue queue, const QString &name, const RemoveOptions &options,
                     Done<qint64> done);

    Engine &m_engine;
    Topology &m_topology;
    WantedTopology &m_wanted;
    QueueNaming &m_naming;
    TopologyChannel *m_channel = nullptr;
    QSet<QString> m_removing; // names of queues
};

} // namespace Qombu
