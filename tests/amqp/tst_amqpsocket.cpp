// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/scriptedbroker.h"
#include "amqp/serverspeech.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace std::chrono_literals;

// One connection to a scripted broker.
class tst_AmqpSocket : public QObject, public AmqpSocketListener
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void writesOnceATurn();
    void writesMuchBeforeTheTurnEnds();
    void givesUpWhereNobodyLetsItIn();
    void beatsWhileItDoesNotRead();
    void hearsSilenceAgainWhenItReads();
    void readsBeforeItTakesSomebodyForDead();
    void closesBeforeItIsLetIn();
    void closesWhileItDoesNotRead();
    void saysWhyItGivesUp();
    void givesNoChannelTheEventsOfAnother();
    void tellsNoChannelAnythingAfterItsEnd();

private:
    struct Ear : ChannelListener
    {
        void channelEvents(std::span<SessionEvent> events) override
        {
            for (const SessionEvent &event : events)
                heard << int(event.type);
            if (onEvents)
                std::exchange(onEvents, nullptr)();
        }
        QList<int> heard;
        std::function<void()> onEvents;
    };

    void socketReady() override { m_news << "ready"; }
    void socketBlocked(const QString &) override {}
    void socketUnblocked() override {}
    void socketClosed() override { m_news << "closed"; }
    void socketFailed(const Error &error) override { m_news << "failed " + error.text().toUtf8(); }

    std::unique_ptr<SimulatedHub> m_hub;
    std::unique_ptr<ScriptedBroker> m_broker;
    std::unique_ptr<AmqpSocket> m_socket;
    QByteArrayList m_news;
};

void tst_AmqpSocket::init()
{
    m_news.clear();
    m_hub = std::make_unique<SimulatedHub>();
    m_broker = std::make_unique<ScriptedBroker>(m_hub.get());
    AmqpLinkSettings settings;
    settings.makeStream = [this](Hub *, ByteStreamListener *listener) {
        return m_broker->connect(listener);
    };
    m_socket = std::make_unique<AmqpSocket>(m_hub.get(), settings, this);
    m_socket->open();
}

void tst_AmqpSocket::cleanup()
{
    m_socket.reset();
}

void tst_AmqpSocket::writesOnceATurn()
{
    m_hub->settle();
    Ear ear;
    const quint16 channel = m_socket->openChannel(&ear);
    m_hub->callSoon([&] {
        for (quint64 tag = 1; tag <= 3; ++tag)
            m_socket->send(channel, basicAck(tag, false));
        QVERIFY(m_broker->heard().isEmpty());
    });
    m_hub->settle();
    QCOMPARE(m_broker->heard().size(), 3);
}

void tst_AmqpSocket::writesMuchBeforeTheTurnEnds()
{
    m_hub->settle();
    Ear ear;
    const quint16 channel = m_socket->openChannel(&ear);
    m_hub->settle();
    MessageContent content;
    content.body = QByteArray(1000, 'x');
    QList<qsizetype> written;
    m_broker->onWritten = [&](const QByteArray &bytes) { written << bytes.size(); };
    m_hub->callSoon([&] {
        for (int i = 0; i < 100; ++i)
            m_socket->publish(channel, {u"", u"q"}, content);
        QCOMPARE(written.size(), 1);
    });
    m_hub->settle();
    QCOMPARE(written.size(), 2);
    QVERIFY(written.front() < 70'000);
}

void tst_AmqpSocket::givesUpWhereNobodyLetsItIn()
{
    m_broker->heldBack << MethodId::ConnectionOpen;
    m_hub->advance(5s);
    QCOMPARE(m_news.size(), 1);
    QVERIFY(m_news.front().startsWith("failed"));
}

void tst_AmqpSocket::beatsWhileItDoesNotRead()
{
    m_hub->settle();
    m_socket->holdReading(1);
    m_socket->holdReading(1);
    m_hub->advance(10min);
    QVERIFY(m_broker->heardHeartbeats() >= 19);
    QCOMPARE(m_news, QByteArrayList{"ready"});
    m_socket->holdReading(-1);
    QVERIFY(!m_broker->streams.front()->isReading());
    m_socket->holdReading(-1);
    QVERIFY(m_broker->streams.front()->isReading());
}

void tst_AmqpSocket::hearsSilenceAgainWhenItReads()
{
    m_hub->settle();
    m_broker->heldBack << MethodId::BasicQos;
    Ear ear;
    m_socket->send(m_socket->openChannel(&ear), basicQos(1));
    m_hub->settle();
    m_broker->heldBack << MethodId::ChannelOpen; // it answers nothing any more
    m_socket->holdReading(1);
    m_hub->advance(10min);
    m_socket->holdReading(-1);
    m_hub->advance(9s);
    QCOMPARE(m_news, QByteArrayList{"ready"});
    m_hub->advance(2s); // the time-out of an answer
    QCOMPARE(m_news.size(), 2);
    QVERIFY(m_news.back().contains("basic.qos"));
}

// Whoever kept the loop busy for so long has kept it from reading, too.
void tst_AmqpSocket::readsBeforeItTakesSomebodyForDead()
{
    m_broker->heartbeat = 1;
    m_hub->settle();
    QCOMPARE(m_news, QByteArrayList{"ready"});
    m_hub->callSoon([&] {
        m_hub->skip(10s);
        m_broker->say(frame(8, 0, ""));
    });
    m_hub->settle();
    m_hub->advance(1s);
    QCOMPARE(m_news, QByteArrayList{"ready"});
    m_hub->advance(2s);
    QCOMPARE(m_news.size(), 2);
}

void tst_AmqpSocket::closesBeforeItIsLetIn()
{
    m_socket->close();
    QCOMPARE(m_news, QByteArrayList{"closed"});
    m_hub->advance(1min);
    QCOMPARE(m_news, QByteArrayList{"closed"});
}

void tst_AmqpSocket::closesWhileItDoesNotRead()
{
    m_hub->settle();
    m_socket->holdReading(1);
    m_socket->close();
    m_hub->settle();
    QCOMPARE(m_news, (QByteArrayList{"ready", "closed"}));
}

void tst_AmqpSocket::saysWhyItGivesUp()
{
    m_hub->settle();
    QByteArray written;
    m_broker->onWritten = [&](const QByteArray &bytes) { written += bytes; };
    m_broker->say(method(5, MethodId::BasicQosOk)); // there is no such channel
    m_hub->settle();
    QCOMPARE(frameTexts(written), QByteArrayList{"0 connection.close"});
    QVERIFY(m_news.back().startsWith("failed"));
}

// Its number is free in the session before its owner knows.
void tst_AmqpSocket::givesNoChannelTheEventsOfAnother()
{
    m_hub->settle();
    Ear first, second, third;
    QCOMPARE(m_socket->openChannel(&first), 1);
    QCOMPARE(m_socket->openChannel(&second), 2);
    m_hub->settle();
    second.onEvents = [&] { QCOMPARE(m_socket->openChannel(&third), 3); };
    m_socket->send(2, basicQos(1));
    m_broker->heldBack << MethodId::BasicQos;
    m_hub->settle();
    m_broker->say(method(2, MethodId::BasicQosOk) + m_broker->delivery("t", 1, "one", 1)
                  + closeMethod(1, 406, "NO"));
    m_hub->settle();
    QCOMPARE(first.heard.mid(1),
             (QList<int>{SessionEvent::Delivered, SessionEvent::ChannelClosed}));
    QCOMPARE(third.heard, QList<int>{SessionEvent::ChannelOpened});
    QCOMPARE(m_socket->openChannel(&first), 4);
}

void tst_AmqpSocket::tellsNoChannelAnythingAfterItsEnd()
{
    m_hub->settle();
    auto ear = std::make_unique<Ear>();
    Ear other;
    m_socket->openChannel(ear.get());
    m_socket->openChannel(&other);
    m_hub->settle();
    other.onEvents = [&] { // as a link that ends does
        ear.reset();
        m_socket->close();
    };
    m_broker->say(m_broker->delivery("t", 1, "one", 2) + m_broker->delivery("t", 1, "one", 1));
    m_hub->settle();
    QCOMPARE(m_news, (QByteArrayList{"ready", "closed"}));
}

QOMBU_TEST(tst_AmqpSocket)
#include "tst_amqpsocket.moc"
