// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisoptionreaders.h"

#include <cmath>

namespace Qombu::Redis::OptionReaders {

using namespace std::chrono_literals;

namespace {

std::optional<int> toInt(const QVariant &value)
{
    bool ok = false;
    const double number = value.typeId() == QMetaType::Bool ? 0 : value.toDouble(&ok);
    if (!ok || number != std::floor(number) || std::abs(number) > 1e9)
        return std::nullopt;
    return int(number);
}

} // namespace

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

std::optional<RedisOptions::Duration> toDuration(const QVariant &value)
{
    bool ok = false;
    const double seconds = value.typeId() == QMetaType::Bool ? 0 : value.toDouble(&ok);
    if (!ok || !(std::abs(seconds) < 3.2e8))
        return std::nullopt;
    return std::chrono::duration_cast<RedisOptions::Duration>(
        std::chrono::duration<double>(seconds));
}

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
    // Anything else makes Kombu's receivers compute a wrong exchange.
    return readable ? QString()
                    : Text::tr("true, false, or a text such as /{db}. with one dot, at its end");
}

QString readBodyEncoding(RedisOptions &options, const QVariant &value)
{
    const bool utf8 = isNothing(value) || value.toString() == u"utf-8";
    if (!utf8 && value.toString() != u"base64")
        return Text::tr("one of %1").arg(QStringLiteral("base64, utf-8"));
    options.bodyEncoding = utf8 ? Envelope::BodyEncoding::Text : Envelope::BodyEncoding::Base64;
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

} // namespace Qombu::Redis::OptionReaders
