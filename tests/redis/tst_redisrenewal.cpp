// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "redis/testlink.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;
using namespace QombuTest;

// Leases of what is held: nobody else gets it, whatever happens to the server.
class tst_RedisRenewal : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void leavesWhatItHoldsItself();
    void keepsItsOwnLeases();
    void keepsLeasesWhileMemoryIsFull();
    void keepsLeasesWithoutASocketOfTheirOwn();
    void tellsOfALostLease();
    void doesNotRenewWhatWasSettled();

private:
    std::unique_ptr<BrokerProcess> m_broker;
};

void tst_RedisRenewal::initTestCase()
{
    m_broker = std::make_unique<BrokerProcess>();
    QVERIFY2(m_broker->start(), qPrintable(m_broker->errorText()));
}

void tst_RedisRenewal::init()
{
    m_broker->command({"FLUSHALL"});
    m_broker->command({"CONFIG", "SET", "maxmemory", "0"});
    m_broker->command({"CONFIG", "SET", "maxclients", "10000"});
}

// Whatever its index says.
void tst_RedisRenewal::leavesWhatItHoldsItself()
{
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->url(),
                  {{QStringLiteral("visibility_timeout"), 60},
                   {QStringLiteral("unacked_restore_interval"), 0.2},
                   {QStringLiteral("renew_interval"), 0.1}});
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    const QByteArray tag = m_broker->texts({"HKEYS", "unacked"}).value(0);
    m_broker->command({"HSET", "unacked", "dead", "[" + envelope("2") + ",\"\",\"other\"]"});
    m_broker->command({"ZADD", "unacked_index", "5", "dead"});
    QVERIFY(TestLink::waitUntil([&] {
        m_broker->command({"ZADD", "unacked_index", "XX", "5", tag});
        return link.restored.contains(QStringLiteral("other"));
    }));
    QCOMPARE(m_broker->integer({"HEXISTS", "unacked", tag}), 1);
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index", "q"}), 0);
    QVERIFY(link.tooLate.empty());
}

// Held for three times the visibility timeout, while this thread is never free for a renewal.
void tst_RedisRenewal::keepsItsOwnLeases()
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

// For three times the visibility timeout, beside somebody else who sweeps.
void tst_RedisRenewal::keepsLeasesWhileMemoryIsFull()
{
    constexpr int count = 1200; // more than one run of the script
    for (int i = 0; i < count; ++i)
        m_broker->command({"LPUSH", "q", envelope(QByteArray::number(i))});
    const QVariantMap options{{QStringLiteral("visibility_timeout"), 2},
                              {QStringLiteral("unacked_restore_interval"), 0.2}};
    TestTransport transport;
    TestLink link(transport, m_broker->url(), options);
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QVERIFY(link.consume(1, {QStringLiteral("q")}, count));
    QVERIFY(link.waitForDeliveries(count));
    TestTransport other;
    TestLink sweeper(other, m_broker->url(), options);
    QVERIFY2(sweeper.open(), qPrintable(sweeper.failure.text()));
    QVERIFY(sweeper.consume(1, {QStringLiteral("other")}));
    m_broker->command({"SET", "ballast", QByteArray(4 << 20, 'x')});
    m_broker->command({"CONFIG", "SET", "maxmemory", "1mb"});
    QCOMPARE(m_broker->text({"SET", "a", "b"}).left(3), QByteArray("OOM"));
    const QByteArray tag = m_broker->texts({"ZRANGE", "unacked_index", "-1", "-1"}).value(0);
    const double first = m_broker->text({"ZSCORE", "unacked_index", tag}).toDouble();
    QVERIFY(TestLink::waitUntil([&] {
        return m_broker->integer({"HLEN", "unacked"}) != count
            || m_broker->text({"ZSCORE", "unacked_index", tag}).toDouble() > first + 6;
    }));
    m_broker->command({"CONFIG", "SET", "maxmemory", "0"});
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), count);
    QCOMPARE(m_broker->integer({"EXISTS", "q"}), 0);
    QVERIFY(link.tooLate.empty());
}

void tst_RedisRenewal::keepsLeasesWithoutASocketOfTheirOwn()
{
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->url(),
                  {{QStringLiteral("visibility_timeout"), 2},
                   {QStringLiteral("unacked_restore_interval"), 0.2}});
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    const qsizetype clients = m_broker->text({"CLIENT", "LIST"}).count('\n');
    m_broker->command({"CONFIG", "SET", "maxclients", QByteArray::number(clients)});
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    const QByteArray tag = m_broker->texts({"HKEYS", "unacked"}).value(0);
    const double first = m_broker->text({"ZSCORE", "unacked_index", tag}).toDouble();
    QVERIFY(TestLink::waitUntil([&] {
        return m_broker->integer({"HLEN", "unacked"}) != 1
            || m_broker->text({"ZSCORE", "unacked_index", tag}).toDouble() > first + 5;
    }));
    QCOMPARE(m_broker->integer({"HEXISTS", "unacked", tag}), 1);
    QCOMPARE(link.notices.size(), 1u);
    QVERIFY2(link.notices[0].contains(QStringLiteral("Leases")), qPrintable(link.notices[0]));
    m_broker->command({"CONFIG", "SET", "maxclients", "10000"});
    QTRY_COMPARE_WITH_TIMEOUT(link.notices.size(), 2u, 20000); // they have a socket again
}

void tst_RedisRenewal::tellsOfALostLease()
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

void tst_RedisRenewal::doesNotRenewWhatWasSettled()
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

QOMBU_TEST(tst_RedisRenewal)
#include "tst_redisrenewal.moc"
