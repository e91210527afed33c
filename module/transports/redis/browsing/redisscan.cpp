// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/redisscan.h"

#include <memory>

namespace Qombu::Redis {
namespace {

class Walk : public std::enable_shared_from_this<Walk>
{
public:
    Walk(CommandSender &walkSender, RespCommand &&walkHead, RespCommand &&walkTail,
         Scan::Elements &&takes, Scan::Finished &&ends)
        : sender(walkSender)
        , head(std::move(walkHead))
        , tail(std::move(walkTail))
        , elements(std::move(takes))
        , finished(std::move(ends))
    {
    }

    void next(const QByteArray &cursor)
    {
        ++commands;
        RespCommand command = head;
        command.add(cursor).addAll(tail);
        sender.send(std::move(command), [self = shared_from_this()](Result<RespValue> reply) {
            self->answered(std::move(reply));
        });
    }

    void answered(Result<RespValue> reply)
    {
        if (!reply)
            return finished(reply.error());
        if (reply->items.size() != 2)
            return finished(false);
        const QByteArray cursor = reply->items[0].text;
        const bool wanted = elements(std::move(reply->items[1].items));
        if (!wanted || cursor == "0" || commands >= Scan::mostCommands)
            return finished(wanted && cursor == "0");
        next(cursor);
    }

private:
    CommandSender &sender;
    const RespCommand head;
    const RespCommand tail;
    const Scan::Elements elements;
    const Scan::Finished finished;
    int commands = 0;
};

} // namespace

void Scan::start(CommandSender &sender, RespCommand head, RespCommand tail, Elements elements,
                 Finished finished)
{
    const auto walk = std::make_shared<Walk>(sender, std::move(head), std::move(tail),
                                             std::move(elements), std::move(finished));
    walk->next("0");
}

} // namespace Qombu::Redis
