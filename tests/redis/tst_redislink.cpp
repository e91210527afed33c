// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "redis/testlink.h"
#include "support/brokerprocess.h"
#include "support/faultproxy.h"
#include "support/testmain.h"
#include "virtual/envelope/envelope.h"

#include <Qombu/hub.h>

#include <QDir>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace Qombu;
using namespace QombuTest;

// What becomes of a link and of what it holds when server, network or permissions fail.
class tst_RedisLink : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void opensOverAUnixSocket();
    void refusesWhatItCannotDo_data();
    void refusesWhatItCannotDo();
    void failsWhereNobodyListens();
    void failsWhereNobodyAnswers();
    void holdsOnOverAReconnect();
    void givesBackWhatTheLastLinkHeldWhenClosed();
    void tellsWhatIsGoneAfterAReconnect();
    void holdsOnWhereOnlyTheIndexIsGone_data();
    void holdsOnWhereOnlyTheIndexIsGone();
    void opensWithHeldOnesWhereWritesAreRefused();
    void losesNothingAtAnyCut_data();
    void losesNothingAtAnyCut();
    void findsClaimsThatWereExecutedLate();
    void repeatsAnAckThatGotNoAnswer();
    void survivesForgottenScripts();
    void wakesAfterFlushAll();
    void writesDeletedBindingsAgain_data();
    void writesDeletedBindingsAgain();
    void leavesRemovedBindingsAlone();
    void failsWhenEitherSocketIsKilled_data();
    void failsWhenEitherSocketIsKilled();
    void continuesAfterAServerCrash();
    void failsWhenTheServerFreezes();
    void isRefusedWithoutPassword();
    void isRefusedWithAWrongPassword();
    void namesTheLimitOfClients();
    void keepsTheOrderOfATurnAfterAServerStart();
    void givesBackWhenClosedWhileOpening();
    void givesBackWhenClosedWhileTheServerIsBusy();
    void tellsWhatCouldNotBeGivenBack();
    void namesThePermissionThatScriptsNeed();
    void worksWithTheDocumentedPermissions();
    void namesTheRefusedQueue();
    void pollsWhereThePushChannelIsRefused();
    void tellsOfAServerThatIsLoading();
    void drainsAServerWithoutMemory();
    void opensAServerWithoutADisk();
    void staysBlockedWhereItMayNotProbe_data();
    void staysBlockedWhereItMayNotProbe();
    void failsAtAReplica();
    void warnsOfEviction();
    void tellsOfOptionsWithoutEffect();
    void namesItselfToTheServer();
    void tellsOfContention();
    void takesAFullWindowForNoContention();
    void receivesBroadcasts();
    void receivesNoBroadcastsForADeletedQueue();
    void showsWhatIsThere();

private:
    QString url(quint16 port, const QString &login = QString()) const;
    std::unique_ptr<BrokerProcess> m_broker;
};

void tst_RedisLink::initTestCase()
{
    m_broker = std::make_unique<BrokerProcess>();
    QVERIFY2(m_broker->start(), qPrintable(m_broker->errorText()));
}

void tst_RedisLink::init()
{
    m_broker->command({"FLUSHALL"});
    m_broker->command({"ACL", "DELUSER", "app"});
    m_broker->command({"ACL", "LOG", "RESET"});
}

QString tst_RedisLink::url(quint16 port, const QString &login) const
{
    return QStringLiteral("redis://") + login + QStringLiteral("127.0.0.1:%1/0").arg(port);
}

void tst_RedisLink::opensOverAUnixSocket()
{
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->unixUrl());
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    const QString version = link.properties.value(QStringLiteral("redis_version")).toString();
    QVERIFY(!version.isEmpty());
    QCOMPARE(link.properties.value(QStringLiteral("version")).toString(), version);
    QCOMPARE(link.properties.value(QStringLiteral("product")).toString(), QStringLiteral("Redis"));
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
}

void tst_RedisLink::refusesWhatItCannotDo_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<Error::Kind>("kind");
    QTest::newRow("TLS over a unix socket")
        << QStringLiteral("redis+socket:///run/redis.sock?ssl_cert_reqs=required")
        << Error::Configuration;
    QTest::newRow("TLS with files that are not there")
        << QStringLiteral("rediss://localhost?ssl_ca_certs=/absent.pem") << Error::Tls;
    QTest::newRow("sentinel") << QStringLiteral("sentinel://localhost:26379/0?master_name=m")
                              << Error::Unsupported;
    QTest::newRow("database") << QStringLiteral("redis://localhost/x") << Error::Configuration;
}

void tst_RedisLink::refusesWhatItCannotDo()
{
    QFETCH(QString, url);
    TestTransport transport;
    const Error error = transport.transport.check(BrokerUrl(url), {});
    QTEST(error.kind(), "kind");
    QVERIFY(!error.text().isEmpty());
}

void tst_RedisLink::failsWhereNobodyListens()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const quint16 port = server.serverPort();
    server.close();
    TestTransport transport;
    TestLink link(transport, url(port));
    QVERIFY(!link.open());
    QCOMPARE(link.failure.kind(), Error::Connection);
    QVERIFY(link.failure.isRecoverable());
}

void tst_RedisLink::failsWhereNobodyAnswers()
{
    QTcpServer server; // accepts, and never says a word
    QVERIFY(server.listen(QHostAddress::LocalHost));
    TestTransport transport;
    TestLink link(transport, url(server.serverPort()),
                  {{QStringLiteral("socket_connect_timeout"), 0.3}});
    QVERIFY(!link.open());
    QCOMPARE(link.failure.kind(), Error::Timeout);
    QVERIFY(link.failure.isRecoverable());
}

// A held message is a lease under a tag, not a property of a socket.
void tst_RedisLink::holdsOnOverAReconnect()
{
    m_broker->command({"LPUSH", "q", envelope("0"), envelope("1"), envelope("2"), envelope("3")});
    TestTransport transport;
    TestLink first(transport, m_broker->url());
    QVERIFY(first.open());
    QVERIFY(first.consume(1, {QStringLiteral("q")}, 3));
    QVERIFY(first.waitForDeliveries(3));
    const QByteArray tag = m_broker->texts({"HKEYS", "unacked"}).value(0);
    first.drop();
    m_broker->command({"ZADD", "unacked_index", "XX", "1", tag}); // it is about to expire

    TestLink second(transport, m_broker->url());
    QVERIFY(second.open());
    QVERIFY(m_broker->text({"ZSCORE", "unacked_index", tag}).toDouble() > 1);
    QVERIFY(second.consume(1, {QStringLiteral("q")}, 3));
    second.settle(first.deliveries[1].delivery, Settlement::Ack);
    QVERIFY(second.waitForDeliveries(1)); // the others fill its window
    QCOMPARE(second.deliveries[0].content->deliveryTag, QStringLiteral("3"));
    QVERIFY(!second.deliveries[0].content->redelivered);
    for (const quint64 held : {first.deliveries[0].delivery, first.deliveries[2].delivery,
                               second.deliveries[0].delivery})
        second.settle(held, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    QCOMPARE(m_broker->integer({"LLEN", "q"}), 0);
    QCOMPARE(second.deliveries.size(), 1u);
    QVERIFY(second.tooLate.empty());
}

void tst_RedisLink::givesBackWhatTheLastLinkHeldWhenClosed()
{
    m_broker->command({"LPUSH", "q", envelope("0"), envelope("1"), envelope("2"), envelope("3")});
    m_broker->command({"LPUSH",
                       "q\x06\x16"
                       "6",
                       envelope("6", "six", "\"priority\": 6, ")});
    TestTransport transport;
    TestLink first(transport, m_broker->url());
    QVERIFY(first.open());
    QVERIFY(first.consume(1, {QStringLiteral("q")}, 3));
    QVERIFY(first.waitForDeliveries(3));
    QVERIFY(first.get(QStringLiteral("q")) && first.get(QStringLiteral("q")));
    first.drop();
    TestLink second(transport, m_broker->url());
    QVERIFY(second.open());
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 5);
    QVERIFY(second.close());
    QCOMPARE(m_broker->texts({"LRANGE", "q", "0", "-1"}),
             QList<QByteArray>({redelivered(envelope("3")), redelivered(envelope("2")),
                                redelivered(envelope("1")), redelivered(envelope("0"))}));
    QCOMPARE(m_broker->integer({"LLEN",
                                "q\x06\x16"
                                "6"}),
             1);
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

void tst_RedisLink::tellsWhatIsGoneAfterAReconnect()
{
    m_broker->command({"LPUSH", "q", envelope("0"), envelope("1")});
    TestTransport transport;
    TestLink first(transport, m_broker->url());
    QVERIFY(first.open());
    QVERIFY(first.consume(1, {QStringLiteral("q")}));
    QVERIFY(first.waitForDeliveries(2));
    const quint64 gone = first.deliveries[0].delivery;
    first.drop();
    QList<QByteArray> tags = m_broker->texts({"HKEYS", "unacked"});
    std::sort(tags.begin(), tags.end());
    m_broker->command({"HDEL", "unacked", tags.value(0)});
    m_broker->command({"ZREM", "unacked_index", tags.value(0)});
    TestLink second(transport, m_broker->url());
    QVERIFY(second.open());
    QCOMPARE(second.tooLate, std::vector<quint64>{gone});
    QCOMPARE(second.tooLateTags, std::vector<QString>{QStringLiteral("0")});
    second.settle(gone, Settlement::Requeue);
    second.settle(first.deliveries[1].delivery, Settlement::Requeue);
    QTRY_COMPARE(m_broker->texts({"LRANGE", "q", "0", "-1"}),
                 QList<QByteArray>{redelivered(envelope("1"))});
    QCOMPARE(second.tooLate.size(), 1u);
}

void tst_RedisLink::holdsOnWhereOnlyTheIndexIsGone_data()
{
    QTest::addColumn<bool>("reconnects");
    QTest::newRow("one link") << false;
    QTest::newRow("the next link") << true;
}

void tst_RedisLink::holdsOnWhereOnlyTheIndexIsGone()
{
    QFETCH(bool, reconnects);
    m_broker->command({"LPUSH", "q", envelope("0"), envelope("1"), envelope("2")});
    TestTransport transport;
    TestLink first(transport, m_broker->url());
    QVERIFY(first.open());
    std::vector<quint64> held;
    for (int i = 0; i < 3; ++i) {
        const auto message = first.get(QStringLiteral("q"));
        QVERIFY(message && *message);
        held.push_back((*message)->delivery);
    }
    m_broker->command({"DEL", "unacked_index"});
    std::optional<TestLink> second;
    if (reconnects) {
        first.drop();
        second.emplace(transport, m_broker->url());
        QVERIFY(second->open());
        QCOMPARE(m_broker->integer({"ZCARD", "unacked_index"}), 3);
    }
    TestLink &link = reconnects ? *second : first;
    link.settle(held[0], Settlement::Ack);
    link.settle(held[1], Settlement::Requeue);
    QTRY_COMPARE(m_broker->texts({"LRANGE", "q", "0", "-1"}),
                 QList<QByteArray>{redelivered(envelope("1"))});
    link.settle(held[2], Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    QVERIFY(link.tooLate.empty());
}

void tst_RedisLink::opensWithHeldOnesWhereWritesAreRefused()
{
    BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    broker.command({"LPUSH", "q", envelope("0")});
    TestTransport transport;
    TestLink first(transport, broker.url());
    QVERIFY(first.open());
    QVERIFY(first.consume(1, {QStringLiteral("q")}));
    QVERIFY(first.waitForDeliveries(1));
    first.drop();
    broker.command({"CONFIG", "SET", "min-replicas-to-write", "1"});
    TestLink second(transport, broker.url());
    QVERIFY2(second.open(), qPrintable(second.failure.text()));
    broker.command({"CONFIG", "SET", "min-replicas-to-write", "0"});
    second.settle(first.deliveries[0].delivery, Settlement::Ack);
    QTRY_COMPARE(broker.integer({"EXISTS", "unacked"}), 0);
    QVERIFY(second.tooLate.empty());
}

void tst_RedisLink::losesNothingAtAnyCut_data()
{
    QTest::addColumn<bool>("toServer");
    QTest::addColumn<int>("bytes");
    for (const int bytes : {1, 40, 200, 333, 900, 1500, 2600, 4000, 5100, 7777}) {
        QTest::addRow("reply cut after %d bytes", bytes) << false << bytes;
        QTest::addRow("request cut after %d bytes", bytes) << true << bytes;
    }
}

void tst_RedisLink::losesNothingAtAnyCut()
{
    QFETCH(bool, toServer);
    QFETCH(int, bytes);
    FaultProxy proxy(m_broker->port());
    TestTransport transport;
    QSet<QByteArray> seen;
    TestLink first(transport, url(proxy.port()));
    QVERIFY(first.open());
    first.ackAll = true;
    proxy.endAfter(toServer ? FaultProxy::ToServer : FaultProxy::ToClient, bytes);
    for (int i = 0; i < 30; ++i)
        m_broker->command({"LPUSH", "q", envelope(QByteArray::number(i), QByteArray::number(i))});
    QVERIFY(first.consume(1, {QStringLiteral("q")}, 8));
    QTRY_VERIFY(first.failure.isError() || first.deliveries.size() >= 30);
    proxy.passAll();
    for (const QByteArray &body : first.bodies())
        seen.insert(body);
    first.drop();

    TestLink second(transport, url(proxy.port()));
    second.ackAll = true;
    QVERIFY(second.open());
    QTRY_COMPARE(m_broker->integer({"HLEN", "unacked"}), 0); // at once, not after an hour
    QVERIFY(second.consume(1, {QStringLiteral("q")}, 8));
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 0);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    for (const QByteArray &body : second.bodies())
        seen.insert(body);
    QCOMPARE(seen.size(), 30);
}

// The last claim of a link that vanished may reach the server after its successor.
void tst_RedisLink::findsClaimsThatWereExecutedLate()
{
    m_broker->command({"LPUSH", "q", envelope("1")});
    FaultProxy proxy(m_broker->port());
    TestTransport transport;
    TestLink first(transport, url(proxy.port()));
    QVERIFY(first.open());
    const auto message = first.get(QStringLiteral("q"));
    QVERIFY(message && *message);
    const QByteArray tag = m_broker->texts({"HKEYS", "unacked"}).value(0);
    first.settle((*message)->delivery, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked"}), 0);
    proxy.swallow(FaultProxy::ToServer);
    ConsumeRequest request;
    request.consumer = 1;
    request.queues = {Queue("q")};
    first.startConsuming(request); // its claim goes nowhere
    for (int turn = 0; turn < 20; ++turn)
        Hub::current()->runOnce(std::chrono::milliseconds(5));
    first.drop();
    proxy.passAll();

    TestLink second(transport, url(proxy.port()));
    QVERIFY(second.open());
    // Now the server does what the first link had asked for.
    QByteArray late = tag;
    late.chop(1);
    late += "2";
    m_broker->command({"HSET", "unacked", late, "[" + envelope("2") + ",\"\",\"q\"]"});
    m_broker->command({"ZADD", "unacked_index", "1", late});
    QTRY_COMPARE(m_broker->integer({"LLEN", "q"}), 1);
    QCOMPARE(m_broker->integer({"EXISTS", "unacked"}), 0);
}

void tst_RedisLink::repeatsAnAckThatGotNoAnswer()
{
    m_broker->command({"LPUSH", "q", envelope("1"), envelope("2")});
    FaultProxy proxy(m_broker->port());
    TestTransport transport;
    TestLink first(transport, url(proxy.port()));
    QVERIFY(first.open());
    QVERIFY(first.consume(1, {QStringLiteral("q")}));
    QVERIFY(first.waitForDeliveries(2));
    proxy.endAfter(FaultProxy::ToServer, 20); // in the middle of the ack
    first.settle(first.deliveries[0].delivery, Settlement::Ack);
    QTRY_VERIFY(first.failure.isError());
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 2);
    proxy.passAll();
    TestLink second(transport, url(proxy.port()));
    QVERIFY(second.open());
    QTRY_COMPARE(m_broker->integer({"HLEN", "unacked"}), 1);
    second.settle(first.deliveries[1].delivery, Settlement::Requeue);
    QTRY_COMPARE(m_broker->texts({"LRANGE", "q", "0", "-1"}),
                 QList<QByteArray>({redelivered(envelope("2"))})); // the first one stays so
}

void tst_RedisLink::survivesForgottenScripts()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    for (int i = 0; i < 5; ++i) {
        m_broker->command({"SCRIPT", "FLUSH"});
        m_broker->command({"LPUSH", "q", envelope("1")});
        QVERIFY(link.waitForDeliveries(std::size_t(i) + 1));
        QTRY_COMPARE(m_broker->integer({"EXISTS", "unacked"}), 0);
    }
    QVERIFY(link.notices.empty());
    QVERIFY(!link.failure.isError());
}

void tst_RedisLink::wakesAfterFlushAll()
{
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(1));
    m_broker->command({"FLUSHALL"});
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    QTRY_COMPARE(link.tooLate.size(), 1u);
    m_broker->command({"LPUSH", "q", envelope("2")});
    QVERIFY(link.waitForDeliveries(2));
    QVERIFY(!link.failure.isError());
}

void tst_RedisLink::writesDeletedBindingsAgain_data()
{
    QTest::addColumn<QList<QByteArray>>("command");
    QTest::newRow("FLUSHALL") << QList<QByteArray>{"FLUSHALL"};
    QTest::newRow("DEL") << QList<QByteArray>{"DEL", "_kombu.binding.e"};
    QTest::newRow("SREM") << QList<QByteArray>{"SREM", "_kombu.binding.e", "k\x06\x16\x06\x16q"};
}

// Nobody consumes, and nobody publishes: other programs would publish into nothing.
void tst_RedisLink::writesDeletedBindingsAgain()
{
    QFETCH(QList<QByteArray>, command);
    TestTransport transport;
    TestLink link(transport, url(m_broker->port()));
    QVERIFY(link.open());
    bool isBound = false;
    link.topology->bind(
        {Exchange(QStringLiteral("e")), QStringLiteral("k"), QStringLiteral("q"), {}},
        [&](const Result<void> &result) { isBound = result.isOk(); });
    QVERIFY(TestLink::waitUntil([&] { return isBound; }));
    const auto isThere = [&] { return m_broker->integer({"SCARD", "_kombu.binding.e"}) == 1; };
    for (int i = 0; i < 2; ++i) {
        m_broker->command(command);
        QVERIFY(TestLink::waitUntil(isThere));
    }
    QCOMPARE(m_broker->integer({"SCARD", "_kombu.binding_permanent.e"}), 1);
    QVERIFY(!link.notices.empty());
    QVERIFY2(link.notices.front().contains(QStringLiteral("\"e\"")),
             qPrintable(link.notices.front()));
}

void tst_RedisLink::leavesRemovedBindingsAlone()
{
    TestTransport transport;
    TestLink link(transport, url(m_broker->port()));
    QVERIFY(link.open());
    const Exchange e(QStringLiteral("e"));
    int answers = 0;
    const auto count = [&](const auto &result) { answers += result.isOk() ? 1 : 0; };
    link.topology->bind({e, QStringLiteral("k"), QStringLiteral("unbound"), {}}, count);
    link.topology->bind({e, QStringLiteral("k"), QStringLiteral("removed"), {}}, count);
    link.topology->bind({e, QStringLiteral("k"), QStringLiteral("unwanted"), {}}, count);
    link.topology->bind({e, QStringLiteral("k"), QStringLiteral("q"), {}}, count);
    link.topology->unbind({e, QStringLiteral("k"), QStringLiteral("unbound"), {}}, count);
    link.topology->remove(Queue("removed"), {}, count);
    link.topology->unwanted({e, QStringLiteral("k"), QStringLiteral("unwanted"), {}});
    QVERIFY(TestLink::waitUntil([&] { return answers == 6; }));
    // What is wanted shows when the others would be there, too.
    m_broker->command({"DEL", "_kombu.binding.e"});
    const auto isThere = [&] { return m_broker->integer({"EXISTS", "_kombu.binding.e"}) == 1; };
    QVERIFY(TestLink::waitUntil(isThere));
    QCOMPARE(m_broker->texts({"SMEMBERS", "_kombu.binding.e"}),
             QList<QByteArray>{"k\x06\x16\x06\x16q"});
}

void tst_RedisLink::failsWhenEitherSocketIsKilled_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::newRow("commands") << QByteArray("normal");
    QTest::newRow("push") << QByteArray("pubsub");
}

void tst_RedisLink::failsWhenEitherSocketIsKilled()
{
    QFETCH(QByteArray, type);
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    m_broker->command({"CLIENT", "KILL", "TYPE", type, "SKIPME", "yes"});
    QTRY_VERIFY(link.failure.isError());
    QCOMPARE(link.failure.kind(), Error::Connection);
    QVERIFY(link.failure.isRecoverable());
}

void tst_RedisLink::continuesAfterAServerCrash()
{
    BrokerProcess broker({QStringLiteral("--appendonly"), QStringLiteral("yes"),
                          QStringLiteral("--appendfsync"), QStringLiteral("always")});
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    broker.command({"LPUSH", "q", envelope("1"), envelope("2"), envelope("3")});
    TestTransport transport;
    TestLink first(transport, broker.url());
    QVERIFY(first.open());
    QVERIFY(first.consume(1, {QStringLiteral("q")}, 2));
    QVERIFY(first.waitForDeliveries(2));
    broker.kill();
    QTRY_VERIFY(first.failure.isRecoverable());
    QVERIFY(broker.restart());
    TestLink second(transport, broker.url());
    second.ackAll = true;
    QVERIFY2(second.open(), qPrintable(second.failure.text()));
    QVERIFY(second.consume(1, {QStringLiteral("q")}));
    QVERIFY(second.waitForDeliveries(1));
    for (const IncomingMessage &held : first.deliveries)
        second.settle(held.delivery, Settlement::Ack);
    QTRY_COMPARE(broker.integer({"DBSIZE"}), 0);
    QCOMPARE(second.deliveries.size(), 1u);
    QVERIFY(second.tooLate.empty());
}

void tst_RedisLink::failsWhenTheServerFreezes()
{
    BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    TestTransport transport;
    TestLink link(transport, broker.url(), {{QStringLiteral("socket_timeout"), 1}});
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    broker.freeze();
    QVERIFY(TestLink::waitUntil([&] { return link.failure.isError(); }, 15000));
    broker.thaw();
    QCOMPARE(link.failure.kind(), Error::Timeout);
    QVERIFY(link.failure.isRecoverable());
}

void tst_RedisLink::isRefusedWithoutPassword()
{
    BrokerProcess broker({}, QStringLiteral("secret"));
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    TestTransport transport;
    TestLink link(transport, url(broker.port()));
    QVERIFY(!link.open());
    QCOMPARE(link.failure.kind(), Error::Authentication);
    QVERIFY(!link.failure.isRecoverable());
    TestLink right(transport, url(broker.port(), QStringLiteral(":secret@")));
    QVERIFY2(right.open(), qPrintable(right.failure.text()));
}

void tst_RedisLink::isRefusedWithAWrongPassword()
{
    m_broker->command({"ACL", "SETUSER", "app", "on", ">right", "~*", "&*", "+@all"});
    TestTransport transport;
    TestLink link(transport, url(m_broker->port(), QStringLiteral("app:wrong@")));
    QVERIFY(!link.open());
    QCOMPARE(link.failure.kind(), Error::Authentication);
    QVERIFY(!link.failure.text().contains(QStringLiteral("wrong@")));
    TestLink right(transport, url(m_broker->port(), QStringLiteral("app:right@")));
    QVERIFY2(right.open(), qPrintable(right.failure.text()));
}

void tst_RedisLink::namesTheLimitOfClients()
{
    BrokerProcess broker({QStringLiteral("--maxclients"), QStringLiteral("1")});
    QVERIFY2(broker.start(), qPrintable(broker.errorText())); // the test's own socket is the one
    TestTransport transport;
    TestLink link(transport, broker.url());
    QVERIFY(!link.open());
    QVERIFY2(link.failure.text().contains(QStringLiteral("maxclients")),
             qPrintable(link.failure.text()));
    QVERIFY(link.failure.isRecoverable());
}

// Through an exchange, to its queue, through the exchange: no script has to be loaded in between.
void tst_RedisLink::keepsTheOrderOfATurnAfterAServerStart()
{
    struct Listener final : PublishListener
    {
        void published(std::vector<PublishOutcome> &&outcomes) override
        {
            for (const PublishOutcome &outcome : outcomes)
                failures += outcome.error.isError() ? 1 : 0;
            settled += outcomes.size();
        }
        void publishRoom(int, qint64) override {}
        void channelClosed(const Error &) override {}
        std::size_t settled = 0;
        int failures = 0;
    } listener;
    m_broker->command({"SADD", "_kombu.binding.e", "q\x06\x16\x06\x16q"});
    for (int round = 0; round < 3; ++round) {
        m_broker->command({"DEL", "q"});
        m_broker->command({"SCRIPT", "FLUSH"});
        TestTransport transport;
        TestLink link(transport, m_broker->url());
        QVERIFY(link.open());
        const auto publisher = link.link().openPublish(&listener);
        const auto publish = [&](quint64 id, const QString &exchange) {
            MessageContent content;
            content.body = QByteArray::number(id);
            content.exchange = exchange;
            content.routingKey = QStringLiteral("q");
            std::vector<OutgoingMessage> batch;
            batch.push_back({id, std::make_shared<const MessageContent>(std::move(content))});
            publisher->publish(std::move(batch));
        };
        listener.settled = 0;
        publish(1, QStringLiteral("e"));
        publish(2, QString());
        publish(3, QStringLiteral("e"));
        QTRY_COMPARE(listener.settled, 3u);
        QCOMPARE(listener.failures, 0);
        QByteArrayList bodies;
        for (const QByteArray &bytes : m_broker->texts({"LRANGE", "q", "0", "-1"}))
            bodies.prepend(Envelope::decode(bytes)->body);
        QCOMPARE(bodies, QByteArrayList({"1", "2", "3"}));
    }
}

void tst_RedisLink::givesBackWhenClosedWhileOpening()
{
    m_broker->command({"LPUSH", "q", envelope("1"), envelope("2")});
    TestTransport transport;
    TestLink first(transport, m_broker->url());
    QVERIFY(first.open());
    QVERIFY(first.consume(1, {QStringLiteral("q")}));
    QVERIFY(first.waitForDeliveries(2));
    first.drop();
    TestLink second(transport, m_broker->url());
    second.link().open();
    QVERIFY(second.close());
    QVERIFY(!second.isOpen);
    QCOMPARE(m_broker->integer({"LLEN", "q"}), 2);
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
    TestLink third(transport, m_broker->url());
    third.link().open();
    QVERIFY(third.close()); // with nothing to give back at once
}

void tst_RedisLink::givesBackWhenClosedWhileTheServerIsBusy()
{
    BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    broker.command({"CONFIG", "SET", "lua-time-limit", "1"});
    broker.command({"LPUSH", "q", envelope("1"), envelope("2")});
    TestTransport transport;
    TestLink first(transport, broker.url());
    QVERIFY(first.open());
    QVERIFY(first.consume(1, {QStringLiteral("q")}));
    QVERIFY(first.waitForDeliveries(2));
    first.drop();
    TestLink second(transport, broker.url());
    second.link().open();
    QTcpSocket busy; // what keeps the server busy gets no answer
    // The handshake is through once the server knows both sockets by their name.
    const QByteArray name = " name=tst_redislink-";
    const auto areThere = [&] { return broker.text({"CLIENT", "LIST"}).count(name) >= 2; };
    QVERIFY(TestLink::waitUntil(areThere));
    busy.connectToHost(QHostAddress(QHostAddress::LocalHost), broker.port());
    QVERIFY(busy.waitForConnected());
    busy.write("EVAL \"while true do end\" 0\r\n");
    QVERIFY(busy.waitForBytesWritten());
    second.link().close();
    TestLink::waitUntil([] { return false; }, 500);
    broker.command({"SCRIPT", "KILL"});
    QVERIFY(TestLink::waitUntil([&] { return second.isClosed; }));
    QCOMPARE(broker.integer({"LLEN", "q"}), 2);
}

void tst_RedisLink::tellsWhatCouldNotBeGivenBack()
{
    FaultProxy proxy(m_broker->port());
    m_broker->command({"LPUSH", "q", envelope("1"), envelope("2")});
    TestTransport transport;
    TestLink link(transport, url(proxy.port()));
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(2));
    proxy.endAfter(FaultProxy::ToServer, 1);
    QVERIFY(link.close());
    QCOMPARE(link.unsettled, 2);
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), 2);
}

void tst_RedisLink::namesThePermissionThatScriptsNeed()
{
    m_broker->command({"ACL", "SETUSER", "app", "on", ">pw", "~*", "&*", "+@all", "-@scripting"});
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, url(m_broker->port(), QStringLiteral("app:pw@")));
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QTRY_COMPARE(link.cancelled.size(), 1u);
    QCOMPARE(link.cancelled[0].kind(), Error::Configuration);
    QCOMPARE(
        link.cancelled[0].text(),
        QStringLiteral("The Redis user \"app\" may not run scripts: grant +evalsha +script|load"));
    QCOMPARE(m_broker->integer({"LLEN", "q"}), 1);
}

// Those of module/doc/transports.qdoc.
void tst_RedisLink::worksWithTheDocumentedPermissions()
{
    const QByteArray permissions =
        "on >pw resetchannels ~app* ~unacked ~unacked_index ~_kombu.binding* ~_qombu.* &/0.* "
        "&__redis__:invalidate +auth +select +ping +info +client|setname +client|id "
        "+client|tracking +evalsha +script|load +multi +exec +time +type +exists +scan +llen "
        "+lrange +lpush +rpush +rpop +ltrim +del +unlink +pexpire +setrange +hset +hget +hdel "
        "+hexists "
        "+hstrlen +zadd +zrem +zscore +zmscore +zrangebyscore +zrevrangebyscore +sadd +srem +scard "
        "+sismember +smismember "
        "+sscan +publish +subscribe +psubscribe +punsubscribe";
    m_broker->command(QList<QByteArray>{"ACL", "SETUSER", "app", "reset"} + permissions.split(' '));
    TestTransport transport;
    const QByteArray dead = "00000000-0000-0000-0000-000000000000.1";
    m_broker->command({"HSET", "unacked", dead, '[' + envelope("1") + ",\"\",\"appdead\"]"});
    m_broker->command({"ZADD", "unacked_index", "1", dead});
    TestLink link(transport, url(m_broker->port(), QStringLiteral("app:pw@")),
                  {{QStringLiteral("renew_interval"), 0.1}});
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QStringList refused;
    int answers = 0;
    const auto count = [&](const auto &result) {
        ++answers;
        if (!result)
            refused << result.error().text();
    };
    const QString queue = QStringLiteral("appq");
    const Queue expiring = Queue(queue).setExpires(std::chrono::minutes(1));
    const Binding binding{Exchange(QStringLiteral("appx")), QStringLiteral("k"), queue, {}};
    link.topology->bind(binding, count);
    link.topology->declare(expiring, count);
    link.topology->bind(binding, count);
    QVERIFY(TestLink::waitUntil([&] { return answers == 3; }));
    QVERIFY(!link.publish(queue, "1").isError());
    QVERIFY(link.consume(1, {queue}));
    QVERIFY(link.waitForDeliveries(1));
    link.settle(link.deliveries[0].delivery, Settlement::Ack);
    QTRY_COMPARE(m_broker->integer({"LLEN", "appdead"}), 1);
    QVERIFY(link.cancel(1));
    link.topology->purge(queue, count);
    link.topology->unbind(binding, count);
    link.topology->remove(expiring, {}, count);
    link.topology->remove(binding.exchange, {}, count);
    QVERIFY(TestLink::waitUntil([&] { return answers == 7; }));
    QCOMPARE(refused, QStringList());
    QVERIFY(link.close());
    const QString missing =
        m_broker->command({"ACL", "LOG"}).items.empty() ? QString() : QStringLiteral("see ACL LOG");
    QCOMPARE(missing, QString());
    QCOMPARE(link.notices.size(), 0u);
}

void tst_RedisLink::namesTheRefusedQueue()
{
    m_broker->command(
        {"ACL", "SETUSER", "app", "on", ">pw", "~mine*", "~unacked*", "~_qombu*", "&*", "+@all"});
    m_broker->command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink link(transport, url(m_broker->port(), QStringLiteral("app:pw@")));
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QTRY_COMPARE(link.cancelled.size(), 1u);
    QCOMPARE(link.cancelled[0].kind(), Error::Configuration);
    QVERIFY(link.cancelled[0].text().contains(QStringLiteral("app")));
    QVERIFY(!link.cancelled[0].isRecoverable());
    QVERIFY(!link.failure.isError()); // other consumers go on
}

void tst_RedisLink::pollsWhereThePushChannelIsRefused()
{
    m_broker->command(
        {"ACL", "SETUSER", "app", "on", ">pw", "~*", "resetchannels", "&/0.*", "+@all"});
    TestTransport transport;
    TestLink link(transport, url(m_broker->port(), QStringLiteral("app:pw@")));
    link.ackAll = true;
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    const bool isTracking = link.properties.value(QStringLiteral("tracking")).toBool();
    QVERIFY(isTracking || link.notices.size() == 1);
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    for (std::size_t i = 0; i < 5; ++i) {
        m_broker->command({"LPUSH", "q", envelope("1")});
        QVERIFY(link.waitForDeliveries(i + 1));
    }
}

void tst_RedisLink::tellsOfAServerThatIsLoading()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    connect(&server, &QTcpServer::newConnection, &server, [&server] {
        QTcpSocket *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket] {
            socket->readAll();
            socket->write("+OK\r\n:7\r\n-LOADING Redis is loading the dataset in memory\r\n");
        });
    });
    TestTransport transport;
    TestLink link(transport, url(server.serverPort()),
                  {{QStringLiteral("client_name"), QStringLiteral("me")}});
    QVERIFY(!link.open());
    QCOMPARE(link.failure.kind(), Error::Connection);
    QVERIFY(link.failure.isRecoverable());
    QVERIFY2(link.failure.text().contains(QStringLiteral("loading")),
             qPrintable(link.failure.text()));
}

void tst_RedisLink::drainsAServerWithoutMemory()
{
    BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    for (int i = 0; i < 50; ++i)
        broker.command({"LPUSH", "q", envelope(QByteArray::number(i), QByteArray(1000, 'x'))});
    TestTransport transport;
    TestLink link(transport, broker.url());
    QVERIFY(link.open());
    broker.command({"CONFIG", "SET", "maxmemory", "1"});
    const Error refused = link.publish(QStringLiteral("other"), "x");
    QCOMPARE(refused.kind(), Error::Blocked);
    QVERIFY(refused.isRecoverable());
    QCOMPARE(link.blocked, std::vector<bool>({true}));

    link.ackAll = true;
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    QVERIFY(link.waitForDeliveries(50));
    QTRY_COMPARE(broker.integer({"EXISTS", "q", "unacked", "unacked_index"}), 0);
    QCOMPARE(link.blocked, std::vector<bool>({true}));

    broker.command({"CONFIG", "SET", "maxmemory", "0"});
    QTRY_COMPARE(link.blocked, std::vector<bool>({true, false}));
    QVERIFY(!link.publish(QStringLiteral("other"), "x").isError());
    QCOMPARE(broker.integer({"DBSIZE"}), 1); // the question left no trace
}

// Which refuses writes, and PING.
void tst_RedisLink::opensAServerWithoutADisk()
{
    BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    QVERIFY(QDir(broker.dataPath()).mkpath(QStringLiteral("dump.rdb/in the way")));
    broker.command({"CONFIG", "SET", "save", "3600 1"});
    broker.command({"LPUSH", "q", envelope("1")});
    broker.command({"BGSAVE"});
    QTRY_COMPARE(broker.text({"PING"}).left(7), QByteArray("MISCONF"));
    TestTransport transport;
    TestLink link(transport, broker.url());
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QTRY_COMPARE(link.blocked, std::vector<bool>({true}));
    int found = 0;
    link.browser()->peek({QStringLiteral("q"), 10, QueueEnd::Head},
                         [&](const auto &messages) { found = int(messages->size()); });
    QTRY_COMPARE(found, 1);
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    broker.command({"CONFIG", "SET", "stop-writes-on-bgsave-error", "no"});
    QTRY_COMPARE(link.blocked, std::vector<bool>({true, false}));
    QVERIFY(link.waitForDeliveries(1));
    QVERIFY2(!link.failure.isError(), qPrintable(link.failure.text()));
}

void tst_RedisLink::staysBlockedWhereItMayNotProbe_data()
{
    QTest::addColumn<QByteArrayList>("rights");
    QTest::newRow("keys of ours") << QByteArrayList{"~q", "~unacked*", "&*", "+@all"};
    QTest::newRow("command") << QByteArrayList{"~*", "&*", "+@all", "-setrange"};
}

// Whether the server takes writes is then asked in another way, or not believed at once.
void tst_RedisLink::staysBlockedWhereItMayNotProbe()
{
    QFETCH(QByteArrayList, rights);
    BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    broker.command(QByteArrayList{"ACL", "SETUSER", "app", "on", ">pw"} + rights);
    TestTransport transport;
    TestLink link(transport, url(broker.port(), QStringLiteral("app:pw@")));
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    broker.command({"CONFIG", "SET", "maxmemory", "1"});
    QCOMPARE(link.publish(QStringLiteral("q"), "x").kind(), Error::Blocked);
    QVERIFY(!TestLink::waitUntil([&] { return link.blocked.size() > 1; }, 2500));
    broker.command({"CONFIG", "SET", "maxmemory", "0"});
    QTRY_COMPARE(link.blocked, std::vector<bool>({true, false}));
}

void tst_RedisLink::failsAtAReplica()
{
    BrokerProcess replica;
    QVERIFY2(replica.start(), qPrintable(replica.errorText()));
    TestTransport transport;
    TestLink link(transport, replica.url());
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    replica.command({"REPLICAOF", "127.0.0.1", QByteArray::number(m_broker->port())});
    QTRY_VERIFY(link.failure.isError());
    QCOMPARE(link.failure.kind(), Error::Connection);
    QVERIFY(link.failure.isRecoverable());
}

void tst_RedisLink::warnsOfEviction()
{
    BrokerProcess broker({QStringLiteral("--maxmemory-policy"), QStringLiteral("allkeys-lru")});
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    TestTransport transport;
    TestLink link(transport, broker.url());
    QVERIFY(link.open());
    QCOMPARE(link.notices.size(), 1u);
    QVERIFY(link.notices[0].contains(QStringLiteral("allkeys-lru")));
}

void tst_RedisLink::tellsOfOptionsWithoutEffect()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url(), {{QStringLiteral("socket_timeout"), 5}});
    QVERIFY(link.open());
    QCOMPARE(link.notices.size(), 1u);
    QVERIFY(link.notices[0].contains(QStringLiteral("socket_timeout")));
}

void tst_RedisLink::namesItselfToTheServer()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    const QByteArray name =
        QStringLiteral(" name=tst_redislink-%1 ").arg(QCoreApplication::applicationPid()).toUtf8();
    QCOMPARE(m_broker->text({"CLIENT", "LIST"}).count(name), 2); // commands, and what is pushed
}

// A blocked BRPOP is served before a client that is told: the wake-ups find nothing.
void tst_RedisLink::tellsOfContention()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("q")}));
    TestLink rival(transport, m_broker->url());
    for (int i = 0; i < 12; ++i) {
        // What a faster rival leaves: the list changed and is empty again.
        m_broker->command({"EVAL", "redis.call('LPUSH', 'q', ARGV[1]); redis.call('RPOP', 'q')",
                           "0", envelope("1")});
        for (int turn = 0; turn < 20; ++turn)
            Hub::current()->runOnce(std::chrono::milliseconds(5));
    }
    QTRY_COMPARE(link.contention,
                 (std::vector<std::pair<QString, bool>>{{QStringLiteral("q"), true}}));
    for (std::size_t i = 0; i < 10; ++i) {
        m_broker->command({"LPUSH", "q", envelope("1")});
        QVERIFY(link.waitForDeliveries(i + 1));
        for (int turn = 0; turn < 20; ++turn)
            Hub::current()->runOnce(std::chrono::milliseconds(5));
    }
    QTRY_COMPARE(link.contention.size(), 2u);
    QCOMPARE(link.contention[1].second, false);
}

// Two busy queues and room for one message: what is not fetched at once was not lost to a rival.
void tst_RedisLink::takesAFullWindowForNoContention()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    link.ackAll = true;
    QVERIFY(link.open());
    QVERIFY(link.consume(1, {QStringLiteral("a"), QStringLiteral("b")}, 1));
    for (std::size_t i = 0; i < 20; ++i) {
        m_broker->command({"EVAL",
                           "redis.call('LPUSH', 'a', ARGV[1]); redis.call('LPUSH', 'b', ARGV[1])",
                           "0", envelope("1")});
        QVERIFY(link.waitForDeliveries(2 * (i + 1)));
        for (int turn = 0; turn < 10; ++turn)
            Hub::current()->runOnce(std::chrono::milliseconds(5));
    }
    QVERIFY(link.contention.empty());
}

void tst_RedisLink::receivesBroadcasts()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    TestLink other(transport, m_broker->url());
    QVERIFY(link.open());
    const Exchange exchange(QStringLiteral("news"), ExchangeType::Fanout);
    std::optional<Result<void>> bound;
    link.topology->bind({exchange, QString(), QStringLiteral("n"), {}},
                        [&](const Result<void> &result) { bound = result; });
    QTRY_VERIFY(bound);
    QVERIFY2(bound->isOk(), qPrintable(bound->error().text()));
    QVERIFY(link.consume(1, {QStringLiteral("n")}));
    QCOMPARE(m_broker->integer({"PUBLISH", "/0.news", envelope("1", "hello")}), 1);
    QVERIFY(link.waitForDeliveries(1));
    QCOMPARE(link.bodies(), QByteArrayList({"hello"}));
    QVERIFY(link.cancel(1));
    QTRY_COMPARE(m_broker->integer({"PUBLISH", "/0.news", envelope("2")}), 0);
}

void tst_RedisLink::receivesNoBroadcastsForADeletedQueue()
{
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    const Exchange exchange(QStringLiteral("news"), ExchangeType::Fanout);
    std::optional<Result<void>> bound;
    link.topology->bind({exchange, QString(), QStringLiteral("n"), {}},
                        [&](const Result<void> &result) { bound = result; });
    QTRY_VERIFY(bound && bound->isOk());
    std::optional<Result<qint64>> removed;
    link.topology->remove(Queue(QStringLiteral("n")), {},
                          [&](const Result<qint64> &result) { removed = result; });
    QTRY_VERIFY(removed && removed->isOk());
    QVERIFY(link.consume(1, {QStringLiteral("n")})); // a new one, with the name of the old one
    QCOMPARE(m_broker->integer({"PUBLISH", "/0.news", envelope("1")}), 0);
}

void tst_RedisLink::showsWhatIsThere()
{
    m_broker->command({"LPUSH", "q", envelope("1"), envelope("2")});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY(link.open());
    QVERIFY(link.get(QStringLiteral("q")));
    std::optional<Result<Inventory>> inventory;
    QVERIFY(link.browser());
    link.browser()->inventory({}, [&](Result<Inventory> result) { inventory = std::move(result); });
    QTRY_VERIFY(inventory);
    QVERIFY2(inventory->isOk(), qPrintable(inventory->error().text()));
    QCOMPARE((*inventory)->queues.size(), 1);
    QCOMPARE((*inventory)->queues[0].ready, 1);
    QCOMPARE((*inventory)->unacked, 1);
}

QOMBU_TEST(tst_RedisLink)
#include "tst_redislink.moc"
