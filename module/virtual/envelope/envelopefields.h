// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/message_p.h"

#include <QtCore/qbytearrayview.h>

// What the names in an envelope mean, and values that need a closer look.
// Functions without state, for any thread.
namespace Qombu::Envelope {

// The keys that have a meaning, of all three objects.
enum class Field : quint8 {
    Unknown,
    Body,
    ContentType,
    ContentEncoding,
    Headers,
    Properties,
    BodyEncoding,
    CorrelationId,
    ReplyTo,
    MessageId,
    Type,
    AppId,
    UserId,
    ClusterId,
    Expiration,
    Timestamp,
    Priority,
    DeliveryMode,
    DeliveryTag,
    DeliveryInfo,
    Exchange,
    RoutingKey,
};

Field topField(QByteArrayView key);
Field propertyField(QByteArrayView key);
Field infoField(QByteArrayView key); // of delivery_info

// Where a field that is nothing but text is kept; null for other fields.
using TextProperty = QString MessageProperties::*;
TextProperty textProperty(Field field);

// The values that nearly every message has are shared, not allocated.
QString commonText(QByteArrayView text);

// Milliseconds, as a number or decimal text; nothing for anything else.
std::optional<std::chrono::milliseconds> expirationValue(const QVariant &value);

// As Python's int(): a number is truncated, a text must be a decimal integer, else 0.
int priorityValue(const QVariant &value);

} // namespace Qombu::Envelope
