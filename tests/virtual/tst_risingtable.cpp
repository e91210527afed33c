// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "virtual/queueing/risingtable.h"

#include <QTest>

using namespace Qombu;

class tst_RisingTable : public QObject
{
    Q_OBJECT

    static QString all(const RisingTable<int> &table)
    {
        QStringList texts;
        table.forEach([&](quint64 number, int value) {
            texts.append(QStringLiteral("%1:%2").arg(number).arg(value));
            return true;
        });
        return texts.join(QLatin1Char(' '));
    }

private Q_SLOTS:
    void givesEachOnce()
    {
        RisingTable<int> table;
        table.add(1, 10);
        table.add(2, 20);
        QCOMPARE(*table.find(2), 20);
        QCOMPARE(table.take(2), std::optional(20));
        QVERIFY(!table.take(2));
        QVERIFY(!table.take(0));
        QVERIFY(!table.take(99));
        QVERIFY(!table.find(99));
        QCOMPARE(table.take(1), std::optional(10));
        QVERIFY(table.isEmpty());
    }

    void findsWhatIsAsideInsideOfTheRange()
    {
        RisingTable<int> table;
        table.add(1, 1);
        table.take(1);
        table.add(3, 3); // the front of an empty table
        table.add(2, 2); // comes late
        table.take(3);
        table.add(1, 10);
        table.add(4, 40); // 2 lies between what is there and is not there
        QCOMPARE(all(table), QStringLiteral("1:10 2:2 4:40"));
        QVERIFY(table.find(2));
        QCOMPARE(table.take(2), std::optional(2));
        QVERIFY(!table.find(2));
        QCOMPARE(table.take(1), std::optional(10));
        QCOMPARE(table.take(4), std::optional(40));
        QVERIFY(table.isEmpty());
    }

    void givesAllInTheirOrder()
    {
        RisingTable<int> table;
        for (int i = 1; i <= 4; ++i)
            table.add(quint64(i), i);
        table.take(2);
        QCOMPARE(all(table), QStringLiteral("1:1 3:3 4:4"));
        QCOMPARE(table.takeAll().size(), 3u);
        QVERIFY(table.isEmpty());
        table.add(5, 5);
        QCOMPARE(all(table), QStringLiteral("5:5"));
    }

    void numbersMayHaveGapsAndComeLate()
    {
        RisingTable<int> table;
        table.add(1000, 1);
        table.add(1003, 2);
        table.add(5000000000, 3); // nothing is kept for what lies between
        table.add(1001, 4);
        QVERIFY(table.slots() < 10);
        QCOMPARE(all(table), QStringLiteral("1000:1 1001:4 1003:2 5000000000:3"));
        QCOMPARE(table.take(1001), std::optional(4));
        QVERIFY(!table.find(1002));
        QCOMPARE(*table.find(1000), 1);
        QCOMPARE(*table.find(5000000000), 3);
        QCOMPARE(table.size(), 3u);
    }

    void stopsWhereItIsTold()
    {
        RisingTable<int> table;
        for (int i = 1; i <= 4; ++i)
            table.add(quint64(i), i);
        int seen = 0;
        table.forEach([&](quint64, int) { return ++seen < 2; });
        QCOMPARE(seen, 2);
    }

    // One that stays must not keep the room of all that came after it.
    void staysSmallBehindOneThatStaysForLong()
    {
        RisingTable<int> table;
        table.add(1, -1);
        quint64 number = 1;
        for (int i = 0; i < 100000; ++i) {
            table.add(++number, i);
            QVERIFY(table.take(number));
        }
        QCOMPARE(table.size(), 1u);
        table.add(++number, 7);
        QVERIFY(table.slots() < 2000);
        QCOMPARE(*table.find(1), -1);
        const auto all = table.takeAll();
        QCOMPARE(all.size(), 2u);
        QCOMPARE(all[0].first, 1u);
        QCOMPARE(all[1].first, number);
        QVERIFY(!table.find(1));
    }
};

QOMBU_TEST(tst_RisingTable)
#include "tst_risingtable.moc"
