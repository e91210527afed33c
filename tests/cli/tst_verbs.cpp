// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QJsonArray>
#include <QTemporaryFile>
#include <QTest>

// What the verbs do to a real Redis, seen from outside.
class tst_Verbs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void printsWhatWasPublished();
    void sendsJsonAsItWasTyped();
    void sendsPropertiesAsTheyWereTyped();
    void sendsLinesInOrder();
    void sendsNothingIfOneLineIsWrong();
    void namesAnUnroutableMessage();
    void tellsAtOnceThatWritesHaveToWait();
    void namesWhatItWaitedForAtTheDeadline();
    void routesByTopic();
    void keepsWhatIsHeldUntilTheEnd();
    void givesBackForOthersOnlyWhenAsked();
    void givesBackOnInterrupt();
    void ignoresTheSignalsThatItsCallerIgnores();
    void tellsWhatItCouldNotGiveBack();
    void givesBackThroughANewLink();
    void showsNoCountWhereItMayNotLook();
    void rejectsAndRequeues();
    void endsWhenIdle();
    void tellsThatTooFewCame();
    void leavesWhatItCannotDecode();
    void tellsOnceWhatIsPutAside();
    void endsWhenNothingElseFits();
    void leavesTheRestWithoutAcknowledgement();
    void putsBackOnInterruptWithoutAcknowledgement();
    void endsWhenItIsRefused();
    void failsWhereItMayNotSettle_data();
    void failsWhereItMayNotSettle();
    void failsWhereSettlingIsTooLate();
    void bindsByTheTypeTheBrokerShows();
    void peeksWithoutChange();
    void listsTopology();
    void removesAndCounts();
    void readsThePasswordFromAFile();
    void saysThatThePasswordIsInTheUrl();
    void saysThatMoreIsUnackedThanShown();
    void measures_data();
    void measures();

private:
    QStringList call(const char *words) const { return qombuCall(m_broker.url(), words); }

    QombuTest::BrokerProcess m_broker;
};

void tst_Verbs::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_Verbs::init()
{
    m_broker.command({"CONFIG", "SET", "maxmemory", "0"});
    m_broker.command({"FLUSHALL"});
}

void tst_Verbs::printsWhatWasPublished()
{
    RUN(publish,
        "publish|{\"id\": "
        "7}|--queue|orders|--priority|3|--header|retries=2|--header|who=me|--property|correlation_"
        "id=c1");
    QCOMPARE(publish.objects().value(0).value(QLatin1String("published")).toInt(), 1);
    RUN(consume, "consume|orders|--count|1");
    const QJsonObject message = consume.objects().value(0);
    QCOMPARE(message.value(QLatin1String("queue")).toString(), QStringLiteral("orders"));
    QCOMPARE(message.value(QLatin1String("routing_key")).toString(), QStringLiteral("orders"));
    QCOMPARE(message.value(QLatin1String("body")).toObject().value(QLatin1String("id")).toInt(), 7);
    QCOMPARE(message.value(QLatin1String("priority")).toInt(), 3);
    QCOMPARE(message.value(QLatin1String("redelivered")).toBool(true), false);
    QCOMPARE(message.value(QLatin1String("headers")).toObject(),
             (QJsonObject{{QStringLiteral("retries"), 2},
                          {QStringLiteral("who"), QStringLiteral("me")}}));
    QCOMPARE(message.value(QLatin1String("properties"))
                 .toObject()
                 .value(QLatin1String("correlation_id"))
                 .toString(),
             QStringLiteral("c1"));
    QCOMPARE(message.value(QLatin1String("content_type")).toString(),
             QStringLiteral("application/json"));
    QVERIFY(!message.value(QLatin1String("delivery_tag")).toString().isEmpty());
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

void tst_Verbs::sendsJsonAsItWasTyped()
{
    RUN(publish, "publish|{\"z\": 1, \"a\": 123456789012345678901234567890}|--queue|q");
    const QByteArray envelope = m_broker.text({"LINDEX", "q", "0"});
    const QByteArray body =
        QByteArray("{\"z\": 1, \"a\": 123456789012345678901234567890}").toBase64();
    QVERIFY2(envelope.contains(body), envelope.constData());
    RUN(consume, "consume|q|--count|1");
    QVERIFY2(consume.lines().constFirst().contains("123456789012345678901234567890"),
             consume.lines().constFirst().constData());
}

void tst_Verbs::sendsPropertiesAsTheyWereTyped()
{
    RUN(publish,
        "publish|1|--queue|q|--property|correlation_id=123456789012345678901234567890"
        "|--property|message_id=\"7\"|--property|reply_to=null|--property|expiration=60000");
    const QByteArray envelope = m_broker.text({"LINDEX", "q", "0"});
    for (const char *part :
         {"\"correlation_id\": \"123456789012345678901234567890\"", "\"message_id\": \"7\"",
          "\"reply_to\": \"null\"", "\"expiration\": \"60000\""})
        QVERIFY2(QByteArray(envelope).replace("\":\"", "\": \"").contains(part),
                 envelope.constData());
}

void tst_Verbs::sendsLinesInOrder()
{
    QombuProgram publish(call("publish|--lines|-|--queue|q"), "1\n\"two\"\n[3]\n");
    QCOMPARE(publish.exitCode(), 0);
    RUN(consume, "consume|q|--count|3");
    QCOMPARE(consume.objects().value(0).value(QLatin1String("body")).toInt(), 1);
    QCOMPARE(consume.objects().value(1).value(QLatin1String("body")).toString(),
             QStringLiteral("two"));
    QCOMPARE(consume.objects().value(2).value(QLatin1String("body")).toArray(), QJsonArray{3});
}

void tst_Verbs::sendsNothingIfOneLineIsWrong()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write("1\noops\n3\n");
    file.close();
    QombuProgram publish(call("publish|--queue|q|--lines") << file.fileName());
    QCOMPARE(publish.exitCode(), 2);
    QVERIFY2(publish.errorText().contains("Line 2"), publish.errorText().constData());
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

void tst_Verbs::namesAnUnroutableMessage()
{
    QombuProgram publish(call("publish|1|--exchange|shop|--routing-key|nobody.wants"));
    QCOMPARE(publish.exitCode(), 1);
    QVERIFY2(publish.errorText().contains("shop") && publish.errorText().contains("nobody.wants"),
             publish.errorText().constData());
}

void tst_Verbs::tellsAtOnceThatWritesHaveToWait()
{
    m_broker.command({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
    m_broker.command({"CONFIG", "SET", "maxmemory", "1"});
    QombuProgram publish(call("publish|1|--queue|q|--count|3"));
    const bool told = publish.waitForError("out of memory");
    m_broker.command({"CONFIG", "SET", "maxmemory", "0"});
    QVERIFY2(told, publish.errorText().constData());
    QVERIFY2(publish.exitCode() == 0, publish.errorText().constData());
    // Once for each change. Of the last one there is nothing to say where the messages were taken
    // before the connection had noticed it.
    const QByteArrayList sentences = publish.errorText().trimmed().split('\n');
    QVERIFY2(sentences.size() <= 2, publish.errorText().constData());
    QVERIFY2(sentences.at(0).contains("have to wait: Redis"), sentences.at(0).constData());
    if (sentences.size() == 2)
        QVERIFY2(sentences.at(1).contains("takes writes again"), sentences.at(1).constData());
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 3);
}

void tst_Verbs::namesWhatItWaitedForAtTheDeadline()
{
    m_broker.command({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
    m_broker.command({"CONFIG", "SET", "maxmemory", "1"});
    QombuProgram publish({QStringLiteral("--url"), m_broker.url(), QStringLiteral("--timeout"),
                          QStringLiteral("1"), QStringLiteral("publish"), QStringLiteral("1"),
                          QStringLiteral("--queue"), QStringLiteral("q")});
    const int code = publish.exitCode();
    m_broker.command({"CONFIG", "SET", "maxmemory", "0"});
    QCOMPARE(code, 3);
    const QByteArrayList sentences = publish.errorText().trimmed().split('\n');
    QVERIFY2(sentences.size() == 2, publish.errorText().constData());
    QVERIFY2(sentences.at(1).contains("deadline passed")
                 && sentences.at(1).contains("out of memory"),
             sentences.at(1).constData());
}

void tst_Verbs::routesByTopic()
{
    RUN(bind, "bind|audit|--exchange|events|--routing-key|order.#|--type|topic");
    RUN(publish, "publish|\"new\"|--exchange|events|--routing-key|order.created");
    RUN(consume, "consume|audit|--count|1");
    QCOMPARE(consume.objects().value(0).value(QLatin1String("exchange")).toString(),
             QStringLiteral("events"));
    RUN(unbind, "unbind|audit|--exchange|events|--routing-key|order.#|--type|topic");
    QCOMPARE(m_broker.integer({"EXISTS", "_kombu.binding.events"}), 0);
}

void tst_Verbs::keepsWhatIsHeldUntilTheEnd()
{
    RUN(publish, "publish|1|--queue|q|--count|3");
    QombuProgram hold(call("consume|q|--ack|hold"));
    QVERIFY2(hold.waitForLines(3), hold.errorText().constData());
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 3);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 0);
    hold.interrupt();
    QCOMPARE(hold.exitCode(), 0);
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 0);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 3);
}

// As a worker of Celery with a delayed task would.
void tst_Verbs::givesBackForOthersOnlyWhenAsked()
{
    RUN(publish, "publish|1|--queue|q");
    const QByteArray envelope = m_broker.text({"RPOP", "q"});
    m_broker.command({"HSET", "unacked", "theirs", "[" + envelope + ", \"\", \"q\"]"});
    m_broker.command({"ZADD", "unacked_index", "5", "theirs"});
    RUN(usual,
        "--option|unacked_restore_interval=0.1|--option|renew_interval=0.1|consume|q|other|"
        "--idle|1");
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 1);
    QVERIFY2(!usual.errorText().contains("went back"), usual.errorText().constData());
    RUN(asked, "--option|visibility_timeout=60|--option|renew_interval=0.1|consume|q|--count|1");
    QCOMPARE(asked.lines().size(), 1);
    QVERIFY2(asked.errorText().contains("Messages went back to q, because others had held them for "
                                        "too long: 1"),
             asked.errorText().constData());
    QCOMPARE(m_broker.integer({"EXISTS", "unacked", "q"}), 0);
}

void tst_Verbs::tellsWhatItCouldNotGiveBack()
{
    QombuTest::BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    QombuProgram publish(qombuCall(broker.url(), "publish|1|--queue|q|--count|3"));
    QCOMPARE(publish.exitCode(), 0);
    QombuProgram hold(qombuCall(broker.url(), "consume|q|--ack|hold"));
    QVERIFY2(hold.waitForLines(3), hold.errorText().constData());
    broker.kill();
    QVERIFY2(hold.waitForError("Waiting for"), hold.errorText().constData());
    hold.interrupt();
    QCOMPARE(hold.exitCode(), 1);
    QVERIFY2(
        hold.errorText().contains("could not be given back before the connection was closed: 3"),
        hold.errorText().constData());
}

// A close waits for the link that is being made.
void tst_Verbs::givesBackThroughANewLink()
{
    RUN(publish, "publish|1|--queue|q|--count|3");
    QombuProgram hold(call("consume|q|--ack|hold"));
    QVERIFY2(hold.waitForLines(3), hold.errorText().constData());
    m_broker.command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    QVERIFY2(hold.waitForError("Waiting for"), hold.errorText().constData());
    hold.interrupt();
    QCOMPARE(hold.exitCode(), 0);
    QVERIFY2(!hold.errorText().contains("given back"), hold.errorText().constData());
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 3);
}

void tst_Verbs::showsNoCountWhereItMayNotLook()
{
    m_broker.command({"LPUSH", "secret", "x"});
    m_broker.command({"ACL", "SETUSER", "reader", "on", ">pw", "~mine", "&*", "+@all"});
    QString url = m_broker.url();
    url.replace(QLatin1String("redis://"), QLatin1String("redis://reader:pw@"));
    QombuProgram queues(qombuCall(url, "queues"));
    QVERIFY2(queues.exitCode() == 0, queues.errorText().constData());
    QCOMPARE(queues.objects().size(), 1);
    QVERIFY(queues.objects().at(0).value(QLatin1String("ready")).isNull());
    m_broker.command({"ACL", "DELUSER", "reader"});
}

void tst_Verbs::givesBackOnInterrupt()
{
    QombuProgram publish(call("publish|--lines|-|--queue|q"), "1\n2\n3\n4\n");
    QCOMPARE(publish.exitCode(), 0);
    QombuProgram hold(call("consume|q|--ack|hold|--prefetch|2"));
    QVERIFY(hold.waitForLines(2));
    hold.interrupt();
    QCOMPARE(hold.exitCode(), 0);
    RUN(consume, "consume|q|--count|4");
    for (int i = 0; i < 4; ++i) {
        QCOMPARE(consume.objects().value(i).value(QLatin1String("body")).toInt(), i + 1);
        QCOMPARE(consume.objects().value(i).value(QLatin1String("redelivered")).toBool(), i < 2);
    }
}

// As nohup does, and a shell for what it runs in the background.
void tst_Verbs::ignoresTheSignalsThatItsCallerIgnores()
{
    RUN(first, "publish|1|--queue|q");
    QombuTest::Program hold(QStringLiteral("/bin/sh"),
                            QStringList{QStringLiteral("-c"),
                                        QStringLiteral("trap '' INT; exec \"$0\" \"$@\""),
                                        QStringLiteral(QOMBU_PROGRAM)}
                                + call("consume|q|--ack|hold"));
    QVERIFY2(hold.waitForLines(1), hold.errorText().constData());
    hold.interrupt();
    RUN(second, "publish|2|--queue|q");
    QVERIFY2(hold.waitForLines(2), hold.errorText().constData());
}

void tst_Verbs::rejectsAndRequeues()
{
    RUN(publish, "publish|1|--queue|q|--count|2");
    RUN(requeue, "consume|q|--count|1|--ack|requeue");
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 2);
    RUN(reject, "consume|q|--count|2|--ack|reject");
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

void tst_Verbs::endsWhenIdle()
{
    RUN(publish, "publish|1|--queue|q");
    RUN(consume, "consume|q|--idle|0.3");
    QCOMPARE(consume.lines().size(), 1);
}

void tst_Verbs::tellsThatTooFewCame()
{
    RUN(publish, "publish|1|--queue|q");
    QombuProgram consume({QStringLiteral("--url"), m_broker.url(), QStringLiteral("--json"),
                          QStringLiteral("--timeout"), QStringLiteral("2"),
                          QStringLiteral("consume"), QStringLiteral("q"), QStringLiteral("--count"),
                          QStringLiteral("2")});
    QCOMPARE(consume.exitCode(), 5); // as where it ends for another reason
    QCOMPARE(consume.lines().size(), 1);
    QVERIFY2(consume.errorText().contains("1 of 2"), consume.errorText().constData());
}

void tst_Verbs::leavesWhatItCannotDecode()
{
    RUN(publish,
        "publish|gASVHg|--queue|q|--serializer|raw|--content-type|application/x-python-serialize");
    QombuProgram consume(call("consume|q|--count|1"));
    QCOMPARE(consume.exitCode(), 1); // it is not settled as it was asked for
    const QJsonObject message = consume.objects().value(0);
    QVERIFY(message.value(QLatin1String("error"))
                .toString()
                .contains(QLatin1String("x-python-serialize")));
    QCOMPARE(
        QByteArray::fromBase64(message.value(QLatin1String("body_base64")).toString().toLatin1()),
        QByteArray("gASVHg"));
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 1); // given back at the end
}

void tst_Verbs::tellsOnceWhatIsPutAside()
{
    for (int i = 0; i < 3; ++i)
        m_broker.command({"LPUSH", "q", "no message"});
    RUN(publish, "publish|1|--queue|q");
    RUN(consume, "consume|q|--count|1");
    const QByteArrayList sentences = consume.errorText().trimmed().split('\n');
    QVERIFY2(sentences.size() == 1, consume.errorText().constData());
    QVERIFY2(sentences.at(0).contains("put aside: 3"), sentences.at(0).constData());
    QCOMPARE(m_broker.integer({"LLEN", "_qombu.quarantine.q"}), 3);
}

void tst_Verbs::endsWhenNothingElseFits()
{
    RUN(publish, "publish|a;b|--queue|q|--serializer|raw|--content-type|text/csv|--count|4");
    QombuProgram consume(call("consume|q|--prefetch|3"));
    QCOMPARE(consume.exitCode(), 1);
    QCOMPARE(consume.lines().size(), 3);
    QVERIFY2(consume.errorText().contains("--accept"), consume.errorText().constData());
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 4);
    QombuProgram counted(call("consume|q|--prefetch|3|--count|3")); // as many as were asked for
    QCOMPARE(counted.exitCode(), 1);
    QVERIFY2(!counted.errorText().contains("--accept"), counted.errorText().constData());
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 4);
    RUN(none, "consume|q|--prefetch|3|--ack|none|--count|4"); // which has no window
    QCOMPARE(none.lines().size(), 4);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 0);
}

void tst_Verbs::leavesTheRestWithoutAcknowledgement()
{
    RUN(publish, "publish|1|--queue|q|--count|50");
    RUN(consume, "consume|q|--ack|none|--count|1");
    QCOMPARE(consume.lines().size(), 1);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 49);
}

// Hundreds are fetched ahead of what is printed.
void tst_Verbs::putsBackOnInterruptWithoutAcknowledgement()
{
    constexpr int Messages = 20000;
    RUN(publish, "publish|1|--queue|q|--count|20000");
    QombuProgram consume(call("consume|q|--ack|none"));
    QVERIFY2(consume.waitForLines(1), consume.errorText().constData());
    consume.interrupt();
    QCOMPARE(consume.exitCode(), 0);
    QCOMPARE(consume.lines().size() + m_broker.integer({"LLEN", "q"}), Messages);
}

void tst_Verbs::endsWhenItIsRefused()
{
    m_broker.command({"SET", "q", "not a list"});
    QombuProgram consume({QStringLiteral("--url"), m_broker.url(), QStringLiteral("consume"),
                          QStringLiteral("q"), QStringLiteral("--idle"), QStringLiteral("20")});
    QCOMPARE(consume.exitCode(), 1);
    QVERIFY2(consume.errorText().contains("is a string"), consume.errorText().constData());
}

void tst_Verbs::failsWhereItMayNotSettle_data()
{
    QTest::addColumn<QByteArray>("action");
    for (const char *action : {"auto", "reject", "requeue", "hold", "none"})
        QTest::newRow(action) << QByteArray(action);
}

void tst_Verbs::failsWhereItMayNotSettle()
{
    QFETCH(const QByteArray, action);
    m_broker.command(
        {"ACL", "SETUSER", "nohdel", "reset", "on", ">x", "+@all", "-hdel", "~*", "&*"});
    RUN(publish, "publish|1|--queue|q|--count|3");
    const QString url = m_broker.url().replace(QLatin1String("://"), QLatin1String("://nohdel:x@"));
    QombuProgram consume(
        qombuCall(url, QByteArray("consume|q|--count|3|--ack|" + action).constData()));
    QCOMPARE(consume.exitCode(), 1);
    QCOMPARE(consume.lines().size(), 3);
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 3);
    QVERIFY2(consume.errorText().contains("of q that are still unacknowledged"),
             consume.errorText().constData());
    QVERIFY2(consume.errorText().contains("\"nohdel\""), consume.errorText().constData());
}

void tst_Verbs::failsWhereSettlingIsTooLate()
{
    RUN(publish, "publish|1|--queue|q");
    QombuProgram consume(call("consume|q|--ack|hold"));
    QVERIFY2(consume.waitForLines(1), consume.errorText().constData());
    m_broker.command({"DEL", "unacked"}); // as if somebody had restored it
    consume.interrupt();
    QCOMPARE(consume.exitCode(), 1);
    QVERIFY2(consume.errorText().contains("held no more"), consume.errorText().constData());
}

void tst_Verbs::bindsByTheTypeTheBrokerShows()
{
    RUN(first, "bind|one|--exchange|events|--routing-key|order.#|--type|topic");
    RUN(second, "bind|two|--exchange|events|--routing-key|user.*");
    RUN(publish, "publish|1|--exchange|events|--routing-key|user.new");
    QCOMPARE(m_broker.integer({"LLEN", "two"}), 1);
}

void tst_Verbs::peeksWithoutChange()
{
    QombuProgram publish(call("publish|--lines|-|--queue|q"), "1\n2\n3\n");
    QCOMPARE(publish.exitCode(), 0);
    const QByteArray before = m_broker.text({"DUMP", "q"});
    RUN(head, "peek|q|--limit|2");
    QCOMPARE(head.objects().size(), 2);
    QCOMPARE(head.objects().value(0).value(QLatin1String("body")).toInt(), 1);
    RUN(tail, "peek|q|--limit|1|--from|tail");
    QCOMPARE(tail.objects().value(0).value(QLatin1String("body")).toInt(), 3);
    QCOMPARE(m_broker.text({"DUMP", "q"}), before);
    QCOMPARE(m_broker.integer({"DBSIZE"}), 1);
}

void tst_Verbs::listsTopology()
{
    RUN(bindTopic, "bind|audit|--exchange|events|--routing-key|order.#|--type|topic");
    RUN(bindDirect, "bind|orders|--exchange|shop|--routing-key|new|--type|direct");
    RUN(publish, "publish|1|--exchange|shop|--routing-key|new");
    RUN(queues, "queues");
    QHash<QString, int> ready;
    for (const QJsonObject &queue : queues.objects())
        ready.insert(queue.value(QLatin1String("queue")).toString(),
                     queue.value(QLatin1String("ready")).toInt());
    QCOMPARE(ready,
             (QHash<QString, int>{{QStringLiteral("audit"), 0}, {QStringLiteral("orders"), 1}}));
    RUN(exchanges, "exchanges");
    QCOMPARE(exchanges.objects().size(), 2);
    QCOMPARE(exchanges.objects().value(0).value(QLatin1String("type")).toString(),
             QStringLiteral("topic"));
    QCOMPARE(exchanges.objects().value(0).value(QLatin1String("inferred")).toBool(), true);
    RUN(bindings, "bindings");
    QCOMPARE(bindings.objects().value(0).value(QLatin1String("semantics_differ")).toBool(),
             true); // order.#: not "order"
    m_broker.command({"DEL", "_kombu.binding_permanent.shop"}); // as a program before 5.7 leaves it
    m_broker.command({"ZADD", "_kombu.binding_deadlines", "1795288696500", "shop"});
    RUN(exposed, "exchanges");
    QCOMPARE(exposed.objects().value(0).value(QLatin1String("bindings_expire_at")),
             QJsonValue::Null);
    QCOMPARE(exposed.objects().value(1).value(QLatin1String("bindings_expire_at")).toString(),
             QStringLiteral("2026-11-21T19:18:16.500Z"));
}

void tst_Verbs::removesAndCounts()
{
    RUN(bind, "bind|q|--exchange|shop|--routing-key|new|--type|direct");
    RUN(publish, "publish|1|--queue|q|--count|5|--priority|9");
    RUN(purge, "purge|q");
    QCOMPARE(purge.objects().value(0).value(QLatin1String("removed")).toInt(), 5);
    RUN(publishAgain, "publish|1|--queue|q|--count|2");
    QombuProgram spared(call("delete-queue|q|--if-empty"));
    QCOMPARE(spared.exitCode(), 1);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 2);
    RUN(remove, "delete-queue|q");
    QCOMPARE(remove.objects().value(0).value(QLatin1String("removed")).toInt(), 2);
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

void tst_Verbs::readsThePasswordFromAFile()
{
    QombuTest::BrokerProcess locked({}, QStringLiteral("s3cret"));
    QVERIFY2(locked.start(), qPrintable(locked.errorText()));
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write("s3cret\n");
    file.close();
    const QString url = QStringLiteral("redis://127.0.0.1:%1").arg(locked.port());
    QombuProgram good({QStringLiteral("--url"), url, QStringLiteral("--password-file"),
                       file.fileName(), QStringLiteral("queues")});
    QVERIFY2(good.exitCode() == 0, good.errorText().constData());
    QombuProgram bad({QStringLiteral("--url"), url, QStringLiteral("queues")});
    QCOMPARE(bad.exitCode(), 1);
    QombuProgram consume(
        {QStringLiteral("--url"), url, QStringLiteral("consume"), QStringLiteral("q")});
    QCOMPARE(consume.exitCode(), 1); // and does not wait for ever
    QVERIFY2(bad.errorText().contains("password"), bad.errorText().constData());
}

void tst_Verbs::saysThatThePasswordIsInTheUrl()
{
    QombuTest::BrokerProcess locked({}, QStringLiteral("s3cret"));
    QVERIFY2(locked.start(), qPrintable(locked.errorText()));
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write("another\n");
    file.close();
    QombuProgram queues(
        {QStringLiteral("--url"), QStringLiteral("redis://:s3cret@127.0.0.1:%1").arg(locked.port()),
         QStringLiteral("--password-file"), file.fileName(), QStringLiteral("queues")});
    QVERIFY2(queues.exitCode() == 0, queues.errorText().constData());
    QVERIFY2(queues.errorText().contains("is not used: the URL has a password"),
             queues.errorText().constData());
    QVERIFY(queues.errorText().contains(file.fileName().toUtf8()));
}

void tst_Verbs::saysThatMoreIsUnackedThanShown()
{
    RUN(publish, "publish|1|--queue|q|--count|1001");
    QombuProgram hold(call("consume|q|--ack|hold|--prefetch|1001"));
    QVERIFY2(hold.waitForLines(1001), hold.errorText().constData());
    RUN(unacked, "unacked");
    QCOMPARE(unacked.lines().size(), 1000);
    QVERIFY2(unacked.errorText().contains("more than the rows shown"),
             unacked.errorText().constData());
    hold.interrupt();
    QCOMPARE(hold.exitCode(), 0);
}

void tst_Verbs::measures_data()
{
    QTest::addColumn<QByteArray>("kind");
    QTest::newRow("publish") << QByteArray("publish");
    QTest::newRow("latency") << QByteArray("latency");
}

void tst_Verbs::measures()
{
    QFETCH(const QByteArray, kind);
    RUN(bench, QByteArray("bench|" + kind + "|--count|500|--queue|b").constData());
    const QJsonObject result = bench.objects().value(0);
    QCOMPARE(result.value(QLatin1String("messages")).toInt(), 500);
    QVERIFY(result.value(QLatin1String("messages_per_second")).toDouble() > 0);
    QCOMPARE(result.contains(QLatin1String("p50_us")), kind == "latency");
    if (kind != "publish")
        return;
    QCOMPARE(m_broker.integer({"LLEN", "b"}), 500);
    RUN(consume, "bench|consume|--count|500|--queue|b");
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

QOMBU_TEST(tst_Verbs)
#include "tst_verbs.moc"
