// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/result.h>

#include <QtCore/qlist.h>
#include <QtCore/qmap.h>
#include <QtCore/qshareddata.h>

namespace Qombu {
class BrokerUrlData;

// Where a broker is and how to log in, in Kombu's grammar: one URL, or several
// separated by ';' to fail over to. A value. Printing it masks the password.
class QOMBU_EXPORT BrokerUrl
{
    Q_GADGET
public:
    BrokerUrl();
    BrokerUrl(const QString &text);
    BrokerUrl(const char *text); // UTF-8
    BrokerUrl(const BrokerUrl &other);
    BrokerUrl &operator=(const BrokerUrl &other);
    ~BrokerUrl();

    bool isValid() const { return !error().isError(); }
    Error error() const; // Error::Configuration that names the offending part

    // Of the first URL.
    QString scheme() const; // "redis", lower case; for "redis+socket" this is "redis"
    QString innerScheme() const; // "socket" of "redis+socket"; else empty
    bool isSocket() const; // a unix socket: path() is its file
    QString userName() const; // null: none given
    QString password() const; // null: none given
    QString host() const;
    int port() const; // -1: the transport's default
    QString path() const;
    QString virtualHost() const; // null: none given
    QMap<QString, QString> query() const; // decoded; "ssl_…" and transport options

    BrokerUrl withPassword(const QString &password) const; // set in every alternate that has none
    BrokerUrl withCredentials(const QString &userName, const QString &password) const; // in all
    QList<BrokerUrl> alternates() const; // every URL of the list, the first one first

    QString toString() const; // password masked as "**"
    QString toStringWithPassword() const;

    friend QOMBU_EXPORT bool operator==(const BrokerUrl &a, const BrokerUrl &b);

private:
    QSharedDataPointer<BrokerUrlData> d;
};

QOMBU_EXPORT QDebug operator<<(QDebug debug, const BrokerUrl &url); // masked

} // namespace Qombu
