// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>

namespace Qombu::Inspector {

// What the decoders need to know of a message.
struct BodySource
{
    QByteArray bytes; // decompressed
    QString contentType;
    QString contentEncoding;
    QString error; // why the library could not read the body; empty if it could
    bool compressed = false; // bytes came out of a decompressor
};

// A body made readable. A value.
struct DecodedBody
{
    enum Kind { Empty, Json, Text, Binary, Refused, Failed };

    Kind kind = Empty;
    QStringList chain; // what was undone, outermost first: "zlib", "JSON"
    QString text; // never to be read as rich text
    QString note; // why it was refused or failed, or how its kind was found
    bool isHexDump = false; // text has columns
    qsizetype shownBytes = 0;
    qsizetype totalBytes = 0;

    bool isTruncated() const { return shownBytes < totalBytes; }
};

constexpr qsizetype DefaultBodyLimit = 1024 * 1024;

// Never runs anything from the body: pickle is named and refused.
DecodedBody decodeBody(const BodySource &source, qsizetype limit = DefaultBodyLimit);

// The first characters on one line, for lists; control characters become "·".
QString bodyPreview(const BodySource &source, int maximumCharacters = 120);

bool looksLikePickle(const QByteArray &bytes, const QString &contentType);

} // namespace Qombu::Inspector
