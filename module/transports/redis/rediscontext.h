// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"
#include "transports/redis/rediskeys.h"
#include "transports/redis/redisoptions.h"
#include "transports/redis/topology/bindingchanges.h"
#include "transports/redis/topology/wantedbindings.h"
#include "virtual/routing/declaredexchanges.h"

#include <Qombu/brokernotice.h>
#include <Qombu/hub.h>

#include <QHash>

namespace Qombu::Redis {
class CommandSender;
class RedisLedger;

// What was declared on one link and Redis does not store. A value; the link's.
struct RedisDeclarations
{
    DeclaredExchanges exchanges;
    QHash<QString, QString> deadLetterQueues; // by queue
    QHash<QString, std::chrono::milliseconds> expiries; // by queue
    WantedBindings bindings;
    BindingChanges changes; // what the server told of others
};

// What the parts of a link ask of it. Hub's thread.
class RedisHost
{
public:
    virtual ~RedisHost() = default;
    virtual void notice(const BrokerNotice &notice) = 0;
    // A delivery was settled, or is still held, and somebody else has it; the ledger still knows
    // it.
    virtual void settledTooLate(quint64 delivery) = 0;
    // There is something to send at the end of this turn.
    virtual void wantsTurnEnd() = 0;
    virtual bool isUsable() const = 0; // there is a connection
    virtual bool isTracking() const = 0; // the server tells of pushes
    virtual void keepHeld() = 0; // something is held from now on
    // Of a claimer, by its number: it got something; what it left in its queues is for its
    // neighbours; it is gone.
    virtual void served(quint64 claimer) = 0;
    virtual void leftOver(quint64 claimer, const QStringList &queues) = 0;
    virtual void ended(quint64 claimer) = 0;
};

// What every part of one link works with. All of it outlives the parts that the link owns;
// channels, which may outlive the link, look at alive first.
struct RedisContext
{
    Hub *hub;
    CommandSender &sender;
    const RedisOptions &options;
    const RedisKeys &keys;
    DeliveryNumbers &numbers;
    RedisLedger &ledger;
    RedisDeclarations &declared;
    RedisHost &host;
    std::weak_ptr<const bool> alive;
};

} // namespace Qombu::Redis
