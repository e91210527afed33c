// SPDX-License-Identifier: BSD-3-Clause
#include "interop/killrun.h"

#include <QDebug>
#include <QHash>

QByteArray KillRun::lines() const
{
    QByteArray lines;
    for (int i = 0; i < m_messages; ++i)
        lines += QByteArray::number(i) + '\n';
    return lines;
}

KillRun::Outcome KillRun::run(QombuTest::Program &producer)
{
    Outcome outcome;
    QHash<int, int> seen;
    const auto count = [&seen](const QList<QJsonObject> &objects) {
        for (const QJsonObject &object : objects) {
            if (object.contains(QLatin1String("body")))
                ++seen[object.value(QLatin1String("body")).toInt()];
        }
    };
    while (outcome.kills < m_kills) {
        const auto victim = consumer();
        // A random number of messages after its first one, so that it dies in the middle of work.
        if (!victim->waitForLines(1 + m_random.bounded(400)) && isEmpty())
            break;
        victim->kill();
        ++outcome.kills;
        count(victim->objects());
    }
    if (producer.exitCode() != 0)
        qWarning() << producer.errorText();
    count(drain());
    outcome.lost = m_messages - seen.size();
    for (const int times : std::as_const(seen))
        outcome.duplicates += times - 1;
    return outcome;
}
