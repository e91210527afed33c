// SPDX-License-Identifier: BSD-3-Clause
#include "hub/simulatedhub.h"
#include "support/redisparts.h"
#include "support/scriptedsender.h"
#include "support/testmain.h"
#include "transports/redis/consuming/redisleases.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/respreader.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using namespace QombuTest;
using namespace std::chrono_literals;

// Renewals, their socket and what they find out, in simulated time, against a scripted server.
class tst_RedisLeases : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void opensNothingBeforeSomethingIsHeldLong();
    void renewsUntilItIsSettled();
    void closesAfterAWhileWithoutNeed();
    void tellsWhatWasLost();
    void loadsAForgottenScript();
    void opensAnotherSocketWhenOneBreaks();
    void renewsWithinATenthOfTheTimeout();
    void renewsOverTheCommandsWhereTheSocketIsRefused();
    void tellsOnceOfARefusal();
    void renewsAtOnceWhatTheLastLinkHeld();
    void goesOnAfterARefusalForNow();
    void goesOnWhereItMayNotRenew();
    void staysQuietAfterItsEnd();

private:
    // A byte stream whose server is this test.
    class Stream final : public ByteStream
    {
    public:
        Stream(tst_RedisLeases *test, ByteStreamListener *listener)
            : m_test(test)
            , m_listener(listener)
        {
            m_test->m_stream = this;
            ++m_test->m_opened;
        }
        ~Stream() override { m_test->m_stream = nullptr; }
        void open() override
        {
            m_test->m_hub->callSoon([this] { m_listener->streamOpened(); });
        }
        void write(const QByteArray &bytes) override;
        void setReading(bool) override {}
        qint64 bytesToWrite() const override { return 0; }
        void fail() { m_listener->streamFailed(Error(Error::Connection, QStringLiteral("gone"))); }

    private:
        tst_RedisLeases *const m_test;
        ByteStreamListener *const m_listener;
    };
    QByteArray reply(const QByteArrayList &words);
    void hold(int count);

    void start(std::chrono::milliseconds visibilityTimeout);

    ScriptedSender m_commands;
    std::unique_ptr<RedisParts> m_parts;
    SimulatedHub *m_hub = nullptr; // theirs
    std::shared_ptr<RedisLedger> m_ledger;
    std::unique_ptr<RedisLeases> m_leases;
    Stream *m_stream = nullptr; // open
    int m_opened = 0;
    QList<QByteArrayList> m_renewals; // tags
    QByteArray m_lost; // numbers in the answer to a renewal
    int m_loads = 0; // of the script
    bool m_knowsScript = true;
    QByteArray m_refused; // a command
    QByteArray m_refusal; // the answer to it
    std::vector<quint64> m_told;
};

void tst_RedisLeases::init()
{
    start(1h);
}

void tst_RedisLeases::start(std::chrono::milliseconds visibilityTimeout)
{
    cleanup();
    m_opened = m_loads = 0;
    m_knowsScript = true;
    m_refusal.clear();
    m_renewals.clear();
    m_lost.clear();
    m_told.clear();
    RedisLinkSettings settings;
    settings.options.visibilityTimeout = visibilityTimeout;
    settings.options.renewInterval = 10s;
    m_parts = std::make_unique<RedisParts>(m_commands, settings.options);
    m_hub = &m_parts->hub;
    m_hub->advance(1h); // nothing is held since before the beginning of time
    m_ledger = std::make_shared<RedisLedger>("me");
    settings.background = m_hub;
    settings.makeStream = [this](Hub *, ByteStreamListener *listener) {
        return std::make_unique<Stream>(this, listener);
    };
    m_leases = std::make_unique<RedisLeases>(m_parts->context, settings, m_ledger,
                                             [this](quint64 lost) { m_told.push_back(lost); });
    m_leases->start();
    m_hub->settle();
}

void tst_RedisLeases::cleanup()
{
    m_leases.reset();
    if (m_hub)
        m_hub->settle();
    QVERIFY(!m_stream);
    m_commands.requests.clear();
    m_hub = nullptr;
    m_parts.reset();
}

void tst_RedisLeases::hold(int count)
{
    std::vector<RedisLedger::Record> records;
    for (int i = 0; i < count; ++i)
        records.push_back({QStringLiteral("q"), "{}", m_hub->now()});
    m_ledger->expect(1, count);
    m_ledger->arrived(1, 1, std::move(records));
}

QByteArray tst_RedisLeases::reply(const QByteArrayList &words)
{
    if (!m_refusal.isEmpty() && words.first() == m_refused)
        return m_refusal;
    if (words.first() == "CLIENT")
        return ":7\r\n";
    if (words.first() == "PING")
        return "+PONG\r\n";
    if (words.first() == "SCRIPT") {
        ++m_loads;
        m_knowsScript = true;
        return "$1\r\nx\r\n";
    }
    if (!m_knowsScript)
        return "-NOSCRIPT No matching script.\r\n";
    m_renewals << words.mid(5);
    return m_lost.isEmpty() ? QByteArray("*0\r\n") : "*1\r\n:" + m_lost + "\r\n";
}

// Answers come in a turn of their own.
void tst_RedisLeases::Stream::write(const QByteArray &bytes)
{
    RespReader reader;
    reader.feed(bytes);
    while (const auto value = reader.next()) {
        QByteArrayList words;
        for (const RespValue &item : value->items)
            words.append(item.text);
        const QByteArray answer = m_test->reply(words);
        m_test->m_hub->callSoon([test = m_test, stream = this, answer] {
            if (test->m_stream == stream)
                stream->m_listener->streamReceived(answer);
        });
    }
}

void tst_RedisLeases::opensNothingBeforeSomethingIsHeldLong()
{
    m_hub->advance(60s);
    QCOMPARE(m_opened, 0);
    hold(1);
    m_ledger->say(1, Settlement::Ack);
    m_hub->advance(60s);
    QCOMPARE(m_opened, 0);
}

void tst_RedisLeases::renewsUntilItIsSettled()
{
    hold(2);
    m_hub->advance(30s);
    QCOMPARE(m_opened, 1);
    QVERIFY(m_renewals.size() >= 2);
    QCOMPARE(m_renewals.first(), (QByteArrayList{m_ledger->tag(1), m_ledger->tag(2)}));
    m_ledger->say(1, Settlement::Ack);
    m_renewals.clear();
    m_hub->advance(10s);
    QCOMPARE(m_renewals, QList<QByteArrayList>{QByteArrayList{m_ledger->tag(2)}});
}

void tst_RedisLeases::closesAfterAWhileWithoutNeed()
{
    hold(1);
    m_hub->advance(20s);
    QVERIFY(m_stream);
    m_ledger->remove({1});
    m_hub->advance(30s);
    QVERIFY(m_stream); // the next one may come soon
    m_hub->advance(60s);
    QVERIFY(!m_stream);
}

void tst_RedisLeases::tellsWhatWasLost()
{
    hold(3);
    m_lost = "2";
    m_hub->advance(20s);
    QVERIFY(!m_told.empty());
    QCOMPARE(m_told.front(), 2u);
    QVERIFY(m_ledger->find(2)); // the engine takes it away, in its own thread
}

void tst_RedisLeases::loadsAForgottenScript()
{
    hold(1);
    m_knowsScript = false;
    m_hub->advance(20s);
    QCOMPARE(m_loads, 1);
    QVERIFY(!m_renewals.isEmpty());
}

void tst_RedisLeases::opensAnotherSocketWhenOneBreaks()
{
    hold(1);
    m_hub->advance(20s);
    QCOMPARE(m_opened, 1);
    m_stream->fail();
    m_renewals.clear();
    m_hub->advance(10s);
    QCOMPARE(m_opened, 2);
    QVERIFY(!m_renewals.isEmpty());
}

void tst_RedisLeases::renewsWithinATenthOfTheTimeout()
{
    start(30s);
    for (int i = 0; i < 10; ++i) {
        hold(1);
        m_renewals.clear();
        m_hub->advance(3s);
        QVERIFY(!m_renewals.isEmpty());
        m_ledger->remove({1});
        m_hub->advance(270ms);
    }
}

void tst_RedisLeases::renewsOverTheCommandsWhereTheSocketIsRefused()
{
    m_refused = "PING";
    m_refusal = "-ERR max number of clients reached\r\n";
    hold(2);
    m_hub->advance(20s);
    QVERIFY(m_renewals.isEmpty());
    QCOMPARE(m_commands.names(), QByteArrayList{"renew"});
    QCOMPARE(m_commands.requests.front().words,
             (QByteArrayList{m_ledger->tag(1), m_ledger->tag(2)}));
    m_commands.answer(array({number(2)}));
    QCOMPARE(m_told, std::vector<quint64>{2});
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Degraded);
    QVERIFY(m_parts->notices[0].active);
    QVERIFY(m_parts->notices[0].text.contains(QStringLiteral("max number of clients")));
    for (int i = 0; i < 6; ++i) { // again and again, and told no more
        m_hub->advance(10s);
        QCOMPARE(m_commands.names(), QByteArrayList{"renew"});
        m_commands.answer(array());
    }
    QCOMPARE(m_parts->notices.size(), 1u);
    QVERIFY(m_opened < 6);
    m_refusal.clear();
    m_hub->advance(60s);
    QVERIFY(!m_renewals.isEmpty());
    QCOMPARE(m_parts->notices.size(), 2u);
    QVERIFY(!m_parts->notices[1].active);
}

void tst_RedisLeases::tellsOnceOfARefusal()
{
    m_refused = "EVALSHA";
    m_refusal = "-MISCONF Redis is configured to save RDB snapshots\r\n";
    hold(1500);
    m_hub->advance(60s);
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Alarm);
    QVERIFY(m_parts->notices[0].text.contains(QStringLiteral("MISCONF")));
    m_refusal = "-NOPERM this user has no permissions to run the 'evalsha' command\r\n";
    m_hub->advance(20s);
    QCOMPARE(m_parts->notices.size(), 2u);
    m_refusal.clear();
    m_hub->advance(20s);
    QCOMPARE(m_parts->notices.size(), 3u);
    QVERIFY(!m_parts->notices[2].active);
    QVERIFY(m_parts->notices[2].count >= 6);
}

void tst_RedisLeases::renewsAtOnceWhatTheLastLinkHeld()
{
    int done = 0;
    m_leases->renewNow([&] { ++done; });
    QCOMPARE(done, 1); // nothing is held
    hold(1500);
    m_leases->renewNow([&] { ++done; });
    QCOMPARE(m_commands.names(), (QByteArrayList{"renew", "renew"}));
    QCOMPARE(m_commands.requests[1].words.size(), 500);
    m_commands.answer(array({number(3)}));
    QCOMPARE(done, 1);
    m_commands.answer(array());
    QCOMPARE(done, 2);
    QCOMPARE(m_told, std::vector<quint64>{3});
}

// A server that takes no writes for now must not keep the link from opening.
void tst_RedisLeases::goesOnAfterARefusalForNow()
{
    hold(1);
    int done = 0;
    m_leases->renewNow([&] { ++done; });
    m_commands.refuse(Error(Error::Blocked, QStringLiteral("MISCONF")).withRecoverable(true));
    QCOMPARE(done, 1);
    m_hub->advance(20s);
    QVERIFY(!m_renewals.isEmpty()); // by the worker
}

void tst_RedisLeases::goesOnWhereItMayNotRenew()
{
    hold(1);
    int done = 0;
    m_leases->renewNow([&] { ++done; });
    m_commands.refuse(Error(Error::Configuration, QStringLiteral("NOPERM")));
    QCOMPARE(done, 1);
    QVERIFY(m_told.empty()); // as far as anybody knows it is held
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Alarm);
}

void tst_RedisLeases::staysQuietAfterItsEnd()
{
    hold(1);
    m_lost = "1";
    m_hub->advance(9s);
    m_leases.reset();
    m_hub->advance(60s);
    QVERIFY(m_told.empty());
    QVERIFY(!m_stream);
}

QOMBU_TEST(tst_RedisLeases)
#include "tst_redisleases.moc"
