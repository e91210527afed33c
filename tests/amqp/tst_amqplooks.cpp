// SPDX-License-Identifier: BSD-3-Clause
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <Qombu/browser.h>
#include <Qombu/channel.h>
#include <Qombu/connection.h>
#include <Qombu/producer.h>

#include <QSignalSpy>
#include <QTest>

using namespace Qombu;
using namespace QombuTest;

// Looks at the queues of a real RabbitMQ, through what users have.
class tst_AmqpLooks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_connection.reset(); }

    void peeks();
    void knowsWhatALookWouldDo_data();
    void knowsWhatALookWouldDo();
    void makesNoQueueByAsking();
    void looksAtAQuorumQueueIfThatIsAccepted();
    void readsAStreamWithoutHarm();
    void showsNothingOfAnothersExclusiveQueue();

private:
    void declare(const QString &name, const QVariantMap &arguments = {});
    void publish(const QString &queue, const QStringList &texts);
    qint64 ready(const QString &queue)
    {
        return Channel(m_connection.get()).inspect(queue).wait()->messageCount;
    }

    RabbitProcess m_broker;
    std::unique_ptr<Connection> m_connection;
};

void tst_AmqpLooks::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpLooks::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_connection = std::make_unique<Connection>(m_broker.url());
}

void tst_AmqpLooks::publish(const QString &queue, const QStringList &texts)
{
    Producer producer(m_connection.get());
    PublishOptions options;
    options.routingKey = queue;
    for (const QString &text : texts)
        QVERIFY(producer.publish(text, options).wait());
}

void tst_AmqpLooks::peeks()
{
    declare(u"work"_s);
    publish(u"work"_s, {u"a"_s, u"b"_s, u"c"_s});
    Browser browser(m_connection.get());
    const auto plan = browser.planPeek(u"work"_s).wait();
    QVERIFY(plan && !plan->refusal.isError());
    QCOMPARE(plan->changes.size(), 1);
    QCOMPARE(plan->risk, PeekRisk::None);
    QCOMPARE(plan->waiting, 3);
    for (int i = 0; i < 3; ++i) {
        const auto seen = browser.peek(u"work"_s, 2).wait();
        QVERIFY2(seen, qPrintable(seen.error().text()));
        QCOMPARE(seen->size(), 2);
        QCOMPARE(seen->at(0).body().toString(), u"a"_s);
        QCOMPARE(seen->at(1).body().toString(), u"b"_s);
        QTRY_COMPARE(ready(u"work"_s), 3);
    }
    QCOMPARE(browser.peek(u"missing"_s).wait()->size(), 0);
    QCOMPARE(browser.planPeek(u"missing"_s).wait()->refusal.kind(), Error::NotFound);
    const auto first = Channel(m_connection.get()).get(u"work"_s).wait();
    QVERIFY(first && *first);
    QCOMPARE((*first)->body().toString(), u"a"_s); // still the first, and marked
    QVERIFY((*first)->isRedelivered());
    QVERIFY(!(*first)->ack().isError());
}

void tst_AmqpLooks::declare(const QString &name, const QVariantMap &arguments)
{
    Queue queue(name);
    queue.setArguments(arguments);
    const auto declared = Channel(m_connection.get()).declare(queue).wait();
    QVERIFY2(declared, qPrintable(declared.error().text()));
}

void tst_AmqpLooks::knowsWhatALookWouldDo_data()
{
    QTest::addColumn<QVariantMap>("arguments");
    QTest::addColumn<PeekRisk>("risk");
    const QString limit = u"x-delivery-limit"_s;
    const QVariantMap quorum{{u"x-queue-type"_s, u"quorum"_s}};
    const auto with = [](QVariantMap map, const QString &key, const QVariant &value) {
        map.insert(key, value);
        return map;
    };
    QTest::newRow("classic") << QVariantMap() << PeekRisk::None;
    QTest::newRow("classic with arguments")
        << QVariantMap{{u"x-max-priority"_s, 5}, {u"x-message-ttl"_s, 100000}} << PeekRisk::None;
    QTest::newRow("stream") << QVariantMap{{u"x-queue-type"_s, u"stream"_s}} << PeekRisk::None;
    QTest::newRow("quorum") << quorum << PeekRisk::CountsTowardsLimit;
    QTest::newRow("quorum, limit 4") << with(quorum, limit, 4) << PeekRisk::CountsTowardsLimit;
    QTest::newRow("quorum, limit 3") << with(quorum, limit, 3) << PeekRisk::WouldDeadLetter;
    const QVariantMap full{{u"x-dead-letter-exchange"_s, u"it's dead"_s},
                           {u"x-dead-letter-routing-key"_s, u"a' of type 'b"_s},
                           {u"x-dead-letter-strategy"_s, u"at-most-once"_s},
                           {u"x-expires"_s, 3600000},
                           {u"x-max-length"_s, 1000},
                           {u"x-overflow"_s, u"reject-publish"_s},
                           {u"x-single-active-consumer"_s, true}};
    QVariantMap all = with(quorum, limit, 2);
    all.insert(full);
    QTest::newRow("quorum, limit 2 behind others") << all << PeekRisk::WouldDeadLetter;
    QVariantMap others = quorum;
    others.insert(full);
    QTest::newRow("quorum, others and no limit") << others << PeekRisk::CountsTowardsLimit;
}
// Asked in ways that a broker refuses: it changes nothing, whatever the queue is.
void tst_AmqpLooks::knowsWhatALookWouldDo()
{
    QFETCH(QVariantMap, arguments);
    declare(u"it"_s, arguments);
    publish(u"it"_s, {u"a"_s, u"b"_s});
    const auto plan = Browser(m_connection.get()).planPeek(u"it"_s).wait();
    QVERIFY2(plan, qPrintable(plan.error().text()));
    QFETCH(PeekRisk, risk);
    QVERIFY2(plan->risk == risk, qPrintable(plan->changes.join(u'|')));
    QCOMPARE(plan->refusal.isError(), plan->risk == PeekRisk::WouldDeadLetter);
    const auto info = Channel(m_connection.get()).inspect(u"it"_s).wait();
    QVERIFY(info);
    QCOMPARE(info->consumerCount, 0);
}

// Each of them leaves after the first question: what comes after it must not make a queue.
void tst_AmqpLooks::makesNoQueueByAsking()
{
    declare(u"going"_s, {{u"x-queue-type"_s, u"quorum"_s}});
    Connection second(m_broker.url());
    for (int i = 0; i < 20; ++i) {
        auto plan = Browser(m_connection.get()).planPeek(u"going"_s);
        Channel(&second).remove(Queue(u"going"_s)).wait();
        plan.wait();
        QCOMPARE(Channel(&second).inspect(u"going"_s).wait().error().kind(), Error::NotFound);
        declare(u"going"_s, {{u"x-queue-type"_s, u"quorum"_s}});
    }
}

void tst_AmqpLooks::looksAtAQuorumQueueIfThatIsAccepted()
{
    declare(u"safe"_s, {{u"x-queue-type"_s, u"quorum"_s}, {u"x-delivery-limit"_s, 6}});
    publish(u"safe"_s, {u"a"_s, u"b"_s});
    Browser browser(m_connection.get());
    QCOMPARE(browser.peek(u"safe"_s).wait().error().kind(), Error::LimitExceeded);
    PeekRequest request;
    request.queue = u"safe"_s;
    request.accepted = PeekRisk::CountsTowardsLimit;
    for (int i = 0; i < 3; ++i) { // the first has then been returned as often as there is room
        const auto seen = browser.peek(request).wait();
        QVERIFY2(seen, qPrintable(seen.error().text()));
        QCOMPARE(seen->size(), 2);
    }
    QCOMPARE(browser.peek(request).wait().error().kind(), Error::LimitExceeded);
    QCOMPARE(browser.peek(request).wait().error().kind(), Error::LimitExceeded);
    QTRY_COMPARE(ready(u"safe"_s), 2); // none is lost
}

void tst_AmqpLooks::readsAStreamWithoutHarm()
{
    declare(u"stream"_s, {{u"x-queue-type"_s, u"stream"_s}});
    publish(u"stream"_s, {u"a"_s, u"b"_s, u"c"_s});
    QSignalSpy states(m_connection.get(), &Connection::stateChanged);
    Browser browser(m_connection.get());
    for (int i = 0; i < 2; ++i) {
        const auto seen = browser.peek(u"stream"_s, 2).wait();
        QVERIFY2(seen, qPrintable(seen.error().text()));
        QCOMPARE(seen->size(), 2);
        QCOMPARE(seen->at(0).body().toString(), u"a"_s);
        QVERIFY(!seen->at(0).isRedelivered());
    }
    QCOMPARE(browser.peek(u"stream"_s).wait()->size(), 3);
    QCOMPARE(states.size(), 0);
}

void tst_AmqpLooks::showsNothingOfAnothersExclusiveQueue()
{
    Connection owner(m_broker.url());
    Queue queue(u"mine"_s);
    queue.setExclusive(true).setDurable(false);
    QVERIFY(Channel(&owner).declare(queue).wait());
    Browser browser(m_connection.get());
    QCOMPARE(browser.planPeek(u"mine"_s).wait()->refusal.replyCode(), 405);
    QCOMPARE(browser.peek(u"mine"_s).wait().error().replyCode(), 405);
}

QOMBU_TEST(tst_AmqpLooks)
#include "tst_amqplooks.moc"
