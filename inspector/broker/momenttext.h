// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qdatetime.h>

namespace Qombu::Inspector {

// A moment in a sentence: "10:42", with its date where it is not of today.
QString momentText(const QDateTime &moment);

} // namespace Qombu::Inspector
