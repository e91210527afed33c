// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/message_p.h"
#include "transports/amqp/wire/amqppool.h"
#include "transports/amqp/wire/textcache.h"

#include <Qombu/result.h>

namespace Qombu::Amqp {

// The payload of a content header frame, AMQP 0-9-1 §4.2.6.1.
struct ContentHeader
{
    std::shared_ptr<MessageContent> content; // its properties and headers; no body yet
    quint64 bodyBytes = 0;
    Error unreadable; // the headers, which are left out then; the rest is there
};

// Decodes the headers of one server. One object a session: it keeps texts that come again.
class ContentHeaderReader
{
public:
    // Error::Protocol, 502. Of skipped bytes behind the payload it is known only that they were
    // there: what was in the header is left out then.
    Result<ContentHeader> read(QByteArrayView payload, qsizetype skipped = 0);

private:
    Result<ContentHeader> readWithHeaders(QByteArrayView payload, qsizetype table,
                                          ContentHeader header);
    Result<ContentHeader> readProperties(QByteArrayView payload, ContentHeader header);

    Pool m_pool;
    TextCache m_contentType;
    TextCache m_contentEncoding;
};

} // namespace Qombu::Amqp
