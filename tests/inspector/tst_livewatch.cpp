// SPDX-License-Identifier: BSD-3-Clause
#include "broker/consumerun.h"
#include "broker/livewatch.h"
#include "inspector/testbroker.h"
#include "models/watchmodel.h"
#include "support/testmain.h"

#include <QtTest/qsignalspy.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class tst_LiveWatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void announcesAtMostTenTimesASecond();
    void takesNothingFromTheQueue();
    void seesWhatAWorkerTakes();
    void subscribesToAFanoutExchange();
    void consumingStopsAtTheLimit();
    void heldMessagesAreGivenBack();
    void readOnlyEndsARunningConsume();
};

static int count(const MessageRing &ring, WatchEvent::Kind kind)
{
    int found = 0;
    for (qint64 number = ring.firstNumber(); number < ring.nextNumber(); ++number)
        found += ring.at(number).kind == kind;
    return found;
}

void tst_LiveWatch::announcesAtMostTenTimesASecond()
{
    BrokerSession session; // not open: the events come from here
    LiveWatch watch(&session, LiveWatch::QueueSource, u"orders"_s);
    WatchModel model(&watch.ring());
    connect(&watch, &LiveWatch::changed, &model, &WatchModel::sync);
    QSignalSpy changed(&watch, &LiveWatch::changed);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    QList<WatchEvent> batch(100, {WatchEvent::Arrived, QDateTime(), {}});
    QElapsedTimer clock;
    clock.start();
    int sent = 0;
    QTimer feeder;
    connect(&feeder, &QTimer::timeout, &watch, [&] {
        watch.add(batch);
        if (++sent == 100)
            feeder.stop();
    });
    feeder.start(10ms);
    QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), 10'000, 20'000); // about a second's worth
    const auto allowed = int(clock.elapsed() / 100 + 1);
    QVERIFY2(changed.size() <= allowed,
             qPrintable(u"%1 in %2 ms"_s.arg(changed.size()).arg(clock.elapsed())));
    QVERIFY(inserted.size() <= allowed);
    QVERIFY(watch.arrivalsPerSecond() > 0);
}

void tst_LiveWatch::takesNothingFromTheQueue()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    BrokerSession session;
    session.open(broker.url());
    QTRY_COMPARE(session.inventory().queues.size(), 1);
    LiveWatch watch(&session, LiveWatch::QueueSource, u"orders"_s);
    QVERIFY(broker.publish(u"orders"_s, 1)); // before: not an event
    watch.start();
    QTRY_VERIFY(watch.looks() > 0);
    for (int i = 0; i < 3; ++i)
        QVERIFY(broker.publish(u"orders"_s, i));
    QTRY_VERIFY_WITH_TIMEOUT(count(watch.ring(), WatchEvent::Arrived) >= 3, 10'000);
    QCOMPARE(count(watch.ring(), WatchEvent::Departed), 0);
    QCOMPARE(broker.ready(u"orders"_s), 4);
    QCOMPARE(broker.inventory().unacked, 0);
    QCOMPARE(session.gate()->passed(), 0);
}

void tst_LiveWatch::seesWhatAWorkerTakes()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    QVERIFY(broker.publish(u"orders"_s, u"one"_s));
    BrokerSession session;
    session.open(broker.url());
    LiveWatch watch(&session, LiveWatch::QueueSource, u"orders"_s);
    watch.start();
    QTRY_VERIFY(watch.looks() > 0); // the ground is laid
    QVERIFY(broker.publish(u"orders"_s, u"two"_s));
    QTRY_COMPARE_WITH_TIMEOUT(count(watch.ring(), WatchEvent::Arrived), 1, 10'000);
    Consumer worker(broker.connection(), Queue(u"orders"_s));
    worker.setAckMode(AckMode::None);
    worker.start();
    QTRY_VERIFY_WITH_TIMEOUT(count(watch.ring(), WatchEvent::Departed) >= 2, 10'000);
}

void tst_LiveWatch::subscribesToAFanoutExchange()
{
    TestBroker broker;
    const Exchange news(u"news"_s, ExchangeType::Fanout);
    QVERIFY(broker.declare(Queue(u"archive"_s, news)));
    BrokerSession session;
    session.open(broker.url());
    LiveWatch watch(&session, LiveWatch::FanoutSource, u"news"_s);
    watch.start();
    QTRY_COMPARE_WITH_TIMEOUT(broker.inventory().queues.size(), 2, 10'000);
    PublishOptions options;
    options.exchange = news;
    QVERIFY(broker.publish(QString(), u"hello"_s, options));
    QTRY_COMPARE_WITH_TIMEOUT(count(watch.ring(), WatchEvent::Copied), 1, 10'000);
    QCOMPARE(broker.ready(u"archive"_s), 1); // its worker loses nothing
    watch.stop();
    QTRY_COMPARE_WITH_TIMEOUT(broker.inventory().queues.size(), 1, 10'000);

    session.gate()->setReadOnly(true);
    watch.start();
    QVERIFY(!watch.isRunning());
    QVERIFY(watch.error().isError());
}

void tst_LiveWatch::consumingStopsAtTheLimit()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    for (int i = 0; i < 8; ++i)
        QVERIFY(broker.publish(u"orders"_s, i));
    BrokerSession session;
    session.open(broker.url());
    ConsumeRun run(&session, u"orders"_s);
    QSignalSpy received(&run, &ConsumeRun::received);
    QVERIFY(!run.start(ConsumeRun::TakeAway, 3).isError());
    QTRY_COMPARE_WITH_TIMEOUT(run.state(), ConsumeRun::Idle, 10'000);
    QCOMPARE(received.size(), 3);
    QTRY_COMPARE(broker.ready(u"orders"_s), 5);
    QTRY_COMPARE(broker.inventory().unacked, 0);
}

void tst_LiveWatch::heldMessagesAreGivenBack()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    for (int i = 0; i < 4; ++i)
        QVERIFY(broker.publish(u"orders"_s, i));
    BrokerSession session;
    session.open(broker.url());
    ConsumeRun run(&session, u"orders"_s);
    QVERIFY(!run.start(ConsumeRun::HoldAndGiveBack, 2).isError());
    QTRY_COMPARE_WITH_TIMEOUT(run.state(), ConsumeRun::Holding, 10'000);
    QCOMPARE(run.held(), 2);
    QTRY_COMPARE(broker.ready(u"orders"_s), 2);
    run.giveBack();
    QCOMPARE(run.state(), ConsumeRun::Idle);
    QTRY_COMPARE(broker.ready(u"orders"_s), 4);
    QTRY_COMPARE(broker.inventory().unacked, 0);
}

void tst_LiveWatch::readOnlyEndsARunningConsume()
{
    TestBroker broker;
    QVERIFY(broker.declare(Queue(u"orders"_s)));
    for (int i = 0; i < 4; ++i)
        QVERIFY(broker.publish(u"orders"_s, i));
    BrokerSession session;
    session.open(broker.url());
    ConsumeRun run(&session, u"orders"_s);
    QVERIFY(!run.start(ConsumeRun::HoldAndGiveBack, 100).isError());
    QTRY_COMPARE_WITH_TIMEOUT(run.held(), 4, 10'000);
    session.gate()->setReadOnly(true);
    QCOMPARE(run.state(), ConsumeRun::Idle);
    QTRY_COMPARE(broker.ready(u"orders"_s), 4);
    QVERIFY(run.start(ConsumeRun::TakeAway, 1).isError());
    QCOMPARE(broker.ready(u"orders"_s), 4);
}

QOMBU_TEST(tst_LiveWatch)
#include "tst_livewatch.moc"
