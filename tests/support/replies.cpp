// SPDX-License-Identifier: BSD-3-Clause
#include "support/replies.h"

#include <hiredis/hiredis.h>

using Qombu::Redis::RespValue;

namespace QombuTest {

RespValue toValue(const redisReply *reply)
{
    RespValue value;
    switch (reply->type) {
    case REDIS_REPLY_NIL:
        return value;
    case REDIS_REPLY_INTEGER:
        value.type = RespValue::Integer;
        value.integer = reply->integer;
        return value;
    case REDIS_REPLY_ARRAY:
        value.type = RespValue::Array;
        for (size_t i = 0; i < reply->elements; ++i)
            value.items.push_back(toValue(reply->element[i]));
        return value;
    case REDIS_REPLY_STATUS:
        value.type = RespValue::Status;
        break;
    case REDIS_REPLY_ERROR:
        value.type = RespValue::ErrorReply;
        break;
    default:
        value.type = RespValue::Bulk;
        break;
    }
    value.text = QByteArray(reply->str, qsizetype(reply->len));
    return value;
}

RespValue failure(const QByteArray &text)
{
    RespValue value;
    value.type = RespValue::ErrorReply;
    value.text = text;
    return value;
}

} // namespace QombuTest
