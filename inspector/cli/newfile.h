// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QString>

// Writes a file that only its owner may read: whole, or not at all.
class NewFile
{
public:
    // Why it could not be written; empty: nothing is in the way, or only a file.
    static QString check(const QString &path);
    // Empty: it is there. Without mayReplace nothing that is there by then is touched.
    static QString write(const QString &path, const QByteArray &bytes, bool mayReplace);
};
