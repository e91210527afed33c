// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/incoming.h"

#include <QtCore/qcoreapplication.h>

namespace Qombu {

DecodedMessage decode(IncomingMessage &&message, const ContentCodec::AcceptList &accept,
                      const ContentCodec::DecodeLimits &limits)
{
    ContentCodec::DecodedBody body = ContentCodec::decode(*message.content, accept, limits);
    if (message.error.kind() == Error::LimitExceeded) {
        body.error = std::move(message.error); // it may be one
    } else if (message.error.isError()) {
        body.error =
            Error(Error::Decode,
                  QCoreApplication::translate("Qombu::Browser", "This is no message of Kombu's: %1")
                      .arg(message.error.text()));
    }
    return {MessageBuilder::make({{},
                                  std::move(message.content),
                                  std::move(body.rawBody),
                                  std::move(body.body),
                                  std::move(body.error),
                                  std::move(message.queue)}),
            body.memory};
}

} // namespace Qombu
