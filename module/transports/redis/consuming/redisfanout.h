// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisclient.h"
#include "transports/redis/rediskeys.h"
#include "virtual/store.h"

#include <QSet>

#include <map>

namespace Qombu::Redis {

// Receives broadcasts for the consumers of one link: which patterns to subscribe to, and who gets
// what comes (kombu-wire §5.9). Owned by the link's store; Hub's thread.
//
// Every queue gets one copy of a broadcast, whatever the number of its bindings that fit; of
// several consumers of one queue one gets it. Nothing is recorded: what arrives has nothing to
// settle.
class RedisFanout
{
public:
    using Deliver = std::function<void(quint64 consumer, std::vector<StoreDelivery> &&batch)>;
    using Undecodable = std::function<void(const QString &queue, const Error &why)>;

    RedisFanout(Subscriber &subscriber, const RedisOptions &options, Deliver deliver,
                Undecodable undecodable);
    ~RedisFanout(); // takes no more broadcasts

    // Bindings to fanout exchanges, made or removed on this link; others are ignored.
    void bound(const Binding &binding);
    void unbound(const Binding &binding);
    void removed(const QString &queue); // with every binding to it

    // The bindings that the queues carry count as bound. done: every subscription is in force.
    void watch(quint64 consumer, const QList<Queue> &queues, Done<void> done);
    void unwatch(quint64 consumer);

    qint64 undecodable() const { return m_undecodable; } // broadcasts skipped so far

private:
    struct Target
    {
        QSet<QByteArray> wanted; // patterns of its bindings
        QSet<QByteArray> subscribed; // those of them that are in force
        std::vector<quint64> consumers;
        std::size_t turn = 0;
    };
    void update(const QStringList &queues, Done<void> done);
    bool isUsed(const QByteArray &pattern) const;
    void received(const QByteArray &pattern, const QByteArray &channel, QByteArray &&payload);
    static bool isFirstFit(const Target &target, const QByteArray &pattern,
                           const QByteArray &channel);

    Subscriber &m_subscriber;
    const RedisKeys m_keys;
    const Deliver m_deliver;
    const Undecodable m_tellUndecodable;
    std::map<QString, Target> m_targets; // by queue
    qint64 m_undecodable = 0;
};

// Whether the pattern, in which only '*' and '\' are special, fits the channel as in Redis.
bool fitsChannel(QByteArrayView pattern, QByteArrayView channel);

} // namespace Qombu::Redis
