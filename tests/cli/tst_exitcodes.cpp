// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

// What is called a success, and what is not, on a real Redis.
class tst_ExitCodes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void tellsWhatIsNotThere_data();
    void tellsWhatIsNotThere();
    void removesWhatIsThereAndEmpty();
    void removesWhereItMayNotLook();
    void removesBindingsWithoutAWordOfHeldMessages();
    void tellsWhereEmptyQueuesAreNotKept();
    void tellsThatTooFewCame_data();
    void tellsThatTooFewCame();
    void tellsOnceWhatItMayNotSettle();

private:
    QStringList call(const char *words) const { return qombuCall(m_broker.url(), words); }

    QombuTest::BrokerProcess m_broker;
};

void tst_ExitCodes::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_ExitCodes::init()
{
    m_broker.command({"FLUSHALL"});
}

void tst_ExitCodes::tellsWhatIsNotThere_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *words, const char *text) {
        QTest::newRow(words) << QByteArray(words) << QByteArray(text);
    };
    row("delete-queue|ordesr", "There is no queue \"ordesr\"");
    row("delete-queue|ordesr|--if-empty", "There is no queue \"ordesr\"");
    row("purge|nope", "There is no queue \"nope\"");
    row("delete-exchange|evnets", "There is no exchange \"evnets\"");
    row("unbind|q|--exchange|nowhere", "q is not bound to nowhere");
    row("unbind|q|--exchange|events|--routing-key|b", "q is not bound to events");
    row("unbind|q|--exchange|events|--routing-key|b|--type|topic", "q is not bound to events");
    row("unbind|r|--exchange|events|--routing-key|a", "r is not bound to events");
}

void tst_ExitCodes::tellsWhatIsNotThere()
{
    QFETCH(const QByteArray, words);
    QFETCH(const QByteArray, text);
    RUN(bind, "bind|q|--exchange|events|--routing-key|a|--type|topic");
    QombuProgram program(call(words.constData()));
    QCOMPARE(program.exitCode(), 5);
    QVERIFY2(program.errorText().contains(text), program.errorText().constData());
    QCOMPARE(program.lines(), QByteArrayList());
    QCOMPARE(m_broker.integer({"SCARD", "_kombu.binding.events"}), 1);
}

void tst_ExitCodes::removesWhatIsThereAndEmpty()
{
    RUN(bind, "bind|q|--exchange|events|--routing-key|a|--type|topic");
    RUN(purge, "purge|q");
    QCOMPARE(purge.objects().value(0).value(QLatin1String("removed")).toInt(-1), 0);
    RUN(remove, "delete-queue|q");
    QCOMPARE(m_broker.integer({"EXISTS", "_kombu.binding.events"}), 0);
    RUN(again, "bind|q|--exchange|events|--routing-key|a|--type|topic");
    RUN(unbind, "unbind|q|--exchange|events|--routing-key|a|--type|topic");
    RUN(once, "bind|q|--exchange|events|--routing-key|a|--type|topic");
    RUN(removeExchange, "delete-exchange|events");
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0);
}

// What cannot be looked for is not said to be absent.
void tst_ExitCodes::removesWhereItMayNotLook()
{
    m_broker.command(
        {"ACL", "SETUSER", "noscan", "reset", "on", ">x", "+@all", "-scan", "~*", "&*"});
    const QString url = m_broker.url().replace(QLatin1String("://"), QLatin1String("://noscan:x@"));
    QombuProgram purge(qombuCall(url, "purge|q"));
    QVERIFY2(purge.exitCode() == 0, purge.errorText().constData());
}

// Which the permissions that the documentation names for a program do not let it count.
void tst_ExitCodes::removesBindingsWithoutAWordOfHeldMessages()
{
    m_broker.command({"ACL", "SETUSER", "app", "reset", "on", ">x", "+@all", "-hkeys", "~*", "&*"});
    const QString url = m_broker.url().replace(QLatin1String("://"), QLatin1String("://app:x@"));
    m_broker.command({"HSET", "unacked", "1", "[{},\"\",\"q\"]"});
    for (const char *words : {"bind|q|--exchange|e", "unbind|q|--exchange|e", "bind|q|--exchange|e",
                              "delete-exchange|e"}) {
        QombuProgram program(qombuCall(url, words));
        QVERIFY2(program.exitCode() == 0, program.errorText().constData());
        QCOMPARE(program.errorText(), QByteArray());
    }
}

void tst_ExitCodes::tellsWhereEmptyQueuesAreNotKept()
{
    RUN(declare, "declare-queue|q");
    QCOMPARE(declare.objects().value(0).value(QLatin1String("messages")).toInt(-1), 0);
    QVERIFY2(declare.errorText().contains("keeps no empty queues: q is listed once"),
             declare.errorText().constData());
    RUN(bind, "bind|q|--exchange|events|--routing-key|a|--type|topic");
    RUN(bound, "declare-queue|q");
    QCOMPARE(bound.errorText(), QByteArray());
    RUN(queues, "queues");
    QCOMPARE(queues.objects().value(0).value(QLatin1String("queue")).toString(),
             QStringLiteral("q"));
}

void tst_ExitCodes::tellsThatTooFewCame_data()
{
    QTest::addColumn<QByteArray>("end");
    QTest::newRow("silence") << QByteArray("|--idle|0.3");
    QTest::newRow("the deadline") << QByteArray("|--timeout|1");
    QTest::newRow("interruption") << QByteArray();
}

void tst_ExitCodes::tellsThatTooFewCame()
{
    QFETCH(const QByteArray, end);
    RUN(publish, "publish|1|--queue|q|--count|5");
    QombuProgram consume(call(QByteArray("consume|q|--count|10" + end).constData()));
    QVERIFY2(consume.waitForLines(5), consume.errorText().constData());
    if (end.isEmpty())
        consume.interrupt();
    QCOMPARE(consume.exitCode(), 5);
    QVERIFY2(consume.errorText().contains("Only 5 of 10"), consume.errorText().constData());
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0); // what was printed is settled all the same
}

void tst_ExitCodes::tellsOnceWhatItMayNotSettle()
{
    m_broker.command(
        {"ACL", "SETUSER", "nohdel", "reset", "on", ">x", "+@all", "-hdel", "~*", "&*"});
    RUN(publish, "publish|1|--queue|q|--count|3");
    const QString url = m_broker.url().replace(QLatin1String("://"), QLatin1String("://nohdel:x@"));
    QombuProgram consume(qombuCall(url, "consume|q|--count|3"));
    QCOMPARE(consume.exitCode(), 1);
    QCOMPARE(consume.errorText().count("of q that are still unacknowledged: 3"), 1);
}

QOMBU_TEST(tst_ExitCodes)
#include "tst_exitcodes.moc"
