// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/contentassembly.h"

#include "transports/amqp/wire/amqperror.h"
#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/methodids.h"

#include <algorithm>
#include <utility>

namespace Qombu::Amqp {

namespace {

SessionEvent::Type eventType(quint32 id)
{
    if (id == MethodId::BasicDeliver)
        return SessionEvent::Delivered;
    return id == MethodId::BasicGetOk ? SessionEvent::Fetched : SessionEvent::Returned;
}

} // namespace

void ContentAssembly::begin(quint16 channel, quint32 id, ContentMethod &&method)
{
    m_state = WaitsForHeader;
    m_isSkipped = false;
    m_event = {};
    m_event.type = eventType(id);
    m_event.channel = channel;
    m_event.method = id;
    m_event.tag = method.tag;
    m_event.number = method.number;
    m_event.messageCount = method.messages;
    m_method = std::move(method);
}

Error ContentAssembly::addHeader(const Frame &frame, ContentHeaderReader &reader,
                                 AssemblyRoom &room)
{
    if (m_state != WaitsForHeader)
        return protocolError(UnexpectedFrameCode,
                             Text::tr("The broker sent a content header without its method"));
    auto header = reader.read(frame.payload, frame.skipped);
    if (!header)
        return header.error();
    m_missing = header->bodyBytes;
    m_event.why = header->unreadable;
    m_event.content = std::move(header->content);
    m_event.content->exchange = std::move(m_method.exchange);
    m_event.content->routingKey = std::move(m_method.routingKey);
    m_event.content->redelivered = m_method.redelivered;
    m_room = &room;
    if (m_missing > quint64(room.mostOfOne))
        skip(Error(Error::LimitExceeded,
                   Text::tr("A message of %1 bytes is larger than the %2 that are taken")
                       .arg(m_missing)
                       .arg(room.mostOfOne)));
    m_state = m_missing > 0 ? WaitsForBody : Complete;
    return {};
}

Error ContentAssembly::addBody(QByteArrayView payload)
{
    if (m_state != WaitsForBody)
        return protocolError(UnexpectedFrameCode,
                             Text::tr("The broker sent a body without its content header"));
    if (quint64(payload.size()) > m_missing)
        return protocolError(FrameErrorCode,
                             Text::tr("The broker sent a body that is longer than it announced"));
    m_missing -= quint64(payload.size());
    if (!m_isSkipped && m_room->used + payload.size() > m_room->most)
        skip(Error(Error::LimitExceeded,
                   Text::tr("The broker sends more than %1 bytes of messages at the same time")
                       .arg(m_room->most)));
    if (!m_isSkipped) {
        m_room->used += payload.size();
        append(payload);
    }
    if (m_missing == 0)
        m_state = Complete;
    return {};
}

// For what is only announced, no more is allocated than for what has come three times over.
void ContentAssembly::append(QByteArrayView part)
{
    QByteArray &body = m_event.content->body;
    const qsizetype bytes = body.size() + part.size();
    if (bytes > body.capacity())
        body.reserve(std::min(bytes + qsizetype(m_missing), 4 * bytes));
    body.append(part);
}

void ContentAssembly::skip(const Error &why)
{
    leaveRoom();
    m_isSkipped = true;
    m_event.content->body = QByteArray();
    m_event.why = why;
}

void ContentAssembly::leaveRoom()
{
    if (m_room && m_event.content)
        m_room->used -= m_event.content->body.size();
}

void ContentAssembly::drop()
{
    leaveRoom();
    m_room = nullptr;
    m_event = {};
    m_state = Idle;
}

// A returned message is an error of its own, whatever its content.
SessionEvent ContentAssembly::take()
{
    if (m_event.type == SessionEvent::Returned)
        m_event.why = returnError(m_method.code, m_method.text, m_event.content->exchange,
                                  m_event.content->routingKey);
    leaveRoom();
    SessionEvent event = std::move(m_event);
    m_room = nullptr;
    m_event = {};
    m_state = Idle;
    return event;
}

} // namespace Qombu::Amqp
