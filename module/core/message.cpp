// SPDX-License-Identifier: BSD-3-Clause
#include "core/message_p.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdebug.h>

namespace Qombu {

namespace {

const QSharedDataPointer<MessageData> &emptyData()
{
    static const QSharedDataPointer<MessageData> empty(new MessageData);
    return empty;
}

Error notDelivered()
{
    return Error(Error::Unsupported,
                 QCoreApplication::translate(
                     "Qombu::Message",
                     "The message was not delivered by a broker: there is nothing to settle."));
}

} // namespace

/*!
    \class Qombu::Message
    \inmodule Qombu
    \inheaderfile Qombu/Message
    \brief A message: body, headers, properties and, if it was delivered, the right to settle it.

    A Message is a value. Copies cost two reference counts; they share the content until one of them
    changes it, and they are the same delivery: whichever settles first, settles for all.

    A consumer in AckMode::Manual settles each message with ack(), reject() or requeue(). These
    three are \b{thread-safe}; everything else of one Message object belongs to one thread at a
    time, and copies may go to any thread. They are \c const, for the settlement is not part of the
    value.

    With AckMode::Auto a message is acknowledged when its last copy dies unsettled without a decode
    error.
*/

/*!
    \class Qombu::MessageProperties
    \inmodule Qombu
    \inheaderfile Qombu/MessageProperties
    \brief What is said about a message beside its headers.

    The basic properties of AMQP 0-9-1 §4.2.6.1 but for those that Message names itself (content
    type, priority, delivery mode…), and in \c extra whatever else a publisher added. An empty
    member means that the property is absent. A plain value.
*/

/*!
    \variable Qombu::MessageProperties::correlationId
    Which request a reply belongs to; \c correlation_id on the wire.
*/

/*!
    \variable Qombu::MessageProperties::replyTo
    The queue that a reply shall go to; \c reply_to on the wire.
*/

/*!
    \variable Qombu::MessageProperties::messageId
    The publisher's name for the message; \c message_id on the wire.
*/

/*!
    \variable Qombu::MessageProperties::type
    The publisher's word for the kind of message; \c type on the wire.
*/

/*!
    \variable Qombu::MessageProperties::appId
    The program that published it; \c app_id on the wire.
*/

/*!
    \variable Qombu::MessageProperties::userId
    The user that published it; \c user_id on the wire. Nothing checks it but an AMQP broker.
*/

/*!
    \variable Qombu::MessageProperties::clusterId
    Without meaning today; \c cluster_id on the wire.
*/

/*!
    \variable Qombu::MessageProperties::expiration
    After how long the message may be dropped; \c expiration on the wire, in milliseconds as decimal
    text. Text that is no such number is in \c extra. Redis and the memory broker ignore it.
*/

/*!
    \variable Qombu::MessageProperties::timestamp
    When it was published, as the publisher wrote it: seconds since 1970-01-01 UTC as a number, or
    text; \c timestamp on the wire.
*/

/*!
    \variable Qombu::MessageProperties::extra
    Any other property, by its name on the wire.
*/

/*!
    \fn bool MessageProperties::operator==(const MessageProperties &a, const MessageProperties &b)
    Returns whether \a a and \a b are equal in every member.
*/

/*!
    \property Qombu::Message::body
    \property Qombu::Message::rawBody
    \property Qombu::Message::contentType
    \property Qombu::Message::contentEncoding
    \property Qombu::Message::headers
    \property Qombu::Message::properties
    \property Qombu::Message::priority
    \property Qombu::Message::exchange
    \property Qombu::Message::routingKey
    \property Qombu::Message::queue
    \property Qombu::Message::deliveryTag
    \property Qombu::Message::redelivered
    What the getter functions return, for QML. They cannot be written.
*/

/*! Constructs a message without body, of no delivery. */
Message::Message()
    : d(emptyData())
{
}

/*! Constructs a message to publish, with \a body. What it may be is told at Producer::publish(). */
Message::Message(const QVariant &body)
    : d(new MessageData)
{
    d->body = body;
}

Message::Message(const Message &other) = default;
Message::Message(Message &&other) noexcept = default;
Message &Message::operator=(const Message &other) = default;
Message &Message::operator=(Message &&other) noexcept = default;
Message::~Message() = default;

/*!
    Returns the decoded body: maps, lists, numbers, text of JSON; text; or bytes.

    JSON's \c null is a valid variant holding \c nullptr. Whole numbers are \c qint64, \c quint64 or
    ExactNumber, others \c double; Kombu's typed objects are QDateTime, QDate, QTime, QUuid,
    QByteArray and ExactNumber. The variant is invalid if there is no body, and if
    it could not be decoded; then error() says why and rawBody() has the bytes.
*/
QVariant Message::body() const
{
    return d->body;
}

/*!
    Returns the body as the publisher's serializer made it, decompressed; empty if that failed, and
    for a message that was not encoded yet.
*/
QByteArray Message::rawBody() const
{
    return d->rawBody;
}

/*! Returns the body as it was on the wire, before decompression and without base64. */
QByteArray Message::wireBody() const
{
    return d->content->body;
}

/*! Returns the MIME type of rawBody(), such as \c{application/json}. */
QString Message::contentType() const
{
    return d->content->contentType;
}

/*! Returns the charset of rawBody(), such as \c utf-8 or \c binary. */
QString Message::contentEncoding() const
{
    return d->content->contentEncoding;
}

/*! Returns the application's headers; \c compression and \c redelivered are Kombu's own. */
QVariantMap Message::headers() const
{
    return d->content->headers;
}

/*!
    Returns the properties.
    \sa propertyMap()
*/
MessageProperties Message::properties() const
{
    return *d->content->properties;
}

/*!
    Returns the properties that are present, by their names on the wire:
    \c correlation_id, \c reply_to, \c message_id, \c type, \c app_id, \c user_id, \c cluster_id,
    \c timestamp, \c expiration, \c priority, \c delivery_mode and those of
    MessageProperties::extra.
*/
QVariantMap Message::propertyMap() const
{
    const MessageProperties &properties = *d->content->properties;
    QVariantMap map = properties.extra;
    const auto add = [&map](QLatin1String name, const QString &value) {
        if (!value.isEmpty())
            map.insert(name, value);
    };
    add(QLatin1String("correlation_id"), properties.correlationId);
    add(QLatin1String("reply_to"), properties.replyTo);
    add(QLatin1String("message_id"), properties.messageId);
    add(QLatin1String("type"), properties.type);
    add(QLatin1String("app_id"), properties.appId);
    add(QLatin1String("user_id"), properties.userId);
    add(QLatin1String("cluster_id"), properties.clusterId);
    if (properties.expiration)
        add(QLatin1String("expiration"), QString::number(properties.expiration->count()));
    if (properties.timestamp.isValid())
        map.insert(QStringLiteral("timestamp"), properties.timestamp);
    map.insert(QStringLiteral("priority"), d->content->priority);
    map.insert(QStringLiteral("delivery_mode"), d->content->deliveryMode);
    return map;
}

/*!
    Returns the priority as the publisher gave it, default 0; which end comes first is the broker's
    rule: see Capability::HigherPriorityFirst.
*/
int Message::priority() const
{
    return d->content->priority;
}

/*! Returns whether the message shall survive a restart of the broker; default: persistent. */
DeliveryMode Message::deliveryMode() const
{
    return d->content->deliveryMode == int(DeliveryMode::Transient) ? DeliveryMode::Transient
                                                                    : DeliveryMode::Persistent;
}

/*! Returns the name of the exchange it was published to; empty for the default exchange. */
QString Message::exchange() const
{
    return d->content->exchange;
}

/*! Returns the routing key it was published with. */
QString Message::routingKey() const
{
    return d->content->routingKey;
}

/*! Returns the queue it was delivered from; empty for a message that was not delivered. */
QString Message::queue() const
{
    return d->queue;
}

/*!
    Returns the publisher's tag in a Kombu envelope, else the channel's number of the delivery;
    empty for a message that was not delivered. Tell deliveries apart by it in logs only.
*/
QString Message::deliveryTag() const
{
    if (!d->content->deliveryTag.isEmpty() || !m_delivery || m_delivery->number() == 0)
        return d->content->deliveryTag;
    return QString::number(m_delivery->number());
}

/*! Returns whether the broker says that this message was delivered before. */
bool Message::isRedelivered() const
{
    return d->content->redelivered;
}

/*! Returns why the body could not be decoded, or no error. */
Error Message::error() const
{
    return d->error;
}

/*!
    Sets the body to publish to \a body. Other copies, and the delivery, stay as they are.

    What described the former body goes with it: rawBody(), wireBody(), contentType(),
    contentEncoding(), error() and the header \c compression.
*/
void Message::setBody(const QVariant &body)
{
    d->body = body;
    d->rawBody.clear();
    d->error = Error();
    const auto content = std::make_shared<MessageContent>(*d->content);
    content->body.clear();
    content->contentType.clear();
    content->contentEncoding.clear();
    content->headers.remove(QStringLiteral("compression"));
    d->content = content;
}

/*! Sets the application's headers to \a headers. */
void Message::setHeaders(const QVariantMap &headers)
{
    const auto content = std::make_shared<MessageContent>(*d->content);
    content->headers = headers;
    d->content = content;
}

/*! Sets the properties to \a properties. */
void Message::setProperties(const MessageProperties &properties)
{
    const auto content = std::make_shared<MessageContent>(*d->content);
    content->properties.edit() = properties;
    d->content = content;
}

/*!
    Tells the broker that the message is done with. Thread-safe.

    Returns Error::AlreadySettled if this or a copy was settled before, Error::Unsupported if the
    message was not delivered by a broker, Error::Connection if the connection is closed, or so far
    in closing that what it held goes back: the message stays unsettled then. No error means that
    the word is on its way; if the broker no longer knows the delivery, as after a loss or when the
    connection was closed and opened again, the Consumer tells so later with
    Consumer::settlementLost(). In AckMode::None this does nothing.

    The word leaves after the publishes that were made before it in the thread of the Connection
    have ended: who publishes a result and then acknowledges the order means that order. So an ack
    behind an unconfirmed publish may wait up to PublishOptions::timeout or
    ConnectionOptions::publishTimeout; who does not want that uses two Connections. The same holds
    for reject() and requeue().
*/
Error Message::ack() const
{
    return m_delivery ? m_delivery->settle(Settlement::Ack) : notDelivered();
}

/*!
    Refuses the message for good: it is dropped, or goes to Queue::deadLetterQueue().
    Thread-safe.

    Errors as with ack(), and Error::Unsupported in AckMode::None.
*/
Error Message::reject() const
{
    return m_delivery ? m_delivery->settle(Settlement::Reject) : notDelivered();
}

/*!
    Gives the message back to its queue to be delivered again. Thread-safe.

    Where in the queue it goes is the broker's rule: on Redis behind all waiting ones, in the memory
    broker to its old place. isRedelivered() is true then. Errors as with reject().
*/
Error Message::requeue() const
{
    return m_delivery ? m_delivery->settle(Settlement::Requeue) : notDelivered();
}

/*!
    Returns whether nothing is left to settle: this or a copy was settled, or it came in
    AckMode::None. Thread-safe. False for a message that was not delivered.
*/
bool Message::isSettled() const
{
    return m_delivery && m_delivery->isSettled();
}

/*! Writes sizes and names of \a message to \a debug, never its body or headers. */
QDebug operator<<(QDebug debug, const Message &message)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "Qombu::Message(" << message.contentType() << ", "
                    << message.wireBody().size() << " bytes";
    if (!message.queue().isEmpty())
        debug << " from " << message.queue();
    debug << ", exchange " << message.exchange() << ", key " << message.routingKey() << ", tag "
          << message.deliveryTag();
    if (message.isRedelivered())
        debug << ", redelivered";
    if (message.error().isError())
        debug << ", " << message.error();
    return debug << ')';
}

const MessageProperties &SharedProperties::none()
{
    static const MessageProperties none;
    return none;
}

const std::shared_ptr<const MessageContent> &MessageData::noContent()
{
    static const auto none = std::make_shared<const MessageContent>();
    return none;
}

Message MessageBuilder::make(MessageData data)
{
    Message message;
    message.d = new MessageData(std::move(data));
    return message;
}

Message MessageBuilder::delivered(Message message, std::shared_ptr<Delivery> delivery)
{
    if (std::as_const(message.d)->error.isError())
        delivery->keepWhenAbandoned();
    message.m_delivery = std::move(delivery);
    return message;
}

const MessageData &MessageBuilder::data(const Message &message)
{
    return *message.d;
}

MessageData &MessageBuilder::data(Message &message)
{
    return *message.d;
}

const std::shared_ptr<Delivery> &MessageBuilder::delivery(const Message &message)
{
    return message.m_delivery;
}

} // namespace Qombu
