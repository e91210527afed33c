// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/brokerurl.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qsettings.h>

namespace Qombu::Inspector {

// A broker that was opened before. Never with a password.
struct RecentBroker
{
    QString url;
    int environment = 0;
};

// What the inspector remembers: the window and the brokers it was used with. An INI file of one
// schema version; a file of a newer or unknown version is left alone and not read.
class Settings
{
public:
    explicit Settings(const QString &file = defaultFile());

    static QString defaultFile();

    QByteArray geometry() const;
    QByteArray windowState() const;
    void saveWindow(const QByteArray &geometry, const QByteArray &state);

    QList<RecentBroker> recentBrokers() const; // the last one first
    void addRecentBroker(const BrokerUrl &url, int environment);
    int environmentOf(const BrokerUrl &url) const;

private:
    bool isUsable() const;

    mutable QSettings m_settings;
};

QString urlWithoutSecrets(const BrokerUrl &url);

} // namespace Qombu::Inspector
