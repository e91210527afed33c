// SPDX-License-Identifier: BSD-3-Clause
#include "hub/simulatedhub.h"
#include "support/testmain.h"
#include "transports/memory/linkpeer.h"

#include <QElapsedTimer>
#include <QTest>

#include <atomic>
#include <thread>

using namespace Qombu;
using QombuTest::LinkPeer;

// Limits and what can be seen of one broker; and many threads in it.
class tst_MemoryBroker : public QObject
{
    Q_OBJECT

    SimulatedHub m_hub;
    QString m_broker;
    std::unique_ptr<LinkPeer> m_peer;

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

    void dropsWhatIsUnroutableAndNotMandatory()
    {
        m_peer->publish({"m"}, QStringLiteral("key"), QStringLiteral("nowhere"), 0, false);
        m_hub.settle();
        QVERIFY(!m_peer->outcomes.at(0).error.isError());
        QCOMPARE(m_peer->filled(), QString());
    }

    void countsNothingUnackedWithoutAcknowledgement()
    {
        m_peer->consume(QStringLiteral("q"), 16, true);
        m_hub.settle();
        LinkPeer other(&m_hub, m_broker);
        m_hub.settle();
        other.publish({"a", "b"}, QStringLiteral("q")); // on their way, not collected
        m_peer->cancel();
        m_hub.settle();
        QCOMPARE(m_peer->inventory().queues.at(0).ready, 2);
        QCOMPARE(m_peer->inventory().unacked, 0);
    }

    void refusesToGrowBeyondTheLimit()
    {
        LinkPeer peer(&m_hub, m_broker, {{QStringLiteral("maximum_bytes"), 200000}});
        m_hub.settle();
        peer.publish({QByteArray(150000, 'a'), QByteArray(150000, 'b'), "c"}, QStringLiteral("q"));
        peer.consume(QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(peer.outcomes.size(), 3u);
        QVERIFY(!peer.outcomes[0].error.isError());
        QCOMPARE(peer.outcomes[1].error.kind(), Error::Blocked);
        QVERIFY(!peer.outcomes[2].error.isError());
        // What is held counts; settled messages make room.
        peer.publish({QByteArray(150000, 'd')}, QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(peer.outcomes.back().error.kind(), Error::Blocked);
        peer.settle(0, Settlement::Ack);
        peer.publish({QByteArray(150000, 'e')}, QStringLiteral("q"));
        m_hub.settle();
        QVERIFY(!peer.outcomes.back().error.isError());
    }

    void countsAMessageOfManyQueuesOnce()
    {
        LinkPeer peer(&m_hub, m_broker, {{QStringLiteral("maximum_bytes"), 200000}});
        m_hub.settle();
        const Exchange exchange(QStringLiteral("x"), ExchangeType::Fanout);
        for (int i = 0; i < 5; ++i)
            QVERIFY(peer.declare(Queue(QStringLiteral("q%1").arg(i), exchange)));
        peer.publish({QByteArray(150000, 'a')}, {}, QStringLiteral("x"));
        m_hub.settle();
        QVERIFY(!peer.outcomes.back().error.isError());
        QCOMPARE(m_peer->filled(), QStringLiteral("q0:1 q1:1 q2:1 q3:1 q4:1"));
    }

    void inventoryCountsWithoutChanging()
    {
        const Exchange topic(QStringLiteral("t"), ExchangeType::Topic);
        QVERIFY(m_peer->declare(Queue(QStringLiteral("q"), topic, QStringLiteral("a.#"))));
        m_peer->publish({"a", "b", "c"}, QStringLiteral("q"));
        m_peer->publish({"d"}, QStringLiteral("q"), {}, 5);
        m_peer->consume(QStringLiteral("q"), 1);
        m_hub.settle();
        const Inventory seen = m_peer->inventory();
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
        QVERIFY(m_peer->inventory().queues == seen.queues);
        QVERIFY(m_peer->inventory(0).truncated);
    }

    void inventoryTellsOnlyWhatIsAsked()
    {
        QVERIFY(m_peer->declare(Queue(QStringLiteral("one"), Exchange(QStringLiteral("x-one")))));
        QVERIFY(m_peer->declare(Queue(QStringLiteral("two"), Exchange(QStringLiteral("x-two")))));
        InventoryQuery query;
        query.parts = InventoryQuery::Exchanges;
        query.nameFilter = QStringLiteral("one");
        Inventory seen;
        m_peer->link->browser()->inventory(query,
                                           [&](Result<Inventory> result) { seen = *result; });
        QVERIFY(seen.queues.isEmpty());
        QVERIFY(seen.bindings.isEmpty());
        QCOMPARE(seen.exchanges.size(), 1);
        QCOMPARE(seen.exchanges.at(0).name, QStringLiteral("x-one"));
    }

    void listsWhoConsumes()
    {
        LinkPeer other(&m_hub, m_broker);
        m_hub.settle();
        m_peer->consume({0, {QStringLiteral("q")}, false, false, QStringLiteral("mine"), 5, 0});
        other.consume(QStringLiteral("q"), 3, true);
        QList<ConsumerRow> rows;
        m_peer->link->browser()->consumers(
            QStringLiteral("q"), [&](Result<QList<ConsumerRow>> result) { rows = *result; });
        QCOMPARE(rows.size(), 2);
        QCOMPARE(rows.at(0).tag, QStringLiteral("mine"));
        QCOMPARE(rows.at(0).prefetchCount, 5);
        QVERIFY(rows.at(0).acknowledges);
        QVERIFY(!rows.at(1).acknowledges);
        QVERIFY(rows.at(0).connection != rows.at(1).connection);
    }

    void aLookChangesNothing()
    {
        std::optional<PeekPlan> plan;
        m_peer->link->browser()->planPeek(QStringLiteral("q"),
                                          [&](Result<PeekPlan> result) { plan = *result; });
        QVERIFY(plan && plan->changes.isEmpty() && !plan->refusal.isError());
        QVERIFY(m_peer->link->capabilities().testFlag(Capability::PeekIsSilent));
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
        QCOMPARE(rows[0].content->body, "a");
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
                    const int number = message.content->body.toInt();
                    const bool again = number % 3 == 0 && !message.content->redelivered;
                    settlements.push_back(
                        {message.delivery, again ? Settlement::Requeue : Settlement::Ack});
                    if (!again) {
                        ++received;
                        sum += number;
                    }
                }
                peer.link->settle(std::move(settlements));
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
        QCOMPARE(m_peer->inventory().unacked, 0);
        QCOMPARE(m_peer->filled(), QString());
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
            m_peer->link->settle(std::move(settlements));
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
