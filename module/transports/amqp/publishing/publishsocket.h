// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/amqp/amqpplace.h"

namespace Qombu::Amqp {

// Who publishes on it.
class PublishSocketUser
{
public:
    virtual ~PublishSocketUser();
    virtual void publishSocketReady() = 0;
    virtual void publishSocketWritten() = 0;
    // written: AmqpSocket::writtenBytes() at its end.
    virtual void publishSocketLost(const Error &error, qint64 written) = 0;
};

// The second connection of a link, for publishing alone, so that a broker that stops reading what
// we publish goes on hearing our settlements. Made when somebody publishes, and again after a loss.
// Hub's thread; the link owns it.
class PublishSocket final : private AmqpSocketListener
{
public:
    PublishSocket(AmqpPlace &place, const AmqpLinkSettings &settings);
    ~PublishSocket() override;

    void add(PublishSocketUser *user) { m_users.push_back(user); }
    void remove(PublishSocketUser *user) { std::erase(m_users, user); }
    AmqpSocket *ready() const { return m_socket && m_socket->isReady() ? m_socket.get() : nullptr; }
    // Makes it where there is none; publishSocketReady() or publishSocketLost() follows.
    void need();
    // Answered when the broker has taken it, or there is no session that needs it.
    void updateSecret(const QString &secret, std::function<void()> done);
    bool hasTransactions() const { return m_hasTransactions; }
    void close(); // closed() is the answer
    std::function<void()> closed;

private:
    void socketReady() override;
    void socketBlocked(const QString &reason) override;
    void socketUnblocked() override;
    void socketWritten() override;
    void secretUpdated() override;
    void socketClosed() override;
    void socketFailed(const Error &error) override;
    void open();
    void release();
    void tellUsers(void (PublishSocketUser::*what)());

    AmqpPlace &m_place;
    AmqpLinkSettings m_settings;
    std::unique_ptr<AmqpSocket> m_socket;
    std::vector<PublishSocketUser *> m_users;
    std::deque<std::function<void()>> m_secretUpdates;
    bool m_isAsking = false; // who logs in
    bool m_isBlocked = false;
    bool m_hasTransactions = true; // AMQP has, and not every broker
    bool m_isClosing = false;
    bool m_isClosed = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Qombu::Amqp
