// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

// "consume --ack requeue" on a real Redis: puts back what it prints, and knows when it is through.
class tst_RequeueRound : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void goesRoundOnceByRequeueing();
    void goesRoundEveryQueueOnce();
    void tellsWhatItsRoundDidNotReach();
    void endsWhenAnotherConsumerTookTheFirst();
    void waitsForTheFirstMessage();
    void endsWithWhatItCannotDecode();
    void requeuesAsOftenAsAsked();

private:
    QStringList call(const char *words) const { return qombuCall(m_broker.url(), words); }

    QombuTest::BrokerProcess m_broker;
};

void tst_RequeueRound::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_RequeueRound::init()
{
    m_broker.command({"FLUSHALL"});
}

void tst_RequeueRound::goesRoundOnceByRequeueing()
{
    QombuProgram publish(call("publish|--lines|-|--queue|q"), "1\n2\n3\n4\n5\n");
    QCOMPARE(publish.exitCode(), 0);
    for (const char *prefetch : {"16", "2", "1"}) { // from the second time on all are redelivered
        QombuProgram round(call("consume|q|--ack|requeue|--prefetch")
                           << QString::fromLatin1(prefetch));
        QVERIFY2(round.exitCode() == 0, round.errorText().constData());
        QCOMPARE(round.lines().size(), 5);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(round.objects().value(i).value(QLatin1String("body")).toInt(), i + 1);
        QVERIFY2(round.errorText().contains("Went round q once")
                     && !round.errorText().contains("not reached"),
                 round.errorText().constData());
        QCOMPARE(m_broker.integer({"LLEN", "q"}), 5);
        QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 0);
    }
}

void tst_RequeueRound::goesRoundEveryQueueOnce()
{
    RUN(bindLong, "bind|long|--exchange|news|--routing-key|new|--type|direct");
    RUN(bindShort, "bind|short|--exchange|news|--routing-key|new|--type|direct");
    RUN(both, "publish|1|--exchange|news|--routing-key|new"); // one tag in two queues
    RUN(fill, "publish|2|--queue|long|--count|200");
    RUN(round, "consume|short|empty|long|short|--ack|requeue|--prefetch|3");
    QCOMPARE(round.lines().size(), 202);
    QVERIFY2(round.errorText().contains("Went round short once")
                 && round.errorText().contains("Went round long once")
                 && !round.errorText().contains("empty"),
             round.errorText().constData());
    QCOMPARE(m_broker.integer({"LLEN", "short"}), 1);
    QCOMPARE(m_broker.integer({"LLEN", "long"}), 201);
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 0);
}

void tst_RequeueRound::tellsWhatItsRoundDidNotReach()
{
    RUN(urgent, "publish|\"urgent\"|--queue|q|--priority|0|--count|2");
    RUN(later, "publish|\"later\"|--queue|q|--priority|9|--count|3");
    RUN(round, "consume|q|--ack|requeue|--prefetch|1");
    QCOMPARE(round.lines().size(), 2); // the others would need the urgent ones to be gone
    QVERIFY2(round.errorText().contains("not reached: 3. They are less urgent"),
             round.errorText().constData());
    RUN(all, "consume|q|--count|5");
    QCOMPARE(all.objects().value(1).value(QLatin1String("body")).toString(),
             QStringLiteral("urgent"));
}

void tst_RequeueRound::endsWhenAnotherConsumerTookTheFirst()
{
    RUN(first, "publish|\"first\"|--queue|q");
    RUN(rest, "publish|2|--queue|q|--count|3000");
    QombuProgram round(call("consume|q|--ack|requeue|--prefetch|1"));
    QVERIFY2(round.waitForLines(2), round.errorText().constData()); // the first one is back
    bool isTaken = false;
    const auto takeFirst = [&] {
        for (const QByteArray &envelope : m_broker.texts({"LRANGE", "q", "0", "-1"})) {
            if (envelope.contains(QByteArray("\"first\"").toBase64()))
                isTaken = m_broker.integer({"LREM", "q", "1", envelope}) == 1;
        }
        return isTaken;
    };
    QTRY_VERIFY(takeFirst());
    QVERIFY2(round.exitCode() == 0, round.errorText().constData());
    QVERIFY2(round.errorText().contains("Went round q once"), round.errorText().constData());
    QCOMPARE(round.lines().size(), 3001);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 3000);
}

void tst_RequeueRound::waitsForTheFirstMessage()
{
    QombuProgram round(call("consume|q|r|--ack|requeue"));
    RUN(publish, "publish|7|--queue|r");
    QVERIFY2(round.exitCode() == 0, round.errorText().constData());
    QCOMPARE(round.lines().size(), 1);
    QCOMPARE(m_broker.integer({"LLEN", "r"}), 1);
}

void tst_RequeueRound::endsWithWhatItCannotDecode()
{
    RUN(pickle,
        "publish|gASVHg|--queue|q|--serializer|raw|--content-type|application/x-python-serialize");
    RUN(publish, "publish|7|--queue|q");
    for (const char *prefetch : {"16", "1"}) {
        QombuProgram round(call("consume|q|--ack|requeue|--prefetch")
                           << QString::fromLatin1(prefetch));
        QVERIFY2(round.exitCode() == 0, round.errorText().constData());
        QCOMPARE(round.lines().size(), 2);
        QVERIFY(round.objects().value(0).contains(QLatin1String("error")));
        QCOMPARE(m_broker.integer({"LLEN", "q"}), 2);
    }
}

void tst_RequeueRound::requeuesAsOftenAsAsked()
{
    RUN(publish, "publish|1|--queue|q|--count|2");
    RUN(requeue, "consume|q|--ack|requeue|--count|7|--prefetch|1");
    QCOMPARE(requeue.lines().size(), 7);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 2);
}

QOMBU_TEST(tst_RequeueRound)
#include "tst_requeueround.moc"
