// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisoptionreader.h"

#include "port/optionreader.h"
#include "transports/redis/wire/redistext.h"

namespace Qombu::Redis {
namespace {

using namespace std::chrono_literals;
using namespace OptionValues;
using Reader = OptionReader<RedisOptions>;

constexpr Reader::Choice<QueueOrder> queueOrders[] = {{"round_robin", QueueOrder::RoundRobin},
                                                      {"priority", QueueOrder::Priority},
                                                      {"sorted", QueueOrder::Sorted}};
constexpr Reader::Choice<RedisOptions::Contention> contentions[] = {
    {"auto", RedisOptions::Contention::Auto},
    {"yield", RedisOptions::Contention::Yield},
    {"share", RedisOptions::Contention::Share}};
constexpr Reader::Choice<RedisOptions::TopicSemantics> topicSemantics[] = {
    {"kombu", RedisOptions::TopicSemantics::Kombu}, {"amqp", RedisOptions::TopicSemantics::Amqp}};
constexpr Reader::Choice<Topic::Dialect> topicPatterns[] = {{"kombu-5.6", Topic::Dialect::Kombu56},
                                                            {"kombu-5.7", Topic::Dialect::Kombu57}};
constexpr Reader::Choice<Envelope::BodyEncoding> bodyEncodings[] = {
    {"base64", Envelope::BodyEncoding::Base64}, {"utf-8", Envelope::BodyEncoding::Text}};
QString readAckEmulation(RedisOptions &, const QVariant &value)
{
    return toBool(value) == true ? QString()
                                 : Text::tr("true (a message that is held must not get lost)");
}

QString readBodyEncoding(RedisOptions &options, const QVariant &value)
{
    return Reader::choice<bodyEncodings, &RedisOptions::bodyEncoding>(
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
    return Reader::seconds<1, &RedisOptions::visibilityTimeout>(options, value);
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
    int limit = 0;
    if (isNothing(value))
        return QString();
    if (!readCount(value, limit).isNull())
        return Text::tr("a number of messages above 0, or none");
    options.restoreLimit = limit;
    return QString();
}

// No queue may have this name.
QString readUnackedMutexKey(RedisOptions &options, const QVariant &value)
{
    options.withoutEffect << QStringLiteral("unacked_mutex_key");
    if (!value.toString().isEmpty())
        options.unackedMutexKey = value.toString().toUtf8();
    return QString();
}

constexpr Reader::Option knownOptions[] = {
    {"ack_emulation", readAckEmulation},
    {"body_encoding", readBodyEncoding},
    {"client_name", Reader::text<&RedisOptions::clientName>},
    {"connect_timeout", Reader::seconds<1, &RedisOptions::connectTimeout>},
    {"contention", Reader::choice<contentions, &RedisOptions::contention>},
    {"deadletter_queue", Reader::text<&RedisOptions::deadLetterQueue>},
    {"fanout_patterns", Reader::boolean<&RedisOptions::fanoutPatterns>},
    {"fanout_prefix", readFanoutPrefix},
    {"global_keyprefix", Reader::bytes<&RedisOptions::keyPrefix>},
    {"health_check_interval", Reader::seconds<0, &RedisOptions::healthCheckInterval>},
    {"priority_steps", readPrioritySteps},
    {"quarantine_limit", Reader::count<&RedisOptions::quarantineLimit>},
    {"queue_order_strategy", Reader::choice<queueOrders, &RedisOptions::queueOrder>},
    {"renew_interval", Reader::seconds<1, &RedisOptions::renewInterval>},
    {"sep", Reader::someBytes<&RedisOptions::separator>},
    {"socket_connect_timeout", Reader::seconds<1, &RedisOptions::connectTimeout>},
    {"topic_pattern", Reader::choice<topicPatterns, &RedisOptions::topicPattern>},
    {"topic_semantics", Reader::choice<topicSemantics, &RedisOptions::topicSemantics>},
    {"tracking", Reader::boolean<&RedisOptions::tracking>},
    {"unacked_index_key", Reader::someBytes<&RedisOptions::unackedIndexKey>},
    {"unacked_key", Reader::someBytes<&RedisOptions::unackedKey>},
    {"unacked_mutex_key", readUnackedMutexKey},
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
               "socket_keepalive_options socket_timeout ssl_version unacked_mutex_expire "
               "unacked_restore_throttle")
        .split(QLatin1Char(' '));
}

} // namespace

Error readOptions(RedisOptions &options, const BrokerUrl &url, const ConnectionOptions &given)
{
    return Reader(QStringLiteral("Redis"), knownOptions, withoutEffect())
        .readAll(options, url, given);
}

} // namespace Qombu::Redis
