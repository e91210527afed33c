// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
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
    struct Outcome
    {
        int kills = 0;
        qsizetype lost = 0;
        qsizetype duplicates = 0;
    };
    using Start = std::function<std::unique_ptr<Program>()>;
    Outcome run(const Start &consumer, const std::function<QList<QJsonObject>()> &drain);

    static constexpr int Messages = 20000;
    static constexpr int Kills = 25;
    static constexpr int Prefetch = 16;
    QombuTest::BrokerProcess m_broker;
    Peers m_peers{m_broker};
    QRandomGenerator m_random;
};

void tst_KilledConsumers::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

tst_KilledConsumers::Outcome tst_KilledConsumers::run(
    const Start &consumer, const std::function<QList<QJsonObject>()> &drain)
{
    m_broker.command({"FLUSHALL"});
    QByteArray lines;
    for (int i = 0; i < Messages; ++i)
        lines += QByteArray::number(i) + '\n';
    QombuProgram producer = m_peers.qombu("publish|--lines|-|--queue|q", lines);

    Outcome outcome;
    QHash<int, int> seen;
    const auto count = [&seen](const QList<QJsonObject> &objects) {
        for (const QJsonObject &object : objects) {
            if (object.contains(QLatin1String("body")))
                ++seen[object.value(QLatin1String("body")).toInt()];
        }
    };
    while (outcome.kills < Kills) {
        auto victim = consumer();
        // A random number of messages after its first one, so that it dies in the middle of work.
        if (!victim->waitForLines(1 + m_random.bounded(400))
            && m_broker.integer({"LLEN", "q"}) == 0)
            break;
        victim->kill();
        ++outcome.kills;
        count(victim->objects());
    }
    if (producer.exitCode() != 0)
        qWarning() << producer.errorText();
    count(drain());
    outcome.lost = Messages - seen.size();
    for (const int times : seen)
        outcome.duplicates += times - 1;
    return outcome;
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
    m_random.seed(seed);
    const Outcome ours = run(
        [this] { return std::unique_ptr<Program>(new QombuProgram(m_peers.qombu("consume|q"))); },
        [this] {
            QombuProgram rest =
                m_peers.qombu("--timeout|120|--option|visibility_timeout=1|--option|unacked_"
                              "restore_interval=0.5|consume|q|--idle|4");
            if (rest.exitCode() != 0)
                qWarning() << rest.errorText();
            return rest.objects();
        });
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
    const Outcome kombu = run(
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
        });
    qInfo("Kombu: %d kills, %lld lost, %lld duplicates", kombu.kills, qint64(kombu.lost),
          qint64(kombu.duplicates));
}

QOMBU_TEST(tst_KilledConsumers)
#include "tst_killedconsumers.moc"
