// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/publishing/amqppublisher.h"

#include "core/whilealive_p.h"
#include "transports/amqp/wire/amqperror.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

namespace {

// Enough to hide a round trip of some hundredths of a second; what is beyond it waits unsent.
constexpr int RoomMessages = 8192;
constexpr qint64 RoomBytes = 16 << 20;

const QString Again = QStringLiteral("x-qombu-again");

// Somebody may have it already: the receiver can tell by its message_id.
void mark(OutgoingMessage &message)
{
    if (!message.again)
        return;
    auto copy = std::make_shared<MessageContent>(*message.content);
    copy->headers.insert(Again, true);
    message.content = std::move(copy);
}

} // namespace

AmqpPublisher::AmqpPublisher(std::shared_ptr<AmqpPlace> place, PublishSocket *socket,
                             PublishListener *listener, bool confirms)
    : m_place(std::move(place))
    , m_socket(socket)
    , m_listener(listener)
    , m_wantsConfirms(confirms)
    , m_transacted(m_place, socket, this)
{
    m_socket->add(this);
    if (m_socket->ready()) {
        publishSocketReady();
        return;
    }
    m_listener->publishRoom(0, 0);
    m_place->hub->callAtTurnEnd(whileAlive(m_alive, [this] {
        if (!m_place->isGone)
            m_socket->need();
    }));
}

AmqpPublisher::~AmqpPublisher()
{
    if (m_place->isGone)
        return;
    m_socket->remove(this);
    if (AmqpSocket *const socket = m_channel ? m_socket->ready() : nullptr)
        socket->closeChannel(m_channel);
}

void AmqpPublisher::publishSocketReady()
{
    m_hasRoom = true;
    m_listener->publishRoom(RoomMessages, RoomBytes);
}

void AmqpPublisher::publishSocketWritten()
{
    const qint64 written = m_socket->ready() ? m_socket->ready()->writtenBytes() : 0;
    for (; !m_unwritten.empty() && m_unwritten.front().upTo <= written; m_unwritten.pop_front())
        m_outcomes.push_back({m_unwritten.front().id, Error()});
    tell();
}

void AmqpPublisher::publish(std::vector<OutgoingMessage> &&messages)
{
    if (m_place->isGone)
        return;
    if (const Error error = openChannel(); error.isError())
        return refuse(messages, error);
    for (OutgoingMessage &message : messages)
        send(std::move(message));
}

// A broker that cannot do it closes the connection.
void AmqpPublisher::publishTogether(std::vector<OutgoingMessage> &&messages)
{
    if (m_place->isGone)
        return;
    if (!canConfirm() || !m_socket->hasTransactions())
        return publish(std::move(messages));
    for (OutgoingMessage &message : messages)
        mark(message);
    if (!m_transacted.publish(std::move(messages)))
        publish(std::move(messages));
}

bool AmqpPublisher::canConfirm() const
{
    const AmqpSocket *const socket = m_socket->ready();
    return m_wantsConfirms && socket && socket->session().serverCan().confirms;
}

Error AmqpPublisher::openChannel()
{
    AmqpSocket *const socket = m_socket->ready();
    if (!socket)
        return withoutConnection();
    if (m_channel)
        return {};
    m_channel = socket->openChannel(this);
    m_isConfirmed = canConfirm();
    if (m_channel && m_isConfirmed)
        socket->send(m_channel, confirmSelect());
    return m_channel ? Error() : withoutChannel();
}

void AmqpPublisher::send(OutgoingMessage &&message)
{
    mark(message);
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
        m_confirms.sent(std::move(message), socket.sentBytes());
    }
}

void AmqpPublisher::refuse(const std::vector<OutgoingMessage> &messages, const Error &why)
{
    for (const OutgoingMessage &message : messages)
        m_outcomes.push_back({message.id, why});
    tellAtTurnEnd();
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
                Error(Error::Channel, Text::tr("A queue could not take the message"))
                    .withInDoubt(true),
                m_outcomes);
            break;
        case SessionEvent::Flow:
            m_listener->publishRoom(event.isActive ? RoomMessages : 0,
                                    event.isActive ? RoomBytes : 0);
            break;
        case SessionEvent::Returned:
            if (m_isConfirmed)
                m_confirms.returned(*event.content, event.why);
            else
                tellReturned(event.why);
            break;
        case SessionEvent::ChannelClosed:
            m_channel = 0;
            m_unwritten.clear();
            return close(event.why.withRecoverable(false)); // it is about a message
        default:
            break;
        }
    }
    tell();
}

// Its publish ended when it was written.
void AmqpPublisher::tellReturned(const Error &why)
{
    BrokerNotice notice;
    notice.kind = BrokerNotice::Lost;
    notice.error = why;
    m_place->listener->notice(notice);
}

void AmqpPublisher::committed(std::vector<PublishOutcome> &&outcomes)
{
    std::ranges::move(outcomes, std::back_inserter(m_outcomes));
    tell();
}

void AmqpPublisher::refused(const Error &why, std::vector<quint64> &&none)
{
    m_unsent = std::move(none);
    close(why.withRecoverable(false));
}

// One by one the broker says what is wrong with each.
void AmqpPublisher::broken(std::vector<OutgoingMessage> &&messages)
{
    for (OutgoingMessage &message : messages)
        message.again = true;
    publish(std::move(messages));
}

// Where the broker takes what it read for our fault, something that was published is.
void AmqpPublisher::publishSocketLost(const Error &error, qint64 written)
{
    m_confirms.addUnwritten(written, m_unsent);
    m_transacted.addUnwritten(written, m_unsent);
    for (const Unwritten &one : m_unwritten)
        m_unsent.push_back(one.id);
    m_channel = 0;
    m_unwritten.clear();
    const bool isFault =
        m_hasRoom && error.replyCode() >= 400 && error.replyCode() != NotImplementedCode;
    close(error.withRecoverable(!isFault));
}

void AmqpPublisher::close(const Error &why)
{
    const std::weak_ptr<bool> alive = m_alive;
    tell();
    if (!alive.expired())
        m_listener->channelClosed(why);
}

} // namespace Qombu::Amqp
