// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/publishing/publishsocket.h"

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
    if (m_socket || m_isClosing)
        return;
    m_socket = std::make_unique<AmqpSocket>(m_place.hub, m_settings,
                                            static_cast<AmqpSocketListener *>(this));
    m_socket->open();
}

void PublishSocket::close()
{
    m_isClosing = true;
    if (AmqpSocket *const socket = ready())
        socket->close();
    else
        socketClosed();
}

// Users may come and go in the calls.
void PublishSocket::socketReady()
{
    for (PublishSocketUser *user : std::vector(m_users)) {
        if (std::ranges::find(m_users, user) != m_users.end())
            user->publishSocketReady();
    }
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
}

void PublishSocket::socketClosed()
{
    release();
    closed();
}

void PublishSocket::socketFailed(const Error &error)
{
    if (m_isClosing)
        return socketClosed();
    release();
    if (std::exchange(m_isBlocked, false))
        m_place.listener->linkUnblocked();
    for (PublishSocketUser *user : std::vector(m_users)) {
        if (std::ranges::find(m_users, user) != m_users.end())
            user->publishSocketLost(error);
    }
}

} // namespace Qombu::Amqp
