// SPDX-License-Identifier: BSD-3-Clause
#include "interop/killrun.h"
#include "interop/peers.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

using QombuTest::Program;

// Consumers die by SIGKILL at random points while a producer works: nothing is lost by ours.
class tst_KilledConsumers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void losesNothing_data();
    void losesNothing();

private:
    // Of numbered messages in queue q.
    KillRun::Outcome run(const std::function<std::unique_ptr<Program>()> &consumer,
                         const std::function<QList<QJsonObject>()> &drain, quint32 seed);

    static constexpr int Messages = 20000;
    static constexpr int Kills = 25;
    static constexpr int Prefetch = 16;
    QombuTest::BrokerProcess m_broker;
    Peers m_peers{m_broker};
};

void tst_KilledConsumers::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

KillRun::Outcome tst_KilledConsumers::run(const std::function<std::unique_ptr<Program>()> &consumer,
                                          const std::function<QList<QJsonObject>()> &drain,
                                          quint32 seed)
{
    m_broker.command({"FLUSHALL"});
    KillRun run(Messages, Kills, seed);
    run.consumer = consumer;
    run.isEmpty = [this] { return m_broker.integer({"LLEN", "q"}) == 0; };
    run.drain = drain;
    QombuProgram producer = m_peers.qombu("publish|--lines|-|--queue|q", run.lines());
    return run.run(producer);
}

void tst_KilledConsumers::losesNothing_data()
{
    QTest::addColumn<quint32>("seed");
    QTest::newRow("first seed") << 20261121u;
    QTest::newRow("second seed") << 7u;
}

void tst_KilledConsumers::losesNothing()
{
    QFETCH(const quint32, seed);
    const KillRun::Outcome ours = run(
        [this] { return std::unique_ptr<Program>(new QombuProgram(m_peers.qombu("consume|q"))); },
        [this] {
            QombuProgram rest =
                m_peers.qombu("--timeout|120|--option|visibility_timeout=1|--option|unacked_"
                              "restore_interval=0.5|consume|q|--idle|4");
            if (rest.exitCode() != 0)
                qWarning() << rest.errorText();
            return rest.objects();
        },
        seed);
    qInfo("ours: %d kills, %lld lost, %lld duplicates", ours.kills, qint64(ours.lost),
          qint64(ours.duplicates));
    QCOMPARE(ours.kills, Kills);
    QCOMPARE(ours.lost, 0);
    QVERIFY2(ours.duplicates <= qsizetype(ours.kills) * Prefetch, "more came twice than was held");
    QCOMPARE(m_broker.integer({"HLEN", "unacked"}), 0);
    QCOMPARE(m_broker.integer({"ZCARD", "unacked_index"}), 0);

    // Kombu beside it, in the same run: told, not judged.
    const QJsonObject forever{{QStringLiteral("queue"), QStringLiteral("q")},
                              {QStringLiteral("count"), Messages},
                              {QStringLiteral("timeout"), 120}};
    const KillRun::Outcome kombu = run(
        [&] {
            return std::unique_ptr<Program>(
                new Program(m_peers.kombu(QStringLiteral("consume"), forever)));
        },
        [this] {
            Program restore =
                m_peers.kombu(QStringLiteral("restore"),
                              {{QStringLiteral("options"),
                                QJsonObject{{QStringLiteral("visibility_timeout"), 0}}}});
            restore.exitCode();
            QombuProgram rest = m_peers.qombu("consume|q|--idle|2");
            rest.exitCode();
            return rest.objects();
        },
        seed);
    qInfo("Kombu: %d kills, %lld lost, %lld duplicates", kombu.kills, qint64(kombu.lost),
          qint64(kombu.duplicates));
}

QOMBU_TEST(tst_KilledConsumers)
#include "tst_killedconsumers.moc"
