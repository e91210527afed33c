// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "hub/simulatedhub.h"
#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/redisclient.h"
#include "transports/redis/rediscontext.h"

namespace QombuTest {

// What a part of a Redis link works with, without the link, and what it says to it. Test's thread.
class RedisParts : private Qombu::Redis::RedisHost
{
public:
    explicit RedisParts(Qombu::Redis::CommandSender &sender,
                        const Qombu::Redis::RedisOptions &redisOptions = {})
        : options(redisOptions)
        , context{&hub, sender, options, keys, numbers, ledger, declared, host(), alive}
    {
    }

    Qombu::Redis::RedisHost &host() { return *this; }

    Qombu::SimulatedHub hub;
    const Qombu::Redis::RedisOptions options;
    const Qombu::Redis::RedisKeys keys{options};
    Qombu::DeliveryNumbers numbers;
    Qombu::Redis::RedisLedger ledger{"me"};
    Qombu::Redis::RedisDeclarations declared;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
    const Qombu::Redis::RedisContext context;

    std::vector<Qombu::BrokerNotice> notices;
    std::vector<quint64> tooLate;
    int turnEnds = 0; // wanted so far
    bool usable = true;
    bool tracking = true;
    std::function<void()> atTurnEnd; // done where one is wanted

private:
    void notice(const Qombu::BrokerNotice &notice) override { notices.push_back(notice); }
    void settledTooLate(quint64 delivery) override { tooLate.push_back(delivery); }
    bool isUsable() const override { return usable; }
    bool isTracking() const override { return tracking; }
    void keepHeld() override {}
    void served(quint64) override {}
    void leftOver(quint64, const QStringList &) override {}
    void ended(quint64) override {}
    void wantsTurnEnd() override
    {
        ++turnEnds;
        hub.callAtTurnEnd([this] {
            if (atTurnEnd)
                atTurnEnd();
        });
    }
};

} // namespace QombuTest
