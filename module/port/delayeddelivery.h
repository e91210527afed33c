// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/messages.h"

#include <Qombu/queue.h>

#include <chrono>
#include <variant>
#include <vector>

namespace Qombu {

// How a broker keeps a message back until it is due. Nothing here asks the broker. Hub's thread;
// the Link owns it.
class DelayedDelivery
{
public:
    using Entity = std::variant<Exchange, Queue, Binding>;

    virtual ~DelayedDelivery();
    // Why content cannot go to its exchange so much later; none: it can. to is that exchange, whose
    // type counts.
    virtual Error refusalOf(const MessageContent &content, const Exchange &to,
                            std::chrono::milliseconds delay) const = 0;
    // What must be there for all delayed messages, to be declared in this order.
    virtual std::vector<Entity> common() const = 0;
    // And then this, for messages to that exchange, or to the queue that routingKey names.
    virtual Binding wayTo(const Exchange &to, const QString &routingKey) const = 0;
    // Makes of it what is published instead, at once and mandatory.
    virtual void postpone(MessageContent &content, const Exchange &to,
                          std::chrono::milliseconds delay) const = 0;
};

} // namespace Qombu
