// SPDX-License-Identifier: BSD-3-Clause
#include "hub/eventloophub.h"
#include "support/testmain.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <thread>

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

// The work of a callback: keeps the thread busy until the Hub's clock has moved on by so much.
void work(EventLoopHub &hub, Hub::Duration duration)
{
    const auto end = hub.now() + duration;
    while (hub.now() < end) {}
}

} // namespace

namespace {

// An event loop that never blocks.
void spinUntil(const bool &condition)
{
    const QDeadlineTimer deadline(5s);
    while (!condition && !deadline.hasExpired())
        QCoreApplication::processEvents();
}

} // namespace

// Calls, timers, hooks and loops of the real Hub; its descriptors have a test of their own.
class tst_EventLoopHub : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void makesCallsInOrder();
    void makesCallsOfCallbacksInTheNextTurn();
    void makesAChainOfCallsInOnePassOfTheLoop();
    void makesCallsOfATurnThatSpinsTheLoop();
    void makesLaterCallsOfABatchThatSpinsTheLoop();
    void callsTimersInALoopThatSpinsBehindATimer();
    void doesNotStarveTheLoopByCallsThatAskForCalls();
    void keepsTheOrderOfEveryThread();
    void goesOnInsideANestedLoop();
    void callsTimersInOrderOfTimeThenAge();
    void isNeverEarly();
    void doesNotCallACancelledTimer();
    void letsOneTimerCancelTheNext();
    void letsATimerDestroyItsOwnHandle();
    void callsAnEarlierTimerThatWasMadeLater();
    void copesWithManyTimers();
    void repeatsWithoutDrift();
    void leavesOutMissedBeats();
    void stopsRepeatingInsideTheCallback();
    void survivesExtremeDelays();
    void tellsTheEndOfEveryTurn();
    void tellsItsEndOnce();
    void dropsWhatWaitsAtItsEnd();
    void ignoresHandlesThatOutliveIt();
    void runsUntilStop();
    void stopsFromAnotherThread();
    void doesNotRunIfStoppedBefore();
    void runsOnceAndSaysWhetherThereWasSomething();
    void runsOnceNoLongerThanAsked();
    void wakesFromRunOnceByAnotherThread();
    void hasClocksThatGoOn();
};

void tst_EventLoopHub::makesCallsInOrder()
{
    EventLoopHub hub;
    QList<int> calls;
    for (int i = 0; i < 100; ++i)
        hub.callSoon([&calls, i] { calls.append(i); });
    QVERIFY(calls.isEmpty()); // never inside callSoon()
    QVERIFY(hub.runOnce(1s));
    QList<int> expected(100);
    std::iota(expected.begin(), expected.end(), 0);
    QCOMPARE(calls, expected);
}

void tst_EventLoopHub::makesCallsOfCallbacksInTheNextTurn()
{
    EventLoopHub hub;
    int ticks = 0;
    QList<std::pair<char, int>> calls;
    const auto tick = hub.onTick([&] { ++ticks; });
    hub.callSoon([&] {
        calls.append({'a', ticks});
        hub.callSoon([&] { calls.append({'c', ticks}); });
    });
    hub.callSoon([&] { calls.append({'b', ticks}); });
    QTRY_COMPARE(calls.size(), 3);
    QCOMPARE(calls, (QList<std::pair<char, int>>{{'a', 0}, {'b', 0}, {'c', 1}}));
}

// Bytes → message → answer → bytes is such a chain: it must not cost a pass of the loop a step.
void tst_EventLoopHub::makesAChainOfCallsInOnePassOfTheLoop()
{
    EventLoopHub hub;
    int depth = 0;
    std::function<void()> next = [&] {
        if (++depth < 5)
            hub.callSoon(next);
    };
    // More than once: on a busy machine a chain may be cut short by its millisecond.
    for (int attempt = 0; attempt < 20 && depth < 5; ++attempt) {
        QTRY_VERIFY(depth == 0 || depth == 5);
        depth = 0;
        hub.callSoon(next);
        while (depth == 0)
            QCoreApplication::processEvents();
    }
    QCOMPARE(depth, 5);
}

// Such a loop never blocks, and the turn does not end before its call is made.
void tst_EventLoopHub::makesCallsOfATurnThatSpinsTheLoop()
{
    EventLoopHub hub;
    bool isCalled = false;
    bool isSeenInside = false;
    hub.callSoon([&] {
        hub.callSoon([&] { isCalled = true; });
        spinUntil(isCalled);
        isSeenInside = isCalled;
    });
    QTRY_VERIFY_WITH_TIMEOUT(isCalled, 10000);
    QVERIFY(isSeenInside);
}

void tst_EventLoopHub::makesLaterCallsOfABatchThatSpinsTheLoop()
{
    EventLoopHub hub;
    bool isCalled = false;
    bool isSeenInside = false;
    hub.callSoon([&] {
        spinUntil(isCalled);
        isSeenInside = isCalled;
    });
    hub.callSoon([&] { isCalled = true; });
    QTRY_VERIFY_WITH_TIMEOUT(isCalled, 10000);
    QVERIFY(isSeenInside);
}

void tst_EventLoopHub::callsTimersInALoopThatSpinsBehindATimer()
{
    EventLoopHub hub;
    bool isCalled = false;
    bool isSeenInside = false;
    const auto later = hub.callLater(20ms, [&] { isCalled = true; });
    const auto first = hub.callLater(1ms, [&] {
        hub.callSoon([&] { // behind the turn of the timer
            spinUntil(isCalled);
            isSeenInside = isCalled;
        });
    });
    QTRY_VERIFY_WITH_TIMEOUT(isCalled, 10000);
    QVERIFY(isSeenInside);
}

void tst_EventLoopHub::doesNotStarveTheLoopByCallsThatAskForCalls()
{
    EventLoopHub hub;
    bool isTimerOfQtCalled = false;
    bool isTimerOfHubCalled = false;
    QTimer::singleShot(5, this, [&] { isTimerOfQtCalled = true; });
    const auto timer = hub.callLater(5ms, [&] { isTimerOfHubCalled = true; });
    std::function<void()> again = [&] { hub.callSoon(again); };
    again();
    QTRY_VERIFY(isTimerOfQtCalled && isTimerOfHubCalled);
}

void tst_EventLoopHub::keepsTheOrderOfEveryThread()
{
    constexpr int Threads = 8;
    constexpr int CallsEach = 5000;
    EventLoopHub hub;
    std::array<int, Threads> next{};
    int wrong = 0;
    int total = 0;
    const auto *const home = QThread::currentThread();
    std::vector<std::jthread> threads;
    for (int id = 0; id < Threads; ++id) {
        threads.emplace_back([&, id] {
            for (int i = 0; i < CallsEach; ++i) {
                hub.callSoon([&, id, i] {
                    wrong += next[size_t(id)]++ != i || QThread::currentThread() != home;
                    ++total;
                });
            }
        });
    }
    QTRY_COMPARE_WITH_TIMEOUT(total, Threads * CallsEach, 20000);
    QCOMPARE(wrong, 0);
}

void tst_EventLoopHub::goesOnInsideANestedLoop()
{
    EventLoopHub hub;
    QEventLoop nested;
    QString order;
    hub.callSoon([&] {
        order += u'1';
        nested.exec(); // waits for a call of the same turn, and a timer that is due in it
        order += u'4';
    });
    hub.callSoon([&] { order += u'2'; });
    const auto timer = hub.callLater(1ms, [&] {
        order += u'3';
        nested.quit();
    });
    hub.callSoon([&] { work(hub, 1ms); }); // the timer is due when this turn comes to its timers
    QTRY_COMPARE(order, QStringLiteral("1234"));
}

void tst_EventLoopHub::callsTimersInOrderOfTimeThenAge()
{
    EventLoopHub hub;
    QString order;
    const auto start = hub.now();
    const auto c = hub.callAt(start + 6ms, [&] { order += u'c'; });
    const auto a = hub.callAt(start + 2ms, [&] { order += u'a'; });
    const auto b1 = hub.callAt(start + 4ms, [&] { order += u'1'; });
    const auto b2 = hub.callAt(start + 4ms, [&] { order += u'2'; });
    const auto past = hub.callAt(start - 1h, [&] { order += u'p'; });
    QVERIFY(order.isEmpty());
    QTRY_COMPARE(order, QStringLiteral("pa12c"));
}

void tst_EventLoopHub::isNeverEarly()
{
    EventLoopHub hub;
    std::vector<HubHandle> handles;
    int early = 0;
    int calls = 0;
    for (const auto delay : {0us, 1us, 300us, 999us, 1000us, 1001us, 2500us, 7777us}) {
        const auto when = hub.now() + delay;
        handles.push_back(hub.callAt(when, [&, when] {
            early += hub.now() < when;
            ++calls;
        }));
    }
    QTRY_COMPARE(calls, 8);
    QCOMPARE(early, 0);
}

void tst_EventLoopHub::doesNotCallACancelledTimer()
{
    EventLoopHub hub;
    bool isCalled = false;
    bool isDone = false;
    auto cancelled = hub.callLater(1ms, [&] { isCalled = true; });
    auto replaced = hub.callLater(1ms, [&] { isCalled = true; });
    {
        const auto destroyed = hub.callLater(1ms, [&] { isCalled = true; });
    }
    cancelled.cancel();
    cancelled.cancel();
    replaced = hub.callLater(3ms, [&] { isDone = true; });
    const HubHandle moved = std::move(replaced);
    QTRY_VERIFY(isDone);
    QVERIFY(!isCalled);
}

void tst_EventLoopHub::letsOneTimerCancelTheNext()
{
    EventLoopHub hub;
    bool isSecondCalled = false;
    bool isThirdCalled = false;
    const auto when = hub.now();
    HubHandle second;
    const auto first = hub.callAt(when, [&] { second.cancel(); });
    second = hub.callAt(when, [&] { isSecondCalled = true; });
    const auto third = hub.callAt(when, [&] { isThirdCalled = true; });
    QTRY_VERIFY(isThirdCalled);
    QVERIFY(!isSecondCalled);
}

void tst_EventLoopHub::letsATimerDestroyItsOwnHandle()
{
    EventLoopHub hub;
    const auto witness = std::make_shared<int>(0);
    auto handle = std::make_unique<HubHandle>();
    *handle = hub.callLater(0ms, [&handle, witness] {
        handle.reset();
        ++*witness;
    });
    QTRY_COMPARE(*witness, 1);
    QTRY_COMPARE(witness.use_count(), 1); // nothing keeps the callback
}

void tst_EventLoopHub::callsAnEarlierTimerThatWasMadeLater()
{
    EventLoopHub hub;
    bool isCalled = false;
    const auto late = hub.callLater(1h, [] { QFAIL("an hour has not passed"); });
    const auto soon = hub.callLater(2ms, [&] { isCalled = true; });
    QTRY_VERIFY(isCalled);
}

void tst_EventLoopHub::copesWithManyTimers()
{
    constexpr int Count = 100'000;
    EventLoopHub hub;
    RandomSource random(7);
    std::vector<HubHandle> handles;
    Hub::TimePoint last{};
    int wrong = 0;
    int calls = 0;
    const auto start = hub.now();
    for (int i = 0; i < Count; ++i) {
        const auto when = start + std::chrono::microseconds(random.next() % 50'000);
        handles.push_back(hub.callAt(when, [&, when] {
            wrong += when < last || hub.now() < when;
            last = when;
            ++calls;
        }));
    }
    for (size_t i = 0; i < Count; i += 2)
        handles[i].cancel();
    QTRY_COMPARE_WITH_TIMEOUT(calls, Count / 2, 20000);
    QCOMPARE(wrong, 0);
}

void tst_EventLoopHub::repeatsWithoutDrift()
{
    EventLoopHub hub;
    QList<qint64> beats; // whole intervals since the start
    constexpr auto Interval = 4ms;
    const auto start = hub.now();
    const auto handle = hub.callRepeatedly(Interval, [&] {
        beats.append((hub.now() - start) / Interval);
        work(hub, 1ms); // must not be added to the beat
    });
    QTRY_COMPARE_GE(beats.size(), 20);
    // A busy machine may be late and miss beats, but is never early, and never calls twice for one.
    for (qsizetype i = 0; i < beats.size(); ++i)
        QCOMPARE_GE(beats.at(i), i + 1);
}

void tst_EventLoopHub::leavesOutMissedBeats()
{
    EventLoopHub hub;
    int calls = 0;
    HubHandle end;
    const auto handle = hub.callRepeatedly(5ms, [&] {
        if (++calls == 1) {
            work(hub, 52ms); // ten beats
            end = hub.callLater(12ms, [&] { hub.stop(); });
        }
    });
    hub.run();
    QCOMPARE_LE(calls, 5); // not 1 + 10 + 2
    QCOMPARE_GE(calls, 2);
}

void tst_EventLoopHub::stopsRepeatingInsideTheCallback()
{
    EventLoopHub hub;
    int calls = 0;
    HubHandle handle;
    handle = hub.callRepeatedly(1ms, [&] {
        if (++calls == 3)
            handle.cancel();
    });
    QTRY_COMPARE(calls, 3);
    QVERIFY(!hub.runOnce(10ms));
    QCOMPARE(calls, 3);
}

void tst_EventLoopHub::survivesExtremeDelays()
{
    EventLoopHub hub;
    bool isCalled = false;
    const auto never = hub.callLater(Hub::Duration::max(), [] { QFAIL("the end of time"); });
    const auto month =
        hub.callLater(24h * 31, [] { QFAIL("longer than Qt's int of milliseconds"); });
    QVERIFY(!hub.runOnce(5ms));
    const auto negative = hub.callLater(Hub::Duration::min(), [&] { isCalled = true; });
    QTRY_VERIFY(isCalled);
}

void tst_EventLoopHub::tellsTheEndOfEveryTurn()
{
    EventLoopHub hub;
    QString order;
    HubHandle once;
    const auto first = hub.onTick([&] { order += u'A'; });
    once = hub.onTick([&] {
        order += u'B';
        once.cancel();
    });
    QVERIFY(!hub.runOnce(2ms));
    QVERIFY2(order.isEmpty(), "a turn without anything to do is none");
    hub.callSoon([&] { order += u'1'; });
    hub.callSoon([&] { order += u'2'; });
    QVERIFY(hub.runOnce(1s));
    QCOMPARE(order, QStringLiteral("12AB"));
    const auto timer = hub.callLater(1ms, [&] { order += u'3'; });
    QVERIFY(hub.runOnce(1s));
    QCOMPARE(order, QStringLiteral("12AB3A"));
}

void tst_EventLoopHub::tellsItsEndOnce()
{
    QString order;
    HubHandle kept;
    {
        EventLoopHub hub;
        kept = hub.onClose([&] { order += u'1'; });
        auto cancelled = hub.onClose([&] { order += u'x'; });
        cancelled.cancel();
        const auto destroyed = hub.onClose([&] { order += u'x'; });
        auto second = std::make_unique<HubHandle>(hub.onClose([&] { order += u'2'; }));
        hub.callSoon(
            [&order, handle = std::shared_ptr<HubHandle>(std::move(second))] { order += u'x'; });
        hub.close();
        QCOMPARE(order, QStringLiteral("1x2"));
        order.remove(u'x');
    }
    QCOMPARE(order, QStringLiteral("12"));
}

void tst_EventLoopHub::dropsWhatWaitsAtItsEnd()
{
    const auto witness = std::make_shared<int>(0);
    HubHandle handle;
    {
        EventLoopHub hub;
        hub.callSoon([witness] { ++*witness; });
        handle = hub.callLater(0ms, [witness] { ++*witness; });
        QCOMPARE(witness.use_count(), 3);
    }
    QCOMPARE(*witness, 0);
    QCOMPARE(witness.use_count(), 1);
}

void tst_EventLoopHub::ignoresHandlesThatOutliveIt()
{
    HubHandle timer;
    HubHandle repeated;
    HubHandle tick;
    {
        EventLoopHub hub;
        timer = hub.callLater(1h, [] {});
        repeated = hub.callRepeatedly(1h, [] {});
        tick = hub.onTick([] {});
    }
    timer.cancel();
    repeated.cancel();
    tick.cancel(); // no crash, nothing for the sanitizer to say
}

void tst_EventLoopHub::runsUntilStop()
{
    EventLoopHub hub;
    int calls = 0;
    const auto timer = hub.callRepeatedly(1ms, [&] {
        if (++calls == 3)
            hub.stop();
    });
    hub.run();
    QCOMPARE(calls, 3);
    hub.callSoon([&] { hub.stop(); });
    hub.run(); // again, from the beginning
}

void tst_EventLoopHub::stopsFromAnotherThread()
{
    EventLoopHub hub;
    std::jthread other;
    hub.callSoon([&] { other = std::jthread([&] { hub.stop(); }); });
    hub.run();
    QVERIFY(other.joinable());
}

void tst_EventLoopHub::doesNotRunIfStoppedBefore()
{
    EventLoopHub hub;
    bool isCalled = false;
    hub.stop();
    hub.callSoon([&] { isCalled = true; });
    hub.run();
    QVERIFY(!isCalled);
    hub.callSoon([&] { hub.stop(); });
    hub.run();
    QVERIFY(isCalled);
}

void tst_EventLoopHub::runsOnceAndSaysWhetherThereWasSomething()
{
    EventLoopHub hub;
    int calls = 0;
    QVERIFY(!hub.runOnce(0ms));
    hub.callSoon([&] { ++calls; });
    QVERIFY(hub.runOnce(0ms));
    QCOMPARE(calls, 1);
    const auto timer = hub.callLater(3ms, [&] { ++calls; });
    QVERIFY(hub.runOnce(10s));
    QCOMPARE(calls, 2);
    // What is not the Hub's does not count, but is done.
    bool isPosted = false;
    const auto post = [&] { isPosted = true; };
    QMetaObject::invokeMethod(this, post, Qt::QueuedConnection);
    QVERIFY(!hub.runOnce(3ms));
    QVERIFY(isPosted);
}

void tst_EventLoopHub::runsOnceNoLongerThanAsked()
{
    EventLoopHub hub;
    const auto start = hub.now();
    QVERIFY(!hub.runOnce(20ms));
    QCOMPARE_GE(hub.now() - start, 20ms);
    QCOMPARE_LT(hub.now() - start, 2s); // generous: a busy machine
}

void tst_EventLoopHub::wakesFromRunOnceByAnotherThread()
{
    EventLoopHub hub;
    bool isCalled = false;
    const std::jthread other([&] { hub.callSoon([&] { isCalled = true; }); });
    const auto start = hub.now();
    QVERIFY(hub.runOnce(20s));
    QVERIFY(isCalled);
    QCOMPARE_LT(hub.now() - start, 10s); // when it was woken, not when the time was over
}

void tst_EventLoopHub::hasClocksThatGoOn()
{
    const EventLoopHub hub;
    const auto steady = hub.now();
    const auto wall = hub.wallTime().time_since_epoch();
    QCOMPARE_GE(hub.now(), steady);
    QCOMPARE_GT(wall, 24h * 365 * 50);
    const auto expected = QDateTime::currentMSecsSinceEpoch();
    QCOMPARE_LT(std::abs(expected - wall / 1ms), 10'000);
}

QOMBU_TEST(tst_EventLoopHub)
#include "tst_eventloophub.moc"
