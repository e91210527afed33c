// SPDX-License-Identifier: BSD-3-Clause
#include "client/bothhubs.h"
#include "support/testmain.h"

#include <Qombu/channel.h>
#include <Qombu/consumer.h>
#include <Qombu/hub.h>
#include <Qombu/producer.h>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qthread.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace std::chrono_literals;

// What a consumer holds, and how it shares the event loop. Over the broker inside this process.
class tst_Consuming : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void waitsInsideASlot();
    void pauseKeepsWhatWasFetched();
    void prefetchBoundsWhatIsHeld();
    void autoModeAcknowledgesTheLastCopy();
    void decodeFailureLeavesTheMessage();
    void withoutAcknowledgementNothingIsHeld();
    void putsBackWhatWasFetchedWithoutAcknowledgement_data();
    void putsBackWhatWasFetchedWithoutAcknowledgement();
    void putsBackAtTheEndOfTheLoop();
    void anExclusiveConsumerTakesOver();
    void drainsEvents();
    void manyMessagesLeaveTheLoopRoomToBreathe();
    void watchedPublishesLeaveConsumersTheirShare();
};

void tst_Consuming::initTestCase_data()
{
    addBothHubs();
}

void tst_Consuming::waitsInsideASlot()
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

void tst_Consuming::pauseKeepsWhatWasFetched()
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

void tst_Consuming::prefetchBoundsWhatIsHeld()
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

void tst_Consuming::autoModeAcknowledgesTheLastCopy()
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

void tst_Consuming::decodeFailureLeavesTheMessage()
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

void tst_Consuming::withoutAcknowledgementNothingIsHeld()
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

void tst_Consuming::putsBackWhatWasFetchedWithoutAcknowledgement_data()
{
    QTest::addColumn<int>("end");
    QTest::newRow("cancel") << 0;
    QTest::newRow("close") << 1;
    QTest::newRow("delete consumer") << 2;
    QTest::newRow("delete connection") << 3;
}

// The broker has forgotten it, and the user never got it.
void tst_Consuming::putsBackWhatWasFetchedWithoutAcknowledgement()
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
void tst_Consuming::putsBackAtTheEndOfTheLoop()
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

void tst_Consuming::anExclusiveConsumerTakesOver()
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

void tst_Consuming::drainsEvents()
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

void tst_Consuming::manyMessagesLeaveTheLoopRoomToBreathe()
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

void tst_Consuming::watchedPublishesLeaveConsumersTheirShare()
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

QOMBU_TEST(tst_Consuming)
#include "tst_consuming.moc"
