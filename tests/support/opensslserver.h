// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QProcess>

namespace QombuTest {

// "openssl s_server" on a free loopback port: a TLS server that is as strict, old or odd as its
// arguments say. It sends what is written to it, and prints what it hears. Test's thread.
class OpensslServer
{
public:
    ~OpensslServer();
    [[nodiscard]] bool start(const QStringList &arguments);
    quint16 port() const { return m_port; }
    QString output(); // all of it until now
    void write(const QByteArray &bytes) { m_process.write(bytes); }

private:
    QProcess m_process;
    QString m_output;
    quint16 m_port = 0;
};

} // namespace QombuTest
