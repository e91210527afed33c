// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/fdstream.h"

#include <Qombu/result.h>

namespace Qombu {

// The stream that leads to endpoint, not open yet; Error::Unsupported where this build has none.
Result<std::unique_ptr<ByteStream>> makeByteStream(
    Hub *hub, const Endpoint &endpoint, ByteStreamListener *listener,
    Hub::Duration connectTimeout = FdStream::DefaultConnectTimeout);

} // namespace Qombu
