// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/publishing/transactedpublishes.h"

#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

TransactedPublishesUser::~TransactedPublishesUser() = default;

TransactedPublishes::TransactedPublishes(std::shared_ptr<AmqpPlace> place, PublishSocket *socket,
                                         TransactedPublishesUser *user)
    : m_place(std::move(place))
    , m_socket(socket)
    , m_user(user)
{
}

TransactedPublishes::~TransactedPublishes()
{
    if (AmqpSocket *const socket = m_channel && !m_place->isGone ? m_socket->ready() : nullptr)
        socket->closeChannel(m_channel);
}

bool TransactedPublishes::publish(std::vector<OutgoingMessage> &&messages)
{
    AmqpSocket *const socket = m_socket->ready();
    if (m_channel == 0) {
        m_channel = socket->openChannel(this);
        if (m_channel == 0)
            return false;
        socket->send(m_channel, txSelect());
    }
    Part &part = m_parts.emplace_back();
    for (const OutgoingMessage &message : messages) {
        const MessageContent &content = *message.content;
        const Error error = socket->publish(
            m_channel, {content.exchange, content.routingKey, message.mandatory}, content);
        if (error.isError())
            part.outcomes.push_back({message.id, error});
        else
            part.returns.sent(OutgoingMessage(message));
    }
    part.messages = std::move(messages);
    socket->send(m_channel, txCommit());
    part.upTo = socket->sentBytes();
    return true;
}

void TransactedPublishes::addUnwritten(qint64 written, std::vector<quint64> &ids) const
{
    for (const Part &part : m_parts) {
        for (const OutgoingMessage &message : part.messages) {
            if (part.upTo > written)
                ids.push_back(message.id);
        }
    }
}

void TransactedPublishes::channelEvents(std::span<SessionEvent> events)
{
    const std::weak_ptr<bool> alive = m_alive; // a call to the user may end this object
    for (const SessionEvent &event : events) {
        if (event.type == SessionEvent::ChannelClosed)
            return closed(event);
        if (m_parts.empty())
            continue; // the answer to tx.select
        if (event.type == SessionEvent::Returned)
            m_parts.front().returns.returned(*event.content, event.why);
        else if (event.method == MethodId::TxCommitOk)
            committed();
        if (alive.expired())
            return;
    }
}

void TransactedPublishes::committed()
{
    Part part = std::move(m_parts.front());
    m_parts.pop_front();
    part.returns.confirmed(0, true, {}, part.outcomes);
    m_user->committed(std::move(part.outcomes));
}

void TransactedPublishes::closed(const SessionEvent &event)
{
    m_channel = 0;
    std::vector<OutgoingMessage> messages;
    for (Part &part : std::exchange(m_parts, {}))
        std::ranges::move(part.messages, std::back_inserter(messages));
    if (event.refused != MethodId::BasicPublish)
        return m_user->broken(std::move(messages));
    std::vector<quint64> none;
    for (const OutgoingMessage &message : messages)
        none.push_back(message.id);
    m_user->refused(event.why, std::move(none));
}

} // namespace Qombu::Amqp
