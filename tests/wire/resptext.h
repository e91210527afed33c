// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/wire/respvalue.h"

#include <QByteArray>

// A reply as one readable text, for comparisons in tests.
inline QByteArray respText(const Qombu::Redis::RespValue &value)
{
    using Qombu::Redis::RespValue;
    switch (value.type) {
    case RespValue::Nil:
        return "nil";
    case RespValue::Integer:
        return QByteArray::number(value.integer);
    case RespValue::Status:
        return "+" + value.text;
    case RespValue::ErrorReply:
        return "-" + value.text;
    case RespValue::Bulk:
        return '"' + value.text + '"';
    case RespValue::Array:
        break;
    }
    QByteArray text = "[";
    for (const RespValue &item : value.items)
        text += (text.size() > 1 ? "," : "") + respText(item);
    return text + "]";
}
