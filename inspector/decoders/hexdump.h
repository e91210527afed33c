// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

namespace Qombu::Inspector {

// Sixteen bytes a line: offset, hexadecimal digits, ASCII ("." for what cannot be printed).
QString hexDump(QByteArrayView bytes, qsizetype maximumBytes = 64 * 1024);

} // namespace Qombu::Inspector
