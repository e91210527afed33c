// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

const Exchange y(QStringLiteral("y"));

QStringList bodies(const Stage &stage)
{
    return only(stage.broker.log, QStringLiteral("publish"));
}

} // namespace

// When publishes leave, what a closed channel does to them, and what waits for their ends.
class tst_ContractsPublishing : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void closedChannelSendsTheRestAgain();
    void lossOfThePublishingSocketTouchesNothingElse();
    void unnamedClosingFindsWhoCausedIt();
    void unnamedClosingOfOneAloneIsItsAnswer();
    void closingsDoNotLoop();
    void blockedBrokerIsSentNothing();
    void expiredIsNeverSent();
    void roomIsTheWholeRoom();
    void roomIsCountedInBytes();
    void oversizedPassesAlone();
    void roomEndsWithItsChannel();
    void partsKeepToTheRoom();
    void fewAreSentAgainForManyCulprits();
    void whoIsRefusedAgainAndAgainDisturbsNobody();
};

void tst_ContractsPublishing::closedChannelSendsTheRestAgain()
{
    Stage stage;
    stage.broker.confirms = false;
    auto a = stage.publish(QStringLiteral("a"));
    auto toX = stage.publishTo(x, QStringLiteral("bx"));
    auto toY = stage.publishTo(y, QStringLiteral("cy"));
    auto toX2 = stage.publishTo(x, QStringLiteral("dx"));
    stage.turn();
    QCOMPARE(bodies(stage).size(), 4);
    stage.broker.takeLog();
    const Error gone =
        refused(QStringLiteral("No exchange."), 404).withWhere(QStringLiteral("exchange/x"));
    stage.broker.closePublishing(gone);
    stage.advance(1s);
    QVERIFY(toX.isFinished() && toX2.isFinished());
    QCOMPARE(toX.result().error().replyCode(), 404);
    QCOMPARE(toX2.result().error(), gone);
    QVERIFY(!a.isFinished() && !toY.isFinished());
    QCOMPARE(bodies(stage), list({"publish a", "publish cy"}));
    QCOMPARE(stage.broker.again, list({"a"})); // what came behind was not looked at
    QVERIFY(only(stage.broker.log, QStringLiteral("open")).isEmpty());
    stage.broker.confirm();
    stage.broker.confirm();
    stage.turn();
    QVERIFY(a.result().isOk() && toY.result().isOk());
}

void tst_ContractsPublishing::lossOfThePublishingSocketTouchesNothingElse()
{
    Stage stage;
    stage.broker.confirms = false;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(1);
    QList<Pending<void>> pending;
    for (const char *text : {"a", "b", "c"})
        pending.append(stage.publish(QString::fromLatin1(text)));
    stage.turn();
    stage.broker.confirms = true;
    stage.broker.closePublishing(broken());
    stage.advance(5s);
    for (const Pending<void> &one : std::as_const(pending))
        QVERIFY(one.isFinished() && one.result().isOk());
    QStringList again = stage.broker.again;
    again.removeDuplicates();
    QCOMPARE(again, list({"a", "b", "c"}));
    QCOMPARE(only(stage.broker.log, QStringLiteral("open")).size(), 1);
    QCOMPARE(only(stage.broker.log, QStringLiteral("consume")).size(), 1);
    QVERIFY(!subscriber.messages.first().ack().isError());
    stage.turn();
    QCOMPARE(stage.broker.settled.size(), size_t(1));
    QCOMPARE(subscriber.lost.size(), 0);
}

void tst_ContractsPublishing::unnamedClosingFindsWhoCausedIt()
{
    Stage stage;
    const Error why = refused(QStringLiteral("Not allowed."));
    stage.broker.closings[QStringLiteral("publish bad")] = why;
    QList<Pending<void>> pending;
    for (const char *text : {"a", "b", "bad", "c", "d"})
        pending.append(stage.publish(QString::fromLatin1(text)));
    stage.advance(10s);
    for (int i = 0; i < 5; ++i) {
        QVERIFY2(pending.at(i).isFinished(), qPrintable(QString::number(i)));
        QCOMPARE(pending.at(i).result().error(), i == 2 ? why : Error());
    }
    QVERIFY(bodies(stage).count(QStringLiteral("publish bad")) <= 3);
    QStringList later = bodies(stage);
    later = later.mid(later.lastIndexOf(QStringLiteral("publish bad")));
    QCOMPARE(later, list({"publish bad", "publish c", "publish d"})); // the order is kept
    auto next = stage.publish(QStringLiteral("e"));
    stage.turn();
    QVERIFY(next.result().isOk());
    QCOMPARE(only(stage.broker.log, QStringLiteral("open")).size(), 1);
}

void tst_ContractsPublishing::unnamedClosingOfOneAloneIsItsAnswer()
{
    Stage stage;
    stage.broker.closings[QStringLiteral("publish bad")] = refused();
    auto bad = stage.publish(QStringLiteral("bad"));
    stage.advance(10s);
    QCOMPARE(bad.result().error(), refused());
    QVERIFY(bodies(stage).size() <= 2);
    QCOMPARE(stage.connection->state(), Connection::Open);
}

void tst_ContractsPublishing::closingsDoNotLoop()
{
    Stage stage;
    QList<Pending<void>> pending;
    for (int i = 0; i < 5; ++i) {
        const QString text = QString::number(i);
        stage.broker.closings[QStringLiteral("publish ") + text] = refused(text);
        pending.append(stage.publish(text));
    }
    // Named as another thing than any of them goes to.
    stage.broker.closings[QStringLiteral("publish 4")] =
        refused(QStringLiteral("4")).withWhere(QStringLiteral("exchange/nobody"));
    stage.advance(29s); // before they would expire
    for (int i = 0; i < 5; ++i) {
        QVERIFY2(pending.at(i).isFinished(), qPrintable(QString::number(i)));
        QCOMPARE(pending.at(i).result().error().text(), QString::number(i));
    }
    QVERIFY2(bodies(stage).size() <= 20, qPrintable(bodies(stage).join(u'\n')));
}

void tst_ContractsPublishing::blockedBrokerIsSentNothing()
{
    Stage stage;
    stage.connection->open();
    stage.turn();
    stage.broker.setBlocked(true);
    auto a = stage.publish(QStringLiteral("a"));
    auto b = stage.publishTo(x, QStringLiteral("b"));
    stage.advance(20s);
    QVERIFY(bodies(stage).isEmpty());
    QVERIFY(!a.isFinished() && !b.isFinished());
    stage.broker.setBlocked(false);
    stage.turn();
    QVERIFY(a.isFinished() && b.isFinished());
    QCOMPARE(bodies(stage), list({"publish a", "publish b"}));
    QVERIFY(stage.broker.again.isEmpty());
}

void tst_ContractsPublishing::expiredIsNeverSent()
{
    Stage stage;
    stage.connection->open();
    stage.turn();
    PublishOptions hurried = asText();
    hurried.timeout = 1s;
    Producer producer(stage.connection.get(), "out");
    stage.broker.setBlocked(true);
    auto whileBlocked = producer.publish(QStringLiteral("a"), hurried);
    stage.advance(2s);
    QCOMPARE(whileBlocked.result().error().kind(), Error::Timeout);
    stage.broker.setBlocked(false);
    stage.turn();
    QVERIFY(bodies(stage).isEmpty());

    stage.broker.everyAttempt = broken();
    stage.broker.breakLink();
    auto whileAway = producer.publish(QStringLiteral("b"), hurried);
    stage.advance(2s);
    QCOMPARE(whileAway.result().error().kind(), Error::Timeout);
    stage.broker.everyAttempt = Error();
    stage.advance(30s);
    QVERIFY(bodies(stage).isEmpty());

    stage.publish(QStringLiteral("c")); // opens the channel, if none is open yet
    stage.turn();
    stage.broker.takeLog();
    stage.broker.setRoom(0, 0);
    auto withoutRoom = producer.publish(QStringLiteral("d"), hurried);
    stage.advance(2s);
    QCOMPARE(withoutRoom.result().error().kind(), Error::Timeout);
    stage.broker.setRoom(100, 1000);
    stage.turn();
    QVERIFY(bodies(stage).isEmpty());
    auto last = stage.publish(QStringLiteral("e"));
    stage.turn();
    QVERIFY(last.result().isOk());
    QCOMPARE(bodies(stage), list({"publish e"}));
}

void tst_ContractsPublishing::roomIsTheWholeRoom()
{
    Stage stage;
    stage.broker.confirms = false;
    stage.connection->open();
    stage.publish(QStringLiteral("0"));
    stage.turn();
    stage.broker.confirm();
    stage.turn();
    stage.broker.takeLog();
    stage.broker.setRoom(2, 1'000'000);
    for (const char *text : {"a", "b", "c", "d", "e"})
        stage.publish(QString::fromLatin1(text));
    stage.turn();
    QCOMPARE(stage.broker.takeLog(), list({"publish a", "publish b"}));
    stage.broker.setRoom(2, 1'000'000); // told again, not added
    stage.turn();
    QVERIFY(stage.broker.takeLog().isEmpty());
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(stage.broker.takeLog(), list({"publish c"}));
    stage.broker.setRoom(1, 1'000'000); // less than what is unanswered
    stage.broker.confirm();
    stage.turn();
    QVERIFY(stage.broker.takeLog().isEmpty());
    stage.broker.setRoom(3, 1'000'000);
    stage.turn();
    QCOMPARE(stage.broker.takeLog(), list({"publish d", "publish e"}));
}

void tst_ContractsPublishing::roomIsCountedInBytes()
{
    Stage stage;
    stage.broker.confirms = false;
    stage.publish(QStringLiteral("0"));
    stage.turn();
    stage.broker.confirm();
    stage.turn();
    stage.broker.takeLog();
    stage.broker.setRoom(1000, 10'000);
    for (int i = 0; i < 5; ++i)
        stage.publish(QString(4000, QLatin1Char('a' + i)));
    stage.turn();
    QCOMPARE(stage.broker.takeLog().size(), 2);
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(stage.broker.takeLog().size(), 1);
}

void tst_ContractsPublishing::oversizedPassesAlone()
{
    Stage stage;
    stage.broker.confirms = false;
    stage.publish(QStringLiteral("0"));
    stage.turn();
    stage.broker.setRoom(1000, 100);
    stage.publish(QString(5000, u'l'));
    stage.publish(QStringLiteral("behind"));
    stage.turn();
    QCOMPARE(bodies(stage).size(), 1); // not beside another
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(bodies(stage).size(), 2);
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(bodies(stage).last(), QStringLiteral("publish behind"));
}

// Unlimited until the next one tells.
void tst_ContractsPublishing::roomEndsWithItsChannel()
{
    Stage stage;
    stage.publish(QStringLiteral("0"));
    stage.turn();
    stage.broker.setRoom(0, 0);
    auto a = stage.publish(QStringLiteral("a"));
    stage.turn();
    QVERIFY(!a.isFinished());
    stage.broker.closePublishing(broken());
    stage.advance(5s);
    QVERIFY(a.isFinished());
    stage.broker.setRoom(0, 0);
    auto b = stage.publish(QStringLiteral("b"));
    stage.turn();
    QVERIFY(!b.isFinished());
    stage.reconnect();
    QVERIFY(b.isFinished());
}

void tst_ContractsPublishing::partsKeepToTheRoom()
{
    Stage stage;
    stage.broker.confirms = false;
    for (const char *text : {"a", "b", "c", "d"})
        stage.publish(QString::fromLatin1(text));
    stage.turn();
    stage.broker.closePublishing(refused()); // which of them?
    stage.turn();
    QCOMPARE(bodies(stage).mid(4), list({"publish a", "publish b"}));
    stage.broker.setRoom(0, 1'000'000);
    stage.broker.confirm();
    stage.broker.confirm();
    stage.turn();
    QCOMPARE(bodies(stage).size(), 6);
    stage.broker.setRoom(5, 1'000'000);
    stage.turn();
    QCOMPARE(bodies(stage).size(), 7);
}

// What the first closing leaves open may arrive twice, and nothing else.
void tst_ContractsPublishing::fewAreSentAgainForManyCulprits()
{
    constexpr int Count = 20000;
    Stage stage;
    const Error why = refused(QStringLiteral("Not so."), 406);
    QList<Pending<void>> pending;
    const auto publish = [&](int i) {
        const QString text = QString::number(i);
        if (i % 2000 == 1000)
            stage.broker.closings[QStringLiteral("publish ") + text] = why;
        pending.append(stage.publish(text));
    };
    for (int i = 0; i < 1500; ++i)
        publish(i);
    stage.turn();
    for (int i = 1500; i < Count; ++i)
        publish(i);
    stage.advance(1s);
    for (int i = 0; i < Count; ++i) {
        QVERIFY2(pending.at(i).isFinished(), qPrintable(QString::number(i)));
        QCOMPARE(pending.at(i).result().error(), i % 2000 == 1000 ? why : Error());
    }
    QVERIFY2(stage.broker.parts.size() <= 240,
             qPrintable(QString::number(stage.broker.parts.size())));
    QStringList again = stage.broker.again;
    again.removeDuplicates();
    QCOMPARE(again.size(), 1500);
}

// The healthy ones that come with it are not sent twice for it.
void tst_ContractsPublishing::whoIsRefusedAgainAndAgainDisturbsNobody()
{
    Stage stage;
    const Error gone =
        refused(QStringLiteral("No exchange."), 404).withWhere(QStringLiteral("exchange/x"));
    stage.broker.closings[QStringLiteral("publish to x")] = gone;
    QList<Pending<void>> good;
    for (int i = 0; i < 100; ++i) {
        good.append(stage.publish(QString::number(i)));
        const auto bad = stage.publishTo(x, QStringLiteral("bad"));
        good.append(stage.publish(QStringLiteral("behind %1").arg(i)));
        stage.turn();
        QCOMPARE(bad.result().error(), gone);
    }
    for (const Pending<void> &one : std::as_const(good))
        QVERIFY(one.isFinished() && one.result().isOk());
    QCOMPARE(stage.broker.again, list({"0"}));
    stage.advance(2min);
    stage.broker.parts.clear();
    stage.publish(QStringLiteral("later"));
    stage.turn();
    QVERIFY(stage.broker.parts.empty());
}

QOMBU_TEST(tst_ContractsPublishing)
#include "tst_contracts_publishing.moc"
