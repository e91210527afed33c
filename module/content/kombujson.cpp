// SPDX-License-Identifier: BSD-3-Clause
#include "content/kombujson.h"

#include "core/jsonvalues_p.h"

namespace Qombu::Json {

Result<QVariant> readValue(QByteArrayView text, qint64 mostValues, qint64 *values)
{
    ValueBuilder builder(mostValues);
    const Error error = read(text, builder, [] {});
    if (values)
        *values = builder.values();
    if (error.isError())
        return error;
    return builder.takeValue();
}

Result<QByteArray> writeValue(const QVariant &value, TypedValues typed)
{
    QByteArray text;
    Error error;
    {
        ByteSink sink(text);
        error = append(sink, value, typed);
    }
    if (error.isError())
        return error;
    return text;
}

} // namespace Qombu::Json
