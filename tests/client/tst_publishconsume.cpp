// SPDX-License-Identifier: BSD-3-Clause
#include "client/bothhubs.h"
#include "support/testmain.h"

#include <Qombu/channel.h>
#include <Qombu/consumer.h>
#include <Qombu/producer.h>
#include <Qombu/simplequeue.h>

#include <QtCore/qregularexpression.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace std::chrono_literals;

// Publishing over the broker inside this process, and what arrives.
class tst_PublishConsume : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void deliversWhatWasPublishedInOrder();
    void settlesFromAnyThread();
    void publishesBeforeItIsOpen();
    void failsWithoutRoute();
    void reportsFailureOfAnIgnoredAnswer();
    void reportsFailureOfAnAnswerKeptInVain();
    void acceptsOnlyNamesThatThereAre();
    void getsSingleMessages();
    void simpleQueueIsAContainer();
    void fanoutReachesEveryQueue();
    void refusesBeyondTheBuffer();
    void passesOnWhatItCannotRead();
    void passesOnAnEmptyBody();
    void keepsPropertiesAndHeaders();
};

void tst_PublishConsume::initTestCase_data()
{
    addBothHubs();
}

void tst_PublishConsume::deliversWhatWasPublishedInOrder()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Consumer consumer(&broker, "orders");
    QList<int> got;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        QCOMPARE(message.queue(), QStringLiteral("orders"));
        got.append(message.body().toMap().value(QStringLiteral("id")).toInt());
        QVERIFY(!message.ack().isError());
    });
    consumer.start();
    QCOMPARE(consumer.state(), Consumer::Starting);
    Producer producer(&broker, "orders");
    QList<int> expected;
    for (int i = 0; i < 500; ++i) {
        producer.publish(QVariantMap{{QStringLiteral("id"), i}});
        expected.append(i);
    }
    QTRY_COMPARE(got.size(), 500);
    QCOMPARE(got, expected);
    QCOMPARE(consumer.state(), Consumer::Consuming);
    QTRY_COMPARE(broker.unsettledPublishes(), 0);
    QCOMPARE(broker.bufferedBytes(), 0);
    const auto info = broker.defaultChannel()->inspect(QStringLiteral("orders")).wait();
    QVERIFY(info.isOk());
    QCOMPARE(info->messageCount, 0);
}

void tst_PublishConsume::settlesFromAnyThread()
{
    QFETCH_GLOBAL(bool, background);
    const QString url = newBroker();
    {
        Connection broker(url, onHub(background));
        Consumer consumer(&broker, "jobs");
        QList<Message> held;
        connect(&consumer, &Consumer::messageReceived, this,
                [&](const Message &message) { held.append(message); });
        consumer.start();
        Producer(&broker, "jobs").publish(QStringLiteral("work"));
        QTRY_COMPARE(held.size(), 1);
        Error first;
        Error second;
        std::thread([&, copy = held.first()] {
            first = copy.ack();
            second = copy.ack();
        }).join();
        QVERIFY(!first.isError());
        QCOMPARE(second.kind(), Error::AlreadySettled);
        QVERIFY(held.first().isSettled());
    }
    Connection again(url, onHub(background));
    const auto left = again.defaultChannel()->get(QStringLiteral("jobs")).wait();
    QVERIFY(left.isOk());
    QVERIFY(!left->has_value());
}

void tst_PublishConsume::publishesBeforeItIsOpen()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    QCOMPARE(broker.state(), Connection::Closed);
    broker.defaultChannel()->declare(Queue("later"));
    const auto result = Producer(&broker, "later").publish(QStringLiteral("x")).wait();
    QVERIFY2(result.isOk(), qPrintable(result.error().text()));
    QCOMPARE(broker.state(), Connection::Open);
}

void tst_PublishConsume::failsWithoutRoute()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Producer producer(&broker, Exchange(QStringLiteral("news"), ExchangeType::Topic),
                      QStringLiteral("no.where"));
    const auto lost = producer.publish(QStringLiteral("x")).wait();
    QCOMPARE(lost.error().kind(), Error::Unroutable);
    PublishOptions options;
    options.mandatory = false;
    QVERIFY(producer.publish(QStringLiteral("x"), options).wait().isOk());
}

void tst_PublishConsume::reportsFailureOfAnIgnoredAnswer()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Producer producer(&broker, Exchange(QStringLiteral("news"), ExchangeType::Direct),
                      QStringLiteral("nobody"));
    QSignalSpy failures(&producer, &Producer::publishFailed);
    bool heard = false;
    producer.publish(QStringLiteral("watched")).then(this, [&](const Result<void> &result) {
        heard = true;
        QCOMPARE(result.error().kind(), Error::Unroutable);
    });
    producer.publish(QStringLiteral("ignored"));
    QTRY_COMPARE(failures.size(), 1);
    QVERIFY(heard);
    QCOMPARE(failures.first().at(0).value<Message>().body().toString(), QStringLiteral("ignored"));
    QCOMPARE(failures.first().at(1).value<Error>().kind(), Error::Unroutable);

    PublishOptions unknown;
    unknown.serializer = QStringLiteral("nonesuch");
    producer.publish(QVariantMap(), unknown);
    QCOMPARE(failures.size(), 1); // never inside publish()
    QTRY_COMPARE(failures.size(), 2);
    QCOMPARE(failures.last().at(1).value<Error>().kind(), Error::Encode);
}

void tst_PublishConsume::reportsFailureOfAnAnswerKeptInVain()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    const Exchange news(QStringLiteral("news"), ExchangeType::Direct);
    Producer producer(&broker, news, QStringLiteral("nobody"));
    QSignalSpy failures(&producer, &Producer::publishFailed);
    {
        const auto kept = producer.publish(QStringLiteral("kept"));
        QTRY_VERIFY(kept.isFinished());
    }
    QCOMPARE(failures.size(), 0); // never inside the end of whoever kept it
    QTRY_COMPARE(failures.size(), 1);
    QCOMPARE(failures.first().at(0).value<Message>().body().toString(), QStringLiteral("kept"));
    QCOMPARE(failures.first().at(1).value<Error>().kind(), Error::Unroutable);

    std::optional<Pending<void>> asked = producer.publish(QStringLiteral("asked"));
    QTRY_VERIFY(asked->isFinished());
    QVERIFY(!asked->result().isOk());
    std::optional<Pending<void>> late;
    {
        Producer passing(&broker, news, QStringLiteral("nobody"));
        late = passing.publish(QStringLiteral("late"));
        QTRY_VERIFY(late->isFinished());
    }
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("its Producer is gone")));
    asked.reset();
    late.reset();
    QCoreApplication::processEvents();
    QCOMPARE(failures.size(), 1);
}

void tst_PublishConsume::acceptsOnlyNamesThatThereAre()
{
    Consumer consumer(nullptr, "q");
    const QStringList good{QStringLiteral("json"), QStringLiteral("text/plain"),
                           QStringLiteral("yaml"), QStringLiteral("application/x-ours")};
    QVERIFY(!consumer.setAccept(good).isError());
    const Error error = consumer.setAccept({QStringLiteral("json"), QStringLiteral("jsno")});
    QCOMPARE(error.kind(), Error::Configuration);
    QVERIFY2(error.text().contains(QStringLiteral("Did you mean \"json\"")),
             qPrintable(error.text()));
    QCOMPARE(consumer.accept(), good);
    QVERIFY(!consumer.setAccept({}).isError());
}

void tst_PublishConsume::getsSingleMessages()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Channel *channel = broker.defaultChannel();
    QVERIFY(channel->declare(Queue("q")).wait().isOk());
    QVERIFY(!channel->get(QStringLiteral("q")).wait().value().has_value());
    for (int i = 0; i < 3; ++i)
        QVERIFY(Producer(&broker, "q").publish(i).wait().isOk());
    const auto first = channel->get(QStringLiteral("q")).wait();
    QCOMPARE(first.value()->body().toInt(), 0);
    QVERIFY(!first.value()->requeue().isError());
    QTRY_COMPARE(channel->inspect(QStringLiteral("q")).wait().value().messageCount, 3);
    const auto none = channel->get(QStringLiteral("q"), AckMode::None).wait();
    QVERIFY(!none.value()->ack().isError());
    QVERIFY(!none.value()->ack().isError());
    QCOMPARE(channel->purge(QStringLiteral("q")).wait().value(), 2);
    QCOMPARE(channel->remove(Queue("q")).wait().value(), 0);
    QCOMPARE(channel->inspect(QStringLiteral("q")).wait().error().kind(), Error::NotFound);
}

void tst_PublishConsume::simpleQueueIsAContainer()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    SimpleQueue queue(&broker, QStringLiteral("simple"));
    QCOMPARE(queue.get(1ms).wait().error().kind(), Error::Timeout);
    QVERIFY(queue.put(QStringLiteral("a")).wait().isOk());
    QVERIFY(queue.put(QStringLiteral("b")).wait().isOk());
    QVERIFY(queue.put(QStringLiteral("c")).wait().isOk());
    QCOMPARE(queue.size().wait().value(), 3);
    const auto first = queue.get().wait();
    QCOMPARE(first.value()->body().toString(), QStringLiteral("a"));
    first.value()->ack();
    const auto second = queue.get(5s).wait();
    QVERIFY(second.isOk());
    QCOMPARE(second->body().toString(), QStringLiteral("b"));
    QCOMPARE(second->exchange(), QStringLiteral("simple"));
    QVERIFY(!second->ack().isError());
    const auto third = queue.get(5s, AckMode::None).wait();
    QCOMPARE(third.value().body().toString(), QStringLiteral("c"));
    QCOMPARE(queue.clear().wait().value(), 0);

    Pending<Message> late = queue.get(5s);
    QVERIFY(!late.isFinished());
    queue.put(QStringLiteral("d"));
    QCOMPARE(late.wait().value().body().toString(), QStringLiteral("d"));
}

void tst_PublishConsume::fanoutReachesEveryQueue()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    const Exchange news(QStringLiteral("news"), ExchangeType::Fanout);
    Queue anonymous;
    anonymous.addBinding(news);
    Consumer a(&broker, Queue(QStringLiteral("a"), news));
    Consumer b(&broker, anonymous);
    QVERIFY(b.queues().first().name().isEmpty()); // nobody has been asked yet
    QStringList got;
    const auto note = [&](const Message &message) {
        got.append(message.body().toString());
        QVERIFY(!message.ack().isError());
    };
    connect(&a, &Consumer::messageReceived, this, note);
    connect(&b, &Consumer::messageReceived, this, note);
    a.start();
    b.start();
    QTRY_VERIFY(b.queues().first().name().startsWith(QLatin1String("amq.gen-")));
    Producer(&broker, news).publish(QStringLiteral("hello")); // waits for both
    QTRY_COMPARE(got, (QStringList{QStringLiteral("hello"), QStringLiteral("hello")}));
}

void tst_PublishConsume::refusesBeyondTheBuffer()
{
    QFETCH_GLOBAL(bool, background);
    ConnectionOptions options = onHub(background);
    options.publishBufferBytes = 3000;
    options.maximumMessageBytes = 2000;
    Connection broker(newBroker(), options);
    broker.defaultChannel()->declare(Queue("q"));
    QSignalSpy drained(&broker, &Connection::bufferDrained);
    Producer producer(&broker, "q");
    const QByteArray body(1000, 'x');
    auto first = producer.publish(body);
    auto second = producer.publish(body);
    auto third = producer.publish(body);
    auto large = producer.publish(QByteArray(2001, 'x'));
    QVERIFY(!third.isFinished());
    QVERIFY(broker.bufferedBytes() >= 2000);
    QCOMPARE(broker.unsettledPublishes(), 2);
    QCOMPARE(third.wait().error().kind(), Error::LimitExceeded);
    QCOMPARE(large.wait().error().kind(), Error::LimitExceeded);
    QVERIFY(first.wait().isOk());
    QVERIFY(second.wait().isOk());
    QTRY_COMPARE(drained.size(), 1);
    QVERIFY(producer.publish(body).wait().isOk());
}

void tst_PublishConsume::passesOnWhatItCannotRead()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Channel *channel = broker.defaultChannel();
    QVERIFY(channel->declare(Queue("in")).wait().isOk());
    QVERIFY(channel->declare(Queue("out")).wait().isOk());
    PublishOptions odd;
    odd.contentType = QStringLiteral("application/x-python-serialize");
    odd.contentEncoding = QStringLiteral("binary");
    odd.headers = {{QStringLiteral("trace"), QStringLiteral("t1")}};
    const QByteArray bytes("\x80\x04N.");
    QVERIFY(Producer(&broker, "in").publish(bytes, odd).wait().isOk());
    const auto taken = channel->get(QStringLiteral("in")).wait();
    QVERIFY(taken.isOk() && taken->has_value());
    QCOMPARE((*taken)->error().kind(), Error::ContentDisallowed);
    QVERIFY(Producer(&broker, "out").publish(**taken).wait().isOk());
    QVERIFY(!(*taken)->ack().isError());
    const auto moved = channel->get(QStringLiteral("out"), AckMode::None).wait();
    QVERIFY(moved.isOk() && moved->has_value());
    QCOMPARE((*moved)->wireBody(), bytes);
    QCOMPARE((*moved)->contentType(), odd.contentType);
    QCOMPARE((*moved)->headers().value(QStringLiteral("trace")).toString(), QStringLiteral("t1"));
    QCOMPARE((*moved)->routingKey(), QStringLiteral("out"));
}

void tst_PublishConsume::passesOnAnEmptyBody()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Channel *channel = broker.defaultChannel();
    QVERIFY(channel->declare(Queue("in")).wait().isOk());
    QVERIFY(channel->declare(Queue("out")).wait().isOk());
    PublishOptions odd;
    odd.contentType = QStringLiteral("application/x-thing");
    odd.contentEncoding = QStringLiteral("binary");
    QVERIFY(Producer(&broker, "in").publish(QByteArray(), odd).wait().isOk());
    const auto taken = channel->get(QStringLiteral("in"), AckMode::None).wait();
    QVERIFY(taken.isOk() && taken->has_value());
    QVERIFY(Producer(&broker, "out").publish(**taken).wait().isOk());
    const auto moved = channel->get(QStringLiteral("out"), AckMode::None).wait();
    QVERIFY(moved.isOk() && moved->has_value());
    QCOMPARE((*moved)->wireBody(), QByteArray());
    QCOMPARE((*moved)->contentType(), odd.contentType);
    QCOMPARE((*moved)->contentEncoding(), odd.contentEncoding);
}

void tst_PublishConsume::keepsPropertiesAndHeaders()
{
    QFETCH_GLOBAL(bool, background);
    Connection broker(newBroker(), onHub(background));
    Channel *channel = broker.defaultChannel();
    QVERIFY(channel->declare(Queue("q")).wait().isOk());
    Producer producer(&broker, "q");
    PublishOptions defaults;
    defaults.headers = {{QStringLiteral("a"), 1}, {QStringLiteral("b"), 1}};
    defaults.properties.appId = QStringLiteral("app");
    defaults.properties.correlationId = QStringLiteral("default");
    defaults.priority = 3;
    producer.setDefaults(defaults);
    PublishOptions options;
    options.headers = {{QStringLiteral("b"), 2}};
    options.properties.correlationId = QStringLiteral("mine");
    options.expiration = 60s;
    options.deliveryMode = DeliveryMode::Transient;
    options.compression = QStringLiteral("zlib");
    const QVariantMap body{{QStringLiteral("x"), QVariantList{1, 2.5, QStringLiteral("ü")}}};
    QVERIFY(producer.publish(body, options).wait().isOk());
    const auto got = channel->get(QStringLiteral("q"), AckMode::None).wait();
    QVERIFY(got.isOk() && got->has_value());
    const Message &message = **got;
    QCOMPARE(message.body().toMap(), body);
    QCOMPARE(message.headers().value(QStringLiteral("a")).toInt(), 1);
    QCOMPARE(message.headers().value(QStringLiteral("b")).toInt(), 2);
    QCOMPARE(message.properties().appId, QStringLiteral("app"));
    QCOMPARE(message.properties().correlationId, QStringLiteral("mine"));
    QVERIFY(message.properties().expiration == 60s);
    QCOMPARE(message.priority(), 3);
    QCOMPARE(message.deliveryMode(), DeliveryMode::Transient);
    QVERIFY(message.wireBody() != message.rawBody());
}

QOMBU_TEST(tst_PublishConsume)
#include "tst_publishconsume.moc"
