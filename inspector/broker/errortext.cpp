// SPDX-License-Identifier: BSD-3-Clause
#include "broker/errortext.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qurl.h>

namespace Qombu::Inspector {
namespace {

class ErrorTexts
{
    Q_DECLARE_TR_FUNCTIONS(ErrorTexts)
public:
    static QString product(const BrokerUrl &url)
    {
        if (url.scheme().startsWith(u"redis"))
            return QStringLiteral("Redis");
        if (url.scheme() == u"memory")
            return tr("The in-memory broker");
        return tr("The broker");
    }

    static QString sentence(const Error &error, const BrokerUrl &url)
    {
        const QString who = product(url);
        const QString where = brokerName(url);
        switch (error.kind()) {
        case Error::Connection:
            return tr("%1 cannot be reached at %2.").arg(who, where);
        case Error::Timeout:
            return tr("%1 did not answer in time (%2).").arg(who, where);
        case Error::Authentication:
            if (url.password().isEmpty())
                return tr("%1 wants a password.").arg(who);
            return url.userName().isEmpty()
                ? tr("%1 refused the password.").arg(who)
                : tr("%1 refused the password of user “%2”.").arg(who, url.userName());
        case Error::Tls:
        case Error::Configuration:
        case Error::LimitExceeded:
        case Error::Unsupported:
            return error.text(); // names what, and how
        case Error::Blocked:
            return tr("%1 refuses to store anything for now.").arg(who);
        case Error::NotFound:
            return tr("It is no longer there.");
        case Error::Unroutable:
            return tr("No queue took the message.");
        default:
            return tr("%1 could not do this.").arg(who);
        }
    }

    static QString advice(const Error &error, const BrokerUrl &url)
    {
        switch (error.kind()) {
        case Error::Connection:
            return url.isSocket() ? tr("Is the server running, and may you open its socket?")
                                  : tr("Is the server running, and are host and port right?");
        case Error::Timeout:
            return tr("It may be busy, or a firewall swallows the traffic.");
        case Error::Authentication:
            return tr("Open the broker again with its user and password.");
        case Error::Blocked:
            return tr("It is out of memory or disk, or a replica that only reads.");
        default:
            return {};
        }
    }
};

} // namespace

ErrorText describeError(const Error &error, const BrokerUrl &url)
{
    ErrorText text;
    text.sentence = ErrorTexts::sentence(error, url);
    text.advice = ErrorTexts::advice(error, url);
    const QString kind =
        QString::fromLatin1(QMetaEnum::fromType<Error::Kind>().valueToKey(error.kind()));
    text.details =
        QStringList{
            QStringLiteral("broker: ") + url.toString(),
            QStringLiteral("kind: ") + kind,
            QStringLiteral("text: ") + error.text(),
            QStringLiteral("where: ") + error.where(),
            QStringLiteral("reply code: ") + QString::number(error.replyCode()),
        }
            .join(u'\n');
    text.details = withoutPassword(text.details, url);
    return text;
}

QString brokerName(const BrokerUrl &url)
{
    QString name = url.scheme() + (url.isSocket() ? u"+socket://" : u"://");
    if (url.isSocket())
        name += url.path();
    else
        name += url.host().contains(u':') ? u'[' + url.host() + u']' : url.host();
    if (url.port() > 0)
        name += u':' + QString::number(url.port());
    if (!url.virtualHost().isEmpty() && !url.isSocket())
        name += u'/' + url.virtualHost();
    return name;
}

QString brokerProduct(const BrokerUrl &url)
{
    return ErrorTexts::product(url);
}

QString withoutPassword(QString text, const BrokerUrl &url)
{
    for (const BrokerUrl &one : url.alternates()) {
        const QString password = one.password();
        if (password.isEmpty())
            continue;
        text.replace(password, QStringLiteral("**"));
        text.replace(QString::fromLatin1(QUrl::toPercentEncoding(password)), QStringLiteral("**"));
    }
    return text;
}

} // namespace Qombu::Inspector
