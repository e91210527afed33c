// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <QTest>

using QombuTest::Program;

// Kombu and our program share the queues of one RabbitMQ, in both directions.
class tst_KombuOnRabbit : public QObject
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
    void eachRoutesByTheOthersBindings_data();
    void eachRoutesByTheOthersBindings();
    void weReachKombusHeadersExchange();
    void prioritiesPassBothWays();
    void whatExpiresIsDeadLetteredToTheOther();
    void whatWeRejectIsDeadLetteredToKombu();
    void requeuedByUsIsRedeliveredByKombu();
    void requeuedByKombuIsRedeliveredByUs();
    void quorumQueuesCountReturns();
    void aKilledKombuConsumerLosesNothing();

private:
    Program publish(const QJsonArray &messages, QJsonObject more = {}) const;
    Program consume(QJsonObject more = {}) const;

    QombuTest::RabbitProcess m_broker;
    Peers m_peers{m_broker};
};

#define DONE(program) QVERIFY2((program).exitCode() == 0, (program).errorText().constData())

namespace {

QString q(const char *text)
{
    return QString::fromUtf8(text);
}

QJsonArray one(const QJsonValue &body)
{
    return {QJsonObject{{q("body"), body}, {q("serializer"), q("json")}}};
}

QStringList bodiesOf(const QList<QJsonObject> &messages)
{
    QStringList bodies;
    for (const QJsonObject &message : messages)
        bodies.append(message[q("body")].toString());
    return bodies;
}

} // namespace

// By Kombu, to queue q unless told otherwise, which it declares.
Program tst_KombuOnRabbit::publish(const QJsonArray &messages, QJsonObject more) const
{
    if (!more.contains(q("queue")))
        more[q("queue")] = q("q");
    more[q("messages")] = messages;
    return m_peers.kombu(q("publish"), more);
}

Program tst_KombuOnRabbit::consume(QJsonObject more) const
{
    if (!more.contains(q("queue")))
        more[q("queue")] = q("q");
    return m_peers.kombu(q("consume"), more);
}

void tst_KombuOnRabbit::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_KombuOnRabbit::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
}

void tst_KombuOnRabbit::kombuReadsOurBodies_data()
{
    QTest::addColumn<QByteArray>("options"); // of "publish"
    QTest::addColumn<QJsonValue>("body");
    QTest::newRow("object") << QByteArray("{\"hello\": \"world\"}")
                            << QJsonValue(QJsonObject{{q("hello"), q("world")}});
    QTest::newRow("unicode") << QByteArray("\"é😀/\"") << QJsonValue(q("é😀/"));
    QTest::newRow("null") << QByteArray("null") << QJsonValue(QJsonValue::Null);
    QTest::newRow("text") << QByteArray("text é|--serializer|text") << QJsonValue(q("text é"));
    QTest::newRow("zlib") << QByteArray("{\"a\": [1, 2.5, null]}|--compression|zlib")
                          << QJsonValue(QJsonObject{{q("a"), QJsonArray{1, 2.5, QJsonValue()}}});
    QTest::newRow("several frames")
        << "\"" + QByteArray(400000, 'x') + "\"" << QJsonValue(QString(400000, u'x'));
}

void tst_KombuOnRabbit::kombuReadsOurBodies()
{
    QFETCH(const QByteArray, options);
    QFETCH(const QJsonValue, body);
    const bool isLong = options.size() > 100000; // for an argument
    QombuProgram ours = isLong
        ? m_peers.qombu("publish|--lines|-|--queue|q|--declare", options + '\n')
        : m_peers.qombu("publish|" + options + "|--queue|q|--declare");
    DONE(ours);
    Program theirs = consume();
    DONE(theirs);
    QCOMPARE(theirs.objects().value(0)[q("body")], body);
}

void tst_KombuOnRabbit::weReadKombusBodies_data()
{
    QTest::addColumn<QJsonObject>("message");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QJsonValue>("value");
    const QString body = q("body");
    const QString bytes = q("body_base64");
    QTest::newRow("object") << QJsonObject{{body, QJsonObject{{q("n"), 1}}}} << body
                            << QJsonValue(QJsonObject{{q("n"), 1}});
    QTest::newRow("text") << QJsonObject{{body, q("text é")}} << body << QJsonValue(q("text é"));
    QTest::newRow("bytes") << QJsonObject{{bytes, q("AP8Q")}} << bytes << QJsonValue(q("AP8Q"));
    QTest::newRow("empty") << QJsonObject{{body, QString()}} << body << QJsonValue(QString());
    QTest::newRow("zlib") << QJsonObject{{body, QJsonArray{1, 2}}, {q("compression"), q("zlib")}}
                          << body << QJsonValue(QJsonArray{1, 2});
}

void tst_KombuOnRabbit::weReadKombusBodies()
{
    QFETCH(const QJsonObject, message);
    QFETCH(const QString, key);
    QFETCH(const QJsonValue, value);
    Program theirs = publish({message});
    DONE(theirs);
    QombuProgram ours = m_peers.qombu("consume|q|--count|1");
    DONE(ours);
    QCOMPARE(ours.objects().value(0)[key], value);
}

void tst_KombuOnRabbit::headersAndPropertiesPassBothWays()
{
    const QJsonObject headers{{q("text"), q("é")},
                              {q("number"), 7},
                              {q("large"), qint64(4294967296)},
                              {q("fraction"), 2.5},
                              {q("truth"), true},
                              {q("none"), QJsonValue()},
                              {q("list"), QJsonArray{1, q("b"), QJsonArray()}},
                              {q("map"), QJsonObject{{q("a"), QJsonObject{{q("b"), 1}}}}}};
    QombuProgram ours = m_peers.qombu(
        "publish|1|--queue|q|--declare|--header|text=é|--header|number=7|--header|large=4294967296|"
        "--header|"
        "fraction=2.5|--header|truth=true|--header|none=null|--header|list=[1, \"b\", "
        "[]]|--header|map={\"a\": {\"b\": 1}}|--property|reply_to=r|--property|correlation_id=c");
    DONE(ours);
    Program theirs = consume();
    DONE(theirs);
    const QJsonObject got = theirs.objects().value(0);
    QCOMPARE(got[q("headers")].toObject(), headers);
    QCOMPARE(got[q("properties")][q("reply_to")].toString(), q("r"));
    QCOMPARE(got[q("properties")][q("correlation_id")].toString(), q("c"));
    QCOMPARE(got[q("properties")][q("delivery_mode")].toInt(), 2);

    Program kombu = publish({QJsonObject{
        {q("body"), 1}, {q("headers"), headers}, {q("app_id"), q("app")}, {q("expiration"), 2.5}}});
    DONE(kombu);
    QombuProgram qombu = m_peers.qombu("consume|q|--count|1");
    DONE(qombu);
    const QJsonObject message = qombu.objects().value(0);
    QCOMPARE(message[q("headers")].toObject(), headers);
    QCOMPARE(message[q("properties")][q("app_id")].toString(), q("app"));
    QCOMPARE(message[q("properties")][q("expiration")].toString(), q("2500"));
}

void tst_KombuOnRabbit::eachRoutesByTheOthersBindings_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("binding");
    QTest::addColumn<QString>("key");
    QTest::newRow("direct") << q("direct") << q("new") << q("new");
    QTest::newRow("topic") << q("topic") << q("a.*.#") << q("a.b.c.d");
    QTest::newRow("fanout") << q("fanout") << QString() << q("any");
}

void tst_KombuOnRabbit::eachRoutesByTheOthersBindings()
{
    QFETCH(const QString, type);
    QFETCH(const QString, binding);
    QFETCH(const QString, key);
    const QJsonObject exchange{
        {q("exchange"), q("x")}, {q("type"), type}, {q("binding_key"), binding}};
    Program declare = publish({}, exchange);
    DONE(declare);
    const QByteArray words = "|--exchange|x|--type|" + type.toUtf8() + "|--routing-key|";
    QombuProgram bind = m_peers.qombu("bind|ours" + words + binding.toUtf8());
    if (bind.exitCode() != 0) { // the queue is not there yet
        QombuProgram queue = m_peers.qombu("declare-queue|ours");
        DONE(queue);
        QombuProgram again = m_peers.qombu("bind|ours" + words + binding.toUtf8());
        DONE(again);
    }
    QombuProgram ours = m_peers.qombu("publish|\"from us\"" + words + key.toUtf8());
    DONE(ours);
    QJsonObject to = exchange;
    to[q("routing_key")] = key;
    Program theirs = publish(one(q("from them")), to);
    DONE(theirs);
    const QStringList both{q("from us"), q("from them")};
    QombuProgram here = m_peers.qombu("consume|ours|--count|2");
    DONE(here);
    QCOMPARE(bodiesOf(here.objects()), both);
    QCOMPARE(here.objects().value(1)[q("routing_key")].toString(), key);
    Program there = consume({{q("count"), 2}});
    DONE(there);
    QCOMPARE(bodiesOf(there.objects()), both);
    QCOMPARE(there.objects().value(0)[q("delivery_info")][q("routing_key")].toString(), key);
}

void tst_KombuOnRabbit::weReachKombusHeadersExchange()
{
    Program declare = publish(
        {},
        {{q("exchange"), q("x")},
         {q("type"), q("headers")},
         {q("binding_arguments"), QJsonObject{{q("x-match"), q("all")}, {q("colour"), q("red")}}}});
    DONE(declare);
    for (const char *colour : {"blue", "red"}) {
        QombuProgram ours =
            m_peers.qombu(QByteArray("publish|\"") + colour
                          + "\"|--exchange|x|--type|headers|--header|colour=" + colour);
        DONE(ours);
    }
    Program theirs = consume();
    DONE(theirs);
    QCOMPARE(bodiesOf(theirs.objects()), QStringList(q("red")));
}

void tst_KombuOnRabbit::prioritiesPassBothWays()
{
    const QJsonObject declared{{q("queue_arguments"), QJsonObject{{q("x-max-priority"), 9}}}};
    QJsonArray messages;
    for (const int priority : {0, 9, 4})
        messages.append(QJsonObject{{q("body"), q("theirs %1").arg(priority)},
                                    {q("serializer"), q("json")},
                                    {q("priority"), priority}});
    Program theirs = publish(messages, declared);
    DONE(theirs);
    for (const char *priority : {"0", "9", "4"}) {
        QombuProgram ours = m_peers.qombu(QByteArray("publish|\"ours ") + priority
                                          + "\"|--queue|q|--priority|" + priority);
        DONE(ours);
    }
    const QStringList order{q("theirs 9"), q("ours 9"),   q("theirs 4"),
                            q("ours 4"),   q("theirs 0"), q("ours 0")};
    QombuProgram here = m_peers.qombu("consume|q|--count|3|--prefetch|1");
    DONE(here);
    QCOMPARE(bodiesOf(here.objects()), order.first(3));
    Program there = consume({{q("count"), 3},
                             {q("prefetch"), 1},
                             {q("queue_arguments"), declared[q("queue_arguments")]}});
    DONE(there);
    QCOMPARE(bodiesOf(there.objects()), order.last(3));
}

void tst_KombuOnRabbit::whatExpiresIsDeadLetteredToTheOther()
{
    QombuProgram dead = m_peers.qombu("declare-queue|dead");
    DONE(dead);
    const QJsonObject arguments{{q("x-dead-letter-exchange"), QString()},
                                {q("x-dead-letter-routing-key"), q("dead")},
                                {q("x-message-ttl"), 60000}};
    Program theirs = publish({QJsonObject{{q("body"), q("theirs")},
                                          {q("serializer"), q("json")},
                                          {q("expiration"), 0.02}}},
                             {{q("queue_arguments"), arguments}});
    DONE(theirs);
    QombuProgram here = m_peers.qombu("consume|dead|--count|1");
    DONE(here);
    QCOMPARE(bodiesOf(here.objects()), QStringList(q("theirs")));
    const QJsonObject death =
        here.objects().value(0)[q("headers")][q("x-death")].toArray().at(0).toObject();
    QCOMPARE(death[q("queue")].toString(), q("q"));
    QCOMPARE(death[q("reason")].toString(), q("expired"));
    QCOMPARE(death[q("count")].toInt(), 1);
    QombuProgram ours = m_peers.qombu("publish|\"ours\"|--queue|q|--property|expiration=20");
    DONE(ours);
    Program there = consume({{q("queue"), q("dead")}});
    DONE(there);
    QCOMPARE(bodiesOf(there.objects()), QStringList(q("ours")));
}

void tst_KombuOnRabbit::whatWeRejectIsDeadLetteredToKombu()
{
    QombuProgram dead = m_peers.qombu("declare-queue|dead");
    DONE(dead);
    Program theirs = publish(one(q("a")),
                             {{q("queue_arguments"),
                               QJsonObject{{q("x-dead-letter-exchange"), QString()},
                                           {q("x-dead-letter-routing-key"), q("dead")}}}});
    DONE(theirs);
    QombuProgram reject = m_peers.qombu("consume|q|--count|1|--ack|reject");
    DONE(reject);
    Program there = consume({{q("queue"), q("dead")}});
    DONE(there);
    const QJsonValue death = there.objects().value(0)[q("headers")][q("x-death")][0];
    QCOMPARE(death[q("reason")].toString(), q("rejected"));
}

void tst_KombuOnRabbit::requeuedByUsIsRedeliveredByKombu()
{
    Program theirs = publish(one(q("a")));
    DONE(theirs);
    QombuProgram requeue = m_peers.qombu("consume|q|--count|1|--ack|requeue");
    DONE(requeue);
    Program there = consume();
    DONE(there);
    QVERIFY(there.objects().value(0)[q("redelivered")].toBool());
}

void tst_KombuOnRabbit::requeuedByKombuIsRedeliveredByUs()
{
    QombuProgram ours = m_peers.qombu("publish|\"a\"|--queue|q|--declare");
    DONE(ours);
    Program requeue = consume({{q("settle"), q("requeue")}});
    DONE(requeue);
    QombuProgram here = m_peers.qombu("consume|q|--count|1");
    DONE(here);
    QVERIFY(here.objects().value(0)[q("redelivered")].toBool());
}

void tst_KombuOnRabbit::quorumQueuesCountReturns()
{
    Program theirs = publish(
        one(q("a")), {{q("queue_arguments"), QJsonObject{{q("x-queue-type"), q("quorum")}}}});
    DONE(theirs);
    QombuProgram requeue = m_peers.qombu("consume|q|--count|1|--ack|requeue");
    DONE(requeue);
    QombuProgram here = m_peers.qombu("consume|q|--count|1");
    DONE(here);
    // It may have come once more, and gone back, before the consumer was cancelled.
    QVERIFY(here.objects().value(0)[q("headers")][q("x-delivery-count")].toInt() >= 1);
}

void tst_KombuOnRabbit::aKilledKombuConsumerLosesNothing()
{
    Program theirs = publish(one(q("a")));
    DONE(theirs);
    Program hold = m_peers.kombu(q("hold"), {{q("queue"), q("q")}});
    QVERIFY(hold.waitForLines(1));
    hold.kill();
    QombuProgram here = m_peers.qombu("consume|q|--count|1");
    DONE(here);
    QVERIFY(here.objects().value(0)[q("redelivered")].toBool());
}

QOMBU_TEST(tst_KombuOnRabbit)
#include "tst_kombuonrabbit.moc"
