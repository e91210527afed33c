// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "support/redisparts.h"
#include "support/scriptedsender.h"
#include "support/testmain.h"
#include "transports/redis/consuming/redisrestore.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using namespace QombuTest;
using namespace std::chrono_literals;

// What RedisRestore asks for and does with it, without a server.
class tst_RedisSweep : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();

    void asksAtOnceAndThenFromTimeToTime();
    void restoresTheNewestFirst();
    void findsTheQueueByTheBindings();
    void readsOnBehindAFullPage();
    void tellsOnceWhatStays();
    void keepsToItsLimit();
    void stopsForGood();

private:
    // One delivery that is due: tag, score, record.
    static std::vector<RespValue> due(const QByteArray &tag, const QByteArray &record);
    static RespValue page(bool hasMore, const std::vector<std::vector<RespValue>> &all);
    void start(const RedisOptions &options = {});

    std::unique_ptr<ScriptedSender> m_sender;
    std::unique_ptr<RedisParts> m_parts;
    std::unique_ptr<RedisRestore> m_restore;
};

void tst_RedisSweep::init()
{
    m_restore.reset();
    m_sender = std::make_unique<ScriptedSender>();
}

void tst_RedisSweep::start(const RedisOptions &options)
{
    m_parts = std::make_unique<RedisParts>(*m_sender, options);
    m_restore = std::make_unique<RedisRestore>(m_parts->context);
    m_restore->start();
    m_parts->hub.settle();
}

std::vector<RespValue> tst_RedisSweep::due(const QByteArray &tag, const QByteArray &record)
{
    return {bulk(tag), bulk("1.25"), bulk(record)};
}

RespValue tst_RedisSweep::page(bool hasMore, const std::vector<std::vector<RespValue>> &all)
{
    std::vector<RespValue> items;
    for (const auto &each : all)
        items.insert(items.end(), each.begin(), each.end());
    return array({number(hasMore), array(std::move(items))});
}

void tst_RedisSweep::asksAtOnceAndThenFromTimeToTime()
{
    start();
    QCOMPARE(m_sender->names(), QByteArrayList{"expired"});
    QCOMPARE(m_sender->requests.front().words.at(0), QByteArray("3600.000000"));
    m_sender->answer(page(false, {}));
    QVERIFY(!m_restore->isSweeping());
    m_parts->hub.advance(7s);
    QVERIFY(m_sender->requests.empty());
    m_parts->hub.advance(6s);
    QCOMPARE(m_sender->names(), QByteArrayList{"expired"});
    m_sender->refuse(Error(Error::Connection, QStringLiteral("BUSY")).withRecoverable(true));
    QVERIFY(m_parts->notices.empty());
    m_parts->hub.advance(13s);
    QCOMPARE(m_sender->names(), QByteArrayList{"expired"});
}

void tst_RedisSweep::restoresTheNewestFirst()
{
    start();
    m_sender->answer(page(false,
                          {due("old", "[" + envelope("1") + ",\"\",\"q\"]"),
                           due("new", "[" + envelope("2") + ",\"\",\"q\"]")}));
    QCOMPARE(m_sender->names(), (QByteArrayList{"restore", "restore"}));
    QCOMPARE(m_sender->requests[0].keys, (QByteArrayList{"unacked", "unacked_index", "q"}));
    QCOMPARE(m_sender->requests[0].words,
             (QByteArrayList{"new", "1.25", redelivered(envelope("2"))}));
    QCOMPARE(m_sender->requests[1].words.at(0), QByteArray("old"));
    m_sender->answer(number(1));
    QVERIFY(m_restore->isSweeping());
    m_sender->answer(number(0)); // somebody was faster
    QVERIFY(!m_restore->isSweeping());
}

void tst_RedisSweep::findsTheQueueByTheBindings()
{
    start();
    m_sender->answer(page(false, {due("t", "[" + envelope("1") + ", \"shop\", \"new\"]")}));
    QCOMPARE(m_sender->requests.front().words, (QByteArrayList{"SMEMBERS", "_kombu.binding.shop"}));
    m_sender->answer(array({bulk("new\x06\x16\x06\x16one"), bulk("new\x06\x16\x06\x16two"),
                            bulk("old\x06\x16\x06\x16three")}));
    QCOMPARE(m_sender->requests.front().keys.mid(2), (QByteArrayList{"one", "two"}));
}

void tst_RedisSweep::readsOnBehindAFullPage()
{
    start();
    m_sender->answer(
        page(true, {due("1", "nonsense"), due("2", "[" + envelope("2") + ",\"\",\"q\"]")}));
    m_sender->answer(number(1));
    QCOMPARE(m_sender->names(), QByteArrayList{"expired"});
    QCOMPARE(m_sender->requests.front().words.at(1), QByteArray("1")); // past what stays
    m_sender->answer(page(false, {}));
    QVERIFY(!m_restore->isSweeping());
}

void tst_RedisSweep::tellsOnceWhatStays()
{
    start();
    for (int sweep = 0; sweep < 2; ++sweep) {
        m_sender->answer(page(false, {due("1", "nonsense")}));
        m_parts->hub.advance(13s);
    }
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Information);
    QVERIFY(m_parts->notices[0].text.contains(QStringLiteral("'1'")));
}

void tst_RedisSweep::keepsToItsLimit()
{
    RedisOptions options;
    options.restoreLimit = 1;
    start(options);
    QCOMPARE(m_sender->requests.front().words.at(2), QByteArray("1"));
    m_sender->answer(page(true, {due("1", "[" + envelope("1") + ",\"\",\"q\"]")}));
    m_sender->answer(number(1));
    QVERIFY(m_sender->requests.empty());
    QVERIFY(!m_restore->isSweeping());
}

void tst_RedisSweep::stopsForGood()
{
    start();
    m_restore->stop();
    m_sender->answer(page(true, {due("1", "[" + envelope("1") + ",\"\",\"q\"]")}));
    m_sender->requests.clear();
    m_parts->hub.advance(1h);
    QVERIFY(m_sender->requests.empty());
}

QOMBU_TEST(tst_RedisSweep)
#include "tst_redissweep.moc"
