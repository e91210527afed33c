// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

// What is not declared any more on the next link, and what is.
class tst_ContractsRemoval : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void removedStaysRemoved();
    void removedByNothingButTheAnswer();
    void removalEndsOwnConsumers();
    void removedExchangeStaysRemovedUnderItsConsumers();
    void unboundStaysUnboundUnderItsConsumers();
    void removedIsDeclaredForNewProducers();
    void removalLeavesWhatWasAskedForAfterIt_data();
    void removalLeavesWhatWasAskedForAfterIt();
    void autoDeleteIsForgottenWithOurCancel();
    void autoDeleteExchangeIsForgottenWithOurUnbind();
    void tellsTheTransportWhichBindingsNobodyWants();
    void whatDiesWithALinkIsMadeAgain();
    void queuesFollowARemoval();
};

void tst_ContractsRemoval::removedStaysRemoved()
{
    Stage stage;
    Producer toQueue(stage.connection.get(), bound);
    Producer toExchange(stage.connection.get(), x, QStringLiteral("key"));
    Subscriber subscriber(stage, {bound});
    subscriber.consumer.start();
    toQueue.publish(1);
    toExchange.publish(2);
    stage.channel()->bind({x, QStringLiteral("other"), QStringLiteral("q"), {}, {}});
    stage.turn();
    auto queue = stage.channel()->remove(bound);
    auto exchange = stage.channel()->remove(x);
    stage.turn();
    QVERIFY(queue.result().isOk() && exchange.result().isOk());
    for (int i = 0; i < 2; ++i) {
        stage.broker.takeLog();
        stage.reconnect();
        QCOMPARE(stage.broker.log, list({"open a"}));
    }
    toExchange.publish(3); // nor by publishing
    stage.turn();
    QVERIFY(only(stage.broker.log, QStringLiteral("declare queue")).isEmpty());
}

void tst_ContractsRemoval::removedByNothingButTheAnswer()
{
    Stage stage;
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    stage.broker.refusals[QStringLiteral("remove queue q if unused if empty")] =
        refused(QStringLiteral("In use."), 406);
    auto removed = stage.channel()->remove(bound, {true, true});
    stage.turn();
    QCOMPARE(removed.result().error().replyCode(), 406);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(subscriber.cancelled.size(), 0);
    stage.broker.takeLog();
    stage.reconnect();
    QVERIFY(stage.broker.log.contains(QStringLiteral("declare queue q")));
    QVERIFY(stage.broker.log.contains(QStringLiteral("consume q")));
}

void tst_ContractsRemoval::removalEndsOwnConsumers()
{
    Stage stage;
    Subscriber only1(stage, {Queue("a")});
    Subscriber both(stage, {Queue("a"), Queue("b")});
    only1.start();
    both.start();
    stage.channel()->remove(Queue("a"));
    stage.turn();
    QCOMPARE(only1.cancelled.size(), 1);
    QCOMPARE(only1.consumer.state(), Consumer::Stopped);
    QCOMPARE(both.cancelled.size(), 0);
    QCOMPARE(both.consumer.state(), Consumer::Consuming);
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare")), list({"declare queue b"}));
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")), list({"consume b"}));
    stage.channel()->remove(Queue("b"));
    stage.turn();
    QCOMPARE(both.cancelled.size(), 1);
    QCOMPARE(both.consumer.state(), Consumer::Stopped);
    for (const auto *one : {&only1, &both})
        QCOMPARE(one->errors, one->cancelled); // the same error
}

void tst_ContractsRemoval::removedExchangeStaysRemovedUnderItsConsumers()
{
    Stage stage;
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    stage.channel()->remove(x);
    stage.turn();
    for (int i = 0; i < 2; ++i) {
        stage.broker.takeLog();
        stage.reconnect();
        QCOMPARE(stage.broker.log, list({"open a", "declare queue q", "consume q"}));
    }
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
}

void tst_ContractsRemoval::unboundStaysUnboundUnderItsConsumers()
{
    Stage stage;
    Queue twice = bound;
    twice.addBinding(x, QStringLiteral("other"));
    Subscriber subscriber(stage, {twice});
    Subscriber another(stage, {Queue(QStringLiteral("r"), x, QStringLiteral("key"))});
    subscriber.start();
    another.start();
    stage.channel()->unbind({x, QStringLiteral("key"), QStringLiteral("q"), {}, {}});
    stage.turn();
    for (int i = 0; i < 2; ++i) {
        stage.broker.takeLog();
        stage.reconnect();
        QCOMPARE(only(stage.broker.log, QStringLiteral("bind")), list({"bind x q", "bind x r"}));
    }
    stage.broker.refusals[QStringLiteral("unbind x r")] = refused();
    stage.channel()->unbind({x, QStringLiteral("other"), QStringLiteral("q"), {}, {}});
    stage.channel()->unbind({x, QStringLiteral("key"), QStringLiteral("r"), {}, {}});
    stage.turn();
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(only(stage.broker.log, QStringLiteral("bind")), list({"bind x r"}));
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
}

// A producer that is made afterwards wants it; one from before does not (any more).
void tst_ContractsRemoval::removedIsDeclaredForNewProducers()
{
    Stage stage;
    Producer before(stage.connection.get(), x, QStringLiteral("key"));
    Producer named(stage.connection.get());
    PublishOptions toX = asText();
    toX.exchange = x;
    before.publish(1);
    named.publish(1, toX);
    stage.publishTo(x, QStringLiteral("m"));
    Producer(stage.connection.get(), bound).publish(1);
    stage.turn();
    stage.channel()->remove(x);
    stage.channel()->remove(bound);
    stage.turn();
    stage.broker.takeLog();
    before.publish(2);
    named.publish(2, toX);
    stage.turn();
    QVERIFY(only(stage.broker.log, QStringLiteral("declare")).isEmpty());
    stage.publishTo(x, QStringLiteral("m"));
    stage.turn();
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare")), list({"declare exchange x"}));
    stage.broker.takeLog();
    Producer(stage.connection.get(), bound).publish(3);
    stage.turn();
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare")), list({"declare queue q"}));
}

void tst_ContractsRemoval::removalLeavesWhatWasAskedForAfterIt_data()
{
    using Ask = std::function<void(Channel *)>;
    QTest::addColumn<Ask>("ask");
    QTest::newRow("exchange") << Ask([](Channel *channel) { channel->remove(x); });
    QTest::newRow("binding") << Ask([](Channel *channel) {
        channel->unbind({x, QStringLiteral("key"), QStringLiteral("q"), {}, {}});
    });
}

void tst_ContractsRemoval::removalLeavesWhatWasAskedForAfterIt()
{
    QFETCH(std::function<void(Channel *)>, ask);
    Stage stage;
    stage.channel()->inspect(QStringLiteral("other"));
    stage.turn();
    stage.broker.answerEvery = 100ms;
    ask(stage.channel());
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    stage.advance(2s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(subscriber.errors.size(), 0);
    stage.broker.answerEvery = 0ms;
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(stage.broker.log,
             list({"open a", "declare exchange x", "declare queue q", "bind x q", "consume q"}));
}

void tst_ContractsRemoval::autoDeleteIsForgottenWithOurCancel()
{
    Stage stage;
    const Queue passing = Queue(QStringLiteral("q")).setAutoDelete(true);
    stage.channel()->declare(passing);
    Subscriber first(stage, {passing});
    Subscriber second(stage, {passing});
    first.start();
    second.start();
    first.consumer.cancel();
    stage.broker.takeLog();
    stage.reconnect();
    QVERIFY(stage.broker.log.contains(QStringLiteral("declare queue q"))); // second is there
    second.consumer.cancel();
    stage.turn();
    stage.broker.takeLog();
    stage.reconnect();
    QVERIFY(only(stage.broker.log, QStringLiteral("declare")).isEmpty());
}

void tst_ContractsRemoval::autoDeleteExchangeIsForgottenWithOurUnbind()
{
    Stage stage;
    const Exchange passing = Exchange(QStringLiteral("x")).setAutoDelete(true);
    stage.channel()->declare(passing);
    stage.channel()->declare(Queue("q"));
    stage.channel()->bind({passing, {}, QStringLiteral("q"), {}, {}});
    stage.turn();
    stage.channel()->unbind({passing, {}, QStringLiteral("q"), {}, {}});
    stage.turn();
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(stage.broker.log, list({"open a", "declare queue q"}));
}

// It may see to it that they are there, and must not for ever.
void tst_ContractsRemoval::tellsTheTransportWhichBindingsNobodyWants()
{
    Stage stage;
    Subscriber first(stage, {bound});
    Subscriber second(stage, {bound});
    first.start();
    second.start();
    first.consumer.cancel();
    stage.turn();
    QVERIFY(stage.broker.unwanted.isEmpty());
    stage.broker.takeLog();
    second.consumer.cancel();
    stage.turn();
    QCOMPARE(stage.broker.unwanted.size(), 1);
    QVERIFY2(stage.broker.unwanted[0].contains(QLatin1String("q")),
             qPrintable(stage.broker.unwanted[0]));
    second.consumer.start();
    stage.turn();
    const QString bind = QStringLiteral("bind ") + stage.broker.unwanted[0];
    QVERIFY(stage.broker.log.contains(bind));
}

void tst_ContractsRemoval::whatDiesWithALinkIsMadeAgain()
{
    Stage stage;
    const Queue mine = Queue(QStringLiteral("mine"), x, QStringLiteral("key")).setExclusive(true);
    Subscriber subscriber(stage, {mine});
    subscriber.start();
    stage.channel()->declare(Queue(QStringLiteral("passing")).setAutoDelete(true));
    stage.turn();
    stage.broker.takeLog();
    stage.reconnect();
    for (const char *line :
         {"declare queue mine", "declare queue passing", "bind x mine", "consume mine"})
        QCOMPARE(stage.broker.log.count(QString::fromLatin1(line)), 1);
}

void tst_ContractsRemoval::queuesFollowARemoval()
{
    Stage stage;
    Subscriber subscriber(stage, {Queue("a"), Queue("b")});
    subscriber.start();
    stage.channel()->remove(Queue("a"));
    stage.turn();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(subscriber.consumer.queues(), QList<Queue>{Queue("b")});
}

QOMBU_TEST(tst_ContractsRemoval)
#include "tst_contracts_removal.moc"
