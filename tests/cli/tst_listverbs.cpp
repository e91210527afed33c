// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QRegularExpression>
#include <QTest>

// Long lists, on a real Redis: order, filter, pages.
class tst_ListVerbs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void hasTheSameKeysInEachRow();
    void showsNoColumnOfWhatIsNotKnown();
    void goesThroughAllPagesOnce_data();
    void goesThroughAllPagesOnce();
    void showsAllAtOnce();
    void saysHowToGoOn();
    void sorts_data();
    void sorts();
    void filtersAnyText_data();
    void filtersAnyText();
    void listsTheBindingsOfOneEntity_data();
    void listsTheBindingsOfOneEntity();
    void namesWhatIsNotThere();
    void saysWhatIsNotInOrder();
    void keepsATableReadable();
    void saysWhatThisBrokerCannotTell_data();
    void saysWhatThisBrokerCannotTell();

private:
    QStringList call(const char *words) const { return qombuCall(m_broker.url(), words); }
    QStringList call(const QStringList &words) const
    {
        return qombuCall(m_broker.url(), words.join(QLatin1Char('|')).toUtf8().constData());
    }
    void fill(const QByteArray &queue, int messages);

    QombuTest::BrokerProcess m_broker;
};

namespace {

QStringList split(const char *words)
{
    return QString::fromUtf8(words).split(QLatin1Char('|'));
}

QStringList namesOf(QombuProgram &program, const char *key = "queue")
{
    QStringList names;
    for (const QJsonObject &object : program.objects())
        names << object[QString::fromLatin1(key)].toString();
    return names;
}

// What stands behind --page on stderr.
QString cursorOf(QombuProgram &program)
{
    static const QRegularExpression page(QStringLiteral("--page '?([^', ]+)'?"));
    return page.match(QString::fromUtf8(program.errorText())).captured(1);
}

} // namespace

void tst_ListVerbs::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_ListVerbs::init()
{
    m_broker.command({"FLUSHALL"});
}

void tst_ListVerbs::fill(const QByteArray &queue, int messages)
{
    for (int i = 0; i < messages; ++i)
        m_broker.command({"LPUSH", queue, "x"});
}

void tst_ListVerbs::hasTheSameKeysInEachRow()
{
    fill("q", 2);
    RUN(queues, "queues");
    const QJsonObject queue = queues.objects().value(0);
    QCOMPARE(queue.keys(),
             split("arguments|as_of|auto_delete|bytes|consumers|counts_age_ms|durable|exclusive|"
                   "node|policy|quarantined|queue|rates|ready|state|type|unacked"));
    QCOMPARE(queue[QLatin1String("ready")].toInt(), 2);
    QCOMPARE(queue[QLatin1String("unacked")].toInt(-1), 0);
    for (const char *unknown : {"arguments", "bytes", "consumers", "durable", "node", "type"})
        QVERIFY2(queue[QLatin1String(unknown)].isNull(), unknown);
    const QJsonObject rates = queue[QLatin1String("rates")].toObject();
    QCOMPARE(rates.keys(),
             split("acknowledged|delivered|over_ms|published|redelivered|sampled_at"));
    QVERIFY(rates[QLatin1String("published")].isNull());
    QVERIFY(QDateTime::fromString(queue[QLatin1String("as_of")].toString(), Qt::ISODateWithMs)
                .isValid());
}

void tst_ListVerbs::showsNoColumnOfWhatIsNotKnown()
{
    fill("q", 2);
    QombuProgram table({QStringLiteral("--url"), m_broker.url(), QStringLiteral("queues")});
    QCOMPARE(table.exitCode(), 0);
    QCOMPARE(table.lines(),
             (QByteArrayList{"QUEUE  READY  UNACKED  CONSUMERS", "q      2      0        –"}));
    QCOMPARE(table.errorText(), QByteArray());
}

void tst_ListVerbs::goesThroughAllPagesOnce_data()
{
    QTest::addColumn<QStringList>("order");
    QTest::newRow("by name") << QStringList();
    QTest::newRow("by name, descending") << split("--sort|name:desc");
    QTest::newRow("by ready") << split("--sort|ready:desc");
}
void tst_ListVerbs::goesThroughAllPagesOnce()
{
    QFETCH(QStringList, order);
    constexpr int Queues = 1200;
    for (int i = 0; i < Queues; ++i)
        fill("q/" + QByteArray::number(i), 1 + i % 2);
    QStringList seen;
    QString cursor;
    int pages = 0;
    do {
        QStringList words = split("queues|--limit|500");
        if (!cursor.isEmpty())
            words << QStringLiteral("--page") << cursor;
        QombuProgram page(call(words + order));
        QVERIFY2(page.exitCode() == 0, page.errorText().constData());
        seen += namesOf(page);
        cursor = cursorOf(page);
        ++pages;
    } while (!cursor.isEmpty() && pages < 10);
    QCOMPARE(pages, 3);
    QCOMPARE(seen.size(), Queues);
    QCOMPARE(QSet<QString>(seen.cbegin(), seen.cend()).size(), Queues);
}

void tst_ListVerbs::showsAllAtOnce()
{
    for (int i = 0; i < 1200; ++i)
        fill("q" + QByteArray::number(i), 1);
    RUN(some, "queues");
    QCOMPARE(some.lines().size(), 1000);
    RUN(all, "queues|--all");
    QCOMPARE(all.lines().size(), 1200);
    QCOMPARE(all.errorText(), QByteArray());
}

void tst_ListVerbs::saysHowToGoOn()
{
    for (const char *queue : {"a", "b b", "c'c"})
        fill(queue, 1);
    RUN(first, "queues|--limit|2");
    QVERIFY2(first.errorText().contains(
                 "Shown are 2 of 3. Go on with --page b%20b, or see all with --all."),
             first.errorText().constData());
    RUN(rest, "queues|--limit|2|--page|b%20b");
    QCOMPARE(namesOf(rest), split("c'c"));
    QCOMPARE(rest.errorText(), QByteArray());
    QombuProgram both(call("queues|--limit|2|--all"));
    QCOMPARE(both.exitCode(), 2);
    QombuProgram none(call("queues|--limit|0"));
    QCOMPARE(none.exitCode(), 2);
}

void tst_ListVerbs::sorts_data()
{
    QTest::addColumn<QStringList>("order");
    QTest::newRow("name") << split("a|b|c");
    QTest::newRow("name:desc") << split("c|b|a");
    QTest::newRow("ready") << split("b|a|c");
    QTest::newRow("ready:desc") << split("c|a|b");
    QTest::newRow("consumers:desc") << split("a|b|c"); // not known: by name
}
void tst_ListVerbs::sorts()
{
    QFETCH(QStringList, order);
    fill("a", 2);
    fill("b", 1);
    fill("c", 3);
    QombuProgram sorted(
        call(split("queues|--sort") << QString::fromLatin1(QTest::currentDataTag())));
    QVERIFY2(sorted.exitCode() == 0, sorted.errorText().constData());
    QCOMPARE(namesOf(sorted), order);
}

void tst_ListVerbs::filtersAnyText_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"100%", "a&b", "c+d", "für 東京", ".*", "?x=[1]"})
        QTest::newRow(text) << QString::fromUtf8(text);
}
void tst_ListVerbs::filtersAnyText()
{
    QFETCH(QString, text);
    for (const char *queue : {"my 100% q", "a&b", "c+d", "für 東京 q", "x.*", "q?x=[1]", "plain"})
        fill(queue, 1);
    QombuProgram found(call(split("queues|--filter") << text));
    QVERIFY2(found.exitCode() == 0, found.errorText().constData());
    QCOMPARE(found.objects().size(), 1);
    QVERIFY(namesOf(found).constFirst().contains(text));
}

void tst_ListVerbs::listsTheBindingsOfOneEntity_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<int>("count");
    const auto row = [](const char *words, int count) {
        QTest::newRow(words) << split(words) << count;
    };
    row("bindings", 3);
    row("bindings|--limit|2", 2);
    row("bindings|--filter|event", 2);
    row("bindings|--queue|audit", 2);
    row("bindings|--exchange|shop", 1);
    row("bindings|--exchange|events|--from", 2);
    row("bindings|--exchange|events|--to", 0);
}
void tst_ListVerbs::listsTheBindingsOfOneEntity()
{
    QFETCH(QStringList, words);
    QFETCH(int, count);
    RUN(first, "bind|audit|--exchange|events|--routing-key|order.#|--type|topic");
    RUN(second, "bind|orders|--exchange|events|--routing-key|order.new|--type|topic");
    RUN(third, "bind|audit|--exchange|shop|--routing-key|new|--type|direct");
    QombuProgram bindings(call(words));
    QVERIFY2(bindings.exitCode() == 0, bindings.errorText().constData());
    QCOMPARE(bindings.objects().size(), count);
    if (count > 0)
        QCOMPARE(bindings.objects().constFirst().keys(),
                 split("arguments|destination_exchange|exchange|pattern|queue|routing_key|"
                       "semantics_differ"));
}

void tst_ListVerbs::namesWhatIsNotThere()
{
    for (const char *words : {"bindings|--queue|missing", "bindings|--exchange|missing"}) {
        QombuProgram program(call(words));
        QCOMPARE(program.exitCode(), 5);
        QVERIFY2(program.errorText().contains("missing"), program.errorText().constData());
    }
}

void tst_ListVerbs::saysWhatIsNotInOrder()
{
    fill("a", 1);
    RUN(queues, "queues|--sort|bytes");
    QVERIFY2(queues.errorText().contains("\"bytes\""), queues.errorText().constData());
    RUN(sorted, "queues|--sort|ready");
    QCOMPARE(sorted.errorText(), QByteArray());
}

void tst_ListVerbs::keepsATableReadable()
{
    fill(QByteArray(200, 'x'), 1);
    QombuProgram table({QStringLiteral("--url"), m_broker.url(), QStringLiteral("queues")});
    QCOMPARE(table.exitCode(), 0);
    QVERIFY2(table.lines().value(1).startsWith(QByteArray(QByteArray(79, 'x') + "…  1")),
             table.lines().value(1).constData());
}

void tst_ListVerbs::saysWhatThisBrokerCannotTell_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *words :
         {"connections", "channels|--holding", "consumers", "policies", "overview"})
        QTest::newRow(words) << QByteArray("This kind of broker has no connections");
    QTest::newRow("consumers|q") << QByteArray("does not tell who consumes");
    QTest::newRow("definitions|export") << QByteArray("neither exported nor imported");
}
void tst_ListVerbs::saysWhatThisBrokerCannotTell()
{
    QFETCH(QByteArray, text);
    QombuProgram program(call(QTest::currentDataTag()));
    QCOMPARE(program.exitCode(), 1);
    QVERIFY2(program.errorText().contains(text), program.errorText().constData());
    QCOMPARE(program.lines(), QByteArrayList());
}

QOMBU_TEST(tst_ListVerbs)
#include "tst_listverbs.moc"
