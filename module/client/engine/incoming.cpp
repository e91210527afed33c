// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/incoming.h"

namespace Qombu {

MessageData decoded(IncomingMessage &&message, const ContentCodec::AcceptList &accept)
{
    MessageData data;
    data.content = std::move(message.content);
    data.queue = std::move(message.queue);
    ContentCodec::DecodedBody body = ContentCodec::decode(data.content, accept);
    data.rawBody = std::move(body.rawBody);
    data.body = std::move(body.body);
    data.error = std::move(body.error);
    return data;
}

} // namespace Qombu
