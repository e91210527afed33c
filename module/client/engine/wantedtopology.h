// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/queue.h>

namespace Qombu {

// What was declared through a Connection and not removed since: declared again after a reconnect,
// exchanges before queues before bindings. Plain class; the Engine owns it.
class WantedTopology
{
public:
    void add(const Exchange &exchange);
    void add(const Queue &queue);
    void add(const Binding &binding);
    void remove(const Exchange &exchange); // and bindings to it
    void remove(const Queue &queue); // and its bindings
    void remove(const Binding &binding);

    bool isEmpty() const
    {
        return m_exchanges.isEmpty() && m_queues.isEmpty() && m_bindings.isEmpty();
    }
    const QList<Exchange> &exchanges() const { return m_exchanges; }
    const QList<Queue> &queues() const { return m_queues; }
    const QList<Binding> &bindings() const { return m_bindings; }

private:
    QList<Exchange> m_exchanges; // one a name
    QList<Queue> m_queues; // one a name
    QList<Binding> m_bindings; // those that are not part of a queue
};

} // namespace Qombu
