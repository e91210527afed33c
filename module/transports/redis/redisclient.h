// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/whilealive_p.h"
#include "transports/redis/wire/respcommand.h"
#include "transports/redis/wire/respvalue.h"

#include <Qombu/brokernotice.h>
#include <Qombu/result.h>

#include <QList>

#include <functional>
#include <memory>

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
    // There is no connection any more: an Error that is told now is the link's, not the server's.
    virtual bool hasFailed() const = 0;
};

// Hands an error on to done, and a value to f, with done.
template<typename Done, typename F>
auto onValue(Done done, F f)
{
    return [done = std::move(done), f = std::move(f)](auto &&result) mutable {
        if (result)
            f(*result, done);
        else
            done(result.error());
    };
}

// The server refused this one thing, for good: it may not be done, or meets a key of another type.
// What else was asked is not concerned.
bool isRefusal(const Error &error);

// Sends several, and takes each answer with the place of its command; done is called after the
// last.
void sendEach(CommandSender &sender, std::vector<RespCommand> commands,
              std::function<void(std::size_t, Result<RespValue>)> answered,
              std::function<void()> done);

// Sends MULTI, the commands, EXEC in one go. done gets the replies of the commands in their order,
// or the first Error: that of a refused command says more than the EXECABORT after it. A server
// without memory, which takes no transactions, gets the commands one by one.
void sendTransaction(CommandSender &sender, std::vector<RespCommand> commands,
                     std::function<void(Result<std::vector<RespValue>>)> done);

// Says which broadcasts the push socket of one link hears. Hub's thread.
class Subscriber
{
public:
    virtual ~Subscriber();

    // done when the server has answered for every pattern; an Error if it refused them.
    virtual void psubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done) = 0;
    virtual void punsubscribe(const QList<QByteArray> &patterns, CommandSender::Reply done) = 0;
};

BrokerNotice makeNotice(BrokerNotice::Kind kind, const QString &text, const Error &error = {},
                        const QString &queue = {});

} // namespace Qombu::Redis
