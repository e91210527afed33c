// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/redisscripts.h"

#include <QCryptographicHash>
#include <QRegularExpression>

#include <redisscripttexts.h> // made from scripts/*.lua

#include <algorithm>

namespace Qombu::Redis {

Script::Script(const char *name, const QByteArray &text)
    : m_name(name)
    , m_text(text)
    , m_sha1(QCryptographicHash::hash(m_text, QCryptographicHash::Sha1).toHex())
{
}

// As the texts are written: 'NAME' is the first argument of a call, or chosen for one.
QList<QByteArray> Script::commands() const
{
    static const QRegularExpression name(QStringLiteral("(?:\\(|and |or )'([A-Z]+)'"));
    QList<QByteArray> commands;
    auto matches = name.globalMatch(QString::fromUtf8(m_text));
    while (matches.hasNext())
        commands.append(matches.next().captured(1).toLatin1().toLower());
    std::sort(commands.begin(), commands.end());
    commands.erase(std::unique(commands.begin(), commands.end()), commands.end());
    return commands;
}

const Scripts &Scripts::all()
{
    namespace Text = ScriptTexts;
    const auto checked = [](const char *text) { return QByteArray(Text::refusal).append(text); };
    const auto naming = [&](const char *text) { return checked(Text::nameof).append(text); };
    static const Scripts scripts{{"claim", Text::claim},
                                 {"quarantine", Text::quarantine},
                                 {"settle", Text::settle},
                                 {"putBack", Text::putback},
                                 {"renew", Text::renew},
                                 {"expired", Text::expired},
                                 {"outline", Text::outline},
                                 {"restore", checked(Text::restore)},
                                 {"peek", Text::peek},
                                 {"remove", checked(Text::remove)},
                                 {"removeExchange", checked(Text::removeexchange)},
                                 {"bind", checked(Text::bind)},
                                 {"publish", checked(Text::publish)},
                                 {"expire", checked(Text::expire)},
                                 {"quarantined", naming(Text::quarantined)},
                                 {"unquarantine", naming(Text::unquarantine)}};
    return scripts;
}

} // namespace Qombu::Redis
