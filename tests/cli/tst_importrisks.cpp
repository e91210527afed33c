// SPDX-License-Identifier: BSD-3-Clause
#include "cli/qombuprogram.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <QJsonDocument>
#include <QTest>

// That an import changes nothing for queues that are there unless it is told to. On RabbitMQ.
class tst_ImportRisks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText())); }
    void init();
    void refusesWhatMayDeleteMessages_data();
    void refusesWhatMayDeleteMessages();
    void takesWhatIsThereAsItIs();
    void takesNewPoliciesWhereNoQueueIs();

private:
    QStringList importCall(const char *more = "") const
    {
        return qombuCall(m_broker.managedUrl(),
                         QByteArray(QByteArray("definitions|import|-") + more).constData());
    }
    int ready()
    {
        QombuProgram purge(qombuCall(m_broker.url(), "purge|jobs"));
        return purge.exitCode() == 0 ? purge.objects().value(0)[QLatin1String("removed")].toInt()
                                     : -1;
    }

    QombuTest::RabbitProcess m_broker;
};

namespace {

QByteArray policyFile(const char *name, const char *length)
{
    return QByteArray(R"({"queues":[],"exchanges":[],"bindings":[],"parameters":[],)"
                      R"("policies":[{"name":")")
        + name + R"(","pattern":"^jobs$","apply-to":"queues","definition":{"max-length":)" + length
        + "}}]}";
}

} // namespace

void tst_ImportRisks::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    QombuProgram first(qombuCall(m_broker.managedUrl(), "definitions|import|-"),
                       policyFile("there", "50"));
    QVERIFY2(first.exitCode() == 0, first.errorText().constData());
}

void tst_ImportRisks::refusesWhatMayDeleteMessages_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("named");
    QTest::newRow("new") << policyFile("fresh", "1") << QByteArray("policy \"fresh\" (new)");
    QTest::newRow("differs") << policyFile("there", "1")
                             << QByteArray("policy \"there\" (differs)");
    QTest::newRow("limits") << QByteArray(R"({"queues":[],"exchanges":[],"bindings":[],)"
                                          R"("policies":[],"parameters":[{"name":"limits",)"
                                          R"("component":"vhost-limits",)"
                                          R"("value":{"max-queues":9}}]})")
                            << QByteArray("parameter \"limits\" of vhost-limits (new)");
}
void tst_ImportRisks::refusesWhatMayDeleteMessages()
{
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, named);
    QombuProgram publish(qombuCall(m_broker.url(), "publish|1|--queue|jobs|--declare|--count|3"));
    QCOMPARE(publish.exitCode(), 0);
    QombuProgram refused(importCall(), file);
    QCOMPARE(refused.exitCode(), 4);
    QVERIFY2(refused.errorText().contains(named), refused.errorText().constData());
    QVERIFY2(refused.errorText().contains("--force"), refused.errorText().constData());
    QCOMPARE(ready(), 3);
    QombuProgram forced(importCall("|--force"), file);
    QVERIFY2(forced.exitCode() == 0, forced.errorText().constData());
}

void tst_ImportRisks::takesWhatIsThereAsItIs()
{
    QombuProgram queue(qombuCall(m_broker.url(), "declare-queue|jobs"));
    QCOMPARE(queue.exitCode(), 0);
    QombuProgram exported(qombuCall(m_broker.managedUrl(), "definitions|export"));
    QCOMPARE(exported.exitCode(), 0);
    QombuProgram again(importCall(), exported.lines().join('\n'));
    QVERIFY2(again.exitCode() == 0, again.errorText().constData());
    QombuProgram shorter(importCall(), policyFile("there", "50")); // without a priority
    QVERIFY2(shorter.exitCode() == 0, shorter.errorText().constData());
}

void tst_ImportRisks::takesNewPoliciesWhereNoQueueIs()
{
    QombuProgram fresh(importCall(), policyFile("fresh", "1"));
    QVERIFY2(fresh.exitCode() == 0, fresh.errorText().constData());
    QombuProgram differs(importCall(), policyFile("fresh", "2"));
    QCOMPARE(differs.exitCode(), 4);
}

QOMBU_TEST(tst_ImportRisks)
#include "tst_importrisks.moc"
