// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

namespace Qombu::Amqp {

// What the server means by closing a channel, or the connection: for a program (kind, code, whether
// trying again can help) and for a person (what is wrong, in the broker's words too). where() is
// "queue/NAME" or "exchange/NAME", where its text names one.
Error channelError(quint16 code, const QString &text, quint32 failed);
Error connectionError(quint16 code, const QString &text, quint32 failed);
// The same before the connection is open: a login or a virtual host that is refused.
Error loginError(quint16 code, const QString &text, const QString &user,
                 const QString &virtualHost);
Error returnError(quint16 code, const QString &text, const QString &exchange,
                  const QString &routingKey); // Error::Unroutable

// What the server must not do, with the code that it is told (AMQP 0-9-1 §1.1).
enum ReplyCode : quint16 {
    FrameErrorCode = 501,
    SyntaxErrorCode = 502,
    CommandInvalidCode = 503,
    ChannelErrorCode = 504,
    UnexpectedFrameCode = 505,
    NotAllowedCode = 530,
    NotImplementedCode = 540,
};
Error protocolError(ReplyCode code, const QString &text);
Error unexpectedMethod(quint32 id, quint16 channel);
Error unexpectedAnswer(quint32 id, quint16 channel, quint32 awaited); // 0: nothing is
Error unexpectedContent();

} // namespace Qombu::Amqp
