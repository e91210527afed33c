// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "redis/envelopes.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

using QombuTest::envelope;
using QombuTest::redelivered;

// What is no message, and what dead consumers hold, shown and brought back on a real Redis.
class tst_Recovery : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void listsQuarantines();
    void showsWhatIsQuarantined();
    void looksWithoutWriting();
    void saysWhatItMayNotSee();
    void requeuesWhatWasMended();
    void drops();
    void keepsToItsPrefix();
    void leavesForeignKeysAlone();
    void tellsWhatIsNotThere_data();
    void tellsWhatIsNotThere();
    void namesTheVerbWhereAQuarantineIsFull();
    void showsWhoHolds();
    void returnsOne();
    void returnsWhatADeadConsumerHeld();
    void refusesToTakeFromTheLiving();
    void wantsTheWordForKombu();

private:
    QStringList call(const QByteArray &words) const
    {
        return qombuCall(m_broker.url(), words.constData());
    }
    QombuProgram table(const QByteArray &words) const
    {
        return QombuProgram(QStringList{QStringLiteral("--url"), m_broker.url()}
                            + QString::fromUtf8(words).split(QLatin1Char('|')));
    }
    QByteArrayList list(const QByteArray &key)
    {
        return m_broker.texts({"LRANGE", key, "0", "-1"});
    }
    QByteArray everything() { return m_broker.text({"DEBUG", "DIGEST"}); }
    void hold(const QByteArray &tag, const QByteArray &record, int age);

    QombuTest::BrokerProcess m_broker{
        {QStringLiteral("--enable-debug-command"), QStringLiteral("local")}};
};

namespace {

const QByteArray Holder = "01234567-89ab-4def-8123-456789abcdef";

QJsonValue field(QombuProgram &program, const char *name, int line = 0)
{
    return program.objects().value(line).value(QLatin1String(name));
}

} // namespace

void tst_Recovery::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_Recovery::init()
{
    m_broker.command({"FLUSHALL"});
}

void tst_Recovery::hold(const QByteArray &tag, const QByteArray &record, int age)
{
    const qint64 now = m_broker.texts({"TIME"}).at(0).toLongLong();
    m_broker.command({"HSET", "unacked", tag, record});
    m_broker.command({"ZADD", "unacked_index", QByteArray::number(now - age), tag});
}

void tst_Recovery::listsQuarantines()
{
    m_broker.command({"LPUSH", "q", envelope("1")});
    m_broker.command({"LPUSH", "r", envelope("1")});
    QombuProgram without = table("queues");
    QCOMPARE(without.exitCode(), 0);
    QVERIFY(!without.lines().value(0).contains("QUARANTINED"));
    RUN(none, "quarantine");
    QCOMPARE(none.lines(), QByteArrayList());

    m_broker.command({"LPUSH", "_qombu.quarantine.q", "a", "b"});
    m_broker.command({"LPUSH", "_qombu.quarantine.gone", "c"});
    QombuProgram queues = table("queues");
    QCOMPARE(queues.exitCode(), 0);
    QVERIFY2(queues.lines().value(0).contains("QUARANTINED"), queues.lines().value(0).constData());
    QVERIFY2(queues.lines().value(2).endsWith(" 2"), queues.lines().value(2).constData());
    RUN(json, "queues");
    QCOMPARE(json.objects().size(), 3); // that of which nothing else is left, too
    QCOMPARE(field(json, "queue", 0).toString(), QStringLiteral("gone"));
    QCOMPARE(field(json, "quarantined", 0).toInt(-1), 1);
    QCOMPARE(field(json, "quarantined", 2).toInt(-1), 0);
    RUN(quarantine, "quarantine");
    QCOMPARE(quarantine.lines(),
             (QByteArrayList{"{\"quarantined\": 1, \"queue\": \"gone\"}",
                             "{\"quarantined\": 2, \"queue\": \"q\"}"}));
}

void tst_Recovery::showsWhatIsQuarantined()
{
    const QByteArray large(2 << 20, 'x');
    m_broker.command(
        {"LPUSH", "_qombu.quarantine.q", "\x1b[31m{\"not\": 1", envelope("mended"), large});
    RUN(json, "quarantine|q");
    QCOMPARE(json.objects().size(), 3);
    QCOMPARE(field(json, "name").toString().size(), 12);
    QCOMPARE(field(json, "bytes").toInt(), 14);
    QCOMPARE(field(json, "start").toString(), QStringLiteral("\x1b[31m{\"not\": 1"));
    QVERIFY(field(json, "error").isString());
    QVERIFY(field(json, "error", 1).isNull());
    QCOMPARE(field(json, "bytes", 2).toInt(), large.size());
    QVERIFY(field(json, "error", 2).toString().contains(QString::number(large.size())));
    QombuProgram shown = table("quarantine|q|--limit|2");
    QCOMPARE(shown.exitCode(), 0);
    QCOMPARE(shown.lines().size(), 3);
    QVERIFY2(shown.lines().value(1).contains("·[31m{\"not\": 1"),
             shown.lines().value(1).constData());
    QVERIFY2(shown.lines().value(2).contains("one by now"), shown.lines().value(2).constData());
}

void tst_Recovery::looksWithoutWriting()
{
    m_broker.command({"LPUSH", "_qombu.quarantine.q", "a", "b"});
    hold(Holder + ".1", '[' + envelope("1") + ",\"\",\"q\"]", 100);
    const QByteArray before = everything();
    m_broker.command({"CONFIG", "RESETSTAT"});
    for (const char *words : {"quarantine", "quarantine|q", "queues", "unacked"}) {
        QombuProgram read(QStringList{QStringLiteral("--read-only")} + call(words));
        QVERIFY2(read.exitCode() == 0, read.errorText().constData());
    }
    const QByteArray statistics = m_broker.text({"INFO", "commandstats"});
    for (const char *write : {"lpush", "rpush", "lpop", "rpop", "lrem", "hdel", "zrem", "zadd",
                              "del", "hset", "sadd", "srem", "set", "expire", "pexpire", "unlink"})
        QVERIFY2(!statistics.contains(QByteArray("cmdstat_" + QByteArray(write) + ':')), write);
    QCOMPARE(everything(), before);
}

void tst_Recovery::saysWhatItMayNotSee()
{
    m_broker.command({"LPUSH", "q", envelope("1")});
    m_broker.command({"LPUSH", "_qombu.quarantine.q", "a"});
    m_broker.command({"ACL", "SETUSER", "some", "on", ">pw", "+@all", "&*", "~q"});
    const QString url = QStringLiteral("redis://some:pw@127.0.0.1:%1").arg(m_broker.port());
    QombuProgram json(qombuCall(url, "queues"));
    QVERIFY2(json.exitCode() == 0, json.errorText().constData());
    QVERIFY(field(json, "quarantined").isNull());
    QombuProgram shown({QStringLiteral("--url"), url, QStringLiteral("quarantine")});
    QCOMPARE(shown.exitCode(), 0);
    QVERIFY2(shown.lines().value(1).endsWith("unknown"), shown.lines().value(1).constData());
    QombuProgram refused(qombuCall(url, "drop-quarantined|q|--all"));
    QCOMPARE(refused.exitCode(), 1);
    QVERIFY2(refused.errorText().contains("grant"), refused.errorText().constData());
    QCOMPARE(m_broker.integer({"LLEN", "_qombu.quarantine.q"}), 1);
}

// A person looks, mends, and puts it back; the consumer gets it.
void tst_Recovery::requeuesWhatWasMended()
{
    m_broker.command({"LPUSH", "q", "no message", envelope("1")});
    RUN(consume, "consume|q|--count|1");
    RUN(shown, "quarantine|q");
    const QByteArray name = field(shown, "name").toString().toUtf8();
    QombuProgram refused(QStringList{QStringLiteral("--read-only")}
                         + call("requeue-quarantined|q|" + name));
    QCOMPARE(refused.exitCode(), 4);
    RUN(requeue, "requeue-quarantined|q|" + name);
    QCOMPARE(requeue.lines(), QByteArrayList{"{\"queue\": \"q\", \"requeued\": 1}"});
    QCOMPARE(list("q"), QByteArrayList{"no message"});
    QCOMPARE(m_broker.integer({"EXISTS", "_qombu.quarantine.q"}), 0);
    m_broker.command({"DEL", "q"});
    m_broker.command({"LPUSH", "_qombu.quarantine.q", envelope("2"), envelope("3")});
    QombuProgram all = table("requeue-quarantined|q|--all");
    QCOMPARE(all.exitCode(), 0);
    QCOMPARE(all.lines(), QByteArrayList{"q: 2 elements put back"});
    RUN(again, "consume|q|--count|2");
    QCOMPARE(again.objects().size(), 2);
}

void tst_Recovery::drops()
{
    m_broker.command({"LPUSH", "_qombu.quarantine.q", "a", "b", "c"});
    RUN(shown, "quarantine|q|--limit|1");
    RUN(one, "drop-quarantined|q|" + field(shown, "name").toString().toUtf8());
    QCOMPARE(one.lines(), QByteArrayList{"{\"dropped\": 1, \"queue\": \"q\"}"});
    QCOMPARE(list("_qombu.quarantine.q"), (QByteArrayList{"c", "b"}));
    QombuProgram all = table("drop-quarantined|q|--all");
    QCOMPARE(all.exitCode(), 0);
    QCOMPARE(all.lines(), QByteArrayList{"q: 2 elements deleted"});
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

void tst_Recovery::keepsToItsPrefix()
{
    m_broker.command({"LPUSH", "p:_qombu.quarantine.q", "mine"});
    m_broker.command({"LPUSH", "_qombu.quarantine.q", "other"});
    const QByteArray prefix = "--option|global_keyprefix=p:|";
    RUN(shown, prefix + "quarantine|q");
    QCOMPARE(field(shown, "start").toString(), QStringLiteral("mine"));
    RUN(requeue, prefix + "requeue-quarantined|q|--all");
    QCOMPARE(list("p:q"), QByteArrayList{"mine"});
    QCOMPARE(list("_qombu.quarantine.q"), QByteArrayList{"other"});
}

void tst_Recovery::leavesForeignKeysAlone()
{
    m_broker.command({"HSET", "_qombu.quarantine.q", "f", "v"});
    m_broker.command({"SET", "r", "v"});
    m_broker.command({"LPUSH", "_qombu.quarantine.r", "a"});
    const QByteArray before = everything();
    for (const char *words :
         {"requeue-quarantined|q|--all", "drop-quarantined|q|--all", "quarantine|q",
          "requeue-quarantined|r|--all", "requeue-quarantined|r|86f7e437faa5"}) {
        QombuProgram program(call(words));
        QCOMPARE(program.exitCode(), 1);
        QVERIFY2(program.errorText().contains("something else uses this name"),
                 program.errorText().constData());
    }
    for (const char *words :
         {"requeue-quarantined|unacked|--all", "drop-quarantined|_kombu.x|--all"}) {
        QombuProgram program(call(words));
        QVERIFY(program.exitCode() != 0);
    }
    QCOMPARE(everything(), before);
}

void tst_Recovery::tellsWhatIsNotThere_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("requeue-quarantined|q|nope") << QByteArray("no element 'nope'");
    QTest::newRow("requeue-quarantined|q|--all") << QByteArray("Nothing is in the quarantine of");
    QTest::newRow("drop-quarantined|q|nope") << QByteArray("no element 'nope'");
    QTest::newRow("drop-quarantined|q|--all") << QByteArray("Nothing is in the quarantine of");
    QTest::newRow("return|nope") << QByteArray("No message is held under the tag 'nope'");
    QTest::newRow("return|nope|--force") << QByteArray("No message is held under the tag 'nope'");
    QTest::newRow("return|--holder|nope") << QByteArray("Nothing is held by 'nope'");
}

void tst_Recovery::tellsWhatIsNotThere()
{
    QFETCH(const QByteArray, text);
    QombuProgram program(call(QTest::currentDataTag()));
    QCOMPARE(program.exitCode(), 5);
    QVERIFY2(program.errorText().contains(text), program.errorText().constData());
    QCOMPARE(program.lines(), QByteArrayList());
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

void tst_Recovery::namesTheVerbWhereAQuarantineIsFull()
{
    m_broker.command({"LPUSH", "q", R"({"no": "body"})", R"({"no": "headers"})"});
    QombuProgram full(call("--option|quarantine_limit=1|consume|q|--count|1"));
    QCOMPARE(full.exitCode(), 1);
    QVERIFY2(full.errorText().contains("qombu drop-quarantined q --all"),
             full.errorText().constData());
    RUN(dropped, "drop-quarantined|q|--all");
    m_broker.command({"LPUSH", "q", envelope("1")});
    RUN(consume, "--option|quarantine_limit=1|consume|q|--count|1");
}

void tst_Recovery::showsWhoHolds()
{
    hold(Holder + ".1", '[' + envelope("1") + ",\"\",\"q\"]", 100);
    hold(Holder + ".2", '[' + envelope("2") + ",\"\",\"q\"]", 1);
    hold("kombus", '[' + envelope("3") + ", \"\", \"q\"]", 200);
    RUN(json, "unacked");
    QVERIFY(field(json, "holder", 0).isNull());
    QCOMPARE(field(json, "holder_state", 0).toString(), QStringLiteral("unknown"));
    QCOMPARE(field(json, "holder", 1).toString().toUtf8(), Holder);
    QCOMPARE(field(json, "holder_state", 1).toString(), QStringLiteral("dead"));
    QCOMPARE(field(json, "holder_state", 2).toString(), QStringLiteral("alive"));
    QombuProgram shown = table("unacked");
    QCOMPARE(shown.exitCode(), 0);
    QVERIFY2(shown.lines().value(2).contains(QByteArray(Holder + "  dead")),
             shown.lines().value(2).constData());
}

void tst_Recovery::returnsOne()
{
    hold(Holder + ".1", '[' + envelope("1") + ",\"\",\"q\"]", 100);
    hold(Holder + ".2", '[' + envelope("2") + ",\"\",\"q\"]", 100);
    QombuProgram refused(QStringList{QStringLiteral("--read-only")}
                         + call("return|" + Holder + ".1"));
    QCOMPARE(refused.exitCode(), 4);
    RUN(one, "return|" + Holder + ".1");
    QCOMPARE(field(one, "returned").toInt(), 1);
    QCOMPARE(list("q"), QByteArrayList{redelivered(envelope("1"))});
    QCOMPARE(m_broker.texts({"HKEYS", "unacked"}), QByteArrayList{Holder + ".2"});
    QombuProgram again(call("return|" + Holder + ".1"));
    QCOMPARE(again.exitCode(), 5);
}

void tst_Recovery::returnsWhatADeadConsumerHeld()
{
    RUN(publish, "publish|1|--queue|q|--count|3");
    QombuProgram dead(call("consume|q|--ack|hold"));
    QVERIFY(dead.waitForLines(3));
    dead.kill();
    dead.exitCode();
    RUN(held, "unacked");
    const QByteArray holder = field(held, "holder").toString().toUtf8();
    QVERIFY(!holder.isEmpty());
    // Three times this long without a renewal counts as death.
    const QByteArray words = "--option|renew_interval=0.05|return|--holder|" + holder;
    const bool isReturned = QTest::qWaitFor([&] {
        QombuProgram attempt(call(words));
        return attempt.exitCode() == 0 && field(attempt, "returned").toInt() == 3;
    });
    QVERIFY(isReturned);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 3);
    QCOMPARE(m_broker.integer({"EXISTS", "unacked", "unacked_index"}), 0);
    RUN(consume, "consume|q|--count|3");
    QVERIFY(field(consume, "redelivered").toBool());
}

void tst_Recovery::refusesToTakeFromTheLiving()
{
    RUN(publish, "publish|1|--queue|q");
    QombuProgram living(call("consume|q|--ack|hold"));
    QVERIFY(living.waitForLines(1));
    RUN(held, "unacked");
    const QByteArray holder = field(held, "holder").toString().toUtf8();
    const QByteArray tag = field(held, "tag").toString().toUtf8();
    QCOMPARE(field(held, "holder_state").toString(), QStringLiteral("alive"));
    for (const QByteArray &words : QByteArrayList{"return|" + tag, "return|--holder|" + holder}) {
        QombuProgram refused(call(words));
        QCOMPARE(refused.exitCode(), 4);
        QVERIFY2(refused.errorText().contains("lives: it renewed"),
                 refused.errorText().constData());
    }
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 1);
    RUN(forced, "return|--force|" + tag);
    living.interrupt();
    QVERIFY2(living.waitForError("q"), living.errorText().constData());
    living.exitCode();
    QTRY_COMPARE(m_broker.integer({"LLEN", "q"}), 1);
}

void tst_Recovery::wantsTheWordForKombu()
{
    hold("kombus", '[' + envelope("1") + ", \"\", \"q\"]", 100000);
    QombuProgram refused(call("return|kombus"));
    QCOMPARE(refused.exitCode(), 4);
    QVERIFY2(refused.errorText().contains("twice"), refused.errorText().constData());
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 1);
    RUN(forced, "return|kombus|--force");
    QCOMPARE(list("q"), QByteArrayList{redelivered(envelope("1"))});
}

QOMBU_TEST(tst_Recovery)
#include "tst_recovery.moc"
