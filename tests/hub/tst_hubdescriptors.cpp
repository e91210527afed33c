// SPDX-License-Identifier: BSD-3-Clause
#include "hub/eventloophub.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace Qombu;
using namespace std::chrono_literals;
using Strategy = DescriptorWatch::Strategy;

namespace {

// A counter of the kernel: readable while it is not zero, always writable.
class EventFd
{
public:
    EventFd()
        : fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
    {
    }
    ~EventFd() { close(); }
    EventFd(EventFd &&other) noexcept
        : fd(std::exchange(other.fd, -1))
    {
    }

    void set() const { ::eventfd_write(fd, 1); }
    bool clear() const
    {
        eventfd_t value = 0;
        return ::eventfd_read(fd, &value) == 0;
    }
    void close()
    {
        if (fd >= 0)
            ::close(std::exchange(fd, -1));
    }

    int fd;
};

struct Pipe
{
    Pipe()
    {
        if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0)
            qFatal("no pipe");
    }
    ~Pipe()
    {
        for (const int fd : ends) {
            if (fd >= 0)
                ::close(fd);
        }
    }

    int ends[2] = {-1, -1};
};

// Turns the loop as often as there is something to do at once.
int turnsWithoutWaiting(EventLoopHub &hub, int limit)
{
    int turns = 0;
    while (turns < limit && hub.runOnce(0ms))
        ++turns;
    return turns;
}

} // namespace

// What the Hub promises about descriptors, by each way of watching them.
class tst_HubDescriptors : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void tellsWhatCanBeRead();
    void tellsAgainWhatIsLeftUnread();
    void tellsAWriterUntilItIsRemoved();
    void watchesBothSidesOfOneDescriptor();
    void tellsThatThePeerIsGone();
    void replacesACallback();
    void removesItselfInItsCallback();
    void removesAnotherInACallback();
    void deliversNothingStaleToAReusedNumber();
    void recoversFromANumberThatWasClosedTooEarly();
    void ignoresWhatIsNotWatched();
    void addsInACallback();
    void freesTheCallback();
    void letsTheLoopBreathe();
    void staysFairWhenAllAreReady();
    void goesOnInsideANestedLoop();
    void watchesTenThousand();
    void endsATurnWithATick();
};

void tst_HubDescriptors::initTestCase_data()
{
    QTest::addColumn<int>("strategy");
    QTest::newRow("epoll set") << int(Strategy::Epoll);
    QTest::newRow("notifier each") << int(Strategy::NotifierEach);
}

#define MAKE_HUB(hub)                                                                              \
    QFETCH_GLOBAL(int, strategy);                                                                  \
    EventLoopHub hub                                                                               \
    {                                                                                              \
        Strategy(strategy)                                                                         \
    }

void tst_HubDescriptors::tellsWhatCanBeRead()
{
    MAKE_HUB(hub);
    const EventFd event;
    int calls = 0;
    hub.addReader(event.fd, [&] {
        ++calls;
        event.clear();
    });
    QVERIFY(!hub.runOnce(2ms));
    event.set();
    QVERIFY(hub.runOnce(10s));
    QVERIFY(!hub.runOnce(2ms));
    QCOMPARE(calls, 1);
    hub.remove(event.fd);
}

void tst_HubDescriptors::tellsAgainWhatIsLeftUnread()
{
    MAKE_HUB(hub);
    const EventFd event;
    int calls = 0;
    hub.addReader(event.fd, [&] {
        if (++calls == 5)
            event.clear();
    });
    event.set();
    QTRY_COMPARE(calls, 5);
    QVERIFY(!hub.runOnce(2ms));
    hub.remove(event.fd);
}

void tst_HubDescriptors::tellsAWriterUntilItIsRemoved()
{
    MAKE_HUB(hub);
    const EventFd event;
    int calls = 0;
    hub.addWriter(event.fd, [&] { ++calls; });
    QTRY_COMPARE_GE(calls, 5);
    hub.removeWriter(event.fd);
    calls = 0;
    QVERIFY(!hub.runOnce(2ms));
    QCOMPARE(calls, 0);
}

void tst_HubDescriptors::watchesBothSidesOfOneDescriptor()
{
    MAKE_HUB(hub);
    const EventFd event;
    int reads = 0;
    int writes = 0;
    hub.addReader(event.fd, [&] { ++reads; });
    hub.addWriter(event.fd, [&] { ++writes; });
    QTRY_COMPARE_GE(writes, 2);
    QCOMPARE(reads, 0);
    event.set();
    QTRY_COMPARE_GE(reads, 2);
    hub.removeWriter(event.fd);
    reads = writes = 0;
    QTRY_COMPARE_GE(reads, 2);
    QCOMPARE(writes, 0);
    hub.addWriter(event.fd, [&] { ++writes; });
    hub.removeReader(event.fd);
    reads = 0;
    QTRY_COMPARE_GE(writes, 2);
    QCOMPARE(reads, 0);
    hub.remove(event.fd);
}

void tst_HubDescriptors::tellsThatThePeerIsGone()
{
    MAKE_HUB(hub);
    Pipe pipe;
    bool isReaderTold = false;
    hub.addReader(pipe.ends[0], [&] {
        char byte = 0;
        isReaderTold = ::read(pipe.ends[0], &byte, 1) == 0;
        hub.remove(pipe.ends[0]);
    });
    ::close(std::exchange(pipe.ends[1], -1));
    QTRY_VERIFY(isReaderTold);
}

void tst_HubDescriptors::replacesACallback()
{
    MAKE_HUB(hub);
    const EventFd event;
    QString order;
    hub.addReader(event.fd, [&] {
        order += u'1';
        hub.addReader(event.fd, [&] {
            order += u'2';
            hub.remove(event.fd);
        });
    });
    event.set();
    QTRY_COMPARE(order, QStringLiteral("12"));
    QVERIFY(!hub.runOnce(2ms));
}

void tst_HubDescriptors::removesItselfInItsCallback()
{
    MAKE_HUB(hub);
    EventFd event;
    int calls = 0;
    const auto both = [&] {
        ++calls;
        hub.remove(event.fd);
        event.close();
    };
    event.set();
    hub.addReader(event.fd, both);
    hub.addWriter(event.fd, both);
    QVERIFY(hub.runOnce(10s));
    QVERIFY(!hub.runOnce(2ms));
    QCOMPARE(calls, 1);
}

void tst_HubDescriptors::removesAnotherInACallback()
{
    MAKE_HUB(hub);
    const EventFd a;
    const EventFd b;
    int calls = 0;
    const auto removeBoth = [&] {
        ++calls;
        hub.remove(a.fd);
        hub.remove(b.fd);
    };
    hub.addReader(a.fd, removeBoth);
    hub.addReader(b.fd, removeBoth);
    a.set();
    b.set();
    QVERIFY(hub.runOnce(10s));
    QVERIFY(!hub.runOnce(2ms));
    QCOMPARE(calls, 1);
}

void tst_HubDescriptors::deliversNothingStaleToAReusedNumber()
{
    MAKE_HUB(hub);
    // Both are ready in one batch; whoever comes first closes the other, whose number a descriptor
    // gets that is not ready.
    std::array<EventFd, 2> old;
    std::array<EventFd, 2> reused;
    int stale = 0;
    int calls = 0;
    for (const size_t i : {0U, 1U}) {
        old[i].set();
        hub.addReader(old[i].fd, [&, i] {
            ++calls;
            old[i].clear();
            const size_t other = 1 - i;
            const int number = old[other].fd;
            hub.remove(number);
            old[other].close();
            EventFd fresh;
            if (fresh.fd != number)
                qFatal("the kernel gives the lowest free number");
            reused[other].close();
            reused[other].fd = std::exchange(fresh.fd, -1);
            hub.addReader(number, [&] { ++stale; });
        });
    }
    for (int i = 0; i < 3; ++i)
        hub.runOnce(2ms);
    QCOMPARE(calls, 1);
    QCOMPARE(stale, 0);
    for (EventFd &event : reused) {
        if (event.fd >= 0)
            event.set();
    }
    QTRY_COMPARE_GE(stale, 1); // it was watched all the time
    for (size_t i = 0; i < 2; ++i) {
        hub.remove(old[i].fd);
        hub.remove(reused[i].fd);
    }
}

void tst_HubDescriptors::recoversFromANumberThatWasClosedTooEarly()
{
    QFETCH_GLOBAL(int, strategy);
    if (Strategy(strategy) == Strategy::NotifierEach)
        return; // Qt keeps the number, so that there is nothing to recover from
    EventLoopHub hub{Strategy(strategy)};
    auto event = std::make_unique<EventFd>();
    const int number = event->fd;
    hub.addReader(number, [] {});
    event->close(); // against the rules
    const EventFd next;
    QCOMPARE(next.fd, number);
    bool isCalled = false;
    hub.addReader(number, [&] {
        isCalled = true;
        next.clear();
    });
    next.set();
    QTRY_VERIFY(isCalled);
    hub.remove(number);
}

void tst_HubDescriptors::ignoresWhatIsNotWatched()
{
    MAKE_HUB(hub);
    hub.removeReader(4711);
    hub.removeWriter(4711);
    hub.remove(-1);
    QVERIFY(!hub.runOnce(0ms));
}

void tst_HubDescriptors::addsInACallback()
{
    MAKE_HUB(hub);
    std::vector<EventFd> chain(200);
    size_t reached = 0;
    std::function<void()> step = [&] {
        chain[reached].clear();
        hub.remove(chain[reached].fd);
        if (++reached == chain.size())
            return;
        chain[reached].set();
        hub.addReader(chain[reached].fd, step);
    };
    chain[0].set();
    hub.addReader(chain[0].fd, step);
    QTRY_COMPARE(reached, chain.size());
}

void tst_HubDescriptors::freesTheCallback()
{
    MAKE_HUB(hub);
    const EventFd event;
    const auto witness = std::make_shared<int>(0);
    hub.addReader(event.fd, [&, witness] {
        hub.remove(event.fd);
        ++*witness; // still alive while it runs
    });
    event.set();
    QTRY_COMPARE(*witness, 1);
    QCOMPARE(witness.use_count(), 1);
}

void tst_HubDescriptors::letsTheLoopBreathe()
{
    MAKE_HUB(hub);
    // All are ready all the time: a turn must end nevertheless, and the timer get its share.
    std::vector<EventFd> events(500);
    int calls = 0;
    int largestTurn = 0;
    bool isTimerCalled = false;
    for (const EventFd &event : events) {
        event.set();
        hub.addReader(event.fd, [&] { ++calls; });
    }
    const auto timer = hub.callLater(1ms, [&] { isTimerCalled = true; });
    const auto tick =
        hub.onTick([&] { largestTurn = std::max(largestTurn, std::exchange(calls, 0)); });
    QTRY_VERIFY(isTimerCalled);
    QCOMPARE_LE(largestTurn, 64);
    for (const EventFd &event : events)
        hub.remove(event.fd);
}

void tst_HubDescriptors::staysFairWhenAllAreReady()
{
    MAKE_HUB(hub);
    std::vector<EventFd> events(300);
    std::vector<int> calls(events.size());
    for (size_t i = 0; i < events.size(); ++i) {
        events[i].set();
        hub.addReader(events[i].fd, [&calls, i] { ++calls[i]; });
    }
    const auto tick = hub.onTick([&] {
        if (*std::min_element(calls.begin(), calls.end()) >= 20)
            hub.stop();
    });
    const auto deadline = hub.callLater(20s, [&] { hub.stop(); });
    hub.run();
    QCOMPARE_GE(*std::min_element(calls.begin(), calls.end()), 20);
    QCOMPARE_LE(*std::max_element(calls.begin(), calls.end()), 25);
    for (const EventFd &event : events)
        hub.remove(event.fd);
}

void tst_HubDescriptors::goesOnInsideANestedLoop()
{
    MAKE_HUB(hub);
    std::array<EventFd, 2> events;
    QEventLoop nested;
    int entered = 0;
    int calls = 0;
    for (const EventFd &event : events) {
        event.set();
        hub.addReader(event.fd, [&] {
            ++calls;
            event.clear();
            if (++entered == 1)
                nested.exec(); // the other one, of the same batch, ends it
            else
                nested.quit();
        });
    }
    QTRY_COMPARE(calls, 2);
    QVERIFY(!hub.runOnce(2ms));
    QCOMPARE(calls, 2); // what the nested loop delivered is not delivered again
    for (const EventFd &event : events)
        hub.remove(event.fd);
}

void tst_HubDescriptors::watchesTenThousand()
{
    QFETCH_GLOBAL(int, strategy);
    // Qt's dispatchers give poll(2) all of them in every turn: enough of that is enough.
    const size_t count = Strategy(strategy) == Strategy::Epoll ? 10'000 : 500;
    rlimit limit{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 20'000);
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    QVERIFY2(limit.rlim_cur > count + 100, "this machine allows too few descriptors");

    EventLoopHub hub{Strategy(strategy)};
    std::vector<EventFd> events(count);
    std::vector<int> calls(count);
    for (size_t i = 0; i < count; ++i) {
        QVERIFY(events[i].fd >= 0);
        hub.addReader(events[i].fd, [&, i] {
            ++calls[i];
            events[i].clear();
        });
    }
    for (const size_t one : {count - 1, size_t(0), count / 2}) {
        events[one].set();
        QVERIFY(hub.runOnce(10s));
        QCOMPARE(calls[one], 1);
    }
    for (const EventFd &event : events)
        event.set();
    turnsWithoutWaiting(hub, int(count));
    calls[0]--, calls[count / 2]--, calls[count - 1]--;
    QCOMPARE(std::count(calls.begin(), calls.end(), 1), qsizetype(count));
    for (const EventFd &event : events)
        hub.remove(event.fd);
}

void tst_HubDescriptors::endsATurnWithATick()
{
    MAKE_HUB(hub);
    const EventFd event;
    QString order;
    hub.addReader(event.fd, [&] {
        event.clear();
        order += u'r';
    });
    const auto tick = hub.onTick([&] { order += u't'; });
    event.set();
    QVERIFY(hub.runOnce(10s));
    QCOMPARE(order, QStringLiteral("rt"));
    hub.remove(event.fd);
}

QOMBU_TEST(tst_HubDescriptors)
#include "tst_hubdescriptors.moc"
