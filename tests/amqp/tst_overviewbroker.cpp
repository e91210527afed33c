// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/testmain.h"

#include <Qombu/browser.h>

#include <QSet>
#include <QTest>

#include <algorithm>

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

namespace {

// RabbitMQ counts every five seconds what it tells, if the machine has time.
constexpr int UntilItCounts = 30000;

ConnectionOptions named(const QString &name)
{
    ConnectionOptions options;
    options.clientName = name;
    return options;
}

} // namespace

// What the management API of a real RabbitMQ, where nobody else is, tells of who uses it.
class tst_OverviewBroker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void showsTheWhole();
    void showsConnections();
    void pagesConnections();
    void showsWhoHoldsHowMany();
    void listsTheConsumersOfAllQueues();
    void showsPolicies();
    void saysWhereStatisticsAreOff();

private:
    Browser *browser() { return m_browser.get(); }
    void publish(const QString &queue, int count);
    RowPage<ConnectionRow> connections(const RowQuery &query = {})
    {
        return browser()->connections(query).wait(Patience).valueOr({});
    }
    RowPage<ChannelRow> holders(const RowQuery &query = {})
    {
        ChannelQuery holding{query};
        holding.holding = true;
        return browser()->channels(holding).wait(Patience).valueOr({});
    }
    RowPage<ConsumerRow> consumers(const RowQuery &query = {})
    {
        return browser()->allConsumers(query).wait(Patience).valueOr({});
    }

    RabbitProcess m_broker{RabbitProcess::Own};
    std::unique_ptr<RabbitSeat> m_seat;
    std::unique_ptr<Browser> m_browser;
};

void tst_OverviewBroker::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_OverviewBroker::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<RabbitSeat>(m_broker.managedUrl(), named(u"seat"_s));
    m_browser = std::make_unique<Browser>(&m_seat->connection);
}

void tst_OverviewBroker::cleanup()
{
    m_browser.reset();
    m_seat.reset();
}

void tst_OverviewBroker::publish(const QString &queue, int count)
{
    Producer producer(&m_seat->connection);
    PublishOptions options;
    options.routingKey = queue;
    QList<Pending<void>> published;
    for (int i = 0; i < count; ++i)
        published << producer.publish(u"text"_s, options);
    for (auto &one : published)
        RABBIT_OK(one);
}

void tst_OverviewBroker::showsTheWhole()
{
    RABBIT_OK(m_seat->channel()->declare(Queue(u"work"_s)));
    RABBIT_OK(m_seat->channel()->declare(Queue(u"idle"_s)));
    publish(u"work"_s, 7);
    RabbitInbox inbox(&m_seat->connection, {Queue(u"work"_s)}, false, 3);
    QTRY_COMPARE(inbox.messages.size(), 3);
    const auto whole = [this] { return browser()->overview().wait(Patience).valueOr({}); };
    QTRY_COMPARE_WITH_TIMEOUT(whole().unacked, 3, UntilItCounts);
    QTRY_COMPARE_WITH_TIMEOUT(whole().consumers, 1, UntilItCounts);
    QTRY_VERIFY_WITH_TIMEOUT(whole().rates.isKnown(), UntilItCounts);
    const BrokerOverview told = whole();
    QCOMPARE(told.ready, 4);
    QCOMPARE(told.queues, 2);
    QVERIFY(told.exchanges >= 7);
    QCOMPARE(told.connections, connections().count);
    QVERIFY(told.channels >= 1);
    QCOMPARE(told.product, u"RabbitMQ"_s);
    const QVariantMap server = m_seat->connection.serverProperties();
    QCOMPARE(told.version, server.value(u"version"_s).toString());
    QCOMPARE(told.cluster, server.value(u"cluster_name"_s).toString());
    QCOMPARE(told.gaps, QStringList());
    const QDateTime now = QDateTime::currentDateTimeUtc();
    QVERIFY(qAbs(told.takenAt.msecsTo(now)) < 10000);
    QVERIFY(told.rates.sampledAt.isValid());
    QVERIFY(qAbs(told.rates.sampledAt.msecsTo(now)) < 60000);
    QVERIFY(told.rates.over >= std::chrono::seconds(5));
    QCOMPARE(told.nodes.size(), 1);
    const NodeRow node = told.nodes.first();
    QVERIFY(node.running && !node.memoryAlarm && !node.diskAlarm);
    QVERIFY(node.memoryUsed > 0 && node.memoryLimit == 2000000000);
    QVERIFY(node.diskFree > 0 && node.diskLimit == 50000000);
    QVERIFY(node.descriptorsUsed > 0 && node.descriptorLimit > node.descriptorsUsed);
    QVERIFY(node.uptime > std::chrono::seconds(1));
    QCOMPARE(node.partitions, QStringList());
}

void tst_OverviewBroker::showsConnections()
{
    RabbitSeat safe(m_broker.tlsUrl(), named(u"safe"_s));
    RABBIT_OK(safe.connection.whenOpen());
    RABBIT_OK(m_seat->connection.whenOpen());
    const auto count = [this](const QString &name) {
        const auto page = connections();
        return std::ranges::count_if(page.rows, [&name](const ConnectionRow &row) {
            return row.clientName.startsWith(name) && row.channels >= 0 && !row.state.isEmpty();
        });
    };
    QTRY_VERIFY_WITH_TIMEOUT(count(u"safe"_s) >= 1 && count(u"seat"_s) >= 1, UntilItCounts);
    const auto page = connections();
    QCOMPARE(page.gaps, QStringList());
    for (const ConnectionRow &row : page.rows) {
        QCOMPARE(row.user, u"guest"_s);
        QCOMPARE(row.virtualHost, m_broker.virtualHost());
        QCOMPARE(row.protocol, u"AMQP 0-9-1"_s);
        QCOMPARE(row.encrypted, row.clientName.startsWith(u"safe"_s));
        QVERIFY2(row.peer.startsWith(u"127.0.0.1:"_s) || row.peer.startsWith(u"[::1]:"_s),
                 qPrintable(row.peer));
        QVERIFY(row.name.startsWith(QString(row.peer).remove(u'[').remove(u']')));
        QVERIFY(row.connectedAt.isValid());
        QVERIFY(qAbs(row.connectedAt.msecsTo(QDateTime::currentDateTimeUtc())) < 120000);
        QVERIFY(row.clientProperties.contains(u"product"_s));
    }
}

void tst_OverviewBroker::pagesConnections()
{
    std::vector<std::unique_ptr<RabbitSeat>> seats;
    for (int i = 0; i < 5; ++i) {
        seats.push_back(std::make_unique<RabbitSeat>(m_broker.url()));
        RABBIT_OK(seats.back()->connection.whenOpen());
    }
    QTRY_VERIFY_WITH_TIMEOUT(connections().rows.size() >= 6, UntilItCounts);
    QSet<QString> names;
    RowQuery query;
    query.maximumRows = 2;
    int rows = 0;
    do {
        const auto page = browser()->connections(query).wait(Patience);
        QVERIFY2(page, qPrintable(page.error().text()));
        QVERIFY(page->rows.size() <= 2);
        rows += int(page->rows.size());
        for (const ConnectionRow &row : page->rows)
            names += row.name;
        query.cursor = page->cursor;
    } while (!query.cursor.isEmpty());
    QCOMPARE(names.size(), rows);
    const auto all = connections();
    QCOMPARE(all.rows.size(), rows);
    QCOMPARE(all.count, rows);

    RowQuery one;
    one.nameFilter = all.rows[3].peer;
    QCOMPARE(connections(one).rows.size(), 1);
    QCOMPARE(connections(one).rows[0].name, all.rows[3].name);
    one.nameFilter = u".*"_s; // no regular expression
    QCOMPARE(connections(one).count, 0);
    one.cursor = u"9/2/0/0"_s; // which was there before
    QCOMPARE(connections(one).rows.size(), 0);
    one.cursor = u"nonsense"_s;
    QCOMPARE(errorOf(browser()->connections(one)).kind(), Error::Configuration);
}

void tst_OverviewBroker::showsWhoHoldsHowMany()
{
    for (const char *name : {"few", "many", "fetched"})
        RABBIT_OK(m_seat->channel()->declare(Queue(QString::fromLatin1(name))));
    publish(u"few"_s, 5);
    publish(u"many"_s, 9);
    publish(u"fetched"_s, 1);
    RabbitSeat first(m_broker.url(), named(u"first"_s));
    RabbitSeat second(m_broker.url(), named(u"second"_s));
    RabbitInbox few(&first.connection, {Queue(u"few"_s)}, false, 2);
    RabbitInbox many(&second.connection, {Queue(u"many"_s)}, false, 7);
    const auto fetched = second.channel()->get(u"fetched"_s).wait(Patience);
    QVERIFY(fetched && *fetched);
    QTRY_COMPARE(few.messages.size(), 2);
    QTRY_COMPARE(many.messages.size(), 7);

    const auto held = [this] {
        QList<qint64> counts;
        for (const ChannelRow &row : holders().rows)
            counts << row.unacked;
        return counts;
    };
    QTRY_COMPARE_WITH_TIMEOUT(held(), (QList<qint64>{7, 2, 1}), UntilItCounts);
    QTRY_COMPARE_WITH_TIMEOUT(holders().rows[0].consumers.size(), 1, UntilItCounts);
    const auto page = holders();
    QCOMPARE(page.count, 3);
    QVERIFY(page.cursor.isEmpty());
    const ChannelRow &most = page.rows[0];
    QCOMPARE(most.virtualHost, m_broker.virtualHost());
    QCOMPARE(most.user, u"guest"_s);
    QVERIFY(most.number > 0 && most.name.startsWith(most.connection));
    QCOMPARE(most.consumerCount, 1);
    QCOMPARE(most.consumers.first().queue, u"many"_s);
    QVERIFY(!most.consumers.first().tag.isEmpty());
    QCOMPARE(most.consumers.first().prefetchCount, 7);
    QCOMPARE(most.consumers.first().channel, most.name);
    QCOMPARE(most.consumers.first().connection, most.connection);
    QVERIFY(most.consumers.first().acknowledges);
    QCOMPARE(page.rows[1].consumers.first().queue, u"few"_s);
    QCOMPARE(page.rows[2].consumers.size(), 0);
    QCOMPARE(page.rows[2].consumerCount, 0);

    RowQuery single;
    single.maximumRows = 1;
    QList<qint64> singly;
    do {
        const auto next = holders(single);
        for (const ChannelRow &row : next.rows)
            singly << row.unacked;
        single.cursor = next.cursor;
    } while (!single.cursor.isEmpty());
    QCOMPARE(singly, (QList<qint64>{7, 2, 1}));

    QVERIFY(!(*fetched)->ack().isError());
    for (const RabbitInbox *inbox : {&few, &many}) {
        for (const Message &message : inbox->messages)
            QVERIFY(!message.ack().isError());
    }
    QTRY_COMPARE_WITH_TIMEOUT(held(), (QList<qint64>{2, 2}), UntilItCounts); // the rest of each
    const auto all = browser()->channels().wait(Patience);
    QVERIFY(all && all->rows.size() > 2);
    QCOMPARE(all->count, all->rows.size());
}

void tst_OverviewBroker::listsTheConsumersOfAllQueues()
{
    for (const char *name : {"a one", "b/two", "c none"})
        RABBIT_OK(m_seat->channel()->declare(Queue(QString::fromLatin1(name))));
    RabbitInbox one(&m_seat->connection, {Queue(u"a one"_s)}, true, 5);
    RabbitInbox two(&m_seat->connection, {Queue(u"b/two"_s)}, true, 6);
    RabbitInbox three(&m_seat->connection, {Queue(u"b/two"_s)}, true, 7);
    QTRY_COMPARE_WITH_TIMEOUT(consumers().count, 3, UntilItCounts);
    QTRY_COMPARE_WITH_TIMEOUT(consumers().rows.size(), 3, UntilItCounts);
    const QStringList expected{u"a one 5"_s, u"b/two 6"_s, u"b/two 7"_s};
    const auto names = [](const QList<ConsumerRow> &rows) {
        QStringList texts;
        for (const ConsumerRow &row : rows)
            texts += row.queue + u' ' + QString::number(row.prefetchCount);
        texts.sort();
        return texts;
    };
    const auto all = consumers();
    QCOMPARE(names(all.rows), expected);
    QVERIFY(all.cursor.isEmpty());
    QCOMPARE(all.rows[0].queue, u"b/two"_s); // which has the most
    QCOMPARE(all.rows[0].user, u"guest"_s);

    RowQuery query;
    query.maximumRows = 1;
    QList<ConsumerRow> singly;
    int pages = 0;
    do {
        const auto page = consumers(query);
        QVERIFY(page.rows.size() <= 1 && ++pages < 10);
        singly += page.rows;
        query.cursor = page.cursor;
    } while (!query.cursor.isEmpty());
    QCOMPARE(names(singly), expected);

    RowQuery filtered;
    filtered.nameFilter = u"/t"_s;
    QCOMPARE(consumers(filtered).rows.size(), 2);
    filtered.nameFilter = u"none"_s;
    QCOMPARE(consumers(filtered).rows.size(), 0);
    QCOMPARE(consumers(filtered).count, 0);
}

void tst_OverviewBroker::showsPolicies()
{
    const QString host = m_broker.virtualHost();
    QVERIFY(!m_broker
                 .control({u"set_policy"_s, u"-p"_s, host, u"short"_s, u"^tmp"_s,
                           u"{\"message-ttl\":1000}"_s, u"--priority"_s, u"3"_s, u"--apply-to"_s,
                           u"queues"_s})
                 .isNull());
    QVERIFY(!m_broker
                 .control({u"set_operator_policy"_s, u"-p"_s, host, u"limit"_s, u".*"_s,
                           u"{\"max-length\":100}"_s})
                 .isNull());
    PolicyRow ours{u"short"_s, u"^tmp"_s, u"queues"_s, 3, {{u"message-ttl"_s, 1000}}, false};
    const auto told = browser()->policies().wait(Patience);
    QVERIFY2(told, qPrintable(told.error().text()));
    QCOMPARE(told->size(), 2);
    QCOMPARE(told->at(0), ours);
    QCOMPARE(told->at(1).name, u"limit"_s);
    QCOMPARE(told->at(1).pattern, u".*"_s);
    QCOMPARE(told->at(1).definition, (QVariantMap{{u"max-length"_s, 100}}));
    QVERIFY(told->at(1).isOperators);
}

void tst_OverviewBroker::saysWhereStatisticsAreOff()
{
    const QString turn = u"application:set_env(rabbitmq_management,disable_management_stats,%1)."_s;
    RABBIT_OK(m_seat->channel()->declare(Queue(u"work"_s)));
    RabbitInbox inbox(&m_seat->connection, {Queue(u"work"_s)});
    QTRY_COMPARE_WITH_TIMEOUT(consumers().count, 1, UntilItCounts);
    QVERIFY(!m_broker.control({u"eval"_s, turn.arg(u"true"_s)}).isNull());
    init(); // a link that has asked nothing yet
    QTRY_VERIFY_WITH_TIMEOUT(!connections().rows.isEmpty(), UntilItCounts);
    const auto page = connections();
    QCOMPARE(page.gaps.size(), 1);
    QCOMPARE(page.rows[0].user, u"guest"_s);
    QCOMPARE(page.rows[0].channels, -1);
    QCOMPARE(page.rows[0].receivedRate, -1);
    QVERIFY(page.rows[0].state.isEmpty());
    for (const Error &error :
         {errorOf(browser()->channels()), errorOf(browser()->allConsumers())}) {
        QCOMPARE(error.kind(), Error::Unsupported);
        QVERIFY(error.text().contains(u"statistics"_s));
    }
    const auto whole = browser()->overview().wait(Patience);
    QVERIFY2(whole, qPrintable(whole.error().text()));
    QCOMPARE(whole->ready, -1);
    QVERIFY(whole->connections >= 1); // not from statistics
    QVERIFY(!whole->rates.isKnown());
    QCOMPARE(whole->gaps.size(), 1);
    QCOMPARE(whole->nodes.size(), 1);
    QVERIFY(whole->nodes[0].running);
    QCOMPARE(whole->nodes[0].memoryUsed, -1);
    QVERIFY(browser()->policies().wait(Patience));
    QVERIFY(browser()->permissions().wait(Patience)->isKnown);
    QVERIFY(!m_broker.control({u"eval"_s, turn.arg(u"false"_s)}).isNull());
}

QOMBU_TEST(tst_OverviewBroker)
#include "tst_overviewbroker.moc"
