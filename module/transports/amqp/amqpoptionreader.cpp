// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/amqpoptionreader.h"

#include "port/optionreader.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {
namespace {

using Reader = OptionReader<AmqpOptions>;

constexpr int LeastFrame = 4096; // AMQP 0-9-1 §4.9, frame-min-size

constexpr Reader::Choice<const char *> loginMethods[] = {
    {"PLAIN", "PLAIN"}, {"AMQPLAIN", "AMQPLAIN"}, {"EXTERNAL", "EXTERNAL"}};

// It is told to the broker in two octets.
QString readHeartbeat(AmqpOptions &options, const QVariant &value)
{
    const auto read = OptionValues::toDuration(value);
    if (!read || read->count() < 0 || *read > std::chrono::seconds(65535))
        return Text::tr("a number of seconds from 0 to 65535");
    options.heartbeat = *read;
    return QString();
}

QString readClientProperties(AmqpOptions &options, const QVariant &value)
{
    if (value.typeId() != QMetaType::QVariantMap)
        return Text::tr("a map, which no URL can hold");
    options.clientProperties = value.toMap();
    return QString();
}

// Checked later: what is said of a wrong value repeats it, and this may hold a password.
QString readManagementUrl(AmqpOptions &options, const QVariant &value)
{
    const QString text = OptionValues::isNothing(value) ? QString() : value.toString();
    options.managementUrl = QUrl(text, QUrl::StrictMode);
    if (options.managementUrl.isEmpty() && !text.isEmpty())
        options.managementUrl = QUrl(QStringLiteral("invalid:"));
    return QString();
}

constexpr Reader::Choice<const char *> delayQueueTypes[] = {{"quorum", "quorum"},
                                                            {"classic", "classic"}};

// Names on the wire have 255 octets.
QString readDelayPrefix(AmqpOptions &options, const QVariant &value)
{
    options.delay.prefix = OptionValues::isNothing(value) ? QString() : value.toString();
    return options.delay.prefix.toUtf8().size() > 200 ? Text::tr("text of at most 200 bytes")
                                                      : QString();
}

constexpr Reader::Option knownOptions[] = {
    {"channel_max", Reader::number<1, 65535, &AmqpOptions::channelMax>},
    {"client_name", Reader::text<&AmqpOptions::connectionName>},
    {"client_properties", readClientProperties},
    {"confirm_publish", Reader::boolean<&AmqpOptions::confirmsPublishes>},
    {"connect_timeout", Reader::seconds<1, &AmqpOptions::connectTimeout>},
    {"frame_max", Reader::number<LeastFrame, 1 << 30, &AmqpOptions::frameMax>},
    {"heartbeat", readHeartbeat},
    {"login_method", Reader::choice<loginMethods, &AmqpOptions::loginMethod>},
    {"management", Reader::boolean<&AmqpOptions::usesManagement>},
    {"management_password", Reader::text<&AmqpOptions::managementPassword>},
    {"management_url", readManagementUrl},
    {"management_user", Reader::text<&AmqpOptions::managementUser>},
    {"native_delayed_delivery_prefix", readDelayPrefix},
    {"native_delayed_delivery_queue_type",
     Reader::choice<delayQueueTypes, &AmqpOptions::delay, &NativeDelay::Settings::queueType>},
};

// Known to Kombu, and mean nothing here.
QStringList withoutEffect()
{
    return QStringLiteral(
               "connect_retries_timeout insist interval_max interval_start interval_step locale "
               "max_retries on_blocked on_unblocked read_timeout socket_settings ssl_version "
               "write_timeout")
        .split(QLatin1Char(' '));
}

} // namespace

Error readOptions(AmqpOptions &options, const BrokerUrl &url, const ConnectionOptions &given)
{
    return Reader(QStringLiteral("AMQP"), knownOptions, withoutEffect())
        .readAll(options, url, given);
}

} // namespace Qombu::Amqp
