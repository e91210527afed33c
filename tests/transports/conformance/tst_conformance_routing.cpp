// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/conformance/conformancetest.h"

using namespace Qombu;
using namespace QombuTest;

// Which queues a message reaches.
class tst_ConformanceRouting : public ConformanceTest
{
    Q_OBJECT

    const QString m_one = QStringLiteral("one");
    const QString m_two = QStringLiteral("two");

private Q_SLOTS:
    void theDefaultExchangeReachesTheQueueOfThatName()
    {
        publish(m_one, {QStringLiteral("a")});
        QCOMPARE(waiting(m_one), QStringLiteral("a"));
        const auto inbox = consume({m_one});
        QTRY_COMPARE(inbox->texts(),
                     has(BrokerUnderTest::LookingMarks) ? QStringLiteral("a!")
                                                        : QStringLiteral("a"));
        QCOMPARE(inbox->messages[0].exchange(), QString());
        QCOMPARE(inbox->messages[0].routingKey(), m_one);
        QCOMPARE(inbox->messages[0].queue(), m_one);
        inbox->ackAll();
    }

    void aDirectExchangeReachesQueuesBoundWithTheKey()
    {
        const Exchange exchange(QStringLiteral("d"), ExchangeType::Direct);
        declare(Queue(m_one, exchange, QStringLiteral("red")));
        declare(Queue(m_two, exchange, QStringLiteral("blue")));
        publish(exchange, QStringLiteral("red"), QStringLiteral("a"));
        publish(exchange, QStringLiteral("blue"), QStringLiteral("b"));
        QCOMPARE(waiting(m_one), QStringLiteral("a"));
        QCOMPARE(waiting(m_two), QStringLiteral("b"));
    }

    void aDirectKeyIsTextAndNoPattern()
    {
        const Exchange exchange(QStringLiteral("d"), ExchangeType::Direct);
        declare(Queue(m_one, exchange, QStringLiteral("a.b")));
        declare(Queue(m_two, exchange, QStringLiteral("A.B")));
        publish(exchange, QStringLiteral("A.B"), QStringLiteral("x"));
        QCOMPARE(waiting(m_one), QString());
        QCOMPARE(waiting(m_two), QStringLiteral("x"));
    }

    // Only keys on which Kombu and AMQP agree.
    void aTopicExchangeReachesQueuesWhosePatternFits()
    {
        const Exchange exchange(QStringLiteral("t"), ExchangeType::Topic);
        declare(Queue(m_one, exchange, QStringLiteral("stock.*")));
        declare(Queue(m_two, exchange, QStringLiteral("#")));
        publish(exchange, QStringLiteral("stock.usd"), QStringLiteral("a"));
        publish(exchange, QStringLiteral("weather"), QStringLiteral("b"));
        QCOMPARE(waiting(m_one), QStringLiteral("a"));
        QCOMPARE(waiting(m_two), QStringLiteral("a b"));
    }

    void aFanoutExchangeReachesEveryQueue()
    {
        const Exchange exchange(QStringLiteral("f"), ExchangeType::Fanout);
        const auto one = consume({Queue(m_one, exchange)}, 16, AckMode::None);
        const auto two = consume({Queue(m_two, exchange)}, 16, AckMode::None, connectAnother());
        publish(exchange, {}, QStringLiteral("a"));
        QTRY_COMPARE(one->texts(), QStringLiteral("a"));
        QTRY_COMPARE(two->texts(), QStringLiteral("a"));
    }

    void everyBindingOfAQueueCounts()
    {
        const Exchange direct(QStringLiteral("d"), ExchangeType::Direct);
        const Exchange topic(QStringLiteral("t"), ExchangeType::Topic);
        Queue queue(m_one, direct, QStringLiteral("red"));
        queue.addBinding(direct, QStringLiteral("blue")).addBinding(topic, QStringLiteral("x.#"));
        declare(queue);
        publish(direct, QStringLiteral("red"), QStringLiteral("a"));
        publish(direct, QStringLiteral("blue"), QStringLiteral("b"));
        publish(topic, QStringLiteral("x.y"), QStringLiteral("c"));
        QCOMPARE(waiting(m_one), QStringLiteral("a b c"));
    }

    void aMessageReachesAQueueAtMostOnce()
    {
        const Exchange exchange(QStringLiteral("t"), ExchangeType::Topic);
        Queue queue(m_one, exchange, QStringLiteral("a.#"));
        queue.addBinding(exchange, QStringLiteral("a.b"))
            .addBinding(exchange, QStringLiteral("*.b"));
        declare(queue);
        publish(exchange, QStringLiteral("a.b"), QStringLiteral("x"));
        QCOMPARE(waiting(m_one), QStringLiteral("x"));
    }

    void anUnroutableMessageFailsAndIsNamed()
    {
        const Exchange exchange(QStringLiteral("d"), ExchangeType::Direct);
        declare(Queue(m_one, exchange, QStringLiteral("red")));
        const auto result =
            Producer(connection(), exchange, QStringLiteral("green")).publish(1).wait();
        QCOMPARE(result.error().kind(), Error::Unroutable);
        QVERIFY2(result.error().text().contains(QLatin1String("green")),
                 qPrintable(result.error().text()));
        QVERIFY(result.error().text().contains(QLatin1Char('d')));
        QCOMPARE(waiting(m_one), QString());
    }

    void anUnroutableMessageThatMayBeDroppedIsDropped()
    {
        const Exchange exchange(QStringLiteral("d"), ExchangeType::Direct);
        PublishOptions options;
        options.mandatory = false;
        QOMBU_OK(Producer(connection(), exchange, QStringLiteral("green")).publish(1, options));
        if (!has(BrokerUnderTest::CannotList))
            QVERIFY(inventory().queues.isEmpty());
    }

    void anUnboundQueueIsReachedNoMore()
    {
        const Exchange exchange(QStringLiteral("d"), ExchangeType::Direct);
        declare(Queue(m_one, exchange, QStringLiteral("red")));
        declare(Queue(m_two, exchange, QStringLiteral("red")));
        publish(exchange, QStringLiteral("red"), QStringLiteral("a"));
        QOMBU_OK(
            connection()->defaultChannel()->unbind({exchange, QStringLiteral("red"), m_one, {}}));
        publish(exchange, QStringLiteral("red"), QStringLiteral("b"));
        QCOMPARE(waiting(m_one), QStringLiteral("a"));
        QCOMPARE(waiting(m_two), QStringLiteral("a b"));
    }

    void aRemovedExchangeReachesNobody()
    {
        const Exchange exchange(QStringLiteral("d"), ExchangeType::Direct);
        declare(Queue(m_one, exchange, QStringLiteral("red")));
        publish(exchange, QStringLiteral("red"), QStringLiteral("a"));
        QOMBU_OK(connection()->defaultChannel()->remove(exchange));
        const auto result = Producer(connection(), exchange, QStringLiteral("red"))
                                .publish(QStringLiteral("b"))
                                .wait();
        QCOMPARE(result.error().kind(), Error::Unroutable);
        QCOMPARE(waiting(m_one), QStringLiteral("a"));
    }

    void namesMayBeUnicode()
    {
        const Exchange exchange(QString::fromUtf8("börse"), ExchangeType::Direct);
        const QString queue = QString::fromUtf8("Aufträge 注文");
        declare(Queue(queue, exchange, QString::fromUtf8("schlüssel/é")));
        publish(exchange, QString::fromUtf8("schlüssel/é"), QStringLiteral("a"));
        QCOMPARE(waiting(queue), QStringLiteral("a"));
    }
};

QOMBU_TEST(tst_ConformanceRouting)
#include "tst_conformance_routing.moc"
