// SPDX-License-Identifier: BSD-3-Clause
#include "support/rabbitprocess.h"

#include <QCoreApplication>
#include <QDir>
#include <QEventLoop>
#include <QFile>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QUuid>

namespace QombuTest {
namespace {

constexpr int nodeDeadline = 90'000; // ms
constexpr int answerDeadline = 30'000;

QString percent(const QString &text)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(text));
}

} // namespace

RabbitProcess::RabbitProcess(Kind kind)
    : m_kind(kind)
{
}

RabbitProcess::~RabbitProcess()
{
    if (m_kind == Own)
        kill();
    else if (m_managementPort)
        manage("DELETE", QStringLiteral("vhosts/") + percent(m_virtualHost));
}

bool RabbitProcess::start()
{
    if (m_kind == Shared) {
        m_folder = qEnvironmentVariable("QOMBU_RABBITMQ_FOLDER");
        if (m_folder.isEmpty()) {
            m_errorText =
                QStringLiteral("Run this test through ctest, which starts RabbitMQ for it");
            return false;
        }
    } else {
        const QString root = qEnvironmentVariable("QOMBU_RABBITMQ_ROOT");
        m_own = std::make_unique<QTemporaryDir>(
            (root.isEmpty() ? QDir::tempPath() : QString(root + QStringLiteral("/tmp")))
            + QStringLiteral("/rabbit"));
        m_folder = m_own->path();
        if (!run({QStringLiteral("start"), m_folder,
                  QString::number(QCoreApplication::applicationPid())}))
            return false;
    }
    QFile ports(m_folder + QStringLiteral("/ports.json"));
    if (!ports.open(QIODevice::ReadOnly)) {
        m_errorText = ports.fileName() + QStringLiteral(": ") + ports.errorString();
        return false;
    }
    const QJsonObject known = QJsonDocument::fromJson(ports.readAll()).object();
    m_port = quint16(known.value(QLatin1String("amqp")).toInt());
    m_tlsPort = quint16(known.value(QLatin1String("amqps")).toInt());
    m_managementPort = quint16(known.value(QLatin1String("management")).toInt());
    return reset();
}

QString RabbitProcess::url() const
{
    return QStringLiteral("amqp://guest:guest@127.0.0.1:%1/%2")
        .arg(m_port)
        .arg(percent(m_virtualHost));
}

QString RabbitProcess::tlsUrl() const
{
    return QStringLiteral("amqps://guest:guest@localhost:%1/%2?ssl_ca_certs=%3")
        .arg(m_tlsPort)
        .arg(percent(m_virtualHost), certificate("ca.pem"));
}

QString RabbitProcess::managementUrl() const
{
    return QStringLiteral("http://127.0.0.1:%1").arg(m_managementPort);
}

QString RabbitProcess::managedUrl() const
{
    return url() + QStringLiteral("?management_url=") + managementUrl();
}

QString RabbitProcess::certificate(const char *name) const
{
    return m_folder + QStringLiteral("/tls/") + QLatin1String(name);
}

// A new one is there at once; deleting waits until its connections have ended.
bool RabbitProcess::reset()
{
    const QString old = std::exchange(m_virtualHost, QUuid::createUuid().toString(QUuid::Id128));
    if (!old.isEmpty())
        manage("DELETE", QStringLiteral("vhosts/") + percent(old));
    const QString name = percent(m_virtualHost);
    manage("PUT", QStringLiteral("vhosts/") + name);
    if (m_errorText.isEmpty()) {
        manage("PUT", QStringLiteral("permissions/%1/guest").arg(name),
               R"({"configure": ".*", "write": ".*", "read": ".*"})");
    }
    return m_errorText.isEmpty();
}

QString RabbitProcess::control(const QStringList &arguments)
{
    return run(QStringList{QStringLiteral("ctl"), m_folder} + arguments) ? m_output : QString();
}

QJsonDocument RabbitProcess::manage(const QByteArray &method, const QString &path,
                                    const QByteArray &body)
{
    QNetworkAccessManager network;
    QNetworkRequest request(QUrl::fromEncoded(
        QStringLiteral("http://127.0.0.1:%1/api/%2").arg(m_managementPort).arg(path).toLatin1()));
    request.setRawHeader("Authorization", "Basic " + QByteArray("guest:guest").toBase64());
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    request.setTransferTimeout(answerDeadline);
    const std::unique_ptr<QNetworkReply> reply(network.sendCustomRequest(request, method, body));
    QEventLoop loop;
    QObject::connect(reply.get(), &QNetworkReply::finished, &loop, &QEventLoop::quit);
    loop.exec();
    const QByteArray answer = reply->readAll();
    m_errorText = reply->error() == QNetworkReply::NoError
        ? QString()
        : reply->errorString() + QLatin1Char(' ') + QString::fromUtf8(answer);
    return QJsonDocument::fromJson(answer);
}

QString RabbitProcess::log() const
{
    QFile log(m_folder + QStringLiteral("/log/rabbit.log"));
    return log.open(QIODevice::ReadOnly) ? QString::fromUtf8(log.readAll()) : QString();
}

// "Channel error on connection <…> (…, vhost: 'NAME', …), channel 1:", and why on the next line.
QStringList RabbitProcess::channelErrors()
{
    control({QStringLiteral("eval"),
             QStringLiteral("[logger_std_h:filesync(H) || H <- logger:get_handler_ids()].")});
    const QStringList lines = log().split(u'\n');
    const QString here = QStringLiteral("vhost: '%1'").arg(m_virtualHost);
    QStringList errors;
    for (qsizetype i = 0; i + 1 < lines.size(); ++i) {
        if (lines[i].contains(QLatin1String("Channel error on connection"))
            && lines[i].contains(here))
            errors.append(lines[i + 1]);
    }
    return errors;
}

void RabbitProcess::kill()
{
    if (m_own)
        run({QStringLiteral("stop"), m_folder});
}

bool RabbitProcess::freeze()
{
    return run({QStringLiteral("freeze"), m_folder});
}

bool RabbitProcess::thaw()
{
    return run({QStringLiteral("thaw"), m_folder});
}

bool RabbitProcess::restart()
{
    return run(
        {QStringLiteral("start"), m_folder, QString::number(QCoreApplication::applicationPid())});
}

bool RabbitProcess::run(const QStringList &arguments)
{
    QProcess program;
    program.setProcessChannelMode(QProcess::MergedChannels);
    program.start(QStringLiteral(QOMBU_RABBITMQ), arguments);
    const bool isDone = program.waitForFinished(nodeDeadline);
    m_output = QString::fromUtf8(program.readAll());
    m_errorText = !isDone ? program.errorString() : program.exitCode() != 0 ? m_output : QString();
    return m_errorText.isEmpty();
}

} // namespace QombuTest
