// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/browsing/unreadparts.h"

#include "transports/redis/wire/redistext.h"

namespace Qombu::Redis {

namespace {

QString sentence(UnreadParts::Kind kind, const QString &name, qint64 count, const QString &why)
{
    switch (kind) {
    case UnreadParts::Set:
        return Text::tr("Bindings cannot be read, in sets: %1. The first is \"%2\": %3")
            .arg(QString::number(count), name, why);
    case UnreadParts::Queue:
        return Text::tr("Queues whose messages cannot be counted: %1. The first is \"%2\": %3")
            .arg(QString::number(count), name, why);
    case UnreadParts::Records:
        return Text::tr("Held messages cannot be counted by queue, from \"%1\": %2").arg(name, why);
    case UnreadParts::List:
        return Text::tr("Messages cannot be shown, in lists: %1. The first is \"%2\": %3")
            .arg(QString::number(count), name, why);
    }
    return {};
}

} // namespace

void UnreadParts::add(Kind kind, const QByteArray &name, const Error &why)
{
    Part &part = m_parts[kind];
    if (part.count++ > 0)
        return;
    part.name = QString::fromUtf8(name);
    part.why = why.text();
}

void UnreadParts::tell(const TellUnread &tell) const
{
    for (const auto &[kind, part] : m_parts) {
        if (tell)
            tell(sentence(kind, part.name, part.count, part.why));
    }
}

} // namespace Qombu::Redis
