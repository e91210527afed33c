// SPDX-License-Identifier: BSD-3-Clause
#include "client/handles/producer_p.h"
#include "content/contentcodec.h"
#include "core/queue_p.h"

#include <Qombu/producer.h>

#include <QtCore/qcoreapplication.h>

namespace Qombu {

/*!
    \class Qombu::Producer
    \inmodule Qombu
    \inheaderfile Qombu/Producer
    \brief Publishes to one exchange or queue.

    publish() may be called before the connection is up. The body is encoded at once, in this
    thread; the message then belongs to the Connection, which sends it as soon as there is a link,
    and again if the link is lost before the broker confirmed it. \b{Such a message may arrive
    twice.} The Producer may be deleted right after publish().

    Belongs to the thread of its Connection, as all handles do, and may outlive it.

    The answer comes when the broker has the message and, for a mandatory one, when a queue has it;
    otherwise it is one of
    \list
    \li Error::Encode, Error::Unsupported: the body cannot be written that way; nothing was sent.
    \li Error::LimitExceeded: \l ConnectionOptions::publishBufferBytes are waiting already, or the
        body is larger than \l ConnectionOptions::maximumMessageBytes.
    \li Error::Unroutable: mandatory, and no queue took it.
    \li Error::Timeout: not confirmed within PublishOptions::timeout; the text names the last error
        of connecting. A broker that refuses the message for now (Error::Blocked) is asked again
        until then.
    \li Error::Cancelled: the connection was closed before.
    \li the error with which the broker refused the message or its exchange, such as Error::Channel.
    \li the error that made the connection give up, such as Error::Authentication.
    \endlist
    Of a message that was sent and not answered Error::isInDoubt() is true: it may have arrived all
    the same.

    Where nobody can take the answer (the Pending is gone, and it was not given a continuation whose
    context lives, nor to a coroutine or a future) a failure arrives as publishFailed().

    Messages of all Producers of one Connection reach the broker in the order of their publish()
    calls. An exchange is declared before its first message on each link, unless it is the default
    exchange, one of the broker's own (\c{amq.*}), or Exchange::isDeclared() is false.
*/

namespace {

template<typename T>
const std::optional<T> &firstOf(const std::optional<T> &a, const std::optional<T> &b)
{
    return a ? a : b;
}

const QString &firstOf(const QString &a, const QString &b)
{
    return a.isEmpty() ? b : a;
}

bool isRouting(ExchangeType type)
{
    return type == ExchangeType::Direct || type == ExchangeType::Topic;
}

// What brokers wrote of the way that a message has come. On its next way it would be read as that
// one's: RabbitMQ drops what expires into a queue that x-death names. And the receiver is to take a
// repeat for one only where it is one.
QVariantMap withoutItsWay(QVariantMap headers)
{
    static const QStringList names{
        QStringLiteral("x-death"),          QStringLiteral("x-delivery-count"),
        QStringLiteral("x-acquired-count"), QStringLiteral("x-stream-offset"),
        QStringLiteral("x-qombu-again"),    QStringLiteral("qombu-delayed-to")};
    headers.removeIf([](const std::pair<const QString &, QVariant &> &header) {
        return names.contains(header.first)
            || header.first.startsWith(QLatin1StringView("x-first-death-"))
            || header.first.startsWith(QLatin1StringView("x-last-death-"));
    });
    return headers;
}

bool wasReceived(const Message &message)
{
    return !message.wireBody().isEmpty() || !message.contentType().isEmpty();
}

void overlay(SharedProperties &properties, const MessageProperties &more)
{
    const auto put = [&](QString MessageProperties::*text) {
        if (!(more.*text).isEmpty())
            properties.edit().*text = more.*text;
    };
    put(&MessageProperties::correlationId);
    put(&MessageProperties::replyTo);
    put(&MessageProperties::messageId);
    put(&MessageProperties::type);
    put(&MessageProperties::appId);
    put(&MessageProperties::userId);
    put(&MessageProperties::clusterId);
    if (more.expiration)
        properties.edit().expiration = more.expiration;
    if (more.timestamp.isValid())
        properties.edit().timestamp = more.timestamp;
    if (!more.extra.isEmpty())
        properties.edit().extra.insert(more.extra);
}

} // namespace

ProducerPrivate::ProducerPrivate(Producer *producer, Connection *to)
    : q(producer)
    , connection(to)
{
    if (ConnectionPrivate *const handle = owner()) {
        id = handle->newId();
        handle->ledger.add(id, this);
    }
}

ProducerPrivate::~ProducerPrivate()
{
    if (ConnectionPrivate *const handle = owner())
        handle->ledger.removeProducer(id);
}

PublishRequest ProducerPrivate::request(const PublishOptions &options, MessageContent &content)
{
    PublishRequest made;
    made.producer = id;
    const auto &otherExchange = firstOf(options.exchange, defaults.exchange);
    const Exchange &to = otherExchange ? *otherExchange : exchange;
    const auto &otherKey = firstOf(options.routingKey, defaults.routingKey);
    made.mandatory = firstOf(options.mandatory, defaults.mandatory).value_or(isRouting(to.type()));
    made.timeout =
        firstOf(options.timeout, defaults.timeout).value_or(owner()->options.publishTimeout);

    if (const auto delay = firstOf(options.delay, defaults.delay); delay && delay->count() > 0)
        made.delay = std::make_shared<const Postponement>(Postponement{*delay, to});

    content.exchange = to.name();
    content.routingKey = otherKey ? *otherKey : routingKey;
    if (!otherKey && to.isDefault() && queue)
        made.queue = QueueToken::of(*queue);
    content.deliveryMode = int(
        firstOf(options.deliveryMode, defaults.deliveryMode).value_or(DeliveryMode::Persistent));
    return made;
}

// One without bindings only where it would not appear by the publish itself.
bool ProducerPrivate::mustDeclare(const Queue &wish) const
{
    if (!wish.isDeclared() || !wish.bindings().isEmpty())
        return wish.isDeclared();
    return !wish.name().isEmpty() && !wish.name().startsWith(QLatin1String("amq."))
        && !connection->capabilities().testFlag(Capability::QueuesAppearByPublishing);
}

void ProducerPrivate::wishFor(const PublishOptions &options)
{
    const auto &other = firstOf(options.exchange, defaults.exchange);
    if (other ? m_wished.contains(other->name()) : m_hasWished)
        return;
    const Exchange &to = other ? *other : exchange;
    if (!to.isDefault() && to.isDeclared() && !to.name().startsWith(QLatin1String("amq.")))
        owner()->order(Order::Want<Exchange>{to});
    if (other) {
        m_wished.insert(to.name());
        return;
    }
    if (queue && mustDeclare(*queue))
        owner()->order(Order::Want<Queue>{*queue});
    m_hasWished = true;
}

Pending<void> ProducerPrivate::publish(const Message *message, const QVariant &body,
                                       const PublishOptions &options)
{
    if (!owner())
        return Result<void>(ConnectionPrivate::connectionGone());
    auto made = std::make_shared<MessageContent>();
    MessageContent &content = *made;
    PublishRequest request = this->request(options, content);
    request.content = std::move(made);
    request.body = body;
    overlay(content.properties, defaults.properties);
    content.headers = defaults.headers;
    if (message) {
        const MessageContent &from = *MessageBuilder::data(*message).content;
        const bool isPassedOn = wasReceived(*message);
        content.headers.insert(isPassedOn ? withoutItsWay(from.headers) : from.headers);
        overlay(content.properties, *from.properties);
        if (isPassedOn && !from.properties->userId.isEmpty())
            content.properties.edit().userId = defaults.properties.userId;
        content.priority = from.priority;
    }
    if (!options.headers.isEmpty())
        content.headers.insert(options.headers);
    overlay(content.properties, options.properties);
    if (const auto priority = firstOf(options.priority, defaults.priority))
        content.priority = *priority;
    if (const auto expiration = firstOf(options.expiration, defaults.expiration))
        content.properties.edit().expiration = expiration;

    if (message && wasReceived(*message)) {
        // Passed on as it came, compressed or not; also an empty one.
        const MessageContent &from = *MessageBuilder::data(*message).content;
        content.body = from.body;
        content.contentType = from.contentType;
        content.contentEncoding = from.contentEncoding;
    } else {
        ContentCodec::EncodeOptions how;
        how.serializer = firstOf(options.serializer, defaults.serializer);
        how.contentType = firstOf(options.contentType, defaults.contentType);
        how.contentEncoding = firstOf(options.contentEncoding, defaults.contentEncoding);
        how.compression = firstOf(options.compression, defaults.compression);
        how.typedJson = firstOf(options.typedJson, defaults.typedJson).value_or(false);
        auto encoded = ContentCodec::encode(body, how);
        if (!encoded.isOk())
            return owner()->failPublishLater(std::move(request), encoded.error());
        content.body = std::move(encoded->body);
        content.contentType = std::move(encoded->contentType);
        content.contentEncoding = std::move(encoded->contentEncoding);
        if (!encoded->headers.isEmpty())
            content.headers.insert(encoded->headers);
    }
    wishFor(options);
    return owner()->publish(std::move(request));
}

/*!
    Makes a producer with \a parent that publishes to the default exchange of \a connection: the
    routing key names the queue. The connection is not owned.
*/
Producer::Producer(Connection *connection, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<ProducerPrivate>(this, connection))
{
}

/*!
    Makes a producer with \a parent that publishes to \a queue, through the default exchange of
    \a connection. A queue with bindings is declared before the first message on each link; one
    without only where it does not appear by the publish itself
    (Capability::QueuesAppearByPublishing). One that exists otherwise is used as it is. One without
    a name is published to under the name that it has then, and Error::Configuration is the answer
    if nobody declares it.
*/
Producer::Producer(Connection *connection, const Queue &queue, QObject *parent)
    : Producer(connection, parent)
{
    d->routingKey = queue.name();
    d->queue = queue;
}

/*!
    Makes a producer with \a parent that publishes to \a exchange with \a routingKey, over
    \a connection.
*/
Producer::Producer(Connection *connection, const Exchange &exchange, const QString &routingKey,
                   QObject *parent)
    : Producer(connection, parent)
{
    d->exchange = exchange;
    d->routingKey = routingKey;
}

/*! Deletes the handle; its unsettled publishes go on. */
Producer::~Producer() = default;

/*! Returns the connection it publishes over; null once that is destroyed. */
Connection *Producer::connection() const
{
    return d->connection;
}

/*! Returns the exchange it was made with; the default exchange if it was made with a queue. */
Exchange Producer::exchange() const
{
    return d->exchange;
}

/*! Returns the routing key it was made with; the queue's name if it was made with a queue. */
QString Producer::routingKey() const
{
    return d->routingKey;
}

/*! Returns what applies where the options of a publish() say nothing. */
PublishOptions Producer::defaults() const
{
    return d->defaults;
}

/*! Sets what applies where the options of a publish() say nothing to \a defaults. */
void Producer::setDefaults(const PublishOptions &defaults)
{
    d->defaults = defaults;
}

/*!
    Publishes \a body with \a options. Returns at once; the answer may be ignored.

    In JSON a body may be maps, lists, text, numbers, \c bool, nothing, ExactNumber, QUrl, Qt's JSON
    types and what converts to maps and lists; QDateTime, QDate, QTime and QUuid are written as
    text, bytes that are UTF-8 as text, other bytes as Kombu's typed object; see also
    PublishOptions::typedJson. A QDateTime always has its offset from UTC, local time too.
    Anything else, NaN and infinity, and nesting beyond 512 are Error::Encode.
*/
Pending<void> Producer::publish(const QVariant &body, const PublishOptions &options)
{
    return d->publish(nullptr, body, options);
}

/*!
    Publishes the body, headers, properties and priority of \a message with \a options. Its
    exchange and routing key are not taken over.

    A message that was received is passed on byte by byte, also if this program could not decode it;
    \c serializer, \c contentType, \c contentEncoding and \c compression of the options do not
    apply then. It is not settled by that. Only what brokers wrote into its headers about the way
    that it has come is left out (\c x-death, \c x-first-death-*, \c x-last-death-*,
    \c x-delivery-count, \c x-acquired-count, \c x-stream-offset, \c x-qombu-again, \c
   qombu-delayed-to), because RabbitMQ would drop it as one that goes round in circles, and the user
   who had published it, whom RabbitMQ takes from nobody else. What the options say is kept whatever
   it is, but for \c x-death with a delay.
*/
Pending<void> Producer::publish(const Message &message, const PublishOptions &options)
{
    return d->publish(&message, message.body(), options);
}

} // namespace Qombu
