// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/cutseat.h"
#include "support/testmain.h"

#include <QElapsedTimer>
#include <QSignalSpy>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// A real RabbitMQ that is silent, full, impatient or small: a node of its own.
class tst_AmqpNodeFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void silenceIsNoticedWithinTwoIntervals_data();
    void silenceIsNoticedWithinTwoIntervals();
    void blockedPublishesWaitAndConsumersGoOn();
    void theBlockedListenerSurvivesAReconnect();
    void aSlowConsumerLosesItsChannelOnly();
    void keepsToTheBrokersSmallerFrames();

private:
    // An option of the application "rabbit".
    bool set(const QString &name, const QString &value)
    {
        const QString erlang = u"application:set_env(rabbit, %1, %2)."_s.arg(name, value);
        return !m_broker.control({u"eval"_s, erlang}).isNull();
    }
    bool setWatermark(const QStringList &value)
    {
        return !m_broker.control(QStringList{u"set_vm_memory_high_watermark"_s} + value).isNull();
    }

    RabbitProcess m_broker{RabbitProcess::Own};
    std::unique_ptr<FaultProxy> m_proxy;
    const Queue m_queue{u"q"_s};
};

#define NODE_OK(call) QVERIFY2(call, qPrintable(m_broker.errorText()))

void tst_AmqpNodeFaults::initTestCase()
{
    NODE_OK(m_broker.start());
    m_proxy = std::make_unique<FaultProxy>(m_broker.port());
}

void tst_AmqpNodeFaults::init()
{
    NODE_OK(m_broker.reset());
}

void tst_AmqpNodeFaults::cleanup()
{
    m_proxy->passAll();
    if (QTest::currentTestFailed() && m_broker.thaw()) // for the tests behind it
        setWatermark({u"absolute"_s, u"2GB"_s});
}

void tst_AmqpNodeFaults::silenceIsNoticedWithinTwoIntervals_data()
{
    using Fault = std::function<void(bool)>;
    QTest::addColumn<Fault>("fault"); // false: it is over
    QTest::newRow("a frozen node")
        << Fault([this](bool on) { NODE_OK(on ? m_broker.freeze() : m_broker.thaw()); });
    QTest::newRow("it hears and is not heard") << Fault([this](bool on) {
        if (on)
            m_proxy->stall(FaultProxy::ToClient);
        else
            m_proxy->passAll();
    });
    QTest::newRow("a vanished peer") << Fault([this](bool on) {
        if (!on)
            return m_proxy->passAll();
        m_proxy->swallow(FaultProxy::ToClient);
        m_proxy->swallow(FaultProxy::ToServer);
    });
}

void tst_AmqpNodeFaults::silenceIsNoticedWithinTwoIntervals()
{
    QFETCH(std::function<void(bool)>, fault);
    constexpr auto Interval = 2s;
    ConnectionOptions options;
    options.transportOptions = {{u"heartbeat"_s, int(Interval.count())}};
    options.publishTimeout = 2min;
    CutSeat seat(m_broker, *m_proxy, options);
    RabbitInbox inbox(&seat.connection, {m_queue});
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"before"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList(u"before"_s), Long);
    fault(true);
    QElapsedTimer timer;
    timer.start();
    const auto waits = Producer(&seat.connection, m_queue).publish(u"meanwhile"_s);
    QTRY_VERIFY_WITH_TIMEOUT(seat.connection.state() != Connection::Open, Long);
    const auto most = 2 * Interval + 1s; // of a busy machine
    QVERIFY2(timer.elapsed() <= std::chrono::milliseconds(most).count(),
             qPrintable(QString::number(timer.elapsed())));
    QVERIFY(!waits.isFinished());
    fault(false);
    m_proxy->endAll();
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    QVERIFY(seat.opened() >= 2);
    const Error error = waits.wait(1min).error();
    QVERIFY2(!error.isError(), qPrintable(error.text()));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.last(), u"meanwhile"_s, Long);
}

void tst_AmqpNodeFaults::blockedPublishesWaitAndConsumersGoOn()
{
    RabbitSeat seat(m_broker.url());
    RabbitSeat other(m_broker.url()); // whose settlements wait for no publish
    RabbitInbox inbox(&other.connection, {m_queue}, false);
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 1, Long);
    NODE_OK(setWatermark({u"0.0001"_s}));
    QVERIFY(!seat.connection.isBlocked());
    const auto waits = Producer(&seat.connection, m_queue).publish(u"b"_s);
    QTRY_VERIFY_WITH_TIMEOUT(seat.connection.isBlocked(), Long);
    PublishOptions hurried;
    hurried.timeout = 100ms;
    QCOMPARE(errorOf(Producer(&seat.connection, m_queue).publish(u"c"_s, hurried)).kind(),
             Error::Timeout);
    QVERIFY(!waits.isFinished());
    QVERIFY(!inbox.messages.first().requeue().isError()); // settled all the same
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 2, Long);
    NODE_OK(setWatermark({u"absolute"_s, u"2GB"_s}));
    RABBIT_OK(waits);
    QVERIFY(!seat.connection.isBlocked());
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.last(), u"b"_s, Long);
    QVERIFY(!inbox.texts.contains(u"c"_s));
}

// RabbitMQ tells a connection when that publishes: so each has to be told anew.
void tst_AmqpNodeFaults::theBlockedListenerSurvivesAReconnect()
{
    ConnectionOptions options;
    options.publishTimeout = 2min;
    CutSeat seat(m_broker, *m_proxy, options);
    QStringList told;
    QObject::connect(&seat.connection, &Connection::blockedChanged, &seat.connection,
                     [&](bool blocked) { told.append(blocked ? u"blocked"_s : u"free"_s); });
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"a"_s));
    NODE_OK(setWatermark({u"0.0001"_s}));
    const auto waits = Producer(&seat.connection, m_queue).publish(u"b"_s);
    QTRY_COMPARE_WITH_TIMEOUT(told, QStringList(u"blocked"_s), Long);
    QVERIFY(seat.cut());
    QTRY_COMPARE_WITH_TIMEOUT(told.join(u' '), u"blocked free blocked"_s, Long);
    QVERIFY(seat.connection.isBlocked());
    QVERIFY(!waits.isFinished());
    NODE_OK(setWatermark({u"absolute"_s, u"2GB"_s}));
    const Error error = waits.wait(1min).error();
    QVERIFY2(!error.isError(), qPrintable(error.text()));
    QTRY_COMPARE_WITH_TIMEOUT(told.join(u' '), u"blocked free blocked free"_s, Long);
}

// Which then consumes again, and hears that what it held is lost; nobody else notices.
void tst_AmqpNodeFaults::aSlowConsumerLosesItsChannelOnly()
{
    NODE_OK(set(u"channel_tick_interval"_s, u"200"_s));
    NODE_OK(set(u"consumer_timeout"_s, u"2000"_s));
    CutSeat seat(m_broker, *m_proxy);
    RabbitInbox quick(&seat.connection, {Queue("quick")});
    RabbitInbox slow(&seat.connection, {m_queue}, false);
    QSignalSpy lost(&slow.consumer, &Consumer::settlementLost);
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(slow.messages.size(), 2, Long); // it came again
    QCOMPARE(slow.errors.size(), 1);
    QCOMPARE(slow.errors.first().replyCode(), 406);
    QVERIFY(slow.errors.first().isRecoverable());
    QVERIFY(slow.messages.last().isRedelivered());
    slow.messages.first().ack();
    QTRY_COMPARE_WITH_TIMEOUT(lost.size(), 1, Long);
    QVERIFY(!slow.messages.last().ack().isError()); // in time
    QTRY_VERIFY_WITH_TIMEOUT(slow.isConsuming(), Long);
    RABBIT_OK(Producer(&seat.connection, u"quick"_s).publish(u"b"_s));
    QTRY_COMPARE_WITH_TIMEOUT(quick.texts, QStringList(u"b"_s), Long);
    QVERIFY(quick.errors.isEmpty());
    QCOMPARE(seat.opened(), 1);
    RABBIT_OK(slow.consumer.cancel());
    QCOMPARE(seat.ready(m_queue.name()), 0);
    NODE_OK(set(u"channel_tick_interval"_s, u"60000"_s));
    NODE_OK(set(u"consumer_timeout"_s, u"1800000"_s));
}

void tst_AmqpNodeFaults::keepsToTheBrokersSmallerFrames()
{
    NODE_OK(set(u"frame_max"_s, u"8192"_s));
    RabbitSeat seat(m_broker.url());
    QStringList sent;
    Producer producer(&seat.connection, m_queue);
    RabbitInbox inbox(&seat.connection, {m_queue});
    for (const int size : {0, 8183, 8184, 8185, 16368, 16369, 200000}) {
        sent.append(QString(size, u'x'));
        RABBIT_OK(producer.publish(sent.last()));
    }
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, sent, Long);
    QCOMPARE(seat.connection.state(), Connection::Open);
    NODE_OK(set(u"frame_max"_s, u"131072"_s));
}

QOMBU_TEST(tst_AmqpNodeFaults)
#include "tst_amqpnodefaults.moc"
