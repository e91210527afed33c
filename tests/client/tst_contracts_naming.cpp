// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

const Exchange fanout(QStringLiteral("x"), ExchangeType::Fanout);

Queue namelessExclusive()
{
    Queue queue;
    queue.addBinding(fanout).setExclusive(true);
    return queue;
}

} // namespace

// Queues without a name: the broker's names, which change with the link, and ours, which stay.
class tst_ContractsNaming : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void copiesAreOneQueue();
    void consumersAndBindingsFollow();
    void declaringTellsTheName();
    void declaringAgainMakesNoSecond();
    void askedAtOnceItIsMadeOnce_data();
    void askedAtOnceItIsMadeOnce();
    void givenUpAndAskedAgainItIsMadeOnce();
    void whatSomebodyDeletedIsMadeAgain();
    void laterBindingsFollow();
    void whatHasNoNameYetIsNotRemoved();
    void removedByItsWish();
    void namesAreForgottenWithTheirQueues();
    void producersWaitForTheName();
    void whatNobodyNamesIsNotPublishedTo();
};

void tst_ContractsNaming::initTestCase_data()
{
    QTest::addColumn<bool>("byServer");
    QTest::newRow("named by the broker") << true;
    QTest::newRow("named by the transport") << false;
}

class NamingStage : public Stage
{
public:
    NamingStage()
        : renamed(connection.get(), &Connection::queueRenamed)
    {
        QFETCH_GLOBAL(const bool, byServer);
        broker.capabilities.setFlag(Capability::ServerNamesQueues, byServer);
        prefix = byServer ? QStringLiteral("server-") : QStringLiteral("amq.gen-");
    }
    // On the link of now, where so many were named before it.
    QString name(int before = 0) const
    {
        QFETCH_GLOBAL(const bool, byServer);
        return prefix + QString::number(byServer ? before + 1 : 1);
    }

    QString prefix;
    QSignalSpy renamed;
};

void tst_ContractsNaming::copiesAreOneQueue()
{
    NamingStage stage;
    const Queue queue = namelessExclusive();
    Queue copy = queue;
    Subscriber one(stage, {queue});
    Subscriber two(stage, {copy});
    one.start();
    two.start();
    auto declared = stage.channel()->declare(namelessExclusive()); // another
    stage.turn();
    QCOMPARE(stage.broker.names, 2);
    QCOMPARE(stage.broker.log.count(QStringLiteral("consume ") + stage.name()), 2);
    QVERIFY(declared.result()->name != stage.name());
}

void tst_ContractsNaming::consumersAndBindingsFollow()
{
    QFETCH_GLOBAL(const bool, byServer);
    NamingStage stage;
    const Queue queue = namelessExclusive();
    Subscriber subscriber(stage, {queue});
    subscriber.start();
    QCOMPARE(only(stage.broker.log, QStringLiteral("bind")),
             QStringList(QStringLiteral("bind x ") + stage.name()));
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")),
             QStringList(QStringLiteral("consume ") + stage.name()));
    for (int link = 1; link <= 2; ++link) {
        stage.renamed.clear();
        stage.broker.takeLog();
        stage.reconnect();
        const QString now = stage.name(link);
        QCOMPARE(
            only(stage.broker.log, QStringLiteral("declare queue")),
            QStringList(QStringLiteral("declare queue ") + (byServer ? QStringLiteral("?") : now)));
        QCOMPARE(only(stage.broker.log, QStringLiteral("bind")),
                 QStringList(QStringLiteral("bind x ") + now));
        QCOMPARE(only(stage.broker.log, QStringLiteral("consume")),
                 QStringList(QStringLiteral("consume ") + now));
        QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
        QCOMPARE(stage.renamed.size(), byServer ? 1 : 0);
        if (!byServer)
            continue;
        QCOMPARE(stage.renamed.first().at(0).value<Queue>(), queue);
        QCOMPARE(stage.renamed.first().at(1).toString(), stage.name(link - 1));
        QCOMPARE(stage.renamed.first().at(2).toString(), now);
    }
}

void tst_ContractsNaming::declaringTellsTheName()
{
    NamingStage stage;
    const Queue queue = namelessExclusive();
    auto declared = stage.channel()->declare(queue);
    stage.turn();
    QVERIFY2(declared.isFinished() && declared.result().isOk(),
             qPrintable(declared.result().error().text()));
    QCOMPARE(declared.result()->name, stage.name());
    QCOMPARE(stage.broker.log.last(), QStringLiteral("bind x ") + stage.name());
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(stage.broker.log.last(), QStringLiteral("bind x ") + stage.name(1));
    Subscriber subscriber(stage, {queue}); // the same
    subscriber.start();
    QCOMPARE(stage.broker.log.last(), QStringLiteral("consume ") + stage.name(1));
}

void tst_ContractsNaming::declaringAgainMakesNoSecond()
{
    NamingStage stage;
    const Queue queue = namelessExclusive();
    Subscriber subscriber(stage, {queue});
    subscriber.start();
    for (int i = 0; i < 2; ++i) {
        stage.broker.takeLog();
        const auto declared = stage.channel()->declare(queue);
        stage.turn();
        QVERIFY(declared.isFinished() && declared.result().isOk());
        QCOMPARE(declared.result()->name, stage.name());
        QCOMPARE(stage.broker.log.last(), QStringLiteral("bind x ") + stage.name());
    }
    QCOMPARE(stage.broker.names, 1);
    QCOMPARE(stage.renamed.size(), 0);
    stage.reconnect();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(stage.broker.log.last(), QStringLiteral("consume ") + stage.name(1));
}

void tst_ContractsNaming::askedAtOnceItIsMadeOnce_data()
{
    QTest::addColumn<bool>("isDeclaredFirst");
    QTest::newRow("declared, then consumed") << true;
    QTest::newRow("consumed, then declared") << false;
}

void tst_ContractsNaming::askedAtOnceItIsMadeOnce()
{
    QFETCH(const bool, isDeclaredFirst);
    NamingStage stage;
    stage.channel()->declare(fanout);
    stage.turn();
    stage.broker.answerEvery = 100ms;
    const Queue queue = namelessExclusive();
    Subscriber subscriber(stage, {queue});
    if (!isDeclaredFirst)
        subscriber.start();
    const auto first = stage.channel()->declare(queue);
    const auto second = stage.channel()->declare(Queue(queue));
    stage.turn();
    if (isDeclaredFirst)
        subscriber.start();
    stage.advance(3s);
    QCOMPARE(stage.broker.names, 1);
    for (const auto &declared : {first, second}) {
        QVERIFY(declared.isFinished() && declared.result().isOk());
        QCOMPARE(declared.result()->name, stage.name());
    }
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")),
             QStringList(QStringLiteral("consume ") + stage.name()));
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
}

void tst_ContractsNaming::givenUpAndAskedAgainItIsMadeOnce()
{
    NamingStage stage;
    const Queue queue = namelessExclusive();
    stage.channel()->declare(fanout);
    stage.turn();
    stage.broker.answersByHand = true;
    Subscriber subscriber(stage, {queue});
    subscriber.start();
    subscriber.consumer.cancel();
    stage.turn();
    subscriber.start();
    stage.broker.answersByHand = false;
    stage.broker.answer(QStringLiteral("declare queue ?"));
    stage.turn();
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare queue ?")).size(), 1);
    QCOMPARE(stage.broker.log.last(), QStringLiteral("consume ") + stage.name());
}

void tst_ContractsNaming::whatSomebodyDeletedIsMadeAgain()
{
    QFETCH_GLOBAL(const bool, byServer);
    if (!byServer)
        return; // its name can be declared
    NamingStage stage;
    const Queue queue = namelessExclusive();
    stage.channel()->declare(queue);
    stage.turn();
    stage.broker.refusals[QStringLiteral("inspect server-1")] =
        Error(Error::NotFound, QStringLiteral("Gone.")).withReplyCode(404).withRecoverable(false);
    const auto first = stage.channel()->declare(queue);
    const auto second = stage.channel()->declare(queue);
    stage.turn();
    for (const auto &declared : {first, second}) {
        QVERIFY(declared.isFinished() && declared.result().isOk());
        QCOMPARE(declared.result()->name, stage.name(1));
    }
    QCOMPARE(stage.broker.names, 2);
    QCOMPARE(stage.renamed.size(), 1);
}

// To a broker no name may mean the queue that was declared last.
void tst_ContractsNaming::whatHasNoNameYetIsNotRemoved()
{
    NamingStage stage;
    const Queue queue = namelessExclusive();
    const auto early = stage.channel()->remove(queue);
    stage.turn();
    QCOMPARE(early.result().error().kind(), Error::NotFound);
    stage.broker.answerEvery = 100ms;
    stage.channel()->declare(queue);
    const auto removed = stage.channel()->remove(queue);
    stage.advance(2s);
    QVERIFY(removed.isFinished() && removed.result().isOk());
    QCOMPARE(only(stage.broker.log, QStringLiteral("remove")),
             QStringList(QStringLiteral("remove queue ") + stage.name()));
}

// What was bound under the name of then.
void tst_ContractsNaming::laterBindingsFollow()
{
    NamingStage stage;
    Queue queue;
    auto declared = stage.channel()->declare(queue);
    stage.turn();
    const Binding more{fanout, {}, declared.result()->name, {}, {}};
    stage.channel()->bind(more);
    stage.turn();
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(only(stage.broker.log, QStringLiteral("bind")),
             QStringList(QStringLiteral("bind x ") + stage.name(1)));
}

void tst_ContractsNaming::removedByItsWish()
{
    NamingStage stage;
    const Queue queue = namelessExclusive();
    stage.channel()->declare(queue);
    stage.turn();
    stage.channel()->remove(queue);
    stage.turn();
    QCOMPARE(stage.broker.log.last(), QStringLiteral("remove queue ") + stage.name());
    stage.broker.takeLog();
    stage.reconnect();
    QVERIFY(only(stage.broker.log, QStringLiteral("declare queue")).isEmpty());
}

// Or a program that makes one after the other would remember all of them.
void tst_ContractsNaming::namesAreForgottenWithTheirQueues()
{
    NamingStage stage;
    const Queue consumed = namelessExclusive();
    const Queue declared = namelessExclusive();
    const auto name = [&](const Queue &queue) {
        return Consumer(stage.connection.get(), queue).queues().first().name();
    };
    Subscriber subscriber(stage, {consumed});
    subscriber.start();
    stage.channel()->declare(declared);
    stage.turn();
    QVERIFY(!name(consumed).isEmpty());
    QVERIFY(!name(declared).isEmpty());
    subscriber.consumer.cancel();
    stage.turn();
    QCOMPARE(name(consumed), QString());
    QVERIFY(!name(declared).isEmpty()); // wanted by the channel
    stage.channel()->remove(declared);
    stage.turn();
    QCOMPARE(name(declared), QString());
    subscriber.start(); // and is there again
    stage.turn();
    QVERIFY(!name(consumed).isEmpty());
}

void tst_ContractsNaming::producersWaitForTheName()
{
    NamingStage stage;
    stage.broker.answerEvery = 100ms;
    const Queue one = namelessExclusive();
    const Queue two = namelessExclusive(); // made apart: another queue
    QVERIFY(one != two);
    QVERIFY(one == Queue(one));
    std::vector<Pending<void>> sent;
    for (const Queue &queue : {one, two})
        sent.push_back(Producer(stage.connection.get(), queue).publish(1));
    stage.advance(2s);
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare queue ?")).size(), 2);
    for (const Pending<void> &publish : sent)
        QVERIFY(publish.isFinished() && publish.result().isOk());
    QCOMPARE(stage.broker.routingKeys, (QStringList{stage.prefix + u'1', stage.prefix + u'2'}));
}

// It has no bindings, so that its Producer leaves it to others, and there are none.
void tst_ContractsNaming::whatNobodyNamesIsNotPublishedTo()
{
    NamingStage stage;
    const auto sent = Producer(stage.connection.get(), Queue()).publish(1);
    stage.advance(2s);
    QVERIFY(sent.isFinished());
    QCOMPARE(sent.result().error().kind(), Error::Configuration);
    QVERIFY(stage.broker.routingKeys.isEmpty());
}

QOMBU_TEST(tst_ContractsNaming)
#include "tst_contracts_naming.moc"
