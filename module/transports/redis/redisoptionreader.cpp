// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisoptionreader.h"

#include "core/editdistance_p.h"
#include "transports/redis/wire/redistext.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

namespace Qombu::Redis {
namespace {

using namespace std::chrono_literals;
using Tls = RedisOptions::Tls;

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

std::optional<double> toNumber(const QVariant &value, double limit)
{
    bool ok = false;
    const double number = value.typeId() == QMetaType::Bool ? 0 : value.toDouble(&ok);
    return ok && std::abs(number) < limit ? std::optional(number) : std::nullopt;
}

std::optional<int> toInt(const QVariant &value)
{
    const auto number = toNumber(value, 1e9);
    return number && *number == std::floor(*number) ? std::optional(int(*number)) : std::nullopt;
}

// Seconds, as everywhere in Kombu; at most ten years.
std::optional<RedisOptions::Duration> toDuration(const QVariant &value)
{
    const auto seconds = toNumber(value, 3.2e8);
    if (!seconds)
        return std::nullopt;
    return std::chrono::duration_cast<RedisOptions::Duration>(
        std::chrono::duration<double>(*seconds));
}

// Puts one value, typed or text, into the options; what it returns says what would have been right,
// or is null.
using Reader = QString (*)(RedisOptions &, const QVariant &);

// Where a value goes: a member of the options, or a member of that one.
template<auto... Path>
auto &field(RedisOptions &options)
{
    return (options.*....*Path);
}

template<auto... Path>
QString readBool(RedisOptions &options, const QVariant &value)
{
    const auto read = toBool(value);
    if (!read)
        return Text::tr("true or false");
    field<Path...>(options) = *read;
    return QString();
}

template<int Least, auto... Path>
QString readSeconds(RedisOptions &options, const QVariant &value)
{
    const auto read = toDuration(value);
    if (!read || read->count() < Least)
        return Least > 0 ? Text::tr("a number of seconds above 0")
                         : Text::tr("a number of seconds, 0 or more");
    field<Path...>(options) = *read;
    return QString();
}

template<auto... Path>
QString readCount(RedisOptions &options, const QVariant &value)
{
    const auto read = toInt(value);
    if (!read || *read < 1)
        return Text::tr("a number of messages above 0");
    field<Path...>(options) = *read;
    return QString();
}

template<auto... Path>
QString readBytes(RedisOptions &options, const QVariant &value)
{
    const bool bytes = value.typeId() == QMetaType::QByteArray;
    field<Path...>(options) = bytes ? value.toByteArray() : value.toString().toUtf8();
    return QString();
}

template<auto... Path>
QString readKey(RedisOptions &options, const QVariant &value)
{
    readBytes<Path...>(options, value);
    return field<Path...>(options).isEmpty() ? Text::tr("a text that is not empty") : QString();
}

template<auto... Path>
QString readText(RedisOptions &options, const QVariant &value)
{
    field<Path...>(options) = isNothing(value) ? QString() : value.toString();
    return QString();
}

template<auto... Path>
QString readFile(RedisOptions &options, const QVariant &value)
{
    field<Path...>(options) = value.toString();
    return value.toString().isEmpty() ? Text::tr("the name of a file") : QString();
}

template<typename E>
struct Choice
{
    const char *name;
    E value;
};

template<const auto &Choices, auto... Path>
QString readChoice(RedisOptions &options, const QVariant &value)
{
    QStringList names;
    for (const auto &choice : Choices) {
        names << QLatin1String(choice.name);
        if (value.toString() == names.last()) {
            field<Path...>(options) = choice.value;
            return QString();
        }
    }
    return Text::tr("one of %1").arg(names.join(QLatin1String(", ")));
}

constexpr Choice<QueueOrder> queueOrders[] = {{"round_robin", QueueOrder::RoundRobin},
                                              {"priority", QueueOrder::Priority},
                                              {"sorted", QueueOrder::Sorted}};
constexpr Choice<RedisOptions::Contention> contentions[] = {
    {"auto", RedisOptions::Contention::Auto},
    {"yield", RedisOptions::Contention::Yield},
    {"share", RedisOptions::Contention::Share}};
constexpr Choice<RedisOptions::TopicSemantics> topicSemantics[] = {
    {"kombu", RedisOptions::TopicSemantics::Kombu}, {"amqp", RedisOptions::TopicSemantics::Amqp}};
constexpr Choice<Topic::Dialect> topicPatterns[] = {{"kombu-5.6", Topic::Dialect::Kombu56},
                                                    {"kombu-5.7", Topic::Dialect::Kombu57}};
constexpr Choice<Envelope::BodyEncoding> bodyEncodings[] = {
    {"base64", Envelope::BodyEncoding::Base64}, {"utf-8", Envelope::BodyEncoding::Text}};
constexpr Choice<RedisOptions::TlsVerify> verifications[] = {
    {"required", RedisOptions::TlsVerify::Required},
    {"optional", RedisOptions::TlsVerify::Optional},
    {"none", RedisOptions::TlsVerify::None}};

QString readAckEmulation(RedisOptions &, const QVariant &value)
{
    return toBool(value) == true ? QString()
                                 : Text::tr("true (a message that is held must not get lost)");
}

QString readBodyEncoding(RedisOptions &options, const QVariant &value)
{
    return readChoice<bodyEncodings, &RedisOptions::bodyEncoding>(
        options, isNothing(value) ? QVariant(QStringLiteral("utf-8")) : value);
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
    // Anything else makes Kombu's receivers compute a wrong exchange.
    return readable ? QString()
                    : Text::tr("true, false, or a text such as /{db}. with one dot, at its end");
}

QString readPrioritySteps(RedisOptions &options, const QVariant &value)
{
    QVariantList list = value.toList();
    if (value.typeId() == QMetaType::QString || value.typeId() == QMetaType::QByteArray) {
        const QStringList words = value.toString().split(QLatin1Char(','));
        list = QVariantList(words.begin(), words.end());
    }
    std::vector<int> steps;
    bool isAscending = !list.isEmpty();
    for (const QVariant &item : std::as_const(list)) {
        const int step = toInt(item).value_or(-1);
        isAscending &= steps.empty() ? step == 0 : step > steps.back() && step <= 9;
        steps.push_back(step);
    }
    if (!isAscending)
        return Text::tr("a list of ascending numbers from 0 to 9 that starts with 0");
    options.prioritySteps = std::move(steps);
    return QString();
}

QString readVisibilityTimeout(RedisOptions &options, const QVariant &value)
{
    options.isVisibilityTimeoutGiven = true;
    return readSeconds<1, &RedisOptions::visibilityTimeout>(options, value);
}

QString readRestoreInterval(RedisOptions &options, const QVariant &value)
{
    const auto read = toDuration(value);
    if (!read)
        return Text::tr("a number of seconds");
    options.restoreInterval = *read > 0s ? *read : RedisOptions::Duration(10s); // as Kombu
    return QString();
}

QString readRestoreLimit(RedisOptions &options, const QVariant &value)
{
    options.restoreLimit.reset();
    if (isNothing(value) || readCount<&RedisOptions::restoreLimit>(options, value).isNull())
        return QString();
    return Text::tr("a number of messages above 0, or none");
}

QString readTlsVerify(RedisOptions &options, const QVariant &value)
{
    QString text = value.toString().toLower();
    if (text.startsWith(u"cert_"))
        text.remove(0, 5);
    return readChoice<verifications, &RedisOptions::tls, &Tls::verify>(options, text);
}

// As Kombu: only the word false turns it off.
QString readTlsCheckHostName(RedisOptions &options, const QVariant &value)
{
    options.tls.checkHostName = value.toString().compare(u"false", Qt::CaseInsensitive) != 0;
    return QString();
}

struct Option
{
    std::string_view name;
    Reader read;
};

constexpr Option knownOptions[] = {
    {"ack_emulation", readAckEmulation},
    {"body_encoding", readBodyEncoding},
    {"client_name", readText<&RedisOptions::clientName>},
    {"connect_timeout", readSeconds<1, &RedisOptions::connectTimeout>},
    {"contention", readChoice<contentions, &RedisOptions::contention>},
    {"deadletter_queue", readText<&RedisOptions::deadLetterQueue>},
    {"fanout_patterns", readBool<&RedisOptions::fanoutPatterns>},
    {"fanout_prefix", readFanoutPrefix},
    {"global_keyprefix", readBytes<&RedisOptions::keyPrefix>},
    {"health_check_interval", readSeconds<0, &RedisOptions::healthCheckInterval>},
    {"priority_steps", readPrioritySteps},
    {"quarantine_limit", readCount<&RedisOptions::quarantineLimit>},
    {"queue_order_strategy", readChoice<queueOrders, &RedisOptions::queueOrder>},
    {"renew_interval", readSeconds<1, &RedisOptions::renewInterval>},
    {"sep", readKey<&RedisOptions::separator>},
    {"socket_connect_timeout", readSeconds<1, &RedisOptions::connectTimeout>},
    {"ssl", readBool<&RedisOptions::tls, &Tls::enabled>},
    {"ssl_ca_certs", readFile<&RedisOptions::tls, &Tls::caFile>},
    {"ssl_cert_reqs", readTlsVerify},
    {"ssl_certfile", readFile<&RedisOptions::tls, &Tls::certificateFile>},
    {"ssl_check_hostname", readTlsCheckHostName},
    {"ssl_keyfile", readFile<&RedisOptions::tls, &Tls::keyFile>},
    {"topic_pattern", readChoice<topicPatterns, &RedisOptions::topicPattern>},
    {"topic_semantics", readChoice<topicSemantics, &RedisOptions::topicSemantics>},
    {"tracking", readBool<&RedisOptions::tracking>},
    {"unacked_index_key", readKey<&RedisOptions::unackedIndexKey>},
    {"unacked_key", readKey<&RedisOptions::unackedKey>},
    {"unacked_restore_interval", readRestoreInterval},
    {"unacked_restore_limit", readRestoreLimit},
    {"visibility_timeout", readVisibilityTimeout},
};

// Known to Kombu, and mean nothing here.
QStringList withoutEffect()
{
    return QStringLiteral(
               "connect_retries_timeout credential_provider heartbeat insist interval_max "
               "interval_start interval_step login_method max_connections max_retries "
               "polling_interval reauth_check_interval retry_on_timeout socket_keepalive "
               "socket_keepalive_options socket_timeout unacked_mutex_expire unacked_mutex_key "
               "unacked_restore_throttle")
        .split(QLatin1Char(' '));
}

QStringList optionNames()
{
    QStringList names;
    for (const Option &option : knownOptions)
        names << QLatin1String(option.name.data(), qsizetype(option.name.size()));
    return names;
}

QString shown(const QVariant &value)
{
    return value.typeId() == QMetaType::QVariantList
        ? value.toStringList().join(QStringLiteral(", "))
        : value.toString();
}

Error wrong(const QString &name, const QString &text)
{
    return Error(Error::Configuration, text).withWhere(name);
}

} // namespace

Error readOption(RedisOptions &options, const QString &name, const QVariant &value)
{
    const std::string key = name.toStdString();
    const auto known = std::ranges::find(knownOptions, key, &Option::name);
    if (known != std::end(knownOptions)) {
        if (name.startsWith(QLatin1String("ssl_")))
            options.tls.enabled = true;
        const QString expected = known->read(options, value);
        return expected.isNull() ? Error()
                                 : wrong(name,
                                         Text::tr("The option \"%1\" must be %2, not \"%3\"")
                                             .arg(name, expected, shown(value)));
    }
    if (withoutEffect().contains(name)) {
        options.withoutEffect << name;
        if (name == QLatin1String("unacked_mutex_key") && !value.toString().isEmpty())
            options.unackedMutexKey = value.toString().toUtf8(); // no queue may have this name
        return Error();
    }
    const QString closest = closestName(name, optionNames() + withoutEffect());
    const QString text = Text::tr("Redis has no option \"%1\"").arg(name);
    return wrong(
        name,
        closest.isEmpty()
            ? Text::tr("%1; its options are %2").arg(text, optionNames().join(QStringLiteral(", ")))
            : Text::tr("%1; did you mean \"%2\"?").arg(text, closest));
}

} // namespace Qombu::Redis
