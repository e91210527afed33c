// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "virtual/queueing/holdings.h"

#include <QTest>

#include <limits>

using namespace Qombu;
using Room = PrefetchWindow::Room;

// Windows of consumers, and what is held by its number.
class tst_Holdings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsHeldFillsItsConsumersWindow()
    {
        Holdings<QByteArray> held;
        held.addConsumer(7, 4, 100);
        held.addConsumer(8, 1, 100);
        held.hold(1, 7, 10, "a");
        held.hold(2, 7, 10, "b");
        QCOMPARE(held.room(7), (Room{2, 80}));
        QCOMPARE(held.room(8), (Room{1, 100}));
        QCOMPARE(*held.record(2), "b");
        QCOMPARE(held.consumerOf(2), 7u);
        QCOMPARE(*held.take(1), "a");
        QVERIFY(!held.take(1));
        QCOMPARE(held.room(7), (Room{3, 90}));
        QCOMPARE(held.size(), 1u);
    }

    void oneMessageMayExceedTheBytes()
    {
        Holdings<int> held;
        held.addConsumer(7, 16, 100);
        held.hold(1, 7, 1000, 0);
        QCOMPARE(held.room(7), Room());
        held.take(1);
        QCOMPARE(held.room(7), (Room{16, 100}));
    }

    void aSettlementOnItsWayMakesRoomOnce()
    {
        Holdings<int> held;
        held.addConsumer(7, 1, 0);
        held.hold(1, 7, 10, 0);
        held.makeRoom(1);
        held.makeRoom(1);
        held.makeRoom(99);
        QCOMPARE(held.room(7).messages, 1);
        held.hold(2, 7, 10, 0);
        QCOMPARE(held.room(7), Room());
        QVERIFY(held.take(1)); // answered: no second room for it
        QCOMPARE(held.room(7), Room());
    }

    void pausingTakesTheRoomAway()
    {
        Holdings<int> held;
        held.addConsumer(7, 2, 100);
        held.setPaused(7, true);
        QCOMPARE(held.room(7), Room());
        held.hold(1, 7, 10, 0);
        held.take(1);
        QCOMPARE(held.room(7), Room());
        held.setPaused(7, false);
        QCOMPARE(held.room(7), (Room{2, 100}));
    }

    void limitsMayShrinkBelowWhatIsHeld()
    {
        Holdings<int> held;
        held.addConsumer(7, 4, 0);
        held.hold(1, 7, 1, 0);
        held.hold(2, 7, 1, 0);
        held.setWindow(7, 1, 0);
        QCOMPARE(held.room(7), Room());
        held.take(1);
        QCOMPARE(held.room(7), Room());
        held.take(2);
        QCOMPARE(held.room(7).messages, 1);
    }

    void withoutLimitsThereIsAllRoom()
    {
        Holdings<int> held;
        held.addConsumer(7, 0, 0);
        QCOMPARE(held.room(7),
                 (Room{std::numeric_limits<int>::max(), std::numeric_limits<qint64>::max()}));
        held.setPaused(7, true);
        QCOMPARE(held.room(7), Room());
    }

    void whatIsHeldOutlivesItsConsumer()
    {
        Holdings<int> held;
        held.addConsumer(7, 2, 100);
        held.hold(1, 7, 10, 5);
        held.removeConsumer(7);
        QCOMPARE(held.room(7), Room());
        QCOMPARE(*held.take(1), 5);
        QVERIFY(held.isEmpty());
    }

    void aConsumerThatComesBackFindsItsWindowFilled()
    {
        Holdings<int> held;
        held.addConsumer(7, 4, 100);
        for (quint64 number = 1; number <= 3; ++number)
            held.hold(number, 7, 10, 5);
        held.hold(4, 8, 10, 5);
        held.makeRoom(2); // settled, on its way
        held.removeConsumer(7);
        held.take(3);
        held.addConsumer(7, 4, 100);
        QCOMPARE(held.room(7), (Room{3, 90}));
        held.take(2);
        held.take(1);
        QCOMPARE(held.room(7), (Room{4, 100}));
        held.addConsumer(7, 2, 100); // it was there: only the limits change
        QCOMPARE(held.room(7), (Room{2, 100}));
    }

    void getHasNoWindow()
    {
        Holdings<int> held;
        held.hold(1, 0, 10, 5);
        QCOMPARE(held.consumerOf(1), 0u);
        QCOMPARE(*held.take(1), 5);
    }

    void givesAllInOrderOfTheirNumbers()
    {
        Holdings<int> held;
        held.addConsumer(7, 8, 0);
        for (int i = 1; i <= 4; ++i)
            held.hold(quint64(i), i % 2 ? 7 : 0, 1, i);
        held.take(2);
        QList<int> seen;
        held.forEach([&](quint64, int value) {
            seen.append(value);
            return true;
        });
        QCOMPARE(seen, QList<int>({1, 3, 4}));
        const auto all = held.takeAll();
        QCOMPARE(all.size(), 3u);
        QCOMPARE(all[1], std::pair(quint64(3), 3));
        QCOMPARE(held.room(7).messages, 8);
    }
};

QOMBU_TEST(tst_Holdings)
#include "tst_holdings.moc"
