// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/redisoptions.h"

#include <QCoreApplication>

// How the value of an option is read, from text or typed.
namespace Qombu::Redis::OptionReaders {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisOptions)
};

// Puts one value into the options; what it returns says what would have been right, or is null.
using Reader = QString (*)(RedisOptions &, const QVariant &);

bool isNothing(const QVariant &value);
std::optional<bool> toBool(const QVariant &value);
// Seconds, as everywhere in Kombu; at most ten years.
std::optional<RedisOptions::Duration> toDuration(const QVariant &value);

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

template<QString RedisOptions::Tls::*Member>
QString readTlsFile(RedisOptions &options, const QVariant &value)
{
    options.tls.*Member = value.toString();
    options.tls.enabled = true;
    return value.toString().isEmpty() ? Text::tr("the name of a file") : QString();
}

QString readPrioritySteps(RedisOptions &options, const QVariant &value);
QString readRestoreLimit(RedisOptions &options, const QVariant &value);
QString readRestoreInterval(RedisOptions &options, const QVariant &value);
QString readFanoutPrefix(RedisOptions &options, const QVariant &value);
QString readBodyEncoding(RedisOptions &options, const QVariant &value);
QString readAckEmulation(RedisOptions &options, const QVariant &value);
QString readQuarantineLimit(RedisOptions &options, const QVariant &value);
QString readTlsVerify(RedisOptions &options, const QVariant &value);
QString readTlsCheckHostName(RedisOptions &options, const QVariant &value);
QString readTls(RedisOptions &options, const QVariant &value);

} // namespace Qombu::Redis::OptionReaders
