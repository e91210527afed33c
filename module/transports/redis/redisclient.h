// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/wire/respcommand.h"
#include "transports/redis/wire/respvalue.h"

#include <Qombu/brokernotice.h>
#include <Qombu/result.h>

#include <QList>

#include <functional>

namespace Qombu::Redis {
class Script;

// Sends commands on the command socket of one link; what the parts of the Redis transport share.
// Hub's thread. Commands of one loop turn leave in one write, in order.
class CommandSender
{
public:
    using Reply = std::function<void(Result<RespValue>)>;
    virtual ~CommandSender();

    // done gets the reply, or an Error: what the server's error reply means, that the reply is too
    // large, or the link's. Exactly once, unless the sender dies first.
    virtual void send(RespCommand command, Reply done) = 0;
    // EVALSHA of a script, which is loaded at need.
    virtual void run(const Script &script, RespCommand keys, RespCommand arguments, Reply done) = 0;
};

// Broadcasts on the push socket of one link. Hub's thread.
class Subscriber
{
public:
    using Receiver = std::function<void(const QByteArray &pattern, const QByteArray &channel,
                                        QByteArray &&payload)>;
    virtual ~Subscriber();

    // done when the server has answered for every pattern; an Error if it refused them.
    virtual void psubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done) = 0;
    virtual void punsubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done) = 0;
    // Gets every broadcast that fits a pattern; replaces the one before.
    virtual void setReceiver(Receiver receiver) = 0;
};

BrokerNotice makeNotice(BrokerNotice::Kind kind, const QString &text, const Error &error = {},
                        const QString &queue = {});

} // namespace Qombu::Redis
