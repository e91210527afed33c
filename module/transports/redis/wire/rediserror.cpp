// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/wire/rediserror.h"

#include "transports/redis/wire/redistext.h"

#include <algorithm>
#include <array>
#include <optional>

namespace Qombu::Redis {

namespace {

// A reply that begins so.
struct Row
{
    QByteArrayView start;
    Error::Kind kind;
    bool recoverable;
    ErrorAction action;
    const char *text; // %1 the operation, %2 what the server said
};

// The first row that fits decides.
constexpr std::array Rows{
    Row{"LOADING", Error::Connection, true, ErrorAction::RetryLater,
        QT_TRANSLATE_NOOP("Qombu::Redis",
                          "Redis is still loading its data (%2); it is tried again")},
    Row{"BUSY ", Error::Connection, true, ErrorAction::RetryLater,
        QT_TRANSLATE_NOOP("Qombu::Redis", "A script keeps Redis busy (%2); it is tried again")},
    Row{"TRYAGAIN", Error::Connection, true, ErrorAction::RetryLater,
        QT_TRANSLATE_NOOP("Qombu::Redis",
                          "The Redis cluster moves its keys (%2); it is tried again")},
    Row{"CLUSTERDOWN", Error::Connection, true, ErrorAction::RetryLater,
        QT_TRANSLATE_NOOP("Qombu::Redis", "The Redis cluster is down (%2); it is tried again")},
    Row{"NOREPLICAS", Error::Connection, true, ErrorAction::RetryLater,
        QT_TRANSLATE_NOOP("Qombu::Redis", "Redis has too few replicas to write (%2)")},
    Row{"ERR max number of clients reached", Error::Connection, true, ErrorAction::RetryLater,
        QT_TRANSLATE_NOOP("Qombu::Redis",
                          "Redis has no room for another client (%2): raise maxclients there")},
    Row{"READONLY", Error::Connection, true, ErrorAction::DropLink,
        QT_TRANSLATE_NOOP("Qombu::Redis",
                          "This Redis server is a replica and takes no writes (%2): connect to "
                          "its master")},
    Row{"MASTERDOWN", Error::Connection, true, ErrorAction::DropLink,
        QT_TRANSLATE_NOOP("Qombu::Redis", "This Redis replica has lost its master (%2)")},
    Row{"UNBLOCKED", Error::Connection, true, ErrorAction::DropLink,
        QT_TRANSLATE_NOOP("Qombu::Redis", "The role of this Redis server changed (%2)")},
    Row{"OOM", Error::Blocked, true, ErrorAction::Blocked,
        QT_TRANSLATE_NOOP("Qombu::Redis",
                          "Redis is out of memory and refuses writes (%2): raise maxmemory or "
                          "consume messages")},
    Row{"MISCONF", Error::Blocked, true, ErrorAction::Blocked,
        QT_TRANSLATE_NOOP("Qombu::Redis",
                          "Redis cannot save to disk and refuses writes (%2): see its log")},
    Row{"NOSCRIPT", Error::Channel, true, ErrorAction::Fail,
        QT_TRANSLATE_NOOP("Qombu::Redis", "Redis has forgotten the script %1 (%2)")},
    Row{"ERR user_script:", Error::Protocol, false, ErrorAction::Fail,
        QT_TRANSLATE_NOOP("Qombu::Redis", "The script %1 broke off inside Redis (%2)")},
    Row{"ERR Error running script", Error::Protocol, false, ErrorAction::Fail,
        QT_TRANSLATE_NOOP("Qombu::Redis", "The script %1 broke off inside Redis (%2)")},
    Row{"NOAUTH", Error::Authentication, false, ErrorAction::Credentials,
        QT_TRANSLATE_NOOP(
            "Qombu::Redis",
            "Redis wants a password and the URL gives none: redis://user:password@…")},
    Row{"WRONGPASS", Error::Authentication, false, ErrorAction::Credentials,
        QT_TRANSLATE_NOOP("Qombu::Redis", "Redis does not accept this user name and password")},
    Row{"WRONGTYPE", Error::Channel, false, ErrorAction::Fail,
        QT_TRANSLATE_NOOP("Qombu::Redis",
                          "Something else uses the name of a Redis key that is needed (%2)")},
};

// "redis://"-style name of a user for a sentence.
QString userName(const QByteArray &user)
{
    return user.isEmpty() ? QStringLiteral("default") : QString::fromUtf8(user);
}

// What an ACL would have to grant, from "… to run the 'x' command".
QString missingPermission(const QByteArray &reply, const QByteArray &operation)
{
    const qsizetype start = reply.indexOf('\'');
    const qsizetype end = reply.indexOf('\'', start + 1);
    if (start >= 0 && end > start)
        return Text::tr("grant +%1").arg(QString::fromUtf8(reply.mid(start + 1, end - start - 1)));
    if (reply.contains("key"))
        return Text::tr("grant the keys that %1 uses").arg(QString::fromUtf8(operation));
    if (reply.contains("channel"))
        return Text::tr("grant the channels that %1 uses").arg(QString::fromUtf8(operation));
    return Text::tr("grant the commands that %1 uses").arg(QString::fromUtf8(operation));
}

ReplyError denied(const QByteArray &reply, const QByteArray &operation, const QByteArray &user)
{
    const QString permission = missingPermission(reply, operation);
    if (permission.contains(QLatin1String("evalsha"))
        || permission.contains(QLatin1String("script"))) {
        return {
            Error(Error::Configuration,
                  Text::tr("The Redis user '%1' may not run scripts: grant +evalsha +script|load")
                      .arg(userName(user)))
                .withReplyCode(403)};
    }
    return {Error(Error::Configuration,
                  Text::tr("The Redis user '%1' may not do %2 (%3): %4")
                      .arg(userName(user), QString::fromUtf8(operation), QString::fromUtf8(reply),
                           permission))
                .withReplyCode(403)};
}

// Our scripts say "WRONGTYPE <key> is a <type>, not a <wanted>". Nothing: the server said it.
std::optional<Error> readForeignKey(const QByteArray &reply)
{
    static const QByteArray start = "WRONGTYPE ";
    static const QByteArray middle = " is a ";
    static const QByteArray end = ", not a ";
    const qsizetype to = reply.lastIndexOf(end);
    const qsizetype is = to < 0 ? -1 : reply.lastIndexOf(middle, to);
    if (!reply.startsWith(start) || is < start.size())
        return std::nullopt;
    const qsizetype type = is + middle.size();
    const QByteArray wanted = reply.mid(to + end.size()).split(' ').front();
    return foreignKey(reply.mid(start.size(), is - start.size()), reply.mid(type, to - type),
                      wanted);
}

// What a command on one key takes it for, by the letter that commands on this type begin with.
QByteArray wantedBy(const QByteArray &command)
{
    if (command.startsWith('L') || command.startsWith('R'))
        return "list";
    return command.startsWith('S') ? QByteArray("set") : QByteArray();
}

} // namespace

Error foreignKey(const QByteArray &key, const QByteArray &type, const QByteArray &wanted)
{
    QString text =
        Text::tr("The Redis key \"%1\" is a %2 and not what messaging keeps there: something else "
                 "uses this name. Look what it is, and rename or delete it.");
    if (wanted == "list")
        text =
            Text::tr("The Redis key \"%1\" is a %2 and no queue: something else uses this name. "
                     "Nothing was changed. Choose another name for the queue, or rename or delete "
                     "the key.");
    else if (!wanted.isEmpty())
        text = Text::tr(
            "The Redis key \"%1\" is a %2 and not what Kombu keeps bindings in. Nothing was "
            "changed. Look what it is, and rename or delete it.");
    return Error(Error::Channel, text.arg(QString::fromUtf8(key), QString::fromUtf8(type)));
}

bool isWrongType(const QByteArray &reply)
{
    return reply.startsWith("WRONGTYPE ") && !readForeignKey(reply);
}

// Messaging keeps nothing in texts and streams. Of a single key it is clear which one it is.
Error wrongType(const QByteArray &operation, const QList<QByteArray> &keys,
                const QList<QByteArray> &types)
{
    const QString where = QString::fromUtf8(operation);
    const bool isAlone = keys.size() == 1;
    QStringList all;
    for (qsizetype i = 0; i < keys.size(); ++i) {
        const QByteArray type = types.value(i);
        if (type == "string" || type == "stream" || (isAlone && !type.isEmpty()))
            return foreignKey(keys[i], type, isAlone ? wantedBy(operation) : QByteArray())
                .withWhere(where);
        if (type != "none")
            all << QStringLiteral("%1 (%2)").arg(QString::fromUtf8(keys[i]),
                                                 type.isEmpty() ? QStringLiteral("?")
                                                                : QString::fromUtf8(type));
    }
    return Error(
               Error::Channel,
               Text::tr("One of these Redis keys is not what messaging keeps there: %1. Something "
                        "else uses its name. Look what it is, and rename or delete it.")
                   .arg(all.join(QStringLiteral(", "))))
        .withWhere(where);
}

/*!
    \internal
    Tells what the error \a reply to \a operation means, for a program (kind, whether trying again
    can help), for a person (what is wrong and what to do about it) and for the link (the action).

    A command that a user may not run reads NOPERM; the same command inside a script reads "ERR The
    user executing the script can't …", and with Redis 8 "ERR ACL failure in script: …".
*/
ReplyError classifyError(const QByteArray &reply, const QByteArray &operation,
                         const QByteArray &user)
{
    if (reply.startsWith("NOPERM") || reply.startsWith("ERR The user executing the script can't")
        || reply.startsWith("ERR ACL failure in script: "))
        return denied(reply, operation, user);
    if (const auto foreign = readForeignKey(reply))
        return {foreign->withWhere(QString::fromUtf8(operation)), ErrorAction::Fail};
    const auto row = std::find_if(Rows.begin(), Rows.end(),
                                  [&](const Row &r) { return reply.startsWith(r.start); });
    const QString where = QString::fromUtf8(operation);
    if (row == Rows.end()) {
        const Error error(Error::Channel,
                          Text::tr("Redis refused %1: %2").arg(where, QString::fromUtf8(reply)));
        return {error.withWhere(where), ErrorAction::Fail};
    }
    // Of a refusal inside a script the server also says where in the script it was.
    const qsizetype script = reply.indexOf(" script: ");
    const QString said = QString::fromUtf8(script < 0 ? reply : reply.first(script));
    QString text = Text::tr(row->text);
    text.replace(QLatin1String("%1"), where).replace(QLatin1String("%2"), said);
    return {Error(row->kind, text).withRecoverable(row->recoverable).withWhere(where), row->action};
}

} // namespace Qombu::Redis
