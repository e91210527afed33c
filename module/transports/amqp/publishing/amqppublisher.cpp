// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/publishing/amqppublisher.h"

#include "core/whilealive_p.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

namespace {

// Enough to hide a round trip of some hundredths of a second; what is beyond it waits unsent.
constexpr int RoomMessages = 8192;
constexpr qint64 RoomBytes = 16 << 20;

const QString Again = QStringLiteral("x-qombu-again");

// Somebody may have it already: the receiver can tell by its message_id.
std::shared_ptr<const MessageContent> marked(const std::shared_ptr<const MessageContent> &content)
{
    auto copy = std::make_shared<MessageContent>(*content);
    copy->headers.insert(Again, true);
    return copy;
}

} // namespace

AmqpPublisher::AmqpPublisher(std::shared_ptr<AmqpPlace> place, PublishSocket *socket,
                             PublishListener *listener, bool confirms)
    : m_place(std::move(place))
    , m_socket(socket)
    , m_listener(listener)
    , m_wantsConfirms(confirms)
{
    m_socket->add(this);
    m_listener->publishRoom(RoomMessages, RoomBytes);
}

AmqpPublisher::~AmqpPublisher()
{
    if (m_place->isGone)
        return;
    m_socket->remove(this);
    if (AmqpSocket *const socket = m_channel ? m_socket->ready() : nullptr)
        socket->closeChannel(m_channel);
}

void AmqpPublisher::publish(std::vector<OutgoingMessage> &&messages)
{
    if (m_place->isGone)
        return;
    if (!openChannel()) {
        std::ranges::move(messages, std::back_inserter(m_waiting));
        return;
    }
    for (OutgoingMessage &message : messages)
        send(std::move(message));
}

std::vector<quint64> AmqpPublisher::unsent() const
{
    std::vector<quint64> ids;
    for (const OutgoingMessage &message : m_waiting)
        ids.push_back(message.id);
    return ids;
}

bool AmqpPublisher::openChannel()
{
    if (m_channel)
        return true;
    AmqpSocket *const socket = m_socket->ready();
    if (!socket) {
        m_socket->need();
        return false;
    }
    m_channel = socket->openChannel(this);
    m_isConfirmed = m_wantsConfirms && socket->session().serverCan().confirms;
    if (m_channel && m_isConfirmed)
        socket->send(m_channel, confirmSelect());
    return m_channel != 0;
}

void AmqpPublisher::publishSocketReady()
{
    if (!m_waiting.empty())
        publish(std::exchange(m_waiting, {}));
}

void AmqpPublisher::publishSocketWritten()
{
    const qint64 written = m_socket->ready() ? m_socket->ready()->writtenBytes() : 0;
    for (; !m_unwritten.empty() && m_unwritten.front().upTo <= written; m_unwritten.pop_front())
        m_outcomes.push_back({m_unwritten.front().id, Error()});
    tell();
}

void AmqpPublisher::send(OutgoingMessage &&message)
{
    if (message.again)
        message.content = marked(message.content);
    const MessageContent &content = *message.content;
    AmqpSocket &socket = *m_socket->ready();
    const Error error = socket.publish(
        m_channel, {content.exchange, content.routingKey, message.mandatory}, content);
    if (error.isError()) {
        m_outcomes.push_back({message.id, error});
        tellAtTurnEnd();
    } else if (!m_isConfirmed) {
        m_unwritten.push_back({message.id, socket.sentBytes()});
    } else {
        m_confirms.sent(message.id, std::move(message.content));
    }
}

void AmqpPublisher::tellAtTurnEnd()
{
    if (std::exchange(m_isTelling, true))
        return;
    m_place->hub->callAtTurnEnd(whileAlive(m_alive, [this] { tell(); }));
}

void AmqpPublisher::tell()
{
    m_isTelling = false;
    if (!m_place->isGone && !m_outcomes.empty())
        m_listener->published(std::exchange(m_outcomes, {}));
}

void AmqpPublisher::channelEvents(std::span<SessionEvent> events)
{
    for (const SessionEvent &event : events) {
        switch (event.type) {
        case SessionEvent::Acked:
            m_confirms.confirmed(event.number, event.multiple, Error(), m_outcomes);
            break;
        case SessionEvent::Nacked:
            m_confirms.confirmed(
                event.number, event.multiple,
                Error(Error::Channel, Text::tr("The broker could not take the message")),
                m_outcomes);
            break;
        case SessionEvent::Flow:
            m_listener->publishRoom(event.isActive ? RoomMessages : 0,
                                    event.isActive ? RoomBytes : 0);
            break;
        case SessionEvent::Returned:
            m_confirms.returned(*event.content, event.why);
            break;
        case SessionEvent::ChannelClosed: {
            m_channel = 0;
            m_unwritten.clear();
            const std::weak_ptr<bool> alive = m_alive;
            tell();
            if (!alive.expired())
                m_listener->channelClosed(event.why);
            return;
        }
        default:
            break;
        }
    }
    tell();
}

void AmqpPublisher::publishSocketLost(const Error &error)
{
    m_channel = 0;
    m_unwritten.clear();
    const std::weak_ptr<bool> alive = m_alive;
    tell();
    if (!alive.expired())
        m_listener->channelClosed(error.withRecoverable(true));
}

} // namespace Qombu::Amqp
