// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTest>

// How long the program waits for a broker that is not there, or does not answer, and what it says.
class tst_Deadlines : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tellsAtOnceWhatItWaitsFor_data();
    void tellsAtOnceWhatItWaitsFor();
    void endsIdlingWithoutABroker();
    void endsInTimeWhenTheBrokerIsSilent_data();
    void endsInTimeWhenTheBrokerIsSilent();

private:
    static QString nobody();
};

QString tst_Deadlines::nobody()
{
    QTcpServer holder; // finds a port that nobody listens on
    return holder.listen(QHostAddress::LocalHost)
        ? QStringLiteral("redis://127.0.0.1:%1").arg(holder.serverPort())
        : QString();
}

void tst_Deadlines::tellsAtOnceWhatItWaitsFor_data()
{
    QTest::addColumn<QByteArray>("words");
    for (const char *words : {"queues", "consume|q", "publish|1|--queue|q"})
        QTest::newRow(words) << QByteArray(words);
}

void tst_Deadlines::tellsAtOnceWhatItWaitsFor()
{
    QFETCH(const QByteArray, words);
    const QString url = nobody();
    QombuProgram program(qombuCall(url, words.constData())); // which has 20 s
    QElapsedTimer clock;
    clock.start();
    QVERIFY(program.waitForError("next try in"));
    QVERIFY2(clock.elapsed() < 10'000, qPrintable(QString::number(clock.elapsed())));
    QVERIFY2(program.errorText().contains("refused") && program.errorText().contains(url.toUtf8()),
             program.errorText().constData());
    program.interrupt();
    QVERIFY(program.exitCode() >= 0);
    QCOMPARE(program.errorText().count("next try in"), 1); // the others would say the same
}

void tst_Deadlines::endsIdlingWithoutABroker()
{
    QElapsedTimer clock;
    clock.start();
    QombuProgram consume({QStringLiteral("--url"), nobody(), QStringLiteral("consume"),
                          QStringLiteral("q"), QStringLiteral("--idle"), QStringLiteral("1.5")});
    QCOMPARE(consume.exitCode(), 3);
    const qint64 took = clock.elapsed();
    QVERIFY2(took >= 1500 && took < 4000, qPrintable(QString::number(took))); // was 5000
    QVERIFY2(consume.errorText().contains("Could not reach"), consume.errorText().constData());
}

void tst_Deadlines::endsInTimeWhenTheBrokerIsSilent_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("holding") << QByteArray("consume|q|--ack|hold");
    QTest::newRow("counting") << QByteArray("consume|q|--count|5");
}

// Closing takes its time out of the same deadline.
void tst_Deadlines::endsInTimeWhenTheBrokerIsSilent()
{
    QFETCH(const QByteArray, words);
    QombuTest::BrokerProcess broker;
    QVERIFY2(broker.start(), qPrintable(broker.errorText()));
    QombuProgram publish(qombuCall(broker.url(), "publish|1|--queue|q"));
    QCOMPARE(publish.exitCode(), 0);
    QStringList arguments = qombuCall(broker.url(), words.constData());
    arguments[arguments.indexOf(QLatin1String("--timeout")) + 1] = QStringLiteral("3");
    QElapsedTimer clock;
    clock.start();
    QombuProgram consume(arguments);
    QVERIFY2(consume.waitForLines(1), consume.errorText().constData());
    broker.freeze();
    const int code = consume.exitCode();
    const qint64 took = clock.elapsed();
    broker.thaw();
    QCOMPARE(code, 3);
    QVERIFY2(took < 4500, qPrintable(QString::number(took))); // was 6000
    QVERIFY2(consume.errorText().contains("in time"), consume.errorText().constData());
}

QOMBU_TEST(tst_Deadlines)
#include "tst_deadlines.moc"
