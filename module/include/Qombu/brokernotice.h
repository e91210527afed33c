// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

namespace Qombu {

// Something about the broker or its queues that an operator should know and nobody asked for. A
// plain value.
struct QOMBU_EXPORT BrokerNotice
{
    Q_GADGET
    Q_PROPERTY(Kind kind MEMBER kind)
    Q_PROPERTY(QString queue MEMBER queue)
    Q_PROPERTY(bool active MEMBER active)
    Q_PROPERTY(qint64 count MEMBER count)
    Q_PROPERTY(Qombu::Error error MEMBER error)
    Q_PROPERTY(QString text MEMBER text)

public:
    enum Kind {
        Information, // worth a line in a log
        Contention, // other programs get this queue's messages before ours do, or no longer
        Quarantine, // elements of the queue are no messages and were put away
        Degraded, // the link works with less than it was asked for, such as polling
        Deprecated, // an option or a feature of the broker that will go
        Alarm, // the broker is in trouble: memory, disk, a policy that loses messages
        Permission, // the user may not do something that is needed now and then
        Lost, // messages could not be given back, and nobody has them any more
        Unsettled, // the broker refused settlements: it still has these messages as unacknowledged
        Restored, // messages went back to the queue: their consumer had held them for too long
        Insecure, // an option gave up what makes TLS safe: others may read and change what is sent
    };
    Q_ENUM(Kind)

    Kind kind = Information;
    QString queue; // empty: it is not about one queue
    bool active = true; // false: it is over
    qint64 count = 1; // how often, or how many, since the last notice of this kind and queue
    Error error; // what happened to the first of them; none: see text
    QString text; // for a person

    friend bool operator==(const BrokerNotice &, const BrokerNotice &) = default;
};

} // namespace Qombu
