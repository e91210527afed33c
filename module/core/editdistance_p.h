// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstring.h>

namespace Qombu {

// How many letters must be changed, added or dropped to make b of a (Levenshtein).
int editDistance(const QString &a, const QString &b);

} // namespace Qombu
