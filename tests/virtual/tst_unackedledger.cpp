// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "virtual/unackedledger.h"

#include <QTest>

using namespace Qombu;

namespace {

HeldDelivery delivery(const QByteArray &key)
{
    HeldDelivery held;
    held.key = key;
    return held;
}

} // namespace

class tst_UnackedLedger : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numbersDeliveriesFromOne()
    {
        UnackedLedger ledger;
        QCOMPARE(ledger.add(delivery("a")), 1u);
        QCOMPARE(ledger.add(delivery("b")), 2u);
        QCOMPARE(ledger.take(1)->key, "a");
        QCOMPARE(ledger.add(delivery("c")), 3u);
        QCOMPARE(ledger.size(), 2u);
    }

    void givesEachDeliveryOnce()
    {
        UnackedLedger ledger;
        ledger.add(delivery("a"));
        ledger.add(delivery("b"));
        QVERIFY(ledger.take(2));
        QVERIFY(!ledger.take(2));
        QVERIFY(!ledger.take(0));
        QVERIFY(!ledger.take(99));
        QVERIFY(ledger.take(1));
        QCOMPARE(ledger.size(), 0u);
    }

    void doesNotRememberWhatNeedsNoSettlement()
    {
        UnackedLedger ledger;
        QCOMPARE(ledger.add(delivery({})), 1u);
        QCOMPARE(ledger.size(), 0u);
        QCOMPARE(ledger.add(delivery("b")), 2u);
        QVERIFY(!ledger.take(1));
    }

    void givesAllInOrderOfDelivery()
    {
        UnackedLedger ledger;
        for (const char *key : {"a", "b", "c", "d"})
            ledger.add(delivery(key));
        ledger.take(2);
        QByteArray keys;
        for (const HeldDelivery &held : ledger.takeAll())
            keys += held.key;
        QCOMPARE(keys, "acd");
        QCOMPARE(ledger.size(), 0u);
        QCOMPARE(ledger.add(delivery("e")), 5u);
    }

    void findsTheNumberOfAKeyHeldOrJustTaken()
    {
        UnackedLedger ledger;
        ledger.add(delivery("a"));
        ledger.add(delivery("b"));
        ledger.take(1);
        QCOMPARE(ledger.numberOf("a"), 1u);
        QCOMPARE(ledger.numberOf("b"), 2u);
        QCOMPARE(ledger.numberOf("c"), 0u);
    }

    // One message that is never settled must not keep the room of all that came after it.
    void staysSmallBehindAMessageHeldForLong()
    {
        RisingTable<int> table;
        const quint64 oldest = table.add(-1);
        for (int i = 0; i < 100000; ++i)
            QVERIFY(table.take(table.add(i)));
        QCOMPARE(table.size(), 1u);
        const quint64 newest = table.add(7);
        QVERIFY(table.slots() < 2000);
        QCOMPARE(*table.find(oldest), -1);
        const auto all = table.takeAll();
        QCOMPARE(all.size(), 2u);
        QCOMPARE(all[0].first, oldest);
        QCOMPARE(all[1].first, newest);
        QVERIFY(!table.find(oldest));
    }
};

QOMBU_TEST(tst_UnackedLedger)
#include "tst_unackedledger.moc"
