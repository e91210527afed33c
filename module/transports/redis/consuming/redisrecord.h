// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/topology/redisbindings.h"

namespace Qombu::Redis {

// One value of the hash of held deliveries, Kombu's and ours: what was delivered, and where it
// belongs.
struct UnackedRecord
{
    QByteArray envelope; // its bytes as they are in the record
    QString exchange; // empty: routingKey is the queue; so are all records of ours
    QString routingKey;

    // Nothing for a value that neither Kombu nor we would write.
    static std::optional<UnackedRecord> read(const QByteArray &value);

    // Where it belongs, as the bindings of its exchange say.
    QStringList queues(const BindingTables &tables) const;
    QString onlyQueue(const BindingTables &tables) const; // null: none, or several
};

// A JSON string, with its quotes and in ASCII.
QByteArray jsonString(const QString &text);

} // namespace Qombu::Redis
