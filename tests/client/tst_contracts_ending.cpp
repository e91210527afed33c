// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/stage.h"
#include "support/testmain.h"

#include <Qombu/simplequeue.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qsemaphore.h>
#include <QtCore/qthread.h>

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

constexpr int Enough = 100; // times that a continuation asks again: no more than the loop turns

class LeasingStage : public Stage
{
public:
    explicit LeasingStage(const ConnectionOptions &options = {})
        : Stage(QStringLiteral("scripted://a"), options)
    {
        broker.capabilities |= Capability::HeldOutlivesLink;
    }
};

} // namespace

// What a Connection owes those who still ask while it closes, dies, or has lost its thread.
class tst_ContractsEnding : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whoAsksAgainWhileItDiesIsAnswered_data();
    void whoAsksAgainWhileItDiesIsAnswered();
    void consumerMadeWhileItDies();
    void startWhileClosingOpensAgain();
    void closingBringsTheLastSettlements();
    void dyingBringsTheLastSettlements_data();
    void dyingBringsTheLastSettlements();
    void closingTellsWhatTheBrokerNeverHeard();
    void simpleQueueEndsWithItsConnection();
    void hubThatEndsBeforeItIsUsed();
    void hubThatEndsBeforeTheFirstCommand();
};

void tst_ContractsEnding::whoAsksAgainWhileItDiesIsAnswered_data()
{
    using Ask = std::function<Pending<void>(Connection *)>;
    QTest::addColumn<Ask>("ask");
    QTest::newRow("publish") << Ask(
        [](Connection *to) { return Producer(to, Queue("q")).publish(1); });
    QTest::newRow("refused publish") << Ask([](Connection *to) {
        PublishOptions odd;
        odd.serializer = QStringLiteral("nonsense");
        return Producer(to, Queue("q")).publish(1, odd);
    });
    QTest::newRow("get") << Ask([](Connection *to) {
        return to->defaultChannel()
            ->get(QStringLiteral("q"))
            .then(QCoreApplication::instance(), [](const Result<std::optional<Message>> &result) {
                return result.isOk() ? Result<void>() : Result<void>(result.error());
            });
    });
    QTest::newRow("declare") << Ask(
        [](Connection *to) { return to->defaultChannel()->declare(x); });
    QTest::newRow("whenOpen") << Ask([](Connection *to) { return to->whenOpen(); });
    QTest::newRow("close") << Ask([](Connection *to) { return to->close(); });
}

void tst_ContractsEnding::whoAsksAgainWhileItDiesIsAnswered()
{
    QFETCH(std::function<Pending<void>(Connection *)>, ask);
    Stage stage;
    stage.broker.everyAttempt = broken();
    stage.connection->open();
    stage.turn();
    Connection *const connection = stage.connection.get();
    int asked = 0;
    int answered = 0;
    bool isAlive = true;
    std::function<void()> again = [&] {
        ++asked;
        ask(connection).then(this, [&](const Result<void> &) {
            ++answered;
            if (isAlive && asked < Enough)
                again();
        });
    };
    again();
    stage.connection.reset();
    isAlive = false;
    QVERIFY2(asked < Enough, qPrintable(QString::number(asked)));
    stage.advance(1min);
    QCOMPARE(answered, asked);
}

void tst_ContractsEnding::consumerMadeWhileItDies()
{
    Stage stage;
    stage.broker.everyAttempt = broken();
    Connection *const connection = stage.connection.get();
    std::unique_ptr<Consumer> consumer;
    stage.publish(QStringLiteral("a")).then(this, [&](const Result<void> &) {
        consumer = std::make_unique<Consumer>(connection, Queue("q"));
        consumer->start();
    });
    stage.turn();
    stage.connection.reset();
    QVERIFY(consumer);
    QCOMPARE(consumer->state(), Consumer::Stopped);
    QVERIFY(consumer->cancel().isFinished());
}

void tst_ContractsEnding::startWhileClosingOpensAgain()
{
    Stage stage;
    stage.broker.confirms = false;
    stage.publish(QStringLiteral("a"));
    stage.turn();
    auto closed = stage.connection->close();
    stage.turn();
    Subscriber late(stage);
    late.start();
    QVERIFY(!closed.isFinished());
    stage.broker.confirm();
    stage.advance(2s);
    QVERIFY(closed.isFinished());
    QCOMPARE(stage.connection->state(), Connection::Open);
    QCOMPARE(late.consumer.state(), Consumer::Consuming);
    stage.connection->close();
    stage.turn();
    QCOMPARE(stage.connection->state(), Connection::Closed);
}

// Held is not over with a link: the next one can still say what was acknowledged.
void tst_ContractsEnding::closingBringsTheLastSettlements()
{
    LeasingStage stage;
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(2);
    stage.turn();
    stage.broker.attempts = {broken()};
    stage.broker.breakLink();
    stage.turn();
    for (const Message &message : std::as_const(subscriber.messages))
        QVERIFY(!message.ack().isError());
    auto closed = stage.connection->close();
    stage.turn();
    QVERIFY(!closed.isFinished());
    stage.advance(2900ms);
    QVERIFY(closed.isFinished());
    QCOMPARE(stage.broker.settled.size(), size_t(2));
    QCOMPARE(subscriber.lost.size(), 0);
    QCOMPARE(stage.connection->state(), Connection::Closed);
}

void tst_ContractsEnding::dyingBringsTheLastSettlements_data()
{
    QTest::addColumn<std::chrono::milliseconds>("closeTimeout");
    QTest::newRow("as ever") << ConnectionOptions().closeTimeout;
    QTest::newRow("however long it takes") << std::chrono::milliseconds::max();
}

void tst_ContractsEnding::dyingBringsTheLastSettlements()
{
    QFETCH(const std::chrono::milliseconds, closeTimeout);
    ConnectionOptions options;
    options.closeTimeout = closeTimeout;
    LeasingStage stage(options);
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(2);
    stage.turn();
    stage.broker.attempts = {broken()};
    stage.broker.breakLink();
    stage.turn();
    for (const Message &message : std::as_const(subscriber.messages))
        QVERIFY(!message.ack().isError());
    stage.connection.reset();
    QCOMPARE(stage.broker.settled.size(), size_t(2));
}

// What a link took and had no answer to is the transport's to know.
void tst_ContractsEnding::closingTellsWhatTheBrokerNeverHeard()
{
    LeasingStage stage;
    QList<BrokerNotice> notices;
    connect(stage.connection.get(), &Connection::notice, this,
            [&](const BrokerNotice &notice) { notices.append(notice); });
    Subscriber subscriber(stage);
    subscriber.start();
    stage.broker.deliver(3);
    stage.turn();
    stage.broker.swallowsSettlements = true;
    stage.broker.everyAttempt = broken();
    for (const Message &message : std::as_const(subscriber.messages))
        QVERIFY(!message.ack().isError());
    stage.turn();
    stage.broker.breakLink();
    stage.turn();
    auto closed = stage.connection->close();
    stage.turn();
    QVERIFY(!closed.isFinished());
    stage.advance(4s);
    QVERIFY(closed.isFinished());
    QCOMPARE(notices.size(), 1);
    QCOMPARE(notices.first().kind, BrokerNotice::Unsettled);
    QCOMPARE(notices.first().count, 3);
    QVERIFY(!notices.first().text.isEmpty());
}

void tst_ContractsEnding::simpleQueueEndsWithItsConnection()
{
    Stage stage;
    SimpleQueue queue(stage.connection.get(), QStringLiteral("q"));
    auto got = queue.get(1min);
    stage.turn();
    QVERIFY(!got.isFinished());
    stage.connection.reset();
    QVERIFY(got.isFinished());
    QCOMPARE(got.result().error().kind(), Error::Cancelled);
}

namespace {

// A thread with a Hub of its own, and an end.
class HubThread : public QThread
{
public:
    HubThread()
    {
        start();
        m_context.moveToThread(this);
        QMetaObject::invokeMethod(
            &m_context, [this] { hub = Hub::current(); }, Qt::BlockingQueuedConnection);
    }
    ~HubThread() override { finish(); }
    void finish()
    {
        quit();
        wait();
    }
    // Nothing of what f() asks for is done any more.
    void finishWhile(const std::function<void()> &f)
    {
        QSemaphore isBusy;
        QSemaphore isAsked;
        QMetaObject::invokeMethod(&m_context, [&] {
            isBusy.release();
            isAsked.acquire();
            quit();
        });
        isBusy.acquire();
        f();
        isAsked.release();
        wait();
    }

    Hub *hub = nullptr;

private:
    QObject m_context;
};

Error answerOf(Connection &connection)
{
    return connection.defaultChannel()->inspect(QStringLiteral("q")).wait(5s).error();
}

} // namespace

void tst_ContractsEnding::hubThatEndsBeforeItIsUsed()
{
    HubThread thread;
    ConnectionOptions options;
    options.hub = thread.hub;
    Connection connection(QStringLiteral("memory://ended"), options);
    thread.finish();
    connection.open();
    QCOMPARE(answerOf(connection).kind(), Error::Cancelled);
}

void tst_ContractsEnding::hubThatEndsBeforeTheFirstCommand()
{
    for (int round = 0; round < 20; ++round) {
        HubThread thread;
        ConnectionOptions options;
        options.hub = thread.hub;
        Connection connection(QStringLiteral("memory://ended"), options);
        Pending<void> opened = Result<void>();
        thread.finishWhile([&] { opened = connection.whenOpen(); });
        QCOMPARE(opened.wait(5s).error().kind(), Error::Cancelled);
        QCOMPARE(answerOf(connection).kind(), Error::Cancelled);
    }
}

QOMBU_TEST(tst_ContractsEnding)
#include "tst_contracts_ending.moc"
