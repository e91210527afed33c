// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/conformance/conformancetest.h"

#include <Qombu/simplequeue.h>

using namespace std::chrono_literals;
using namespace Qombu;
using namespace QombuTest;

// Declaring, inspecting, purging and removing; fetching single messages.
class tst_ConformanceTopology : public ConformanceTest
{
    Q_OBJECT

    const QString m_queue = QStringLiteral("work");
    const QStringList m_three{QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")};

    Channel *channel() { return connection()->defaultChannel(); }

private Q_SLOTS:
    void declaringCountsWhatIsThere()
    {
        QCOMPARE(declare(Queue(m_queue)).messageCount, 0);
        publish(m_queue, m_three);
        const QueueInfo info = declare(Queue(m_queue));
        QCOMPARE(info.name, m_queue);
        QCOMPARE(info.messageCount, 3);
    }

    void aQueueWithoutANameGetsOne()
    {
        const QString name = declare(Queue()).name;
        QVERIFY2(name.startsWith(QLatin1String("amq.gen-")), qPrintable(name));
        QVERIFY(declare(Queue()).name != name);
        publish(name, {QStringLiteral("a")});
        QCOMPARE(waiting(name), QStringLiteral("a"));
    }

    void inspectingCountsAndMakesNothing()
    {
        publish(m_queue, m_three);
        const auto info = channel()->inspect(m_queue).wait();
        QVERIFY2(info, qPrintable(info.error().text()));
        QCOMPARE(info->messageCount, 3);
        const auto unknown = channel()->inspect(QStringLiteral("unknown")).wait();
        QCOMPARE(unknown.error().kind(), Error::NotFound);
        if (!has(BrokerUnderTest::CannotList))
            QCOMPARE(inventory().queues.size(), 1);
        Queue passive(QStringLiteral("unknown"));
        passive.setPassive(true);
        QCOMPARE(channel()->declare(passive).wait().error().kind(), Error::NotFound);
    }

    void anExchangeKeepsItsType()
    {
        QOMBU_OK(channel()->declare(Exchange(QStringLiteral("x"), ExchangeType::Topic)));
        QOMBU_OK(channel()->declare(Exchange(QStringLiteral("x"), ExchangeType::Topic)));
        const auto other =
            channel()->declare(Exchange(QStringLiteral("x"), ExchangeType::Fanout)).wait();
        QCOMPARE(other.error().kind(), Error::Channel);
        QCOMPARE(other.error().replyCode(), 406);
        // The connection works on.
        publish(m_queue, {QStringLiteral("a")});
        QCOMPARE(waiting(m_queue), QStringLiteral("a"));
    }

    void aPassiveExchangeMustBeThere()
    {
        Exchange passive(QStringLiteral("x"), ExchangeType::Topic);
        passive.setPassive(true);
        QCOMPARE(channel()->declare(passive).wait().error().replyCode(), 404);
        QOMBU_OK(channel()->declare(Exchange(QStringLiteral("x"), ExchangeType::Topic)));
        QOMBU_OK(channel()->declare(passive));
    }

    void purgingCountsAndKeepsTheQueue()
    {
        const Exchange exchange(QStringLiteral("d"));
        declare(Queue(m_queue, exchange, QStringLiteral("red")));
        publish(m_queue, m_three);
        const auto purged = channel()->purge(m_queue).wait();
        QVERIFY(purged);
        QCOMPARE(*purged, 3);
        QCOMPARE(waiting(m_queue), QString());
        QCOMPARE(*channel()->purge(m_queue).wait(), 0);
        publish(exchange, QStringLiteral("red"), QStringLiteral("d"));
        QCOMPARE(waiting(m_queue), QStringLiteral("d"));
    }

    void purgingLeavesWhatIsHeld()
    {
        publish(m_queue, m_three);
        const auto inbox = consume({m_queue}, 1);
        QTRY_COMPARE(inbox->count(), 1);
        QCOMPARE(*channel()->purge(m_queue).wait(), 2);
        QCOMPARE(unacked(), 1);
        inbox->ackAll();
        QTRY_COMPARE(unacked(), 0);
    }

    void removingCountsAndUnbinds()
    {
        const Exchange exchange(QStringLiteral("d"));
        const Queue queue(m_queue, exchange, QStringLiteral("red"));
        declare(queue);
        publish(m_queue, m_three);
        const auto removed = channel()->remove(queue).wait();
        QVERIFY2(removed, qPrintable(removed.error().text()));
        QCOMPARE(*removed, 3);
        QCOMPARE(channel()->inspect(m_queue).wait().error().kind(), Error::NotFound);
        if (!has(BrokerUnderTest::CannotList))
            QVERIFY(inventory().bindings.isEmpty());
        const auto result =
            Producer(connection(), exchange, QStringLiteral("red")).publish(1).wait();
        QCOMPARE(result.error().kind(), Error::Unroutable);
    }

    void unknownQueuesAreEmpty()
    {
        QCOMPARE(*channel()->remove(Queue(QStringLiteral("unknown"))).wait(), 0);
        const auto purged = channel()->purge(QStringLiteral("unknown")).wait();
        const auto message = channel()->get(QStringLiteral("unknown")).wait();
        if (has(BrokerUnderTest::UnknownIsRefused)) {
            QCOMPARE(purged.error().kind(), Error::NotFound);
            QCOMPARE(message.error().kind(), Error::NotFound);
            return;
        }
        QCOMPARE(*purged, 0);
        QVERIFY2(message, qPrintable(message.error().text()));
        QVERIFY(!message->has_value());
    }

    void aConsumerWaitsForAQueueThatNobodyMade()
    {
        auto consumer = std::make_unique<Consumer>(connection(), Queue(QStringLiteral("later")));
        consumer->setDeclaresQueues(false);
        Inbox inbox(std::move(consumer));
        if (has(BrokerUnderTest::UnknownIsRefused)) {
            inbox.consumer()->start();
            QTRY_VERIFY(!inbox.failures.isEmpty());
            QCOMPARE(inbox.failures.first().kind(), Error::NotFound);
            return;
        }
        start(inbox);
        publish(QStringLiteral("later"), {QStringLiteral("a")});
        QTRY_COMPARE(inbox.texts(), QStringLiteral("a"));
        inbox.ackAll();
    }

    void getsOneAtATime()
    {
        publish(m_queue, m_three);
        auto message = channel()->get(m_queue).wait();
        QVERIFY(message && *message);
        QCOMPARE(textOf(**message), QStringLiteral("a"));
        QCOMPARE((*message)->queue(), m_queue);
        QCOMPARE(unacked(), 1);
        QCOMPARE(ready(m_queue), 2);
        QVERIFY(!(*message)->ack().isError());
        QTRY_COMPARE(unacked(), 0);

        message = channel()->get(m_queue, AckMode::None).wait();
        QVERIFY(message && *message);
        QCOMPARE(textOf(**message), QStringLiteral("b"));
        QTRY_COMPARE(unacked(), 0); // acknowledged by handing it over

        message = channel()->get(m_queue).wait();
        QVERIFY(message && *message);
        QVERIFY(!(*message)->requeue().isError());
        QTRY_COMPARE(waiting(m_queue), QStringLiteral("c!"));
        message = channel()->get(m_queue, AckMode::None).wait();
        message = channel()->get(m_queue).wait();
        QVERIFY(message && !*message);
    }

    void aSimpleQueueIsAContainer()
    {
        SimpleQueue queue(connection(), QStringLiteral("simple"));
        QOMBU_OK(queue.put(QStringLiteral("a")));
        QOMBU_OK(queue.put(QStringLiteral("b")));
        QCOMPARE(*queue.size().wait(), 2);
        auto message = queue.get().wait();
        QVERIFY(message && *message);
        QCOMPARE(textOf(**message), QStringLiteral("a"));
        (*message)->ack();
        const auto waited = queue.get(5s).wait();
        QVERIFY(waited);
        QCOMPARE(textOf(*waited), QStringLiteral("b"));
        waited->ack();
        QTRY_COMPARE(unacked(), 0);
        message = queue.get().wait();
        QVERIFY(message && !*message);
        QOMBU_OK(queue.put(QStringLiteral("c")));
        QCOMPARE(*queue.clear().wait(), 1);
        QCOMPARE(*queue.size().wait(), 0);
    }

    void aSimpleQueueWaitsForAMessage()
    {
        SimpleQueue queue(connection(), QStringLiteral("simple"));
        auto waiting = queue.get(10s);
        SimpleQueue other(connectAnother(), QStringLiteral("simple"));
        QOMBU_OK(other.put(QStringLiteral("late")));
        const auto message = waiting.wait();
        QVERIFY2(message, qPrintable(message.error().text()));
        QCOMPARE(textOf(*message), QStringLiteral("late"));
        QVERIFY(!message->ack().isError());
        QCOMPARE(queue.get(1ms).wait().error().kind(), Error::Timeout);
    }
};

QOMBU_TEST(tst_ConformanceTopology)
#include "tst_conformance_topology.moc"
