// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transports/redis/rediscontext.h"

#include <QMap>

namespace Qombu::Redis {

// What sweeps tell: how many messages went back to which queues, and how many cannot go back, once
// for as long as they are no more. A plain class.
class RedisRestoreReport
{
public:
    void beginRound() { m_left = 0; }
    void restored(const QStringList &queues);
    void left(const QByteArray &tag, const QString &why);
    // A sweep is over. isRound: so is the round, all there is has been looked at.
    void tell(RedisHost &host, bool isRound);

private:
    QMap<QString, qint64> m_restored; // since the last notice, by queue; no name: many more queues
    qint64 m_left = 0; // of this round
    qint64 m_toldLeft = 0;
    QString m_firstLeft; // and why
};

} // namespace Qombu::Redis
