// SPDX-License-Identifier: BSD-3-Clause
#include "newfile.h"

#include "text.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryFile>

#include <cerrno>
#include <cstdio>

namespace {

QString cannotWrite(const QString &path, const QString &why)
{
    return Text::tr("Cannot write %1: %2.").arg(path, why);
}

} // namespace

QString NewFile::check(const QString &path)
{
    const QFileInfo info(path);
    if (info.exists() && !info.isFile())
        return cannotWrite(path, Text::tr("it is no file"));
    if (!QFileInfo(info.absolutePath()).isDir())
        return Text::tr("There is no folder %1.").arg(info.absolutePath());
    return {};
}

// Made beside it, with mode 0600 from the first byte on, and renamed.
QString NewFile::write(const QString &path, const QByteArray &bytes, bool mayReplace)
{
    if (const QString error = check(path); !error.isEmpty())
        return error;
    const QFileInfo info(path);
    const QString target = info.exists() ? info.canonicalFilePath() : info.absoluteFilePath();
    QTemporaryFile file(target + QStringLiteral(".XXXXXX"));
    if (!file.open() || file.write(bytes) != bytes.size() || !file.flush())
        return cannotWrite(path, file.errorString());
    if (!mayReplace) {
        if (!file.rename(target)) // leaves what is there
            return cannotWrite(path, file.errorString());
    } else if (std::rename(QFile::encodeName(file.fileName()).constData(),
                           QFile::encodeName(target).constData())
               != 0) {
        return cannotWrite(path, qt_error_string(errno));
    }
    file.setAutoRemove(false);
    return {};
}
