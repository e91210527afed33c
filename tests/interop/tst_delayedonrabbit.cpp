// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;
using QombuTest::Program;

// Delayed messages on one RabbitMQ, by the newest Kombu and Celery and by our program.
class tst_DelayedOnRabbit : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void weDeclareWhatKombuDeclares_data();
    void weDeclareWhatKombuDeclares();
    void weWriteTheKeysThatKombuWrites();
    void theirsFollowOurs();
    void workerRunsOursWhenTheyAreDue();
    void weReadWhatCeleryDelayed();

private:
    QStringList definitions(const QString &part, const QString &prefix);
    QJsonArray listed(const QString &what);
    bool isBound(const QString &source, const QString &destination);
    QString keyIn(const QString &queue);

    QombuTest::RabbitProcess m_broker;
    Peers m_peers{m_broker};
};

#define DONE(program) QVERIFY2((program).exitCode() == 0, (program).errorText().constData())

QJsonArray tst_DelayedOnRabbit::listed(const QString &what)
{
    return m_broker.manage("GET", u"%1/%2?disable_stats=true"_s.arg(what, m_broker.virtualHost()))
        .array();
}

// What is named as Kombu names it, each as the broker exports it.
QStringList tst_DelayedOnRabbit::definitions(const QString &part, const QString &prefix)
{
    const QJsonObject all =
        m_broker.manage("GET", u"definitions/"_s + m_broker.virtualHost()).object();
    const auto isTheirs = [&](const QJsonValue &name) {
        return name.toString().startsWith(prefix + u"celery_delayed_"_s);
    };
    QStringList found;
    for (const QJsonValue &one : all[part].toArray()) {
        const bool isBinding = part == u"bindings";
        if (isBinding ? isTheirs(one[u"source"_s]) && isTheirs(one[u"destination"_s])
                      : isTheirs(one[u"name"_s]))
            found.append(
                QString::fromUtf8(QJsonDocument(one.toObject()).toJson(QJsonDocument::Compact)));
    }
    found.sort();
    return found;
}

bool tst_DelayedOnRabbit::isBound(const QString &source, const QString &destination)
{
    const QJsonArray rows = listed(u"bindings"_s);
    return std::any_of(rows.begin(), rows.end(), [&](const QJsonValue &row) {
        return row[u"source"_s] == source && row[u"destination"_s] == destination;
    });
}

QString tst_DelayedOnRabbit::keyIn(const QString &queue)
{
    const QJsonDocument messages =
        m_broker.manage("POST", u"queues/%1/%2/get"_s.arg(m_broker.virtualHost(), queue),
                        R"({"count": 1, "ackmode": "ack_requeue_false", "encoding": "auto"})");
    return messages[0][u"routing_key"_s].toString();
}

void tst_DelayedOnRabbit::initTestCase()
{
    qputenv("QOMBU_TEST_QUORUM", "tasks");
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    Program version = m_peers.kombu(u"version"_s, {});
    DONE(version);
}

void tst_DelayedOnRabbit::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
}

void tst_DelayedOnRabbit::weDeclareWhatKombuDeclares_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<QString>("queueType");
    QTest::newRow("quorum") << QString() << u"quorum"_s;
    QTest::newRow("classic") << QString() << u"classic"_s;
    QTest::newRow("quorum, prefixed") << u"app"_s << u"quorum"_s;
    QTest::newRow("classic, prefixed") << u"app"_s << u"classic"_s;
}

void tst_DelayedOnRabbit::weDeclareWhatKombuDeclares()
{
    QFETCH(QString, prefix);
    QFETCH(QString, queueType);
    const QString before = prefix.isEmpty() ? QString() : prefix + u'_';
    Program kombu =
        m_peers.kombu(u"delays"_s, {{u"queue_type"_s, queueType}, {u"prefix"_s, prefix}});
    DONE(kombu);
    const QString parts[] = {u"exchanges"_s, u"queues"_s, u"bindings"_s};
    QHash<QString, QStringList> theirs;
    for (const QString &part : parts)
        theirs[part] = definitions(part, before);
    QCOMPARE(theirs[u"exchanges"_s].size(), 29);
    QCOMPARE(theirs[u"queues"_s].size(), 28);
    QCOMPARE(theirs[u"bindings"_s].size(), 56);

    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    QombuProgram publish =
        m_peers.qombu(u"publish|1|--queue|q|--declare|--delay|1s|--option|native_delayed_delivery_"
                      u"prefix=%1|--option|"
                      "native_delayed_delivery_queue_type=%2"_s.arg(prefix, queueType)
                          .toUtf8());
    DONE(publish);
    for (const QString &part : parts)
        QCOMPARE(definitions(part, before), theirs[part]);
}

void tst_DelayedOnRabbit::weWriteTheKeysThatKombuWrites()
{
    const QList<int> delays{100, 86401, (1 << 28) - 1};
    Program kombu = m_peers.kombu(u"delays"_s,
                                  {{u"queue_type"_s, u"quorum"_s},
                                   {u"key"_s, u"a.q"_s},
                                   {u"seconds"_s, QJsonArray{100, 86401, (1 << 28) - 1}}});
    DONE(kombu);
    const QJsonObject keys = kombu.objects().value(0);
    const QStringList queues{u"celery_delayed_6"_s, u"celery_delayed_16"_s, u"celery_delayed_27"_s};
    for (int i = 0; i < delays.size(); ++i) {
        QombuProgram publish = m_peers.qombu("publish|1|--queue|a.q|--declare|--delay|"
                                             + QByteArray::number(delays.at(i)));
        DONE(publish);
        QCOMPARE(publish.objects().value(0)[u"delay_asked"_s].toInt(), delays.at(i));
        const QString key = keyIn(queues.at(i));
        QVERIFY(!key.isEmpty());
        QCOMPARE(key, keys[QString::number(delays.at(i))].toString());
    }
}

// A consumer in Kombu that knows nothing of delays, and one that has bound itself.
void tst_DelayedOnRabbit::theirsFollowOurs()
{
    QombuProgram declare = m_peers.qombu("declare-queue|plain");
    DONE(declare);
    QombuProgram publish = m_peers.qombu("publish|\"later\"|--queue|plain|--delay|1");
    DONE(publish);
    Program consume = m_peers.kombu(u"consume"_s, {{u"queue"_s, u"plain"_s}, {u"count"_s, 1}});
    DONE(consume);
    QCOMPARE(consume.objects().value(0)[u"body"_s].toString(), u"later"_s);
    const QJsonObject bound{{u"queue"_s, u"bound"_s},
                            {u"exchange"_s, u"events"_s},
                            {u"type"_s, u"topic"_s},
                            {u"binding_key"_s, u"order.*"_s},
                            {u"queue_type"_s, u"quorum"_s}};
    Program bind = m_peers.kombu(u"delays"_s, bound);
    DONE(bind);
    QombuProgram once =
        m_peers.qombu("publish|\"once\"|--exchange|events|--type|topic|--routing-key|"
                      "order.new|--delay|1");
    DONE(once);
    QombuProgram last =
        m_peers.qombu("publish|\"last\"|--exchange|events|--type|topic|--routing-key|order.new|"
                      "--delay|2");
    DONE(last);
    QombuProgram ours = m_peers.qombu("consume|bound|--count|2");
    DONE(ours);
    const QList<QJsonObject> came = ours.objects();
    QCOMPARE(came.at(0)[u"body"_s].toString(), u"once"_s);
    QCOMPARE(came.at(1)[u"body"_s].toString(), u"last"_s);
}

// To its queue and to its exchange, which it has bound itself as well: once each.
void tst_DelayedOnRabbit::workerRunsOursWhenTheyAreDue()
{
    QombuProgram results = m_peers.qombu("declare-queue|results");
    DONE(results);
    Program celery = m_peers.celeryWorker();
    QTRY_VERIFY2_WITH_TIMEOUT(isBound(u"celery_delayed_delivery"_s, u"tasks"_s),
                              celery.errorText().constData(), 60000);
    QElapsedTimer time;
    time.start();
    const QByteArray task = "publish|[[2, 3], {}, null]|--header|task=celeryapp.add|--property|"
                            "reply_to=results|--delay|2|--header|id=";
    for (const QByteArray &to :
         {QByteArray("\"one\"|--property|correlation_id=one|--queue|tasks"),
          QByteArray("\"two\"|--property|correlation_id=two|--exchange|tasks|--type|topic|"
                     "--routing-key|tasks")}) {
        QombuProgram publish = m_peers.qombu(task + to);
        DONE(publish);
    }
    QombuProgram consume = m_peers.qombu("consume|results|--count|2|--timeout|60");
    QVERIFY2(consume.exitCode() == 0, celery.errorText().constData());
    QVERIFY(time.elapsed() >= 2000);
    QStringList ids;
    for (const QJsonObject &answer : consume.objects()) {
        QCOMPARE(answer[u"body"_s][u"result"_s].toInt(), 5);
        ids.append(answer[u"properties"_s][u"correlation_id"_s].toString());
    }
    ids.sort();
    QCOMPARE(ids, (QStringList{u"one"_s, u"two"_s}));
    QTRY_COMPARE_WITH_TIMEOUT(celery.errorText().count("succeeded"), 2, 15000);
}

void tst_DelayedOnRabbit::weReadWhatCeleryDelayed()
{
    {
        Program celery = m_peers.celeryWorker();
        QTRY_VERIFY2_WITH_TIMEOUT(isBound(u"celery_delayed_delivery"_s, u"tasks"_s)
                                      && isBound(u"tasks"_s, u"tasks"_s),
                                  celery.errorText().constData(), 60000);
    }
    QElapsedTimer time;
    time.start();
    Program soon = m_peers.celery(u"soon"_s, 2s);
    DONE(soon);
    QombuProgram consume = m_peers.qombu("consume|tasks|--count|1|--timeout|30");
    DONE(consume);
    QVERIFY(time.elapsed() >= 2000);
    QJsonObject message = consume.objects().value(0);
    QCOMPARE(message[u"headers"_s][u"id"_s].toString(), u"soon"_s);
    QVERIFY(!message[u"headers"_s][u"eta"_s].toString().isEmpty());
    QCOMPARE(message[u"delayed"_s][u"seconds"_s].toInt(), 2);
    QCOMPARE(message[u"delayed"_s][u"routing_key"_s].toString(), u"tasks"_s);

    Program late = m_peers.celery(u"late"_s, 100s);
    DONE(late);
    QombuProgram peek = m_peers.qombu("peek|celery_delayed_6|--force");
    DONE(peek);
    message = peek.objects().value(0);
    QCOMPARE(message[u"queue"_s].toString(), u"celery_delayed_6"_s);
    QCOMPARE(message[u"headers"_s][u"id"_s].toString(), u"late"_s);
    QCOMPARE(message[u"delayed"_s][u"seconds"_s].toInt(), 100);
    QCOMPARE(message[u"delayed"_s][u"routing_key"_s].toString(), u"tasks"_s);
}

QOMBU_TEST(tst_DelayedOnRabbit)
#include "tst_delayedonrabbit.moc"
