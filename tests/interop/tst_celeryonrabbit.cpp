// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <QTest>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using QombuTest::Program;

// A Celery worker and our program share one RabbitMQ.
class tst_CeleryOnRabbit : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void workerRunsATaskOfOurs();
    void weReadATaskOfCelery();
    void weHearTheWorkersEvents();
    void workerAnswersOurPing();

private:
    bool hasQueue(const QString &ending);

    QombuTest::RabbitProcess m_broker;
    Peers m_peers{m_broker};
};

#define DONE(program) QVERIFY2((program).exitCode() == 0, (program).errorText().constData())

bool tst_CeleryOnRabbit::hasQueue(const QString &ending)
{
    const QString path = u"queues/%1?disable_stats=true"_s;
    const QJsonArray rows = m_broker.manage("GET", path.arg(m_broker.virtualHost())).array();
    return std::any_of(rows.begin(), rows.end(), [&](const QJsonValue &row) {
        return row[u"name"_s].toString().endsWith(ending);
    });
}

void tst_CeleryOnRabbit::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_CeleryOnRabbit::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
}

void tst_CeleryOnRabbit::workerRunsATaskOfOurs()
{
    QombuProgram results = m_peers.qombu("declare-queue|results");
    DONE(results);
    Program celery = m_peers.celeryWorker();
    QombuProgram publish = m_peers.qombu(
        "publish|[[2, 3], {}, null]|--queue|celery|--declare|--header|task=celeryapp.add|--header|"
        "id=\"task-1\"|--property|correlation_id=task-1|--property|reply_to=results");
    DONE(publish);
    QombuProgram consume = m_peers.qombu("consume|results|--count|1|--timeout|60");
    QVERIFY2(consume.exitCode() == 0, celery.errorText().constData());
    const QJsonObject answer = consume.objects().value(0);
    QCOMPARE(answer[u"body"_s][u"result"_s].toInt(), 5);
    QCOMPARE(answer[u"body"_s][u"status"_s].toString(), u"SUCCESS"_s);
    QCOMPARE(answer[u"properties"_s][u"correlation_id"_s].toString(), u"task-1"_s);
}

void tst_CeleryOnRabbit::weReadATaskOfCelery()
{
    Program send = m_peers.celery(u"task-2"_s);
    DONE(send);
    QombuProgram consume = m_peers.qombu("consume|celery|--count|1");
    DONE(consume);
    const QJsonObject message = consume.objects().value(0);
    QCOMPARE(message[u"headers"_s][u"task"_s].toString(), u"celeryapp.add"_s);
    QCOMPARE(message[u"headers"_s][u"id"_s].toString(), u"task-2"_s);
    QCOMPARE(message[u"headers"_s][u"who"_s].toString(), u"celery"_s);
    QCOMPARE(message[u"body"_s][0].toArray(), (QJsonArray{2, 3}));
    QCOMPARE(message[u"properties"_s][u"correlation_id"_s].toString(), u"task-2"_s);
}

void tst_CeleryOnRabbit::weHearTheWorkersEvents()
{
    QombuProgram listen = m_peers.qombu(
        "consume|celeryev.test|--exchange|celeryev|--type|topic|--binding-key|#|--ack|none");
    QTRY_VERIFY_WITH_TIMEOUT(hasQueue(u"celeryev.test"_s), 20000);
    Program celery = m_peers.celeryWorker();
    Program send = m_peers.celery(u"task-3"_s);
    DONE(send);
    const auto types = [&listen] {
        QSet<QString> found;
        for (const QJsonObject &line : listen.objects()) {
            const QJsonValue body = line[u"body"_s]; // one event, or an array of them
            const QJsonArray events = body.isArray() ? body.toArray() : QJsonArray{body};
            for (const QJsonValue &event : events)
                found.insert(event[u"type"_s].toString());
        }
        return found;
    };
    const QSet<QString> wanted{u"worker-online"_s, u"task-received"_s, u"task-succeeded"_s};
    QTRY_VERIFY2_WITH_TIMEOUT(types().contains(wanted),
                              QByteArray(celery.errorText() + listen.errorText()).constData(),
                              60000);
}

// Both exchanges are Celery's and differ from what we would declare: they are used as they are.
void tst_CeleryOnRabbit::workerAnswersOurPing()
{
    m_broker.manage("PUT", u"exchanges/%1/reply.celery.pidbox"_s.arg(m_broker.virtualHost()),
                    R"({"type": "direct", "durable": false})");
    QombuProgram replies = m_peers.qombu("declare-queue|replies");
    DONE(replies);
    QombuProgram bind =
        m_peers.qombu("bind|replies|--exchange|reply.celery.pidbox|--routing-key|me");
    DONE(bind);
    Program celery = m_peers.celeryWorker();
    QTRY_VERIFY2_WITH_TIMEOUT(hasQueue(u".celery.pidbox"_s), celery.errorText().constData(), 60000);
    QombuProgram ping = m_peers.qombu(
        "publish|{\"method\": \"ping\", \"arguments\": {}, \"destination\": null, \"pattern\": "
        "null, \"matcher\": null, \"ticket\": \"t\", \"reply_to\": {\"exchange\": "
        "\"reply.celery.pidbox\", \"routing_key\": "
        "\"me\"}}|--exchange|celery.pidbox|--type|fanout");
    DONE(ping);
    QombuProgram consume = m_peers.qombu("consume|replies|--count|1|--timeout|60");
    QVERIFY2(consume.exitCode() == 0, celery.errorText().constData());
    const QJsonObject answers = consume.objects().value(0)[u"body"_s].toObject();
    QCOMPARE(answers.size(), 1);
    QCOMPARE(answers.begin().value()[u"ok"_s].toString(), u"pong"_s);
}

QOMBU_TEST(tst_CeleryOnRabbit)
#include "tst_celeryonrabbit.moc"
