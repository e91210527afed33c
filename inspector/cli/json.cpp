// SPDX-License-Identifier: BSD-3-Clause
#include "json.h"

#include <Qombu/serializer.h>

Qombu::Result<QVariant> parseJson(const QByteArray &text)
{
    return Qombu::serializer(QStringLiteral("json"))->deserialize(text);
}

Qombu::Result<QByteArray> writeJson(const QVariant &value)
{
    return Qombu::serializer(QStringLiteral("json"))->serialize(value);
}
