// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qshareddata.h>
#include <QtCore/qvariant.h>

#include <chrono>
#include <memory>
#include <optional>

namespace Qombu {
class Delivery;
class MessageData;

// The fourteen basic properties of AMQP 0-9-1 §4.2.6.1 but for those that Message names itself, and
// what a publisher added beside them.
struct QOMBU_EXPORT MessageProperties
{
    QString correlationId;
    QString replyTo;
    QString messageId;
    QString type;
    QString appId;
    QString userId;
    QString clusterId;
    std::optional<std::chrono::milliseconds> expiration; // none: it does not
    QVariant timestamp; // as it came: seconds as a number, or text
    QVariantMap extra; // any other property, by its name on the wire

    friend bool operator==(const MessageProperties &, const MessageProperties &) = default;
};

// A message: a body with headers and properties and, if it was delivered, the right to settle that
// delivery. A value for any thread. Copies share content (copy-on-write) and are the same delivery.
class QOMBU_EXPORT Message
{
    Q_GADGET
    Q_PROPERTY(QVariant body READ body)
    Q_PROPERTY(QByteArray rawBody READ rawBody)
    Q_PROPERTY(QString contentType READ contentType)
    Q_PROPERTY(QString contentEncoding READ contentEncoding)
    Q_PROPERTY(QVariantMap headers READ headers)
    Q_PROPERTY(QVariantMap properties READ propertyMap)
    Q_PROPERTY(int priority READ priority)
    Q_PROPERTY(QString exchange READ exchange)
    Q_PROPERTY(QString routingKey READ routingKey)
    Q_PROPERTY(QString queue READ queue)
    Q_PROPERTY(QString deliveryTag READ deliveryTag)
    Q_PROPERTY(bool redelivered READ isRedelivered)

public:
    Message();
    explicit Message(const QVariant &body);
    Message(const Message &other);
    Message(Message &&other) noexcept;
    Message &operator=(const Message &other);
    Message &operator=(Message &&other) noexcept;
    ~Message();

    QVariant body() const; // decoded; invalid if error() says why not
    QByteArray rawBody() const; // as the publisher's serializer made it, decompressed
    QByteArray wireBody() const; // before decompression
    QString contentType() const;
    QString contentEncoding() const;
    QVariantMap headers() const;
    MessageProperties properties() const;
    QVariantMap propertyMap() const; // properties() by their names on the wire
    int priority() const;
    DeliveryMode deliveryMode() const;
    QString exchange() const;
    QString routingKey() const;
    QString queue() const; // the queue it was delivered from
    QString deliveryTag() const; // the publisher's tag in a Kombu envelope, else the channel's
    bool isRedelivered() const;
    Error error() const; // of decoding the body

    void setBody(const QVariant &body);
    void setHeaders(const QVariantMap &headers);
    void setProperties(const MessageProperties &properties);

    // Each settles the delivery, once for all copies; thread-safe. Error::AlreadySettled the second
    // time, Error::Unsupported for a message that was not delivered.
    Q_INVOKABLE Qombu::Error ack() const;
    Q_INVOKABLE Qombu::Error reject() const; // without requeue
    Q_INVOKABLE Qombu::Error requeue() const;
    bool isSettled() const;

private:
    friend class MessageBuilder;
    QSharedDataPointer<MessageData> d;
    std::shared_ptr<Delivery> m_delivery;
};

QOMBU_EXPORT QDebug operator<<(QDebug debug, const Message &message); // sizes and names, no body

} // namespace Qombu
