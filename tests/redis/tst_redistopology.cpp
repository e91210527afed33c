// SPDX-License-Identifier: BSD-3-Clause
#include "support/blockingsender.h"
#include "support/redisparts.h"
#include "support/testmain.h"
#include "transports/redis/topology/redistopology.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using QombuTest::BlockingSender;
using QombuTest::BrokerProcess;
using QombuTest::RedisParts;

// Against a real server; the bytes are those of the traces in kombu-wire §11.2.
class tst_RedisTopology : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void declaresWithoutWriting();
    void countsEveryBucket();
    void bindsAsKombu_data();
    void bindsAsKombu();
    void prefixesEveryKey();
    void unbindsBothTexts();
    void refusesToBindToTheDefaultExchange();
    void refusesNamesWithTheSeparator();
    void findsQueuesWithMessages();
    void findsEmptyQueuesThatAreBound();
    void saysNotFoundAsKombu();
    void purgesEveryBucket();
    void removesTheQueueAndItsBindings();
    void removesOnlyTheBindingsOfAnExchange();
    void removesOnlyAnEmptyQueueIfToldSo();
    void removesOnlyAnUnusedExchangeIfToldSo();
    void refusesWhatRedisCannotKnow();
    void namesANamelessQueue();
    void bindsAsTheExchangeWasDeclared();
    void answersNothingWhenTheLinkIsGone();
    void failsOnForeignKeysWithoutHalfWork();
    void relievesAServerWithoutMemory();
    void reportsALostConnection();

private:
    template<typename T>
    Result<T> answer(const std::function<void(Done<T>)> &ask);
    Binding binding(ExchangeType type, const char *exchange, const char *key, const char *queue);
    Result<void> bind(const Binding &binding);
    Result<qint64> remove(const QString &queue, const RemoveOptions &options = {});
    void makeTopology();

    BrokerProcess m_server;
    RedisOptions m_options;
    std::unique_ptr<BlockingSender> m_sender;
    std::unique_ptr<RedisParts> m_parts;
    std::unique_ptr<RedisTopology> m_topology;
};

void tst_RedisTopology::makeTopology()
{
    m_topology.reset();
    m_parts = std::make_unique<RedisParts>(*m_sender, m_options);
    m_topology = std::make_unique<RedisTopology>(m_parts->context);
}

void tst_RedisTopology::initTestCase()
{
    QVERIFY2(m_server.start(), qPrintable(m_server.errorText()));
}

void tst_RedisTopology::init()
{
    m_server.command({"FLUSHALL"});
    m_options = RedisOptions();
    m_sender = std::make_unique<BlockingSender>(m_server.port());
    QVERIFY(m_sender->isConnected());
    makeTopology();
}

template<typename T>
Result<T> tst_RedisTopology::answer(const std::function<void(Done<T>)> &ask)
{
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

Binding tst_RedisTopology::binding(ExchangeType type, const char *exchange, const char *key,
                                   const char *queue)
{
    return {Exchange(QString::fromUtf8(exchange), type),
            QString::fromUtf8(key),
            QString::fromUtf8(queue),
            {}};
}

Result<void> tst_RedisTopology::bind(const Binding &binding)
{
    return answer<void>([&](Done<void> done) { m_topology->bind(binding, done); });
}

Result<qint64> tst_RedisTopology::remove(const QString &queue, const RemoveOptions &options)
{
    return answer<qint64>(
        [&](Done<qint64> done) { m_topology->remove(Queue(queue), options, done); });
}

void tst_RedisTopology::declaresWithoutWriting() // T1
{
    const auto info = answer<QueueInfo>(
        [&](Done<QueueInfo> done) { m_topology->declare(Queue("orders"), done); });
    QVERIFY2(info, qPrintable(info.error().text()));
    QCOMPARE(info->name, QStringLiteral("orders"));
    QCOMPARE(info->messageCount, 0);
    QCOMPARE(m_sender->names(),
             (QList<QByteArray>{"MULTI", "LLEN", "LLEN", "LLEN", "LLEN", "EXEC"}));
    QCOMPARE(m_server.integer({"DBSIZE"}), 0);
}

void tst_RedisTopology::countsEveryBucket()
{
    m_server.command({"LPUSH", "orders", "a", "b"});
    m_server.command({"LPUSH",
                      "orders\x06\x16"
                      "9",
                      "c"});
    const auto info = answer<QueueInfo>(
        [&](Done<QueueInfo> done) { m_topology->declare(Queue("orders"), done); });
    QVERIFY(info);
    QCOMPARE(info->messageCount, 3);
}

void tst_RedisTopology::bindsAsKombu_data() // T1, T2, T3
{
    QTest::addColumn<ExchangeType>("type");
    QTest::addColumn<QByteArray>("exchange");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("queue");
    QTest::addColumn<QByteArray>("member");
    QTest::newRow("T1") << ExchangeType::Direct << QByteArray("shop") << QByteArray("new")
                        << QByteArray("orders") << QByteArray("new\x06\x16\x06\x16orders");
    QTest::newRow("T2") << ExchangeType::Topic << QByteArray("topx") << QByteArray("a.*.#")
                        << QByteArray("topicq")
                        << QByteArray("a.*.#\x06\x16^a\\..*?[^\\.]\\..*?$\x06\x16topicq");
    QTest::newRow("T3") << ExchangeType::Fanout << QByteArray("fanx") << QByteArray("k.#")
                        << QByteArray("fanq")
                        << QByteArray("k.#\x06\x16\x06\x16"
                                      "fanq");
    QTest::newRow("T3, no key") << ExchangeType::Fanout << QByteArray("fanx2") << QByteArray()
                                << QByteArray("fanq2")
                                << QByteArray("\x06\x16\x06\x16"
                                              "fanq2");
}

void tst_RedisTopology::bindsAsKombu()
{
    QFETCH(ExchangeType, type);
    QFETCH(QByteArray, exchange);
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, queue);
    QFETCH(QByteArray, member);
    QVERIFY(bind(binding(type, exchange.constData(), key.constData(), queue.constData())));
    QCOMPARE(m_server.texts({"KEYS", "*"}), QList<QByteArray>{"_kombu.binding." + exchange});
    QCOMPARE(m_server.texts({"SMEMBERS", "_kombu.binding." + exchange}), QList<QByteArray>{member});
    QCOMPARE(m_sender->names(), QList<QByteArray>{"SADD"});
}

void tst_RedisTopology::prefixesEveryKey() // T19
{
    m_options.keyPrefix = "gp:";
    makeTopology();
    m_server.command({"LPUSH", "gp:Q", "x"});
    m_server.command({"LPUSH", "Q", "not", "ours"});
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "r", "Q")));
    QCOMPARE(m_server.texts({"SMEMBERS", "gp:_kombu.binding.e"}),
             QList<QByteArray>{"r\x06\x16\x06\x16Q"});
    const auto info = answer<QueueInfo>(
        [&](Done<QueueInfo> done) { m_topology->inspect(QStringLiteral("Q"), done); });
    QVERIFY(info);
    QCOMPARE(info->messageCount, 1);
    const auto removed = remove(QStringLiteral("Q"));
    QVERIFY(removed);
    QCOMPARE(*removed, 1);
    QCOMPARE(m_server.texts({"KEYS", "*"}), QList<QByteArray>{"Q"});
}

void tst_RedisTopology::unbindsBothTexts()
{
    const Binding topic = binding(ExchangeType::Topic, "t", "a.*", "q");
    m_server.command({"SADD", "_kombu.binding.t", "a.*\x06\x16^a\\..*?[^\\.]$\x06\x16q",
                      "a.*\x06\x16^a\\.[^\\.]+$\x06\x16q",
                      "a.*\x06\x16^a\\.[^\\.]+$\x06\x16other"});
    QVERIFY(answer<void>([&](Done<void> done) { m_topology->unbind(topic, done); }));
    QCOMPARE(m_server.texts({"SMEMBERS", "_kombu.binding.t"}),
             QList<QByteArray>{"a.*\x06\x16^a\\.[^\\.]+$\x06\x16other"});
    // Once more is no error.
    QVERIFY(answer<void>([&](Done<void> done) { m_topology->unbind(topic, done); }));
}

void tst_RedisTopology::refusesToBindToTheDefaultExchange()
{
    const auto bound = bind(binding(ExchangeType::Direct, "", "k", "q"));
    QCOMPARE(bound.error().kind(), Error::Channel);
    QCOMPARE(m_sender->commands(), 0);
}

void tst_RedisTopology::refusesNamesWithTheSeparator()
{
    const QString bad = QStringLiteral("q\x06\x16"
                                       "3");
    const auto info =
        answer<QueueInfo>([&](Done<QueueInfo> done) { m_topology->declare(Queue(bad), done); });
    QCOMPARE(info.error().kind(), Error::Configuration);
    const auto purged = answer<qint64>([&](Done<qint64> done) { m_topology->purge(bad, done); });
    QCOMPARE(purged.error().kind(), Error::Configuration);
    QCOMPARE(m_sender->commands(), 0);
}

void tst_RedisTopology::findsQueuesWithMessages() // T10
{
    m_server.command({"LPUSH",
                      "q\x06\x16"
                      "6",
                      "a"});
    const auto info = answer<QueueInfo>(
        [&](Done<QueueInfo> done) { m_topology->inspect(QStringLiteral("q"), done); });
    QVERIFY2(info, qPrintable(info.error().text()));
    QCOMPARE(info->messageCount, 1);
}

void tst_RedisTopology::findsEmptyQueuesThatAreBound()
{
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "r", "q[1]")));
    const auto info = answer<QueueInfo>(
        [&](Done<QueueInfo> done) { m_topology->inspect(QStringLiteral("q[1]"), done); });
    QVERIFY2(info, qPrintable(info.error().text()));
    QCOMPARE(info->messageCount, 0);
}

void tst_RedisTopology::saysNotFoundAsKombu() // T10
{
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "r", "another-q")));
    const auto info = answer<QueueInfo>(
        [&](Done<QueueInfo> done) { m_topology->inspect(QStringLiteral("q"), done); });
    QCOMPARE(info.error().kind(), Error::NotFound);
    QCOMPARE(info.error().replyCode(), 404);
}

void tst_RedisTopology::purgesEveryBucket() // T11
{
    m_server.command({"LPUSH", "orders", "a", "b"});
    m_server.command({"LPUSH",
                      "orders\x06\x16"
                      "3",
                      "c"});
    m_server.command({"LPUSH", "orders2", "d"});
    const auto purged = answer<qint64>(
        [&](Done<qint64> done) { m_topology->purge(QStringLiteral("orders"), done); });
    QVERIFY(purged);
    QCOMPARE(*purged, 3);
    QCOMPARE(m_sender->names(),
             (QList<QByteArray>{"MULTI", "LLEN", "DEL", "LLEN", "DEL", "LLEN", "DEL", "LLEN", "DEL",
                                "EXEC"}));
    QCOMPARE(m_server.texts({"KEYS", "*"}), QList<QByteArray>{"orders2"});
}

void tst_RedisTopology::removesTheQueueAndItsBindings() // T12, and bindings of other programs
{
    m_server.command({"SADD", "_kombu.binding.shop", "new\x06\x16\x06\x16orders",
                      "old\x06\x16\x06\x16orders", "new\x06\x16\x06\x16other", "broken"});
    m_server.command({"SADD", "_kombu.binding.topx", "a.#\x06\x16^a\\..*?$\x06\x16orders"});
    m_server.command({"LPUSH", "orders", "a"});
    m_server.command({"LPUSH",
                      "orders\x06\x16"
                      "9",
                      "b"});
    const auto removed = remove(QStringLiteral("orders"));
    QVERIFY2(removed, qPrintable(removed.error().text()));
    QCOMPARE(*removed, 2);
    QCOMPARE(m_server.texts({"KEYS", "*"}), QList<QByteArray>{"_kombu.binding.shop"});
    QList<QByteArray> left = m_server.texts({"SMEMBERS", "_kombu.binding.shop"});
    std::sort(left.begin(), left.end());
    QCOMPARE(left, (QList<QByteArray>{"broken", "new\x06\x16\x06\x16other"}));
    QVERIFY(!m_sender->names().contains("KEYS"));
}

void tst_RedisTopology::removesOnlyTheBindingsOfAnExchange()
{
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "r", "q")));
    m_server.command({"LPUSH", "q", "a"});
    QVERIFY(answer<void>(
        [&](Done<void> done) { m_topology->remove(Exchange(QStringLiteral("e")), {}, done); }));
    QCOMPARE(m_server.texts({"KEYS", "*"}), QList<QByteArray>{"q"});
}

void tst_RedisTopology::removesOnlyAnEmptyQueueIfToldSo()
{
    const RemoveOptions ifEmpty{.ifEmpty = true};
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "r", "q")));
    m_server.command({"LPUSH",
                      "q\x06\x16"
                      "3",
                      "a"});
    const auto refused = remove(QStringLiteral("q"), ifEmpty);
    QCOMPARE(refused.error().kind(), Error::Channel);
    QCOMPARE(refused.error().replyCode(), 406);
    QCOMPARE(m_server.integer({"DBSIZE"}), 2);
    m_server.command({"DEL",
                      "q\x06\x16"
                      "3"});
    const auto removed = remove(QStringLiteral("q"), ifEmpty);
    QVERIFY2(removed, qPrintable(removed.error().text()));
    QCOMPARE(m_server.integer({"DBSIZE"}), 0);
}

void tst_RedisTopology::removesOnlyAnUnusedExchangeIfToldSo()
{
    const auto removeExchange = [this] {
        return answer<void>([&](Done<void> done) {
            m_topology->remove(Exchange(QStringLiteral("e")), {.ifUnused = true}, done);
        });
    };
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "r", "q")));
    QCOMPARE(removeExchange().error().replyCode(), 406);
    QCOMPARE(m_server.integer({"DBSIZE"}), 1);
    QVERIFY(remove(QStringLiteral("q")));
    QVERIFY(removeExchange());
}

void tst_RedisTopology::refusesWhatRedisCannotKnow()
{
    QCOMPARE(remove(QStringLiteral("q"), {.ifUnused = true}).error().kind(), Error::Unsupported);
    Binding toExchange = binding(ExchangeType::Direct, "e", "r", "");
    toExchange.destinationExchange = QStringLiteral("f");
    QCOMPARE(bind(toExchange).error().kind(), Error::Unsupported);
    QCOMPARE(bind(binding(ExchangeType::Headers, "e", "r", "q")).error().kind(),
             Error::Unsupported);
    QCOMPARE(m_sender->commands(), 0);
}

void tst_RedisTopology::namesANamelessQueue()
{
    QStringList names;
    for (int i = 0; i < 2; ++i) {
        const auto info =
            answer<QueueInfo>([&](Done<QueueInfo> done) { m_topology->declare(Queue(), done); });
        QVERIFY(info);
        QVERIFY2(info->name.startsWith(QStringLiteral("amq.gen-")), qPrintable(info->name));
        names << info->name;
    }
    QVERIFY(names[0] != names[1]);
}

// A binding may name its exchange without the type.
void tst_RedisTopology::bindsAsTheExchangeWasDeclared()
{
    const Exchange topic(QStringLiteral("t"), ExchangeType::Topic);
    QVERIFY(answer<void>([&](Done<void> done) { m_topology->declare(topic, done); }));
    QVERIFY(bind(binding(ExchangeType::Direct, "t", "a.#", "q")));
    QCOMPARE(m_server.texts({"SMEMBERS", "_kombu.binding.t"}),
             QList<QByteArray>{"a.#\x06\x16^a\\..*?$\x06\x16q"});
    const Exchange other(QStringLiteral("t"), ExchangeType::Fanout);
    const auto refused = answer<void>([&](Done<void> done) { m_topology->declare(other, done); });
    QCOMPARE(refused.error().replyCode(), 406);
}

void tst_RedisTopology::answersNothingWhenTheLinkIsGone()
{
    m_parts->alive.reset();
    int answers = 0;
    m_topology->declare(Queue("q"), [&](const Result<QueueInfo> &) { ++answers; });
    m_topology->purge(QStringLiteral("q"), [&](const Result<qint64> &) { ++answers; });
    m_sender->answerAll();
    QCOMPARE(answers, 0);
    QCOMPARE(m_sender->commands(), 0);
}

void tst_RedisTopology::failsOnForeignKeysWithoutHalfWork()
{
    m_server.command({"SET", "q", "a string"});
    const auto info =
        answer<QueueInfo>([&](Done<QueueInfo> done) { m_topology->declare(Queue("q"), done); });
    QCOMPARE(info.error().kind(), Error::Channel);
    QVERIFY2(!info.error().isRecoverable(), qPrintable(info.error().text()));
}

// Who consumes or purges there must not be refused.
void tst_RedisTopology::relievesAServerWithoutMemory()
{
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "k", "q")));
    m_server.command({"LPUSH", "q", "1", "2"});
    m_server.command({"CONFIG", "SET", "maxmemory", "1"});
    const auto declared =
        answer<QueueInfo>([&](Done<QueueInfo> done) { m_topology->declare(Queue("q"), done); });
    const auto bound = bind(binding(ExchangeType::Direct, "e", "k", "q"));
    const auto other = bind(binding(ExchangeType::Direct, "e", "other", "q"));
    const auto purged =
        answer<qint64>([&](Done<qint64> done) { m_topology->purge(QStringLiteral("q"), done); });
    m_server.command({"CONFIG", "SET", "maxmemory", "0"});
    QVERIFY2(declared, qPrintable(declared.error().text()));
    QCOMPARE(declared->messageCount, 2);
    QVERIFY2(bound, qPrintable(bound.error().text()));
    QCOMPARE(other.error().kind(), Error::Blocked);
    QVERIFY2(purged, qPrintable(purged.error().text()));
    QCOMPARE(*purged, 2);
    QCOMPARE(m_server.integer({"EXISTS", "q"}), 0);
}

void tst_RedisTopology::reportsALostConnection()
{
    m_sender->disconnect();
    const auto removed = remove(QStringLiteral("q"));
    QCOMPARE(removed.error().kind(), Error::Connection);
    const auto info = answer<QueueInfo>(
        [&](Done<QueueInfo> done) { m_topology->inspect(QStringLiteral("q"), done); });
    QCOMPARE(info.error().kind(), Error::Connection);
}

QOMBU_TEST(tst_RedisTopology)
#include "tst_redistopology.moc"
