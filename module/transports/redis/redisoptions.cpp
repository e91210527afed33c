// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisoptions.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace Qombu::Redis {
namespace {

using namespace std::chrono_literals;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisOptions)
};

// Puts one value into the options; what it returns says what would have been right, or is null.
using Reader = QString (*)(RedisOptions &, const QVariant &);

bool isNothing(const QVariant &value)
{
    const QString text = value.toString().toLower();
    return !value.isValid() || value.isNull() || text == u"none" || text == u"null";
}

std::optional<bool> toBool(const QVariant &value)
{
    if (value.typeId() == QMetaType::Bool)
        return value.toBool();
    const QString text = value.toString().toLower();
    if (text == u"true" || text == u"1" || text == u"yes" || text == u"on")
        return true;
    if (text == u"false" || text == u"0" || text == u"no" || text == u"off")
        return false;
    return std::nullopt;
}

std::optional<int> toInt(const QVariant &value)
{
    bool ok = false;
    const double number = value.typeId() == QMetaType::Bool ? 0 : value.toDouble(&ok);
    if (!ok || number != std::floor(number) || std::abs(number) > 1e9)
        return std::nullopt;
    return int(number);
}

// Seconds, as everywhere in Kombu; at most ten years.
std::optional<RedisOptions::Duration> toDuration(const QVariant &value)
{
    bool ok = false;
    const double seconds = value.typeId() == QMetaType::Bool ? 0 : value.toDouble(&ok);
    if (!ok || !(std::abs(seconds) < 3.2e8))
        return std::nullopt;
    return std::chrono::duration_cast<RedisOptions::Duration>(
        std::chrono::duration<double>(seconds));
}

template<auto Member>
QString readBool(RedisOptions &options, const QVariant &value)
{
    const auto read = toBool(value);
    if (!read)
        return Text::tr("true or false");
    options.*Member = *read;
    return QString();
}

template<auto Member, int Least>
QString readSeconds(RedisOptions &options, const QVariant &value)
{
    const auto read = toDuration(value);
    if (!read || read->count() < Least)
        return Least > 0 ? Text::tr("a number of seconds above 0")
                         : Text::tr("a number of seconds, 0 or more");
    options.*Member = *read;
    return QString();
}

template<auto Member>
QString readBytes(RedisOptions &options, const QVariant &value)
{
    const bool bytes = value.typeId() == QMetaType::QByteArray;
    options.*Member = bytes ? value.toByteArray() : value.toString().toUtf8();
    return QString();
}

template<auto Member>
QString readKey(RedisOptions &options, const QVariant &value)
{
    readBytes<Member>(options, value);
    return (options.*Member).isEmpty() ? Text::tr("a text that is not empty") : QString();
}

template<auto Member>
QString readText(RedisOptions &options, const QVariant &value)
{
    options.*Member = isNothing(value) ? QString() : value.toString();
    return QString();
}

template<typename E>
struct Choice
{
    const char *name;
    E value;
};

template<auto Member, const auto &Choices>
QString readChoice(RedisOptions &options, const QVariant &value)
{
    QStringList names;
    for (const auto &choice : Choices) {
        const QString name = QLatin1String(choice.name);
        if (value.toString() == name) {
            options.*Member = choice.value;
            return QString();
        }
        names << name;
    }
    return Text::tr("one of %1").arg(names.join(QLatin1String(", ")));
}

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

QString readPrioritySteps(RedisOptions &options, const QVariant &value)
{
    QVariantList list = value.toList();
    if (value.typeId() == QMetaType::QString || value.typeId() == QMetaType::QByteArray) {
        list.clear();
        const QStringList words = value.toString().split(QLatin1Char(','));
        for (const QString &word : words)
            list << word.trimmed();
    }
    std::vector<int> steps;
    for (const QVariant &item : std::as_const(list)) {
        const auto step = toInt(item);
        if (!step || *step > 9 || (steps.empty() ? *step != 0 : *step <= steps.back()))
            return Text::tr("a list of ascending numbers from 0 to 9 that starts with 0");
        steps.push_back(*step);
    }
    if (steps.empty())
        return Text::tr("a list of ascending numbers from 0 to 9 that starts with 0");
    options.prioritySteps = std::move(steps);
    return QString();
}

QString readRestoreLimit(RedisOptions &options, const QVariant &value)
{
    if (isNothing(value)) {
        options.restoreLimit.reset();
        return QString();
    }
    const auto limit = toInt(value);
    if (!limit || *limit < 1)
        return Text::tr("a number of messages above 0, or none");
    options.restoreLimit = *limit;
    return QString();
}

QString readRestoreInterval(RedisOptions &options, const QVariant &value)
{
    const auto read = toDuration(value);
    if (!read)
        return Text::tr("a number of seconds");
    options.restoreInterval = *read > 0s ? *read : RedisOptions::Duration(10s); // as Kombu
    return QString();
}

// The part before the exchange in channel names; "{db}" is replaced when the database is known.
QString readFanoutPrefix(RedisOptions &options, const QVariant &value)
{
    if (const auto on = toBool(value)) {
        options.fanoutPrefix = *on ? QByteArrayLiteral("/{db}.") : QByteArray();
        return QString();
    }
    options.fanoutPrefix = value.toString().toUtf8();
    const bool readable = options.fanoutPrefix.startsWith('/') && options.fanoutPrefix.endsWith('.')
        && options.fanoutPrefix.count('.') == 1;
    // Anything else makes Kombu's receivers compute a wrong exchange (kombu-wire §5.9).
    return readable ? QString()
                    : Text::tr("true, false, or a text such as /{db}. with one dot, at its end");
}

QString readBodyEncoding(RedisOptions &options, const QVariant &value)
{
    const bool utf8 = isNothing(value) || value.toString() == u"utf-8";
    if (!utf8 && value.toString() != u"base64")
        return Text::tr("one of %1").arg(QStringLiteral("base64, utf-8"));
    options.bodyEncoding =
        utf8 ? RedisOptions::BodyEncoding::Utf8 : RedisOptions::BodyEncoding::Base64;
    return QString();
}

QString readAckEmulation(RedisOptions &, const QVariant &value)
{
    return toBool(value) == true ? QString()
                                 : Text::tr("true (a message that is held must not get lost)");
}

QString readQuarantineLimit(RedisOptions &options, const QVariant &value)
{
    const auto limit = toInt(value);
    if (!limit || *limit < 1)
        return Text::tr("a number of messages above 0");
    options.quarantineLimit = *limit;
    return QString();
}

QString readTlsVerify(RedisOptions &options, const QVariant &value)
{
    QString text = value.toString().toLower();
    if (text.startsWith(u"cert_"))
        text.remove(0, 5);
    if (text == u"required")
        options.tls.verify = RedisOptions::TlsVerify::Required;
    else if (text == u"optional")
        options.tls.verify = RedisOptions::TlsVerify::Optional;
    else if (text == u"none")
        options.tls.verify = RedisOptions::TlsVerify::None;
    else
        return Text::tr("one of %1").arg(QStringLiteral("required, optional, none"));
    options.tls.enabled = true;
    return QString();
}

template<QString RedisOptions::Tls::*Member>
QString readTlsFile(RedisOptions &options, const QVariant &value)
{
    options.tls.*Member = value.toString();
    options.tls.enabled = true;
    return value.toString().isEmpty() ? Text::tr("the name of a file") : QString();
}

QString readTlsCheckHostName(RedisOptions &options, const QVariant &value)
{
    // As Kombu: only the word false turns it off.
    options.tls.checkHostName = value.toString().compare(u"false", Qt::CaseInsensitive) != 0;
    options.tls.enabled = true;
    return QString();
}

QString readTls(RedisOptions &options, const QVariant &value)
{
    const auto on = toBool(value);
    if (!on)
        return Text::tr("true or false");
    options.tls.enabled = *on;
    return QString();
}

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
        Text::tr("The option \"%1\" must be %2, not \"%3\"").arg(name, expected, value.toString()));
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

} // namespace

Result<RedisOptions> RedisOptions::parse(const BrokerUrl &url, const ConnectionOptions &options)
{
    if (!url.isValid())
        return url.error();
    RedisOptions result;
    result.fanoutPrefix = QByteArrayLiteral("/{db}.");
    result.connectTimeout = options.connectTimeout;
    result.clientName = options.clientName;
    if (!url.host().isEmpty())
        result.host = url.host();
    if (url.port() > 0)
        result.port = url.port();
    if (url.isSocket())
        result.socketPath = url.path();
    result.user = url.userName();
    result.password = url.password();
    result.tls.enabled = url.scheme() == u"rediss";
    if (Error error = readDatabase(result, url))
        return error;

    const QMap<QString, QString> query = url.query();
    for (auto it = query.begin(); it != query.end(); ++it) {
        if (options.transportOptions.contains(it.key()))
            continue;
        if (Error error = readOption(result, it.key(), it.value()))
            return error;
    }
    for (auto it = options.transportOptions.begin(); it != options.transportOptions.end(); ++it) {
        if (Error error = readOption(result, it.key(), it.value()))
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
