// SPDX-License-Identifier: BSD-3-Clause
#include "client/bothhubs.h"
#include "support/testmain.h"

#include <Qombu/channel.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QtCore/qthread.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace std::chrono_literals;

// Consumers and connections that are cancelled, closed or deleted. Over the broker inside this
// process.
class tst_HandleEnds : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void cancelGivesBackInOrder();
    void cancelInASlotEndsDelivery();
    void consumerMayBeDeletedInASlot();
    void connectionMayBeDeletedInASlot();
    void destructorFlushesSettlements();
    void closeGivesBackAndReopens();
    void publishesAfterTwoCloses();
    void drainsEventsOfAConnectionThatASlotDeletes();
    void lastSettlementsSurviveTheEndOfTheLoop();
    void consumesAgainAfterClosingAClosedConnection();
    void deliversNothingWhileClosingWaitsForAPublish();
};

void tst_HandleEnds::initTestCase_data()
{
    addBothHubs();
}

void tst_HandleEnds::cancelGivesBackInOrder()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    QVERIFY(broker.defaultChannel()->declare(Queue("q")).wait().isOk());
    Producer producer(&broker, "q");
    for (int i = 0; i < 10; ++i)
        producer.publish(i);
    QTRY_COMPARE(broker.unsettledPublishes(), 0);

    Consumer first(&broker, "q");
    QList<int> got;
    Pending<void> cancelled = Result<void>();
    connect(&first, &Consumer::messageReceived, this, [&](const Message &message) {
        got.append(message.body().toInt());
        message.ack();
        if (got.size() == 3)
            cancelled = first.cancel();
    });
    first.start();
    QTRY_COMPARE(got.size(), 3);
    QVERIFY(cancelled.wait().isOk());
    QCOMPARE(got.size(), 3);
    QCOMPARE(first.state(), Consumer::Stopped);

    Consumer second(&broker, "q");
    connect(&second, &Consumer::messageReceived, this, [&](const Message &message) {
        got.append(message.body().toInt());
        message.ack();
    });
    second.start();
    QTRY_COMPARE(got.size(), 10);
    QCOMPARE(got, (QList<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

void tst_HandleEnds::cancelInASlotEndsDelivery()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Consumer consumer(&broker, "q");
    int got = 0;
    Message kept;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        ++got;
        kept = message;
        consumer.cancel();
    });
    consumer.start();
    Producer producer(&broker, "q");
    for (int i = 0; i < 5; ++i)
        producer.publish(i);
    QTRY_COMPARE(got, 1);
    QVERIFY(!kept.ack().isError()); // still possible
    // Everything else is ready again; only then is the count below final.
    const auto ready = [&] {
        return broker.defaultChannel()->inspect(QStringLiteral("q")).wait().value().messageCount;
    };
    QTRY_COMPARE(ready(), 4);
    QCOMPARE(got, 1);
}

void tst_HandleEnds::consumerMayBeDeletedInASlot()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    auto *consumer = new Consumer(&broker, "q");
    int got = 0;
    connect(consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        ++got;
        message.ack();
        delete consumer;
    });
    consumer->start();
    Producer producer(&broker, "q");
    for (int i = 0; i < 5; ++i)
        producer.publish(i);
    const auto ready = [&] {
        const auto info = broker.defaultChannel()->inspect(QStringLiteral("q")).wait();
        return info.isOk() ? info->messageCount : -1;
    };
    QTRY_COMPARE(got, 1);
    QTRY_COMPARE(ready(), 4);
    QCOMPARE(got, 1);
}

void tst_HandleEnds::connectionMayBeDeletedInASlot()
{
    QFETCH_GLOBAL(bool, background);
    const QString url = newBroker();
    Connection keeper(url); // the broker lives as long as somebody is connected
    QVERIFY(keeper.waitForOpened(5s));
    auto *broker = new Connection(url, onHub(background));
    auto *consumer = new Consumer(broker, "q", broker);
    int got = 0;
    connect(consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        ++got;
        message.ack();
        delete broker;
    });
    consumer->start();
    Producer producer(broker, "q");
    for (int i = 0; i < 5; ++i)
        producer.publish(i);
    QTRY_COMPARE(got, 1);
    const auto ready = [&] {
        const auto info = keeper.defaultChannel()->inspect(QStringLiteral("q")).wait();
        return info.isOk() ? info->messageCount : -1;
    };
    QTRY_COMPARE(ready(), 4);
    QCOMPARE(got, 1);
    QCOMPARE(producer.publish(1).wait().error().kind(), Error::Cancelled);
}

void tst_HandleEnds::destructorFlushesSettlements()
{
    QFETCH_GLOBAL(bool, background);
    const QString url = newBroker();
    Connection keeper(url);
    QVERIFY(keeper.waitForOpened(5s));
    QList<Message> held;
    {
        Connection broker(url, onHub(background));
        Consumer consumer(&broker, "q");
        connect(&consumer, &Consumer::messageReceived, this,
                [&](const Message &message) { held.append(message); });
        consumer.start();
        for (int i = 0; i < 4; ++i)
            Producer(&broker, "q").publish(i);
        QTRY_COMPARE(held.size(), 4);
        held.at(0).ack();
        held.at(2).ack();
    }
    QCOMPARE(held.at(1).ack().kind(), Error::Connection);
    const auto first = keeper.defaultChannel()->get(QStringLiteral("q")).wait();
    const auto second = keeper.defaultChannel()->get(QStringLiteral("q")).wait();
    const auto third = keeper.defaultChannel()->get(QStringLiteral("q")).wait();
    QVERIFY(first.isOk() && first->has_value() && second->has_value());
    QCOMPARE((*first)->body().toInt(), 1);
    QCOMPARE((*second)->body().toInt(), 3);
    QVERIFY(third.isOk() && !third->has_value());
}

void tst_HandleEnds::closeGivesBackAndReopens()
{
    QFETCH_GLOBAL(bool, background);
    const QString url = newBroker();
    Connection keeper(url);
    QVERIFY(keeper.waitForOpened(5s));
    Connection broker(url, onHub(background));
    Consumer consumer(&broker, "q");
    QList<Message> held;
    connect(&consumer, &Consumer::messageReceived, this,
            [&](const Message &message) { held.append(message); });
    QSignalSpy lost(&consumer, &Consumer::settlementLost);
    consumer.start();
    Producer(&broker, "q").publish(1);
    QTRY_COMPARE(held.size(), 1);
    QVERIFY(broker.close().wait().isOk());
    QCOMPARE(broker.state(), Connection::Closed);
    const auto info = keeper.defaultChannel()->inspect(QStringLiteral("q")).wait();
    QCOMPARE(info.value().messageCount, 1);
    broker.open();
    QTRY_COMPARE(held.size(), 2);
    QVERIFY(held.last().isRedelivered());
    held.first().ack();
    QTRY_COMPARE(lost.size(), 1);
    QCOMPARE(lost.first().first().toString(), QStringLiteral("q"));
    QVERIFY(!held.last().ack().isError());
}

void tst_HandleEnds::publishesAfterTwoCloses()
{
    QFETCH_GLOBAL(bool, background);
    const QString url = newBroker();
    Connection keeper(url);
    QVERIFY(keeper.defaultChannel()->declare(Queue("q")).wait().isOk());
    Connection broker(url, onHub(background));
    QVERIFY(broker.waitForOpened(5s));
    const Pending<void> first = broker.close();
    const Pending<void> second = broker.close();
    QVERIFY(first.wait().isOk());
    QVERIFY(second.wait().isOk());
    QCOMPARE(broker.state(), Connection::Closed);
    QVERIFY(broker.close().wait().isOk()); // of a closed one
    QVERIFY(Producer(&broker, "q").publish(1).wait().isOk());
    QCOMPARE(keeper.defaultChannel()->inspect(QStringLiteral("q")).wait().value().messageCount, 1);
}

void tst_HandleEnds::drainsEventsOfAConnectionThatASlotDeletes()
{
    QFETCH_GLOBAL(bool, background);
    auto broker = std::make_unique<Connection>(newBroker(), onHub(background));
    Consumer consumer(broker.get(), "q");
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        message.ack();
        broker.reset();
    });
    consumer.start();
    Producer(broker.get(), "q").publish(1);
    QCOMPARE(broker->drainEvents(5s).error().kind(), Error::Cancelled);
    QVERIFY(!broker);
    QCOMPARE(consumer.state(), Consumer::Stopped);
}

// The connection dies in a slot, and the event loop of its thread ends right after that.
void tst_HandleEnds::lastSettlementsSurviveTheEndOfTheLoop()
{
    QFETCH_GLOBAL(bool, background);
    const QString url = newBroker();
    Connection keeper(url);
    QVERIFY(keeper.defaultChannel()->declare(Queue("q")).wait().isOk());
    QVERIFY(Producer(&keeper, "q").publish(1).wait().isOk());
    class Worker final : public QThread
    {
    public:
        QString url;
        bool background = false;

    protected:
        void run() override
        {
            auto *broker = new Connection(url, onHub(background));
            auto *consumer = new Consumer(broker, "q", broker);
            connect(consumer, &Consumer::messageReceived, broker, [&](const Message &message) {
                message.ack();
                delete broker;
                quit();
            });
            consumer->start();
            exec();
        }
    } worker;
    worker.url = url;
    worker.background = background;
    worker.start();
    QVERIFY(worker.wait(10000));
    const auto ready = [&] {
        return keeper.defaultChannel()->get(QStringLiteral("q")).wait().value().has_value();
    };
    if (!background) { // what is not settled by now would be given back by now
        QVERIFY(!ready());
        return;
    }
    Connection other(url, onHub(true)); // after whatever the background thread still had to do
    QVERIFY(other.defaultChannel()->inspect(QStringLiteral("q")).wait().isOk());
    QVERIFY(!ready());
}

void tst_HandleEnds::consumesAgainAfterClosingAClosedConnection()
{
    QFETCH_GLOBAL(bool, background);
    for (const AckMode mode : {AckMode::Manual, AckMode::None}) {
        Connection broker(newBroker(), onHub(background));
        Consumer consumer(&broker, "q");
        consumer.setAckMode(mode);
        int got = 0;
        connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
            ++got;
            message.ack();
        });
        consumer.start();
        QTRY_COMPARE(consumer.state(), Consumer::Consuming);
        QVERIFY(broker.close().wait().isOk());
        QVERIFY(broker.close().wait().isOk());
        broker.open();
        QTRY_COMPARE(consumer.state(), Consumer::Consuming);
        consumer.pause();
        consumer.resume();
        QVERIFY(Producer(&broker, "q").publish(1).wait().isOk());
        QTRY_COMPARE(got, 1);
    }
}

// Which opens a link: the consumer must not begin on it.
void tst_HandleEnds::deliversNothingWhileClosingWaitsForAPublish()
{
    QFETCH_GLOBAL(bool, background);
    for (const AckMode mode : {AckMode::Manual, AckMode::None}) {
        const QString url = newBroker();
        Connection keeper(url);
        QVERIFY(keeper.defaultChannel()->declare(Queue("q")).wait().isOk());
        QVERIFY(keeper.defaultChannel()->declare(Queue("out")).wait().isOk());
        for (int i = 0; i < 20; ++i)
            Producer(&keeper, "q").publish(i);
        QTRY_COMPARE(keeper.unsettledPublishes(), 0);
        Connection broker(url, onHub(background));
        Consumer consumer(&broker, "q");
        consumer.setAckMode(mode);
        int got = 0;
        connect(&consumer, &Consumer::messageReceived, this, [&] { ++got; });
        consumer.start();
        const Pending<void> published = Producer(&broker, "out").publish(1);
        QVERIFY(broker.close().wait().isOk());
        QVERIFY(published.wait().isOk());
        QCOMPARE(got, 0);
        QCOMPARE(keeper.defaultChannel()->inspect(QStringLiteral("q")).wait().value().messageCount,
                 20);
    }
}

QOMBU_TEST(tst_HandleEnds)
#include "tst_handleends.moc"
