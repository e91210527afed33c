// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/delivery_p.h"

namespace Qombu {

// The properties of a message. Most messages have none, which takes no more than a pointer; copies
// share them.
class SharedProperties
{
public:
    const MessageProperties &operator*() const { return d ? d->properties : none(); }
    const MessageProperties *operator->() const { return &**this; }
    // They are this one's own then.
    MessageProperties &edit()
    {
        if (!d)
            d = new Data;
        return d->properties;
    }
    bool isEmpty() const { return !d; } // nothing was set
    void clear() { d.reset(); }

private:
    struct Data : QSharedData
    {
        MessageProperties properties;
    };
    static const MessageProperties &none();

    QSharedDataPointer<Data> d;
};

// The content of a message on its way between broker and user: what a transport delivers and what
// it is given to publish. Undecoded: body is compressed if headers say so.
struct MessageContent
{
    QByteArray body;
    QString contentType;
    QString contentEncoding;
    QVariantMap headers;
    SharedProperties properties;
    int priority = 0;
    int deliveryMode = 2;
    QString exchange;
    QString routingKey;
    QString deliveryTag; // of the envelope
    bool redelivered = false;
};

class MessageData : public QSharedData
{
public:
    // Body as on the wire; shared with whoever else has the message. Never null.
    std::shared_ptr<const MessageContent> content = noContent();
    QByteArray rawBody; // decompressed
    QVariant body;
    Error error;
    QString queue;

private:
    static const std::shared_ptr<const MessageContent> &noContent();
};

// Makes and opens Message values; for the library only.
class MessageBuilder
{
public:
    static Message make(MessageData data);
    // The same message with the right to settle it.
    static Message delivered(Message message, std::shared_ptr<Delivery> delivery);
    static const MessageData &data(const Message &message);
    static MessageData &data(Message &message); // detaches
    static const std::shared_ptr<Delivery> &delivery(const Message &message);
};

} // namespace Qombu
