// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/bytesink_p.h"

#include <Qombu/error.h>

#include <QtCore/qvariant.h>

namespace Qombu::Json {

// How values that JSON does not know are written. Plain: as text, which every
// Kombu reads. Typed: as the objects that Kombu 5.3 and later turn into values again.
enum class TypedValues { Plain, Typed };

// Text in quotation marks, ASCII only, with Python's escapes.
void appendString(ByteSink &out, QStringView text);
// The same for UTF-8; a byte that is none becomes U+FFFD.
void appendUtf8String(ByteSink &out, QByteArrayView utf8);
void appendInteger(ByteSink &out, qint64 value);
void appendUnsigned(ByteSink &out, quint64 value);
void appendDouble(ByteSink &out, double value); // a finite one

// Appends one value as Python's json module writes it: ", " and ": ", floats as repr(). On failure
// an Error::Encode names the value's type and its place below path, such as "$.order[3].when"; what
// was appended so far is taken back.
Error append(ByteSink &out, const QVariant &value, TypedValues typed = TypedValues::Plain,
             const QString &path = QStringLiteral("$"));
Error append(ByteSink &out, const QVariantMap &map, TypedValues typed = TypedValues::Plain,
             const QString &path = QStringLiteral("$"));

} // namespace Qombu::Json
