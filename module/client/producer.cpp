// SPDX-License-Identifier: BSD-3-Clause
#include "client/producer_p.h"
#include "content/contentcodec.h"

#include <Qombu/producer.h>

#include <QtCore/qcoreapplication.h>

namespace Qombu {

/*!
    \class Qombu::Producer
    \inmodule Qombu
    \brief Publishes to one exchange or queue.

    publish() may be called before the connection is up. The body is encoded at once, in this
   thread; the message then belongs to the Connection, which sends it as soon as there is a link,
   and again if the link is lost before the broker confirmed it. \b{Such a message may arrive
   twice.} The Producer may be deleted right after publish().

    The answer comes when the broker has the message and, for a mandatory one, when a queue has it;
    otherwise it is one of
    \list
    \li Error::Encode, Error::Unsupported: the body cannot be written that way; nothing was sent.
    \li Error::LimitExceeded: \l ConnectionOptions::publishBufferBytes are waiting already, or the
        body is larger than \l ConnectionOptions::maximumMessageBytes.
    \li Error::Unroutable: mandatory, and no queue took it.
    \li Error::Timeout: not confirmed within PublishOptions::timeout; the text names the last error
   of connecting. It may have arrived all the same. \li Error::Cancelled: the connection was closed
   before. \li the error that made the connection give up, such as Error::Authentication. \endlist
    Where nobody looks at the answer (by Pending::then(), Pending::wait() or Pending::toFuture()) a
    failure arrives as publishFailed().

    Messages of all Producers of one Connection reach the broker in the order of their publish()
    calls. An exchange is declared before its first message on each link, unless it is the default
    exchange, one of the broker's own (\c{amq.*}), or Exchange::isDeclared() is false.
*/

/*!
    \class Qombu::PublishOptions
    \inmodule Qombu
    \brief How one message is published.

    What is not said comes from Producer::defaults(), then from the Producer itself. The default of
    \c mandatory is true for the default exchange, direct and topic exchanges, and false for fanout
    and headers exchanges. \c expiration and \c timeout are durations; \c priority is 0 to 9, and
    which end comes first is the broker's rule: see Capability::HigherPriorityFirst.
*/

namespace {

template<typename T>
std::optional<T> firstOf(const std::optional<T> &a, const std::optional<T> &b)
{
    return a ? a : b;
}

QString firstOf(const QString &a, const QString &b)
{
    return a.isEmpty() ? b : a;
}

bool isRouting(ExchangeType type)
{
    return type == ExchangeType::Direct || type == ExchangeType::Topic;
}

void overlay(MessageProperties &properties, const MessageProperties &more)
{
    const auto put = [](QString &to, const QString &from) {
        if (!from.isEmpty())
            to = from;
    };
    put(properties.correlationId, more.correlationId);
    put(properties.replyTo, more.replyTo);
    put(properties.messageId, more.messageId);
    put(properties.type, more.type);
    put(properties.appId, more.appId);
    put(properties.userId, more.userId);
    put(properties.clusterId, more.clusterId);
    put(properties.expiration, more.expiration);
    if (more.timestamp.isValid())
        properties.timestamp = more.timestamp;
    if (!more.extra.isEmpty())
        properties.extra.insert(more.extra);
}

} // namespace

ProducerPrivate::ProducerPrivate(Producer *producer, Connection *to)
    : q(producer)
    , connection(to)
{
    if (ConnectionPrivate *const handle = owner()) {
        id = handle->newId();
        handle->add(id, this);
    }
}

ProducerPrivate::~ProducerPrivate()
{
    if (ConnectionPrivate *const handle = owner())
        handle->removeProducer(id);
}

std::unique_ptr<PublishRequest> ProducerPrivate::request(const PublishOptions &options)
{
    auto made = std::make_unique<PublishRequest>();
    made->producer = id;
    const auto otherExchange = firstOf(options.exchange, defaults.exchange);
    const Exchange &to = otherExchange ? *otherExchange : exchange;
    const auto otherKey = firstOf(options.routingKey, defaults.routingKey);
    made->mandatory = firstOf(options.mandatory, defaults.mandatory).value_or(isRouting(to.type()));
    made->timeout =
        firstOf(options.timeout, defaults.timeout).value_or(owner()->options.publishTimeout);

    MessageContent &content = made->content;
    content.exchange = to.name();
    content.routingKey = otherKey ? *otherKey : routingKey;
    content.deliveryMode = int(
        firstOf(options.deliveryMode, defaults.deliveryMode).value_or(DeliveryMode::Persistent));
    return made;
}

void ProducerPrivate::wishFor(const PublishOptions &options)
{
    const auto other = firstOf(options.exchange, defaults.exchange);
    if (!other && m_hasWished)
        return;
    const Exchange &to = other ? *other : exchange;
    if (!to.isDefault() && to.isDeclared() && !to.name().startsWith(QLatin1String("amq.")))
        owner()->wish(to);
    if (!other && !queue.bindings().isEmpty() && queue.isDeclared())
        owner()->wish(queue);
    if (!other)
        m_hasWished = true;
}

Pending<void> ProducerPrivate::publish(const Message *message, const QVariant &body,
                                       const PublishOptions &options)
{
    if (!owner())
        return Result<void>(ConnectionPrivate::connectionGone());
    auto made = request(options);
    MessageContent &content = made->content;
    made->body = body;
    content.properties = defaults.properties;
    content.headers = defaults.headers;
    if (message) {
        const MessageContent &from = MessageBuilder::data(*message).content;
        content.headers.insert(from.headers);
        overlay(content.properties, from.properties);
        content.priority = from.priority;
    }
    if (!options.headers.isEmpty())
        content.headers.insert(options.headers);
    overlay(content.properties, options.properties);
    if (const auto priority = firstOf(options.priority, defaults.priority))
        content.priority = *priority;
    if (const auto expiration = firstOf(options.expiration, defaults.expiration))
        content.properties.expiration = QString::number(expiration->count());

    if (message && !message->wireBody().isEmpty()) {
        // Passed on as it came, compressed or not.
        const MessageContent &from = MessageBuilder::data(*message).content;
        content.body = from.body;
        content.contentType = from.contentType;
        content.contentEncoding = from.contentEncoding;
    } else {
        ContentCodec::EncodeOptions how;
        how.serializer = firstOf(options.serializer, defaults.serializer);
        how.contentType = firstOf(options.contentType, defaults.contentType);
        how.contentEncoding = firstOf(options.contentEncoding, defaults.contentEncoding);
        how.compression = firstOf(options.compression, defaults.compression);
        auto encoded = ContentCodec::encode(body, how);
        if (!encoded.isOk())
            return owner()->failPublishLater(std::move(made), encoded.error());
        content.body = std::move(encoded->body);
        content.contentType = std::move(encoded->contentType);
        content.contentEncoding = std::move(encoded->contentEncoding);
        if (!encoded->headers.isEmpty())
            content.headers.insert(encoded->headers);
    }
    wishFor(options);
    return owner()->publish(std::move(made));
}

/*! Publishes to the default exchange of \a connection: the routing key names the queue. */
Producer::Producer(Connection *connection, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<ProducerPrivate>(this, connection))
{
}

/*!
    Publishes to \a queue, through the default exchange. A queue with bindings is declared before
    the first message; one without is left to its consumers.
*/
Producer::Producer(Connection *connection, const Queue &queue, QObject *parent)
    : Producer(connection, parent)
{
    d->routingKey = queue.name();
    d->queue = queue;
}

/*! Publishes to \a exchange with \a routingKey. */
Producer::Producer(Connection *connection, const Exchange &exchange, const QString &routingKey,
                   QObject *parent)
    : Producer(connection, parent)
{
    d->exchange = exchange;
    d->routingKey = routingKey;
}

/*! Deletes the handle; its unsettled publishes go on. */
Producer::~Producer() = default;

Connection *Producer::connection() const
{
    return d->connection;
}

Exchange Producer::exchange() const
{
    return d->exchange;
}

QString Producer::routingKey() const
{
    return d->routingKey;
}

PublishOptions Producer::defaults() const
{
    return d->defaults;
}

/*! Sets what applies where the options of a publish() say nothing. */
void Producer::setDefaults(const PublishOptions &defaults)
{
    d->defaults = defaults;
}

/*! Publishes \a body with \a options. Returns at once; the answer may be ignored. */
Pending<void> Producer::publish(const QVariant &body, const PublishOptions &options)
{
    return d->publish(nullptr, body, options);
}

/*!
    Publishes the body, headers, properties and priority of \a message with \a options.

    A message that was received is passed on byte by byte, also if this program could not decode it.
*/
Pending<void> Producer::publish(const Message &message, const PublishOptions &options)
{
    return d->publish(&message, message.body(), options);
}

} // namespace Qombu
