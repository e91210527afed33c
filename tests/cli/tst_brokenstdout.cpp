// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QFile>
#include <QTest>

#include <sys/stat.h>

using QombuTest::Program;

// A full disk, or a pipe that nobody reads: told, and nothing is lost by it. On a real Redis.
class tst_BrokenStdout : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void tellsThatNothingCouldBeWritten_data();
    void tellsThatNothingCouldBeWritten();
    void tellsWhatWasDoneAllTheSame();
    void keepsWhatItCouldNotPrint_data();
    void keepsWhatItCouldNotPrint();
    void tellsWhatIsLost();
    void endsWhenNobodyReads();

private:
    // In a shell that leads stdout elsewhere; words are separated by '|'.
    QStringList shell(const char *redirection, const char *words) const
    {
        return QStringList{QStringLiteral("-c"),
                           QStringLiteral("exec \"$0\" \"$@\" ") + QLatin1String(redirection),
                           QStringLiteral(QOMBU_PROGRAM)}
        + call(words);
    }
    QStringList call(const char *words) const { return qombuCall(m_broker.url(), words); }

    const QString m_sh = QStringLiteral("/bin/sh");
    QombuTest::BrokerProcess m_broker;
};

void tst_BrokenStdout::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_BrokenStdout::init()
{
    m_broker.command({"FLUSHALL"});
    RUN(publish, "publish|1|--queue|q|--count|5");
}

void tst_BrokenStdout::tellsThatNothingCouldBeWritten_data()
{
    QTest::addColumn<QByteArray>("words");
    for (const char *words : {"queues", "peek|q", "exchanges|--help", "--help", "--version",
                              "publish|1|--queue|q", "bench|publish|--count|2", "declare-queue|q"})
        QTest::newRow(words) << QByteArray(words);
}

void tst_BrokenStdout::tellsThatNothingCouldBeWritten()
{
    QFETCH(const QByteArray, words);
    for (const char *redirection : {">/dev/full", ">&-"}) {
        Program program(m_sh, shell(redirection, words.constData()));
        QCOMPARE(program.exitCode(), 1);
        QVERIFY2(program.errorText().contains("stdout"), program.errorText().constData());
    }
}

void tst_BrokenStdout::tellsWhatWasDoneAllTheSame()
{
    Program purge(m_sh, shell(">/dev/full", "purge|q"));
    QCOMPARE(purge.exitCode(), 1);
    QVERIFY2(purge.errorText().contains("No space left")
                 && purge.errorText().contains("q: 5 messages removed"),
             purge.errorText().constData());
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 0);
}

void tst_BrokenStdout::keepsWhatItCouldNotPrint_data()
{
    QTest::addColumn<QByteArray>("words");
    for (const char *words :
         {"consume|q", "consume|q|--count|3", "consume|q|--ack|none|--count|3",
          "consume|q|--ack|reject", "consume|q|--ack|hold", "consume|q|--ack|requeue"})
        QTest::newRow(words) << QByteArray(words);
}

void tst_BrokenStdout::keepsWhatItCouldNotPrint()
{
    QFETCH(const QByteArray, words);
    Program consume(m_sh, shell(">/dev/full", words.constData()));
    QCOMPARE(consume.exitCode(), 1);
    QVERIFY2(consume.errorText().contains("stays in its queue"), consume.errorText().constData());
    QCOMPARE(consume.errorText().count("stdout"), 1);
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 5);
}

// Without acknowledgement and without an end the message has left the broker before it is printed.
void tst_BrokenStdout::tellsWhatIsLost()
{
    Program consume(m_sh, shell(">/dev/full", "consume|q|--ack|none"));
    QCOMPARE(consume.exitCode(), 1);
    QVERIFY2(consume.errorText().contains("is lost"), consume.errorText().constData());
    QCOMPARE(m_broker.integer({"LLEN", "q"}), 4); // the others were put back
}

// At once, not with the next message.
void tst_BrokenStdout::endsWhenNobodyReads()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("pipe"));
    QCOMPARE(::mkfifo(QFile::encodeName(path).constData(), 0600), 0);
    const QByteArray redirection = '>' + QFile::encodeName(path);
    QStringList arguments = shell(redirection.constData(), "consume|q");
    arguments.removeAt(arguments.indexOf(QLatin1String("--timeout")) + 1);
    arguments.removeOne(QStringLiteral("--timeout"));
    Program consume(m_sh, arguments);
    QFile pipe(path);
    QVERIFY(pipe.open(QIODevice::ReadOnly | QIODevice::Unbuffered)); // when the shell has it open
    for (int i = 0; i < 5; ++i)
        QVERIFY(!pipe.readLine().isEmpty());
    pipe.close();
    QCOMPARE(consume.exitCode(), 1);
    QVERIFY2(consume.errorText().contains("stdout"), consume.errorText().constData());
    QCOMPARE(m_broker.integer({"DBSIZE"}), 0); // all was read
}

QOMBU_TEST(tst_BrokenStdout)
#include "tst_brokenstdout.moc"
