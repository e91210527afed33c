// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/redis/topology/redisbindings.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;

namespace {

constexpr char S[] = "\x06\x16";

QByteArray member(const char *key, const char *pattern, const char *queue)
{
    return QByteArray(key) + S + pattern + S + queue;
}

Binding binding(ExchangeType type, const QString &key, const QString &queue)
{
    return {Exchange(QStringLiteral("x"), type), key, queue, {}};
}

} // namespace

class tst_RedisBindings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesMembersAsKombu_data();
    void writesMembersAsKombu();
    void refusesBindingsThatCannotBeStored_data();
    void refusesBindingsThatCannotBeStored();
    void readsWhatItWrites();
    void skipsMembersWithoutThreeParts();
    void routesDirectByEqualKeys();
    void routesTopicAsKombuByDefault();
    void routesTopicAsAmqpWhenTold();
    void namesEachQueueOnce();
    void infersTheTypeFromPatterns();
    void knowsCelerysBroadcasts();
    void namesEveryMemberOfASmallSet();
    void namesTheMembersThatMakeARoute();
    void skipsBindingsToReservedNames();
    void forgetsOldKeysWithoutForgettingRoutes();

private:
    const RedisOptions m_options;
};

void tst_RedisBindings::writesMembersAsKombu_data() // as it was seen to
{
    QTest::addColumn<ExchangeType>("type");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("queue");
    QTest::addColumn<QList<QByteArray>>("members");
    QTest::newRow("direct") << ExchangeType::Direct << QStringLiteral("new")
                            << QStringLiteral("orders")
                            << QList<QByteArray>{member("new", "", "orders")};
    QTest::newRow("topic") << ExchangeType::Topic << QStringLiteral("a.*.#")
                           << QStringLiteral("topicq")
                           << QList<QByteArray>{member("a.*.#", "^a\\.[^\\.]+\\..*?$", "topicq"),
                                                member("a.*.#", "^a\\..*?[^\\.]\\..*?$", "topicq")};
    QTest::newRow("topic without *")
        << ExchangeType::Topic << QStringLiteral("a.#") << QStringLiteral("q")
        << QList<QByteArray>{member("a.#", "^a\\..*?$", "q")};
    QTest::newRow("fanout") << ExchangeType::Fanout << QStringLiteral("k.#")
                            << QStringLiteral("fanq")
                            << QList<QByteArray>{member("k.#", "", "fanq")};
    QTest::newRow("fanout without key")
        << ExchangeType::Fanout << QString() << QStringLiteral("fanq2")
        << QList<QByteArray>{member("", "", "fanq2")};
}

void tst_RedisBindings::writesMembersAsKombu()
{
    QFETCH(ExchangeType, type);
    QFETCH(QString, key);
    QFETCH(QString, queue);
    const auto members = membersOf(binding(type, key, queue), m_options);
    QVERIFY2(members, qPrintable(members.error().text()));
    QTEST(QList<QByteArray>(members->begin(), members->end()), "members");

    RedisOptions older;
    older.topicPattern = Topic::Dialect::Kombu56;
    QCOMPARE(membersOf(binding(type, key, queue), older)->front(), members->back());
}

void tst_RedisBindings::refusesBindingsThatCannotBeStored_data()
{
    QTest::addColumn<ExchangeType>("type");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("queue");
    QTest::addColumn<Error::Kind>("kind");
    const QString s = QString::fromLatin1(S);
    QTest::newRow("separator in the queue")
        << ExchangeType::Direct << QStringLiteral("k")
        << QString(QStringLiteral("q") + s + QStringLiteral("3")) << Error::Configuration;
    QTest::newRow("separator in the key")
        << ExchangeType::Direct << s << QStringLiteral("q") << Error::Configuration;
    QTest::newRow("no queue") << ExchangeType::Direct << QStringLiteral("k") << QString()
                              << Error::Configuration;
    QTest::newRow("mixed word") << ExchangeType::Topic << QStringLiteral("a.**")
                                << QStringLiteral("q") << Error::Configuration;
    QTest::newRow("headers") << ExchangeType::Headers << QString() << QStringLiteral("q")
                             << Error::Unsupported;
}

void tst_RedisBindings::refusesBindingsThatCannotBeStored()
{
    QFETCH(ExchangeType, type);
    QFETCH(QString, key);
    QFETCH(QString, queue);
    const auto members = membersOf(binding(type, key, queue), m_options);
    QVERIFY(!members);
    QTEST(members.error().kind(), "kind");
}

void tst_RedisBindings::readsWhatItWrites()
{
    const QByteArray text = member("a.*", "^a\\..*?[^\\.]$", "q");
    const auto read = StoredBinding::read(text, S);
    QVERIFY(read);
    QCOMPARE(read->routingKey, QStringLiteral("a.*"));
    QCOMPARE(read->pattern, QStringLiteral("^a\\..*?[^\\.]$"));
    QCOMPARE(read->queue, QStringLiteral("q"));
    QCOMPARE(read->member(S), text);
}

void tst_RedisBindings::skipsMembersWithoutThreeParts()
{
    const BindingTable table({"nonsense", QByteArray("a") + S + "b", member("k", "", "q") + S + "4",
                              member("k", "", ""), member("k", "(unknown", "t"),
                              member("k", "", "q")},
                             m_options);
    QCOMPARE(table.unreadable(), 5); // four members, and a pattern that is not Kombu's
    QCOMPARE(table.queues(), (QStringList{QStringLiteral("q"), QStringLiteral("t")}));
    QCOMPARE(table.routes(QStringLiteral("k"), ExchangeType::Topic), std::vector<int>());
}

void tst_RedisBindings::routesDirectByEqualKeys()
{
    const BindingTable table(
        {member("a", "", "one"), member("b", "", "two"), member("a.b", "", "three")}, m_options);
    const auto routes = table.routes(QStringLiteral("b"), ExchangeType::Direct);
    QCOMPARE(routes.size(), 1u);
    QCOMPARE(table.queues().at(routes[0]), QStringLiteral("two"));
    QVERIFY(table.routes(QStringLiteral("B"), ExchangeType::Direct).empty());
    QVERIFY(table.routes(QString(), ExchangeType::Direct).empty());
}

void tst_RedisBindings::routesTopicAsKombuByDefault()
{
    const BindingTable table({member("a.*", "^a\\..*?[^\\.]$", "q")}, m_options);
    QCOMPARE(table.routes(QStringLiteral("a.b"), ExchangeType::Topic).size(), 1u);
    QCOMPARE(table.routes(QStringLiteral("a.b.c"), ExchangeType::Topic).size(),
             1u); // as Kombu ≤ 5.6
    QVERIFY(table.routes(QStringLiteral("a"), ExchangeType::Topic).empty());
    const BindingTable newer({member("a.*", "^a\\.[^\\.]+$", "q")}, m_options);
    QVERIFY(newer.routes(QStringLiteral("a.b.c"), ExchangeType::Topic).empty());
}

void tst_RedisBindings::routesTopicAsAmqpWhenTold()
{
    RedisOptions amqp;
    amqp.topicSemantics = RedisOptions::TopicSemantics::Amqp;
    const BindingTable table(
        {member("a.*", "^a\\..*?[^\\.]$", "one"), member("a.#", "^a\\..*?$", "any")}, amqp);
    QCOMPARE(table.routes(QStringLiteral("a.b.c"), ExchangeType::Topic).size(), 1u);
    QCOMPARE(table.routes(QStringLiteral("a"), ExchangeType::Topic).size(), 1u);
    QCOMPARE(table.routes(QStringLiteral("a.b"), ExchangeType::Topic).size(), 2u);
}

void tst_RedisBindings::namesEachQueueOnce()
{
    const BindingTable table(
        {member("#", "^.*?$", "q"), member("a", "^a$", "q"), member("a", "", "r")}, m_options);
    const auto routes = table.routes(QStringLiteral("a"), ExchangeType::Topic);
    QCOMPARE(routes.size(), 1u);
    QCOMPARE(table.queues().at(routes[0]), QStringLiteral("q"));
}

void tst_RedisBindings::infersTheTypeFromPatterns()
{
    QCOMPARE(BindingTable({}, m_options).inferredType(), ExchangeType::Direct);
    QCOMPARE(BindingTable({member("a", "", "q")}, m_options).inferredType(), ExchangeType::Direct);
    QCOMPARE(
        BindingTable({member("a", "", "q"), member("b", "^b$", "r")}, m_options).inferredType(),
        ExchangeType::Topic);
}

void tst_RedisBindings::knowsCelerysBroadcasts()
{
    QCOMPARE(wellKnownType(QStringLiteral("celery.pidbox")).value(), ExchangeType::Fanout);
    QCOMPARE(wellKnownType(QStringLiteral("celeryev")).value(), ExchangeType::Fanout);
    QVERIFY(!wellKnownType(QStringLiteral("reply.celery.pidbox")));
    QVERIFY(!wellKnownType(QStringLiteral("shop")));
}

void tst_RedisBindings::namesEveryMemberOfASmallSet()
{
    const QByteArray a = member("a", "", "q");
    const QByteArray b = member("b", "", "q");
    const BindingTable table({b, a, "nonsense"}, m_options);
    QCOMPARE(table.fewMembers(), (std::vector<QByteArray>{a, b, "nonsense"}));
    QCOMPARE(table.count(), 3);
    std::vector<QByteArray> many;
    for (int i = 0; i < 33; ++i)
        many.push_back(member(QByteArray::number(i).constData(), "", "q"));
    QVERIFY(BindingTable(many, m_options).fewMembers().empty());
    QCOMPARE(BindingTable(many, m_options).count(), 33);
    QCOMPARE(BindingTable({}, m_options).count(), 0);
}

void tst_RedisBindings::namesTheMembersThatMakeARoute()
{
    const QByteArray any = member("#", "^.*?$", "any");
    const QByteArray a = member("a", "^a$", "a");
    const BindingTable table({any, a, member("b", "^b$", "b")}, m_options);
    std::vector<QByteArray> found;
    for (const int row : table.matches(QStringLiteral("a"), ExchangeType::Topic))
        found.push_back(table.member(row));
    QCOMPARE(found, (std::vector<QByteArray>{any, a}));
    QCOMPARE(table.matches(QStringLiteral("b"), ExchangeType::Direct).size(), 1u);
}

// Nothing may be pushed to what consumers hold, whoever wrote the binding.
void tst_RedisBindings::skipsBindingsToReservedNames()
{
    const BindingTable table({member("k", "", "unacked"), member("k", "", "q")}, m_options);
    QCOMPARE(table.queues(), QStringList{QStringLiteral("q")});
    QCOMPARE(table.unreadable(), 1);
}

void tst_RedisBindings::forgetsOldKeysWithoutForgettingRoutes()
{
    const BindingTable table({member("#", "^.*?$", "q")}, m_options);
    for (int i = 0; i < 3000; ++i)
        QCOMPARE(table.routes(QString::number(i), ExchangeType::Topic).size(), 1u);
}

QOMBU_TEST(tst_RedisBindings)
#include "tst_redisbindings.moc"
