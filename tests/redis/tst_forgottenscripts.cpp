// SPDX-License-Identifier: BSD-3-Clause
#include "net/streamfactory.h"
#include "support/brokerprocess.h"
#include "support/redisparts.h"
#include "support/testmain.h"
#include "transports/redis/publishing/redispublisher.h"
#include "transports/redis/redissocket.h"
#include "virtual/envelope/envelope.h"

#include <Qombu/hub.h>

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;

// A real server that forgets its scripts in the middle of a turn's publishes.
class tst_ForgottenScripts : public QObject, private PublishListener, private RedisSocketListener
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void keepsTheOrderOfATurn_data();
    void keepsTheOrderOfATurn();

private:
    RedisSocketListener *socketListener() { return this; }
    PublishListener *publishListener() { return this; }
    RedisLinkSettings settings() const;
    static void publish(RedisPublisher &publisher, int number, const QString &exchange);
    QByteArrayList bodies(); // in the queue, the next to be consumed first

    void published(std::vector<PublishOutcome> &&outcomes) override
    {
        for (const PublishOutcome &outcome : outcomes)
            QCOMPARE(outcome.error, Error());
        m_settled += outcomes.size();
    }
    void publishRoom(int, qint64) override {}
    void channelClosed(const Error &) override {}
    void socketReady() override { m_isReady = true; }
    void socketFailed(const Error &error) override { QFAIL(qPrintable(error.text())); }

    QombuTest::BrokerProcess m_server;
    bool m_isReady = false;
    std::size_t m_settled = 0;
};

void tst_ForgottenScripts::initTestCase()
{
    QVERIFY2(m_server.start(), qPrintable(m_server.errorText()));
}

RedisLinkSettings tst_ForgottenScripts::settings() const
{
    RedisLinkSettings settings;
    settings.makeStream = streamsTo(Endpoint::tcp(QStringLiteral("127.0.0.1"), m_server.port()), {},
                                    std::chrono::seconds(5));
    return settings;
}

void tst_ForgottenScripts::publish(RedisPublisher &publisher, int number, const QString &exchange)
{
    MessageContent content;
    content.body = QByteArray::number(number);
    content.exchange = exchange;
    content.routingKey = QStringLiteral("q");
    std::vector<OutgoingMessage> batch;
    batch.push_back({quint64(number), std::make_shared<const MessageContent>(std::move(content))});
    publisher.publish(std::move(batch));
}

QByteArrayList tst_ForgottenScripts::bodies()
{
    QByteArrayList result;
    for (const QByteArray &bytes : m_server.texts({"LRANGE", "q", "0", "-1"}))
        result.prepend(Envelope::decode(bytes)->body);
    return result;
}

void tst_ForgottenScripts::keepsTheOrderOfATurn_data()
{
    QTest::addColumn<int>("flushed"); // before this message
    QTest::addColumn<int>("plain"); // each so many-th goes to the queue itself
    for (int flushed = 1; flushed <= 6; ++flushed) {
        QTest::addRow("routed, before %d", flushed) << flushed << 100;
        QTest::addRow("every second one plain, before %d", flushed) << flushed << 2;
        QTest::addRow("every third one plain, before %d", flushed) << flushed << 3;
    }
}

void tst_ForgottenScripts::keepsTheOrderOfATurn()
{
    QFETCH(const int, flushed);
    QFETCH(const int, plain);
    m_server.command({"FLUSHALL"});
    m_server.command({"SADD", "_kombu.binding.e", "q\x06\x16\x06\x16q"});
    m_isReady = false;
    m_settled = 0;
    RedisSocket socket(Hub::current(), settings(), SocketRole::Commands, socketListener());
    socket.open();
    QTRY_VERIFY(m_isReady);
    QombuTest::RedisParts parts(socket);
    RedisPublisher publisher(parts.context, publishListener());
    publish(publisher, 0, QStringLiteral("e")); // bindings and script are known now
    QTRY_COMPARE(m_settled, 1u);

    QByteArrayList expected{"0"};
    for (int i = 1; i <= 6; ++i) {
        if (i == flushed)
            socket.send({"SCRIPT", "FLUSH"}, [](const Result<RespValue> &) {});
        publish(publisher, i, i % plain == 0 ? QString() : QStringLiteral("e"));
        expected.append(QByteArray::number(i));
    }
    QTRY_COMPARE(m_settled, 7u);
    QCOMPARE(bodies(), expected);
}

QOMBU_TEST(tst_ForgottenScripts)
#include "tst_forgottenscripts.moc"
