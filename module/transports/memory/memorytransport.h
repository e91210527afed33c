// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "port/transport.h"

namespace Qombu {

// Messaging inside one process: memory://name. Every connection with the same name in this process,
// in any thread, shares one broker.
class MemoryTransport final : public Transport
{
public:
    Error check(const BrokerUrl &url, const ConnectionOptions &options) const override;
    std::unique_ptr<Link> createLink(const LinkSetup &setup) override;
};

} // namespace Qombu
