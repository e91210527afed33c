// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/redis/rediskeys.h"
#include "transports/redis/redisoptions.h"

#include <QTest>

using namespace Qombu::Redis;

namespace {

RedisOptions options(const QByteArray &keyPrefix = {}, const QByteArray &fanoutPrefix = "/0.")
{
    RedisOptions result;
    result.keyPrefix = keyPrefix;
    result.fanoutPrefix = fanoutPrefix;
    return result;
}

} // namespace

class tst_RedisKeys : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void namesTheListOfAPriority_data();
    void namesTheListOfAPriority();
    void putsThePrefixBeforeEveryKey();
    void findsTheQueueOfAList_data();
    void findsTheQueueOfAList();
    void tellsQueuesFromOtherLists_data();
    void tellsQueuesFromOtherLists();
    void namesBroadcastChannels_data();
    void namesBroadcastChannels();
    void takesGlobCharactersLiterally();
    void refusesQueueNamesWithTheSeparator();
    void refusesNamesOfKeysThatAreNoQueues();
};

void tst_RedisKeys::namesTheListOfAPriority_data() // the first of each bucket names it
{
    QTest::addColumn<int>("priority");
    QTest::addColumn<QByteArray>("list");
    for (int priority : {-1, 0, 1, 2})
        QTest::addRow("%d", priority) << priority << QByteArray("q1");
    for (int priority : {3, 4, 5})
        QTest::addRow("%d", priority) << priority
                                      << QByteArray("q1\x06\x16"
                                                    "3");
    for (int priority : {6, 7, 8})
        QTest::addRow("%d", priority) << priority
                                      << QByteArray("q1\x06\x16"
                                                    "6");
    for (int priority : {9, 10, 1000})
        QTest::addRow("%d", priority) << priority
                                      << QByteArray("q1\x06\x16"
                                                    "9");
}

void tst_RedisKeys::namesTheListOfAPriority()
{
    QFETCH(int, priority);
    const RedisKeys keys(options());
    QTEST(keys.list(QStringLiteral("q1"), keys.bucket(priority)), "list");
}

void tst_RedisKeys::putsThePrefixBeforeEveryKey()
{
    const RedisKeys keys(options("gp:"));
    QCOMPARE(keys.lists(QStringLiteral("Q")),
             (std::vector<QByteArray>{"gp:Q",
                                      "gp:Q\x06\x16"
                                      "3",
                                      "gp:Q\x06\x16"
                                      "6",
                                      "gp:Q\x06\x16"
                                      "9"}));
    QCOMPARE(keys.binding(QStringLiteral("e")), "gp:_kombu.binding.e");
    QCOMPARE(keys.unacked(), "gp:unacked");
    QCOMPARE(keys.unackedIndex(), "gp:unacked_index");
    QCOMPARE(keys.quarantine(QStringLiteral("Q")), "gp:_qombu.quarantine.Q");
    QCOMPARE(keys.own("alive.x"), "gp:_qombu.alive.x");
    QCOMPARE(keys.channel(QStringLiteral("fe"), QString()), "gp:/0.fe");

    QCOMPARE(keys.parseBinding("gp:_kombu.binding.e").value_or(QString()), QStringLiteral("e"));
    QCOMPARE(keys.parseQuarantine("gp:_qombu.quarantine.Q").value_or(QString()),
             QStringLiteral("Q"));
    QVERIFY(!keys.parseBinding("_kombu.binding.e"));
    QVERIFY(!keys.parseList("Q"));
}

void tst_RedisKeys::findsTheQueueOfAList_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QString>("queue");
    QTest::addColumn<int>("bucket");
    QTest::newRow("bucket 0") << QByteArray("q") << QStringLiteral("q") << 0;
    QTest::newRow("bucket 6") << QByteArray("q\x06\x16"
                                            "6")
                              << QStringLiteral("q") << 6;
    QTest::newRow("another program's step") << QByteArray("q\x06\x16"
                                                          "5")
                                            << QStringLiteral("q") << 5;
    QTest::newRow("no number behind the separator")
        << QByteArray("q\x06\x16x") << QStringLiteral("q\x06\x16x") << 0;
    QTest::newRow("not ASCII") << QByteArray("\xc3\xa9") << QStringLiteral(u"\u00e9") << 0;
}

void tst_RedisKeys::findsTheQueueOfAList()
{
    QFETCH(QByteArray, key);
    const auto name = RedisKeys(options()).parseList(key);
    QVERIFY(name);
    QTEST(name->queue, "queue");
    QTEST(name->bucket, "bucket");
}

void tst_RedisKeys::tellsQueuesFromOtherLists_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<bool>("isQueue");
    QTest::newRow("queue") << QByteArray("orders") << true;
    QTest::newRow("Celery's reply queue") << QByteArray("1f6e.reply.celery.pidbox") << true;
    QTest::newRow("binding set") << QByteArray("_kombu.binding.x") << false;
    QTest::newRow("quarantine") << QByteArray("_qombu.quarantine.q") << false;
    QTest::newRow("result") << QByteArray("celery-task-meta-1") << false;
    QTest::newRow("group result") << QByteArray("celery-taskset-meta-1") << false;
    QTest::newRow("unacked") << QByteArray("unacked") << false;
    QTest::newRow("index") << QByteArray("unacked_index") << false;
    QTest::newRow("mutex") << QByteArray("unacked_mutex") << false;
}

void tst_RedisKeys::tellsQueuesFromOtherLists()
{
    QFETCH(QByteArray, key);
    QFETCH(bool, isQueue);
    QCOMPARE(RedisKeys(options()).parseList(key).has_value(), isQueue);
    QCOMPARE(RedisKeys(options("p.")).parseList("p." + key).has_value(), isQueue);
}

void tst_RedisKeys::namesBroadcastChannels_data() // as Kombu was seen to write them
{
    QTest::addColumn<QByteArray>("keyPrefix");
    QTest::addColumn<QByteArray>("fanoutPrefix");
    QTest::addColumn<bool>("patterns");
    QTest::addColumn<QString>("exchange");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("bound");
    QTest::addColumn<QByteArray>("channel");
    QTest::addColumn<QByteArray>("pattern");
    const QString none;
    QTest::newRow("key") << QByteArray() << QByteArray("/3.") << true << QStringLiteral("fanx")
                         << QStringLiteral("k.z") << QStringLiteral("k.#")
                         << QByteArray("/3.fanx/k.z") << QByteArray("/3.fanx/k.*");
    QTest::newRow("no key") << QByteArray() << QByteArray("/3.") << true << QStringLiteral("fanx2")
                            << none << none << QByteArray("/3.fanx2") << QByteArray("/3.fanx2");
    QTest::newRow("no patterns") << QByteArray() << QByteArray("/5.") << false
                                 << QStringLiteral("fx") << QStringLiteral("r.1")
                                 << QStringLiteral("r.1") << QByteArray("/5.fx")
                                 << QByteArray("/5.fx");
    QTest::newRow("no prefix") << QByteArray() << QByteArray() << true << QStringLiteral("fx")
                               << QStringLiteral("r.1") << QStringLiteral("r.*")
                               << QByteArray("fx/r.1") << QByteArray("fx/r.*");
    QTest::newRow("named prefix") << QByteArray() << QByteArray("/5.app.") << true
                                  << QStringLiteral("ex") << QStringLiteral("r.1")
                                  << QStringLiteral("r.1") << QByteArray("/5.app.ex/r.1")
                                  << QByteArray("/5.app.ex/r.1");
    QTest::newRow("key prefix") << QByteArray("gp:") << QByteArray("/0.") << true
                                << QStringLiteral("fe") << none << none << QByteArray("gp:/0.fe")
                                << QByteArray("gp:/0.fe");
}

void tst_RedisKeys::namesBroadcastChannels()
{
    QFETCH(QByteArray, keyPrefix);
    QFETCH(QByteArray, fanoutPrefix);
    QFETCH(bool, patterns);
    QFETCH(QString, exchange);
    QFETCH(QString, key);
    QFETCH(QString, bound);
    RedisOptions set = options(keyPrefix, fanoutPrefix);
    set.fanoutPatterns = patterns;
    const RedisKeys keys(set);
    QTEST(keys.channel(exchange, key), "channel");
    QTEST(keys.channelPattern(exchange, bound), "pattern");
}

void tst_RedisKeys::takesGlobCharactersLiterally()
{
    const RedisKeys keys(options("p[1]*:"));
    QCOMPARE(keys.channelPattern(QStringLiteral("e?*"), QStringLiteral("a[b].\\*.#")),
             "p\\[1\\]\\*:/0.e\\?\\*/a\\[b\\].\\\\*.*");
    QCOMPARE(keys.channel(QStringLiteral("e?*"), QStringLiteral("a[b]")), "p[1]*:/0.e?*/a[b]");
}

void tst_RedisKeys::refusesQueueNamesWithTheSeparator()
{
    const RedisKeys keys(options());
    QVERIFY(keys.isQueueName(QStringLiteral("a.b c")));
    QVERIFY(!keys.isQueueName(QStringLiteral("a\x06\x16"
                                             "3")));
    QVERIFY(!keys.isQueueName(QString()));
}

void tst_RedisKeys::refusesNamesOfKeysThatAreNoQueues()
{
    for (const char *prefix : {"", "gp:"}) {
        RedisOptions named = options(prefix);
        named.unackedKey = "held";
        named.unackedIndexKey = "held_index";
        named.unackedMutexKey = "held_mutex";
        const RedisKeys keys(named);
        for (const char *name :
             {"held", "held_index", "held_mutex", "_kombu.binding.x", "_kombu.binding_permanent.x",
              "_kombu.binding_deadlines", "_qombu.quarantine.q", "_qombu.alive.x"}) {
            const Qombu::Error error = keys.checkQueueName(QString::fromUtf8(name));
            QCOMPARE(error.kind(), Qombu::Error::Configuration);
            QVERIFY2(error.text().contains(QString::fromUtf8(name)), qPrintable(error.text()));
        }
        QVERIFY(keys.isQueueName(QStringLiteral("unacked")));
        QVERIFY(keys.isQueueName(QStringLiteral("kombu.binding.x")));
    }
    for (const char *name : {"unacked", "unacked_index", "unacked_mutex"})
        QVERIFY(!RedisKeys(options()).isQueueName(QString::fromUtf8(name)));
}

QOMBU_TEST(tst_RedisKeys)
#include "tst_rediskeys.moc"
