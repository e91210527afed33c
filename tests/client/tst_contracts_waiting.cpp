// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

// A broker that is some way off, and a link to it.
void begin(Stage &stage)
{
    stage.channel()->declare(Queue("other"));
    stage.turn();
    stage.broker.answerEvery = 10ms;
    stage.broker.takeLog();
}

} // namespace

// Topology whose answers come later than the call: who waits for what, and who no longer does.
class tst_ContractsWaiting : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void channelAndConsumerDeclareTheSame();
    void whoGivesUpLeavesTheOthersWaiting();
    void namelessQueueThatIsRefused();
    void passiveQueueIsGivenUp();
    void consumerForgetsWhatWasRemoved_data();
    void consumerForgetsWhatWasRemoved();
    void removedExchangeMayBeWantedAgain();
    void cancelWhileItIsBuiltAgainStallsNothing();
    void aSilentQueueHoldsUpNothingElse_data();
    void aSilentQueueHoldsUpNothingElse();
};

void tst_ContractsWaiting::channelAndConsumerDeclareTheSame()
{
    Stage stage;
    begin(stage);
    stage.channel()->declare(bound);
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    stage.advance(1s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QVERIFY(subscriber.errors.isEmpty());
}

void tst_ContractsWaiting::whoGivesUpLeavesTheOthersWaiting()
{
    Stage stage;
    begin(stage);
    Subscriber first(stage, {bound});
    Subscriber second(stage, {bound});
    first.start();
    second.start();
    first.consumer.cancel();
    stage.advance(1s);
    QCOMPARE(second.consumer.state(), Consumer::Consuming);
    QVERIFY(second.errors.isEmpty());
}

void tst_ContractsWaiting::namelessQueueThatIsRefused()
{
    Stage stage;
    stage.broker.refusals[QStringLiteral("declare queue ?")] = refused();
    begin(stage);
    const Queue nameless(QString(), x, QStringLiteral("key"));
    Subscriber subscriber(stage, {nameless});
    subscriber.start();
    stage.advance(1s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
    QCOMPARE(subscriber.errors.size(), 1);
    QCOMPARE(subscriber.errors.first().first().value<Error>().replyCode(), 403);

    Producer producer(stage.connection.get(), nameless);
    producer.publish(1);
    stage.reconnect();
    stage.broker.takeLog();
    stage.advance(1min); // a rebuild that did not end would drop the link every ten seconds
    QVERIFY(only(stage.broker.log, QStringLiteral("open")).isEmpty());
    const auto sent = stage.publish(QStringLiteral("elsewhere"));
    stage.advance(1s);
    QVERIFY(sent.isFinished() && sent.result().isOk());
}

void tst_ContractsWaiting::passiveQueueIsGivenUp()
{
    Stage stage;
    begin(stage);
    Queue passive("q");
    passive.setPassive(true);
    {
        Subscriber subscriber(stage, {passive});
        subscriber.start();
    }
    Subscriber subscriber(stage, {passive});
    subscriber.start();
    subscriber.consumer.cancel();
    stage.advance(1s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
    QVERIFY(only(stage.broker.log, QStringLiteral("consume")).isEmpty());
    subscriber.start();
    stage.advance(1s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
}

void tst_ContractsWaiting::consumerForgetsWhatWasRemoved_data()
{
    QTest::addColumn<bool>("isExchange");
    QTest::newRow("exchange") << true;
    QTest::newRow("binding") << false;
}

void tst_ContractsWaiting::consumerForgetsWhatWasRemoved()
{
    QFETCH(bool, isExchange);
    Stage stage;
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    if (isExchange)
        stage.channel()->remove(x);
    else
        stage.channel()->unbind({x, QStringLiteral("key"), QStringLiteral("q"), {}, {}});
    stage.turn();
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(only(stage.broker.log, QStringLiteral("bind")), QStringList());
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare exchange")).size(), isExchange ? 0 : 1);
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare queue")), list({"declare queue q"}));
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
}

void tst_ContractsWaiting::removedExchangeMayBeWantedAgain()
{
    Stage stage;
    Producer first(stage.connection.get(), x, QStringLiteral("key"));
    first.publish(1);
    stage.turn();
    stage.channel()->remove(x);
    stage.turn();
    stage.broker.takeLog();
    Producer second(stage.connection.get(), x, QStringLiteral("key"));
    second.publish(2);
    stage.turn();
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare")), list({"declare exchange x"}));
}

// A binding waits for the name of a queue that nobody wants any more.
void tst_ContractsWaiting::cancelWhileItIsBuiltAgainStallsNothing()
{
    Stage stage;
    begin(stage);
    Subscriber subscriber(stage, {Queue(QString(), x, QStringLiteral("key"))});
    subscriber.start();
    stage.advance(1s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    stage.broker.answerEvery = 1s;
    stage.broker.breakLink();
    stage.turn();
    for (int i = 0; i < 30 && stage.connection->state() != Connection::Open; ++i)
        stage.advance(100ms);
    QCOMPARE(stage.connection->state(), Connection::Open); // the questions are under way
    subscriber.consumer.cancel();
    const auto sent = stage.publish(QStringLiteral("elsewhere"));
    stage.advance(4s);
    QVERIFY(sent.isFinished() && sent.result().isOk());
    stage.broker.takeLog();
    stage.advance(1min);
    QVERIFY(only(stage.broker.log, QStringLiteral("open")).isEmpty());
}

void tst_ContractsWaiting::aSilentQueueHoldsUpNothingElse_data()
{
    QTest::addColumn<bool>("isConsumed");
    QTest::newRow("declared") << false;
    QTest::newRow("consumed from") << true;
}

void tst_ContractsWaiting::aSilentQueueHoldsUpNothingElse()
{
    QFETCH(const bool, isConsumed);
    Stage stage;
    Subscriber hanging(stage, {Queue("hanging")});
    if (isConsumed)
        hanging.start();
    stage.channel()->declare(Queue("hanging"));
    Subscriber fine(stage, {Queue("fine")});
    fine.start();
    stage.broker.silent << QStringLiteral("declare queue hanging");
    stage.reconnect();
    const auto sent = stage.publish(QStringLiteral("a"));
    stage.advance(2s);
    QVERIFY(sent.isFinished() && sent.result().isOk());
    QCOMPARE(fine.consumer.state(), Consumer::Consuming);
    QVERIFY(only(stage.broker.log, QStringLiteral("consume hanging")).size() <= 1);
    stage.broker.silent.clear(); // it is asked again
    stage.advance(1min);
    QCOMPARE(hanging.consumer.state(), isConsumed ? Consumer::Consuming : Consumer::Stopped);
    QCOMPARE(only(stage.broker.log, QStringLiteral("open")).size(), 2);
}

QOMBU_TEST(tst_ContractsWaiting)
#include "tst_contracts_waiting.moc"
