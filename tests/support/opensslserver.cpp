// SPDX-License-Identifier: BSD-3-Clause
#include "support/opensslserver.h"

#include <QRegularExpression>

#include <sys/prctl.h>

#include <csignal>

namespace QombuTest {

OpensslServer::~OpensslServer()
{
    m_process.kill();
    m_process.waitForFinished();
}

bool OpensslServer::start(const QStringList &arguments)
{
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.start(QStringLiteral("openssl"),
                    QStringList{QStringLiteral("s_server"), QStringLiteral("-accept"),
                                QStringLiteral("127.0.0.1:0")}
                        + arguments);
    static const QRegularExpression accepts(QStringLiteral("ACCEPT 127.0.0.1:(\\d+)"));
    while (m_port == 0 && m_process.waitForReadyRead(10'000))
        m_port = accepts.match(output()).captured(1).toUShort();
    return m_port != 0;
}

QString OpensslServer::output()
{
    m_output += QString::fromUtf8(m_process.readAll());
    return m_output;
}

} // namespace QombuTest
