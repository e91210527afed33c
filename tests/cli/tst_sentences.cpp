// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QRegularExpression>
#include <QTest>

// That what the program says at its end is true, and enough to go on from. On a real Redis.
class tst_Sentences : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void saysWhereAStreamBrokeOff_data();
    void saysWhereAStreamBrokeOff();
    void saysThatAnOpenStreamIsConfirmed();
    void saysHowManyWereConfirmedAtTheDeadline();
    void saysWhatBecameOfASingleMessage();
    void knowsWhatCannotHaveArrived_data();
    void knowsWhatCannotHaveArrived();
    void saysThatItPublishedAlthoughItCannotSaySo();
    void saysHowManyItMeasured();
    void saysWhatCannotBeDecoded_data();
    void saysWhatCannotBeDecoded();
    void saysThatWritesWaitOnlyWhereOneDoes();
    void saysOnceWhatKeepsAConsumerWaiting();
    void saysWhatIsStoredOfAnExchange_data();
    void saysWhatIsStoredOfAnExchange();
    void warnsOfABroadcastThatNobodyHears();
    void refusesReservedNamesAsWrongUsage_data();
    void refusesReservedNamesAsWrongUsage();
    void saysThatAQueueIsNotThere();
    void namesAQueueWithPercentSigns();
    void saysThatAllMessagesAreHeld();
    void saysThatQueuesMayBeMissing();
    void namesForeignKeys_data();
    void namesForeignKeys();

private:
    QStringList call(const char *words) const { return qombuCall(m_broker.url(), words); }
    static QStringList streaming(const QString &url)
    {
        QStringList arguments = qombuCall(url, "publish|--queue|q|--lines|-");
        arguments[arguments.indexOf(QLatin1String("--timeout")) + 1] = QStringLiteral("2");
        return arguments;
    }

    QombuTest::BrokerProcess m_broker;
};

void tst_Sentences::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_Sentences::init()
{
    m_broker.command({"CONFIG", "SET", "maxmemory", "0"});
    m_broker.command({"FLUSHALL"});
}

void tst_Sentences::saysWhereAStreamBrokeOff_data()
{
    QTest::addColumn<bool>("dies");
    QTest::newRow("the broker is silent") << false;
    QTest::newRow("the broker dies") << true;
}

void tst_Sentences::saysWhereAStreamBrokeOff()
{
    QFETCH(const bool, dies);
    QombuTest::BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    QombuProgram program(streaming(broker.url()), "1\n2\n3\n", QombuProgram::Open);
    QTRY_COMPARE_WITH_TIMEOUT(broker.integer({"LLEN", "q"}), 3, 10'000);
    dies ? broker.kill() : broker.freeze();
    program.write("4\n5\n");
    const int code = program.exitCode();
    if (!dies)
        broker.thaw();
    QCOMPARE(code, 3);
    const QString text = QString::fromUtf8(program.errorText());
    // The last answers may still have been under way, and the loss noticed before the last lines.
    static const QRegularExpression confirmedText(
        QStringLiteral("\\((\\d) of 5 messages were confirmed\\)"));
    static const QRegularExpression otherText(QStringLiteral(
        "(In doubt|Did not arrive): (\\d), the first of them line (\\d) of the input\\."));
    const int confirmed = confirmedText.match(text).captured(1).toInt();
    int others = 0;
    int first = 6;
    auto matches = otherText.globalMatch(text);
    while (matches.hasNext()) {
        const auto match = matches.next();
        QVERIFY(dies || match.captured(1) == QLatin1String("In doubt"));
        others += match.captured(2).toInt();
        first = qMin(first, match.captured(3).toInt());
    }
    QCOMPARE(others, 5 - confirmed);
    QCOMPARE(first, confirmed + 1);
    QVERIFY2(text.contains(QLatin1String(dies ? "Could not reach" : "had answered everything")),
             qPrintable(text));
    QCOMPARE(program.objects().value(0).value(QLatin1String("published")).toInt(-1), confirmed);
}

void tst_Sentences::saysThatAnOpenStreamIsConfirmed()
{
    QombuProgram program(streaming(m_broker.url()), "1\n2\n", QombuProgram::Open);
    QCOMPARE(program.exitCode(), 3);
    const QByteArray text = program.errorText();
    QVERIFY2(text.contains("input was still open") && text.contains("(2 of 2 messages")
                 && text.contains("Go on with line 3 of the input")
                 && !text.contains("answered everything"),
             text.constData());
}

void tst_Sentences::saysHowManyWereConfirmedAtTheDeadline()
{
    QombuTest::BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    broker.freeze();
    QStringList arguments = qombuCall(broker.url(), "publish|1|--queue|q|--count|3");
    arguments[arguments.indexOf(QLatin1String("--timeout")) + 1] = QStringLiteral("1");
    QombuProgram program(arguments);
    const int code = program.exitCode();
    broker.thaw();
    QCOMPARE(code, 3);
    QVERIFY2(program.errorText().contains("(0 of 3 messages were confirmed) Nothing was sent."),
             program.errorText().constData());
}

// Where the one message is that was sent needs no number.
void tst_Sentences::saysWhatBecameOfASingleMessage()
{
    QombuProgram refused(call("publish|1|--exchange|nowhere"));
    QCOMPARE(refused.exitCode(), 1);
    QVERIFY2(refused.errorText().endsWith("(0 of 1 messages were confirmed)\n"),
             refused.errorText().constData());
    QombuTest::BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    QVERIFY(broker.command({"CLIENT", "PAUSE", "60000", "WRITE"}).text == "OK");
    QombuProgram silent(qombuCall(broker.url(), "publish|1|--queue|q|--timeout|1"));
    QCOMPARE(silent.exitCode(), 3);
    QVERIFY2(silent.errorText().endsWith("(0 of 1 messages were confirmed) It may have arrived.\n"),
             silent.errorText().constData());
}

// Refused by a full server, or waiting for what must be known first: neither is in doubt.
void tst_Sentences::knowsWhatCannotHaveArrived_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<QByteArray>("obstacle");
    QTest::addColumn<QByteArray>("text");
    const QByteArray full = "CONFIG SET maxmemory 1";
    const QByteArray silent = "CLIENT PAUSE 60000 ALL";
    QTest::newRow("a full server, a queue")
        << QByteArray("publish|1|--queue|q|--count|3") << full
        << QByteArray("Did not arrive: 3, the first of them message 1.");
    QTest::newRow("a full server, an exchange")
        << QByteArray("publish|1|--exchange|e|--routing-key|k|--count|3") << full
        << QByteArray("Did not arrive: 3, the first of them message 1.");
    QTest::newRow("bindings that nobody tells")
        << QByteArray("publish|--exchange|e|--routing-key|k|--lines|-") << silent
        << QByteArray("Did not arrive: 1, the first of them line 1 of the input.");
    QTest::newRow("one alone") << QByteArray("publish|1|--queue|q") << full
                               << QByteArray("It did not arrive.");
}

void tst_Sentences::knowsWhatCannotHaveArrived()
{
    QFETCH(const QByteArray, words);
    QFETCH(const QByteArray, obstacle);
    QFETCH(const QByteArray, text);
    QombuTest::BrokerProcess broker(
        {QStringLiteral("--maxmemory-policy"), QStringLiteral("noeviction")});
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    QVERIFY(QombuProgram(qombuCall(broker.url(), "bind|q|--exchange|e|--routing-key|k")).exitCode()
            == 0);
    const bool isStream = words.contains("--lines");
    const auto block = [&] { broker.command(obstacle.split(' ')); };
    if (!isStream)
        block();
    QStringList arguments = qombuCall(broker.url(), words.constData());
    arguments[arguments.indexOf(QLatin1String("--timeout")) + 1] = QStringLiteral("1");
    QombuProgram program(arguments, {}, isStream ? QombuProgram::Open : QombuProgram::Closed);
    if (isStream) { // connected by then
        QTRY_VERIFY(broker.text({"CLIENT", "LIST"}).count("name=qombu") > 0);
        block();
        program.write("1\n");
    }
    QCOMPARE(program.exitCode(), 3);
    QVERIFY2(program.errorText().contains(text) && !program.errorText().contains("doubt"),
             program.errorText().constData());
    const QJsonObject tally = program.objects().value(0);
    QCOMPARE(tally.value(QLatin1String("in_doubt")).toInt(-1), 0);
    QVERIFY(tally.value(QLatin1String("failed")).toInt() > 0);
}

void tst_Sentences::saysThatItPublishedAlthoughItCannotSaySo()
{
    QProcess program;
    program.setProgram(QStringLiteral(QOMBU_PROGRAM));
    program.setArguments(call("publish|1|--queue|q"));
    program.setStandardOutputFile(QStringLiteral("/dev/full"));
    program.start();
    QVERIFY(program.waitForFinished());
    QCOMPARE(program.exitCode(), 1);
    const QByteArray text = program.readAllStandardError();
    QVERIFY2(text.contains("Done, but stdout cannot be written to")
                 && text.contains("(1 of 1 messages were confirmed)"),
             text.constData());
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 1);
}

void tst_Sentences::saysHowManyItMeasured()
{
    RUN(publish, "publish|1|--queue|q");
    QombuProgram bench(call("bench|consume|--queue|q|--count|2|--timeout|1"));
    QCOMPARE(bench.exitCode(), 5);
    QVERIFY2(bench.errorText().contains("Only 1 of 2 messages came in time"),
             bench.errorText().constData());
}

void tst_Sentences::saysWhatCannotBeDecoded_data()
{
    QTest::addColumn<QByteArray>("how");
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("left");
    QTest::newRow("counted") << QByteArray("--count|1") << 1 << 1;
    QTest::newRow("until it is idle") << QByteArray("--idle|0.3") << 1 << 1;
    QTest::newRow("taken as it is") << QByteArray("--count|1|--ack|none") << 0 << 0;
}

void tst_Sentences::saysWhatCannotBeDecoded()
{
    QFETCH(const QByteArray, how);
    QFETCH(const int, code);
    QFETCH(const int, left);
    for (const char *body :
         {"a;b|--content-type|text/csv", "{oops|--content-type|application/json"}) {
        RUN(publish,
            QByteArray("publish|--queue|q|--serializer|raw|" + QByteArray(body)).constData());
        QombuProgram consume(call(QByteArray("consume|q|" + how).constData()));
        QCOMPARE(consume.exitCode(), code);
        QVERIFY2(consume.errorText().contains("of q is printed as it came"),
                 consume.errorText().constData());
        QCOMPARE(consume.lines().size(), 1);
        QCOMPARE(m_broker.integer({"LLEN", "q"}), left);
        m_broker.command({"DEL", "q"});
    }
}

void tst_Sentences::saysThatWritesWaitOnlyWhereOneDoes()
{
    RUN(publish, "publish|1|--queue|q");
    m_broker.command({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
    m_broker.command({"CONFIG", "SET", "maxmemory", "1"});
    m_broker.command({"CONFIG", "RESETSTAT"});
    // The message comes with the refusal: who had all that was asked for would say nothing more.
    QombuProgram consume(call("consume|q|--count|2|--timeout|1"));
    QCOMPARE(consume.exitCode(), 5);
    QCOMPARE(consume.lines().size(), 1);
    // Redis 7.0 refuses whatever stands in a transaction, 8.0 nothing that this one sends.
    const bool isRefused = m_broker.text({"INFO", "errorstats"}).contains("OOM");
    QVERIFY2(consume.errorText().contains("takes no writes for now: Redis is out of memory")
                 == isRefused,
             consume.errorText().constData());
    QVERIFY2(!consume.errorText().contains("have to wait"), consume.errorText().constData());
    QombuProgram binding(call("consume|q|--exchange|e|--timeout|1"));
    QCOMPARE(binding.exitCode(), 3); // it never came to consume
    QVERIFY2(binding.errorText().contains("have to wait"), binding.errorText().constData());
}

void tst_Sentences::saysOnceWhatKeepsAConsumerWaiting()
{
    m_broker.command({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
    m_broker.command({"CONFIG", "SET", "maxmemory", "1"});
    QombuProgram consume(call("consume|q|--exchange|e|--idle|1"));
    QCOMPARE(consume.exitCode(), 3);
    const QByteArrayList sentences = consume.errorText().trimmed().split('\n');
    QCOMPARE(QSet<QByteArray>(sentences.begin(), sentences.end()).size(), sentences.size());
}

void tst_Sentences::saysWhatIsStoredOfAnExchange_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *words, int code, const char *text) {
        QTest::newRow(words) << code << QByteArray(text);
    };
    row("declare-exchange|ev|--type|fanout", 0, "stores nothing of it");
    row("declare-exchange|tp|--type|topic", 0, "stores nothing of it");
    row("declare-exchange|di|--type|fanout", 0, "stores nothing of it"); // it looks the same
    row("declare-exchange|tp|--type|direct", 1, "tp has bindings of a topic exchange");
    row("declare-exchange|tp|--type|fanout", 1, "tp has bindings of a topic exchange");
    row("declare-exchange|di|--type|topic", 1, "di has bindings of a direct exchange");
}

void tst_Sentences::saysWhatIsStoredOfAnExchange()
{
    QFETCH(const int, code);
    QFETCH(const QByteArray, text);
    RUN(topic, "bind|q|--exchange|tp|--routing-key|a.#|--type|topic");
    RUN(direct, "bind|q|--exchange|di|--routing-key|k|--type|direct");
    QStringList words = call(QTest::currentDataTag());
    words.removeAll(QStringLiteral("--json"));
    QombuProgram program(words);
    QCOMPARE(program.exitCode(), code);
    QVERIFY2(QByteArray(program.lines().join('\n') + program.errorText()).contains(text),
             program.errorText().constData());
    QCOMPARE(m_broker.texts({"KEYS", "_kombu.binding.*"}).size(), 2);
}

void tst_Sentences::warnsOfABroadcastThatNobodyHears()
{
    RUN(bind, "bind|q|--exchange|tp|--routing-key|a.#|--type|topic");
    RUN(publish, "publish|1|--exchange|tp|--routing-key|a.b|--type|fanout");
    QVERIFY2(publish.errorText().contains("nobody"), publish.errorText().constData());
    RUN(routed, "publish|1|--exchange|tp|--routing-key|a.b|--type|topic");
    QCOMPARE(routed.errorText(), QByteArray());
}

void tst_Sentences::refusesReservedNamesAsWrongUsage_data()
{
    QTest::addColumn<QByteArray>("words");
    for (const char *words :
         {"publish|1|--queue|unacked", "consume|unacked", "declare-queue|unacked", "purge|unacked",
          "bind|unacked|--exchange|e", "delete-queue|unacked"})
        QTest::newRow(words) << QByteArray(words);
}

void tst_Sentences::refusesReservedNamesAsWrongUsage()
{
    QFETCH(const QByteArray, words);
    QombuProgram program(call(words.constData()));
    QCOMPARE(program.exitCode(), 2);
    QVERIFY2(program.errorText().contains("\"unacked\" cannot be the name of a queue"),
             program.errorText().constData());
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

void tst_Sentences::saysThatAQueueIsNotThere()
{
    QombuProgram peek(call("peek|nope"));
    QCOMPARE(peek.exitCode(), 5);
    QVERIFY2(peek.errorText().contains("The queue \"nope\" is empty or not there"),
             peek.errorText().constData());
    RUN(consume, "consume|nope|--idle|0.3");
    QCOMPARE(consume.errorText().count("The queue \"nope\" is empty or not there"), 1);
    RUN(bind, "bind|nope|--exchange|e");
    RUN(again, "peek|nope");
    QCOMPARE(again.errorText(), QByteArray());
    RUN(bound, "consume|nope|--idle|0.3");
    QCOMPARE(bound.errorText(), QByteArray());
}

// A name may look like the place of another part of the sentence.
void tst_Sentences::namesAQueueWithPercentSigns()
{
    RUN(publish, "publish|1|--queue|a%2F%1");
    QStringList purge = call("purge|a%2F%1");
    purge.removeAll(QStringLiteral("--json"));
    QombuProgram text(purge);
    QVERIFY2(text.exitCode() == 0, text.errorText().constData());
    QVERIFY2(text.lines().value(0).startsWith("a%2F%1: 1 message"),
             text.lines().value(0).constData());
}

void tst_Sentences::saysThatAllMessagesAreHeld()
{
    m_broker.command({"HSET", "unacked", "1", "[{},\"\",\"q\"]"});
    for (const char *words : {"delete-queue|q", "purge|q"}) {
        QombuProgram program(call(words));
        QCOMPARE(program.exitCode(), 5);
        QVERIFY2(program.errorText().contains("All messages of the queue \"q\" are held"),
                 program.errorText().constData());
    }
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 1);
}

void tst_Sentences::saysThatQueuesMayBeMissing()
{
    for (int i = 0; i < 2001; ++i)
        m_broker.command({"HSET", "unacked", QByteArray::number(i), "[{},\"\",\"q\"]"});
    RUN(queues, "queues");
    QVERIFY2(queues.errorText().contains("2001 messages are held"), queues.errorText().constData());
    m_broker.command({"HDEL", "unacked", "0"});
    RUN(counted, "queues");
    QCOMPARE(counted.errorText(), QByteArray());
    QCOMPARE(counted.objects().value(0).value(QLatin1String("unacked")).toInt(), 2000);
}

void tst_Sentences::namesForeignKeys_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("words");
    const auto row = [](const char *key, const char *words) {
        QTest::newRow(words) << QByteArray(key) << QByteArray(words);
    };
    row("q", "consume|q");
    row("q", "publish|1|--queue|q");
    row("_kombu.binding.e", "publish|1|--exchange|e");
    row("_kombu.binding.e", "bind|q|--exchange|e");
    row("_kombu.binding.e", "declare-exchange|e|--type|topic");
    row("unacked", "consume|other|--count|1");
    row("unacked_index", "unacked");
}

void tst_Sentences::namesForeignKeys()
{
    QFETCH(const QByteArray, key);
    QFETCH(const QByteArray, words);
    RUN(publish, "publish|1|--queue|other");
    m_broker.command({"SET", key, "x"});
    QombuProgram program(call(words.constData()));
    QCOMPARE(program.exitCode(), 1);
    QVERIFY2(program.errorText().contains(QByteArray("The Redis key \"" + key + "\" is a string")),
             program.errorText().constData());
}

QOMBU_TEST(tst_Sentences)
#include "tst_sentences.moc"
