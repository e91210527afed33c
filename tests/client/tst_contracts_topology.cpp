// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

Binding binding(const QString &queue)
{
    return {x, QStringLiteral("key"), queue, {}, {}};
}

Error queueGone()
{
    return Error(Error::NotFound, QStringLiteral("The queue was removed."))
        .withReplyCode(404)
        .withRecoverable(false);
}

} // namespace

// What is declared when, and what a refusal touches.
class tst_ContractsTopology : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refusalDisturbsNothing_data();
    void refusalDisturbsNothing();
    void refusedConsumerDisturbsNothing();
    void answersComeInAnyOrder();
    void everythingIsDeclaredOnceALink();
    void passiveAndUndeclaredAreNotDeclared();
    void whatExistsOtherwiseIsUsedAsItIs_data();
    void whatExistsOtherwiseIsUsedAsItIs();
    void producersQueueIsDeclaredWhereItWouldNotAppear();
    void producersDoNotWaitForAQueueOfAnother();
    void bindsToAnExchange();
    void queueThatSomebodyDeletesIsDeclaredAgain();
    void queueThatMayNotBeDeclaredAgainEndsItsConsumer();
    void consumerEndsWithItsLastQueue();
    void rebuildIsBoundedByProgress();
    void rebuildEndsInSilence();
    void refusalOfAConsumersQueueIsNoProducers();
};

void tst_ContractsTopology::refusalDisturbsNothing_data()
{
    using Ask = std::function<Error(Stage &)>;
    QTest::addColumn<QString>("request");
    QTest::addColumn<Ask>("ask");
    const auto row = [](const char *name, const char *request, auto ask) {
        // Asks, turns and answers what came of it.
        QTest::newRow(name) << QString::fromLatin1(request) << Ask([ask](Stage &stage) {
            auto pending = ask(stage);
            stage.turn();
            return pending.isFinished() ? pending.result().error() : Error();
        });
    };
    row("declare exchange", "declare exchange x",
        [](Stage &stage) { return stage.channel()->declare(x); });
    row("declare queue", "declare queue a",
        [](Stage &stage) { return stage.channel()->declare(Queue("a")); });
    row("exchange of a queue", "declare exchange x", [](Stage &stage) {
        return stage.channel()->declare(Queue(QStringLiteral("a"), x, QStringLiteral("key")));
    });
    row("bind", "bind x a",
        [](Stage &stage) { return stage.channel()->bind(binding(QStringLiteral("a"))); });
    row("unbind", "unbind x a",
        [](Stage &stage) { return stage.channel()->unbind(binding(QStringLiteral("a"))); });
    row("inspect", "inspect a",
        [](Stage &stage) { return stage.channel()->inspect(QStringLiteral("a")); });
    row("purge", "purge a",
        [](Stage &stage) { return stage.channel()->purge(QStringLiteral("a")); });
    row("remove queue", "remove queue a",
        [](Stage &stage) { return stage.channel()->remove(Queue("a")); });
    row("remove exchange", "remove exchange x",
        [](Stage &stage) { return stage.channel()->remove(x); });
    row("get", "get a", [](Stage &stage) { return stage.channel()->get(QStringLiteral("a")); });
}

// Nor does an answer that is too large or malformed, which ends its own request like a refusal.
void tst_ContractsTopology::refusalDisturbsNothing()
{
    QFETCH(QString, request);
    QFETCH(std::function<Error(Stage &)>, ask);
    Stage stage;
    stage.broker.confirms = false;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver();
    auto published = stage.publish(QStringLiteral("m"));
    stage.turn();
    const Error too(Error::LimitExceeded, QStringLiteral("Too large."));
    for (const Error &error : {refused(), too}) {
        stage.broker.refusals[request] = error;
        auto other = stage.channel()->inspect(QStringLiteral("other"));
        QCOMPARE(ask(stage), error);
        QVERIFY(other.result().isOk());
    }
    stage.broker.deliver();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 2);
    for (const Message &message : std::as_const(subscriber.messages))
        QVERIFY(!message.ack().isError());
    stage.turn();
    QCOMPARE(subscriber.lost.size(), 0);
    QVERIFY(!published.isFinished());
    stage.broker.confirm();
    stage.turn();
    QVERIFY(published.result().isOk());
    QCOMPARE(stage.broker.settled.size(), size_t(2));
    QCOMPARE(only(stage.broker.log, QStringLiteral("open")).size(), 1);
    QCOMPARE(only(stage.broker.log, QStringLiteral("publish")).size(), 1);
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")).size(), 1);
    // Nor is it tried again, on this link or another.
    stage.broker.takeLog();
    stage.reconnect();
    QVERIFY(!stage.broker.log.contains(request));
}

void tst_ContractsTopology::refusedConsumerDisturbsNothing()
{
    Stage stage;
    stage.broker.refusals[QStringLiteral("consume bad")] = refused();
    Subscriber good(stage);
    good.start();
    stage.broker.deliver();
    stage.turn();
    Subscriber bad(stage, {Queue("bad")});
    bad.start();
    stage.advance(30s);
    QCOMPARE(bad.errors.size(), 1);
    QCOMPARE(bad.errors.first().first().value<Error>(), refused());
    QCOMPARE(bad.consumer.state(), Consumer::Stopped);
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume bad")).size(), 1);
    QVERIFY(!good.messages.first().ack().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
    QCOMPARE(good.consumer.state(), Consumer::Consuming);
    QCOMPARE(stage.connection->state(), Connection::Open);
}

void tst_ContractsTopology::answersComeInAnyOrder()
{
    Stage stage;
    stage.broker.answersByHand = true;
    auto a = stage.channel()->inspect(QStringLiteral("a"));
    auto b = stage.channel()->inspect(QStringLiteral("b"));
    auto c = stage.channel()->purge(QStringLiteral("c"));
    stage.turn();
    stage.broker.answer(QStringLiteral("purge c"));
    stage.broker.answer(QStringLiteral("inspect b"));
    stage.turn();
    QVERIFY(c.isFinished() && b.isFinished() && !a.isFinished());
    QCOMPARE(b.result()->name, QStringLiteral("b"));
    stage.broker.answer();
    stage.turn();
    QCOMPARE(a.result()->name, QStringLiteral("a"));
}

void tst_ContractsTopology::everythingIsDeclaredOnceALink()
{
    Stage stage;
    Producer first(stage.connection.get(), x, QStringLiteral("key"));
    Producer second(stage.connection.get(), x, QStringLiteral("other"));
    Producer third(stage.connection.get(), bound);
    Subscriber one(stage, {bound});
    Subscriber two(stage, {bound, Queue("r")});
    one.consumer.start();
    two.consumer.start();
    first.publish(1);
    second.publish(2);
    third.publish(3);
    stage.turn();
    const QStringList declared =
        list({"declare exchange x", "declare queue q", "declare queue r", "bind x q"});
    const auto seen = [&] {
        QStringList lines = only(stage.broker.log, QStringLiteral("declare"))
            + only(stage.broker.log, QStringLiteral("bind"));
        lines.sort();
        return lines;
    };
    QStringList expected = declared;
    expected.sort();
    QCOMPARE(seen(), expected);
    QVERIFY(stage.broker.log.indexOf(QStringLiteral("bind x q"))
            < stage.broker.log.indexOf(QStringLiteral("consume q")));
    Channel another(stage.connection.get());
    stage.channel()->declare(bound);
    another.declare(bound);
    another.declare(x);
    another.bind(binding(QStringLiteral("q")));
    stage.turn();
    for (int i = 0; i < 2; ++i) {
        stage.broker.takeLog();
        stage.reconnect();
        QCOMPARE(seen(), expected);
        QCOMPARE(only(stage.broker.log, QStringLiteral("consume")).size(), 2);
    }
}

void tst_ContractsTopology::passiveAndUndeclaredAreNotDeclared()
{
    Stage stage;
    Exchange foreign(QStringLiteral("foreign"));
    foreign.setDeclared(false);
    Subscriber subscriber(stage, {Queue(QStringLiteral("a")).setDeclared(false)});
    subscriber.start();
    stage.publishTo(foreign, QStringLiteral("m"));
    stage.turn();
    stage.reconnect();
    QVERIFY(only(stage.broker.log, QStringLiteral("declare")).isEmpty());
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume a")).size(), 2);
}

void tst_ContractsTopology::whatExistsOtherwiseIsUsedAsItIs_data()
{
    QTest::addColumn<QString>("request");
    QTest::addColumn<int>("code");
    for (const int code : {403, 406}) {
        for (const char *request : {"declare exchange x", "declare queue q"})
            QTest::addRow("%s, %d", request, code) << QString::fromLatin1(request) << code;
    }
}

// 406: it exists and differs; 403: it is not ours to declare. Consuming and publishing decide
// whether it can be used; only who asked for the declaration hears of it.
void tst_ContractsTopology::whatExistsOtherwiseIsUsedAsItIs()
{
    QFETCH(QString, request);
    QFETCH(int, code);
    Stage stage;
    stage.broker.refusals[request] = refused(QStringLiteral("It differs."), code);
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    const auto published = stage.publishTo(x, QStringLiteral("m"));
    const auto toQueue = Producer(stage.connection.get(), bound).publish(1);
    stage.turn();
    for (int i = 0; i < 2; ++i) {
        QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
        stage.broker.deliver();
        stage.turn();
        QCOMPARE(subscriber.messages.size(), i + 1);
        stage.reconnect();
    }
    QVERIFY(published.result().isOk());
    QVERIFY(toQueue.result().isOk());
    QCOMPARE(subscriber.errors.size(), 0);
    QCOMPARE(errors.size(), 2); // the losses
    const auto asked = stage.channel()->declare(bound);
    stage.turn();
    QCOMPARE(asked.result().error().replyCode(), code);
}

void tst_ContractsTopology::producersQueueIsDeclaredWhereItWouldNotAppear()
{
    for (const bool appears : {true, false}) {
        Stage stage;
        stage.broker.capabilities.setFlag(Capability::QueuesAppearByPublishing, appears);
        stage.connection->open(); // it is the server that tells
        stage.turn();
        const auto one = stage.publish(QStringLiteral("a"));
        const auto reply = stage.publish(QStringLiteral("b"), QStringLiteral("amq.gen-1"));
        stage.turn();
        stage.reconnect();
        QVERIFY(one.result().isOk() && reply.result().isOk());
        const QStringList declared = only(stage.broker.log, QStringLiteral("declare"));
        if (appears)
            QVERIFY(declared.isEmpty());
        else
            QCOMPARE(declared, list({"declare queue out", "declare queue out"})); // on each link
        QVERIFY(appears
                || stage.broker.log.indexOf(QStringLiteral("declare queue out"))
                    < stage.broker.log.indexOf(QStringLiteral("publish a")));
    }
}

// 405: it is exclusive to another connection, which reads what is published there.
void tst_ContractsTopology::producersDoNotWaitForAQueueOfAnother()
{
    Stage stage;
    stage.broker.capabilities.setFlag(Capability::QueuesAppearByPublishing, false);
    stage.connection->open();
    stage.turn();
    stage.broker.refusals[QStringLiteral("declare queue out")] =
        refused(QStringLiteral("It is locked."), 405).withRecoverable(true);
    const auto reply = stage.publish(QStringLiteral("a"));
    stage.turn();
    QVERIFY(reply.isFinished());
    QVERIFY(reply.result().isOk());
}

void tst_ContractsTopology::bindsToAnExchange()
{
    Stage stage;
    stage.broker.capabilities |= Capability::ExchangeBindings;
    const Binding onwards{x, QStringLiteral("key"), {}, {}, QStringLiteral("y")};
    stage.channel()->declare(x);
    stage.channel()->declare(Exchange(QStringLiteral("y")));
    auto bound = stage.channel()->bind(onwards);
    stage.turn();
    QVERIFY(bound.result().isOk());
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(only(stage.broker.log, QStringLiteral("bind")), list({"bind x exchange y"}));
    stage.channel()->unbind(onwards);
    stage.turn();
    stage.broker.takeLog();
    stage.reconnect();
    QVERIFY(only(stage.broker.log, QStringLiteral("bind")).isEmpty());
}

void tst_ContractsTopology::queueThatSomebodyDeletesIsDeclaredAgain()
{
    Stage stage;
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    stage.broker.takeLog();
    stage.broker.cancelConsumer(queueGone());
    stage.advance(2s);
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare queue")), list({"declare queue q"}));
    QCOMPARE(only(stage.broker.log, QStringLiteral("bind")), list({"bind x q"}));
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")), list({"consume q"}));
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    stage.broker.deliver();
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
}

void tst_ContractsTopology::queueThatMayNotBeDeclaredAgainEndsItsConsumer()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.consumer.setDeclaresQueues(false);
    subscriber.start();
    stage.broker.refusals[QStringLiteral("consume q")] = queueGone();
    stage.broker.takeLog();
    stage.broker.cancelConsumer(queueGone());
    stage.advance(1min);
    QVERIFY(only(stage.broker.log, QStringLiteral("declare")).isEmpty());
    QVERIFY(only(stage.broker.log, QStringLiteral("consume")).size() <= 1);
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
    QCOMPARE(subscriber.errors.size(), 1);
}

void tst_ContractsTopology::consumerEndsWithItsLastQueue()
{
    Stage stage;
    Subscriber subscriber(stage, {Queue("a"), Queue("b")});
    subscriber.start();
    stage.broker.cancelConsumer(refused(), QStringLiteral("a"));
    stage.turn();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(subscriber.cancelled.size(), 0);
    QCOMPARE(subscriber.errors.size(), 1);
    QCOMPARE(subscriber.errors.first().first().value<Error>(),
             refused().withWhere(QStringLiteral("queue/a")));
    QCOMPARE(subscriber.consumer.queues(), QList<Queue>{Queue("b")});
    stage.broker.deliver(1, {}, QStringLiteral("b"));
    stage.turn();
    QCOMPARE(subscriber.messages.size(), 1);
    stage.broker.cancelConsumer(refused(), QStringLiteral("b"));
    stage.turn();
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
    QCOMPARE(subscriber.cancelled.size(), 1);
    QVERIFY(!subscriber.messages.first().ack().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
}

// Of a broker that answers, however long it takes in all.
void tst_ContractsTopology::rebuildIsBoundedByProgress()
{
    Stage stage;
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    for (int i = 0; i < 500; ++i)
        stage.channel()->declare(Queue(QString(QStringLiteral("q%1").arg(i))));
    Subscriber subscriber(stage, {Queue("q1")});
    subscriber.start();
    stage.broker.takeLog();
    stage.broker.answerEvery = 100ms;
    stage.broker.breakLink();
    stage.advance(70s);
    QCOMPARE(only(stage.broker.log, QStringLiteral("open")).size(), 1);
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare")).size(), 500);
    QCOMPARE(errors.size(), 1); // the loss
    QCOMPARE(subscriber.errors.size(), 0);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    stage.broker.answerEvery = 0ms;
    auto published = stage.publish(QStringLiteral("m"), QStringLiteral("q1"));
    stage.turn();
    QVERIFY(published.isFinished());
}

void tst_ContractsTopology::rebuildEndsInSilence()
{
    Stage stage;
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    for (int i = 0; i < 10; ++i)
        stage.channel()->declare(Queue(QString(QStringLiteral("q%1").arg(i))));
    stage.turn();
    stage.broker.silent = list({"declare queue q7"});
    stage.broker.breakLink();
    stage.advance(9s);
    QCOMPARE(errors.size(), 1);
    stage.advance(3s);
    QVERIFY(errors.size() >= 2);
    QCOMPARE(errors.last().first().value<Error>().kind(), Error::Timeout);
    stage.broker.silent.clear();
    stage.advance(5s);
    QCOMPARE(stage.connection->state(), Connection::Open);
    QVERIFY(stage.channel()->inspect(QStringLiteral("q7")).wait(1ms).isOk()
            || stage.broker.log.contains(QStringLiteral("declare queue q7")));
}

// The queue may be there all the same, declared by somebody else in another way.
void tst_ContractsTopology::refusalOfAConsumersQueueIsNoProducers()
{
    Stage stage;
    stage.broker.refusals[QStringLiteral("declare queue q")] = refused();
    stage.broker.refusals[QStringLiteral("declare exchange x")] =
        Error(Error::Configuration, QStringLiteral("No such type.")).withReplyCode(503);
    Subscriber subscriber(stage);
    subscriber.start();
    const auto lost = stage.publishTo(x, QStringLiteral("a"));
    const auto sent = stage.publish(QStringLiteral("b"), QStringLiteral("q"));
    stage.turn();
    QVERIFY(lost.isFinished() && !lost.result().isOk());
    QVERIFY(sent.isFinished());
    QVERIFY2(sent.result().isOk(), qPrintable(sent.result().error().text()));
}

QOMBU_TEST(tst_ContractsTopology)
#include "tst_contracts_topology.moc"
