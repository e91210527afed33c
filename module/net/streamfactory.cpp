// SPDX-License-Identifier: BSD-3-Clause
#include "net/streamfactory.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

Result<std::unique_ptr<ByteStream>> makeByteStream(Hub *hub, const Endpoint &endpoint,
                                                   ByteStreamListener *listener,
                                                   Hub::Duration connectTimeout)
{
    if (endpoint.security == Endpoint::Security::Tls) {
        return Error(Error::Unsupported,
                     QCoreApplication::translate(
                         "StreamFactory",
                         "this version of Qombu has no encrypted connections (TLS) to %1")
                         .arg(endpoint.text()))
            .withRecoverable(false);
    }
    return std::unique_ptr<ByteStream>(
        std::make_unique<FdStream>(hub, endpoint, listener, connectTimeout));
}

} // namespace Qombu
