// SPDX-License-Identifier: BSD-3-Clause
#include "support/tlsserver.h"

#include "support/certificates.h"

#include <QFile>
#include <QSslKey>

namespace QombuTest {

TlsServer::TlsServer(const Certificates &certificates)
{
    QFile key(certificates.path("server.key"));
    if (!key.open(QIODevice::ReadOnly))
        qFatal("no key for the test's server");
    m_configuration.setLocalCertificateChain(
        QSslCertificate::fromPath(certificates.path("server.pem")));
    m_configuration.setPrivateKey(QSslKey(&key, QSsl::Ec));
}

QList<QSslSocket *> TlsServer::encrypted() const
{
    QList<QSslSocket *> done;
    for (QSslSocket *socket : m_sockets) {
        if (socket->isEncrypted())
            done << socket;
    }
    return done;
}

void TlsServer::incomingConnection(qintptr descriptor)
{
    auto *const socket = new QSslSocket(this);
    socket->setSslConfiguration(m_configuration);
    socket->setSocketDescriptor(descriptor);
    socket->startServerEncryption();
    m_sockets << socket;
}

} // namespace QombuTest
