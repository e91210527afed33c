// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "redis/testlink.h"
#include "support/blockingsender.h"
#include "support/redisparts.h"
#include "support/testmain.h"
#include "transports/redis/consuming/redisholder.h"
#include "transports/redis/recovery/redisrecovery.h"

#include <QCryptographicHash>
#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using namespace QombuTest;

// What a person brings back, on a real server.
class tst_RedisRecovery : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void requeuesOneAsItIs();
    void requeuesByPriority();
    void requeuesAllInTheirOrder();
    void requeuesNoMoreThanWasThere();
    void requeuesWhereMemoryIsFull();
    void requeuesWhatNobodyReads();
    void looksAgainWhereItChanged();
    void dropsOne();
    void dropsAll();
    void tellsWhatIsNotThere();
    void leavesForeignKeysAlone_data();
    void leavesForeignKeysAlone();
    void refusesReservedNames();
    void keepsToItsPrefix();

    void knowsHolders_data();
    void knowsHolders();
    void returnsWhatADeadOneHolds();
    void returnsOneToTheFront();
    void returnsAllInTheirOrder();
    void returnsManyPages();
    void keepsTheBodyOfALargeRecord();
    void leavesTheLiving();
    void leavesWhoRenewsMeanwhile();
    void wantsForceForKombu();
    void followsKombusBindings();
    void leavesWhatHasNoPlace();
    void tellsHowManyWentBefore();
    void tellsTheLivingOneThatItLost();

private:
    using Ask = std::function<void(LinkRecovery &, Done<qint64>)>;
    Result<qint64> run(const Ask &ask, const RedisOptions &options = {});
    Result<qint64> requeue(const std::optional<QString> &name);
    Result<qint64> drop(const std::optional<QString> &name);
    Result<qint64> returnOne(const QByteArray &tag, bool isForced = false);
    Result<qint64> returnAll(const QByteArray &holder, bool isForced = false);
    void hold(const QByteArray &tag, const QByteArray &record, double age = 100);
    QByteArrayList list(const QByteArray &key)
    {
        return m_server.texts({"LRANGE", key, "0", "-1"});
    }
    QByteArray everything() { return m_server.text({"DEBUG", "DIGEST"}); }

    BrokerProcess m_server{{QStringLiteral("--enable-debug-command"), QStringLiteral("local")}};
    std::unique_ptr<BlockingSender> m_sender;
    std::function<void()> m_meanwhile; // after the first write
};

namespace {

const QByteArray QuarantineOfQ = "_qombu.quarantine.q";
const QByteArray DeadOne = "01234567-89ab-4def-8123-456789abcdef";
const QByteArray OtherOne = "11234567-89ab-4def-8123-456789abcdef";

QString elementName(const QByteArray &bytes)
{
    return QString::fromLatin1(
        QCryptographicHash::hash(bytes, QCryptographicHash::Sha1).toHex().first(12));
}

QByteArray heldTag(const QByteArray &holder, int number)
{
    return holder + '.' + QByteArray::number(number).rightJustified(28, '0');
}

QByteArray heldRecord(const QByteArray &name, const QByteArray &body = "x")
{
    return '[' + envelope(name, body) + ",\"\",\"q\"]";
}

} // namespace

void tst_RedisRecovery::initTestCase()
{
    QVERIFY2(m_server.start(), qPrintable(m_server.errorText()));
}

void tst_RedisRecovery::init()
{
    m_server.command({"FLUSHALL"});
    m_sender = std::make_unique<BlockingSender>(m_server.port());
    m_meanwhile = {};
}

Result<qint64> tst_RedisRecovery::run(const Ask &ask, const RedisOptions &options)
{
    RedisParts parts(*m_sender, options);
    RedisRecovery recovery(parts.context);
    int answers = 0;
    Result<qint64> result = Error(Error::Timeout, QStringLiteral("no answer"));
    ask(recovery, [&](Result<qint64> answer) {
        ++answers;
        result = std::move(answer);
    });
    if (m_meanwhile) {
        m_sender->answerOnce();
        std::exchange(m_meanwhile, {})();
    }
    m_sender->answerAll();
    return answers == 1 ? result
                        : Error(Error::Protocol, QStringLiteral("%1 answers").arg(answers));
}

Result<qint64> tst_RedisRecovery::requeue(const std::optional<QString> &name)
{
    return run([&](LinkRecovery &recovery, Done<qint64> done) {
        recovery.requeueQuarantined(QStringLiteral("q"), name, std::move(done));
    });
}

Result<qint64> tst_RedisRecovery::drop(const std::optional<QString> &name)
{
    return run([&](LinkRecovery &recovery, Done<qint64> done) {
        recovery.dropQuarantined(QStringLiteral("q"), name, std::move(done));
    });
}

Result<qint64> tst_RedisRecovery::returnOne(const QByteArray &tag, bool isForced)
{
    return run([&](LinkRecovery &recovery, Done<qint64> done) {
        recovery.returnUnacked(QString::fromUtf8(tag), isForced, std::move(done));
    });
}

Result<qint64> tst_RedisRecovery::returnAll(const QByteArray &holder, bool isForced)
{
    return run([&](LinkRecovery &recovery, Done<qint64> done) {
        recovery.returnHeldBy(QString::fromUtf8(holder), isForced, std::move(done));
    });
}

// As somebody who took it, or renewed its lease, so many seconds ago.
void tst_RedisRecovery::hold(const QByteArray &tag, const QByteArray &text, double age)
{
    const QByteArrayList time = m_server.texts({"TIME"});
    const double now = time.at(0).toDouble() + time.at(1).toDouble() / 1e6;
    m_server.command({"HSET", "unacked", tag, text});
    m_server.command({"ZADD", "unacked_index", QByteArray::number(now - age, 'f', 6), tag});
}

void tst_RedisRecovery::requeuesOneAsItIs()
{
    const QByteArray bytes("\x00\xff no\r\nmessage", 14);
    m_server.command({"LPUSH", QuarantineOfQ, "first", bytes, "last", bytes});
    m_server.command({"LPUSH", "q", envelope("waiting")});
    QCOMPARE(requeue(elementName(bytes)).valueOr(-1), 1);
    QCOMPARE(list("q"), (QByteArrayList{bytes, envelope("waiting")})); // behind what waits
    QCOMPARE(list(QuarantineOfQ), (QByteArrayList{bytes, "last", "first"}));
    QCOMPARE(requeue(elementName(bytes)).valueOr(-1), 1);
    QCOMPARE(requeue(elementName(bytes)).error().kind(), Error::NotFound);
    QCOMPARE(list(QuarantineOfQ), (QByteArrayList{"last", "first"}));
}

void tst_RedisRecovery::requeuesByPriority()
{
    const QByteArray mended = envelope("m", "x", "\"priority\": 7, ");
    m_server.command({"LPUSH", QuarantineOfQ, mended, "junk"});
    QCOMPARE(requeue(std::nullopt).valueOr(-1), 2);
    QCOMPARE(list("q\x06\x16"
                  "6"),
             QByteArrayList{mended});
    QCOMPARE(list("q"), QByteArrayList{"junk"});
    QCOMPARE(m_server.integer({"EXISTS", QuarantineOfQ}), 0);
}

void tst_RedisRecovery::requeuesAllInTheirOrder()
{
    QByteArrayList expected; // the newest is left
    for (int i = 0; i < 350; ++i) {
        const QByteArray text = "junk " + QByteArray::number(i) + QByteArray(i % 50 * 1000, 'x');
        m_server.command({"LPUSH", QuarantineOfQ, text});
        expected.prepend(text);
    }
    QCOMPARE(requeue(std::nullopt).valueOr(-1), 350);
    QCOMPARE(list("q"), expected);
    QCOMPARE(m_server.integer({"EXISTS", QuarantineOfQ}), 0);
}

// Who consumes there puts them into the quarantine again.
void tst_RedisRecovery::requeuesNoMoreThanWasThere()
{
    for (int i = 0; i < 150; ++i)
        m_server.command({"LPUSH", QuarantineOfQ, "junk " + QByteArray::number(i)});
    m_meanwhile = [this] {
        for (int i = 0; i < 100; ++i)
            m_server.command({"LPUSH", QuarantineOfQ, "again " + QByteArray::number(i)});
    };
    QCOMPARE(requeue(std::nullopt).valueOr(-1), 150);
    QCOMPARE(m_server.integer({"LLEN", QuarantineOfQ}), 100);
    QCOMPARE(m_server.text({"LINDEX", QuarantineOfQ, "-1"}), QByteArray("again 0"));
}

void tst_RedisRecovery::requeuesWhereMemoryIsFull()
{
    m_server.command({"LPUSH", QuarantineOfQ, "a", "b"});
    m_server.command({"CONFIG", "SET", "maxmemory", "1"});
    const auto one = requeue(elementName("a"));
    const auto all = requeue(std::nullopt);
    m_server.command({"CONFIG", "SET", "maxmemory", "0"});
    QVERIFY2(one, qPrintable(one.error().text()));
    QVERIFY2(all, qPrintable(all.error().text()));
    QCOMPARE(list("q"), (QByteArrayList{"b", "a"}));
}

// Its name comes from its size and ends, and it never leaves the server.
void tst_RedisRecovery::requeuesWhatNobodyReads()
{
    const QByteArray head(65536, 'h');
    const QByteArray tail(65536, 't');
    const QByteArray bytes = head + QByteArray(3 << 20, 'x') + tail;
    m_server.command({"LPUSH", QuarantineOfQ, bytes, "small"});
    const QString name = elementName(QByteArray::number(bytes.size()) + ' ' + head + tail);
    QCOMPARE(requeue(name).valueOr(-1), 1);
    QCOMPARE(m_server.text({"LINDEX", "q", "0"}), bytes);
    QCOMPARE(list(QuarantineOfQ), QByteArrayList{"small"});
}

void tst_RedisRecovery::looksAgainWhereItChanged()
{
    m_server.command({"LPUSH", QuarantineOfQ, "a", "b", "c"});
    m_meanwhile = [this] { m_server.command({"RPOP", QuarantineOfQ}); };
    QCOMPARE(drop(elementName("c")).valueOr(-1), 1);
    QCOMPARE(list(QuarantineOfQ), QByteArrayList{"b"});
    m_meanwhile = [this] { m_server.command({"RPOP", QuarantineOfQ}); };
    QCOMPARE(requeue(elementName("b")).error().kind(), Error::NotFound);
    m_server.command({"LPUSH", QuarantineOfQ, "a", "b", "c"});
    m_meanwhile = [this] { m_server.command({"RPOP", QuarantineOfQ}); };
    QCOMPARE(requeue(std::nullopt).valueOr(-1), 2);
    QCOMPARE(list("q"), (QByteArrayList{"c", "b"}));
}

void tst_RedisRecovery::dropsOne()
{
    m_server.command({"LPUSH", QuarantineOfQ, "a", "b", "c"});
    QCOMPARE(drop(elementName("b")).valueOr(-1), 1);
    QCOMPARE(list(QuarantineOfQ), (QByteArrayList{"c", "a"}));
    QCOMPARE(m_server.integer({"DBSIZE"}), 1);
}

void tst_RedisRecovery::dropsAll()
{
    m_server.command({"LPUSH", QuarantineOfQ, "a", "b", "c"});
    m_server.command({"LPUSH", "q", "waits"});
    QCOMPARE(drop(std::nullopt).valueOr(-1), 3);
    QCOMPARE(m_server.integer({"DBSIZE"}), 1);
}

void tst_RedisRecovery::tellsWhatIsNotThere()
{
    for (const auto &name : {std::optional<QString>(), std::optional(QStringLiteral("nope")),
                             std::optional(QString())}) {
        QCOMPARE(requeue(name).error().kind(), Error::NotFound);
        QCOMPARE(drop(name).error().kind(), Error::NotFound);
    }
    m_server.command({"LPUSH", QuarantineOfQ, "a"});
    const QByteArray before = everything();
    for (const QString &name : {QStringLiteral("nope"), QString()}) {
        QCOMPARE(requeue(name).error().kind(), Error::NotFound);
        QCOMPARE(drop(name).error().kind(), Error::NotFound);
    }
    QCOMPARE(returnOne("nope").error().kind(), Error::NotFound);
    QCOMPARE(returnOne(heldTag(DeadOne, 1), true).error().kind(), Error::NotFound);
    QCOMPARE(returnAll(DeadOne).error().kind(), Error::NotFound);
    QCOMPARE(returnAll("").error().kind(), Error::NotFound);
    QCOMPARE(everything(), before);
}

void tst_RedisRecovery::leavesForeignKeysAlone_data()
{
    QTest::addColumn<QByteArrayList>("make");
    QTest::addColumn<QByteArrayList>("key");
    QTest::newRow("quarantine") << QByteArrayList{"HSET", QuarantineOfQ, "f", "v"}
                                << QByteArrayList{QuarantineOfQ, "hash"};
    QTest::newRow("queue") << QByteArrayList{"SET", "q", "v"} << QByteArrayList{"q", "string"};
    QTest::newRow("a list of the queue") << QByteArrayList{"SADD",
                                                           "q\x06\x16"
                                                           "9",
                                                           "v"}
                                         << QByteArrayList{"q", "set"};
}

void tst_RedisRecovery::leavesForeignKeysAlone()
{
    QFETCH(const QByteArrayList, make);
    QFETCH(const QByteArrayList, key);
    m_server.command(make);
    m_server.command({"LPUSH", QuarantineOfQ, "a"});
    const QByteArray before = everything();
    for (const auto &name : {std::optional<QString>(), std::optional(elementName("a"))}) {
        const Error error = requeue(name).error();
        QCOMPARE(error.kind(), Error::Channel);
        for (const QByteArray &part : key)
            QVERIFY2(error.text().contains(QString::fromUtf8(part)), qPrintable(error.text()));
        if (make.first() == "HSET")
            QCOMPARE(drop(name).error().kind(), Error::Channel);
    }
    QCOMPARE(everything(), before);
}

void tst_RedisRecovery::refusesReservedNames()
{
    m_server.command({"LPUSH", "_qombu.quarantine.unacked", "a"});
    const QByteArray before = everything();
    for (const QString &name : {QStringLiteral("unacked"), QString()}) {
        const auto ask = [&](LinkRecovery &recovery, Done<qint64> done) {
            recovery.requeueQuarantined(name, std::nullopt, std::move(done));
        };
        QCOMPARE(run(ask).error().kind(), Error::Configuration);
    }
    QCOMPARE(everything(), before);
}

void tst_RedisRecovery::keepsToItsPrefix()
{
    RedisOptions options;
    options.keyPrefix = "[a]*:";
    m_server.command({"LPUSH", "[a]*:" + QuarantineOfQ, "mine"});
    m_server.command({"LPUSH", QuarantineOfQ, "other"});
    hold(heldTag(DeadOne, 1), heldRecord("other"));
    const QByteArray score = m_server.text({"ZSCORE", "unacked_index", heldTag(DeadOne, 1)});
    m_server.command({"HSET", "[a]*:unacked", heldTag(DeadOne, 1), heldRecord("mine")});
    m_server.command({"ZADD", "[a]*:unacked_index", score, heldTag(DeadOne, 1)});
    const auto requeueAll = [](LinkRecovery &recovery, Done<qint64> done) {
        recovery.requeueQuarantined(QStringLiteral("q"), std::nullopt, std::move(done));
    };
    const auto returnHeld = [](LinkRecovery &recovery, Done<qint64> done) {
        recovery.returnHeldBy(QString::fromUtf8(DeadOne), false, std::move(done));
    };
    QCOMPARE(run(requeueAll, options).valueOr(-1), 1);
    QCOMPARE(run(returnHeld, options).valueOr(-1), 1);
    QCOMPARE(list("[a]*:q"), (QByteArrayList{"mine", redelivered(envelope("mine"))}));
    QCOMPARE(list(QuarantineOfQ), QByteArrayList{"other"});
    QCOMPARE(m_server.integer({"HLEN", "unacked"}), 1);
    QCOMPARE(m_server.integer({"EXISTS", "q", "[a]*:unacked"}), 0);
}

void tst_RedisRecovery::knowsHolders_data()
{
    QTest::addColumn<QByteArray>("tag");
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("ours") << heldTag(DeadOne, 7) << DeadOne;
    QTest::newRow("Kombu's") << DeadOne << QByteArray();
    QTest::newRow("no number") << DeadOne + ".7x" << QByteArray();
    QTest::newRow("empty number") << DeadOne + '.' << QByteArray();
    QTest::newRow("no id") << QByteArray("worker.7") << QByteArray();
    QTest::newRow("too short an id") << QByteArray("0-1-2.7") << QByteArray();
    QTest::newRow("nothing") << QByteArray() << QByteArray();
}

void tst_RedisRecovery::knowsHolders()
{
    QFETCH(const QByteArray, tag);
    QFETCH(const QByteArray, name);
    QCOMPARE(RedisHolder::nameIn(tag), name);
    const auto state = [&](std::optional<double> now) {
        return RedisHolder::of(tag, "1000", now, {}).state;
    };
    const bool isKnown = !name.isEmpty();
    QCOMPARE(state(1029), isKnown ? HolderState::Alive : HolderState::Unknown);
    QCOMPARE(state(999), isKnown ? HolderState::Alive : HolderState::Unknown); // its clock
    QCOMPARE(state(1031), isKnown ? HolderState::Dead : HolderState::Unknown);
    QCOMPARE(state(std::nullopt), HolderState::Unknown);
}

void tst_RedisRecovery::returnsWhatADeadOneHolds()
{
    const QVariantMap renewing{{QStringLiteral("renew_interval"), 0.05}};
    m_server.command({"LPUSH", "q", envelope("1"), envelope("2")});
    {
        TestTransport transport;
        TestLink dead(transport, m_server.url(), renewing);
        QVERIFY(dead.open());
        QVERIFY(dead.consume(1, {QStringLiteral("q")}));
        QVERIFY(dead.waitForDeliveries(2));
        dead.drop();
    }
    RedisOptions options;
    options.renewInterval = std::chrono::milliseconds(50);
    const QByteArray holder = RedisHolder::nameIn(m_server.texts({"HKEYS", "unacked"}).value(0));
    QVERIFY(!holder.isEmpty());
    const auto returnHeld = [&](LinkRecovery &recovery, Done<qint64> done) {
        recovery.returnHeldBy(QString::fromUtf8(holder), false, std::move(done));
    };
    Result<qint64> result = qint64(0);
    const auto isReturned = [&] {
        if (result.valueOr(0) == 0)
            result = run(returnHeld, options);
        return result.isOk();
    };
    QVERIFY2(TestLink::waitUntil(isReturned), qPrintable(result.error().text()));
    QCOMPARE(*result, 2);
    QCOMPARE(list("q"), (QByteArrayList{redelivered(envelope("2")), redelivered(envelope("1"))}));
    QCOMPARE(m_server.integer({"DBSIZE"}), 1);
}

void tst_RedisRecovery::returnsOneToTheFront()
{
    m_server.command({"LPUSH", "q", envelope("waiting")});
    hold(heldTag(DeadOne, 1), heldRecord("1"));
    hold(heldTag(DeadOne, 2), heldRecord("2"));
    QCOMPARE(returnOne(heldTag(DeadOne, 1)).valueOr(-1), 1);
    QCOMPARE(list("q"), (QByteArrayList{envelope("waiting"), redelivered(envelope("1"))}));
    QCOMPARE(m_server.texts({"HKEYS", "unacked"}), QByteArrayList{heldTag(DeadOne, 2)});
    QCOMPARE(m_server.integer({"ZCARD", "unacked_index"}), 1);
}

void tst_RedisRecovery::returnsAllInTheirOrder()
{
    for (int i = 1; i <= 12; ++i)
        hold(heldTag(DeadOne, i), heldRecord(QByteArray::number(i)),
             200 - i / 4); // several a moment
    hold(heldTag(OtherOne, 1), heldRecord("other"), 500);
    hold(DeadOne + "x.1", heldRecord("no holder"), 500);
    QCOMPARE(returnAll(DeadOne).valueOr(-1), 12);
    QByteArrayList expected;
    for (int i = 1; i <= 12; ++i)
        expected.prepend(redelivered(envelope(QByteArray::number(i))));
    QCOMPARE(list("q"), expected); // the right end is next
    QCOMPARE(m_server.integer({"HLEN", "unacked"}), 2);
}

void tst_RedisRecovery::returnsManyPages()
{
    for (int i = 1; i <= 1500; ++i)
        hold(heldTag(DeadOne, i), heldRecord(QByteArray::number(i)));
    QCOMPARE(returnAll(DeadOne).valueOr(-1), 1500);
    QCOMPARE(m_server.integer({"LLEN", "q"}), 1500);
    QCOMPARE(m_server.text({"LINDEX", "q", "-1"}), redelivered(envelope("1")));
    QCOMPARE(m_server.integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

void tst_RedisRecovery::keepsTheBodyOfALargeRecord()
{
    const QByteArray body(3 << 20, 'x');
    hold(heldTag(DeadOne, 1), heldRecord("1", body));
    // One whose body stands elsewhere is read as a whole.
    const QByteArray exotic =
        R"({"headers": {}, "content-type": "text/plain", "content-encoding": "utf-8", "properties": )"
        R"({"delivery_info": {}, "delivery_tag": "2", "body_encoding": "base64"}, "body": ")"
        + body.toBase64() + "\"}";
    hold(heldTag(DeadOne, 2), '[' + exotic + ",\"\",\"r\"]");
    QCOMPARE(returnAll(DeadOne).valueOr(-1), 2);
    QCOMPARE(list("q"), QByteArrayList{redelivered(envelope("1", body))});
    QCOMPARE(list("r").value(0).size(), exotic.size() + 2 * 19);
    QCOMPARE(m_server.integer({"EXISTS", "unacked", "unacked_index"}), 0);
}

void tst_RedisRecovery::leavesTheLiving()
{
    hold(heldTag(DeadOne, 1), heldRecord("1"), 3);
    hold(heldTag(DeadOne, 2), heldRecord("2"), 300);
    const QByteArray before = everything();
    for (const auto &result : {returnOne(heldTag(DeadOne, 1)), returnAll(DeadOne)}) {
        QCOMPARE(result.error().replyCode(), 406);
        const QString text = result.error().text();
        QVERIFY2(text.contains(QString::fromUtf8(DeadOne))
                     && text.contains(QLatin1String("3 s ago")),
                 qPrintable(text));
    }
    QCOMPARE(everything(), before);
    QCOMPARE(returnAll(DeadOne, true).valueOr(-1), 2);
    QCOMPARE(list("q"), (QByteArrayList{redelivered(envelope("1")), redelivered(envelope("2"))}));
}

// Between the look and the step that returns.
void tst_RedisRecovery::leavesWhoRenewsMeanwhile()
{
    hold(heldTag(DeadOne, 1), heldRecord("1"));
    m_meanwhile = [this] { hold(heldTag(DeadOne, 1), heldRecord("1"), 0); };
    QCOMPARE(returnOne(heldTag(DeadOne, 1)).error().replyCode(), 406);
    QCOMPARE(m_server.integer({"HLEN", "unacked"}), 1);
    m_meanwhile = [this] { hold(heldTag(DeadOne, 1), heldRecord("1"), 0); };
    QCOMPARE(returnOne(heldTag(DeadOne, 1), true).valueOr(-1), 1);
    hold(heldTag(DeadOne, 2), heldRecord("2"));
    m_meanwhile = [this] { m_server.command({"DEL", "unacked", "unacked_index"}); };
    QCOMPARE(returnOne(heldTag(DeadOne, 2)).error().kind(), Error::NotFound); // it was settled
    QCOMPARE(m_server.integer({"LLEN", "q"}), 1);
}

void tst_RedisRecovery::wantsForceForKombu()
{
    const QByteArray tag = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    hold(tag, '[' + envelope(tag) + ", \"\", \"q\"]", 100000);
    const QByteArray before = everything();
    const Error error = returnOne(tag).error();
    QCOMPARE(error.replyCode(), 406);
    QVERIFY2(error.text().contains(QLatin1String("twice")), qPrintable(error.text()));
    QCOMPARE(everything(), before);
    QCOMPARE(returnOne(tag, true).valueOr(-1), 1);
    QCOMPARE(list("q"), QByteArrayList{redelivered(envelope(tag))});
}

void tst_RedisRecovery::followsKombusBindings()
{
    m_server.command({"SADD", "_kombu.binding.shop", "new\x06\x16\x06\x16q", "new\x06\x16\x06\x16r",
                      "old\x06\x16\x06\x16s"});
    hold("tag-1", '[' + envelope("tag-1") + ", \"shop\", \"new\"]");
    QCOMPARE(returnOne("tag-1", true).valueOr(-1), 1);
    for (const char *queue : {"q", "r"})
        QCOMPARE(list(queue), QByteArrayList{redelivered(envelope("tag-1"))});
    QCOMPARE(m_server.integer({"EXISTS", "s", "unacked", "unacked_index"}), 0);
}

void tst_RedisRecovery::leavesWhatHasNoPlace()
{
    hold("tag-1", '[' + envelope("tag-1") + ", \"gone\", \"k\"]");
    hold("tag-2", "no record");
    hold(heldTag(DeadOne, 1), heldRecord("1"));
    m_server.command({"SET", "q", "something else"});
    const QByteArray before = everything();
    const std::vector<std::pair<QByteArray, const char *>> cases = {
        {"tag-1", "'gone'"}, {"tag-2", "9 bytes"}, {heldTag(DeadOne, 1), "\"q\" is a string"}};
    for (const auto &[tag, why] : cases) {
        const Error error = returnOne(tag, true).error();
        QCOMPARE(error.kind(), Error::Channel);
        QVERIFY2(error.text().contains(QLatin1String(why)), qPrintable(error.text()));
    }
    QCOMPARE(everything(), before);
}

void tst_RedisRecovery::tellsHowManyWentBefore()
{
    for (int i = 1; i <= 3; ++i)
        hold(heldTag(DeadOne, i), heldRecord(QByteArray::number(i)));
    hold(heldTag(DeadOne, 4), "broken");
    const Error error = returnAll(DeadOne).error();
    QCOMPARE(error.kind(), Error::Channel);
    for (const QString &part :
         {QStringLiteral("3 messages were returned"), QStringLiteral("6 bytes")})
        QVERIFY2(error.text().contains(part), qPrintable(error.text()));
    QCOMPARE(m_server.integer({"LLEN", "q"}), 3);
    QCOMPARE(m_server.texts({"HKEYS", "unacked"}), QByteArrayList{heldTag(DeadOne, 4)});
}

void tst_RedisRecovery::tellsTheLivingOneThatItLost()
{
    m_server.command({"LPUSH", "q", envelope("1")});
    TestTransport transport;
    TestLink living(transport, m_server.url());
    QVERIFY(living.open());
    QVERIFY(living.consume(1, {QStringLiteral("q")}, 1));
    QVERIFY(living.waitForDeliveries(1));
    TestTransport another;
    TestLink operatorLink(another, m_server.url());
    QVERIFY(operatorLink.open());
    const QByteArray tag = m_server.texts({"HKEYS", "unacked"}).value(0);
    std::optional<Result<qint64>> answer;
    const auto ask = [&](bool isForced) {
        answer.reset();
        operatorLink.link().recovery()->returnUnacked(
            QString::fromUtf8(tag), isForced,
            [&answer](const Result<qint64> &result) { answer = result; });
        return TestLink::waitUntil([&] { return answer.has_value(); });
    };
    QVERIFY(ask(false));
    QCOMPARE(answer->error().replyCode(), 406);
    QVERIFY(ask(true));
    QCOMPARE(answer->valueOr(-1), 1);
    living.settle(living.deliveries[0].delivery, Settlement::Ack);
    QVERIFY(living.waitForDeliveries(2)); // it comes again, and is its own now
    QCOMPARE(living.tooLate, std::vector<quint64>{living.deliveries[0].delivery});
    QVERIFY(living.deliveries[1].content->redelivered);
    living.settle(living.deliveries[1].delivery, Settlement::Ack);
    QTRY_COMPARE(m_server.integer({"DBSIZE"}), 0);
}

QOMBU_TEST(tst_RedisRecovery)
#include "tst_redisrecovery.moc"
