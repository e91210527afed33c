// SPDX-License-Identifier: BSD-3-Clause
#include "support/blockingsender.h"
#include "support/redisparts.h"
#include "support/testmain.h"
#include "transports/redis/publishing/redispublisher.h"
#include "virtual/envelope/envelope.h"

#include <QMap>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using QombuTest::BlockingSender;
using QombuTest::BrokerProcess;
using QombuTest::RedisParts;

namespace {

// A message whose content a test may still change.
struct Draft
{
    quint64 id = 0;
    MessageContent content = {};
    bool mandatory = true;
};

} // namespace

// Against a real server; the bytes are those that Kombu was seen to write.
class tst_RedisPublisher : public QObject, private PublishListener
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void writesTheBytesOfKombu();
    void pushesToTheQueueThatTheKeyNames();
    void putsARunToOneListIntoOneCommand();
    void splitsLargeRuns();
    void sendsARunToAnExchangeAsOneScript();
    void writesAsKombuThroughADirectExchange();
    void copiesCarryTagsOfTheirOwn();
    void infersTopicFromStoredPatterns();
    void routesAgainWhenABindingChanged();
    void keepsTheOrderWhenRoutingAgain();
    void keepsTheOrderAcrossExchanges();
    void keepsTheOrderBehindWhatIsRoutedAgain();
    void tellsWhatNoQueueTakes();
    void usesTheDeadLetterQueueForBothTypes();
    void broadcastsOnTheChannelOfTheExchange();
    void tellsWhenNobodyListens();
    void pushesNothingWhenAQueueIsAForeignKey();
    void asksManyQueuesWithoutReading();
    void asksManyQueuesWithoutTheRightToTake();
    void findsTheForeignKeyAmongManyQueues();
    void saysWhatAForeignKeyIs_data();
    void saysWhatAForeignKeyIs();
    void refusesReservedNames();
    void looksOnlyAtTheBindingsOfARoute();
    void readsALargeSetInPages();
    void noticesWhenALargeSetChanged_data();
    void noticesWhenALargeSetChanged();
    void publishesWhileBindingsKeepChanging();
    void writesItsOwnBindingsAgain();
    void renewsTheLifeOfQueuesThatExpire();
    void setsNoLifeOnForeignKeys();
    void broadcastsWithoutATypeWhereProgramsListen();
    void warnsOfListsThatNobodyMayRead();
    void warnsOfBroadcastsIntoOtherBindings_data();
    void warnsOfBroadcastsIntoOtherBindings();
    void isBlockedByAFullServer();
    void skipsBindingsItCannotReadAndSaysSoOnce();
    void failsWhatCannotBeEncoded();
    void keepsWhatALostConnectionDidNotTake();
    void tellsWhatWaitsAsUnsent();
    void staysQuietAfterItsEnd();

private:
    void makePublisher();
    PublishListener *listener() { return this; }
    Draft message(const QString &exchange, const QString &key, int number = 0);
    void publish(const std::vector<Draft> &messages);
    void send(const std::vector<Draft> &messages); // without waiting for answers
    void declare(const QString &exchange, ExchangeType type);
    void published(std::vector<PublishOutcome> &&outcomes) override;
    void publishRoom(int, qint64) override {}
    void channelClosed(const Error &) override {}
    QList<int> bodies(const QByteArray &list);
    Error outcome(quint64 id) const;
    void bindMany(int count);
    void bindAllToOneKey(int count);
    qint64 pushed();

    BrokerProcess m_server;
    RedisOptions m_options;
    std::unique_ptr<BlockingSender> m_sender;
    std::unique_ptr<RedisParts> m_parts;
    std::unique_ptr<RedisPublisher> m_publisher;
    quint64 m_nextId = 1;
    QMap<quint64, Error> m_outcomes;
};

void tst_RedisPublisher::initTestCase()
{
    QVERIFY2(m_server.start(), qPrintable(m_server.errorText()));
}

void tst_RedisPublisher::init()
{
    m_server.command({"CONFIG", "SET", "maxmemory", "0"});
    m_server.command({"FLUSHALL"});
    m_options = RedisOptions();
    m_options.fanoutPrefix = "/0.";
    m_nextId = 1;
    m_sender = std::make_unique<BlockingSender>(m_server.port());
    QVERIFY(m_sender->isConnected());
    makePublisher();
}

void tst_RedisPublisher::makePublisher()
{
    m_outcomes.clear();
    m_publisher.reset();
    m_parts = std::make_unique<RedisParts>(*m_sender, m_options);
    m_publisher = std::make_unique<RedisPublisher>(m_parts->context, listener());
}

void tst_RedisPublisher::published(std::vector<PublishOutcome> &&outcomes)
{
    for (const PublishOutcome &each : outcomes) {
        QVERIFY2(!m_outcomes.contains(each.id), "settled twice");
        m_outcomes.insert(each.id, each.error);
    }
}

void tst_RedisPublisher::declare(const QString &exchange, ExchangeType type)
{
    QVERIFY(!m_parts->declared.exchanges.declare(Exchange(exchange, type)).isError());
}

Draft tst_RedisPublisher::message(const QString &exchange, const QString &key, int number)
{
    Draft result;
    result.id = m_nextId++;
    result.content.body = QByteArray("{\"n\": ") + QByteArray::number(number) + '}';
    result.content.contentType = QStringLiteral("application/json");
    result.content.contentEncoding = QStringLiteral("utf-8");
    result.content.exchange = exchange;
    result.content.routingKey = key;
    return result;
}

void tst_RedisPublisher::send(const std::vector<Draft> &messages)
{
    std::vector<OutgoingMessage> outgoing;
    for (const Draft &draft : messages)
        outgoing.push_back(
            {draft.id, std::make_shared<const MessageContent>(draft.content), draft.mandatory});
    m_publisher->publish(std::move(outgoing));
}

void tst_RedisPublisher::publish(const std::vector<Draft> &messages)
{
    send(messages);
    m_sender->answerAll();
}

// The numbers in a queue, the next to be consumed first.
QList<int> tst_RedisPublisher::bodies(const QByteArray &list)
{
    QList<int> result;
    for (const QByteArray &text : m_server.texts({"LRANGE", list, "0", "-1"})) {
        const auto content = Envelope::decode(text);
        const QByteArray body = content ? content->body : QByteArray();
        result.prepend(body.mid(6, body.size() - 7).toInt());
    }
    return result;
}

Error tst_RedisPublisher::outcome(quint64 id) const
{
    return m_outcomes.value(id, Error(Error::Timeout, QStringLiteral("not settled")));
}

void tst_RedisPublisher::writesTheBytesOfKombu() // T4
{
    publish({message(QString(), QStringLiteral("orders"), 1)});
    const QList<QByteArray> stored = m_server.texts({"LRANGE", "orders", "0", "-1"});
    QCOMPARE(stored.size(), 1);
    static const QRegularExpression uuid(QStringLiteral(
        "\"delivery_tag\": "
        "\"([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\"\\}\\}$"));
    const auto match = uuid.match(QString::fromUtf8(stored[0]));
    QVERIFY2(match.hasMatch(), stored[0].constData());
    QByteArray text = stored[0];
    text.replace(match.captured(1).toUtf8(), "tag-1");
    QCOMPARE(text,
             "{\"body\": \"eyJuIjogMX0=\", \"content-encoding\": \"utf-8\", "
             "\"content-type\": \"application/json\", \"headers\": {}, \"properties\": "
             "{\"delivery_mode\": 2, \"delivery_info\": {\"exchange\": \"\", \"routing_key\": "
             "\"orders\"}, \"priority\": 0, \"body_encoding\": \"base64\", \"delivery_tag\": "
             "\"tag-1\"}}");
    QCOMPARE(outcome(1), Error());
}

void tst_RedisPublisher::pushesToTheQueueThatTheKeyNames()
{
    m_options.keyPrefix = "gp:"; // T19
    makePublisher();
    Draft urgent = message(QString(), QStringLiteral("Q"), 1);
    Draft later = message(QString(), QStringLiteral("Q"), 2);
    later.content.priority = 7;
    Draft bad = message(QString(),
                        QStringLiteral("Q\x06\x16"
                                       "3"),
                        3);
    publish({urgent, later, bad});
    QCOMPARE(bodies("gp:Q"), QList<int>{1});
    QCOMPARE(bodies("gp:Q\x06\x16"
                    "6"),
             QList<int>{2});
    QCOMPARE(m_server.integer({"DBSIZE"}), 2);
    QCOMPARE(outcome(3).kind(), Error::Unroutable);
}

void tst_RedisPublisher::putsARunToOneListIntoOneCommand()
{
    std::vector<Draft> messages;
    for (int i = 0; i < 100; ++i)
        messages.push_back(
            message(QString(), i < 60 ? QStringLiteral("a") : QStringLiteral("b"), i));
    publish(messages);
    QCOMPARE(m_sender->names(), (QList<QByteArray>{"LPUSH", "LPUSH"}));
    QCOMPARE(m_server.integer({"LLEN", "a"}), 60);
    QCOMPARE(bodies("b").first(), 60);
    QCOMPARE(bodies("b").last(), 99);
    QCOMPARE(m_outcomes.size(), 100);
    QVERIFY(std::none_of(m_outcomes.begin(), m_outcomes.end(),
                         [](const Error &e) { return e.isError(); }));
}

void tst_RedisPublisher::splitsLargeRuns()
{
    std::vector<Draft> many;
    for (int i = 0; i < 300; ++i)
        many.push_back(message(QString(), QStringLiteral("a"), i));
    publish(many);
    QCOMPARE(m_sender->commands(), 3); // 128 + 128 + 44
    QList<int> expected;
    for (int i = 0; i < 300; ++i)
        expected << i;
    QCOMPARE(bodies("a"), expected);

    std::vector<Draft> large;
    for (int i = 0; i < 4; ++i) {
        large.push_back(message(QString(), QStringLiteral("b"), i));
        large.back().content.body = QByteArray(150 * 1024, 'x');
    }
    publish(large);
    QCOMPARE(m_sender->commands(), 3 + 2); // two of 200 kB as text pass 256 KiB
    QCOMPARE(m_server.integer({"LLEN", "b"}), 4);
}

void tst_RedisPublisher::sendsARunToAnExchangeAsOneScript()
{
    m_server.command({"SADD", "_kombu.binding.shop", "a\x06\x16\x06\x16qa", "b\x06\x16\x06\x16qb"});
    std::vector<Draft> messages;
    for (int i = 0; i < 100; ++i)
        messages.push_back(
            message(QStringLiteral("shop"), i % 2 ? QStringLiteral("a") : QStringLiteral("b"), i));
    publish(messages);
    QCOMPARE(m_sender->names(), (QList<QByteArray>{"SSCAN", "PUBLISH", "EVALSHA"}));
    QCOMPARE(bodies("qa").size(), 50);
    QCOMPARE(bodies("qb").mid(0, 3), (QList<int>{0, 2, 4}));
    publish({message(QStringLiteral("shop"), QStringLiteral("a"), 100)});
    QCOMPARE(m_sender->commands(), 4); // the bindings are known now
    QCOMPARE(bodies("qa").last(), 100);
    QCOMPARE(m_outcomes.size(), 101);
}

void tst_RedisPublisher::writesAsKombuThroughADirectExchange() // T4
{
    m_server.command({"SADD", "_kombu.binding.shop", "new\x06\x16\x06\x16orders"});
    publish({message(QStringLiteral("shop"), QStringLiteral("new"), 1)});
    const QByteArray text = m_server.text({"LINDEX", "orders", "0"});
    QVERIFY2(text.startsWith("{\"body\": \"eyJuIjogMX0=\", "), text.constData());
    QVERIFY2(text.contains("\"delivery_info\": {\"exchange\": \"shop\", \"routing_key\": \"new\"}, "
                           "\"priority\": 0, "),
             text.constData());
    QCOMPARE(m_server.integer({"DBSIZE"}), 2);
}

void tst_RedisPublisher::copiesCarryTagsOfTheirOwn() // a tag names one record in "unacked"
{
    m_server.command({"SADD", "_kombu.binding.e", "k\x06\x16\x06\x16one", "k\x06\x16\x06\x16two"});
    publish({message(QStringLiteral("e"), QStringLiteral("k"))});
    const auto one = Envelope::decode(m_server.text({"LINDEX", "one", "0"}));
    const auto two = Envelope::decode(m_server.text({"LINDEX", "two", "0"}));
    QVERIFY(one && two);
    QVERIFY(one->deliveryTag != two->deliveryTag);
    QCOMPARE(one->deliveryTag.size(), 36);
}

void tst_RedisPublisher::infersTopicFromStoredPatterns()
{
    m_server.command({"SADD", "_kombu.binding.t", "a.#\x06\x16^a\\..*?$\x06\x16q"});
    publish({message(QStringLiteral("t"), QStringLiteral("a.b.c"), 1)});
    QCOMPARE(bodies("q"), QList<int>{1});
    declare(QStringLiteral("t"), ExchangeType::Direct);
    publish({message(QStringLiteral("t"), QStringLiteral("a.b.c"), 2)});
    QCOMPARE(outcome(2).kind(), Error::Unroutable);
}

void tst_RedisPublisher::routesAgainWhenABindingChanged()
{
    m_server.command({"SADD", "_kombu.binding.e",
                      "k\x06\x16\x06\x16"
                      "before"});
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 1)});
    m_server.command({"DEL", "_kombu.binding.e"});
    m_server.command({"SADD", "_kombu.binding.e",
                      "k\x06\x16\x06\x16"
                      "after"});
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 2)});
    QCOMPARE(bodies("before"), QList<int>{1});
    QCOMPARE(bodies("after"), QList<int>{2});
    m_server.command({"DEL", "_kombu.binding.e"}); // the set vanishes (F11)
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 3)});
    QCOMPARE(outcome(3).kind(), Error::Unroutable);
    QCOMPARE(bodies("after"), QList<int>{2});
}

void tst_RedisPublisher::keepsTheOrderWhenRoutingAgain()
{
    m_server.command({"SADD", "_kombu.binding.e", "k\x06\x16\x06\x16q"});
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 0)});
    // Three scripts are on their way with old routes when the binding changes.
    for (int i = 1; i <= 3; ++i)
        send({message(QStringLiteral("e"), QStringLiteral("k"), i)});
    m_server.command({"SADD", "_kombu.binding.e", "other\x06\x16\x06\x16q2"});
    m_sender->answerOnce();
    QCOMPARE(m_outcomes.size(), 1);
    send({message(QStringLiteral("e"), QStringLiteral("k"), 4),
          message(QString(), QStringLiteral("q"), 5)});
    m_sender->answerAll();
    QCOMPARE(bodies("q"), (QList<int>{0, 1, 2, 3, 4, 5}));
    QCOMPARE(m_outcomes.size(), 6);
}

void tst_RedisPublisher::keepsTheOrderAcrossExchanges()
{
    m_server.command({"SADD", "_kombu.binding.e", "k\x06\x16\x06\x16q"});
    m_server.command({"SADD", "_kombu.binding.f", "k\x06\x16\x06\x16q"});
    publish({message(QString(), QStringLiteral("q"), 0),
             message(QStringLiteral("e"), QStringLiteral("k"), 1),
             message(QString(), QStringLiteral("q"), 2),
             message(QStringLiteral("f"), QStringLiteral("k"), 3),
             message(QStringLiteral("e"), QStringLiteral("k"), 4),
             message(QString(), QStringLiteral("q"), 5)});
    QCOMPARE(bodies("q"), (QList<int>{0, 1, 2, 3, 4, 5}));
}

void tst_RedisPublisher::keepsTheOrderBehindWhatIsRoutedAgain()
{
    m_server.command({"SADD", "_kombu.binding.e", "k\x06\x16\x06\x16q"});
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 1)});
    m_server.command({"SADD", "_kombu.binding.e", "l\x06\x16\x06\x16r"});
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 2),
             message(QString(), QStringLiteral("q"), 3),
             message(QStringLiteral("e"), QStringLiteral("k"), 4),
             message(QString(), QStringLiteral("q"), 5)});
    QCOMPARE(bodies("q"), (QList<int>{1, 2, 3, 4, 5}));
}

void tst_RedisPublisher::tellsWhatNoQueueTakes() // T6
{
    Draft optional = message(QStringLiteral("lonely"), QStringLiteral("k"));
    optional.mandatory = false;
    publish({message(QStringLiteral("lonely"), QStringLiteral("k")), optional});
    QCOMPARE(outcome(2).kind(), Error::Unroutable);
    QVERIFY2(outcome(2).text().contains(QStringLiteral("\"lonely\""))
                 && outcome(2).text().contains(QStringLiteral("\"k\"")),
             qPrintable(outcome(2).text()));
    QCOMPARE(outcome(1), Error());
    QCOMPARE(m_server.integer({"DBSIZE"}), 0);
}

void tst_RedisPublisher::usesTheDeadLetterQueueForBothTypes() // T18, and topics too
{
    m_options.deadLetterQueue = QStringLiteral("ae.undeliver");
    makePublisher();
    declare(QStringLiteral("tx"), ExchangeType::Topic);
    publish({message(QStringLiteral("dx"), QStringLiteral("k"), 1),
             message(QStringLiteral("tx"), QStringLiteral("k"), 2)});
    QCOMPARE(bodies("ae.undeliver"), (QList<int>{1, 2}));
    const QByteArray text = m_server.text({"LINDEX", "ae.undeliver", "-1"});
    QVERIFY(text.contains("\"delivery_info\": {\"exchange\": \"dx\", \"routing_key\": \"k\"}"));
    QCOMPARE(outcome(2), Error());
}

void tst_RedisPublisher::broadcastsOnTheChannelOfTheExchange() // T5
{
    BlockingSender subscriber(m_server.port());
    subscriber.send({"PSUBSCRIBE", "*"}, [](const auto &) {});
    subscriber.answerAll();
    Draft keyed = message(QStringLiteral("fanx"), QStringLiteral("k.z"), 3);
    Draft plain = message(QStringLiteral("fanx2"), QString(), 4);
    for (Draft *each : {&keyed, &plain}) {
        declare(each->content.exchange, ExchangeType::Fanout);
        each->mandatory = false;
    }
    publish({keyed, plain});
    QList<QByteArray> channels;
    for (int i = 0; i < 2; ++i) {
        const RespValue received = subscriber.receive();
        QCOMPARE(received.items.size(), 4u);
        channels << received.items[2].text;
        QVERIFY(Envelope::decode(received.items[3].text));
    }
    QCOMPARE(channels, (QList<QByteArray>{"/0.fanx/k.z", "/0.fanx2"}));
    QCOMPARE(m_server.integer({"DBSIZE"}), 0);
}

void tst_RedisPublisher::tellsWhenNobodyListens()
{
    publish({message(QStringLiteral("celery.pidbox"), QString())}); // fanout by its name
    QCOMPARE(outcome(1).kind(), Error::Unroutable);
    QCOMPARE(m_sender->names(), QList<QByteArray>{"PUBLISH"});
}

void tst_RedisPublisher::pushesNothingWhenAQueueIsAForeignKey()
{
    m_server.command({"SET", "two", "a string"});
    m_server.command({"SADD", "_kombu.binding.e", "k\x06\x16\x06\x16one", "k\x06\x16\x06\x16two"});
    publish({message(QStringLiteral("e"), QStringLiteral("k"))});
    QCOMPARE(outcome(1).kind(), Error::Channel);
    QCOMPARE(m_server.integer({"EXISTS", "one"}), 0);
}

// k to q0, q1 …
void tst_RedisPublisher::bindAllToOneKey(int count)
{
    QList<QByteArray> command{"SADD", "_kombu.binding.all"};
    for (int i = 0; i < count; ++i)
        command << "k\x06\x16\x06\x16q" + QByteArray::number(i);
    m_server.command(command);
    declare(QStringLiteral("all"), ExchangeType::Direct);
}

qint64 tst_RedisPublisher::pushed()
{
    return m_server.texts({"KEYS", "q*"}).size();
}

// Each read in a script costs as many steps as it has keys.
void tst_RedisPublisher::asksManyQueuesWithoutReading()
{
    bindAllToOneKey(50);
    m_server.command({"LPUSH", "q7", "x"});
    m_server.command({"CONFIG", "RESETSTAT"});
    publish({message(QStringLiteral("all"), QStringLiteral("k"), 1)});
    const QByteArray stats = m_server.text({"INFO", "commandstats"});
    QCOMPARE(outcome(1), Error());
    QCOMPARE(pushed(), 50);
    QCOMPARE(m_server.integer({"LLEN", "q7"}), 2);
    for (const QByteArray reading : {"type", "exists", "llen"})
        QVERIFY2(!stats.contains(QByteArray("cmdstat_" + reading + ':')), stats.constData());
}

void tst_RedisPublisher::asksManyQueuesWithoutTheRightToTake()
{
    bindAllToOneKey(50);
    m_server.command({"ACL", "SETUSER", "default", "-rpop"});
    publish({message(QStringLiteral("all"), QStringLiteral("k"), 1)});
    m_server.command({"ACL", "SETUSER", "default", "+rpop"});
    QCOMPARE(outcome(1), Error());
    QCOMPARE(pushed(), 50);
}

void tst_RedisPublisher::findsTheForeignKeyAmongManyQueues()
{
    bindAllToOneKey(50);
    m_server.command({"HSET", "q44", "colour", "blue"});
    publish({message(QStringLiteral("all"), QStringLiteral("k"), 1)});
    const QString text = outcome(1).text();
    QVERIFY2(text.contains(QStringLiteral("\"q44\" is a hash")), qPrintable(text));
    QCOMPARE(pushed(), 1);
}

void tst_RedisPublisher::saysWhatAForeignKeyIs_data()
{
    QTest::addColumn<QString>("exchange");
    QTest::newRow("default exchange") << QString();
    QTest::newRow("direct exchange") << QStringLiteral("e");
}

void tst_RedisPublisher::saysWhatAForeignKeyIs()
{
    QFETCH(QString, exchange);
    m_server.command({"HSET", "settings", "colour", "blue"});
    m_server.command({"SADD", "_kombu.binding.e", "settings\x06\x16\x06\x16settings"});
    publish({message(exchange, QStringLiteral("settings"))});
    QCOMPARE(outcome(1).kind(), Error::Channel);
    const QString text = outcome(1).text();
    QVERIFY2(text.contains(QStringLiteral("\"settings\" is a hash")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("Choose another name")), qPrintable(text));
    QCOMPARE(m_server.text({"HGET", "settings", "colour"}), "blue");
}

void tst_RedisPublisher::refusesReservedNames()
{
    publish({message(QString(), QStringLiteral("unacked")),
             message(QString(), QStringLiteral("_kombu.binding.e")),
             message(QString(), QStringLiteral("q"))});
    QCOMPARE(outcome(1).kind(), Error::Unroutable);
    QVERIFY2(outcome(1).text().contains(QStringLiteral("\"unacked\"")),
             qPrintable(outcome(1).text()));
    QCOMPARE(outcome(2).kind(), Error::Unroutable);
    QCOMPARE(outcome(3), Error());
    QCOMPARE(m_server.texts({"KEYS", "*"}), QList<QByteArray>{"q"});
}

// k0 to q0, k1 to q1 …
void tst_RedisPublisher::bindMany(int count)
{
    const QByteArray script = "for i = 0, ARGV[1] - 1 do redis.call('SADD', KEYS[1], 'k' .. i .. "
                              "'\x06\x16\x06\x16q' .. i) end return ARGV[1]";
    m_server.command({"EVAL", script, "1", "_kombu.binding.many", QByteArray::number(count)});
    QCOMPARE(m_server.integer({"SCARD", "_kombu.binding.many"}), count);
}

// The server would be blocked as long as it reads all.
void tst_RedisPublisher::looksOnlyAtTheBindingsOfARoute()
{
    bindMany(100000);
    declare(QStringLiteral("many"), ExchangeType::Direct);
    publish({message(QStringLiteral("many"), QStringLiteral("k5"), 1)});
    QCOMPARE(bodies("q5"), QList<int>{1});
    m_server.command({"CONFIG", "RESETSTAT"});
    const int before = m_sender->commands();
    for (int i = 2; i < 102; ++i)
        publish({message(QStringLiteral("many"), QStringLiteral("k%1").arg(i), i)});
    QCOMPARE(m_sender->commands() - before, 100);
    const QByteArray stats = m_server.text({"INFO", "commandstats"});
    QVERIFY2(stats.contains("cmdstat_smismember:calls=100,"), stats.constData());
    QVERIFY2(!stats.contains("cmdstat_smembers") && !stats.contains("cmdstat_sscan"),
             stats.constData());
    QCOMPARE(bodies("q5"), (QList<int>{1, 5}));
}

void tst_RedisPublisher::readsALargeSetInPages()
{
    bindMany(20000);
    m_server.command({"CONFIG", "RESETSTAT"});
    publish({message(QStringLiteral("many"), QStringLiteral("k5"), 1)});
    QCOMPARE(bodies("q5"), QList<int>{1});
    QVERIFY(m_sender->names().count("SSCAN") > 10);
    QVERIFY(!m_sender->names().contains("SMEMBERS"));
}

void tst_RedisPublisher::noticesWhenALargeSetChanged_data()
{
    QTest::addColumn<bool>("isTold");
    QTest::addColumn<bool>("isTracking");
    QTest::newRow("by the server") << true << true;
    QTest::newRow("after a while") << false << false;
}

// One member takes the place of another: neither the count nor what a route came from changes.
void tst_RedisPublisher::noticesWhenALargeSetChanged()
{
    QFETCH(bool, isTold);
    QFETCH(bool, isTracking);
    bindMany(100);
    declare(QStringLiteral("many"), ExchangeType::Direct);
    m_parts->tracking = isTracking;
    publish({message(QStringLiteral("many"), QStringLiteral("k5"), 1)});
    m_server.command({"SREM", "_kombu.binding.many", "k7\x06\x16\x06\x16q7"});
    m_server.command({"SADD", "_kombu.binding.many", "k5\x06\x16\x06\x16late"});
    if (isTold)
        m_parts->declared.changes.changed(QStringLiteral("many"));
    else
        m_parts->hub.advance(std::chrono::seconds(61));
    publish({message(QStringLiteral("many"), QStringLiteral("k5"), 2)});
    QCOMPARE(bodies("q5"), (QList<int>{1, 2}));
    QCOMPARE(bodies("late"), QList<int>{2});
    // What a route came from is looked at each time.
    m_server.command({"SREM", "_kombu.binding.many", "k5\x06\x16\x06\x16late"});
    m_server.command({"SADD", "_kombu.binding.many", "k7\x06\x16\x06\x16q7"});
    publish({message(QStringLiteral("many"), QStringLiteral("k5"), 3)});
    QCOMPARE(bodies("late"), QList<int>{2});
    QCOMPARE(bodies("q5"), (QList<int>{1, 2, 3}));
}

// Queues for answers come and go faster than all bindings can be read.
void tst_RedisPublisher::publishesWhileBindingsKeepChanging()
{
    bindMany(200);
    declare(QStringLiteral("many"), ExchangeType::Direct);
    send({message(QStringLiteral("many"), QStringLiteral("k5"), 1)});
    for (int i = 0; i < 100 && m_outcomes.isEmpty(); ++i) {
        m_server.command({"SADD", "_kombu.binding.many",
                          "more" + QByteArray::number(i) + "\x06\x16\x06\x16more"});
        m_parts->declared.changes.changed(QStringLiteral("many"));
        m_sender->answerOnce();
    }
    QCOMPARE(outcome(1), Error());
    QCOMPARE(bodies("q5"), QList<int>{1});
}

// Kombu since 5.7 deletes whole sets; FLUSHALL and eviction do, too.
void tst_RedisPublisher::writesItsOwnBindingsAgain()
{
    declare(QStringLiteral("e"), ExchangeType::Direct);
    m_parts->declared.bindings.add(QStringLiteral("e"),
                                   {"k\x06\x16\x06\x16q", {}, {}, QStringLiteral("q")});
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 1)});
    QCOMPARE(outcome(1), Error());
    QCOMPARE(bodies("q"), QList<int>{1});
    m_server.command({"DEL", "_kombu.binding.e", "_kombu.binding_permanent.e"});
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 2),
             message(QStringLiteral("e"), QStringLiteral("other"), 3)});
    QCOMPARE(bodies("q"), (QList<int>{1, 2}));
    QCOMPARE(m_server.texts({"SMEMBERS", "_kombu.binding_permanent.e"}),
             QList<QByteArray>{"k\x06\x16\x06\x16q"});
    QCOMPARE(outcome(3).kind(), Error::Unroutable);
}

void tst_RedisPublisher::renewsTheLifeOfQueuesThatExpire() // T17
{
    m_parts->declared.expiries.insert(QStringLiteral("expq"), std::chrono::seconds(60));
    m_server.command({"SADD", "_kombu.binding.e",
                      "k\x06\x16\x06\x16"
                      "expq"});
    Draft later = message(QString(), QStringLiteral("expq"), 2);
    later.content.priority = 3;
    publish({message(QString(), QStringLiteral("expq"), 1), later,
             message(QString(), QStringLiteral("other"), 3)});
    for (const QByteArray &list : {QByteArray("expq"),
                                   QByteArray("expq\x06\x16"
                                              "3")}) {
        const qint64 life = m_server.integer({"PTTL", list});
        QVERIFY2(life > 50000 && life <= 60000, QByteArray::number(life).constData());
        m_server.command({"PEXPIRE", list, "10000"});
    }
    QCOMPARE(m_server.integer({"PTTL", "other"}), -1);
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 4)});
    QVERIFY(m_server.integer({"PTTL", "expq"}) > 50000);
    QVERIFY(m_server.integer({"PTTL",
                              "expq\x06\x16"
                              "3"})
            > 50000);
    QCOMPARE(bodies("expq"), (QList<int>{1, 4}));
}

void tst_RedisPublisher::setsNoLifeOnForeignKeys()
{
    m_parts->declared.expiries.insert(QStringLiteral("expq"), std::chrono::seconds(60));
    m_server.command({"SET",
                      "expq\x06\x16"
                      "9",
                      "a string"});
    publish({message(QString(), QStringLiteral("expq"), 1)});
    QCOMPARE(outcome(1).kind(), Error::Channel);
    QCOMPARE(m_server.integer({"PTTL",
                               "expq\x06\x16"
                               "9"}),
             -1);
    QCOMPARE(m_server.integer({"EXISTS", "expq"}), 0);
}

// Redis stores no types, and a Python program that declared a fanout exchange left a binding that
// looks like one of a direct exchange.
void tst_RedisPublisher::broadcastsWithoutATypeWhereProgramsListen()
{
    m_server.command({"SADD", "_kombu.binding.fanx",
                      "\x06\x16\x06\x16"
                      "fanq"});
    BlockingSender subscriber(m_server.port());
    subscriber.send({"PSUBSCRIBE", "/0.fanx"}, [](const auto &) {});
    subscriber.answerAll();
    publish({message(QStringLiteral("fanx"), QString(), 1),
             message(QStringLiteral("fanx"), QString(), 2)});
    for (int i = 1; i <= 2; ++i) {
        const RespValue received = subscriber.receive();
        QCOMPARE(received.items.size(), 4u);
        QVERIFY(received.items[3].text.contains("\"body\""));
        QCOMPARE(outcome(quint64(i)), Error());
    }
    QCOMPARE(m_server.integer({"EXISTS", "fanq"}), 0);
    QCOMPARE(m_parts->notices.size(), 1u);
    QVERIFY2(m_parts->notices[0].text.contains(QStringLiteral("\"fanx\"")),
             qPrintable(m_parts->notices[0].text));
    // When the last listener is gone, there is nobody to broadcast to.
    subscriber.disconnect();
    const auto isGone = [this] { return m_server.integer({"PUBLISH", "/0.fanx", "x"}) == 0; };
    QTRY_VERIFY(isGone());
    publish({message(QStringLiteral("fanx"), QString(), 3)});
    QCOMPARE(outcome(3).kind(), Error::Unroutable);
    QCOMPARE(m_server.integer({"EXISTS", "fanq"}), 0);
}

void tst_RedisPublisher::warnsOfListsThatNobodyMayRead()
{
    m_server.command({"SADD", "_kombu.binding.fanx",
                      "\x06\x16\x06\x16"
                      "fanq"});
    publish({message(QStringLiteral("fanx"), QString(), 1),
             message(QStringLiteral("fanx"), QString(), 2)});
    QCOMPARE(bodies("fanq"), (QList<int>{1, 2}));
    QCOMPARE(m_parts->notices.size(), 1u);
    QVERIFY2(m_parts->notices[0].text.contains(QStringLiteral("declare the exchange")),
             qPrintable(m_parts->notices[0].text));
    m_parts->notices.clear();
    declare(QStringLiteral("fanx"), ExchangeType::Direct);
    publish({message(QStringLiteral("fanx"), QString(), 3)});
    QVERIFY(m_parts->notices.empty());
}

void tst_RedisPublisher::warnsOfBroadcastsIntoOtherBindings_data()
{
    QTest::addColumn<QByteArray>("member");
    QTest::addColumn<QString>("warning");
    QTest::newRow("topic") << QByteArray("a.#\x06\x16^a\\..*?$\x06\x16q")
                           << QStringLiteral("topic exchange");
    QTest::newRow("direct") << QByteArray("k\x06\x16\x06\x16q")
                            << QStringLiteral("direct exchange");
    QTest::newRow("fanout, as Kombu binds") << QByteArray("\x06\x16\x06\x16q") << QString();
    QTest::newRow("fanout, for all keys") << QByteArray("#\x06\x16\x06\x16q") << QString();
    QTest::newRow("nothing") << QByteArray() << QString();
}

// Once, with the first message: a second one is as silent as the program that sends it.
void tst_RedisPublisher::warnsOfBroadcastsIntoOtherBindings()
{
    QFETCH(const QByteArray, member);
    QFETCH(const QString, warning);
    if (!member.isEmpty())
        m_server.command({"SADD", "_kombu.binding.e", member});
    declare(QStringLiteral("e"), ExchangeType::Fanout);
    Draft draft = message(QStringLiteral("e"), QStringLiteral("k"));
    draft.mandatory = false;
    publish({draft});
    QCOMPARE(outcome(draft.id), Error());
    QCOMPARE(m_parts->notices.size(), warning.isEmpty() ? 0u : 1u);
    QVERIFY2(warning.isEmpty() || m_parts->notices[0].text.contains(warning),
             qPrintable(m_parts->notices.empty() ? QString() : m_parts->notices[0].text));
    const int before = m_sender->commands();
    draft.id = m_nextId++;
    publish({draft});
    QCOMPARE(outcome(draft.id), Error());
    QCOMPARE(m_sender->commands(), before + 1);
    QCOMPARE(m_parts->notices.size(), warning.isEmpty() ? 0u : 1u);
}

void tst_RedisPublisher::isBlockedByAFullServer()
{
    m_server.command({"SADD", "_kombu.binding.e", "k\x06\x16\x06\x16one", "k\x06\x16\x06\x16two"});
    publish({message(QStringLiteral("e"), QStringLiteral("k"))}); // the script is loaded
    m_server.command({"CONFIG", "SET", "maxmemory", "1"});
    publish({message(QStringLiteral("e"), QStringLiteral("k")),
             message(QString(), QStringLiteral("one"))});
    QCOMPARE(outcome(2).kind(), Error::Blocked);
    QCOMPARE(outcome(3).kind(), Error::Blocked);
    QVERIFY(outcome(2).isRecoverable() && outcome(3).isRecoverable());
    m_server.command({"CONFIG", "SET", "maxmemory", "0"});
    QCOMPARE(m_server.integer({"LLEN", "one"}), 1);
    QCOMPARE(m_server.integer({"LLEN", "two"}), 1);
}

void tst_RedisPublisher::skipsBindingsItCannotReadAndSaysSoOnce()
{
    m_server.command({"SADD", "_kombu.binding.e", "nonsense", "k\x06\x16\x06\x16q"});
    static const QRegularExpression warning(QStringLiteral("\"e\" cannot be read"));
    QTest::ignoreMessage(QtWarningMsg, warning);
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 1)});
    m_server.command({"SADD", "_kombu.binding.e", "more nonsense"});
    QTest::failOnWarning(warning);
    publish({message(QStringLiteral("e"), QStringLiteral("k"), 2)});
    QCOMPARE(bodies("q"), (QList<int>{1, 2}));
}

void tst_RedisPublisher::failsWhatCannotBeEncoded()
{
    Draft bad = message(QString(), QStringLiteral("q"), 1);
    bad.content.headers.insert(QStringLiteral("x"),
                               QVariant::fromValue(static_cast<QObject *>(this)));
    publish({message(QString(), QStringLiteral("q"), 0), bad,
             message(QString(), QStringLiteral("q"), 2)});
    QCOMPARE(bodies("q"), (QList<int>{0, 2}));
    QCOMPARE(m_outcomes.size(), 3);
    QCOMPARE(outcome(bad.id).kind(), Error::Encode);
}

void tst_RedisPublisher::keepsWhatALostConnectionDidNotTake()
{
    m_sender->disconnect();
    publish({message(QString(), QStringLiteral("q")),
             message(QStringLiteral("e"), QStringLiteral("k")),
             message(QStringLiteral("e"), QStringLiteral("k")),
             message(QString(), QStringLiteral("q"))});
    QVERIFY(m_outcomes.isEmpty()); // the link's end says it
    QCOMPARE(m_publisher->unsent(), (std::vector<quint64>{1, 2, 3, 4}));
}

void tst_RedisPublisher::tellsWhatWaitsAsUnsent()
{
    m_server.command({"SADD", "_kombu.binding.e", "k\x06\x16\x06\x16q"});
    send({message(QString(), QStringLiteral("q")),
          message(QStringLiteral("e"), QStringLiteral("k")),
          message(QString(), QStringLiteral("q"))});
    QCOMPARE(m_publisher->unsent(), (std::vector<quint64>{2, 3})); // behind the bindings of e
    m_sender->answerAll();
    QVERIFY(m_publisher->unsent().empty());
    QCOMPARE(m_outcomes.size(), 3);
}

void tst_RedisPublisher::staysQuietAfterItsEnd()
{
    send({message(QString(), QStringLiteral("q")),
          message(QStringLiteral("e"), QStringLiteral("k"))});
    m_publisher.reset();
    m_sender->answerAll();
    QVERIFY(m_outcomes.isEmpty());
    QCOMPARE(m_server.integer({"LLEN", "q"}), 1);
}

QOMBU_TEST(tst_RedisPublisher)
#include "tst_redispublisher.moc"
