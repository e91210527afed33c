// SPDX-License-Identifier: BSD-3-Clause
#include "net/streamfactory.h"

#include "net/fdstream.h"
#include "net/tlsstream.h"

namespace Qombu {

MakeStream streamsTo(const Endpoint &endpoint, const TlsOptions &tls, Hub::Duration connectTimeout,
                     std::shared_ptr<TlsTickets> tickets)
{
    return [=](Hub *hub, ByteStreamListener *listener) -> std::unique_ptr<ByteStream> {
        if (!tls.enabled)
            return std::make_unique<FdStream>(hub, endpoint, listener, connectTimeout);
        return std::make_unique<TlsStream>(hub, endpoint, tls, listener, connectTimeout, tickets);
    };
}

} // namespace Qombu
