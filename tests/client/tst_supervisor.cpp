// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/supervisor.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

#include <cerrno>
#include <set>

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

Error broken()
{
    return Error(Error::Connection, QStringLiteral("broken")).withRecoverable(true);
}

Error refused()
{
    return broken().withReplyCode(ECONNREFUSED);
}

RetrySchedule::Random counting()
{
    return [n = quint64(0)]() mutable { return n += 7919; };
}

const Hub::TimePoint start(1h);

} // namespace

class tst_Supervisor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void goesFromClosedToOpen();
    void flappingLinkIsNotASuccess();
    void nobodyThereIsAskedAboutEverySecond();
    void restartsDoNotAddUp();
    void troubleIsAskedAboutEverMoreSeldom();
    void jitterStaysWithinAQuarter();
    void shuffleTriesEveryUrlInEachRound();
    void authenticationErrorsOfOneUrlDoNotStopAList();
    void givesUpWhatNoVersionOfTheUrlCanDo();
    void closesAtAnyTime();
};

void tst_Supervisor::goesFromClosedToOpen()
{
    Supervisor supervisor({}, 1, counting());
    QCOMPARE(supervisor.state(), Connection::Closed);
    QCOMPARE(supervisor.open().kind, Supervisor::Step::Connect);
    QCOMPARE(supervisor.open().kind, Supervisor::Step::Nothing);
    const auto step = supervisor.linkFailed(broken(), start);
    QCOMPARE(step.kind, Supervisor::Step::Wait);
    QCOMPARE(supervisor.state(), Connection::Waiting);
    QCOMPARE(supervisor.lastError(), broken());
    QCOMPARE(supervisor.waited().kind, Supervisor::Step::Connect);
    QCOMPARE(supervisor.attempt(), 2);
    supervisor.linkOpened(start);
    QCOMPARE(supervisor.state(), Connection::Open);
    QVERIFY(!supervisor.lastError().isError());
    QCOMPARE(supervisor.waited().kind, Supervisor::Step::Nothing);
}

void tst_Supervisor::flappingLinkIsNotASuccess()
{
    Supervisor supervisor({}, 1, counting());
    supervisor.open();
    auto last = 0ms;
    for (int i = 0; i < 6; ++i) {
        supervisor.linkOpened(start);
        const auto step = supervisor.linkFailed(broken(), start + 10ms);
        QCOMPARE(step.kind, Supervisor::Step::Wait);
        QVERIFY(step.delay > last);
        last = step.delay;
        supervisor.waited();
    }
    supervisor.linkOpened(start);
    QVERIFY(supervisor.linkFailed(broken(), start + 10s).delay < 130ms);
}

void tst_Supervisor::nobodyThereIsAskedAboutEverySecond()
{
    Supervisor supervisor({}, 1, counting());
    supervisor.open();
    auto last = 0ms;
    for (int i = 0; i < 50; ++i) {
        const auto step = supervisor.linkFailed(refused(), start);
        QCOMPARE(step.kind, Supervisor::Step::Wait);
        QVERIFY(step.delay <= 1250ms);
        last = step.delay;
        supervisor.waited();
    }
    QVERIFY(last >= 750ms); // no storm
}

// However often a server goes and comes back.
void tst_Supervisor::restartsDoNotAddUp()
{
    Supervisor supervisor({}, 1, counting());
    supervisor.open();
    auto now = start;
    for (int restart = 0; restart < 20; ++restart) {
        supervisor.linkOpened(now);
        now += 1500ms;
        QVERIFY(supervisor.linkFailed(broken(), now).delay < 130ms);
        supervisor.waited();
        for (int i = 0; i < 8; ++i) { // until it listens again
            const auto step = supervisor.linkFailed(refused(), now);
            QVERIFY(step.delay <= 1250ms);
            now += step.delay;
            supervisor.waited();
        }
    }
}

void tst_Supervisor::troubleIsAskedAboutEverMoreSeldom()
{
    Supervisor supervisor({}, 1, counting());
    supervisor.open();
    auto last = 0ms;
    for (int i = 0; i < 12; ++i) {
        last = supervisor.linkFailed(broken(), start).delay;
        supervisor.waited();
    }
    QVERIFY(last >= 11s);
}

void tst_Supervisor::givesUpWhatNoVersionOfTheUrlCanDo()
{
    const Error unsupported(Error::Unsupported, QStringLiteral("no TLS"));
    Supervisor supervisor({}, 2, counting());
    supervisor.open();
    QCOMPARE(supervisor.linkFailed(unsupported, start).kind, Supervisor::Step::Connect);
    QCOMPARE(supervisor.linkFailed(unsupported, start).kind, Supervisor::Step::GiveUp);
}

void tst_Supervisor::jitterStaysWithinAQuarter()
{
    std::set<qint64> seen;
    for (quint64 random = 0; random < 1000; ++random) {
        const auto delay = RetrySchedule::withJitter(400ms, random * 2654435761u);
        QVERIFY(delay >= 300ms && delay <= 500ms);
        seen.insert(delay.count());
    }
    QVERIFY(seen.size() > 100);
}

void tst_Supervisor::shuffleTriesEveryUrlInEachRound()
{
    ConnectionOptions options;
    options.failover = FailoverStrategy::Shuffle;
    RetrySchedule schedule(options, 5, counting());
    std::set<std::vector<int>> orders;
    for (int round = 0; round < 20; ++round) {
        std::vector<int> order;
        for (int i = 0; i < 5; ++i) {
            order.push_back(schedule.alternate());
            const auto delay = schedule.next(RetrySchedule::Failure::Trouble);
            QVERIFY(delay);
            QCOMPARE(*delay == 0ms, i < 4);
        }
        QCOMPARE(std::set<int>(order.begin(), order.end()).size(), size_t(5));
        orders.insert(order);
    }
    QVERIFY(orders.size() > 3);
}

void tst_Supervisor::authenticationErrorsOfOneUrlDoNotStopAList()
{
    const Error wrong(Error::Authentication, QStringLiteral("no"));
    Supervisor supervisor({}, 3, counting());
    supervisor.open();
    QCOMPARE(supervisor.linkFailed(wrong, start).kind, Supervisor::Step::Connect);
    QCOMPARE(supervisor.linkFailed(broken(), start).kind, Supervisor::Step::Connect);
    QCOMPARE(supervisor.linkFailed(wrong, start).kind, Supervisor::Step::Wait);
    supervisor.waited();
    QCOMPARE(supervisor.linkFailed(wrong, start).kind, Supervisor::Step::Connect);
    QCOMPARE(supervisor.linkFailed(wrong, start).kind, Supervisor::Step::GiveUp);
    QCOMPARE(supervisor.state(), Connection::Closed);
    QCOMPARE(supervisor.open().kind, Supervisor::Step::Connect);
}

void tst_Supervisor::closesAtAnyTime()
{
    Supervisor supervisor({}, 1, counting());
    supervisor.open();
    supervisor.close();
    QCOMPARE(supervisor.state(), Connection::Closed);
    supervisor.open();
    supervisor.linkFailed(broken(), start);
    supervisor.close();
    QCOMPARE(supervisor.waited().kind, Supervisor::Step::Nothing);
    QCOMPARE(supervisor.state(), Connection::Closed);
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_Supervisor)
#include "tst_supervisor.moc"
