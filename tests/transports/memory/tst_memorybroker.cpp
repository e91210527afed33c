// SPDX-License-Identifier: BSD-3-Clause
#include "hub/simulatedhub.h"
#include "support/testmain.h"
#include "transports/memory/linkpeer.h"
#include "transports/memory/memorybroker.h"

#include <QElapsedTimer>
#include <QTest>

#include <atomic>
#include <thread>

using namespace Qombu;
using QombuTest::LinkPeer;

// Exchanges, queues, limits and what can be seen of one broker; and many threads in it.
class tst_MemoryBroker : public QObject
{
    Q_OBJECT

    SimulatedHub m_hub;
    QString m_broker;
    std::unique_ptr<LinkPeer> m_peer;

    Result<QueueInfo> declare(LinkPeer &peer, const Queue &queue)
    {
        std::optional<Result<QueueInfo>> answer;
        peer.channel->declare(queue, [&](Result<QueueInfo> result) { answer = std::move(result); });
        m_hub.settle();
        return answer.value_or(Error(Error::Timeout, QStringLiteral("no answer")));
    }
    Error declare(LinkPeer &peer, const Exchange &exchange)
    {
        Error error(Error::Timeout, QStringLiteral("no answer"));
        peer.channel->declare(exchange,
                              [&](const Result<void> &result) { error = result.error(); });
        m_hub.settle();
        return error;
    }
    Inventory inventory(int maximumRows = 100)
    {
        Inventory seen;
        m_peer->link->browser()->inventory(maximumRows,
                                           [&](Result<Inventory> result) { seen = *result; });
        m_hub.settle();
        return seen;
    }
    // The queues of the broker with something in them, and how much.
    QString filled()
    {
        QStringList texts;
        const Inventory seen = inventory();
        for (const QueueRow &row : seen.queues) {
            if (row.ready > 0)
                texts.append(row.name + QLatin1Char(':') + QString::number(row.ready));
        }
        return texts.join(QLatin1Char(' '));
    }

private Q_SLOTS:
    void init()
    {
        m_broker = QStringLiteral("broker-") + QLatin1String(QTest::currentTestFunction());
        if (QTest::currentDataTag())
            m_broker +=
                QLatin1Char('-') + QString::number(qHash(QByteArray(QTest::currentDataTag())));
        m_peer = std::make_unique<LinkPeer>(&m_hub, m_broker);
        m_hub.settle();
    }
    void cleanup() { m_peer.reset(); }

    void routesByTheTypeOfTheExchange_data()
    {
        QTest::addColumn<ExchangeType>("type");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("reached");
        QTest::newRow("direct, one")
            << ExchangeType::Direct << QStringLiteral("a.b") << QStringLiteral("q1:1 q3:1");
        QTest::newRow("direct, patterns are text")
            << ExchangeType::Direct << QStringLiteral("a.x") << QString();
        QTest::newRow("topic, star is one word")
            << ExchangeType::Topic << QStringLiteral("a.x") << QStringLiteral("q2:1 q3:1");
        QTest::newRow("topic, each queue once")
            << ExchangeType::Topic << QStringLiteral("a.b") << QStringLiteral("q1:1 q2:1 q3:1");
        QTest::newRow("topic, hash is no word, too")
            << ExchangeType::Topic << QStringLiteral("a") << QStringLiteral("q3:1");
        QTest::newRow("topic, nothing") << ExchangeType::Topic << QStringLiteral("b") << QString();
        QTest::newRow("fanout") << ExchangeType::Fanout << QStringLiteral("whatever")
                                << QStringLiteral("q1:1 q2:1 q3:1");
    }
    void routesByTheTypeOfTheExchange()
    {
        QFETCH(ExchangeType, type);
        QFETCH(QString, key);
        QFETCH(QString, reached);
        const Exchange exchange(QStringLiteral("x"), type);
        QVERIFY(declare(*m_peer, Queue(QStringLiteral("q1"), exchange, QStringLiteral("a.b"))));
        QVERIFY(declare(*m_peer, Queue(QStringLiteral("q2"), exchange, QStringLiteral("a.*"))));
        Queue several(QStringLiteral("q3"), exchange, QStringLiteral("a.#"));
        several.addBinding(exchange, QStringLiteral("a.b"));
        QVERIFY(declare(*m_peer, several));

        m_peer->publish({"m"}, key, exchange.name());
        m_hub.settle();
        QCOMPARE(m_peer->outcomes.size(), 1u);
        QCOMPARE(m_peer->outcomes[0].error.kind(),
                 reached.isEmpty() ? Error::Unroutable : Error::None);
        if (reached.isEmpty())
            QVERIFY(m_peer->outcomes[0].error.text().contains(key));
        QCOMPARE(filled(), reached);
    }

    void dropsWhatIsUnroutableAndNotMandatory()
    {
        m_peer->publish({"m"}, QStringLiteral("key"), QStringLiteral("nowhere"), 0, false);
        m_hub.settle();
        QVERIFY(!m_peer->outcomes.at(0).error);
        QCOMPARE(filled(), QString());
    }

    void exchangesAreSharedByAllLinks()
    {
        QVERIFY(!declare(*m_peer, Exchange(QStringLiteral("x"), ExchangeType::Fanout)));
        LinkPeer other(&m_hub, m_broker);
        m_hub.settle();
        Exchange passive(QStringLiteral("x"));
        passive.setPassive(true);
        QVERIFY(!declare(other, passive));
        passive = Exchange(QStringLiteral("y"));
        passive.setPassive(true);
        QCOMPARE(declare(other, passive).replyCode(), 404);
        const Exchange direct(QStringLiteral("x"), ExchangeType::Direct);
        QCOMPARE(declare(other, direct).replyCode(), 406);
        QCOMPARE(declare(other, direct).replyCode(), 406); // still: it was not remembered
        QVERIFY(!declare(other, Exchange(QStringLiteral("x"), ExchangeType::Fanout)));
    }

    void removingAQueueRemovesItsBindings()
    {
        QVERIFY(declare(*m_peer, Queue(QStringLiteral("q"), Exchange(QStringLiteral("x")))));
        m_peer->publish({"m"}, {}, QStringLiteral("x"));
        qint64 removed = 0;
        m_peer->channel->remove(Queue(QStringLiteral("q")),
                                [&](const Result<qint64> &result) { removed = *result; });
        m_hub.settle();
        QCOMPARE(removed, 1);
        QVERIFY(inventory().queues.isEmpty());
        QVERIFY(inventory().bindings.isEmpty());
        m_peer->publish({"m"}, {}, QStringLiteral("x"));
        m_hub.settle();
        QCOMPARE(m_peer->outcomes.back().error.kind(), Error::Unroutable);
    }

    void aConsumerStaysWhenItsQueueIsRemovedAndMadeAgain()
    {
        m_peer->consume(QStringLiteral("q"));
        m_peer->publish({"a"}, QStringLiteral("q"));
        m_hub.settle();
        m_peer->channel->remove(Queue(QStringLiteral("q")), [](const Result<qint64> &) {});
        m_peer->publish({"b"}, QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b"));
    }

    void countsNothingUnackedWithoutAcknowledgement()
    {
        m_peer->consume(QStringLiteral("q"), 16, true);
        m_hub.settle();
        LinkPeer other(&m_hub, m_broker);
        m_hub.settle();
        other.publish({"a", "b"}, QStringLiteral("q")); // on their way, not collected
        m_peer->channel->cancel(1, [](const Result<void> &) {});
        m_hub.settle();
        QCOMPARE(inventory().queues.at(0).ready, 2);
        QCOMPARE(inventory().unacked, 0);
    }

    void autoDeleteQueuesGoWithTheirLastConsumer()
    {
        Queue queue(QStringLiteral("q"));
        queue.setAutoDelete(true);
        QVERIFY(declare(*m_peer, queue));
        QCOMPARE(inventory().queues.size(), 1);
        m_peer->consume(QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(inventory().queues.at(0).consumers, 1);
        m_peer->channel->cancel(1, [](const Result<void> &) {});
        QVERIFY(inventory().queues.isEmpty());
    }

    void exclusiveQueuesBelongToTheirLink()
    {
        Queue queue(QStringLiteral("q"));
        queue.setExclusive(true);
        auto owner = std::make_unique<LinkPeer>(&m_hub, m_broker);
        m_hub.settle();
        QVERIFY(declare(*owner, queue));
        QCOMPARE(declare(*m_peer, queue).error().replyCode(), 405);
        owner.reset();
        QVERIFY(inventory().queues.isEmpty());
        QVERIFY(declare(*m_peer, queue));
    }

    void saysThatLimitsOfQueuesAreIgnored()
    {
        Queue queue(QStringLiteral("q"));
        queue.setMaxLength(10);
        QVERIFY(declare(*m_peer, queue));
        QVERIFY(declare(*m_peer, queue));
        QCOMPARE(m_peer->notices.size(), 1);
        QVERIFY(m_peer->notices.at(0).contains(QLatin1String("'q'")));
    }

    void refusesToGrowBeyondTheLimit()
    {
        LinkPeer peer(&m_hub, m_broker, {{QStringLiteral("maximum_bytes"), 200000}});
        m_hub.settle();
        peer.publish({QByteArray(150000, 'a'), QByteArray(150000, 'b'), "c"}, QStringLiteral("q"));
        peer.consume(QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(peer.outcomes.size(), 3u);
        QVERIFY(!peer.outcomes[0].error);
        QCOMPARE(peer.outcomes[1].error.kind(), Error::Blocked);
        QVERIFY(!peer.outcomes[2].error);
        // What is held counts; settled messages make room.
        peer.publish({QByteArray(150000, 'd')}, QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(peer.outcomes.back().error.kind(), Error::Blocked);
        peer.settle(0, Settlement::Ack);
        peer.publish({QByteArray(150000, 'e')}, QStringLiteral("q"));
        m_hub.settle();
        QVERIFY(!peer.outcomes.back().error);
    }

    void countsAMessageOfManyQueuesOnce()
    {
        LinkPeer peer(&m_hub, m_broker, {{QStringLiteral("maximum_bytes"), 200000}});
        m_hub.settle();
        const Exchange exchange(QStringLiteral("x"), ExchangeType::Fanout);
        for (int i = 0; i < 5; ++i)
            QVERIFY(declare(peer, Queue(QStringLiteral("q%1").arg(i), exchange)));
        peer.publish({QByteArray(150000, 'a')}, {}, QStringLiteral("x"));
        m_hub.settle();
        QVERIFY(!peer.outcomes.back().error);
        QCOMPARE(filled(), QStringLiteral("q0:1 q1:1 q2:1 q3:1 q4:1"));
    }

    void inventoryCountsWithoutChanging()
    {
        const Exchange topic(QStringLiteral("t"), ExchangeType::Topic);
        QVERIFY(declare(*m_peer, Queue(QStringLiteral("q"), topic, QStringLiteral("a.#"))));
        m_peer->publish({"a", "b", "c"}, QStringLiteral("q"));
        m_peer->publish({"d"}, QStringLiteral("q"), {}, 5);
        m_peer->consume(QStringLiteral("q"), 1);
        m_hub.settle();
        const Inventory seen = inventory();
        QCOMPARE(seen.queues, QList<QueueRow>({{QStringLiteral("q"), 3, 1, 1, {{0, 3}}}}));
        QCOMPARE(seen.exchanges,
                 QList<ExchangeRow>({{QStringLiteral("t"), ExchangeType::Topic, false, 1}}));
        QCOMPARE(
            seen.bindings,
            QList<BindingRow>(
                {{QStringLiteral("t"), QStringLiteral("a.#"), QStringLiteral("q"), {}, true}}));
        QCOMPARE(seen.unacked, 1);
        QVERIFY(!seen.truncated);
        QVERIFY(seen.takenAt.isValid());
        QVERIFY(inventory().queues == seen.queues);
        QVERIFY(inventory(0).truncated);
    }

    void listsWhatIsHeldByWhom()
    {
        LinkPeer other(&m_hub, m_broker);
        m_hub.settle();
        other.publish({"a", "b"}, QStringLiteral("q"));
        other.consume(QStringLiteral("q"));
        m_hub.settle();
        std::vector<LinkBrowser::Unacked> rows;
        m_peer->link->browser()->unacked(10, [&](Result<std::vector<LinkBrowser::Unacked>> result) {
            rows = std::move(*result);
        });
        m_hub.settle();
        QCOMPARE(rows.size(), 2u);
        QCOMPARE(rows[0].content.body, "a");
        QCOMPARE(rows[0].queue, QStringLiteral("q"));
        QVERIFY(rows[0].deliveredAt.isValid());
        QVERIFY(!rows[0].returnsAt.isValid());
        QVERIFY(rows[0].tag != rows[1].tag);
    }

    void manyThreadsLoseAndDoubleNothing()
    {
        constexpr int Threads = 4;
        constexpr int MessagesEach = 5000;
        std::atomic<int> received = 0;
        std::atomic<qint64> sum = 0;
        const auto work = [&](int thread) {
            SimulatedHub hub(quint64(thread) + 1);
            LinkPeer peer(&hub, m_broker);
            peer.onDelivered = [&](std::vector<IncomingMessage> &batch) {
                std::vector<SettleRequest> settlements;
                for (const IncomingMessage &message : batch) {
                    // Every third one is first given to somebody else.
                    const int number = message.content.body.toInt();
                    const bool again = number % 3 == 0 && !message.content.redelivered;
                    settlements.push_back(
                        {message.delivery, again ? Settlement::Requeue : Settlement::Ack});
                    if (!again) {
                        ++received;
                        sum += number;
                    }
                }
                peer.channel->settle(std::move(settlements));
            };
            hub.settle();
            peer.consume(QStringLiteral("q"));
            hub.settle();
            for (int i = 0; i < MessagesEach; i += 50) {
                QByteArrayList bodies;
                for (int j = i; j < i + 50; ++j)
                    bodies.append(QByteArray::number(thread * MessagesEach + j));
                peer.publish(bodies, QStringLiteral("q"));
                hub.settle();
            }
            QElapsedTimer timer;
            timer.start();
            while (received < Threads * MessagesEach && timer.elapsed() < 20000)
                hub.settle();
        };
        std::vector<std::thread> threads;
        for (int i = 0; i < Threads; ++i)
            threads.emplace_back(work, i);
        for (std::thread &thread : threads)
            thread.join();
        const qint64 count = Threads * MessagesEach;
        QCOMPARE(received.load(), int(count));
        QCOMPARE(sum.load(), count * (count - 1) / 2);
        QCOMPARE(inventory().unacked, 0);
        QCOMPARE(filled(), QString());
    }

    void publishesAndConsumes()
    {
        constexpr int Batches = 20;
        constexpr int BatchSize = 500;
        int received = 0;
        m_peer->onDelivered = [&](std::vector<IncomingMessage> &batch) {
            std::vector<SettleRequest> settlements;
            settlements.reserve(batch.size());
            for (const IncomingMessage &message : batch)
                settlements.push_back({message.delivery, Settlement::Ack});
            received += int(batch.size());
            m_peer->channel->settle(std::move(settlements));
        };
        m_peer->consume(QStringLiteral("q"), 100);
        m_hub.settle();
        const QByteArrayList bodies(BatchSize, QByteArray(200, 'x'));
        int rounds = 0;
        QBENCHMARK
        {
            ++rounds;
            for (int i = 0; i < Batches; ++i) {
                m_peer->publish(bodies, QStringLiteral("q"));
                m_hub.settle();
            }
        }
        QCOMPARE(received, rounds * Batches * BatchSize);
    }
};

QOMBU_TEST(tst_MemoryBroker)
#include "tst_memorybroker.moc"
