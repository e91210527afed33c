// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstring.h>

namespace Qombu {

// What an errno means, as the end of a sentence: "connection refused".
QString socketErrorText(int error);

} // namespace Qombu
