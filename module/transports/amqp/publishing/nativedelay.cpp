// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/publishing/nativedelay.h"

#include "transports/amqp/wire/amqptext.h"

#include <bit>

namespace Qombu::Amqp {

namespace {

constexpr int Levels = 28;
constexpr qint64 LongestSeconds = (qint64(1) << Levels) - 1;
constexpr qsizetype LongestName = 255; // AMQP 0-9-1 §4.2.5.3, short strings
constexpr qsizetype LongestKey = LongestName - 2 * Levels;

const QString To = QStringLiteral("qombu-delayed-to"); // "x-…" is not compared

// The broker adds routing keys from these headers.
const QString Cc = QStringLiteral("CC");
const QString Bcc = QStringLiteral("BCC");

// RabbitMQ drops what expires once more into a queue that this names.
const QString Death = QStringLiteral("x-death");

// They find queues by the routing key.
bool needsKey(const Exchange &to)
{
    return to.type() == ExchangeType::Topic
        || (to.type() == ExchangeType::Direct && !to.isDefault());
}

QString destination(const Exchange &to, const QString &routingKey)
{
    return to.isDefault() ? QStringLiteral("queue/") + routingKey
                          : QStringLiteral("exchange/") + to.name();
}

qint64 secondsOf(std::chrono::milliseconds delay)
{
    return std::max<qint64>(1, std::chrono::ceil<std::chrono::seconds>(delay).count());
}

bool isBit(QStringView word)
{
    return word == u"0" || word == u"1";
}

// Without the bits of an earlier delay, as Kombu 5.7 leaves them out.
QString ownKey(const QString &routingKey)
{
    for (qsizetype i = 0; i < 2 * Levels; i += 2) {
        const QStringView word = QStringView(routingKey).mid(i, 2);
        if (word != u"0." && word != u"1.")
            return routingKey;
    }
    return routingKey.mid(2 * Levels);
}

// Beside the bits it would be taken for some.
bool looksLikeBits(const QString &key)
{
    const QList<QStringView> words = QStringView(key).split(u'.');
    return std::any_of(words.begin(), words.begin() + std::min<qsizetype>(Levels, words.size()),
                       isBit);
}

QString bits(qint64 seconds)
{
    QString text;
    for (int bit = Levels - 1; bit >= 0; --bit)
        text += (seconds >> bit) & 1 ? QLatin1String("1.") : QLatin1String("0.");
    return text;
}

// Of what comes to a level with that bit.
QString pattern(int level, QLatin1Char bit)
{
    return QStringLiteral("*.").repeated(Levels - 1 - level) + bit + QLatin1String(".#");
}

Exchange topic(const QString &name)
{
    return Exchange(name, ExchangeType::Topic);
}

Binding toExchange(const QString &from, const QString &key, const QString &to)
{
    return Binding{topic(from), key, QString(), {}, to};
}

} // namespace

NativeDelay::NativeDelay(Settings settings)
    : m_settings(std::move(settings))
{
}

QString NativeDelay::prefixed(const QString &name) const
{
    return m_settings.prefix.isEmpty() ? name : m_settings.prefix + QLatin1Char('_') + name;
}

QString NativeDelay::level(int level) const
{
    return prefixed(QStringLiteral("celery_delayed_%1").arg(level));
}

QString NativeDelay::last() const
{
    return prefixed(QStringLiteral("celery_delayed_delivery"));
}

QString NativeDelay::sorting() const
{
    return prefixed(QStringLiteral("qombu_delayed_sorting"));
}

Queue NativeDelay::queue(int number) const
{
    QVariantMap arguments{
        {QStringLiteral("x-queue-type"), QString::fromLatin1(m_settings.queueType)},
        {QStringLiteral("x-overflow"), QStringLiteral("reject-publish")},
        {QStringLiteral("x-message-ttl"), (qint64(1) << number) * 1000},
        {QStringLiteral("x-dead-letter-exchange"), number > 0 ? level(number - 1) : last()},
    };
    if (m_settings.queueType == "quorum")
        arguments.insert(QStringLiteral("x-dead-letter-strategy"), QStringLiteral("at-least-once"));
    return Queue(level(number)).setArguments(arguments);
}

Error NativeDelay::refusalOf(const MessageContent &content, const Exchange &to,
                             std::chrono::milliseconds delay) const
{
    if (secondsOf(delay) > LongestSeconds)
        return Error(
            Error::LimitExceeded,
            Text::tr("RabbitMQ keeps a message back for at most %1 seconds").arg(LongestSeconds));
    const QString key = ownKey(content.routingKey);
    if (key.toUtf8().size() > LongestKey)
        return Error(Error::LimitExceeded,
                     Text::tr("The routing key of a delayed message may have %1 bytes: RabbitMQ "
                              "finds the delay before it")
                         .arg(LongestKey));
    if (needsKey(to) && looksLikeBits(key))
        return Error(Error::Unsupported,
                     Text::tr("The routing key \"%1\" has a word 0 or 1, which RabbitMQ would take "
                              "for a part of the delay: publish with another, or to the queue "
                              "itself")
                         .arg(key));
    if (content.properties->expiration)
        return Error(Error::Unsupported,
                     Text::tr("RabbitMQ delivers a delayed message with an expiration too early: "
                              "publish it without, or give its queue a time to live"));
    if (content.headers.contains(Cc) || content.headers.contains(Bcc))
        return Error(Error::Unsupported,
                     Text::tr("A delayed message cannot have the headers CC and BCC: RabbitMQ "
                              "would not delay it for them"));
    return {};
}

std::vector<DelayedDelivery::Entity> NativeDelay::common() const
{
    std::vector<Entity> all;
    for (int i = Levels - 1; i >= 0; --i)
        all.emplace_back(topic(level(i)));
    all.emplace_back(topic(last()));
    all.emplace_back(Exchange(sorting(), ExchangeType::Headers));
    for (int i = Levels - 1; i >= 0; --i)
        all.emplace_back(queue(i));
    for (int i = Levels - 1; i >= 0; --i) {
        const Exchange here = topic(level(i));
        all.emplace_back(Binding{here, pattern(i, QLatin1Char('1')), level(i), {}});
        all.emplace_back(
            toExchange(level(i), pattern(i, QLatin1Char('0')), i > 0 ? level(i - 1) : last()));
    }
    all.emplace_back(toExchange(last(), QStringLiteral("#"), sorting()));
    return all;
}

Binding NativeDelay::wayTo(const Exchange &to, const QString &routingKey) const
{
    Binding way{Exchange(sorting(), ExchangeType::Headers), {}, {}, {}};
    (to.isDefault() ? way.queue : way.destinationExchange) =
        to.isDefault() ? routingKey : to.name();
    way.arguments = {{QStringLiteral("x-match"), QStringLiteral("all")},
                     {To, destination(to, routingKey)}};
    return way;
}

// Kombu lets a message pass all levels above its own too, and each costs RabbitMQ a look at
// patterns of up to 28 words: most of the time of a publish.
void NativeDelay::postpone(MessageContent &content, const Exchange &to,
                           std::chrono::milliseconds delay) const
{
    const QString key = ownKey(content.routingKey);
    content.headers.remove(Death);
    content.headers.insert(To, destination(to, content.routingKey));
    if (needsKey(to))
        content.headers.insert(Bcc, QVariantList{key});
    const qint64 seconds = secondsOf(delay);
    content.exchange = level(int(std::bit_width(quint64(seconds))) - 1);
    content.routingKey = bits(seconds) + key;
}

} // namespace Qombu::Amqp
