// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/jsonvalues_p.h"
#include "core/jsonwriter_p.h"

#include <Qombu/result.h>

// Kombu's dialect of JSON as bytes in, value out. The engine is in core,
// where envelopes use it too.
namespace Qombu::Json {

// Objects are QVariantMap, arrays QVariantList, null is nullptr; integers are qint64, quint64 or
// ExactNumber, so that no digit is lost. Error::Decode for what is no JSON, Error::LimitExceeded
// for more than mostValues values; *values says how many were read.
Result<QVariant> readValue(QByteArrayView text, qint64 mostValues = MostValues,
                           qint64 *values = nullptr);
Result<QByteArray> writeValue(const QVariant &value, TypedValues typed = TypedValues::Plain);

} // namespace Qombu::Json
