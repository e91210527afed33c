// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "content/contentcodec.h"
#include "port/messages.h"

namespace Qombu {

struct DecodedMessage
{
    Message message; // what the user will see, not to be settled yet
    qint64 memory = 0; // that decoding took
};

// The one place where bodies are decompressed and decoded. Where that cannot be, Message::error()
// says why. Any thread.
DecodedMessage decode(IncomingMessage &&message,
                      const ContentCodec::AcceptList &accept = ContentCodec::AcceptList(),
                      const ContentCodec::DecodeLimits &limits = {});

} // namespace Qombu
