// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisoptions.h"

#include "transports/redis/redisoptionreaders.h"

#include <algorithm>
#include <iterator>

namespace Qombu::Redis {
namespace {

using namespace OptionReaders;

constexpr Choice<RedisOptions::QueueOrder> queueOrders[] = {
    {"round_robin", RedisOptions::QueueOrder::RoundRobin},
    {"priority", RedisOptions::QueueOrder::Priority},
    {"sorted", RedisOptions::QueueOrder::Sorted}};
constexpr Choice<RedisOptions::Contention> contentions[] = {
    {"auto", RedisOptions::Contention::Auto},
    {"yield", RedisOptions::Contention::Yield},
    {"share", RedisOptions::Contention::Share}};
constexpr Choice<RedisOptions::TopicSemantics> topicSemantics[] = {
    {"kombu", RedisOptions::TopicSemantics::Kombu}, {"amqp", RedisOptions::TopicSemantics::Amqp}};
constexpr Choice<RedisOptions::TopicPattern> topicPatterns[] = {
    {"kombu-5.6", RedisOptions::TopicPattern::Kombu56},
    {"kombu-5.7", RedisOptions::TopicPattern::Kombu57}};

struct Option
{
    const char *name;
    Reader read; // null: known to Kombu, without effect here
};

// Sorted by name.
constexpr Option knownOptions[] = {
    {"ack_emulation", readAckEmulation},
    {"body_encoding", readBodyEncoding},
    {"client_name", readText<&RedisOptions::clientName>},
    {"connect_retries_timeout", nullptr},
    {"connect_timeout", readSeconds<&RedisOptions::connectTimeout, 1>},
    {"contention", readChoice<&RedisOptions::contention, contentions>},
    {"credential_provider", nullptr},
    {"deadletter_queue", readText<&RedisOptions::deadLetterQueue>},
    {"fanout_patterns", readBool<&RedisOptions::fanoutPatterns>},
    {"fanout_prefix", readFanoutPrefix},
    {"global_keyprefix", readBytes<&RedisOptions::keyPrefix>},
    {"health_check_interval", readSeconds<&RedisOptions::healthCheckInterval, 0>},
    {"heartbeat", nullptr},
    {"insist", nullptr},
    {"interval_max", nullptr},
    {"interval_start", nullptr},
    {"interval_step", nullptr},
    {"login_method", nullptr},
    {"max_connections", nullptr},
    {"max_retries", nullptr},
    {"polling_interval", nullptr},
    {"priority_steps", readPrioritySteps},
    {"quarantine_limit", readQuarantineLimit},
    {"queue_order_strategy", readChoice<&RedisOptions::queueOrder, queueOrders>},
    {"reauth_check_interval", nullptr},
    {"renew_interval", readSeconds<&RedisOptions::renewInterval, 1>},
    {"retry_on_timeout", nullptr},
    {"sep", readKey<&RedisOptions::separator>},
    {"socket_connect_timeout", readSeconds<&RedisOptions::connectTimeout, 1>},
    {"socket_keepalive", nullptr},
    {"socket_keepalive_options", nullptr},
    {"socket_timeout", nullptr},
    {"ssl", readTls},
    {"ssl_ca_certs", readTlsFile<&RedisOptions::Tls::caFile>},
    {"ssl_cert_reqs", readTlsVerify},
    {"ssl_certfile", readTlsFile<&RedisOptions::Tls::certificateFile>},
    {"ssl_check_hostname", readTlsCheckHostName},
    {"ssl_keyfile", readTlsFile<&RedisOptions::Tls::keyFile>},
    {"topic_pattern", readChoice<&RedisOptions::topicPattern, topicPatterns>},
    {"topic_semantics", readChoice<&RedisOptions::topicSemantics, topicSemantics>},
    {"tracking", readBool<&RedisOptions::tracking>},
    {"unacked_index_key", readKey<&RedisOptions::unackedIndexKey>},
    {"unacked_key", readKey<&RedisOptions::unackedKey>},
    {"unacked_mutex_expire", nullptr},
    {"unacked_mutex_key", nullptr},
    {"unacked_restore_interval", readRestoreInterval},
    {"unacked_restore_limit", readRestoreLimit},
    {"unacked_restore_throttle", nullptr},
    {"visibility_timeout", readSeconds<&RedisOptions::visibilityTimeout, 1>},
};

int distance(const QString &a, const QString &b)
{
    std::vector<int> row(size_t(b.size()) + 1);
    for (int j = 0; j <= b.size(); ++j)
        row[size_t(j)] = j;
    for (int i = 1; i <= a.size(); ++i) {
        int diagonal = row[0]++;
        for (int j = 1; j <= b.size(); ++j) {
            const int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[size_t(j)];
            row[size_t(j)] = std::min({replaced, diagonal + 1, row[size_t(j) - 1] + 1});
        }
    }
    return row.back();
}

QString closestName(const QString &name)
{
    QString closest;
    int least = std::max(3, int(name.size()) / 3) + 1; // farther than this is no help
    for (const Option &option : knownOptions) {
        const QString known = QLatin1String(option.name);
        if (const int d = distance(name.toLower(), known); d < least) {
            least = d;
            closest = known;
        }
    }
    return closest;
}

Error wrong(const QString &name, const QString &text)
{
    return Error(Error::Configuration, text).withWhere(name);
}

QString shown(const QVariant &value)
{
    return value.typeId() == QMetaType::QVariantList
        ? value.toStringList().join(QStringLiteral(", "))
        : value.toString();
}

Error readOption(RedisOptions &options, const QString &name, const QVariant &value)
{
    const auto known = std::find_if(std::begin(knownOptions), std::end(knownOptions),
                                    [&](const Option &o) { return name == QLatin1String(o.name); });
    if (known == std::end(knownOptions)) {
        const QString closest = closestName(name);
        const QString text = Text::tr("Redis has no option \"%1\"").arg(name);
        return wrong(name,
                     closest.isEmpty() ? text
                                       : Text::tr("%1; did you mean \"%2\"?").arg(text, closest));
    }
    if (!known->read) {
        options.withoutEffect << name;
        return Error();
    }
    const QString expected = known->read(options, value);
    if (expected.isNull())
        return Error();
    return wrong(
        name,
        Text::tr("The option \"%1\" must be %2, not \"%3\"").arg(name, expected, shown(value)));
}

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
    return wrong(
        QStringLiteral("virtual_host"),
        Text::tr("Database is int between 0 and limit - 1, not %1").arg(url.virtualHost()));
}

// Redis takes no spaces and only ASCII.
QString defaultClientName()
{
    QString name = QCoreApplication::applicationName();
    for (QChar &c : name) {
        if (c < u'!' || c > u'~')
            c = u'_';
    }
    return QStringLiteral("%1-%2").arg(name).arg(QCoreApplication::applicationPid());
}

} // namespace

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

    const QMap<QString, QString> query = url.query();
    for (auto it = query.begin(); it != query.end(); ++it) {
        if (options.transportOptions.contains(it.key()))
            continue;
        if (Error error = readOption(result, it.key(), it.value()); error.isError())
            return error;
    }
    for (auto it = options.transportOptions.begin(); it != options.transportOptions.end(); ++it) {
        if (Error error = readOption(result, it.key(), it.value()); error.isError())
            return error;
    }
    result.fanoutPrefix.replace("{db}", QByteArray::number(result.database));
    return result;
}

QStringList RedisOptions::names()
{
    QStringList result;
    for (const Option &option : knownOptions)
        result << QLatin1String(option.name);
    return result;
}

} // namespace Qombu::Redis
