// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/testmain.h"

#include <QTcpServer>
#include <QTemporaryFile>
#include <QTest>

// What the program does without a broker: usage, refusals, unreachable brokers.
class tst_Usage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refusesWrongUsage_data();
    void refusesWrongUsage();
    void suggestsWhatWasMeant_data();
    void suggestsWhatWasMeant();
    void explainsItself();
    void explainsItsVerbs_data();
    void explainsItsVerbs();
    void speaksToABrokerInMemory_data();
    void speaksToABrokerInMemory();
    void readsBothPlacesOfGlobalOptions();
    void refusesChangesWhenReadOnly_data();
    void refusesChangesWhenReadOnly();
    void tellsThatNobodyAnswers();
    void refusesAPasswordFileForEverybody();
    void neverShowsAPassword();
};

void tst_Usage::refusesWrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const char *arguments, const char *text) {
        QTest::newRow(name) << QString::fromLatin1(arguments).split(QLatin1Char('|'))
                            << QByteArray(text);
    };
    row("no such verb", "publisch", "publisch");
    row("no such option", "queues|--colour", "colour");
    row("URL without a scheme", "queues|--url|127.0.0.1:6379", "redis://127.0.0.1:6379");
    row("no target", "publish|1", "--queue Q");
    row("two targets", "publish|1|--queue|q|--exchange|e", "--queue Q");
    row("no body", "publish|--queue|q", "BODY");
    row("body that is no JSON", "publish|{oops|--queue|q", "nothing was sent");
    row("serializer unknown", "publish|1|--queue|q|--serializer|pickle", "pickle");
    row("compression unknown", "publish|1|--queue|q|--compression|zlip", "Did you mean \"zlib\"");
    row("compression nowhere near", "publish|1|--queue|q|--compression|bogus", "zlib");
    row("serializer misspelt", "publish|1|--queue|q|--serializer|jsno", "Did you mean \"json\"");
    row("content type to accept unknown", "consume|q|--accept|jsno", "Did you mean \"json\"");
    row("priority too high", "publish|1|--queue|q|--priority|10", "from 0 to 9");
    row("header without value", "publish|1|--queue|q|--header|k", "KEY=VALUE");
    row("property misspelt", "publish|1|--queue|q|--property|corelation_id=x",
        "\"corelation_id\", only app_id, cluster_id, correlation_id,");
    row("property of one's own", "publish|1|--queue|q|--property|tenant=x", "--header K=V");
    row("property with an option", "publish|1|--queue|q|--property|content_type=text/plain",
        "--content-type C");
    row("priority as a property", "publish|1|--queue|q|--property|priority=3", "--priority N");
    row("expiration that is no time", "publish|1|--queue|q|--property|expiration=soon", "soon");
    row("expiration beyond all numbers",
        "publish|1|--queue|q|--property|expiration=99999999999999999999", "99999999999999999999");
    row("expiration of nothing", "publish|1|--queue|q|--property|expiration=null", "null");
    row("expiration of half a millisecond", "publish|1|--queue|q|--property|expiration=0.5",
        "\"0.5\"");
    row("expiration that is a list", "publish|1|--queue|q|--property|expiration=[1]", "[1]");
    row("delivery mode between two", "publish|1|--queue|q|--property|delivery_mode=1.5",
        "persistent");
    row("delivery mode unknown", "publish|1|--queue|q|--property|delivery_mode=3", "persistent");
    row("file that is not there", "publish|--file|/nonexistent/file|--queue|q",
        "/nonexistent/file");
    row("count of nothing", "consume|q|--count|0", "--count");
    row("ack unknown", "consume|q|--ack|maybe", "maybe");
    row("no queue to consume", "consume", "queue");
    row("key without exchange", "consume|q|--binding-key|k", "--exchange");
    row("type unknown", "declare-exchange|e|--type|star", "star");
    row("type missing", "declare-exchange|e", "--type");
    row("bind to nothing", "bind|q", "--exchange");
    row("bind nothing", "bind|--exchange|e|--to-exchange", "exactly one");
    row("exchanges are never empty", "delete-exchange|e|--if-empty", "if-empty");
    row("purging knows no conditions", "purge|q|--if-unused", "if-unused");
    row("timeout of nothing", "queues|--timeout|0", "--timeout");
    row("timeout too long", "queues|--timeout|3000000", "at most 2000000");
    row("timeout that is no number", "queues|--timeout|soon", "soon");
    row("no queue to measure", "bench|publish|--queue|", "--queue wants a name");
    row("no queue to peek into", "peek|", "exactly one queue");
    row("no queue to consume from", "consume|", "at least one queue");
    row("one queue of two without a name", "consume|q|", "at least one queue");
    row("end unknown", "peek|q|--from|middle", "middle");
    row("quarantines of two queues", "quarantine|q|r", "one queue, or none");
    row("limit of no queue", "quarantine|--limit|3", "--limit needs a queue");
    row("requeue what", "requeue-quarantined|q", "and an element");
    row("requeue one and all", "requeue-quarantined|q|name|--all", "and an element");
    row("drop of no queue", "drop-quarantined|--all", "and an element");
    row("drop of a queue without a name", "drop-quarantined||--all", "and an element");
    row("return what", "return", "one tag, or --holder");
    row("return two", "return|a|b", "one tag, or --holder");
    row("return one and all", "return|a|--holder|b", "one tag, or --holder");
    row("return of nobody", "return|--holder|", "one tag, or --holder");
    row("order unknown", "queues|--sort|size", "one of name, ready");
    row("order misspelt", "queues|--sort|redy:desc", "Did you mean \"ready\"?");
    row("limit and all", "queues|--limit|3|--all", "--limit or --all");
    row("limit of nothing", "exchanges|--limit|0", "from 1");
    row("bindings of two", "bindings|--queue|q|--exchange|e", "--queue Q or --exchange E");
    row("bindings of one, filtered", "bindings|--queue|q|--filter|x", "of all exchanges");
    row("bindings away from what", "bindings|--from", "need --exchange");
    row("bindings of one, paged", "bindings|--exchange|e|--page|2", "of all exchanges");
    row("consumers of one, filtered", "consumers|q|--filter|x", "--filter is for");
    row("consumers of one, limited", "consumers|q|--limit|1", "--limit is for");
    row("consumers of one, paged", "consumers|q|--page|2", "--page is for");
    row("consumers of one, all", "consumers|q|--all", "--all is for");
    row("consumers of two queues", "consumers|q|r", "one queue, or none");
    row("definitions of what", "definitions|copy", "definitions export");
    row("import of no file", "definitions|import", "one file");
    row("import of a file that is not there", "definitions|import|/nonexistent/file",
        "/nonexistent/file");
    row("export to no folder", "definitions|export|/nonexistent/file", "/nonexistent");
    row("export to what is no file", "definitions|export|/dev/null", "no file");
    row("scheme unknown", "queues|--url|redsi://h", "redis");
    row("option unknown", "queues|--option|global_keyprefx=x", "global_keyprefix");
    row("option like no other", "queues|--option|nope=1", "visibility_timeout");
    row("consuming with a scheme unknown", "consume|q|--url|redsi://h", "redis");
    row("database that is no number", "queues|--url|redis://h/one", "one");
}

void tst_Usage::refusesWrongUsage()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QByteArray, text);
    QombuProgram program(arguments);
    QCOMPARE(program.exitCode(), 2);
    QVERIFY2(program.errorText().contains(text), program.errorText().constData());
    QCOMPARE(program.lines(), QByteArrayList());
}

void tst_Usage::suggestsWhatWasMeant_data()
{
    QTest::addColumn<QByteArray>("suggestion");
    const auto row = [](const char *arguments, const char *text) {
        QTest::newRow(arguments) << QByteArray(text);
    };
    row("publisch", "Did you mean \"publish\"?");
    row("delete-que q", "Did you mean \"delete-queue\"?");
    row("help consum", "Did you mean \"consume\"?");
    row("consume q --cuont 1", "There is no option --cuont. Did you mean \"--count\"?");
    row("--timout 3 queues", "Did you mean \"--timeout\"?");
    row("queues --jsno", "Did you mean \"--json\"?");
    row("zzz", "There is no verb \"zzz\".\n"); // nothing is near
}

void tst_Usage::suggestsWhatWasMeant()
{
    QFETCH(const QByteArray, suggestion);
    QombuProgram program(QString::fromLatin1(QTest::currentDataTag()).split(QLatin1Char(' ')));
    QCOMPARE(program.exitCode(), 2);
    QVERIFY2(program.errorText().contains(suggestion), program.errorText().constData());
}

void tst_Usage::explainsItself()
{
    QombuProgram help({QStringLiteral("--help")});
    QCOMPARE(help.exitCode(), 0);
    for (const char *verb : {"publish", "consume", "peek", "unacked", "delete-exchange", "bench"})
        QVERIFY2(help.lines().join('\n').contains(verb), verb);
    QombuProgram version({QStringLiteral("--version")});
    QCOMPARE(version.exitCode(), 0);
    QVERIFY(version.lines().constFirst().startsWith("qombu "));
}

void tst_Usage::explainsItsVerbs_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::newRow("consume") << QStringList{QStringLiteral("--idle"), QStringLiteral("--tag"),
                                            QStringLiteral("Redis shows none"),
                                            QStringLiteral("--exclusive")};
    QTest::newRow("bind") << QStringList{QStringLiteral("--exchange"), QStringLiteral("(required)"),
                                         QStringLiteral("--to-exchange")};
    QTest::newRow("delete-queue") << QStringList{QStringLiteral("--if-unused"),
                                                 QStringLiteral("--if-empty")};
    QTest::newRow("return") << QStringList{QStringLiteral("--holder"), QStringLiteral("--force"),
                                           QStringLiteral("twice")};
    QTest::newRow("quarantine") << QStringList{QStringLiteral("--limit")};
    QTest::newRow("requeue-quarantined") << QStringList{QStringLiteral("--all")};
    QTest::newRow("queues") << QStringList{QStringLiteral("--sort"), QStringLiteral("--filter"),
                                           QStringLiteral("--page"), QStringLiteral("--all"),
                                           QStringLiteral("counts_age_ms")};
    QTest::newRow("bindings") << QStringList{QStringLiteral("--queue"), QStringLiteral("--from")};
    QTest::newRow("channels") << QStringList{QStringLiteral("--holding"),
                                             QStringLiteral("unconfirmed")};
    QTest::newRow("definitions") << QStringList{QStringLiteral("--force")};
    QTest::newRow("delete-exchange") << QStringList{QStringLiteral("--if-unused")};
}

void tst_Usage::explainsItsVerbs()
{
    QFETCH(const QStringList, options);
    QombuProgram help({QString::fromLatin1(QTest::currentDataTag()), QStringLiteral("--help")});
    QCOMPARE(help.exitCode(), 0);
    const QByteArray text = help.lines().join('\n');
    for (const QString &option : options)
        QVERIFY2(text.contains(option.toUtf8()), qPrintable(option));
    const QByteArray verb = QTest::currentDataTag();
    QVERIFY2(text.startsWith(QByteArray("Usage: qombu " + verb)), text.constData());
    QVERIFY2(text.contains(QByteArray("Example: qombu " + verb + ' ')), text.constData());
    QVERIFY2(text.indexOf(QByteArray(options.constFirst().toUtf8() + ' '))
                 < text.indexOf("--url URL"),
             text.constData()); // what all verbs have comes last
    for (const QByteArray &line : help.lines())
        QVERIFY2(QString::fromUtf8(line).size() < 80, line.constData());
    QombuProgram same({QStringLiteral("help"), QString::fromLatin1(verb)});
    QCOMPARE(same.exitCode(), 0);
    QCOMPARE(same.lines(), help.lines());
    QombuProgram itself({QStringLiteral("help"), QStringLiteral("help")});
    QCOMPARE(itself.exitCode(), 0);
}

// Each call meets an empty broker of its own.
void tst_Usage::speaksToABrokerInMemory_data()
{
    QTest::addColumn<QString>("words");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *words, int code, const char *text) {
        QTest::newRow(words) << QString::fromLatin1(words) << code << QByteArray(text);
    };
    row("declare-queue q", 0, "q: 0 messages");
    row("delete-queue q --if-unused --if-empty", 5, "no queue \"q\"");
    row("delete-exchange e --if-unused", 5, "no exchange \"e\"");
    row("purge q", 5, "no queue \"q\"");
    row("unbind q --exchange e", 5, "q is not bound to e");
    row("quarantine", 0, "QUARANTINED");
    row("quarantine q", 1, "no quarantine");
    row("drop-quarantined q --all", 1, "brought back");
    row("return t", 1, "brought back");
    row("consume q --tag mine --exclusive --idle 0.1", 0, "");
    row("bind e --exchange other --type topic --to-exchange", 5, "no exchange \"e\"");
}

void tst_Usage::speaksToABrokerInMemory()
{
    QFETCH(const QString, words);
    QFETCH(const int, code);
    QFETCH(const QByteArray, text);
    QombuProgram program(QStringList{QStringLiteral("--url"), QStringLiteral("memory://")}
                         + words.split(QLatin1Char(' ')));
    QVERIFY2(program.exitCode() == code, program.errorText().constData());
    QVERIFY2(QByteArray(program.lines().join('\n') + program.errorText()).contains(text),
             program.errorText().constData());
}

void tst_Usage::readsBothPlacesOfGlobalOptions()
{
    QombuProgram before({QStringLiteral("--json"), QStringLiteral("--url"),
                         QStringLiteral("memory://"), QStringLiteral("queues")});
    QCOMPARE(before.exitCode(), 0);
    QombuProgram behind({QStringLiteral("queues"), QStringLiteral("--json"),
                         QStringLiteral("--url"), QStringLiteral("memory://")});
    QCOMPARE(behind.exitCode(), 0);
    QCOMPARE(before.lines(), behind.lines());
}

void tst_Usage::refusesChangesWhenReadOnly_data()
{
    QTest::addColumn<QStringList>("arguments");
    for (const char *line :
         {"publish 1 --queue q", "consume q", "declare-queue q", "declare-exchange e --type topic",
          "bind q --exchange e", "unbind q --exchange e", "delete-queue q", "delete-exchange e",
          "purge q", "requeue-quarantined q --all", "drop-quarantined q --all", "return t",
          "bench publish"})
        QTest::newRow(line) << QString::fromLatin1(line).split(QLatin1Char(' '));
}

void tst_Usage::refusesChangesWhenReadOnly()
{
    QFETCH(const QStringList, arguments);
    QombuProgram program(QStringList{QStringLiteral("--read-only"), QStringLiteral("--url"),
                                     QStringLiteral("memory://")}
                         + arguments);
    QCOMPARE(program.exitCode(), 4);
    QVERIFY(program.errorText().contains("read-only"));
}

void tst_Usage::tellsThatNobodyAnswers()
{
    QTcpServer holder; // finds a port that nobody listens on
    QVERIFY(holder.listen(QHostAddress::LocalHost));
    const quint16 port = holder.serverPort();
    holder.close();
    const QString url = QStringLiteral("redis://127.0.0.1:%1").arg(port);
    QombuProgram program({QStringLiteral("--url"), url, QStringLiteral("--timeout"),
                          QStringLiteral("0.5"), QStringLiteral("queues")});
    QCOMPARE(program.exitCode(), 3);
    QVERIFY2(program.errorText().contains(QByteArray::number(port)),
             program.errorText().constData());
}

void tst_Usage::refusesAPasswordFileForEverybody()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write("secret\n");
    file.close();
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther);
    QombuProgram program(
        {QStringLiteral("--password-file"), file.fileName(), QStringLiteral("queues")});
    QCOMPARE(program.exitCode(), 2);
    QVERIFY(program.errorText().contains("chmod 600"));
}

void tst_Usage::neverShowsAPassword()
{
    QombuProgram program({QStringLiteral("--url"), QStringLiteral("redis://:s3cret@127.0.0.1:1/0"),
                          QStringLiteral("--timeout"), QStringLiteral("0.3"),
                          QStringLiteral("queues")});
    QCOMPARE(program.exitCode(), 3);
    QVERIFY(!program.errorText().contains("s3cret"));
}

QOMBU_TEST(tst_Usage)
#include "tst_usage.moc"
