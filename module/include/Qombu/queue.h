// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/binding.h>

#include <QtCore/qlist.h>

#include <chrono>
#include <optional>

namespace Qombu {
class QueueData;

// The wish for a queue and its bindings. A value; converts from its name.
class QOMBU_EXPORT Queue
{
    Q_GADGET
    Q_PROPERTY(QString name READ name)
    Q_PROPERTY(Qombu::Exchange exchange READ exchange)
    Q_PROPERTY(QString routingKey READ routingKey)

public:
    // No name: the broker gives it one when it is declared. Copies of this value are the same
    // queue.
    Queue();
    Queue(const QString &name);
    Queue(const char *name); // UTF-8
    // Bound to exchange with routingKey.
    Queue(const QString &name, const Exchange &exchange, const QString &routingKey = QString());
    Queue(const Queue &other);
    Queue(Queue &&other) noexcept;
    Queue &operator=(const Queue &other);
    Queue &operator=(Queue &&other) noexcept;
    ~Queue();

    QString name() const;
    Exchange exchange() const; // of the first binding; the default exchange if there is none
    QString routingKey() const;
    QList<Binding> bindings() const; // all of them; Binding::queue is this queue's name
    bool isDurable() const; // true unless said otherwise
    bool isExclusive() const; // implies auto-delete
    bool isAutoDelete() const;
    bool isPassive() const;
    bool isDeclared() const;
    std::optional<std::chrono::milliseconds> expires() const;
    std::optional<std::chrono::milliseconds> messageTtl() const;
    std::optional<qint64> maxLength() const;
    std::optional<qint64> maxLengthBytes() const;
    std::optional<int> maxPriority() const;
    QVariantMap arguments() const; // raw; does not contain the five above
    QVariantMap consumerArguments() const;
    QString deadLetterQueue() const; // where reject without requeue sends; empty: dropped

    Queue &setName(const QString &name);
    Queue &addBinding(const Exchange &exchange, const QString &routingKey = QString(),
                      const QVariantMap &arguments = {});
    Queue &setBindings(const QList<Binding> &bindings); // instead of those it has
    Queue &setDurable(bool durable);
    Queue &setExclusive(bool exclusive);
    Queue &setAutoDelete(bool autoDelete);
    Queue &setPassive(bool passive);
    Queue &setDeclared(bool declared);
    Queue &setExpires(std::chrono::milliseconds expires);
    Queue &setMessageTtl(std::chrono::milliseconds ttl);
    Queue &setMaxLength(qint64 messages);
    Queue &setMaxLengthBytes(qint64 bytes);
    Queue &setMaxPriority(int priority);
    Queue &setArguments(const QVariantMap &arguments);
    Queue &setConsumerArguments(const QVariantMap &arguments);
    Queue &setDeadLetterQueue(const QString &queue);

    friend QOMBU_EXPORT bool operator==(const Queue &a, const Queue &b);
    friend bool operator!=(const Queue &a, const Queue &b) { return !(a == b); }

private:
    friend class QueueToken;
    QSharedDataPointer<QueueData> d;
};

QOMBU_EXPORT size_t qHash(const Queue &queue, size_t seed = 0);
QOMBU_EXPORT QDebug operator<<(QDebug debug, const Queue &queue);

// What a broker says about a queue.
struct QOMBU_EXPORT QueueInfo
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(qint64 messageCount MEMBER messageCount)
    Q_PROPERTY(qint64 consumerCount MEMBER consumerCount)

public:
    QString name;
    qint64 messageCount = 0; // ready ones
    qint64 consumerCount = 0; // always 0 on Redis, which does not know
};

} // namespace Qombu
