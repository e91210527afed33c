// SPDX-License-Identifier: BSD-3-Clause
#include "client/engine/backoff.h"
#include "client/engine/retryschedule.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

#include <cerrno>
#include <set>

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

Error linkBroken()
{
    return Error(Error::Connection, QStringLiteral("broken")).withRecoverable(true);
}

Error connectionRefused()
{
    return linkBroken().withReplyCode(ECONNREFUSED);
}

RetrySchedule::Random counting()
{
    return [n = quint64(0)]() mutable { return n += 7919; };
}

const Hub::TimePoint scheduleStart(1h);

const std::optional<std::chrono::milliseconds> AtOnce(0ms);
const std::optional<std::chrono::milliseconds> Never;

} // namespace

class tst_RetrySchedule : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void flappingLinkIsNotASuccess();
    void workingLinkComesBackSoon();
    void nobodyThereIsAskedAboutEverySecond();
    void restartsDoNotAddUp();
    void troubleIsAskedAboutEverMoreSeldom();
    void jitterStaysWithinAQuarter();
    void backoffDoublesUpToItsMaximum();
    void shuffleTriesEveryUrlInEachRound();
    void authenticationErrorsOfOneUrlDoNotStopAList();
    void authenticationErrorsStopAListOfWhichNobodyElseIsThere();
    void givesUpWhatNoVersionOfTheUrlCanDo();
};

void tst_RetrySchedule::flappingLinkIsNotASuccess()
{
    RetrySchedule schedule({}, 1, counting());
    auto last = 0ms;
    for (int i = 0; i < 6; ++i) {
        schedule.linkOpened(scheduleStart);
        const auto delay = schedule.failed(linkBroken(), scheduleStart + 10ms);
        QVERIFY(delay);
        QVERIFY(*delay > last);
        last = *delay;
    }
    schedule.linkOpened(scheduleStart);
    const auto delay = schedule.failed(linkBroken(), scheduleStart + 10s);
    QVERIFY(delay && *delay > 0ms && *delay < 130ms);
}

// However short it lived. Without a storm, and without using up the attempts.
void tst_RetrySchedule::workingLinkComesBackSoon()
{
    ConnectionOptions options;
    options.retryLimit = 3;
    RetrySchedule schedule(options, 1, counting());
    auto last = 0ms;
    for (int i = 0; i < 50; ++i) {
        schedule.linkOpened(scheduleStart);
        schedule.linkWorked();
        const auto delay = schedule.failed(linkBroken(), scheduleStart + 10ms);
        QVERIFY(delay && *delay > 0ms && *delay <= 1250ms);
        QCOMPARE(schedule.attempts(), 0);
        last = *delay;
    }
    QVERIFY(last >= 750ms);
    schedule.linkOpened(scheduleStart); // what it did before does not count
    QVERIFY(schedule.failed(linkBroken(), scheduleStart + 10ms));
    schedule.linkOpened(scheduleStart);
    QVERIFY(schedule.failed(linkBroken(), scheduleStart + 10ms) > last);
}

void tst_RetrySchedule::nobodyThereIsAskedAboutEverySecond()
{
    RetrySchedule schedule({}, 1, counting());
    auto last = 0ms;
    for (int i = 0; i < 50; ++i) {
        const auto delay = schedule.failed(connectionRefused(), scheduleStart);
        QVERIFY(delay && *delay > 0ms && *delay <= 1250ms);
        last = *delay;
    }
    QVERIFY(last >= 750ms); // no storm
}

// However often a server goes and comes back.
void tst_RetrySchedule::restartsDoNotAddUp()
{
    RetrySchedule schedule({}, 1, counting());
    auto now = scheduleStart;
    for (int restart = 0; restart < 20; ++restart) {
        schedule.linkOpened(now);
        now += 1500ms;
        const auto first = schedule.failed(linkBroken(), now);
        QVERIFY(first && *first < 130ms);
        for (int i = 0; i < 8; ++i) { // until it listens again
            const auto delay = schedule.failed(connectionRefused(), now);
            QVERIFY(delay && *delay <= 1250ms);
            now += *delay;
        }
    }
}

void tst_RetrySchedule::troubleIsAskedAboutEverMoreSeldom()
{
    RetrySchedule schedule({}, 1, counting());
    auto last = 0ms;
    for (int i = 0; i < 12; ++i) {
        const auto delay = schedule.failed(linkBroken(), scheduleStart);
        QVERIFY(delay);
        last = *delay;
    }
    QVERIFY(last >= 11s);
}

void tst_RetrySchedule::givesUpWhatNoVersionOfTheUrlCanDo()
{
    const Error unsupported(Error::Unsupported, QStringLiteral("no TLS"));
    RetrySchedule schedule({}, 2, counting());
    QCOMPARE(schedule.failed(unsupported, scheduleStart), AtOnce);
    QCOMPARE(schedule.failed(unsupported, scheduleStart), Never);
}

void tst_RetrySchedule::jitterStaysWithinAQuarter()
{
    std::set<qint64> seen;
    for (quint64 random = 0; random < 1000; ++random) {
        const auto delay = Backoff::withJitter(400ms, random * 2654435761u);
        QVERIFY(delay >= 300ms && delay <= 500ms);
        seen.insert(delay.count());
    }
    QVERIFY(seen.size() > 100);
}

void tst_RetrySchedule::backoffDoublesUpToItsMaximum()
{
    ConnectionOptions options;
    options.retryFirst = 100ms;
    options.retryMaximum = 300ms;
    Backoff backoff(options);
    const quint64 middle = 25; // of the span of the first
    QCOMPARE(backoff.next(middle), 100ms);
    QVERIFY(backoff.next(0) == 150ms);
    QVERIFY(backoff.next(0) == 225ms);
    QVERIFY(backoff.next(0) == 225ms);
    backoff.reset();
    QCOMPARE(backoff.next(middle), 100ms);
}

void tst_RetrySchedule::shuffleTriesEveryUrlInEachRound()
{
    ConnectionOptions options;
    options.failover = FailoverStrategy::Shuffle;
    RetrySchedule schedule(options, 5, counting());
    std::set<std::vector<int>> orders;
    for (int round = 0; round < 20; ++round) {
        std::vector<int> order;
        for (int i = 0; i < 5; ++i) {
            order.push_back(schedule.alternate());
            const auto delay = schedule.failed(linkBroken(), scheduleStart);
            QVERIFY(delay);
            QCOMPARE(*delay == 0ms, i < 4);
        }
        QCOMPARE(std::set<int>(order.begin(), order.end()).size(), size_t(5));
        orders.insert(order);
    }
    QVERIFY(orders.size() > 3);
}

void tst_RetrySchedule::authenticationErrorsOfOneUrlDoNotStopAList()
{
    const Error wrong(Error::Authentication, QStringLiteral("no"));
    RetrySchedule schedule({}, 3, counting());
    QCOMPARE(schedule.failed(wrong, scheduleStart), AtOnce);
    QCOMPARE(schedule.failed(linkBroken(), scheduleStart), AtOnce);
    QVERIFY(schedule.failed(wrong, scheduleStart) > AtOnce);
    QCOMPARE(schedule.failed(wrong, scheduleStart), AtOnce);
    QCOMPARE(schedule.failed(wrong, scheduleStart), Never);
    schedule.restart();
    QCOMPARE(schedule.failed(wrong, scheduleStart), AtOnce);
}

void tst_RetrySchedule::authenticationErrorsStopAListOfWhichNobodyElseIsThere()
{
    const Error wrong(Error::Authentication, QStringLiteral("no"));
    RetrySchedule schedule({}, 2, counting());
    QCOMPARE(schedule.failed(wrong, scheduleStart), AtOnce);
    QVERIFY(schedule.failed(connectionRefused(), scheduleStart) > AtOnce);
    // It may be restarting.
    QCOMPARE(schedule.failed(wrong, scheduleStart + 20s), AtOnce);
    QVERIFY(schedule.failed(connectionRefused(), scheduleStart + 20s) > AtOnce);
    QCOMPARE(schedule.failed(wrong, scheduleStart + 31s), Never);
    schedule.restart();
    QCOMPARE(schedule.failed(connectionRefused(), scheduleStart + 40s), AtOnce);
    QVERIFY(schedule.failed(wrong, scheduleStart + 40s) > AtOnce);
    QCOMPARE(schedule.failed(connectionRefused(), scheduleStart + 41s), AtOnce);
    QVERIFY(schedule.failed(wrong, scheduleStart + 41s) > AtOnce);
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_RetrySchedule)
#include "tst_retryschedule.moc"
