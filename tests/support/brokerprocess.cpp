// SPDX-License-Identifier: BSD-3-Clause
#include "support/brokerprocess.h"

#include "support/replies.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QStandardPaths>
#include <QTcpServer>

#include <hiredis/hiredis.h>
#include <sys/prctl.h>
#include <sys/time.h>

#include <csignal>
#include <vector>

using Qombu::Redis::RespValue;
using namespace std::chrono_literals;

namespace QombuTest {
namespace {

constexpr auto startDeadline = 10s;
constexpr timeval replyDeadline = {10, 0};

quint16 freePort()
{
    QTcpServer probe;
    return probe.listen(QHostAddress::LocalHost, 0) ? probe.serverPort() : 0;
}

} // namespace

void BrokerProcess::FreeContext::operator()(redisContext *context) const
{
    redisFree(context);
}

BrokerProcess::BrokerProcess(const QStringList &arguments, const QString &password)
    : m_arguments(arguments)
    , m_password(password)
{
    // The server must not outlive a test that crashes.
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
}

BrokerProcess::~BrokerProcess()
{
    kill();
}

bool BrokerProcess::start()
{
    if (QStandardPaths::findExecutable(QStringLiteral("redis-server")).isEmpty()) {
        m_errorText =
            QStringLiteral("redis-server is not installed: install the package redis-server "
                           "(resources/packages/install does)");
        return false;
    }
    if (m_certificates && !m_certificates->make()) {
        m_errorText = m_certificates->errorText();
        return false;
    }
    for (int attempt = 0; attempt < 5; ++attempt) { // another program may take the port in between
        if (startOn(freePort(), freePort()))
            return true;
    }
    return false;
}

void BrokerProcess::useTls(const QString &clients)
{
    m_certificates = std::make_unique<Certificates>();
    m_tlsClients = clients;
}

QStringList BrokerProcess::tlsArguments() const
{
    if (!m_certificates)
        return {};
    return {QStringLiteral("--tls-port"),         QString::number(m_tlsPort),
            QStringLiteral("--tls-cert-file"),    m_certificates->path("server.pem"),
            QStringLiteral("--tls-key-file"),     m_certificates->path("server.key"),
            QStringLiteral("--tls-ca-cert-file"), m_certificates->path("ca.pem"),
            QStringLiteral("--tls-auth-clients"), m_tlsClients};
}

bool BrokerProcess::startOn(quint16 port, quint16 tlsPort)
{
    m_port = port;
    m_tlsPort = tlsPort;
    const QString folder = m_folder.path();
    QStringList arguments{QStringLiteral("--port"),       QString::number(port),
                          QStringLiteral("--bind"),       QStringLiteral("127.0.0.1"),
                          QStringLiteral("--unixsocket"), socketPath(),
                          QStringLiteral("--dir"),        folder,
                          QStringLiteral("--save"),       QString(),
                          QStringLiteral("--appendonly"), QStringLiteral("no")};
    if (!m_password.isEmpty())
        arguments << QStringLiteral("--requirepass") << m_password;
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(folder + QStringLiteral("/server.log"), QIODevice::Append);
    m_process.start(QStringLiteral("redis-server"), arguments + tlsArguments() + m_arguments);
    return waitUntilItAnswers();
}

bool BrokerProcess::waitUntilItAnswers()
{
    const QDeadlineTimer deadline(startDeadline);
    m_own.reset();
    while (!deadline.hasExpired()) {
        if (m_process.state() == QProcess::NotRunning) {
            m_errorText = QStringLiteral("redis-server ended at once: ") + m_process.errorString()
                + QLatin1Char('\n') + logTail();
            return false;
        }
        if (connectOwnSocket() && !command({"PING"}).text.startsWith("LOADING") && m_own) {
            m_errorText.clear();
            return true;
        }
        m_process.waitForFinished(5); // the pause between two attempts, cut short by its end
    }
    m_errorText = QStringLiteral("redis-server does not answer\n") + logTail();
    kill();
    return false;
}

// Over TCP, so that a port taken by another program shows.
bool BrokerProcess::connectOwnSocket()
{
    m_own.reset(redisConnectWithTimeout("127.0.0.1", m_port, replyDeadline));
    if (!m_own || m_own->err) {
        m_own.reset();
        return false;
    }
    redisSetTimeout(m_own.get(), replyDeadline);
    if (m_password.isEmpty())
        return true;
    const RespValue reply = command({"AUTH", m_password.toUtf8()});
    return !reply.isError();
}

void BrokerProcess::kill()
{
    m_own.reset();
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished(-1);
}

void BrokerProcess::terminate()
{
    m_own.reset();
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(10000))
        kill();
}

bool BrokerProcess::restart()
{
    kill();
    return startOn(m_port, m_tlsPort);
}

void BrokerProcess::freeze()
{
    ::kill(pid_t(processId()), SIGSTOP);
}

void BrokerProcess::thaw()
{
    ::kill(pid_t(processId()), SIGCONT);
}

QString BrokerProcess::socketPath() const
{
    return m_folder.filePath(QStringLiteral("redis.sock"));
}

QString BrokerProcess::url(int database) const
{
    return QStringLiteral("redis://") + userInfo() + QStringLiteral("127.0.0.1:")
        + QString::number(m_port) + QLatin1Char('/') + QString::number(database);
}

QString BrokerProcess::tlsUrl(int database) const
{
    return QStringLiteral("rediss://") + userInfo() + QStringLiteral("localhost:")
        + QString::number(m_tlsPort) + QLatin1Char('/') + QString::number(database)
        + QStringLiteral("?ssl_ca_certs=") + m_certificates->path("ca.pem");
}

QString BrokerProcess::unixUrl(int database) const
{
    return QStringLiteral("redis+socket://") + userInfo() + socketPath()
        + QStringLiteral("?virtual_host=") + QString::number(database);
}

QString BrokerProcess::userInfo() const
{
    return m_password.isEmpty() ? QString() : QLatin1Char(':') + m_password + QLatin1Char('@');
}

RespValue BrokerProcess::command(const QList<QByteArray> &arguments)
{
    if (!m_own && !connectOwnSocket())
        return failure("no connection to the test's redis-server");
    std::vector<const char *> texts;
    std::vector<size_t> lengths;
    for (const QByteArray &argument : arguments) {
        texts.push_back(argument.constData());
        lengths.push_back(size_t(argument.size()));
    }
    auto *reply = static_cast<redisReply *>(
        redisCommandArgv(m_own.get(), int(texts.size()), texts.data(), lengths.data()));
    if (!reply) {
        const QByteArray why = m_own->errstr;
        m_own.reset();
        return failure("lost the connection to the test's redis-server: " + why);
    }
    RespValue value = toValue(reply);
    freeReplyObject(reply);
    return value;
}

qint64 BrokerProcess::integer(const QList<QByteArray> &arguments)
{
    const RespValue value = command(arguments);
    return value.type == RespValue::Integer ? value.integer : -1;
}

QByteArray BrokerProcess::text(const QList<QByteArray> &arguments)
{
    return command(arguments).text;
}

QList<QByteArray> BrokerProcess::texts(const QList<QByteArray> &arguments)
{
    const RespValue value = command(arguments);
    QList<QByteArray> result;
    for (const RespValue &item : value.items)
        result << (item.type == RespValue::Integer ? QByteArray::number(item.integer) : item.text);
    return result;
}

QString BrokerProcess::logTail() const
{
    QFile log(m_folder.filePath(QStringLiteral("server.log")));
    if (!log.open(QIODevice::ReadOnly))
        return QString();
    log.seek(std::max<qint64>(0, log.size() - 2000));
    return QString::fromUtf8(log.readAll());
}

} // namespace QombuTest
