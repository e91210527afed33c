// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/certificates.h"
#include "transports/redis/wire/respvalue.h"

#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

#include <initializer_list>
#include <memory>

struct redisContext;

namespace QombuTest {

// A real redis-server for one test: a child process on a free loopback port and a unix socket, with
// its data in a folder of its own. It dies with the test program. Test's thread.
class BrokerProcess
{
public:
    // arguments go to redis-server's command line as they are: {"--maxmemory", "2mb"}.
    explicit BrokerProcess(const QStringList &arguments = {}, const QString &password = {});
    ~BrokerProcess();
    Q_DISABLE_COPY_MOVE(BrokerProcess)

    // Before start(): it speaks TLS as well, on another port, with a certificate for localhost that
    // an authority of its own made. clients: "no", "optional" or "yes", a certificate from them.
    void useTls(const QString &clients = QStringLiteral("optional"));
    quint16 tlsPort() const { return m_tlsPort; }
    QString tlsUrl(int database = 0) const; // names its authority
    const Certificates &certificates() const { return *m_certificates; } // with useTls()

    // True once the server answers; otherwise errorText() says why not and what to install.
    [[nodiscard]] bool start();
    QString errorText() const { return m_errorText; }

    void kill(); // SIGKILL, as in a crash; returns when the process is gone
    void terminate(); // SIGTERM: an orderly shutdown
    [[nodiscard]] bool restart(); // on the same port with the same data folder
    void freeze(); // SIGSTOP: connected, silent
    void thaw();

    quint16 port() const { return m_port; }
    qint64 processId() const { return m_process.processId(); }
    QString socketPath() const;
    QString dataPath() const { return m_folder.path(); }
    QString url(int database = 0) const;
    QString unixUrl(int database = 0) const;

    // Sends one command beside the code under test and waits for the reply. A lost connection is an
    // ErrorReply too. The database is 0 until the test SELECTs another.
    Qombu::Redis::RespValue command(const QList<QByteArray> &arguments);
    qint64 integer(const QList<QByteArray> &arguments); // -1 where the reply is none
    QByteArray text(const QList<QByteArray> &arguments); // the text of an error, too
    QList<QByteArray> texts(const QList<QByteArray> &arguments); // in the order of the reply

private:
    bool startOn(quint16 port, quint16 tlsPort);
    QStringList tlsArguments() const;
    bool waitUntilItAnswers();
    bool connectOwnSocket();
    QString logTail() const;
    QString userInfo() const;

    struct FreeContext
    {
        void operator()(redisContext *context) const;
    };
    const QStringList m_arguments;
    const QString m_password;
    QTemporaryDir m_folder;
    QProcess m_process;
    std::unique_ptr<redisContext, FreeContext> m_own;
    std::unique_ptr<Certificates> m_certificates; // null: no TLS
    QString m_tlsClients;
    quint16 m_port = 0;
    quint16 m_tlsPort = 0;
    QString m_errorText;
};

} // namespace QombuTest
