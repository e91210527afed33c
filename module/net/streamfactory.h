// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"
#include "net/bytestream.h"
#include "net/endpoint.h"

#include <Qombu/hub.h>

#include <functional>
#include <memory>

namespace Qombu {
class TlsTickets;

// Makes a stream that is not open yet, in the Hub's thread; the listener gets its events.
using MakeStream = std::function<std::unique_ptr<ByteStream>(Hub *, ByteStreamListener *)>;

// Streams to endpoint, encrypted where tls says so. connectTimeout is for all of the opening;
// tickets, if any, are looked up there and kept.
MakeStream streamsTo(const Endpoint &endpoint, const TlsOptions &tls, Hub::Duration connectTimeout,
                     std::shared_ptr<TlsTickets> tickets = {});

} // namespace Qombu
