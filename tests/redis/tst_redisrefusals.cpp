// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "redis/testlink.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <Qombu/connection.h>
#include <Qombu/consumer.h>
#include <Qombu/hub.h>

#include <QSignalSpy>
#include <QTest>

using namespace Qombu;
using namespace QombuTest;

// Permissions that are taken away, come back or are missing, while a link works.
class tst_RedisRefusals : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void settlesWhenItMayAgain_data();
    void settlesWhenItMayAgain();
    void consumesWhenItMayAgain();
    void consumesWhenItMayAgainAfterALoss_data();
    void consumesWhenItMayAgainAfterALoss();
    void consumesFromTheOthersMeanwhile();
    void takesABindingThatIsThere();
    void refusesABindingThatIsNotThere();
    void publishesByBindingsThatItMayOnlyRead();
    void refusesMoreBindingsThanItReads();

private:
    void grant(const QByteArrayList &permissions);
    QString url() const
    {
        return QStringLiteral("redis://app:pw@127.0.0.1:%1/0").arg(m_broker->port());
    }
    std::unique_ptr<BrokerProcess> m_broker;
};

void tst_RedisRefusals::initTestCase()
{
    m_broker = std::make_unique<BrokerProcess>();
    QVERIFY2(m_broker->start(), qPrintable(m_broker->errorText()));
}

void tst_RedisRefusals::init()
{
    m_broker->command({"FLUSHALL"});
    m_broker->command({"ACL", "SETUSER", "app", "reset", "on", ">pw", "~*", "&*", "+@all"});
}

void tst_RedisRefusals::grant(const QByteArrayList &permissions)
{
    QCOMPARE(m_broker->text(QByteArrayList{"ACL", "SETUSER", "app"} + permissions),
             QByteArray("OK"));
}

void tst_RedisRefusals::settlesWhenItMayAgain_data()
{
    QTest::addColumn<Settlement>("settlement");
    QTest::newRow("ack") << Settlement::Ack;
    QTest::newRow("reject") << Settlement::Reject;
    QTest::newRow("requeue") << Settlement::Requeue;
}

void tst_RedisRefusals::settlesWhenItMayAgain()
{
    QFETCH(Settlement, settlement);
    m_broker->command({"LPUSH", "q", envelope("1"), envelope("2")});
    TestTransport transport;
    TestLink link(transport, url(), {{QStringLiteral("renew_interval"), 1}});
    QVERIFY(link.open());
    ConsumeRequest request;
    request.consumer = 1;
    request.queues = {Queue("q").setDeadLetterQueue(QStringLiteral("dead"))};
    request.count = 2;
    link.startConsuming(request);
    QVERIFY(link.waitForDeliveries(2));
    QVERIFY(link.cancel(1)); // what is held stays, and where it goes
    grant({"-hdel"});
    link.settle(link.deliveries[0].delivery, settlement);
    link.settle(link.deliveries[1].delivery, settlement);
    QTRY_COMPARE(link.unsettled, 2);
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 2);
    grant({"+hdel"});
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    QCOMPARE(m_broker->integer({"LLEN", "q"}), settlement == Settlement::Requeue ? 2 : 0);
    QCOMPARE(m_broker->integer({"LLEN", "dead"}), settlement == Settlement::Reject ? 2 : 0);
    QCOMPARE(link.unsettled, 2); // told once
    QVERIFY(link.tooLate.empty());
}

void tst_RedisRefusals::consumesWhenItMayAgain()
{
    TestTransport transport;
    TestLink link(transport, url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    m_broker->command({"LPUSH", "q", envelope("1")});
    QVERIFY(link.waitForDeliveries(1));
    m_broker->command({"CONFIG", "RESETSTAT"});
    grant({"resetkeys", "~other*", "~unacked*", "~_qombu.*"});
    m_broker->command({"LPUSH", "q", envelope("2")});
    QVERIFY(TestLink::waitUntil([&] { return !link.notices.empty(); }));
    QVERIFY2(link.notices[0].contains(QStringLiteral("\"app\"")), qPrintable(link.notices[0]));
    grant({"~*"});
    QVERIFY(link.waitForDeliveries(2));
    QVERIFY(link.cancelled.empty());
    QTRY_COMPARE(link.notices.size(), 2u); // it is over
    const QByteArray calls = m_broker->text({"INFO", "commandstats"});
    const qsizetype at = calls.indexOf("rejected_calls=", calls.indexOf("cmdstat_evalsha:")) + 15;
    QVERIFY2(calls.mid(at, calls.indexOf(',', at) - at).toInt() <= 3, calls.constData());
}

void tst_RedisRefusals::consumesWhenItMayAgainAfterALoss_data()
{
    QTest::addColumn<QByteArray>("command");
    for (const QByteArray command : {"zadd", "hset", "rpop", "time", "evalsha"})
        QTest::newRow(command.constData()) << command;
}

// What was consuming before the link was lost is not new: its permissions were taken away.
void tst_RedisRefusals::consumesWhenItMayAgainAfterALoss()
{
    QFETCH(const QByteArray, command);
    Connection connection(url());
    Consumer consumer(&connection, "q");
    consumer.setAckMode(AckMode::Auto);
    int refusals = 0;
    connect(&connection, &Connection::notice, this, [&](const BrokerNotice &notice) {
        refusals += notice.kind == BrokerNotice::Permission && notice.active ? 1 : 0;
    });
    connect(&consumer, &Consumer::errorOccurred, this,
            [&](const Error &error) { refusals += error.replyCode() == 403 ? 1 : 0; });
    QSignalSpy received(&consumer, &Consumer::messageReceived);
    QSignalSpy states(&consumer, &Consumer::stateChanged);
    consumer.start();
    m_broker->command({"LPUSH", "q", envelope("1")});
    QTRY_COMPARE(received.size(), 1);
    grant({'-' + command});
    m_broker->command({"CLIENT", "KILL", "USER", "app"});
    m_broker->command({"LPUSH", "q", envelope("2")});
    QTRY_VERIFY(refusals > 0);
    grant({'+' + command});
    QTRY_COMPARE_WITH_TIMEOUT(received.size(), 2, 10000);
    for (const QList<QVariant> &state : std::as_const(states))
        QVERIFY(state.front().value<Consumer::State>() != Consumer::Stopped);
}

void tst_RedisRefusals::consumesFromTheOthersMeanwhile()
{
    TestTransport transport;
    TestLink link(transport, url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q"), QStringLiteral("other")}));
    m_broker->command({"LPUSH", "q", envelope("1")});
    m_broker->command({"LPUSH", "other", envelope("2")});
    QVERIFY(link.waitForDeliveries(2));
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked"}), 0);
    grant({"resetkeys", "~other*", "~unacked*", "~_qombu.*"});
    m_broker->command({"LPUSH", "q", envelope("3")});
    QVERIFY(TestLink::waitUntil([&] { return !link.notices.empty(); }));
    m_broker->command({"LPUSH", "other", envelope("4")});
    QVERIFY(link.waitForDeliveries(3));
    QCOMPARE(link.deliveries[2].queue, QStringLiteral("other"));
    grant({"~*"});
    QVERIFY(link.waitForDeliveries(4));
    QVERIFY(link.cancelled.empty());
}

// Somebody else declares it.
void tst_RedisRefusals::takesABindingThatIsThere()
{
    m_broker->command({"SADD", "_kombu.binding.x", "k\x06\x16\x06\x16q"});
    grant({"resetkeys", "~q*", "~unacked*", "~_qombu.*", "%R~_kombu.binding*"});
    TestTransport transport;
    TestLink link(transport, url());
    QVERIFY(link.open());
    std::optional<Error> answer;
    link.topology->bind(
        {Exchange(QStringLiteral("x")), QStringLiteral("k"), QStringLiteral("q"), {}},
        [&](const Result<void> &result) { answer = result.error(); });
    QVERIFY(TestLink::waitUntil([&] { return answer.has_value(); }));
    QVERIFY2(!answer->isError(), qPrintable(answer->text()));
}

void tst_RedisRefusals::refusesABindingThatIsNotThere()
{
    m_broker->command({"SADD", "_kombu.binding.x", "k2\x06\x16\x06\x16q"});
    grant({"resetkeys", "~q*", "~unacked*", "~_qombu.*", "%R~_kombu.binding*"});
    TestTransport transport;
    TestLink link(transport, url());
    QVERIFY(link.open());
    std::optional<Error> answer;
    link.topology->bind(
        {Exchange(QStringLiteral("x")), QStringLiteral("k"), QStringLiteral("q"), {}},
        [&](const Result<void> &result) { answer = result.error(); });
    QVERIFY(TestLink::waitUntil([&] { return answer.has_value(); }));
    QCOMPARE(answer->replyCode(), 403);
}

void tst_RedisRefusals::publishesByBindingsThatItMayOnlyRead()
{
    m_broker->command({"SADD", "_kombu.binding.x", "k\x06\x16\x06\x16q"});
    grant({"resetkeys", "~q*", "~unacked*", "~_qombu.*", "%R~_kombu.binding*"});
    TestTransport transport;
    TestLink link(transport, url());
    QVERIFY(link.open());
    const Exchange x(QStringLiteral("x"));
    for (int i = 0; i < 3; ++i) {
        const Error error = link.publish(x, QStringLiteral("k"), QByteArray::number(i));
        QVERIFY2(!error.isError(), qPrintable(error.text()));
    }
    QCOMPARE(m_broker->integer({"LLEN", "q"}), 3);
    QCOMPARE(link.notices.size(), 1u);
    QCOMPARE(link.publish(x, QStringLiteral("nowhere"), "4").kind(), Error::Unroutable);
    m_broker->command({"SADD", "_kombu.binding.x", "k\x06\x16\x06\x16secret"});
    QTRY_COMPARE(link.publish(x, QStringLiteral("k"), "5").kind(), Error::Configuration);
}

void tst_RedisRefusals::refusesMoreBindingsThanItReads()
{
    m_broker->command({"EVAL", "for i = 1, 1000001 do redis.call('SADD', KEYS[1], i) end", "1",
                       "_kombu.binding.x"});
    TestTransport transport;
    TestLink link(transport, url());
    QVERIFY(link.open());
    const Error error = link.publish(Exchange(QStringLiteral("x")), QStringLiteral("k"), "1");
    QCOMPARE(error.kind(), Error::LimitExceeded);
    QVERIFY2(error.text().contains(QStringLiteral("\"x\"")), qPrintable(error.text()));
    QVERIFY(!link.publish(QStringLiteral("q"), "2").isError()); // others go on
    QVERIFY(!link.failure.isError());
}

QOMBU_TEST(tst_RedisRefusals)
#include "tst_redisrefusals.moc"
