// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/managementstub.h"
#include "support/testmain.h"
#include "transports/amqp/management/managementbrowser.h"
#include "transports/amqp/management/managementrows.h"

#include <QElapsedTimer>
#include <QTest>
#include <QUrlQuery>

#include <algorithm>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace Qt::StringLiterals;

namespace {

QUrlQuery queryOf(const QByteArray &target)
{
    return QUrlQuery(QString::fromLatin1(target.mid(target.indexOf('?') + 1)));
}

int numberIn(const QByteArray &target, const char *key)
{
    return queryOf(target).queryItemValue(QString::fromLatin1(key)).toInt();
}

QByteArray queueName(int number)
{
    return "queue-" + QByteArray::number(number).rightJustified(6, '0');
}

QByteArray queueJson(int number)
{
    return R"({"name":")" + queueName(number)
        + R"(","type":"classic","durable":true,)"
          R"("messages_ready":)"
        + QByteArray::number(number % 10) + R"(,"messages_unacknowledged":1,"consumers":2})";
}

// One page of a list of so many, as RabbitMQ writes it.
HttpReply pageOf(const QByteArray &target, int count,
                 const std::function<QByteArray(int)> &item = queueJson)
{
    const int page = numberIn(target, "page");
    const int rows = std::max(1, numberIn(target, "page_size"));
    const int pages = (count + rows - 1) / rows;
    if (page > std::max(1, pages))
        return HttpReply::of(400, R"({"error":"page_out_of_range","reason":"Page out of range"})");
    QByteArrayList items;
    for (int i = (page - 1) * rows; i < std::min(count, page * rows); ++i)
        items << item(i);
    const auto number = [](qsizetype value) { return QByteArray::number(value); };
    return HttpReply::of(200,
                         R"({"filtered_count":)" + number(count) + R"(,"item_count":)"
                             + number(items.size()) + R"(,"items":[)" + items.join(',')
                             + R"(],"page":)" + number(page) + R"(,"page_count":)" + number(pages)
                             + R"(,"page_size":)" + number(rows) + '}');
}

QByteArray exchangeJson(int number)
{
    return number == 0 ? QByteArray(R"({"name":"","type":"direct","durable":true})")
                       : R"({"name":"exchange-)" + QByteArray::number(number)
            + R"(","type":"x-delayed-message","internal":true})";
}

} // namespace

// What is in a virtual host, by the answers of a management API that a test writes.
class tst_ManagementInventory : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void asksForOnePageOfAHundredThousandQueues();
    void readsAHundredThousandQueuesPageByPage();
    void asksTheServerToSortAndFilter();
    void showsEachQueueOnce();
    void endsWhereTheListGrewShorter();
    void showsWhatCameBeforeAFailure();
    void showsWhatCameInTime();
    void refusesACursorThatIsNone();
    void knowsNothingThatIsNotSaid();
    void saysThatStatisticsAreOff();
    void readsBindingsOfTheExchangesThatItShows();
    void goesOnWithTheExchangeThatWasNotRead();
    void goesOnWithTheBindingThatWasNotShown();
    void saysThatTheListChanged();
    void saysWhichBindingsAreTooMany();
    void readsRates();
    void readsAConsumer();
    void knowsNoConsumersThatAreNotCounted();
    void takesNoRefusalForAnEnd();
    void readsBindingsBothWays();
    void knowsNoFactsWhereTheApiIsSlow();

private:
    Result<Inventory> inventory(const InventoryQuery &query);
    void serve(int queues, int exchanges = 1);
    QByteArrayList asked(const QByteArray &start = {}) const; // without the introduction

    std::unique_ptr<ManagementStub> m;
    std::unique_ptr<ManagementBrowser> m_browser;
    std::chrono::milliseconds m_delay{0};
};

void tst_ManagementInventory::init()
{
    m = std::make_unique<ManagementStub>();
    QVERIFY(m->start());
    m_browser = std::make_unique<ManagementBrowser>(m->api.get());
    m_delay = {};
}

// Whatever was asked: no list was asked for as a whole.
void tst_ManagementInventory::cleanup()
{
    for (const QByteArray &target : m->server.targets()) {
        const QByteArray path = target.left(target.indexOf('?'));
        const bool isList = path == "/api/queues/%2F" || path == "/api/exchanges/%2F";
        QVERIFY2(!isList
                     || (numberIn(target, "page") > 0 && numberIn(target, "page_size") > 0
                         && numberIn(target, "page_size") <= 500),
                 target.constData());
        for (const char *whole :
             {"/api/bindings", "/api/consumers", "/api/queues?", "/api/channels"})
            QVERIFY2(!target.startsWith(whole), target.constData());
    }
    m_browser.reset();
    m.reset();
}

Result<Inventory> tst_ManagementInventory::inventory(const InventoryQuery &query)
{
    std::optional<Result<Inventory>> result;
    m_browser->inventory(query, [&result](Result<Inventory> &&told) { result = std::move(told); });
    const bool isAnswered = QTest::qWaitFor([&result] { return result.has_value(); }, 30000);
    return isAnswered ? *result : Error(Error::Cancelled, u"no answer"_s);
}

void tst_ManagementInventory::serve(int queues, int exchanges)
{
    m->answer = [this, queues, exchanges](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/queues/%2F?"))
            return pageOf(heard.target, queues).later(m_delay);
        if (heard.target.startsWith("/api/exchanges/%2F?"))
            return pageOf(heard.target, exchanges, exchangeJson);
        if (heard.target.startsWith("/api/vhosts/"))
            return HttpReply::of(200, R"({"messages_unacknowledged":77})");
        return HttpReply::of(200, "[]").later(m_delay);
    };
}

QByteArrayList tst_ManagementInventory::asked(const QByteArray &start) const
{
    QByteArrayList targets;
    for (const QByteArray &target : m->server.targets()) {
        if (!target.startsWith("/api/overview") && target.startsWith(QByteArray("/api/" + start)))
            targets << target.mid(int(qstrlen("/api/")));
    }
    return targets;
}

void tst_ManagementInventory::asksForOnePageOfAHundredThousandQueues()
{
    serve(100000);
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    query.maximumRows = 100;
    const auto told = inventory(query);
    QVERIFY2(told, qPrintable(told.error().text()));
    QCOMPARE(told->queues.size(), 100);
    QCOMPARE(told->queues.last().name, QString::fromLatin1(queueName(99)));
    QCOMPARE(told->queueCount, 100000);
    QCOMPARE(told->exchangeCount, -1);
    QCOMPARE(told->unacked, 77);
    QVERIFY(told->truncated);
    QVERIFY(!told->cursor.isEmpty());
    QVERIFY(told->gaps.isEmpty());
    QCOMPARE(told->countsAge, std::chrono::seconds(5));
    QVERIFY(std::abs(told->takenAt.secsTo(QDateTime::currentDateTimeUtc())) < 60);
    QCOMPARE(asked().size(), 2); // one page, and one total
    QCOMPARE(asked("queues").size(), 1);
    QCOMPARE(numberIn(asked("queues").first(), "page_size"), 100);
}

void tst_ManagementInventory::readsAHundredThousandQueuesPageByPage()
{
    m->settings.timeout = std::chrono::minutes(1); // no machine is that slow
    m->make();
    m_browser = std::make_unique<ManagementBrowser>(m->api.get());
    serve(100000);
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    query.maximumRows = 25000;
    QSet<QString> names;
    QElapsedTimer time;
    time.start();
    int answers = 0;
    do {
        const auto told = inventory(query);
        QVERIFY2(told, qPrintable(told.error().text()));
        for (const QueueRow &row : told->queues)
            names.insert(row.name);
        QVERIFY(told->queues.size() <= query.maximumRows);
        query.cursor = told->cursor;
        ++answers;
    } while (!query.cursor.isEmpty());
    QCOMPARE(names.size(), 100000);
    QCOMPARE(asked("queues").size(), 200);
    QCOMPARE(answers, 4);
    const auto requests = int(m->server.heard().size()) - RequestPace::AtOnce;
    QVERIFY(time.elapsed() >= requests * 1000 / RequestPace::PerSecond - 1000);
}

void tst_ManagementInventory::asksTheServerToSortAndFilter()
{
    serve(3);
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    query.nameFilter = u"a&b(*ä"_s;
    query.sort = InventoryQuery::ByReady;
    query.descending = true;
    QVERIFY(inventory(query));
    const QUrlQuery said = queryOf(asked("queues").first());
    QCOMPARE(said.queryItemValue(u"name"_s, QUrl::FullyDecoded), query.nameFilter);
    QCOMPARE(said.queryItemValue(u"use_regex"_s), u"false"_s);
    QCOMPARE(said.queryItemValue(u"sort"_s), u"messages_ready"_s);
    QCOMPARE(said.queryItemValue(u"sort_reverse"_s), u"true"_s);
    QVERIFY(said.queryItemValue(u"columns"_s).startsWith(u"name,type,"_s));
}

void tst_ManagementInventory::showsEachQueueOnce()
{
    m->answer = [](const HttpHeard &heard) {
        return pageOf(heard.target, 1000, [](int i) { return queueJson(i >= 500 ? i - 1 : i); });
    };
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    const auto told = inventory(query);
    QVERIFY(told);
    QCOMPARE(told->queues.size(), 999);
    QCOMPARE(told->unacked, 999); // the sum of all
    QVERIFY(told->cursor.isEmpty());
    QVERIFY(!told->truncated);
}

void tst_ManagementInventory::endsWhereTheListGrewShorter()
{
    int count = 1000;
    m->answer = [&count](const HttpHeard &heard) {
        return pageOf(heard.target, std::exchange(count, 400));
    };
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    const auto told = inventory(query);
    QVERIFY(told);
    QCOMPARE(told->queues.size(), 500);
    QVERIFY(told->cursor.isEmpty());
    QCOMPARE(told->gaps.size(), 1);
}

void tst_ManagementInventory::showsWhatCameBeforeAFailure()
{
    m->answer = [](const HttpHeard &heard) {
        return numberIn(heard.target, "page") == 2 ? HttpReply::of(500)
                                                   : pageOf(heard.target, 2000);
    };
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    const auto told = inventory(query);
    QVERIFY(told);
    QCOMPARE(told->queues.size(), 500);
    QVERIFY(told->truncated);
    QCOMPARE(told->gaps.size(), 1);
    QVERIFY2(told->gaps.first().contains(u"(500)"), qPrintable(told->gaps.first()));
    QCOMPARE(told->unacked, -1);
    QCOMPARE(asked("queues").size(), 2); // not again
}

void tst_ManagementInventory::showsWhatCameInTime()
{
    m->settings.timeout = std::chrono::milliseconds(1000);
    m->make();
    m_browser = std::make_unique<ManagementBrowser>(m->api.get());
    m_delay = std::chrono::milliseconds(300);
    serve(100000);
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    const auto told = inventory(query);
    QVERIFY(told);
    QVERIFY(!told->queues.isEmpty());
    QVERIFY(told->queues.size() <= 1500);
    QCOMPARE(told->unacked, -1);
    QCOMPARE(told->gaps.size(), 1);
    QVERIFY2(told->gaps.first().contains(u"is slow"), qPrintable(told->gaps.first()));
    query.cursor = told->cursor;
    const auto next = inventory(query);
    QVERIFY(next);
    QCOMPARE(next->queues.first().name, QString::fromLatin1(queueName(int(told->queues.size()))));
}

void tst_ManagementInventory::refusesACursorThatIsNone()
{
    for (const QString &cursor :
         {u"x"_s, u"1.1"_s, u"1.1.501.0"_s, u"-1.1.5.0"_s, u"1.1.0.0"_s, u"1.1.5.-1"_s}) {
        InventoryQuery query;
        query.cursor = cursor;
        QCOMPARE(inventory(query).error().kind(), Error::Configuration);
    }
    QVERIFY(m->server.heard().isEmpty());
}

void tst_ManagementInventory::knowsNothingThatIsNotSaid()
{
    m->answer = [](const HttpHeard &heard) {
        return pageOf(heard.target, 1, [](int) { return QByteArray(R"({"name":"new"})"); });
    };
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    const auto told = inventory(query);
    QVERIFY(told);
    const QueueRow &row = told->queues.first();
    QCOMPARE(row.ready, -1);
    QCOMPARE(row.unacked, -1);
    QCOMPARE(row.consumers, -1);
    QCOMPARE(row.bytes, -1);
    QVERIFY(!row.rates.isKnown());
    QCOMPARE(told->gaps, (QStringList{u"RabbitMQ has not counted 1 queues yet."_s}));
}

void tst_ManagementInventory::saysThatStatisticsAreOff()
{
    m->overview = HttpReply::of(
        200, R"({"rabbitmq_version":"3.10.8","rates_mode":"basic","disable_stats":true})");
    serve(5);
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    const auto told = inventory(query);
    QVERIFY(told);
    QCOMPARE(told->queues.size(), 5);
    QCOMPARE(told->gaps.size(), 1);
    QVERIFY2(told->gaps.first().contains(u"statistics are turned off"),
             qPrintable(told->gaps.first()));
    const QByteArray target = asked("queues").first();
    QVERIFY2(target.contains("&disable_stats=true&enable_queue_totals=true"), target.constData());
}

void tst_ManagementInventory::readsBindingsOfTheExchangesThatItShows()
{
    m->answer = [](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/exchanges/%2F?"))
            return pageOf(heard.target, 3, exchangeJson);
        if (heard.target == "/api/exchanges/%2F/exchange-1/bindings/source")
            return HttpReply::of(
                200,
                R"([{"source":"exchange-1","vhost":"/","destination":"q","destination_type":"queue",)"
                R"("routing_key":"k","arguments":{"x":1}},{"source":"exchange-1",)"
                R"("destination":"e","destination_type":"exchange","routing_key":"#"}])");
        return HttpReply::of(404, R"({"error":"Object Not Found","reason":"Not Found"})");
    };
    InventoryQuery query;
    query.parts = InventoryQuery::Exchanges | InventoryQuery::Bindings;
    const auto told = inventory(query);
    QVERIFY2(told, qPrintable(told.error().text()));
    QCOMPARE(told->exchanges.size(), 3);
    QCOMPARE(told->exchangeCount, 3);
    QCOMPARE(told->unacked, -1);
    QCOMPARE(told->exchanges[0].name, QString());
    QCOMPARE(told->exchanges[0].type, ExchangeType::Direct);
    QCOMPARE(told->exchanges[1].typeName, u"x-delayed-message"_s);
    QVERIFY(told->exchanges[1].internal);
    QCOMPARE(told->exchanges[1].bindings, 2);
    QCOMPARE(told->exchanges[2].bindings, -1);
    QCOMPARE(told->bindings.size(), 2);
    QCOMPARE(told->bindings[0].queue, u"q"_s);
    QCOMPARE(told->bindings[0].arguments, (QVariantMap{{u"x"_s, qint64(1)}}));
    QCOMPARE(told->bindings[1].destinationExchange, u"e"_s);
    QCOMPARE(told->bindings[1].queue, QString());
    QCOMPARE(told->gaps, QStringList());
    QCOMPARE(asked().size(), 3); // not of the one without a name
}

void tst_ManagementInventory::goesOnWithTheExchangeThatWasNotRead()
{
    m->settings.timeout = std::chrono::milliseconds(1000);
    m->make();
    m_browser = std::make_unique<ManagementBrowser>(m->api.get());
    m_delay = std::chrono::milliseconds(100);
    serve(0, 30);
    InventoryQuery query;
    query.parts = InventoryQuery::Exchanges | InventoryQuery::Bindings;
    QStringList names;
    int answers = 0;
    do {
        const auto told = inventory(query);
        QVERIFY2(told, qPrintable(told.error().text()));
        for (const ExchangeRow &row : told->exchanges) {
            QCOMPARE(row.bindings, row.name.isEmpty() ? -1 : 0);
            names << row.name;
        }
        query.cursor = told->cursor;
        ++answers;
    } while (!query.cursor.isEmpty() && answers < 30);
    QVERIFY(answers > 1);
    QCOMPARE(names.size(), 30);
    QCOMPARE(QSet<QString>(names.begin(), names.end()).size(), 30);
}

void tst_ManagementInventory::goesOnWithTheBindingThatWasNotShown()
{
    m->answer = [](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/exchanges/%2F?"))
            return pageOf(heard.target, 4, exchangeJson);
        const int count = heard.target.contains("exchange-2") ? 7 : 2;
        QByteArrayList items;
        for (int i = 0; i < count; ++i)
            items << R"({"source":"e","destination":"q","routing_key":")"
                    + heard.target.mid(heard.target.indexOf("exchange-"), 10)
                    + QByteArray::number(i) + R"("})";
        return HttpReply::of(200, '[' + items.join(',') + ']');
    };
    for (const int most : {1, 2, 3, 5, 7, 10, 11, 100}) {
        InventoryQuery query;
        query.parts = InventoryQuery::Bindings;
        query.maximumRows = most;
        QStringList keys;
        do {
            const auto told = inventory(query);
            QVERIFY2(told, qPrintable(told.error().text()));
            QVERIFY(told->bindings.size() <= most);
            for (const BindingRow &row : told->bindings)
                keys << row.routingKey;
            query.cursor = told->cursor;
        } while (!query.cursor.isEmpty() && keys.size() < 20);
        QCOMPARE(keys.size(), 11);
        QCOMPARE(QSet<QString>(keys.begin(), keys.end()).size(), 11);
    }
}

void tst_ManagementInventory::saysThatTheListChanged()
{
    int count = 1400;
    m->answer = [&count](const HttpHeard &heard) { return pageOf(heard.target, count -= 100); };
    InventoryQuery query;
    query.parts = InventoryQuery::Queues;
    const auto told = inventory(query);
    QVERIFY(told);
    QCOMPARE(told->gaps.size(), 1);
    QVERIFY2(told->gaps.first().contains(u"may be missing"), qPrintable(told->gaps.first()));
}

void tst_ManagementInventory::saysWhichBindingsAreTooMany()
{
    m->answer = [](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/exchanges/%2F?"))
            return pageOf(heard.target, 3, exchangeJson);
        if (heard.target.contains("exchange-1"))
            return HttpReply::raw("HTTP/1.1 200 OK\r\n\r\n[").endless(QByteArray(60000, '1'));
        return HttpReply::of(200, "[]");
    };
    InventoryQuery query;
    query.parts = InventoryQuery::Exchanges | InventoryQuery::Bindings;
    const auto told = inventory(query);
    QVERIFY(told);
    QCOMPARE(told->exchanges.size(), 3);
    QCOMPARE(told->exchanges[1].bindings, -1);
    QCOMPARE(told->exchanges[2].bindings, 0);
    QCOMPARE(told->gaps.size(), 1);
    QVERIFY2(told->gaps.first().contains(u"\"exchange-1\""), qPrintable(told->gaps.first()));
}

void tst_ManagementInventory::readsRates()
{
    const auto details = [](qint64 newest, qint64 oldest) {
        const auto sample = [](qint64 count, qint64 time) {
            return QVariantMap{{u"sample"_s, count}, {u"timestamp"_s, time}};
        };
        return QVariantMap{{u"rate"_s, 99.0},
                           {u"samples"_s,
                            QVariantList{sample(newest, 1795949760000), sample(7, 1795949755000),
                                         sample(oldest, 1795949750000)}}};
    };
    const MessageRates rates =
        ManagementRows::messageRates({{u"publish_details"_s, details(50, 20)},
                                      {u"ack_details"_s, details(3, 20)}, // it began to count anew
                                      {u"deliver_get_details"_s, QVariantMap{{u"rate"_s, 1.5}}}});
    QCOMPARE(rates.published, 3.0);
    QCOMPARE(rates.acknowledged, 99.0);
    QCOMPARE(rates.delivered, 1.5);
    QCOMPARE(rates.redelivered, -1.0);
    QCOMPARE(rates.sampledAt, QDateTime::fromMSecsSinceEpoch(1795949760000, Qt::UTC));
    QCOMPARE(rates.over, std::chrono::seconds(10));
    QVERIFY(!ManagementRows::messageRates({}).isKnown());
}

void tst_ManagementInventory::readsAConsumer()
{
    m->answer = [](const HttpHeard &) {
        return HttpReply::of(
            200,
            R"({"consumer_details":[{"arguments":[],"channel_details":{"connection_name":"c",)"
            R"~("name":"c (1)","number":1,"user":"berta"},"ack_required":true,"active":false,)~"
            R"("consumer_tag":"t","exclusive":true,"prefetch_count":7,)"
            R"("queue":{"name":"q","vhost":"/"}}]})");
    };
    std::optional<Result<QList<ConsumerRow>>> rows;
    m_browser->consumers(u"q"_s, [&rows](auto &&told) { rows = told; });
    QTRY_VERIFY(rows);
    QVERIFY(*rows);
    ConsumerRow expected;
    expected.queue = u"q"_s;
    expected.tag = u"t"_s;
    expected.connection = u"c"_s;
    expected.channel = u"c (1)"_s;
    expected.user = u"berta"_s;
    expected.prefetchCount = 7;
    expected.exclusive = true;
    expected.active = false;
    QCOMPARE((*rows)->size(), 1);
    QVERIFY((*rows)->first() == expected);
}

void tst_ManagementInventory::knowsNoConsumersThatAreNotCounted()
{
    QByteArray json = R"({"consumer_details":[]})";
    m->answer = [&json](const HttpHeard &) { return HttpReply::of(200, json); };
    const auto ask = [this] {
        std::optional<Result<QList<ConsumerRow>>> rows;
        m_browser->consumers(u"q"_s, [&rows](auto &&told) { rows = told; });
        const bool isAnswered = QTest::qWaitFor([&rows] { return rows.has_value(); });
        return isAnswered ? *rows : Error(Error::Cancelled, u"no answer"_s);
    };
    QCOMPARE(ask().error().kind(), Error::Channel);
    json = R"({"consumers":0,"consumer_details":[]})";
    QVERIFY(ask());
    QVERIFY(ask()->isEmpty());
}

void tst_ManagementInventory::takesNoRefusalForAnEnd()
{
    m->answer = [](const HttpHeard &) {
        return HttpReply::of(400, R"({"error":"bad_request","reason":"because"})");
    };
    QCOMPARE(inventory({}).error().kind(), Error::Channel);
}

void tst_ManagementInventory::readsBindingsBothWays()
{
    m->answer = [](const HttpHeard &heard) {
        const bool isFrom = heard.target.endsWith("source");
        return HttpReply::of(200,
                             isFrom ? R"([{"source":"e","destination":"q"},{"source":"e"}])"
                                    : R"([{"source":"x","destination_type":"exchange",)"
                                      R"("destination":"e"}])");
    };
    const auto ask = [this](const BindingQuery &query) {
        std::optional<Result<RowPage<BindingRow>>> page;
        m_browser->bindings(query, [&page](auto &&told) { page = told; });
        if (!QTest::qWaitFor([&page] { return page.has_value(); }))
            return RowPage<BindingRow>();
        return page->valueOr({});
    };
    BindingQuery query;
    query.exchange = u"e"_s;
    QCOMPARE(ask(query).rows.size(), 3);
    QCOMPARE(ask(query).count, 3);
    query.end = BindingQuery::To;
    QCOMPARE(ask(query).rows.first().destinationExchange, u"e"_s);
    query.end = BindingQuery::From;
    query.maximumRows = 1;
    QCOMPARE(ask(query).rows.size(), 1);
    QCOMPARE(ask(query).count, 2);
    QVERIFY(ask(query).truncated);
    query.queue = u"q"_s;
    QCOMPARE(ask(query).rows.size(), 1);
    QCOMPARE(asked().last(), "queues/%2F/q/bindings");
    query = {};
    QCOMPARE(ask(query).gaps.size(), 1);
}

void tst_ManagementInventory::knowsNoFactsWhereTheApiIsSlow()
{
    m->answer = [](const HttpHeard &) { return HttpReply::silence(); };
    bool isAnswered = false;
    m_browser->facts(u"q"_s, [&isAnswered](const std::optional<QueueFacts> &facts) {
        QVERIFY(!facts);
        isAnswered = true;
    });
    QTRY_VERIFY_WITH_TIMEOUT(isAnswered, 4000);
}

QOMBU_TEST(tst_ManagementInventory)
#include "tst_managementinventory.moc"
