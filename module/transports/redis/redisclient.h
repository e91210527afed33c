// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/wire/respcommand.h"
#include "transports/redis/wire/respvalue.h"

#include <Qombu/result.h>

#include <QList>

#include <functional>

namespace Qombu::Redis {

// Sends commands on the command socket of one link; what the parts of the Redis transport share.
// Hub's thread. Commands of one loop turn leave in one write, in order.
class CommandSender
{
public:
    using Reply = std::function<void(Result<RespValue>)>;
    virtual ~CommandSender();

    // done gets the reply, or an Error: of the class that redis error replies fall into
    // (reliability.md 3.3.8), or the link's. Exactly once, unless the sender dies first.
    virtual void send(RespCommand command, Reply done) = 0;

    // EVALSHA of a script of redisscripts.h, loaded at need (NOSCRIPT is handled here).
    // keysAndArguments holds the keys first.
    virtual void run(const class Script &script, int keys, RespCommand keysAndArguments,
                     Reply done) = 0;
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

} // namespace Qombu::Redis
