// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/consuming/rediswakes.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using namespace std::chrono_literals;

class tst_RedisLedger : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesTagsAsTheScriptDoes();
    void doubtsWhatIsHeldAndWhatMayBe();
    void forgetsARefusedClaim();
    void renewsOnlyWhatIsHeldLongAndUnsettled();
    void ignoresNumbersThatAreNotHeld();
    void makesRoomWhenItIsSettled();
    void fillsTheWindowOfALaterConsumer();
    void staysQuietWhileWakeUpsFindSomething();
    void seesContentionAfterFiveOfTen();
    void waitsInAHerdAndNoLongerThanItShould();
};

static RedisLedger::Record held(Hub::TimePoint since = {})
{
    return {QStringLiteral("q"), "{}", since};
}

void tst_RedisLedger::writesTagsAsTheScriptDoes()
{
    RedisLedger ledger("c");
    QCOMPARE(ledger.prefix(), QByteArray("c."));
    QCOMPARE(ledger.tag(1), "c." + QByteArray(27, '0') + '1');
    QCOMPARE(ledger.tag(std::numeric_limits<quint64>::max()), "c.0000000018446744073709551615");
}

void tst_RedisLedger::doubtsWhatIsHeldAndWhatMayBe()
{
    RedisLedger ledger("c");
    ledger.expect(1, 2);
    ledger.expect(3, 3);
    ledger.arrived(3, 1, {held(), held()});
    QVERIFY(ledger.say(4, Settlement::Ack));
    QCOMPARE(ledger.inDoubt(), std::vector<quint64>({1, 2, 3, 4}));
    ledger.expectNothing();
    QCOMPARE(ledger.inDoubt(), std::vector<quint64>({3, 4}));
    QCOMPARE(ledger.unsaid(), std::vector<quint64>({3}));
    ledger.remove({3, 4});
    QVERIFY(ledger.isEmpty());
}

void tst_RedisLedger::forgetsARefusedClaim()
{
    RedisLedger ledger("c");
    ledger.expect(1, 5);
    QVERIFY(!ledger.isEmpty());
    ledger.arrived(1, 1, {});
    QVERIFY(ledger.isEmpty());
}

void tst_RedisLedger::renewsOnlyWhatIsHeldLongAndUnsettled()
{
    const Hub::TimePoint start(1000s);
    RedisLedger ledger("c");
    ledger.expect(1, 3);
    ledger.arrived(1, 1, {held(start), held(start), held(start + 5s)});
    ledger.say(2, Settlement::Requeue);
    QCOMPARE(ledger.heldSince(start + 4s), std::vector<quint64>({1}));
    QCOMPARE(ledger.heldSince(start + 5s), std::vector<quint64>({1, 3}));
}

void tst_RedisLedger::ignoresNumbersThatAreNotHeld()
{
    RedisLedger ledger("c");
    ledger.expect(7, 1);
    ledger.arrived(7, 1, {held()});
    for (const quint64 number : {0, 6, 8}) {
        QVERIFY(!ledger.find(number));
        QVERIFY(!ledger.say(number, Settlement::Ack));
        ledger.remove({number});
    }
    QVERIFY(ledger.find(7));
    QVERIFY(!ledger.find(7)->said);
    QVERIFY(ledger.say(7, Settlement::Ack));
    QVERIFY(!ledger.say(7, Settlement::Requeue)); // only the first word counts
}

// The user has done with it; the answer only ends the record.
void tst_RedisLedger::makesRoomWhenItIsSettled()
{
    RedisLedger ledger("c");
    ledger.addConsumer(1, 3, 0);
    ledger.expect(1, 3);
    ledger.arrived(1, 1, {held(), held()});
    QCOMPARE(ledger.room(1).messages, 1);
    ledger.say(1, Settlement::Ack);
    QCOMPARE(ledger.room(1).messages, 2);
    ledger.remove({1, 2});
    QCOMPARE(ledger.room(1).messages, 3);
}

// Its number may come again, on this link or the next.
void tst_RedisLedger::fillsTheWindowOfALaterConsumer()
{
    RedisLedger ledger("c");
    ledger.addConsumer(1, 3, 0);
    ledger.expect(1, 2);
    ledger.arrived(1, 1, {held(), held()});
    ledger.removeConsumer(1);
    ledger.addConsumer(1, 3, 0);
    QCOMPARE(ledger.room(1).messages, 1);
    ledger.say(1, Settlement::Ack);
    QCOMPARE(ledger.room(1).messages, 2);
    ledger.remove({2});
    QCOMPARE(ledger.room(1).messages, 3);
    QCOMPARE(ledger.consumerOf(1), 1u);
}

void tst_RedisLedger::staysQuietWhileWakeUpsFindSomething()
{
    WakeHistory history;
    for (int i = 0; i < 100; ++i)
        history.add(i % 10 < 4);
    QVERIFY(!history.isContended());
    QCOMPARE(history.maximumDelay().count(), 0);
}

void tst_RedisLedger::seesContentionAfterFiveOfTen()
{
    WakeHistory history;
    for (int i = 0; i < 9; ++i)
        history.add(true);
    QVERIFY(!history.isContended()); // too early to say
    history.add(true);
    QVERIFY(history.isContended());
    for (int i = 0; i < 5; ++i)
        history.add(false);
    QVERIFY(history.isContended()); // 5 of 10
    history.add(false);
    QVERIFY(!history.isContended());
}

void tst_RedisLedger::waitsInAHerdAndNoLongerThanItShould()
{
    WakeHistory history;
    history.add(true);
    QVERIFY(history.maximumDelay() == 300us);
    history.add(false);
    QVERIFY(history.maximumDelay() == 0us); // half is not more than half
    for (int i = 0; i < 200; ++i)
        history.add(true);
    QVERIFY(history.maximumDelay() == 19200us); // the last 64 count
    QVERIFY(history.maximumDelay() <= 20ms);
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_RedisLedger)
#include "tst_redisledger.moc"
