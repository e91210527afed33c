// SPDX-License-Identifier: BSD-3-Clause
#include "core/brokerurlparser_p.h"

#include <Qombu/brokerurl.h>

#include <QtCore/qdebug.h>

namespace Qombu {

class BrokerUrlData : public QSharedData
{
public:
    QList<BrokerUrlPart> parts; // never empty: one empty part stands for "invalid"
    QString text; // of an invalid one
    Error error;
};

/*!
    \class Qombu::BrokerUrl
    \inmodule Qombu
    \inheaderfile Qombu/BrokerUrl
    \brief Where a broker is and how to log in.

    The grammar is Kombu's:
    \badcode
    transport://user:password@host:port/vhost?key=value
    redis+socket://user:password@/run/redis.sock?virtual_host=3
    amqp://u:p@one:5672/v;amqp://u:p@two:5673/v;three
    \endcode

    User, password, host and vhost are percent-decoded. One leading slash of the path is dropped,
    what is left is the vhost: \c{amqp://h/} names none, \c{amqp://h//} names \c{/}. Several URLs
    separated by ';' are alternates to fail over to: one without "://" is only a host and takes
    everything else from the URL before it; a full one takes port and vhost from there if it names
    none, as Kombu does. Writing every alternate in full says more.

    \c{redis+unix} is understood as \c{redis+socket}. Without a transport the URL is an \c amqp one.
    Whether a transport of that name exists is not looked at here. Query keys that are not Kombu's
    are transport options of ours; Python programs refuse such URLs. Keys that
    repeat a part of the URL (\c hostname, \c port, \c userid, \c password, \c transport,
    \c virtual_host) are refused, but for \c virtual_host of a unix socket, which is its database.

    The password is masked wherever the URL is printed, but for toStringWithPassword(). Implicitly
    shared; values may be used in any thread.
*/

/*! Constructs an invalid URL: none was given. */
BrokerUrl::BrokerUrl()
    : BrokerUrl(QString())
{
}

/*!
    Reads \a text. What is wrong with it, if anything, is error(). Implicit, so that a text will do.
*/
BrokerUrl::BrokerUrl(const QString &text)
    : d(new BrokerUrlData)
{
    auto parts = parseBrokerUrls(text);
    if (parts) {
        d->parts = std::move(*parts);
        return;
    }
    d->parts.append(BrokerUrlPart());
    d->text = text;
    d->error = parts.error();
}

/*! \overload
    \a text is UTF-8.
*/
BrokerUrl::BrokerUrl(const char *text)
    : BrokerUrl(QString::fromUtf8(text))
{
}

BrokerUrl::BrokerUrl(const BrokerUrl &other) = default;
BrokerUrl &BrokerUrl::operator=(const BrokerUrl &other) = default;
BrokerUrl::~BrokerUrl() = default;

/*!
    \fn bool BrokerUrl::isValid() const
    Returns whether the text was a URL; error() says why not.
*/

/*! Returns Error::Configuration that says what is wrong and what to write, or no error. */
Error BrokerUrl::error() const
{
    return d->error;
}

/*! Returns the transport's name in lower case: \c redis, also for \c{redis+socket}. */
QString BrokerUrl::scheme() const
{
    return d->parts.first().scheme;
}

/*!
    Returns what follows the '+' of a transport that takes another URL: \c socket for
    \c{redis+socket}, \c{postgresql+psycopg2} for \c{sqla+postgresql+psycopg2}. Empty for others.
*/
QString BrokerUrl::innerScheme() const
{
    return d->parts.first().inner;
}

/*! Returns whether the broker is reached through the unix socket path(). */
bool BrokerUrl::isSocket() const
{
    return d->parts.first().isSocket();
}

/*! Returns the user's name; null if none is given. This and what follows is of the first URL. */
QString BrokerUrl::userName() const
{
    return d->parts.first().userName;
}

/*! Returns the password in clear text; null if none is given. */
QString BrokerUrl::password() const
{
    return d->parts.first().password;
}

/*! Returns the host in lower case, an IPv6 address without brackets; empty for the default host. */
QString BrokerUrl::host() const
{
    return d->parts.first().host;
}

/*! Returns the port, or -1 for the transport's default. */
int BrokerUrl::port() const
{
    return d->parts.first().port;
}

/*! Returns the file of a unix socket, else the path with its slash; empty if there is none. */
QString BrokerUrl::path() const
{
    const BrokerUrlPart &part = d->parts.first();
    if (part.isSocket())
        return part.socketPath;
    return part.virtualHost.isNull() ? QString() : u'/' + part.virtualHost;
}

/*! Returns the vhost (on Redis: the database); null for the transport's default. */
QString BrokerUrl::virtualHost() const
{
    return d->parts.first().virtualHost;
}

/*! Returns the decoded query without empty values, and without \c virtual_host of a socket. */
QMap<QString, QString> BrokerUrl::query() const
{
    return d->parts.first().query;
}

/*! Returns this URL with \a password in every alternate that has none. */
BrokerUrl BrokerUrl::withPassword(const QString &password) const
{
    BrokerUrl copy = *this;
    if (!isValid() || password.isEmpty())
        return copy;
    for (BrokerUrlPart &part : copy.d->parts) {
        if (part.password.isNull())
            part.password = password;
    }
    return copy;
}

/*! Returns this URL with \a userName and \a password in place of those of every alternate. */
BrokerUrl BrokerUrl::withCredentials(const QString &userName, const QString &password) const
{
    BrokerUrl copy = *this;
    if (!isValid())
        return copy;
    for (BrokerUrlPart &part : copy.d->parts) {
        part.userName = userName;
        part.password = password;
    }
    return copy;
}

/*! Returns every URL of the list by itself, the first one first; nothing if this is invalid. */
QList<BrokerUrl> BrokerUrl::alternates() const
{
    QList<BrokerUrl> result;
    if (!isValid())
        return result;
    for (const BrokerUrlPart &part : d->parts) {
        BrokerUrl single;
        single.d->parts = {part};
        single.d->error = Error();
        result.append(single);
    }
    return result;
}

static QString joined(const QList<BrokerUrlPart> &parts, PasswordForm form)
{
    QStringList texts;
    for (const BrokerUrlPart &part : parts)
        texts.append(printBrokerUrl(part, form));
    return texts.join(u';');
}

/*!
    Returns the URL to show: passwords, and query values that are called so, are "**". Of an invalid
    URL only what stands before "://" is shown, for where its password begins is not known.
*/
QString BrokerUrl::toString() const
{
    return isValid() ? joined(d->parts, PasswordForm::Masked) : maskedInvalidUrl(d->text);
}

/*! Returns the URL in its normal form, with passwords: read again it is an equal BrokerUrl. */
QString BrokerUrl::toStringWithPassword() const
{
    return isValid() ? joined(d->parts, PasswordForm::Clear) : d->text;
}

/*!
    \fn bool Qombu::BrokerUrl::operator==(const Qombu::BrokerUrl &a, const Qombu::BrokerUrl &b)
    Returns whether \a a and \a b are the same URLs, however they were written.
*/
bool operator==(const BrokerUrl &a, const BrokerUrl &b)
{
    return a.d == b.d || (a.d->parts == b.d->parts && a.d->text == b.d->text);
}

/*! Writes \a url to \a debug, passwords masked. */
QDebug operator<<(QDebug debug, const BrokerUrl &url)
{
    const QDebugStateSaver saver(debug);
    return debug.nospace().noquote() << "Qombu::BrokerUrl(" << url.toString() << ')';
}

} // namespace Qombu
