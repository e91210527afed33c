// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/redisscan.h"

#include <deque>
#include <memory>

namespace Qombu::Redis {
namespace {

constexpr std::size_t HeadsAtOnce = 50; // in one write

struct Walk : std::enable_shared_from_this<Walk>
{
    void next()
    {
        std::vector<RespCommand> commands;
        asked.clear();
        for (; !open.empty() && asked.size() < HeadsAtOnce; open.pop_front()) {
            const auto &[head, cursor] = open.front();
            commands.push_back(RespCommand(heads[head]).add(cursor).addAll(tail));
            asked.push_back(head);
        }
        sent += int(commands.size());
        sendEach(
            *sender, std::move(commands),
            [self = shared_from_this()](std::size_t i, Result<RespValue> reply) {
                self->answered(self->asked[i], std::move(reply));
            },
            [self = shared_from_this()] { self->pageDone(); });
    }

    void answered(std::size_t head, Result<RespValue> &&reply)
    {
        if (!reply && refused && refused(head, reply.error()))
            return;
        if (!reply)
            error = reply.error();
        isStopped |= !reply || reply->items.size() != 2;
        if (isStopped)
            return;
        const QByteArray cursor = reply->items[0].text;
        isStopped = !elements(head, std::move(reply->items[1].items));
        if (cursor != "0")
            open.emplace_back(head, cursor);
    }

    void pageDone()
    {
        if (error.isError())
            finished(error);
        else if (isStopped || open.empty() || sent >= Scan::mostCommands)
            finished(!isStopped && open.empty());
        else
            next();
    }

    CommandSender *sender;
    std::vector<RespCommand> heads;
    RespCommand tail;
    Scan::Elements elements;
    Scan::Finished finished;
    Scan::Refused refused;
    std::deque<std::pair<std::size_t, QByteArray>> open = {}; // heads that have more, and where
    std::vector<std::size_t> asked = {}; // heads of this write
    int sent = 0;
    bool isStopped = false;
    Error error = {};
};

} // namespace

void Scan::start(CommandSender &sender, std::vector<RespCommand> heads, RespCommand tail,
                 Elements elements, Finished finished, Refused refused)
{
    const auto walk = std::make_shared<Walk>();
    walk->sender = &sender;
    walk->heads = std::move(heads);
    walk->tail = std::move(tail);
    walk->elements = std::move(elements);
    walk->finished = std::move(finished);
    walk->refused = std::move(refused);
    for (std::size_t head = 0; head < walk->heads.size(); ++head)
        walk->open.emplace_back(head, "0");
    walk->next();
}

} // namespace Qombu::Redis
