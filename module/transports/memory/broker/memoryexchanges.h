// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "virtual/routing/declaredexchanges.h"

#include <Qombu/binding.h>
#include <Qombu/inventory.h>
#include <Qombu/removeoptions.h>

namespace Qombu {

// The exchanges and bindings of one broker, and whom a message reaches by them, as AMQP 0-9-1 has
// it. Plain class, guarded by the broker's mutex.
class MemoryExchanges
{
public:
    Error declare(const Exchange &exchange) { return m_declared.declare(exchange); }
    Error remove(const QString &name, const RemoveOptions &options);
    // An exchange that nobody declared is declared as the binding names it.
    Error bind(const Binding &binding);
    void unbind(const Binding &binding);
    void unbindQueue(const QString &queue);

    // Each queue once, also where exchanges are bound in a circle.
    QStringList route(const QString &exchange, const QString &routingKey) const;

    void describe(Inventory &inventory, const InventoryQuery &query) const;

private:
    struct Targets
    {
        QStringList queues;
        QStringList exchanges;
        QStringList &of(const Binding &binding)
        {
            return binding.queue.isEmpty() ? exchanges : queues;
        }
        bool isEmpty() const { return queues.isEmpty() && exchanges.isEmpty(); }
    };
    using Bindings = QHash<QString, Targets>; // by binding key

    template<typename Forget>
    void unbindAll(const Forget &forget);
    void dropIfUnused(const QString &name);
    QList<BindingRow> bindingsOf(const QString &name) const;

    DeclaredExchanges m_declared;
    QHash<QString, Bindings> m_bindings; // by exchange; none is empty
};

} // namespace Qombu
