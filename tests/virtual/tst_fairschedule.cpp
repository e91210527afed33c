// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "virtual/queueing/fairschedule.h"

#include <QTest>

using namespace Qombu;

namespace {

const QStringList Queues{QStringLiteral("c"), QStringLiteral("a"), QStringLiteral("b")};

} // namespace

class tst_FairSchedule : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void roundRobinAsksTheServedQueueLast()
    {
        FairSchedule schedule(QueueOrder::RoundRobin);
        schedule.setQueues(Queues);
        QCOMPARE(schedule.order(), Queues);
        schedule.served(QStringLiteral("c"));
        QCOMPARE(schedule.order().join(QString()), QStringLiteral("abc"));
        schedule.served(QStringLiteral("b"));
        QCOMPARE(schedule.order().join(QString()), QStringLiteral("acb"));
        schedule.served(QStringLiteral("unknown"));
        QCOMPARE(schedule.order().join(QString()), QStringLiteral("acb"));
    }

    void priorityNeverRotates()
    {
        FairSchedule schedule(QueueOrder::Priority);
        schedule.setQueues(Queues);
        schedule.served(QStringLiteral("c"));
        QCOMPARE(schedule.order(), Queues);
    }

    void sortedIsAlphabetical()
    {
        FairSchedule schedule(QueueOrder::Sorted);
        schedule.setQueues(Queues);
        schedule.served(QStringLiteral("a"));
        QCOMPARE(schedule.order().join(QString()), QStringLiteral("abc"));
    }

    void startsOverWithNewQueues()
    {
        FairSchedule schedule;
        schedule.setQueues(Queues);
        schedule.served(QStringLiteral("c"));
        schedule.setQueues(Queues + Queues);
        QCOMPARE(schedule.order(), Queues);
    }
};

QOMBU_TEST(tst_FairSchedule)
#include "tst_fairschedule.moc"
