// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisrestorereport.h"

#include "transports/redis/redisclient.h"
#include "transports/redis/wire/redistext.h"

namespace Qombu::Redis {

namespace {

constexpr qsizetype MostQueues = 20; // that are told one by one

} // namespace

void RedisRestoreReport::restored(const QStringList &queues)
{
    for (const QString &queue : queues) {
        const bool isFew = m_restored.contains(queue) || m_restored.size() < MostQueues;
        ++m_restored[isFew ? queue : QString()];
    }
}

void RedisRestoreReport::left(const QByteArray &tag, const QString &why)
{
    if (m_left++ == 0)
        m_firstLeft = Text::tr("message \"%1\": %2").arg(QString::fromUtf8(tag), why);
}

void RedisRestoreReport::tell(RedisHost &host, bool isRound)
{
    const QMap<QString, qint64> restored = std::exchange(m_restored, {});
    for (auto it = restored.cbegin(); it != restored.cend(); ++it) {
        const QString queue = it.key().isEmpty() ? Text::tr("further queues") : it.key();
        BrokerNotice notice =
            makeNotice(BrokerNotice::Restored,
                       Text::tr("Messages went back to %1, because others had held them for too "
                                "long")
                           .arg(queue),
                       {}, it.key());
        notice.count = it.value();
        host.notice(notice);
    }
    if (!isRound)
        return;
    if (m_left > m_toldLeft) {
        BrokerNotice notice = makeNotice(
            BrokerNotice::Information,
            Text::tr("Unacknowledged messages that cannot be given back and stay where they are: "
                     "%1. The first is %2")
                .arg(QString::number(m_left), m_firstLeft));
        notice.count = m_left - m_toldLeft;
        host.notice(notice);
    }
    m_toldLeft = m_left;
}

} // namespace Qombu::Redis
