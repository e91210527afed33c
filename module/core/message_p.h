// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/delivery_p.h"

namespace Qombu {

// The content of a message on its way between broker and user: what a transport delivers and what
// it is given to publish. Undecoded: body is compressed if headers say so.
struct MessageContent
{
    QByteArray body;
    QString contentType;
    QString contentEncoding;
    QVariantMap headers;
    MessageProperties properties;
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
    MessageContent content; // body as on the wire
    QByteArray rawBody; // decompressed
    QVariant body;
    Error error;
    QString queue;
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
