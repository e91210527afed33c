// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "content/contentcodec.h"
#include "port/messages.h"

namespace Qombu {

// The one place where bodies are decompressed and decoded. Makes what the user will see of message,
// not to be settled yet; where it cannot be decoded, Message::error() says why. Any thread.
Message decoded(IncomingMessage &&message,
                const ContentCodec::AcceptList &accept = ContentCodec::AcceptList());

} // namespace Qombu
