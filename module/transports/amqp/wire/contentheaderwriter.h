// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/message_p.h"
#include "transports/amqp/wire/amqppool.h"

namespace Qombu::Amqp {

// Appends the payload for this content: as Kombu writes it, priority and headers always, a negative
// priority never. Error::Encode names what cannot be written, and Error::LimitExceeded what is
// longer than mostBytes; nothing is appended then.
Error appendContentHeader(QByteArray &out, const MessageContent &content, qsizetype mostBytes,
                          Pool &pool);

} // namespace Qombu::Amqp
