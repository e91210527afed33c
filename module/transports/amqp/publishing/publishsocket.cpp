// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/publishing/publishsocket.h"

#include "transports/amqp/wire/amqperror.h"

namespace Qombu::Amqp {

PublishSocketUser::~PublishSocketUser() = default;

PublishSocket::PublishSocket(AmqpPlace &place, const AmqpLinkSettings &settings)
    : m_place(place)
    , m_settings(settings)
{
}

PublishSocket::~PublishSocket() = default;

void PublishSocket::need()
{
    if (m_socket || m_isClosing || m_isAsking)
        return;
    if (!m_settings.askCredentials)
        return open();
    m_isAsking = true;
    m_settings.askCredentials([this, alive = std::weak_ptr(m_alive)](const Credentials &now) {
        if (alive.expired())
            return;
        m_isAsking = false;
        if (!now.userName.isNull())
            m_settings.session.user = now.userName;
        if (!now.password.isNull())
            m_settings.session.password = now.password;
        if (!m_isClosing)
            open();
    });
}

void PublishSocket::open()
{
    m_socket = std::make_unique<AmqpSocket>(m_place.hub, m_settings,
                                            static_cast<AmqpSocketListener *>(this));
    m_socket->open();
}

void PublishSocket::updateSecret(const QString &secret, std::function<void()> done)
{
    m_settings.session.password = secret;
    AmqpSocket *const socket = ready();
    if (!socket)
        return done();
    m_secretUpdates.push_back(std::move(done));
    socket->updateSecret(secret);
}

void PublishSocket::secretUpdated()
{
    const auto done = std::move(m_secretUpdates.front());
    m_secretUpdates.pop_front();
    done();
}

void PublishSocket::close()
{
    if (std::exchange(m_isClosing, true))
        return;
    if (AmqpSocket *const socket = ready())
        socket->close();
    else
        socketClosed();
}

// Users may come and go in the calls.
void PublishSocket::tellUsers(void (PublishSocketUser::*what)())
{
    for (PublishSocketUser *user : std::vector(m_users)) {
        if (std::ranges::find(m_users, user) != m_users.end())
            (user->*what)();
    }
}

void PublishSocket::socketReady()
{
    tellUsers(&PublishSocketUser::publishSocketReady);
}

void PublishSocket::socketWritten()
{
    tellUsers(&PublishSocketUser::publishSocketWritten);
}

void PublishSocket::socketBlocked(const QString &reason)
{
    m_isBlocked = true;
    m_place.listener->linkBlocked(reason);
}

void PublishSocket::socketUnblocked()
{
    m_isBlocked = false;
    m_place.listener->linkUnblocked();
}

// It is called from inside the socket.
void PublishSocket::release()
{
    m_place.hub->callSoon([socket = std::shared_ptr<AmqpSocket>(std::move(m_socket))] {});
    for (const auto &done : std::exchange(m_secretUpdates, {}))
        done();
}

void PublishSocket::socketClosed()
{
    release();
    if (!std::exchange(m_isClosed, true))
        closed();
}

void PublishSocket::socketFailed(const Error &error)
{
    if (m_isClosing)
        return socketClosed();
    m_hasTransactions = m_hasTransactions && error.replyCode() != NotImplementedCode;
    const qint64 written = m_socket->writtenBytes();
    release();
    if (std::exchange(m_isBlocked, false))
        m_place.listener->linkUnblocked();
    for (PublishSocketUser *user : std::vector(m_users)) {
        if (std::ranges::find(m_users, user) != m_users.end())
            user->publishSocketLost(error, written);
    }
}

} // namespace Qombu::Amqp
