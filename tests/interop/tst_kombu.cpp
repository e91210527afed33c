// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

using QombuTest::Program;

// Kombu and our program share queues, in both directions.
class tst_Kombu : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void kombuReadsOurBodies_data();
    void kombuReadsOurBodies();
    void weReadKombusBodies_data();
    void weReadKombusBodies();
    void headersAndPropertiesPassBothWays();
    void prioritiesUseTheSameLists();
    void bindingsAreWrittenOnce_data();
    void bindingsAreWrittenOnce();
    void aTopicOfTwoTextsIsOneBinding_data();
    void aTopicOfTwoTextsIsOneBinding();
    void kombuRoutesByOurBindings_data();
    void kombuRoutesByOurBindings();
    void weRouteByKombusBindings_data();
    void weRouteByKombusBindings();
    void fanoutPassesBothWays();
    void messagesWithoutATypeReachKombusFanout();
    void kombuRestoresWhatOurKilledConsumerHeld();
    void weRestoreWhatAKilledKombuConsumerHeld();
    void kombuGetsWhatWeReturned();
    void requeuedByUsIsRedeliveredByKombu();
    void requeuedByKombuIsRedeliveredByUs();
    void survivesWhatKombuDoesNot();

private:
    QombuTest::BrokerProcess m_broker;
    Peers m_peers{m_broker};
};

#define DONE(program) QVERIFY2((program).exitCode() == 0, (program).errorText().constData())

void tst_Kombu::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_Kombu::init()
{
    m_broker.command({"FLUSHALL"});
}

void tst_Kombu::kombuReadsOurBodies_data()
{
    QTest::addColumn<QByteArray>("options"); // of "publish"
    QTest::addColumn<QJsonValue>("body");
    QTest::newRow("object") << QByteArray("{\"hello\": \"world\"}")
                            << QJsonValue(
                                   QJsonObject{{QStringLiteral("hello"), QStringLiteral("world")}});
    QTest::newRow("unicode") << QByteArray("\"é😀/\"") << QJsonValue(QStringLiteral("é😀/"));
    QTest::newRow("null") << QByteArray("null") << QJsonValue(QJsonValue::Null);
    QTest::newRow("text") << QByteArray("text é|--serializer|text")
                          << QJsonValue(QStringLiteral("text é"));
    QTest::newRow("zlib") << QByteArray("{\"a\": [1, 2.5, null, true]}|--compression|zlib")
                          << QJsonValue(QJsonObject{{QStringLiteral("a"),
                                                     QJsonArray{1, 2.5, QJsonValue::Null, true}}});
}

void tst_Kombu::kombuReadsOurBodies()
{
    QFETCH(const QByteArray, options);
    QFETCH(const QJsonValue, body);
    QombuProgram publish = m_peers.qombu("publish|" + options + "|--queue|q");
    DONE(publish);
    Program consume =
        m_peers.kombu(QStringLiteral("consume"), {{QStringLiteral("queue"), QStringLiteral("q")}});
    DONE(consume);
    QCOMPARE(consume.objects().value(0).value(QLatin1String("body")), body);
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

void tst_Kombu::weReadKombusBodies_data()
{
    QTest::addColumn<QJsonObject>("message");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QJsonValue>("value");
    const QString body = QStringLiteral("body");
    const QString bytes = QStringLiteral("body_base64");
    QTest::newRow("object") << QJsonObject{{body, QJsonObject{{QStringLiteral("n"), 1}}}} << body
                            << QJsonValue(QJsonObject{{QStringLiteral("n"), 1}});
    QTest::newRow("unicode") << QJsonObject{{body, QStringLiteral("é😀\x7f/")},
                                            {QStringLiteral("serializer"), QStringLiteral("json")}}
                             << body << QJsonValue(QStringLiteral("é😀\x7f/"));
    QTest::newRow("text") << QJsonObject{{body, QStringLiteral("text é")}} << body
                          << QJsonValue(QStringLiteral("text é"));
    QTest::newRow("bytes") << QJsonObject{{bytes, QStringLiteral("AP8Q")}} << bytes
                           << QJsonValue(QStringLiteral("AP8Q"));
    QTest::newRow("empty") << QJsonObject{{body, QString()}} << body << QJsonValue(QString());
    QTest::newRow("zlib") << QJsonObject{{body, QJsonArray{1, 2}},
                                         {QStringLiteral("compression"), QStringLiteral("zlib")}}
                          << body << QJsonValue(QJsonArray{1, 2});
}

void tst_Kombu::weReadKombusBodies()
{
    QFETCH(const QJsonObject, message);
    QFETCH(const QString, key);
    QFETCH(const QJsonValue, value);
    Program publish = m_peers.kombu(QStringLiteral("publish"),
                                    {{QStringLiteral("queue"), QStringLiteral("q")},
                                     {QStringLiteral("messages"), QJsonArray{message}}});
    DONE(publish);
    QombuProgram consume = m_peers.qombu("consume|q|--count|1");
    DONE(consume);
    QCOMPARE(consume.objects().value(0).value(key), value);
}

void tst_Kombu::headersAndPropertiesPassBothWays()
{
    const QJsonObject headers{{QStringLiteral("text"), QStringLiteral("é")},
                              {QStringLiteral("list"), QJsonArray{1, QStringLiteral("b")}},
                              {QStringLiteral("none"), QJsonValue::Null}};
    QombuProgram ours = m_peers.qombu(
        "publish|1|--queue|q|--header|text=é|--header|list=[1, "
        "\"b\"]|--header|none=null|--property|reply_to=r|--property|correlation_id=c");
    DONE(ours);
    Program theirs =
        m_peers.kombu(QStringLiteral("consume"), {{QStringLiteral("queue"), QStringLiteral("q")}});
    DONE(theirs);
    QCOMPARE(theirs.objects().value(0).value(QLatin1String("headers")).toObject(), headers);
    QCOMPARE(theirs.objects()
                 .value(0)
                 .value(QLatin1String("properties"))
                 .toObject()
                 .value(QLatin1String("reply_to"))
                 .toString(),
             QStringLiteral("r"));

    Program kombu =
        m_peers.kombu(QStringLiteral("publish"),
                      {{QStringLiteral("queue"), QStringLiteral("q")},
                       {QStringLiteral("messages"),
                        QJsonArray{QJsonObject{{QStringLiteral("body"), 1},
                                               {QStringLiteral("headers"), headers},
                                               {QStringLiteral("app_id"), QStringLiteral("app")},
                                               {QStringLiteral("expiration"), 2.5}}}}});
    DONE(kombu);
    QombuProgram qombu = m_peers.qombu("consume|q|--count|1");
    DONE(qombu);
    const QJsonObject message = qombu.objects().value(0);
    QCOMPARE(message.value(QLatin1String("headers")).toObject(), headers);
    QCOMPARE(message.value(QLatin1String("properties"))
                 .toObject()
                 .value(QLatin1String("app_id"))
                 .toString(),
             QStringLiteral("app"));
    QCOMPARE(message.value(QLatin1String("properties"))
                 .toObject()
                 .value(QLatin1String("expiration"))
                 .toString(),
             QStringLiteral("2500"));
}

void tst_Kombu::prioritiesUseTheSameLists()
{
    QJsonArray messages;
    for (const int priority : {9, 0, 4, 7}) {
        QombuProgram publish =
            m_peers.qombu("publish|\"ours " + QByteArray::number(priority)
                          + "\"|--queue|q|--priority|" + QByteArray::number(priority));
        DONE(publish);
        messages.append(
            QJsonObject{{QStringLiteral("body"), QStringLiteral("theirs %1").arg(priority)},
                        {QStringLiteral("priority"), priority}});
    }
    Program publish = m_peers.kombu(
        QStringLiteral("publish"),
        {{QStringLiteral("queue"), QStringLiteral("q")}, {QStringLiteral("messages"), messages}});
    DONE(publish);
    for (const char *list : {"q",
                             "q\x06\x16"
                             "3",
                             "q\x06\x16"
                             "6",
                             "q\x06\x16"
                             "9"})
        QCOMPARE(m_broker.integer({"LLEN", list}), 2);
    QombuProgram consume = m_peers.qombu("consume|q|--count|8");
    DONE(consume);
    QStringList order;
    for (const QJsonObject &message : consume.objects())
        order.append(message.value(QLatin1String("body")).toString());
    QCOMPARE(order,
             (QStringList{QStringLiteral("ours 0"), QStringLiteral("theirs 0"),
                          QStringLiteral("ours 4"), QStringLiteral("theirs 4"),
                          QStringLiteral("ours 7"), QStringLiteral("theirs 7"),
                          QStringLiteral("ours 9"), QStringLiteral("theirs 9")}));
}

void tst_Kombu::bindingsAreWrittenOnce_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("key");
    QTest::newRow("direct") << QStringLiteral("direct") << QStringLiteral("new");
    QTest::newRow("topic") << QStringLiteral("topic") << QStringLiteral("a.*.#");
    QTest::newRow("topic with odd characters")
        << QStringLiteral("topic") << QStringLiteral("user_x@y-z.*");
    QTest::newRow("fanout") << QStringLiteral("fanout") << QStringLiteral("k.#");
}

void tst_Kombu::bindingsAreWrittenOnce()
{
    QFETCH(const QString, type);
    QFETCH(const QString, key);
    // Before 5.7 topics were written in another way, which ours has to be told where it comes
    // first.
    const bool isNewest = qEnvironmentVariableIsSet("QOMBU_INTEROP_PYTHON");
    const QByteArray url = m_broker.url().toUtf8()
        + (isNewest ? QByteArray() : QByteArray("?topic_pattern=kombu-5.6"));
    QombuProgram bind = m_peers.qombu("bind|q|--exchange|x|--type|" + type.toUtf8()
                                      + "|--routing-key|" + key.toUtf8() + "|--url|" + url);
    DONE(bind);
    const QList<QByteArray> ours = m_broker.texts({"SMEMBERS", "_kombu.binding.x"});
    QCOMPARE(ours.size(), 1);
    Program declare = m_peers.kombu(QStringLiteral("publish"),
                                    {{QStringLiteral("queue"), QStringLiteral("q")},
                                     {QStringLiteral("exchange"), QStringLiteral("x")},
                                     {QStringLiteral("type"), type},
                                     {QStringLiteral("binding_key"), key},
                                     {QStringLiteral("messages"), QJsonArray()}});
    DONE(declare);
    QCOMPARE(m_broker.texts({"SMEMBERS", "_kombu.binding.x"}), ours);
}

void tst_Kombu::aTopicOfTwoTextsIsOneBinding_data()
{
    QTest::addColumn<bool>("oursFirst");
    QTest::newRow("ours first") << true;
    QTest::newRow("theirs first") << false;
}

// Whoever was first, and whatever its version: each message comes once, and an unbind removes all.
void tst_Kombu::aTopicOfTwoTextsIsOneBinding()
{
    QFETCH(const bool, oursFirst);
    const QByteArray words = "|q|--exchange|x|--type|topic|--routing-key|a.*";
    const auto theirs = [&](const QByteArray &body) {
        QJsonArray messages;
        if (!body.isEmpty())
            messages.append(QJsonObject{{QStringLiteral("body"), QString::fromUtf8(body)},
                                        {QStringLiteral("routing_key"), QStringLiteral("a.b")}});
        return m_peers.kombu(QStringLiteral("publish"),
                             {{QStringLiteral("queue"), QStringLiteral("q")},
                              {QStringLiteral("exchange"), QStringLiteral("x")},
                              {QStringLiteral("type"), QStringLiteral("topic")},
                              {QStringLiteral("binding_key"), QStringLiteral("a.*")},
                              {QStringLiteral("messages"), messages}});
    };
    if (!oursFirst) {
        Program first = theirs({});
        DONE(first);
    }
    QombuProgram bind = m_peers.qombu("bind" + words);
    DONE(bind);
    if (!oursFirst)
        QCOMPARE(m_broker.integer({"SCARD", "_kombu.binding.x"}), 1); // theirs was kept
    Program publish = theirs("theirs");
    DONE(publish);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 1);
    QombuProgram send = m_peers.qombu("publish|1|--exchange|x|--type|topic|--routing-key|a.b");
    DONE(send);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 2);
    QombuProgram unbind = m_peers.qombu("unbind" + words);
    DONE(unbind);
    QCOMPARE(m_broker.integer({"EXISTS", "_kombu.binding.x", "_kombu.binding_permanent.x"}), 0);
}

void tst_Kombu::kombuRoutesByOurBindings_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("binding");
    QTest::addColumn<QString>("key");
    QTest::newRow("direct") << QStringLiteral("direct") << QStringLiteral("new")
                            << QStringLiteral("new");
    QTest::newRow("topic") << QStringLiteral("topic") << QStringLiteral("a.*.#")
                           << QStringLiteral("a.b.c.d");
}

void tst_Kombu::kombuRoutesByOurBindings()
{
    QFETCH(const QString, type);
    QFETCH(const QString, binding);
    QFETCH(const QString, key);
    QombuProgram bind = m_peers.qombu("bind|q|--exchange|x|--type|" + type.toUtf8()
                                      + "|--routing-key|" + binding.toUtf8());
    DONE(bind);
    Program publish = m_peers.kombu(
        QStringLiteral("publish"),
        {{QStringLiteral("exchange"), QStringLiteral("x")},
         {QStringLiteral("type"), type},
         {QStringLiteral("routing_key"), key},
         {QStringLiteral("messages"), QJsonArray{QJsonObject{{QStringLiteral("body"), 7}}}}});
    DONE(publish);
    QombuProgram consume = m_peers.qombu("consume|q|--count|1");
    DONE(consume);
    QCOMPARE(consume.objects().value(0).value(QLatin1String("routing_key")).toString(), key);
}

void tst_Kombu::weRouteByKombusBindings_data()
{
    kombuRoutesByOurBindings_data();
}

void tst_Kombu::weRouteByKombusBindings()
{
    QFETCH(const QString, type);
    QFETCH(const QString, binding);
    QFETCH(const QString, key);
    Program declare = m_peers.kombu(QStringLiteral("publish"),
                                    {{QStringLiteral("queue"), QStringLiteral("q")},
                                     {QStringLiteral("exchange"), QStringLiteral("x")},
                                     {QStringLiteral("type"), type},
                                     {QStringLiteral("binding_key"), binding},
                                     {QStringLiteral("messages"), QJsonArray()}});
    DONE(declare);
    // Without --type: the stored patterns say what the exchange is.
    QombuProgram publish = m_peers.qombu("publish|7|--exchange|x|--routing-key|" + key.toUtf8());
    DONE(publish);
    Program consume =
        m_peers.kombu(QStringLiteral("consume"), {{QStringLiteral("queue"), QStringLiteral("q")}});
    DONE(consume);
    QCOMPARE(consume.objects().value(0).value(QLatin1String("body")).toInt(), 7);
    QCOMPARE(consume.objects()
                 .value(0)
                 .value(QLatin1String("delivery_info"))
                 .toObject()
                 .value(QLatin1String("exchange"))
                 .toString(),
             QStringLiteral("x"));
}

void tst_Kombu::fanoutPassesBothWays()
{
    QombuProgram ours = m_peers.qombu("consume|ours|--exchange|news|--type|fanout|--count|2");
    Program theirs = m_peers.kombu(QStringLiteral("consume"),
                                   {{QStringLiteral("queue"), QStringLiteral("theirs")},
                                    {QStringLiteral("exchange"), QStringLiteral("news")},
                                    {QStringLiteral("type"), QStringLiteral("fanout")},
                                    {QStringLiteral("count"), 2},
                                    {QStringLiteral("no_ack"), true}});
    QTRY_COMPARE_WITH_TIMEOUT(m_broker.integer({"PUBSUB", "NUMPAT"}), 1,
                              20000); // both the same pattern
    QTRY_VERIFY_WITH_TIMEOUT(m_broker.integer({"PUBLISH", "/0.news", "not an envelope"}) == 2,
                             20000);
    QombuProgram publish = m_peers.qombu("publish|\"from us\"|--exchange|news|--type|fanout");
    DONE(publish);
    Program kombu = m_peers.kombu(
        QStringLiteral("publish"),
        {{QStringLiteral("exchange"), QStringLiteral("news")},
         {QStringLiteral("type"), QStringLiteral("fanout")},
         {QStringLiteral("messages"),
          QJsonArray{QJsonObject{{QStringLiteral("body"), QStringLiteral("from them")},
                                 {QStringLiteral("serializer"), QStringLiteral("json")}}}}});
    DONE(kombu);
    DONE(ours);
    DONE(theirs);
    for (const auto &lines : {ours.objects(), theirs.objects()}) {
        QCOMPARE(lines.value(0).value(QLatin1String("body")).toString(), QStringLiteral("from us"));
        QCOMPARE(lines.value(1).value(QLatin1String("body")).toString(),
                 QStringLiteral("from them"));
    }
}

void tst_Kombu::messagesWithoutATypeReachKombusFanout()
{
    Program theirs = m_peers.kombu(QStringLiteral("consume"),
                                   {{QStringLiteral("queue"), QStringLiteral("theirs")},
                                    {QStringLiteral("exchange"), QStringLiteral("news")},
                                    {QStringLiteral("type"), QStringLiteral("fanout")},
                                    {QStringLiteral("count"), 2},
                                    {QStringLiteral("no_ack"), true}});
    QTRY_COMPARE_WITH_TIMEOUT(m_broker.integer({"PUBSUB", "NUMPAT"}), 1, 20000);
    QombuProgram publish = m_peers.qombu("publish|1|--count|2|--exchange|news|--routing-key|");
    DONE(publish);
    DONE(theirs);
    QVERIFY2(publish.errorText().contains("fanout"), publish.errorText().constData());
    QCOMPARE(m_broker.integer({"EXISTS", "theirs"}), 0); // no list that nobody reads
}

void tst_Kombu::kombuRestoresWhatOurKilledConsumerHeld()
{
    QombuProgram bindOne = m_peers.qombu("bind|one|--exchange|x|--routing-key|a.*|--type|topic");
    DONE(bindOne);
    QombuProgram bindTwo = m_peers.qombu("bind|two|--exchange|x|--routing-key|a.*|--type|topic");
    DONE(bindTwo);
    QombuProgram send =
        m_peers.qombu("publish|{\"id\": 1}|--exchange|x|--routing-key|a.b|--priority|6");
    DONE(send);
    QombuProgram hold = m_peers.qombu("consume|one|--ack|hold");
    QVERIFY(hold.waitForLines(1));
    hold.kill();
    QCOMPARE(m_broker.integer({"ZCARD", "unacked_index"}), 1);
    Program restore = m_peers.kombu(
        QStringLiteral("restore"),
        {{QStringLiteral("options"), QJsonObject{{QStringLiteral("visibility_timeout"), 0}}}});
    DONE(restore);
    // To the one queue it was taken from; 5.2.4 puts it into the list of priority 0.
    QombuProgram one = m_peers.qombu("consume|one|--count|1");
    DONE(one);
    QCOMPARE(one.objects().value(0).value(QLatin1String("redelivered")).toBool(), true);
    QCOMPARE(one.objects()
                 .value(0)
                 .value(QLatin1String("body"))
                 .toObject()
                 .value(QLatin1String("id"))
                 .toInt(),
             1);
    QCOMPARE(m_broker.integer({"LLEN",
                               "two\x06\x16"
                               "6"}),
             1);
}

void tst_Kombu::weRestoreWhatAKilledKombuConsumerHeld()
{
    const QJsonObject topic{{QStringLiteral("queue"), QStringLiteral("q")},
                            {QStringLiteral("exchange"), QStringLiteral("x")},
                            {QStringLiteral("type"), QStringLiteral("topic")},
                            {QStringLiteral("binding_key"), QStringLiteral("a.#")},
                            {QStringLiteral("routing_key"), QStringLiteral("a.b")}};
    QJsonObject send = topic;
    send.insert(QStringLiteral("messages"),
                QJsonArray{QJsonObject{{QStringLiteral("body"), 1}, {QStringLiteral("times"), 3}}});
    Program publish = m_peers.kombu(QStringLiteral("publish"), send);
    DONE(publish);
    Program hold = m_peers.kombu(QStringLiteral("hold"), topic);
    QVERIFY2(hold.waitForLines(3), hold.errorText().constData());
    hold.kill();
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 3);
    // This process never declared the topic exchange: records name it all the same.
    QombuProgram consume = m_peers.qombu(
        "--option|visibility_timeout=1|--option|unacked_restore_interval=1|consume|q|--count|3");
    DONE(consume);
    for (const QJsonObject &message : consume.objects())
        QCOMPARE(message.value(QLatin1String("redelivered")).toBool(), true);
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 0);
}

// One of three by its tag, against its restore of the others: each comes once.
void tst_Kombu::kombuGetsWhatWeReturned()
{
    const QJsonObject topic{{QStringLiteral("queue"), QStringLiteral("q")},
                            {QStringLiteral("exchange"), QStringLiteral("x")},
                            {QStringLiteral("type"), QStringLiteral("topic")},
                            {QStringLiteral("binding_key"), QStringLiteral("a.#")},
                            {QStringLiteral("routing_key"), QStringLiteral("a.b")}};
    QJsonObject send = topic;
    send.insert(QStringLiteral("messages"),
                QJsonArray{QJsonObject{{QStringLiteral("body"), 1}, {QStringLiteral("times"), 3}}});
    Program publish = m_peers.kombu(QStringLiteral("publish"), send);
    DONE(publish);
    Program hold = m_peers.kombu(QStringLiteral("hold"), topic);
    QVERIFY2(hold.waitForLines(3), hold.errorText().constData());
    hold.kill();
    const QByteArray tag = m_broker.texts({"HKEYS", "unacked"}).value(0);
    QombuProgram refused = m_peers.qombu("return|" + tag);
    QCOMPARE(refused.exitCode(), 4);
    QombuProgram forced = m_peers.qombu("return|--force|" + tag);
    DONE(forced);
    QJsonObject sweep = topic; // it does not know the exchange by itself
    sweep.insert(QStringLiteral("options"), QJsonObject{{QStringLiteral("visibility_timeout"), 0}});
    Program restore = m_peers.kombu(QStringLiteral("restore"), sweep);
    DONE(restore);
    QombuProgram again = m_peers.qombu("return|--force|" + tag);
    QCOMPARE(again.exitCode(), 5);
    QJsonObject three = topic;
    three.insert(QStringLiteral("count"), 3);
    Program consume = m_peers.kombu(QStringLiteral("consume"), three);
    DONE(consume);
    for (const QJsonObject &message : consume.objects())
        QVERIFY(message.value(QLatin1String("redelivered")).toBool());
    QCOMPARE(m_broker.integer({"EXISTS", "q", "unacked", "unacked_index"}), 0);
}

void tst_Kombu::requeuedByUsIsRedeliveredByKombu()
{
    QombuProgram publish = m_peers.qombu("publish|--lines|-|--queue|q|--priority|4", "1\n2\n");
    DONE(publish);
    QombuProgram requeue = m_peers.qombu("consume|q|--count|1|--ack|requeue");
    DONE(requeue);
    Program consume = m_peers.kombu(
        QStringLiteral("consume"),
        {{QStringLiteral("queue"), QStringLiteral("q")}, {QStringLiteral("count"), 2}});
    DONE(consume);
    QCOMPARE(consume.objects().value(0).value(QLatin1String("body")).toInt(), 2);
    QCOMPARE(consume.objects().value(1).value(QLatin1String("body")).toInt(),
             1); // behind the waiting ones
    QCOMPARE(consume.objects().value(1).value(QLatin1String("redelivered")).toBool(), true);
}

void tst_Kombu::requeuedByKombuIsRedeliveredByUs()
{
    Program publish = m_peers.kombu(
        QStringLiteral("publish"),
        {{QStringLiteral("queue"), QStringLiteral("q")},
         {QStringLiteral("messages"), QJsonArray{QJsonObject{{QStringLiteral("body"), 1}}}}});
    DONE(publish);
    Program requeue = m_peers.kombu(QStringLiteral("consume"),
                                    {{QStringLiteral("queue"), QStringLiteral("q")},
                                     {QStringLiteral("settle"), QStringLiteral("requeue")}});
    DONE(requeue);
    QombuProgram consume = m_peers.qombu("consume|q|--count|1");
    DONE(consume);
    QCOMPARE(consume.objects().value(0).value(QLatin1String("redelivered")).toBool(), true);
}

void tst_Kombu::survivesWhatKombuDoesNot()
{
    // Each of these is lost when Kombu meets it.
    const QByteArrayList malformed{"not JSON",
                                   "[1, 2]",
                                   "{\"body\": \"\"}",
                                   "null",
                                   "{\"body\": \"\", \"properties\": {\"delivery_tag\": \"t\"}}",
                                   ""};
    for (const QByteArray &element : malformed)
        m_broker.command({"LPUSH", "q", element});
    QombuProgram publish = m_peers.qombu("publish|\"good\"|--queue|q");
    DONE(publish);
    QombuProgram consume = m_peers.qombu("consume|q|--count|1");
    DONE(consume);
    QCOMPARE(consume.objects().value(0).value(QLatin1String("body")).toString(),
             QStringLiteral("good"));
    const QList<QByteArray> aside = m_broker.texts({"LRANGE", "_qombu.quarantine.q", "0", "-1"});
    QCOMPARE(QSet<QByteArray>(aside.begin(), aside.end()),
             QSet<QByteArray>(malformed.begin(), malformed.end()));
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 0);
}

QOMBU_TEST(tst_Kombu)
#include "tst_kombu.moc"
