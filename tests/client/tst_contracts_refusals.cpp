// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/scriptedchannels.h"
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

Error forNow(const QString &why = QStringLiteral("Its node is down."), int replyCode = 404)
{
    return Error(Error::NotFound, why).withReplyCode(replyCode).withRecoverable(true);
}

Error locked()
{
    return refused(QStringLiteral("It is locked."), 405).withRecoverable(true);
}

Error gone()
{
    return Error(Error::NotFound, QStringLiteral("No such queue."))
        .withReplyCode(404)
        .withRecoverable(false);
}

QStringList names(const QList<Queue> &queues)
{
    QStringList names;
    for (const Queue &queue : queues)
        names.append(queue.name());
    return names;
}

} // namespace

// What follows from a refusal: for the one that it is about, for the others, and in time.
class tst_ContractsRefusals : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void consumerKeepsItsOtherQueues_data();
    void consumerKeepsItsOtherQueues();
    void consumerEndsWhereItsLastQueueIsRefused();
    void queueThatIsRefusedForNowComesBack_data();
    void queueThatIsRefusedForNowComesBack();
    void queueThatIsDeletedDisturbsNoOther();
    void sameRefusalIsToldOnce();
    void sameClosingIsNotTriedForEver();
    void passiveQueueIsLookedForOnceMore();
    void queueThatIsNotThereIsDeclaredOnceMore();
    void whoHasEndedWantsNothing();
    void ownLockEndsWithTheLinkBefore();
    void publishesElsewhereDoNotWait();
    void silenceAboutOneIsNotSilence();
    void refusedDeclareLeavesNoWish();
    void refusedBindIsUsedAsItIs();
};

void tst_ContractsRefusals::consumerKeepsItsOtherQueues_data()
{
    QTest::addColumn<QString>("request");
    QTest::addColumn<Error>("error");
    QTest::newRow("consume") << QStringLiteral("consume b") << refused();
    QTest::newRow("declare")
        << QStringLiteral("declare queue b")
        << Error(Error::Configuration, QStringLiteral("Wrong argument.")).withReplyCode(406);
}

void tst_ContractsRefusals::consumerKeepsItsOtherQueues()
{
    QFETCH(QString, request);
    QFETCH(Error, error);
    Stage stage;
    stage.broker.refusals[request] = error;
    Subscriber subscriber(stage, {Queue("a"), Queue("b"), Queue("c")});
    subscriber.start();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(names(stage.broker.consuming->request.queues), list({"a", "c"}));
    QCOMPARE(names(subscriber.consumer.queues()), list({"a", "c"}));
    QCOMPARE(subscriber.errors.size(), 1);
    const Error told = subscriber.errors.first().first().value<Error>();
    QCOMPARE(told.replyCode(), error.replyCode());
    QCOMPARE(told.where(), QStringLiteral("queue/b"));
    QCOMPARE(subscriber.cancelled.size(), 0);
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(only(stage.broker.log, QStringLiteral("declare")),
             list({"declare queue a", "declare queue c"}));
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(subscriber.errors.size(), 1);
}

void tst_ContractsRefusals::consumerEndsWhereItsLastQueueIsRefused()
{
    Stage stage;
    stage.broker.refusals[QStringLiteral("consume a")] = refused();
    stage.broker.refusals[QStringLiteral("consume b")] = refused();
    Subscriber subscriber(stage, {Queue("a"), Queue("b")});
    subscriber.start();
    stage.advance(1min);
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
    QCOMPARE(subscriber.errors.size(), 2);
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")).size(), 2);
}

void tst_ContractsRefusals::queueThatIsRefusedForNowComesBack_data()
{
    QTest::addColumn<QString>("request");
    QTest::newRow("consume") << QStringLiteral("consume b");
    QTest::newRow("declare") << QStringLiteral("declare queue b");
}

// Its others are consumed meanwhile, and not disturbed by its return.
void tst_ContractsRefusals::queueThatIsRefusedForNowComesBack()
{
    QFETCH(QString, request);
    Stage stage;
    stage.broker.refusals[request] = forNow();
    Subscriber subscriber(stage, {Queue("a"), Queue("b")});
    subscriber.start();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(names(stage.broker.consuming->request.queues), list({"a"}));
    QCOMPARE(names(subscriber.consumer.queues()), list({"a", "b"}));
    stage.broker.deliver(1, {}, QStringLiteral("a"));
    stage.advance(2min);
    QCOMPARE(subscriber.messages.size(), 1);
    QCOMPARE(subscriber.errors.size(), 1);
    QCOMPARE(subscriber.errors.first().first().value<Error>().where(), QStringLiteral("queue/b"));
    stage.broker.refusals.clear();
    stage.advance(20s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(names(stage.broker.consuming->request.queues), list({"a", "b"}));
    QCOMPARE(stage.broker.delivering.size(), size_t(1));
    QVERIFY(!subscriber.messages.first().ack().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
    QCOMPARE(subscriber.lost.size(), 0);
    QCOMPARE(subscriber.errors.size(), 1);
}

void tst_ContractsRefusals::queueThatIsDeletedDisturbsNoOther()
{
    Stage stage;
    Subscriber subscriber(stage, {Queue("a"), Queue("b")});
    subscriber.start();
    stage.broker.deliver(1, {}, QStringLiteral("a"));
    stage.broker.refusals[QStringLiteral("declare queue b")] = forNow();
    stage.broker.takeLog();
    stage.broker.cancelConsumer(gone(), QStringLiteral("b"));
    stage.turn();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(subscriber.cancelled.size(), 0);
    stage.advance(1min);
    QVERIFY(only(stage.broker.log, QStringLiteral("consume")).isEmpty());
    stage.broker.refusals.clear();
    stage.advance(20s);
    QCOMPARE(names(stage.broker.consuming->request.queues), list({"a", "b"}));
    QCOMPARE(stage.broker.delivering.size(), size_t(1));
    QCOMPARE(names(subscriber.consumer.queues()), list({"a", "b"}));
}

void tst_ContractsRefusals::sameRefusalIsToldOnce()
{
    Stage stage;
    stage.broker.refusals[QStringLiteral("consume q")] = forNow();
    Subscriber subscriber(stage);
    subscriber.start();
    stage.advance(5min);
    QCOMPARE(subscriber.errors.size(), 1);
    QVERIFY(subscriber.errors.first().first().value<Error>().isRecoverable());
    QCOMPARE(subscriber.consumer.state(), Consumer::Starting);
    const auto attempts = only(stage.broker.log, QStringLiteral("consume")).size();
    QVERIFY2(attempts > 10 && attempts < 60, qPrintable(QString::number(attempts)));
    stage.broker.refusals[QStringLiteral("consume q")] = locked(); // another
    stage.advance(1min);
    QCOMPARE(subscriber.errors.size(), 2);
    stage.broker.refusals.clear();
    stage.advance(40s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    stage.broker.refusals[QStringLiteral("consume q")] = locked(); // again, but after success
    stage.reconnect();
    stage.advance(10min);
    QCOMPARE(subscriber.errors.size(), 3);
}

// Each consume is granted, and its channel closed at once.
void tst_ContractsRefusals::sameClosingIsNotTriedForEver()
{
    Stage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    for (int i = 0; i < 600; ++i) {
        if (stage.broker.consuming)
            stage.broker.closeDelivering(refused(QStringLiteral("No."), 406).withRecoverable(true));
        stage.advance(1s);
    }
    const auto attempts = only(stage.broker.log, QStringLiteral("consume")).size();
    QVERIFY2(attempts < 80, qPrintable(QString::number(attempts)));
    QVERIFY2(subscriber.errors.size() <= 2, qPrintable(QString::number(subscriber.errors.size())));
}

// A broker cancels a consumer, too, when the node of its queue goes down.
void tst_ContractsRefusals::passiveQueueIsLookedForOnceMore()
{
    const Queue passive = Queue("q").setPassive(true);
    Stage stage;
    Subscriber subscriber(stage, {passive});
    subscriber.start();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    stage.broker.refusals[QStringLiteral("inspect q")] = forNow();
    stage.broker.cancelConsumer(gone());
    stage.advance(1min);
    QCOMPARE(subscriber.consumer.state(), Consumer::Starting);
    stage.broker.refusals.clear();
    stage.advance(20s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    stage.broker.refusals[QStringLiteral("inspect q")] = gone();
    stage.broker.takeLog();
    stage.broker.cancelConsumer(gone());
    stage.advance(1min);
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
    QCOMPARE(subscriber.cancelled.size(), 2);
    QCOMPARE(stage.broker.log, list({"inspect q"}));
}

// The Connection takes it for declared, but somebody has deleted it since.
void tst_ContractsRefusals::queueThatIsNotThereIsDeclaredOnceMore()
{
    Stage stage;
    stage.channel()->declare(Queue("q"));
    stage.turn();
    stage.broker.takeLog();
    stage.broker.refusals[QStringLiteral("consume q")] = gone();
    Subscriber subscriber(stage);
    subscriber.start();
    stage.advance(1min);
    QCOMPARE(stage.broker.log, list({"consume q", "declare queue q", "consume q"}));
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
    QCOMPARE(subscriber.errors.size(), 1);
}

void tst_ContractsRefusals::whoHasEndedWantsNothing()
{
    Stage stage;
    stage.broker.refusals[QStringLiteral("consume q")] = refused();
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    QCOMPARE(subscriber.consumer.state(), Consumer::Stopped);
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(stage.broker.log, list({"open a"}));
}

// The broker has not noticed yet that the connection before is gone.
void tst_ContractsRefusals::ownLockEndsWithTheLinkBefore()
{
    const Queue mine = Queue(QStringLiteral("mine"), x, QStringLiteral("key")).setExclusive(true);
    Stage stage;
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    stage.channel()->declare(mine);
    Subscriber subscriber(stage, {Queue("other").setExclusive(true)});
    subscriber.start();
    for (const char *request :
         {"declare queue mine", "bind x mine", "declare queue other", "consume other"})
        stage.broker.refusals[QString::fromLatin1(request)] = locked();
    stage.reconnect();
    stage.advance(1min);
    QCOMPARE(errors.size(), 1); // the loss
    QCOMPARE(subscriber.errors.size(), 0);
    stage.broker.refusals.clear();
    stage.broker.takeLog();
    stage.advance(20s);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    for (const char *request : {"declare queue mine", "bind x mine", "declare queue other"})
        QCOMPARE(stage.broker.log.count(QString::fromLatin1(request)), 1);
    // Somebody else has it, and does not let go of it.
    stage.broker.refusals[QStringLiteral("declare queue mine")] = locked();
    stage.broker.refusals[QStringLiteral("declare queue other")] = locked();
    stage.reconnect();
    stage.advance(30min);
    QCOMPARE(subscriber.errors.size(), 1);
    QCOMPARE(errors.size(), 3); // two losses, and this
    QCOMPARE(errors.last().first().value<Error>().replyCode(), 405);
}

void tst_ContractsRefusals::publishesElsewhereDoNotWait()
{
    Stage stage;
    stage.broker.refusals[QStringLiteral("declare exchange x")] = forNow();
    const auto waits = stage.publishTo(x, QStringLiteral("a"));
    const auto goes = stage.publishTo(Exchange(QStringLiteral("y")), QStringLiteral("b"));
    const auto toQueue = stage.publish(QStringLiteral("c"));
    stage.advance(2s);
    QVERIFY(goes.isFinished() && goes.result().isOk());
    QVERIFY(toQueue.isFinished() && toQueue.result().isOk());
    QVERIFY(!waits.isFinished());
    stage.broker.refusals.clear();
    stage.advance(20s);
    QVERIFY(waits.isFinished() && waits.result().isOk());
}

// One queue's node does not answer, as others do.
void tst_ContractsRefusals::silenceAboutOneIsNotSilence()
{
    Stage stage;
    stage.channel()->declare(Queue("silent"));
    stage.channel()->declare(Queue("fine"));
    Subscriber subscriber(stage, {Queue("a"), Queue("silent")});
    subscriber.start();
    stage.broker.silent = list({"declare queue silent"});
    stage.broker.takeLog();
    stage.reconnect();
    stage.advance(25s);
    QCOMPARE(only(stage.broker.log, QStringLiteral("open")).size(), 1);
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(names(stage.broker.consuming->request.queues), list({"a"}));
    const auto sent = stage.publish(QStringLiteral("m"));
    stage.turn();
    QVERIFY(sent.isFinished() && sent.result().isOk());
    stage.broker.silent.clear();
    stage.advance(1min);
    QCOMPARE(names(stage.broker.consuming->request.queues), list({"a", "silent"}));
    QCOMPARE(only(stage.broker.log, QStringLiteral("open")).size(), 1);
}

void tst_ContractsRefusals::refusedDeclareLeavesNoWish()
{
    Stage stage;
    stage.broker.refusals[QStringLiteral("declare queue q")] = refused(QStringLiteral("No."), 406);
    const auto declared = stage.channel()->declare(bound);
    stage.turn();
    QCOMPARE(declared.result().error().replyCode(), 406);
    stage.broker.takeLog();
    stage.reconnect();
    QCOMPARE(stage.broker.log, list({"open a"}));
}

// Who may only read may find the binding that somebody else made; nobody knows whether it is there.
void tst_ContractsRefusals::refusedBindIsUsedAsItIs()
{
    Stage stage;
    QSignalSpy notices(stage.connection.get(), &Connection::notice);
    stage.broker.refusals[QStringLiteral("bind x q")] = refused();
    Subscriber subscriber(stage, {bound});
    subscriber.start();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(subscriber.errors.size(), 0);
    QCOMPARE(notices.size(), 1);
    const auto notice = notices.first().first().value<BrokerNotice>();
    QCOMPARE(notice.kind, BrokerNotice::Permission);
    QCOMPARE(notice.error.replyCode(), 403);
}

QOMBU_TEST(tst_ContractsRefusals)
#include "tst_contracts_refusals.moc"
