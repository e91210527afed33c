// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "redis/testlink.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"
#include "virtual/envelope/envelope.h"

#include <QTest>

using namespace Qombu;
using namespace QombuTest;

// The way back of what the dead have held.
class tst_RedisRestore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void givesBackWhatADeadConsumerHeld();
    void givesBackByShortLooks();
    void givesBackARecordOfKombu();
    void leavesWhatOthersHoldUnlessAsked();
    void lookingChangesNothing();
    void keepsTheOrder();
    void keepsTheOrderOfManyPages();
    void givesBackAHugeRecord();
    void keepsTheBodyOfALargeRecord_data();
    void keepsTheBodyOfALargeRecord();
    void routesByTopicPatterns();
    void copiesToEveryBoundQueue();
    void leavesWhatHasNoTarget();
    void findsWhatIsBehindManyThatStay();
    void countsOnlyWhatItGivesBack();
    void leavesWhatIsStillYoung();
    void dropsIndexEntriesWithoutRecord();
    void findsWhatIsBehindManyWithoutRecord();

private:
    void hold(const QByteArray &tag, const QByteArray &record, int age = 100);
    QVariantMap sweeping() const;
    std::unique_ptr<BrokerProcess> m_broker;
};

void tst_RedisRestore::initTestCase()
{
    m_broker = std::make_unique<BrokerProcess>();
    QVERIFY2(m_broker->start(), qPrintable(m_broker->errorText()));
}

void tst_RedisRestore::init()
{
    m_broker->command({"FLUSHALL"});
}

// As a consumer that took it so many seconds ago.
void tst_RedisRestore::hold(const QByteArray &tag, const QByteArray &record, int age)
{
    const qint64 now = m_broker->texts({"TIME"}).at(0).toLongLong();
    m_broker->command({"HSET", "unacked", tag, record});
    m_broker->command({"ZADD", "unacked_index", QByteArray::number(now - age) + ".25", tag});
}

QVariantMap tst_RedisRestore::sweeping() const
{
    return {{QStringLiteral("visibility_timeout"), 60},
            {QStringLiteral("unacked_restore_interval"), 0.2},
            {QStringLiteral("renew_interval"), 0.1}};
}

void tst_RedisRestore::givesBackWhatADeadConsumerHeld()
{
    m_broker->command({"LPUSH",
                       "q\x06\x16"
                       "6",
                       envelope("1", "x", "\"priority\": 7, ")});
    {
        TestTransport transport;
        TestLink dead(transport, m_broker->url());
        QVERIFY(dead.open());
        QVERIFY(dead.get(QStringLiteral("q")));
        dead.drop();
    }
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 1);
    TestTransport transport;
    TestLink link(transport, m_broker->url(),
                  {{QStringLiteral("visibility_timeout"), 1},
                   {QStringLiteral("unacked_restore_interval"), 0.2}});
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"LLEN",
                                    "q\x06\x16"
                                    "6"}),
                 1);
    QCOMPARE(m_broker->text({"LINDEX",
                             "q\x06\x16"
                             "6",
                             "0"}),
             redelivered(envelope("1", "x", "\"priority\": 7, ")));
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

// None of them lives as long as everybody needs to renew.
void tst_RedisRestore::givesBackByShortLooks()
{
    const QByteArray tag = "00000000-0000-0000-0000-000000000000.1";
    hold(tag, '[' + envelope("1") + ",\"\",\"q\"]");
    int looks = 0;
    for (; m_broker->integer({"LLEN", "q"}) == 0 && looks < 10; ++looks) {
        TestTransport transport;
        TestLink link(
            transport, m_broker->url(),
            {{QStringLiteral("visibility_timeout"), 60}, {QStringLiteral("renew_interval"), 2}});
        QVERIFY(link.open());
        QVERIFY(link.consume(1, {QStringLiteral("other")}));
        TestLink::waitUntil([&] { return !link.restored.isEmpty(); }, 1000);
        QVERIFY(link.close());
    }
    QVERIFY2(looks >= 3, qPrintable(QString::number(looks))); // three seconds: a round
    QCOMPARE(m_broker->text({"LINDEX", "q", "0"}), redelivered(envelope("1")));
    QVERIFY(m_broker->integer({"PTTL", "_qombu.overdue"}) > 0);
}

void tst_RedisRestore::givesBackARecordOfKombu()
{
    m_broker->command({"SADD", "_kombu.binding.shop", "new\x06\x16\x06\x16q"});
    hold("tag-1", "[" + envelope("tag-1") + ", \"shop\", \"new\"]");
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    QVERIFY(link.deliveries[0].content->redelivered);
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index", "q"}), 0);
}

// A fleet may work longer than we would wait; what a program like this one holds is renewed.
void tst_RedisRestore::leavesWhatOthersHoldUnlessAsked()
{
    const QByteArray ours = "01234567-89ab-4def-8123-456789abcdef." + QByteArray(27, '0') + '7';
    hold("tag-1", "[" + envelope("tag-1") + ", \"\", \"q\"]", 7200);
    hold(ours, "[" + envelope("tag-2") + ",\"\",\"q\"]", 7200);
    hold("tag-3", "[" + envelope("tag-3") + ", \"\", \"q\"]", 7300);
    m_broker->command({"ZADD", "unacked_index", "5", "nobody"});
    QVariantMap options = sweeping();
    options.remove(QStringLiteral("visibility_timeout"));
    TestTransport transport;
    TestLink link(transport, m_broker->url(), options);
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(link.restored, (QMap<QString, qint64>{{QStringLiteral("q"), 1}}));
    QCOMPARE(m_broker->texts({"LRANGE", "q", "0", "-1"}),
             QByteArrayList{redelivered(envelope("tag-2"))});
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 2);
    QCOMPARE(m_broker->integer({"ZCARD", "unacked_index"}), 3);

    options.insert(QStringLiteral("visibility_timeout"), 3600);
    TestTransport other;
    TestLink asked(other, m_broker->url(), options);
    QVERIFY(asked.open());
    QVERIFY(asked.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(asked.restored, (QMap<QString, qint64>{{QStringLiteral("q"), 2}}));
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

void tst_RedisRestore::lookingChangesNothing()
{
    hold("tag-1", "[" + envelope("tag-1") + ", \"\", \"q\"]", 7200);
    m_broker->command({"ZADD", "unacked_index", "5", "nobody"});
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    m_broker->command({"SAVE"});
    int answers = 0;
    link.browser()->inventory({}, [&](const auto &found) { answers += found.isOk(); });
    link.browser()->peek({QStringLiteral("q"), 10, QueueEnd::Head},
                         [&](const auto &found) { answers += found.isOk(); });
    link.browser()->unacked(10, [&](const auto &found) { answers += found.isOk(); });
    QTRY_COMPARE(answers, 3);
    QCoreApplication::processEvents(); // what else it may want to do
    QVERIFY(m_broker->text({"INFO", "persistence"}).contains("rdb_changes_since_last_save:0\r"));
}

void tst_RedisRestore::keepsTheOrder()
{
    for (int i = 0; i < 10; ++i) {
        const QByteArray n = QByteArray::number(i);
        hold(n, "[" + envelope(n, n) + ",\"\",\"q\"]", 200 - i);
    }
    m_broker->command({"LPUSH", "q", envelope("later", "later")});
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 11);
    QVERIFY(link.consume(2, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(11));
    QCOMPARE(link.bodies(),
             QByteArrayList({"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "later"}));
}

void tst_RedisRestore::keepsTheOrderOfManyPages()
{
    constexpr int count = 350;
    QByteArrayList expected;
    for (int i = 0; i < count; ++i) {
        const QByteArray n = QByteArray::number(i);
        hold(n, "[" + envelope(n, n) + ",\"\",\"q\"]", 2 * count - i);
        expected.prepend(redelivered(envelope(n, n)));
    }
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), count);
    QCOMPARE(m_broker->texts({"LRANGE", "q", "0", "-1"}), expected);
    QTRY_COMPARE(link.restored.value(QStringLiteral("q")), count);
}

// Larger than this link reads at all; what is behind it goes back, too.
void tst_RedisRestore::givesBackAHugeRecord()
{
    constexpr int size = 190'000'000;
    m_broker->command({"EVAL",
                       "local record = '[' .. ARGV[1] .. string.rep('A', ARGV[2]) .. ARGV[3] .. "
                       "',\"\",\"q\"]' redis.call('HSET', 'unacked', 'huge', record)",
                       "0", R"({"body": ")", QByteArray::number(size), envelope("1").mid(14)});
    m_broker->command({"ZADD", "unacked_index", "5", "huge"});
    hold("small", "[" + envelope("2") + ",\"\",\"q\"]", 1000);
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE_WITH_TIMEOUT(m_broker->integer({"LLEN", "q"}), 2, 60000);
    QVERIFY2(!link.failure.isError(), qPrintable(link.failure.text()));
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    QCOMPARE(m_broker->text({"LINDEX", "q", "0"}), redelivered(envelope("2")));
    const QByteArray ends = "local all = redis.call('LINDEX', 'q', -1) return {#all, "
                            "string.sub(all, 1, 12), string.sub(all, 11 + ARGV[1])}";
    const auto found = m_broker->command({"EVAL", ends, "0", QByteArray::number(size)});
    QCOMPARE(found.items.size(), 3u);
    const QByteArray tail = redelivered(envelope("1")).mid(14);
    QCOMPARE(found.items[0].integer, 10 + size + tail.size());
    QCOMPARE(found.items[1].text, QByteArray(R"({"body": "AA)"));
    QCOMPARE(found.items[2].text, tail);
    m_broker->command({"FLUSHALL"});
}

void tst_RedisRestore::keepsTheBodyOfALargeRecord_data()
{
    QTest::addColumn<QByteArray>("envelope");
    const QByteArray body(2 << 20, 'A');
    const QByteArray usual = envelope("1");
    const auto row = [&](const char *name, QByteArray text, const QByteArray &large) {
        QTest::newRow(name) << text.replace(usual.mid(9, 6), QByteArray('"' + large + '"'));
    };
    row("as Kombu writes it", usual, body);
    row("compact", QByteArray(usual).replace("\": ", "\":").replace(", ", ","), body);
    row("a body of escapes", usual, QByteArray(1 << 20, '\\').repeated(2) + "\\\"");
    row("few quotes in the body", usual, QByteArray("{\\\"a\\\": \\\"" + body + "\\\\\\\"\\\"}"));
    row("many quotes in the body", usual, QByteArray("\\\"x").repeated(1 << 19));
    row("no headers", QByteArray(usual).replace("\"headers\": {}, ", ""), body);
    row("headers are null", QByteArray(usual).replace("\"headers\": {}", "\"headers\": null"),
        body);
    row("flags are there",
        redelivered(usual).replace("\"redelivered\": true}, \"prop",
                                   "\"redelivered\": false, \"é\": [1, {}]}, \"prop"),
        body);
    row("headers first", QByteArray(usual).replace("{\"body", "{\"headers\": {\"a\": 1}, \"body"),
        body);
    QTest::newRow("large headers") << QByteArray(usual).replace(
        "\"headers\": {}", QByteArray("\"headers\": {\"a\": \"" + body + "\"}"));
}

void tst_RedisRestore::keepsTheBodyOfALargeRecord()
{
    QFETCH(QByteArray, envelope);
    QVERIFY(Envelope::markRedelivered(envelope) != envelope);
    hold("1", "[" + envelope + ",\"\",\"q\"]");
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE_WITH_TIMEOUT(m_broker->integer({"LLEN", "q"}), 1, 20000);
    QVERIFY(m_broker->text({"LINDEX", "q", "0"}) == Envelope::markRedelivered(envelope));
}

void tst_RedisRestore::routesByTopicPatterns()
{
    m_broker->command({"SADD", "_kombu.binding.t", "a.*\x06\x16^a\\..*?[^\\.]$\x06\x16one",
                       "b.#\x06\x16^b\\..*?$\x06\x16two"});
    hold("1", "[" + envelope("1") + ", \"t\", \"b.c.d\"]");
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"LLEN", "two"}), 1);
    QCOMPARE(m_broker->integer({"LLEN", "one"}), 0);
}

void tst_RedisRestore::copiesToEveryBoundQueue()
{
    m_broker->command({"SADD", "_kombu.binding.shop", "new\x06\x16\x06\x16one",
                       "new\x06\x16\x06\x16two", "old\x06\x16\x06\x16three"});
    hold("1", "[" + envelope("1") + ", \"shop\", \"new\"]");
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked"}), 0);
    QCOMPARE(m_broker->integer({"LLEN", "one"}), 1);
    QCOMPARE(m_broker->integer({"LLEN", "two"}), 1);
    QCOMPARE(m_broker->integer({"EXISTS", "three"}), 0);
}

void tst_RedisRestore::leavesWhatHasNoTarget()
{
    hold("1", "[" + envelope("1") + ", \"gone\", \"key\"]");
    hold("2", "not a record");
    hold("3", "[\"" + envelope("3").replace('"', "\\\"") + "\", \"\", \"q\"]"); // a quoted envelope
    hold("4", "[" + envelope("4") + ",\"\",\"q\"]");
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 1);
    QTRY_COMPARE(link.notices.size(), 1u); // once for all three
    QVERIFY2(link.notices[0].contains(QStringLiteral("3")), qPrintable(link.notices[0]));
    // Several sweeps later they are still there, and were told of once.
    hold("5", "[" + envelope("5") + ",\"\",\"q\"]");
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 2);
    hold("6", "[" + envelope("6") + ",\"\",\"q\"]");
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 3);
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 3);
    QCOMPARE(m_broker->integer({"ZCARD", "unacked_index"}), 3);
    QCOMPARE(link.notices.size(), 1u);
}

void tst_RedisRestore::findsWhatIsBehindManyThatStay()
{
    for (int i = 0; i < 250; ++i) {
        const QByteArray n = "stay" + QByteArray::number(i);
        hold(n, "[" + envelope(n) + ", \"gone\", \"key\"]", 1000 + i);
    }
    for (int i = 0; i < 120; ++i) {
        const QByteArray n = "go" + QByteArray::number(i);
        hold(n, "[" + envelope(n) + ",\"\",\"q\"]", 500 + i);
    }
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 120);
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 250);
}

// What stays does not count for unacked_restore_limit.
void tst_RedisRestore::countsOnlyWhatItGivesBack()
{
    for (int i = 0; i < 250; ++i) {
        const QByteArray n = "stay" + QByteArray::number(i);
        hold(n, "[" + envelope(n) + ", \"gone\", \"key\"]", 500 + i % 7);
        hold("older" + n, "[" + envelope(n) + ", \"gone\", \"key\"]", 2000 + i % 7);
    }
    for (int i = 0; i < 5; ++i) {
        const QByteArray n = "go" + QByteArray::number(i);
        hold(n, "[" + envelope(n) + ",\"\",\"q\"]", 1000);
    }
    QVariantMap options = sweeping();
    options.insert(QStringLiteral("unacked_restore_limit"), 2);
    options.insert(QStringLiteral("unacked_restore_interval"), 2);
    TestTransport transport;
    TestLink link(transport, m_broker->url(), options);
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_VERIFY(m_broker->integer({"LLEN", "q"}) > 0);
    QTRY_COMPARE(link.restored.value(QStringLiteral("q")), 2); // in one sweep
    QTRY_COMPARE_WITH_TIMEOUT(m_broker->integer({"LLEN", "q"}), 5, 20000);
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 500);
}

void tst_RedisRestore::leavesWhatIsStillYoung()
{
    hold("young", "[" + envelope("1") + ",\"\",\"q\"]", 30);
    hold("old", "[" + envelope("2") + ",\"\",\"q\"]", 90);
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 1);
    QCOMPARE(m_broker->integer({"HEXISTS", "unacked", "young"}), 1);
}

void tst_RedisRestore::dropsIndexEntriesWithoutRecord()
{
    m_broker->command({"ZADD", "unacked_index", "5", "nobody"});
    TestTransport transport;
    TestLink link(transport, m_broker->url(), sweeping());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked_index"}), 0);
}

// In one sweep: the next one is not due in this test's time.
void tst_RedisRestore::findsWhatIsBehindManyWithoutRecord()
{
    for (int i = 0; i < 250; ++i)
        m_broker->command({"ZADD", "unacked_index", "5", "nobody" + QByteArray::number(i)});
    hold("1", "[" + envelope("1") + ",\"\",\"q\"]");
    TestTransport transport;
    TestLink link(transport, m_broker->url(),
                  {{QStringLiteral("visibility_timeout"), 60},
                   {QStringLiteral("unacked_restore_interval"), 600},
                   {QStringLiteral("renew_interval"), 0.1}});
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 1);
    QCOMPARE(m_broker->integer({"EXISTS", "unacked_index"}), 0);
}

QOMBU_TEST(tst_RedisRestore)
#include "tst_redisrestore.moc"
