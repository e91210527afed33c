// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transport.h"

namespace Qombu {
class TlsTickets;
}

namespace Qombu::Redis {
class RedisLedger;

// Makes the links of one Connection to Redis, and remembers across them what it holds. Hub's
// thread.
class RedisTransport final : public Transport
{
public:
    // background renews leases; null: Hub::background().
    explicit RedisTransport(Hub *background = nullptr);

    Error check(const BrokerUrl &url, const ConnectionOptions &options) const override;
    std::unique_ptr<Link> createLink(const LinkSetup &setup) override;
    qint64 openSettlements() const override;
    qint64 held() const override;
    void abandonHeld() override;

private:
    Hub *const m_background;
    const std::shared_ptr<TlsTickets> m_tickets;
    std::shared_ptr<RedisLedger> m_ledger;
};

} // namespace Qombu::Redis
