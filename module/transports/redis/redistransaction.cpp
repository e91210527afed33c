// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redistransaction.h"

#include "transports/redis/wire/rediserror.h"

#include <memory>

namespace Qombu::Redis {

void sendTransaction(CommandSender &sender, std::vector<RespCommand> commands,
                     std::function<void(Result<std::vector<RespValue>>)> done)
{
    struct Outcome
    {
        Error refused;
        std::vector<QByteArray> names;
    };
    const auto outcome = std::make_shared<Outcome>();
    const auto queued = [outcome](const Result<RespValue> &reply) {
        if (!reply && !outcome->refused)
            outcome->refused = reply.error();
    };
    sender.send({"MULTI"}, queued);
    for (RespCommand &command : commands) {
        outcome->names.push_back(command.name());
        sender.send(std::move(command), queued);
    }
    sender.send({"EXEC"}, [outcome, done = std::move(done)](Result<RespValue> reply) {
        if (!reply)
            return done(outcome->refused ? outcome->refused : reply.error());
        for (std::size_t i = 0; i < reply->items.size(); ++i) {
            if (reply->items[i].isError())
                return done(classifyError(reply->items[i].text, outcome->names.at(i)).error);
        }
        done(std::move(reply->items));
    });
}

} // namespace Qombu::Redis
