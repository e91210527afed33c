// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/conformance/conformancetest.h"

using namespace Qombu;
using namespace QombuTest;

// What consumers get, how much at a time, and where it goes when they end.
class tst_ConformanceConsuming : public ConformanceTest
{
    Q_OBJECT

    const QString m_queue = QStringLiteral("work");
    const QStringList m_five{QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c"),
                             QStringLiteral("d"), QStringLiteral("e")};

private Q_SLOTS:
    void deliversInOrderWhatWasThereAndWhatComes()
    {
        publish(m_queue, {QStringLiteral("a"), QStringLiteral("b")});
        const auto inbox = consume({m_queue});
        QTRY_COMPARE(inbox->texts(), QStringLiteral("a b"));
        publish(m_queue, {QStringLiteral("c")});
        QTRY_COMPARE(inbox->texts(), QStringLiteral("a b c"));
        inbox->ackAll();
        QTRY_COMPARE(unacked(), 0);
        QCOMPARE(ready(m_queue), 0);
    }

    void deliversThousandsInOrder()
    {
        QStringList texts;
        for (int i = 0; i < 3000; ++i)
            texts.append(QString::number(i));
        const auto inbox = consume({m_queue}, 100);
        inbox->keepAcking();
        publish(m_queue, texts);
        QTRY_COMPARE_WITH_TIMEOUT(inbox->count(), 3000, 20000);
        QCOMPARE(inbox->texts(), texts.join(QLatin1Char(' ')));
        QTRY_COMPARE(unacked(), 0);
    }

    void neverHoldsMoreThanThePrefetchCount()
    {
        publish(m_queue, m_five);
        const auto inbox = consume({m_queue}, 2);
        QTRY_COMPARE(inbox->texts(), QStringLiteral("a b"));
        passThrough(connection());
        QCOMPARE(inbox->count(), 2);
        QCOMPARE(ready(m_queue), 3);
        QCOMPARE(unacked(), 2);
        inbox->messages[0].ack();
        QTRY_COMPARE(inbox->texts(), QStringLiteral("a b c"));
        passThrough(connection());
        QCOMPARE(inbox->count(), 3);
        QCOMPARE(ready(m_queue), 2);
        inbox->ackAll();
        QTRY_COMPARE(inbox->count(), 5);
        inbox->ackAll();
    }

    void neverHoldsMoreThanThePrefetchBytesAndOneMessage()
    {
        if (!can(Capability::PrefetchBytes))
            return;
        const QString big(40000, QLatin1Char('x'));
        publish(m_queue, {big, big, big, big});
        auto consumer = std::make_unique<Consumer>(connection(), Queue(m_queue));
        consumer->setPrefetchBytes(70000);
        Inbox inbox(std::move(consumer));
        start(inbox);
        QTRY_VERIFY(inbox.count() >= 1);
        passThrough(connection());
        QVERIFY2(inbox.count() <= 2, qPrintable(QString::number(inbox.count())));
        const qint64 held = inbox.count();
        QCOMPARE(ready(m_queue), 4 - held);
        inbox.keepAcking();
        QTRY_COMPARE(inbox.count(), 4);
    }

    void followsAChangeOfThePrefetchCount()
    {
        publish(m_queue, m_five);
        const auto inbox = consume({m_queue}, 1);
        QTRY_COMPARE(inbox->count(), 1);
        inbox->consumer()->setPrefetchCount(4);
        const int held = has(BrokerUnderTest::WindowsAddUp) ? 5 : 4;
        QTRY_COMPARE(inbox->count(), held);
        passThrough(connection());
        QCOMPARE(inbox->count(), held);
        inbox->keepAcking();
        QTRY_COMPARE(inbox->count(), 5);
    }

    // It begins anew without that queue, and still holds what it held.
    void keepsToItsWindowWhenAQueueIsRemoved()
    {
        declare(Queue("other"));
        publish(m_queue, m_five);
        const auto inbox = consume({m_queue, Queue("other")}, 2);
        const bool addsUp = has(BrokerUnderTest::WindowsAddUp); // and each queue has a part of it
        QTRY_COMPARE(inbox->count(), addsUp ? 1 : 2);
        QOMBU_OK(connection()->defaultChannel()->remove(Queue("other")));
        QTRY_VERIFY(inbox->isConsuming());
        const int held = addsUp ? 3 : 2;
        QTRY_COMPARE(inbox->count(), held);
        passThrough(connection());
        passThrough(connection());
        QCOMPARE(inbox->count(), held);
        QCOMPARE(unacked(), held);
        inbox->messages[held - 1].ack();
        QTRY_COMPARE(inbox->count(), held + 1);
        inbox->keepAcking();
        QTRY_COMPARE(inbox->count(), 5);
    }

    void servesPrioritiesInTheBrokersDirection()
    {
        const Queue queue = Queue(m_queue).setMaxPriority(9);
        Producer producer(connection(), queue);
        for (const int priority : {0, 9, 3, 6}) {
            PublishOptions options;
            options.priority = priority;
            QOMBU_OK(producer.publish(QString::number(priority), options));
        }
        const bool higherFirst = can(Capability::HigherPriorityFirst);
        const auto inbox = consume({queue}, 1);
        inbox->keepAcking();
        QTRY_COMPARE(inbox->count(), 4);
        QCOMPARE(inbox->texts(),
                 higherFirst ? QStringLiteral("9 6 3 0") : QStringLiteral("0 3 6 9"));
        QCOMPARE(inbox->messages[0].priority(), higherFirst ? 9 : 0);
    }

    void consumesSeveralQueues()
    {
        const QString other = QStringLiteral("other");
        publish(m_queue, {QStringLiteral("a")});
        publish(other, {QStringLiteral("b")});
        const auto inbox = consume({m_queue, other});
        QTRY_COMPARE(inbox->sortedTexts(), QStringLiteral("a b"));
        for (const Message &message : inbox->messages)
            QCOMPARE(message.queue(), textOf(message) == QLatin1String("a") ? m_queue : other);
        inbox->ackAll();
    }

    void aFullQueueDoesNotStarveAnother()
    {
        const QString other = QStringLiteral("other");
        publish(m_queue, m_five);
        publish(other, {QStringLiteral("x")});
        const auto inbox = consume({m_queue, other}, 1);
        inbox->keepAcking();
        QTRY_COMPARE(inbox->count(), 6);
        QVERIFY2(inbox->texts().indexOf(QLatin1Char('x')) <= 4, qPrintable(inbox->texts()));
    }

    void aPausedConsumerGetsNothing()
    {
        const auto inbox = consume({m_queue});
        inbox->consumer()->pause();
        QTRY_COMPARE(inbox->consumer()->state(), Consumer::Paused);
        passThrough(connection());
        publish(m_queue, {QStringLiteral("a")});
        passThrough(connection());
        QCOMPARE(inbox->count(), 0);
        inbox->consumer()->resume();
        QTRY_COMPARE(inbox->count(), 1);
        inbox->ackAll();
    }

    void cancellingGivesBackWhatWasNotDeliveredInOrder()
    {
        publish(m_queue, m_five);
        const auto inbox = prepare({m_queue}, 16);
        // Only what is delivered before cancel() is; the rest of the batch goes back.
        QObject::connect(inbox->consumer(), &Consumer::messageReceived, inbox.get(), [&] {
            if (inbox->count() == 2)
                inbox->consumer()->cancel();
        });
        inbox->consumer()->start();
        QTRY_COMPARE(inbox->count(), 2);
        QCOMPARE(inbox->consumer()->state(), Consumer::Stopped);
        QTRY_COMPARE(unacked(), inbox->count());
        QStringList expected = m_five.mid(inbox->count());
        QString seen = waiting(m_queue);
        QCOMPARE(seen.remove(QLatin1Char('!')), expected.join(QLatin1Char(' ')));
        // What is held can still be settled.
        QVERIFY(!inbox->messages[0].ack().isError());
        QTRY_COMPARE(unacked(), inbox->count() - 1);
    }

    void nothingIsDeliveredAfterCancel()
    {
        const auto inbox = consume({m_queue});
        QOMBU_OK(inbox->consumer()->cancel());
        publish(m_queue, {QStringLiteral("a")});
        passThrough(connection());
        QCOMPARE(inbox->count(), 0);
        QCOMPARE(waiting(m_queue), QStringLiteral("a"));
    }

    void closingGivesBackInOrder()
    {
        Connection *second = connectAnother();
        publish(m_queue, m_five);
        {
            const auto inbox = consume({m_queue}, 3, AckMode::Manual, second);
            QTRY_COMPARE(inbox->count(), 3);
            inbox->messages[1].ack();
            close(second);
        }
        // The room that the ack made may have been filled with d before the end.
        QString left = waiting(m_queue);
        QVERIFY2(left.startsWith(QLatin1String("a! c! d")), qPrintable(left));
        QCOMPARE(left.remove(QLatin1Char('!')), QStringLiteral("a c d e"));
    }

    void aDestroyedConnectionGivesBack()
    {
        publish(m_queue, {QStringLiteral("a"), QStringLiteral("b")});
        Connection *second = connectAnother();
        auto inbox = consume({m_queue}, 16, AckMode::Manual, second);
        QTRY_COMPARE(inbox->count(), 2);
        const auto third = consume({m_queue}, 16, AckMode::Manual);
        QCOMPARE(third->count(), 0);
        inbox->dropConsumer();
        close(second);
        QTRY_COMPARE(third->texts(), QStringLiteral("a! b!"));
        third->ackAll();
    }

    void twoConnectionsShareAQueue()
    {
        const auto one = consume({m_queue}, 1);
        const auto two = consume({m_queue}, 1, AckMode::Manual, connectAnother());
        one->keepAcking();
        two->keepAcking();
        QStringList texts;
        for (int i = 0; i < 200; ++i)
            texts.append(QString::number(i));
        publish(m_queue, texts);
        QTRY_COMPARE(one->count() + two->count(), 200);
        QStringList seen;
        for (const Inbox *inbox : {one.get(), two.get()}) {
            for (const Message &message : inbox->messages)
                seen.append(textOf(message));
        }
        seen.sort();
        texts.sort();
        QCOMPARE(seen, texts);
        QTRY_COMPARE(unacked(), 0);
    }

    void autoAcksWhenTheLastCopyDies()
    {
        publish(m_queue, {QStringLiteral("a"), QStringLiteral("b")});
        const auto inbox = consume({m_queue}, 16, AckMode::Auto);
        QTRY_COMPARE(inbox->count(), 2);
        QTRY_COMPARE(unacked(), 2);
        inbox->messages.pop_back();
        QTRY_COMPARE(unacked(), 1);
        inbox->messages.clear();
        QTRY_COMPARE(unacked(), 0);
        QCOMPARE(ready(m_queue), 0);
    }

    void withoutAcknowledgementNothingIsHeld()
    {
        publish(m_queue, m_five);
        const auto inbox = consume({m_queue}, 2, AckMode::None);
        QTRY_COMPARE(inbox->count(), 5);
        QCOMPARE(unacked(), 0);
        QCOMPARE(ready(m_queue), 0);
    }

    void theConsumerMayBeDeletedInItsOwnSlot()
    {
        publish(m_queue, {QStringLiteral("a"), QStringLiteral("b")});
        auto *consumer = new Consumer(connection(), Queue(m_queue));
        int seen = 0;
        QObject::connect(consumer, &Consumer::messageReceived, consumer,
                         [&seen, consumer](const Message &message) {
                             ++seen;
                             message.ack();
                             delete consumer;
                         });
        consumer->start();
        QTRY_COMPARE(seen, 1);
        QTRY_COMPARE(ready(m_queue), 1);
        QCOMPARE(unacked(), 0);
        QCOMPARE(seen, 1);
    }

    // A slot publishes a result and closes: closing waits for the publish while a claim is under
    // way.
    void closingPutsBackInOrderWhatWasFetchedWithoutAcknowledgement()
    {
        constexpr int Messages = 1500;
        constexpr int Wanted = 100;
        QStringList texts;
        for (int i = 0; i < Messages; ++i)
            texts << QString::number(i);
        publish(m_queue, texts);
        Connection *const closing = connectAnother();
        Consumer consumer(closing, Queue(m_queue));
        consumer.setAckMode(AckMode::None);
        int seen = 0;
        std::optional<Pending<void>> closed;
        QObject::connect(&consumer, &Consumer::messageReceived, &consumer, [&](const Message &) {
            if (++seen == Wanted) {
                Producer(closing, Queue(QStringLiteral("results"))).publish(seen);
                closed = closing->close();
            }
        });
        consumer.start();
        QTRY_VERIFY(closed.has_value());
        QOMBU_OK(*closed);
        QCOMPARE(seen, Wanted);
        if (!can(Capability::PutsBack))
            return; // what was sent without acknowledgement is nobody's any more
        QCOMPARE(ready(m_queue), Messages - Wanted);
        const auto inbox = consume({m_queue}, 0);
        QTRY_COMPARE(inbox->count(), Messages - Wanted);
        QCOMPARE(inbox->texts().remove(QLatin1Char('!')), // those that came back
                 texts.mid(Wanted).join(QLatin1Char(' ')));
        inbox->ackAll();
    }

    void startMayComeBeforeTheConnectionIsOpen()
    {
        publish(m_queue, {QStringLiteral("a")});
        Connection late(connection()->url(), connection()->options());
        Consumer consumer(&late, Queue(m_queue));
        int seen = 0;
        QObject::connect(&consumer, &Consumer::messageReceived, &consumer,
                         [&](const Message &message) {
                             ++seen;
                             message.ack();
                         });
        consumer.start();
        QTRY_COMPARE(seen, 1);
        QOMBU_OK(late.close());
    }
};

QOMBU_TEST(tst_ConformanceConsuming)
#include "tst_conformance_consuming.moc"
