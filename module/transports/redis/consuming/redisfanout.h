// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/channels.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediscontext.h"

#include <QSet>

#include <map>

namespace Qombu::Redis {

// Receives broadcasts for the consumers of one link: which patterns to subscribe to, and who gets
// what comes. Owned by RedisLink; Hub's thread.
//
// Every queue gets one copy of a broadcast, whatever the number of its bindings that fit; of
// several consumers of one queue one gets it. Nothing is recorded: what arrives has nothing to
// settle.
class RedisFanout
{
public:
    RedisFanout(Subscriber &subscriber, const RedisKeys &keys, RedisHost &host);

    // Bindings to fanout exchanges, made or removed on this link; others are ignored.
    void bound(const Binding &binding);
    void unbound(const Binding &binding);
    void removed(const QString &queue); // with every binding to it

    // The bindings that the queues carry count as bound. done: every subscription is in force.
    void watch(quint64 consumer, DeliveryListener *listener, const QList<Queue> &queues,
               Done<void> done);
    void unwatch(quint64 consumer);
    // A broadcast that fits this pattern.
    void received(const QByteArray &pattern, const QByteArray &channel, QByteArray &&payload);

private:
    struct Target
    {
        QSet<QByteArray> wanted; // patterns of its bindings
        QSet<QByteArray> subscribed; // those of them that are in force or asked for
        std::vector<quint64> consumers;
        std::size_t turn = 0;
    };
    // Somebody who waits for subscriptions, and for how many.
    struct Wait
    {
        Done<void> done;
        int open = 0;
        Error error = {};
    };
    using Waiting = std::vector<std::shared_ptr<Wait>>;
    struct Subscription
    {
        quint64 question = 0;
        bool isInForce = false;
        Waiting waiting = {}; // for the answer
    };
    QByteArray patternOf(const Binding &binding) const
    {
        return m_keys.channelPattern(binding.exchange.name(), binding.routingKey);
    }
    void subscribe(const QStringList &queues, Done<void> done);
    void unsubscribe(const QStringList &queues);
    void want(Target &target, const QByteArray &pattern, const std::shared_ptr<Wait> &wait,
              QList<QByteArray> &added);
    void ask(const QList<QByteArray> &patterns);
    void answered(const QList<QByteArray> &patterns, quint64 question, const Error &refusal);
    static void answer(const Waiting &waiting, const Error &refusal);
    bool isUsed(const QByteArray &pattern) const;
    void tellUndecodable(const QString &queue, const Error &why);
    static bool isFirstFit(const Target &target, const QByteArray &pattern,
                           const QByteArray &channel);

    Subscriber &m_subscriber;
    const RedisKeys m_keys;
    RedisHost &m_host;
    std::map<QString, Target> m_targets; // by queue
    std::map<QByteArray, Subscription> m_subscriptions; // by pattern
    quint64 m_questions = 0;
    std::map<quint64, DeliveryListener *> m_listeners; // by consumer
};

// Whether the pattern, in which only '*' and '\' are special, fits the channel as in Redis.
bool fitsChannel(QByteArrayView pattern, QByteArrayView channel);

} // namespace Qombu::Redis
