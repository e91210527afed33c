// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

const Exchange doubtful(QStringLiteral("y"));

QStringList published(const Stage &stage)
{
    return only(stage.broker.log, QStringLiteral("publish"));
}

ConnectionOptions failing()
{
    ConnectionOptions options;
    options.onUncertain = UncertainPublish::Fail;
    return options;
}

} // namespace

// What the broker may have, or not, when a publish ends or is sent again.
class tst_ContractsDoubt : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void linkLossMarksThemAsSentBefore();
    void whereRepeatsAreMarkedEachHasAnIdBeforeItLeaves();
    void lossThatEndsThemFirstMarksThemToo();
    void uncertainOnesFailWhereThatIsAskedFor();
    void tellsWhichMayHaveArrived();
    void tellsWhichMayHaveArrivedWhenItCloses();
    void refusedAfterALossItMayBeThere();
    void aRefusalOfTheFirstAttemptIsCertain();
    void oneRefusedMakesOthersUncertainOnlyBeforeIt();
    void saysWhetherItWasSent_data();
    void saysWhetherItWasSent();
};

void tst_ContractsDoubt::linkLossMarksThemAsSentBefore()
{
    Stage stage;
    stage.broker.confirms = false;
    stage.publish(QStringLiteral("a"));
    stage.turn();
    QVERIFY(stage.broker.again.isEmpty());
    stage.broker.breakLink();
    stage.publish(QStringLiteral("b"));
    stage.advance(2s);
    QCOMPARE(stage.broker.again, list({"a"}));
    stage.reconnect();
    QCOMPARE(stage.broker.again, list({"a", "a", "b"}));
}

// The same one on every link, unlike any other, and never instead of the user's own.
void tst_ContractsDoubt::whereRepeatsAreMarkedEachHasAnIdBeforeItLeaves()
{
    for (const bool marks : {true, false}) {
        Stage stage;
        if (marks)
            stage.broker.capabilities |= Capability::MarksRepeats;
        stage.broker.confirms = false;
        PublishOptions options = asText();
        options.properties.messageId = QStringLiteral("mine");
        Producer(stage.connection.get(), Queue("out")).publish(QStringLiteral("a"), options);
        stage.publish(QStringLiteral("b"));
        stage.publish(QStringLiteral("c"));
        stage.turn();
        stage.reconnect();
        const QStringList ids = stage.broker.messageIds;
        QCOMPARE(ids.size(), 6);
        QCOMPARE(ids.mid(0, 3), ids.mid(3));
        QCOMPARE(ids.at(0), QStringLiteral("mine"));
        QCOMPARE(ids.at(1).isEmpty(), !marks);
        QCOMPARE(ids.at(1) != ids.at(2), marks);
    }
}

// A transport may answer each of them before it tells that the link is lost.
void tst_ContractsDoubt::lossThatEndsThemFirstMarksThemToo()
{
    Stage stage;
    stage.broker.confirms = false;
    stage.publish(QStringLiteral("a"));
    stage.publish(QStringLiteral("b"));
    stage.turn();
    stage.broker.confirm(broken().withInDoubt(true));
    stage.broker.confirm(Error(Error::LimitExceeded, QStringLiteral("No memory."))
                             .withRecoverable(true)); // it does not have that one
    stage.reconnect();
    QCOMPARE(stage.broker.again, list({"a"}));
    QCOMPARE(published(stage).size(), 4);
}

// Those that the broker may have; what was never sent is sent.
void tst_ContractsDoubt::uncertainOnesFailWhereThatIsAskedFor()
{
    ConnectionOptions options;
    options.onUncertain = UncertainPublish::Fail;
    for (const bool byLink : {true, false}) {
        Stage stage(QStringLiteral("scripted://a"), options);
        stage.broker.confirms = false;
        const auto first = stage.publish(QStringLiteral("a"));
        stage.turn();
        stage.broker.setRoom(1, 1000);
        const auto second = stage.publish(QStringLiteral("b"));
        stage.turn();
        stage.broker.confirms = true;
        if (byLink)
            stage.broker.breakLink();
        else
            stage.broker.closePublishing(broken());
        stage.advance(2s);
        QVERIFY(first.isFinished() && second.isFinished());
        QCOMPARE(first.result().error().kind(), Error::Connection);
        QVERIFY(!first.result().error().isRecoverable());
        QVERIFY(second.result().isOk());
        QCOMPARE(published(stage), list({"publish a", "publish b"}));
        QVERIFY(stage.broker.again.isEmpty());
    }
}

// What was never sent, or refused, or did not leave its channel, cannot be there.
void tst_ContractsDoubt::tellsWhichMayHaveArrived()
{
    Stage stage;
    stage.broker.confirms = false;
    PublishOptions hurried = asText();
    hurried.timeout = 10s;
    Producer producer(stage.connection.get(), "out");
    auto lost = producer.publish(QStringLiteral("lost"), hurried);
    stage.turn();
    stage.broker.everyAttempt = broken();
    stage.broker.breakLink();
    auto away = producer.publish(QStringLiteral("away"), hurried);
    stage.advance(12s);
    QVERIFY(lost.result().error().isInDoubt());
    QVERIFY(away.isFinished() && !away.result().error().isInDoubt());

    stage.broker.everyAttempt = Error();
    stage.advance(30s);
    auto silent = producer.publish(QStringLiteral("silent"), hurried);
    stage.turn();
    auto full = producer.publish(QStringLiteral("full"), hurried);
    stage.turn();
    stage.broker.setBlocked(true);
    std::swap(stage.broker.unconfirmed.front(), stage.broker.unconfirmed.back());
    stage.broker.confirm(Error(Error::Blocked, QStringLiteral("Memory.")));
    stage.advance(12s);
    QVERIFY(silent.result().error().isInDoubt());
    QVERIFY(full.isFinished() && !full.result().error().isInDoubt());
}

void tst_ContractsDoubt::tellsWhichMayHaveArrivedWhenItCloses()
{
    Stage stage;
    stage.broker.confirms = false;
    auto sent = stage.publish(QStringLiteral("sent"));
    stage.turn();
    stage.broker.keepsPublishes = true;
    auto kept = stage.publish(QStringLiteral("kept"));
    stage.turn();
    stage.broker.setBlocked(true);
    auto waiting = stage.publish(QStringLiteral("waiting"));
    stage.connection->close();
    stage.advance(10s);
    QVERIFY(sent.isFinished() && kept.isFinished() && waiting.isFinished());
    QVERIFY(sent.result().error().isInDoubt());
    QVERIFY(!kept.result().error().isInDoubt());
    QVERIFY(!waiting.result().error().isInDoubt());
}

// A queue that took it may have gone since.
void tst_ContractsDoubt::refusedAfterALossItMayBeThere()
{
    Stage stage;
    stage.broker.confirms = false;
    const auto lost = stage.publish(QStringLiteral("a"));
    stage.turn();
    stage.reconnect();
    stage.broker.confirm(Error(Error::Unroutable, QStringLiteral("Nobody took it.")));
    stage.turn();
    const Error error = lost.result().error();
    QCOMPARE(error.kind(), Error::Unroutable);
    QVERIFY(error.isInDoubt());
    QVERIFY2(error.text().contains(QLatin1String("earlier")), qPrintable(error.text()));

    const auto closing = stage.publishTo(x, QStringLiteral("b"));
    stage.turn();
    stage.reconnect();
    stage.broker.closePublishing(
        refused(QStringLiteral("No exchange."), 404).withWhere(QStringLiteral("exchange/x")));
    stage.turn();
    QCOMPARE(closing.result().error().replyCode(), 404);
    QVERIFY(closing.result().error().isInDoubt());
}

// Also where others had to be sent again before it was found.
void tst_ContractsDoubt::aRefusalOfTheFirstAttemptIsCertain()
{
    Stage stage;
    stage.broker.closings[QStringLiteral("publish bad")] = refused();
    QList<Pending<void>> pending;
    for (const char *text : {"a", "b", "bad", "c"})
        pending.append(stage.publish(QString::fromLatin1(text)));
    stage.turn();
    QCOMPARE(pending.at(2).result().error(), refused());
    QVERIFY(!pending.at(2).result().error().isInDoubt());

    stage.broker.confirms = false;
    const auto unroutable = stage.publish(QStringLiteral("d"));
    stage.turn();
    stage.broker.confirm(Error(Error::Unroutable, QStringLiteral("Nobody took it.")));
    stage.turn();
    QVERIFY(!unroutable.result().error().isInDoubt());
}

// The broker looks at nothing behind it.
void tst_ContractsDoubt::oneRefusedMakesOthersUncertainOnlyBeforeIt()
{
    Stage stage(QStringLiteral("scripted://a"), failing());
    stage.broker.confirms = false;
    const auto before = stage.publish(QStringLiteral("a"));
    const auto bad = stage.publishTo(x, QStringLiteral("b"));
    const auto behind = stage.publishTo(doubtful, QStringLiteral("c"));
    stage.turn();
    stage.broker.confirms = true;
    stage.broker.closePublishing(
        refused(QStringLiteral("No exchange."), 404).withWhere(QStringLiteral("exchange/x")));
    stage.turn();
    QVERIFY(before.result().error().isInDoubt());
    QVERIFY2(before.result().error().text().contains(QLatin1String("another message")),
             qPrintable(before.result().error().text()));
    QCOMPARE(bad.result().error().replyCode(), 404);
    QVERIFY(!bad.result().error().isInDoubt());
    QVERIFY(behind.isFinished() && behind.result().isOk());
    QVERIFY(stage.broker.again.isEmpty());
}

void tst_ContractsDoubt::saysWhetherItWasSent_data()
{
    QTest::addColumn<bool>("isSent");
    QTest::addColumn<bool>("closes"); // else its time runs out
    QTest::newRow("sent, expired") << true << false;
    QTest::newRow("sent, closed") << true << true;
    QTest::newRow("waiting, expired") << false << false;
    QTest::newRow("waiting, closed") << false << true;
}

void tst_ContractsDoubt::saysWhetherItWasSent()
{
    QFETCH(bool, isSent);
    QFETCH(bool, closes);
    Stage stage;
    stage.broker.confirms = false;
    stage.connection->open();
    stage.turn();
    stage.broker.setBlocked(!isSent);
    const auto pending = stage.publish(QStringLiteral("a"));
    stage.turn();
    if (closes)
        stage.connection->close();
    stage.advance(1min);
    QVERIFY(pending.isFinished());
    const Error error = pending.result().error();
    QCOMPARE(error.kind(), closes ? Error::Cancelled : Error::Timeout);
    QCOMPARE(error.isInDoubt(), isSent);
    QCOMPARE(error.text().contains(QLatin1String("may have")), isSent);
    QCOMPARE(error.text().contains(QLatin1String("not sent"))
                 || error.text().contains(QLatin1String("not be sent")),
             !isSent);
}

QOMBU_TEST(tst_ContractsDoubt)
#include "tst_contracts_doubt.moc"
