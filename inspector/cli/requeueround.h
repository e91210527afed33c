// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/message.h>

#include <QHash>
#include <QSet>

// Notices when messages that this process put back into their queues come again. Plain class.
class RequeueRound
{
public:
    bool comesAgain(const Qombu::Message &message) const;
    void printed(const Qombu::Message &message) { ++m_queues[message.queue()].printed; }
    void putBack(const Qombu::Message &message);
    qint64 printedOf(const QString &queue) const { return m_queues.value(queue).printed; }

private:
    struct Progress
    {
        QSet<QString> names; // of the first messages that were put back
        qint64 printed = 0;
    };
    QHash<QString, Progress> m_queues;
};
