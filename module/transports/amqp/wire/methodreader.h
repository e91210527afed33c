// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/wire/amqppool.h"
#include "transports/amqp/wire/textcache.h"

#include <Qombu/result.h>

#include <QVariantMap>

#include <variant>

namespace Qombu::Amqp {

// What a server says. Those without arguments, and those whose arguments tell nothing, are
// PlainMethod.
struct PlainMethod
{
};
struct StartMethod
{
    int versionMajor = 0;
    int versionMinor = 0;
    QVariantMap properties;
    QByteArray mechanisms; // separated by blanks
};
struct TuneMethod
{
    quint16 channelMax = 0; // 0: no limit
    quint32 frameMax = 0;
    quint16 heartbeatSeconds = 0;
};
struct CloseMethod // of the connection or of a channel
{
    quint16 code = 0;
    QString text;
    quint32 failed = 0; // the method that the server complains about; 0: none
};
struct BlockedMethod
{
    QString reason;
};
struct FlowMethod
{
    bool isActive = true;
};
struct CountMethod // queue.declare-ok, purge-ok, delete-ok
{
    QString queue;
    qint64 messages = 0;
    qint64 consumers = 0;
};
struct TagMethod // consume-ok, cancel-ok, cancel
{
    QByteArray tag;
    bool noWait = true;
};
struct ConfirmMethod // ack, nack
{
    quint64 number = 0;
    bool multiple = false;
};
struct ContentMethod // deliver, get-ok, return: a content header follows
{
    QByteArray tag;
    quint64 number = 0;
    bool redelivered = false;
    qint64 messages = 0; // get-ok: what is left
    quint16 code = 0; // return
    QString text;
    QString exchange;
    QString routingKey;
};
using ServerMethod = std::variant<PlainMethod, StartMethod, TuneMethod, CloseMethod, BlockedMethod,
                                  FlowMethod, CountMethod, TagMethod, ConfirmMethod, ContentMethod>;

// Decodes the methods of one server. One object a session: it keeps names that come again.
class MethodReader
{
public:
    // Error::Protocol with AMQP's code: 502 arguments that cannot be read, 503 a method that no
    // server sends, or that nobody knows.
    Result<ServerMethod> read(quint32 id, QByteArrayView arguments);

private:
    ServerMethod convert(quint32 id, void *decoded);
    ServerMethod convertContent(quint32 id, void *decoded);

    Pool m_pool;
    TextCache m_exchange;
    TextCache m_routingKey;
    QByteArray m_tag;
};

} // namespace Qombu::Amqp
