// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"

#include <Qombu/pending.h>
#include <Qombu/spi/resolver.h>

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
    void waitsCanNest();
    void becomesAFuture();
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

QOMBU_TEST(tst_Pending)
#include "tst_pending.moc"
