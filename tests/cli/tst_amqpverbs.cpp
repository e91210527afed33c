// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/faultproxy.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <QJsonArray>
#include <QTemporaryFile>
#include <QTest>
#include <QUrl>

// What the verbs do to a real RabbitMQ, as far as AMQP alone can tell.
class tst_AmqpVerbs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void publishesAndConsumes();
    void routesByTopic();
    void saysWhatNeedsTheManagementApi_data();
    void saysWhatNeedsTheManagementApi();
    void saysBeforeWhatALookChanges();
    void looksAtNothingWhenReadOnly();
    void looksOnlyAtTheHead();
    void looksAtAQuorumQueueOnlyByForce();
    void neverLooksWhereAFewLooksLoseMessages();
    void readsAStream();
    void tellsHowManyAreNotShown();
    void goesRoundOnceByRequeueing_data();
    void goesRoundOnceByRequeueing();
    void namesWhatIsNotThere_data();
    void namesWhatIsNotThere();
    void makesWhatItIsToConsumeFrom();
    void leavesTheBrokersNamesAlone_data();
    void leavesTheBrokersNamesAlone();
    void declaresWithArguments();
    void saysWhatBecameOfEachLine();
    void leavesWhatExistsAsItIs();

private:
    QStringList call(const QString &words) const
    {
        return qombuCall(m_broker.url(), words.toUtf8().constData());
    }

    void makeQueue(const char *name, const QByteArray &arguments);
    void publishThree(const char *queue);

    QombuTest::RabbitProcess m_broker;
};

namespace {

QString q(const char *text)
{
    return QString::fromLatin1(text);
}

} // namespace

void tst_AmqpVerbs::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpVerbs::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
}

void tst_AmqpVerbs::publishesAndConsumes()
{
    RUN(publish,
        q("publish|{\"id\": 7}|--queue|orders|--declare|--header|retries=2|--property|app_id=a"));
    RUN(consume, q("consume|orders|--count|1"));
    const QJsonObject message = consume.objects().value(0);
    QCOMPARE(message[q("queue")].toString(), q("orders"));
    QCOMPARE(message[q("body")][q("id")].toInt(), 7);
    QCOMPARE(message[q("headers")][q("retries")].toInt(), 2);
    QCOMPARE(message[q("properties")][q("app_id")].toString(), q("a"));
    RUN(purge, q("purge|orders"));
    QCOMPARE(purge.objects().value(0)[q("removed")].toInt(-1), 0); // it was acknowledged
    RUN(remove, q("delete-queue|orders"));
}

void tst_AmqpVerbs::routesByTopic()
{
    RUN(queue, q("declare-queue|audit"));
    RUN(exchange, q("declare-exchange|events|--type|topic"));
    RUN(bind, q("bind|audit|--exchange|events|--routing-key|order.#|--type|topic"));
    const QString publish = q("publish|1|--exchange|events|--type|topic|--routing-key|");
    RUN(taken, publish + q("order.new"));
    QombuProgram unroutable(call(publish + q("other")));
    QCOMPARE(unroutable.exitCode(), 1);
    QVERIFY2(unroutable.errorText().contains("events"), unroutable.errorText().constData());
    RUN(unbind, q("unbind|audit|--exchange|events|--routing-key|order.#|--type|topic"));
    QCOMPARE(QombuProgram(call(publish + q("order.new"))).exitCode(), 1);
    RUN(consume, q("consume|audit|--count|1"));
    RUN(remove, q("delete-exchange|events"));
}

void tst_AmqpVerbs::saysWhatNeedsTheManagementApi_data()
{
    QTest::addColumn<QString>("verb");
    for (const char *verb : {"queues", "exchanges", "bindings", "unacked"})
        QTest::newRow(verb) << q(verb);
}
void tst_AmqpVerbs::saysWhatNeedsTheManagementApi()
{
    QFETCH(QString, verb);
    QombuProgram list(call(verb));
    QCOMPARE(list.exitCode(), 3); // where lists come from cannot be reached
    QVERIFY2(list.errorText().contains("management API"), list.errorText().constData());
    QVERIFY(list.objects().isEmpty());
}

void tst_AmqpVerbs::saysBeforeWhatALookChanges()
{
    RUN(publish, q("publish|1|--queue|orders|--declare"));
    RUN(peek, q("peek|orders"));
    QVERIFY2(peek.errorText().contains("redelivered"), peek.errorText().constData());
    QCOMPARE(peek.objects().size(), 1);
    QVERIFY(!peek.objects()[0][q("redelivered")].toBool());
    RUN(consume, q("consume|orders|--count|1"));
    QVERIFY(consume.objects().value(0)[q("redelivered")].toBool());
}

void tst_AmqpVerbs::looksAtNothingWhenReadOnly()
{
    RUN(publish, q("publish|1|--queue|orders|--declare"));
    QombuProgram peek(call(q("peek|orders|--read-only")));
    QCOMPARE(peek.exitCode(), 4);
    QVERIFY2(peek.errorText().contains("read-only"), peek.errorText().constData());
    QVERIFY(peek.objects().isEmpty());
    RUN(consume, q("consume|orders|--count|1"));
    QVERIFY(!consume.objects().value(0)[q("redelivered")].toBool());
}

void tst_AmqpVerbs::looksOnlyAtTheHead()
{
    RUN(publish, q("publish|1|--queue|orders|--declare"));
    QombuProgram peek(call(q("peek|orders|--from|tail")));
    QCOMPARE(peek.exitCode(), 1);
    QVERIFY2(!peek.errorText().contains("redelivered"), peek.errorText().constData());
    RUN(consume, q("consume|orders|--count|1"));
    QVERIFY(!consume.objects().value(0)[q("redelivered")].toBool());
}

void tst_AmqpVerbs::makeQueue(const char *name, const QByteArray &arguments)
{
    m_broker.manage("PUT", q("queues/%1/%2").arg(m_broker.virtualHost(), q(name)),
                    "{\"durable\": true, \"arguments\": " + arguments + "}");
}

void tst_AmqpVerbs::publishThree(const char *queue)
{
    for (const char *body : {"1", "2", "3"}) {
        RUN(publish, q("publish|%1|--queue|%2|--declare").arg(q(body), q(queue)));
    }
}

void tst_AmqpVerbs::looksAtAQuorumQueueOnlyByForce()
{
    makeQueue("safe", R"({"x-queue-type": "quorum", "x-delivery-limit": 30})");
    publishThree("safe");
    QombuProgram refused(call(q("peek|safe")));
    QCOMPARE(refused.exitCode(), 4);
    QVERIFY2(refused.errorText().contains("limit of 30"), refused.errorText().constData());
    QVERIFY2(refused.errorText().contains("--force"), refused.errorText().constData());
    QVERIFY(refused.objects().isEmpty());
    RUN(peek, q("peek|safe|--force"));
    QCOMPARE(peek.objects().size(), 3);
    QCOMPARE(peek.objects()[0][q("headers")][q("x-delivery-count")].toInt(), 0); // untouched before
}

void tst_AmqpVerbs::neverLooksWhereAFewLooksLoseMessages()
{
    makeQueue("frail", R"({"x-queue-type": "quorum", "x-delivery-limit": 1})");
    publishThree("frail");
    for (int i = 0; i < 4; ++i) {
        QombuProgram refused(call(q("peek|frail|--force")));
        QCOMPARE(refused.exitCode(), 4);
        QVERIFY2(refused.errorText().contains("is 1"), refused.errorText().constData());
    }
    RUN(consume, q("consume|frail|--count|3"));
    QCOMPARE(consume.objects().size(), 3);
}

void tst_AmqpVerbs::readsAStream()
{
    makeQueue("log", R"({"x-queue-type": "stream"})");
    publishThree("log");
    for (int i = 0; i < 2; ++i) {
        RUN(peek, q("peek|log|--read-only"));
        QVERIFY2(!peek.errorText().contains("redelivered"), peek.errorText().constData());
        QCOMPARE(peek.objects().size(), 3);
        QCOMPARE(peek.objects()[0][q("body")].toInt(), 1);
        QVERIFY(!peek.objects()[0][q("redelivered")].toBool());
    }
}

void tst_AmqpVerbs::tellsHowManyAreNotShown()
{
    publishThree("orders");
    RUN(peek, q("peek|orders|--limit|2"));
    QVERIFY2(peek.errorText().contains("2 of 3"), peek.errorText().constData());
}

void tst_AmqpVerbs::goesRoundOnceByRequeueing_data()
{
    QTest::addColumn<QByteArray>("arguments");
    QTest::newRow("classic") << QByteArray("{}");
    QTest::newRow("quorum") << QByteArray(R"({"x-queue-type": "quorum"})");
}
// What goes back comes again at once, from the second time on marked as before.
void tst_AmqpVerbs::goesRoundOnceByRequeueing()
{
    QFETCH(QByteArray, arguments);
    makeQueue("round", arguments);
    publishThree("round");
    for (int i = 0; i < 3; ++i) {
        RUN(all, q("consume|round|--ack|requeue"));
        QCOMPARE(all.objects().size(), 3);
        QVERIFY2(all.errorText().contains("Went round round once"), all.errorText().constData());
        QVERIFY2(!all.errorText().contains("not reached"), all.errorText().constData());
    }
    RUN(consume, q("consume|round|--count|3"));
}

void tst_AmqpVerbs::namesWhatIsNotThere_data()
{
    QTest::addColumn<QString>("words");
    for (const char *words :
         {"peek|missing", "purge|missing", "delete-queue|missing", "delete-exchange|missing",
          "consume|missing", "consume|missing|--count|1|--ack|none", "consume|missing|--exclusive",
          "bind|orders|--exchange|missing", "bind|missing|--exchange|amq.direct",
          "bind|missing|--exchange|amq.direct|--to-exchange", "unbind|orders|--exchange|missing",
          "unbind|missing|--exchange|amq.direct",
          "unbind|missing|--exchange|amq.direct|--to-exchange"})
        QTest::newRow(words) << q(words);
}
void tst_AmqpVerbs::namesWhatIsNotThere()
{
    QFETCH(QString, words);
    RUN(queue, q("declare-queue|orders"));
    QombuProgram program(call(words));
    QCOMPARE(program.exitCode(), 5);
    QVERIFY2(program.errorText().contains("missing"), program.errorText().constData());
    QCOMPARE(program.errorText().count("missing"), 1);
    const QJsonArray queues = m_broker.manage("GET", q("queues/") + m_broker.virtualHost()).array();
    QCOMPARE(queues.size(), 1); // a typo makes none
}

void tst_AmqpVerbs::makesWhatItIsToConsumeFrom()
{
    QCOMPARE(QombuProgram(call(q("publish|7|--queue|jobs"))).exitCode(), 1); // no queue takes it
    QCOMPARE(QombuProgram(call(q("delete-queue|jobs"))).exitCode(), 5); // nor was one made
    RUN(publish, q("publish|7|--queue|jobs|--declare"));
    RUN(removeJobs, q("delete-queue|jobs"));
    QCOMPARE(QombuProgram(call(q("consume|orders|--declare|--idle|0.3"))).exitCode(), 0);
    RUN(remove, q("delete-queue|orders"));
    QCOMPARE(QombuProgram(call(q("consume|orders|--exchange|amq.fanout|--idle|0.3"))).exitCode(),
             0);
    RUN(removeAgain, q("delete-queue|orders"));
}

void tst_AmqpVerbs::leavesTheBrokersNamesAlone_data()
{
    QTest::addColumn<QString>("words");
    for (const char *words : {"declare-queue|amq.mine", "declare-exchange|amq.mine|--type|topic",
                              "delete-exchange|amq.topic"})
        QTest::newRow(words) << q(words);
}
void tst_AmqpVerbs::leavesTheBrokersNamesAlone()
{
    QFETCH(QString, words);
    QombuProgram program(call(words));
    QCOMPARE(program.exitCode(), 2);
    QVERIFY2(program.errorText().contains("the broker's own"), program.errorText().constData());
}

void tst_AmqpVerbs::declaresWithArguments()
{
    RUN(queue, q("declare-queue|orders|--argument|x-queue-type=quorum|--argument|x-max-length=5"));
    RUN(exchange,
        q("declare-exchange|events|--type|topic|--argument|alternate-exchange=amq.fanout"));
    const QString host = m_broker.virtualHost();
    const QJsonObject made = m_broker.manage("GET", q("queues/%1/orders").arg(host)).object();
    QCOMPARE(made[q("arguments")][q("x-queue-type")].toString(), q("quorum"));
    QCOMPARE(made[q("arguments")][q("x-max-length")].toInt(), 5);
    const QJsonObject named = m_broker.manage("GET", q("exchanges/%1/events").arg(host)).object();
    QCOMPARE(named[q("arguments")][q("alternate-exchange")].toString(), q("amq.fanout"));
    QCOMPARE(QombuProgram(call(q("declare-queue|orders|--argument|five"))).exitCode(), 2);
}

// A proxy that answers no more stands for a broker that has stopped.
void tst_AmqpVerbs::saysWhatBecameOfEachLine()
{
    constexpr int Lines = 20000;
    QTemporaryFile file;
    QVERIFY(file.open());
    for (int i = 0; i < Lines; ++i)
        file.write(QByteArray::number(i) + '\n');
    file.flush();
    RUN(queue, q("declare-queue|orders"));
    QombuTest::FaultProxy proxy(m_broker.port());
    QUrl url(m_broker.url());
    url.setPort(proxy.port());
    proxy.endAfter(QombuTest::FaultProxy::ToServer, 100000);
    QombuProgram program({q("--url"), url.toString(QUrl::FullyEncoded), q("--json"), q("publish"),
                          q("--lines"), file.fileName(), q("--queue"), q("orders")});
    QVERIFY(
        QTest::qWaitFor([&] { return proxy.passed(QombuTest::FaultProxy::ToServer) >= 100000; }));
    proxy.refuse();
    QCOMPARE(program.exitCode(), 3);
    QVERIFY2(program.errorText().contains("No message was confirmed for 10 s"),
             program.errorText().constData());
    const QJsonObject tally = program.objects().value(0);
    const int notTried = tally[q("not_tried")].toInt();
    QVERIFY(notTried > 0);
    QCOMPARE(tally[q("published")].toInt() + tally[q("failed")].toInt()
                 + tally[q("in_doubt")].toInt() + notTried,
             Lines);
}

// Only who declares is told that it differs.
void tst_AmqpVerbs::leavesWhatExistsAsItIs()
{
    const QString path = q("queues/%1/fleeting").arg(m_broker.virtualHost());
    m_broker.manage("PUT", path, R"({"durable": false, "arguments": {"x-max-length": 10}})");
    QombuProgram declare(call(q("declare-queue|fleeting")));
    QCOMPARE(declare.exitCode(), 1);
    QVERIFY2(declare.errorText().contains("durable"), declare.errorText().constData());
    RUN(publish, q("publish|1|--queue|fleeting"));
    RUN(consume, q("consume|fleeting|--count|1"));
    RUN(remove, q("delete-queue|fleeting"));
}

QOMBU_TEST(tst_AmqpVerbs)
#include "tst_amqpverbs.moc"
