// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/message_p.h"

#include <Qombu/error.h>

#include <memory>
#include <vector>

namespace Qombu::Amqp {

// Something a session has to say.
struct SessionEvent
{
    enum Type {
        Ready, // the handshake succeeded
        Closed, // the answer to our close()
        Blocked, // connection.blocked: name is the reason; nothing is held back here
        Unblocked,
        SecretUpdated,
        ChannelOpened,
        ChannelClosed, // by the broker: why; its number is free
        ChannelEnded, // the answer to closeChannel(); its number is free
        Answer, // to the oldest open request of this channel; method says which it is
        Delivered,
        Fetched, // get-ok, which answers the request
        Returned, // why: Error::Unroutable
        Acked, // of what was published here: number, multiple
        Nacked,
        Flow, // the broker takes nothing published here for now, or again: isActive
        ConsumerCancelled, // by the broker: tag
    };
    static SessionEvent of(Type type, quint16 channel, quint32 method)
    {
        SessionEvent event;
        event.type = type;
        event.channel = channel;
        event.method = method;
        return event;
    }

    Type type = Ready;
    quint16 channel = 0;
    quint32 method = 0; // as in MethodId
    quint32 refused = 0; // of ChannelClosed: the method that the broker did not take, if it says so
    // Of a message: that its body was too large and skipped, or its headers cannot be read, and are
    // left out of content; the delivery stands.
    Error why = {};
    QString name = {}; // of the queue, in queue.declare-ok
    QByteArray tag = {}; // of the consumer
    quint64 number = 0; // the delivery tag
    bool multiple = false;
    bool isActive = true;
    qint64 messageCount = 0; // declare-ok, purge-ok, delete-ok, get-ok (left in the queue)
    qint64 consumerCount = 0;
    std::shared_ptr<MessageContent> content = {}; // of a message; never null there
};

// What the owner must do now, in this order; then it writes what takeOutput() gives.
struct Step
{
    std::vector<SessionEvent> events; // oldest first
    Error fatal; // then close the socket; the session takes nothing any more
};

} // namespace Qombu::Amqp
