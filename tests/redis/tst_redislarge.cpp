// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "redis/testlink.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

#include <algorithm>

using namespace Qombu;
using namespace QombuTest;

// Many large messages: whatever is asked about them, no reply is larger than a link believes.
class tst_RedisLarge : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void peeksAtManyLargeMessages_data();
    void peeksAtManyLargeMessages();
    void peeksAtLargeMessagesBehindSmallOnes();
    void listsManyLargeHeldDeliveries();
    void countsManyLargeHeldDeliveries();
    void showsWhatIsTooLargeToBeRead();
    void restoresManyLargeDeliveries();

private:
    template<typename T>
    std::optional<Result<T>> answer(const std::function<void(Done<T>)> &ask);
    std::optional<Result<std::vector<IncomingMessage>>> peek(TestLink &link, int limit,
                                                             QueueEnd from);
    void hold(int count, const QByteArray &record);
    static bool saysThatThereIsMore(const TestLink &link);

    static constexpr int count = 100;
    static constexpr qint64 mostBytes = 64 << 20; // of one answer
    const QByteArray m_large = envelope("1", QByteArray(4'000'000, 'x')); // together 533 MB
    std::unique_ptr<BrokerProcess> m_broker;
};

void tst_RedisLarge::initTestCase()
{
    m_broker = std::make_unique<BrokerProcess>();
    QVERIFY2(m_broker->start(), qPrintable(m_broker->errorText()));
}

void tst_RedisLarge::init()
{
    m_broker->command({"FLUSHALL"});
}

template<typename T>
std::optional<Result<T>> tst_RedisLarge::answer(const std::function<void(Done<T>)> &ask)
{
    std::optional<Result<T>> answer;
    ask([&](Result<T> result) { answer = std::move(result); });
    TestLink::waitUntil([&] { return answer.has_value(); }, 60000);
    return answer;
}

std::optional<Result<std::vector<IncomingMessage>>> tst_RedisLarge::peek(TestLink &link, int limit,
                                                                         QueueEnd from)
{
    return answer<std::vector<IncomingMessage>>([&](Done<std::vector<IncomingMessage>> done) {
        link.browser()->peek({QStringLiteral("q"), limit, from}, std::move(done));
    });
}

// As a consumer that died long ago; the copies are made by the server.
void tst_RedisLarge::hold(int deliveries, const QByteArray &record)
{
    m_broker->command({"EVAL",
                       "for i = 1, ARGV[1] do redis.call('HSET', 'unacked', 't' .. i, ARGV[2]) "
                       "redis.call('ZADD', 'unacked_index', i, 't' .. i) end",
                       "0", QByteArray::number(deliveries), record});
    QCOMPARE(m_broker->integer({"HLEN", "unacked"}), deliveries);
}

bool tst_RedisLarge::saysThatThereIsMore(const TestLink &link)
{
    return std::any_of(link.notices.begin(), link.notices.end(), [](const QString &text) {
        return text
            == QStringLiteral(
                   "There are ≥ 13, and the first 12 are shown: a look ends after 64 MiB");
    });
}

void tst_RedisLarge::peeksAtManyLargeMessages_data()
{
    QTest::addColumn<QueueEnd>("end");
    QTest::newRow("next ones") << QueueEnd::Head;
    QTest::newRow("newest ones") << QueueEnd::Tail;
}

void tst_RedisLarge::peeksAtManyLargeMessages()
{
    QFETCH(QueueEnd, end);
    m_broker->command({"EVAL", "for i = 1, ARGV[1] do redis.call('LPUSH', 'q', ARGV[2]) end", "0",
                       QByteArray::number(count), m_large});
    QCOMPARE(m_broker->integer({"LLEN", "q"}), count);
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    for (int look = 0; look < 2; ++look) { // the second one knows how large they are
        const auto found = peek(link, count, end);
        QVERIFY(found);
        QVERIFY2(found->isOk(), qPrintable(found->error().text()));
        QCOMPARE((*found)->size(), std::size_t(mostBytes / m_large.size()));
        QVERIFY(std::all_of((*found)->begin(), (*found)->end(), [](const IncomingMessage &each) {
            return each.content->body.size() == 4'000'000;
        }));
    }
    QTRY_VERIFY(saysThatThereIsMore(link));
    QVERIFY2(!link.failure.isError(), qPrintable(link.failure.text()));
}

void tst_RedisLarge::peeksAtLargeMessagesBehindSmallOnes()
{
    for (int i = 0; i < count; ++i)
        m_broker->command({"LPUSH", "q", envelope("1", "small")});
    m_broker->command({"EVAL", "for i = 1, ARGV[1] do redis.call('LPUSH', 'q', ARGV[2]) end", "0",
                       QByteArray::number(count), m_large});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    const auto found = peek(link, 2 * count, QueueEnd::Head);
    QVERIFY(found);
    QVERIFY2(found->isOk(), qPrintable(found->error().text()));
    QVERIFY((*found)->size() > count);
    QVERIFY2(!link.failure.isError(), qPrintable(link.failure.text()));
}

void tst_RedisLarge::listsManyLargeHeldDeliveries()
{
    hold(count, '[' + m_large + ",\"\",\"q\"]");
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    using Rows = std::vector<LinkBrowser::Unacked>;
    const auto found =
        answer<Rows>([&](Done<Rows> done) { link.browser()->unacked(count, std::move(done)); });
    QVERIFY(found);
    QVERIFY2(found->isOk(), qPrintable(found->error().text()));
    QCOMPARE((*found)->size(), std::size_t(mostBytes / m_large.size()));
    QTRY_VERIFY(saysThatThereIsMore(link));
    QVERIFY2(!link.failure.isError(), qPrintable(link.failure.text()));
}

void tst_RedisLarge::countsManyLargeHeldDeliveries()
{
    const QByteArray larger = envelope("1", QByteArray(9'000'000, 'x'));
    hold(count / 2, '[' + larger + ",\"\",\"q\"]");
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    const auto found = answer<Inventory>(
        [&](Done<Inventory> done) { link.browser()->inventory({}, std::move(done)); });
    QVERIFY(found);
    QVERIFY2(found->isOk(), qPrintable(found->error().text()));
    QCOMPARE((*found)->unacked, count / 2);
    QVERIFY2(!link.failure.isError(), qPrintable(link.failure.text()));
}

// Where it belongs, and how large it is; and everything else.
void tst_RedisLarge::showsWhatIsTooLargeToBeRead()
{
    const QByteArray small = '[' + envelope("2") + ",\"\",\"q\"]";
    m_broker->command(
        {"EVAL",
         "redis.call('HSET', 'unacked', 'huge', ARGV[1] .. string.rep('A', 190000000) "
         ".. ARGV[2] .. ',\"\",\"q\"]', 'small', ARGV[3]) "
         "redis.call('ZADD', 'unacked_index', 5, 'huge', 6, 'small')",
         "0", R"([{"body": ")", envelope("1").mid(14), small});
    TestTransport transport;
    TestLink link(transport, m_broker->url());
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    m_broker->command({"CONFIG", "RESETSTAT"});
    using Rows = std::vector<LinkBrowser::Unacked>;
    const auto rows =
        answer<Rows>([&](Done<Rows> done) { link.browser()->unacked(10, std::move(done)); });
    QVERIFY(rows);
    QVERIFY2(rows->isOk(), qPrintable(rows->error().text()));
    QCOMPARE((*rows)->size(), 2u);
    const LinkBrowser::Unacked &huge = (*rows)->front();
    QCOMPARE(huge.queue, QStringLiteral("q"));
    QCOMPARE(huge.content->deliveryTag, QStringLiteral("1"));
    QCOMPARE(huge.error.kind(), Error::LimitExceeded);
    QVERIFY2(huge.error.text().contains(QStringLiteral("1900002")), qPrintable(huge.error.text()));
    QVERIFY(!(*rows)->back().error.isError());

    const auto found = answer<Inventory>(
        [&](Done<Inventory> done) { link.browser()->inventory({}, std::move(done)); });
    QVERIFY(found);
    QVERIFY2(found->isOk(), qPrintable(found->error().text()));
    QCOMPARE((*found)->queues.size(), 1);
    QCOMPARE((*found)->queues.front().unacked, 2);
    QVERIFY2(!link.failure.isError(), qPrintable(link.failure.text()));
    QVERIFY(link.notices.empty());
    for (const QByteArray &line : m_broker->text({"INFO", "stats"}).split('\n')) {
        if (line.startsWith("total_net_output_bytes:"))
            QVERIFY2(line.mid(23).trimmed().toLongLong() < 1'000'000, line.constData());
    }
}

// In one sweep: the next one is not due in this test's time.
void tst_RedisLarge::restoresManyLargeDeliveries()
{
    hold(count, '[' + m_large + ",\"\",\"q\"]");
    TestTransport transport;
    TestLink link(transport, m_broker->url(),
                  {{QStringLiteral("visibility_timeout"), 60},
                   {QStringLiteral("unacked_restore_interval"), 600}});
    QVERIFY2(link.open(), qPrintable(link.failure.text()));
    QVERIFY(link.consume(1, {QStringLiteral("other")}));
    const auto isOver = [&] {
        return link.failure.isError() || m_broker->integer({"LLEN", "q"}) == count;
    };
    const bool isRestored = TestLink::waitUntil(isOver, 60000);
    QVERIFY2(!link.failure.isError(), qPrintable(link.failure.text()));
    QVERIFY(isRestored);
    QCOMPARE(m_broker->integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

QOMBU_TEST(tst_RedisLarge)
#include "tst_redislarge.moc"
