// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokerurl.h>

namespace Qombu {

// One URL of a list, decoded. Null strings and -1 mean "not given".
struct BrokerUrlPart
{
    QString scheme; // lower case; the transport's name
    QString inner; // what followed '+': "socket", "sqlite"; "socket" also where "unix" was written
    QString userName;
    QString password;
    QString host;
    int port = -1;
    QString virtualHost; // of a socket: query key virtual_host
    QString socketPath; // of a socket
    QMap<QString, QString> query;

    bool isSocket() const { return inner == QLatin1String("socket"); }
    friend bool operator==(const BrokerUrlPart &, const BrokerUrlPart &) = default;
};

// Reads Kombu's grammar of one URL or a list. No error text contains a password.
Result<QList<BrokerUrlPart>> parseBrokerUrls(const QString &text);

enum class PasswordForm { Masked, Clear };
QString printBrokerUrl(const BrokerUrlPart &part, PasswordForm form);

// What may be shown of a text that is no URL: its scheme.
QString maskedInvalidUrl(const QString &text);

} // namespace Qombu
