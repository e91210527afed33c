// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qstringlist.h>

namespace Qombu {

// How many letters must be changed, added or dropped to make b of a (Levenshtein).
int editDistance(const QString &a, const QString &b);

// The one of names that word was most likely meant to be; null where none is near enough.
QString closestName(const QString &word, const QStringList &names);

} // namespace Qombu
