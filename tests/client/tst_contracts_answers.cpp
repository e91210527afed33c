// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

Queue nameless()
{
    Queue queue;
    queue.addBinding(x, QStringLiteral("key"));
    return queue;
}

Queue passive(const QString &name)
{
    return Queue(name).setPassive(true);
}

// On an open link.
class OpenStage : public Stage
{
public:
    OpenStage()
    {
        channel()->inspect(QStringLiteral("other"));
        turn();
        broker.takeLog();
    }
};

} // namespace

// Questions about what is wanted whose answers take their time, or do not come.
class tst_ContractsAnswers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void questionOfAChannelStallsNoConsumer_data();
    void questionOfAChannelStallsNoConsumer();
    void namelessQueueIsTheOneThatWasAnsweredFirst_data();
    void namelessQueueIsTheOneThatWasAnsweredFirst();
    void cancelledConsumerLeavesTheQuestionToOthers();
    void cancelledConsumerLeavesTheQuestionToProducers();
    void refusedNamelessQueueRefusesItsBindings_data();
    void refusedNamelessQueueRefusesItsBindings();
    void refusedNamelessQueueDoesNotKeepTheLinkFromRebuilding_data();
    void refusedNamelessQueueDoesNotKeepTheLinkFromRebuilding();
    void answersToAnAttemptBeforeDoNotCount();
    void answersFromBeforeARemovalDoNotCount();
    void answerAfterTheConsumersDeath();
    void lossWhileRebuildingIsToldOnce();
    void refusalForNowEndsNoRebuilding();
    void linkThatFailsInsideADeclaration();
};

void tst_ContractsAnswers::questionOfAChannelStallsNoConsumer_data()
{
    using Ask = std::function<void(Channel *)>;
    QTest::addColumn<Ask>("ask");
    QTest::newRow("exchange") << Ask([](Channel *channel) { channel->declare(x); });
    QTest::newRow("queue") << Ask([](Channel *channel) { channel->declare(Queue("q")); });
    QTest::newRow("bound queue") << Ask([](Channel *channel) { channel->declare(bound); });
    QTest::newRow("binding") << Ask([](Channel *channel) {
        channel->bind({x, QStringLiteral("key"), QStringLiteral("q"), {}, {}});
    });
}

void tst_ContractsAnswers::questionOfAChannelStallsNoConsumer()
{
    QFETCH(std::function<void(Channel *)>, ask);
    OpenStage stage;
    stage.broker.answerEvery = 100ms;
    ask(stage.channel());
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    stage.advance(2s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(subscriber.errors.size(), 0);
}

void tst_ContractsAnswers::namelessQueueIsTheOneThatWasAnsweredFirst_data()
{
    QTest::addColumn<bool>("byServer");
    QTest::newRow("named by the transport") << false;
    QTest::newRow("named by the server") << true;
}

void tst_ContractsAnswers::namelessQueueIsTheOneThatWasAnsweredFirst()
{
    QFETCH(bool, byServer);
    OpenStage stage;
    stage.broker.capabilities.setFlag(Capability::ServerNamesQueues, byServer);
    stage.reconnect();
    stage.broker.answerEvery = 100ms;
    const Queue queue = nameless();
    auto declared = stage.channel()->declare(queue);
    Subscriber subscriber(stage, {queue});
    subscriber.start();
    stage.advance(2s);
    QVERIFY(declared.result().isOk());
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")),
             {QStringLiteral("consume ") + declared.result()->name});
    QVERIFY(stage.broker.log.contains(QStringLiteral("bind x ") + declared.result()->name));
}

void tst_ContractsAnswers::cancelledConsumerLeavesTheQuestionToOthers()
{
    OpenStage stage;
    stage.broker.answersByHand = true;
    Subscriber first(stage);
    Subscriber second(stage);
    first.start();
    second.start();
    first.consumer.cancel();
    stage.turn();
    stage.broker.answer(QStringLiteral("declare queue q"));
    stage.turn();
    QCOMPARE(stage.broker.log, list({"declare queue q", "consume q"}));
    stage.broker.answer(QStringLiteral("consume q"));
    stage.turn();
    QCOMPARE(second.consumer.state(), Consumer::Consuming);
}

// Which wait for it with their publishes.
void tst_ContractsAnswers::cancelledConsumerLeavesTheQuestionToProducers()
{
    OpenStage stage;
    stage.broker.answersByHand = true;
    Producer producer(stage.connection.get(), bound);
    producer.publish(QStringLiteral("m"), asText());
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    subscriber.consumer.cancel();
    stage.turn();
    QVERIFY(only(stage.broker.log, QStringLiteral("publish")).isEmpty());
    stage.broker.answer(QStringLiteral("declare exchange x"));
    stage.broker.answer(QStringLiteral("declare queue q"));
    stage.turn();
    QVERIFY(only(stage.broker.log, QStringLiteral("publish")).isEmpty());
    stage.broker.answer(QStringLiteral("bind x q"));
    stage.turn();
    QCOMPARE(only(stage.broker.log, QStringLiteral("publish")), list({"publish m"}));
}

void tst_ContractsAnswers::refusedNamelessQueueRefusesItsBindings_data()
{
    QTest::addColumn<std::chrono::milliseconds>("answerEvery");
    QTest::newRow("at once") << 0ms;
    QTest::newRow("later") << 100ms;
}

void tst_ContractsAnswers::refusedNamelessQueueRefusesItsBindings()
{
    QFETCH(std::chrono::milliseconds, answerEvery);
    OpenStage stage;
    stage.broker.answerEvery = answerEvery;
    stage.broker.refusals[QStringLiteral("declare queue ?")] = refused();
    Subscriber subscriber(stage, {nameless()});
    subscriber.start();
    stage.advance(1min);
    QCOMPARE(subscriber.errors.size(), 1);
    QCOMPARE(subscriber.errors.first().first().value<Error>(), refused());
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
    QCOMPARE(stage.broker.log, list({"declare exchange x", "declare queue ?"}));
    // Another may have more luck.
    stage.broker.refusals.clear();
    Subscriber other(stage, {nameless()});
    other.start();
    stage.advance(1s);
    QCOMPARE(other.consumer.state(), Consumer::Consuming);
}

void tst_ContractsAnswers::refusedNamelessQueueDoesNotKeepTheLinkFromRebuilding_data()
{
    refusedNamelessQueueRefusesItsBindings_data();
}

void tst_ContractsAnswers::refusedNamelessQueueDoesNotKeepTheLinkFromRebuilding()
{
    QFETCH(std::chrono::milliseconds, answerEvery);
    Stage stage;
    stage.broker.capabilities |= Capability::ServerNamesQueues;
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    stage.channel()->declare(nameless());
    stage.turn();
    stage.broker.takeLog();
    stage.broker.refusals[QStringLiteral("declare queue ?")] = refused();
    stage.broker.answerEvery = answerEvery;
    stage.broker.breakLink();
    auto published = stage.publish(QStringLiteral("m"));
    stage.advance(30s);
    QCOMPARE(only(stage.broker.log, QStringLiteral("open")).size(), 1);
    QVERIFY(published.isFinished() && published.result().isOk());
    QVERIFY(only(stage.broker.log, QStringLiteral("bind")).isEmpty());
    QCOMPARE(errors.size(), 2); // the loss and the queue
    QCOMPARE(errors.last().first().value<Error>(), refused());
}

void tst_ContractsAnswers::answersToAnAttemptBeforeDoNotCount()
{
    OpenStage stage;
    stage.broker.answersByHand = true;
    Subscriber subscriber(stage, {passive(QStringLiteral("p")), passive(QStringLiteral("r"))});
    subscriber.start();
    stage.advance(15s);
    QCOMPARE(subscriber.errors.size(), 1);
    QCOMPARE(stage.broker.log, list({"inspect p", "inspect r", "inspect p", "inspect r"}));
    stage.broker.answer();
    stage.broker.answer();
    stage.turn();
    QVERIFY(only(stage.broker.log, QStringLiteral("consume")).isEmpty());
    stage.broker.answer();
    stage.broker.answer();
    stage.turn();
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")), list({"consume p"}));
}

void tst_ContractsAnswers::answersFromBeforeARemovalDoNotCount()
{
    OpenStage stage;
    stage.broker.answersByHand = true;
    Subscriber subscriber(stage, {Queue("a"), Queue("b"), Queue("c")});
    subscriber.start();
    stage.channel()->remove(Queue("a"));
    stage.turn();
    stage.broker.answer(QStringLiteral("remove queue a"));
    stage.broker.answer(QStringLiteral("declare queue a"));
    stage.broker.answer(QStringLiteral("declare queue b"));
    stage.turn();
    QVERIFY(only(stage.broker.log, QStringLiteral("consume")).isEmpty());
    while (only(stage.broker.log, QStringLiteral("consume")).isEmpty())
        stage.broker.answer();
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")), list({"consume b"}));
    stage.broker.answer(QStringLiteral("consume b"));
    stage.turn();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
}

// For the sanitizers.
void tst_ContractsAnswers::answerAfterTheConsumersDeath()
{
    OpenStage stage;
    stage.broker.answersByHand = true;
    auto subscriber =
        std::make_unique<Subscriber>(stage, QList<Queue>{passive(QStringLiteral("p"))});
    subscriber->start();
    subscriber->consumer.cancel();
    stage.turn();
    subscriber.reset();
    stage.turn();
    stage.broker.answer(QStringLiteral("inspect p"));
    stage.turn();
    QCOMPARE(stage.broker.log, list({"inspect p"}));
}

// Also where each question hears of it first.
void tst_ContractsAnswers::lossWhileRebuildingIsToldOnce()
{
    OpenStage stage;
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    for (int i = 0; i < 100; ++i)
        stage.channel()->declare(Queue(QString(QStringLiteral("q%1").arg(i))));
    Subscriber subscriber(stage, {Queue("q1")});
    subscriber.start();
    stage.broker.answersByHand = true;
    stage.broker.failsWaiting = true;
    stage.broker.breakLink();
    stage.advance(2s);
    QCOMPARE(errors.size(), 1);
    QCOMPARE(only(stage.broker.takeLog(), QStringLiteral("declare queue")).size(), 200);
    stage.broker.breakLink();
    stage.turn();
    QCOMPARE(errors.size(), 2);
    QVERIFY(only(stage.broker.log, QStringLiteral("consume")).isEmpty());
    stage.broker.answersByHand = false;
    stage.advance(5s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(subscriber.errors.size(), 0);
    QCOMPARE(errors.size(), 2);
}

// However alike it looks to a loss of the link.
void tst_ContractsAnswers::refusalForNowEndsNoRebuilding()
{
    OpenStage stage;
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    stage.channel()->declare(Queue("a"));
    Subscriber subscriber(stage);
    subscriber.start();
    stage.channel()->declare(Queue("z"));
    stage.turn();
    stage.broker.refusals[QStringLiteral("declare queue a")] = broken();
    stage.broker.refusals[QStringLiteral("declare queue z")] = broken();
    stage.broker.takeLog();
    stage.reconnect();
    stage.advance(15s);
    QCOMPARE(only(stage.broker.log, QStringLiteral("open")).size(), 1);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(errors.size(), 3);
}

void tst_ContractsAnswers::linkThatFailsInsideADeclaration()
{
    Stage stage;
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    stage.channel()->declare(Queue("a"));
    stage.channel()->declare(Queue("b"));
    stage.turn();
    for (const char *request : {"declare queue a", "declare queue b"}) {
        errors.clear();
        stage.broker.breaksAt = QString::fromLatin1(request);
        stage.broker.breakLink();
        stage.advance(10s);
        QCOMPARE(errors.size(), 2);
        QCOMPARE(stage.connection->state(), Connection::Open);
    }
}

QOMBU_TEST(tst_ContractsAnswers)
#include "tst_contracts_answers.moc"
