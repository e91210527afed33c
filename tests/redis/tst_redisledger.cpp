// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/redis/consuming/redisledger.h"
#include "transports/redis/consuming/wakehistory.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using namespace std::chrono_literals;

class tst_RedisLedger : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numbersRiseOverAllClaims();
    void doubtsWhatIsHeldAndWhatMayBe();
    void forgetsARefusedClaim();
    void renewsOnlyWhatIsHeldLongAndUnsettled();
    void ignoresTagsOfOthers();
    void staysQuietWhileWakeUpsFindSomething();
    void seesContentionAfterFiveOfTen();
    void waitsInAHerdAndNoLongerThanItShould();
};

static RedisLedger::Held held(Hub::TimePoint since = {})
{
    return {QStringLiteral("q"), "{}", since, std::nullopt};
}

static QByteArrayList tags(const std::vector<RedisLedger::Doubt> &doubts)
{
    QByteArrayList result;
    for (const auto &doubt : doubts)
        result.append(doubt.tag + (doubt.said ? "!" : ""));
    return result;
}

void tst_RedisLedger::numbersRiseOverAllClaims()
{
    RedisLedger ledger("c");
    QCOMPARE(ledger.prefix(), QByteArray("c."));
    QCOMPARE(ledger.expect(16), 1);
    QCOMPARE(ledger.expect(1), 17);
    ledger.arrived(1, {});
    QCOMPARE(ledger.expect(4), 18); // never twice
}

void tst_RedisLedger::doubtsWhatIsHeldAndWhatMayBe()
{
    RedisLedger ledger("c");
    ledger.expect(2);
    ledger.expect(3);
    ledger.arrived(3, {held(), held()});
    ledger.say({ledger.tag(4), {}, {}, Settlement::Ack});
    QCOMPARE(tags(ledger.inDoubt()),
             QByteArrayList({ledger.tag(1), ledger.tag(2), ledger.tag(3), ledger.tag(4) + '!'}));
    ledger.expectNothing();
    QCOMPARE(tags(ledger.inDoubt()), QByteArrayList({ledger.tag(3), ledger.tag(4) + '!'}));
    ledger.remove(ledger.tag(3));
    ledger.remove(ledger.tag(4));
    QVERIFY(ledger.isEmpty());
}

void tst_RedisLedger::forgetsARefusedClaim()
{
    RedisLedger ledger("c");
    ledger.expect(5);
    QVERIFY(!ledger.isEmpty());
    ledger.arrived(1, {});
    QVERIFY(ledger.isEmpty());
}

void tst_RedisLedger::renewsOnlyWhatIsHeldLongAndUnsettled()
{
    const Hub::TimePoint start(1000s);
    RedisLedger ledger("c");
    ledger.expect(3);
    ledger.arrived(1, {held(start), held(start), held(start + 5s)});
    ledger.say({ledger.tag(2), {}, {}, Settlement::Requeue});
    QCOMPARE(ledger.heldSince(start + 4s), std::vector<QByteArray>({ledger.tag(1)}));
    QCOMPARE(ledger.heldSince(start + 5s), std::vector<QByteArray>({ledger.tag(1), ledger.tag(3)}));
}

void tst_RedisLedger::ignoresTagsOfOthers()
{
    RedisLedger ledger("c");
    ledger.expect(1);
    ledger.arrived(1, {held()});
    for (const QByteArray &tag : {QByteArray(), QByteArray("c."), QByteArray("c.x"),
                                  QByteArray("d.1"), ledger.tag(2), QByteArray("1")}) {
        QVERIFY(!ledger.find(tag));
        ledger.remove(tag);
        ledger.say({tag, {}, {}, Settlement::Ack});
    }
    QVERIFY(ledger.find(ledger.tag(1)));
    QVERIFY(!ledger.find(ledger.tag(1))->said);
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
