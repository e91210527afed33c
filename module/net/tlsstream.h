// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/tlsoptions_p.h"
#include "net/bytestream.h"
#include "net/endpoint.h"
#include "net/posixsocket.h"
#include "net/tlsrefusal.h"
#include "net/writequeue.h"

#include <Qombu/hub.h>

#include <QtNetwork/qabstractsocket.h>

#include <memory>

QT_BEGIN_NAMESPACE
class QSslConfiguration;
class QSslSocket;
QT_END_NAMESPACE

namespace Qombu {
class Connector;
class TlsTickets;

// A ByteStream over TLS. A Connector makes the connection; then it belongs to a QSslSocket, which
// watches it itself, and the Hub only keeps the deadline. The socket's signals wake a call of the
// Hub and do nothing else, so that whoever listens may delete this in any call. Hub's thread.
class TlsStream final : public ByteStream
{
public:
    TlsStream(Hub *hub, const Endpoint &endpoint, const TlsOptions &options,
              ByteStreamListener *listener, Hub::Duration connectTimeout,
              std::shared_ptr<TlsTickets> tickets = {});
    ~TlsStream() override;

    void open() override;
    void write(const QByteArray &bytes) override;
    void setReading(bool on) override;
    qint64 bytesToWrite() const override;

private:
    enum class State { New, Connecting, Handshake, Open, Closed };
    class Guard;

    void connected(PosixSocket socket, const QSslConfiguration &configuration);
    void watchSocket();
    void wake();
    void work();
    void opened();
    void receive();
    void send();
    qint64 inSocket() const;
    void judge(const QList<QSslError> &errors);
    void keepTicket();
    void ended(QAbstractSocket::SocketError error);
    Error endOfHandshake(QAbstractSocket::SocketError error);
    Error endOfStream(QAbstractSocket::SocketError error);
    void tellEnd();
    void fail(Error error);
    void releaseSocket();

    Hub *const m_hub;
    const Endpoint m_endpoint;
    const TlsOptions m_options;
    ByteStreamListener *const m_listener;
    const Hub::Duration m_connectTimeout;
    const std::shared_ptr<TlsTickets> m_tickets;
    std::unique_ptr<Connector> m_connector;
    std::unique_ptr<QSslSocket> m_socket;
    TlsRefusal m_refusal;
    WriteQueue m_output; // what the socket has not got yet
    std::unique_ptr<char[]> m_input;
    Error m_end; // what has happened to the socket; told when all it received is
    HubHandle m_deadline;
    HubHandle m_soon;
    std::shared_ptr<char> m_alive = std::make_shared<char>();
    State m_state = State::New;
    bool m_isStarting = false; // the handshake
    bool m_isEncrypted = false;
    bool m_isReading = true; // wanted
    bool m_isDelivering = false;
    bool m_isAwake = false; // work() will be called
    bool m_mustDrain = false; // output had to wait for the kernel
    bool m_wroteInVain = false; // after the end
};

} // namespace Qombu
