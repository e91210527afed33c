// SPDX-License-Identifier: BSD-3-Clause
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <Qombu/channel.h>
#include <Qombu/connection.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTest>

using namespace Qombu;
using namespace QombuTest;

// Consuming on a real RabbitMQ, through what users have.
class tst_AmqpConsumingBroker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void standsByWhereSomebodyElseIsAlone();
    void showsItsTag();
    void getsAndHolds();
    void goesOnWhereOneQueueIsMissing();
    void changesItsWindow();
    void returnsWhatIsCancelled();
    void keepsAnAutoDeleteQueueWhileItsWindowChanges();
    void pausesWithoutAcknowledgement();
    void survivesTheEndOfItsQueue();
    void tellsOfMessagesThatAreTooLarge();
    void givesBackWhatIsHeldWhenItCloses();
    void acknowledgesManyFromManyQueues();

private:
    std::unique_ptr<Connection> connect(const ConnectionOptions &options = {});
    void declare(const QString &queue);
    void publish(const QString &queue, const QStringList &texts);
    qint64 ready(const QString &queue)
    {
        return Channel(m_connection.get()).inspect(queue).wait()->messageCount;
    }
    qint64 unacked(const QString &queue);
    QJsonArray consumers();

    RabbitProcess m_broker;
    std::unique_ptr<Connection> m_connection;
};

namespace {

QString q(const char *text)
{
    return QString::fromLatin1(text);
}

// What a consumer got.
struct Basket
{
    explicit Basket(Consumer *consumer)
    {
        QObject::connect(consumer, &Consumer::messageReceived, consumer,
                         [this](const Message &message) { messages << message; });
        QObject::connect(consumer, &Consumer::decodeFailed, consumer,
                         [this](const Message &message, const Error &error) {
                             undecodable << message;
                             errors << error;
                         });
    }
    QString texts() const
    {
        QStringList texts;
        for (const Message &message : messages)
            texts << message.body().toString() + (message.isRedelivered() ? q("!") : QString());
        return texts.join(u' ');
    }
    void ackAll()
    {
        for (const Message &message : std::exchange(messages, {}))
            message.ack();
    }
    QList<Message> messages;
    QList<Message> undecodable;
    QList<Error> errors;
};

} // namespace

void tst_AmqpConsumingBroker::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpConsumingBroker::init()
{
    QVERIFY(m_broker.reset());
    m_connection = connect();
}

void tst_AmqpConsumingBroker::cleanup()
{
    m_connection.reset();
}

std::unique_ptr<Connection> tst_AmqpConsumingBroker::connect(const ConnectionOptions &options)
{
    auto connection = std::make_unique<Connection>(BrokerUrl(m_broker.url()), options);
    return connection;
}

void tst_AmqpConsumingBroker::declare(const QString &queue)
{
    QVERIFY(Channel(m_connection.get()).declare(Queue(queue)).wait());
}

void tst_AmqpConsumingBroker::publish(const QString &queue, const QStringList &texts)
{
    declare(queue);
    Producer producer(m_connection.get(), Queue(queue));
    for (const QString &text : texts) {
        const auto result = producer.publish(text).wait();
        QVERIFY2(result, qPrintable(result.error().text()));
    }
}

// As of some moments ago.
qint64 tst_AmqpConsumingBroker::unacked(const QString &queue)
{
    // Of a single queue it tells no totals.
    const auto path = q("queues/%1?disable_stats=true&enable_queue_totals=true");
    const QJsonArray rows = m_broker.manage("GET", path.arg(m_broker.virtualHost())).array();
    for (const QJsonValue &row : rows) {
        if (row[q("name")].toString() == queue)
            return qint64(row[q("messages_unacknowledged")].toDouble(-1));
    }
    return -1;
}

QJsonArray tst_AmqpConsumingBroker::consumers()
{
    return m_broker.manage("GET", q("consumers/") + m_broker.virtualHost()).array();
}

void tst_AmqpConsumingBroker::standsByWhereSomebodyElseIsAlone()
{
    auto other = connect();
    Consumer first(other.get(), Queue(q("work")));
    QVERIFY(!first.setExclusive(true).isError());
    first.start();
    QTRY_COMPARE(first.state(), Consumer::Consuming);
    Consumer second(m_connection.get(), Queue(q("work")));
    QVERIFY(!second.setExclusive(true).isError());
    QSignalSpy errors(&second, &Consumer::errorOccurred);
    second.start();
    QTRY_COMPARE(errors.size(), 1);
    QCOMPARE(errors[0][0].value<Error>().replyCode(), 403);
    first.cancel();
    QTRY_COMPARE_WITH_TIMEOUT(second.state(), Consumer::Consuming, 15000);
    Basket basket(&second);
    publish(q("work"), {q("a")});
    QTRY_COMPARE(basket.texts(), q("a"));
    QVERIFY(!second.setPrefetchCount(50).isError()); // waits for the next link
    publish(q("work"), {q("b")});
    QTRY_COMPARE(basket.texts(), q("a b"));
    basket.ackAll();
}

void tst_AmqpConsumingBroker::showsItsTag()
{
    Consumer consumer(m_connection.get(), Queue(q("work")));
    QVERIFY(!consumer.setTag(q("my tag")).isError());
    consumer.start();
    QTRY_COMPARE(consumer.state(), Consumer::Consuming);
    QTRY_COMPARE(consumers().size(), 1);
    QCOMPARE(consumers()[0].toObject()[q("consumer_tag")].toString(), q("my tag"));
}

void tst_AmqpConsumingBroker::getsAndHolds()
{
    publish(q("work"), {q("a"), q("b"), q("c"), q("d")});
    Channel channel(m_connection.get());
    QList<Message> held;
    for (int i = 0; i < 4; ++i) {
        const auto message = channel.get(q("work")).wait();
        QVERIFY2(message, qPrintable(message.error().text()));
        QVERIFY(message->has_value());
        held << **message;
    }
    QVERIFY(!channel.get(q("work")).wait()->has_value());
    QCOMPARE(ready(q("work")), 0);
    QVERIFY(!held[2].ack().isError()); // not the oldest
    QVERIFY(!held[0].requeue().isError());
    QVERIFY(!held[3].reject().isError());
    QTRY_COMPARE(ready(q("work")), 1);
    QVERIFY(!held[1].ack().isError());
    QTRY_COMPARE(unacked(q("work")), 0);
    const auto again = channel.get(q("work")).wait();
    QVERIFY(again && again->has_value());
    QCOMPARE((*again)->body().toString(), q("a"));
    QVERIFY((*again)->isRedelivered());
    QVERIFY(!(*again)->ack().isError());
    QTRY_COMPARE(unacked(q("work")), 0);
    QCOMPARE(ready(q("work")), 0);
}

void tst_AmqpConsumingBroker::goesOnWhereOneQueueIsMissing()
{
    publish(q("work"), {q("a"), q("b")});
    Queue missing(q("missing"));
    missing.setPassive(true);
    Consumer consumer(m_connection.get(), {Queue(q("work")), missing});
    Basket basket(&consumer);
    QSignalSpy errors(&consumer, &Consumer::errorOccurred);
    consumer.start();
    QTRY_COMPARE(errors.size(), 1);
    const Error error = errors[0][0].value<Error>();
    QCOMPARE(error.kind(), Error::NotFound);
    QCOMPARE(error.where(), q("queue/missing"));
    QTRY_COMPARE(basket.texts(), q("a b"));
    QCOMPARE(consumer.queues(), QList<Queue>{Queue(q("work"))});
    basket.ackAll();
    QTRY_COMPARE(unacked(q("work")), 0);
}

void tst_AmqpConsumingBroker::changesItsWindow()
{
    publish(q("work"), {q("a"), q("b"), q("c"), q("d"), q("e"), q("f")});
    Consumer consumer(m_connection.get(), Queue(q("work")));
    QVERIFY(!consumer.setPrefetchCount(1).isError());
    Basket basket(&consumer);
    consumer.start();
    QTRY_COMPARE(basket.texts(), q("a"));
    QVERIFY(!consumer.setPrefetchCount(2).isError());
    QTRY_COMPARE(basket.texts(), q("a b c")); // what the old window held does not count
    QTRY_COMPARE(ready(q("work")), 3);
    QVERIFY(!basket.messages[0].ack().isError());
    QVERIFY(!basket.messages[1].requeue().isError());
    QTRY_COMPARE(basket.texts(), q("a b c b!"));
    QVERIFY(!basket.messages[2].ack().isError());
    QTRY_COMPARE(basket.texts(), q("a b c b! d"));
    QTRY_COMPARE(unacked(q("work")), 2);
    QVERIFY(!consumer.setPrefetchCount(1).isError());
    QTRY_COMPARE(basket.texts(), q("a b c b! d e"));
    basket.messages.mid(3).first().ack();
    basket.messages.mid(4).first().ack();
    QTRY_COMPARE(unacked(q("work")), 1);
    QCOMPARE(ready(q("work")), 1);
    basket.messages.last().ack();
    QTRY_COMPARE(basket.texts(), q("a b c b! d e f"));
    basket.messages.last().ack();
    QTRY_COMPARE(unacked(q("work")), 0);
}

void tst_AmqpConsumingBroker::returnsWhatIsCancelled()
{
    publish(q("work"), {q("a"), q("b"), q("c"), q("d")});
    Consumer consumer(m_connection.get(), Queue(q("work")));
    QVERIFY(!consumer.setPrefetchCount(2).isError());
    Basket basket(&consumer);
    consumer.start();
    QTRY_COMPARE(basket.texts(), q("a b"));
    consumer.pause();
    QVERIFY(consumer.cancel().wait());
    basket.messages[0].ack(); // held beyond it
    basket.messages[1].requeue();
    QTRY_COMPARE(ready(q("work")), 3);
    Consumer next(m_connection.get(), Queue(q("work")));
    Basket rest(&next);
    next.start();
    QTRY_COMPARE(rest.texts(), q("b! c d"));
    rest.ackAll();
}

void tst_AmqpConsumingBroker::keepsAnAutoDeleteQueueWhileItsWindowChanges()
{
    Queue queue(q("fleeting"));
    queue.setAutoDelete(true);
    queue.setDurable(false);
    Consumer consumer(m_connection.get(), queue);
    Basket basket(&consumer);
    QSignalSpy cancelled(&consumer, &Consumer::cancelledByBroker);
    consumer.start();
    QTRY_COMPARE(consumer.state(), Consumer::Consuming);
    for (int count = 20; count < 30; ++count)
        QVERIFY(!consumer.setPrefetchCount(count).isError());
    consumer.pause();
    Producer producer(m_connection.get(), q("fleeting"));
    QVERIFY(producer.publish(q("a")).wait());
    consumer.resume();
    QTRY_COMPARE(basket.texts(), q("a"));
    QCOMPARE(cancelled.size(), 0);
    basket.ackAll();
}

void tst_AmqpConsumingBroker::pausesWithoutAcknowledgement()
{
    Consumer consumer(m_connection.get(), Queue(q("work")));
    QVERIFY(!consumer.setAckMode(AckMode::None).isError());
    QVERIFY(!consumer.setPrefetchBytes(100000).isError());
    Basket basket(&consumer);
    consumer.start();
    QTRY_COMPARE(consumer.state(), Consumer::Consuming);
    consumer.pause();
    auto other = connect();
    Producer producer(other.get(), Queue(q("work")));
    const QByteArray body(50000, 'x');
    QList<Pending<void>> pending;
    for (int i = 0; i < 400; ++i) // 20 MB
        pending << producer.publish(body);
    for (Pending<void> &one : pending)
        QVERIFY(one.wait());
    QTRY_VERIFY(other->defaultChannel()->inspect(q("work")).wait()->messageCount
                < 400); // some came
    QVERIFY(basket.messages.isEmpty());
    consumer.resume();
    QTRY_COMPARE_WITH_TIMEOUT(basket.messages.size(), 400, 30000);
}

void tst_AmqpConsumingBroker::survivesTheEndOfItsQueue()
{
    publish(q("work"), {q("a")});
    Consumer consumer(m_connection.get(), Queue(q("work")));
    Basket basket(&consumer);
    QSignalSpy cancelled(&consumer, &Consumer::cancelledByBroker);
    consumer.start();
    QTRY_COMPARE(basket.texts(), q("a"));
    m_broker.manage("DELETE", q("queues/%1/work").arg(m_broker.virtualHost()));
    QTRY_COMPARE(cancelled.size(), 1);
    QTRY_COMPARE(consumer.state(), Consumer::Consuming); // it was ours to declare
    basket.ackAll(); // of a queue that is gone: nothing happens
    publish(q("work"), {q("b")});
    QTRY_COMPARE(basket.texts(), q("b"));
    basket.ackAll();
}

void tst_AmqpConsumingBroker::tellsOfMessagesThatAreTooLarge()
{
    publish(q("work"), {QString(20000, u'x'), q("small")});
    ConnectionOptions options;
    options.maximumMessageBytes = 10000;
    auto other = connect(options);
    Consumer consumer(other.get(), Queue(q("work")));
    Basket basket(&consumer);
    consumer.start();
    QTRY_COMPARE(basket.texts(), q("small"));
    QTRY_COMPARE(basket.undecodable.size(), 1);
    QCOMPARE(basket.errors[0].kind(), Error::LimitExceeded);
    for (int i = 0; i < 2; ++i) // what was given back would come before the answers
        QVERIFY(other->defaultChannel()->inspect(q("work")).wait());
    QCOMPARE(basket.undecodable.size(), 1); // held, it does not come again
    basket.undecodable[0].reject();
    basket.ackAll();
    QTRY_COMPARE(ready(q("work")), 0);
}

void tst_AmqpConsumingBroker::givesBackWhatIsHeldWhenItCloses()
{
    publish(q("work"), {q("a"), q("b"), q("c")});
    auto other = connect();
    Consumer consumer(other.get(), Queue(q("work")));
    Basket basket(&consumer);
    consumer.start();
    QTRY_COMPARE(basket.messages.size(), 3);
    basket.messages[1].ack();
    QVERIFY(other->close().wait());
    QTRY_COMPARE(ready(q("work")), 2);
}

void tst_AmqpConsumingBroker::acknowledgesManyFromManyQueues()
{
    constexpr int Each = 2000;
    QStringList texts;
    for (int i = 0; i < Each; ++i)
        texts << QString::number(i);
    std::vector<std::unique_ptr<Consumer>> consumers;
    int got = 0;
    for (int i = 0; i < 4; ++i) {
        const QString queue = q("work%1").arg(i);
        declare(queue);
        Producer producer(m_connection.get(), Queue(queue));
        QList<Pending<void>> pending;
        for (const QString &text : texts)
            pending << producer.publish(text);
        for (Pending<void> &one : pending)
            QVERIFY(one.wait());
        consumers.push_back(std::make_unique<Consumer>(m_connection.get(), Queue(queue)));
        QVERIFY(!consumers.back()->setPrefetchCount(500).isError());
        QObject::connect(consumers.back().get(), &Consumer::messageReceived, this,
                         [&got](const Message &message) {
                             ++got;
                             message.ack();
                         });
    }
    for (const auto &consumer : consumers)
        consumer->start();
    QTRY_COMPARE_WITH_TIMEOUT(got, 4 * Each, 30000);
    for (const auto &consumer : consumers)
        QVERIFY(consumer->cancel().wait());
    for (int i = 0; i < 4; ++i)
        QTRY_COMPARE(ready(q("work%1").arg(i)), 0);
}

QOMBU_TEST(tst_AmqpConsumingBroker)
#include "tst_amqpconsumingbroker.moc"
