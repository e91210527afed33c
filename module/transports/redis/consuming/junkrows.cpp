// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/junkrows.h"

#include "transports/redis/wire/redistext.h"

namespace Qombu::Redis {
namespace {

constexpr int MostInARow = 100;

} // namespace

void JunkRows::add(const ClaimResult &result)
{
    if (!m_rows.isEmpty()) {
        for (const IncomingMessage &message : result.messages)
            m_rows.remove(message.queue);
    }
    for (const ClaimResult::Junk &junk : result.junk) {
        int &row = m_rows[junk.queue];
        row = junk.inARow + (junk.isWhole ? row : 0);
    }
}

Error JunkRows::verdict(const QString &queue, const RedisKeys &keys) const
{
    const int row = m_rows.value(queue);
    if (row < MostInARow)
        return {};
    return Error(
               Error::Decode,
               Text::tr("\"%1\" is no Kombu queue: %2 elements in a row are no messages. They are "
                        "in \"%3\" now; the others stay where they are")
                   .arg(queue, QString::number(row), QString::fromUtf8(keys.quarantine(queue))))
        .withRecoverable(false);
}

} // namespace Qombu::Redis
