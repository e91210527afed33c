// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/quarantinepage.h"

#include "transports/redis/redisscripts.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr qint64 MostPageElements = 100; // of one run of the script
constexpr qint64 MostPageBytes = 1 << 20; // then it stops

QuarantinePage pageIn(const RespValue &reply)
{
    QuarantinePage page;
    const auto &items = reply.items;
    if (!items.empty())
        page.length = items[0].integer;
    for (std::size_t i = 1; i + 2 < items.size(); i += 3)
        page.elements.push_back({items[i].text, items[i + 1].integer, items[i + 2].text});
    return page;
}

} // namespace

void QuarantinePage::ask(CommandSender &sender, const QByteArray &key, qint64 skip, qint64 atMost,
                         qint64 wholeBytes, std::function<void(Result<QuarantinePage>)> done)
{
    sender.run(Scripts::all().quarantined, {key},
               {skip, std::min(atMost, MostPageElements), MostPageBytes, wholeBytes},
               onValue(std::move(done),
                       [](const RespValue &reply, const auto &answer) { answer(pageIn(reply)); }));
}

} // namespace Qombu::Redis
