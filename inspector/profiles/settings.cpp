// SPDX-License-Identifier: BSD-3-Clause
#include "profiles/settings.h"

#include <QtCore/qstandardpaths.h>
#include <QtCore/qstringlist.h>

namespace Qombu::Inspector {
namespace {

constexpr int SchemaVersion = 1;
constexpr qsizetype MaximumRecent = 10;

// Not safe is a connection for which somebody just said so: the next time it is asked for again.
bool isUnsafe(const QString &name, const QString &value)
{
    return (name == u"ssl_cert_reqs" && value.endsWith(u"none"))
        || (name == u"ssl_check_hostname" && value == u"false");
}

QString withoutSecretOptions(const QString &url)
{
    const qsizetype question = url.indexOf(u'?');
    if (question < 0)
        return url;
    QStringList kept;
    for (const QString &option : url.mid(question + 1).split(u'&', Qt::SkipEmptyParts)) {
        const QString name = option.section(u'=', 0, 0).toLower();
        const QString value = option.section(u'=', 1).toLower();
        if (!name.contains(u"pass") && !name.contains(u"secret") && !name.contains(u"token")
            && !isUnsafe(name, value))
            kept.append(option);
    }
    return url.left(question) + (kept.isEmpty() ? QString() : QString(u'?' + kept.join(u'&')));
}

} // namespace

Settings::Settings(const QString &file)
    : m_settings(file, QSettings::IniFormat)
{
    if (isUsable())
        m_settings.setValue(QStringLiteral("schemaVersion"), SchemaVersion);
}

QString Settings::defaultFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::ConfigLocation)
        + QStringLiteral("/qombu/inspector.ini");
}

bool Settings::isUsable() const
{
    return m_settings.value(QStringLiteral("schemaVersion"), SchemaVersion).toInt()
        == SchemaVersion;
}

QByteArray Settings::geometry() const
{
    return isUsable() ? m_settings.value(QStringLiteral("window/geometry")).toByteArray()
                      : QByteArray();
}

QByteArray Settings::windowState() const
{
    return isUsable() ? m_settings.value(QStringLiteral("window/state")).toByteArray()
                      : QByteArray();
}

void Settings::saveWindow(const QByteArray &geometry, const QByteArray &state)
{
    if (!isUsable())
        return;
    m_settings.setValue(QStringLiteral("window/geometry"), geometry);
    m_settings.setValue(QStringLiteral("window/state"), state);
}

QList<RecentBroker> Settings::recentBrokers() const
{
    QList<RecentBroker> brokers;
    if (!isUsable())
        return brokers;
    const int count = m_settings.beginReadArray(QStringLiteral("recent"));
    for (int i = 0; i < count; ++i) {
        m_settings.setArrayIndex(i);
        brokers.append({m_settings.value(QStringLiteral("url")).toString(),
                        m_settings.value(QStringLiteral("environment")).toInt()});
    }
    m_settings.endArray();
    return brokers;
}

void Settings::addRecentBroker(const BrokerUrl &url, int environment)
{
    if (!isUsable())
        return;
    const QString text = urlWithoutSecrets(url);
    QList<RecentBroker> brokers = recentBrokers();
    brokers.removeIf([&](const RecentBroker &broker) { return broker.url == text; });
    brokers.prepend({text, environment});
    brokers.resize(qMin(brokers.size(), MaximumRecent));
    m_settings.remove(QStringLiteral("recent"));
    m_settings.beginWriteArray(QStringLiteral("recent"), int(brokers.size()));
    for (int i = 0; i < brokers.size(); ++i) {
        m_settings.setArrayIndex(i);
        m_settings.setValue(QStringLiteral("url"), brokers[i].url);
        m_settings.setValue(QStringLiteral("environment"), brokers[i].environment);
    }
    m_settings.endArray();
}

int Settings::environmentOf(const BrokerUrl &url) const
{
    const QString text = urlWithoutSecrets(url);
    for (const RecentBroker &broker : recentBrokers()) {
        if (broker.url == text)
            return broker.environment;
    }
    return 0;
}

QString urlWithoutSecrets(const BrokerUrl &url)
{
    QStringList parts;
    for (const BrokerUrl &one : url.alternates()) {
        QString text = one.toString(); // masked as "**"
        text.replace(QStringLiteral(":**@"), QStringLiteral("@"));
        text.replace(QStringLiteral("://@"), QStringLiteral("://"));
        parts.append(withoutSecretOptions(text));
    }
    return parts.join(u';');
}

} // namespace Qombu::Inspector
