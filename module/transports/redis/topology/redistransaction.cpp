// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/redistransaction.h"

#include "transports/redis/wire/rediserror.h"

#include <memory>

namespace Qombu::Redis {
namespace {

using Replies = std::vector<RespValue>;
using Done = std::function<void(Result<Replies>)>;

// One after the other, without a guarantee that nobody comes in between.
void sendApart(CommandSender &sender, const std::vector<RespCommand> &commands, Done done)
{
    struct Outcome
    {
        Replies replies;
        Error error;
        std::size_t open;
        Done done;
    };
    const auto outcome =
        std::make_shared<Outcome>(Outcome{{}, {}, commands.size(), std::move(done)});
    for (const RespCommand &command : commands) {
        sender.send(command, [outcome](Result<RespValue> reply) {
            if (reply)
                outcome->replies.push_back(std::move(*reply));
            else if (!outcome->error.isError())
                outcome->error = reply.error();
            if (--outcome->open > 0)
                return;
            if (outcome->error.isError())
                outcome->done(outcome->error);
            else
                outcome->done(std::move(outcome->replies));
        });
    }
}

} // namespace

void sendTransaction(CommandSender &sender, std::vector<RespCommand> commands, Done done)
{
    const auto refused = std::make_shared<Error>();
    const auto queued = [refused](const Result<RespValue> &reply) {
        if (!reply && !refused->isError())
            *refused = reply.error();
    };
    sender.send({"MULTI"}, queued);
    for (const RespCommand &command : commands)
        sender.send(command, queued);
    sender.send({"EXEC"},
                [refused, &sender, commands = std::move(commands),
                 done = std::move(done)](Result<RespValue> reply) {
                    // Without memory Redis takes no command into a transaction, not even DEL.
                    if (!reply && refused->kind() == Error::Blocked)
                        return sendApart(sender, commands, done);
                    if (!reply)
                        return done(refused->isError() ? *refused : reply.error());
                    for (std::size_t i = 0; i < reply->items.size(); ++i) {
                        if (reply->items[i].isError())
                            return done(
                                classifyError(reply->items[i].text, commands.at(i).name()).error);
                    }
                    done(std::move(reply->items));
                });
}

} // namespace Qombu::Redis
