// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/scriptedchannels.h"
#include "client/scripted/stage.h"
#include "support/testmain.h"

#include <Qombu/simplequeue.h>

using namespace Qombu;
using namespace std::chrono_literals;

// What a delivery is called, who gets it, and what becomes of those that nobody gets.
class tst_ContractsDeliveries : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numbersAreUniqueOverLinksAndTransports();
    void settlementOfALostLinkIsTold();
    void aWindowThatIsLostIsLoggedOnce();
    void withoutATagItsNumberIsTold();
    void closedChannelVoidsItsDeliveries();
    void closedChannelKeepsWhatComesNoMore();
    void closedChannelOfGetsVoidsThem();
    void sameClosingTwiceIsAnAnswer();
    void closingAfterSuccessIsNoAnswer();
    void pauseLeavesTheQueueAlone();
    void pauseWithoutAcknowledgementKeepsAWindow();
    void getNobodyCanReceiveGoesBack_data();
    void getNobodyCanReceiveGoesBack();
    void getWithoutAcknowledgementEndsWithHandingOver();
    void chainedGetNobodyCanReceiveGoesBack();
    void waitingGetNobodyCanReceiveGoesBack_data();
    void waitingGetNobodyCanReceiveGoesBack();
    void getThatCameTooLateGoesBack();
    void autoNeverAcknowledgesWhatNobodySaw();
    void oneWindowForAllQueues();
    void noCountNeedsBytes();
    void tagAndExclusivenessReachTheBroker();
    void exclusiveConsumerStandsBy();
    void settlesFromTheChannelThatIsGone();
    void broadcastsNeedNoSettlement();
    void lostLinkDropsWhatIsBehindABroadcast();
    void cancelEndsWithTheRefusal();
};

void tst_ContractsDeliveries::numbersAreUniqueOverLinksAndTransports()
{
    Stage stage(QStringLiteral("scripted://a;another://b"));
    Subscriber subscriber(stage);
    subscriber.start();
    const DeliveryNumbers *const numbers = stage.broker.numbers;
    quint64 last = 0;
    for (int i = 0; i < 4; ++i) {
        const quint64 first = stage.broker.deliver(3);
        QVERIFY(first > last);
        last = first + 2;
        stage.broker.ready[QStringLiteral("g")] = {"1"};
        auto got = stage.channel()->get(QStringLiteral("g"));
        stage.turn();
        QVERIFY(got.result().isOk() && got.result().value());
        QVERIFY(numbers->last() > last);
        last = numbers->last();
        stage.broker.attempts = {broken()}; // so that the other one of the list is tried
        stage.reconnect();
        QCOMPARE(stage.broker.numbers, numbers);
    }
    QVERIFY(stage.broker.log.contains(QStringLiteral("open b")));
    QCOMPARE(subscriber.messages.size(), 12);
}

void tst_ContractsDeliveries::settlementOfALostLinkIsTold()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(3);
    stage.turn();
    stage.broker.breakLink();
    stage.turn();
    QVERIFY(!subscriber.messages.at(0).ack().isError()); // nobody knows yet
    stage.turn();
    QCOMPARE(subscriber.lost.size(), 1);
    stage.advance(2s);
    QVERIFY(!subscriber.messages.at(1).requeue().isError());
    stage.turn();
    QCOMPARE(subscriber.lost.size(), 2);
    QCOMPARE(subscriber.lost.last(), (QVariantList{QStringLiteral("q"), QStringLiteral("tag-2")}));
    QCOMPARE(subscriber.messages.at(1).ack().kind(), Error::AlreadySettled);
    QVERIFY(stage.broker.settled.empty());
    QVERIFY(stage.broker.givenBack.empty());
}

// Each of its messages is told to the consumer all the same.
void tst_ContractsDeliveries::aWindowThatIsLostIsLoggedOnce()
{
    static QStringList logged;
    logged.clear();
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(5000);
    stage.turn();
    stage.broker.breakLink();
    const auto before =
        qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) {
            if (text.contains(QLatin1String("settle")))
                logged.append(text);
        });
    for (const Message &message : std::as_const(subscriber.messages))
        message.ack();
    stage.turn();
    qInstallMessageHandler(before);
    QCOMPARE(subscriber.lost.size(), 5000);
    QCOMPARE(logged.size(), 1);
    QVERIFY2(logged.first().contains(QLatin1String("5000")), qPrintable(logged.first()));
}

void tst_ContractsDeliveries::withoutATagItsNumberIsTold()
{
    Stage stage;
    stage.broker.tags = false;
    Subscriber subscriber(stage);
    subscriber.start();
    const quint64 first = stage.broker.deliver(2);
    stage.turn();
    QCOMPARE(subscriber.messages.first().deliveryTag(), QString::number(first));
    stage.broker.tooLate(first);
    stage.broker.breakLink();
    stage.turn();
    subscriber.messages.last().ack();
    stage.turn();
    QCOMPARE(subscriber.lost.size(), 2);
    for (int i = 0; i < 2; ++i)
        QCOMPARE(subscriber.lost.at(i).at(1).toString(), subscriber.messages.at(i).deliveryTag());
}

void tst_ContractsDeliveries::closedChannelVoidsItsDeliveries()
{
    Stage stage;
    Subscriber subscriber(stage);
    Subscriber other(stage, {Queue("other")});
    other.start();
    subscriber.start();
    stage.broker.deliver(1, {}, QStringLiteral("other"));
    stage.broker.deliver(2);
    stage.turn();
    stage.broker.deliver(2); // which the user has not got
    stage.broker.closeDelivering(refused(QStringLiteral("Too slow."), 406));
    stage.advance(1s);
    QCOMPARE(subscriber.messages.size(), 2);
    QCOMPARE(subscriber.lost.size(), 0);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume q")).size(), 2);
    QCOMPARE(only(stage.broker.log, QStringLiteral("open")).size(), 1);
    for (const Message &message : std::as_const(subscriber.messages))
        QVERIFY(!message.ack().isError());
    stage.turn();
    QCOMPARE(subscriber.lost.size(), 2);
    QVERIFY(stage.broker.settled.empty());
    const quint64 next = stage.broker.deliver();
    stage.turn();
    QVERIFY(!subscriber.messages.last().ack().isError());
    QVERIFY(!other.messages.first().ack().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(2));
    QCOMPARE(stage.broker.settled.front().delivery, next);
    QCOMPARE(other.lost.size(), 0);
}

// Without acknowledgement the broker has forgotten it.
void tst_ContractsDeliveries::closedChannelKeepsWhatComesNoMore()
{
    Stage stage;
    Subscriber subscriber(stage, {Queue("q")}, AckMode::None);
    subscriber.start();
    stage.broker.deliver(3, "1");
    stage.broker.closeDelivering(refused());
    stage.advance(1s);
    QCOMPARE(subscriber.messages.size(), 3);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    stage.broker.deliver(2, "1");
    stage.broker.breakLink();
    stage.advance(1s);
    QCOMPARE(subscriber.messages.size(), 5);
}

void tst_ContractsDeliveries::closedChannelOfGetsVoidsThem()
{
    Stage stage;
    stage.broker.ready[QStringLiteral("g")] = {"1", "2", "3"};
    auto first = stage.channel()->get(QStringLiteral("g"));
    stage.turn();
    stage.broker.silent = list({"get h"});
    auto waiting = stage.channel()->get(QStringLiteral("h"));
    stage.turn();
    QCOMPARE(stage.broker.delivering.size(), size_t(1));
    DeliveryListener *const listener = stage.broker.delivering.front()->listener;
    stage.broker.held.clear();
    listener->channelClosed(refused());
    stage.turn();
    QCOMPARE(waiting.result().error(), refused());
    QVERIFY(!(*first.result())->ack().isError());
    auto second = stage.channel()->get(QStringLiteral("g"));
    stage.turn();
    QVERIFY(second.result().isOk() && second.result().value());
    QVERIFY(!(*second.result())->ack().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
}

void tst_ContractsDeliveries::sameClosingTwiceIsAnAnswer()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    for (int i = 0; i < 5 && stage.broker.consuming; ++i) {
        stage.broker.closeDelivering(refused(QStringLiteral("No such thing."), 540));
        stage.advance(1min);
    }
    QVERIFY(only(stage.broker.log, QStringLiteral("consume q")).size() <= 3);
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
    QCOMPARE(subscriber.errors.last().first().value<Error>().replyCode(), 540);
    QCOMPARE(stage.connection->state(), Connection::Open);
}

// Such as a broker that does not wait for ever for an acknowledgement.
void tst_ContractsDeliveries::closingAfterSuccessIsNoAnswer()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    for (int i = 0; i < 5; ++i) {
        stage.broker.deliver();
        stage.turn();
        subscriber.messages.last().ack();
        stage.turn();
        stage.broker.closeDelivering(refused(QStringLiteral("Too slow."), 406));
        stage.advance(1min);
        QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    }
    QCOMPARE(stage.broker.settled.size(), size_t(5));
}

void tst_ContractsDeliveries::pauseLeavesTheQueueAlone()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    subscriber.consumer.pause();
    stage.turn();
    stage.broker.deliver(2);
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 0);
    QCOMPARE(subscriber.consumer.state(), Consumer::Paused);
    QVERIFY(!stage.broker.log.contains(QStringLiteral("cancel")));
    QVERIFY(stage.broker.consuming);
    stage.broker.takeLog();
    stage.reconnect();
    QVERIFY(stage.broker.log.contains(QStringLiteral("consume q")));
    QCOMPARE(subscriber.consumer.state(), Consumer::Paused);
    stage.broker.deliver(2);
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 0);
    subscriber.consumer.resume();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    QVERIFY(!stage.broker.log.contains(QStringLiteral("cancel")));
}

void tst_ContractsDeliveries::pauseWithoutAcknowledgementKeepsAWindow()
{
    const QByteArray body = '"' + QByteArray(998, 'x') + '"';
    Stage stage;
    Subscriber subscriber(stage, {Queue("q")}, AckMode::None);
    subscriber.consumer.setPrefetchBytes(10'000);
    subscriber.start();
    subscriber.consumer.pause();
    stage.turn();
    stage.broker.deliver(20, body); // already on their way when the window is full
    stage.turn();
    QVERIFY(stage.broker.log.contains(QStringLiteral("pause")));
    QVERIFY(!stage.broker.log.contains(QStringLiteral("cancel")));
    QCOMPARE(subscriber.messages.size(), 0);
    subscriber.consumer.resume();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 20);
    QCOMPARE(stage.broker.log.last(), QStringLiteral("resume"));
}

void tst_ContractsDeliveries::getNobodyCanReceiveGoesBack_data()
{
    QTest::addColumn<AckMode>("mode");
    QTest::newRow("manual") << AckMode::Manual;
    QTest::newRow("auto") << AckMode::Auto;
    QTest::newRow("none") << AckMode::None;
}

void tst_ContractsDeliveries::getNobodyCanReceiveGoesBack()
{
    QFETCH(AckMode, mode);
    Stage stage;
    stage.connection->open();
    stage.turn();
    stage.broker.answerEvery = 1s;
    stage.broker.ready[QStringLiteral("q")] = {"1", "2"};
    stage.channel()->get(QStringLiteral("q"), mode);
    auto gone = std::make_unique<QObject>();
    bool isCalled = false;
    stage.channel()
        ->get(QStringLiteral("q"), mode)
        .then(gone.get(), [&](const Result<std::optional<Message>> &) { isCalled = true; });
    stage.turn();
    gone.reset();
    stage.advance(3s);
    QVERIFY(!isCalled);
    QVERIFY(stage.broker.settled.empty());
    QCOMPARE(stage.broker.givenBack, (std::vector<quint64>{1, 2}));
}

void tst_ContractsDeliveries::getWithoutAcknowledgementEndsWithHandingOver()
{
    Stage stage;
    stage.connection->open();
    stage.turn();
    stage.broker.ready[QStringLiteral("q")] = {"7"};
    stage.broker.answerEvery = 1s;
    auto got = stage.channel()->get(QStringLiteral("q"), AckMode::None);
    stage.turn();
    QCOMPARE(stage.broker.held.size(), size_t(1)); // so that it can go back
    QVERIFY(stage.broker.settled.empty());
    stage.advance(1s);
    QVERIFY(stage.broker.settled.empty()); // nobody has taken it yet
    QCOMPARE((*got.result())->body().toInt(), 7);
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
    QCOMPARE(stage.broker.settled.front().settlement, Settlement::Ack);
    QCOMPARE((*got.result())->requeue().kind(), Error::Unsupported);
}

void tst_ContractsDeliveries::chainedGetNobodyCanReceiveGoesBack()
{
    Stage stage;
    stage.broker.ready[QStringLiteral("q")] = {"1", "2"};
    const auto chain = [&] {
        return stage.channel()
            ->inspect(QStringLiteral("q"))
            .then(this, [&](const Result<QueueInfo> &) {
                return stage.channel()->get(QStringLiteral("q"), AckMode::None);
            });
    };
    auto got = std::make_unique<Pending<std::optional<Message>>>(chain());
    stage.turn();
    QVERIFY(got->isFinished());
    QVERIFY(stage.broker.settled.empty());
    got.reset();
    stage.turn();
    QVERIFY(stage.broker.settled.empty());
    QCOMPARE(stage.broker.givenBack, std::vector<quint64>{1});
    auto taken = chain();
    stage.turn();
    QCOMPARE((*taken.result())->body().toInt(), 2);
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
}

void tst_ContractsDeliveries::waitingGetNobodyCanReceiveGoesBack_data()
{
    getNobodyCanReceiveGoesBack_data();
}

void tst_ContractsDeliveries::waitingGetNobodyCanReceiveGoesBack()
{
    QFETCH(AckMode, mode);
    Stage stage;
    SimpleQueue queue(stage.connection.get(), QStringLiteral("q"));
    queue.get(5s, mode);
    stage.turn();
    stage.broker.deliver(1, "1");
    stage.turn();
    QVERIFY(stage.broker.settled.empty());
    QCOMPARE(stage.broker.givenBack, std::vector<quint64>{1});

    auto taken = std::make_unique<Pending<Message>>(queue.get(5s, mode));
    stage.turn();
    stage.broker.deliver(1, "2");
    stage.turn();
    QVERIFY(stage.broker.settled.empty());
    QCOMPARE(taken->result().value().body().toInt(), 2);
    if (mode == AckMode::Manual)
        QVERIFY(!taken->result()->ack().isError());
    taken.reset();
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
    QCOMPARE(stage.broker.givenBack, std::vector<quint64>{1});
}

void tst_ContractsDeliveries::getThatCameTooLateGoesBack()
{
    Stage stage;
    stage.connection->open();
    stage.turn();
    stage.broker.ready[QStringLiteral("q")] = {"7"};
    stage.broker.answerEvery = 11s;
    auto got = stage.channel()->get(QStringLiteral("q"), AckMode::Auto);
    stage.advance(12s);
    QCOMPARE(got.result().error().kind(), Error::Timeout);
    QVERIFY(stage.broker.settled.empty());
    QCOMPARE(stage.broker.givenBack, std::vector<quint64>{1});
}

void tst_ContractsDeliveries::autoNeverAcknowledgesWhatNobodySaw()
{
    Stage stage;
    auto consumer = std::make_unique<Consumer>(stage.connection.get(), Queue("q"));
    consumer->setAckMode(AckMode::Auto);
    int got = 0;
    connect(consumer.get(), &Consumer::messageReceived, this, [&](const Message &) {
        if (++got == 2)
            consumer->pause();
    });
    consumer->start();
    stage.turn();
    stage.broker.deliver(5);
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(2));
    consumer.reset();
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(2));
    QCOMPARE(stage.broker.givenBack, (std::vector<quint64>{3, 4, 5}));
}

void tst_ContractsDeliveries::oneWindowForAllQueues()
{
    Stage stage;
    Subscriber subscriber(stage, {Queue("a"), Queue("b"), Queue("c")});
    subscriber.consumer.setPrefetchCount(5);
    subscriber.consumer.setPrefetchBytes(5000);
    subscriber.start();
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")).size(), 1);
    const ConsumeRequest &request = stage.broker.consuming->request;
    QCOMPARE(request.queues.size(), 3);
    QCOMPARE(request.count, 5);
    QCOMPARE(request.bytes, 5000);
    subscriber.consumer.setPrefetchCount(7);
    stage.turn();
    QCOMPARE(stage.broker.consuming->request.count, 7);
    stage.reconnect();
    QCOMPARE(stage.broker.consuming->request.count, 7);
}

// Told at once where the server is known, and else when it is.
void tst_ContractsDeliveries::noCountNeedsBytes()
{
    for (const bool hasBytes : {true, false}) {
        Stage stage;
        stage.broker.capabilities.setFlag(Capability::PrefetchBytes, hasBytes);
        Subscriber early(stage);
        QVERIFY(!early.consumer.setPrefetchCount(0).isError());
        early.start();
        QCOMPARE(stage.broker.log.contains(QStringLiteral("consume q")), hasBytes);
        QCOMPARE(early.errors.isEmpty(), hasBytes);
        QCOMPARE(early.consumer.state(), hasBytes ? Consumer::Consuming : Consumer::Stopped);
        Subscriber late(stage);
        const Error refusal = late.consumer.setPrefetchCount(0);
        QCOMPARE(refusal.kind(), hasBytes ? Error::None : Error::Unsupported);
        QCOMPARE(late.consumer.prefetchCount(), hasBytes ? 0 : 16);
        late.start();
        QCOMPARE(stage.broker.consuming->request.count, hasBytes ? 0 : 16);
    }
}

void tst_ContractsDeliveries::exclusiveConsumerStandsBy()
{
    Stage stage;
    const QString consume = QStringLiteral("consume q");
    const auto tries = [&] { return only(stage.broker.takeLog(), consume).size(); };
    Subscriber subscriber(stage);
    QVERIFY(!subscriber.consumer.setExclusive(true).isError());
    stage.broker.refusals[consume] = refused();
    subscriber.start();
    QCOMPARE(subscriber.consumer.state(), Consumer::Starting);
    tries();
    stage.advance(1min);
    const auto often = tries();
    QVERIFY2(often >= 3 && often < 20, qPrintable(QString::number(often)));
    stage.reconnect();
    QVERIFY(tries() >= 1);
    QCOMPARE(subscriber.errors.size(), 1);
    QCOMPARE(subscriber.errors.first().first().value<Error>(), refused().withRecoverable(true));
    QCOMPARE(subscriber.consumer.state(), Consumer::Starting);
    stage.broker.refusals.clear();
    stage.advance(1min);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    stage.broker.refusals[consume] = refused();
    stage.reconnect();
    stage.advance(1min);
    QCOMPARE(subscriber.errors.size(), 2); // anew
    stage.broker.refusals[consume] = refused(QStringLiteral("No."), 404);
    stage.advance(1min);
    QCOMPARE(subscriber.errors.size(), 3);
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
}

void tst_ContractsDeliveries::tagAndExclusivenessReachTheBroker()
{
    Stage stage;
    Subscriber subscriber(stage);
    QVERIFY(!subscriber.consumer.setTag(QStringLiteral("mine")).isError());
    QVERIFY(!subscriber.consumer.setExclusive(true).isError());
    subscriber.start();
    QVERIFY(subscriber.consumer.setTag(QStringLiteral("other")).isError());
    QVERIFY(subscriber.consumer.setExclusive(false).isError());
    const quint64 consumer = stage.broker.consuming->request.consumer;
    for (int i = 0; i < 2; ++i) {
        const ConsumeRequest &request = stage.broker.consuming->request;
        QCOMPARE(request.tag, QStringLiteral("mine"));
        QVERIFY(request.exclusive);
        QVERIFY(!request.noAck);
        QCOMPARE(request.consumer, consumer); // the same on every link
        stage.reconnect();
    }
}

void tst_ContractsDeliveries::settlesFromTheChannelThatIsGone()
{
    Stage stage;
    QList<Message> held;
    {
        Subscriber subscriber(stage);
        subscriber.start();
        stage.broker.deliver(2);
        stage.turn();
        held = subscriber.messages;
    }
    stage.turn();
    QVERIFY(stage.broker.delivering.empty());
    for (const Message &message : std::as_const(held))
        QVERIFY(!message.ack().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(2));
}

void tst_ContractsDeliveries::broadcastsNeedNoSettlement()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.broadcast("1");
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
    QVERIFY(!subscriber.messages.first().ack().isError());
    stage.turn();
    QVERIFY(stage.broker.settled.empty());
    stage.broker.breakLink();
    stage.turn();
    QCOMPARE(subscriber.lost.size(), 0);
}

void tst_ContractsDeliveries::lostLinkDropsWhatIsBehindABroadcast()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    subscriber.consumer.pause();
    stage.turn();
    stage.broker.deliver(1, "1");
    stage.broker.broadcast("2");
    stage.broker.deliver(2, "3");
    stage.turn();
    stage.reconnect();
    subscriber.consumer.resume();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
    QCOMPARE(subscriber.messages.first().body().toInt(), 2);
}

void tst_ContractsDeliveries::cancelEndsWithTheRefusal()
{
    Stage stage;
    stage.connection->open();
    stage.turn();
    stage.broker.refusals[QStringLiteral("consume q")] = refused();
    stage.broker.answersByHand = true;
    Subscriber subscriber(stage);
    subscriber.consumer.setDeclaresQueues(false);
    subscriber.start();
    QVERIFY(stage.broker.log.contains(QStringLiteral("consume q")));
    auto cancelled = subscriber.consumer.cancel();
    stage.turn();
    QVERIFY(!cancelled.isFinished());
    stage.broker.answer(QStringLiteral("consume q"));
    stage.turn();
    QVERIFY(cancelled.isFinished());
}

QOMBU_TEST(tst_ContractsDeliveries)
#include "tst_contracts_deliveries.moc"
