// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "support/redisparts.h"
#include "support/scriptedsender.h"
#include "support/testmain.h"
#include "transports/redis/consuming/redisrestore.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using namespace QombuTest;
using namespace std::chrono_literals;

// What RedisRestore asks for and does with it, without a server.
class tst_RedisSweep : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();

    void takesOnlyWhatWasDueOneRoundBefore();
    void beginsAtOnceOnAServerThatHasBeenUp_data();
    void beginsAtOnceOnAServerThatHasBeenUp();
    void beginsAtOnceWhereAnotherHadLooked_data();
    void beginsAtOnceWhereAnotherHadLooked();
    void asksFromTimeToTime();
    void beginsAnewAfterARefusal();
    void tellsOnceThatItMayNot();
    void asksForThoseOfOthersOnlyWhereToldTo();
    void restoresTheNewestFirst();
    void findsTheQueueByTheBindings();
    void readsOnBehindAFullPage();
    void skipsWhatStaysOfOneScore();
    void leavesWhatItHoldsItself();
    void readsALargeRecordWithoutItsBody();
    void tellsOnceWhatStays();
    void keepsToItsLimit();
    void stopsForGood();

private:
    // One delivery that is due: tag, score, record.
    static std::vector<RespValue> due(const QByteArray &tag, const QByteArray &record,
                                      const QByteArray &score = "1.25");
    static RespValue page(bool hasMore, const std::vector<std::vector<RespValue>> &all,
                          int passed = 0);
    void start(const RedisOptions &options = {});

    std::unique_ptr<ScriptedSender> m_sender;
    std::unique_ptr<RedisParts> m_parts;
    std::unique_ptr<RedisRestore> m_restore;
};

void tst_RedisSweep::init()
{
    m_restore.reset();
    m_sender = std::make_unique<ScriptedSender>();
}

// Until the first page is asked for.
void tst_RedisSweep::start(const RedisOptions &options)
{
    m_restore.reset();
    m_parts = std::make_unique<RedisParts>(*m_sender, options);
    m_restore = std::make_unique<RedisRestore>(m_parts->context);
    m_restore->start(0s);
    m_parts->hub.settle();
    m_sender->answer(page(false, {}));
    m_parts->hub.advance(15s);
}

std::vector<RespValue> tst_RedisSweep::due(const QByteArray &tag, const QByteArray &record,
                                           const QByteArray &score)
{
    return {bulk(tag), bulk(score), number(record.size()), record.isNull() ? nil() : bulk(record)};
}

RespValue tst_RedisSweep::page(bool hasMore, const std::vector<std::vector<RespValue>> &all,
                               int passed)
{
    std::vector<RespValue> items;
    for (const auto &each : all)
        items.insert(items.end(), each.begin(), each.end());
    return array({bulk("10000.5"), number(hasMore),
                  bulk(all.empty() ? QByteArray() : all.back()[1].text), number(passed),
                  number(qint64(all.size()) + passed), array(std::move(items)), nil()});
}

// A lease that could not be renewed while the server was away is renewed before.
void tst_RedisSweep::takesOnlyWhatWasDueOneRoundBefore()
{
    RedisOptions options;
    options.visibilityTimeout = 150s;
    m_parts = std::make_unique<RedisParts>(*m_sender, options);
    m_restore = std::make_unique<RedisRestore>(m_parts->context);
    m_restore->start(0s);
    m_parts->hub.settle();
    QCOMPARE(m_sender->names(), QByteArrayList{"expired"});
    QCOMPARE(m_sender->requests.front().words.at(0), QByteArray()); // only the time
    m_sender->answer(page(false, {}));
    m_parts->hub.advance(14s);
    QVERIFY(m_sender->requests.empty());
    m_parts->hub.advance(1s);
    QCOMPARE(m_sender->names(), QByteArrayList{"expired"});
    QCOMPARE(m_sender->requests.front().words.at(0), QByteArray("9850.500000"));
}

void tst_RedisSweep::beginsAtOnceOnAServerThatHasBeenUp_data()
{
    QTest::addColumn<std::chrono::seconds>("uptime");
    QTest::addColumn<std::chrono::seconds>("timeout");
    QTest::addColumn<bool>("waits");
    QTest::newRow("for long") << 3616s << 3600s << false;
    QTest::newRow("not longer than a lease") << 3600s << 3600s << true;
    QTest::newRow("a short lease") << 1000000s << 599s << true; // the server may have been frozen
    QTest::newRow("unknown") << 0s << 3600s << true;
}

// Else a program that consumes for a moment would never give back what a killed one held.
void tst_RedisSweep::beginsAtOnceOnAServerThatHasBeenUp()
{
    QFETCH(const std::chrono::seconds, uptime);
    QFETCH(const std::chrono::seconds, timeout);
    QFETCH(const bool, waits);
    RedisOptions options;
    options.visibilityTimeout = timeout;
    m_parts = std::make_unique<RedisParts>(*m_sender, options);
    m_restore = std::make_unique<RedisRestore>(m_parts->context);
    m_restore->start(uptime);
    m_parts->hub.settle();
    m_sender->answer(page(false, {}));
    m_parts->hub.settle();
    QCOMPARE(m_sender->requests.empty(), waits);
    if (waits)
        return;
    m_sender->refuse(Error(Error::Blocked, QStringLiteral("MISCONF")).withRecoverable(true));
    m_parts->hub.advance(15s);
    m_sender->answer(page(false, {})); // the time; from now on everybody may renew first
    m_parts->hub.settle();
    QVERIFY(m_sender->requests.empty());
}

void tst_RedisSweep::beginsAtOnceWhereAnotherHadLooked_data()
{
    QTest::addColumn<QByteArray>("mark");
    QTest::addColumn<std::chrono::seconds>("uptime");
    QTest::addColumn<bool>("waits");
    QTest::newRow("a minute ago") << QByteArray("9940.5") << 60s << false;
    QTest::newRow("a moment ago") << QByteArray("9990.5") << 60s
                                  << true; // not everybody could renew
    QTest::newRow("never") << QByteArray() << 60s << true;
    QTest::newRow("before a restart") << QByteArray("9940.5") << 14s << true;
}

// Its time is what counts: what is due since then may have been renewed too late.
void tst_RedisSweep::beginsAtOnceWhereAnotherHadLooked()
{
    QFETCH(const QByteArray, mark);
    QFETCH(const std::chrono::seconds, uptime);
    QFETCH(const bool, waits);
    RedisOptions options;
    options.visibilityTimeout = 300s;
    m_parts = std::make_unique<RedisParts>(*m_sender, options);
    m_restore = std::make_unique<RedisRestore>(m_parts->context);
    m_restore->start(uptime);
    m_parts->hub.settle();
    QCOMPARE(m_sender->requests.front().keys.at(2), QByteArray("_qombu.overdue"));
    RespValue answer = page(false, {});
    if (!mark.isEmpty())
        answer.items.back() = bulk(mark);
    m_sender->answer(answer);
    m_parts->hub.settle();
    QCOMPARE(m_sender->requests.empty(), waits);
    m_parts->hub.advance(15s);
    QCOMPARE(m_sender->requests.front().words.at(0),
             QByteArray(waits ? "9700.500000" : "9640.500000"));
}

void tst_RedisSweep::asksFromTimeToTime()
{
    RedisOptions options;
    options.restoreInterval = 20s;
    start(options);
    m_sender->answer(page(false, {}));
    QVERIFY(!m_restore->isSweeping());
    m_parts->hub.advance(14900ms);
    QVERIFY(m_sender->requests.empty());
    m_parts->hub.advance(11s);
    QCOMPARE(m_sender->names(), QByteArrayList{"expired"});
    QCOMPARE(m_sender->requests.front().words.at(0), QByteArray("6400.500000"));
}

void tst_RedisSweep::beginsAnewAfterARefusal()
{
    start();
    m_sender->refuse(Error(Error::Connection, QStringLiteral("BUSY")).withRecoverable(true));
    QVERIFY(m_parts->notices.empty());
    m_parts->hub.advance(15s);
    QCOMPARE(m_sender->requests.front().words.at(0), QByteArray());
    m_sender->answer(page(false, {}));
    m_parts->hub.advance(15s);
    m_sender->answer(page(true, {due("t", "[" + envelope("1") + ",\"\",\"q\"]")}));
    m_sender->refuse(Error(Error::Blocked, QStringLiteral("MISCONF")).withRecoverable(true));
    QVERIFY(!m_restore->isSweeping());
    QVERIFY(m_parts->notices.empty());
    m_parts->hub.advance(15s);
    QCOMPARE(m_sender->requests.front().words.at(0), QByteArray());
}

void tst_RedisSweep::tellsOnceThatItMayNot()
{
    start();
    for (int sweep = 0; sweep < 3; ++sweep) {
        m_sender->refuse(Error(Error::Configuration, QStringLiteral("grant +zrem")));
        m_parts->hub.advance(15s);
    }
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Permission);
    m_sender->answer(page(false, {}));
    m_parts->hub.advance(15s);
    m_sender->answer(page(false, {}));
    QCOMPARE(m_parts->notices.size(), 2u);
    QVERIFY(!m_parts->notices[1].active);
    QCOMPARE(m_parts->notices[1].count, 3);
}

void tst_RedisSweep::asksForThoseOfOthersOnlyWhereToldTo()
{
    start();
    QCOMPARE(m_sender->requests.front().words.at(6), QByteArray("0"));
    m_sender->requests.clear();
    RedisOptions options;
    options.isVisibilityTimeoutGiven = true;
    start(options);
    QCOMPARE(m_sender->requests.front().words.at(6), QByteArray("1"));
}

void tst_RedisSweep::skipsWhatStaysOfOneScore()
{
    start();
    m_sender->answer(page(true, {due("1", "nonsense", "9"), due("2", "nonsense", "8")}, 3));
    QCOMPARE(m_sender->requests.front().words.mid(0, 2), (QByteArrayList{"8", "4"}));
    m_sender->answer(page(true, {due("3", "nonsense", "8")}, 1));
    QCOMPARE(m_sender->requests.front().words.mid(0, 2), (QByteArrayList{"8", "6"}));
    m_sender->answer(page(true, {due("4", "nonsense", "7")}));
    QCOMPARE(m_sender->requests.front().words.mid(0, 2), (QByteArrayList{"7", "1"}));
    m_sender->answer(page(false, {}));
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].count, 4);
}

void tst_RedisSweep::leavesWhatItHoldsItself()
{
    start();
    RedisLedger &ledger = m_parts->ledger;
    ledger.expect(5, 1);
    std::vector<RedisLedger::Record> taken;
    taken.push_back({QStringLiteral("q"), envelope("5")});
    ledger.arrived(5, 1, std::move(taken));
    ledger.expect(7, 2); // without an answer so far
    const QByteArray record = "[" + envelope("1") + ",\"\",\"q\"]";
    m_sender->answer(
        page(false,
             {due(ledger.tag(5), record), due(ledger.tag(6), record), due(ledger.tag(8), record)}));
    QCOMPARE(m_sender->names(), QByteArrayList{"restore"});
    QCOMPARE(m_sender->requests.front().words.at(0), ledger.tag(6));
}

void tst_RedisSweep::readsALargeRecordWithoutItsBody()
{
    start();
    std::vector<RespValue> large = due("large", {});
    large[2] = number(300'000'000);
    m_sender->answer(page(false,
                          {due("new", "[" + envelope("1") + ",\"\",\"q\"]"), large,
                           due("old", "[" + envelope("2") + ",\"\",\"q\"]")}));
    QCOMPARE(m_sender->names(), (QByteArrayList{"restore", "outline"})); // in order
    m_sender->answer(number(1));
    QCOMPARE(m_sender->requests.front().words.at(0), QByteArray("large"));
    m_sender->answer(
        array({number(300'000'000), number(11), number(299'999'000), bulk("[{\"body\": \""),
               bulk("\", \"headers\": {}, \"properties\": {\"priority\": 7}},\"\",\"q\"]")}));
    QCOMPARE(m_sender->names(), (QByteArrayList{"restore", "restore"}));
    QCOMPARE(m_sender->requests.front().keys.back(),
             QByteArray("q\x06\x16"
                        "6"));
    QCOMPARE(m_sender->requests.front().words,
             (QByteArrayList{"large", "1.25", "{\"body\": \"",
                             "\", \"headers\": {\"redelivered\": true}, "
                             "\"properties\": {\"priority\": 7}}",
                             "11", "299999000", "300000000"}));
    m_sender->answer(number(1));
    m_sender->answer(number(1));
    QVERIFY(!m_restore->isSweeping());
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Restored);
    QCOMPARE(m_parts->notices[0].count, 3);
}

void tst_RedisSweep::restoresTheNewestFirst()
{
    start();
    m_sender->answer(page(false,
                          {due("new", "[" + envelope("2") + ",\"\",\"q\"]"),
                           due("old", "[" + envelope("1") + ",\"\",\"q\"]")}));
    QCOMPARE(m_sender->names(), (QByteArrayList{"restore", "restore"}));
    QCOMPARE(m_sender->requests[0].keys, (QByteArrayList{"unacked", "unacked_index", "q"}));
    QCOMPARE(m_sender->requests[0].words,
             (QByteArrayList{"new", "1.25", redelivered(envelope("2"))}));
    QCOMPARE(m_sender->requests[1].words.at(0), QByteArray("old"));
    m_sender->answer(number(1));
    QVERIFY(m_restore->isSweeping());
    m_sender->answer(number(0)); // somebody was faster
    QVERIFY(!m_restore->isSweeping());
}

void tst_RedisSweep::findsTheQueueByTheBindings()
{
    start();
    m_sender->answer(page(false, {due("t", "[" + envelope("1") + ", \"shop\", \"new\"]")}));
    QCOMPARE(m_sender->requests.front().words.mid(0, 3),
             (QByteArrayList{"SSCAN", "_kombu.binding.shop", "0"}));
    m_sender->answer(array({bulk("0"),
                            array({bulk("new\x06\x16\x06\x16one"), bulk("new\x06\x16\x06\x16two"),
                                   bulk("old\x06\x16\x06\x16three")})}));
    QCOMPARE(m_sender->requests.front().keys.mid(2), (QByteArrayList{"one", "two"}));
}

void tst_RedisSweep::readsOnBehindAFullPage()
{
    start();
    m_sender->answer(
        page(true, {due("1", "nonsense"), due("2", "[" + envelope("2") + ",\"\",\"q\"]")}));
    m_sender->answer(number(1));
    QCOMPARE(m_sender->names(), QByteArrayList{"expired"});
    QCOMPARE(m_sender->requests.front().words.at(1), QByteArray("1")); // past what stays
    m_sender->answer(page(false, {}));
    QVERIFY(!m_restore->isSweeping());
}

void tst_RedisSweep::tellsOnceWhatStays()
{
    start();
    for (int sweep = 0; sweep < 2; ++sweep) {
        m_sender->answer(page(false, {due("1", "nonsense")}));
        m_parts->hub.advance(15s);
    }
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Information);
    QVERIFY(m_parts->notices[0].text.contains(QStringLiteral("'1'")));
    // Others are; and what they are called controls no terminal.
    m_sender->answer(page(false, {due("\x1b[31m", "nonsense"), due("1", "nonsense")}));
    QCOMPARE(m_parts->notices.size(), 2u);
    QCOMPARE(m_parts->notices[1].count, 1);
    QVERIFY(!m_parts->notices[1].text.contains(QChar(0x1b)));
}

void tst_RedisSweep::keepsToItsLimit()
{
    RedisOptions options;
    options.restoreLimit = 1;
    start(options);
    m_sender->answer(page(true,
                          {due("0", "nonsense"), due("1", "[" + envelope("1") + ",\"\",\"q\"]"),
                           due("2", "[" + envelope("2") + ",\"\",\"q\"]")}));
    QCOMPARE(m_sender->names(), QByteArrayList{"restore"});
    QCOMPARE(m_sender->requests.front().words.at(0), QByteArray("1"));
    m_sender->answer(number(1));
    QVERIFY(m_sender->requests.empty());
    QVERIFY(!m_restore->isSweeping());
}

void tst_RedisSweep::stopsForGood()
{
    start();
    m_restore->stop();
    m_sender->answer(page(true, {due("1", "[" + envelope("1") + ",\"\",\"q\"]")}));
    m_sender->requests.clear();
    m_parts->hub.advance(1h);
    QVERIFY(m_sender->requests.empty());
}

QOMBU_TEST(tst_RedisSweep)
#include "tst_redissweep.moc"
