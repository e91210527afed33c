// SPDX-License-Identifier: BSD-3-Clause
#include "hub/simulatedhub.h"
#include "support/testmain.h"
#include "transports/memory/linkpeer.h"

#include <QTest>

using namespace Qombu;
using QombuTest::bodiesOf;
using QombuTest::LinkPeer;

// Delivering, prefetching and settling over links to one broker.
class tst_MemoryLink : public QObject
{
    Q_OBJECT

    SimulatedHub m_hub;
    QString m_broker;
    std::unique_ptr<LinkPeer> m_peer;

    std::unique_ptr<LinkPeer> open()
    {
        auto peer = std::make_unique<LinkPeer>(&m_hub, m_broker);
        m_hub.settle();
        return peer;
    }
    std::vector<IncomingMessage> peek(const QString &queue, QueueEnd from = QueueEnd::Head)
    {
        std::vector<IncomingMessage> messages;
        m_peer->link->browser()->peek(
            queue, 100, from,
            [&](Result<std::vector<IncomingMessage>> result) { messages = std::move(*result); });
        m_hub.settle();
        return messages;
    }
    QString waiting(const QString &queue) { return bodiesOf(peek(queue)); }

private Q_SLOTS:
    void init()
    {
        m_broker = QLatin1String(QTest::currentTestFunction());
        m_peer = open();
        QVERIFY(m_peer->isOpen);
    }
    void cleanup() { m_peer.reset(); }

    void aPushToTheDefaultExchangeMakesTheQueue()
    {
        m_peer->publish({"a", "b"}, QStringLiteral("q"));
        QVERIFY(m_peer->outcomes.empty()); // never answered from inside the call
        m_hub.settle();
        QCOMPARE(m_peer->outcomes.size(), 2u);
        QVERIFY(!m_peer->outcomes[0].error);
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a b"));
    }

    void deliversWhatWasThereAndWhatComes()
    {
        m_peer->publish({"a"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"));
        m_hub.settle();
        m_peer->publish({"b"}, QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b"));
    }

    void messagesSurviveTheLink()
    {
        m_peer->publish({"a"}, QStringLiteral("q"));
        m_peer.reset();
        m_peer = open();
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a"));
    }

    void consumersTakeTurns()
    {
        const auto other = open();
        m_peer->consume(QStringLiteral("q"));
        other->consume(QStringLiteral("q"));
        m_hub.settle();
        m_peer->publish({"a", "b", "c", "d"}, QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a c"));
        QCOMPARE(other->bodies(), QStringLiteral("b d"));
    }

    void queuesTakeTurns()
    {
        m_peer->publish({"a1", "a2", "a3"}, QStringLiteral("a"));
        m_peer->publish({"b1", "b2"}, QStringLiteral("b"));
        m_peer->consume({1, {QStringLiteral("a"), QStringLiteral("b")}, false, 16, 1 << 20});
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a1 b1 a2 b2 a3"));
    }

    void higherPrioritiesComeFirst()
    {
        m_peer->publish({"low1"}, QStringLiteral("q"), {}, 0);
        m_peer->publish({"high1"}, QStringLiteral("q"), {}, 9);
        m_peer->publish({"mid"}, QStringLiteral("q"), {}, 5);
        m_peer->publish({"high2"}, QStringLiteral("q"), {}, 12);
        m_peer->publish({"low2"}, QStringLiteral("q"), {}, -3);
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("high1 high2 mid low1 low2"));
        QCOMPARE(bodiesOf(peek(QStringLiteral("q"), QueueEnd::Tail)),
                 QStringLiteral("low2 low1 mid high2 high1"));
        m_peer->consume(QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("high1 high2 mid low1 low2"));
    }

    void neverExceedsThePrefetchCount()
    {
        m_peer->publish({"a", "b", "c", "d"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"), 2);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b"));
        m_peer->settle(1, Settlement::Ack);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b c"));
    }

    void neverExceedsThePrefetchBytesByMoreThanOneMessage()
    {
        m_peer->publish({QByteArray(60, 'a'), QByteArray(60, 'b'), QByteArray(60, 'c')},
                        QStringLiteral("q"));
        m_peer->consume({1, {QStringLiteral("q")}, false, 16, 100});
        m_hub.settle();
        QCOMPARE(m_peer->messages.size(), 2u);
        m_peer->settle(0, Settlement::Ack);
        m_hub.settle();
        QCOMPARE(m_peer->messages.size(), 3u);
    }

    void aPausedConsumerGetsNothingNotEvenWhatWasOnItsWay()
    {
        m_peer->consume(QStringLiteral("q"));
        m_hub.settle();
        m_peer->publish({"a", "b"}, QStringLiteral("q"));
        m_peer->channel->setPaused(1, true);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QString());
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a b")); // and not as redelivered
        m_peer->channel->setPaused(1, false);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b"));
    }

    void requeuedMessagesReturnToTheirPlace()
    {
        m_peer->publish({"a", "b", "c", "d"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"), 3);
        m_hub.settle();
        m_peer->channel->cancel(1, [](const Result<void> &) {});
        m_peer->settle(2, Settlement::Requeue);
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("c! d"));
        m_peer->settle(0, Settlement::Requeue);
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a! c! d"));
        m_peer->settle(1, Settlement::Ack);
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a! c! d"));
    }

    void rejectedMessagesGoToTheDeadLetterQueueOrNowhere_data()
    {
        QTest::addColumn<QString>("deadLetterQueue");
        QTest::newRow("with") << QStringLiteral("dead");
        QTest::newRow("without") << QString();
    }
    void rejectedMessagesGoToTheDeadLetterQueueOrNowhere()
    {
        QFETCH(QString, deadLetterQueue);
        const QString name = QStringLiteral("q-") + QLatin1String(QTest::currentDataTag());
        Queue queue(name);
        queue.setDeadLetterQueue(deadLetterQueue);
        m_peer->publish({"a"}, name);
        m_peer->consume({1, {queue}, false, 16, 1 << 20});
        m_hub.settle();
        m_peer->settle(0, Settlement::Reject);
        QCOMPARE(waiting(name), QString());
        if (!deadLetterQueue.isEmpty())
            QCOMPARE(waiting(deadLetterQueue), QStringLiteral("a"));
    }

    void aDeadLinkGivesBackInOrder()
    {
        auto other = open();
        other->consume(QStringLiteral("q"), 3);
        m_hub.settle();
        m_peer->publish({"a", "b", "c", "d"}, QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(other->bodies(), QStringLiteral("a b c"));
        other->settle(1, Settlement::Ack);
        other.reset();
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a! c! d"));
    }

    void aWaitingConsumerGetsWhatADeadOneHeldInOrder()
    {
        auto first = open();
        first->consume(QStringLiteral("q"), 2);
        m_hub.settle();
        m_peer->publish({"a", "b", "c"}, QStringLiteral("q"));
        m_hub.settle();
        m_peer->consume(QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("c"));
        first.reset();
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("c a! b!"));
    }

    void closingAnswersAndGivesBack()
    {
        auto other = open();
        other->consume(QStringLiteral("q"));
        m_hub.settle();
        m_peer->publish({"a", "b"}, QStringLiteral("q"));
        m_hub.settle();
        other->link->close();
        m_hub.settle();
        QVERIFY(other->isClosed);
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a! b!"));
    }

    void unacknowledgedDeliveriesAreNotHeld()
    {
        auto other = open();
        other->consume(QStringLiteral("q"), 16, true);
        m_hub.settle();
        m_peer->publish({"a"}, QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(other->bodies(), QStringLiteral("a"));
        other.reset();
        QCOMPARE(waiting(QStringLiteral("q")), QString());
    }

    void getTakesOneAndHoldsIt()
    {
        m_peer->publish({"a", "b"}, QStringLiteral("q"));
        std::optional<IncomingMessage> message;
        const auto get = [&](const QString &queue) {
            m_peer->channel->get(queue, false, [&](Result<std::optional<IncomingMessage>> result) {
                message = std::move(*result);
            });
            m_hub.settle();
        };
        get(QStringLiteral("q"));
        QVERIFY(message);
        QCOMPARE(message->content.body, "a");
        m_peer->channel->settle({{message->delivery, Settlement::Requeue}});
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a! b"));
        get(QStringLiteral("nobody has made this"));
        QVERIFY(!message);
    }
};

QOMBU_TEST(tst_MemoryLink)
#include "tst_memorylink.moc"
