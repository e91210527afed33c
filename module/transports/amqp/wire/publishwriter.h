// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/message_p.h"
#include "transports/amqp/wire/amqppool.h"

namespace Qombu::Amqp {

// Where a message goes.
struct PublishTarget
{
    QStringView exchange;
    QStringView routingKey;
    bool mandatory = false;
};

// Writes basic.publish with its content: all its frames at once.
class PublishWriter
{
public:
    // Error::Encode or Error::LimitExceeded: nothing was appended.
    Error append(QByteArray &out, quint16 channel, const PublishTarget &target,
                 const MessageContent &content, quint32 frameMax);

private:
    Error appendMethod(QByteArray &out, quint16 channel, const PublishTarget &target);

    Pool m_pool;
};

} // namespace Qombu::Amqp
