// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QJsonDocument>
#include <QTest>

using QombuTest::Program;

// A Celery worker and our program share one Redis.
class tst_Celery : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void workerRunsATaskOfOurs();
    void weReadATaskOfCelery();
    void weHearTheWorkersEvents();

private:
    QombuTest::BrokerProcess m_broker;
    Peers m_peers{m_broker};
};

#define DONE(program) QVERIFY2((program).exitCode() == 0, (program).errorText().constData())

void tst_Celery::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_Celery::init()
{
    m_broker.command({"FLUSHALL"});
}

void tst_Celery::workerRunsATaskOfOurs()
{
    Program celery = m_peers.celeryWorker();
    QombuProgram publish = m_peers.qombu("publish|[[2, 3], {}, "
                                         "null]|--queue|celery|--header|task=celeryapp.add|--"
                                         "header|id=\"task-1\"|--property|correlation_id=task-1");
    DONE(publish);
    QTRY_VERIFY2_WITH_TIMEOUT(m_broker.text({"GET", "celery-task-meta-task-1"}).contains("SUCCESS"),
                              celery.errorText().constData(), 60000);
    const QJsonObject result =
        QJsonDocument::fromJson(m_broker.text({"GET", "celery-task-meta-task-1"})).object();
    QCOMPARE(result.value(QLatin1String("result")).toInt(), 5);
    QTRY_COMPARE_WITH_TIMEOUT(m_broker.integer({"HLEN", "unacked"}), 0, 20000);
}

void tst_Celery::weReadATaskOfCelery()
{
    Program send = m_peers.celery(QStringLiteral("task-2"));
    DONE(send);
    QombuProgram consume = m_peers.qombu("consume|celery|--count|1");
    DONE(consume);
    const QJsonObject message = consume.objects().value(0);
    const QJsonObject headers = message.value(QLatin1String("headers")).toObject();
    QCOMPARE(headers.value(QLatin1String("task")).toString(), QStringLiteral("celeryapp.add"));
    QCOMPARE(headers.value(QLatin1String("id")).toString(), QStringLiteral("task-2"));
    QCOMPARE(headers.value(QLatin1String("who")).toString(), QStringLiteral("celery"));
    QCOMPARE(message.value(QLatin1String("body")).toArray().at(0).toArray(), (QJsonArray{2, 3}));
    QCOMPARE(message.value(QLatin1String("properties"))
                 .toObject()
                 .value(QLatin1String("correlation_id"))
                 .toString(),
             QStringLiteral("task-2"));
}

void tst_Celery::weHearTheWorkersEvents()
{
    QombuProgram listen = m_peers.qombu(
        "consume|celeryev.test|--exchange|celeryev|--type|fanout|--binding-key|#|--ack|none");
    QTRY_COMPARE_WITH_TIMEOUT(m_broker.integer({"PUBSUB", "NUMPAT"}), 1, 20000);
    Program celery = m_peers.celeryWorker();
    Program send = m_peers.celery(QStringLiteral("task-3"));
    DONE(send);
    const auto types = [&listen] {
        QSet<QString> found;
        for (const QJsonObject &line : listen.objects()) {
            const QJsonValue body =
                line.value(QLatin1String("body")); // one event, or an array of them
            const QJsonArray events = body.isArray() ? body.toArray() : QJsonArray{body};
            for (const QJsonValue &event : events)
                found.insert(event.toObject().value(QLatin1String("type")).toString());
        }
        return found;
    };
    const QSet<QString> wanted{QStringLiteral("worker-online"), QStringLiteral("task-received"),
                               QStringLiteral("task-succeeded")};
    QTRY_VERIFY2_WITH_TIMEOUT(types().contains(wanted),
                              QByteArray(celery.errorText() + listen.errorText()).constData(),
                              60000);
}

QOMBU_TEST(tst_Celery)
#include "tst_celery.moc"
