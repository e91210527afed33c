// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"

#include <Qombu/pendingfuture.h>
#include <Qombu/resolver.h>

#include <QElapsedTimer>
#include <QFutureWatcher>
#include <QTest>
#include <QTimer>

using namespace Qombu;
using namespace std::chrono_literals;

class tst_Pending : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answersOnce();
    void aDroppedResolverCancels();
    void anEarlyAnswerArrivesFromTheEventLoop();
    void nothingArrivesAfterTheContextDied_data();
    void nothingArrivesAfterTheContextDied();
    void waitTurnsTheLoopUntilTheAnswer();
    void waitEndsAtTheDeadline();
    void aLongWaitDoesNotEndAtOnce();
    void waitsCanNest();
    void becomesAFuture();
    void continuesInOrder();
    void aFutureReplacesNothing();
    void continuesWithWhatTheContinuationReturns();
    void endsWithThePendingThatTheContinuationReturns();
    void aDeadContextCancelsWhatFollows_data();
    void aDeadContextCancelsWhatFollows();
    void isWatchedWhileSomebodyMayTakeTheAnswer();
    void aContinuationMayEndEverything();
    void tellsOfAnAnswerThatNobodyTook();
    void aTakenAnswerIsNotGivenBack_data();
    void aTakenAnswerIsNotGivenBack();
    void anAnswerOnItsWayToADeadContextIsGivenBack();
    void aForwardedAnswerIsGivenBack();
    void nothingIsGivenBackOfAnOperationThatWasDropped();
};

void tst_Pending::answersOnce()
{
    const Resolver<int> resolver;
    QList<int> answers;
    resolver.pending().then(this, [&](const Result<int> &result) { answers << *result; });
    resolver.settle(1);
    resolver.settle(2);
    resolver.fail(Error(Error::Timeout, QStringLiteral("late")));
    QCOMPARE(answers, QList<int>{1});
    QVERIFY(resolver.isSettled());
    QCOMPARE(*resolver.pending().result(), 1);
}

void tst_Pending::aDroppedResolverCancels()
{
    std::optional<Resolver<void>> resolver(std::in_place);
    const std::optional<Resolver<void>> copy(resolver);
    Error error;
    resolver->pending().then(this, [&](const Result<void> &result) { error = result.error(); });
    const Pending<void> pending = resolver->pending();
    resolver.reset();
    QVERIFY(!pending.isFinished()); // the copy may still answer
    const_cast<std::optional<Resolver<void>> &>(copy).reset();
    QCOMPARE(error.kind(), Error::Cancelled);
    QCOMPARE(pending.result().error().kind(), Error::Cancelled);
}

void tst_Pending::anEarlyAnswerArrivesFromTheEventLoop()
{
    Pending<int> pending(7);
    int answer = 0;
    pending.then(this, [&](const Result<int> &result) { answer = *result; });
    QCOMPARE(answer, 0);
    QCoreApplication::processEvents();
    QCOMPARE(answer, 7);
}

void tst_Pending::nothingArrivesAfterTheContextDied_data()
{
    QTest::addColumn<bool>("early");
    QTest::newRow("answered before") << true;
    QTest::newRow("answered after") << false;
}

void tst_Pending::nothingArrivesAfterTheContextDied()
{
    QFETCH(bool, early);
    const Resolver<int> resolver;
    if (early)
        resolver.settle(1);
    auto context = std::make_unique<QObject>();
    bool called = false;
    resolver.pending().then(context.get(), [&](const Result<int> &) { called = true; });
    context.reset();
    resolver.settle(2);
    QCoreApplication::processEvents();
    QVERIFY(!called);
}

void tst_Pending::waitTurnsTheLoopUntilTheAnswer()
{
    const Resolver<int> resolver;
    QTimer::singleShot(0, this, [resolver] { resolver.settle(5); });
    const auto result = resolver.pending().wait(10s);
    QVERIFY(result.isOk());
    QCOMPARE(*result, 5);
    QCOMPARE(*resolver.pending().wait(0ms), 5);
}

void tst_Pending::waitEndsAtTheDeadline()
{
    const Resolver<int> resolver;
    QElapsedTimer timer;
    timer.start();
    const auto result = resolver.pending().wait(20ms);
    QVERIFY(timer.elapsed() >= 19);
    QCOMPARE(result.error().kind(), Error::Timeout);
    QVERIFY(result.error().text().contains(QLatin1String("20")));
    resolver.settle(1); // the wake-up of the finished wait is gone
    QCOMPARE(*resolver.pending().wait(0ms), 1);
}

void tst_Pending::aLongWaitDoesNotEndAtOnce()
{
    for (const auto timeout :
         {std::chrono::milliseconds(qint64(1) << 32), std::chrono::milliseconds::max()}) {
        const Resolver<int> resolver;
        QTimer::singleShot(20, this, [resolver] { resolver.settle(1); });
        const auto result = resolver.pending().wait(timeout);
        QVERIFY2(result.isOk(), qPrintable(result.error().text()));
    }
}

void tst_Pending::waitsCanNest()
{
    const Resolver<int> outer;
    const Resolver<int> inner;
    int nested = 0;
    QTimer::singleShot(0, this, [&] {
        QTimer::singleShot(0, this, [&] {
            outer.settle(1);
            inner.settle(2);
        });
        nested = *inner.pending().wait(10s) + *outer.pending().wait(10s);
    });
    QCOMPARE(*outer.pending().wait(10s), 1);
    QCOMPARE(nested, 3);
}

void tst_Pending::becomesAFuture()
{
    const Resolver<int> resolver;
    const QFuture<Result<int>> future = resolver.pending().toFuture();
    QVERIFY(!future.isFinished());
    resolver.settle(4);
    QVERIFY(future.isFinished());
    QCOMPARE(*future.result(), 4);
    QCOMPARE(*Pending<int>(5).toFuture().result(), 5);
}

void tst_Pending::continuesInOrder()
{
    const Resolver<int> resolver;
    const Pending<int> pending = resolver.pending();
    QString order;
    pending.then(this, [&](const Result<int> &) {
        order += u'1';
        pending.then(this, [&](const Result<int> &) { order += u'4'; });
    });
    pending.then(this, [&](const Result<int> &) { order += u'2'; })
        .then(this, [&](const Result<void> &) { order += u'b'; });
    pending.then(this, [&](const Result<int> &) { order += u'3'; });
    resolver.settle(1);
    QCOMPARE(order, QStringLiteral("12b3")); // the fourth from the event loop
    QCoreApplication::processEvents();
    QCOMPARE(order, QStringLiteral("12b34"));
}

void tst_Pending::aFutureReplacesNothing()
{
    const Resolver<int> resolver;
    int sum = 0;
    resolver.pending().then(this, [&](const Result<int> &result) { sum += *result; });
    const auto future = resolver.pending().toFuture();
    resolver.pending().then(this, [&](const Result<int> &result) { sum += *result; });
    resolver.settle(4);
    QCOMPARE(sum, 8);
    QCOMPARE(*future.result(), 4);
}

void tst_Pending::continuesWithWhatTheContinuationReturns()
{
    const Resolver<int> resolver;
    const auto done = resolver.pending().then(this, [](const Result<int> &) {});
    const auto half =
        resolver.pending().then(this, [half = std::make_unique<double>(0.5)](Result<int> result) {
            return *result * *half;
        });
    const auto refused = half.then(this, [](const Result<double> &) -> Result<QString> {
        return Error(Error::NotFound, QStringLiteral("none"));
    });
    const auto failed =
        refused.then(this, [](const Result<QString> &result) { return result.error(); });
    static_assert(std::is_same_v<decltype(done), const Pending<void>>);
    static_assert(std::is_same_v<decltype(half), const Pending<double>>);
    static_assert(std::is_same_v<decltype(refused), const Pending<QString>>);
    static_assert(std::is_same_v<decltype(failed), const Pending<void>>);
    QVERIFY(!done.isFinished());
    resolver.settle(3);
    QVERIFY(done.result().isOk());
    QCOMPARE(*half.result(), 1.5);
    QCOMPARE(refused.result().error().kind(), Error::NotFound);
    QCOMPARE(failed.result().error().kind(), Error::NotFound);
}

void tst_Pending::endsWithThePendingThatTheContinuationReturns()
{
    const Resolver<int> first;
    const Resolver<QString> second;
    const auto pending =
        first.pending().then(this, [&](const Result<int> &) { return second.pending(); });
    static_assert(std::is_same_v<decltype(pending), const Pending<QString>>);
    first.settle(1);
    QVERIFY(!pending.isFinished());
    second.settle(QStringLiteral("both"));
    QCOMPARE(*pending.result(), QStringLiteral("both"));
    QCOMPARE(
        *Pending<int>(1).then(this, [](const Result<int> &) { return Pending<int>(2); }).wait(10s),
        2);
}

void tst_Pending::aDeadContextCancelsWhatFollows_data()
{
    nothingArrivesAfterTheContextDied_data();
}

void tst_Pending::aDeadContextCancelsWhatFollows()
{
    QFETCH(bool, early);
    const Resolver<int> resolver;
    if (early)
        resolver.settle(1);
    auto context = std::make_unique<QObject>();
    const auto chained = resolver.pending().then(context.get(), [](const Result<int> &) {});
    Error error;
    chained.then(this, [&](const Result<void> &result) { error = result.error(); });
    QCOMPARE(resolver.isWatched(), true);
    context.reset();
    QCOMPARE(resolver.isWatched(), false);
    resolver.settle(2);
    QCOMPARE(error.kind(), Error::Cancelled);
    QCOMPARE(Pending<int>(1).then(nullptr, [](const Result<int> &) {}).result().error().kind(),
             Error::Cancelled);
}

void tst_Pending::isWatchedWhileSomebodyMayTakeTheAnswer()
{
    const Resolver<int> resolver;
    QVERIFY(!resolver.isWatched());
    {
        const Pending<int> pending = resolver.pending();
        QVERIFY(resolver.isWatched());
    }
    QVERIFY(!resolver.isWatched());
    QObject context;
    resolver.pending().then(&context, [](const Result<int> &) {}); // its own answer is ignored
    QVERIFY(resolver.isWatched());
    resolver.settle(1);
    QVERIFY(!resolver.isWatched());
    const Resolver<int> other;
    const auto future = other.pending().toFuture();
    QVERIFY(other.isWatched());
}

void tst_Pending::aContinuationMayEndEverything()
{
    auto resolver = std::make_unique<Resolver<int>>();
    auto context = std::make_unique<QObject>();
    bool isCalled = false;
    resolver->pending().then(this, [&](const Result<int> &) {
        context.reset();
        resolver.reset();
    });
    resolver->pending().then(context.get(), [&](const Result<int> &) { isCalled = true; });
    resolver->settle(1);
    QVERIFY(!resolver);
    QVERIFY(!isCalled);
}

void tst_Pending::tellsOfAnAnswerThatNobodyTook()
{
    QList<int> untaken;
    const auto collect = [&](const Result<int> &answer) { untaken << *answer; };
    {
        const Resolver<int> ignored;
        ignored.onUntaken(collect);
        ignored.pending();
        ignored.settle(1);
        QCOMPARE(untaken, QList<int>{1});
    }
    const Resolver<int> held;
    held.onUntaken(collect);
    {
        const Pending<int> pending = held.pending();
        held.settle(2);
        QVERIFY(pending.isFinished());
        QCOMPARE(untaken, QList<int>{1});
        QCOMPARE(pending.wait(0ms).isOk(), true);
    }
    QCOMPARE(untaken, QList<int>{1});
    const Resolver<int> dropped;
    dropped.onUntaken(collect);
    {
        const Pending<int> pending = dropped.pending();
        QCOMPARE(pending.wait(0ms).error().kind(), Error::Timeout);
        dropped.settle(3);
        QCOMPARE(untaken, QList<int>{1});
    }
    QCOMPARE(untaken, QList({1, 3}));
    dropped.pending();
    QCOMPARE(untaken, QList({1, 3})); // once
}

void tst_Pending::aTakenAnswerIsNotGivenBack_data()
{
    QTest::addColumn<std::function<void(const Pending<int> &)>>("take");
    using Take = std::function<void(const Pending<int> &)>;
    QTest::newRow("result") << Take([](const auto &pending) { pending.result(); });
    QTest::newRow("wait") << Take([](const auto &pending) { pending.wait(0ms); });
    QTest::newRow("future") << Take([](const auto &pending) { pending.toFuture(); });
    QTest::newRow("continuation") << Take([this](const auto &pending) {
        pending.then(this, [](const Result<int> &) {});
        QCoreApplication::processEvents();
    });
}

void tst_Pending::aTakenAnswerIsNotGivenBack()
{
    QFETCH(std::function<void(const Pending<int> &)>, take);
    const Resolver<int> resolver;
    int untaken = 0;
    resolver.onUntaken([&](const Result<int> &) { ++untaken; });
    {
        const Pending<int> pending = resolver.pending();
        resolver.settle(1);
        take(pending);
    }
    QCOMPARE(untaken, 0);
}

void tst_Pending::anAnswerOnItsWayToADeadContextIsGivenBack()
{
    const Resolver<int> resolver;
    int untaken = 0;
    resolver.onUntaken([&](const Result<int> &) { ++untaken; });
    auto context = std::make_unique<QObject>();
    {
        const Pending<int> pending = resolver.pending();
        resolver.settle(1);
        pending.then(context.get(), [](const Result<int> &) {});
    }
    QCOMPARE(untaken, 0);
    context.reset();
    QCOMPARE(untaken, 1);
}

void tst_Pending::aForwardedAnswerIsGivenBack()
{
    const Resolver<void> first;
    const Resolver<int> second;
    int untaken = 0;
    second.onUntaken([&](const Result<int> &) { ++untaken; });
    {
        const auto pending =
            first.pending().then(this, [&](const Result<void> &) { return second.pending(); });
        first.settle({});
        QVERIFY(second.isWatched());
        second.settle(1);
        QVERIFY(pending.isFinished());
        QCOMPARE(untaken, 0);
    }
    QCOMPARE(untaken, 1);
}

void tst_Pending::nothingIsGivenBackOfAnOperationThatWasDropped()
{
    int untaken = 0;
    {
        const Resolver<int> resolver;
        resolver.onUntaken([&](const Result<int> &) { ++untaken; });
        resolver.pending();
    }
    QCOMPARE(untaken, 0);
}

QOMBU_TEST(tst_Pending)
#include "tst_pending.moc"
