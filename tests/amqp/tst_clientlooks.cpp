// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/overviewstub.h"
#include "support/testmain.h"
#include "transports/amqp/management/clientlook.h"
#include "transports/amqp/management/consumerwalk.h"

#include <QSet>
#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace Qt::StringLiterals;

namespace {

const QByteArray StatisticsOff =
    R"({"error":"bad_request","reason":"Stats in management UI are disabled on this node"})";

} // namespace

// Pages of who uses a broker: what is asked for, and what is made of the answers.
class tst_ClientLooks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m.reset(); }

    void pagesTenThousandConnections();
    void endsWhereTheListGrewShorter();
    void asksOnlyForWhatIsHeld();
    void saysOfWhomItDoesNotKnowWhatTheyHold();
    void pagesConsumersQueueByQueue();
    void cutsOneQueueWithVeryManyConsumers();
    void passesQueuesThatAreGone();
    void saysWhyThereAreNoConsumersAnyMore();
    void passesAQueueThatCannotBeRead();
    void answersInTimeWhateverHasCome();
    void needsStatisticsForChannelsAndConsumers();
    void isNotAnsweredByAnApiThatIsGone();

private:
    RowPage<ConsumerRow> consumers(const RowQuery &query)
    {
        ClientLook look(m->api.get());
        return waitFor<RowPage<ConsumerRow>>([&](auto done) { look.consumers(query, done); })
            .valueOr({});
    }
    Result<RowPage<ChannelRow>> holders(const RowQuery &query = {})
    {
        ChannelQuery holding{query};
        holding.holding = true;
        ClientLook look(m->api.get());
        return waitFor<RowPage<ChannelRow>>([&](auto done) { look.channels(holding, done); });
    }

    std::unique_ptr<OverviewStub> m;
};

void tst_ClientLooks::init()
{
    m = std::make_unique<OverviewStub>();
    QVERIFY(m->start());
}

void tst_ClientLooks::pagesTenThousandConnections()
{
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        return pagesOf(heard.target, 10000, [](int i) -> QByteArray {
            return "{\"name\":\"c" + QByteArray::number(i) + "\",\"user\":\"u\"}";
        });
    });
    RowQuery query;
    query.maximumRows = 100000;
    query.nameFilter = u"a&b"_s;
    QSet<QString> names;
    int pages = 0;
    ClientLook look(m->api.get());
    do {
        const auto page =
            waitFor<RowPage<ConnectionRow>>([&](auto done) { look.connections(query, done); });
        QVERIFY2(page, qPrintable(page.error().text()));
        QCOMPARE(page->count, 10000);
        QCOMPARE(page->gaps, QStringList());
        QVERIFY(page->takenAt.isValid());
        for (const ConnectionRow &row : page->rows)
            names += row.name;
        ++pages;
        query.cursor = page->cursor;
    } while (!query.cursor.isEmpty());
    QCOMPARE(names.size(), 10000);
    QCOMPARE(pages, 20);
    QCOMPARE(m->asked().size(), 20);
    for (const QByteArray &target : m->asked()) {
        QVERIFY2(target.startsWith("/api/connections?page="), target.constData());
        QVERIFY2(target.contains("&page_size=500") && target.contains("&name=a%26b")
                     && target.contains("use_regex=false"),
                 target.constData());
    }
}

void tst_ClientLooks::endsWhereTheListGrewShorter()
{
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        return pagesOf(heard.target, 3,
                       [](int) -> QByteArray { return QByteArray("{\"name\":\"c\"}"); });
    });
    RowQuery query;
    query.cursor = u"7/10/0/0"_s;
    ClientLook look(m->api.get());
    const auto page =
        waitFor<RowPage<ConnectionRow>>([&](auto done) { look.connections(query, done); });
    QVERIFY2(page, qPrintable(page.error().text()));
    QCOMPARE(page->rows.size(), 0);
    QVERIFY(page->cursor.isEmpty());
}

// Of 300 channels 120 hold something.
void tst_ClientLooks::asksOnlyForWhatIsHeld()
{
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/channels/c%207%20")) // it has closed
            return HttpReply::of(404, R"({"error":"Object Not Found","reason":"Not Found"})");
        if (heard.target.startsWith("/api/channels/"))
            return HttpReply::of(200,
                                 R"({"consumer_details":[{"consumer_tag":"t","queue":)"
                                 R"({"name":"q"},"ack_required":true}]})");
        return pagesOf(heard.target, 300, [](int i) -> QByteArray {
            return "{\"name\":\"c " + QByteArray::number(i)
                + " (1)\",\"consumer_count\":" + (i == 5 ? "0" : "1")
                + ",\"messages_unacknowledged\":" + QByteArray::number(std::max(0, 120 - i)) + '}';
        });
    });
    RowQuery query;
    query.maximumRows = 500;
    QList<ChannelRow> all;
    int pages = 0;
    do {
        const auto page = holders(query);
        QVERIFY2(page, qPrintable(page.error().text()));
        QVERIFY(page->rows.size() <= 50);
        QCOMPARE(page->gaps, QStringList());
        all += page->rows;
        ++pages;
        query.cursor = page->cursor;
    } while (!query.cursor.isEmpty());
    QCOMPARE(pages, 3);
    QCOMPARE(all.size(), 120);
    for (int i = 0; i < 120; ++i) {
        QCOMPARE(all[i].unacked, 120 - i);
        QCOMPARE(all[i].consumers.size(), i == 5 || i == 7 ? 0 : 1);
    }
    QCOMPARE(m->asked().size(), 3 + 119);
}

void tst_ClientLooks::saysOfWhomItDoesNotKnowWhatTheyHold()
{
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        return pagesOf(heard.target, 3, [](int i) -> QByteArray {
            const QByteArray held = ",\"messages_unacknowledged\":" + QByteArray::number(2 - i);
            return "{\"name\":\"c" + QByteArray::number(i) + "\",\"consumer_count\":0"
                + (i == 0 ? QByteArray() : held) + '}';
        });
    });
    const auto page = holders();
    QVERIFY2(page, qPrintable(page.error().text()));
    QCOMPARE(page->rows.size(), 1);
    QCOMPARE(page->rows[0].name, u"c1"_s);
    QCOMPARE(page->count, -1);
    QCOMPARE(page->gaps.size(), 1);
    QVERIFY(page->gaps[0].contains(u"1"_s));
}

// 250 queues, of which 130 have two consumers each.
void tst_ClientLooks::pagesConsumersQueueByQueue()
{
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/queues/%2F?"))
            return pagesOf(heard.target, 250, [](int i) -> QByteArray {
                return "{\"name\":\"q" + QByteArray::number(i)
                    + "\",\"consumers\":" + (i < 130 ? "2}" : "0}");
            });
        const QByteArray name = heard.target.split('?').first().split('/').last();
        const QByteArray one =
            "{\"ack_required\":true,\"queue\":{\"name\":\"" + name + "\"},\"consumer_tag\":\"";
        return HttpReply::of(200, "{\"consumer_details\":[" + one + "a\"}," + one + "b\"}]}");
    });
    RowQuery query;
    query.maximumRows = 1000;
    QSet<QString> names;
    qsizetype rows = 0;
    do {
        const qsizetype before = m->asked().size();
        const auto page = consumers(query);
        QVERIFY(!page.rows.isEmpty());
        QVERIFY(m->asked().size() - before <= 1 + ConsumerWalk::MostQueues);
        rows += page.rows.size();
        for (const ConsumerRow &row : page.rows)
            names += row.queue + u' ' + row.tag;
        query.cursor = page.cursor;
    } while (!query.cursor.isEmpty());
    QCOMPARE(rows, 260);
    QCOMPARE(names.size(), 260);
    for (const QByteArray &target : m->asked()) {
        const bool isPage = target.startsWith("/api/queues/%2F?page=");
        QVERIFY2(isPage || target.startsWith("/api/queues/%2F/q"), target.constData());
    }
}

void tst_ClientLooks::cutsOneQueueWithVeryManyConsumers()
{
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/queues/%2F?"))
            return pagesOf(heard.target, 1, [](int) -> QByteArray {
                return QByteArray("{\"name\":\"q\",\"consumers\":1000}");
            });
        QByteArrayList all;
        for (int i = 0; i < 1000; ++i)
            all << "{\"consumer_tag\":\"t" + QByteArray::number(i) + "\",\"ack_required\":true}";
        return HttpReply::of(200, "{\"consumer_details\":[" + all.join(',') + "]}");
    });
    RowQuery query;
    query.maximumRows = 300;
    QStringList tags;
    QList<qsizetype> sizes;
    do {
        const auto page = consumers(query);
        if (query.cursor.isEmpty())
            QCOMPARE(page.count, 1000);
        sizes << page.rows.size();
        for (const ConsumerRow &row : page.rows)
            tags << row.tag;
        query.cursor = page.cursor;
    } while (!query.cursor.isEmpty());
    QCOMPARE(sizes, (QList<qsizetype>{300, 300, 300, 100}));
    QCOMPARE(QSet<QString>(tags.begin(), tags.end()).size(), 1000);
}

void tst_ClientLooks::passesQueuesThatAreGone()
{
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/queues/%2F?"))
            return pagesOf(heard.target, 3, [](int i) -> QByteArray {
                return i == 2 ? QByteArray("{\"name\":\"new\"}")
                              : "{\"name\":\"q" + QByteArray::number(i) + "\",\"consumers\":1}";
            });
        if (heard.target.startsWith("/api/queues/%2F/q0?"))
            return HttpReply::of(404, R"({"error":"Object Not Found","reason":"Not Found"})");
        return HttpReply::of(200, R"({"consumer_details":[{"consumer_tag":"t"}]})");
    });
    const auto page = consumers({});
    QCOMPARE(page.rows.size(), 1);
    QCOMPARE(page.rows[0].tag, u"t"_s);
    QCOMPARE(page.gaps.size(), 1); // of the new one
    QCOMPARE(page.count, -1);
    QVERIFY(page.cursor.isEmpty());
}

void tst_ClientLooks::saysWhyThereAreNoConsumersAnyMore()
{
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/queues/%2F?"))
            return pagesOf(heard.target, 2, [](int i) -> QByteArray {
                return "{\"name\":\"q" + QByteArray::number(i) + "\",\"consumers\":1}";
            });
        if (heard.target.startsWith("/api/queues/%2F/q1?"))
            return HttpReply::of(503, "{}");
        return HttpReply::of(200, R"({"consumer_details":[{"consumer_tag":"t"}]})");
    });
    const auto page = consumers({});
    QCOMPARE(page.rows.size(), 1);
    QCOMPARE(page.gaps.size(), 1);
    QVERIFY2(page.gaps[0].contains(u"503"_s), qPrintable(page.gaps[0]));
    QCOMPARE(page.cursor, u"1/100/1/0"_s); // to try again
}

void tst_ClientLooks::passesAQueueThatCannotBeRead()
{
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/queues/%2F?")) {
            return pagesOf(heard.target, 3, [](int i) -> QByteArray {
                return "{\"name\":\"q" + QByteArray::number(i) + "\",\"consumers\":1}";
            });
        }
        if (heard.target.startsWith("/api/queues/%2F/q0?"))
            return HttpReply::of(500, {});
        if (heard.target.startsWith("/api/queues/%2F/q1?")) // too much to be taken
            return HttpReply::of(200, '"' + QByteArray(9 << 20, 'x') + '"');
        return HttpReply::of(200, R"({"consumer_details":[{"consumer_tag":"t"}]})");
    });
    const auto page = consumers({});
    QCOMPARE(page.rows.size(), 1);
    QCOMPARE(page.gaps.size(), 2);
    QVERIFY2(page.gaps[0].contains(u"\"q0\""_s), qPrintable(page.gaps[0]));
    QVERIFY2(page.gaps[1].contains(u"\"q1\""_s), qPrintable(page.gaps[1]));
    QVERIFY(page.cursor.isEmpty());
}

// Of an API that is slow with each answer, but has time for none of all.
void tst_ClientLooks::answersInTimeWhateverHasCome()
{
    m->settings.timeout = std::chrono::milliseconds(1500);
    m->make();
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        const auto slow = std::chrono::milliseconds(300);
        if (heard.target.startsWith("/api/queues/%2F?")) {
            return pagesOf(heard.target, 15, [](int i) -> QByteArray {
                return "{\"name\":\"q" + QByteArray::number(i) + "\",\"consumers\":1}";
            });
        }
        if (heard.target.startsWith("/api/channels?")) {
            return pagesOf(heard.target, 15, [](int i) -> QByteArray {
                return "{\"name\":\"c" + QByteArray::number(i)
                    + "\",\"consumer_count\":1,\"messages_unacknowledged\":1}";
            });
        }
        return HttpReply::of(200, R"({"consumer_details":[{"consumer_tag":"t"}]})").later(slow);
    });
    RowQuery query;
    int rows = 0;
    int pages = 0;
    do {
        const auto page = consumers(query);
        QVERIFY(!page.rows.isEmpty());
        QCOMPARE(page.gaps.size(), page.cursor.isEmpty() ? 0 : 1);
        rows += int(page.rows.size());
        ++pages;
        query.cursor = page.cursor;
    } while (!query.cursor.isEmpty());
    QCOMPARE(rows, 15);
    QVERIFY(pages > 1);
    const auto held = holders();
    QVERIFY2(held, qPrintable(held.error().text()));
    QCOMPARE(held->rows.size(), 15);
    QCOMPARE(held->rows[0].consumers.size(), 1);
    QCOMPARE(held->rows[14].consumers.size(), 0);
    QCOMPARE(held->gaps.size(), 1);
}

void tst_ClientLooks::needsStatisticsForChannelsAndConsumers()
{
    m->overview = HttpReply::of(
        200, introduction().replace("\"disable_stats\":false", "\"disable_stats\":true"));
    m->answerAs("monitoring", [](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/channels"))
            return HttpReply::of(400, StatisticsOff);
        return pagesOf(heard.target, 1,
                       [](int) -> QByteArray { return QByteArray("{\"name\":\"a\"}"); });
    });
    ClientLook look(m->api.get());
    const auto channels = waitFor<RowPage<ChannelRow>>([&](auto done) { look.channels({}, done); });
    QCOMPARE(channels.error().kind(), Error::Unsupported);
    const auto all = waitFor<RowPage<ConsumerRow>>([&](auto done) { look.consumers({}, done); });
    QCOMPARE(all.error().kind(), Error::Unsupported);
    const auto some =
        waitFor<RowPage<ConnectionRow>>([&](auto done) { look.connections({}, done); });
    QVERIFY2(some, qPrintable(some.error().text()));
    QCOMPARE(some->rows.size(), 1);
    QCOMPARE(some->rows[0].channels, -1);
    QCOMPARE(some->gaps.size(), 1);
}

void tst_ClientLooks::isNotAnsweredByAnApiThatIsGone()
{
    bool isAnswered = false;
    m->answerAs("monitoring", [this](const HttpHeard &heard) {
        if (heard.target.startsWith("/api/queues/%2F/q0?")) {
            m->api.reset();
            return HttpReply::of(200, "{}");
        }
        return pagesOf(heard.target, 2, [](int) -> QByteArray {
            return QByteArray("{\"name\":\"q0\",\"consumers\":1}");
        });
    });
    ClientLook(m->api.get()).consumers({}, [&](auto &&) { isAnswered = true; });
    QTRY_VERIFY(!m->api);
    for (int i = 0; i < 100; ++i)
        QCoreApplication::processEvents();
    QVERIFY(!isAnswered);
}

QOMBU_TEST(tst_ClientLooks)
#include "tst_clientlooks.moc"
