// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/scriptedchannels.h"
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

// Its broker keeps what is held under names of its own.
class HoldingStage : public Stage
{
public:
    explicit HoldingStage() { broker.capabilities |= Capability::HeldOutlivesLink; }
    std::vector<quint64> settled() const
    {
        std::vector<quint64> numbers;
        for (const SettleRequest &request : broker.settled)
            numbers.push_back(request.delivery);
        return numbers;
    }
};

using Numbers = std::vector<quint64>;

// Two of them fill the room for decoding.
QByteArray manyValues()
{
    return '[' + QByteArrayLiteral("1,").repeated(600'000) + "1]";
}

} // namespace

// What the user holds of a broker whose holdings do not end with a link.
class tst_ContractsHoldings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void staysValidOverAReconnect();
    void missingIsTold();
    void settledBeforeTheLossIsNotSettledTwice();
    void heldByGetStaysValid();
    void waitingOnesComeOrGoBackOnce();
    void waitingOnesOfAPausedConsumerStay();
    void keepsItsConsumersNumber();
    void abandonedGoBack();
    void closedChannelKeepsThem();
    void closeGivesAllBack();
    void cancelledBeforeTheLossStaysValid();
    void failedAttemptsChangeNothing();
    void waitingForRoomSurvivesFailedAttempts();
    void abandonedBetweenLinksGoesBack();
    void untakenGetBetweenLinksGoesBack();
    void cancelBetweenLinksGivesBack();
    void closeForgetsWhatItGaveBack();
    void closeDuringARebuildSettles();
    void closeWithoutALinkTellsWhatIsLost();
};

void tst_ContractsHoldings::staysValidOverAReconnect()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(3);
    stage.turn();
    stage.broker.breakLink();
    stage.turn();
    QVERIFY(!subscriber.messages.at(0).ack().isError()); // while there is no link
    stage.advance(2s);
    QCOMPARE(stage.settled(), Numbers{1});
    QVERIFY(!subscriber.messages.at(1).reject().isError());
    stage.turn();
    QCOMPARE(stage.settled(), (Numbers{1, 2}));
    stage.reconnect();
    QVERIFY(!subscriber.messages.at(2).requeue().isError());
    stage.turn();
    QCOMPARE(stage.settled(), (Numbers{1, 2, 3}));
    QCOMPARE(stage.broker.settled.back().settlement, Settlement::Requeue);
    QCOMPARE(subscriber.lost.size(), 0);
    QCOMPARE(subscriber.messages.size(), 3);
}

void tst_ContractsHoldings::missingIsTold()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(3);
    stage.turn();
    stage.broker.missing = {2};
    stage.reconnect();
    QCOMPARE(subscriber.lost.size(), 1);
    QCOMPARE(subscriber.lost.first(), (QVariantList{QStringLiteral("q"), QStringLiteral("tag-2")}));
    for (const Message &message : std::as_const(subscriber.messages))
        message.ack();
    stage.turn();
    QCOMPARE(stage.settled(), (Numbers{1, 3}));
    QCOMPARE(subscriber.lost.size(), 1);
}

void tst_ContractsHoldings::settledBeforeTheLossIsNotSettledTwice()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(2);
    stage.turn();
    subscriber.messages.at(0).ack();
    stage.turn();
    stage.reconnect();
    QCOMPARE(subscriber.messages.at(0).ack().kind(), Error::AlreadySettled);
    stage.turn();
    QCOMPARE(stage.settled(), Numbers{1});
    QCOMPARE(subscriber.lost.size(), 0);
    QVERIFY(stage.broker.givenBack.empty());
}

void tst_ContractsHoldings::heldByGetStaysValid()
{
    HoldingStage stage;
    stage.broker.ready[QStringLiteral("q")] = {"1"};
    auto got = stage.channel()->get(QStringLiteral("q"));
    stage.turn();
    QVERIFY(got.result().isOk() && got.result().value());
    stage.reconnect();
    QVERIFY(!(*got.result())->ack().isError());
    stage.turn();
    QCOMPARE(stage.settled(), Numbers{1});
}

void tst_ContractsHoldings::waitingOnesComeOrGoBackOnce()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(4);
    stage.broker.breakLink(); // before the user got them
    stage.advance(2s);
    for (const Message &message : std::as_const(subscriber.messages))
        QVERIFY(!message.ack().isError());
    stage.turn();
    Numbers all = stage.settled();
    all.insert(all.end(), stage.broker.givenBack.begin(), stage.broker.givenBack.end());
    std::sort(all.begin(), all.end());
    QCOMPARE(all, (Numbers{1, 2, 3, 4}));
    QCOMPARE(stage.settled().size(), size_t(subscriber.messages.size()));
    QCOMPARE(subscriber.lost.size(), 0);
    QVERIFY(stage.broker.held.empty());
}

void tst_ContractsHoldings::waitingOnesOfAPausedConsumerStay()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    subscriber.consumer.pause();
    stage.turn();
    stage.broker.deliver(2);
    stage.turn();
    stage.reconnect();
    subscriber.consumer.resume();
    stage.turn();
    for (const Message &message : std::as_const(subscriber.messages))
        message.ack();
    stage.turn();
    QCOMPARE(stage.settled().size() + stage.broker.givenBack.size(), size_t(2));
    QVERIFY(stage.broker.held.empty());
}

// So that the transport counts what is held in that consumer's window.
void tst_ContractsHoldings::keepsItsConsumersNumber()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    const quint64 number = stage.broker.consuming->request.consumer;
    QVERIFY(number != 0);
    stage.broker.deliver(2);
    stage.turn();
    stage.reconnect();
    QCOMPARE(stage.broker.consuming->request.consumer, number);
    QCOMPARE(stage.broker.held.size(), size_t(2));
    QVERIFY(stage.broker.givenBack.empty());
}

// Nobody can settle them any more.
void tst_ContractsHoldings::abandonedGoBack()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(3);
    stage.turn();
    subscriber.messages.removeAt(1);
    stage.turn();
    QVERIFY(stage.broker.givenBack.empty()); // it stays held, as a user may expect
    stage.reconnect();
    QCOMPARE(stage.broker.givenBack, Numbers{2});
    subscriber.messages.at(0).ack();
    subscriber.messages.at(1).ack();
    stage.turn();
    QCOMPARE(stage.settled(), (Numbers{1, 3}));
}

void tst_ContractsHoldings::closedChannelKeepsThem()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(2);
    stage.turn();
    stage.broker.closeDelivering(refused());
    stage.advance(1s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    for (const Message &message : std::as_const(subscriber.messages))
        QVERIFY(!message.ack().isError());
    stage.turn();
    QCOMPARE(stage.settled(), (Numbers{1, 2}));
    QCOMPARE(subscriber.lost.size(), 0);
}

void tst_ContractsHoldings::closeGivesAllBack()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(2);
    stage.turn();
    stage.reconnect();
    subscriber.messages.at(0).ack();
    auto closed = stage.connection->close();
    stage.turn();
    QVERIFY(closed.isFinished());
    QCOMPARE(stage.settled(), Numbers{1});
    QCOMPARE(stage.broker.returned, Numbers{2});
    stage.connection->open();
    stage.turn();
    QVERIFY(subscriber.messages.at(1).ack().isError() || subscriber.lost.size() <= 1);
    stage.turn();
    QCOMPARE(stage.settled(), Numbers{1});
}

void tst_ContractsHoldings::cancelledBeforeTheLossStaysValid()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(1);
    stage.turn();
    subscriber.consumer.cancel();
    stage.turn();
    stage.reconnect();
    QVERIFY(!subscriber.messages.first().ack().isError());
    stage.turn();
    QCOMPARE(stage.settled(), Numbers{1});
}

void tst_ContractsHoldings::failedAttemptsChangeNothing()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(3);
    stage.turn();
    stage.broker.attempts = {broken(), broken()};
    stage.broker.breakLink();
    stage.turn();
    QVERIFY(!subscriber.messages.at(0).ack().isError());
    stage.advance(10s);
    QCOMPARE(stage.connection->state(), Connection::Open);
    QVERIFY(!subscriber.messages.at(1).ack().isError());
    QVERIFY(!subscriber.messages.at(2).ack().isError());
    stage.turn();
    QCOMPARE(stage.settled(), (Numbers{1, 2, 3}));
    QCOMPARE(subscriber.lost.size(), 0);
}

void tst_ContractsHoldings::waitingForRoomSurvivesFailedAttempts()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(4, manyValues());
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    stage.broker.attempts = {broken()};
    stage.broker.breakLink();
    stage.advance(10s);
    for (int i = 0; i < 4; ++i) {
        QVERIFY(!subscriber.messages.isEmpty());
        QVERIFY(!subscriber.messages.takeFirst().ack().isError());
        stage.turn();
    }
    QCOMPARE(stage.settled(), (Numbers{1, 2, 3, 4}));
    QVERIFY(stage.broker.held.empty());
}

void tst_ContractsHoldings::abandonedBetweenLinksGoesBack()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(2);
    stage.turn();
    stage.broker.breakLink();
    stage.turn();
    subscriber.messages.removeFirst();
    stage.advance(2s);
    QCOMPARE(stage.broker.givenBack, Numbers{1});
}

void tst_ContractsHoldings::untakenGetBetweenLinksGoesBack()
{
    HoldingStage stage;
    stage.broker.ready[QStringLiteral("q")] = {"1"};
    auto got = std::make_unique<Pending<std::optional<Message>>>(
        stage.channel()->get(QStringLiteral("q")));
    stage.turn();
    QVERIFY(got->isFinished());
    stage.broker.attempts = {broken()};
    stage.broker.breakLink();
    stage.turn();
    got.reset();
    stage.advance(10s);
    QCOMPARE(stage.broker.givenBack, Numbers{1});
}

void tst_ContractsHoldings::cancelBetweenLinksGivesBack()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    subscriber.consumer.pause();
    stage.turn();
    stage.broker.deliver(2);
    stage.turn();
    stage.broker.breakLink();
    stage.turn();
    subscriber.consumer.cancel();
    stage.advance(2s);
    QCOMPARE(stage.broker.givenBack, (Numbers{1, 2}));
    QVERIFY(stage.broker.held.empty());
}

void tst_ContractsHoldings::closeForgetsWhatItGaveBack()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(4, manyValues());
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    stage.connection->close();
    stage.turn();
    stage.connection->open();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    const quint64 first = stage.broker.deliver(2, manyValues());
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 4);
    for (const Message &message : std::as_const(subscriber.messages))
        message.ack();
    stage.turn();
    QCOMPARE(stage.settled(), (Numbers{first, first + 1}));
}

void tst_ContractsHoldings::closeDuringARebuildSettles()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(2);
    stage.turn();
    stage.broker.silent = list({"declare queue q"});
    stage.channel()->declare(Queue("q"));
    stage.reconnect();
    subscriber.messages.at(0).ack();
    auto closed = stage.connection->close();
    stage.advance(10s);
    QVERIFY(closed.isFinished());
    QCOMPARE(stage.settled(), Numbers{1});
    QCOMPARE(stage.broker.returned, Numbers{2});
}

void tst_ContractsHoldings::closeWithoutALinkTellsWhatIsLost()
{
    HoldingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(2);
    stage.turn();
    stage.broker.everyAttempt = broken();
    stage.broker.breakLink();
    stage.turn();
    subscriber.messages.at(0).ack();
    stage.turn();
    QCOMPARE(subscriber.lost.size(), 0);
    stage.connection->close();
    stage.turn();
    QCOMPARE(subscriber.lost.size(), 0); // a link may come yet
    stage.advance(4s);
    QCOMPARE(subscriber.lost.size(), 1);
    QCOMPARE(subscriber.lost.first(), (QVariantList{QStringLiteral("q"), QStringLiteral("tag-1")}));
}

QOMBU_TEST(tst_ContractsHoldings)
#include "tst_contracts_holdings.moc"
