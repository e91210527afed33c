// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "redis/testlink.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <Qombu/hub.h>

#include <QTest>

using namespace Qombu;
using namespace QombuTest;

namespace {

const QByteArray Quarantine = QByteArrayLiteral("_qombu.quarantine.q");

} // namespace

// What becomes of elements that are no messages: nothing is deleted, and nobody is kept busy.
class tst_RedisJunk : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void stopsAtAListOfSomethingElse_data();
    void stopsAtAListOfSomethingElse();
    void leavesAListOfSomethingElse_data();
    void leavesAListOfSomethingElse();
    void putsAwayWhatMayBeAnAccident_data();
    void putsAwayWhatMayBeAnAccident();
    void stopsOnlyThatQueue();
    void goesOnWhereMessagesAreBetween();
    void getsWhatIsBehind();
    void leavesWhatAFullQuarantineCannotTake_data();
    void leavesWhatAFullQuarantineCannotTake();
    void leavesWhatMayNotBeMoved();
    void putsAwayWithoutMemory();
    void keepsAnElementOf200Megabytes();
    void takesWhatKombuTakes_data();
    void takesWhatKombuTakes();

private:
    void fill(const QByteArray &element, int count);
    qint64 length(const QByteArray &list) { return m_broker->integer({"LLEN", list}); }
    QList<QByteArray> all(const QByteArray &list)
    {
        return m_broker->texts({"LRANGE", list, "0", "-1"});
    }

    std::unique_ptr<BrokerProcess> m_broker;
};

void tst_RedisJunk::initTestCase()
{
    m_broker = std::make_unique<BrokerProcess>();
    QVERIFY2(m_broker->start(), qPrintable(m_broker->errorText()));
}

void tst_RedisJunk::init()
{
    m_broker->command({"CONFIG", "SET", "maxmemory", "0"});
    m_broker->command({"FLUSHALL"});
}

void tst_RedisJunk::fill(const QByteArray &element, int count)
{
    m_broker->command({"EVAL", "for i = 1, ARGV[2] do redis.call('LPUSH', KEYS[1], ARGV[1]) end",
                       "1", "q", element, QByteArray::number(count)});
    QCOMPARE(length("q"), count);
}

void tst_RedisJunk::stopsAtAListOfSomethingElse_data()
{
    QTest::addColumn<QByteArray>("element");
    QTest::addColumn<bool>("noAck");
    const QByteArray lookingSound = envelope("t").replace("eA==", "e?==");
    QTest::newRow("other JSON") << QByteArray(R"({"id": 1, "x": "y"})") << false;
    QTest::newRow("only the client sees it") << lookingSound << false;
    QTest::newRow("the same, without acknowledgement") << lookingSound << true;
}

void tst_RedisJunk::stopsAtAListOfSomethingElse()
{
    QFETCH(QByteArray, element);
    QFETCH(bool, noAck);
    fill(element, 20000);
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 16, noAck));
    QTRY_COMPARE(link.cancelled.size(), 1u);
    const Error why = link.cancelled.front();
    QVERIFY(!why.isRecoverable());
    QVERIFY2(why.text().startsWith(QStringLiteral("'q' is no Kombu queue: ")), // 100 or a few more
             qPrintable(why.text()));
    QTRY_COMPARE(length("q") + length(Quarantine), 20000);
    QVERIFY2(length(Quarantine) >= 100 && length(Quarantine) < 1000,
             QByteArray::number(length(Quarantine)).constData());
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    QTRY_COMPARE(qint64(link.quarantined.size()), length(Quarantine));
    QVERIFY(!link.failure.isError());
}

void tst_RedisJunk::leavesAListOfSomethingElse_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<bool>("gets");
    QTest::newRow("of two elements") << 2 << false;
    QTest::newRow("of some") << 90 << false;
    QTest::newRow("of many") << 20000 << false;
    QTest::newRow("for get()") << 90 << true;
}

// What no producer of Kombu's has written is not even moved.
void tst_RedisJunk::leavesAListOfSomethingElse()
{
    QFETCH(int, count);
    QFETCH(bool, gets);
    m_broker->command({"EVAL",
                       "for i = 1, ARGV[1] do redis.call('LPUSH', KEYS[1], 'job:' .. i) end", "1",
                       "q", QByteArray::number(count)});
    m_broker->command({"PEXPIRE", "q", "600000"});
    const QList<QByteArray> before = all("q");
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    Error why;
    if (gets) {
        why = link.get(QStringLiteral("q")).error();
    } else {
        QVERIFY(link.consume(1, {QStringLiteral("q")}));
        QTRY_COMPARE(link.cancelled.size(), 1u);
        why = link.cancelled.front();
    }
    QCOMPARE(why.kind(), Error::Decode);
    QVERIFY(!why.isRecoverable());
    QVERIFY2(why.text().startsWith(QStringLiteral("'q' is no Kombu queue: ")),
             qPrintable(why.text()));
    QCOMPARE(all("q"), before);
    QVERIFY(m_broker->integer({"PTTL", "q"}) > 0);
    QCOMPARE(m_broker->integer({"DBSIZE"}), 1);
    QVERIFY(link.quarantined.empty());
}

void tst_RedisJunk::putsAwayWhatMayBeAnAccident_data()
{
    QTest::addColumn<QByteArrayList>("elements"); // the last is served first
    QTest::addColumn<int>("messages");
    const QByteArray message = envelope("1");
    QTest::newRow("a single text") << QByteArrayList{"job"} << 0;
    QTest::newRow("broken envelopes") << QByteArrayList{"{\"body\": 1}", "{}"} << 0;
    QTest::newRow("a broken envelope behind texts") << QByteArrayList{"{}", "a", "b"} << 0;
    QTest::newRow("a message behind texts") << QByteArrayList{message, "a", "b"} << 1;
    QTest::newRow("a message before texts") << QByteArrayList{"a", "b", message} << 1;
}

// A faulty publisher must not stop those who consume what others publish.
void tst_RedisJunk::putsAwayWhatMayBeAnAccident()
{
    QFETCH(QByteArrayList, elements);
    QFETCH(int, messages);
    for (auto it = elements.crbegin(); it != elements.crend(); ++it)
        m_broker->command({"LPUSH", "q", *it});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QTRY_COMPARE(length(Quarantine), elements.size() - messages);
    QVERIFY(link.waitForDeliveries(std::size_t(messages)));
    m_broker->command({"LPUSH", "q", "a", "b", envelope("2")}); // it is known to be a queue now
    QVERIFY(link.waitForDeliveries(std::size_t(messages) + 1));
    QVERIFY(link.cancelled.empty());
}

void tst_RedisJunk::stopsOnlyThatQueue()
{
    fill("job", 300);
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q"), QStringLiteral("other")}));
    QTRY_COMPARE(link.cancelled.size(), 1u);
    m_broker->command({"LPUSH", "other", envelope("1")});
    QVERIFY(link.waitForDeliveries(1));
}

void tst_RedisJunk::goesOnWhereMessagesAreBetween()
{
    for (int i = 0; i < 10; ++i)
        m_broker->command({"EVAL",
                           "for i = 1, 90 do redis.call('LPUSH', KEYS[1], 'junk') end "
                           "redis.call('LPUSH', KEYS[1], ARGV[1])",
                           "1", "q", envelope(QByteArray::number(i), QByteArray::number(i))});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(10));
    QCOMPARE(link.bodies(), (QByteArrayList{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
    QCOMPARE(length(Quarantine), 900);
    QVERIFY(link.cancelled.empty());
}

void tst_RedisJunk::getsWhatIsBehind()
{
    fill(QByteArray(100000, 'x'), 50); // more bytes than one claim looks at
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    const auto message = link.get(QStringLiteral("q"));
    QVERIFY(message && *message);
    QCOMPARE(length(Quarantine), 50);
    fill("job", 1000);
    const auto none = link.get(QStringLiteral("q"));
    QVERIFY(!none);
    QCOMPARE(none.error().kind(), Error::Decode);
    QCOMPARE(length("q"), 900);
    QVERIFY(!link.failure.isError());
}

void tst_RedisJunk::leavesWhatAFullQuarantineCannotTake_data()
{
    QTest::addColumn<QByteArray>("junk");
    QTest::addColumn<bool>("noAck");
    QTest::newRow("the script sees it") << QByteArray("junk") << false;
    QTest::newRow("the client sees it") << envelope("t").replace("eA==", "e?==") << false;
    QTest::newRow("the same, without acknowledgement")
        << envelope("t").replace("eA==", "e?==") << true;
}

void tst_RedisJunk::leavesWhatAFullQuarantineCannotTake()
{
    QFETCH(QByteArray, junk);
    QFETCH(bool, noAck);
    m_broker->command({"LPUSH", Quarantine, "a", "b", "c", "d"}); // of a time with a higher limit
    m_broker->command({"LPUSH", "q", envelope("1"), junk, envelope("2")});
    TestTransport transport;
    TestLink link(transport, m_broker->url(), {{QStringLiteral("quarantine_limit"), 3}});
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 1, noAck)); // one at a time
    QVERIFY(link.waitForDeliveries(1));
    link.ackAll = true;
    if (!noAck)
        link.settle(link.deliveries.front().delivery, Settlement::Ack);
    QTRY_COMPARE(link.cancelled.size(), 1u);
    const QString why = link.cancelled.front().text();
    QVERIFY(!link.cancelled.front().isRecoverable());
    QVERIFY2(why.contains(QStringLiteral("'q'")), qPrintable(why));
    QVERIFY2(why.contains(QString::fromLatin1(Quarantine)), qPrintable(why));
    QCOMPARE(all(Quarantine), (QList<QByteArray>{"d", "c", "b", "a"}));
    QTRY_VERIFY(all("q").endsWith(junk)); // as it was, and where it was
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    QCOMPARE(length("q") + qint64(link.deliveries.size()), 3);

    QVERIFY(!link.get(QStringLiteral("q"), noAck));
    m_broker->command({"DEL", Quarantine});
    QVERIFY(link.consume(2, {QStringLiteral("q")}, 16, noAck));
    QVERIFY(link.waitForDeliveries(2));
    QTRY_COMPARE(all(Quarantine), QList<QByteArray>{junk});
    QCOMPARE(length("q"), 0);
}

void tst_RedisJunk::leavesWhatMayNotBeMoved()
{
    m_broker->command({"LPUSH", "q", envelope("1"), "junk", envelope("2")});
    m_broker->command({"SET", Quarantine, "something else"});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    QTRY_COMPARE(link.cancelled.size(), 1u);
    QVERIFY(link.cancelled.front().text().contains(QStringLiteral("WRONGTYPE")));
    QCOMPARE(all("q"), (QList<QByteArray>{envelope("2"), "junk"}));
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 1);
}

void tst_RedisJunk::putsAwayWithoutMemory()
{
    const QByteArray lookingSound = envelope("t").replace("eA==", "e?==");
    m_broker->command({"LPUSH", "q", "junk", lookingSound, envelope("2")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    m_broker->command({"CONFIG", "SET", "maxmemory", "1"});
    QVERIFY(link.consume(1, {QStringLiteral("q")}, 16, true));
    QVERIFY(link.waitForDeliveries(1));
    QTRY_COMPARE(all(Quarantine), (QList<QByteArray>{lookingSound, "junk"}));
}

// It never crosses the wire.
void tst_RedisJunk::keepsAnElementOf200Megabytes()
{
    m_broker->command(
        {"EVAL", "redis.call('LPUSH', KEYS[1], string.rep('x', 200 * 1048576))", "1", "q"});
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    m_broker->command({"CONFIG", "RESETSTAT"});
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    const QByteArray statistics = m_broker->text({"INFO", "stats"});
    const qsizetype at = statistics.indexOf("total_net_output_bytes:") + 23;
    const qint64 sent = statistics.mid(at, statistics.indexOf('\r', at) - at).toLongLong();
    QVERIFY2(sent < (1 << 20), QByteArray::number(sent).constData());
    QCOMPARE(
        m_broker->integer({"EVAL", "return #redis.call('LINDEX', KEYS[1], 0)", "1", Quarantine}),
        200 << 20);
    QVERIFY(!link.failure.isError());
}

void tst_RedisJunk::takesWhatKombuTakes_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("routingKey");
    const QString key = QStringLiteral("q");
    QTest::newRow("a line feed behind it") << envelope("1") + '\n' << key;
    QTest::newRow("white space around it") << "\r\n\t " + envelope("1") + " \n" << key;
    const auto withHeader = [](const QByteArray &json) {
        return envelope("1").replace("\"headers\": {}",
                                     QByteArray("\"headers\": {\"a\": " + json + '}'));
    };
    QTest::newRow("a number beyond a double") << withHeader("-1e400") << key;
    QTest::newRow("an integer of 400 digits") << withHeader("1" + QByteArray(399, '0')) << key;
    QTest::newRow("a numeric routing key")
        << envelope("1").replace("\"routing_key\": \"q\"", "\"routing_key\": 7")
        << QStringLiteral("7");
}

void tst_RedisJunk::takesWhatKombuTakes()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, routingKey);
    m_broker->command({"LPUSH", "q", bytes});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY2(link.waitForDeliveries(1), m_broker->text({"LINDEX", Quarantine, "0"}).constData());
    QCOMPARE(link.deliveries.front().content->routingKey, routingKey);
    QCOMPARE(m_broker->texts({"HVALS", "unacked"}),
             QList<QByteArray>{'[' + bytes + ",\"\",\"q\"]"});
    link.settle(link.deliveries.front().delivery, Settlement::Requeue);
    QVERIFY(link.waitForDeliveries(2));
    QVERIFY(link.deliveries.back().content->redelivered);
    QCOMPARE(link.deliveries.back().content->body, QByteArray("x"));
}

QOMBU_TEST(tst_RedisJunk)
#include "tst_redisjunk.moc"
