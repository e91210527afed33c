// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QSslConfiguration>
#include <QSslSocket>
#include <QTcpServer>

namespace QombuTest {
class Certificates;

// A TLS server of Qt on a free loopback port, with the usual certificate. Its sockets are the
// test's to read and write; test's thread.
class TlsServer : public QTcpServer
{
public:
    explicit TlsServer(const Certificates &certificates);
    [[nodiscard]] bool start() { return listen(QHostAddress::LocalHost); }
    quint16 port() const { return serverPort(); }
    QList<QSslSocket *> encrypted() const; // whose handshake is done, in order of coming

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    QSslConfiguration m_configuration;
    QList<QSslSocket *> m_sockets;
};

} // namespace QombuTest
