// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisrenewal.h"

#include "transports/redis/redisscripts.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr std::size_t MaximumRun = 1000; // tags a run of the script

// The answers to one renewal.
struct Round
{
    std::function<void(const std::vector<quint64> &lost, const Error &error)> done;
    std::size_t open = 0; // runs without an answer
    std::vector<quint64> lost = {};
    Error error = {};

    void answered(const std::vector<quint64> &run, const Result<RespValue> &reply)
    {
        if (!reply && !error.isError())
            error = reply.error();
        for (const RespValue &number : reply ? reply->items : std::vector<RespValue>()) {
            if (number.integer >= 1 && number.integer <= qint64(run.size()))
                lost.push_back(run[std::size_t(number.integer - 1)]);
        }
        if (--open == 0)
            done(lost, error);
    }
};

} // namespace

void renewLeases(CommandSender &sender, const RedisKeys &keys, const RedisLedger &ledger,
                 const std::vector<quint64> &held,
                 std::function<void(const std::vector<quint64> &lost, const Error &error)> done)
{
    const auto round = std::make_shared<Round>();
    round->done = std::move(done);
    round->open = (held.size() + MaximumRun - 1) / MaximumRun;
    for (std::size_t i = 0; i < held.size(); i += MaximumRun) {
        const std::vector<quint64> run(held.begin() + std::ptrdiff_t(i),
                                       held.begin()
                                           + std::ptrdiff_t(std::min(held.size(), i + MaximumRun)));
        RespCommand tags;
        for (const quint64 delivery : run)
            tags.add(ledger.tag(delivery));
        sender.run(Scripts::all().renew, {keys.unackedIndex(), keys.unacked()}, std::move(tags),
                   [round, run](const Result<RespValue> &reply) { round->answered(run, reply); });
    }
}

} // namespace Qombu::Redis
