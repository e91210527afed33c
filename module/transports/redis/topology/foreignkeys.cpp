// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/topology/foreignkeys.h"

#include "transports/redis/wire/rediserror.h"

namespace Qombu::Redis {

void explainRefusal(CommandSender &sender, std::vector<QByteArray> lists, const Error &refusal,
                    std::function<void(Error)> done)
{
    if (refusal.kind() != Error::Channel || refusal.isRecoverable())
        return done(refusal); // for another reason
    std::vector<RespCommand> commands;
    for (const QByteArray &list : lists)
        commands.push_back({"TYPE", list});
    const auto told = std::make_shared<Error>(refusal);
    const auto isExplained = std::make_shared<bool>(false);
    sendEach(
        sender, std::move(commands),
        [told, isExplained, lists = std::move(lists)](std::size_t i,
                                                      const Result<RespValue> &kind) {
            if (!kind || kind->text == "list" || kind->text == "none"
                || std::exchange(*isExplained, true))
                return;
            *told = foreignKey(lists[i], kind->text, "list").withWhere(told->where());
        },
        [told, done = std::move(done)] { done(*told); });
}

} // namespace Qombu::Redis
