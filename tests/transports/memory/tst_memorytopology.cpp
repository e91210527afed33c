// SPDX-License-Identifier: BSD-3-Clause
#include "hub/simulatedhub.h"
#include "support/testmain.h"
#include "transports/memory/linkpeer.h"

#include <QTest>

using namespace Qombu;
using QombuTest::LinkPeer;

// Exchanges, queues and their bindings: what may be declared, by whom, and what goes when.
class tst_MemoryTopology : public QObject
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
        QVERIFY(m_peer->declare(Queue(QStringLiteral("q1"), exchange, QStringLiteral("a.b"))));
        QVERIFY(m_peer->declare(Queue(QStringLiteral("q2"), exchange, QStringLiteral("a.*"))));
        Queue several(QStringLiteral("q3"), exchange, QStringLiteral("a.#"));
        several.addBinding(exchange, QStringLiteral("a.b"));
        QVERIFY(m_peer->declare(several));

        m_peer->publish({"m"}, key, exchange.name());
        m_hub.settle();
        QCOMPARE(m_peer->outcomes.size(), 1u);
        QCOMPARE(m_peer->outcomes[0].error.kind(),
                 reached.isEmpty() ? Error::Unroutable : Error::None);
        if (reached.isEmpty())
            QVERIFY(m_peer->outcomes[0].error.text().contains(key));
        QCOMPARE(m_peer->filled(), reached);
    }

    void exchangesAreSharedByAllLinks()
    {
        QVERIFY(!m_peer->declare(Exchange(QStringLiteral("x"), ExchangeType::Fanout)).isError());
        LinkPeer other(&m_hub, m_broker);
        m_hub.settle();
        Exchange passive(QStringLiteral("x"));
        passive.setPassive(true);
        QVERIFY(!other.declare(passive).isError());
        passive = Exchange(QStringLiteral("y"));
        passive.setPassive(true);
        QCOMPARE(other.declare(passive).replyCode(), 404);
        const Exchange direct(QStringLiteral("x"), ExchangeType::Direct);
        QCOMPARE(other.declare(direct).replyCode(), 406);
        QCOMPARE(other.declare(direct).replyCode(), 406); // still: it was not remembered
        QVERIFY(!other.declare(Exchange(QStringLiteral("x"), ExchangeType::Fanout)).isError());
    }

    void removingAQueueRemovesItsBindings()
    {
        QVERIFY(m_peer->declare(Queue(QStringLiteral("q"), Exchange(QStringLiteral("x")))));
        m_peer->publish({"m"}, {}, QStringLiteral("x"));
        QCOMPARE(*m_peer->remove(QStringLiteral("q")), 1);
        QVERIFY(m_peer->inventory().queues.isEmpty());
        QVERIFY(m_peer->inventory().bindings.isEmpty());
        m_peer->publish({"m"}, {}, QStringLiteral("x"));
        m_hub.settle();
        QCOMPARE(m_peer->outcomes.back().error.kind(), Error::Unroutable);
    }

    void aConsumerIsToldThatItsQueueWasRemovedAndMayComeBack()
    {
        LinkPeer other(&m_hub, m_broker);
        m_hub.settle();
        m_peer->consume(QStringLiteral("q"));
        m_peer->publish({"a"}, QStringLiteral("q"));
        m_hub.settle();
        QVERIFY(other.remove(QStringLiteral("q")));
        other.publish({"b"}, QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(m_peer->cancelled.size(), 1);
        QCOMPARE(m_peer->cancelled.at(0).first, QStringLiteral("q"));
        QCOMPARE(m_peer->cancelled.at(0).second.kind(), Error::NotFound);
        QVERIFY(m_peer->cancelled.at(0).second.isRecoverable());
        QCOMPARE(m_peer->bodies(), QStringLiteral("a"));
        QVERIFY(!m_peer->consume(QStringLiteral("q")).isError());
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b"));
        // What it held of the removed queue is gone with it.
        m_peer->settle(0, Settlement::Requeue);
        m_peer->settle(1, Settlement::Ack);
        QCOMPARE(m_peer->filled(), QString());
        QCOMPARE(m_peer->inventory().unacked, 0);
    }

    void aConsumerOfSeveralQueuesLosesOne()
    {
        m_peer->consume(
            {0, {QStringLiteral("q1"), QStringLiteral("q2")}, false, false, {}, 16, 1 << 20});
        m_peer->publish({"a"}, QStringLiteral("q1"));
        QVERIFY(m_peer->remove(QStringLiteral("q1"))); // a is on its way: it is not lost
        m_peer->publish({"b"}, QStringLiteral("q2"));
        m_hub.settle();
        QCOMPARE(m_peer->bodies(), QStringLiteral("a b"));
        QCOMPARE(m_peer->cancelled.size(), 1);
    }

    void removesOnlyWhatIsUnusedAndEmptyIfAskedSo()
    {
        RemoveOptions ifUnused;
        ifUnused.ifUnused = true;
        RemoveOptions ifEmpty;
        ifEmpty.ifEmpty = true;
        const Exchange exchange(QStringLiteral("x"));
        QVERIFY(m_peer->declare(Queue(QStringLiteral("q"), exchange)));
        m_peer->publish({"m"}, QStringLiteral("q"));
        QCOMPARE(m_peer->remove(QStringLiteral("q"), ifEmpty).error().replyCode(), 406);
        m_peer->consume(QStringLiteral("q"));
        QCOMPARE(m_peer->remove(QStringLiteral("q"), ifUnused).error().replyCode(), 406);
        QCOMPARE(m_peer->remove(exchange, ifUnused).replyCode(), 406);
        m_hub.settle();
        m_peer->cancel();
        QVERIFY(m_peer->remove(QStringLiteral("q"), {true, true}));
        QVERIFY(!m_peer->remove(exchange, ifUnused).isError());
        QVERIFY(m_peer->inventory().exchanges.isEmpty());
    }

    void anExclusiveConsumerIsAlone()
    {
        const ConsumeRequest alone{0, {QStringLiteral("q")}, false, true, {}, 16, 1 << 20};
        LinkPeer other(&m_hub, m_broker);
        m_hub.settle();
        QVERIFY(!other.consume(QStringLiteral("q")).isError());
        QCOMPARE(m_peer->consume(alone).replyCode(), 403);
        other.cancel();
        QVERIFY(!m_peer->consume(alone).isError());
        QCOMPARE(other.consume(QStringLiteral("q")).replyCode(), 403);
        m_peer->cancel();
        QVERIFY(!other.consume(QStringLiteral("q")).isError());
    }

    void refusesAQueueThatExistsOtherwise_data()
    {
        QTest::addColumn<Queue>("other");
        QTest::addColumn<QString>("named");
        Queue queue(QStringLiteral("q"));
        QTest::newRow("durable") << Queue(queue).setDurable(false) << QStringLiteral("durable");
        QTest::newRow("auto-delete")
            << Queue(queue).setAutoDelete(true) << QStringLiteral("auto_delete");
        QTest::newRow("exclusive")
            << Queue(queue).setExclusive(true) << QStringLiteral("exclusive");
        QTest::newRow("length") << Queue(queue).setMaxLength(3) << QStringLiteral("x-max-length");
        QTest::newRow("arguments") << Queue(queue).setArguments({{QStringLiteral("x-own"), 1}})
                                   << QStringLiteral("arguments");
        QTest::newRow("same") << queue << QString();
    }

    void refusesAQueueThatExistsOtherwise()
    {
        QFETCH(Queue, other);
        QFETCH(QString, named);
        m_peer->publish({"a"}, QStringLiteral("q")); // which says nothing about the queue
        QVERIFY(m_peer->declare(Queue(QStringLiteral("q"))));
        const auto info = m_peer->declare(other);
        QCOMPARE(info.error().replyCode(), named.isEmpty() ? 0 : 406);
        QVERIFY2(info.error().text().endsWith(named), qPrintable(info.error().text()));
        QCOMPARE(m_peer->declare(Queue(QStringLiteral("q")))->messageCount, 1);
    }

    void aPassiveQueueMustBeThere()
    {
        Queue passive(QStringLiteral("q"));
        passive.setPassive(true);
        QCOMPARE(m_peer->declare(passive).error().replyCode(), 404);
        m_peer->publish({"a"}, QStringLiteral("q"));
        QCOMPARE(m_peer->declare(passive)->messageCount, 1);
    }

    void namesAnonymousQueues()
    {
        const QString name = m_peer->declare(Queue())->name;
        QVERIFY(name.startsWith(QStringLiteral("amq.gen-")));
        QCOMPARE(name.size(), 8 + 36);
        QVERIFY(m_peer->declare(Queue())->name != name);
    }

    void exchangesLeadThroughExchangesAndNotInCircles()
    {
        const Exchange first(QStringLiteral("first"), ExchangeType::Topic);
        const Exchange second(QStringLiteral("second"), ExchangeType::Fanout);
        QVERIFY(!m_peer->declare(first).isError());
        Binding through{first, QStringLiteral("a.#"), {}, {}, QStringLiteral("second")};
        QCOMPARE(m_peer->bind(through).replyCode(), 404);
        QVERIFY(m_peer->declare(Queue(QStringLiteral("q"), second)));
        QVERIFY(!m_peer->bind(through).isError());
        QVERIFY(!m_peer->bind({second, {}, {}, {}, QStringLiteral("first")}).isError());
        m_peer->publish({"m"}, QStringLiteral("a.b"), QStringLiteral("first"));
        QCOMPARE(m_peer->filled(), QStringLiteral("q:1"));
        m_peer->publish({"m"}, QStringLiteral("b"), QStringLiteral("first"));
        QCOMPARE(m_peer->filled(), QStringLiteral("q:1"));
        const QList<BindingRow> rows = m_peer->inventory().bindings;
        QCOMPARE(rows.size(), 3);
        QCOMPARE(rows.at(0).destinationExchange, QStringLiteral("second"));
        QVERIFY(!m_peer->remove(second).isError());
        m_peer->publish({"m"}, QStringLiteral("a.b"), QStringLiteral("first"));
        QCOMPARE(m_peer->filled(), QStringLiteral("q:1"));
        QVERIFY(m_peer->inventory().bindings.isEmpty());
    }

    void autoDeleteExchangesGoWithTheirLastBinding()
    {
        Exchange last(QStringLiteral("last"));
        Exchange first(QStringLiteral("first"));
        first.setAutoDelete(true);
        last.setAutoDelete(true);
        QVERIFY(m_peer->declare(Queue(QStringLiteral("q"), last)));
        QVERIFY(!m_peer->declare(first).isError());
        QVERIFY(!m_peer->bind({first, {}, {}, {}, QStringLiteral("last")}).isError());
        QVERIFY(m_peer->remove(QStringLiteral("q")));
        QVERIFY(m_peer->inventory().exchanges.isEmpty());
    }

    void refusesWhatNoExchangeCanDo()
    {
        QCOMPARE(m_peer->declare(Exchange(QStringLiteral("h"), ExchangeType::Headers)).kind(),
                 Error::Unsupported);
        QCOMPARE(m_peer
                     ->bind({Exchange(QStringLiteral("h"), ExchangeType::Headers),
                             {},
                             QStringLiteral("q"),
                             {}})
                     .kind(),
                 Error::Unsupported);
        QCOMPARE(m_peer->bind({Exchange(), {}, QStringLiteral("q"), {}}).replyCode(), 403);
        QVERIFY(m_peer->inventory().queues.isEmpty());
        // A binding that only names the exchange gets its declared type.
        QVERIFY(!m_peer->declare(Exchange(QStringLiteral("t"), ExchangeType::Topic)).isError());
        QVERIFY(!m_peer
                     ->bind({Exchange(QStringLiteral("t")),
                             QStringLiteral("a.#"),
                             QStringLiteral("q"),
                             {}})
                     .isError());
        m_peer->publish({"m"}, QStringLiteral("a.b"), QStringLiteral("t"));
        QCOMPARE(m_peer->filled(), QStringLiteral("q:1"));
    }

    void autoDeleteQueuesGoWithTheirLastConsumer()
    {
        Queue queue(QStringLiteral("q"));
        queue.setAutoDelete(true);
        QVERIFY(m_peer->declare(queue));
        QCOMPARE(m_peer->inventory().queues.size(), 1);
        m_peer->consume(QStringLiteral("q"));
        m_hub.settle();
        QCOMPARE(m_peer->inventory().queues.at(0).consumers, 1);
        m_peer->cancel();
        QVERIFY(m_peer->inventory().queues.isEmpty());
    }

    void exclusiveQueuesBelongToTheirLink()
    {
        Queue queue(QStringLiteral("q"));
        queue.setExclusive(true);
        auto owner = std::make_unique<LinkPeer>(&m_hub, m_broker);
        m_hub.settle();
        QVERIFY(owner->declare(queue));
        QCOMPARE(m_peer->declare(queue).error().replyCode(), 405);
        m_peer->publish({"a"}, QStringLiteral("q")); // everybody may
        QCOMPARE(m_peer->consume(QStringLiteral("q")).replyCode(), 405);
        QCOMPARE(m_peer->get(QStringLiteral("q")).error().replyCode(), 405);
        QCOMPARE(m_peer->remove(QStringLiteral("q")).error().replyCode(), 405);
        QCOMPARE(
            m_peer->bind({Exchange(QStringLiteral("x")), {}, QStringLiteral("q"), {}}).replyCode(),
            405);
        int code = 0;
        m_peer->topology->purge(QStringLiteral("q"), [&](const Result<qint64> &result) {
            code = result.error().replyCode();
        });
        QCOMPARE(code, 405);
        m_peer->topology->inspect(QStringLiteral("q"), [&](const Result<QueueInfo> &result) {
            code = result.isOk() ? 0 : result.error().replyCode();
        });
        QCOMPARE(code, 405);
        QCOMPARE((*owner->get(QStringLiteral("q")))->content->body, "a");
        owner.reset();
        QVERIFY(m_peer->inventory().queues.isEmpty());
        QVERIFY(m_peer->declare(queue));
    }

    // Of the broker's own exchanges there are three; the other names are reserved (AMQP 0-9-1).
    void knowsItsOwnExchanges()
    {
        const QString queue = QStringLiteral("q");
        QVERIFY(m_peer->declare(Queue(queue)));
        for (const QString &name : {QStringLiteral("amq.mine"), QStringLiteral("amq.match")}) {
            const Exchange reserved(name, ExchangeType::Topic);
            const Error refused = m_peer->bind({reserved, QStringLiteral("a.*"), queue, {}});
            QCOMPARE(refused.replyCode(), 403);
            QVERIFY2(refused.text().contains(name), qPrintable(refused.text()));
            QCOMPARE(m_peer->declare(reserved).replyCode(), 403);
            QCOMPARE(m_peer->remove(reserved).replyCode(), 403);
            Exchange passive = reserved;
            QCOMPARE(m_peer->declare(passive.setPassive(true)).replyCode(), 404);
        }
        for (const QString &name : {QString(), QStringLiteral("amq.direct"),
                                    QStringLiteral("amq.topic"), QStringLiteral("amq.fanout")}) {
            Exchange own(name);
            QVERIFY(!m_peer->declare(own.setPassive(true)).isError());
            QCOMPARE(m_peer->remove(own).replyCode(), 403);
        }
        const Exchange topic(QStringLiteral("amq.topic"), ExchangeType::Topic);
        QVERIFY(!m_peer->bind({topic, QStringLiteral("a.*"), queue, {}}).isError());
        m_peer->publish({"m"}, QStringLiteral("a.b"), topic.name());
        m_hub.settle();
        QCOMPARE(m_peer->filled(), QStringLiteral("q:1"));
    }

    void refusesABindingThatLeadsNowhere()
    {
        const Exchange exchange(QStringLiteral("x"));
        const Error refused = m_peer->bind({exchange, QStringLiteral("a"), QString(), {}});
        QCOMPARE(refused.kind(), Error::Configuration);
        QVERIFY(m_peer->inventory().bindings.isEmpty());
    }

    void saysThatLimitsOfQueuesAreIgnored()
    {
        Queue queue(QStringLiteral("q"));
        queue.setMaxLength(10);
        QVERIFY(m_peer->declare(queue));
        QVERIFY(m_peer->declare(queue));
        m_hub.settle();
        QCOMPARE(m_peer->notices.size(), 1);
        QCOMPARE(m_peer->notices.at(0).queue, QStringLiteral("q"));
        QVERIFY(m_peer->notices.at(0).text.contains(QLatin1String("\"q\"")));
    }
};

QOMBU_TEST(tst_MemoryTopology)
#include "tst_memorytopology.moc"
