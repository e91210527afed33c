// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/publishing/confirms.h"
#include "transports/amqp/publishing/publishsocket.h"
#include "transports/amqp/publishing/transactedpublishes.h"

#include <deque>

namespace Qombu::Amqp {

// Publishes on a channel of its own, pipelined, with the broker's confirmations. There is no room
// before the socket is there. Hub's thread; may outlive its link.
class AmqpPublisher final : public PublishChannel,
                            private ChannelListener,
                            private PublishSocketUser,
                            private TransactedPublishesUser
{
public:
    // socket is null when the link is gone, which place tells.
    // Without confirms, and where the broker has none, a publish ends when it is written.
    AmqpPublisher(std::shared_ptr<AmqpPlace> place, PublishSocket *socket,
                  PublishListener *listener, bool confirms);
    ~AmqpPublisher() override;

    void publish(std::vector<OutgoingMessage> &&messages) override;
    void publishTogether(std::vector<OutgoingMessage> &&messages) override;
    std::vector<quint64> unsent() const override { return m_unsent; }

private:
    void publishSocketReady() override;
    void publishSocketWritten() override;
    void publishSocketLost(const Error &error, qint64 written) override;
    void channelEvents(std::span<SessionEvent> events) override;
    void committed(std::vector<PublishOutcome> &&outcomes) override;
    void refused(const Error &why, std::vector<quint64> &&none) override;
    void broken(std::vector<OutgoingMessage> &&messages) override;

    bool canConfirm() const;
    Error openChannel();
    void send(OutgoingMessage &&message);
    void refuse(const std::vector<OutgoingMessage> &messages, const Error &why);
    void tellReturned(const Error &why);
    void close(const Error &why);
    void tellAtTurnEnd();
    void tell();

    const std::shared_ptr<AmqpPlace> m_place;
    PublishSocket *const m_socket;
    PublishListener *const m_listener;
    const bool m_wantsConfirms;
    bool m_isConfirmed = false; // on this channel
    bool m_hasRoom = false; // the socket was ready
    quint16 m_channel = 0;
    Confirms m_confirms;
    struct Unwritten
    {
        quint64 id = 0;
        qint64 upTo = 0; // AmqpSocket::writtenBytes() when it is written
    };
    std::deque<Unwritten> m_unwritten; // that nothing else will answer
    TransactedPublishes m_transacted;
    std::vector<quint64> m_unsent;
    std::vector<PublishOutcome> m_outcomes;
    bool m_isTelling = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Amqp
