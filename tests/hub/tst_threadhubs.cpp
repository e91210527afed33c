// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"

#include <Qombu/hub.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <unistd.h>

#include <atomic>
#include <semaphore>
#include <thread>

using namespace Qombu;
using namespace std::chrono_literals;

// Which thread has which Hub, and for how long. main() also tests the end of a
// QCoreApplication, which QtTest cannot.
class tst_ThreadHubs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void hasOneHubAThread();
    void watchesDescriptorsInEveryKindOfThread_data();
    void watchesDescriptorsInEveryKindOfThread();
    void diesWithItsThread();
    void hasOneBackgroundThread();
    void callsBackFromTheBackground();
};

namespace {

// Waits for a byte in a pipe, as a program would in a thread of its own.
bool hearsAPipe()
{
    Hub *const hub = Hub::current();
    int ends[2];
    if (::pipe(ends) != 0)
        return false;
    bool isHeard = false;
    hub->addReader(ends[0], [&] {
        char byte = 0;
        isHeard = ::read(ends[0], &byte, 1) == 1;
        hub->remove(ends[0]);
        hub->stop();
    });
    const auto timer = hub->callLater(1ms, [&] {
        if (::write(ends[1], "x", 1) != 1)
            hub->stop();
    });
    const auto deadline = hub->callLater(20s, [&] { hub->stop(); });
    hub->run();
    ::close(ends[0]);
    ::close(ends[1]);
    return isHeard;
}

} // namespace

void tst_ThreadHubs::hasOneHubAThread()
{
    Hub *const mine = Hub::current();
    QCOMPARE(Hub::current(), mine);
    QCOMPARE(mine->thread(), QThread::currentThread());
    Hub *other = nullptr;
    std::jthread([&] { other = Hub::current(); }).join();
    QVERIFY(other);
    QVERIFY(other != mine);
}

void tst_ThreadHubs::watchesDescriptorsInEveryKindOfThread_data()
{
    QTest::addColumn<std::function<void(std::function<void()>)>>("runIn");
    using Run = std::function<void(std::function<void()>)>;
    QTest::newRow("main thread") << Run([](const auto &f) { f(); });
    QTest::newRow("QThread") << Run([](const auto &f) {
        const std::unique_ptr<QThread> thread(QThread::create(f));
        thread->start();
        thread->wait();
    });
    QTest::newRow("std::thread") << Run([](const auto &f) { std::jthread(f).join(); });
    QTest::newRow("background") << Run([](const auto &f) {
        std::binary_semaphore done{0};
        Hub::background()->callSoon([&] {
            f();
            done.release();
        });
        done.acquire();
    });
}

void tst_ThreadHubs::watchesDescriptorsInEveryKindOfThread()
{
    QFETCH(std::function<void(std::function<void()>)>, runIn);
    bool isHeard = false;
    runIn([&] { isHeard = hearsAPipe(); });
    QVERIFY(isHeard);
}

void tst_ThreadHubs::diesWithItsThread()
{
    std::atomic<int> closed = 0;
    std::atomic<bool> inOwnThread = false;
    const auto program = [&] {
        Hub *const hub = Hub::current();
        // A program that never takes its hook back.
        static thread_local HubHandle hook;
        hook = hub->onClose([&, id = std::this_thread::get_id()] {
            ++closed;
            inOwnThread = id == std::this_thread::get_id();
        });
        const auto timer = hub->callLater(0ms, [hub] { hub->stop(); });
        hub->run();
    };
    const std::unique_ptr<QThread> thread(QThread::create(program));
    thread->start();
    QVERIFY(thread->wait());
    QCOMPARE(closed, 1);
    QVERIFY(inOwnThread);
}

void tst_ThreadHubs::hasOneBackgroundThread()
{
    Hub *const background = Hub::background();
    QCOMPARE(Hub::background(), background);
    QVERIFY(background != Hub::current());
    QVERIFY(background->thread() != QThread::currentThread());

    constexpr int Threads = 8;
    std::array<Hub *, Threads> seen{};
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < Threads; ++i)
        threads.emplace_back([&seen, i] { seen[i] = Hub::background(); });
    threads.clear();
    QCOMPARE(std::count(seen.begin(), seen.end(), background), Threads);

    Hub *current = nullptr;
    QThread *thread = nullptr;
    std::binary_semaphore done{0};
    background->callSoon([&] {
        current = Hub::current();
        thread = QThread::currentThread();
        done.release();
    });
    done.acquire();
    QCOMPARE(current, background);
    QCOMPARE(thread, background->thread());
}

void tst_ThreadHubs::callsBackFromTheBackground()
{
    Hub *const here = Hub::current();
    Hub *const there = Hub::background();
    int trips = 0;
    std::function<void()> trip = [&] {
        there->callSoon([&] {
            here->callSoon([&] {
                if (++trips < 1000)
                    trip();
                else
                    here->stop();
            });
        });
    };
    trip();
    const auto deadline = here->callLater(20s, [&] { here->stop(); });
    here->run();
    QCOMPARE(trips, 1000);
}

namespace {

// The Hubs of main thread and background when a QCoreApplication ends and another one comes.
int outlivesItsApplications(int argc, char **argv)
{
    int closed = 0;
    std::atomic<int> backgroundClosed = 0;
    HubHandle hook;
    Hub *latecomer = nullptr;
    for (int round = 1; round <= 2; ++round) {
        {
            const QCoreApplication application(argc, argv);
            if (!hearsAPipe())
                return 1;
            hook = Hub::current()->onClose([&] { ++closed; });
            std::binary_semaphore done{0};
            latecomer = Hub::background();
            latecomer->callSoon([&] {
                static thread_local HubHandle backgroundHook;
                backgroundHook = Hub::current()->onClose(
                    [&] { backgroundClosed += Hub::background() == Hub::current(); });
                done.release();
            });
            done.acquire();
        }
        if (closed != round || backgroundClosed != round)
            return 2;
        latecomer->callSoon([&] { backgroundClosed = 99; }); // too late, but allowed
        Hub::current()->callSoon([&] { closed = 99; });
    }
    return 0;
}

int runsAfterTheApplicationsThatCameBefore(int argc, char **argv)
{
    if (const int step = outlivesItsApplications(argc, argv)) {
        qCritical("FAIL! the Hub does not live as long as its QCoreApplication: %d", step);
        return step;
    }
    return QombuTest::runTest<tst_ThreadHubs, QCoreApplication>(argc, argv);
}

} // namespace

QOMBU_TEST_FUNCTION(tst_ThreadHubs, runsAfterTheApplicationsThatCameBefore)
#include "tst_threadhubs.moc"
