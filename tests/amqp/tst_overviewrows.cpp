// SPDX-License-Identifier: BSD-3-Clause
#include "core/jsonreader_p.h"
#include "core/jsonvalues_p.h"
#include "support/testmain.h"
#include "transports/amqp/management/brokerrows.h"
#include "transports/amqp/management/clientrows.h"
#include "transports/amqp/management/rowplace.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;

namespace {

QVariant readJson(const QByteArray &json)
{
    Json::ValueBuilder builder;
    QVariant value;
    const Error error = Json::read(json, builder, [&] { value = builder.takeValue(); });
    return error.isError() ? QVariant(error.text()) : value;
}

QVariantMap rowOf(const QByteArray &json)
{
    return readJson(json).toMap();
}

QVariantList rowsOf(const QByteArray &json)
{
    return readJson(json).toList();
}

} // namespace

// Reads what RabbitMQ 3.10 and 4.0 have answered. What they leave out is never 0.
class tst_OverviewRows : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsTheWhole();
    void knowsNoNumbersWithoutStatistics();
    void readsNodes();
    void readsAConnection();
    void readsAConnectionWithoutStatistics();
    void writesPeersAsUrlsDo_data();
    void writesPeersAsUrlsDo();
    void readsAChannel();
    void readsAChannelThatHasJustOpened();
    void readsConsumers();
    void readsAConsumerOfNobody();
    void readsPolicies();
    void readsTags_data();
    void readsTags();
    void goesOnWhereAPageEnded();
    void asksForAsManyRowsAsThereMayBe();
    void refusesPlacesThatAreNone_data();
    void refusesPlacesThatAreNone();
};

void tst_OverviewRows::readsTheWhole()
{
    const BrokerOverview whole = BrokerRows::overview(rowOf(
        R"({"product_version":"4.0.5","product_name":"RabbitMQ","rabbitmq_version":"4.0.5",)"
        R"("cluster_name":"qombu58123@vm","message_stats":{"deliver":18,"publish":15,)"
        R"("deliver_get_details":{"rate":0.6,"samples":[{"sample":18,"timestamp":1795948965000},)"
        R"({"sample":15,"timestamp":1795948960000}],"avg_rate":0.6,"avg":16.5},"ack_details":)"
        R"({"rate":0.0,"samples":[{"sample":0,"timestamp":1795948965000},{"sample":0,)"
        R"("timestamp":1795948960000}],"avg_rate":0.0,"avg":0.0},"redeliver_details":{"rate":0.4,)"
        R"("samples":[{"sample":12,"timestamp":1795948965000},{"sample":10,"timestamp":)"
        R"(1795948960000}]},"publish_details":{"rate":1.0,"samples":[{"sample":15,"timestamp":)"
        R"(1795948965000},{"sample":10,"timestamp":1795948960000}],"avg_rate":1.0,"avg":12.5}},)"
        R"("queue_totals":{"messages":15,"messages_ready":12,"messages_unacknowledged":3,)"
        R"("messages_details":{"rate":0.0}},"object_totals":{"channels":2,"consumers":5,)"
        R"("exchanges":33,"queues":12,"connections":1}})"));
    QCOMPARE(whole.product, u"RabbitMQ"_s);
    QCOMPARE(whole.version, u"4.0.5"_s);
    QCOMPARE(whole.cluster, u"qombu58123@vm"_s);
    QCOMPARE(whole.ready, 12);
    QCOMPARE(whole.unacked, 3);
    QCOMPARE(whole.queues, 12);
    QCOMPARE(whole.exchanges, 33);
    QCOMPARE(whole.connections, 1);
    QCOMPARE(whole.channels, 2);
    QCOMPARE(whole.consumers, 5);
    QCOMPARE(whole.rates.published, 1.0);
    QCOMPARE(whole.rates.delivered, 0.6);
    QCOMPARE(whole.rates.acknowledged, 0.0);
    QCOMPARE(whole.rates.redelivered, 0.4);
    QCOMPARE(whole.rates.sampledAt.toMSecsSinceEpoch(), 1795948965000);
    QCOMPARE(whole.rates.over, std::chrono::seconds(5));
}

// Of 3.10, where statistics are off, and where nothing has happened yet.
void tst_OverviewRows::knowsNoNumbersWithoutStatistics()
{
    for (const char *said :
         {R"({"rabbitmq_version":"3.10.8","disable_stats":true})",
          R"({"rabbitmq_version":"3.10.8","message_stats":{},"queue_totals":{}})",
          R"({"rabbitmq_version":"3.10.8","message_stats":[],"queue_totals":[],)"
          R"("object_totals":[]})"}) {
        const BrokerOverview whole = BrokerRows::overview(rowOf(said));
        QCOMPARE(whole.version, u"3.10.8"_s);
        for (const qint64 number : {whole.ready, whole.unacked, whole.queues, whole.exchanges,
                                    whole.connections, whole.channels, whole.consumers})
            QCOMPARE(number, -1);
        QVERIFY(!whole.rates.isKnown());
        QVERIFY(!whole.rates.sampledAt.isValid());
    }
    // Its user may see no consumers but those of its own.
    const BrokerOverview seen = BrokerRows::overview(
        rowOf(R"({"object_totals":{"channels":0,"exchanges":7,"queues":1,"connections":0}})"));
    QCOMPARE(seen.connections, 0);
    QCOMPARE(seen.consumers, -1);
}

void tst_OverviewRows::readsNodes()
{
    const QList<NodeRow> nodes = BrokerRows::nodes(
        rowsOf(R"([{"partitions":["c@h"],"fd_total":20000,"mem_limit":2000000000,"mem_alarm":true,)"
               R"("disk_free_limit":50000000,"disk_free_alarm":false,"uptime":537066,)"
               R"("name":"qombu48947@localhost","running":true,"mem_used":135262208,"fd_used":45,)"
               R"("disk_free":78535786496},{"name":"b@h","running":false,"type":"disc"}])"));
    QCOMPARE(nodes.size(), 2);
    QCOMPARE(nodes[0].name, u"qombu48947@localhost"_s);
    QVERIFY(nodes[0].running);
    QVERIFY(nodes[0].memoryAlarm);
    QVERIFY(!nodes[0].diskAlarm);
    QCOMPARE(nodes[0].memoryUsed, 135262208);
    QCOMPARE(nodes[0].memoryLimit, 2000000000);
    QCOMPARE(nodes[0].diskFree, 78535786496);
    QCOMPARE(nodes[0].diskLimit, 50000000);
    QCOMPARE(nodes[0].descriptorsUsed, 45);
    QCOMPARE(nodes[0].descriptorLimit, 20000);
    QCOMPARE(nodes[0].uptime.count(), 537066);
    QCOMPARE(nodes[0].partitions, QStringList(u"c@h"_s));
    NodeRow down;
    down.name = u"b@h"_s;
    QCOMPARE(nodes[1], down);
}

void tst_OverviewRows::readsAConnection()
{
    const ConnectionRow row = ClientRows::connection(rowOf(
        R"({"channels":3,"client_properties":{"capabilities":{"connection.blocked":true},)"
        R"("connection_name":"mine","product":"py-amqp"},"connected_at":1795948957150,)"
        R"("name":"127.0.0.1:49028 -> 127.0.0.1:48947","peer_host":"127.0.0.1","peer_port":49028,)"
        R"("protocol":"AMQP 0-9-1","recv_oct_details":{"rate":12.6},"send_oct_details":)"
        R"({"rate":0.0},"ssl":true,"ssl_cipher":null,"state":"running","user":"guest",)"
        R"("user_provided_name":"mine","vhost":"seen"})"));
    QCOMPARE(row.name, u"127.0.0.1:49028 -> 127.0.0.1:48947"_s);
    QCOMPARE(row.clientName, u"mine"_s);
    QCOMPARE(row.user, u"guest"_s);
    QCOMPARE(row.virtualHost, u"seen"_s);
    QCOMPARE(row.peer, u"127.0.0.1:49028"_s);
    QCOMPARE(row.state, u"running"_s);
    QCOMPARE(row.protocol, u"AMQP 0-9-1"_s);
    QVERIFY(row.encrypted);
    QCOMPARE(row.channels, 3);
    QCOMPARE(row.receivedRate, 13);
    QCOMPARE(row.sentRate, 0);
    QCOMPARE(row.connectedAt.toMSecsSinceEpoch(), 1795948957150);
    QCOMPARE(row.connectedAt.timeSpec(), Qt::UTC);
    QCOMPARE(row.clientProperties.value(u"product"_s).toString(), u"py-amqp"_s);
}

void tst_OverviewRows::readsAConnectionWithoutStatistics()
{
    const ConnectionRow row = ClientRows::connection(
        rowOf(R"({"name":"127.0.0.1:37426 -> 127.0.0.1:48947","vhost":"seen","user":"guest",)"
              R"("node":"qombu48947@localhost"})"));
    ConnectionRow expected;
    expected.name = u"127.0.0.1:37426 -> 127.0.0.1:48947"_s;
    expected.virtualHost = u"seen"_s;
    expected.user = u"guest"_s;
    QCOMPARE(row, expected);
    QCOMPARE(row.channels, -1);
    QCOMPARE(row.receivedRate, -1);
    QVERIFY(!row.connectedAt.isValid());
}

void tst_OverviewRows::writesPeersAsUrlsDo_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<QString>("peer");
    QTest::newRow("IPv6") << QByteArray(R"({"peer_host":"::1","peer_port":5})") << u"[::1]:5"_s;
    QTest::newRow("no port") << QByteArray(R"({"peer_host":"h","peer_port":"undefined"})")
                             << u"h"_s;
    QTest::newRow("nothing") << QByteArray("{}") << QString();
}

void tst_OverviewRows::writesPeersAsUrlsDo()
{
    QFETCH(QByteArray, said);
    QTEST(ClientRows::connection(rowOf(said)).peer, "peer");
}

void tst_OverviewRows::readsAChannel()
{
    const ChannelRow row = ClientRows::channel(rowOf(
        R"({"confirm":true,"connection_details":{"name":"127.0.0.1:33058 -> 127.0.0.1:58123"},)"
        R"("consumer_count":1,"message_stats":{"ack_details":{"rate":0.2},"deliver_get_details":)"
        R"({"rate":0.0},"publish_details":{"rate":4.0},"redeliver_details":{"rate":0.0}},)"
        R"("messages_unacknowledged":3,"messages_unconfirmed":2,)"
        R"_("name":"127.0.0.1:33058 -> 127.0.0.1:58123 (4)","number":4,"prefetch_count":3,)_"
        R"("state":"running","transactional":false,"user":"guest","vhost":"seen"})"));
    QCOMPARE(row.name, u"127.0.0.1:33058 -> 127.0.0.1:58123 (4)"_s);
    QCOMPARE(row.connection, u"127.0.0.1:33058 -> 127.0.0.1:58123"_s);
    QCOMPARE(row.number, 4);
    QCOMPARE(row.user, u"guest"_s);
    QCOMPARE(row.virtualHost, u"seen"_s);
    QCOMPARE(row.state, u"running"_s);
    QCOMPARE(row.prefetchCount, 3);
    QCOMPARE(row.consumerCount, 1);
    QCOMPARE(row.unacked, 3);
    QCOMPARE(row.unconfirmed, 2);
    QVERIFY(row.confirms);
    QVERIFY(!row.transactional);
    QCOMPARE(row.rates.published, 4.0);
    QCOMPARE(row.rates.acknowledged, 0.2);
}

// Its name is known before its numbers.
void tst_OverviewRows::readsAChannelThatHasJustOpened()
{
    const ChannelRow row = ClientRows::channel(
        rowOf(R"_({"name":"a -> b (2)","number":2,"user":"u","vhost":"/","message_stats":[]})_"));
    ChannelRow expected;
    expected.name = u"a -> b (2)"_s;
    expected.number = 2;
    expected.user = u"u"_s;
    expected.virtualHost = u"/"_s;
    QCOMPARE(row, expected);
    QCOMPARE(row.unacked, -1);
    QCOMPARE(row.prefetchCount, -1);
}

void tst_OverviewRows::readsConsumers()
{
    const QVariantMap channel = rowOf(
        R"({"consumer_details":[{"arguments":{"x-priority":2},"channel_details":)"
        R"_({"connection_name":"c -> d","name":"c -> d (1)","node":"n","number":1,"peer_host":)_"
        R"("127.0.0.1","peer_port":49028,"user":"guest"},"ack_required":false,"active":false,)"
        R"("activity_status":"waiting","consumer_tag":"me","exclusive":true,"prefetch_count":3,)"
        R"("queue":{"name":"work","vhost":"seen"}}],"deliveries":[]})");
    const QList<ConsumerRow> rows = ClientRows::consumers(channel);
    QCOMPARE(rows.size(), 1);
    QCOMPARE(rows[0].queue, u"work"_s);
    QCOMPARE(rows[0].tag, u"me"_s);
    QCOMPARE(rows[0].connection, u"c -> d"_s);
    QCOMPARE(rows[0].channel, u"c -> d (1)"_s);
    QCOMPARE(rows[0].user, u"guest"_s);
    QCOMPARE(rows[0].prefetchCount, 3);
    QVERIFY(!rows[0].acknowledges);
    QVERIFY(rows[0].exclusive);
    QVERIFY(!rows[0].active);
    QCOMPARE(rows[0].arguments, (QVariantMap{{u"x-priority"_s, 2}}));
}

// Its channel may have closed meanwhile.
void tst_OverviewRows::readsAConsumerOfNobody()
{
    const QList<ConsumerRow> rows = ClientRows::consumers(
        rowOf(R"({"consumer_details":[{"arguments":[],"channel_details":[],"consumer_tag":"t",)"
              R"("queue":[],"ack_required":true}]})"));
    ConsumerRow expected;
    expected.tag = u"t"_s;
    QCOMPARE(rows, QList<ConsumerRow>{expected});
    QCOMPARE(rows[0].prefetchCount, -1);
}

void tst_OverviewRows::readsPolicies()
{
    const QVariantList said = rowsOf(
        R"([{"vhost":"seen","name":"ttl","pattern":"^tmp","apply-to":"queues","definition":)"
        R"({"message-ttl":1000},"priority":3},{"name":"bare","pattern":"","definition":[]}])");
    const QList<PolicyRow> rows = BrokerRows::policies(said, true);
    QCOMPARE(rows.size(), 2);
    QCOMPARE(rows[0].name, u"ttl"_s);
    QCOMPARE(rows[0].pattern, u"^tmp"_s);
    QCOMPARE(rows[0].appliesTo, u"queues"_s);
    QCOMPARE(rows[0].priority, 3);
    QCOMPARE(rows[0].definition, (QVariantMap{{u"message-ttl"_s, 1000}}));
    QVERIFY(rows[0].isOperators);
    QCOMPARE(rows[1].definition, QVariantMap());
    QVERIFY(!BrokerRows::policies(said, false)[0].isOperators);
    const QList<TopicPermission> topics = BrokerRows::topicPermissions(rowsOf(
        R"([{"user":"manager","vhost":"seen","exchange":"amq.topic","write":"^a","read":".*"}])"));
    QCOMPARE(topics, (QList<TopicPermission>{{u"amq.topic"_s, u"^a"_s, u".*"_s}}));
}

void tst_OverviewRows::readsTags_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<QStringList>("tags");
    QTest::newRow("list") << QByteArray(R"({"name":"guest","tags":["administrator","x"]})")
                          << QStringList{u"administrator"_s, u"x"_s};
    QTest::newRow("words") << QByteArray(R"({"name":"guest","tags":"administrator,x"})")
                           << QStringList{u"administrator"_s, u"x"_s};
    QTest::newRow("none") << QByteArray(R"({"name":"guest","tags":[]})") << QStringList();
    QTest::newRow("no words") << QByteArray(R"({"name":"guest","tags":""})") << QStringList();
}

void tst_OverviewRows::readsTags()
{
    QFETCH(QByteArray, said);
    QTEST(BrokerRows::tags(rowOf(said)), "tags");
}

void tst_OverviewRows::goesOnWhereAPageEnded()
{
    RowQuery query;
    query.maximumRows = 70;
    const Result<RowPlace> first = RowPlace::of(query, 500);
    QVERIFY(first);
    QCOMPARE(first->page.page, 1);
    QCOMPARE(first->page.rows, 70);
    query.cursor = first->nextPage().cursor();
    query.maximumRows = 10;
    const Result<RowPlace> second = RowPlace::of(query, 500);
    QVERIFY(second);
    QCOMPARE(second->page.page, 2);
    QCOMPARE(second->page.rows, 70);
    query.cursor = RowPlace{{3, 70}, 4, 5}.cursor();
    const Result<RowPlace> inside = RowPlace::of(query, 500);
    QVERIFY(inside);
    QCOMPARE(inside->item, 4);
    QCOMPARE(inside->row, 5);
}

void tst_OverviewRows::asksForAsManyRowsAsThereMayBe()
{
    RowQuery query;
    query.maximumRows = 100000;
    QCOMPARE(RowPlace::of(query, 500)->page.rows, 500);
    query.maximumRows = -1;
    QCOMPARE(RowPlace::of(query, 500)->page.rows, 1);
}

void tst_OverviewRows::refusesPlacesThatAreNone_data()
{
    QTest::addColumn<QString>("cursor");
    for (const char *cursor : {"x", "1", "0/10/0/0", "1/0/0/0", "1/501/0/0", "-1/3/0/0", "1/2/3",
                               "1/2/-1/0", "1/2/0/-1", "1/2/3/4/5", "///", "a/b/c/d", "1/2/3/x"})
        QTest::newRow(cursor) << QString::fromLatin1(cursor);
}

void tst_OverviewRows::refusesPlacesThatAreNone()
{
    QFETCH(QString, cursor);
    RowQuery query;
    query.cursor = cursor;
    QCOMPARE(RowPlace::of(query, 500).error().kind(), Error::Configuration);
}

QOMBU_TEST(tst_OverviewRows)
#include "tst_overviewrows.moc"
