// SPDX-License-Identifier: BSD-3-Clause
#include "core/queue_p.h"

#include <QtCore/qdebug.h>
#include <QtCore/qhashfunctions.h>

#include <atomic>

namespace Qombu {
namespace {

quint64 newToken()
{
    static std::atomic<quint64> last = 0;
    return ++last;
}

} // namespace

class QueueData : public QSharedData
{
public:
    struct Rule
    {
        Exchange exchange;
        QString routingKey;
        QVariantMap arguments;
        friend bool operator==(const Rule &, const Rule &) = default;
    };

    QString name;
    quint64 token = 0; // of a queue without a name
    QList<Rule> rules;
    bool durable = true;
    bool exclusive = false;
    bool autoDelete = false;
    bool passive = false;
    bool declared = true;
    std::optional<std::chrono::milliseconds> expires;
    std::optional<std::chrono::milliseconds> messageTtl;
    std::optional<qint64> maxLength;
    std::optional<qint64> maxLengthBytes;
    std::optional<int> maxPriority;
    QVariantMap arguments;
    QVariantMap consumerArguments;
    QString deadLetterQueue;

    bool sameAs(const QueueData &other) const
    {
        return name == other.name && token == other.token && rules == other.rules
            && durable == other.durable && exclusive == other.exclusive
            && autoDelete == other.autoDelete && passive == other.passive
            && declared == other.declared && expires == other.expires
            && messageTtl == other.messageTtl && maxLength == other.maxLength
            && maxLengthBytes == other.maxLengthBytes && maxPriority == other.maxPriority
            && arguments == other.arguments && consumerArguments == other.consumerArguments
            && deadLetterQueue == other.deadLetterQueue;
    }
};

/*!
    \class Qombu::Queue
    \inmodule Qombu
    \inheaderfile Qombu/Queue
    \brief The wish for a queue and its bindings.

    A Queue is a description and does nothing by itself; a Connection, Producer or Consumer declares
    it: first its exchanges, then the queue, then its bindings. It converts from its name, so that a
    plain string is enough where a queue is asked for. A queue without a name gets one from the
    broker (\c{amq.gen-…}) when it is declared; all copies of such a value are the same queue, and
    two values that were made apart are two queues.

    Implicitly shared; values may be used in any thread.
*/

/*!
    \class Qombu::QueueInfo
    \inmodule Qombu
    \inheaderfile Qombu/QueueInfo
    \brief What a broker says about a queue at one moment.

    A plain value.
*/

/*!
    \property Qombu::QueueInfo::name
    \property Qombu::QueueInfo::messageCount
    \property Qombu::QueueInfo::consumerCount
    The members of the same names, for QML.
*/

/*!
    \variable Qombu::QueueInfo::name
    The name of the queue, also one that was generated.
*/

/*!
    \variable Qombu::QueueInfo::messageCount
    How many messages wait; held ones do not count.
*/

/*!
    \variable Qombu::QueueInfo::consumerCount
    How many consumers it has; always 0 on Redis, which does not know: see
    Capability::ConsumerCount.
*/

/*!
    \property Qombu::Queue::name
    \property Qombu::Queue::exchange
    \property Qombu::Queue::routingKey
    What the getter functions return, for QML. They cannot be written.
*/

/*!
    \fn bool Qombu::Queue::operator==(const Qombu::Queue &a, const Qombu::Queue &b)
    \fn bool Qombu::Queue::operator!=(const Qombu::Queue &a, const Qombu::Queue &b)
    Compares \a a and \a b: they are equal if they are the same wish in every part. Without a name,
    only copies of one value are.
*/

/*! Constructs a queue whose name is generated when it is declared. */
Queue::Queue()
    : d(new QueueData)
{
    d->token = newToken();
}

/*! Constructs a durable queue called \a name without bindings: the default exchange reaches it. */
Queue::Queue(const QString &name)
    : d(new QueueData)
{
    setName(name);
}

/*! \overload
    \a name is UTF-8.
*/
Queue::Queue(const char *name)
    : Queue(QString::fromUtf8(name))
{
}

/*! Constructs a durable queue called \a name, bound to \a exchange with \a routingKey. */
Queue::Queue(const QString &name, const Exchange &exchange, const QString &routingKey)
    : Queue(name)
{
    addBinding(exchange, routingKey);
}

Queue::Queue(const Queue &other) = default;
Queue::Queue(Queue &&other) noexcept = default;
Queue &Queue::operator=(const Queue &other) = default;
Queue &Queue::operator=(Queue &&other) noexcept = default;
Queue::~Queue() = default;

/*! Returns the name; empty if it is to be generated. */
QString Queue::name() const
{
    return d->name;
}

/*! Returns the exchange of the first binding, or the default exchange if there is no binding. */
Exchange Queue::exchange() const
{
    return d->rules.isEmpty() ? Exchange() : d->rules.first().exchange;
}

/*!
    Returns the routing key that belongs to exchange(): that of the first binding, or the queue's
    name, which is the routing key of the default exchange.
*/
QString Queue::routingKey() const
{
    return d->rules.isEmpty() ? d->name : d->rules.first().routingKey;
}

/*! Returns all bindings, in the order of adding. Binding::queue is name(). */
QList<Binding> Queue::bindings() const
{
    QList<Binding> result;
    result.reserve(d->rules.size());
    for (const QueueData::Rule &rule : d->rules)
        result.append(Binding{rule.exchange, rule.routingKey, d->name, rule.arguments});
    return result;
}

/*!
    Returns whether the queue survives a restart of the broker; true unless said otherwise. Redis
    keeps all queues alike, the memory broker none.
*/
bool Queue::isDurable() const
{
    return d->durable;
}

/*!
    Returns whether only this connection may use the queue, which goes with it; false unless said
    otherwise. Redis ignores it.
*/
bool Queue::isExclusive() const
{
    return d->exclusive;
}

/*!
    Returns whether the queue goes with its last consumer; false unless said otherwise. An exclusive
    queue always does. Redis ignores it.
*/
bool Queue::isAutoDelete() const
{
    return d->autoDelete || d->exclusive;
}

/*!
    Returns whether declaring only checks that the queue exists (Error::NotFound if not); false
    unless said otherwise. Its bindings are not looked at then.
*/
bool Queue::isPassive() const
{
    return d->passive;
}

/*! Returns whether we declare the queue at all, as we do; false is Kombu's \c no_declare. */
bool Queue::isDeclared() const
{
    return d->declared;
}

/*!
    Returns after how much disuse the broker deletes the queue (\c x-expires), if it ever does.
    Redis and the memory broker ignore this and the four that follow.
*/
std::optional<std::chrono::milliseconds> Queue::expires() const
{
    return d->expires;
}

/*! Returns how long a message may wait in the queue (\c x-message-ttl), if that is bounded. */
std::optional<std::chrono::milliseconds> Queue::messageTtl() const
{
    return d->messageTtl;
}

/*! Returns how many messages the queue holds at most (\c x-max-length), if that is bounded. */
std::optional<qint64> Queue::maxLength() const
{
    return d->maxLength;
}

/*! Returns how many bytes the queue holds at most (\c x-max-length-bytes), if that is bounded. */
std::optional<qint64> Queue::maxLengthBytes() const
{
    return d->maxLengthBytes;
}

/*! Returns the highest priority of an AMQP queue (\c x-max-priority), if it has priorities. */
std::optional<int> Queue::maxPriority() const
{
    return d->maxPriority;
}

/*! Returns the other arguments given to an AMQP broker when the queue is declared. */
QVariantMap Queue::arguments() const
{
    return d->arguments;
}

/*! Returns the arguments given to an AMQP broker by every consumer of the queue. */
QVariantMap Queue::consumerArguments() const
{
    return d->consumerArguments;
}

/*!
    Returns the queue that messages rejected without requeue go to; empty, the default: they are
    dropped. A rule of this program, not of the broker: it holds for what is received from the queue
    after this connection declared or consumed it.
*/
QString Queue::deadLetterQueue() const
{
    return d->deadLetterQueue;
}

/*! Sets name() to \a name. On Redis a name must not contain the option \c sep. */
Queue &Queue::setName(const QString &name)
{
    d->name = name;
    if (!name.isEmpty())
        d->token = 0;
    else if (d->token == 0)
        d->token = newToken();
    return *this;
}

quint64 QueueToken::of(const Queue &queue)
{
    return queue.d->token;
}

/*! Replaces bindings() by \a bindings; whatever queue they name, they lead to this one. */
Queue &Queue::setBindings(const QList<Binding> &bindings)
{
    d->rules.clear();
    for (const Binding &binding : bindings)
        addBinding(binding.exchange, binding.routingKey, binding.arguments);
    return *this;
}

/*!
    Binds the queue to \a exchange with \a routingKey and, for headers exchanges, \a arguments.

    The default exchange reaches every queue by its name and takes no bindings: it is left out.
*/
Queue &Queue::addBinding(const Exchange &exchange, const QString &routingKey,
                         const QVariantMap &arguments)
{
    if (!exchange.isDefault())
        d->rules.append({exchange, routingKey, arguments});
    return *this;
}

/*! Sets isDurable() to \a durable. */
Queue &Queue::setDurable(bool durable)
{
    d->durable = durable;
    return *this;
}

/*! Sets isExclusive() to \a exclusive. */
Queue &Queue::setExclusive(bool exclusive)
{
    d->exclusive = exclusive;
    return *this;
}

/*! Sets isAutoDelete() to \a autoDelete. */
Queue &Queue::setAutoDelete(bool autoDelete)
{
    d->autoDelete = autoDelete;
    return *this;
}

/*! Sets isPassive() to \a passive. */
Queue &Queue::setPassive(bool passive)
{
    d->passive = passive;
    return *this;
}

/*! Sets isDeclared() to \a declared. */
Queue &Queue::setDeclared(bool declared)
{
    d->declared = declared;
    return *this;
}

/*! Sets expires() to \a expires. */
Queue &Queue::setExpires(std::chrono::milliseconds expires)
{
    d->expires = expires;
    return *this;
}

/*! Sets messageTtl() to \a ttl. */
Queue &Queue::setMessageTtl(std::chrono::milliseconds ttl)
{
    d->messageTtl = ttl;
    return *this;
}

/*! Sets maxLength() to \a messages. */
Queue &Queue::setMaxLength(qint64 messages)
{
    d->maxLength = messages;
    return *this;
}

/*! Sets maxLengthBytes() to \a bytes. */
Queue &Queue::setMaxLengthBytes(qint64 bytes)
{
    d->maxLengthBytes = bytes;
    return *this;
}

/*! Sets maxPriority() to \a priority, 1 to 255; RabbitMQ advises to stay below 10. */
Queue &Queue::setMaxPriority(int priority)
{
    d->maxPriority = priority;
    return *this;
}

/*!
    Sets arguments() to \a arguments.

    The five that have names of their own (\c x-expires, \c x-message-ttl, \c x-max-length,
    \c x-max-length-bytes, \c x-max-priority) are moved there if they are numbers.
*/
Queue &Queue::setArguments(const QVariantMap &arguments)
{
    d->arguments = arguments;
    const auto take = [this](QLatin1String name) -> std::optional<qint64> {
        const auto found = d->arguments.constFind(name);
        bool ok = false;
        const qint64 number = found == d->arguments.cend() ? 0 : found->toLongLong(&ok);
        if (!ok)
            return std::nullopt;
        d->arguments.erase(found);
        return number;
    };
    if (const auto expires = take(QLatin1String("x-expires")))
        d->expires = std::chrono::milliseconds(*expires);
    if (const auto ttl = take(QLatin1String("x-message-ttl")))
        d->messageTtl = std::chrono::milliseconds(*ttl);
    if (const auto messages = take(QLatin1String("x-max-length")))
        d->maxLength = *messages;
    if (const auto bytes = take(QLatin1String("x-max-length-bytes")))
        d->maxLengthBytes = *bytes;
    if (const auto priority = take(QLatin1String("x-max-priority")))
        d->maxPriority = int(*priority);
    return *this;
}

/*! Sets consumerArguments() to \a arguments. */
Queue &Queue::setConsumerArguments(const QVariantMap &arguments)
{
    d->consumerArguments = arguments;
    return *this;
}

/*! Sets deadLetterQueue() to \a queue. */
Queue &Queue::setDeadLetterQueue(const QString &queue)
{
    d->deadLetterQueue = queue;
    return *this;
}

bool operator==(const Queue &a, const Queue &b)
{
    return a.d == b.d || a.d->sameAs(*b.d);
}

/*! Returns the hash of \a queue, of its name only, seeded with \a seed. */
size_t qHash(const Queue &queue, size_t seed)
{
    return qHash(queue.name(), seed);
}

/*! Writes name and bindings of \a queue to \a debug. */
QDebug operator<<(QDebug debug, const Queue &queue)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "Qombu::Queue(" << queue.name();
    const auto bindings = queue.bindings();
    for (const Binding &binding : bindings)
        debug << ", " << binding.exchange.name() << " -> " << binding.routingKey;
    return debug << ')';
}

} // namespace Qombu
