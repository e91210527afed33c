// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/message_p.h"

#include <Qombu/result.h>

#include <QtCore/qbytearrayview.h>

// The JSON envelope in which every virtual transport keeps a message. Functions
// without state: bytes in, values out, for any thread.
namespace Qombu::Envelope {

// How the body is put into the envelope. Text is for readers that want it so; a
// body that is not UTF-8 becomes a typed object then, which Kombu reads since 5.3.
enum class BodyEncoding { Base64, Text };

// Appends the envelope of content to out, byte for byte as Kombu writes it, with deliveryTag (a
// UUID's text) instead of content.deliveryTag. Error::Encode if a header or property is no JSON.
Error append(QByteArray &out, const MessageContent &content, QByteArrayView deliveryTag,
             BodyEncoding encoding = BodyEncoding::Base64);
Result<QByteArray> encode(const MessageContent &content, QByteArrayView deliveryTag,
                          BodyEncoding encoding = BodyEncoding::Base64);

// Reads an envelope: Error::Decode where Kombu would raise, or lose what the text says. The body is
// as before decompression. Properties of other types than text are in extra.
Result<MessageContent> decode(QByteArrayView text);

// The text with headers.redelivered and properties.delivery_info.redelivered set to true, every
// other byte kept. Missing headers are added; missing delivery_info is not. A text that is no
// envelope comes back as it is.
QByteArray markRedelivered(QByteArrayView text);

// properties.priority, unclamped; 0 if it is missing or no number.
int priorityOf(QByteArrayView text);

} // namespace Qombu::Envelope
