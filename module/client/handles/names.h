// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstring.h>

namespace Qombu {

// A name for a queue that was given none: "amq.gen-" and a random UUID (kombu-features, Queue).
// This thread's Hub has the random numbers.
QString generatedQueueName();

} // namespace Qombu
