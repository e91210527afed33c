// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/conformance/conformancetest.h"

#include <QSignalSpy>

using namespace std::chrono_literals;
using namespace Qombu;
using namespace QombuTest;

namespace {

const Exchange x(QStringLiteral("x"));

Binding binding()
{
    return {x, QStringLiteral("key"), QStringLiteral("work"), {}, {}};
}

} // namespace

// A link that breaks while something is under way: everything ends once, nothing is lost, and the
// connection goes on. Only of brokers whose links can break.
class tst_ConformanceLosses : public ConformanceTest
{
    Q_OBJECT

    using Ended = std::function<void(const Error &)>;
    using Operation = std::function<void(Connection *, Ended)>;

    const QString m_queue = QStringLiteral("work");

    bool takes(const BrokerUnderTest &broker) const override
    {
        return !(broker.quirks() & BrokerUnderTest::LinksCannotBreak);
    }

    void stall(bool answers)
    {
        if (answers)
            broker().stallAnswers();
        else
            broker().stallRequests();
    }

    // What was asked before has reached the broker, or what keeps it from there.
    void breakUnderWay()
    {
        passThrough(connection());
        broker().breakLinks();
        broker().mendLinks();
    }

    static void eitherWay_data()
    {
        QTest::addColumn<bool>("answers");
        QTest::newRow("request lost") << false;
        QTest::newRow("answer lost") << true;
    }

private Q_SLOTS:
    void anOperationEndsOnceAndTheConnectionGoesOn_data()
    {
        QTest::addColumn<Operation>("operation");
        QTest::addColumn<bool>("answers");
        const auto row = [](const char *name, auto ask) {
            const Operation operation = [ask](Connection *on, Ended ended) {
                auto pending = ask(on);
                pending.then(on, [ended](const auto &result) { ended(result.error()); });
            };
            QTest::addRow("%s, request lost", name) << operation << false;
            QTest::addRow("%s, answer lost", name) << operation << true;
        };
        row("declare exchange", [](auto *on) { return on->defaultChannel()->declare(x); });
        row("declare queue",
            [](auto *on) { return on->defaultChannel()->declare(Queue("other")); });
        row("bind", [](auto *on) { return on->defaultChannel()->bind(binding()); });
        row("unbind", [](auto *on) { return on->defaultChannel()->unbind(binding()); });
        row("inspect",
            [](auto *on) { return on->defaultChannel()->inspect(QStringLiteral("work")); });
        row("purge", [](auto *on) { return on->defaultChannel()->purge(QStringLiteral("empty")); });
        row("remove queue", [](auto *on) { return on->defaultChannel()->remove(Queue("empty")); });
        row("remove exchange", [](auto *on) { return on->defaultChannel()->remove(x); });
        row("get", [](auto *on) { return on->defaultChannel()->get(QStringLiteral("empty")); });
        row("publish", [](auto *on) { return Producer(on, "out").publish(1); });
        row("inventory", [](auto *on) { return Browser(on).inventory(); });
        row("peek", [](auto *on) { return Browser(on).peek(QStringLiteral("work")); });
        row("unacked", [](auto *on) { return Browser(on).unacked(); });
    }
    void anOperationEndsOnceAndTheConnectionGoesOn()
    {
        QFETCH(Operation, operation);
        QFETCH(bool, answers);
        declare(Queue(m_queue, x, QStringLiteral("key")));
        declare(Queue("out"));
        declare(Queue("empty"));
        Connection *const breakable = connectBreakable();
        stall(answers);
        int ends = 0;
        Error last;
        operation(breakable, [&](const Error &error) {
            ++ends;
            last = error;
        });
        breakUnderWay();
        QTRY_COMPARE_WITH_TIMEOUT(ends, 1, 15000);
        const bool cannot = has(BrokerUnderTest::CannotList) && last.kind() == Error::Unsupported;
        QVERIFY2(!last.isError() || last.isRecoverable() || cannot, qPrintable(last.text()));
        passThrough(breakable);
        QCOMPARE(ends, 1);
    }

    void aPublishArrives_data() { eitherWay_data(); }
    void aPublishArrives()
    {
        QFETCH(bool, answers);
        declare(Queue(m_queue));
        Connection *const breakable = connectBreakable();
        passThrough(breakable);
        stall(answers);
        Producer producer(breakable, Queue(m_queue));
        std::vector<Pending<void>> pending;
        for (int i = 0; i < 20; ++i)
            pending.push_back(producer.publish(QString::number(i)));
        breakUnderWay();
        for (const Pending<void> &one : pending)
            QOMBU_OK(one);
        QStringList seen = waiting(m_queue).split(QLatin1Char(' '));
        QVERIFY(seen.size() >= 20);
        seen.removeDuplicates();
        QCOMPARE(seen.size(), 20);
        QCOMPARE(seen.first(), QStringLiteral("0"));
    }

    void aPublishThatExpiredIsNeverSent()
    {
        declare(Queue(m_queue));
        Connection *const breakable = connectBreakable();
        broker().refuseLinks();
        broker().breakLinks();
        QTRY_COMPARE(breakable->state(), Connection::Waiting);
        PublishOptions hurried;
        hurried.timeout = 50ms;
        const auto result = Producer(breakable, Queue(m_queue)).publish(1, hurried).wait(10s);
        QCOMPARE(result.error().kind(), Error::Timeout);
        broker().mendLinks();
        passThrough(breakable);
        QCOMPARE(ready(m_queue), 0);
    }

    // Each waits for its confirm, and none for another's.
    void aConfirmThatIsAwaitedDoesNotBlock()
    {
        declare(Queue(m_queue));
        Connection *const breakable = connectBreakable();
        passThrough(breakable);
        broker().stallAnswers();
        Producer producer(breakable, Exchange(), m_queue); // with nothing to declare
        std::vector<Pending<void>> pending;
        for (int i = 0; i < 3; ++i) {
            pending.push_back(producer.publish(i));
            passThrough(connection()); // another turn
            QTRY_COMPARE(ready(m_queue), i + 1);
        }
        QCOMPARE(breakable->unsettledPublishes(), 3);
        broker().mendLinks();
        for (const Pending<void> &one : pending)
            QOMBU_OK(one);
    }

    void aMessageOnItsWayIsNotLost()
    {
        publish(m_queue, {QStringLiteral("a")});
        Connection *const breakable = connectBreakable();
        passThrough(breakable);
        broker().stallAnswers();
        auto got = breakable->defaultChannel()->get(m_queue);
        breakUnderWay();
        QVERIFY(!got.wait(15s).isOk() || got.result().value());
        // It may go back between the two questions.
        QTRY_COMPARE(ready(m_queue) + unacked(), 1);
        got = Result<std::optional<Message>>(Error(Error::Cancelled, {})); // it is not held here
        passThrough(breakable);
        QTRY_COMPARE_WITH_TIMEOUT(ready(m_queue), 1, 15000);
        QCOMPARE(unacked(), 0);
    }

    void whatIsHeldIsSettledOrComesAgain()
    {
        publish(m_queue, {QStringLiteral("a"), QStringLiteral("b")});
        Connection *const breakable = connectBreakable();
        const auto inbox = consume({m_queue}, 2, AckMode::Manual, breakable);
        QSignalSpy lost(inbox->consumer(), &Consumer::settlementLost);
        QTRY_COMPARE(inbox->count(), 2);
        broker().breakLinks();
        QTRY_VERIFY(!inbox->isConsuming());
        inbox->messages[0].ack(); // while there is none
        QTRY_VERIFY(inbox->isConsuming());
        inbox->messages[1].ack();
        if (can(Capability::HeldOutlivesLink)) {
            QTRY_COMPARE(unacked(), 0);
            QCOMPARE(inbox->count(), 2);
            QCOMPARE(lost.size(), 0);
        } else {
            QTRY_COMPARE(lost.size(), 2);
            QTRY_COMPARE(inbox->texts(), QStringLiteral("a b a! b!"));
            inbox->ackAll();
            QTRY_COMPARE(unacked(), 0);
        }
        QCOMPARE(ready(m_queue), 0);
    }

    void whatIsHeldFillsTheNextLinksWindow()
    {
        QStringList texts;
        for (int i = 0; i < 12; ++i)
            texts.append(QString::number(i));
        publish(m_queue, texts);
        Connection *const breakable = connectBreakable();
        const auto inbox = consume({m_queue}, 3, AckMode::Manual, breakable);
        QTRY_COMPARE(inbox->count(), 3);
        for (int loss = 0; loss < 3; ++loss) {
            broker().breakLinks();
            QTRY_VERIFY(!inbox->isConsuming());
            QTRY_VERIFY(inbox->isConsuming());
            passThrough(breakable);
            passThrough(breakable);
            QCOMPARE(unacked(), 3);
        }
        inbox->keepAcking();
        QTRY_COMPARE(ready(m_queue), 0);
        QTRY_COMPARE(unacked(), 0);
    }

    void aSettlementOnItsWayIsNotForgotten_data() { eitherWay_data(); }
    void aSettlementOnItsWayIsNotForgotten()
    {
        QFETCH(bool, answers);
        publish(m_queue, {QStringLiteral("a")});
        Connection *const breakable = connectBreakable();
        const auto inbox = consume({m_queue}, 2, AckMode::Manual, breakable);
        QSignalSpy lost(inbox->consumer(), &Consumer::settlementLost);
        QTRY_COMPARE(inbox->count(), 1);
        stall(answers);
        inbox->messages[0].ack();
        breakUnderWay();
        QTRY_VERIFY(inbox->isConsuming());
        passThrough(breakable);
        if (!can(Capability::HeldOutlivesLink))
            inbox->ackAll(); // it may have come again
        QTRY_COMPARE(unacked(), 0);
        QCOMPARE(ready(m_queue), 0);
        if (can(Capability::HeldOutlivesLink))
            QCOMPARE(inbox->count(), 1);
        QCOMPARE(lost.size(), 0);
    }

    void aConsumerGetsEverythingOverManyLosses()
    {
        constexpr int Count = 300;
        Connection *const breakable = connectBreakable();
        const auto inbox = prepare({m_queue}, 10, AckMode::Manual, breakable);
        int losses = 0;
        QObject::connect(inbox->consumer(), &Consumer::messageReceived, inbox.get(), [&] {
            if (inbox->count() >= (losses + 1) * 60 && losses < 4) {
                ++losses;
                broker().breakLinks();
            }
        });
        start(*inbox);
        inbox->keepAcking();
        QStringList texts;
        for (int i = 0; i < Count; ++i)
            texts.append(QString::number(i));
        publish(m_queue, texts);
        const auto different = [&] {
            QStringList seen;
            for (const Message &message : inbox->messages)
                seen.append(message.body().toString());
            seen.removeDuplicates();
            return seen.size();
        };
        QTRY_COMPARE_WITH_TIMEOUT(different(), Count, 30000);
        QCOMPARE(losses, 4);
        QTRY_COMPARE(unacked(), 0);
        QCOMPARE(ready(m_queue), 0);
        if (can(Capability::HeldOutlivesLink))
            QVERIFY2(inbox->count() <= Count + 4 * 10, qPrintable(QString::number(inbox->count())));
    }

    void startAndCancelSurviveALoss_data() { eitherWay_data(); }
    void startAndCancelSurviveALoss()
    {
        QFETCH(bool, answers);
        Connection *const breakable = connectBreakable();
        passThrough(breakable);
        stall(answers);
        const auto inbox = prepare({m_queue}, 16, AckMode::Manual, breakable);
        inbox->consumer()->start();
        breakUnderWay();
        QTRY_VERIFY_WITH_TIMEOUT(inbox->isConsuming(), 15000);
        publish(m_queue, {QStringLiteral("a")});
        QTRY_COMPARE(inbox->texts(), QStringLiteral("a"));
        inbox->ackAll();
        QTRY_COMPARE(unacked(), 0);
        stall(answers);
        auto cancelled = inbox->consumer()->cancel();
        breakUnderWay();
        QOMBU_OK(cancelled);
        passThrough(breakable);
        publish(m_queue, {QStringLiteral("b")});
        passThrough(breakable);
        QCOMPARE(inbox->count(), 1);
        QCOMPARE(waiting(m_queue), QStringLiteral("b"));
    }

    void closingEndsWhenItsLinkBreaks_data() { eitherWay_data(); }
    void closingEndsWhenItsLinkBreaks()
    {
        QFETCH(bool, answers);
        Connection *const breakable = connectBreakable();
        passThrough(breakable);
        stall(answers);
        auto closed = breakable->close();
        breakUnderWay();
        QOMBU_OK(closed);
        QCOMPARE(breakable->state(), Connection::Closed);
    }
};

QOMBU_TEST(tst_ConformanceLosses)
#include "tst_conformance_losses.moc"
