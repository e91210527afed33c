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

// What the management API of a real RabbitMQ tells, through what users have.
class tst_ManagementBroker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_seat.reset(); }

    void pagesFiveThousandQueues();
    void showsAQueueWithItsRates();
    void knowsAQueueByAmqpAloneWithoutTheApi();
    void showsBindingsBothWays();
    void showsWhoConsumes();
    void changesAQueueAsAPlanSays_data();
    void changesAQueueAsAPlanSays();
    void knowsTheLimitThatAPolicySets();
    void disturbsNothingWhereItIsRefused();
    void leavesSecretsOut();

private:
    Queue queue(const QString &name, const QVariantMap &arguments = {});
    void publish(const QString &queue, int count);
    Result<Inventory> inventory(const InventoryQuery &query)
    {
        return Browser(&m_seat->connection).inventory(query).wait(Patience);
    }
    QueueRow row(const QString &name)
    {
        return Browser(&m_seat->connection).queue(name).wait(Patience).valueOr({});
    }

    RabbitProcess m_broker;
    std::unique_ptr<RabbitSeat> m_seat;
};

void tst_ManagementBroker::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_ManagementBroker::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<RabbitSeat>(m_broker.managedUrl());
}

Queue tst_ManagementBroker::queue(const QString &name, const QVariantMap &arguments)
{
    Queue queue(name);
    queue.setArguments(arguments);
    return queue;
}

void tst_ManagementBroker::publish(const QString &queue, int count)
{
    Producer producer(&m_seat->connection);
    PublishOptions options;
    options.routingKey = queue;
    QList<Pending<void>> published;
    for (int i = 0; i < count; ++i)
        published << producer.publish(i, options);
    for (auto &one : published)
        RABBIT_OK(one);
}

void tst_ManagementBroker::pagesFiveThousandQueues()
{
    constexpr int count = 5000;
    constexpr int atOnce = 500;
    for (int i = 0; i < count; i += atOnce) {
        QList<Pending<QueueInfo>> declared;
        for (int j = i; j < i + atOnce; ++j) {
            Queue one(u"queue-%1"_s.arg(j, 4, 10, QChar(u'0')));
            one.setDurable(false);
            declared << m_seat->channel()->declare(one);
        }
        for (auto &one : declared)
            RABBIT_OK(one);
    }
    publish(u"queue-4321"_s, 9);
    publish(u"queue-0007"_s, 5);

    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    query.maximumRows = 1200;
    QStringList names;
    do {
        const auto told = inventory(query);
        QVERIFY2(told, qPrintable(told.error().text()));
        QCOMPARE(told->queueCount, count);
        QVERIFY(told->queues.size() <= 1200);
        for (const QueueRow &one : told->queues)
            names << one.name;
        query.cursor = told->cursor;
    } while (!query.cursor.isEmpty());
    QCOMPARE(names.size(), count);
    QCOMPARE(QSet<QString>(names.begin(), names.end()).size(), count);
    QVERIFY(std::ranges::is_sorted(names));

    query.maximumRows = 3;
    query.sort = InventoryQuery::ByReady;
    query.descending = true;
    QTRY_COMPARE_WITH_TIMEOUT(inventory(query)->queues.first().ready, 9, 15000);
    QTRY_COMPARE_WITH_TIMEOUT(inventory(query)->queues[1].name, u"queue-0007"_s, 15000);
    QCOMPARE(inventory(query)->queues.first().name, u"queue-4321"_s);
    QTRY_COMPARE_WITH_TIMEOUT(inventory(query)->unacked, 0, 15000);

    query.nameFilter = u"-43"_s;
    QCOMPARE(inventory(query)->queueCount, 100);
    query.nameFilter = u"[0-9]+("_s; // no regular expression
    QCOMPARE(inventory(query)->queueCount, 0);
}

void tst_ManagementBroker::showsAQueueWithItsRates()
{
    RABBIT_OK(m_seat->channel()->declare(queue(u"q ä/?#%"_s, {{u"x-max-priority"_s, 3}})));
    publish(u"q ä/?#%"_s, 20);
    QTRY_COMPARE_WITH_TIMEOUT(row(u"q ä/?#%"_s).ready, 20, 15000);
    QTRY_VERIFY_WITH_TIMEOUT(row(u"q ä/?#%"_s).rates.published > 0, 15000);
    QTRY_VERIFY_WITH_TIMEOUT(row(u"q ä/?#%"_s).bytes > 0, 15000);
    QTRY_COMPARE_WITH_TIMEOUT(row(u"q ä/?#%"_s).unacked, 0, 15000); // AMQP does not tell
    const QueueRow told = row(u"q ä/?#%"_s);
    QCOMPARE(told.type, u"classic"_s);
    QCOMPARE(told.consumers, 0);
    QVERIFY(told.durable);
    QVERIFY(!told.node.isEmpty());
    QCOMPARE(told.arguments.value(u"x-max-priority"_s).toInt(), 3);
    QVERIFY(told.rates.sampledAt.isValid());
    QCOMPARE(told.rates.over, std::chrono::seconds(10));
    const auto missing = Browser(&m_seat->connection).queue(u"missing"_s).wait(Patience);
    QCOMPARE(missing.error().kind(), Error::NotFound);
}

void tst_ManagementBroker::knowsAQueueByAmqpAloneWithoutTheApi()
{
    RABBIT_OK(m_seat->channel()->declare(Queue(u"q"_s)));
    publish(u"q"_s, 2);
    m_seat = std::make_unique<RabbitSeat>(m_broker.url() + u"?management=no"_s);
    QCOMPARE(row(u"q"_s).ready, 2);
    QCOMPARE(row(u"q"_s).consumers, 0);
    QCOMPARE(row(u"q"_s).unacked, -1);
    QCOMPARE(inventory({}).error().kind(), Error::Unsupported);
    QVERIFY(!m_seat->connection.capabilities().testFlag(Capability::Overview));
}

void tst_ManagementBroker::showsBindingsBothWays()
{
    const Exchange from(u"from"_s, ExchangeType::Topic);
    const Exchange to(u"to"_s, ExchangeType::Fanout);
    RABBIT_OK(m_seat->channel()->declare(from));
    RABBIT_OK(m_seat->channel()->declare(to));
    RABBIT_OK(m_seat->channel()->declare(Queue(u"q"_s)));
    RABBIT_OK(m_seat->channel()->bind({from, u"a.#"_s, u"q"_s, {}}));
    RABBIT_OK(m_seat->channel()->bind({from, u"b"_s, {}, {}, u"to"_s}));
    Browser browser(&m_seat->connection);
    BindingQuery query;
    query.exchange = u"from"_s;
    const auto leaving = browser.bindings(query).wait(Patience);
    QVERIFY2(leaving, qPrintable(leaving.error().text()));
    QCOMPARE(leaving->count, 2);
    query.exchange = u"to"_s;
    const auto coming = browser.bindings(query).wait(Patience);
    QCOMPARE(coming->count, 1);
    QCOMPARE(coming->rows.first().exchange, u"from"_s);
    QCOMPARE(coming->rows.first().destinationExchange, u"to"_s);
    query.queue = u"q"_s;
    QCOMPARE(browser.bindings(query).wait(Patience)->count, 2); // one by its own name

    query.queue = u"missing"_s;
    QCOMPARE(errorOf(browser.bindings(query)).kind(), Error::NotFound);
    query.queue.clear();
    query.exchange = u"missing"_s;
    QCOMPARE(errorOf(browser.bindings(query)).kind(), Error::NotFound);

    const auto all = inventory({});
    QVERIFY2(all, qPrintable(all.error().text()));
    const auto shown = std::ranges::find(all->exchanges, u"from"_s, &ExchangeRow::name);
    QVERIFY(shown != all->exchanges.end());
    QCOMPARE(shown->bindings, 2);
    QCOMPARE(shown->type, ExchangeType::Topic);
    QCOMPARE(all->bindings.size(), 2);
    QCOMPARE(all->queueCount, 1);
    QCOMPARE(all->exchangeCount, 9);
    QVERIFY(all->cursor.isEmpty());
}

void tst_ManagementBroker::showsWhoConsumes()
{
    RABBIT_OK(m_seat->channel()->declare(Queue(u"q"_s)));
    publish(u"q"_s, 5);
    RabbitInbox inbox(&m_seat->connection, {Queue(u"q"_s)}, false, 3);
    QTRY_COMPARE_WITH_TIMEOUT(inbox.messages.size(), 3, 15000);
    Browser browser(&m_seat->connection);
    const auto consumers = [&] { return browser.consumers(u"q"_s).wait(Patience).valueOr({}); };
    QTRY_COMPARE_WITH_TIMEOUT(consumers().value(0).user, u"guest"_s, 15000);
    const ConsumerRow told = consumers().value(0);
    QCOMPARE(told.queue, u"q"_s);
    QCOMPARE(told.prefetchCount, 3);
    QVERIFY(told.acknowledges);
    QVERIFY(told.active);
    QVERIFY(!told.channel.isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(row(u"q"_s).unacked, 3, 15000);
    QTRY_COMPARE_WITH_TIMEOUT(inventory({})->unacked, 3, 15000);
}

void tst_ManagementBroker::changesAQueueAsAPlanSays_data()
{
    QTest::addColumn<QVariantMap>("arguments");
    QTest::addColumn<PeekRisk>("risk");
    const QVariantMap quorum{{u"x-queue-type"_s, u"quorum"_s}};
    QVariantMap limited = quorum;
    limited.insert(u"x-delivery-limit"_s, 10);
    const bool is4 = !qEnvironmentVariableIsEmpty("QOMBU_RABBITMQ_ROOT");
    QTest::newRow("classic") << QVariantMap() << PeekRisk::None;
    QTest::newRow("quorum") << quorum << (is4 ? PeekRisk::CountsTowardsLimit : PeekRisk::Reorders);
    QTest::newRow("quorum with a limit") << limited << PeekRisk::CountsTowardsLimit;
}

void tst_ManagementBroker::changesAQueueAsAPlanSays()
{
    QFETCH(QVariantMap, arguments);
    QFETCH(PeekRisk, risk);
    RABBIT_OK(m_seat->channel()->declare(queue(u"q"_s, arguments)));
    publish(u"q"_s, 4);
    const auto isTold = [this](const char *member) {
        return m_broker.manage("GET", u"queues/%1/q"_s.arg(m_broker.virtualHost()))
            .object()
            .contains(QLatin1String(member));
    };
    QTRY_VERIFY_WITH_TIMEOUT(isTold("effective_policy_definition"), 20000);
    QTRY_COMPARE_WITH_TIMEOUT(row(u"q"_s).ready, 4, 15000);

    Browser browser(&m_seat->connection);
    const auto plan = browser.planPeek(u"q"_s).wait(Patience);
    QVERIFY2(plan, qPrintable(plan.error().text()));
    QVERIFY2(!plan->refusal.isError(), qPrintable(plan->refusal.text()));
    QCOMPARE(plan->risk, risk);
    QCOMPARE(plan->waiting, 4);
    QVERIFY(!plan->changes.join(u' ').contains(u"unless a policy"));

    PeekRequest request;
    request.queue = u"q"_s;
    request.accepted = risk;
    const auto seen = browser.peek(request).wait(Patience);
    QVERIFY2(seen, qPrintable(seen.error().text()));
    QCOMPARE(seen->size(), 4);

    // What the plan says: all are there, and marked as redelivered; nobody holds one.
    QTRY_COMPARE_WITH_TIMEOUT(row(u"q"_s).ready, 4, 15000);
    QTRY_COMPARE_WITH_TIMEOUT(row(u"q"_s).unacked, 0, 15000);
    RabbitInbox inbox(&m_seat->connection, {queue(u"q"_s, arguments)}, true);
    QTRY_COMPARE_WITH_TIMEOUT(inbox.messages.size(), 4, 15000);
    for (const Message &message : inbox.messages)
        QVERIFY(message.isRedelivered());
    if (risk != PeekRisk::Reorders)
        QCOMPARE(inbox.texts, (QStringList{u"0"_s, u"1"_s, u"2"_s, u"3"_s}));
}

void tst_ManagementBroker::knowsTheLimitThatAPolicySets()
{
    const QVariantMap quorum{{u"x-queue-type"_s, u"quorum"_s}};
    RABBIT_OK(m_seat->channel()->declare(queue(u"q"_s, quorum)));
    m_broker.manage("PUT", u"policies/%1/limit"_s.arg(m_broker.virtualHost()),
                    R"({"pattern":"^q$","definition":{"delivery-limit":2},"apply-to":"queues"})");
    QVERIFY2(m_broker.errorText().isEmpty(), qPrintable(m_broker.errorText()));
    Browser browser(&m_seat->connection);
    QTRY_COMPARE_WITH_TIMEOUT(browser.planPeek(u"q"_s).wait(Patience)->risk,
                              PeekRisk::WouldDeadLetter, 20000);
    const auto plan = browser.planPeek(u"q"_s).wait(Patience);
    QCOMPARE(plan->refusal.kind(), Error::LimitExceeded);
    PeekRequest request;
    request.queue = u"q"_s;
    request.accepted = PeekRisk::WouldDeadLetter;
    QCOMPARE(errorOf(browser.peek(request)).kind(), Error::LimitExceeded);
}

void tst_ManagementBroker::disturbsNothingWhereItIsRefused()
{
    const QString user = u"plain"_s + m_broker.virtualHost();
    m_broker.manage("PUT", u"users/%1"_s.arg(user), R"({"password":"s3cret","tags":""})");
    m_broker.manage("PUT", u"permissions/%1/%2"_s.arg(m_broker.virtualHost(), user),
                    R"({"configure":".*","write":".*","read":".*"})");
    QVERIFY2(m_broker.errorText().isEmpty(), qPrintable(m_broker.errorText()));
    QString url = m_broker.managedUrl();
    m_seat = std::make_unique<RabbitSeat>(url.replace(u"guest:guest"_s, user + u":s3cret"_s));
    RABBIT_OK(m_seat->channel()->declare(Queue(u"q"_s)));
    publish(u"q"_s, 1);
    const Error error = inventory({}).error();
    QCOMPARE(error.kind(), Error::Configuration);
    QVERIFY2(error.text().contains(u"the tag \"management\""), qPrintable(error.text()));
    QVERIFY2(!error.text().contains(u"s3cret"), qPrintable(error.text()));
    QCOMPARE(row(u"q"_s).ready, 1); // by AMQP
    QCOMPARE(m_seat->connection.state(), Connection::Open);
    QCOMPARE(Browser(&m_seat->connection).peek(u"q"_s).wait(Patience)->size(), 1);
    m_broker.manage("DELETE", u"users/%1"_s.arg(user));
}

void tst_ManagementBroker::leavesSecretsOut()
{
    QString url = m_broker.url();
    url += u"?management_user=guest&management_password=wr0ng&management_url="_s
        + m_broker.managementUrl();
    m_seat = std::make_unique<RabbitSeat>(url);
    const Error error = inventory({}).error();
    QCOMPARE(error.kind(), Error::Authentication);
    QVERIFY2(!error.text().contains(u"wr0ng"), qPrintable(error.text()));
    QVERIFY(!BrokerUrl(url).toString().contains(u"wr0ng"));
    ConnectionOptions options;
    options.transportOptions.insert(u"management_url"_s, u"http://guest:wr0ng@localhost"_s);
    Connection refused(m_broker.url(), options);
    const Error wrong = errorOf(refused.whenOpen());
    QCOMPARE(wrong.kind(), Error::Configuration);
    QVERIFY2(!wrong.text().contains(u"wr0ng"), qPrintable(wrong.text()));
}

QOMBU_TEST(tst_ManagementBroker)
#include "tst_managementbroker.moc"
