// SPDX-License-Identifier: BSD-3-Clause
#include "interop/killrun.h"
#include "interop/peers.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <QTest>

using QombuTest::Program;

// Consumers of a RabbitMQ die by SIGKILL while a producer works: nothing is lost.
class tst_KilledOnRabbit : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void losesNothing();

private:
    QList<QJsonObject> rest() const;

    static constexpr int Prefetch = 16;
    QombuTest::RabbitProcess m_broker;
    Peers m_peers{m_broker};
};

void tst_KilledOnRabbit::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

QList<QJsonObject> tst_KilledOnRabbit::rest() const
{
    QombuProgram rest = m_peers.qombu("--timeout|120|consume|q|--idle|4");
    if (rest.exitCode() != 0)
        qWarning() << rest.errorText();
    return rest.objects();
}

// QOMBU_KILLS=1000 for more than fits into a run of all tests.
void tst_KilledOnRabbit::losesNothing()
{
    bool isNumber = false;
    const int wanted = qEnvironmentVariableIntValue("QOMBU_KILLS", &isNumber);
    const int kills = isNumber && wanted > 0 ? wanted : 50;
    const int messages = 400 * kills;
    KillRun run(messages, kills, 20261129u);
    QombuProgram queue = m_peers.qombu("declare-queue|q");
    QCOMPARE(queue.exitCode(), 0);
    run.consumer = [this] {
        return std::unique_ptr<Program>(new QombuProgram(m_peers.qombu("consume|q")));
    };
    run.isEmpty = [] { return false; }; // one that gets nothing is a failure
    run.drain = [this] { return rest(); };
    QombuProgram producer = m_peers.qombu("--timeout|120|publish|--lines|-|--queue|q", run.lines());
    const KillRun::Outcome outcome = run.run(producer);
    qInfo("%d messages, %d kills, %lld lost, %lld duplicates", messages, outcome.kills,
          qint64(outcome.lost), qint64(outcome.duplicates));
    QCOMPARE(producer.exitCode(), 0);
    QCOMPARE(outcome.kills, kills);
    QCOMPARE(outcome.lost, 0);
    QVERIFY2(outcome.duplicates <= qsizetype(kills) * Prefetch, "more came twice than was held");
    QCOMPARE(rest().size(), 0);
}

QOMBU_TEST(tst_KilledOnRabbit)
#include "tst_killedonrabbit.moc"
