// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/managementrefusal.h"

#include "transports/amqp/wire/amqptext.h"

#include <QtCore/qlocale.h>

#include <array>
#include <cerrno>

namespace Qombu::Amqp {
namespace {

// What RabbitMQ says with a status 401, and what to do. %1: the user, %2: the virtual host.
struct UserRefusal
{
    QLatin1StringView reason; // is in it
    const char *text;
    bool isAboutAll = false; // that the API could tell
};

constexpr std::array userRefusals{
    UserRefusal{QLatin1StringView("Not management user"),
                QT_TRANSLATE_NOOP("Qombu::Amqp",
                                  "The user \"%1\" may not use RabbitMQ's management API: it needs "
                                  "the tag \"management\" or \"monitoring\" (rabbitmqctl "
                                  "set_user_tags %1 management)."),
                true},
    UserRefusal{QLatin1StringView("Not monitor"),
                QT_TRANSLATE_NOOP("Qombu::Amqp",
                                  "RabbitMQ's management API shows this only to users with the tag "
                                  "\"monitoring\", which \"%1\" has not.")},
    UserRefusal{QLatin1StringView("Not administrator"),
                QT_TRANSLATE_NOOP("Qombu::Amqp",
                                  "RabbitMQ's management API shows this only to users with the tag "
                                  "\"administrator\", which \"%1\" has not.")},
    UserRefusal{QLatin1StringView("Not policymaker"),
                QT_TRANSLATE_NOOP("Qombu::Amqp",
                                  "RabbitMQ's management API shows this only to users with the tag "
                                  "\"policymaker\", which \"%1\" has not.")},
    UserRefusal{QLatin1StringView("access virtual host"),
                QT_TRANSLATE_NOOP("Qombu::Amqp",
                                  "The user \"%1\" of RabbitMQ's management API has no permissions "
                                  "in the virtual host \"%2\" (rabbitmqctl set_permissions)."),
                true},
};

// Before RabbitMQ 4 both spellings occur.
QString reasonIn(const QVariant &json)
{
    const QVariantMap said = json.toMap();
    const QVariant reason = said.value(QStringLiteral("reason"));
    return reason.typeId() == QMetaType::QString ? reason.toString()
                                                 : said.value(QStringLiteral("error")).toString();
}

bool isRabbitsAnswer(const QVariant &json)
{
    return json.toMap().contains(QStringLiteral("error"));
}

} // namespace

QString ManagementRefusal::place() const
{
    return base.toString(QUrl::RemoveUserInfo | QUrl::StripTrailingSlash | QUrl::FullyEncoded);
}

QString ManagementRefusal::whereElse() const
{
    return isBaseGiven ? Text::tr("Check the option management_url.")
                       : Text::tr("If it is elsewhere, say where with the option management_url.");
}

Error ManagementRefusal::about(Error::Kind kind, const QString &text, bool isRecoverable) const
{
    return Error(kind,
                 Text::tr("%1 Without it AMQP tells only how many messages wait in a queue whose "
                          "name is known, and how many consumers it has, and shows its messages.")
                     .arg(text))
        .withWhere(place())
        .withRecoverable(isRecoverable);
}

Error ManagementRefusal::ofError(const Error &error, Hub::Duration timeout) const
{
    if (error.kind() == Error::Timeout)
        return ofSlow(timeout);
    if (error.kind() == Error::LimitExceeded) {
        return Error(Error::Channel,
                     Text::tr("RabbitMQ's management API answered more than is taken: %1")
                         .arg(error.text()));
    }
    if (error.kind() == Error::Connection && error.replyCode() == ECONNREFUSED) {
        const QString text = base.scheme() == QLatin1String("https")
            ? Text::tr(
                "Nothing listens at %1, where RabbitMQ's management API should be: the "
                "plug-in is off there (rabbitmq-plugins enable rabbitmq_management), or has no "
                "port for TLS (management.ssl.port). %2")
            : Text::tr("Nothing listens at %1, where RabbitMQ's management API should be: the "
                       "plug-in is off there (rabbitmq-plugins enable rabbitmq_management). %2");
        return about(Error::Connection, text.arg(place(), whereElse()), true);
    }
    const QString text = Text::tr("RabbitMQ's management API was not reached: %1 %2");
    QString why = error.text();
    if (!why.endsWith(u'.'))
        why += u'.';
    return about(error.kind(), text.arg(why, whereElse()), error.isRecoverable());
}

static QString secondsText(Hub::Duration timeout)
{
    return QLocale::c().toString(std::chrono::duration<double>(timeout).count());
}

Error ManagementRefusal::ofSlow(Hub::Duration timeout) const
{
    return about(
        Error::Timeout,
        Text::tr("RabbitMQ's management API at %1 has not answered within %2 s: the broker "
                 "is busy, or there is very much to do. Ask for less, such as a part of "
                 "the names.")
            .arg(place(), secondsText(timeout)),
        true);
}

Error ManagementRefusal::ofWaiting(Hub::Duration timeout) const
{
    return Error(Error::Timeout,
                 Text::tr("RabbitMQ's management API was not asked within %1 s: other questions "
                          "were before this one, or nobody said who asks.")
                     .arg(secondsText(timeout)))
        .withRecoverable(true);
}

// An import goes on at the broker, whoever has stopped to wait for it.
Error ManagementRefusal::inDoubt(const Error &error) const
{
    return Error(error.kind(),
                 Text::tr("%1 What was asked for may be done all the same.").arg(error.text()))
        .withWhere(error.where())
        .withReplyCode(error.replyCode())
        .withInDoubt(true);
}

Error ManagementRefusal::ofAnswer(const HttpAnswer &answer, const QVariant &json) const
{
    const int status = answer.status;
    const QString reason = reasonIn(json).left(300);
    Error error;
    if (status == 401 || status == 403)
        error = ofUser(reason);
    else if (status == 404 && isRabbitsAnswer(json))
        error = Error(Error::NotFound, Text::tr("RabbitMQ has nothing of this name."));
    else if (status == 404)
        error = ofNowhere();
    else if (status >= 400 && status < 500 && isRabbitsAnswer(json))
        error =
            Error(Error::Channel, Text::tr("RabbitMQ's management API refused: %1").arg(reason));
    else
        error = ofTrouble(status, reason);
    return error.withReplyCode(status);
}

Error ManagementRefusal::ofUser(const QString &reason) const
{
    for (const UserRefusal &refusal : userRefusals) {
        if (!reason.contains(refusal.reason))
            continue;
        QString text = Text::tr(refusal.text);
        text = text.contains(QLatin1String("%2")) ? text.arg(user, virtualHost) : text.arg(user);
        return refusal.isAboutAll ? about(Error::Configuration, text)
                                  : Error(Error::Configuration, text);
    }
    const QString text = isOwnUser
        ? Text::tr("RabbitMQ's management API at %1 does not accept the user \"%2\" with this "
                   "password: check the options management_user and management_password.")
        : Text::tr("RabbitMQ's management API at %1 does not accept the user \"%2\" with the "
                   "password of the connection. If it wants others, give the options "
                   "management_user and management_password.");
    const QString said = reason.isEmpty() ? QString() : Text::tr(" It says: %1").arg(reason);
    return about(Error::Authentication, text.arg(place(), user) + said);
}

Error ManagementRefusal::ofNowhere() const
{
    return about(
        Error::Configuration,
        Text::tr("There is no management API of RabbitMQ at %1/api/: it may stand behind a "
                 "path, which belongs into the option management_url.")
            .arg(place()));
}

Error ManagementRefusal::ofTrouble(int status, const QString &reason) const
{
    const QString said = reason.isEmpty() ? QString() : u": " + reason;
    if (status == 503) {
        return about(Error::Connection,
                     Text::tr("RabbitMQ's management API at %1 cannot answer now (503%2): the node "
                              "starts, is in maintenance, or has an alarm. Ask again later.")
                         .arg(place(), said),
                     true);
    }
    if (status >= 500) {
        return about(Error::Connection,
                     Text::tr("RabbitMQ's management API at %1, or a proxy before it, failed "
                              "(%2%3); the broker's log may say why.")
                         .arg(place(), QString::number(status), said),
                     true);
    }
    return about(
        Error::Configuration,
        Text::tr("What answers at %1 is not RabbitMQ's management API, or a proxy is before "
                 "it (status %2%3). %4")
            .arg(place(), QString::number(status), said, whereElse()));
}

Error ManagementRefusal::ofText(const QByteArray &contentType) const
{
    const QByteArray type = contentType.split(';').first().trimmed().left(80);
    if (type == "application/json") {
        return about(Error::Protocol,
                     Text::tr("What RabbitMQ's management API at %1 answered is cut, or too much.")
                         .arg(place()));
    }
    return about(
        Error::Configuration,
        Text::tr("What answers at %1 is not RabbitMQ's management API, or a proxy that wants "
                 "a log-in is before it: it sends no JSON, but \"%2\". %3")
            .arg(place(), QString::fromLatin1(type), whereElse()));
}

Error ManagementRefusal::ofStranger() const
{
    return about(Error::Configuration,
                 Text::tr("What answers at %1 is not RabbitMQ's management API. %2")
                     .arg(place(), whereElse()));
}

Error ManagementRefusal::ofOtherBroker(const QString &there, const QString &here) const
{
    return about(
        Error::Configuration,
        Text::tr("The management API at %1 is that of another broker: of \"%2\", while the "
                 "connection leads to \"%3\". %4")
            .arg(place(), there, here, whereElse()));
}

Error ManagementRefusal::ofBroker(const QString &product) const
{
    return about(Error::Unsupported,
                 Text::tr("Only RabbitMQ has the management API that this needs; the broker calls "
                          "itself \"%1\".")
                     .arg(product));
}

Error ManagementRefusal::ofTurnedOff() const
{
    return about(Error::Unsupported,
                 Text::tr("This needs RabbitMQ's management API, which the option management=no "
                          "turned off."));
}

Error ManagementRefusal::ofExternal() const
{
    return about(Error::Configuration,
                 Text::tr("The connection logs in by its certificate; RabbitMQ's management API "
                          "wants a user and a password: give the options management_user and "
                          "management_password."));
}

Error ManagementRefusal::ofTooMany(int waiting) const
{
    return Error(
        Error::LimitExceeded,
        Text::tr("%n questions already wait for RabbitMQ's management API.", nullptr, waiting));
}

} // namespace Qombu::Amqp
