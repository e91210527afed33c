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

namespace {

QString q(const char *text)
{
    return QString::fromLatin1(text);
}

} // namespace

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
    declare(q("work"));
    publish(q("work"), {q("a"), q("b"), q("c")});
    Browser browser(m_connection.get());
    const auto plan = browser.planPeek(q("work")).wait();
    QVERIFY(plan && !plan->refusal.isError());
    QCOMPARE(plan->changes.size(), 1);
    QCOMPARE(plan->risk, PeekRisk::None);
    QCOMPARE(plan->waiting, 3);
    for (int i = 0; i < 3; ++i) {
        const auto seen = browser.peek(q("work"), 2).wait();
        QVERIFY2(seen, qPrintable(seen.error().text()));
        QCOMPARE(seen->size(), 2);
        QCOMPARE(seen->at(0).body().toString(), q("a"));
        QCOMPARE(seen->at(1).body().toString(), q("b"));
        QTRY_COMPARE(ready(q("work")), 3);
    }
    QCOMPARE(browser.peek(q("missing")).wait()->size(), 0);
    QCOMPARE(browser.planPeek(q("missing")).wait()->refusal.kind(), Error::NotFound);
    const auto first = Channel(m_connection.get()).get(q("work")).wait();
    QVERIFY(first && *first);
    QCOMPARE((*first)->body().toString(), q("a")); // still the first, and marked
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
    const QString limit = q("x-delivery-limit");
    const QVariantMap quorum{{q("x-queue-type"), q("quorum")}};
    const auto with = [](QVariantMap map, const QString &key, const QVariant &value) {
        map.insert(key, value);
        return map;
    };
    QTest::newRow("classic") << QVariantMap() << PeekRisk::None;
    QTest::newRow("classic with arguments")
        << QVariantMap{{q("x-max-priority"), 5}, {q("x-message-ttl"), 100000}} << PeekRisk::None;
    QTest::newRow("stream") << QVariantMap{{q("x-queue-type"), q("stream")}} << PeekRisk::None;
    QTest::newRow("quorum") << quorum << PeekRisk::CountsTowardsLimit;
    QTest::newRow("quorum, limit 4") << with(quorum, limit, 4) << PeekRisk::CountsTowardsLimit;
    QTest::newRow("quorum, limit 3") << with(quorum, limit, 3) << PeekRisk::WouldDeadLetter;
    const QVariantMap full{{q("x-dead-letter-exchange"), q("it's dead")},
                           {q("x-dead-letter-routing-key"), q("a' of type 'b")},
                           {q("x-dead-letter-strategy"), q("at-most-once")},
                           {q("x-expires"), 3600000},
                           {q("x-max-length"), 1000},
                           {q("x-overflow"), q("reject-publish")},
                           {q("x-single-active-consumer"), true}};
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
    declare(q("it"), arguments);
    publish(q("it"), {q("a"), q("b")});
    const auto plan = Browser(m_connection.get()).planPeek(q("it")).wait();
    QVERIFY2(plan, qPrintable(plan.error().text()));
    QFETCH(PeekRisk, risk);
    QVERIFY2(plan->risk == risk, qPrintable(plan->changes.join(u'|')));
    QCOMPARE(plan->refusal.isError(), plan->risk == PeekRisk::WouldDeadLetter);
    const auto info = Channel(m_connection.get()).inspect(q("it")).wait();
    QVERIFY(info);
    QCOMPARE(info->consumerCount, 0);
}

// Each of them leaves after the first question: what comes after it must not make a queue.
void tst_AmqpLooks::makesNoQueueByAsking()
{
    declare(q("going"), {{q("x-queue-type"), q("quorum")}});
    Connection second(m_broker.url());
    for (int i = 0; i < 20; ++i) {
        auto plan = Browser(m_connection.get()).planPeek(q("going"));
        Channel(&second).remove(Queue(q("going"))).wait();
        plan.wait();
        QCOMPARE(Channel(&second).inspect(q("going")).wait().error().kind(), Error::NotFound);
        declare(q("going"), {{q("x-queue-type"), q("quorum")}});
    }
}

void tst_AmqpLooks::looksAtAQuorumQueueIfThatIsAccepted()
{
    declare(q("safe"), {{q("x-queue-type"), q("quorum")}, {q("x-delivery-limit"), 6}});
    publish(q("safe"), {q("a"), q("b")});
    Browser browser(m_connection.get());
    QCOMPARE(browser.peek(q("safe")).wait().error().kind(), Error::LimitExceeded);
    PeekRequest request;
    request.queue = q("safe");
    request.accepted = PeekRisk::CountsTowardsLimit;
    for (int i = 0; i < 3; ++i) { // the first has then been returned as often as there is room
        const auto seen = browser.peek(request).wait();
        QVERIFY2(seen, qPrintable(seen.error().text()));
        QCOMPARE(seen->size(), 2);
    }
    QCOMPARE(browser.peek(request).wait().error().kind(), Error::LimitExceeded);
    QCOMPARE(browser.peek(request).wait().error().kind(), Error::LimitExceeded);
    QTRY_COMPARE(ready(q("safe")), 2); // none is lost
}

void tst_AmqpLooks::readsAStreamWithoutHarm()
{
    declare(q("stream"), {{q("x-queue-type"), q("stream")}});
    publish(q("stream"), {q("a"), q("b"), q("c")});
    QSignalSpy states(m_connection.get(), &Connection::stateChanged);
    Browser browser(m_connection.get());
    for (int i = 0; i < 2; ++i) {
        const auto seen = browser.peek(q("stream"), 2).wait();
        QVERIFY2(seen, qPrintable(seen.error().text()));
        QCOMPARE(seen->size(), 2);
        QCOMPARE(seen->at(0).body().toString(), q("a"));
        QVERIFY(!seen->at(0).isRedelivered());
    }
    QCOMPARE(browser.peek(q("stream")).wait()->size(), 3);
    QCOMPARE(states.size(), 0);
}

void tst_AmqpLooks::showsNothingOfAnothersExclusiveQueue()
{
    Connection owner(m_broker.url());
    Queue queue(q("mine"));
    queue.setExclusive(true).setDurable(false);
    QVERIFY(Channel(&owner).declare(queue).wait());
    Browser browser(m_connection.get());
    QCOMPARE(browser.planPeek(q("mine")).wait()->refusal.replyCode(), 405);
    QCOMPARE(browser.peek(q("mine")).wait().error().replyCode(), 405);
}

QOMBU_TEST(tst_AmqpLooks)
#include "tst_amqplooks.moc"
