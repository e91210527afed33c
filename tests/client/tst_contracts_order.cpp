// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/scriptedlink.h"
#include "client/scripted/stage.h"
#include "support/testmain.h"

#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>

#include <numeric>
#include <thread>

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

// A consumer that holds some messages, beside a producer whose publishes are confirmed by hand.
class OrderStage : public Stage
{
public:
    explicit OrderStage(int held)
        : subscriber(*this)
    {
        broker.confirms = false;
        subscriber.start();
        broker.deliver(held);
        turn();
    }
    size_t settled() const { return broker.settled.size(); }
    void ack(int index)
    {
        QVERIFY(!subscriber.messages.at(index).ack().isError());
        turn();
    }

    Subscriber subscriber;
};

} // namespace

// What comes after what: settlements after the publishes before them, the end of close() last.
class tst_ContractsOrder : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void settlementWaitsForThePublishesBeforeIt();
    void settlementDoesNotWaitForLaterOnes();
    void settlementFollowsAFailure();
    void settlementFollowsAnExpiry();
    void withoutWaitingPublishesItIsSentAtOnce();
    void otherThreadsDoNotWait();
    void acknowledgedByTheLastCopyWaitsToo();
    void waitingSettlementOfALostLinkIsTold();
    void closeSendsWhatWaited();
    void closeEndsAfterThePublishes();
    void consumersDoNotBeginOnALinkThatIsThereToClose();
    void consumersStartedWhileClosingDoNotBegin();
    void chainsEndInOrder();
    void deletedInALoopItEndsByItsDeadline();
    void whatWentBackByClosingCannotBeSettled();
    void closeTellsTheRestOfTheNotices();
    void repeatsANoticeEverMoreRarely();
    void countsWhatIsBeyondItsMemory();
};

void tst_ContractsOrder::settlementWaitsForThePublishesBeforeIt()
{
    OrderStage stage(2);
    stage.publish(QStringLiteral("a"));
    stage.publish(QStringLiteral("b"));
    stage.ack(0);
    QCOMPARE(stage.settled(), size_t(0));
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(stage.settled(), size_t(0));
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(stage.settled(), size_t(1));
    stage.ack(1);
    QCOMPARE(stage.settled(), size_t(2));
}

void tst_ContractsOrder::settlementDoesNotWaitForLaterOnes()
{
    OrderStage stage(3);
    stage.publish(QStringLiteral("a"));
    stage.ack(0);
    stage.publish(QStringLiteral("b"));
    stage.ack(1);
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(stage.settled(), size_t(1));
    QCOMPARE(stage.broker.settled.front().delivery, quint64(1));
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(stage.settled(), size_t(2));
}

void tst_ContractsOrder::settlementFollowsAFailure()
{
    OrderStage stage(1);
    auto published = stage.publish(QStringLiteral("a"));
    stage.ack(0);
    QCOMPARE(stage.settled(), size_t(0));
    stage.broker.confirm(Error(Error::Unroutable, QStringLiteral("No queue.")));
    stage.turn();
    QCOMPARE(published.result().error().kind(), Error::Unroutable);
    QCOMPARE(stage.settled(), size_t(1));
}

void tst_ContractsOrder::settlementFollowsAnExpiry()
{
    OrderStage stage(1);
    stage.broker.setBlocked(true);
    auto published = stage.publish(QStringLiteral("a"));
    stage.ack(0);
    stage.advance(29s);
    QCOMPARE(stage.settled(), size_t(0));
    stage.advance(2s);
    QCOMPARE(published.result().error().kind(), Error::Timeout);
    QCOMPARE(stage.settled(), size_t(1));
}

void tst_ContractsOrder::withoutWaitingPublishesItIsSentAtOnce()
{
    OrderStage stage(3);
    stage.ack(0);
    QCOMPARE(stage.settled(), size_t(1));
    stage.broker.setBlocked(true);
    stage.ack(1);
    QCOMPARE(stage.settled(), size_t(2));
    stage.broker.setBlocked(false);
    stage.publish(QStringLiteral("a"));
    stage.turn();
    stage.broker.confirm();
    stage.turn();
    stage.ack(2);
    QCOMPARE(stage.settled(), size_t(3));
}

void tst_ContractsOrder::otherThreadsDoNotWait()
{
    OrderStage stage(2);
    stage.publish(QStringLiteral("a"));
    std::thread([copy = stage.subscriber.messages.at(1)] { copy.ack(); }).join();
    stage.ack(0);
    QCOMPARE(stage.settled(), size_t(1));
    QCOMPARE(stage.broker.settled.front().delivery, quint64(2));
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(stage.settled(), size_t(2));
}

void tst_ContractsOrder::acknowledgedByTheLastCopyWaitsToo()
{
    Stage stage;
    stage.broker.confirms = false;
    Subscriber subscriber(stage, {Queue("q")}, AckMode::Auto);
    QObject::connect(&subscriber.consumer, &Consumer::messageReceived, &subscriber.consumer,
                     [&] { stage.publish(QStringLiteral("result")); });
    subscriber.start();
    stage.broker.deliver();
    stage.turn();
    subscriber.messages.clear();
    stage.turn();
    QVERIFY(stage.broker.settled.empty());
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
}

void tst_ContractsOrder::waitingSettlementOfALostLinkIsTold()
{
    OrderStage stage(1);
    auto published = stage.publish(QStringLiteral("a"));
    stage.ack(0);
    stage.reconnect();
    stage.broker.confirm();
    stage.turn();
    QVERIFY(published.result().isOk());
    QCOMPARE(stage.settled(), size_t(0));
    QCOMPARE(stage.subscriber.lost.size(), 1);
}

void tst_ContractsOrder::closeSendsWhatWaited()
{
    OrderStage stage(2);
    stage.publish(QStringLiteral("a"));
    stage.ack(0);
    auto closed = stage.connection->close();
    stage.turn();
    QVERIFY(!closed.isFinished());
    stage.broker.confirm();
    stage.turn();
    QVERIFY(closed.isFinished());
    QCOMPARE(stage.settled(), size_t(1));
    QCOMPARE(stage.broker.returned, std::vector<quint64>{2});
}

void tst_ContractsOrder::closeEndsAfterThePublishes()
{
    for (const bool inTime : {true, false}) {
        OrderStage stage(0);
        QStringList order;
        for (int i = 0; i < 3; ++i) {
            stage.publish(QString::number(i)).then(this, [&](const Result<void> &result) {
                order.append(result.isOk() ? QStringLiteral("published")
                                           : QStringLiteral("failed"));
            });
        }
        stage.turn();
        stage.connection->close().then(
            this, [&](const Result<void> &) { order.append(QStringLiteral("closed")); });
        stage.turn();
        stage.broker.confirm();
        stage.broker.confirm();
        if (inTime)
            stage.broker.confirm();
        stage.advance(4s);
        QCOMPARE(order.size(), 4);
        QCOMPARE(order.last(), QStringLiteral("closed"));
        QCOMPARE(order.count(QStringLiteral("failed")), inTime ? 0 : 1);
    }
}

// It is there for what is still to be published.
void tst_ContractsOrder::consumersDoNotBeginOnALinkThatIsThereToClose()
{
    OrderStage stage(0);
    auto published = stage.publish(QStringLiteral("a"));
    stage.turn();
    auto closed = stage.connection->close();
    stage.turn();
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(only(stage.broker.log, QStringLiteral("publish")).size(), 1);
    QVERIFY(only(stage.broker.log, QStringLiteral("consume")).isEmpty());
    stage.broker.confirm();
    stage.turn();
    QVERIFY(published.isFinished() && closed.isFinished());
    stage.connection->open();
    stage.turn();
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")).size(), 1);
}

void tst_ContractsOrder::consumersStartedWhileClosingDoNotBegin()
{
    OrderStage stage(0);
    stage.publish(QStringLiteral("a"));
    stage.turn();
    auto closed = stage.connection->close();
    stage.turn();
    Subscriber late(stage, {Queue("late")}, AckMode::None);
    late.start();
    QVERIFY(!stage.broker.log.contains(QStringLiteral("consume late")));
    stage.broker.confirm();
    stage.turn();
    QVERIFY(closed.isFinished());
    stage.connection->open();
    stage.turn();
    QVERIFY(stage.broker.log.contains(QStringLiteral("consume late")));
}

void tst_ContractsOrder::chainsEndInOrder()
{
    OrderStage stage(0);
    QStringList order;
    auto published = stage.publish(QStringLiteral("a"));
    published.then(this, [&](const Result<void> &) { order.append(QStringLiteral("first")); });
    auto closed = published.then(this, [&](const Result<void> &) {
        order.append(QStringLiteral("second"));
        return stage.connection->close();
    });
    closed.then(this, [&](const Result<void> &result) {
        order.append(result.isOk() ? QStringLiteral("closed") : result.error().text());
    });
    stage.turn();
    stage.broker.confirm();
    stage.advance(1s);
    QCOMPARE(
        order,
        (QStringList{QStringLiteral("first"), QStringLiteral("second"), QStringLiteral("closed")}));
}

// Nobody but the Hub knows of it any more, and the broker does not answer. Or the Hub ends first.
void tst_ContractsOrder::deletedInALoopItEndsByItsDeadline()
{
    for (const bool hubEndsFirst : {false, true}) {
        OrderStage stage(1);
        stage.subscriber.messages.clear();
        stage.publish(QStringLiteral("a"));
        stage.broker.answersClose = false;
        QEventLoop loop;
        QTimer::singleShot(0, &loop, [&] {
            stage.connection.reset();
            loop.quit();
        });
        loop.exec();
        stage.turn();
        QVERIFY(stage.broker.link); // waits for the publish
        QVERIFY(!stage.broker.log.contains(QStringLiteral("close")));
        if (hubEndsFirst)
            continue;
        stage.broker.confirm();
        stage.turn();
        QCOMPARE(stage.broker.returned, std::vector<quint64>{1});
        QVERIFY(stage.broker.link); // waits for the end of its closing
        stage.advance(4s);
        QVERIFY(!stage.broker.link);
    }
}

void tst_ContractsOrder::whatWentBackByClosingCannotBeSettled()
{
    OrderStage stage(2);
    stage.broker.ready[QStringLiteral("g")] = {"1"};
    auto got = stage.channel()->get(QStringLiteral("g"));
    stage.turn();
    QList<Message> held = stage.subscriber.messages;
    held.append(got.result()->value());
    stage.broker.answersClose = false;
    auto closed = stage.connection->close();
    stage.turn();
    QVERIFY(!closed.isFinished());
    QCOMPARE(held.first().ack().kind(), Error::Connection); // it is on its way back
    stage.advance(4s);
    QVERIFY(closed.isFinished());
    for (const Message &message : std::as_const(held)) {
        QCOMPARE(message.ack().kind(), Error::Connection);
        QVERIFY(!message.isSettled());
    }
    stage.turn();
    QCOMPARE(stage.subscriber.lost.size(), 0);
    stage.connection->open();
    stage.turn();
    stage.ack(0);
    QCOMPARE(stage.settled(), size_t(0));
    QCOMPARE(stage.subscriber.lost.size(), 1);
    stage.broker.deliver();
    stage.turn();
    stage.ack(2);
    QCOMPARE(stage.settled(), size_t(1));
}

void tst_ContractsOrder::closeTellsTheRestOfTheNotices()
{
    OrderStage stage(0);
    QStringList order;
    QObject::connect(stage.connection.get(), &Connection::notice, this,
                     [&](const BrokerNotice &told) { order.append(QString::number(told.count)); });
    QObject::connect(stage.connection.get(), &Connection::stateChanged, this,
                     [&](Connection::State state) {
                         if (state == Connection::Closed)
                             order.append(QStringLiteral("closed"));
                     });
    BrokerNotice notice;
    notice.kind = BrokerNotice::Quarantine;
    notice.queue = QStringLiteral("q");
    for (const int count : {16, 16, 8}) {
        notice.count = count;
        stage.broker.link->listener()->notice(notice);
    }
    stage.connection->close().then(
        this, [&](const Result<void> &) { order.append(QStringLiteral("answered")); });
    stage.advance(4s);
    QCOMPARE(order, list({"16", "24", "closed", "answered"}));
}

void tst_ContractsOrder::repeatsANoticeEverMoreRarely()
{
    OrderStage stage(0);
    QList<qint64> told;
    QObject::connect(stage.connection.get(), &Connection::notice, this,
                     [&](const BrokerNotice &notice) { told.append(notice.count); });
    BrokerNotice notice;
    notice.kind = BrokerNotice::Quarantine;
    notice.queue = QStringLiteral("q");
    for (int i = 0; i < 250; ++i) {
        stage.broker.link->listener()->notice(notice);
        stage.advance(100ms);
    }
    QCOMPARE(told.size(), 5); // after 1, 2, 4 and 8 seconds more
    stage.advance(16s);
    QCOMPARE(told.size(), 6);
    QCOMPARE(std::accumulate(told.begin(), told.end(), qint64(0)), 250);
}

void tst_ContractsOrder::countsWhatIsBeyondItsMemory()
{
    constexpr int Queues = 3000;
    OrderStage stage(0);
    qint64 told = 0;
    qint64 counted = 0;
    QObject::connect(stage.connection.get(), &Connection::notice, this,
                     [&](const BrokerNotice &notice) {
                         ++told;
                         counted += notice.count;
                     });
    for (int i = 0; i < Queues; ++i) {
        BrokerNotice notice;
        notice.kind = BrokerNotice::Quarantine;
        notice.queue = QStringLiteral("q%1").arg(i);
        stage.broker.link->listener()->notice(notice);
    }
    stage.advance(900ms);
    QVERIFY2(told < 1100, qPrintable(QString::number(told)));
    stage.advance(1min);
    QCOMPARE(counted, Queues);
}

QOMBU_TEST(tst_ContractsOrder)
#include "tst_contracts_order.moc"
