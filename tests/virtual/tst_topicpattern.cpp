// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "topictable.h"
#include "virtual/routing/topicpattern.h"

#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTest>

using namespace Qombu;
using Topic::Dialect;
using Topic::Match;

namespace {

// AMQP 0-9-1 §3.1.3.3, as simple as it can be said.
bool amqpReference(QStringList pattern, QStringList words)
{
    if (pattern.isEmpty())
        return words.isEmpty();
    const QString first = pattern.takeFirst();
    if (first == QLatin1String("#")) {
        for (qsizetype i = 0; i <= words.size(); ++i) {
            if (amqpReference(pattern, words.mid(i)))
                return true;
        }
        return false;
    }
    if (words.isEmpty())
        return false;
    const QString word = words.takeFirst();
    return (first == QLatin1String("*") || first == word) && amqpReference(pattern, words);
}

QStringList split(const QString &key)
{
    return key.isEmpty() ? QStringList() : key.split(u'.');
}

// Up to seven words; few different ones, so that matches are frequent.
QString randomKey(QRandomGenerator &random, const QStringList &words)
{
    QStringList key;
    for (quint32 count = random.bounded(8); count > 0; --count)
        key.append(words.at(int(random.bounded(quint32(words.size())))));
    return key.join(u'.');
}

const QStringList &patternWords()
{
    static const QStringList words{
        QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("*"),
        QStringLiteral("#"), QStringLiteral("#"), QStringLiteral("a_b"),
        QStringLiteral(""),  QStringLiteral("é"), QStringLiteral("😀"),
    };
    return words;
}

const QStringList &keyWords()
{
    static const QStringList words =
        QStringLiteral("a b a a_b  é 😀 a\nb \n").split(QLatin1Char(' '));
    return words;
}

} // namespace

class tst_TopicPattern : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void storesWhatKombuStores_data();
    void storesWhatKombuStores();
    void escapesAsKombu();
    void refusesMixedWords_data();
    void refusesMixedWords();
    void understandsOnlyItsDialect_data();
    void understandsOnlyItsDialect();
    void treatsNewlinesAsPython();
    void matchesAsRabbitMq_data();
    void matchesAsRabbitMq();
    void knowsWhereTheTwoDiffer_data();
    void knowsWhereTheTwoDiffer();
    void agreesWithRegularExpressionsAtRandom();
    void agreesWithTheAmqpReferenceAtRandom();
    void needsNoExponentialTime();
};

void tst_TopicPattern::storesWhatKombuStores_data()
{
    QTest::addColumn<int>("index");
    for (size_t i = 0; i < std::size(QombuTest::TopicTable); ++i) {
        QTest::addRow("\"%s\"",
                      qPrintable(QStringView(QombuTest::TopicTable[i].bindingKey).toString()))
            << int(i);
    }
}

void tst_TopicPattern::storesWhatKombuStores()
{
    QFETCH(int, index);
    const QombuTest::TopicRow &row = QombuTest::TopicTable[index];
    const QString stored56 = Topic::storedPattern(row.bindingKey, Dialect::Kombu56);
    const QString stored57 = Topic::storedPattern(row.bindingKey, Dialect::Kombu57);
    QCOMPARE(stored56, QStringView(row.stored56).toString());
    QCOMPARE(stored57, QStringView(row.stored57).toString());
    QCOMPARE(Topic::dialectOf(stored57),
             stored56 == stored57 ? Dialect::Kombu56 : Dialect::Kombu57);
    for (size_t i = 0; i < std::size(QombuTest::TopicKeys); ++i) {
        const QStringView key(QombuTest::TopicKeys[i]);
        const bool in56 = row.matches56 >> i & 1;
        const bool in57 = row.matches57 >> i & 1;
        QVERIFY2(Topic::kombuMatches(stored56, key) == (in56 ? Match::Yes : Match::No),
                 qPrintable(key.toString()));
        QVERIFY2(Topic::kombuMatches(stored57, key) == (in57 ? Match::Yes : Match::No),
                 qPrintable(key.toString()));
    }
}

void tst_TopicPattern::escapesAsKombu()
{
    QString nul = QStringLiteral("axb");
    nul[1] = QChar(0);
    QCOMPARE(Topic::storedPattern(nul), QStringLiteral("^a\\000b$"));
    QCOMPARE(Topic::kombuMatches(QStringLiteral("^a\\000b$"), nul), Match::Yes);
    QCOMPARE(Topic::storedPattern(u"½٣Ⅷ字"), QStringLiteral("^½٣Ⅷ字$")); // all isalnum()
    QCOMPARE(Topic::storedPattern(u"😀-€"), QStringLiteral("^\\😀\\-\\€$"));
    QCOMPARE(Topic::kombuMatches(QStringLiteral("^\\😀\\-\\€$"), u"😀-€"), Match::Yes);
}

void tst_TopicPattern::refusesMixedWords_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<bool>("accepted");
    for (const char *key : {"", "a", "*", "#", "a.*.#", "a..b", "*.#.*", "user@x.y"})
        QTest::addRow("\"%s\" is accepted", key) << QString::fromUtf8(key) << true;
    for (const char *key : {"a*", "*a", "a.**", "##", "a.b#.c", "#*", "x\x06\x16y"})
        QTest::addRow("\"%s\" is refused", key) << QString::fromUtf8(key) << false;
}

void tst_TopicPattern::refusesMixedWords()
{
    QFETCH(QString, key);
    QFETCH(bool, accepted);
    QCOMPARE(Topic::checkBindingKey(key).kind(), accepted ? Error::None : Error::Configuration);
}

void tst_TopicPattern::understandsOnlyItsDialect_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<bool>("understood");
    for (const char *pattern :
         {"^$", "^a$", "^a_b-c$", "^\\$$", "^\\\\$", "^a#$", "^.*?.*?$", "^[^\\.]$", "^\\000$"})
        QTest::addRow("%s", pattern) << QString::fromUtf8(pattern) << true;
    for (const char *pattern :
         {"",       "^",       "$",      "a",     "^a",     "a$",     "^a*$",  "^a.b$",
          "^.*$",   "^(a+)+$", "^a|b$",  "^[a]$", "^\\d$",  "^\\n$",  "^a$b$", "^a^b$",
          "^a{2}$", "^\\$",    "^[^.]$", "^a?$",  "^\\00$", "^(?i)a$"})
        QTest::addRow("not %s", pattern) << QString::fromUtf8(pattern) << false;
}

void tst_TopicPattern::understandsOnlyItsDialect()
{
    QFETCH(QString, pattern);
    QFETCH(bool, understood);
    QCOMPARE(Topic::kombuMatches(pattern, u"a") != Match::NotUnderstood, understood);
}

void tst_TopicPattern::treatsNewlinesAsPython()
{
    const auto matches = [](QStringView bindingKey, QStringView key) {
        return Topic::kombuMatches(Topic::storedPattern(bindingKey), key) == Match::Yes;
    };
    QVERIFY(matches(u"a", u"a\n"));
    QVERIFY(!matches(u"a", u"a\n\n"));
    QVERIFY(matches(u"", u"\n"));
    QVERIFY(!matches(u"a.#", u"a.b\nc"));
    QVERIFY(matches(u"a.#", u"a.b\n"));
    QVERIFY(matches(u"*", u"a\n")); // the newline itself is "not a dot"
}

void tst_TopicPattern::matchesAsRabbitMq_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("key");
    QTest::addColumn<bool>("matches");
    const auto row = [](const char *pattern, const char *key, bool matches) {
        QTest::addRow("\"%s\" and \"%s\"", pattern, key)
            << QString::fromUtf8(pattern) << QString::fromUtf8(key) << matches;
    };
    row("#", "", true);
    row("#", "a.b.c", true);
    row("*", "", false);
    row("*", "a", true);
    row("*", "a.b", false);
    row("a.#", "a", true);
    row("a.#", "a.b.c", true);
    row("a.#", "ab", false);
    row("#.a", "a", true);
    row("#.a", "x.y.a", true);
    row("a.*", "a", false);
    row("a.*", "a.b", true);
    row("a.*", "a.b.c", false);
    row("a.*.c", "a.b.c", true);
    row("a.*.c", "a.b.b.c", false);
    row("a.#.c", "a.c", true);
    row("a.#.c", "a.b.b.c", true);
    row("*.stock.#", "usd.stock", true);
    row("*.stock.#", "eur.stock.db", true);
    row("*.stock.#", "stock.nasdaq", false);
    row("*.*", "a..b", false);
    row("a.#.#", "a", true);
    row("#.#", "", true);
    row("#.*.#", "", false);
    row("#.b.#.b", "b.b.c.b", true);
    row("#.b.#.b", "b.b.c", false);
    row("", "", true);
    row("", "a", false);
    row("a.b", "a.b", true);
    row("a.*", "a.", true); // an empty word is a word
}

void tst_TopicPattern::matchesAsRabbitMq()
{
    QFETCH(QString, pattern);
    QFETCH(QString, key);
    QFETCH(bool, matches);
    QCOMPARE(Topic::amqpMatches(pattern, key), matches);
    QCOMPARE(amqpReference(split(pattern), split(key)), matches);
}

void tst_TopicPattern::knowsWhereTheTwoDiffer_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<bool>("in56");
    QTest::addColumn<bool>("in57");
    QTest::newRow("#") << QStringLiteral("#") << false << false;
    QTest::newRow("*") << QStringLiteral("*") << true << false;
    QTest::newRow("a.*") << QStringLiteral("a.*") << true << false;
    QTest::newRow("a.#") << QStringLiteral("a.#") << true << true;
    QTest::newRow("#.#") << QStringLiteral("#.#") << true << true;
    QTest::newRow("*.#") << QStringLiteral("*.#") << true << true;
    QTest::newRow("no wildcard") << QStringLiteral("a.b_c") << false << false;
    QTest::newRow("empty") << QString() << false << false;
}

// The claim is checked against all keys of up to four words.
void tst_TopicPattern::knowsWhereTheTwoDiffer()
{
    QFETCH(QString, key);
    QFETCH(bool, in56);
    QFETCH(bool, in57);
    QStringList keys{QString(), QStringLiteral("a"), QStringLiteral("b")};
    for (qsizetype i = 1; keys.size() < 40; ++i)
        keys << keys.at(i) + QLatin1String(".a") << keys.at(i) + QLatin1String(".b");
    for (const auto dialect : {Dialect::Kombu56, Dialect::Kombu57}) {
        const QString stored = Topic::storedPattern(key, dialect);
        const bool differ = std::any_of(keys.cbegin(), keys.cend(), [&](const QString &routingKey) {
            return (Topic::kombuMatches(stored, routingKey) == Match::Yes)
                != Topic::amqpMatches(key, routingKey);
        });
        QCOMPARE(differ, dialect == Dialect::Kombu56 ? in56 : in57);
        QCOMPARE(Topic::semanticsDiffer(key, dialect), differ);
    }
}

void tst_TopicPattern::agreesWithRegularExpressionsAtRandom()
{
    QRandomGenerator random(20261121);
    QStringList keys;
    for (int i = 0; i < 1000; ++i)
        keys.append(randomKey(random, keyWords()));
    int matched = 0;
    for (int i = 0; i < 1000; ++i) {
        const QString bindingKey = randomKey(random, patternWords());
        const auto dialect = i % 2 ? Dialect::Kombu57 : Dialect::Kombu56;
        const QString stored = Topic::storedPattern(bindingKey, dialect);
        const QRegularExpression expression(stored);
        QVERIFY2(expression.isValid(), qPrintable(stored));
        const auto pattern = Topic::KombuPattern::read(stored);
        QVERIFY2(pattern, qPrintable(stored));
        for (const QString &key : std::as_const(keys)) {
            const bool expected = expression.match(key).hasMatch();
            if (pattern->matches(key) != expected)
                QFAIL(qPrintable(stored + QLatin1String(" and ") + key));
            matched += expected;
        }
    }
    QVERIFY2(matched > 40'000, qPrintable(QString::number(matched)));
}

void tst_TopicPattern::agreesWithTheAmqpReferenceAtRandom()
{
    QRandomGenerator random(20261122);
    int matched = 0;
    for (int i = 0; i < 1000; ++i) {
        const QString bindingKey = randomKey(random, patternWords());
        const QStringList pattern = split(bindingKey);
        for (int j = 0; j < 200; ++j) {
            const QString key = randomKey(random, keyWords());
            const bool expected = amqpReference(pattern, split(key));
            if (Topic::amqpMatches(bindingKey, key) != expected)
                QFAIL(qPrintable(bindingKey + QLatin1String(" and ") + key));
            matched += expected;
        }
    }
    QVERIFY2(matched > 10'000, qPrintable(QString::number(matched)));
}

// A backtracking matcher does not come back from this one.
void tst_TopicPattern::needsNoExponentialTime()
{
    const QString bindingKey = QStringLiteral("#.a.").repeated(60) + QLatin1String("b");
    const QString key = QStringLiteral("a.").repeated(2000) + QLatin1String("c");
    QCOMPARE(Topic::kombuMatches(Topic::storedPattern(bindingKey), key), Match::No);
    QVERIFY(!Topic::amqpMatches(bindingKey, key));
    QVERIFY(Topic::amqpMatches(bindingKey, QString(key.chopped(1) + u'b')));
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_TopicPattern)
#include "tst_topicpattern.moc"
