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

// Against a real server; the bytes are those that Kombu was seen to write.
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
    void bindsWithTheTextThatIsThere();
    void unbindsBothTexts();
    void refusesToBindToTheDefaultExchange();
    void refusesNamesWithTheSeparator();
    void findsQueuesWithMessages();
    void findsEmptyQueuesThatAreBound();
    void saysNotFoundAsKombu();
    void purgesEveryBucket();
    void removesTheQueueAndItsBindings();
    void leavesBindingsThatItMayNotSee();
    void removesOnlyTheBindingsOfAnExchange();
    void removesOnlyAnEmptyQueueIfToldSo();
    void removesOnlyAnUnusedExchangeIfToldSo();
    void refusesWhatRedisCannotKnow();
    void namesANamelessQueue();
    void bindsAsTheExchangeWasDeclared();
    void answersNothingWhenTheLinkIsGone();
    void changesNoForeignKey_data();
    void changesNoForeignKey();
    void bindsNothingWhereAKeyIsForeign();
    void declaresNoExchangeWhereTheKeyIsForeign();
    void declaresAnExchangeItMayNotLookAt();
    void refusesReservedNames();
    void namesThePermissionThatScriptsNeed();
    void givesBindingsOfVanishingQueuesADeadline_data();
    void givesBindingsOfVanishingQueuesADeadline();
    void movesADeadlineOnlyForwards();
    void turnsAPermanentBindingIntoOneWithADeadline();
    void keepsTheTextThatIsThere();
    void removesBothKindsOfSets();
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
                        << QByteArray("a.*.#\x06\x16^a\\.[^\\.]+\\..*?$\x06\x16topicq");
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
    QList<QByteArray> keys = m_server.texts({"KEYS", "*"});
    std::sort(keys.begin(), keys.end());
    QCOMPARE(
        keys,
        (QList<QByteArray>{"_kombu.binding." + exchange, "_kombu.binding_permanent." + exchange}));
    for (const QByteArray &set : keys)
        QCOMPARE(m_server.texts({"SMEMBERS", set}), QList<QByteArray>{member});
    QCOMPARE(m_sender->names(), QList<QByteArray>{"EVALSHA"});
}

void tst_RedisTopology::prefixesEveryKey() // T19
{
    m_options.keyPrefix = "gp:";
    makeTopology();
    m_server.command({"LPUSH", "gp:Q", "x"});
    m_server.command({"LPUSH", "Q", "not", "ours"});
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "r", "Q")));
    for (const char *set : {"gp:_kombu.binding.e", "gp:_kombu.binding_permanent.e"})
        QCOMPARE(m_server.texts({"SMEMBERS", set}), QList<QByteArray>{"r\x06\x16\x06\x16Q"});
    const auto info = answer<QueueInfo>(
        [&](Done<QueueInfo> done) { m_topology->inspect(QStringLiteral("Q"), done); });
    QVERIFY(info);
    QCOMPARE(info->messageCount, 1);
    const auto removed = remove(QStringLiteral("Q"));
    QVERIFY(removed);
    QCOMPARE(*removed, 1);
    QCOMPARE(m_server.texts({"KEYS", "*"}), QList<QByteArray>{"Q"});
}

// Which text it is says how old the programs are that wrote it; theirs is not made two.
void tst_RedisTopology::bindsWithTheTextThatIsThere()
{
    const Binding topic = binding(ExchangeType::Topic, "t", "a.*", "q");
    for (const QByteArray text :
         {"a.*\x06\x16^a\\..*?[^\\.]$\x06\x16q", "a.*\x06\x16^a\\.[^\\.]+$\x06\x16q"}) {
        m_server.command({"FLUSHALL"});
        m_server.command({"SADD", "_kombu.binding.t", text});
        QVERIFY(bind(topic));
        for (const char *set : {"_kombu.binding.t", "_kombu.binding_permanent.t"})
            QCOMPARE(m_server.texts({"SMEMBERS", set}), QList<QByteArray>{text});
    }
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
    QCOMPARE(m_sender->names(), QList<QByteArray>{"EVALSHA"});
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

// What is asked shows in the sets that may be read, or is said to be unknown.
void tst_RedisTopology::leavesBindingsThatItMayNotSee()
{
    bind(binding(ExchangeType::Direct, "open", "k", "q"));
    bind(binding(ExchangeType::Direct, "secret", "k", "q"));
    bind(binding(ExchangeType::Direct, "secret", "k", "q2"));
    m_server.command({"LPUSH", "q", "x"});
    m_server.command(
        {"ACL", "SETUSER", "default", "resetkeys", "~q*", "~*open", "~_kombu.binding_deadlines"});
    const auto inspect = [this](const QString &queue) {
        return answer<QueueInfo>([&](Done<QueueInfo> done) { m_topology->inspect(queue, done); });
    };
    const auto unknown = inspect(QStringLiteral("q2"));
    const auto removed = remove(QStringLiteral("q"));
    m_server.command({"ACL", "SETUSER", "default", "~*"});
    QCOMPARE(unknown.error().replyCode(), 403);
    QVERIFY2(removed, qPrintable(removed.error().text()));
    QCOMPARE(*removed, 1);
    QCOMPARE(m_server.integer({"EXISTS", "q", "_kombu.binding.open"}), 0);
    QCOMPARE(m_server.integer({"SCARD", "_kombu.binding.secret"}), 2);
    QCOMPARE(m_parts->notices.size(), 2u); // one a look
    QVERIFY2(m_parts->notices[0].text.contains(QStringLiteral("secret")),
             qPrintable(m_parts->notices[0].text));
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
    QCOMPARE(m_server.integer({"DBSIZE"}), 3);
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
    QCOMPARE(m_server.integer({"DBSIZE"}), 2);
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

void tst_RedisTopology::changesNoForeignKey_data()
{
    QTest::addColumn<QList<QByteArray>>("make"); // without the key
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("list");
    const QByteArray later = "q\x06\x16"
                             "6";
    const QList<std::pair<QByteArray, QList<QByteArray>>> kinds = {
        {"hash", {"HSET", "", "colour", "blue"}},
        {"set", {"SADD", "", "a"}},
        {"zset", {"ZADD", "", "1", "a"}},
        {"string", {"SET", "", "text"}},
        {"stream", {"XADD", "", "1-1", "a", "b"}}};
    for (const auto &[type, make] : kinds) {
        QTest::addRow("%s", type.constData()) << make << type << QByteArray("q");
        QTest::addRow("%s, a later step", type.constData()) << make << type << later;
    }
}

void tst_RedisTopology::changesNoForeignKey()
{
    QFETCH(QList<QByteArray>, make);
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, list);
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "k", "q")));
    m_server.command({"LPUSH",
                      list == "q" ? QByteArray("q\x06\x16"
                                               "3")
                                  : QByteArray("q"),
                      "kept"});
    make[1] = list;
    m_server.command(make);
    const QByteArray digest = m_server.text({"DEBUG", "DIGEST"});
    const QString q = QStringLiteral("q");
    const QList<Error> errors = {
        answer<QueueInfo>([&](Done<QueueInfo> done) {
            m_topology->declare(Queue(q), done);
        }).error(),
        answer<QueueInfo>([&](Done<QueueInfo> done) { m_topology->inspect(q, done); }).error(),
        answer<qint64>([&](Done<qint64> done) { m_topology->purge(q, done); }).error(),
        remove(q).error(), remove(q, {.ifEmpty = true}).error()};
    const QString said =
        QStringLiteral("\"%1\" is a %2").arg(QString::fromUtf8(list), QString::fromUtf8(type));
    for (const Error &error : errors) {
        QCOMPARE(error.kind(), Error::Channel);
        QVERIFY2(!error.isRecoverable() && error.text().contains(said), qPrintable(error.text()));
    }
    QCOMPARE(m_server.text({"DEBUG", "DIGEST"}), digest);
}

void tst_RedisTopology::bindsNothingWhereAKeyIsForeign()
{
    for (const char *key :
         {"_kombu.binding.e", "_kombu.binding_permanent.e", "_kombu.binding_deadlines", "q",
          "q\x06\x16"
          "9"}) {
        m_server.command({"FLUSHALL"});
        m_server.command({"SET", key, "a string"});
        const auto bound = bind(binding(ExchangeType::Direct, "e", "k", "q"));
        QCOMPARE(bound.error().kind(), Error::Channel);
        QVERIFY2(bound.error().text().contains(QString::fromUtf8(key)),
                 qPrintable(bound.error().text()));
        QCOMPARE(m_server.integer({"DBSIZE"}), 1);
    }
}

void tst_RedisTopology::declaresNoExchangeWhereTheKeyIsForeign()
{
    const auto declared = [this](ExchangeType type) {
        const Exchange exchange(QStringLiteral("e"), type);
        return answer<void>([&](Done<void> done) { m_topology->declare(exchange, done); }).error();
    };
    m_server.command({"HSET", "_kombu.binding.e", "colour", "blue"});
    const Error refused = declared(ExchangeType::Topic);
    QCOMPARE(refused.kind(), Error::Channel);
    QVERIFY2(refused.text().contains(QStringLiteral("\"_kombu.binding.e\" is a hash")),
             qPrintable(refused.text()));
    m_server.command({"DEL", "_kombu.binding.e"});
    QCOMPARE(declared(ExchangeType::Direct), Error()); // what was refused is not known
}

void tst_RedisTopology::declaresAnExchangeItMayNotLookAt()
{
    m_server.command({"ACL", "SETUSER", "default", "-type"});
    const Exchange exchange(QStringLiteral("e"));
    const auto declared =
        answer<void>([&](Done<void> done) { m_topology->declare(exchange, done); });
    m_server.command({"ACL", "SETUSER", "default", "+type"});
    QCOMPARE(declared.error(), Error());
}

void tst_RedisTopology::refusesReservedNames()
{
    for (const char *name :
         {"unacked", "unacked_index", "unacked_mutex", "_kombu.binding.x", "_qombu.quarantine.q"}) {
        const QString queue = QString::fromUtf8(name);
        const QList<Error> errors = {
            answer<QueueInfo>([&](Done<QueueInfo> done) {
                m_topology->declare(Queue(queue), done);
            }).error(),
            answer<QueueInfo>([&](Done<QueueInfo> done) {
                m_topology->declare(Queue("q").setDeadLetterQueue(queue), done);
            }).error(),
            answer<qint64>([&](Done<qint64> done) { m_topology->purge(queue, done); }).error(),
            remove(queue).error(), bind(binding(ExchangeType::Direct, "e", "k", name)).error()};
        for (const Error &error : errors) {
            QCOMPARE(error.kind(), Error::Configuration);
            QVERIFY2(error.text().contains(queue), qPrintable(error.text()));
        }
    }
    QCOMPARE(m_sender->commands(), 0);
}

void tst_RedisTopology::namesThePermissionThatScriptsNeed()
{
    m_server.command({"LPUSH", "q", "a"});
    m_server.command(
        {"ACL", "SETUSER", "noscripts", "on", "nopass", "~*", "&*", "+@all", "-evalsha"});
    m_sender->send({"AUTH", "noscripts", ""}, [](const auto &) {});
    const auto purged =
        answer<qint64>([&](Done<qint64> done) { m_topology->purge(QStringLiteral("q"), done); });
    QCOMPARE(purged.error().kind(), Error::Configuration);
    QVERIFY2(purged.error().text().contains(QStringLiteral("+evalsha")),
             qPrintable(purged.error().text()));
    QCOMPARE(m_server.integer({"LLEN", "q"}), 1);
}

void tst_RedisTopology::givesBindingsOfVanishingQueuesADeadline_data() // T21, T22, T33
{
    using namespace std::chrono_literals;
    QTest::addColumn<Queue>("queue");
    QTest::addColumn<qint64>("life");
    QTest::newRow("a minute") << Queue("exq").setExpires(60s) << qint64(3600000);
    QTest::newRow("two hours") << Queue("exq").setExpires(7200s) << qint64(14400000);
    QTest::newRow("exclusive") << Queue("exq").setExclusive(true) << qint64(3600000);
    QTest::newRow("auto-delete") << Queue("exq").setAutoDelete(true) << qint64(3600000);
}

void tst_RedisTopology::givesBindingsOfVanishingQueuesADeadline()
{
    QFETCH(Queue, queue);
    QFETCH(qint64, life);
    QVERIFY(answer<QueueInfo>([&](Done<QueueInfo> done) { m_topology->declare(queue, done); }));
    const auto now = m_server.texts({"TIME"});
    QVERIFY(bind(binding(ExchangeType::Direct, "shop", "new", "exq")));
    QCOMPARE(m_server.texts({"SMEMBERS", "_kombu.binding.shop"}),
             QList<QByteArray>{"new\x06\x16\x06\x16"
                               "exq"});
    QCOMPARE(m_server.integer({"EXISTS", "_kombu.binding_permanent.shop"}), 0);
    QCOMPARE(m_server.integer({"TTL", "_kombu.binding.shop"}), -1);
    const qint64 deadline =
        m_server.text({"ZSCORE", "_kombu.binding_deadlines", "shop"}).toLongLong();
    const qint64 left = deadline - now.at(0).toLongLong() * 1000 - now.at(1).toLongLong() / 1000;
    QVERIFY2(left >= life && left < life + 60000, QByteArray::number(left).constData());
}

void tst_RedisTopology::movesADeadlineOnlyForwards()
{
    const Queue queue = Queue("exq").setExpires(std::chrono::seconds(60));
    QVERIFY(answer<QueueInfo>([&](Done<QueueInfo> done) { m_topology->declare(queue, done); }));
    const QByteArray far = "9999999999999";
    m_server.command({"ZADD", "_kombu.binding_deadlines", far, "shop"});
    QVERIFY(bind(binding(ExchangeType::Direct, "shop", "new", "exq")));
    QCOMPARE(m_server.text({"ZSCORE", "_kombu.binding_deadlines", "shop"}), far);
}

void tst_RedisTopology::turnsAPermanentBindingIntoOneWithADeadline()
{
    const Binding wish = binding(ExchangeType::Topic, "t", "a.*", "q");
    m_server.command({"SADD", "_kombu.binding.t", "a.*\x06\x16^a\\.[^\\.]+$\x06\x16q"});
    QVERIFY(bind(wish));
    QCOMPARE(m_server.integer({"SCARD", "_kombu.binding_permanent.t"}), 1);
    const Queue queue = Queue("q").setExpires(std::chrono::seconds(60));
    QVERIFY(answer<QueueInfo>([&](Done<QueueInfo> done) { m_topology->declare(queue, done); }));
    QVERIFY(bind(wish));
    QCOMPARE(m_server.integer({"EXISTS", "_kombu.binding_permanent.t"}), 0);
    QCOMPARE(m_server.integer({"ZCARD", "_kombu.binding_deadlines"}), 1);
}

// One binding, one member: that of the programs that were there before.
void tst_RedisTopology::keepsTheTextThatIsThere()
{
    for (const char *text :
         {"a.*\x06\x16^a\\.[^\\.]+$\x06\x16q", "a.*\x06\x16^a\\..*?[^\\.]$\x06\x16q"}) {
        m_server.command({"FLUSHALL"});
        m_server.command({"SADD", "_kombu.binding.t", text});
        QVERIFY(bind(binding(ExchangeType::Topic, "t", "a.*", "q")));
        for (const char *set : {"_kombu.binding.t", "_kombu.binding_permanent.t"})
            QCOMPARE(m_server.texts({"SMEMBERS", set}), QList<QByteArray>{text});
    }
}

void tst_RedisTopology::removesBothKindsOfSets() // T28, T34
{
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "k", "q")));
    const Binding wish = binding(ExchangeType::Direct, "e", "k2", "q");
    QVERIFY(bind(wish));
    QVERIFY(answer<void>([&](Done<void> done) { m_topology->unbind(wish, done); }));
    for (const char *set : {"_kombu.binding.e", "_kombu.binding_permanent.e"})
        QCOMPARE(m_server.texts({"SMEMBERS", set}), QList<QByteArray>{"k\x06\x16\x06\x16q"});
    QVERIFY(remove(QStringLiteral("q")));
    QCOMPARE(m_server.integer({"DBSIZE"}), 0);
    m_server.command({"ZADD", "_kombu.binding_deadlines", "1", "e", "1", "f"});
    QVERIFY(bind(binding(ExchangeType::Direct, "e", "k", "q")));
    QVERIFY(answer<void>(
        [&](Done<void> done) { m_topology->remove(Exchange(QStringLiteral("e")), {}, done); }));
    QCOMPARE(m_server.texts({"KEYS", "*"}), QList<QByteArray>{"_kombu.binding_deadlines"});
    QCOMPARE(m_server.texts({"ZRANGE", "_kombu.binding_deadlines", "0", "-1"}),
             QList<QByteArray>{"f"});
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
