// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/binding.h>
#include <Qombu/error.h>
#include <Qombu/inventory.h>

#include <QtCore/qhash.h>
#include <QtCore/qstringlist.h>

namespace Qombu {

// The exchanges and bindings of one broker, and whom a message reaches by them (AMQP 0-9-1 §3.1.3).
// Plain class, guarded by the broker's mutex.
class MemoryExchanges
{
public:
    // Error::NotFound or Error::Channel 406 as VirtualLink's, but over all links.
    Error declare(const Exchange &exchange);
    void remove(const QString &name);
    Error bind(const Binding &binding);
    void unbind(const Binding &binding);
    void unbindQueue(const QString &queue);

    // Each queue once.
    QStringList route(const QString &exchange, const QString &routingKey) const;

    void describe(Inventory &inventory, int maximumRows) const;

private:
    struct Row
    {
        Exchange exchange;
        QHash<QString, QStringList> bindings; // binding key → queues
    };

    void dropIfUnused(const QString &name);

    QHash<QString, Row> m_exchanges;
};

} // namespace Qombu
