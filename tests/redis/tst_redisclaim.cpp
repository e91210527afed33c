// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "redis/testlink.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"
#include "virtual/envelope/envelope.h"

#include <Qombu/hub.h>

#include <QHostAddress>
#include <QTcpSocket>
#include <QTest>

using namespace Qombu;
using namespace QombuTest;

// What consuming does to the keys of a real server, byte for byte.
class tst_RedisClaim : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void keepsTheVerbatimBytesInItsRecord();
    void acknowledgesByRemovingBothEntries();
    void isWokenByAPush();
    void isWokenByItsOwnPublish();
    void pollsWhereTrackingIsOff();
    void servesBucketsBeforeQueues();
    void servesQueuesInTurn();
    void keepsToItsWindow();
    void takesWithoutARecordWhenNobodyAcks();
    void requeuesToTheTailWithTheFlags();
    void rejectsByDropping();
    void rejectsToADeadLetterQueue();
    void forgetsTheDeadLetterQueueWithItsQueue_data();
    void forgetsTheDeadLetterQueueWithItsQueue();
    void givesBackToTheFrontInOrder();
    void givesBackWhenClosing();
    void putsBackWhatWasTakenWithoutARecord();
    void putsBackInOrderOnceTheServerHasMemory();
    void givesBackInOrderWhatArrivesWhileClosing();
    void givesBackWhatArrivesAfterCancelling_data();
    void givesBackWhatArrivesAfterCancelling();
    void quarantinesWhatIsNoMessage_data();
    void quarantinesWhatIsNoMessage();
    void quarantinesWhatIsTooLarge();
    void tellsOfALostDelivery();
    void getsOneMessageAtATime();
    void getsFromAQueueOnly();
    void failsTheConsumerOfAKeyOfAnotherType();
    void keepsWhatItTookBeforeARefusal();
    void losesNothingWhenRecordsAreRefused();
    void takesFromThousandsOfQueues();
    void freesItsNumbersAfterARefusal();
    void asksOnceForEachPush();
    void pollsWhereExistsIsRefused();
    void acknowledgesAgainWhatABusyServerRefused();
    void servesTwoConsumersOfOneQueue();

private:
    QByteArray list(const char *queue, qsizetype index);
    int scriptRuns();

    std::unique_ptr<BrokerProcess> m_broker;
};

void tst_RedisClaim::initTestCase()
{
    m_broker = std::make_unique<BrokerProcess>();
    QVERIFY2(m_broker->start(), qPrintable(m_broker->errorText()));
}

void tst_RedisClaim::init()
{
    m_broker->command({"FLUSHALL"});
}

QByteArray tst_RedisClaim::list(const char *queue, qsizetype index)
{
    return m_broker->text({"LINDEX", queue, QByteArray::number(index)});
}

void tst_RedisClaim::keepsTheVerbatimBytesInItsRecord()
{
    // Number, escape, order and space as only this producer writes them.
    const QByteArray strange =
        R"( {"properties":{"delivery_tag":"t","delivery_info":{"exchange":"",)"
        R"("routing_key":"q"},"n":123456789012345678901234567890,"a":[]},"body":"eA==",  "headers":{"é":null}})";
    const QByteArray sound = strange.trimmed();
    m_broker->command({"LPUSH", "q", sound});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    const QList<QByteArray> record = m_broker->texts({"HGETALL", "unacked"});
    QCOMPARE(record.size(), 2);
    QCOMPARE(record.at(1), QByteArray("[" + sound + ",\"\",\"q\"]"));
    QCOMPARE(m_broker->integer({"ZCARD", "unacked_index"}), 1);
    const double age = m_broker->texts({"TIME"}).at(0).toDouble()
        - m_broker->text({"ZSCORE", "unacked_index", record.at(0)}).toDouble();
    QVERIFY(age > -2 && age < 5);
    // As a list it would be read through for each message of every claim.
    QCOMPARE(m_broker->text({"OBJECT", "ENCODING", "unacked_index"}), QByteArray("skiplist"));
    QCOMPARE(m_broker->integer({"LLEN", "q"}), 0);
}

void tst_RedisClaim::acknowledgesByRemovingBothEntries()
{
    m_broker->command({"LPUSH", "q", envelope("1"), envelope("2")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(2));
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 2);
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"HLEN", "unacked"}), 1);
    QCOMPARE(m_broker->integer({"ZCARD", "unacked_index"}), 1);
    link.settle(link.deliveries[1].delivery, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    QVERIFY(link.tooLate.empty());
}

void tst_RedisClaim::isWokenByAPush()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.properties.value(QStringLiteral("tracking")).toBool());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QElapsedTimer total;
    total.start();
    for (int i = 0; i < 20; ++i) {
        m_broker->command({"LPUSH", "q", envelope(QByteArray::number(i))});
        QVERIFY(link.waitForDeliveries(std::size_t(i) + 1));
    }
    // The safety claim alone would take a second each.
    QVERIFY2(total.elapsed() < 5000, qPrintable(QString::number(total.elapsed())));
}

void tst_RedisClaim::isWokenByItsOwnPublish()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QElapsedTimer total;
    total.start();
    for (int i = 0; i < 20; ++i) {
        QVERIFY(!link.publish(QStringLiteral("q"), "hello", i % 10).isError());
        QVERIFY(link.waitForDeliveries(std::size_t(i) + 1));
    }
    QVERIFY2(total.elapsed() < 5000, qPrintable(QString::number(total.elapsed())));
    QCOMPARE(link.bodies().at(19), QByteArray("hello"));
}

void tst_RedisClaim::pollsWhereTrackingIsOff()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url(), {{QStringLiteral("tracking"), false}});
    link.ackAll = true;
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QVERIFY(!link.properties.value(QStringLiteral("tracking")).toBool());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QElapsedTimer total;
    total.start();
    for (int i = 0; i < 10; ++i) {
        m_broker->command({"LPUSH", "q", envelope(QByteArray::number(i))});
        QVERIFY(link.waitForDeliveries(std::size_t(i) + 1));
    }
    QVERIFY2(total.elapsed() < 5000, qPrintable(QString::number(total.elapsed())));
}

void tst_RedisClaim::servesBucketsBeforeQueues()
{
    m_broker->command({"LPUSH",
                       "b\x06\x16"
                       "9",
                       envelope("1", "b9")});
    m_broker->command({"LPUSH",
                       "a\x06\x16"
                       "9",
                       envelope("2", "a9")});
    m_broker->command({"LPUSH",
                       "b\x06\x16"
                       "3",
                       envelope("3", "b3")});
    m_broker->command({"LPUSH", "b", envelope("4", "b0")});
    m_broker->command({"LPUSH", "a", envelope("5", "a0")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("a"), QStringLiteral("b")}));
    QVERIFY(link.waitForDeliveries(5));
    QCOMPARE(link.bodies(), QByteArrayList({"a0", "b0", "b3", "a9", "b9"}));
    QCOMPARE(link.deliveries[2].queue, QStringLiteral("b"));
}

void tst_RedisClaim::servesQueuesInTurn()
{
    for (int i = 0; i < 4; ++i) {
        m_broker->command({"LPUSH", "a", envelope("1", "a")});
        m_broker->command({"LPUSH", "b", envelope("2", "b")});
    }
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("a"), QStringLiteral("b")}, 1));
    QVERIFY(link.waitForDeliveries(8));
    QCOMPARE(link.bodies(), QByteArrayList({"a", "b", "a", "b", "a", "b", "a", "b"}));
}

void tst_RedisClaim::keepsToItsWindow()
{
    for (int i = 0; i < 20; ++i)
        m_broker->command({"LPUSH", "q", envelope(QByteArray::number(i))});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 3));
    QVERIFY(link.waitForDeliveries(3));
    link.setPrefetch(1, 4);
    QVERIFY(link.waitForDeliveries(4));
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    QVERIFY(link.waitForDeliveries(5));
    // Two safety claims later there are still no more.
    QVERIFY(!TestLink::waitUntil([&] { return link.deliveries.size() > 5; }, 2200));
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 4);
    QCOMPARE(m_broker->integer({"LLEN", "q"}), 15);
}

void tst_RedisClaim::takesWithoutARecordWhenNobodyAcks()
{
    for (int i = 0; i < 600; ++i)
        m_broker->command({"LPUSH", "q", envelope(QByteArray::number(i))});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 1, true));
    QVERIFY(link.waitForDeliveries(600));
    QCOMPARE(m_broker->integer({"EXISTS", "q", "unacked", "unacked_index"}), 0);
}

void tst_RedisClaim::requeuesToTheTailWithTheFlags()
{
    const QByteArray first = envelope("1", "x", "\"priority\": 4, ");
    m_broker->command({"LPUSH",
                       "q\x06\x16"
                       "3",
                       first, envelope("2")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 1));
    QVERIFY(link.waitForDeliveries(1));
    QVERIFY(link.cancel(1));
    link.settle(link.deliveries[0].delivery, Settlement::Requeue);
    QTRY_COMPARE(m_broker->integer({"LLEN",
                                    "q\x06\x16"
                                    "3"}),
                 2);
    QCOMPARE(list("q\x06\x16"
                  "3",
                  0),
             redelivered(first)); // left is last
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

void tst_RedisClaim::rejectsByDropping()
{
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    link.settle(link.deliveries[0].delivery, Settlement::Reject);
    QTRY_COMPARE(m_broker->integer({"DBSIZE"}), 0);
}

void tst_RedisClaim::rejectsToADeadLetterQueue()
{
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    ConsumeRequest request;
    request.consumer = 1;
    request.queues = {Queue("q").setDeadLetterQueue(QStringLiteral("dead"))};
    link.startConsuming(request);
    QVERIFY(link.waitForDeliveries(1));
    link.settle(link.deliveries[0].delivery, Settlement::Reject);
    QTRY_COMPARE(m_broker->integer({"LLEN", "dead"}), 1);
    QCOMPARE(list("dead", 0), redelivered(envelope("1")));
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index", "q"}), 0);
}

void tst_RedisClaim::forgetsTheDeadLetterQueueWithItsQueue_data()
{
    QTest::addColumn<bool>("ifEmpty");
    QTest::newRow("removed") << false;
    QTest::newRow("removed if empty") << true;
}

void tst_RedisClaim::forgetsTheDeadLetterQueueWithItsQueue()
{
    QFETCH(bool, ifEmpty);
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    int answers = 0;
    link.topology->declare(Queue("q").setDeadLetterQueue(QStringLiteral("dead")),
                           [&](const Result<QueueInfo> &info) { answers += info ? 1 : 0; });
    QTRY_COMPARE(answers, 1);
    RemoveOptions options;
    options.ifEmpty = ifEmpty;
    link.topology->remove(Queue("q"), options,
                          [&](const Result<qint64> &removed) { answers += removed ? 1 : 0; });
    QTRY_COMPARE(answers, 2);
    m_broker->command({"LPUSH", "q", envelope("1")}); // of a new one with the name of the old one
    const auto got = link.get(QStringLiteral("q"));
    QVERIFY(got && *got);
    link.settle((*got)->delivery, Settlement::Reject);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked"}), 0);
    QCOMPARE(m_broker->integer({"LLEN", "dead"}), 0);
}

void tst_RedisClaim::givesBackToTheFrontInOrder()
{
    m_broker->command({"LPUSH", "q", envelope("0"), envelope("1"), envelope("2"), envelope("3")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 3));
    QVERIFY(link.waitForDeliveries(3));
    QVERIFY(link.cancel(1));
    std::vector<quint64> held;
    for (const IncomingMessage &message : link.deliveries)
        held.push_back(message.delivery);
    link.giveBack(held);
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 4);
    QCOMPARE(list("q", -1), redelivered(envelope("0"))); // right is next
    QCOMPARE(list("q", -2), redelivered(envelope("1")));
    QCOMPARE(list("q", -3), redelivered(envelope("2")));
    QCOMPARE(list("q", -4), envelope("3"));
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

void tst_RedisClaim::givesBackWhenClosing()
{
    m_broker->command({"LPUSH", "q", envelope("0"), envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 1));
    QVERIFY(link.waitForDeliveries(1));
    QVERIFY(link.get(QStringLiteral("q")));
    QVERIFY(link.close());
    // Answered before linkClosed(): no waiting here.
    QCOMPARE(list("q", -1), redelivered(envelope("0")));
    QCOMPARE(list("q", -2), redelivered(envelope("1")));
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

void tst_RedisClaim::givesBackInOrderWhatArrivesWhileClosing()
{
    for (const char *body : {"a", "b", "c", "d", "e"})
        m_broker->command({"LPUSH", "q", envelope(body, body)});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 3));
    QVERIFY(link.waitForDeliveries(3));
    m_broker->freeze();
    link.settle(link.deliveries[1].delivery, Settlement::Ack);
    for (int turn = 0; turn < 3; ++turn) // the claim for d is sent, and cannot be answered
        Hub::current()->runOnce(std::chrono::milliseconds(0));
    link.giveBack({link.deliveries[0].delivery, link.deliveries[2].delivery});
    link.removeChannel(1);
    for (int turn = 0; turn < 3; ++turn)
        Hub::current()->runOnce(std::chrono::milliseconds(0));
    m_broker->thaw();
    QVERIFY(link.close());
    QCOMPARE(m_broker->texts({"LRANGE", "q", "0", "-1"}),
             (QList<QByteArray>{envelope("e", "e"), redelivered(envelope("d", "d")),
                                redelivered(envelope("c", "c")), redelivered(envelope("a", "a"))}));
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

void tst_RedisClaim::putsBackWhatWasTakenWithoutARecord()
{
    const QByteArray list = QByteArrayLiteral("q\x06\x16"
                                              "3");
    const QByteArray last = envelope("4", "x", "\"priority\": 3, ");
    m_broker->command({"LPUSH", "q", envelope("1"), envelope("2"), envelope("3")});
    m_broker->command({"LPUSH", list, last});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 16, true));
    QVERIFY(link.waitForDeliveries(4));
    QVERIFY(link.cancel(1));
    m_broker->command({"LPUSH", "q", envelope("5")});
    link.putBack({link.deliveries.begin() + 1, link.deliveries.end()});
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 3);
    // The very bytes, with the flags; the last one is served next.
    QCOMPARE(
        m_broker->texts({"LRANGE", "q", "0", "-1"}),
        (QList<QByteArray>{envelope("5"), redelivered(envelope("3")), redelivered(envelope("2"))}));
    QTRY_COMPARE(m_broker->texts({"LRANGE", list, "0", "-1"}),
                 QList<QByteArray>{redelivered(last)});
}

void tst_RedisClaim::putsBackInOrderOnceTheServerHasMemory()
{
    for (int i = 0; i < 10; ++i)
        m_broker->command({"LPUSH", "q", envelope(QByteArray::number(i))});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 16, true));
    QVERIFY(link.waitForDeliveries(10));
    QVERIFY(link.cancel(1));
    m_broker->command({"CONFIG", "RESETSTAT"});
    m_broker->command({"CONFIG", "SET", "maxmemory", "1"});
    link.putBack(std::move(link.deliveries));
    QTRY_COMPARE(link.blocked, std::vector<bool>({true}));
    QVERIFY(link.publish(QStringLiteral("other"), "x").isError()); // all were refused by now
    m_broker->command({"CONFIG", "SET", "maxmemory", "0"});
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 10);
    for (int i = 0; i < 10; ++i) {
        const auto content = Envelope::decode(list("q", -1 - i));
        QVERIFY(content);
        QCOMPARE(content->deliveryTag, QString::number(i));
    }
    // Refused ones are not sent again and again.
    const QByteArray statistics = m_broker->text({"INFO", "commandstats"});
    const qsizetype at = statistics.indexOf("cmdstat_rpush:");
    const qsizetype rejected = statistics.indexOf("rejected_calls=", at) + 15;
    QVERIFY(at >= 0);
    QVERIFY(statistics.mid(rejected, statistics.indexOf(',', rejected) - rejected).toInt() < 200);
}

void tst_RedisClaim::givesBackWhatArrivesAfterCancelling_data()
{
    QTest::addColumn<bool>("noAck");
    QTest::newRow("recorded") << false;
    QTest::newRow("without a record") << true;
}

void tst_RedisClaim::givesBackWhatArrivesAfterCancelling()
{
    QFETCH(bool, noAck);
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    for (int i = 0; i < 50; ++i) {
        m_broker->command({"LPUSH", "q", envelope(QByteArray::number(i))});
        ConsumeRequest request;
        request.consumer = quint64(i) + 1;
        request.queues = {Queue("q")};
        request.noAck = noAck;
        link.startConsuming(request);
        Hub::current()->runOnce(std::chrono::milliseconds(0)); // the claim is on its way, perhaps
        QVERIFY(link.cancel(quint64(i) + 1));
    }
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}) + qint64(link.deliveries.size()), 50);
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), noAck ? 0 : qint64(link.deliveries.size()));
}

void tst_RedisClaim::quarantinesWhatIsNoMessage_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("text") << QByteArray("hello");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("array") << QByteArray("[1,2]");
    QTest::newRow("headers are a number") << QByteArray(R"({"headers": 1, "properties": {}})");
    QTest::newRow("properties are text") << QByteArray(R"({"properties": "x"})");
    QTest::newRow("no properties") << QByteArray(R"({"body": "eA=="})");
    QTest::newRow("cut in its middle")
        << envelope("t").replace("\"headers\": {}", "\"headers\": {");
    QTest::newRow("body is no base64") << envelope("t").replace("eA==", "e?==");
    QTest::newRow("large and broken") << QByteArray("{" + QByteArray(20000, 'x') + "}");
    QTest::newRow("not UTF-8") << envelope("t").replace("text/plain", "text/\xff\xfe");
}

void tst_RedisClaim::quarantinesWhatIsNoMessage()
{
    QFETCH(QByteArray, bytes);
    m_broker->command({"LPUSH", "q", envelope("1"), bytes, envelope("2")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(2));
    QTRY_COMPARE(link.quarantined, std::vector<QString>({QStringLiteral("q")}));
    QTRY_COMPARE(m_broker->texts({"LRANGE", "_qombu.quarantine.q", "0", "-1"}),
                 QList<QByteArray>({bytes}));
    QTRY_COMPARE(m_broker->integer({"EXISTS", "q", "unacked", "unacked_index"}), 0);
}

void tst_RedisClaim::quarantinesWhatIsTooLarge()
{
    const QByteArray large = envelope("1", QByteArray(200 << 20, 'x').left(150 << 20));
    m_broker->command({"LPUSH", "q", large, envelope("2")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    QCOMPARE(link.quarantined.size(), 1u);
    QCOMPARE(m_broker->integer({"LLEN", "_qombu.quarantine.q"}), 1);
    QVERIFY(!link.failure.isError());
}

void tst_RedisClaim::tellsOfALostDelivery()
{
    m_broker->command({"LPUSH", "q", envelope("1"), envelope("2")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(2));
    m_broker->command({"DEL", "unacked", "unacked_index"});
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    link.settle(link.deliveries[1].delivery, Settlement::Requeue);
    QTRY_COMPARE(link.tooLate,
                 std::vector<quint64>({link.deliveries[0].delivery, link.deliveries[1].delivery}));
    QCOMPARE(link.tooLateTags, std::vector<QString>({QStringLiteral("1"), QStringLiteral("2")}));
    QCOMPARE(m_broker->integer({"LLEN", "q"}), 0); // who took it back has it
}

void tst_RedisClaim::getsOneMessageAtATime()
{
    m_broker->command({"LPUSH",
                       "q\x06\x16"
                       "3",
                       envelope("1", "later")});
    m_broker->command({"LPUSH", "q", envelope("2", "first")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    auto message = link.get(QStringLiteral("q"));
    QVERIFY(message && *message);
    QCOMPARE((*message)->content->body, QByteArray("first"));
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 1);
    link.settle((*message)->delivery, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"HLEN", "unacked"}), 0);
    message = link.get(QStringLiteral("q"), true);
    QVERIFY(message && *message);
    QCOMPARE((*message)->content->body, QByteArray("later"));
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 0);
    message = link.get(QStringLiteral("q"));
    QVERIFY(message && !*message);
}

void tst_RedisClaim::getsFromAQueueOnly()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    const QString bucket = QStringLiteral("q\x06\x16") + QLatin1Char('3');
    for (const QString &name : {QString(), bucket}) {
        const auto got = link.get(name);
        QVERIFY(!got);
        QCOMPARE(got.error().kind(), Error::Configuration);
        QVERIFY2(got.error().text().contains(QStringLiteral("name")),
                 qPrintable(got.error().text()));
    }
}

void tst_RedisClaim::failsTheConsumerOfAKeyOfAnotherType()
{
    m_broker->command({"SET", "q", "text"});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QTRY_COMPARE(link.cancelled.size(), 1u);
    QCOMPARE(link.cancelled[0].kind(), Error::Channel);
    QVERIFY(!link.failure.isError());
}

// One claim for both queues: the first gives its message, the second is refused.
void tst_RedisClaim::keepsWhatItTookBeforeARefusal()
{
    m_broker->command({"LPUSH", "a", envelope("1")});
    m_broker->command({"SET", "b", "text"});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("a"), QStringLiteral("b")}));
    QTRY_COMPARE(link.cancelled.size(), 1u); // by the next claim, which got nothing but the refusal
    QCOMPARE(link.deliveries.size(), 1u);
    QCOMPARE(link.deliveries[0].content->deliveryTag, QStringLiteral("1"));
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 1);
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

void tst_RedisClaim::losesNothingWhenRecordsAreRefused()
{
    m_broker->command({"SET", "unacked_index", "text"});
    m_broker->command({"LPUSH", "q", envelope("1"), envelope("2")});
    m_broker->command({"LPUSH",
                       "q\x06\x16"
                       "3",
                       envelope("3")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QTRY_COMPARE(link.cancelled.size(), 1u);
    QCOMPARE(m_broker->texts({"LRANGE", "q", "0", "-1"}),
             QList<QByteArray>({envelope("2"), envelope("1")}));
    QCOMPARE(m_broker->integer({"LLEN",
                                "q\x06\x16"
                                "3"}),
             1);
    QCOMPARE(m_broker->integer({"EXISTS", "unacked"}), 0);
}

void tst_RedisClaim::takesFromThousandsOfQueues()
{
    QStringList queues;
    for (int i = 0; i < 3000; ++i)
        queues << QStringLiteral("q%1").arg(i);
    m_broker->command({"LPUSH", "q2999", envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, queues));
    QVERIFY(link.waitForDeliveries(1));
    m_broker->command({"LPUSH", "q17", envelope("2")});
    QVERIFY(link.waitForDeliveries(2)); // it was told
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    QVERIFY(link.cancelled.empty());
}

// What was refused has taken nothing: the next link has nothing to ask for.
void tst_RedisClaim::freesItsNumbersAfterARefusal()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    m_broker->command({"CONFIG", "SET", "min-replicas-to-write", "1"});
    m_broker->command({"CONFIG", "RESETSTAT"});
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QTRY_VERIFY(m_broker->text({"INFO", "commandstats"}).contains("cmdstat_evalsha:calls=2,"));
    m_broker->command({"CONFIG", "SET", "min-replicas-to-write", "0"});
    m_broker->command({"LPUSH", "q", envelope("1")});
    QVERIFY(link.waitForDeliveries(1));
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    link.close(); // asks for what is in doubt
    QVERIFY(!m_broker->text({"INFO", "commandstats"}).contains("cmdstat_hget:"));
}

// A server that tells of our own pops would make it two.
void tst_RedisClaim::asksOnceForEachPush()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(TestLink::waitUntil([&] { return scriptRuns() > 0; }, 5000));
    m_broker->command({"CONFIG", "RESETSTAT"});
    for (int i = 1; i <= 10; ++i) {
        m_broker->command({"LPUSH", "q", envelope("1")});
        QVERIFY(link.waitForDeliveries(i));
    }
    const int runs = scriptRuns();
    QVERIFY2(runs <= 13, QByteArray::number(runs).constData()); // one look for safety, leases
}

int tst_RedisClaim::scriptRuns()
{
    const QByteArray statistics = m_broker->text({"INFO", "commandstats"});
    const qsizetype at = statistics.indexOf("cmdstat_evalsha:calls=") + 22;
    return at < 22 ? 0 : statistics.mid(at, statistics.indexOf(',', at) - at).toInt();
}

void tst_RedisClaim::pollsWhereExistsIsRefused()
{
    m_broker->command({"ACL", "SETUSER", "app", "on", ">pw", "~*", "&*", "+@all", "-exists"});
    TestTransport transport;
    QString url = m_broker->url();
    url.replace(QStringLiteral("redis://"), QStringLiteral("redis://app:pw@"));
    TestLink link(transport, url);
    link.ackAll = true;
    QVERIFY(link.open());
    for (const quint64 consumer : {1, 2}) // each would tell the other that something is left
        QVERIFY(link.consume(consumer, {QStringLiteral("q")}));
    m_broker->command({"CONFIG", "RESETSTAT"});
    TestLink::waitUntil([] { return false; }, 1000);
    const int claims = scriptRuns();
    QVERIFY2(claims < 40, QByteArray::number(claims).constData());
    QCOMPARE(link.notices.size(), 1u);
    QVERIFY(link.notices.front().contains(QStringLiteral("EXISTS")));
    m_broker->command({"LPUSH", "q", envelope("1")});
    QVERIFY(link.waitForDeliveries(1));
    m_broker->command({"ACL", "DELUSER", "app"});
}

void tst_RedisClaim::acknowledgesAgainWhatABusyServerRefused()
{
    m_broker->command({"LPUSH", "q", envelope("1")});
    m_broker->command({"CONFIG", "SET", "busy-reply-threshold", "1"});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    QTcpSocket other;
    other.connectToHost(QHostAddress::LocalHost, m_broker->port());
    QVERIFY(other.waitForConnected());
    other.write("EVAL \"while true do end\" 0\r\n");
    QVERIFY(other.waitForBytesWritten());
    QTRY_VERIFY(m_broker->text({"PING"}).startsWith("BUSY"));
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    // Behind the ack on the same socket: when this is refused, the ack was.
    QVERIFY(link.publish(QStringLiteral("other"), "2").isRecoverable());
    m_broker->command({"SCRIPT", "KILL"});
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    QVERIFY(link.tooLate.empty());
    QVERIFY(!link.failure.isError());
}

void tst_RedisClaim::servesTwoConsumersOfOneQueue()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 1));
    QVERIFY(link.consume(2, {QStringLiteral("q")}, 1));
    for (int i = 0; i < 40; ++i) {
        m_broker->command({"LPUSH", "q", envelope(QByteArray::number(i))});
        QVERIFY(link.waitForDeliveries(std::size_t(i) + 1));
    }
    const qsizetype first = link.countOf(1);
    QVERIFY2(first >= 10 && first <= 30, qPrintable(QString::number(first)));
    QVERIFY(link.contention.empty()); // a neighbour is no rival
}

QOMBU_TEST(tst_RedisClaim)
#include "tst_redisclaim.moc"
