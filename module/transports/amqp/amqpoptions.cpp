// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/amqpoptions.h"

#include "transports/amqp/amqpoptionreader.h"

#include <QCoreApplication>

namespace Qombu::Amqp {

namespace {

QString defaultName()
{
    return QStringLiteral("%1-%2")
        .arg(QCoreApplication::applicationName())
        .arg(QCoreApplication::applicationPid());
}

} // namespace

Result<AmqpOptions> AmqpOptions::parse(const BrokerUrl &url, const ConnectionOptions &options)
{
    if (!url.isValid())
        return url.error();
    AmqpOptions result;
    result.connectTimeout = options.connectTimeout;
    result.connectionName = options.clientName.isEmpty() ? defaultName() : options.clientName;
    result.tls.enabled = url.scheme() == u"amqps";
    if (const Error error = readOptions(result, url, options); error.isError())
        return error;
    result.port = result.tls.enabled ? 5671 : 5672;
    if (!url.host().isEmpty())
        result.host = url.host();
    if (url.port() > 0)
        result.port = url.port();
    if (!url.userName().isNull())
        result.user = url.userName();
    if (!url.password().isNull())
        result.password = url.password();
    if (!url.virtualHost().isEmpty())
        result.virtualHost = url.virtualHost();
    return result;
}

} // namespace Qombu::Amqp
