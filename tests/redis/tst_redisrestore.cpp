// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "redis/testlink.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;
using namespace QombuTest;

// Leases of what is held, and the way back of what the dead have held.
class tst_RedisRestore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void givesBackWhatADeadConsumerHeld();
    void givesBackARecordOfKombu();
    void keepsTheOrder();
    void routesByTopicPatterns();
    void copiesToEveryBoundQueue();
    void leavesWhatHasNoTarget();
    void findsWhatIsBehindManyThatStay();
    void leavesWhatIsStillYoung();
    void dropsIndexEntriesWithoutRecord();
    void findsWhatIsBehindManyWithoutRecord();
    void keepsItsOwnLeases();
    void tellsOfALostLease();
    void doesNotRenewWhatWasSettled();

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
            {QStringLiteral("unacked_restore_interval"), 0.2}};
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
    QTRY_COMPARE(link.notices.size(), 3u);
    // Several sweeps later they are still there, and were told of once.
    hold("5", "[" + envelope("5") + ",\"\",\"q\"]");
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 2);
    hold("6", "[" + envelope("6") + ",\"\",\"q\"]");
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 3);
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 3);
    QCOMPARE(m_broker->integer({"ZCARD", "unacked_index"}), 3);
    QCOMPARE(link.notices.size(), 3u);
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
                   {QStringLiteral("unacked_restore_interval"), 600}});
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 1);
    QCOMPARE(m_broker->integer({"EXISTS", "unacked_index"}), 0);
}

// Held for three times the visibility timeout, while this thread is never free for a renewal.
void tst_RedisRestore::keepsItsOwnLeases()
{
    m_broker->command({"LPUSH", "q", envelope("1")});
    const QVariantMap options{{QStringLiteral("visibility_timeout"), 2},
                              {QStringLiteral("unacked_restore_interval"), 0.2},
                              {QStringLiteral("renew_interval"), 0.3}};
    TestTransport transport;
    TestLink link(transport, m_broker->url(), options);
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    const QByteArray tag = m_broker->texts({"HKEYS", "unacked"}).value(0);
    const QByteArray first = m_broker->text({"ZSCORE", "unacked_index", tag});
    QElapsedTimer blocked;
    blocked.start();
    while (blocked.elapsed()
           < 6000) // user code that blocks its thread, and a sweep of somebody else
        QVERIFY(m_broker->integer({"ZCARD", "unacked_index"}) == 1);
    const double renewed = m_broker->text({"ZSCORE", "unacked_index", tag}).toDouble();
    QVERIFY2(renewed > first.toDouble() + 4, qPrintable(QString::number(renewed)));
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "q"}), 0);
    QVERIFY(link.tooLate.empty());
}

void tst_RedisRestore::tellsOfALostLease()
{
    m_broker->command({"LPUSH", "q", envelope("1"), envelope("2")});
    TestTransport transport;
    TestLink link(transport, m_broker->url(), {{QStringLiteral("renew_interval"), 0.2}});
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(2));
    const QByteArray tag = m_broker->texts({"ZRANGE", "unacked_index", "0", "0"}).value(0);
    m_broker->command({"ZREM", "unacked_index", tag});
    m_broker->command({"HDEL", "unacked", tag});
    QTRY_COMPARE(link.tooLate.size(), 1u); // nobody has settled anything yet
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    link.settle(link.deliveries[1].delivery, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked"}), 0);
    QCOMPARE(link.tooLate.size(), 1u);
}

void tst_RedisRestore::doesNotRenewWhatWasSettled()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url(), {{QStringLiteral("renew_interval"), 0.05}});
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 4));
    for (std::size_t i = 0; i < 200; ++i) {
        m_broker->command({"LPUSH", "q", envelope("1")});
        QVERIFY(link.waitForDeliveries(i + 1));
    }
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    QVERIFY(link.tooLate.empty());
}

QOMBU_TEST(tst_RedisRestore)
#include "tst_redisrestore.moc"
