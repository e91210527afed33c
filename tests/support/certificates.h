// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QTemporaryDir>

namespace QombuTest {

// Certificates and keys for one test, made by makecertificates, which says what there is.
class Certificates
{
public:
    [[nodiscard]] bool make();
    QString errorText() const { return m_errorText; }
    // "server.pem" → where that file is.
    QString path(const char *name) const { return m_folder.filePath(QLatin1String(name)); }

private:
    QTemporaryDir m_folder;
    QString m_errorText;
};

} // namespace QombuTest
