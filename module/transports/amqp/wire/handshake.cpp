// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/wire/handshake.h"

#include "transports/amqp/wire/amqperror.h"
#include "transports/amqp/wire/amqptext.h"
#include "transports/amqp/wire/fieldtable.h"
#include "transports/amqp/wire/frame.h"
#include "transports/amqp/wire/method.h"
#include "transports/amqp/wire/methodids.h"

#include <algorithm>
#include <limits>

namespace Qombu::Amqp {

namespace {

// What we can take, told in the client properties.
constexpr const char *Capabilities[] = {"authentication_failure_close", "basic.nack",
                                        "connection.blocked",           "consumer_cancel_notify",
                                        "exchange_exchange_bindings",   "publisher_confirms"};

// The smaller of two limits, where 0 is none.
template<typename T>
T agreedLimit(T ours, T theirs)
{
    if (ours == 0 || theirs == 0)
        return std::max(ours, theirs);
    return std::min(ours, theirs);
}

void appendMethod(QByteArray &output, const Method &method)
{
    appendMethodFrame(output, 0, method.id, method.arguments);
}

} // namespace

void Handshake::start(QByteArray &output)
{
    output.append(ProtocolHeader, sizeof ProtocolHeader);
}

Error Handshake::take(quint32 id, const ServerMethod &method, QByteArray &output)
{
    if (m_state == WaitsForStart && id == MethodId::ConnectionStart)
        return answerStart(std::get<StartMethod>(method), output);
    if (m_state == WaitsForTune && id == MethodId::ConnectionTune)
        return answerTune(std::get<TuneMethod>(method), output);
    if (m_state == WaitsForTune && id == MethodId::ConnectionSecure)
        return Error(Error::Authentication,
                     Text::tr("The broker asks more than %1 can answer: choose another mechanism")
                         .arg(QString::fromLatin1(m_settings.mechanism)))
            .withReplyCode(NotImplementedCode);
    if (m_state == WaitsForOpen && id == MethodId::ConnectionOpenOk) {
        m_state = Done;
        return {};
    }
    return protocolError(
        CommandInvalidCode,
        Text::tr("The broker sent %1 where %2 was expected").arg(methodName(id), awaited()));
}

Error Handshake::answerStart(const StartMethod &start, QByteArray &output)
{
    m_serverProperties = start.properties;
    if (start.versionMajor != 0 || start.versionMinor != 9)
        return Error(Error::Protocol,
                     Text::tr("The broker speaks AMQP %1-%2, Qombu AMQP 0-9-1")
                         .arg(start.versionMajor)
                         .arg(start.versionMinor));
    m_state = WaitsForTune;
    if (!start.mechanisms.split(' ').contains(m_settings.mechanism))
        return Error(Error::Authentication,
                     Text::tr("The broker has no login of the kind %1, but these: %2")
                         .arg(QString::fromLatin1(m_settings.mechanism),
                              QString::fromUtf8(start.mechanisms)));
    const auto response = loginResponse();
    if (!response)
        return response.error();
    const auto startOk =
        connectionStartOk({clientProperties(), m_settings.mechanism, *response, "en_US"});
    if (!startOk)
        return Error(Error::Configuration, startOk.error().text());
    appendMethod(output, *startOk);
    return {};
}

// RFC 4616 for PLAIN; AMQPLAIN is a field table without its length; EXTERNAL leaves the name to
// the certificate.
Result<QByteArray> Handshake::loginResponse() const
{
    if (m_settings.mechanism == "PLAIN")
        return QByteArray('\0' + m_settings.user.toUtf8() + '\0' + m_settings.password.toUtf8());
    if (m_settings.mechanism == "EXTERNAL")
        return QByteArray();
    if (m_settings.mechanism != "AMQPLAIN")
        return Error(Error::Configuration,
                     Text::tr("There is no login of the kind %1: PLAIN, AMQPLAIN or EXTERNAL")
                         .arg(QString::fromLatin1(m_settings.mechanism)));
    QByteArray table;
    const Error error = appendTable(table,
                                    {{QStringLiteral("LOGIN"), m_settings.user},
                                     {QStringLiteral("PASSWORD"), m_settings.password}});
    if (error.isError())
        return error;
    return table.sliced(4);
}

QVariantMap Handshake::clientProperties() const
{
    QVariantMap properties{{QStringLiteral("product"), QStringLiteral("Qombu")},
                           {QStringLiteral("platform"), QStringLiteral("Qt " QT_VERSION_STR)}};
    if (!m_settings.connectionName.isEmpty())
        properties.insert(QStringLiteral("connection_name"), m_settings.connectionName);
    properties.insert(m_settings.clientProperties);
    const QString key = QStringLiteral("capabilities");
    QVariantMap capabilities = properties.value(key).toMap();
    for (const char *capability : Capabilities)
        capabilities.insert(QString::fromLatin1(capability), true);
    properties.insert(key, capabilities);
    return properties;
}

// The smaller of both limits. A heartbeat that we do not want is none, whatever the server wants;
// RabbitMQ takes the client's word.
Error Handshake::answerTune(const TuneMethod &tune, QByteArray &output)
{
    m_agreed.frameMax = agreedLimit(std::max(m_settings.frameMax, LeastFrameMax), tune.frameMax);
    m_agreed.channelMax = agreedLimit(m_settings.channelMax, tune.channelMax);
    if (m_agreed.channelMax == 0)
        m_agreed.channelMax = std::numeric_limits<quint16>::max();
    m_agreed.heartbeatSeconds = m_settings.heartbeatSeconds == 0
        ? 0
        : agreedLimit(m_settings.heartbeatSeconds, tune.heartbeatSeconds);
    if (m_agreed.frameMax < LeastFrameMax)
        return Error(Error::Configuration,
                     Text::tr("The broker takes frames of %1 bytes only; AMQP asks for %2 at least:"
                              " raise frame_max there")
                         .arg(tune.frameMax)
                         .arg(LeastFrameMax))
            .withReplyCode(NotAllowedCode);
    const auto open = connectionOpen(m_settings.virtualHost);
    if (!open)
        return Error(Error::Configuration, open.error().text());
    appendMethod(
        output,
        connectionTuneOk(m_agreed.channelMax, m_agreed.frameMax, m_agreed.heartbeatSeconds));
    appendMethod(output, *open);
    m_state = WaitsForOpen;
    return {};
}

QString Handshake::awaited() const
{
    if (m_state == WaitsForStart)
        return methodName(MethodId::ConnectionStart);
    return methodName(m_state == WaitsForTune ? MethodId::ConnectionTune
                                              : MethodId::ConnectionOpenOk);
}

Error Handshake::endOfStream() const
{
    QString text;
    if (m_state == WaitsForStart)
        text = Text::tr("The broker closed the connection before it said anything: is it one that "
                        "speaks AMQP here, and not TLS?");
    else if (m_state == WaitsForTune)
        text = Text::tr("The broker closed the connection at the login, without a reason: look at "
                        "the user name, the password and the broker's log");
    else if (m_state == WaitsForOpen)
        text = Text::tr("The broker closed the connection when it should open the virtual host "
                        "\"%1\": look at its log")
                   .arg(m_settings.virtualHost);
    else
        text = Text::tr("The broker closed the connection");
    return Error(Error::Connection, text).withRecoverable(true);
}

} // namespace Qombu::Amqp
