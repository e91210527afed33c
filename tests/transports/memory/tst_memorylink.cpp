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
            {queue, 100, from},
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
        QVERIFY(!m_peer->outcomes[0].error.isError());
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
        m_peer->consume(
            {0, {QStringLiteral("a"), QStringLiteral("b")}, false, false, {}, 16, 1 << 20});
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
        m_peer->consume({0, {QStringLiteral("q")}, false, false, {}, 16, 100});
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
        m_peer->channel->setPaused(true);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QString());
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a b")); // and not as redelivered
        m_peer->channel->setPaused(false);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b"));
    }

    void requeuedMessagesReturnToTheirPlace()
    {
        m_peer->publish({"a", "b", "c", "d"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"), 3);
        m_hub.settle();
        m_peer->cancel();
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
        m_peer->consume({0, {queue}, false, false, {}, 16, 1 << 20});
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
        const auto message = m_peer->get(QStringLiteral("q"));
        QVERIFY(message && *message);
        QCOMPARE((*message)->content->body, "a");
        m_peer->link->settle({{(*message)->delivery, Settlement::Requeue}});
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a! b"));
        const auto none = m_peer->get(QStringLiteral("nobody has made this"));
        QVERIFY(none && !*none);
    }

    void getIsHeldOutsideAnyWindow()
    {
        m_peer->publish({"a", "b"}, QStringLiteral("q"));
        QVERIFY(*m_peer->get(QStringLiteral("q")));
        m_peer->consume(QStringLiteral("q"), 1);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("b"));
    }

    void numbersDeliveriesFromTheOneCounter()
    {
        m_peer->numbers.take(1000);
        m_peer->publish({"a", "b", "c"}, QStringLiteral("q"));
        QCOMPARE((*m_peer->get(QStringLiteral("q")))->delivery, 1001u);
        m_peer->consume(QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(m_peer->messages.at(0).delivery, 1002u);
        QCOMPARE(m_peer->messages.at(1).delivery, 1003u);
        QCOMPARE(m_peer->numbers.last(), 1003u);
    }

    void settlesEachDeliveryOnceAndOnlyWhatIsHeld()
    {
        m_peer->publish({"a", "b"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"), 1);
        m_hub.settle();
        const quint64 first = m_peer->messages.at(0).delivery;
        m_peer->link->settle({{first, Settlement::Ack}, {first, Settlement::Requeue}});
        m_peer->link->settle(
            {{first, Settlement::Requeue}, {0, Settlement::Ack}, {99, Settlement::Ack}});
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b"));
    }

    void withoutAcknowledgementThereIsNoWindowAndNothingToSettle()
    {
        m_peer->publish({"a", "b", "c"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"), 1, true);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b c"));
        QCOMPARE(m_peer->messages.at(0).delivery, 0u);
        m_peer->channel->setPaused(true);
        m_peer->publish({"d"}, QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(m_peer->messages.size(), 3u);
        m_peer->channel->setPaused(false);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b c d"));
    }

    void putsBackToTheFrontWhatWasNeverGot()
    {
        m_peer->publish({"a", "b", "c"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"), 1, true);
        m_hub.settle();
        m_peer->cancel();
        m_peer->publish({"d"}, QStringLiteral("q"));
        std::vector<IncomingMessage> never(m_peer->messages.begin() + 1, m_peer->messages.end());
        m_peer->link->putBack(std::move(never));
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("b! c! d"));
    }

    void aWiderWindowIsFilledAtOnce()
    {
        m_peer->publish({"a", "b", "c"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"), 1);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a"));
        m_peer->channel->setWindow(2, 1 << 20);
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b"));
    }

    void theEndOfAChannelEndsItsConsumerAndKeepsWhatItHolds()
    {
        m_peer->publish({"a", "b", "c"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"), 2);
        m_hub.settle();
        m_peer->channel.reset();
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("c"));
        m_peer->settle(0, Settlement::Ack);
        m_peer->link->giveBack({m_peer->messages.at(1).delivery});
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("b! c"));
    }

    void givesBackInTheOrderOfTheQueue()
    {
        m_peer->publish({"a", "b", "c"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"));
        m_hub.settle();
        m_peer->cancel();
        m_peer->link->giveBack({m_peer->messages.at(2).delivery, m_peer->messages.at(0).delivery});
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a! c!"));
    }

    void aChannelMayEndInItsDelivery()
    {
        m_peer->publish({"a", "b"}, QStringLiteral("q"));
        m_peer->consume(QStringLiteral("q"), 1);
        m_peer->onDelivered = [this](std::vector<IncomingMessage> &batch) {
            m_peer->channel.reset();
            m_peer->link->settle({{batch.at(0).delivery, Settlement::Ack}});
        };
        m_hub.settle();
        QVERIFY(!m_peer->channel);
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("b"));
    }

    void aChannelMayEndInItsAnswer()
    {
        m_peer->topology->declare(Queue(QStringLiteral("q")),
                                  [this](const Result<QueueInfo> &) { m_peer->topology.reset(); });
        QVERIFY(!m_peer->topology);
        m_peer->channel->consume({1, {QStringLiteral("q")}, false, false, {}, 16, 1 << 20},
                                 [this](const Result<void> &) { m_peer->channel.reset(); });
        m_peer->publish({"a"}, QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QString());
        QCOMPARE(waiting(QStringLiteral("q")), QStringLiteral("a"));
    }

    void aClosedLinkRefusesAndADestroyedOneIsSilent()
    {
        m_peer->link->close();
        const auto info = m_peer->declare(Queue(QStringLiteral("q")));
        QCOMPARE(info.error().kind(), Error::Connection);
        QVERIFY(info.error().isRecoverable());
        m_peer->link.reset();
        QCOMPARE(m_peer->declare(Queue(QStringLiteral("q"))).error().kind(), Error::Timeout);
        m_peer->publish({"a"}, QStringLiteral("q"));
        m_hub.settle();
        QVERIFY(!m_peer->isClosed);
        QVERIFY(m_peer->outcomes.empty());
    }

    void answersWhatWasPublishedBeforeItTellsThatItIsClosed()
    {
        m_peer->publish({"a"}, QStringLiteral("q"));
        m_hub.callSoon([this] {
            m_peer->publish({"b"}, QStringLiteral("q"));
            m_peer->link->close();
        });
        m_hub.settle();
        QVERIFY(m_peer->isClosed);
        QCOMPARE(m_peer->outcomesWhenClosed, 2u);
    }
};

QOMBU_TEST(tst_MemoryLink)
#include "tst_memorylink.moc"
