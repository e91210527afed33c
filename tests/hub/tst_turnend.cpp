// SPDX-License-Identifier: BSD-3-Clause
#include "hub/eventloophub.h"
#include "hub/simulatedhub.h"
#include "support/testmain.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace std::chrono_literals;

// What a turn's callbacks ask to be done at its end, on both Hubs.
class tst_TurnEnd : public QObject
{
    Q_OBJECT

    std::unique_ptr<Hub> newHub() const
    {
        QFETCH_GLOBAL(const bool, simulated);
        if (simulated)
            return std::make_unique<SimulatedHub>();
        return std::make_unique<EventLoopHub>();
    }

private Q_SLOTS:
    void initTestCase_data();
    void keepsTheirOrder();
    void comesBehindTheOthersOfTheTurn();
    void belongsToTheTurnOfATimerToo();
    void doesInTheSameTurnWhatOneAsksFor();
    void isACallSoonWhereThereIsNoTurn();
    void givesALoopThatACallbackTurnsItsEnd();
    void doesThemInALoopThatACallbackWaitsIn();
    void doesThemInALoopThatACallbackSpins();
    void doesThemInALoopThatOneOfThemWaitsIn();
    void doesNotStarveTheLoop();
    void doesWhatManyRoundsAskFor();
    void dropsThemAtTheEndOfTheHub();
};

void tst_TurnEnd::initTestCase_data()
{
    QTest::addColumn<bool>("simulated");
    QTest::newRow("event loop") << false;
    QTest::newRow("simulated") << true;
}

void tst_TurnEnd::keepsTheirOrder()
{
    const auto hub = newHub();
    QString order;
    hub->callSoon([&] {
        for (const char c : {'1', '2', '3'})
            hub->callAtTurnEnd([&order, c] { order += QLatin1Char(c); });
    });
    hub->callSoon([&] { hub->callAtTurnEnd([&] { order += u'4'; }); });
    QVERIFY(hub->runOnce(1s));
    QCOMPARE(order, QStringLiteral("1234"));
}

void tst_TurnEnd::comesBehindTheOthersOfTheTurn()
{
    const auto hub = newHub();
    QString order;
    const auto tick = hub->onTick([&] { order += u't'; });
    hub->callSoon([&] {
        order += u'1';
        hub->callAtTurnEnd([&] { order += u'e'; });
        hub->callSoon([&] { order += u'n'; });
        QCOMPARE(order, QStringLiteral("1")); // never inside callAtTurnEnd()
    });
    hub->callSoon([&] { order += u'2'; });
    while (hub->runOnce(10ms)) {}
    QCOMPARE(order, QStringLiteral("12etnt"));
}

void tst_TurnEnd::belongsToTheTurnOfATimerToo()
{
    const auto hub = newHub();
    QString order;
    const auto tick = hub->onTick([&] { order += u't'; });
    const auto timer = hub->callLater(1ms, [&] {
        order += u'1';
        hub->callAtTurnEnd([&] { order += u'e'; });
    });
    QVERIFY(hub->runOnce(1s));
    QCOMPARE(order, QStringLiteral("1et"));
}

void tst_TurnEnd::doesInTheSameTurnWhatOneAsksFor()
{
    const auto hub = newHub();
    QString order;
    const auto tick = hub->onTick([&] { order += u't'; });
    hub->callSoon([&] {
        hub->callAtTurnEnd([&] {
            order += u'1';
            hub->callAtTurnEnd([&] {
                order += u'3';
                hub->callAtTurnEnd([&] { order += u'4'; });
            });
        });
        hub->callAtTurnEnd([&] { order += u'2'; });
    });
    QVERIFY(hub->runOnce(1s));
    QCOMPARE(order, QStringLiteral("1234t"));
}

void tst_TurnEnd::isACallSoonWhereThereIsNoTurn()
{
    const auto hub = newHub();
    QString order;
    const auto tick = hub->onTick([&] { order += u't'; });
    hub->callSoon([&] { order += u'1'; });
    hub->callAtTurnEnd([&] { order += u'2'; });
    hub->callSoon([&] { order += u'3'; });
    QVERIFY(order.isEmpty());
    QVERIFY(hub->runOnce(1s));
    QCOMPARE(order, QStringLiteral("123t"));
}

void tst_TurnEnd::givesALoopThatACallbackTurnsItsEnd()
{
    const auto hub = newHub();
    QString order;
    hub->callSoon([&] {
        hub->callSoon([&] {
            order += u'1';
            hub->callAtTurnEnd([&] { order += u'2'; });
        });
        hub->runOnce(1s);
        order += u'3';
    });
    QVERIFY(hub->runOnce(1s));
    QCOMPARE(order, QStringLiteral("123"));
}

void tst_TurnEnd::doesThemInALoopThatACallbackWaitsIn()
{
    QFETCH_GLOBAL(const bool, simulated);
    if (simulated)
        return; // it has no event loop
    EventLoopHub hub;
    bool isDone = false;
    hub.callSoon([&] {
        QEventLoop nested;
        QTimer::singleShot(10s, &nested, &QEventLoop::quit);
        hub.callAtTurnEnd([&] {
            isDone = true;
            nested.quit();
        });
        nested.exec();
        QVERIFY(isDone);
    });
    QVERIFY(hub.runOnce(1s));
    QVERIFY(isDone);
}

void tst_TurnEnd::doesThemInALoopThatACallbackSpins()
{
    QFETCH_GLOBAL(const bool, simulated);
    if (simulated)
        return;
    EventLoopHub hub;
    bool isDone = false;
    bool isSeenInside = false;
    hub.callSoon([&] {
        hub.callAtTurnEnd([&] { isDone = true; });
        for (const QDeadlineTimer deadline(5s); !isDone && !deadline.hasExpired();)
            QCoreApplication::processEvents(); // such a loop never blocks
        isSeenInside = isDone;
    });
    QTRY_VERIFY(isDone);
    QVERIFY(isSeenInside);
}

void tst_TurnEnd::doesThemInALoopThatOneOfThemWaitsIn()
{
    QFETCH_GLOBAL(const bool, simulated);
    if (simulated)
        return;
    EventLoopHub hub;
    QString order;
    QEventLoop nested;
    QTimer::singleShot(10s, &nested, &QEventLoop::quit);
    hub.callSoon([&] {
        hub.callAtTurnEnd([&] {
            order += u'1';
            nested.exec(); // waits for a later one of the same turn
            order += u'3';
        });
        hub.callAtTurnEnd([&] {
            order += u'2';
            nested.quit();
        });
    });
    QTRY_VERIFY_WITH_TIMEOUT(order.endsWith(u'3'), 15000);
    QCOMPARE(order, QStringLiteral("123"));
}

void tst_TurnEnd::doesNotStarveTheLoop()
{
    QFETCH_GLOBAL(const bool, simulated);
    if (simulated)
        return; // its time stands still while there is something to do
    EventLoopHub hub;
    bool isTimerOfQtCalled = false;
    bool isTimerOfHubCalled = false;
    QTimer::singleShot(5, this, [&] { isTimerOfQtCalled = true; });
    const auto timer = hub.callLater(5ms, [&] { isTimerOfHubCalled = true; });
    std::function<void()> again = [&] { hub.callAtTurnEnd(again); };
    hub.callSoon(again);
    QTRY_VERIFY(isTimerOfQtCalled && isTimerOfHubCalled);
}

void tst_TurnEnd::doesWhatManyRoundsAskFor()
{
    const auto hub = newHub();
    int rounds = 0;
    int ticks = 0;
    const auto tick = hub->onTick([&] { ++ticks; });
    std::function<void()> next = [&] {
        if (++rounds < 1000)
            hub->callAtTurnEnd(next);
    };
    hub->callSoon(next);
    while (rounds < 1000 && hub->runOnce(1s)) {}
    QCOMPARE(rounds, 1000);
    QVERIFY(ticks > 1); // other turns come between
}

void tst_TurnEnd::dropsThemAtTheEndOfTheHub()
{
    const auto witness = std::make_shared<int>(0);
    auto hub = newHub();
    hub->callAtTurnEnd([witness] { ++*witness; });
    QCOMPARE(witness.use_count(), 2);
    hub.reset();
    QCOMPARE(witness.use_count(), 1);
    QFETCH_GLOBAL(const bool, simulated);
    if (simulated)
        return;
    EventLoopHub closed;
    closed.callSoon([&] {
        closed.callAtTurnEnd([witness] { ++*witness; });
        closed.close();
        closed.callAtTurnEnd([witness] { ++*witness; });
        QCOMPARE(witness.use_count(), 1);
    });
    QVERIFY(closed.runOnce(1s));
    QCOMPARE(*witness, 0);
}

QOMBU_TEST(tst_TurnEnd)
#include "tst_turnend.moc"
