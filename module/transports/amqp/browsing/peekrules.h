// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/browsing/queuefacts.h"

#include <Qombu/inventory.h>

#include <QVariantMap>

namespace Qombu::Amqp {

// What fetching a message and giving it back does to it, by what the broker says of itself and of
// the queue. Plain class.
class PeekRules
{
public:
    explicit PeekRules(const QVariantMap &serverProperties = {});

    // The broker names the type of a queue when it refuses something of it.
    bool isTypeTold() const { return m_counting != NobodyKnows; }
    PeekPlan plan(const QString &queue, const QueueFacts &facts) const;
    // A message of the queue that was given back so often is not to be fetched again: the broker
    // may be about to drop it. 0: it does not count that, or nobody knows.
    int mostReturns(const QueueFacts &facts) const;

private:
    // Of quorum queues.
    enum Counting {
        NobodyKnows, // another broker, or one that is too old
        CountsAsFailure, // RabbitMQ 3.10 to 3.13
        CountsTowardsLimit, // 4.0 to 4.2: each message has a limit, and every return counts
        MayDelay, // since 4.3
    };
    std::optional<qint64> limit(const QueueFacts &facts) const; // none: there is none
    void planQuorum(const QString &queue, const QueueFacts &facts, PeekPlan &plan) const;

    Counting m_counting = NobodyKnows;
};

} // namespace Qombu::Amqp
