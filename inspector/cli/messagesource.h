// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "arguments.h"
#include "linestream.h"

#include <QFile>
#include <QTemporaryFile>

#include <memory>

// The bodies that "publish" sends. Those of a file are all checked before the first is sent. Lines
// of a pipe come and are checked one by one; sent several times, they are spooled to a temporary
// file first, so that memory stays bounded.
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
    void setCount(qint64 count) { m_count = count; } // all of it, so many times; set it first

    LineStream *stream() const { return m_stream.get(); } // none: all is there
    // The next body; none at the end, or where the stream has none now, or after an error.
    std::optional<QByteArray> next();
    bool isBulk() const { return m_stream || m_lines || m_count > 1; }
    // How many next() would still give; none: of a stream nobody knows.
    std::optional<qint64> rest() const;
    // Each message is a line of the input, which is sent once.
    bool isOfLines() const { return (m_stream || m_lines) && m_count == 1; }
    bool isAtEnd() const { return m_isAtEnd; }
    UsageError error() const { return m_error; } // of a line of the stream

private:
    UsageError check(const QByteArray &body, const QString &place) const;
    UsageError checkLines(QFile &input, QIODevice *spool);
    std::optional<QByteArray> nextOfAll();
    std::optional<QByteArray> nextOfStream();

    const Format m_format;
    qint64 m_count = 1;
    qint64 m_round = 0;
    QByteArray m_body; // of setBody() and setFile()
    QFile m_file;
    QTemporaryFile m_spool;
    QIODevice *m_lines = nullptr; // of setLines()
    std::unique_ptr<LineStream> m_stream; // of setLines(), too
    qint64 m_line = 0; // of the stream
    qint64 m_lineCount = 0; // of setLines() otherwise
    qint64 m_taken = 0; // by next()
    UsageError m_error;
    bool m_isAtEnd = false;
};
