// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisoptions.h"

namespace Qombu::Redis {

// The name of every key and channel of one database, and the way back. global_keyprefix is applied
// here and nowhere else. A value; cheap to copy.
class RedisKeys
{
public:
    explicit RedisKeys(const RedisOptions &options)
        : m_options(options)
    {
    }

    // Queues. A bucket is a priority step; lists come in service order: bucket 0 first.
    const std::vector<int> &buckets() const { return m_options.prioritySteps; }
    int bucket(int priority) const; // the largest step ≤ priority, which is clamped to 0…9
    QByteArray list(const QString &queue, int bucket = 0) const;
    std::vector<QByteArray> lists(const QString &queue) const;
    struct ListName
    {
        QString queue;
        int bucket = 0;
    };
    // Nothing for keys without our prefix and for those that isOurs().
    std::optional<ListName> parseList(const QByteArray &key) const;
    // Error::Configuration for names that no queue may have: empty, with the separator in them, or
    // those of keys that isOurs().
    Error checkQueueName(const QString &name) const;
    bool isQueueName(const QString &name) const { return !checkQueueName(name).isError(); }

    QByteArray binding(const QString &exchange) const;
    // Beside it, since Kombu 5.7: members that keep the whole set, and by when one without such
    // members may be deleted.
    QByteArray permanentBinding(const QString &exchange) const;
    QByteArray bindingDeadlines() const;
    QByteArray bindingSets() const; // a pattern for SCAN: both kinds of sets, of every exchange
    std::optional<QString> parseBinding(const QByteArray &key) const; // the exchange
    QByteArray unacked() const { return prefix() + m_options.unackedKey; }
    QByteArray unackedIndex() const { return prefix() + m_options.unackedIndexKey; }

    // Ours, "_qombu.…".
    QByteArray own(QByteArrayView name) const; // "_qombu." + name
    QByteArray quarantine(const QString &queue) const;
    std::optional<QString> parseQuarantine(const QByteArray &key) const; // the queue
    // Keys that are no queue although they may be lists: ours, Kombu's, Celery's results.
    bool isOurs(const QByteArray &key) const;

    // Broadcasts.
    QByteArray channel(const QString &exchange, const QString &routingKey) const; // to PUBLISH on
    // To PSUBSCRIBE: '*' and '#' of the key are wild, every other glob character is literal.
    QByteArray channelPattern(const QString &exchange, const QString &boundKey) const;

    const QByteArray &prefix() const { return m_options.keyPrefix; }
    static QByteArray escapeGlob(
        QByteArrayView text); // so that SCAN and PSUBSCRIBE take it literally

private:
    std::optional<QString> after(QByteArrayView start, const QByteArray &key) const;

    RedisOptions m_options;
};

} // namespace Qombu::Redis
