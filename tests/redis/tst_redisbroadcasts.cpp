// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <Qombu/connection.h>
#include <Qombu/consumer.h>
#include <Qombu/hub.h>

#include <QSignalSpy>
#include <QTest>

using namespace Qombu;
using namespace QombuTest;

// Broadcasts for a consumer that does not take them: bounded, because nobody else keeps them.
class tst_RedisBroadcasts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void initTestCase();
    void init();
    void cleanup();

    void boundsWhatWaitsForAPausedConsumer_data();
    void boundsWhatWaitsForAPausedConsumer();
    void boundsTheirBytes();
    void takesOneHoweverLargeItIs();
    void allowsAsMuchAsThePrefetchWindow();
    void countsWhatTheUserHolds();
    void countsNothingThatNobodyHolds();
    void keepsItsBoundOverReconnects();

private:
    std::unique_ptr<Consumer> consume(const QString &queue, AckMode mode);
    void publish(int count, const QByteArray &body = {}); // returns when all were received

    std::unique_ptr<BrokerProcess> m_broker;
    std::unique_ptr<Connection> m_connection;
    std::unique_ptr<Consumer> m_witness; // takes all of them at once
    int m_witnessed = 0;
    int m_published = 0; // so far; the text of the next one
    QStringList m_got;
    QList<Message> m_held; // of what was got
    QList<Error> m_errors;
    bool m_holds = false;
    bool m_acks = true;
};

void tst_RedisBroadcasts::initTestCase_data()
{
    QTest::addColumn<bool>("background");
    QTest::newRow("engine here") << false;
    QTest::newRow("engine in the background") << true;
}

void tst_RedisBroadcasts::initTestCase()
{
    m_broker = std::make_unique<BrokerProcess>();
    QVERIFY2(m_broker->start(), qPrintable(m_broker->errorText()));
}

void tst_RedisBroadcasts::init()
{
    QFETCH_GLOBAL(bool, background);
    m_broker->command({"FLUSHALL"});
    ConnectionOptions options;
    options.hub = background ? Hub::background() : nullptr;
    m_connection = std::make_unique<Connection>(BrokerUrl(m_broker->url()), options);
    m_witnessed = 0;
    m_published = 0;
    m_got.clear();
    m_errors.clear();
    m_holds = false;
    m_acks = true;
    m_witness = std::make_unique<Consumer>(
        m_connection.get(),
        Queue(QStringLiteral("witness"), Exchange(QStringLiteral("news"), ExchangeType::Fanout)));
    m_witness->setAckMode(AckMode::None);
    connect(m_witness.get(), &Consumer::messageReceived, this, [this] { ++m_witnessed; });
    m_witness->start();
    QTRY_COMPARE(m_witness->state(), Consumer::Consuming);
}

void tst_RedisBroadcasts::cleanup()
{
    m_held.clear();
    m_witness.reset();
    m_connection.reset();
}

std::unique_ptr<Consumer> tst_RedisBroadcasts::consume(const QString &queue, AckMode mode)
{
    auto consumer = std::make_unique<Consumer>(
        m_connection.get(), Queue(queue, Exchange(QStringLiteral("news"), ExchangeType::Fanout)));
    consumer->setAckMode(mode);
    connect(consumer.get(), &Consumer::messageReceived, this, [this](const Message &message) {
        m_got.append(message.body().toString());
        if (m_acks)
            message.ack();
        if (m_holds)
            m_held.append(message);
    });
    connect(consumer.get(), &Consumer::errorOccurred, this,
            [this](const Error &error) { m_errors.append(error); });
    consumer->start();
    [&] { QTRY_COMPARE(consumer->state(), Consumer::Consuming); }();
    return consumer;
}

void tst_RedisBroadcasts::publish(int count, const QByteArray &body)
{
    const int step = body.isEmpty() ? 50 : 1; // the witness is bounded, too
    for (int i = 0; i < count; i += step) {
        const int before = m_witnessed;
        const int now = std::min(step, count - i);
        for (int n = 0; n < now; ++n) {
            const QByteArray text = QByteArray::number(m_published++);
            QCOMPARE(m_broker->integer(
                         {"PUBLISH", "/0.news", envelope("t", body.isEmpty() ? text : body)}),
                     1);
        }
        QTRY_COMPARE(m_witnessed, before + now);
    }
}

void tst_RedisBroadcasts::boundsWhatWaitsForAPausedConsumer_data()
{
    QTest::addColumn<AckMode>("mode");
    QTest::newRow("none") << AckMode::None;
    QTest::newRow("manual") << AckMode::Manual;
    QTest::newRow("auto") << AckMode::Auto;
}

void tst_RedisBroadcasts::boundsWhatWaitsForAPausedConsumer()
{
    QFETCH(AckMode, mode);
    m_acks = mode == AckMode::Manual;
    const auto consumer = consume(QStringLiteral("slow"), mode);
    consumer->pause();
    publish(1024);
    QVERIFY(m_errors.isEmpty());
    publish(200); // the new ones are dropped
    QTRY_COMPARE(m_errors.size(), 1); // told once
    QCOMPARE(m_errors[0].kind(), Error::LimitExceeded);
    QVERIFY2(m_errors[0].text().contains(QStringLiteral("slow")), qPrintable(m_errors[0].text()));
    QVERIFY(m_got.isEmpty());

    consumer->resume();
    QTRY_COMPARE(m_got.size(), 1024);
    QCOMPARE(m_got.last(), QStringLiteral("1023"));
    publish(10);
    QTRY_COMPARE(m_got.size(), 1034);
    QCOMPARE(m_got.last(), QStringLiteral("1233"));
    QCOMPARE(m_errors.size(), 1);

    consumer->pause();
    publish(1100);
    QTRY_COMPARE(m_errors.size(), 2); // it had recovered
}

void tst_RedisBroadcasts::boundsTheirBytes()
{
    const auto consumer = consume(QStringLiteral("slow"), AckMode::None);
    consumer->pause();
    const QByteArray body(1'000'000, 'x');
    publish(20, body);
    QTRY_COMPARE(m_errors.size(), 1);
    consumer->resume();
    const int fitting = int((16 << 20) / envelope("t", body).size());
    QTRY_COMPARE(m_got.size(), fitting);
    publish(1, body);
    QTRY_COMPARE(m_got.size(), fitting + 1);
}

void tst_RedisBroadcasts::takesOneHoweverLargeItIs()
{
    const auto consumer = consume(QStringLiteral("slow"), AckMode::Manual);
    consumer->pause();
    publish(1, QByteArray(20'000'000, 'x'));
    QVERIFY(m_errors.isEmpty());
    publish(1, "small");
    QTRY_COMPARE(m_errors.size(), 1);
    consumer->resume();
    QTRY_COMPARE(m_got.size(), 1);
    publish(1, "small");
    QTRY_COMPARE(m_got.size(), 2);
}

void tst_RedisBroadcasts::allowsAsMuchAsThePrefetchWindow()
{
    const auto consumer = consume(QStringLiteral("slow"), AckMode::None);
    consumer->setPrefetchCount(1200);
    consumer->setPrefetchBytes(40 << 20);
    consumer->pause();
    publish(20, QByteArray(1'000'000, 'x'));
    publish(1180);
    QVERIFY(m_errors.isEmpty());
    publish(1);
    QTRY_COMPARE(m_errors.size(), 1);
    consumer->resume();
    QTRY_COMPARE(m_got.size(), 1200);
}

// They are delivered, and the user keeps copies without a word about them.
void tst_RedisBroadcasts::countsWhatTheUserHolds()
{
    m_acks = false;
    m_holds = true;
    const auto consumer = consume(QStringLiteral("slow"), AckMode::Manual);
    publish(1100);
    QTRY_COMPARE(m_errors.size(), 1);
    QTRY_COMPARE(m_got.size(), 1024);
    for (const Message &message : std::as_const(m_held))
        QVERIFY(!message.ack().isError());
    publish(50);
    QTRY_COMPARE(m_got.size(), 1074);
    QCOMPARE(m_errors.size(), 1);
}

void tst_RedisBroadcasts::countsNothingThatNobodyHolds()
{
    m_acks = false;
    const auto consumer = consume(QStringLiteral("careless"), AckMode::Manual);
    publish(1100);
    QTRY_COMPARE(m_got.size(), 1100);
    QVERIFY(m_errors.isEmpty());
}

void tst_RedisBroadcasts::keepsItsBoundOverReconnects()
{
    const auto consumer = consume(QStringLiteral("slow"), AckMode::None);
    consumer->pause();
    publish(1000);
    QSignalSpy witnessed(m_witness.get(), &Consumer::stateChanged);
    QSignalSpy seen(consumer.get(), &Consumer::stateChanged);
    m_broker->command({"CLIENT", "KILL", "TYPE", "pubsub"});
    QTRY_VERIFY(witnessed.size() >= 2 && seen.size() >= 2); // lost, and there again
    QTRY_COMPARE(m_witness->state(), Consumer::Consuming);
    QTRY_COMPARE(consumer->state(), Consumer::Paused);
    m_errors.clear(); // of the link
    publish(100);
    QTRY_COMPARE(m_errors.size(), 1);
    QCOMPARE(m_errors[0].kind(), Error::LimitExceeded);
    consumer->resume();
    QTRY_COMPARE(m_got.size(), 1024);
}

QOMBU_TEST(tst_RedisBroadcasts)
#include "tst_redisbroadcasts.moc"
