// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

#include <QByteArray>
#include <QList>

namespace Qombu::Redis {

// What an error reply asks for.
enum class ErrorAction {
    Fail, // this operation fails, the link stays
    RetryLater, // the server is busy with itself: the same request may work soon
    DropLink, // the server's role changed: connect anew
    Blocked, // no memory or disk: producers wait, consumers go on
    Credentials, // who we are was not accepted
};

// One error reply, understood.
struct ReplyError
{
    Error error;
    ErrorAction action = ErrorAction::Fail;
};

// reply is the server's line without the '-'; operation and user are for the text.
ReplyError classifyError(const QByteArray &reply, const QByteArray &operation,
                         const QByteArray &user = QByteArray());

// A key is of another type than what it must be: "list", "set" or "zset"; empty: not known.
Error foreignKey(const QByteArray &key, const QByteArray &type, const QByteArray &wanted);

// A command or script that uses these keys was refused because one of them is of another type;
// types are what they are, as far as the server told.
Error wrongType(const QByteArray &operation, const QList<QByteArray> &keys,
                const QList<QByteArray> &types);
// The server refused for that reason and did not say which key it was.
bool isWrongType(const QByteArray &reply);

} // namespace Qombu::Redis
