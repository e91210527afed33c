// SPDX-License-Identifier: BSD-3-Clause
#include "net/connector.h"

#include "core/logging_p.h"
#include "net/socketerror.h"

#include <QtCore/qcoreapplication.h>

#include <cerrno>
#include <utility>

namespace Qombu {
namespace {

using namespace std::chrono_literals;

// A unix socket with a full backlog says so at once, and never when there is room again.
constexpr auto FullBacklogPause = 20ms;

QString inSeconds(Hub::Duration duration)
{
    return QString::number(std::chrono::duration<double>(duration).count());
}

} // namespace

Connector::Connector(Hub *hub, const Endpoint &endpoint, Hub::Duration timeout, Callback callback)
    : m_hub(hub)
    , m_endpoint(endpoint)
    , m_timeout(timeout)
    , m_callback(std::move(callback))
{
}

Connector::~Connector()
{
    abandonAttempt();
}

void Connector::start()
{
    if (m_endpoint.isUnixSocket()) {
        startClock();
        m_addresses.push_back(PosixSocket::unixAddress(m_endpoint.path));
        m_soon = m_hub->callLater(0ns, [this] { tryNext(); });
        return;
    }
    if (const QHostAddress address = HostResolver::literal(m_endpoint.host); !address.isNull()) {
        startWith({address});
        return;
    }
    startClock();
    m_resolver.resolve(m_endpoint.host, [this](const Result<QList<QHostAddress>> &addresses) {
        if (addresses)
            connectToAddresses(*addresses);
        else
            fail(addresses.error().text(), 0);
    });
}

void Connector::startWith(const QList<QHostAddress> &addresses)
{
    startClock();
    m_soon = m_hub->callLater(0ns, [this, addresses] { connectToAddresses(addresses); });
}

void Connector::startClock()
{
    m_end = m_hub->now() + m_timeout;
    m_deadline = m_hub->callAt(m_end, [this] {
        fail(QCoreApplication::translate("Connector", "no answer within %1 s")
                 .arg(inSeconds(m_timeout)),
             ETIMEDOUT);
    });
}

void Connector::connectToAddresses(const QList<QHostAddress> &addresses)
{
    for (const QHostAddress &address : addresses)
        m_addresses.push_back(PosixSocket::tcpAddress(address, m_endpoint.port));
    tryNext();
}

void Connector::tryNext()
{
    if (m_addresses.empty()) {
        fail(socketErrorText(m_lastError), m_lastError);
        return;
    }
    const auto share = shareOfTime();
    m_address = std::move(m_addresses.front());
    m_addresses.pop_front();
    if (m_address.bytes.isEmpty()) {
        attemptFailed(m_endpoint.isUnixSocket() ? ENAMETOOLONG : EAFNOSUPPORT);
        return;
    }
    m_tried.append(m_address.text);
    if (!m_addresses.empty()) // the last one may use all the time there is
        m_attemptEnd = m_hub->callLater(share, [this] { attemptFailed(ETIMEDOUT); });
    attempt();
}

// An address that swallows everything must leave time for those behind it.
Hub::Duration Connector::shareOfTime() const
{
    return (m_end - m_hub->now()) / qint64(m_addresses.size());
}

void Connector::attempt()
{
    const int error = m_socket.connectTo(m_address);
    if (error == EINPROGRESS) {
        m_hub->addWriter(m_socket.descriptor(),
                         [this] { attemptEnded(m_socket.connectionError()); });
    } else if (error == EAGAIN && m_endpoint.isUnixSocket()) {
        m_socket.close();
        m_lastError = error;
        m_soon = m_hub->callLater(FullBacklogPause, [this] { attempt(); });
    } else {
        attemptEnded(error);
    }
}

void Connector::attemptEnded(int error)
{
    if (error != 0) {
        attemptFailed(error);
        return;
    }
    m_hub->remove(m_socket.descriptor());
    qCDebug(lcNet) << "connected to" << m_endpoint.text() << "at" << m_address.text;
    finish(std::move(m_socket), {});
}

void Connector::attemptFailed(int error)
{
    qCDebug(lcNet) << "not connected to" << m_endpoint.text() << "at" << m_address.text << error;
    m_lastError = error;
    abandonAttempt();
    tryNext();
}

void Connector::abandonAttempt()
{
    m_attemptEnd.cancel();
    m_soon.cancel();
    if (m_socket.isOpen())
        m_hub->remove(m_socket.descriptor());
    m_socket.close();
}

void Connector::fail(const QString &reason, int error)
{
    QString text = QCoreApplication::translate("Connector", "could not connect to %1 \u2014 %2")
                       .arg(m_endpoint.text(), reason);
    if (!m_endpoint.isUnixSocket() && m_tried != QStringList(m_endpoint.host)
        && !m_tried.isEmpty()) {
        text += QCoreApplication::translate("Connector", " (tried %1)")
                    .arg(m_tried.join(QStringLiteral(", ")));
    }
    finish({}, Error(Error::Connection, text).withReplyCode(error).withRecoverable(true));
}

void Connector::finish(PosixSocket socket, const Error &error)
{
    abandonAttempt();
    m_resolver.cancel();
    m_deadline.cancel();
    const auto callback = std::exchange(m_callback, nullptr);
    callback(std::move(socket), error);
}

} // namespace Qombu
