// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transport.h"
#include "transports/amqp/consuming/streamplaces.h"
#include "transports/amqp/fatalrequests.h"

namespace Qombu {
class TlsTickets;
}

namespace Qombu::Amqp {

// Makes the links of one Connection to a broker that speaks AMQP 0-9-1. Hub's thread.
class AmqpTransport final : public Transport
{
public:
    AmqpTransport();
    Error check(const BrokerUrl &url, const ConnectionOptions &options) const override;
    std::unique_ptr<Link> createLink(const LinkSetup &setup) override;

private:
    const std::shared_ptr<StreamPlaces> m_streams = std::make_shared<StreamPlaces>();
    const std::shared_ptr<FatalRequests> m_fatal = std::make_shared<FatalRequests>();
    const std::shared_ptr<TlsTickets> m_tickets;
};

} // namespace Qombu::Amqp
