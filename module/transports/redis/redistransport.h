// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transport.h"

namespace Qombu::Redis {
class RedisLedger;

// Makes the links of one Connection to Redis, and remembers across them what it holds. Hub's
// thread.
class RedisTransport final : public Transport
{
public:
    // background renews leases; null: Hub::background().
    explicit RedisTransport(Hub *background = nullptr)
        : m_background(background)
    {
    }

    Error check(const BrokerUrl &url, const ConnectionOptions &options) const override;
    std::unique_ptr<Link> createLink(const LinkSetup &setup) override;
    qint64 openSettlements() const override;

private:
    Hub *const m_background;
    std::shared_ptr<RedisLedger> m_ledger;
};

} // namespace Qombu::Redis
