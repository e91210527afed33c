// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"

#include <Qombu/coroutine.h>

#include <QTest>
#include <QTimer>

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

// Tells when the frame that holds it dies.
class Trace
{
public:
    explicit Trace(QStringList *log)
        : m_log(log)
    {
    }
    Q_DISABLE_COPY_MOVE(Trace)
    ~Trace() { m_log->append(QStringLiteral("gone")); }

private:
    QStringList *m_log;
};

Detached logAnswer(const QObject *, Pending<int> pending, QStringList *log)
{
    const Trace trace(log);
    const Result<int> answer = co_await pending;
    log->append(answer ? QString::number(*answer) : answer.error().text());
}

Detached logError(QObject &, Pending<void> pending, Error *error)
{
    *error = (co_await pending).error();
}

// What a library of coroutines does: a type of its own, which knows nothing of Qombu.
class Task
{
public:
    struct promise_type
    {
        Task get_return_object() { return Task(Handle::from_promise(*this)); }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_always final_suspend() const noexcept { return {}; }
        void return_value(int value) { result = value; }
        void unhandled_exception() const { std::terminate(); }
        int result = 0;
    };
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle handle)
        : m_handle(handle)
    {
    }
    Q_DISABLE_COPY_MOVE(Task)
    ~Task() { m_handle.destroy(); }

    bool isDone() const { return m_handle.done(); }
    int result() const { return m_handle.promise().result; }

private:
    Handle m_handle;
};

Task sum(Pending<int> first, Pending<int> second, QStringList *log = nullptr)
{
    const std::unique_ptr<Trace> trace(log ? new Trace(log) : nullptr);
    const auto a = co_await first;
    const auto b = co_await second;
    co_return a.valueOr(-1) + b.valueOr(-1);
}

} // namespace

class tst_Coroutine : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void goesOnInsideTheAnswer();
    void goesOnAtOnceWhenTheAnswerIsThere();
    void aDroppedResolverCancels();
    void worksInOtherCoroutines();
    void aDestroyedFrameIsNotResumed();
    void anUntakenAnswerIsGivenBack();
    void endsWhereItWaitsWhenItsContextDies();
    void endsAtItsNextWaitWhenItsContextDiedMeanwhile_data();
    void endsAtItsNextWaitWhenItsContextDiedMeanwhile();
    void doesNotBeginWithoutAContext();
    void aMemberFunctionLivesAsLongAsItsObject();
    void aLambdaNamesItsContext();
    void waitsInALoop();
    void contextsMayDieWhileOthersAreResumed();
};

void tst_Coroutine::goesOnInsideTheAnswer()
{
    const Resolver<int> resolver;
    QStringList log;
    logAnswer(this, resolver.pending(), &log);
    QVERIFY(log.isEmpty());
    QVERIFY(resolver.isWatched());
    resolver.settle(7);
    QCOMPARE(log, QStringList({QStringLiteral("7"), QStringLiteral("gone")}));
}

void tst_Coroutine::goesOnAtOnceWhenTheAnswerIsThere()
{
    QStringList log;
    logAnswer(this, Pending<int>(3), &log);
    QCOMPARE(log, QStringList({QStringLiteral("3"), QStringLiteral("gone")}));
}

void tst_Coroutine::aDroppedResolverCancels()
{
    auto resolver = std::make_unique<Resolver<void>>();
    Error error;
    logError(*this, resolver->pending(), &error);
    resolver.reset();
    QCOMPARE(error.kind(), Error::Cancelled);
}

void tst_Coroutine::worksInOtherCoroutines()
{
    const Resolver<int> first;
    const Resolver<int> second;
    const Task task = sum(first.pending(), second.pending());
    second.settle(2);
    QVERIFY(!task.isDone());
    first.settle(1);
    QVERIFY(task.isDone());
    QCOMPARE(task.result(), 3);
}

void tst_Coroutine::aDestroyedFrameIsNotResumed()
{
    const Resolver<int> resolver;
    QStringList log;
    {
        const Task task = sum(resolver.pending(), resolver.pending(), &log);
        QVERIFY(resolver.isWatched());
    }
    QCOMPARE(log, QStringList(QStringLiteral("gone")));
    QVERIFY(!resolver.isWatched());
    resolver.settle(1);
}

void tst_Coroutine::anUntakenAnswerIsGivenBack()
{
    const Resolver<int> resolver;
    QList<int> untaken;
    resolver.onUntaken([&](const Result<int> &answer) { untaken << *answer; });
    QStringList log;
    {
        const QObject context;
        logAnswer(&context, resolver.pending(), &log);
    }
    resolver.settle(5);
    QCOMPARE(untaken, QList<int>{5});
    const Resolver<int> taken;
    taken.onUntaken([&](const Result<int> &answer) { untaken << *answer; });
    logAnswer(this, taken.pending(), &log);
    taken.settle(6);
    QCOMPARE(untaken, QList<int>{5});
}

void tst_Coroutine::endsWhereItWaitsWhenItsContextDies()
{
    const Resolver<int> resolver;
    QStringList log;
    auto context = std::make_unique<QObject>();
    logAnswer(context.get(), resolver.pending(), &log);
    context.reset();
    QCOMPARE(log, QStringList(QStringLiteral("gone")));
    QVERIFY(!resolver.isWatched());
    resolver.settle(1);
    QCOMPARE(log.size(), 1);
}

void tst_Coroutine::endsAtItsNextWaitWhenItsContextDiedMeanwhile_data()
{
    QTest::addColumn<bool>("early");
    QTest::newRow("answered before") << true;
    QTest::newRow("answered after") << false;
}

void tst_Coroutine::endsAtItsNextWaitWhenItsContextDiedMeanwhile()
{
    QFETCH(bool, early);
    const Resolver<int> first;
    const Resolver<int> second;
    if (early)
        second.settle(2);
    QStringList log;
    const auto run = [](QObject *context, Pending<int> one, Pending<int> two,
                        QStringList *lines) -> Detached {
        const Trace trace(lines);
        co_await one;
        delete context;
        lines->append(QStringLiteral("runs on"));
        co_await two;
        lines->append(QStringLiteral("never"));
    };
    run(new QObject, first.pending(), second.pending(), &log);
    first.settle(1);
    second.settle(2);
    QCOMPARE(log, QStringList({QStringLiteral("runs on"), QStringLiteral("gone")}));
}

void tst_Coroutine::doesNotBeginWithoutAContext()
{
    QStringList log;
    logAnswer(nullptr, Pending<int>(1), &log);
    QVERIFY(log.isEmpty());
}

void tst_Coroutine::aMemberFunctionLivesAsLongAsItsObject()
{
    struct Receiver : QObject
    {
        Detached receive(Pending<int> pending) { *last = (co_await pending).valueOr(-1); }
        int *last = nullptr;
    };
    const Resolver<int> resolver;
    int last = 0;
    auto receiver = std::make_unique<Receiver>();
    receiver->last = &last;
    receiver->receive(Pending<int>(1));
    QCOMPARE(last, 1);
    receiver->receive(resolver.pending());
    receiver.reset();
    resolver.settle(2);
    QCOMPARE(last, 1);
}

void tst_Coroutine::aLambdaNamesItsContext()
{
    const Resolver<int> resolver;
    QStringList log;
    auto context = std::make_unique<QObject>();
    [](QObject *, Pending<int> pending, QStringList *lines) -> Detached {
        const Trace trace(lines);
        co_await pending;
    }(context.get(), resolver.pending(), &log);
    context.reset();
    QCOMPARE(log, QStringList(QStringLiteral("gone")));
}

void tst_Coroutine::waitsInALoop()
{
    std::vector<Resolver<int>> resolvers(100);
    int total = 0;
    [](const QObject *, const std::vector<Resolver<int>> *all, int *sum) -> Detached {
        for (const Resolver<int> &resolver : *all)
            *sum += (co_await resolver.pending()).valueOr(0);
    }(this, &resolvers, &total);
    for (const Resolver<int> &resolver : resolvers)
        QTimer::singleShot(0, this, [resolver] { resolver.settle(1); });
    QTRY_COMPARE(total, 100);
}

void tst_Coroutine::contextsMayDieWhileOthersAreResumed()
{
    const Resolver<int> resolver;
    QStringList log;
    auto context = std::make_unique<QObject>();
    [](const QObject *, Pending<int> pending, std::unique_ptr<QObject> *victim) -> Detached {
        co_await pending;
        victim->reset();
    }(this, resolver.pending(), &context);
    logAnswer(context.get(), resolver.pending(), &log);
    resolver.settle(1);
    QCOMPARE(log, QStringList(QStringLiteral("gone")));
}

QOMBU_TEST(tst_Coroutine)
#include "tst_coroutine.moc"
