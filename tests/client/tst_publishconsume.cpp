// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"

#include <Qombu/channel.h>
#include <Qombu/consumer.h>
#include <Qombu/hub.h>
#include <Qombu/producer.h>
#include <Qombu/simplequeue.h>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qthread.h>
#include <QtCore/quuid.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

// A broker of its own for every test function.
QString newBroker()
{
    return QStringLiteral("memory://") + QUuid::createUuid().toString(QUuid::Id128);
}

ConnectionOptions onHub(bool background)
{
    ConnectionOptions options;
    options.hub = background ? Hub::background() : nullptr;
    return options;
}

} // namespace

// Publishing and consuming over the broker inside this process, with the engine in this thread and
// in the I/O thread.
class tst_PublishConsume : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void deliversWhatWasPublishedInOrder();
    void settlesFromAnyThread();
    void publishesBeforeItIsOpen();
    void failsWithoutRoute();
    void reportsFailureOfAnIgnoredAnswer();
    void reportsFailureOfAnAnswerKeptInVain();
    void cancelGivesBackInOrder();
    void cancelInASlotEndsDelivery();
    void consumerMayBeDeletedInASlot();
    void connectionMayBeDeletedInASlot();
    void waitsInsideASlot();
    void pauseKeepsWhatWasFetched();
    void prefetchBoundsWhatIsHeld();
    void autoModeAcknowledgesTheLastCopy();
    void decodeFailureLeavesTheMessage();
    void acceptsOnlyNamesThatThereAre();
    void destructorFlushesSettlements();
    void closeGivesBackAndReopens();
    void publishesAfterTwoCloses();
    void getsSingleMessages();
    void anExclusiveConsumerTakesOver();
    void simpleQueueIsAContainer();
    void fanoutReachesEveryQueue();
    void refusesBeyondTheBuffer();
    void drainsEvents();
    void drainsEventsOfAConnectionThatASlotDeletes();
    void lastSettlementsSurviveTheEndOfTheLoop();
    void passesOnWhatItCannotRead();
    void passesOnAnEmptyBody();
    void keepsPropertiesAndHeaders();
    void withoutAcknowledgementNothingIsHeld();
    void putsBackWhatWasFetchedWithoutAcknowledgement_data();
    void putsBackWhatWasFetchedWithoutAcknowledgement();
    void putsBackAtTheEndOfTheLoop();
    void consumesAgainAfterClosingAClosedConnection();
    void deliversNothingWhileClosingWaitsForAPublish();
    void manyMessagesLeaveTheLoopRoomToBreathe();
    void watchedPublishesLeaveConsumersTheirShare();
};

void tst_PublishConsume::initTestCase_data()
{
    QTest::addColumn<bool>("background");
    QTest::newRow("engine in this thread") << false;
    QTest::newRow("engine in the I/O thread") << true;
}

void tst_PublishConsume::deliversWhatWasPublishedInOrder()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Consumer consumer(&broker, "orders");
    QList<int> got;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        QCOMPARE(message.queue(), QStringLiteral("orders"));
        got.append(message.body().toMap().value(QStringLiteral("id")).toInt());
        QVERIFY(!message.ack().isError());
    });
    consumer.start();
    QCOMPARE(consumer.state(), Consumer::Starting);
    Producer producer(&broker, "orders");
    QList<int> expected;
    for (int i = 0; i < 500; ++i) {
        producer.publish(QVariantMap{{QStringLiteral("id"), i}});
        expected.append(i);
    }
    QTRY_COMPARE(got.size(), 500);
    QCOMPARE(got, expected);
    QCOMPARE(consumer.state(), Consumer::Consuming);
    QTRY_COMPARE(broker.unsettledPublishes(), 0);
    QCOMPARE(broker.bufferedBytes(), 0);
    const auto info = broker.defaultChannel()->inspect(QStringLiteral("orders")).wait();
    QVERIFY(info.isOk());
    QCOMPARE(info->messageCount, 0);
}

void tst_PublishConsume::settlesFromAnyThread()
{
    QFETCH_GLOBAL(bool, background);
    const QString url = newBroker();
    {
        Connection broker(url, onHub(background));
        Consumer consumer(&broker, "jobs");
        QList<Message> held;
        connect(&consumer, &Consumer::messageReceived, this,
                [&](const Message &message) { held.append(message); });
        consumer.start();
        Producer(&broker, "jobs").publish(QStringLiteral("work"));
        QTRY_COMPARE(held.size(), 1);
        Error first;
        Error second;
        std::thread([&, copy = held.first()] {
            first = copy.ack();
            second = copy.ack();
        }).join();
        QVERIFY(!first.isError());
        QCOMPARE(second.kind(), Error::AlreadySettled);
        QVERIFY(held.first().isSettled());
    }
    Connection again(url, onHub(background));
    const auto left = again.defaultChannel()->get(QStringLiteral("jobs")).wait();
    QVERIFY(left.isOk());
    QVERIFY(!left->has_value());
}

void tst_PublishConsume::publishesBeforeItIsOpen()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    QCOMPARE(broker.state(), Connection::Closed);
    broker.defaultChannel()->declare(Queue("later"));
    const auto result = Producer(&broker, "later").publish(QStringLiteral("x")).wait();
    QVERIFY2(result.isOk(), qPrintable(result.error().text()));
    QCOMPARE(broker.state(), Connection::Open);
}

void tst_PublishConsume::failsWithoutRoute()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Producer producer(&broker, Exchange(QStringLiteral("news"), ExchangeType::Topic),
                      QStringLiteral("no.where"));
    const auto lost = producer.publish(QStringLiteral("x")).wait();
    QCOMPARE(lost.error().kind(), Error::Unroutable);
    PublishOptions options;
    options.mandatory = false;
    QVERIFY(producer.publish(QStringLiteral("x"), options).wait().isOk());
}

void tst_PublishConsume::reportsFailureOfAnIgnoredAnswer()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Producer producer(&broker, Exchange(QStringLiteral("news"), ExchangeType::Direct),
                      QStringLiteral("nobody"));
    QSignalSpy failures(&producer, &Producer::publishFailed);
    bool heard = false;
    producer.publish(QStringLiteral("watched")).then(this, [&](const Result<void> &result) {
        heard = true;
        QCOMPARE(result.error().kind(), Error::Unroutable);
    });
    producer.publish(QStringLiteral("ignored"));
    QTRY_COMPARE(failures.size(), 1);
    QVERIFY(heard);
    QCOMPARE(failures.first().at(0).value<Message>().body().toString(), QStringLiteral("ignored"));
    QCOMPARE(failures.first().at(1).value<Error>().kind(), Error::Unroutable);

    PublishOptions unknown;
    unknown.serializer = QStringLiteral("nonesuch");
    producer.publish(QVariantMap(), unknown);
    QCOMPARE(failures.size(), 1); // never inside publish()
    QTRY_COMPARE(failures.size(), 2);
    QCOMPARE(failures.last().at(1).value<Error>().kind(), Error::Encode);
}

void tst_PublishConsume::reportsFailureOfAnAnswerKeptInVain()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    const Exchange news(QStringLiteral("news"), ExchangeType::Direct);
    Producer producer(&broker, news, QStringLiteral("nobody"));
    QSignalSpy failures(&producer, &Producer::publishFailed);
    {
        const auto kept = producer.publish(QStringLiteral("kept"));
        QTRY_VERIFY(kept.isFinished());
    }
    QCOMPARE(failures.size(), 0); // never inside the end of whoever kept it
    QTRY_COMPARE(failures.size(), 1);
    QCOMPARE(failures.first().at(0).value<Message>().body().toString(), QStringLiteral("kept"));
    QCOMPARE(failures.first().at(1).value<Error>().kind(), Error::Unroutable);

    std::optional<Pending<void>> asked = producer.publish(QStringLiteral("asked"));
    QTRY_VERIFY(asked->isFinished());
    QVERIFY(!asked->result().isOk());
    std::optional<Pending<void>> late;
    {
        Producer passing(&broker, news, QStringLiteral("nobody"));
        late = passing.publish(QStringLiteral("late"));
        QTRY_VERIFY(late->isFinished());
    }
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("its Producer is gone")));
    asked.reset();
    late.reset();
    QCoreApplication::processEvents();
    QCOMPARE(failures.size(), 1);
}

void tst_PublishConsume::cancelGivesBackInOrder()
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

void tst_PublishConsume::cancelInASlotEndsDelivery()
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

void tst_PublishConsume::consumerMayBeDeletedInASlot()
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

void tst_PublishConsume::connectionMayBeDeletedInASlot()
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

void tst_PublishConsume::waitsInsideASlot()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Consumer consumer(&broker, "q");
    Producer producer(&broker, "q");
    QVERIFY(broker.defaultChannel()->declare(Queue("answers")).wait().isOk());
    QList<bool> answers;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        message.ack();
        const auto result = Producer(&broker, "answers").publish(message.body()).wait(5s);
        answers.append(result.isOk());
    });
    consumer.start();
    for (int i = 0; i < 20; ++i)
        producer.publish(i);
    QTRY_COMPARE(answers.size(), 20);
    QVERIFY(!answers.contains(false));
}

void tst_PublishConsume::pauseKeepsWhatWasFetched()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Consumer consumer(&broker, "q");
    QList<int> got;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        got.append(message.body().toInt());
        message.ack();
        if (got.size() == 1)
            consumer.pause();
    });
    consumer.start();
    Producer producer(&broker, "q");
    for (int i = 0; i < 40; ++i)
        producer.publish(i);
    QTRY_COMPARE(got.size(), 1);
    QCOMPARE(consumer.state(), Consumer::Paused);
    QTRY_COMPARE(broker.unsettledPublishes(), 0);
    QVERIFY(broker.defaultChannel()->inspect(QStringLiteral("q")).wait().isOk());
    QCOMPARE(got.size(), 1);
    consumer.resume();
    QTRY_COMPARE(got.size(), 40);
    QVERIFY(std::is_sorted(got.begin(), got.end()));
    QCOMPARE(consumer.state(), Consumer::Consuming);
}

void tst_PublishConsume::prefetchBoundsWhatIsHeld()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Consumer consumer(&broker, "q");
    consumer.setPrefetchCount(3);
    QList<Message> held;
    connect(&consumer, &Consumer::messageReceived, this,
            [&](const Message &message) { held.append(message); });
    consumer.start();
    Producer producer(&broker, "q");
    for (int i = 0; i < 10; ++i)
        producer.publish(i);
    const auto ready = [&] {
        return broker.defaultChannel()->inspect(QStringLiteral("q")).wait().value().messageCount;
    };
    QTRY_COMPARE(held.size(), 3);
    QTRY_COMPARE(broker.unsettledPublishes(), 0);
    QTRY_COMPARE(ready(), 7);
    consumer.setPrefetchCount(5);
    QTRY_COMPARE(held.size(), 5);
    for (const Message &message : std::as_const(held))
        message.ack();
    QTRY_COMPARE(held.size(), 10);
}

void tst_PublishConsume::autoModeAcknowledgesTheLastCopy()
{
    QFETCH_GLOBAL(bool, background);
    const QString url = newBroker();
    Connection keeper(url);
    QVERIFY(keeper.waitForOpened(5s));
    {
        Connection broker(url, onHub(background));
        Consumer consumer(&broker, "q");
        consumer.setAckMode(AckMode::Auto);
        int got = 0;
        connect(&consumer, &Consumer::messageReceived, this, [&](const Message &) { ++got; });
        consumer.start();
        for (int i = 0; i < 100; ++i)
            Producer(&broker, "q").publish(i);
        QTRY_COMPARE(got, 100);
    }
    const auto info = keeper.defaultChannel()->inspect(QStringLiteral("q")).wait();
    QVERIFY(info.isOk());
    QCOMPARE(info->messageCount, 0);
}

void tst_PublishConsume::decodeFailureLeavesTheMessage()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Consumer consumer(&broker, "q");
    Producer producer(&broker, "q");
    PublishOptions broken;
    broken.contentType = QStringLiteral("application/json");
    broken.contentEncoding = QStringLiteral("utf-8");
    int got = 0;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        ++got;
        message.ack();
    });
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("cannot be decoded")));
    consumer.start();
    producer.publish(QByteArray("{broken"), broken);
    producer.publish(QByteArray("{broken"), broken);
    producer.publish(QVariantMap());
    QTRY_COMPARE(got, 1);

    QList<Message> undecoded;
    connect(&consumer, &Consumer::decodeFailed, this,
            [&](const Message &message, const Error &error) {
                QCOMPARE(error.kind(), Error::Decode);
                undecoded.append(message);
            });
    producer.publish(QByteArray("[1,"), broken);
    QTRY_COMPARE(undecoded.size(), 1);
    QCOMPARE(undecoded.first().rawBody(), QByteArray("[1,"));
    QVERIFY(!undecoded.first().isSettled());
    QVERIFY(!undecoded.first().reject().isError());
}

void tst_PublishConsume::acceptsOnlyNamesThatThereAre()
{
    Consumer consumer(nullptr, "q");
    const QStringList good{QStringLiteral("json"), QStringLiteral("text/plain"),
                           QStringLiteral("yaml"), QStringLiteral("application/x-ours")};
    QVERIFY(!consumer.setAccept(good).isError());
    const Error error = consumer.setAccept({QStringLiteral("json"), QStringLiteral("jsno")});
    QCOMPARE(error.kind(), Error::Configuration);
    QVERIFY2(error.text().contains(QStringLiteral("Did you mean \"json\"")),
             qPrintable(error.text()));
    QCOMPARE(consumer.accept(), good);
    QVERIFY(!consumer.setAccept({}).isError());
}

void tst_PublishConsume::destructorFlushesSettlements()
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

void tst_PublishConsume::closeGivesBackAndReopens()
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

void tst_PublishConsume::publishesAfterTwoCloses()
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

void tst_PublishConsume::getsSingleMessages()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Channel *channel = broker.defaultChannel();
    QVERIFY(channel->declare(Queue("q")).wait().isOk());
    QVERIFY(!channel->get(QStringLiteral("q")).wait().value().has_value());
    for (int i = 0; i < 3; ++i)
        QVERIFY(Producer(&broker, "q").publish(i).wait().isOk());
    const auto first = channel->get(QStringLiteral("q")).wait();
    QCOMPARE(first.value()->body().toInt(), 0);
    QVERIFY(!first.value()->requeue().isError());
    QTRY_COMPARE(channel->inspect(QStringLiteral("q")).wait().value().messageCount, 3);
    const auto none = channel->get(QStringLiteral("q"), AckMode::None).wait();
    QVERIFY(!none.value()->ack().isError());
    QVERIFY(!none.value()->ack().isError());
    QCOMPARE(channel->purge(QStringLiteral("q")).wait().value(), 2);
    QCOMPARE(channel->remove(Queue("q")).wait().value(), 0);
    QCOMPARE(channel->inspect(QStringLiteral("q")).wait().error().kind(), Error::NotFound);
}

void tst_PublishConsume::simpleQueueIsAContainer()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    SimpleQueue queue(&broker, QStringLiteral("simple"));
    QCOMPARE(queue.get(1ms).wait().error().kind(), Error::Timeout);
    QVERIFY(queue.put(QStringLiteral("a")).wait().isOk());
    QVERIFY(queue.put(QStringLiteral("b")).wait().isOk());
    QVERIFY(queue.put(QStringLiteral("c")).wait().isOk());
    QCOMPARE(queue.size().wait().value(), 3);
    const auto first = queue.get().wait();
    QCOMPARE(first.value()->body().toString(), QStringLiteral("a"));
    first.value()->ack();
    const auto second = queue.get(5s).wait();
    QVERIFY(second.isOk());
    QCOMPARE(second->body().toString(), QStringLiteral("b"));
    QCOMPARE(second->exchange(), QStringLiteral("simple"));
    QVERIFY(!second->ack().isError());
    const auto third = queue.get(5s, AckMode::None).wait();
    QCOMPARE(third.value().body().toString(), QStringLiteral("c"));
    QCOMPARE(queue.clear().wait().value(), 0);

    Pending<Message> late = queue.get(5s);
    QVERIFY(!late.isFinished());
    queue.put(QStringLiteral("d"));
    QCOMPARE(late.wait().value().body().toString(), QStringLiteral("d"));
}

void tst_PublishConsume::fanoutReachesEveryQueue()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    const Exchange news(QStringLiteral("news"), ExchangeType::Fanout);
    Queue anonymous;
    anonymous.addBinding(news);
    Consumer a(&broker, Queue(QStringLiteral("a"), news));
    Consumer b(&broker, anonymous);
    QVERIFY(b.queues().first().name().isEmpty()); // nobody has been asked yet
    QStringList got;
    const auto note = [&](const Message &message) {
        got.append(message.body().toString());
        QVERIFY(!message.ack().isError());
    };
    connect(&a, &Consumer::messageReceived, this, note);
    connect(&b, &Consumer::messageReceived, this, note);
    a.start();
    b.start();
    QTRY_VERIFY(b.queues().first().name().startsWith(QLatin1String("amq.gen-")));
    Producer(&broker, news).publish(QStringLiteral("hello")); // waits for both
    QTRY_COMPARE(got, (QStringList{QStringLiteral("hello"), QStringLiteral("hello")}));
}

void tst_PublishConsume::refusesBeyondTheBuffer()
{
    QFETCH_GLOBAL(bool, background);
    ConnectionOptions options = onHub(background);
    options.publishBufferBytes = 3000;
    options.maximumMessageBytes = 2000;
    Connection broker(newBroker(), options);
    broker.defaultChannel()->declare(Queue("q"));
    QSignalSpy drained(&broker, &Connection::bufferDrained);
    Producer producer(&broker, "q");
    const QByteArray body(1000, 'x');
    auto first = producer.publish(body);
    auto second = producer.publish(body);
    auto third = producer.publish(body);
    auto large = producer.publish(QByteArray(2001, 'x'));
    QVERIFY(!third.isFinished());
    QVERIFY(broker.bufferedBytes() >= 2000);
    QCOMPARE(broker.unsettledPublishes(), 2);
    QCOMPARE(third.wait().error().kind(), Error::LimitExceeded);
    QCOMPARE(large.wait().error().kind(), Error::LimitExceeded);
    QVERIFY(first.wait().isOk());
    QVERIFY(second.wait().isOk());
    QTRY_COMPARE(drained.size(), 1);
    QVERIFY(producer.publish(body).wait().isOk());
}

void tst_PublishConsume::drainsEvents()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Consumer consumer(&broker, "q");
    int got = 0;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        ++got;
        message.ack();
    });
    consumer.start();
    QCOMPARE(broker.drainEvents(1ms).error().kind(), Error::Timeout);
    Producer(&broker, "q").publish(1);
    QVERIFY(broker.drainEvents(5s).isOk());
    QCOMPARE(got, 1);
}

void tst_PublishConsume::drainsEventsOfAConnectionThatASlotDeletes()
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
void tst_PublishConsume::lastSettlementsSurviveTheEndOfTheLoop()
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

void tst_PublishConsume::passesOnWhatItCannotRead()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Channel *channel = broker.defaultChannel();
    QVERIFY(channel->declare(Queue("in")).wait().isOk());
    QVERIFY(channel->declare(Queue("out")).wait().isOk());
    PublishOptions odd;
    odd.contentType = QStringLiteral("application/x-python-serialize");
    odd.contentEncoding = QStringLiteral("binary");
    odd.headers = {{QStringLiteral("trace"), QStringLiteral("t1")}};
    const QByteArray bytes("\x80\x04N.");
    QVERIFY(Producer(&broker, "in").publish(bytes, odd).wait().isOk());
    const auto taken = channel->get(QStringLiteral("in")).wait();
    QVERIFY(taken.isOk() && taken->has_value());
    QCOMPARE((*taken)->error().kind(), Error::ContentDisallowed);
    QVERIFY(Producer(&broker, "out").publish(**taken).wait().isOk());
    QVERIFY(!(*taken)->ack().isError());
    const auto moved = channel->get(QStringLiteral("out"), AckMode::None).wait();
    QVERIFY(moved.isOk() && moved->has_value());
    QCOMPARE((*moved)->wireBody(), bytes);
    QCOMPARE((*moved)->contentType(), odd.contentType);
    QCOMPARE((*moved)->headers().value(QStringLiteral("trace")).toString(), QStringLiteral("t1"));
    QCOMPARE((*moved)->routingKey(), QStringLiteral("out"));
}

void tst_PublishConsume::passesOnAnEmptyBody()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Channel *channel = broker.defaultChannel();
    QVERIFY(channel->declare(Queue("in")).wait().isOk());
    QVERIFY(channel->declare(Queue("out")).wait().isOk());
    PublishOptions odd;
    odd.contentType = QStringLiteral("application/x-thing");
    odd.contentEncoding = QStringLiteral("binary");
    QVERIFY(Producer(&broker, "in").publish(QByteArray(), odd).wait().isOk());
    const auto taken = channel->get(QStringLiteral("in"), AckMode::None).wait();
    QVERIFY(taken.isOk() && taken->has_value());
    QVERIFY(Producer(&broker, "out").publish(**taken).wait().isOk());
    const auto moved = channel->get(QStringLiteral("out"), AckMode::None).wait();
    QVERIFY(moved.isOk() && moved->has_value());
    QCOMPARE((*moved)->wireBody(), QByteArray());
    QCOMPARE((*moved)->contentType(), odd.contentType);
    QCOMPARE((*moved)->contentEncoding(), odd.contentEncoding);
}

void tst_PublishConsume::keepsPropertiesAndHeaders()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Channel *channel = broker.defaultChannel();
    QVERIFY(channel->declare(Queue("q")).wait().isOk());
    Producer producer(&broker, "q");
    PublishOptions defaults;
    defaults.headers = {{QStringLiteral("a"), 1}, {QStringLiteral("b"), 1}};
    defaults.properties.appId = QStringLiteral("app");
    defaults.properties.correlationId = QStringLiteral("default");
    defaults.priority = 3;
    producer.setDefaults(defaults);
    PublishOptions options;
    options.headers = {{QStringLiteral("b"), 2}};
    options.properties.correlationId = QStringLiteral("mine");
    options.expiration = 60s;
    options.deliveryMode = DeliveryMode::Transient;
    options.compression = QStringLiteral("zlib");
    const QVariantMap body{{QStringLiteral("x"), QVariantList{1, 2.5, QStringLiteral("ü")}}};
    QVERIFY(producer.publish(body, options).wait().isOk());
    const auto got = channel->get(QStringLiteral("q"), AckMode::None).wait();
    QVERIFY(got.isOk() && got->has_value());
    const Message &message = **got;
    QCOMPARE(message.body().toMap(), body);
    QCOMPARE(message.headers().value(QStringLiteral("a")).toInt(), 1);
    QCOMPARE(message.headers().value(QStringLiteral("b")).toInt(), 2);
    QCOMPARE(message.properties().appId, QStringLiteral("app"));
    QCOMPARE(message.properties().correlationId, QStringLiteral("mine"));
    QVERIFY(message.properties().expiration == 60s);
    QCOMPARE(message.priority(), 3);
    QCOMPARE(message.deliveryMode(), DeliveryMode::Transient);
    QVERIFY(message.wireBody() != message.rawBody());
}

void tst_PublishConsume::withoutAcknowledgementNothingIsHeld()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Consumer consumer(&broker, "q");
    consumer.setAckMode(AckMode::None);
    consumer.setPrefetchCount(2);
    QList<int> got;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        got.append(message.body().toInt());
        QVERIFY(!message.ack().isError());
        QCOMPARE(message.requeue().kind(), Error::Unsupported);
    });
    consumer.start();
    Producer producer(&broker, "q");
    for (int i = 0; i < 3000; ++i)
        producer.publish(i);
    QTRY_COMPARE(got.size(), 3000);
    QVERIFY(std::is_sorted(got.begin(), got.end()));
}

void tst_PublishConsume::putsBackWhatWasFetchedWithoutAcknowledgement_data()
{
    QTest::addColumn<int>("end");
    QTest::newRow("cancel") << 0;
    QTest::newRow("close") << 1;
    QTest::newRow("delete consumer") << 2;
    QTest::newRow("delete connection") << 3;
}

// The broker has forgotten it, and the user never got it.
void tst_PublishConsume::putsBackWhatWasFetchedWithoutAcknowledgement()
{
    QFETCH_GLOBAL(bool, background);
    QFETCH(const int, end);
    const QString url = newBroker();
    Connection keeper(url);
    QVERIFY(keeper.defaultChannel()->declare(Queue("q")).wait().isOk());
    for (int i = 0; i < 300; ++i)
        Producer(&keeper, "q").publish(i);
    QTRY_COMPARE(keeper.unsettledPublishes(), 0);

    auto broker = std::make_unique<Connection>(url, onHub(background));
    auto consumer = std::make_unique<Consumer>(broker.get(), "q");
    consumer->setAckMode(AckMode::None);
    int got = 0;
    connect(consumer.get(), &Consumer::messageReceived, this, [&](const Message &message) {
        QCOMPARE(message.body().toInt(), got);
        if (++got != 100)
            return;
        if (end == 0)
            consumer->cancel();
        else if (end == 1)
            broker->close();
        else if (end == 2)
            consumer.release()->deleteLater();
        else
            broker.release()->deleteLater();
    });
    consumer->start();
    QTRY_VERIFY(got >= 100);
    const auto ready = [&] {
        return keeper.defaultChannel()->inspect(QStringLiteral("q")).wait().value().messageCount;
    };
    QTRY_COMPARE(got + int(ready()), 300);
    if (end < 2)
        QCOMPARE(got, 100); // the others end a little later
    for (int i = got; i < 300; ++i) {
        const auto next = keeper.defaultChannel()->get(QStringLiteral("q"), AckMode::None).wait();
        QVERIFY(next.isOk() && next->has_value());
        QCOMPARE((*next)->body().toInt(), i);
    }
}

// The connection outlives the event loop of its thread: what was delivered must not come again.
void tst_PublishConsume::putsBackAtTheEndOfTheLoop()
{
    QFETCH_GLOBAL(bool, background);
    const QString url = newBroker();
    Connection keeper(url);
    QVERIFY(keeper.defaultChannel()->declare(Queue("q")).wait().isOk());
    for (int i = 0; i < 100; ++i)
        Producer(&keeper, "q").publish(i);
    QTRY_COMPARE(keeper.unsettledPublishes(), 0);
    class Worker final : public QThread
    {
    public:
        QString url;
        bool background = false;
        int got = 0;

    protected:
        void run() override
        {
            auto *broker = new Connection(url, onHub(background));
            auto *consumer = new Consumer(broker, "q", broker);
            consumer->setAckMode(AckMode::None);
            connect(consumer, &Consumer::messageReceived, broker, [this](const Message &) {
                if (++got == 10)
                    quit();
            });
            consumer->start();
            connect(
                this, &QThread::finished, broker, [broker] { delete broker; },
                Qt::DirectConnection); // behind the Hub, which ends first
            exec();
        }
    } worker;
    worker.url = url;
    worker.background = background;
    worker.start();
    QVERIFY(worker.wait(10000));
    QTRY_COMPARE(
        worker.got
            + keeper.defaultChannel()->inspect(QStringLiteral("q")).wait().value().messageCount,
        100);
}

void tst_PublishConsume::consumesAgainAfterClosingAClosedConnection()
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
void tst_PublishConsume::deliversNothingWhileClosingWaitsForAPublish()
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

void tst_PublishConsume::watchedPublishesLeaveConsumersTheirShare()
{
    constexpr int UnderWay = 2000;
    constexpr int Messages = 500;
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    QVERIFY(broker.defaultChannel()->declare(Queue("other")).wait().isOk());
    Producer producer(&broker, Queue("q"));
    for (int i = 1; i < Messages; ++i)
        producer.publish(i);
    QVERIFY(broker.defaultChannel()->declare(Queue("q")).wait().isOk());
    QVERIFY(producer.publish(0).wait().isOk());
    Producer busy(&broker, Queue("other"));
    int confirmed = 0;
    int received = 0;
    bool isOn = true;
    std::function<void()> publish = [&] {
        busy.publish(1).then(&broker, [&](const Result<void> &) {
            ++confirmed;
            if (isOn)
                publish();
        });
    };
    for (int i = 0; i < UnderWay; ++i)
        publish();
    Consumer consumer(&broker, Queue("q"));
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        ++received;
        message.ack();
    });
    consumer.setPrefetchCount(100);
    consumer.start();
    QTRY_VERIFY_WITH_TIMEOUT(received == Messages || confirmed > 200 * UnderWay, 20000);
    isOn = false;
    QVERIFY2(received == Messages,
             qPrintable(
                 QStringLiteral("%1 of %2 beside %3").arg(received).arg(Messages).arg(confirmed)));
}

void tst_PublishConsume::manyMessagesLeaveTheLoopRoomToBreathe()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Consumer consumer(&broker, "q");
    consumer.setPrefetchCount(0);
    int got = 0;
    int inThisTurn = 0;
    int most = 0;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        ++got;
        most = std::max(most, ++inThisTurn);
        message.ack();
    });
    const auto dispatcher = QAbstractEventDispatcher::instance();
    connect(dispatcher, &QAbstractEventDispatcher::awake, this, [&] { inThisTurn = 0; });
    QVERIFY(broker.defaultChannel()->declare(Queue("q")).wait().isOk());
    Producer producer(&broker, "q");
    for (int i = 0; i < 1000; ++i)
        producer.publish(i);
    QTRY_COMPARE(broker.unsettledPublishes(), 0);
    consumer.start();
    QTRY_COMPARE(got, 1000);
    QVERIFY2(most <= 64, qPrintable(QString::number(most)));
    dispatcher->disconnect(this);
}

void tst_PublishConsume::anExclusiveConsumerTakesOver()
{
    QFETCH_GLOBAL(bool, background);
    const QString url = newBroker();
    Connection broker(url, onHub(background));
    Connection other(url, onHub(background));
    Consumer first(&other, "q");
    first.start();
    QTRY_COMPARE(first.state(), Consumer::Consuming);
    Consumer standby(&broker, "q");
    QSignalSpy errors(&standby, &Consumer::errorOccurred);
    QVERIFY(!standby.setExclusive(true).isError());
    standby.start();
    QTRY_COMPARE(errors.size(), 1);
    QCOMPARE(errors.first().first().value<Error>().replyCode(), 403);
    QVERIFY(errors.first().first().value<Error>().isRecoverable());
    QCOMPARE(standby.state(), Consumer::Starting);
    QVERIFY(first.cancel().wait().isOk());
    QTRY_COMPARE(standby.state(), Consumer::Consuming);
    QCOMPARE(errors.size(), 1);
}

QOMBU_TEST(tst_PublishConsume)
#include "tst_publishconsume.moc"
