// SPDX-License-Identifier: BSD-3-Clause
#include "broker/routing.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

using namespace Qombu;
using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

class tst_Routing : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void matchesTopicsAsAmqpDoes_data();
    void matchesTopicsAsAmqpDoes();
    void matchesStoredPatternsAsKombuDoes_data();
    void matchesStoredPatternsAsKombuDoes();
    void neverRunsAForeignExpression();
    void previewsEachExchangeType_data();
    void previewsEachExchangeType();
    void namesQueuesOfTheOtherDialect();
    void believesTheBrokerAboutTypes();
    void followsBindingsBetweenExchanges();
};

void tst_Routing::matchesTopicsAsAmqpDoes_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("key");
    QTest::addColumn<bool>("expected");
    QTest::newRow("equal") << u"a.b"_s << u"a.b"_s << true;
    QTest::newRow("star is one word") << u"a.*"_s << u"a.b"_s << true;
    QTest::newRow("star is not two words") << u"a.*"_s << u"a.b.c"_s << false;
    QTest::newRow("star is not no word") << u"a.*"_s << u"a"_s << false;
    QTest::newRow("hash is no word") << u"a.#"_s << u"a"_s << true;
    QTest::newRow("hash is many words") << u"a.#.z"_s << u"a.b.c.z"_s << true;
    QTest::newRow("two hashes") << u"#.b.#"_s << u"b"_s << true;
    QTest::newRow("hash alone takes the empty key") << u"#"_s << u""_s << true;
    QTest::newRow("star needs a word") << u"*"_s << u""_s << false;
    QTest::newRow("another word") << u"a.b"_s << u"a.c"_s << false;
}

void tst_Routing::matchesTopicsAsAmqpDoes()
{
    QFETCH(QString, pattern);
    QFETCH(QString, key);
    QTEST(matchesTopic(pattern, key), "expected");
}

// What Kombu stores beside a binding key, before 5.7 and since.
void tst_Routing::matchesStoredPatternsAsKombuDoes_data()
{
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QStringList>("matching");
    QTest::addColumn<QStringList>("other");
    QTest::newRow("#") << u"^.*?$"_s << QStringList{u""_s, u"a"_s, u"a.b"_s} << QStringList{};
    QTest::newRow("*") << uR"(^.*?[^\.]$)"_s << QStringList{u"a"_s, u"a.b"_s, u"a.b.c"_s}
                       << QStringList{u""_s, u"a."_s};
    QTest::newRow("a.#") << uR"(^a\..*?$)"_s << QStringList{u"a.b"_s, u"a.b.c"_s, u"a."_s}
                         << QStringList{u"a"_s};
    QTest::newRow("#.a") << uR"(^.*?\.a$)"_s << QStringList{u"b.a"_s, u"x.y.a"_s}
                         << QStringList{u"a"_s};
    QTest::newRow("a.*") << uR"(^a\..*?[^\.]$)"_s << QStringList{u"a.b"_s, u"a.b.c"_s}
                         << QStringList{u"a"_s, u"a."_s};
    QTest::newRow("a.*.c") << uR"(^a\..*?[^\.]\.c$)"_s << QStringList{u"a.b.c"_s, u"a.b.b.c"_s}
                           << QStringList{u"a.c"_s};
    QTest::newRow("5.7 a.*") << uR"(^a\.[^\.]+$)"_s << QStringList{u"a.b"_s}
                             << QStringList{u"a.b.c"_s, u"a."_s};
    QTest::newRow("escapes") << uR"(^user\@x\.y$)"_s << QStringList{u"user@x.y"_s}
                             << QStringList{u"user@xzy"_s};
}

void tst_Routing::matchesStoredPatternsAsKombuDoes()
{
    QFETCH(QString, expression);
    QFETCH(QStringList, matching);
    QFETCH(QStringList, other);
    for (const QString &key : matching)
        QVERIFY2(matchesStoredPattern(expression, key), qPrintable(key));
    for (const QString &key : other)
        QVERIFY2(!matchesStoredPattern(expression, key), qPrintable(key));
}

void tst_Routing::neverRunsAForeignExpression()
{
    for (const QString &expression :
         {u"^(a+)+$"_s, u"^a*$"_s, u"^[a-z]$"_s, u"a"_s, uR"(^\d$)"_s, uR"(^a\)"_s})
        QVERIFY2(!matchesStoredPattern(expression, u"a"), qPrintable(expression));
}

static Inventory shop()
{
    Inventory inventory;
    inventory.queues = {{u"audit"_s}, {u"orders"_s}, {u"pdf"_s}};
    inventory.exchanges = {{u"d"_s, ExchangeType::Direct},
                           {u"f"_s, ExchangeType::Fanout},
                           {u"t"_s, ExchangeType::Topic}};
    inventory.bindings = {{u"t"_s, u"order.*"_s, u"orders"_s},
                          {u"t"_s, u"order.#"_s, u"audit"_s},
                          {u"f"_s, {}, u"pdf"_s},
                          {u"f"_s, {}, u"audit"_s},
                          {u"d"_s, u"k"_s, u"pdf"_s},
                          {u"d"_s, u"k"_s, u"orders"_s},
                          {u"d"_s, u"other"_s, u"audit"_s}};
    return inventory;
}

void tst_Routing::previewsEachExchangeType_data()
{
    QTest::addColumn<QString>("exchange");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QStringList>("queues");
    QTest::newRow("default exchange") << QString() << u"pdf"_s << QStringList{u"pdf"_s};
    QTest::newRow("default exchange, no such queue") << QString() << u"nobody"_s << QStringList{};
    QTest::newRow("direct, two queues") << u"d"_s << u"k"_s << QStringList{u"orders"_s, u"pdf"_s};
    QTest::newRow("direct, no binding") << u"d"_s << u"K"_s << QStringList{};
    QTest::newRow("fanout ignores the key")
        << u"f"_s << u"any"_s << QStringList{u"audit"_s, u"pdf"_s};
    QTest::newRow("topic, both patterns")
        << u"t"_s << u"order.new"_s << QStringList{u"audit"_s, u"orders"_s};
    QTest::newRow("topic, one pattern") << u"t"_s << u"order.new.eu"_s << QStringList{u"audit"_s};
    QTest::newRow("unknown exchange") << u"x"_s << u"k"_s << QStringList{};
}

void tst_Routing::previewsEachExchangeType()
{
    QFETCH(QString, exchange);
    QFETCH(QString, key);
    const RoutingPreview preview = previewRouting(shop(), exchange, ExchangeType::Direct, key);
    QTEST(preview.queues, "queues");
    QVERIFY(preview.known);
    QVERIFY(preview.unlike.isEmpty());
}

void tst_Routing::namesQueuesOfTheOtherDialect()
{
    Inventory inventory;
    inventory.exchanges = {{u"t"_s, ExchangeType::Topic, true}};
    inventory.bindings = {{u"t"_s, u"stock.*"_s, u"wide"_s, uR"(^stock\..*?[^\.]$)"_s, true},
                          {u"t"_s, u"stock.us.#"_s, u"narrow"_s, uR"(^stock\.us\..*?$)"_s, true}};
    RoutingPreview preview =
        previewRouting(inventory, u"t"_s, ExchangeType::Topic, u"stock.us.nyse"_s);
    QCOMPARE(preview.queues, QStringList({u"narrow"_s, u"wide"_s})); // Kombu's rules count
    QCOMPARE(preview.unlike, QStringList{u"wide"_s});
    preview = previewRouting(inventory, u"t"_s, ExchangeType::Topic, u"stock.us"_s);
    QCOMPARE(preview.queues, QStringList{u"wide"_s});
    QCOMPARE(preview.unlike, QStringList{u"narrow"_s});
}

void tst_Routing::believesTheBrokerAboutTypes()
{
    // The form may still show another type: what the broker stores wins, a guess does not.
    QCOMPARE(previewRouting(shop(), u"f"_s, ExchangeType::Topic, u"k"_s).queues.size(), 2);
    Inventory guessed = shop();
    guessed.exchanges[1].inferred = true;
    QCOMPARE(previewRouting(guessed, u"f"_s, ExchangeType::Direct, u"k"_s).queues.size(), 0);
    guessed.truncated = true;
    QVERIFY(!previewRouting(guessed, u"f"_s, ExchangeType::Fanout, u"k"_s).known);
}

void tst_Routing::followsBindingsBetweenExchanges()
{
    Inventory inventory = shop();
    const auto lead = [&](const QString &from, const QString &key, const QString &to) {
        inventory.bindings.append({from, key, {}, {}, false, to});
    };
    lead(u"d"_s, u"k"_s, u"t"_s);
    lead(u"t"_s, u"#"_s, u"d"_s); // a ring
    QCOMPARE(previewRouting(inventory, u"d"_s, ExchangeType::Direct, u"k"_s).queues,
             QStringList({u"orders"_s, u"pdf"_s}));
    lead(u"d"_s, u"order.new.eu"_s, u"t"_s);
    QCOMPARE(previewRouting(inventory, u"d"_s, ExchangeType::Direct, u"order.new.eu"_s).queues,
             QStringList{u"audit"_s});
    QCOMPARE(previewRouting(inventory, u"d"_s, ExchangeType::Direct, u"K"_s).queues, QStringList());
}

QOMBU_TEST(tst_Routing)
#include "tst_routing.moc"
