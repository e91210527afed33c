// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QJsonDocument>
#include <QStringList>
#include <QTemporaryDir>

#include <memory>

namespace QombuTest {

// A real RabbitMQ: the node that a run of ctest shares, where every test has a virtual host of its
// own, or a node that belongs to one test, which may stop it. Neither outlives what started it.
// Test's thread.
class RabbitProcess
{
public:
    enum Kind { Shared, Own };
    explicit RabbitProcess(Kind kind = Shared);
    ~RabbitProcess();
    Q_DISABLE_COPY_MOVE(RabbitProcess)

    // True once it answers and this object's virtual host is there; otherwise errorText() says why
    // not and what to install.
    [[nodiscard]] bool start();
    QString errorText() const { return m_errorText; }
    quint16 port() const { return m_port; }
    quint16 tlsPort() const { return m_tlsPort; }
    QString virtualHost() const { return m_virtualHost; }
    QString url() const; // of the virtual host
    QString tlsUrl() const; // the same over TLS, whose authority it names
    // Where its management API is, without which url() knows nothing of it.
    QString managementUrl() const;
    QString managedUrl() const; // both
    QString certificate(const char *name) const; // of makecertificates
    [[nodiscard]] bool reset(); // the virtual host is as new

    // rabbitmqctl; what it printed, or null where it failed, and errorText(). Some seconds.
    QString control(const QStringList &arguments);
    // The management API, as guest: path is "queues/VHOST". Null where it was refused.
    QJsonDocument manage(const QByteArray &method, const QString &path,
                         const QByteArray &body = {});

    QString log() const; // the node's
    // Why it closed channels of this virtual host, by its log. Some seconds.
    QStringList channelErrors();

    // Own.
    void kill(); // SIGKILL, as in a crash
    [[nodiscard]] bool freeze(); // SIGSTOP: it hears and says nothing, its sockets stay
    [[nodiscard]] bool thaw();
    [[nodiscard]] bool restart(); // on the same ports with the same data

private:
    bool run(const QStringList &arguments);

    const Kind m_kind;
    std::unique_ptr<QTemporaryDir> m_own;
    QString m_folder;
    QString m_virtualHost;
    QString m_errorText;
    QString m_output;
    quint16 m_port = 0;
    quint16 m_tlsPort = 0;
    quint16 m_managementPort = 0;
};

} // namespace QombuTest
