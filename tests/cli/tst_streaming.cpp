// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

// "publish --lines -" from a pipe: each line is sent when it comes. On a real Redis.
class tst_Streaming : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void sendsEachLineWhenItComes();
    void sendsMoreThanMayBeUnderWay();
    void stopsAtALineThatIsWrong();
    void leavesInTheInputWhatTheBrokerDoesNotTake();
    void finishesWhatItSentWhenInterrupted();

private:
    static QStringList publish(const QString &url)
    {
        return {QStringLiteral("--url"),   url,
                QStringLiteral("publish"), QStringLiteral("--queue"),
                QStringLiteral("q"),       QStringLiteral("--lines"),
                QStringLiteral("-")};
    }
    QStringList publish() const { return publish(m_broker.url()); }
    qint64 length() { return m_broker.integer({"LLEN", "q"}); }

    QombuTest::BrokerProcess m_broker;
};

void tst_Streaming::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_Streaming::init()
{
    m_broker.command({"FLUSHALL"});
}

void tst_Streaming::sendsEachLineWhenItComes()
{
    QombuProgram program(publish(), "1\n", QombuProgram::Open);
    QTRY_COMPARE_WITH_TIMEOUT(length(), 1, 10'000);
    program.write("\"two\"\n3"); // the last one has no end yet
    QTRY_COMPARE_WITH_TIMEOUT(length(), 2, 10'000);
    program.write("3\n");
    QTRY_COMPARE_WITH_TIMEOUT(length(), 3, 10'000);
    program.write("4");
    program.closeInput();
    QVERIFY2(program.exitCode() == 0, program.errorText().constData());
    QombuProgram consume(qombuCall(m_broker.url(), "consume|q|--count|4"));
    QCOMPARE(consume.exitCode(), 0);
    QCOMPARE(consume.objects().value(2).value(QLatin1String("body")).toInt(), 33);
    QCOMPARE(consume.objects().value(3).value(QLatin1String("body")).toInt(), 4);
}

void tst_Streaming::sendsMoreThanMayBeUnderWay()
{
    QByteArray lines;
    for (int i = 0; i < 20'000; ++i)
        lines += QByteArray::number(i) + '\n';
    QombuProgram program(publish(), lines);
    QVERIFY2(program.exitCode() == 0, program.errorText().constData());
    QCOMPARE(length(), 20'000);
    QombuProgram peek(qombuCall(m_broker.url(), "peek|q|--limit|1|--from|tail"));
    QCOMPARE(peek.exitCode(), 0);
    QCOMPARE(peek.objects().value(0).value(QLatin1String("body")).toInt(), 19'999);
}

void tst_Streaming::stopsAtALineThatIsWrong()
{
    QombuProgram program(publish(), "1\n2\noops\n4\n", QombuProgram::Open);
    QCOMPARE(program.exitCode(), 1); // although its input is open
    QVERIFY2(program.errorText().contains("Line 3 is not JSON")
                 && program.errorText().contains("only the lines before it were sent"),
             program.errorText().constData());
    QCOMPARE(length(), 2);
}

// A number of messages is under way, the rest waits in the pipe and with whoever writes.
void tst_Streaming::leavesInTheInputWhatTheBrokerDoesNotTake()
{
    QombuTest::BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    QombuProgram program(publish(broker.url()), "0\n", QombuProgram::Open);
    QTRY_COMPARE_WITH_TIMEOUT(broker.integer({"LLEN", "q"}), 1, 10'000);
    broker.freeze();
    const QByteArray line = '"' + QByteArray(1000, 'x') + "\"\n";
    qint64 accepted = 0;
    while (accepted < 10'000 && program.writeSome(line))
        ++accepted;
    broker.thaw();
    QVERIFY2(accepted >= 1024 && accepted < 5000, qPrintable(QString::number(accepted)));
    program.closeInput();
    QVERIFY2(program.exitCode() == 0, program.errorText().constData());
    QVERIFY(broker.integer({"LLEN", "q"}) >= accepted);
}

void tst_Streaming::finishesWhatItSentWhenInterrupted()
{
    QombuProgram program(publish(), "1\n2\n", QombuProgram::Open);
    QTRY_COMPARE_WITH_TIMEOUT(length(), 2, 10'000);
    program.interrupt();
    QCOMPARE(program.exitCode(), 1);
    QVERIFY2(program.errorText().contains("Interrupted. (2 of 2 messages were confirmed)"),
             program.errorText().constData());
}

QOMBU_TEST(tst_Streaming)
#include "tst_streaming.moc"
