// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "content/contentcodec.h"
#include "port/link.h"

namespace Qombu {

// What the user will see of message: decompressed and decoded, or with the error that says why not.
// Any thread.
MessageData decoded(IncomingMessage &&message,
                    const ContentCodec::AcceptList &accept = ContentCodec::AcceptList());

} // namespace Qombu
