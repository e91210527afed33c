// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/httpserver.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTest>
#include <QUrl>

#include <functional>

// What the verbs show of a real RabbitMQ, by its management API.
class tst_BrokerVerbs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void showsWhatQueuesAre();
    void showsTablesForPeople_data();
    void showsTablesForPeople();
    void goesThroughAllPagesOnce_data();
    void goesThroughAllPagesOnce();
    void sortsByWhatWaits();
    void filtersAnyText_data();
    void filtersAnyText();
    void showsExchanges();
    void showsBindings_data();
    void showsBindings();
    void showsWhoHoldsWhat();
    void showsPolicies();
    void showsTheWhole();
    void knowsNothingOfANodeThatIsDown();
    void namesWhatIsNotThere();
    void saysWhatAUserWithoutATagMayNotSee_data();
    void saysWhatAUserWithoutATagMayNotSee();
    void saysThatTheApiDoesNotAnswer_data();
    void saysThatTheApiDoesNotAnswer();
    void takesDefinitionsToAnotherVirtualHost();
    void keepsAFileThatIsThere();
    void importsNothingThatIsNoDefinitions();

private:
    QStringList call(const QString &words) const
    {
        return qombuCall(m_broker.managedUrl(), words.toUtf8().constData());
    }
    void declareAll(const QJsonObject &definitions);
    void declare(const QString &queue);
    QList<QJsonObject> runUntil(const QString &words,
                                const std::function<bool(const QList<QJsonObject> &)> &isIt);
    void makeUserWithoutTag();

    QombuTest::RabbitProcess m_broker;
    bool m_hasUser = false;
};

namespace {

QString u(const char *text)
{
    return QString::fromUtf8(text);
}

QStringList fieldsOf(const QList<QJsonObject> &objects, const char *key)
{
    QStringList fields;
    for (const QJsonObject &object : objects)
        fields << object[u(key)].toString();
    return fields;
}

QString percent(const QString &name)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(name));
}

QJsonObject durable(const QString &name)
{
    return {{u("name"), name},
            {u("durable"), true},
            {u("auto_delete"), false},
            {u("arguments"), QJsonObject()}};
}

constexpr auto Nobody = "qombu-untagged";

} // namespace

void tst_BrokerVerbs::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_BrokerVerbs::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
}

void tst_BrokerVerbs::cleanup()
{
    if (std::exchange(m_hasUser, false))
        m_broker.manage("DELETE", u("users/") + u(Nobody));
}

void tst_BrokerVerbs::declareAll(const QJsonObject &definitions)
{
    m_broker.manage("POST", u("definitions/") + m_broker.virtualHost(),
                    QJsonDocument(definitions).toJson());
    QVERIFY2(m_broker.errorText().isEmpty(), qPrintable(m_broker.errorText()));
}

void tst_BrokerVerbs::declare(const QString &queue)
{
    declareAll({{u("queues"), QJsonArray{durable(queue)}}});
}

// RabbitMQ counts every five seconds: what it shows comes true by and by.
QList<QJsonObject> tst_BrokerVerbs::runUntil(
    const QString &words, const std::function<bool(const QList<QJsonObject> &)> &isIt)
{
    QElapsedTimer since;
    since.start();
    QList<QJsonObject> objects;
    do {
        QombuProgram program(call(words));
        if (program.exitCode() != 0) {
            qWarning() << program.errorText();
            return {};
        }
        objects = program.objects();
    } while (!isIt(objects) && !since.hasExpired(30'000));
    return objects;
}

void tst_BrokerVerbs::showsWhatQueuesAre()
{
    m_broker.manage("PUT", u("queues/%1/safe").arg(m_broker.virtualHost()),
                    R"({"durable": true, "arguments": {"x-queue-type": "quorum"}})");
    declare(u("orders"));
    RUN(first, u("publish|\"12345\"|--queue|orders"));
    RUN(second, u("publish|\"12345\"|--queue|orders"));
    const auto isCounted = [](const QList<QJsonObject> &queues) {
        return queues.value(0)[u("ready")].toInt() == 2
            && queues.value(0)[u("consumers")].isDouble() && queues.value(1)[u("state")].isString();
    };
    const QList<QJsonObject> queues = runUntil(u("queues"), isCounted);
    QCOMPARE(fieldsOf(queues, "queue"), (QStringList{u("orders"), u("safe")}));
    QCOMPARE(fieldsOf(queues, "type"), (QStringList{u("classic"), u("quorum")}));
    QCOMPARE(queues[0][u("ready")].toInt(-1), 2);
    QCOMPARE(queues[0][u("unacked")].toInt(-1), 0);
    QCOMPARE(queues[0][u("consumers")].toInt(-1), 0);
    QCOMPARE(queues[0][u("durable")].toBool(), true);
    QCOMPARE(queues[1][u("arguments")][u("x-queue-type")].toString(), u("quorum"));
    QVERIFY(queues[0][u("counts_age_ms")].toInt() > 0);
    QVERIFY(QDateTime::fromString(queues[0][u("as_of")].toString(), Qt::ISODateWithMs).isValid());
    QombuProgram table({u("--url"), m_broker.managedUrl(), u("queues")});
    QCOMPARE(table.exitCode(), 0);
    QVERIFY2(table.lines().value(0).startsWith("QUEUE   TYPE     STATE"),
             table.lines().value(0).constData());
    QCOMPARE(table.errorText().count("Counts are as of"), 1);
}

void tst_BrokerVerbs::showsTablesForPeople_data()
{
    QTest::addColumn<QByteArray>("begin");
    QTest::newRow("queues") << QByteArray("QUEUE");
    QTest::newRow("exchanges") << QByteArray("EXCHANGE");
    QTest::newRow("bindings") << QByteArray("EXCHANGE");
    QTest::newRow("unacked") << QByteArray("CHANNEL");
    QTest::newRow("consumers") << QByteArray("QUEUE");
    QTest::newRow("connections") << QByteArray("CONNECTION");
    QTest::newRow("channels") << QByteArray("CHANNEL");
    QTest::newRow("policies") << QByteArray("POLICY");
    QTest::newRow("overview") << QByteArray("RabbitMQ ");
}
// A name that would clear a terminal does not.
void tst_BrokerVerbs::showsTablesForPeople()
{
    QFETCH(QByteArray, begin);
    declare(u("\x1b[2Jorders"));
    QombuProgram table(
        {u("--url"), m_broker.managedUrl(), u("--timeout"), u("20"), u(QTest::currentDataTag())});
    QVERIFY2(table.exitCode() == 0, table.errorText().constData());
    QVERIFY2(table.lines().value(0).startsWith(begin), table.lines().value(0).constData());
    QVERIFY(!table.lines().join('\n').contains('\x1b'));
}

void tst_BrokerVerbs::goesThroughAllPagesOnce_data()
{
    QTest::addColumn<QString>("verb");
    QTest::newRow("queues") << u("queues");
    QTest::newRow("queues, descending") << u("queues|--sort|name:desc");
    QTest::newRow("queues, by what waits") << u("queues|--sort|ready:desc");
    QTest::newRow("exchanges") << u("exchanges|--filter|q/");
}
void tst_BrokerVerbs::goesThroughAllPagesOnce()
{
    QFETCH(QString, verb);
    constexpr int Count = 1200;
    const bool isQueues = verb.startsWith(u("queues"));
    QJsonArray made;
    for (int i = 0; i < Count; ++i) {
        QJsonObject one = durable(u("q/%1 ü").arg(i));
        if (!isQueues) {
            one.insert(u("type"), u("fanout"));
            one.insert(u("internal"), false);
        }
        made << one;
    }
    declareAll({{isQueues ? u("queues") : u("exchanges"), made}});
    QStringList seen;
    QString cursor;
    int pages = 0;
    static const QRegularExpression page(u("--page '?([^', ]+)'?"));
    do {
        QombuProgram program(call(verb + u("|--limit|500")
                                  + (cursor.isEmpty() ? QString() : u("|--page|") + cursor)));
        QVERIFY2(program.exitCode() == 0, program.errorText().constData());
        seen += fieldsOf(program.objects(), isQueues ? "queue" : "exchange");
        cursor = page.match(QString::fromUtf8(program.errorText())).captured(1);
        ++pages;
    } while (!cursor.isEmpty() && pages < 10);
    QCOMPARE(pages, 3);
    QCOMPARE(seen.size(), Count);
    QCOMPARE(QSet<QString>(seen.cbegin(), seen.cend()).size(), Count);
    RUN(all, verb + u("|--all"));
    QCOMPARE(all.objects().size(), Count);
    RUN(some, verb);
    QCOMPARE(some.objects().size(), 1000);
    QVERIFY2(some.errorText().contains("Shown are 1000 of 1200"), some.errorText().constData());
}

void tst_BrokerVerbs::sortsByWhatWaits()
{
    int messages = 0;
    for (const char *queue : {"b", "a", "c"}) {
        declare(u(queue));
        RUN(publish, u("publish|1|--queue|%1|--count|%2").arg(u(queue)).arg(++messages));
    }
    const auto isCounted = [](const QList<QJsonObject> &queues) {
        int ready = 0;
        for (const QJsonObject &queue : queues)
            ready += queue[u("ready")].toInt();
        return ready == 6;
    };
    QCOMPARE(fieldsOf(runUntil(u("queues|--sort|ready:desc"), isCounted), "queue"),
             (QStringList{u("c"), u("a"), u("b")}));
    QCOMPARE(fieldsOf(runUntil(u("queues|--sort|ready"), isCounted), "queue"),
             (QStringList{u("b"), u("a"), u("c")}));
    RUN(some, u("queues|--sort|ready:desc|--limit|1"));
    QCOMPARE(fieldsOf(some.objects(), "queue"), QStringList(u("c")));
}

void tst_BrokerVerbs::filtersAnyText_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"100%", "a&b", "c+d", "für 東京", "x=1#y"})
        QTest::newRow(text) << u(text);
}
void tst_BrokerVerbs::filtersAnyText()
{
    QFETCH(QString, text);
    QJsonArray queues;
    for (const char *queue : {"my 100% q", "a&b", "c+d", "für 東京 q", "x=1#y", "plain", "c d"})
        queues << durable(u(queue));
    declareAll({{u("queues"), queues}});
    RUN(found, u("queues|--filter|") + text);
    QCOMPARE(found.objects().size(), 1);
    QVERIFY(found.objects()[0][u("queue")].toString().contains(text));
}

void tst_BrokerVerbs::showsExchanges()
{
    RUN(make, u("declare-exchange|events|--type|topic"));
    RUN(all, u("exchanges"));
    const QStringList names = fieldsOf(all.objects(), "exchange");
    for (const char *name : {"", "amq.direct", "amq.topic", "events"})
        QVERIFY2(names.contains(u(name)), name);
    RUN(one, u("exchanges|--filter|events"));
    QCOMPARE(one.objects().size(), 1);
    const QJsonObject events = one.objects().value(0);
    QCOMPARE(events.keys(),
             u("arguments|auto_delete|bindings|bindings_expire_at|durable|exchange|inferred|"
               "internal|policy|rates|type")
                 .split(u("|")));
    QCOMPARE(events[u("type")].toString(), u("topic"));
    QCOMPARE(events[u("inferred")].toBool(true), false);
    QVERIFY(events[u("bindings")].isNull()); // the API does not count them
}

void tst_BrokerVerbs::showsBindings_data()
{
    QTest::addColumn<int>("count");
    QTest::newRow("bindings|--queue|audit") << 2; // the default exchange's, too
    QTest::newRow("bindings|--exchange|events") << 2;
    QTest::newRow("bindings|--exchange|events|--from") << 1;
    QTest::newRow("bindings|--exchange|events|--to") << 1;
}
void tst_BrokerVerbs::showsBindings()
{
    QFETCH(int, count);
    declare(u("audit"));
    RUN(make, u("declare-exchange|events|--type|topic"));
    RUN(bind, u("bind|audit|--exchange|events|--routing-key|order.#|--type|topic"));
    RUN(bindBoth,
        u("bind|events|--exchange|amq.topic|--routing-key|shop.#|--to-exchange|--type|"
          "topic"));
    RUN(bindings, u(QTest::currentDataTag()));
    QVERIFY2(bindings.objects().size() == count, bindings.lines().join('\n').constData());
    QCOMPARE(bindings.objects()[0].keys(),
             u("arguments|destination_exchange|exchange|pattern|queue|routing_key|semantics_differ")
                 .split(u("|")));
}

void tst_BrokerVerbs::showsWhoHoldsWhat()
{
    declare(u("orders"));
    RUN(publish, u("publish|1|--queue|orders|--count|3"));
    QombuProgram hold(call(u("consume|orders|--ack|hold|--prefetch|7|--tag|worker")));
    QVERIFY2(hold.waitForLines(3), hold.errorText().constData());
    const auto isHeld = [](const QList<QJsonObject> &rows) {
        return std::any_of(rows.begin(), rows.end(), [](const QJsonObject &row) {
            return row[u("held")].toInt() == 3
                && row[u("consumers")][0][u("tag")].toString() == u("worker");
        });
    };
    const QList<QJsonObject> held = runUntil(u("unacked"), isHeld);
    QCOMPARE(held.size(), 1);
    QCOMPARE(held[0].keys(), u("channel|connection|consumers|held|prefetch|user").split(u("|")));
    QCOMPARE(held[0][u("held")].toInt(), 3);
    QCOMPARE(held[0][u("user")].toString(), u("guest"));
    const QJsonObject consumer = held[0][u("consumers")][0].toObject();
    QCOMPARE(consumer[u("tag")].toString(), u("worker"));
    QCOMPARE(consumer[u("queue")].toString(), u("orders"));
    RUN(unacked, u("unacked"));
    QVERIFY2(unacked.errorText().contains("by channel"), unacked.errorText().constData());

    const QList<QJsonObject> holding = runUntil(u("channels|--holding"), isHeld);
    QCOMPARE(holding.size(), 1);
    QCOMPARE(holding[0][u("channel")], held[0][u("channel")]);
    QCOMPARE(holding[0][u("consumers")].toArray().size(), 1);
    RUN(channels, u("channels"));
    QVERIFY(fieldsOf(channels.objects(), "channel").contains(held[0][u("channel")].toString()));
    RUN(connections, u("connections"));
    QVERIFY(fieldsOf(connections.objects(), "connection")
                .contains(held[0][u("connection")].toString()));

    RUN(of, u("consumers|orders"));
    QCOMPARE(of.objects().size(), 1);
    QCOMPARE(of.objects()[0][u("tag")].toString(), u("worker"));
    QCOMPARE(of.objects()[0][u("acknowledges")].toBool(), true);
    const auto isOne = [](const QList<QJsonObject> &rows) { return rows.size() == 1; };
    QCOMPARE(fieldsOf(runUntil(u("consumers"), isOne), "tag"), QStringList(u("worker")));
    RUN(filtered, u("consumers|--filter|nothing"));
    QVERIFY(filtered.objects().isEmpty());
    RUN(none, u("queues|--filter|nothing")); // the broker lists all it has
    QVERIFY2(!none.errorText().contains("held"), none.errorText().constData());
    hold.interrupt();
    QCOMPARE(hold.exitCode(), 0);
}

void tst_BrokerVerbs::showsPolicies()
{
    m_broker.manage("PUT", u("policies/%1/short").arg(m_broker.virtualHost()),
                    R"({"pattern": "^o", "apply-to": "queues", "priority": 3,
                        "definition": {"max-length": 5}})");
    m_broker.manage("PUT", u("operator-policies/%1/ours").arg(m_broker.virtualHost()),
                    R"({"pattern": "", "apply-to": "queues", "definition": {"max-length": 9}})");
    RUN(policies, u("policies"));
    QCOMPARE(policies.objects().size(), 2);
    for (const QJsonObject &policy : policies.objects()) {
        QCOMPARE(policy.keys(),
                 u("applies_to|definition|operator|pattern|policy|priority").split(u("|")));
        const bool isOurs = policy[u("operator")].toBool();
        QCOMPARE(policy[u("policy")].toString(), isOurs ? u("ours") : u("short"));
        QCOMPARE(policy[u("definition")][u("max-length")].toInt(), isOurs ? 9 : 5);
        QCOMPARE(policy[u("priority")].toInt(), isOurs ? 0 : 3);
    }
}

void tst_BrokerVerbs::showsTheWhole()
{
    RUN(overview, u("overview"));
    QCOMPARE(overview.objects().size(), 1);
    const QJsonObject whole = overview.objects()[0];
    QCOMPARE(whole[u("product")].toString(), u("RabbitMQ"));
    QVERIFY(!whole[u("version")].toString().isEmpty());
    QVERIFY(whole[u("exchanges")].toInt() > 0);
    const QJsonObject node = whole[u("nodes")][0].toObject();
    QCOMPARE(node[u("running")].toBool(), true);
    QCOMPARE(node[u("memory_alarm")].toBool(true), false);
    QCOMPARE(whole[u("permissions")][u("user")].toString(), u("guest"));
    QCOMPARE(whole[u("permissions")][u("configure")].toString(), u(".*"));
    QombuProgram table({u("--url"), m_broker.managedUrl(), u("overview")});
    QCOMPARE(table.exitCode(), 0);
    QVERIFY2(table.lines().join('\n').contains("guest (administrator)"),
             table.lines().join('\n').constData());
}

void tst_BrokerVerbs::knowsNothingOfANodeThatIsDown()
{
    const QByteArray whole = m_broker.manage("GET", u("overview")).toJson();
    const QByteArray caller = m_broker.manage("GET", u("whoami")).toJson();
    QombuTest::HttpServer api([&](const QombuTest::HttpHeard &heard) {
        using Reply = QombuTest::HttpReply;
        if (heard.target.startsWith("/api/nodes"))
            return Reply::of(200, R"([{"name": "gone@h", "running": false}])");
        if (heard.target.startsWith("/api/overview"))
            return Reply::of(200, whole);
        return Reply::of(200, heard.target.startsWith("/api/whoami") ? caller : "[]");
    });
    QVERIFY(api.start());
    const QString option = u("overview|--option|management_url=") + api.url().toString();
    QombuProgram overview(call(option)); // answered in this thread
    QTRY_VERIFY_WITH_TIMEOUT(!overview.lines().isEmpty(), 20'000);
    QCOMPARE(overview.exitCode(), 0);
    const QJsonObject node = overview.objects().value(0)[u("nodes")][0].toObject();
    QCOMPARE(node[u("running")].toBool(true), false);
    for (const char *key : {"memory_alarm", "disk_alarm", "partitions", "memory_used"})
        QVERIFY2(node[u(key)].isNull(), key);
    QombuProgram table(QStringList{u("--url"), m_broker.url()} + option.split(u("|")));
    QTRY_VERIFY_WITH_TIMEOUT(table.lines().join().contains("gone@h"), 20'000);
    QCOMPARE(table.exitCode(), 0);
    const QByteArray row = table.lines().constLast().simplified();
    QVERIFY2(row.startsWith("gone@h DOWN –"), row.constData());
}

void tst_BrokerVerbs::namesWhatIsNotThere()
{
    for (const char *words :
         {"consumers|missing", "bindings|--queue|missing", "bindings|--exchange|missing"}) {
        QombuProgram program(call(u(words)));
        QCOMPARE(program.exitCode(), 5);
        QVERIFY2(program.errorText().contains("missing"), program.errorText().constData());
    }
}

void tst_BrokerVerbs::makeUserWithoutTag()
{
    m_hasUser = true;
    m_broker.manage("PUT", u("users/") + u(Nobody), R"({"password": "s3cret", "tags": ""})");
    m_broker.manage("PUT", u("permissions/%1/%2").arg(m_broker.virtualHost(), u(Nobody)),
                    R"({"configure": ".*", "write": ".*", "read": ".*"})");
}

void tst_BrokerVerbs::saysWhatAUserWithoutATagMayNotSee_data()
{
    QTest::addColumn<QString>("words");
    for (const char *words :
         {"queues", "exchanges", "bindings", "bindings|--queue|q", "unacked", "consumers",
          "consumers|q", "connections", "channels", "policies", "overview", "definitions|export"})
        QTest::newRow(words) << u(words);
}
void tst_BrokerVerbs::saysWhatAUserWithoutATagMayNotSee()
{
    QFETCH(QString, words);
    makeUserWithoutTag();
    declare(u("q"));
    QUrl url(m_broker.managedUrl());
    url.setUserName(u(Nobody));
    url.setPassword(u("s3cret"));
    QombuProgram program(qombuCall(url.toString(QUrl::FullyEncoded), words.toUtf8().constData()));
    QCOMPARE(program.exitCode(), 1);
    QVERIFY2(program.errorText().contains("tag"), program.errorText().constData());
    QVERIFY(!program.errorText().contains("s3cret"));
    QCOMPARE(program.lines(), QByteArrayList());
}

void tst_BrokerVerbs::saysThatTheApiDoesNotAnswer_data()
{
    saysWhatAUserWithoutATagMayNotSee_data();
}
void tst_BrokerVerbs::saysThatTheApiDoesNotAnswer()
{
    QFETCH(QString, words);
    QTcpServer holder; // finds a port that nobody listens on
    QVERIFY(holder.listen(QHostAddress::LocalHost));
    const QString port = QString::number(holder.serverPort());
    holder.close();
    declare(u("q"));
    QombuProgram program(call(words + u("|--option|management_url=http://127.0.0.1:") + port));
    QCOMPARE(program.exitCode(), 3);
    QVERIFY2(program.errorText().contains("management"), program.errorText().constData());
    QCOMPARE(program.lines(), QByteArrayList());
}

void tst_BrokerVerbs::takesDefinitionsToAnotherVirtualHost()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u("shop.json"));
    m_broker.manage("PUT", u("queues/%1/%2").arg(m_broker.virtualHost(), percent(u("für/a"))),
                    R"({"durable": true, "arguments": {"x-max-length": 7}})");
    RUN(make, u("declare-exchange|events|--type|topic"));
    RUN(bind, u("bind|für/a|--exchange|events|--routing-key|order.#|--type|topic"));
    m_broker.manage("PUT", u("policies/%1/short").arg(m_broker.virtualHost()),
                    R"({"pattern": "^o", "apply-to": "queues", "definition": {"max-length": 5}})");
    RUN(exported, u("definitions|export|") + path);
    QCOMPARE(exported.objects()[0][u("queues")].toInt(), 1);
    QCOMPARE(exported.objects()[0][u("policies")].toInt(), 1);
    QCOMPARE(QFile(path).permissions() & ~(QFile::ReadUser | QFile::WriteUser),
             QFile::ReadOwner | QFile::WriteOwner);
    RUN(onStdout, u("definitions|export"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray written = file.readAll();
    QCOMPARE(QJsonDocument::fromJson(onStdout.lines().join('\n')).object().keys(),
             QJsonDocument::fromJson(written).object().keys());

    QombuTest::RabbitProcess other;
    QVERIFY2(other.start(), qPrintable(other.errorText()));
    QombuProgram refused(
        qombuCall(other.managedUrl(),
                  (u("definitions|import|%1|--read-only").arg(path)).toUtf8().constData()));
    QCOMPARE(refused.exitCode(), 4);
    QombuProgram imported(qombuCall(other.managedUrl(), "definitions|import|-"), written);
    QVERIFY2(imported.exitCode() == 0, imported.errorText().constData());
    QCOMPARE(imported.objects()[0][u("bindings")].toInt(), 1);
    QombuProgram queues(qombuCall(other.managedUrl(), "queues"));
    QCOMPARE(queues.exitCode(), 0);
    QCOMPARE(fieldsOf(queues.objects(), "queue"), QStringList(u("für/a")));
    QCOMPARE(queues.objects()[0][u("arguments")][u("x-max-length")].toInt(), 7);
    QombuProgram bindings(qombuCall(other.managedUrl(), "bindings|--exchange|events|--from"));
    QVERIFY2(bindings.exitCode() == 0, bindings.errorText().constData());
    QCOMPARE(fieldsOf(bindings.objects(), "queue"), QStringList(u("für/a")));
    QombuProgram policies(qombuCall(other.managedUrl(), "policies"));
    QVERIFY2(policies.exitCode() == 0, policies.errorText().constData());
    QCOMPARE(fieldsOf(policies.objects(), "policy"), QStringList(u("short")));
}

void tst_BrokerVerbs::keepsAFileThatIsThere()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write("mine");
    file.flush();
    QombuProgram refused(call(u("definitions|export|") + file.fileName()));
    QCOMPARE(refused.exitCode(), 4);
    QVERIFY2(refused.errorText().contains("--force"), refused.errorText().constData());
    QCOMPARE(QFile(file.fileName()).size(), 4);
    RUN(forced, u("definitions|export|%1|--force").arg(file.fileName()));
    QCOMPARE(QFile(file.fileName()).size(), forced.objects()[0][u("bytes")].toInt());
}

void tst_BrokerVerbs::importsNothingThatIsNoDefinitions()
{
    for (const char *text : {"", "[]", "{oops", "7", "{}", R"({"users": [{"name": "x"}]})"}) {
        QombuProgram program(call(u("definitions|import|-")), text);
        QVERIFY2(program.exitCode() == 2, text);
        QVERIFY2(program.errorText().contains("definitions"), program.errorText().constData());
    }
}

QOMBU_TEST(tst_BrokerVerbs)
#include "tst_brokerverbs.moc"
