// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/conformance/conformancetest.h"

#include <thread>

using namespace Qombu;
using namespace QombuTest;

// Ack, reject and requeue.
class tst_ConformanceSettling : public ConformanceTest
{
    Q_OBJECT

    const QString m_queue = QStringLiteral("work");
    const QStringList m_three{QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")};

private Q_SLOTS:
    void anAckedMessageIsGone()
    {
        publish(m_queue, m_three);
        const auto inbox = consume({m_queue});
        QTRY_COMPARE(inbox->count(), 3);
        QCOMPARE(unacked(), 3);
        QVERIFY(!inbox->messages[1].ack().isError());
        QTRY_COMPARE(unacked(), 2);
        QCOMPARE(ready(m_queue), 0);
    }

    void aRejectedMessageIsDropped()
    {
        publish(m_queue, {QStringLiteral("a")});
        const auto inbox = consume({m_queue});
        QTRY_COMPARE(inbox->count(), 1);
        QVERIFY(!inbox->messages[0].reject().isError());
        QTRY_COMPARE(unacked(), 0);
        QCOMPARE(ready(m_queue), 0);
    }

    void aRejectedMessageGoesToTheDeadLetterQueue()
    {
        const QString dead = QStringLiteral("dead");
        Queue queue(m_queue);
        queue.setDeadLetterQueue(dead);
        declare(queue);
        declare(Queue(dead));
        publish(m_queue, {QStringLiteral("a")});
        const auto inbox = consume({queue});
        QTRY_COMPARE(inbox->count(), 1);
        inbox->messages[0].reject();
        QTRY_COMPARE(ready(dead), 1);
        QCOMPARE(unacked(), 0);
        const auto graveyard = consume({dead});
        QTRY_COMPARE(graveyard->count(), 1);
        QCOMPARE(graveyard->messages[0].body().toString(), QStringLiteral("a"));
        graveyard->ackAll();
    }

    // At once and to its old place as AMQP says, or to the end of the queue as Kombu does on Redis.
    void aRequeuedMessageComesAgainMarkedAsRedelivered()
    {
        publish(m_queue, m_three);
        const auto inbox = consume({m_queue}, 1);
        QTRY_COMPARE(inbox->texts(), QStringLiteral("a"));
        QVERIFY(!inbox->messages[0].isRedelivered());
        inbox->messages[0].requeue();
        inbox->keepAcking();
        QTRY_COMPARE(inbox->count(), 4);
        QCOMPARE(inbox->texts(),
                 broker().quirks() & BrokerUnderTest::RequeuesToTheEnd
                     ? QStringLiteral("a b c a!")
                     : QStringLiteral("a a! b c"));
        QTRY_COMPARE(unacked(), 0);
    }

    // To the end of its priority, or to its old place: never behind what is served later.
    void aRequeuedMessageKeepsItsPriority()
    {
        if (!can(Capability::Priorities))
            return;
        const bool higherFirst = can(Capability::HigherPriorityFirst);
        const int first = higherFirst ? 9 : 0;
        const int last = higherFirst ? 0 : 9;
        const Queue queue = Queue(m_queue).setMaxPriority(9);
        Producer producer(connection(), queue);
        for (const auto &[text, priority] :
             {std::pair{"l", last}, std::pair{"a", first}, std::pair{"b", first}}) {
            PublishOptions options;
            options.priority = priority;
            QOMBU_OK(producer.publish(QString::fromLatin1(text), options));
        }
        const auto inbox = consume({queue}, 1);
        QTRY_COMPARE(inbox->texts(), QStringLiteral("a"));
        QVERIFY(!inbox->messages[0].requeue().isError());
        inbox->keepAcking();
        QTRY_COMPARE(inbox->count(), 4);
        QCOMPARE(inbox->texts(),
                 broker().quirks() & BrokerUnderTest::RequeuesToTheEnd
                     ? QStringLiteral("a b a! l")
                     : QStringLiteral("a a! b l"));
        QCOMPARE(inbox->messages.back().priority(), last);
        QTRY_COMPARE(unacked(), 0);
    }

    void aRequeuedMessageKeepsItsContent()
    {
        PublishOptions options;
        options.headers.insert(QStringLiteral("tries"), 3);
        options.properties.correlationId = QStringLiteral("c-1");
        QOMBU_OK(Producer(connection(), Queue(m_queue))
                     .publish(QVariantMap{{QStringLiteral("id"), 7}}, options));
        const auto inbox = consume({m_queue});
        QTRY_COMPARE(inbox->count(), 1);
        inbox->messages[0].requeue();
        QTRY_COMPARE(inbox->count(), 2);
        const Message &first = inbox->messages[0];
        const Message &again = inbox->messages[1];
        QVERIFY(again.isRedelivered());
        QCOMPARE(again.body(), first.body());
        QCOMPARE(again.headers().value(QStringLiteral("tries")).toInt(), 3);
        QCOMPARE(again.properties().correlationId, QStringLiteral("c-1"));
        QCOMPARE(again.rawBody(), first.rawBody());
        inbox->ackAll();
    }

    void aMessageSettlesOnceForAllCopies()
    {
        publish(m_queue, {QStringLiteral("a")});
        const auto inbox = consume({m_queue});
        QTRY_COMPARE(inbox->count(), 1);
        const Message copy = inbox->messages[0];
        QVERIFY(!copy.isSettled());
        QVERIFY(!copy.ack().isError());
        QVERIFY(inbox->messages[0].isSettled());
        QCOMPARE(inbox->messages[0].requeue().kind(), Error::AlreadySettled);
        QTRY_COMPARE(unacked(), 0);
        QCOMPARE(ready(m_queue), 0);
    }

    void settlesFromAnyThread()
    {
        publish(m_queue, m_three);
        const auto inbox = consume({m_queue});
        QTRY_COMPARE(inbox->count(), 3);
        std::thread([messages = inbox->messages] {
            messages[0].ack();
            messages[1].reject();
            messages[2].ack();
        }).join();
        QTRY_COMPARE(unacked(), 0);
        QCOMPARE(ready(m_queue), 0);
    }

    void settlesAfterTheConsumerIsGone()
    {
        publish(m_queue, {QStringLiteral("a"), QStringLiteral("b")});
        const auto inbox = consume({m_queue});
        QTRY_COMPARE(inbox->count(), 2);
        QOMBU_OK(inbox->consumer()->cancel());
        inbox->dropConsumer();
        QVERIFY(!inbox->messages[0].ack().isError());
        QVERIFY(!inbox->messages[1].requeue().isError());
        QTRY_COMPARE(unacked(), 0);
        QCOMPARE(waiting(m_queue), QStringLiteral("b!"));
    }

    void aMessageOfAClosedConnectionCannotBeSettled()
    {
        publish(m_queue, {QStringLiteral("a")});
        Connection *second = connectAnother();
        const auto inbox = consume({m_queue}, 16, AckMode::Manual, second);
        QTRY_COMPARE(inbox->count(), 1);
        close(second);
        QVERIFY(inbox->messages[0].ack().isError());
        QCOMPARE(waiting(m_queue), QStringLiteral("a!"));
    }

    void aMessageThatWasNeverDeliveredCannotBeSettled()
    {
        QCOMPARE(Message(QStringLiteral("mine")).ack().kind(), Error::Unsupported);
    }

    void manySettlementsOfAllKindsAddUp()
    {
        QStringList texts;
        for (int i = 0; i < 300; ++i)
            texts.append(QString::number(i));
        publish(m_queue, texts);
        const auto inbox = prepare({m_queue}, 50);
        QMap<QString, int> seen;
        QObject::connect(inbox->consumer(), &Consumer::messageReceived, inbox.get(),
                         [&](const Message &message) {
                             const QString text = message.body().toString();
                             const int number = text.toInt();
                             ++seen[text];
                             if (number % 3 == 0 && !message.isRedelivered())
                                 message.requeue();
                             else if (number % 3 == 1)
                                 message.reject();
                             else
                                 message.ack();
                         });
        start(*inbox);
        QTRY_COMPARE_WITH_TIMEOUT(inbox->count(), 400, 20000);
        for (const QString &text : std::as_const(texts))
            QCOMPARE(seen.value(text), text.toInt() % 3 == 0 ? 2 : 1);
        QTRY_COMPARE(unacked(), 0);
        QCOMPARE(ready(m_queue), 0);
    }
};

QOMBU_TEST(tst_ConformanceSettling)
#include "tst_conformance_settling.moc"
