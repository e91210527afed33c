// SPDX-License-Identifier: BSD-3-Clause
#include "support/blockingsender.h"
#include "support/testmain.h"
#include "transports/redis/browsing/redisbrowser.h"
#include "virtual/envelope/envelope.h"

#include <QCryptographicHash>
#include <QTest>

#include <algorithm>

using namespace Qombu;
using namespace Qombu::Redis;
using QombuTest::BlockingSender;
using QombuTest::BrokerProcess;

// Against a real server, as the user for reading that the documentation describes.
class tst_RedisBrowser : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void findsQueuesOfListsAndBindings();
    void countsByPriority();
    void tellsExchangesAndBindings();
    void tellsWhichBindingsOthersMayDelete();
    void countsHeldDeliveriesOfBothKindsOfRecords();
    void showsNeitherOursNorCelerysKeys();
    void keepsToItsPrefix();
    void stopsAtTheMaximum();
    void countsOnlyWhatIsOnThePage();
    void countsNoFurtherThanTheRecordsItReads();
    void namesTheQueuesOfTheOldestOfManyRecords();
    void looksAtRecordsOnlyForQueues();
    void showsTheRestOfWhatItMayNotSee();
    void showsTheRestWhereHeldRecordsCannotBeRead_data();
    void showsTheRestWhereHeldRecordsCannotBeRead();
    void looksAtAnEmptyDatabase();
    void peeksInOrderOfDelivery();
    void peeksAtTheNewestFirst();
    void peeksNoFurtherThanAsked();
    void remembersHowLargeMessagesWere();
    void showsWhatItCannotRead();
    void peeksIntoAQuarantine();
    void listsAQuarantine();
    void listsManyQuarantined();
    void tellsWhoHolds();
    void listsHeldDeliveriesOldestFirst();
    void failsWhereNothingCanBeShown();
    void showsTheOtherListsOfAQueue_data();
    void showsTheOtherListsOfAQueue();
    void fetchesNoMoreThanItShows();
    void reportsALostConnection();

private:
    void makeBrowser();
    template<typename T>
    Result<T> answer(const std::function<void(Done<T>)> &ask);
    Inventory inventory(int maximumRows = 1000);
    QByteArray envelope(const QByteArray &body);
    QStringList peek(int limit, QueueEnd from = QueueEnd::Head);

    // DEBUG DIGEST tells whether anything changed.
    BrokerProcess m_server{{QStringLiteral("--enable-debug-command"), QStringLiteral("local")}};
    RedisOptions m_options;
    std::unique_ptr<BlockingSender> m_sender;
    std::unique_ptr<RedisBrowser> m_browser;
    const QDateTime m_now = QDateTime::fromSecsSinceEpoch(1795288696).toUTC();
    QByteArray m_digest; // of the data before the look
    QStringList m_told;
};

void tst_RedisBrowser::initTestCase()
{
    QVERIFY2(m_server.start(), qPrintable(m_server.errorText()));
    // All that looking needs.
    QCOMPARE(m_server.text({"ACL",
                            "SETUSER",
                            "reader",
                            "reset",
                            "on",
                            "nopass",
                            "~*",
                            "+hello",
                            "+auth",
                            "+ping",
                            "+client|setname",
                            "+info",
                            "+scan",
                            "+type",
                            "+llen",
                            "+lrange",
                            "+hlen",
                            "+hkeys",
                            "+hstrlen",
                            "+hget",
                            "+zcard",
                            "+zrangebyscore",
                            "+scard",
                            "+sscan",
                            "+smembers",
                            "+time",
                            "+evalsha",
                            "+script|load",
                            "+lindex",
                            "+ttl"}),
             "OK");
}

void tst_RedisBrowser::init()
{
    m_server.command({"FLUSHALL"});
    m_options = RedisOptions();
    m_sender = std::make_unique<BlockingSender>(m_server.port());
    m_sender->send({"AUTH", "reader", ""},
                   [](const auto &reply) { QVERIFY2(reply, qPrintable(reply.error().text())); });
    m_sender->answerAll();
    makeBrowser();
    m_digest.clear();
    m_told.clear();
}

void tst_RedisBrowser::makeBrowser()
{
    m_browser = std::make_unique<RedisBrowser>(
        *m_sender, m_options, [this] { return m_now; },
        [this](const QString &text) { m_told << text; });
}

// Every test of this class: looking changes nothing, and KEYS is never sent.
void tst_RedisBrowser::cleanup()
{
    QCOMPARE(m_digest.size(), 40); // a SHA1: every test looked
    QCOMPARE(m_server.text({"DEBUG", "DIGEST"}), m_digest);
    static const QSet<QByteArray> reading = {
        "AUTH", "SCAN",     "SSCAN",   "HKEYS", "LLEN", "HLEN",    "LRANGE", "ZRANGEBYSCORE",
        "HGET", "SMEMBERS", "HSTRLEN", "SCARD", "TIME", "EVALSHA", "SCRIPT"};
    for (const QByteArray &name : m_sender->names())
        QVERIFY2(reading.contains(name), name.constData());
}

template<typename T>
Result<T> tst_RedisBrowser::answer(const std::function<void(Done<T>)> &ask)
{
    m_digest = m_server.text({"DEBUG", "DIGEST"});
    int answers = 0;
    Result<T> result = Error(Error::Timeout, QStringLiteral("no answer"));
    ask([&](Result<T> given) {
        ++answers;
        result = std::move(given);
    });
    m_sender->answerAll();
    return answers == 1 ? result
                        : Error(Error::Protocol, QStringLiteral("%1 answers").arg(answers));
}

Inventory tst_RedisBrowser::inventory(int maximumRows)
{
    InventoryQuery query;
    query.maximumRows = maximumRows;
    const auto result =
        answer<Inventory>([&](Done<Inventory> done) { m_browser->inventory(query, done); });
    return result.valueOr(Inventory());
}

QByteArray tst_RedisBrowser::envelope(const QByteArray &body)
{
    MessageContent content;
    content.body = body;
    content.contentType = QStringLiteral("text/plain");
    content.contentEncoding = QStringLiteral("utf-8");
    return *Envelope::encode(content, "tag");
}

QStringList tst_RedisBrowser::peek(int limit, QueueEnd from)
{
    const auto found =
        answer<std::vector<IncomingMessage>>([&](Done<std::vector<IncomingMessage>> done) {
            m_browser->peek({QStringLiteral("q"), limit, from}, done);
        });
    QStringList bodies;
    if (!found)
        return {found.error().text()};
    for (const IncomingMessage &each : *found)
        bodies << QString::fromUtf8(each.content->body);
    return bodies;
}

namespace {

QStringList names(const Inventory &inventory)
{
    QStringList result;
    for (const QueueRow &row : inventory.queues)
        result << row.name;
    return result;
}

QueueRow row(const Inventory &inventory, const QString &name)
{
    const auto found = std::find_if(inventory.queues.begin(), inventory.queues.end(),
                                    [&](const QueueRow &r) { return r.name == name; });
    return found == inventory.queues.end() ? QueueRow() : *found;
}

} // namespace

void tst_RedisBrowser::findsQueuesOfListsAndBindings()
{
    m_server.command({"LPUSH", "with-messages", "x"});
    m_server.command({"SADD", "_kombu.binding.e",
                      "k\x06\x16\x06\x16"
                      "bound-only"});
    const Inventory found = inventory();
    QCOMPARE(names(found),
             (QStringList{QStringLiteral("bound-only"), QStringLiteral("with-messages")}));
    QCOMPARE(row(found, QStringLiteral("bound-only")).ready, 0);
    QCOMPARE(found.takenAt, m_now);
    QVERIFY(!found.truncated);
}

void tst_RedisBrowser::countsByPriority()
{
    m_server.command({"LPUSH", "q", "a", "b"});
    m_server.command({"LPUSH",
                      "q\x06\x16"
                      "9",
                      "c"});
    m_server.command({"LPUSH",
                      "q\x06\x16"
                      "5",
                      "d"}); // another program's steps
    const QueueRow counted = row(inventory(), QStringLiteral("q"));
    QCOMPARE(counted.ready, 4);
    QCOMPARE(counted.readyByPriority, (QMap<int, qint64>{{0, 2}, {5, 1}, {9, 1}}));
    QCOMPARE(counted.unacked, 0);
    QCOMPARE(counted.consumers, -1);
}

void tst_RedisBrowser::tellsExchangesAndBindings()
{
    m_server.command({"SADD", "_kombu.binding.d", "k\x06\x16\x06\x16q"});
    m_server.command(
        {"SADD", "_kombu.binding.t", "a.*\x06\x16^a\\..*?[^\\.]$\x06\x16q", "nonsense"});
    m_server.command({"SADD", "_kombu.binding.celery.pidbox", "\x06\x16\x06\x16w.celery.pidbox"});
    const Inventory found = inventory();
    QMap<QString, ExchangeType> types;
    for (const ExchangeRow &each : found.exchanges) {
        QVERIFY(each.inferred);
        QCOMPARE(each.bindings, 1);
        types.insert(each.name, each.type);
    }
    QCOMPARE(types,
             (QMap<QString, ExchangeType>{{QStringLiteral("celery.pidbox"), ExchangeType::Fanout},
                                          {QStringLiteral("d"), ExchangeType::Direct},
                                          {QStringLiteral("t"), ExchangeType::Topic}}));
    const auto topic = std::find_if(found.bindings.begin(), found.bindings.end(),
                                    [](const BindingRow &r) { return r.exchange == u"t"; });
    QVERIFY(topic != found.bindings.end());
    QCOMPARE(topic->routingKey, QStringLiteral("a.*"));
    QCOMPARE(topic->pattern, QStringLiteral("^a\\..*?[^\\.]$"));
    QVERIFY(topic->semanticsDiffer);
    QCOMPARE(found.bindings.size(), 3);
}

// Kombu since 5.7 deletes a set whose deadline is over, unless one binding of it is permanent.
void tst_RedisBrowser::tellsWhichBindingsOthersMayDelete()
{
    for (const char *exchange : {"exposed", "protected", "old"})
        m_server.command({"SADD", QByteArray("_kombu.binding.") + exchange, "k\x06\x16\x06\x16q"});
    m_server.command({"SADD", "_kombu.binding_permanent.protected", "k\x06\x16\x06\x16q"});
    m_server.command({"ZADD", "_kombu.binding_deadlines", "1795288696500", "exposed",
                      "1795288696500", "protected", "1795288696500", "gone"});
    QMap<QString, QDateTime> ends;
    for (const ExchangeRow &row : inventory().exchanges)
        ends.insert(row.name, row.bindingsExpireAt);
    QCOMPARE(ends,
             (QMap<QString, QDateTime>{
                 {QStringLiteral("exposed"), QDateTime::fromMSecsSinceEpoch(1795288696500)},
                 {QStringLiteral("protected"), QDateTime()},
                 {QStringLiteral("old"), QDateTime()}}));
}

void tst_RedisBrowser::countsHeldDeliveriesOfBothKindsOfRecords()
{
    m_server.command({"SADD", "_kombu.binding.d", "k\x06\x16\x06\x16py"});
    m_server.command({"HSET", "unacked", "c.1", '[' + envelope("a") + ",\"\",\"ours\"]", "uuid",
                      '[' + envelope("b") + ", \"d\", \"k\"]", "uuid2",
                      '[' + envelope("c") + ", \"gone\", \"k\"]", "broken", "???"});
    const Inventory found = inventory();
    QCOMPARE(found.unacked, 4);
    QCOMPARE(row(found, QStringLiteral("ours")).unacked, 1);
    QCOMPARE(row(found, QStringLiteral("py")).unacked, 1);
}

void tst_RedisBrowser::showsNeitherOursNorCelerysKeys()
{
    m_server.command({"LPUSH", "_qombu.quarantine.orders", "x"});
    m_server.command({"LPUSH", "_qombu.staging.1", "x"});
    m_server.command({"LPUSH", "celery-task-meta-1", "x"});
    m_server.command({"SET", "a-string", "x"});
    m_server.command({"SADD", "a-set", "x"});
    m_server.command({"LPUSH", "_qombu.quarantine.orders", "y"});
    const Inventory found = inventory();
    QCOMPARE(found.queues, (QList<QueueRow>{{QStringLiteral("orders"), 0, 0, -1, {}, 2}}));
    QVERIFY(found.exchanges.isEmpty());
}

void tst_RedisBrowser::keepsToItsPrefix()
{
    m_options.keyPrefix = "a[1]*:";
    makeBrowser();
    m_server.command({"LPUSH", "a[1]*:mine", "x"});
    m_server.command({"LPUSH", "a1:other", "x"});
    m_server.command({"LPUSH", "plain", "x"});
    m_server.command({"SADD", "a[1]*:_kombu.binding.e", "k\x06\x16\x06\x16mine2"});
    m_server.command({"SADD", "_kombu.binding.f", "k\x06\x16\x06\x16other"});
    QCOMPARE(names(inventory()), (QStringList{QStringLiteral("mine"), QStringLiteral("mine2")}));
}

void tst_RedisBrowser::stopsAtTheMaximum()
{
    for (int i = 0; i < 30; ++i)
        m_server.command({"LPUSH", "q" + QByteArray::number(i), "x"});
    const Inventory found = inventory(10);
    QCOMPARE(found.queues.size(), 10);
    QVERIFY(found.truncated);
    QVERIFY(std::is_sorted(found.queues.begin(), found.queues.end(),
                           [](const QueueRow &a, const QueueRow &b) { return a.name < b.name; }));
}

void tst_RedisBrowser::countsOnlyWhatIsOnThePage()
{
    for (int i = 0; i < 300; ++i)
        m_server.command({"LPUSH", "q" + QByteArray::number(i), "x"});
    m_server.command({"HSET", "unacked", "1", "[{},\"\",\"a\"]"}); // of a queue without a list
    m_server.command({"CONFIG", "RESETSTAT"});
    const Inventory found = inventory(10);
    QCOMPARE(found.queues.size(), 10);
    QCOMPARE(found.queueCount, 301);
    QCOMPARE(found.queues.first().name, QStringLiteral("a"));
    for (const QueueRow &row : found.queues.mid(1))
        QCOMPARE(row.ready, 1);
    const QByteArray statistics = m_server.text({"INFO", "commandstats"});
    QVERIFY2(statistics.contains("cmdstat_llen:calls=40,"), statistics.constData());
}

void tst_RedisBrowser::countsNoFurtherThanTheRecordsItReads()
{
    m_server.command({"LPUSH", "q", "x"});
    for (int i = 0; i < 2100; ++i)
        m_server.command({"HSET", "unacked", QByteArray::number(i), "[{},\"\",\"q\"]"});
    const Inventory found = inventory();
    QCOMPARE(found.unacked, 2100);
    QCOMPARE(row(found, QStringLiteral("q")).unacked, -1);
}

void tst_RedisBrowser::namesTheQueuesOfTheOldestOfManyRecords()
{
    for (int i = 0; i < 2100; ++i) {
        const QByteArray number = QByteArray::number(i);
        m_server.command(
            {"HSET", "unacked", number, i < 3 ? "[{},\"\",\"a\"]" : "[{},\"\",\"b\"]"});
        m_server.command({"ZADD", "unacked_index", number, number});
    }
    const Inventory found = inventory();
    QCOMPARE(names(found), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
    QCOMPARE(row(found, QStringLiteral("a")).unacked, -1);
    QCOMPARE(found.unacked, 2100);
}

void tst_RedisBrowser::looksAtRecordsOnlyForQueues()
{
    m_server.command({"SADD", "_kombu.binding.e", "k\x06\x16\x06\x16q"});
    m_server.command({"HSET", "unacked", "1", "[{},\"\",\"q\"]"});
    m_server.command({"ACL", "SETUSER", "reader", "-hkeys"});
    InventoryQuery query;
    query.parts = InventoryQuery::Bindings;
    const auto found =
        answer<Inventory>([&](Done<Inventory> done) { m_browser->inventory(query, done); });
    m_server.command({"ACL", "SETUSER", "reader", "+hkeys"});
    QVERIFY2(found, qPrintable(found.error().text()));
    QCOMPARE(found->bindings.size(), 1);
    QCOMPARE(found->unacked, -1);
    QCOMPARE(m_told, QStringList());
}

void tst_RedisBrowser::showsTheRestOfWhatItMayNotSee()
{
    m_server.command({"LPUSH", "mine", "x", "y"});
    m_server.command({"LPUSH", "secret", "x"});
    m_server.command({"SADD", "_kombu.binding.open", "\x06\x16\x06\x16mine"});
    m_server.command({"SADD", "_kombu.binding.secret", "\x06\x16\x06\x16mine"});
    m_server.command({"LPUSH", "_qombu.quarantine.mine", "x"});
    m_server.command({"HSET", "unacked", "1", "[{},\"\",\"mine\"]"});
    m_server.command({"ACL", "SETUSER", "reader", "resetkeys", "~mine*", "~_kombu.binding.open"});
    const Inventory found = inventory();
    m_server.command({"ACL", "SETUSER", "reader", "~*"});
    QCOMPARE(names(found), (QStringList{QStringLiteral("mine"), QStringLiteral("secret")}));
    QCOMPARE(row(found, QStringLiteral("mine")).ready, 2);
    QCOMPARE(row(found, QStringLiteral("secret")).ready, -1);
    QCOMPARE(row(found, QStringLiteral("mine")).unacked, -1);
    QCOMPARE(row(found, QStringLiteral("mine")).quarantined, -1);
    QCOMPARE(row(found, QStringLiteral("secret")).quarantined, 0);
    QCOMPARE(found.unacked, -1);
    QCOMPARE(found.bindings.size(), 1);
    QVERIFY(found.truncated); // there is more than may be seen
    QCOMPARE(m_told.size(), 3);
    QVERIFY2(m_told[0].contains(QStringLiteral("_kombu.binding.secret")), qPrintable(m_told[0]));
    QVERIFY2(m_told[1].contains(QStringLiteral("\"secret\"")), qPrintable(m_told[1]));
    QVERIFY2(m_told[2].contains(QStringLiteral("\"unacked\"")), qPrintable(m_told[2]));
    m_sender->disconnect();
    inventory();
    QCOMPARE(m_told.size(), 3); // of a link that is lost its end is told
}

void tst_RedisBrowser::showsTheRestWhereHeldRecordsCannotBeRead_data()
{
    using Command = QList<QByteArray>;
    QTest::addColumn<QList<Command>>("before");
    QTest::addColumn<qint64>("unacked");
    const Command record{"HSET", "unacked", "1", "[{},\"\",\"mine\"]"};
    QTest::newRow("a text") << QList<Command>{{"SET", "unacked", "x"}} << qint64(-1);
    QTest::newRow("a list") << QList<Command>{{"LPUSH", "unacked", "x"}} << qint64(-1);
    for (const QByteArray name : {"hlen", "hkeys", "hget"})
        QTest::addRow("without %s", name.constData())
            << QList<Command>{record, {"ACL", "SETUSER", "reader", '-' + name}}
            << qint64(name == "hlen" ? -1 : 1);
}

void tst_RedisBrowser::showsTheRestWhereHeldRecordsCannotBeRead()
{
    QFETCH(QList<QList<QByteArray>>, before);
    QFETCH(qint64, unacked);
    m_server.command({"LPUSH", "mine", "x", "y"});
    m_server.command({"SADD", "_kombu.binding.e", "k\x06\x16\x06\x16mine"});
    for (const QList<QByteArray> &command : std::as_const(before))
        m_server.command(command);
    const Inventory found = inventory();
    m_server.command({"ACL", "SETUSER", "reader", "+hlen", "+hkeys", "+hget"});
    QCOMPARE(names(found), QStringList{QStringLiteral("mine")});
    QCOMPARE(row(found, QStringLiteral("mine")).ready, 2);
    QCOMPARE(row(found, QStringLiteral("mine")).unacked, -1);
    QCOMPARE(found.bindings.size(), 1);
    QCOMPARE(found.unacked, unacked);
    QCOMPARE(m_told.size(), 1);
    QVERIFY2(m_told[0].contains(QStringLiteral("\"unacked\"")), qPrintable(m_told[0]));
}

void tst_RedisBrowser::looksAtAnEmptyDatabase()
{
    const Inventory found = inventory();
    QCOMPARE(found.takenAt, m_now);
    QVERIFY(found.queues.isEmpty() && found.exchanges.isEmpty() && found.bindings.isEmpty());
    QCOMPARE(peek(10), QStringList());
}

void tst_RedisBrowser::peeksInOrderOfDelivery()
{
    m_server.command({"LPUSH", "q", envelope("1"), envelope("2")});
    m_server.command({"LPUSH",
                      "q\x06\x16"
                      "3",
                      envelope("3")});
    m_server.command({"LPUSH",
                      "q\x06\x16"
                      "9",
                      envelope("4")});
    QCOMPARE(peek(10).join(u' '), QStringLiteral("1 2 3 4"));
    QCOMPARE(peek(3).join(u' '), QStringLiteral("1 2 3"));
}

void tst_RedisBrowser::peeksAtTheNewestFirst()
{
    m_server.command({"LPUSH", "q", envelope("1"), envelope("2")});
    m_server.command({"LPUSH",
                      "q\x06\x16"
                      "9",
                      envelope("3"), envelope("4")});
    QCOMPARE(peek(3, QueueEnd::Tail).join(u' '), QStringLiteral("4 3 2"));
}

void tst_RedisBrowser::peeksNoFurtherThanAsked()
{
    for (int i = 0; i < 350; ++i)
        m_server.command({"LPUSH", "q", envelope(QByteArray::number(i))});
    const QStringList found = peek(250);
    QCOMPARE(found.size(), 250);
    QCOMPARE(found.first(), QStringLiteral("0"));
    QCOMPARE(found.last(), QStringLiteral("249"));
    QVERIFY(m_sender->commands() < 250 + 100); // and hardly beyond
    QCOMPARE(peek(0), QStringList());
}

// A window that looks again and again must see one moment each time.
void tst_RedisBrowser::remembersHowLargeMessagesWere()
{
    for (int i = 0; i < 90; ++i)
        m_server.command({"LPUSH", "q", envelope(QByteArray::number(i))});
    QCOMPARE(peek(90).size(), 90);
    m_browser->peek({QStringLiteral("q"), 90, QueueEnd::Head}, [](const auto &) {});
    const int before = m_sender->commands();
    m_sender->answerOnce();
    QCOMPARE(m_sender->commands(), before); // all in one write
}

void tst_RedisBrowser::showsWhatItCannotRead()
{
    m_server.command({"LPUSH", "q", QByteArray("\x00\xff{", 3), envelope("next")});
    const auto found =
        answer<std::vector<IncomingMessage>>([&](Done<std::vector<IncomingMessage>> done) {
            m_browser->peek({QStringLiteral("q"), 10, QueueEnd::Head}, done);
        });
    QVERIFY(found);
    QCOMPARE(found->size(), 2u);
    const MessageContent &raw = *found->front().content;
    QCOMPARE(raw.body, QByteArray("\x00\xff{", 3));
    QCOMPARE(raw.contentType, QStringLiteral("application/data"));
    QCOMPARE(found->front().error.kind(), Error::Decode);
    QVERIFY(!found->back().error.isError());
    QCOMPARE(found->back().content->body, "next");
    QCOMPARE(found->back().queue, QStringLiteral("q"));
}

void tst_RedisBrowser::peeksIntoAQuarantine()
{
    m_server.command({"LPUSH", "_qombu.quarantine.q", "broken"});
    const auto found =
        answer<std::vector<IncomingMessage>>([&](Done<std::vector<IncomingMessage>> done) {
            m_browser->peek({QStringLiteral("_qombu.quarantine.q"), 10, QueueEnd::Head}, done);
        });
    QVERIFY(found && found->size() == 1);
    QCOMPARE(found->front().content->body, "broken");
}

void tst_RedisBrowser::listsAQuarantine()
{
    const QByteArray large = '{' + QByteArray(2 << 20, 'x');
    m_server.command({"LPUSH", "_qombu.quarantine.q", QByteArray("\x00\xff{", 3), large, "null",
                      envelope("mended")});
    using Rows = QList<QuarantinedRow>;
    const auto ask = [this](int limit) {
        return answer<Rows>([this, limit](Done<Rows> done) {
            m_browser->quarantine(QStringLiteral("q"), limit, std::move(done));
        });
    };
    const auto found = ask(10);
    QVERIFY2(found, qPrintable(found.error().text()));
    QCOMPARE(found->size(), 4);
    QCOMPARE(found->at(0).start, QByteArray("\x00\xff{", 3));
    QCOMPARE(found->at(0).bytes, 3);
    QCOMPARE(found->at(0).error.kind(), Error::Decode);
    const QByteArray hash =
        QCryptographicHash::hash(found->at(0).start, QCryptographicHash::Sha1).toHex();
    QCOMPARE(found->at(0).name, QString::fromLatin1(hash.first(12)));
    QCOMPARE(found->at(1).bytes, large.size());
    QCOMPARE(found->at(1).start, large.first(1000));
    QCOMPARE(found->at(1).error.kind(), Error::LimitExceeded);
    QCOMPARE(found->at(2).error.kind(), Error::Decode);
    QVERIFY(!found->at(3).error.isError()); // it can be read by now
    QCOMPARE(ask(1).valueOr({}).size(), 1);
    QCOMPARE(ask(0).valueOr({}).size(), 0);
    m_server.command({"DEL", "_qombu.quarantine.q"});
    QCOMPARE(ask(10)->size(), 0);
    m_server.command({"SET", "_qombu.quarantine.q", "no list"});
    QCOMPARE(ask(10).error().kind(), Error::Channel);
}

void tst_RedisBrowser::listsManyQuarantined()
{
    for (int i = 0; i < 350; ++i)
        m_server.command({"LPUSH", "_qombu.quarantine.q",
                          QByteArray::number(i) + QByteArray(i % 10 * 10000, 'x')});
    using Rows = QList<QuarantinedRow>;
    const auto found = answer<Rows>([this](Done<Rows> done) {
        m_browser->quarantine(QStringLiteral("q"), 300, std::move(done));
    });
    QVERIFY(found);
    QCOMPARE(found->size(), 300);
    for (int i = 0; i < 300; ++i)
        QVERIFY(found->at(i).start.startsWith(QByteArray::number(i)));
}

void tst_RedisBrowser::tellsWhoHolds()
{
    const QByteArray id = "01234567-89ab-4def-8123-456789abcdef";
    const auto hold = [this](const QByteArray &tag, qint64 age) {
        const qint64 now = m_server.texts({"TIME"}).at(0).toLongLong();
        m_server.command({"HSET", "unacked", tag, '[' + envelope("b") + ",\"\",\"q\"]"});
        m_server.command({"ZADD", "unacked_index", QByteArray::number(now - age), tag});
    };
    hold(id, 90);
    hold(id + ".1", 60);
    hold(id + ".2", 5);
    using Rows = std::vector<LinkBrowser::Unacked>;
    const auto ask = [this] {
        const auto found = answer<Rows>([this](Done<Rows> done) { m_browser->unacked(9, done); });
        QStringList holders;
        for (const LinkBrowser::Unacked &held : found.valueOr({}))
            holders << held.holder.first(std::min<qsizetype>(4, held.holder.size()))
                    << QString::number(int(held.holderState));
        return holders.join(u' ');
    };
    QCOMPARE(ask(), QStringLiteral(" 0 0123 2 0123 1"));
    m_server.command({"ACL", "SETUSER", "reader", "-time"});
    const QString withoutTime = ask();
    m_server.command({"ACL", "SETUSER", "reader", "+time"});
    QCOMPARE(withoutTime, QStringLiteral(" 0 0123 0 0123 0"));
}

void tst_RedisBrowser::listsHeldDeliveriesOldestFirst()
{
    m_server.command({"SADD", "_kombu.binding.d", "k\x06\x16\x06\x16py"});
    m_server.command({"HSET", "unacked", "new", '[' + envelope("b") + ",\"\",\"ours\"]", "old",
                      '[' + envelope("a") + ", \"d\", \"k\"]"});
    m_server.command({"ZADD", "unacked_index", "1795288696.5", "new", "1795288600.25", "old",
                      "1795288690", "settled"});
    using Rows = std::vector<LinkBrowser::Unacked>;
    const auto found = answer<Rows>([&](Done<Rows> done) { m_browser->unacked(10, done); });
    QVERIFY2(found, qPrintable(found.error().text()));
    QCOMPARE(found->size(), 2u);
    const LinkBrowser::Unacked &old = found->front();
    QCOMPARE(old.tag, QStringLiteral("old"));
    QCOMPARE(old.queue, QStringLiteral("py"));
    QCOMPARE(old.content->body, "a");
    QCOMPARE(old.deliveredAt.toMSecsSinceEpoch(), Q_INT64_C(1795288600250));
    QCOMPARE(old.returnsAt, old.deliveredAt.addSecs(3600));
    QCOMPARE(found->back().queue, QStringLiteral("ours"));

    const auto one = answer<Rows>([&](Done<Rows> done) { m_browser->unacked(1, done); });
    QVERIFY(one && one->size() == 1);
}

void tst_RedisBrowser::showsTheOtherListsOfAQueue_data()
{
    QTest::addColumn<bool>("mayRunScripts");
    QTest::newRow("with a script") << true;
    QTest::newRow("without") << false;
}

void tst_RedisBrowser::showsTheOtherListsOfAQueue()
{
    QFETCH(bool, mayRunScripts);
    m_server.command(
        {"ACL", "SETUSER", "reader", mayRunScripts ? "+evalsha" : "-evalsha", "+script|load"});
    const QByteArray sibling = "q\x06\x16"
                               "3";
    m_server.command({"LPUSH", "q", envelope("1")});
    m_server.command({"SET", sibling, "something else"});
    m_server.command({"LPUSH",
                      "q\x06\x16"
                      "9",
                      envelope("2")});
    QCOMPARE(peek(10).join(u' '), QStringLiteral("1 2"));
    QCOMPARE(peek(10, QueueEnd::Tail).join(u' '), QStringLiteral("2 1"));
    QCOMPARE(m_told.size(), 2);
    QVERIFY2(m_told[0].contains(QString::fromUtf8(sibling)), qPrintable(m_told[0]));
    m_server.command({"DEL", "q",
                      "q\x06\x16"
                      "9"});
    QCOMPARE(peek(10), QStringList());
    QCOMPARE(m_told.size(), 3);
    for (const QByteArray &list : RedisKeys(m_options).lists(QStringLiteral("q")))
        m_server.command({"SET", list, "x"});
    QCOMPARE(peek(10).size(), 1); // nothing can be shown: an error
    QVERIFY(peek(10).front() != QStringLiteral("1"));
    m_server.command({"ACL", "SETUSER", "reader", "-evalsha", "-script|load"});
}

// No rows would look like no queues, and none of something else like an empty one.
void tst_RedisBrowser::failsWhereNothingCanBeShown()
{
    m_server.command({"HSET", "q", "field", "value"});
    const QStringList told = peek(10);
    QCOMPARE(told.size(), 1);
    QVERIFY2(told[0].contains(QStringLiteral("hash")), qPrintable(told[0]));

    m_server.command({"ACL", "SETUSER", "reader", "-scan"});
    const auto found =
        answer<Inventory>([&](Done<Inventory> done) { m_browser->inventory({}, done); });
    m_server.command({"ACL", "SETUSER", "reader", "+scan"});
    QCOMPARE(found.error().kind(), Error::Configuration);
}

// Lengths before contents: what is too large stays there.
void tst_RedisBrowser::fetchesNoMoreThanItShows()
{
    m_server.command({"ACL", "SETUSER", "reader", "+evalsha", "+script|load"});
    m_options.maximumElementBytes = 1000;
    makeBrowser();
    m_server.command(
        {"EVAL", "redis.call('LPUSH', KEYS[1], string.rep('x', 190 * 1048576))", "1", "q"});
    m_server.command({"LPUSH", "q", envelope("2")});
    m_server.command({"CONFIG", "RESETSTAT"});
    const auto found =
        answer<std::vector<IncomingMessage>>([&](Done<std::vector<IncomingMessage>> done) {
            m_browser->peek({QStringLiteral("q"), 10, QueueEnd::Head}, done);
        });
    const QByteArray statistics = m_server.text({"INFO", "stats"});
    m_server.command({"ACL", "SETUSER", "reader", "-evalsha", "-script|load"});
    const qsizetype at = statistics.indexOf("total_net_output_bytes:") + 23;
    const qint64 sent = statistics.mid(at, statistics.indexOf('\r', at) - at).toLongLong();
    QVERIFY2(sent < 10000, QByteArray::number(sent).constData());
    QVERIFY2(found, qPrintable(found.error().text()));
    QCOMPARE(found->size(), 2u);
    QCOMPARE(found->front().error.kind(), Error::LimitExceeded);
    QVERIFY(found->front().error.text().contains(QString::number(190 << 20)));
    QCOMPARE(found->back().content->body, "2");
}

void tst_RedisBrowser::reportsALostConnection()
{
    m_sender->disconnect();
    const auto found =
        answer<Inventory>([&](Done<Inventory> done) { m_browser->inventory({}, done); });
    QCOMPARE(found.error().kind(), Error::Connection);
    QCOMPARE(peek(1), QStringList{QStringLiteral("disconnected")});
}

QOMBU_TEST(tst_RedisBrowser)
#include "tst_redisbrowser.moc"
