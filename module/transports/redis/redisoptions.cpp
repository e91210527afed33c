// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisoptions.h"

#include "transports/redis/rediskeys.h"
#include "transports/redis/redisoptionreader.h"
#include "transports/redis/wire/redistext.h"

#include <QCoreApplication>

#include <algorithm>

namespace Qombu::Redis {
namespace {

Error readDatabase(RedisOptions &options, const BrokerUrl &url)
{
    QString text = url.virtualHost();
    if (text.startsWith(QLatin1Char('/')))
        text.remove(0, 1);
    if (text.isEmpty())
        return Error();
    bool ok = false;
    options.database = text.toInt(&ok);
    if (ok && options.database >= 0)
        return Error();
    // Kombu's words, which people search for.
    return Error(Error::Configuration,
                 Text::tr("Database is int between 0 and limit - 1, not %1").arg(url.virtualHost()))
        .withWhere(QStringLiteral("virtual_host"));
}

// Redis takes no spaces and only ASCII.
QString defaultClientName()
{
    QString name = QCoreApplication::applicationName();
    for (QChar &c : name) {
        if (c < u'!' || c > u'~')
            c = u'_';
    }
    return QStringLiteral("%1-%2").arg(name, QString::number(QCoreApplication::applicationPid()));
}

} // namespace

// What is taken right after a round is renewed one and a half intervals later. Programs that were
// told of no timeout assume an hour, so nobody renews less often than would do for that.
std::chrono::nanoseconds RedisOptions::leaseInterval() const
{
    using std::chrono::nanoseconds;
    const nanoseconds enough = std::min<nanoseconds>(visibilityTimeout, std::chrono::hours(1)) / 15;
    return std::clamp<nanoseconds>(renewInterval, std::chrono::milliseconds(1),
                                   std::max<nanoseconds>(enough, std::chrono::milliseconds(1)));
}

Result<RedisOptions> RedisOptions::parse(const BrokerUrl &url, const ConnectionOptions &options)
{
    if (!url.isValid())
        return url.error();
    RedisOptions result;
    result.fanoutPrefix = QByteArrayLiteral("/{db}.");
    result.connectTimeout = options.connectTimeout;
    result.clientName = options.clientName.isEmpty() ? defaultClientName() : options.clientName;
    if (!url.host().isEmpty())
        result.host = url.host();
    if (url.port() > 0)
        result.port = url.port();
    if (url.isSocket())
        result.socketPath = url.path();
    result.user = url.userName();
    result.password = url.password();
    result.tls.enabled = url.scheme() == u"rediss";
    if (Error error = readDatabase(result, url); error.isError())
        return error;

    if (Error error = readOptions(result, url, options); error.isError())
        return error;
    result.fanoutPrefix.replace("{db}", QByteArray::number(result.database));
    if (!result.deadLetterQueue.isEmpty()) {
        const Error error = RedisKeys(result).checkQueueName(result.deadLetterQueue);
        if (error.isError())
            return Error(error).withWhere(QStringLiteral("deadletter_queue"));
    }
    return result;
}

} // namespace Qombu::Redis
