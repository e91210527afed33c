// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/amqpoptions.h"

#include "net/tlsconfiguration.h"
#include "transports/amqp/amqpoptionreader.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

namespace {

QString defaultName()
{
    return QStringLiteral("%1-%2")
        .arg(QCoreApplication::applicationName())
        .arg(QCoreApplication::applicationPid());
}

bool isHttps(const QUrl &url)
{
    return url.scheme() == QLatin1String("https");
}

// Says nothing of the URL itself, which may have a password in it.
Error checkManagementUrl(const QUrl &url)
{
    const bool isHttp = url.scheme() == QLatin1String("http") || isHttps(url);
    const bool hasMore = url.hasQuery() || url.hasFragment() || !url.userInfo().isEmpty();
    if (url.isValid() && isHttp && !url.host().isEmpty() && !hasMore)
        return {};
    return Error(Error::Configuration,
                 Text::tr("The option \"management_url\" must be a URL such as "
                          "http://host:15672/path; user and password belong into the options "
                          "management_user and management_password"))
        .withWhere(QStringLiteral("management_url"));
}

// Where RabbitMQ listens unless it is told otherwise.
QUrl usualManagementUrl(const AmqpOptions &options)
{
    QUrl url;
    url.setScheme(options.tls.enabled ? QStringLiteral("https") : QStringLiteral("http"));
    url.setHost(options.host);
    url.setPort(options.tls.enabled ? 15671 : 15672);
    return url;
}

} // namespace

QString AmqpOptions::insecure() const
{
    QStringList texts{insecureText(tls)};
    if (tls.enabled && usesManagement && !isHttps(managementUrl)) {
        texts << Text::tr("RabbitMQ's management API is asked without encryption (management_url), "
                          "so anybody in between can read the password.");
    }
    texts.removeAll(QString());
    return texts.join(u' ');
}

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
    if (result.managementUser.isEmpty() && !result.managementPassword.isEmpty()) {
        return Error(Error::Configuration,
                     Text::tr(
                         "The option \"management_password\" needs \"management_user\" beside it"))
            .withWhere(QStringLiteral("management_password"));
    }
    result.isManagementUrlGiven = !result.managementUrl.isEmpty();
    if (!result.isManagementUrlGiven)
        result.managementUrl = usualManagementUrl(result);
    else if (const Error error = checkManagementUrl(result.managementUrl); error.isError())
        return error;
    return result;
}

} // namespace Qombu::Amqp
