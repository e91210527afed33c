// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"
#include "transports/redis/rediskeys.h"
#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/redisoptions.h"

namespace Qombu::Redis {

// What every part of consuming on one link works with. All of it outlives them.
struct RedisContext
{
    Hub *hub;
    CommandSender &sender;
    const RedisOptions &options;
    const RedisKeys &keys;
    RedisLedger &ledger;
};

// What one claim has brought.
struct ClaimResult
{
    std::vector<StoreDelivery> deliveries;
    std::vector<QByteArray> unrecorded; // beside deliveries, if no record is kept: their bytes
    struct Unreadable
    {
        QString queue;
        QByteArray tag; // empty: no record of it is kept
        QByteArray bytes;
        Error why;
    };
    std::vector<Unreadable> unreadable; // taken, and no message
    struct Quarantined
    {
        QString queue;
        Error why;
    };
    std::vector<Quarantined> quarantined; // put away by the script
    bool isDrained = false; // the lists are empty, and the server tells of the next push
};

// Where a claim takes from, and what its command says of that: the same for many claims. A value.
class ClaimTarget
{
public:
    ClaimTarget(const QStringList &queues, const RedisKeys &keys); // queues in service order
    const QStringList &queues() const { return m_queues; }
    const QString &queue(qint64 source) const; // numbered from 1, as in the script
    int keyCount() const { return m_keys.count(); }
    const RespCommand &keys() const { return m_keys; }
    const RespCommand &sources() const { return m_sources; } // the last arguments

private:
    QStringList m_queues;
    RespCommand m_keys;
    RespCommand m_sources;
};

// Asks once for messages of some queues: one run of the claim script (reliability.md 3.3.1).
struct Claim
{
    ClaimTarget target;
    bool noAck = false; // no record is kept: gone from the server with the answer
    int messages = 1;
    qint64 bytes = 1;

    // done is called once, unless the sender dies first. What it brings is in the ledger by then.
    void send(const RedisContext &context, std::function<void(Result<ClaimResult>)> done) const;
};

} // namespace Qombu::Redis
