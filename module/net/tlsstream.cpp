// SPDX-License-Identifier: BSD-3-Clause
#include "net/tlsstream.h"

#include "core/logging_p.h"
#include "core/whilealive_p.h"
#include "net/connector.h"
#include "net/hostresolver.h"
#include "net/tlsconfiguration.h"
#include "net/tlstickets.h"

#include <QtCore/qcoreapplication.h>
#include <QtNetwork/qnetworkproxy.h>
#include <QtNetwork/qsslcipher.h>
#include <QtNetwork/qsslsocket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace Qombu {
namespace {

using namespace std::chrono_literals;

struct TlsText
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::TlsStream)
};

constexpr qsizetype TlsInputSize = 64 * 1024;
// Then it is the turn of others; what is left is told again.
constexpr int TlsReadsPerTurn = 4;
constexpr qint64 SentPerTurn = 1 << 20;
// What the socket keeps of either direction: more is left to the kernel, or to us.
constexpr qint64 ReadAhead = 256 * 1024;
constexpr qint64 WriteAhead = 256 * 1024;

// As certificates and SNI know it: an IPv6 address has no brackets there.
QString verifiedName(const TlsOptions &options, const Endpoint &endpoint)
{
    if (!options.serverHostName.isEmpty())
        return options.serverHostName;
    const QHostAddress address = HostResolver::literal(endpoint.host);
    return address.isNull() ? endpoint.host : address.toString();
}

Error lost(const Endpoint &endpoint, const QString &reason)
{
    return Error(Error::Connection,
                 TlsText::tr("lost the connection to %1 \u2014 %2").arg(endpoint.text(), reason))
        .withRecoverable(true);
}

Error notConnected(const Endpoint &endpoint, const QString &reason)
{
    return Error(Error::Connection,
                 TlsText::tr("could not connect to %1 \u2014 %2").arg(endpoint.text(), reason))
        .withRecoverable(true);
}

bool isNetworkTrouble(QAbstractSocket::SocketError error)
{
    return error == QAbstractSocket::RemoteHostClosedError || error == QAbstractSocket::NetworkError
        || error == QAbstractSocket::SocketTimeoutError;
}

} // namespace

class TlsStream::Guard
{
public:
    explicit Guard(const TlsStream *stream)
        : m_stream(stream)
        , m_alive(stream->m_alive)
    {
    }
    bool isGone() const { return m_alive.expired(); }
    bool isOpen() const { return !isGone() && m_stream->m_state == State::Open; }

private:
    const TlsStream *m_stream;
    std::weak_ptr<char> m_alive;
};

/*!
    \internal
    \class Qombu::TlsStream
    Makes a stream to \a endpoint on \a hub that tells \a listener what happens. Files are read by
    \a options when it opens. Name look-up, all attempts and the handshake together take at most
    \a connectTimeout. \a tickets, which outlive it, make the handshake shorter.
*/
TlsStream::TlsStream(Hub *hub, const Endpoint &endpoint, const TlsOptions &options,
                     ByteStreamListener *listener, Hub::Duration connectTimeout,
                     std::shared_ptr<TlsTickets> tickets)
    : m_hub(hub)
    , m_endpoint(endpoint)
    , m_options(options)
    , m_listener(listener)
    , m_connectTimeout(connectTimeout)
    , m_tickets(std::move(tickets))
{
    m_refusal.endpoint = endpoint;
    m_refusal.options = options;
}

TlsStream::~TlsStream()
{
    releaseSocket();
}

void TlsStream::open()
{
    if (m_state != State::New)
        return;
    m_state = State::Connecting;
    const auto configuration = tlsConfiguration(m_options);
    if (!configuration) {
        m_soon = m_hub->callLater(0ns, [this, error = configuration.error()] { fail(error); });
        return;
    }
    m_deadline = m_hub->callLater(m_connectTimeout, [this] {
        const double seconds = std::chrono::duration<double>(m_connectTimeout).count();
        fail(notConnected(
                 m_endpoint,
                 TlsText::tr("no answer to the TLS handshake within %1 s. Does TLS answer at "
                             "this port?")
                     .arg(seconds))
                 .withReplyCode(ETIMEDOUT));
    });
    m_connector = std::make_unique<Connector>(
        m_hub, m_endpoint, m_connectTimeout,
        [this, configuration = *configuration](PosixSocket socket, const Error &error) {
            if (error.isError())
                fail(error);
            else
                connected(std::move(socket), configuration);
        });
    m_connector->start();
}

void TlsStream::connected(PosixSocket socket, const QSslConfiguration &configuration)
{
    m_connector.reset(); // called us, and touches nothing any more
    m_state = State::Handshake;
    m_socket = std::make_unique<QSslSocket>();
    m_socket->setProxy(QNetworkProxy::NoProxy);
    QSslConfiguration resumed = configuration;
    if (m_tickets)
        resumed.setSessionTicket(m_tickets->find(m_endpoint, m_options));
    m_socket->setSslConfiguration(resumed);
    m_socket->setReadBufferSize(ReadAhead);
    watchSocket();
    if (!m_socket->setSocketDescriptor(socket.descriptor())) {
        fail(notConnected(m_endpoint, m_socket->errorString()));
        return;
    }
    socket.release();
    m_socket->setPeerVerifyName(verifiedName(m_options, m_endpoint));
    m_isStarting = true;
    m_socket->startClientEncryption();
    m_isStarting = false;
}

void TlsStream::watchSocket()
{
    QSslSocket *const socket = m_socket.get();
    const auto wakes = [this] { wake(); };
    QObject::connect(socket, &QSslSocket::readyRead, socket, wakes);
    QObject::connect(socket, &QSslSocket::encryptedBytesWritten, socket, wakes);
    QObject::connect(socket, &QSslSocket::encrypted, socket, [this] {
        m_isEncrypted = true;
        keepTicket();
        wake();
    });
    QObject::connect(socket, &QSslSocket::newSessionTicketReceived, socket,
                     [this] { keepTicket(); });
    QObject::connect(socket, &QSslSocket::sslErrors, socket,
                     [this](const QList<QSslError> &errors) { judge(errors); });
    QObject::connect(socket, &QSslSocket::alertReceived, socket,
                     [this](QSsl::AlertLevel, QSsl::AlertType type, const QString &) {
                         if (type != QSsl::AlertType::CloseNotify)
                             m_refusal.alert = type;
                     });
    QObject::connect(socket, &QSslSocket::errorOccurred, socket,
                     [this](QAbstractSocket::SocketError error) { ended(error); });
}

// Only the name of the host may be overlooked, and only if that was asked for.
void TlsStream::judge(const QList<QSslError> &errors)
{
    for (const QSslError &error : errors) {
        if (m_options.checkHostName || error.error() != QSslError::HostNameMismatch)
            m_refusal.errors << error;
    }
    if (m_refusal.errors.isEmpty())
        return m_socket->ignoreSslErrors(errors);
    m_refusal.certificate = m_socket->peerCertificate();
    if (!m_options.caFile.isEmpty())
        m_refusal.authorities = m_socket->sslConfiguration().caCertificates();
}

void TlsStream::keepTicket()
{
    const QByteArray ticket = m_socket->sslConfiguration().sessionTicket();
    if (m_tickets && !ticket.isEmpty())
        m_tickets->keep(m_endpoint, m_options, ticket);
}

void TlsStream::wake()
{
    if (!std::exchange(m_isAwake, true))
        m_hub->callSoon(whileAlive(m_alive, [this] { work(); }));
}

void TlsStream::work()
{
    m_isAwake = false;
    const Guard guard(this);
    if (m_state == State::Handshake && m_isEncrypted)
        opened();
    if (guard.isOpen())
        receive();
    if (guard.isOpen())
        send();
    if (guard.isOpen() && m_mustDrain && bytesToWrite() == 0 && !m_end.isError()) {
        m_mustDrain = false;
        m_listener->streamDrained();
    }
    if (!guard.isGone())
        tellEnd();
}

void TlsStream::opened()
{
    m_state = State::Open;
    m_deadline.cancel();
    qCDebug(lcNet) << m_endpoint.text() << m_socket->sessionProtocol()
                   << m_socket->sessionCipher().name();
    m_listener->streamOpened();
}

void TlsStream::receive()
{
    if (m_isDelivering)
        return; // the listener turns an event loop: what comes next waits until it has returned
    if (!m_input)
        m_input = std::make_unique_for_overwrite<char[]>(TlsInputSize);
    const Guard guard(this);
    for (int round = 0; round < TlsReadsPerTurn && m_isReading; ++round) {
        const qint64 count = m_socket->read(m_input.get(), TlsInputSize);
        if (count <= 0)
            return;
        m_isDelivering = true;
        m_listener->streamReceived({m_input.get(), qsizetype(count)});
        if (guard.isGone())
            return;
        m_isDelivering = false;
        if (!guard.isOpen())
            return;
    }
    if (m_isReading && m_socket->bytesAvailable() > 0)
        wake();
}

void TlsStream::setReading(bool on)
{
    m_isReading = on;
    if (on && m_state == State::Open)
        wake();
}

void TlsStream::write(const QByteArray &bytes)
{
    if (m_state == State::Closed || bytes.isEmpty())
        return;
    const bool mustWait = m_state != State::Open || !m_output.isEmpty();
    m_output.append(bytes);
    if (!mustWait)
        send();
}

qint64 TlsStream::inSocket() const
{
    return m_socket ? m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite() : 0;
}

qint64 TlsStream::bytesToWrite() const
{
    return m_output.bytes() + inSocket();
}

void TlsStream::send()
{
    if (m_end.isError() && !m_output.isEmpty()) {
        m_wroteInVain = true;
        m_output.clear();
        wake();
    }
    qint64 sent = 0;
    while (!m_output.isEmpty() && sent < SentPerTurn && inSocket() < WriteAhead) {
        std::array<QByteArrayView, 1> piece;
        m_output.peek(piece);
        const qint64 count = std::min(piece[0].size(), WriteAhead);
        m_socket->write(piece[0].data(), count);
        m_output.consume(count);
        sent += count;
        if (inSocket() >= WriteAhead || m_output.isEmpty())
            m_socket->flush();
    }
    const bool isOurs = sent > 0 || !m_output.isEmpty(); // TLS has words of its own
    m_mustDrain |= isOurs && bytesToWrite() > 0;
    if (!m_output.isEmpty() && inSocket() < WriteAhead)
        wake();
}

void TlsStream::ended(QAbstractSocket::SocketError error)
{
    if (!m_end.isError())
        m_end = m_isEncrypted ? endOfStream(error) : endOfHandshake(error);
    wake();
}

Error TlsStream::endOfHandshake(QAbstractSocket::SocketError error)
{
    m_refusal.detail = m_socket->errorString();
    m_refusal.isOurConfiguration = m_isStarting && !isNetworkTrouble(error);
    if (m_tickets)
        m_tickets->keep(m_endpoint, m_options, {});
    if (m_refusal.alert || !isNetworkTrouble(error))
        return m_refusal.toError();
    const QString why = error == QAbstractSocket::RemoteHostClosedError
        ? TlsText::tr("closed by the peer during the TLS handshake")
        : m_refusal.detail;
    return notConnected(m_endpoint, why);
}

// With TLS 1.3 the server judges our certificate when the handshake is over for us.
Error TlsStream::endOfStream(QAbstractSocket::SocketError error)
{
    m_refusal.detail = m_socket->errorString();
    if (m_refusal.isAboutOurCertificate())
        return m_refusal.toError();
    return lost(m_endpoint,
                error == QAbstractSocket::RemoteHostClosedError ? TlsText::tr("closed by the peer")
                                                                : m_refusal.detail);
}

// The peer's last words come first; while nobody reads, its end is not noticed either, unless
// somebody writes.
void TlsStream::tellEnd()
{
    if (!m_end.isError() || m_state == State::Closed || m_isDelivering)
        return;
    const bool isReadUp = m_isReading && m_socket->bytesAvailable() == 0;
    if (m_state != State::Open || isReadUp || m_wroteInVain)
        fail(m_end);
}

void TlsStream::fail(Error error) // not m_end, which dies with us
{
    qCDebug(lcNet) << error.text();
    releaseSocket();
    m_state = State::Closed;
    m_output.clear();
    m_listener->streamFailed(error); // may delete this
}

void TlsStream::releaseSocket()
{
    m_soon.cancel();
    m_deadline.cancel();
    m_connector.reset();
    if (!m_socket)
        return;
    m_socket->disconnect();
    if (m_state == State::Open) {
        m_socket->disconnectFromHost(); // with TLS' own word for it
        m_socket->flush();
    }
    m_socket->abort();
    m_socket.reset();
}

} // namespace Qombu
