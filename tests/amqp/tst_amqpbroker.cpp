// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/blockingpeer.h"
#include "support/testmain.h"

#include <QDateTime>
#include <QTest>
#include <QTimeZone>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;

// The session on a real RabbitMQ, over a socket that blocks.
class tst_AmqpBroker : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void logsIn_data();
    void logsIn();
    void isRefused_data();
    void isRefused();
    void carriesHeadersOfEveryKind();
    void declaresBindsAndCounts();
    void confirmsAndReturns();
    void consumesAndSettles();
    void reopensAChannelAfterARefusal();
    void carriesLargeBodies();
    void updatesItsSecret();
    void closes();

private:
    RabbitProcess m_broker;
};

namespace {

QString latin1(const char *text)
{
    return QString::fromLatin1(text);
}

} // namespace

void tst_AmqpBroker::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpBroker::logsIn_data()
{
    QTest::addColumn<QByteArray>("mechanism");
    QTest::newRow("PLAIN") << QByteArray("PLAIN");
    QTest::newRow("AMQPLAIN") << QByteArray("AMQPLAIN");
}

void tst_AmqpBroker::logsIn()
{
    QFETCH(QByteArray, mechanism);
    BlockingPeer peer(m_broker,
                      {.mechanism = mechanism,
                       .virtualHost = m_broker.virtualHost(),
                       .connectionName = latin1("tst_amqpbroker")});
    QVERIFY(!peer.await(SessionEvent::Ready).why.isError());
    QCOMPARE(peer.session().serverProperties().value(latin1("product")),
             QVariant(latin1("RabbitMQ")));
    QCOMPARE(peer.session().frameMax(), 131072u);
    QCOMPARE(peer.session().channelMax(), 2047);
    QCOMPARE(peer.session().heartbeat(), std::chrono::seconds(60));
}

void tst_AmqpBroker::isRefused_data()
{
    QTest::addColumn<QString>("password");
    QTest::addColumn<QString>("virtualHost");
    QTest::addColumn<Error::Kind>("kind");
    QTest::newRow("password") << "wrong" << m_broker.virtualHost() << Error::Authentication;
    QTest::newRow("virtual host") << "guest"
                                  << "nowhere" << Error::Configuration;
}

void tst_AmqpBroker::isRefused()
{
    QFETCH(QString, password);
    QFETCH(QString, virtualHost);
    BlockingPeer peer(m_broker, {.password = password, .virtualHost = virtualHost});
    QVERIFY(peer.await(SessionEvent::Ready).why.isError());
    QTEST(peer.fatal().kind(), "kind");
    QVERIFY(!peer.fatal().isRecoverable());
}

void tst_AmqpBroker::carriesHeadersOfEveryKind()
{
    BlockingPeer peer(m_broker, {.virtualHost = m_broker.virtualHost()});
    peer.await(SessionEvent::Ready);
    const quint16 channel = peer.open();
    const QString queue =
        peer.request(channel,
                     queueDeclare({.name = QString(), .durable = false, .exclusive = true}))
            .name;
    QVERIFY(!queue.isEmpty());

    MessageContent content;
    content.body = "body";
    content.contentType = latin1("text/plain");
    content.contentEncoding = latin1("utf-8");
    content.headers = {
        {latin1("text"), QStringLiteral("größe")},
        {latin1("bytes"), QByteArray("\xff\0", 2)},
        {latin1("int"), qint64(-5)},
        {latin1("long"), -(qint64(1) << 40)},
        {latin1("double"), 0.1},
        {latin1("bool"), true},
        {latin1("null"), QVariant::fromValue(nullptr)},
        {latin1("time"), QDateTime::fromSecsSinceEpoch(1767323045, QTimeZone::utc())},
        {latin1("list"), QVariantList{qint64(1), latin1("two"), QVariantList()}},
        {latin1("map"), QVariantMap{{latin1("inner"), QVariantMap()}}}};
    content.priority = 7;
    content.deliveryMode = 2;
    MessageProperties &properties = content.properties.edit();
    properties.correlationId = latin1("c");
    properties.replyTo = latin1("r");
    properties.messageId = latin1("m");
    properties.type = latin1("t");
    properties.appId = latin1("a");
    properties.userId = latin1("guest");
    properties.clusterId = latin1("cluster");
    properties.timestamp = qint64(123);
    properties.expiration = std::chrono::minutes(1);
    QCOMPARE(peer.session().publish(channel, {u"", queue}, content, peer.now()), Error());

    const SessionEvent fetched =
        peer.request(channel, basicGet(queue, true), SessionEvent::Fetched);
    QVERIFY2(fetched.content, qPrintable(peer.fatal().text()));
    QCOMPARE(fetched.content->body, content.body);
    QCOMPARE(fetched.content->headers, content.headers);
    QCOMPARE(*fetched.content->properties, *content.properties);
    QCOMPARE(fetched.content->priority, 7);
    QCOMPARE(fetched.content->deliveryMode, 2);
    QCOMPARE(fetched.content->contentType, content.contentType);
    QCOMPARE(fetched.content->contentEncoding, content.contentEncoding);
    QCOMPARE(fetched.content->routingKey, queue);
    QCOMPARE(peer.request(channel, basicGet(queue, true)).method, MethodId::BasicGetEmpty);
}

void tst_AmqpBroker::declaresBindsAndCounts()
{
    BlockingPeer peer(m_broker, {.virtualHost = m_broker.virtualHost()});
    peer.await(SessionEvent::Ready);
    const quint16 channel = peer.open();
    const QString from = latin1("from"), to = latin1("to"), queue = latin1("q");
    QCOMPARE(peer.request(channel, exchangeDeclare({.name = from, .type = latin1("topic")})).method,
             MethodId::ExchangeDeclareOk);
    peer.request(channel, exchangeDeclare({.name = to, .type = latin1("fanout")}));
    const auto limits =
        queueDeclare({.name = queue,
                      .arguments = {{latin1("x-max-priority"), 5}, {latin1("x-expires"), 60000}}});
    QCOMPARE(peer.request(channel, limits).name, queue);
    QCOMPARE(peer.request(channel, limits).name, queue); // the same arguments are no difference
    QCOMPARE(peer.request(channel,
                          exchangeBind({.target = to, .exchange = from, .routingKey = latin1("#")}))
                 .method,
             MethodId::ExchangeBindOk);
    QCOMPARE(peer.request(channel, queueBind({.target = queue, .exchange = to})).method,
             MethodId::QueueBindOk);
    peer.request(channel, confirmSelect());
    for (int i = 0; i < 3; ++i)
        peer.session().publish(channel, {from, u"any.key"}, {}, peer.now());
    quint64 confirmed = 0; // a message is not counted before
    for (int i = 0; i < 3 && confirmed < 3; ++i)
        confirmed = peer.await(SessionEvent::Acked).number;
    QCOMPARE(confirmed, 3u);
    QCOMPARE(peer.request(channel, queueDeclare({.name = queue, .passive = true})).messageCount, 3);
    QCOMPARE(peer.request(channel, queuePurge(queue)).messageCount, 3);
    QCOMPARE(peer.request(channel, queueUnbind({.target = queue, .exchange = to})).method,
             MethodId::QueueUnbindOk);
    QCOMPARE(
        peer.request(channel,
                     exchangeUnbind({.target = to, .exchange = from, .routingKey = latin1("#")}))
            .method,
        MethodId::ExchangeUnbindOk);
    QCOMPARE(peer.request(channel, queueDelete(queue)).method, MethodId::QueueDeleteOk);
    QCOMPARE(peer.request(channel, exchangeDelete(from)).method, MethodId::ExchangeDeleteOk);
    QCOMPARE(peer.request(channel, exchangeDelete(to)).method, MethodId::ExchangeDeleteOk);
}

void tst_AmqpBroker::confirmsAndReturns()
{
    BlockingPeer peer(m_broker, {.virtualHost = m_broker.virtualHost()});
    peer.await(SessionEvent::Ready);
    const quint16 channel = peer.open();
    QCOMPARE(peer.request(channel, confirmSelect()).method, MethodId::ConfirmSelectOk);
    MessageContent content;
    content.body = "lost";
    peer.session().publish(channel, {u"", u"nowhere", true}, content, peer.now());
    const SessionEvent returned = peer.await(SessionEvent::Returned);
    QCOMPARE(returned.why.replyCode(), 312);
    QCOMPARE(returned.content->body, QByteArray("lost"));
    QCOMPARE(returned.content->routingKey, latin1("nowhere"));
    QCOMPARE(peer.await(SessionEvent::Acked).number, 1u);
}

void tst_AmqpBroker::consumesAndSettles()
{
    BlockingPeer peer(m_broker, {.virtualHost = m_broker.virtualHost()});
    peer.await(SessionEvent::Ready);
    const quint16 channel = peer.open();
    const QString queue = latin1("consumed");
    peer.request(channel, queueDeclare({.name = queue, .durable = false}));
    peer.request(channel, basicQos(2));
    QCOMPARE(peer.request(channel, basicConsume({.queue = queue, .tag = latin1("me")})).tag,
             QByteArray("me"));
    for (const char *body : {"one", "two", "three"}) {
        MessageContent content;
        content.body = body;
        peer.session().publish(channel, {u"", queue}, content, peer.now());
    }
    QCOMPARE(peer.await(SessionEvent::Delivered).content->body, QByteArray("one"));
    const SessionEvent two = peer.await(SessionEvent::Delivered);
    QCOMPARE(two.number, 2u);
    QCOMPARE(two.tag, QByteArray("me"));
    peer.session().send(channel, basicAck(1, false), peer.now());
    QCOMPARE(peer.await(SessionEvent::Delivered).content->body, QByteArray("three"));
    peer.session().send(channel, basicNack(3, true, true), peer.now());
    const SessionEvent again = peer.await(SessionEvent::Delivered);
    QCOMPARE(again.content->body, QByteArray("two"));
    QVERIFY(again.content->redelivered);

    const quint16 other = peer.open();
    peer.session().send(other, *queueDelete(queue), peer.now());
    QCOMPARE(peer.await(SessionEvent::ConsumerCancelled).tag, QByteArray("me"));
}

void tst_AmqpBroker::reopensAChannelAfterARefusal()
{
    BlockingPeer peer(m_broker, {.virtualHost = m_broker.virtualHost(), .channelMax = 1});
    peer.await(SessionEvent::Ready);
    const quint16 channel = peer.open();
    const SessionEvent closed =
        peer.request(channel, queueDeclare({.name = latin1("nonexist"), .passive = true}),
                     SessionEvent::ChannelClosed);
    QCOMPARE(closed.why.kind(), Error::NotFound);
    QCOMPARE(closed.why.where(), latin1("queue/nonexist"));
    for (int i = 0; i < 20; ++i) { // our close and theirs cross on some
        peer.session().releaseChannel(channel);
        QCOMPARE(peer.open(), channel);
        peer.session().send(channel, *queueDeclare({.name = latin1("nonexist"), .passive = true}),
                            peer.now());
        peer.session().closeChannel(channel, peer.now());
        QCOMPARE(peer.await(SessionEvent::ChannelEnded).channel, channel);
    }
}

void tst_AmqpBroker::carriesLargeBodies()
{
    BlockingPeer peer(m_broker,
                      {.virtualHost = m_broker.virtualHost(), .maximumMessageBytes = 500000});
    peer.await(SessionEvent::Ready);
    const quint16 channel = peer.open();
    const QString queue =
        peer.request(channel,
                     queueDeclare({.name = QString(), .durable = false, .exclusive = true}))
            .name;
    for (const int size : {0, 131064, 131065, 400000, 500001, 1}) {
        MessageContent content;
        content.body = QByteArray(size, 'x');
        peer.session().publish(channel, {u"", queue}, content, peer.now());
        const SessionEvent got =
            peer.request(channel, basicGet(queue, true), SessionEvent::Fetched);
        QCOMPARE(got.content->body.size(), size <= 500000 ? size : 0);
        QCOMPARE(got.why.kind(), size <= 500000 ? Error::None : Error::LimitExceeded);
    }
}

void tst_AmqpBroker::updatesItsSecret()
{
    BlockingPeer peer(m_broker, {.virtualHost = m_broker.virtualHost()});
    peer.await(SessionEvent::Ready);
    peer.session().updateSecret(latin1("guest"), peer.now());
    // The user of a password has nothing to renew, which RabbitMQ may refuse; it understood us.
    const SessionEvent updated = peer.await(SessionEvent::SecretUpdated);
    QVERIFY2(!updated.why.isError() || peer.fatal().replyCode() == 530,
             qPrintable(peer.fatal().text()));
}

void tst_AmqpBroker::closes()
{
    BlockingPeer peer(m_broker, {.virtualHost = m_broker.virtualHost()});
    peer.await(SessionEvent::Ready);
    peer.open();
    peer.session().close(peer.now());
    QVERIFY(!peer.await(SessionEvent::Closed).why.isError());
    QVERIFY(!peer.fatal().isError());
}

QOMBU_TEST(tst_AmqpBroker)
#include "tst_amqpbroker.moc"
