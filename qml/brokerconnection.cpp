// SPDX-License-Identifier: BSD-3-Clause
#include "brokerconnection.h"

#include <Qombu/hub.h>

namespace QombuQml {

using Qombu::Connection;
static_assert(int(BrokerConnection::Open) == int(Connection::Open)
              && int(BrokerConnection::Closing) == int(Connection::Closing));

/*!
    \qmltype BrokerConnection
    \inqmlmodule Qombu
    \brief A connection to a broker that opens by itself and again after every loss.

    \qml
    BrokerConnection { id: broker; url: "redis://localhost" }
    \endqml

    Nothing happens before the element is complete. Then it opens, unless \l active is false, and
    consumers and producers that name it work as soon as it is open. Sockets, timers and
    protocols run in a thread of their own; signals arrive in the engine's.
*/

/*!
    \qmlproperty string BrokerConnection::url
    Where the broker is, in Kombu's grammar; several URLs are separated by semicolons. A change
    closes the connection and opens another. Reading gives it with the password masked.
*/

/*!
    \qmlproperty bool BrokerConnection::active
    Whether there shall be a connection; true by default. Setting it to false gives back what is
    held and drops publishes that are not settled yet.
*/

/*!
    \qmlproperty var BrokerConnection::transportOptions
    Options of the transport by Kombu's names, such as \c global_keyprefix. A change reconnects.
*/

/*!
    \qmlproperty enumeration BrokerConnection::state
    One of \c BrokerConnection.Closed, \c Connecting, \c Open, \c Waiting (for the next attempt) and
    \c Closing.
*/

/*!
    \qmlproperty error BrokerConnection::error
    \qmlproperty string BrokerConnection::errorString
    The last error, as a value and in a sentence; none and empty once the connection is open again.
*/

/*!
    \qmlproperty bool BrokerConnection::blocked
    Whether the broker refuses messages for now, for want of memory or disk.
*/

/*!
    \qmlsignal BrokerConnection::errorOccurred(error error)
    An attempt to connect failed, the link was lost, or something could not be declared again. It is
    tried again unless \l state becomes \c BrokerConnection.Closed.
*/

/*!
    \qmlsignal BrokerConnection::notice(brokerNotice notice)
    Something that nobody asked for and an operator should know: its \c kind, \c text, the
    \c queue, a \c count, and whether it is \c active or over. Kinds are \c
   BrokerNotice.Information, \c Contention, \c Quarantine, \c Degraded, \c Deprecated, \c Alarm, \c
   Permission, \c Lost and \c Unsettled; \l {Qombu::}{BrokerNotice::Kind} says what each is about.

    \qml
    BrokerConnection {
        url: "redis://localhost"
        onNotice: (notice) => { if (notice.kind === BrokerNotice.Alarm) alarm.text = notice.text }
    }
    \endqml
*/

BrokerConnection::BrokerConnection(QObject *parent)
    : QObject(parent)
{
}

BrokerConnection::~BrokerConnection()
{
    drop();
}

QString BrokerConnection::url() const
{
    return m_url.toString();
}

void BrokerConnection::setUrl(const QString &url)
{
    const Qombu::BrokerUrl parsed(url);
    if (m_url == parsed)
        return;
    m_url = parsed;
    Q_EMIT urlChanged();
    rebuild();
}

void BrokerConnection::setActive(bool active)
{
    if (m_active == active)
        return;
    m_active = active;
    Q_EMIT activeChanged();
    rebuild();
}

void BrokerConnection::setTransportOptions(const QVariantMap &options)
{
    if (m_transportOptions == options)
        return;
    m_transportOptions = options;
    Q_EMIT transportOptionsChanged();
    rebuild();
}

void BrokerConnection::componentComplete()
{
    m_complete = true;
    rebuild();
}

void BrokerConnection::drop()
{
    if (!m_connection)
        return;
    Q_EMIT handleAboutToGo();
    m_connection.reset();
}

void BrokerConnection::rebuild()
{
    if (!m_complete)
        return;
    const bool hadError = error().isError();
    const bool wasBlocked = isBlocked();
    drop();
    setState(Closed);
    if (hadError)
        Q_EMIT errorChanged();
    if (wasBlocked)
        Q_EMIT blockedChanged();
    if (!m_active || m_url == Qombu::BrokerUrl())
        return;

    Qombu::ConnectionOptions options;
    options.hub = Qombu::Hub::background();
    options.transportOptions = m_transportOptions;
    m_connection = std::make_unique<Connection>(m_url, options);
    connect(m_connection.get(), &Connection::stateChanged, this,
            [this](Connection::State state) { setState(State(state)); });
    connect(m_connection.get(), &Connection::errorChanged, this, &BrokerConnection::errorChanged);
    connect(m_connection.get(), &Connection::errorOccurred, this, &BrokerConnection::errorOccurred);
    connect(m_connection.get(), &Connection::blockedChanged, this,
            &BrokerConnection::blockedChanged);
    connect(m_connection.get(), &Connection::notice, this, &BrokerConnection::notice);
    m_connection->open();
    Q_EMIT handleChanged();
}

void BrokerConnection::setState(State state)
{
    if (m_state == state)
        return;
    m_state = state;
    Q_EMIT stateChanged();
}

} // namespace QombuQml
