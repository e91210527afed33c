// SPDX-License-Identifier: BSD-3-Clause
#include "hub/simulatedhub.h"
#include "support/testmain.h"

#include <QtCore/qpointer.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace std::chrono_literals;

class tst_SimulatedHub : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void movesTimeOnlyWhenAsked();
    void jumpsFromTimerToTimer();
    void makesCallsInOrder();
    void callsReadyDescriptorsOnce();
    void forgetsReadinessOfARemovedDescriptor();
    void deliversPostedEventsOfThisThread();
    void deletesLater();
    void repeatsToTheNanosecond();
    void ticksAtTheEndOfATurn();
    void runsUntilNothingIsLeft();
    void stopsInTheMiddle();
    void runsOnce();
    void tellsItsEnd();
    void isTheSameTwice();
    void differsByItsSeed();
    void theLongestDelayIsNeverOver();
};

void tst_SimulatedHub::movesTimeOnlyWhenAsked()
{
    SimulatedHub hub;
    const auto start = hub.now();
    const auto wall = hub.wallTime();
    hub.settle();
    QCOMPARE(hub.now(), start);
    hub.advance(90s);
    QCOMPARE(hub.now() - start, 90s);
    QCOMPARE(hub.wallTime() - wall, 90s);
}

void tst_SimulatedHub::jumpsFromTimerToTimer()
{
    SimulatedHub hub;
    const auto start = hub.now();
    QList<qint64> calls;
    const auto note = [&] { calls.append((hub.now() - start) / 1s); };
    const auto late = hub.callLater(24h, note);
    const auto b = hub.callLater(20s, note);
    const auto a = hub.callLater(10s, [&] {
        note();
        hub.callSoon(note); // at the same instant
    });
    auto cancelled = hub.callLater(15s, note);
    cancelled.cancel();
    QCOMPARE(*hub.nextDue() - start, 10s);
    hub.advance(20s - 1ns);
    QCOMPARE(calls, (QList<qint64>{10, 10}));
    hub.advance(1ns);
    QCOMPARE(calls, (QList<qint64>{10, 10, 20}));
    QCOMPARE(*hub.nextDue() - start, 24h);
}

void tst_SimulatedHub::makesCallsInOrder()
{
    SimulatedHub hub;
    QString order;
    hub.callSoon([&] {
        order += u'1';
        hub.callSoon([&] { order += u'3'; });
    });
    hub.callSoon([&] { order += u'2'; });
    QVERIFY(order.isEmpty());
    hub.settle();
    QCOMPARE(order, QStringLiteral("123"));
}

void tst_SimulatedHub::callsReadyDescriptorsOnce()
{
    SimulatedHub hub;
    QString order;
    hub.addReader(7, [&] { order += u'r'; });
    hub.addWriter(7, [&] { order += u'w'; });
    hub.addReader(3, [&] { order += u'R'; });
    hub.settle();
    QVERIFY(order.isEmpty());
    hub.makeWritable(7);
    hub.makeReadable(7);
    hub.makeReadable(3);
    hub.settle();
    QCOMPARE(order, QStringLiteral("Rrw"));
    hub.settle();
    QCOMPARE(order, QStringLiteral("Rrw"));
}

void tst_SimulatedHub::forgetsReadinessOfARemovedDescriptor()
{
    SimulatedHub hub;
    int calls = 0;
    hub.addReader(1, [&] {
        ++calls;
        hub.remove(2);
        hub.addReader(2, [&] { ++calls; });
    });
    hub.addReader(2, [&] { ++calls; });
    hub.makeReadable(1);
    hub.makeReadable(2);
    hub.settle();
    QCOMPARE(calls, 1);
    QVERIFY(hub.hasReader(2));
    QVERIFY(!hub.hasWriter(2));
}

void tst_SimulatedHub::deliversPostedEventsOfThisThread()
{
    SimulatedHub hub;
    QString order;
    hub.callSoon([&] {
        QMetaObject::invokeMethod(
            this,
            [&] {
                order += u'h'; // a handle's signal, posted by the engine
                hub.callSoon([&] { order += u'e'; });
            },
            Qt::QueuedConnection);
    });
    hub.settle();
    QCOMPARE(order, QStringLiteral("he"));
}

void tst_SimulatedHub::deletesLater()
{
    SimulatedHub hub;
    const QPointer<QObject> object = new QObject;
    hub.callSoon([&] { object->deleteLater(); });
    hub.settle();
    QVERIFY(!object);
}

void tst_SimulatedHub::repeatsToTheNanosecond()
{
    SimulatedHub hub;
    const auto start = hub.now();
    QList<qint64> beats;
    const auto handle = hub.callRepeatedly(7ms, [&] { beats.append((hub.now() - start) / 1ns); });
    hub.advance(30ms);
    QCOMPARE(beats, (QList<qint64>{7'000'000, 14'000'000, 21'000'000, 28'000'000}));
}

void tst_SimulatedHub::ticksAtTheEndOfATurn()
{
    SimulatedHub hub;
    QString order;
    const auto tick = hub.onTick([&] { order += u't'; });
    hub.advance(1h);
    QVERIFY(order.isEmpty());
    hub.callSoon([&] { order += u'1'; });
    hub.callSoon([&] { order += u'2'; });
    hub.settle();
    QCOMPARE(order, QStringLiteral("12t"));
}

void tst_SimulatedHub::runsUntilNothingIsLeft()
{
    SimulatedHub hub;
    const auto start = hub.now();
    int calls = 0;
    const auto timer = hub.callLater(1h, [&] { ++calls; });
    hub.run();
    QCOMPARE(calls, 1);
    QCOMPARE(hub.now() - start, 1h);
}

void tst_SimulatedHub::stopsInTheMiddle()
{
    SimulatedHub hub;
    const auto start = hub.now();
    int calls = 0;
    const auto timer = hub.callRepeatedly(1s, [&] {
        if (++calls == 3)
            hub.stop();
    });
    hub.run();
    QCOMPARE(hub.now() - start, 3s);
    hub.advance(1s);
    QCOMPARE(calls, 4);
}

void tst_SimulatedHub::runsOnce()
{
    SimulatedHub hub;
    const auto start = hub.now();
    int calls = 0;
    const auto timer = hub.callLater(5s, [&] { ++calls; });
    QVERIFY(!hub.runOnce(2s));
    QCOMPARE(hub.now() - start, 2s);
    QVERIFY(hub.runOnce(10s));
    QCOMPARE(hub.now() - start, 5s);
    QCOMPARE(calls, 1);
}

void tst_SimulatedHub::tellsItsEnd()
{
    int calls = 0;
    HubHandle kept;
    HubHandle timer;
    {
        SimulatedHub hub;
        kept = hub.onClose([&] { ++calls; });
        timer = hub.callLater(1s, [&] { calls = 99; });
        hub.callSoon([&] { calls = 99; });
    }
    QCOMPARE(calls, 1);
}

namespace {

// A small program that depends on all that a Hub offers.
QStringList story(quint64 seed)
{
    SimulatedHub hub(seed);
    QStringList lines;
    std::vector<HubHandle> handles;
    const auto note = [&](int what) {
        lines.append(QStringLiteral("%1 at %2").arg(what).arg(hub.now().time_since_epoch() / 1ns));
    };
    hub.addReader(5, [&] { note(5); });
    for (int i = 100; i < 200; ++i) {
        handles.push_back(hub.callLater(std::chrono::microseconds(hub.random() % 1000), [&, i] {
            note(i);
            if (hub.random() % 2)
                hub.makeReadable(5);
            else
                hub.callSoon([&] { note(6); });
        }));
    }
    hub.advance(1s);
    return lines;
}

} // namespace

void tst_SimulatedHub::isTheSameTwice()
{
    QCOMPARE(story(42), story(42));
    QCOMPARE_GE(story(42).size(), 150);
}

void tst_SimulatedHub::differsByItsSeed()
{
    QVERIFY(story(1) != story(2));
}

void tst_SimulatedHub::theLongestDelayIsNeverOver()
{
    SimulatedHub hub;
    int calls = 0;
    const auto count = [&] { ++calls; };
    const HubHandle most = hub.callLater(std::chrono::milliseconds::max(), count);
    const HubHandle many = hub.callLater(std::chrono::hours(24 * 365 * 1000), count);
    const HubHandle least = hub.callLater(std::chrono::milliseconds::min(), count);
    const HubHandle none = hub.callLater({}, count);
    hub.advance(std::chrono::hours(24));
    QCOMPARE(calls, 2);
}

QOMBU_TEST(tst_SimulatedHub)
#include "tst_simulatedhub.moc"
