// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/program.h"

#include <QRandomGenerator>

#include <memory>

// Consumers that die by SIGKILL at random points, one after the other, while a producer sends
// numbered messages. Plain class.
class KillRun
{
public:
    struct Outcome
    {
        int kills = 0;
        qsizetype lost = 0;
        qsizetype duplicates = 0;
    };

    KillRun(int messages, int kills, quint32 seed)
        : m_messages(messages)
        , m_kills(kills)
        , m_random(seed)
    {
    }

    QByteArray lines() const; // what the producer is to send

    std::function<std::unique_ptr<QombuTest::Program>()> consumer; // prints what it gets
    std::function<bool()> isEmpty; // the queue
    std::function<QList<QJsonObject>()> drain; // what the last consumer left

    Outcome run(QombuTest::Program &producer);

private:
    const int m_messages;
    const int m_kills;
    QRandomGenerator m_random;
};
