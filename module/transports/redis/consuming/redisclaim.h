// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"
#include "transports/redis/rediscontext.h"

#include <QSet>

namespace Qombu::Redis {

// What one claim has brought. What is recorded on the server is in the ledger.
struct ClaimResult
{
    std::vector<IncomingMessage> messages;
    struct Unreadable
    {
        QString queue;
        quint64 delivery = 0; // 0: no record of it is kept
        QByteArray bytes;
        Error why;
    };
    std::vector<Unreadable> unreadable; // taken, and no message
    // Elements of one queue that are no messages: put away by the script, or unreadable.
    struct Junk
    {
        QString queue;
        qint64 count = 0;
        int inARow = 0; // the last ones, after the last message of the queue
        bool isWhole = true; // no message of the queue was among them
        Error first;
    };
    std::vector<Junk> junk;
    struct Stuck
    {
        QString queue;
        QString refusal; // of the quarantine; empty: it is full
        qint64 foreign = 0; // so many elements show that the queue is a list of something else
    };
    std::vector<Stuck> stuck; // the next element is no message, and could not be put away
    bool isDrained = false; // the lists are empty
    QString untold; // why the server does not tell of the next push; null: it does, if drained
    qint64 heaviest = 0; // the bytes of the largest
    bool isEmpty() const { return messages.empty() && junk.empty(); }
};

// Where a claim takes from, and what its command says of that: the same for many claims. A value.
class ClaimTarget
{
public:
    ClaimTarget(const QStringList &queues, const RedisKeys &keys); // queues in service order
    const QStringList &queues() const { return m_queues; }
    const QString &queue(qint64 source) const; // numbered from 1, as in the script
    const RespCommand &keys() const { return m_keys; }
    const RespCommand &sources() const { return m_sources; } // the last arguments

private:
    QStringList m_queues;
    RespCommand m_keys;
    RespCommand m_sources;
};

// One question for messages of some queues: one run of the claim script, which takes and records a
// batch in one atomic step. A value.
struct Claim
{
    std::shared_ptr<const ClaimTarget> target;
    bool noAck = false; // no record is kept: gone from the server with the answer
    int messages = 1;
    qint64 bytes = 1; // the last message may go beyond it
    quint64 first = 0; // its delivery number; 0: noAck
    bool isNew = false; // it is not known yet whether the queues are queues
    // The claimer's.
    int generation = 0;
    quint64 sequence = 0;
    QSet<QString> woken = {}; // queues that the server had told of

    void takeNumbers(const RedisContext &context); // first of all
    void send(const RedisContext &context, CommandSender::Reply done) const;
    // What the answer means; what it brought is held for this consumer.
    Result<ClaimResult> read(Result<RespValue> &&reply, quint64 consumer,
                             const RedisContext &context) const;

private:
    bool mayHaveTaken(const Error &error, const RedisContext &context) const;
};

} // namespace Qombu::Redis
