// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QStringList>
#include <QVariantMap>

namespace Qombu::Amqp {

// What fetching a message and giving it back does to it, by what the broker says of itself. Plain
// class.
class PeekRules
{
public:
    explicit PeekRules(const QVariantMap &serverProperties);

    QStringList changes() const; // a sentence each
    // A message that was given back so often is not to be fetched again: the broker is about to
    // drop it. 0: it does not count that.
    int mostReturns() const;

private:
    // Of quorum queues.
    enum Counting {
        Unknown, // another broker
        CountsAsFailure, // RabbitMQ before 4.0
        CountsTowardsLimit, // 4.0 to 4.2: each message has a limit, and every return counts
        MayDelay, // since 4.3
    };
    Counting m_counting = Unknown;
};

} // namespace Qombu::Amqp
