// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/cutseat.h"
#include "support/testmain.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// Which entities are there again after a connection to a real RabbitMQ was cut, and which are not.
class tst_AmqpTopologyRecovery : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void whatWasDeclaredComesBack();
    void exchangeToExchangeBindingsComeBack();
    void aDeletedQueueStaysGone();
    void aDeletedExchangeStaysGone();
    void aDeletedBindingStaysGone();
    void aDeletedExchangeBindingStaysGone();
    void aCancelledConsumerStaysGone();
    void queuesThatEndedWithTheirConsumerStayGone();
    void exchangesThatEndedWithTheirBindingStayGone();
    void aServerNamedQueueIsRenamedEverywhere_data();
    void aServerNamedQueueIsRenamedEverywhere();
    void manyQueuesAndConsumersComeBack();
    void whatOthersDeclareIsNotDeclared();
    void whatDiffersIsLeftAsItIs();
    void whatIsLockedIsTriedAgain();

private:
    bool has(const QString &what, const QString &name); // "queues", "exchanges"
    qsizetype bindings(const QString &exchange, const QString &target); // "q/NAME", "e/NAME"
    void remove(const QString &what, const QString &name);
    Error publish(const Exchange &exchange, const QString &key, const QString &text);

    RabbitProcess m_broker;
    std::unique_ptr<FaultProxy> m_proxy;
    std::unique_ptr<CutSeat> m_seat;
    // Deleted by somebody else while the connection is away: that it is there again says that all
    // was declared again.
    const Queue m_witness{u"witness"_s};
};

void tst_AmqpTopologyRecovery::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    m_proxy = std::make_unique<FaultProxy>(m_broker.port());
}

void tst_AmqpTopologyRecovery::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<CutSeat>(m_broker, *m_proxy);
    RABBIT_OK(m_seat->channel()->declare(m_witness));
}

void tst_AmqpTopologyRecovery::cleanup()
{
    m_seat.reset();
}

bool tst_AmqpTopologyRecovery::has(const QString &what, const QString &name)
{
    const QString path = u"%1/%2/%3"_s.arg(what, m_broker.virtualHost(), name);
    return m_broker.manage("GET", path).object().contains("name"_L1);
}

qsizetype tst_AmqpTopologyRecovery::bindings(const QString &exchange, const QString &target)
{
    const QString path = u"bindings/%1/e/%2/%3"_s.arg(m_broker.virtualHost(), exchange, target);
    return m_broker.manage("GET", path).array().size();
}

void tst_AmqpTopologyRecovery::remove(const QString &what, const QString &name)
{
    m_broker.manage("DELETE", u"%1/%2/%3"_s.arg(what, m_broker.virtualHost(), name));
    QVERIFY2(m_broker.errorText().isEmpty(), qPrintable(m_broker.errorText()));
}

Error tst_AmqpTopologyRecovery::publish(const Exchange &exchange, const QString &key,
                                        const QString &text)
{
    PublishOptions options;
    options.mandatory = true;
    return errorOf(Producer(&m_seat->connection, exchange, key).publish(text, options));
}

void tst_AmqpTopologyRecovery::whatWasDeclaredComesBack()
{
    const Exchange exchange(u"x"_s, ExchangeType::Topic);
    RabbitInbox inbox(&m_seat->connection, {Queue(u"q"_s, exchange, u"a.*"_s)});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    RABBIT_OK(m_seat->channel()->bind({exchange, u"later.#"_s, u"q"_s, {}}));
    QVERIFY(m_seat->cut([&] {
        remove(u"queues"_s, u"q"_s);
        remove(u"exchanges"_s, u"x"_s);
    }));
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    QCOMPARE(publish(exchange, u"a.b"_s, u"one"_s), Error());
    QCOMPARE(publish(exchange, u"later.c.d"_s, u"two"_s), Error());
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList({u"one"_s, u"two"_s}), Long);
    QCOMPARE(inbox.errors.size(), 0);
}

void tst_AmqpTopologyRecovery::exchangeToExchangeBindingsComeBack()
{
    const Exchange from(u"from"_s, ExchangeType::Topic);
    const Exchange over(u"over"_s, ExchangeType::Fanout);
    RabbitInbox inbox(&m_seat->connection, {Queue(u"q"_s, over)});
    RABBIT_OK(m_seat->channel()->declare(from));
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    RABBIT_OK(m_seat->channel()->bind({from, u"a.*"_s, {}, {}, over.name()}));
    QVERIFY(m_seat->cut([&] {
        for (const QString &name : {from.name(), over.name()})
            remove(u"exchanges"_s, name);
    }));
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    QCOMPARE(publish(from, u"a.b"_s, u"through both"_s), Error());
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList(u"through both"_s), Long);
    QCOMPARE(publish(from, u"b"_s, u"nowhere"_s).kind(), Error::Unroutable);
}

void tst_AmqpTopologyRecovery::aDeletedQueueStaysGone()
{
    const Exchange exchange(u"x"_s);
    const Queue queue(u"q"_s, exchange, u"key"_s);
    RabbitInbox inbox(&m_seat->connection, {queue});
    RABBIT_OK(Producer(&m_seat->connection, queue).publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 1, Long);
    RABBIT_OK(m_seat->channel()->remove(queue));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.consumer.state(), Consumer::Stopped, Long);
    QVERIFY(m_seat->cut([&] { remove(u"queues"_s, m_witness.name()); }));
    RABBIT_OK(m_seat->channel()->inspect(m_witness.name()));
    QVERIFY(!has(u"queues"_s, u"q"_s));
    QCOMPARE(publish(exchange, u"key"_s, u"b"_s).kind(), Error::Unroutable);
    QCOMPARE(inbox.consumer.state(), Consumer::Stopped);
}

void tst_AmqpTopologyRecovery::aDeletedExchangeStaysGone()
{
    const Exchange exchange(u"x"_s);
    RabbitInbox inbox(&m_seat->connection, {Queue(u"q"_s, exchange, u"key"_s)});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    QCOMPARE(publish(exchange, u"key"_s, u"a"_s), Error());
    RABBIT_OK(m_seat->channel()->remove(exchange));
    QVERIFY(m_seat->cut([&] { remove(u"queues"_s, m_witness.name()); }));
    RABBIT_OK(m_seat->channel()->inspect(m_witness.name()));
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    QVERIFY(!has(u"exchanges"_s, u"x"_s));
    RABBIT_OK(Producer(&m_seat->connection, u"q"_s).publish(u"b"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList({u"a"_s, u"b"_s}), Long);
}

void tst_AmqpTopologyRecovery::aDeletedBindingStaysGone()
{
    const Exchange exchange(u"x"_s);
    RabbitInbox inbox(&m_seat->connection,
                      {Queue(u"q"_s, exchange, u"kept"_s).addBinding(exchange, u"removed"_s)});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    QCOMPARE(bindings(u"x"_s, u"q/q"_s), 2);
    RABBIT_OK(m_seat->channel()->unbind({exchange, u"removed"_s, u"q"_s, {}}));
    QVERIFY(m_seat->cut([&] { remove(u"queues"_s, u"q"_s); }));
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    QCOMPARE(bindings(u"x"_s, u"q/q"_s), 1);
    QCOMPARE(publish(exchange, u"removed"_s, u"a"_s).kind(), Error::Unroutable);
    QCOMPARE(publish(exchange, u"kept"_s, u"b"_s), Error());
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList(u"b"_s), Long);
}

void tst_AmqpTopologyRecovery::aDeletedExchangeBindingStaysGone()
{
    const Exchange from(u"from"_s, ExchangeType::Topic);
    const Exchange over(u"over"_s, ExchangeType::Fanout);
    RABBIT_OK(m_seat->channel()->declare(from));
    RABBIT_OK(m_seat->channel()->declare(Queue(u"q"_s, over)));
    const Binding kept{from, u"kept"_s, {}, {}, over.name()};
    const Binding removed{from, u"removed"_s, {}, {}, over.name()};
    RABBIT_OK(m_seat->channel()->bind(kept));
    RABBIT_OK(m_seat->channel()->bind(removed));
    RABBIT_OK(m_seat->channel()->unbind(removed));
    QVERIFY(m_seat->cut([&] { remove(u"exchanges"_s, u"from"_s); }));
    RABBIT_OK(m_seat->channel()->inspect(m_witness.name()));
    QCOMPARE(bindings(u"from"_s, u"e/over"_s), 1);
    QCOMPARE(publish(from, u"removed"_s, u"a"_s).kind(), Error::Unroutable);
    QCOMPARE(publish(from, u"kept"_s, u"b"_s), Error());
}

void tst_AmqpTopologyRecovery::aCancelledConsumerStaysGone()
{
    RabbitInbox cancelled(&m_seat->connection, {Queue("q")});
    RabbitInbox kept(&m_seat->connection, {m_witness});
    QTRY_VERIFY_WITH_TIMEOUT(cancelled.isConsuming() && kept.isConsuming(), Long);
    RABBIT_OK(cancelled.consumer.cancel());
    QVERIFY(m_seat->cut());
    QTRY_VERIFY_WITH_TIMEOUT(kept.isConsuming(), Long);
    RABBIT_OK(Producer(&m_seat->connection, u"q"_s).publish(u"a"_s));
    const auto info = m_seat->channel()->inspect(u"q"_s).wait(Patience);
    QVERIFY2(info, qPrintable(info.error().text()));
    QCOMPARE(info->consumerCount, 0);
    QCOMPARE(info->messageCount, 1);
    QCOMPARE(cancelled.texts.size(), 0);
    QCOMPARE(cancelled.consumer.state(), Consumer::Stopped);
}

// The broker has deleted them with their last consumer, at our word.
void tst_AmqpTopologyRecovery::queuesThatEndedWithTheirConsumerStayGone()
{
    constexpr int Count = 100;
    const auto queue = [](int i) {
        return Queue(u"fleeting%1"_s.arg(i)).setDurable(false).setAutoDelete(true);
    };
    for (int i = 0; i < Count; ++i) {
        Consumer consumer(&m_seat->connection, queue(i));
        consumer.start();
        QTRY_COMPARE_WITH_TIMEOUT(consumer.state(), Consumer::Consuming, Long);
        RABBIT_OK(consumer.cancel());
    }
    QVERIFY(m_seat->cut([&] { remove(u"queues"_s, m_witness.name()); }));
    RABBIT_OK(m_seat->channel()->inspect(m_witness.name()));
    for (int i = 0; i < Count; i += 9)
        QCOMPARE(errorOf(m_seat->channel()->inspect(queue(i).name())).kind(), Error::NotFound);
    const QJsonArray all = m_broker.manage("GET", u"queues/"_s + m_broker.virtualHost()).array();
    QCOMPARE(all.size(), 1);
}

void tst_AmqpTopologyRecovery::exchangesThatEndedWithTheirBindingStayGone()
{
    const Exchange exchange = Exchange(u"fleeting"_s).setDurable(false).setAutoDelete(true);
    const Binding binding{exchange, u"key"_s, m_witness.name(), {}};
    RABBIT_OK(m_seat->channel()->declare(exchange));
    RABBIT_OK(m_seat->channel()->bind(binding));
    QVERIFY(has(u"exchanges"_s, u"fleeting"_s));
    RABBIT_OK(m_seat->channel()->unbind(binding));
    QTRY_VERIFY_WITH_TIMEOUT(!has(u"exchanges"_s, u"fleeting"_s), Long);
    QVERIFY(m_seat->cut([&] { remove(u"queues"_s, m_witness.name()); }));
    RABBIT_OK(m_seat->channel()->inspect(m_witness.name()));
    QVERIFY(!has(u"exchanges"_s, u"fleeting"_s));
}

void tst_AmqpTopologyRecovery::aServerNamedQueueIsRenamedEverywhere_data()
{
    QTest::addColumn<Queue>("queue");
    const Queue transient = Queue(QString()).setDurable(false);
    QTest::newRow("exclusive") << Queue(transient).setExclusive(true);
}

void tst_AmqpTopologyRecovery::aServerNamedQueueIsRenamedEverywhere()
{
    QFETCH(Queue, queue);
    QStringList names;
    QObject::connect(
        &m_seat->connection, &Connection::queueRenamed, &m_seat->connection,
        [&](const Queue &, const QString &, const QString &name) { names.append(name); });
    const Exchange exchange(u"x"_s, ExchangeType::Fanout);
    queue.addBinding(exchange);
    RabbitInbox inbox(&m_seat->connection, {queue});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    const auto declared = m_seat->channel()->declare(queue).wait(Patience);
    QVERIFY2(declared, qPrintable(declared.error().text()));
    const QString before = declared->name;
    QVERIFY(names.isEmpty()); // it is the one that the consumer made
    QCOMPARE(declared->consumerCount, 1);
    const Exchange other(u"y"_s);
    RABBIT_OK(m_seat->channel()->declare(other));
    RABBIT_OK(m_seat->channel()->bind({other, u"k"_s, before, {}}));
    QVERIFY(m_seat->cut());
    QTRY_VERIFY_WITH_TIMEOUT(names.size() == 1 && inbox.isConsuming(), Long);
    QVERIFY(names.last() != before);
    QCOMPARE(publish(exchange, {}, u"a"_s), Error());
    QCOMPARE(publish(other, u"k"_s, u"b"_s), Error());
    RABBIT_OK(Producer(&m_seat->connection, queue).publish(u"c"_s));
    RABBIT_OK(Producer(&m_seat->connection, names.last()).publish(u"d"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.join(u' '), u"a b c d"_s, Long);
    QTRY_VERIFY_WITH_TIMEOUT(!has(u"queues"_s, before), Long);
}

void tst_AmqpTopologyRecovery::manyQueuesAndConsumersComeBack()
{
    constexpr std::size_t Count = 500;
    std::vector<std::unique_ptr<RabbitInbox>> inboxes;
    for (std::size_t i = 0; i < Count; ++i) {
        inboxes.push_back(std::make_unique<RabbitInbox>(
            &m_seat->connection,
            QList<Queue>{Queue(u"q%1"_s.arg(i)).setDurable(false).setExclusive(true)}));
    }
    const auto consuming = [&] {
        return std::size_t(
            std::ranges::count_if(inboxes, [](const auto &i) { return i->isConsuming(); }));
    };
    QTRY_COMPARE_WITH_TIMEOUT(consuming(), Count, 2 * Long);
    QVERIFY(m_seat->cut());
    QTRY_COMPARE_WITH_TIMEOUT(consuming(), Count, 2 * Long);
    std::vector<Pending<void>> published;
    for (std::size_t i = 0; i < Count; ++i)
        published.push_back(Producer(&m_seat->connection, u"q%1"_s.arg(i)).publish(u"a"_s));
    for (const Pending<void> &one : published)
        RABBIT_OK(one);
    for (const auto &inbox : inboxes)
        QTRY_COMPARE_WITH_TIMEOUT(inbox->texts, QStringList(u"a"_s), Long);
}

// The filter of recovery: what was marked as somebody else's, queue or exchange.
void tst_AmqpTopologyRecovery::whatOthersDeclareIsNotDeclared()
{
    RabbitSeat owner(m_broker.url());
    const Exchange exchange(u"theirs"_s);
    const Queue theirs(u"theirs"_s, exchange, u"key"_s);
    RABBIT_OK(owner.channel()->declare(theirs));
    RabbitInbox inbox(&m_seat->connection, {Queue("theirs").setDeclared(false), Queue("ours")});
    Producer producer(&m_seat->connection, Exchange(exchange).setDeclared(false), u"key"_s);
    RABBIT_OK(producer.publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList(u"a"_s), Long);
    QVERIFY(m_seat->cut([&] {
        RABBIT_OK(owner.channel()->remove(theirs));
        RABBIT_OK(owner.channel()->remove(exchange));
        remove(u"queues"_s, m_witness.name());
    }));
    RABBIT_OK(m_seat->channel()->inspect(m_witness.name()));
    QTRY_VERIFY_WITH_TIMEOUT(!inbox.errors.isEmpty(), Long);
    QCOMPARE(inbox.errors.first().kind(), Error::NotFound);
    QCOMPARE(inbox.errors.first().where(), u"queue/theirs"_s);
    QCOMPARE(errorOf(producer.publish(u"b"_s)).where(), u"exchange/theirs"_s);
    QVERIFY(!has(u"queues"_s, u"theirs"_s) && !has(u"exchanges"_s, u"theirs"_s));
}

// 406 at every link: their queue and their exchange are used, and nothing of it is told again.
void tst_AmqpTopologyRecovery::whatDiffersIsLeftAsItIs()
{
    RabbitSeat owner(m_broker.url());
    const Exchange theirs(u"theirs"_s, ExchangeType::Topic);
    RABBIT_OK(owner.channel()->declare(Queue(u"theirs"_s, theirs, u"#"_s).setMaxLength(77)));
    RabbitInbox inbox(&m_seat->connection, {Queue("theirs"), Queue("ours")});
    const Exchange wished(theirs.name(), ExchangeType::Direct);
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    QCOMPARE(publish(wished, u"before"_s, u"a"_s), Error());
    QVERIFY(m_seat->cut([&] { remove(u"queues"_s, m_witness.name()); }));
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    QCOMPARE(publish(wished, u"after"_s, u"b"_s), Error());
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList({u"a"_s, u"b"_s}), Long);
    QCOMPARE(inbox.errors.size(), 0);
    const auto seen = [&](const QString &path) {
        return m_broker.manage("GET", path.arg(m_broker.virtualHost())).object();
    };
    QCOMPARE(seen(u"queues/%1/theirs"_s)["arguments"_L1]["x-max-length"_L1].toInt(), 77);
    QCOMPARE(seen(u"exchanges/%1/theirs"_s)["type"_L1].toString(), u"topic"_s);
}

// As a broker does that has not yet noticed the end of our last connection.
void tst_AmqpTopologyRecovery::whatIsLockedIsTriedAgain()
{
    const Exchange exchange(u"x"_s);
    const Queue queue = Queue(u"mine"_s, exchange, u"key"_s).setDurable(false).setExclusive(true);
    RabbitInbox inbox(&m_seat->connection, {queue});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    auto other = std::make_unique<RabbitSeat>(m_broker.url());
    QVERIFY(m_seat->cut([&] {
        const auto taken = [&] { return !errorOf(other->channel()->declare(queue)).isError(); };
        QTRY_VERIFY_WITH_TIMEOUT(taken(), Long);
    }));
    QCOMPARE(errorOf(m_seat->channel()->inspect(queue.name())).replyCode(), 405);
    QVERIFY(!inbox.isConsuming());
    other.reset();
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    QCOMPARE(publish(exchange, u"key"_s, u"a"_s), Error());
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList(u"a"_s), Long);
}

QOMBU_TEST(tst_AmqpTopologyRecovery)
#include "tst_amqptopologyrecovery.moc"
