// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/publishing/confirms.h"
#include "transports/amqp/publishing/publishsocket.h"

#include <deque>

namespace Qombu::Amqp {

// Who publishes so.
class TransactedPublishesUser
{
public:
    virtual ~TransactedPublishesUser();
    virtual void committed(std::vector<PublishOutcome> &&outcomes) = 0;
    // The broker closed the channel over one of them, and has none of them.
    virtual void refused(const Error &why, std::vector<quint64> &&none) = 0;
    // It did not commit, over what no channel with confirmations is closed for: a full queue, or
    // one that did not answer in time. It may have some of them.
    virtual void broken(std::vector<OutgoingMessage> &&messages) = 0;
};

// Publishes of which the broker takes all that were given at once, or none: transactions, AMQP
// 0-9-1, class tx, on a channel of their own. Hub's thread; the AmqpPublisher owns it.
class TransactedPublishes final : private ChannelListener
{
public:
    TransactedPublishes(std::shared_ptr<AmqpPlace> place, PublishSocket *socket,
                        TransactedPublishesUser *user);
    ~TransactedPublishes() override;

    // False: there is no channel for it. While the socket is ready.
    bool publish(std::vector<OutgoingMessage> &&messages);
    // Those whose transaction is committed beyond that.
    void addUnwritten(qint64 written, std::vector<quint64> &ids) const;

private:
    void channelEvents(std::span<SessionEvent> events) override;
    void committed();
    void closed(const SessionEvent &event);

    const std::shared_ptr<AmqpPlace> m_place;
    PublishSocket *const m_socket;
    TransactedPublishesUser *const m_user;
    quint16 m_channel = 0;
    struct Part
    {
        std::vector<OutgoingMessage> messages;
        std::vector<PublishOutcome> outcomes; // of those that could not be written
        Confirms returns;
        qint64 upTo = 0; // AmqpSocket::writtenBytes() when all of it is written
    };
    std::deque<Part> m_parts; // not answered, oldest first
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Amqp
