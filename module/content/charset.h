// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

// The charsets that a content encoding may name: UTF-8, -16 and -32, Latin-1 and ASCII, by Python's
// names for them. Nothing is replaced: what does not fit is an error.
namespace Qombu::Charset {

bool isBinary(QStringView name); // "binary" or "ascii-8bit": not text at all
Result<QByteArray> encode(const QString &text, const QString &charset); // or Error::Encode
Result<QString> decode(QByteArrayView bytes, const QString &charset); // or Error::Decode

} // namespace Qombu::Charset
