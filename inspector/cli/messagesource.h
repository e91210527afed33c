// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "arguments.h"

#include <QFile>
#include <QTemporaryFile>

// The bodies that "publish" sends, each checked before the first is sent. Lines are spooled to a
// temporary file where the input cannot be read twice, so memory stays bounded.
class MessageSource
{
public:
    enum Format { Json, Text, Raw };

    explicit MessageSource(Format format)
        : m_format(format)
    {
    }

    UsageError setBody(const QString &body);
    UsageError setFile(const QString &path); // the whole file is one body
    UsageError setLines(const QString &path); // each line is one; "-" is stdin
    void setCount(qint64 count) { m_count = count; } // all of it, so many times

    // The next body, none at the end.
    std::optional<QByteArray> next();

private:
    UsageError check(const QByteArray &body, const QString &place) const;
    UsageError checkLines(QFile &input, QIODevice *spool);

    const Format m_format;
    qint64 m_count = 1;
    qint64 m_round = 0;
    QByteArray m_body; // of setBody() and setFile()
    QFile m_file;
    QTemporaryFile m_spool;
    QIODevice *m_lines = nullptr; // of setLines()
};
