// SPDX-License-Identifier: BSD-3-Clause
#include "content/kombujson.h"

#include "core/jsonvalues_p.h"

namespace Qombu::Json {

Result<QVariant> readValue(QByteArrayView text)
{
    ValueBuilder builder;
    if (const Error error = read(text, builder, [] {}); error.isError())
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
