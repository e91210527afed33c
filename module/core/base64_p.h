// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/bytesink_p.h"

#include <optional>

namespace Qombu {

// RFC 4648 §4, standard alphabet, with padding, no line breaks.
void appendBase64(ByteSink &out, QByteArrayView bytes);

// Nothing if text is no complete base64. White space is skipped. Kombu skips every foreign byte; we
// do not, for that turns damage into other data.
std::optional<QByteArray> decodeBase64(QByteArrayView text);

} // namespace Qombu
