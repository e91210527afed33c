// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QByteArray>

#include <vector>

namespace Qombu::Redis {

// One reply of a Redis server, RESP2, as a value.
struct RespValue
{
    enum Type { Nil, Integer, Status, ErrorReply, Bulk, Array };

    Type type = Nil;
    // Of a whole reply: something in it was larger than the limits allow and was left out; text
    // says what.
    bool isTooLarge = false;
    qint64 integer = 0;
    QByteArray text; // of Status, ErrorReply and Bulk
    std::vector<RespValue> items; // of Array

    std::vector<QByteArray> texts() const // of the items
    {
        std::vector<QByteArray> result;
        result.reserve(items.size());
        for (const RespValue &item : items)
            result.push_back(item.text);
        return result;
    }
    bool isNil() const { return type == Nil; }
    bool isError() const { return type == ErrorReply; }
};

} // namespace Qombu::Redis
