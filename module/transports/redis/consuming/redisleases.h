// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/rediscontext.h"
#include "transports/redis/redislinksettings.h"

namespace Qombu::Redis {

// Keeps what is held for a long time from being given to somebody else: renews its time on the
// server, from the background Hub and over a socket of its own, so that no user code can prevent
// it. The socket is opened when something has been held that long; where it is refused, the
// commands' socket serves. Engine's thread; owned by RedisLink.
class RedisLeases
{
public:
    // lost is called in the engine's thread for each delivery that somebody else has got, perhaps
    // more than once.
    using Lost = std::function<void(quint64 delivery)>;
    // Hub::background() is started when it is needed. The ledger is the context's.
    RedisLeases(const RedisContext &context, const RedisLinkSettings &settings,
                std::shared_ptr<RedisLedger> ledger, Lost lost);
    ~RedisLeases();

    void start(); // once something is consumed
    // What is held is held on, whatever became of the socket that it came by; lost is called for
    // what is not there any more. done when the server has answered, at once where nothing is held.
    void renewNow(std::function<void()> done);

private:
    class Desk;
    class Worker;
    struct Engine;
    const RedisLinkSettings m_settings;
    const std::shared_ptr<RedisLedger> m_ledger;
    const std::shared_ptr<Desk> m_desk;
    const std::shared_ptr<Engine> m_engine;
    std::shared_ptr<Worker> m_worker; // null: not started
    Hub *m_background = nullptr; // the worker's
};

} // namespace Qombu::Redis
