// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/scriptedchannels.h"
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

// What happens when links fail, in simulated time, over a broker that fails on demand.
class tst_Reconnect : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingIsOpenedBeforeItIsNeeded();
    void goesFromClosedToOpen();
    void closesAtAnyTime();
    void waitsLongerAfterEveryFailure();
    void triesAllUrlsBeforeWaiting();
    void wrongPasswordIsTriedTwice();
    void aPasswordThatWorkedIsTriedOn();
    void aRefusedPasswordIsNotTriedAtEachPublish();
    void aConsumerHasARefusedPasswordTriedLater();
    void wrongUrlIsTriedOnce();
    void badUrlSaysWhatIsWrong();
    void givesUpAtTheLimit();
    void rebuildsFromIntentInOrder();
    void forgetsWhatWasRemoved();
    void sendsUnconfirmedAgainInOrder();
    void sendsAgainWhatWasRefusedForNow();
    void sendsAgainAtOnceWhenTheBrokerTakesWritesAgain();
    void publishTimeoutNamesTheRefusal();
    void publishTimeoutNamesTheReason();
    void shorterTimeoutEndsFirst();
    void requestTimeoutNamesTheReason();
    void requestUnderWayFailsWithItsLink();
    void staleSettlementIsNotSent();
    void lateSettlementIsTold();
    void undeliveredOfALostLinkIsDropped();
    void publishesWaitForConsumers();
    void silentBrokerDoesNotHoldPublishesForEver();
    void consumerRefusedForNowIsTriedAgain();
    void consumerRefusedForGoodStops();
    void consumerThatMayNoMoreIsTriedAgain();
    void brokerCancelsAConsumer();
    void refusedExchangeFailsItsPublishesOnly();
    void closingWaitsForPublishes();
    void closingIsBounded();
    void cancelGivesBackWhatWasNotDelivered();
    void warnsOfAFullWindow();
    void fetchesNoFurtherThanTheUserFollows_data();
    void fetchesNoFurtherThanTheUserFollows();
    void fetchesAgainAfterAClosingThatPutBack();
    void windowThatChangesWhileItSubscribes();
};

void tst_Reconnect::nothingIsOpenedBeforeItIsNeeded()
{
    Stage stage;
    Consumer consumer(stage.connection.get(), "q");
    Producer producer(stage.connection.get(), "q");
    stage.turn();
    QCOMPARE(stage.broker.log, QStringList());
    consumer.start();
    stage.turn();
    QCOMPARE(stage.broker.takeLog(), list({"open a", "declare queue q", "consume q"}));
    QCOMPARE(stage.connection->state(), Connection::Open);
    QCOMPARE(consumer.state(), Consumer::Consuming);
    QCOMPARE(stage.connection->serverProperties().value(QStringLiteral("product")).toString(),
             QStringLiteral("script"));
}

void tst_Reconnect::goesFromClosedToOpen()
{
    Stage stage;
    QSignalSpy reconnecting(stage.connection.get(), &Connection::reconnecting);
    stage.broker.attempts = {broken(), broken(), Error()};
    QCOMPARE(stage.connection->state(), Connection::Closed);
    stage.connection->open();
    stage.connection->open();
    stage.turn();
    QCOMPARE(stage.broker.takeLog(), list({"open a"}));
    QCOMPARE(stage.connection->state(), Connection::Waiting);
    QCOMPARE(stage.connection->error(), broken());
    QCOMPARE(reconnecting.takeFirst().at(0).toInt(), 1);
    stage.connection->open(); // is tried already
    stage.advance(130ms);
    QCOMPARE(stage.broker.takeLog(), list({"open a"}));
    QCOMPARE(reconnecting.takeFirst().at(0).toInt(), 2);
    stage.advance(300ms);
    QCOMPARE(stage.connection->state(), Connection::Open);
    QVERIFY(!stage.connection->error().isError());
    stage.connection->open();
    stage.advance(60s);
    QCOMPARE(stage.broker.takeLog(), list({"open a"}));
}

void tst_Reconnect::closesAtAnyTime()
{
    Stage stage;
    stage.connection->open();
    stage.connection->close();
    stage.turn();
    QCOMPARE(stage.connection->state(), Connection::Closed);
    stage.broker.takeLog();

    stage.broker.everyAttempt = broken();
    stage.connection->open();
    stage.turn();
    QCOMPARE(stage.connection->state(), Connection::Waiting);
    stage.broker.takeLog();
    stage.connection->close();
    stage.advance(60s);
    QCOMPARE(stage.connection->state(), Connection::Closed);
    QCOMPARE(stage.broker.log, QStringList());
}

void tst_Reconnect::waitsLongerAfterEveryFailure()
{
    Stage stage;
    stage.broker.everyAttempt = broken();
    std::vector<std::chrono::milliseconds> delays;
    connect(stage.connection.get(), &Connection::reconnecting, this,
            [&](int, std::chrono::milliseconds delay) { delays.push_back(delay); });
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    stage.connection->open();
    stage.turn();
    QCOMPARE(stage.connection->state(), Connection::Waiting);
    stage.advance(120s);
    QVERIFY(delays.size() >= 10);
    QVERIFY(delays.size() <= 20);
    QCOMPARE(errors.size(), int(delays.size()));
    auto expected = 100ms;
    for (const auto delay : delays) {
        QVERIFY2(delay >= expected * 3 / 4 && delay <= expected * 5 / 4 + 1ms,
                 qPrintable(QString::number(delay.count())));
        expected = std::min(expected * 2, std::chrono::milliseconds(15s));
    }
    stage.broker.everyAttempt = Error();
    stage.advance(20s);
    QCOMPARE(stage.connection->state(), Connection::Open);
    QVERIFY(!stage.connection->error().isError());
}

void tst_Reconnect::triesAllUrlsBeforeWaiting()
{
    Stage stage(QStringLiteral("scripted://a;scripted://b;scripted://c"));
    stage.broker.everyAttempt = broken();
    stage.connection->open();
    stage.turn();
    QCOMPARE(stage.broker.takeLog(), list({"open a", "open b", "open c"}));
    stage.advance(130ms);
    QCOMPARE(stage.broker.takeLog(), list({"open a", "open b", "open c"}));
    stage.broker.attempts = {broken(), Error()};
    stage.advance(300ms);
    QCOMPARE(stage.broker.takeLog(), list({"open a", "open b"}));
    QCOMPARE(stage.connection->state(), Connection::Open);
}

void tst_Reconnect::wrongPasswordIsTriedTwice()
{
    Stage stage;
    const Error wrong(Error::Authentication, QStringLiteral("Wrong password."));
    stage.broker.everyAttempt = wrong;
    Producer producer(stage.connection.get(), "q");
    auto published = producer.publish(1);
    stage.advance(60s);
    QCOMPARE(stage.broker.takeLog(), list({"open a", "open a"}));
    QCOMPARE(stage.connection->state(), Connection::Closed);
    QCOMPARE(stage.connection->error(), wrong);
    QVERIFY(published.isFinished());
    QCOMPARE(published.result().error().kind(), wrong.kind());
    QVERIFY(published.result().error().text().startsWith(wrong.text())); // and that it was not sent

    stage.broker.everyAttempt = Error();
    stage.connection->open();
    stage.turn();
    QCOMPARE(stage.connection->state(), Connection::Open);
}

// A broker that is starting up, or has lost its users for now; ever more seldom.
void tst_Reconnect::aPasswordThatWorkedIsTriedOn()
{
    Stage stage;
    stage.connection->open();
    stage.turn();
    stage.broker.everyAttempt = Error(Error::Authentication, QStringLiteral("Wrong password."));
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    stage.reconnect();
    stage.broker.takeLog();
    stage.advance(10min);
    const auto attempts = stage.broker.takeLog().size();
    QVERIFY2(attempts > 30 && attempts < 70, qPrintable(QString::number(attempts)));
    QVERIFY(stage.connection->state() != Connection::Closed);
    stage.broker.everyAttempt = Error();
    stage.advance(20s);
    QCOMPARE(stage.connection->state(), Connection::Open);
}

void tst_Reconnect::aRefusedPasswordIsNotTriedAtEachPublish()
{
    Stage stage;
    const Error wrong(Error::Authentication, QStringLiteral("Wrong password."));
    stage.broker.everyAttempt = wrong;
    Producer producer(stage.connection.get(), "q");
    Pending<void> last = producer.publish(1);
    stage.advance(2s);
    stage.broker.takeLog();
    for (int i = 0; i < 200; ++i) {
        last = producer.publish(1);
        stage.advance(50ms);
        QCOMPARE(last.result().error().kind(), wrong.kind());
        QVERIFY(last.result().error().text().startsWith(wrong.text()));
    }
    QCOMPARE(stage.broker.takeLog(), list({}));
    stage.advance(15s);
    producer.publish(1);
    stage.advance(2s);
    QCOMPARE(stage.broker.takeLog(), list({"open a", "open a"}));
    producer.publish(1);
    stage.broker.everyAttempt = Error();
    stage.connection->open(); // a person says so
    stage.turn();
    QCOMPARE(stage.connection->state(), Connection::Open);
}

void tst_Reconnect::aConsumerHasARefusedPasswordTriedLater()
{
    Stage stage;
    stage.broker.everyAttempt = Error(Error::Authentication, QStringLiteral("Wrong password."));
    Consumer first(stage.connection.get(), "a");
    first.start();
    stage.advance(2s);
    Consumer second(stage.connection.get(), "b");
    second.start();
    stage.broker.everyAttempt = Error();
    stage.advance(10s);
    QCOMPARE(stage.connection->state(), Connection::Closed);
    stage.advance(10s);
    QCOMPARE(second.state(), Consumer::Consuming);
}

void tst_Reconnect::wrongUrlIsTriedOnce()
{
    Stage stage(QStringLiteral("skripted://a"));
    QSignalSpy errors(stage.connection.get(), &Connection::errorOccurred);
    auto opened = stage.connection->whenOpen();
    stage.advance(60s);
    QCOMPARE(errors.size(), 1);
    QCOMPARE(stage.connection->state(), Connection::Closed);
    QCOMPARE(opened.result().error().kind(), Error::Configuration);
    QVERIFY(opened.result().error().text().contains(QStringLiteral("scripted://")));
}

void tst_Reconnect::badUrlSaysWhatIsWrong()
{
    Stage stage(QStringLiteral("scripted://a:99999"));
    const auto opening = stage.connection->whenOpen();
    stage.turn();
    QCOMPARE(opening.result().error(), BrokerUrl("scripted://a:99999").error());
    QVERIFY(opening.result().error().text().contains(QStringLiteral("65535")));
}

void tst_Reconnect::givesUpAtTheLimit()
{
    ConnectionOptions options;
    options.retryLimit = 3;
    Stage stage(QStringLiteral("scripted://a;scripted://b"), options);
    stage.broker.everyAttempt = broken();
    auto opened = stage.connection->whenOpen();
    stage.advance(9s);
    QCOMPARE(stage.broker.takeLog().size(), 8); // the first round and three more
    QCOMPARE(stage.connection->state(), Connection::Closed);
    QCOMPARE(opened.result().error(), broken());
}

void tst_Reconnect::rebuildsFromIntentInOrder()
{
    Stage stage;
    stage.broker.confirms = false;
    Channel *channel = stage.connection->defaultChannel();
    const Exchange exchange(QStringLiteral("x"), ExchangeType::Direct);
    channel->declare(Queue("kept"));
    channel->bind({exchange, QStringLiteral("key"), QStringLiteral("kept"), {}, {}});
    channel->declare(exchange);
    Consumer consumer(stage.connection.get(), "q");
    consumer.start();
    Producer producer(stage.connection.get(), Exchange(QStringLiteral("out")),
                      QStringLiteral("key"));
    auto published = producer.publish(QStringLiteral("m"), asText());
    stage.turn();
    QCOMPARE(stage.broker.takeLog().last(), QStringLiteral("publish m"));

    const QStringList rebuilt =
        list({"open a", "declare exchange x", "declare exchange out", "declare queue kept",
              "declare queue q", "bind x kept", "consume q", "publish m"});
    for (int i = 0; i < 3; ++i) {
        stage.broker.breakLink();
        stage.turn();
        QVERIFY(stage.broker.takeLog().isEmpty());
        QCOMPARE(stage.connection->state(), Connection::Waiting);
        QCOMPARE(consumer.state(), Consumer::Starting);
        stage.advance(2s);
        QCOMPARE(stage.broker.takeLog(), rebuilt);
        QCOMPARE(consumer.state(), Consumer::Consuming);
    }
    QVERIFY(!published.isFinished());
    stage.broker.confirm();
    stage.turn();
    QVERIFY(published.result().isOk());
}

void tst_Reconnect::forgetsWhatWasRemoved()
{
    Stage stage;
    Channel *channel = stage.connection->defaultChannel();
    const Exchange exchange(QStringLiteral("x"));
    channel->declare(exchange);
    channel->declare(Queue("a"));
    channel->declare(Queue("b"));
    channel->bind({exchange, {}, QStringLiteral("a"), {}, {}});
    channel->bind({exchange, {}, QStringLiteral("b"), {}, {}});
    channel->remove(Queue("a"));
    channel->unbind({exchange, {}, QStringLiteral("b"), {}, {}});
    stage.turn();
    stage.broker.takeLog();
    stage.broker.breakLink();
    stage.advance(1s);
    QCOMPARE(stage.broker.takeLog(), list({"open a", "declare exchange x", "declare queue b"}));
}

void tst_Reconnect::sendsUnconfirmedAgainInOrder()
{
    Stage stage;
    stage.broker.confirms = false;
    Producer producer(stage.connection.get(), "q");
    QList<Pending<void>> pending;
    for (const char *name : {"a", "b", "c", "d"})
        pending.append(producer.publish(QString::fromLatin1(name), asText()));
    stage.turn();
    stage.broker.confirm(); // a
    stage.turn();
    QVERIFY(pending.at(0).isFinished());
    stage.broker.takeLog();
    stage.broker.breakLink();
    pending.append(producer.publish(QStringLiteral("e"), asText()));
    stage.advance(1s);
    QCOMPARE(stage.broker.takeLog(),
             list({"open a", "publish b", "publish c", "publish d", "publish e"}));
    QCOMPARE(stage.connection->unsettledPublishes(), 4);
    QSignalSpy drained(stage.connection.get(), &Connection::bufferDrained);
    for (int i = 0; i < 4; ++i)
        stage.broker.confirm();
    stage.turn();
    for (const Pending<void> &one : std::as_const(pending))
        QVERIFY(one.isFinished() && one.result().isOk());
    QCOMPARE(drained.size(), 1);
}

void tst_Reconnect::sendsAgainWhatWasRefusedForNow()
{
    Stage stage;
    stage.broker.confirms = false;
    auto pending = Producer(stage.connection.get(), "q").publish(QStringLiteral("m"), asText());
    stage.turn();
    stage.broker.takeLog();
    stage.broker.confirm(Error(Error::Blocked, QStringLiteral("Memory.")).withRecoverable(true));
    stage.turn();
    QVERIFY(stage.broker.takeLog().isEmpty());
    stage.advance(1s);
    QCOMPARE(stage.broker.takeLog(), list({"publish m"}));
    stage.broker.confirm();
    stage.turn();
    QVERIFY(pending.result().isOk());
}

void tst_Reconnect::sendsAgainAtOnceWhenTheBrokerTakesWritesAgain()
{
    Stage stage;
    stage.broker.confirms = false;
    PublishOptions patient = asText();
    patient.timeout = 1h;
    auto pending = Producer(stage.connection.get(), "q").publish(QStringLiteral("m"), patient);
    stage.turn();
    for (int i = 0; i < 6; ++i) { // by now it waits for long between two attempts
        stage.broker.confirm(
            Error(Error::Blocked, QStringLiteral("Memory.")).withRecoverable(true));
        stage.advance(30s);
    }
    stage.broker.confirm(Error(Error::Blocked, QStringLiteral("Memory.")).withRecoverable(true));
    stage.broker.setBlocked(true);
    stage.broker.takeLog();
    stage.advance(60s); // nothing leaves while it is blocked
    QCOMPARE(stage.broker.takeLog(), QStringList());
    stage.broker.setBlocked(false);
    stage.turn();
    QCOMPARE(stage.broker.takeLog(), list({"publish m"}));
    stage.broker.confirm();
    stage.turn();
    QVERIFY(pending.result().isOk());
}

void tst_Reconnect::publishTimeoutNamesTheRefusal()
{
    Stage stage;
    stage.broker.confirms = false;
    auto pending = Producer(stage.connection.get(), "q").publish(QStringLiteral("m"), asText());
    stage.turn();
    stage.broker.confirm(Error(Error::Blocked, QStringLiteral("Memory.")).withRecoverable(true));
    stage.advance(1h);
    QCOMPARE(pending.result().error().kind(), Error::Timeout);
    QVERIFY(pending.result().error().text().contains(QStringLiteral("Memory.")));
}

void tst_Reconnect::publishTimeoutNamesTheReason()
{
    Stage stage;
    stage.broker.everyAttempt = broken(QStringLiteral("The door is locked."));
    auto pending = Producer(stage.connection.get(), "q").publish(1);
    stage.advance(29s);
    QVERIFY(!pending.isFinished());
    stage.advance(2s);
    QVERIFY(pending.isFinished());
    QCOMPARE(pending.result().error().kind(), Error::Timeout);
    QVERIFY(pending.result().error().text().contains(QStringLiteral("The door is locked.")));
    QCOMPARE(stage.connection->unsettledPublishes(), 0);
}

void tst_Reconnect::shorterTimeoutEndsFirst()
{
    Stage stage;
    stage.broker.everyAttempt = broken();
    Producer producer(stage.connection.get(), "q");
    PublishOptions hurried;
    hurried.timeout = 1s;
    auto slow = producer.publish(1);
    auto quick = producer.publish(2, hurried);
    auto slowToo = producer.publish(3);
    stage.advance(1100ms);
    QVERIFY(quick.isFinished());
    QVERIFY(!slow.isFinished() && !slowToo.isFinished());
    stage.advance(30s);
    QVERIFY(slow.isFinished() && slowToo.isFinished());
}

void tst_Reconnect::requestTimeoutNamesTheReason()
{
    Stage stage;
    stage.broker.everyAttempt = broken(QStringLiteral("The door is locked."));
    auto pending = stage.connection->defaultChannel()->inspect(QStringLiteral("q"));
    stage.advance(9s);
    QVERIFY(!pending.isFinished());
    stage.advance(2s);
    QVERIFY(pending.isFinished());
    QCOMPARE(pending.result().error().kind(), Error::Timeout);
    QVERIFY(pending.result().error().text().contains(QStringLiteral("The door is locked.")));
}

void tst_Reconnect::requestUnderWayFailsWithItsLink()
{
    Stage stage;
    stage.broker.silent = list({"purge q"});
    auto purged = stage.connection->defaultChannel()->purge(QStringLiteral("q"));
    stage.turn();
    QCOMPARE(stage.broker.takeLog(), list({"open a", "purge q"}));
    stage.broker.breakLink(QStringLiteral("Snap."));
    auto waits = stage.connection->defaultChannel()->inspect(QStringLiteral("q"));
    stage.turn();
    QCOMPARE(purged.result().error().text(), QStringLiteral("Snap."));
    stage.advance(1s);
    QVERIFY(waits.result().isOk());
    QCOMPARE(stage.broker.takeLog(), list({"open a", "inspect q"}));
}

void tst_Reconnect::staleSettlementIsNotSent()
{
    Stage stage;
    Consumer consumer(stage.connection.get(), "q");
    QList<Message> held;
    connect(&consumer, &Consumer::messageReceived, this,
            [&](const Message &message) { held.append(message); });
    QSignalSpy lost(&consumer, &Consumer::settlementLost);
    consumer.start();
    stage.turn();
    stage.broker.deliver(2);
    stage.turn();
    QCOMPARE(held.size(), 2);
    QVERIFY(!held.at(0).ack().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
    stage.broker.breakLink();
    stage.advance(1s);
    QCOMPARE(consumer.state(), Consumer::Consuming);
    QCOMPARE(stage.broker.deliver(2), quint64(3)); // numbers go on
    stage.turn();
    QCOMPARE(held.size(), 4);
    QVERIFY(!held.at(1).ack().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
    QCOMPARE(lost.size(), 1);
    QCOMPARE(lost.first().at(0).toString(), QStringLiteral("q"));
    QCOMPARE(lost.first().at(1).toString(), QStringLiteral("tag-2"));
    QVERIFY(!held.at(3).requeue().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(2));
    QCOMPARE(stage.broker.settled.back().settlement, Settlement::Requeue);
}

void tst_Reconnect::lateSettlementIsTold()
{
    Stage stage;
    Consumer consumer(stage.connection.get(), "q");
    connect(&consumer, &Consumer::messageReceived, this,
            [&](const Message &message) { message.ack(); });
    QSignalSpy lost(&consumer, &Consumer::settlementLost);
    consumer.start();
    stage.turn();
    stage.broker.deliver();
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
    stage.broker.tooLate(1);
    stage.turn();
    QCOMPARE(lost.size(), 1);
    QCOMPARE(lost.first().at(1).toString(), QStringLiteral("tag-1"));
}

void tst_Reconnect::undeliveredOfALostLinkIsDropped()
{
    Stage stage;
    Consumer consumer(stage.connection.get(), "q");
    QList<int> got;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        got.append(message.body().toInt());
        message.ack();
    });
    consumer.start();
    stage.turn();
    consumer.pause();
    stage.turn();
    stage.broker.deliver(3);
    stage.turn();
    stage.broker.breakLink();
    stage.advance(1s);
    stage.broker.deliver(1);
    consumer.resume();
    stage.turn();
    QCOMPARE(got, QList<int>{4});
}

void tst_Reconnect::publishesWaitForConsumers()
{
    Stage stage;
    stage.broker.silent = list({"consume q"});
    Consumer consumer(stage.connection.get(), "q");
    consumer.start();
    auto pending = Producer(stage.connection.get(), "q").publish(QStringLiteral("m"), asText());
    stage.turn();
    QCOMPARE(stage.broker.takeLog(), list({"open a", "declare queue q", "consume q"}));
    QVERIFY(!pending.isFinished());
    consumer.cancel();
    stage.turn();
    QVERIFY(stage.broker.log.contains(QStringLiteral("publish m")));
}

void tst_Reconnect::silentBrokerDoesNotHoldPublishesForEver()
{
    Stage stage;
    stage.broker.silent = list({"declare queue q"});
    Consumer consumer(stage.connection.get(), "q");
    QSignalSpy errors(&consumer, &Consumer::errorOccurred);
    consumer.start();
    auto pending = Producer(stage.connection.get(), "q").publish(QStringLiteral("m"), asText());
    stage.advance(9s);
    QVERIFY(!pending.isFinished());
    stage.advance(2s);
    QVERIFY(pending.isFinished() && pending.result().isOk());
    QCOMPARE(errors.size(), 1);
    QCOMPARE(errors.first().first().value<Error>().kind(), Error::Timeout);
    QCOMPARE(consumer.state(), Consumer::Starting);
    stage.broker.silent.clear();
    stage.advance(30s);
    QCOMPARE(consumer.state(), Consumer::Consuming);
}

void tst_Reconnect::consumerRefusedForNowIsTriedAgain()
{
    Stage stage;
    stage.broker.refusals[QStringLiteral("declare queue q")] =
        Error(Error::Channel, QStringLiteral("Locked.")).withRecoverable(true);
    Consumer consumer(stage.connection.get(), "q");
    QSignalSpy errors(&consumer, &Consumer::errorOccurred);
    consumer.start();
    stage.advance(5s);
    const auto attempts = only(stage.broker.log, QStringLiteral("declare queue q")).size();
    QVERIFY(attempts >= 4 && attempts <= 7);
    QCOMPARE(errors.size(), 1);
    QCOMPARE(consumer.state(), Consumer::Starting);
    stage.broker.refusals.clear();
    stage.advance(10s);
    QCOMPARE(consumer.state(), Consumer::Consuming);
    QCOMPARE(stage.connection->state(), Connection::Open);
}

void tst_Reconnect::consumerRefusedForGoodStops()
{
    Stage stage;
    stage.broker.refusals[QStringLiteral("declare queue q")] =
        Error(Error::Channel, QStringLiteral("Forbidden.")).withRecoverable(false);
    Consumer consumer(stage.connection.get(), "q");
    Consumer other(stage.connection.get(), "other");
    QSignalSpy errors(&consumer, &Consumer::errorOccurred);
    consumer.start();
    other.start();
    stage.advance(30s);
    QCOMPARE(errors.size(), 1);
    QCOMPARE(consumer.state(), Consumer::Stopped);
    QCOMPARE(other.state(), Consumer::Consuming);
    QCOMPARE(stage.connection->state(), Connection::Open);
    stage.broker.refusals.clear();
    consumer.start();
    stage.turn();
    QCOMPARE(consumer.state(), Consumer::Consuming);
}

// Before, it might: what was taken away may be granted again.
void tst_Reconnect::consumerThatMayNoMoreIsTriedAgain()
{
    Stage stage;
    Consumer consumer(stage.connection.get(), "q");
    QSignalSpy errors(&consumer, &Consumer::errorOccurred);
    consumer.start();
    stage.turn();
    QVERIFY(!stage.broker.consuming->request.again);
    stage.broker.refusals[QStringLiteral("consume q")] =
        Error(Error::Configuration, QStringLiteral("Forbidden.")).withReplyCode(403);
    stage.broker.breakLink();
    stage.advance(5s);
    const auto attempts = only(stage.broker.log, QStringLiteral("consume q")).size();
    QVERIFY(attempts >= 4 && attempts <= 8);
    QCOMPARE(errors.size(), 1);
    QCOMPARE(consumer.state(), Consumer::Starting);
    stage.broker.refusals.clear();
    stage.advance(10s);
    QCOMPARE(consumer.state(), Consumer::Consuming);
    QVERIFY(stage.broker.consuming->request.again);
}

void tst_Reconnect::brokerCancelsAConsumer()
{
    Stage stage;
    Consumer consumer(stage.connection.get(), "q");
    QSignalSpy cancelled(&consumer, &Consumer::cancelledByBroker);
    consumer.start();
    stage.turn();
    stage.broker.cancelConsumer(refused(QStringLiteral("Somebody wants it alone.")));
    stage.turn();
    QCOMPARE(cancelled.size(), 1);
    QCOMPARE(consumer.state(), Consumer::Stopped);
}

void tst_Reconnect::refusedExchangeFailsItsPublishesOnly()
{
    Stage stage;
    const Error mismatch =
        Error(Error::Channel, QStringLiteral("Another type.")).withRecoverable(false);
    stage.broker.refusals[QStringLiteral("declare exchange x")] = mismatch;
    auto bad = Producer(stage.connection.get(), Exchange(QStringLiteral("x"))).publish(1);
    auto good = Producer(stage.connection.get(), Exchange(QStringLiteral("y"))).publish(2);
    stage.turn();
    QVERIFY(bad.isFinished() && good.isFinished());
    QCOMPARE(bad.result().error(), mismatch);
    QVERIFY(good.result().isOk());
    QVERIFY(!stage.broker.log.contains(QStringLiteral("publish 1")));
}

void tst_Reconnect::closingWaitsForPublishes()
{
    Stage stage;
    stage.broker.confirms = false;
    auto published = Producer(stage.connection.get(), "q").publish(1);
    stage.turn();
    auto closed = stage.connection->close();
    stage.advance(1s);
    QVERIFY(!closed.isFinished());
    QCOMPARE(stage.connection->state(), Connection::Closing);
    auto late = Producer(stage.connection.get(), "q").publish(2);
    stage.turn();
    QCOMPARE(late.result().error().kind(), Error::Cancelled);
    stage.broker.confirm();
    stage.turn();
    QVERIFY(published.result().isOk());
    QVERIFY(closed.isFinished());
    QCOMPARE(stage.broker.log.last(), QStringLiteral("close"));
    QCOMPARE(stage.connection->state(), Connection::Closed);
}

void tst_Reconnect::closingIsBounded()
{
    Stage stage;
    stage.broker.confirms = false;
    stage.broker.answersClose = false;
    auto published = Producer(stage.connection.get(), "q").publish(1);
    stage.turn();
    auto closed = stage.connection->close();
    stage.advance(2900ms);
    QVERIFY(!closed.isFinished());
    stage.advance(200ms);
    QVERIFY(closed.isFinished());
    QCOMPARE(published.result().error().kind(), Error::Cancelled);
    QVERIFY(!stage.broker.link);
}

void tst_Reconnect::cancelGivesBackWhatWasNotDelivered()
{
    Stage stage;
    Consumer consumer(stage.connection.get(), "q");
    QList<Message> held;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        held.append(message);
        if (held.size() == 2)
            consumer.cancel();
    });
    consumer.start();
    stage.turn();
    stage.broker.silent = list({"cancel"}); // more may come before its answer
    stage.broker.deliver(4);
    stage.turn();
    QCOMPARE(held.size(), 2);
    stage.broker.deliver(2);
    stage.advance(11s); // the request times out
    QCOMPARE(stage.broker.givenBack, (std::vector<quint64>{3, 4, 5, 6}));
    QVERIFY(!held.at(0).ack().isError());
    QVERIFY(!held.at(1).ack().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(2));
    QVERIFY(!stage.broker.consuming); // its channel ended with the last message
}

void tst_Reconnect::warnsOfAFullWindow()
{
    Stage stage;
    Consumer consumer(stage.connection.get(), "q");
    consumer.setPrefetchCount(2);
    connect(&consumer, &Consumer::messageReceived, this, [](const Message &) {});
    consumer.start();
    stage.turn();
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("window of 2 is full")));
    stage.broker.deliver(2);
    stage.turn();
    QTest::failOnWarning(QRegularExpression(QStringLiteral("window")));
    stage.broker.deliver(2);
    stage.turn();
}

void tst_Reconnect::fetchesNoFurtherThanTheUserFollows_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("size");
    QTest::newRow("many") << 1025 << 1;
    QTest::newRow("large") << 17 << 1'000'000;
}

// Without acknowledgement there is no prefetch window.
void tst_Reconnect::fetchesNoFurtherThanTheUserFollows()
{
    QFETCH(int, count);
    QFETCH(int, size);
    const QByteArray body = '"' + QByteArray(size, 'x') + '"';
    Stage stage;
    Consumer consumer(stage.connection.get(), "q");
    consumer.setAckMode(AckMode::None);
    int got = 0;
    connect(&consumer, &Consumer::messageReceived, this, [&] { ++got; });
    consumer.start();
    stage.turn();
    stage.broker.takeLog();
    stage.broker.deliver(count - 1, body);
    QCOMPARE(stage.broker.takeLog(), QStringList());
    stage.broker.deliver(1, body);
    QCOMPARE(stage.broker.takeLog(), list({"pause"}));
    for (int turn = 0; turn < count && got < count; ++turn)
        stage.turn();
    QCOMPARE(got, count);
    QCOMPARE(stage.broker.takeLog(), list({"resume"}));
}

void tst_Reconnect::fetchesAgainAfterAClosingThatPutBack()
{
    Stage stage;
    Subscriber subscriber(stage, {Queue("q")}, AckMode::None);
    subscriber.start();
    stage.broker.takeLog();
    stage.broker.deliver(1025, "1");
    QCOMPARE(stage.broker.takeLog(), list({"pause"}));
    stage.connection->close();
    stage.turn();
    QVERIFY(stage.broker.putBack.size() > 500);
    stage.broker.takeLog();
    stage.connection->open();
    stage.turn();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(stage.broker.log.last(), QStringLiteral("consume q")); // and no pause
}

void tst_Reconnect::windowThatChangesWhileItSubscribes()
{
    Stage stage;
    stage.broker.answersByHand = true;
    Subscriber subscriber(stage);
    subscriber.consumer.setPrefetchCount(2);
    subscriber.start();
    stage.broker.answer(QStringLiteral("declare queue q"));
    stage.turn();
    QCOMPARE(stage.broker.consuming->request.count, 2);
    subscriber.consumer.setPrefetchCount(40);
    subscriber.consumer.setPrefetchBytes(4000);
    stage.turn();
    stage.broker.answer(QStringLiteral("consume q"));
    stage.turn();
    QCOMPARE(subscriber.consumer.state(), Consumer::Consuming);
    QCOMPARE(stage.broker.consuming->request.count, 40);
    QCOMPARE(stage.broker.consuming->request.bytes, 4000);
}

QOMBU_TEST(tst_Reconnect)
#include "tst_reconnect.moc"
