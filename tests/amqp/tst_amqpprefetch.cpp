// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/cutseat.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// The windows of consumers on a real RabbitMQ: each has its own, on one connection as on several.
class tst_AmqpPrefetch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void eachConsumerHasItsOwn();
    void eachSettlementMakesRoomForOne_data();
    void eachSettlementMakesRoomForOne();
    void isSharedByTheQueuesOfAConsumer();
    void doesNotHoldForGet();
    void holdsOnTheNextConnection();
    void withoutAcknowledgementThereIsNone();

private:
    // Consumes with this window and settles nothing.
    std::unique_ptr<RabbitInbox> inbox(const QList<Queue> &queues, int count);
    void publish(const QString &queue, int count);
    // All that can come has come, by what the broker has left.
    bool leaves(const QString &queue, qint64 count);

    RabbitProcess m_broker;
    std::unique_ptr<FaultProxy> m_proxy;
    std::unique_ptr<CutSeat> m_seat;
    const QString m_name = u"q"_s;
};

void tst_AmqpPrefetch::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    m_proxy = std::make_unique<FaultProxy>(m_broker.port());
}

void tst_AmqpPrefetch::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<CutSeat>(m_broker, *m_proxy);
}

void tst_AmqpPrefetch::cleanup()
{
    m_seat.reset();
}

std::unique_ptr<RabbitInbox> tst_AmqpPrefetch::inbox(const QList<Queue> &queues, int count)
{
    return std::make_unique<RabbitInbox>(&m_seat->connection, queues, false, count);
}

void tst_AmqpPrefetch::publish(const QString &queue, int count)
{
    RABBIT_OK(m_seat->channel()->declare(Queue(queue)));
    Producer producer(&m_seat->connection, queue);
    std::vector<Pending<void>> pending;
    for (int i = 0; i < count; ++i)
        pending.push_back(producer.publish(i));
    for (const Pending<void> &one : pending)
        RABBIT_OK(one);
}

bool tst_AmqpPrefetch::leaves(const QString &queue, qint64 count)
{
    return QTest::qWaitFor([&] { return m_seat->ready(queue) == count; }, Long);
}

void tst_AmqpPrefetch::eachConsumerHasItsOwn()
{
    publish(m_name, 30);
    const auto three = inbox({Queue(m_name)}, 3);
    const auto five = inbox({Queue(m_name)}, 5);
    const auto one = inbox({Queue(m_name)}, 1);
    QVERIFY(leaves(m_name, 30 - 9));
    QTRY_COMPARE_WITH_TIMEOUT(three->messages.size(), 3, Long);
    QTRY_COMPARE_WITH_TIMEOUT(five->messages.size(), 5, Long);
    QTRY_COMPARE_WITH_TIMEOUT(one->messages.size(), 1, Long);
    QVERIFY(!three->messages.first().ack().isError());
    QVERIFY(leaves(m_name, 30 - 10));
    QTRY_COMPARE_WITH_TIMEOUT(three->messages.size(), 4, Long);
    QCOMPARE(five->messages.size(), 5);
    QCOMPARE(one->messages.size(), 1);
}

void tst_AmqpPrefetch::eachSettlementMakesRoomForOne_data()
{
    QTest::addColumn<Settle>("settle");
    QTest::newRow("ack") << Settle(&Message::ack);
    QTest::newRow("reject") << Settle(&Message::reject);
}

void tst_AmqpPrefetch::eachSettlementMakesRoomForOne()
{
    QFETCH(Settle, settle);
    publish(m_name, 10);
    const auto alone = inbox({Queue(m_name)}, 2);
    for (int settled = 0; settled < 8; ++settled) {
        QVERIFY(leaves(m_name, 10 - 2 - settled));
        QTRY_COMPARE_WITH_TIMEOUT(alone->messages.size(), settled + 2, Long);
        QCOMPARE(alone->messages.at(settled).body().toInt(), settled);
        QVERIFY(!(alone->messages.at(settled).*settle)().isError());
    }
}

// RabbitMQ counts for each queue: each gets its part.
void tst_AmqpPrefetch::isSharedByTheQueuesOfAConsumer()
{
    QList<Queue> queues;
    for (const QString &name : {u"a"_s, u"b"_s, u"c"_s}) {
        publish(name, 10);
        queues.append(Queue(name));
    }
    const auto shared = inbox(queues, 6);
    for (const Queue &queue : queues)
        QVERIFY(leaves(queue.name(), 8));
    QTRY_COMPARE_WITH_TIMEOUT(shared->messages.size(), 6, Long);
}

void tst_AmqpPrefetch::doesNotHoldForGet()
{
    publish(m_name, 5);
    const auto full = inbox({Queue(m_name)}, 1);
    QVERIFY(leaves(m_name, 4));
    for (int i = 1; i < 5; ++i) {
        const auto message = m_seat->channel()->get(m_name).wait(Patience);
        QVERIFY(message && message->has_value());
        QCOMPARE((*message)->body().toInt(), i);
        QVERIFY(!(*message)->ack().isError());
    }
    QTRY_COMPARE_WITH_TIMEOUT(full->messages.size(), 1, Long);
}

void tst_AmqpPrefetch::holdsOnTheNextConnection()
{
    publish(m_name, 20);
    const auto two = inbox({Queue(m_name)}, 2);
    const auto four = inbox({Queue(m_name)}, 4);
    QVERIFY(leaves(m_name, 14));
    QVERIFY(m_seat->cut());
    QTRY_VERIFY_WITH_TIMEOUT(two->isConsuming() && four->isConsuming(), Long);
    QTRY_COMPARE_WITH_TIMEOUT(two->messages.size(), 4, Long); // those of now and the lost ones
    QTRY_COMPARE_WITH_TIMEOUT(four->messages.size(), 8, Long);
    QVERIFY(leaves(m_name, 14));
    QVERIFY(!two->messages.last().ack().isError());
    QTRY_COMPARE_WITH_TIMEOUT(two->messages.size(), 5, Long);
    QVERIFY(leaves(m_name, 13));
    QCOMPARE(four->messages.size(), 8);
}

void tst_AmqpPrefetch::withoutAcknowledgementThereIsNone()
{
    publish(m_name, 50);
    Consumer consumer(&m_seat->connection, Queue(m_name));
    QVERIFY(!consumer.setAckMode(AckMode::None).isError());
    QVERIFY(!consumer.setPrefetchCount(1).isError());
    int received = 0;
    QObject::connect(&consumer, &Consumer::messageReceived, &consumer, [&] { ++received; });
    consumer.start();
    QTRY_COMPARE_WITH_TIMEOUT(received, 50, Long);
}

QOMBU_TEST(tst_AmqpPrefetch)
#include "tst_amqpprefetch.moc"
