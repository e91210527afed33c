// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/incoming.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

DecodedMessage decode(IncomingMessage &&message, const ContentCodec::AcceptList &accept,
                      const ContentCodec::DecodeLimits &limits)
{
    MessageData data;
    data.content = std::move(message.content);
    data.queue = std::move(message.queue);
    ContentCodec::DecodedBody body = ContentCodec::decode(*data.content, accept, limits);
    data.rawBody = std::move(body.rawBody);
    data.body = std::move(body.body);
    data.error = std::move(body.error);
    if (message.error.kind() == Error::LimitExceeded) {
        data.error = std::move(message.error); // it may be one
    } else if (message.error.isError()) {
        data.error =
            Error(Error::Decode,
                  QCoreApplication::translate("Qombu::Browser", "This is no message of Kombu's: %1")
                      .arg(message.error.text()));
    }
    return {MessageBuilder::make(std::move(data)), body.memory};
}

} // namespace Qombu
