// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "support/redisparts.h"
#include "support/scriptedsender.h"
#include "support/testmain.h"
#include "transports/redis/consuming/redissettler.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using namespace QombuTest;
using namespace std::chrono_literals;

// What becomes of deliveries on the server, and in which order, without one.
class tst_RedisSettler : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();

    void settlesAllOfATurnInOneRun();
    void splitsLongRuns();
    void splitsHeavyRuns();
    void movesWithTheFlags();
    void rejectsToTheDeadLetterQueue();
    void givesBackTheFirstLast();
    void ignoresWhatIsNotHeld();
    void tellsWhatSomebodyElseHas();
    void saysItAgainAfterARefusal();
    void countsWhatMayNotBeSettled();
    void saysAgainWhatMayBeGranted();
    void saysAgainByTheNextLink();
    void keepsABoundedNumberOfRefused();
    void remembersWhereItsRejectedGo();
    void tellsOfAnAnswerThatIsNone();
    void quarantinesAgainWhatWasRefused();
    void tellsOfALossWhereItMayNotQuarantine();
    void isBusyWhileItRecovers();
    void waitsForClaimsOfTheGone();
    void pushesBackInOrder();
    void recoversWhatTheLastLinkHeld();
    void repeatsWhatTheLastLinkSaid();
    void recoversInPages();
    void leavesARecordThatIsTooLarge();
    void findsLateClaims();

private:
    void returned(const std::vector<RespValue> &elements);
    void hold(int count, const QByteArray &body = "x"); // numbers 1…count, of consumer 1
    QByteArray tag(quint64 number) const { return m_parts->ledger.tag(number); }
    QByteArray record(int number) const;
    const ScriptedSender::Request &sent(std::size_t index = 0) const
    {
        return m_sender->requests.at(index);
    }

    std::unique_ptr<ScriptedSender> m_sender;
    std::unique_ptr<RedisParts> m_parts;
    std::unique_ptr<RedisSettler> m_settler;
};

void tst_RedisSettler::init()
{
    m_settler.reset();
    m_sender = std::make_unique<ScriptedSender>();
    m_parts = std::make_unique<RedisParts>(*m_sender);
    m_settler = std::make_unique<RedisSettler>(m_parts->context);
    m_parts->atTurnEnd = [this] { m_settler->flush(); };
}

void tst_RedisSettler::hold(int count, const QByteArray &body)
{
    std::vector<RedisLedger::Record> records;
    for (int i = 1; i <= count; ++i)
        records.push_back({QStringLiteral("q"), envelope(QByteArray::number(i), body)});
    m_parts->ledger.expect(1, count);
    m_parts->ledger.arrived(1, 1, std::move(records));
}

QByteArray tst_RedisSettler::record(int number) const
{
    return '[' + envelope(QByteArray::number(number)) + ",\"\",\"q\"]";
}

void tst_RedisSettler::settlesAllOfATurnInOneRun()
{
    hold(3);
    m_settler->settle({3, Settlement::Ack});
    m_settler->settle({1, Settlement::Reject}); // nowhere to go
    QVERIFY(m_sender->requests.empty());
    QVERIFY(!m_settler->isIdle());
    m_settler->flush();
    QCOMPARE(m_sender->names(), QByteArrayList{"settle"});
    QCOMPARE(sent().keys, (QByteArrayList{"unacked", "unacked_index"}));
    QCOMPARE(sent().words, (QByteArrayList{tag(3), tag(1)}));
    m_sender->answer(array());
    QVERIFY(m_settler->isIdle());
    QCOMPARE(m_parts->ledger.inDoubt(), std::vector<quint64>{2});
}

void tst_RedisSettler::splitsLongRuns()
{
    hold(1200);
    for (int i = 1; i <= 1200; ++i)
        m_settler->settle({quint64(i), Settlement::Ack});
    m_settler->flush();
    QCOMPARE(m_sender->names(), (QByteArrayList{"settle", "settle", "settle"}));
    QCOMPARE(sent(2).words.size(), 200);
}

void tst_RedisSettler::splitsHeavyRuns()
{
    hold(10, QByteArray(1 << 20, 'x'));
    for (int i = 1; i <= 10; ++i)
        m_settler->settle({quint64(i), Settlement::Requeue});
    m_settler->flush();
    QCOMPARE(m_sender->names(), (QByteArrayList{"putBack", "putBack", "putBack", "putBack"}));
    QCOMPARE(sent(0).words.size(), 10); // three: base64 makes four bytes of three
    QCOMPARE(sent(3).words.size(), 4);
}

void tst_RedisSettler::movesWithTheFlags()
{
    hold(2);
    m_settler->settle({1, Settlement::Requeue});
    m_settler->flush();
    QCOMPARE(m_sender->names(), QByteArrayList{"putBack"});
    QCOMPARE(sent().keys, (QByteArrayList{"unacked", "unacked_index", "q"}));
    QCOMPARE(sent().words, (QByteArrayList{"LPUSH", tag(1), "1", redelivered(envelope("1"))}));
    m_sender->answer(array({array(), array()}));
    QCOMPARE(m_parts->ledger.inDoubt(), std::vector<quint64>{2});
}

void tst_RedisSettler::rejectsToTheDeadLetterQueue()
{
    m_parts->declared.deadLetterQueues.insert(QStringLiteral("q"), QStringLiteral("dead"));
    hold(2);
    m_settler->settle({1, Settlement::Reject});
    m_settler->settle({2, Settlement::Ack});
    m_settler->flush();
    QCOMPARE(m_sender->names(), (QByteArrayList{"settle", "putBack"}));
    QCOMPARE(sent(1).keys.at(2), QByteArray("dead"));
    QCOMPARE(sent(1).words.at(0), QByteArray("LPUSH"));
}

void tst_RedisSettler::givesBackTheFirstLast()
{
    hold(3);
    for (const quint64 delivery : {1, 2, 3})
        m_settler->giveBack(delivery);
    m_settler->flush();
    QCOMPARE(sent().words.at(0), QByteArray("RPUSH"));
    QCOMPARE((QByteArrayList{sent().words.at(1), sent().words.at(4), sent().words.at(7)}),
             (QByteArrayList{tag(3), tag(2), tag(1)}));
}

void tst_RedisSettler::ignoresWhatIsNotHeld()
{
    hold(1);
    m_settler->settle({2, Settlement::Ack});
    m_settler->giveBack(7);
    m_settler->settle({1, Settlement::Ack});
    m_settler->settle({1, Settlement::Requeue}); // settled already
    m_settler->giveBack(1);
    m_settler->flush();
    QCOMPARE(m_sender->names(), QByteArrayList{"settle"});
    QVERIFY(m_parts->tooLate.empty());
}

void tst_RedisSettler::tellsWhatSomebodyElseHas()
{
    hold(4);
    m_settler->settle({1, Settlement::Ack});
    m_settler->settle({2, Settlement::Ack});
    m_settler->settle({3, Settlement::Requeue});
    m_settler->settle({4, Settlement::Requeue});
    m_settler->flush();
    m_sender->answer(array({number(2)}));
    m_sender->answer(array({array({number(1)}), array({number(2), bulk("WRONGTYPE")})}));
    QCOMPARE(m_parts->tooLate, std::vector<quint64>({2, 3}));
    QCOMPARE(m_parts->notices.size(), 1u); // the other one stays on the server
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Unsettled);
    QCOMPARE(m_parts->notices[0].queue, QStringLiteral("q"));
    QCOMPARE(m_parts->ledger.inDoubt(), std::vector<quint64>{4});
    QCOMPARE(m_parts->ledger.refusedCount(), 1u);
}

void tst_RedisSettler::saysItAgainAfterARefusal()
{
    hold(2);
    m_settler->settle({1, Settlement::Ack});
    m_settler->flush();
    m_sender->refuse(Error(Error::Connection, QStringLiteral("BUSY")).withRecoverable(true));
    m_settler->settle({2, Settlement::Ack});
    m_settler->flush();
    QVERIFY(m_sender->requests.empty()); // not at once
    QVERIFY(m_settler->isRefused());
    m_parts->hub.advance(200ms);
    QCOMPARE(sent().words, (QByteArrayList{tag(1), tag(2)}));
    QVERIFY(m_parts->notices.empty());
}

void tst_RedisSettler::countsWhatMayNotBeSettled()
{
    hold(3);
    for (const quint64 delivery : {1, 2})
        m_settler->settle({delivery, Settlement::Ack});
    m_settler->settle({3, Settlement::Requeue});
    m_settler->flush();
    const Error denied(Error::Configuration, QStringLiteral("NOPERM"));
    m_sender->refuse(denied);
    m_sender->refuse(denied);
    QCOMPARE(m_parts->notices.size(), 2u);
    for (const BrokerNotice &notice : m_parts->notices) {
        QCOMPARE(notice.kind, BrokerNotice::Unsettled);
        QCOMPARE(notice.queue, QStringLiteral("q"));
        QCOMPARE(notice.error, denied);
    }
    QCOMPARE(m_parts->notices[0].count, 2);
    QCOMPARE(m_parts->notices[1].count, 1);
    QVERIFY(!m_settler->isRefused()); // nobody waits for it
    QVERIFY(m_settler->isIdle());
}

void tst_RedisSettler::saysAgainWhatMayBeGranted()
{
    hold(3);
    m_settler->settle({1, Settlement::Ack});
    m_settler->settle({2, Settlement::Requeue});
    m_settler->flush();
    const Error denied(Error::Configuration, QStringLiteral("NOPERM"));
    m_sender->refuse(denied);
    m_sender->refuse(denied);
    QVERIFY(!m_parts->ledger.isOurs(tag(1))); // others may give it back
    QVERIFY(m_parts->ledger.find(1)->bytes.isEmpty()); // its tag is enough
    m_parts->hub.advance(500ms);
    QVERIFY(m_sender->requests.empty());
    m_parts->hub.advance(m_parts->options.leaseInterval());
    QCOMPARE(m_sender->names(), (QByteArrayList{"settle", "putBack"}));
    m_sender->refuse(denied);
    m_sender->refuse(denied);
    QCOMPARE(m_parts->notices.size(), 2u); // told once
    m_parts->hub.advance(m_parts->options.leaseInterval());
    QCOMPARE(sent(0).words, QByteArrayList{tag(1)});
    QCOMPARE(sent(1).words, (QByteArrayList{"RPUSH", tag(2), "1", redelivered(envelope("2"))}));
    m_sender->answer(array());
    m_sender->answer(array({array(), array()}));
    QCOMPARE(m_parts->ledger.inDoubt(), std::vector<quint64>{3});
    QCOMPARE(m_parts->ledger.refusedCount(), 0u);
    m_parts->hub.advance(2 * m_parts->options.leaseInterval());
    QVERIFY(m_sender->requests.empty());
}

void tst_RedisSettler::saysAgainByTheNextLink()
{
    hold(2);
    m_settler->settle({1, Settlement::Ack});
    m_settler->flush();
    m_sender->refuse(Error(Error::Configuration, QStringLiteral("NOPERM")));
    RedisSettler next(m_parts->context);
    next.recover([] {});
    QCOMPARE(m_sender->names(), QByteArrayList{"HGET"}); // of the other one
    QCOMPARE(sent().words.at(2), tag(2));
    next.flush();
    QCOMPARE(sent(1).words, QByteArrayList{tag(1)});
}

void tst_RedisSettler::keepsABoundedNumberOfRefused()
{
    hold(30, QByteArray(1 << 20, 'x'));
    for (int i = 1; i <= 30; ++i)
        m_settler->settle({quint64(i), Settlement::Requeue});
    m_settler->flush();
    while (!m_sender->requests.empty())
        m_sender->refuse(Error(Error::Configuration, QStringLiteral("NOPERM")));
    QCOMPARE(m_parts->ledger.refusedCount(), 11u); // base64 makes four bytes of three
    QCOMPARE(m_parts->ledger.size(), 11u);
    qint64 told = 0;
    for (const BrokerNotice &notice : m_parts->notices)
        told += notice.count;
    QCOMPARE(told, 30);
}

// Also where its consumer is gone, and the link that knew.
void tst_RedisSettler::remembersWhereItsRejectedGo()
{
    std::vector<RedisLedger::Record> records{{QStringLiteral("q"), envelope("1")}};
    records[0].deadLetterQueue = QStringLiteral("dead");
    m_parts->ledger.expect(1, 1);
    m_parts->ledger.arrived(1, 1, std::move(records));
    m_settler->settle({1, Settlement::Reject});
    m_settler->flush();
    QCOMPARE(m_sender->names(), QByteArrayList{"putBack"});
    QCOMPARE(sent().keys.at(2), QByteArray("dead"));
}

void tst_RedisSettler::tellsOfAnAnswerThatIsNone()
{
    hold(2);
    m_settler->settle({1, Settlement::Requeue});
    m_settler->settle({2, Settlement::Requeue});
    m_settler->flush();
    m_sender->answer(array({array()}));
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Unsettled);
    QCOMPARE(m_parts->notices[0].count, 2);
    QCOMPARE(m_parts->ledger.refusedCount(), 2u);
}

// A stray element that was taken without a record.
static ClaimResult stray()
{
    ClaimResult result;
    result.unreadable.push_back(
        {QStringLiteral("q"), 0, "no message", Error(Error::Decode, QStringLiteral("bad"))});
    return result;
}

void tst_RedisSettler::quarantinesAgainWhatWasRefused()
{
    m_settler->quarantine().take(stray());
    QCOMPARE(m_sender->names(), QByteArrayList{"quarantine"});
    QCOMPARE(sent().words.at(1), QByteArray("no message"));
    m_sender->refuse(Error(Error::Blocked, QStringLiteral("OOM")).withRecoverable(true));
    QVERIFY(!m_settler->isIdle());
    QCOMPARE(m_settler->unpushed(), 1u);
    m_sender->requests.clear();
    m_parts->hub.advance(200ms);
    QCOMPARE(m_sender->names(), QByteArrayList{"quarantine"});
    QCOMPARE(sent().words.at(1), QByteArray("no message"));
    m_sender->answer(number(1));
    QVERIFY(m_settler->isIdle());
    QCOMPARE(m_settler->unpushed(), 0u);
}

void tst_RedisSettler::tellsOfALossWhereItMayNotQuarantine()
{
    m_settler->quarantine().take(stray());
    m_sender->refuse(Error(Error::Configuration, QStringLiteral("NOPERM")));
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Lost);
    QCOMPARE(m_parts->notices[0].queue, QStringLiteral("q"));
    QVERIFY(m_settler->isIdle());
}

void tst_RedisSettler::isBusyWhileItRecovers()
{
    hold(1);
    bool isDone = false;
    m_settler->recover([&] { isDone = true; });
    QVERIFY(!m_settler->isIdle());
    m_sender->refuse(Error(Error::Connection, QStringLiteral("BUSY")).withRecoverable(true));
    QVERIFY(!m_settler->isIdle());
    QVERIFY(m_settler->isRefused()); // comes back by itself
    const int before = m_parts->turnEnds;
    m_parts->hub.advance(200ms);
    QVERIFY(!m_settler->isRefused());
    QVERIFY(m_parts->turnEnds > before);
    m_sender->answer(bulk(record(1)));
    QVERIFY(isDone);
    m_sender->answer(array({array(), array()}));
    QVERIFY(m_settler->isIdle());
}

// A claim without acknowledgement that somebody who has gone had sent.
void tst_RedisSettler::returned(const std::vector<RespValue> &elements)
{
    Claim claim;
    claim.target = std::make_shared<ClaimTarget>(QStringList{QStringLiteral("q")}, m_parts->keys);
    claim.noAck = true;
    m_settler->returned(claim, array({number(1), array(), array(elements)}));
}

void tst_RedisSettler::waitsForClaimsOfTheGone()
{
    hold(2);
    m_settler->awaitClaims(1);
    m_settler->giveBack(1);
    m_settler->settle({2, Settlement::Requeue}); // to the tail: nobody minds
    m_settler->flush();
    QCOMPARE(m_sender->names(), QByteArrayList{"putBack"});
    QCOMPARE(sent().words.at(1), tag(2));
    returned({});
    m_settler->flush();
    QCOMPARE(m_sender->requests.size(), 2u);
    QCOMPARE(sent(1).words.at(1), tag(1));
}

void tst_RedisSettler::pushesBackInOrder()
{
    std::vector<IncomingMessage> messages(3);
    for (int i = 0; i < 2; ++i) {
        messages[std::size_t(i)].queue = QStringLiteral("q");
        messages[std::size_t(i)].wire = envelope(QByteArray::number(i));
    }
    m_settler->awaitClaims(1);
    returned({number(1), bulk(envelope("2"))}); // came after them
    m_settler->putBack(messages); // the third was a broadcast
    m_settler->flush();
    QCOMPARE(m_sender->names(), (QByteArrayList{"RPUSH", "RPUSH", "RPUSH"}));
    for (std::size_t i = 0; i < 3; ++i)
        QCOMPARE(sent(i).words.at(2), redelivered(envelope(QByteArray::number(2 - int(i)))));
    QCOMPARE(m_settler->unpushed(), 0u);
    m_sender->answer(number(1));
    m_sender->refuse(Error(Error::Blocked, QStringLiteral("OOM")).withRecoverable(true));
    m_sender->refuse(Error(Error::Blocked, QStringLiteral("OOM")).withRecoverable(true));
    QCOMPARE(m_settler->unpushed(), 2u); // would be lost now
    m_settler->endRefusal();
    m_settler->flush();
    QCOMPARE(sent(0).words.at(2), redelivered(envelope("1")));
    QCOMPARE(sent(1).words.at(2), redelivered(envelope("0")));
}

void tst_RedisSettler::recoversWhatTheLastLinkHeld()
{
    hold(1);
    m_parts->ledger.expect(2, 2); // a claim without an answer
    bool isDone = false;
    m_settler->recover([&] { isDone = true; });
    QCOMPARE(m_sender->names(), (QByteArrayList{"HGET", "HGET", "HGET"}));
    QCOMPARE(sent(2).words, (QByteArrayList{"HGET", "unacked", tag(3)}));
    m_sender->answer(bulk(record(1)));
    m_sender->answer(bulk(record(2)));
    m_sender->answer(nil()); // the claim brought one only
    QVERIFY(isDone); // one socket: what was sent is done before all that follows
    QCOMPARE(m_sender->names(), QByteArrayList{"putBack"});
    QCOMPARE((QByteArrayList{sent().words.at(1), sent().words.at(4)}),
             (QByteArrayList{tag(2), tag(1)}));
    m_sender->answer(array({array(), array()}));
    QVERIFY(m_parts->ledger.isEmpty());
}

void tst_RedisSettler::repeatsWhatTheLastLinkSaid()
{
    m_parts->declared.deadLetterQueues.insert(QStringLiteral("q"), QStringLiteral("dead"));
    hold(3);
    m_settler->settle({1, Settlement::Ack});
    m_settler->settle({2, Settlement::Reject});
    m_settler->settle({3, Settlement::Ack}); // and the server did it
    m_settler->flush();
    m_sender->requests.clear(); // the link is gone
    m_parts->declared.deadLetterQueues.clear();
    RedisSettler next(m_parts->context);
    next.recover([] {});
    m_sender->answer(bulk(record(1)));
    m_sender->answer(bulk(record(2)));
    m_sender->answer(nil());
    QCOMPARE(m_sender->names(), (QByteArrayList{"settle", "putBack"}));
    QCOMPARE(sent(0).words, QByteArrayList{tag(1)});
    QCOMPARE(sent(1).keys.at(2), QByteArray("dead"));
    QVERIFY(m_parts->tooLate.empty()); // "not there" is success
}

void tst_RedisSettler::recoversInPages()
{
    hold(40);
    bool isDone = false;
    m_settler->recover([&] { isDone = true; });
    QCOMPARE(m_sender->requests.size(), 16u); // how large they are is not known
    QCOMPARE(sent().words.at(2), tag(25)); // the newest first
    for (int i = 25; i <= 40; ++i)
        m_sender->answer(bulk(record(i)));
    QCOMPARE(m_sender->requests.size(), 1u + 24u);
    QVERIFY(!isDone);
    m_sender->answer(array({array(), array()}));
    for (int i = 1; i <= 24; ++i)
        m_sender->answer(bulk(record(i)));
    QVERIFY(isDone);
}

void tst_RedisSettler::leavesARecordThatIsTooLarge()
{
    hold(2);
    bool isDone = false;
    m_settler->recover([&] { isDone = true; });
    m_sender->refuse(Error(Error::LimitExceeded, QStringLiteral("too large")));
    m_sender->answer(bulk(record(2)));
    QVERIFY(isDone);
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_sender->names(), QByteArrayList{"putBack"}); // the other one
}

void tst_RedisSettler::findsLateClaims()
{
    m_parts->ledger.expect(1, 1);
    m_settler->recover([] {});
    m_sender->answer(nil());
    QVERIFY(m_parts->ledger.isEmpty());
    m_settler->recoverLate();
    QCOMPARE(sent().words, (QByteArrayList{"HGET", "unacked", tag(1)}));
    m_sender->answer(bulk(record(1)));
    QCOMPARE(m_sender->names(), QByteArrayList{"putBack"});
    m_sender->answer(array({array(), array()}));
    m_settler->recoverLate();
    QVERIFY(m_sender->requests.empty());
}

QOMBU_TEST(tst_RedisSettler)
#include "tst_redissettler.moc"
