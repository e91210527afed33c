// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/blockingpeer.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;

// Frames at their limits and out of order, between the session and a real RabbitMQ.
class tst_AmqpFrames : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void bodiesOfEverySizeKeepToTheLimit_data();
    void bodiesOfEverySizeKeepToTheLimit();
    void aMethodBeyondTheLimitIsNotSent();
    void anUnexpectedFrameEndsTheConnection_data();
    void anUnexpectedFrameEndsTheConnection();
    void anInvalidAckEndsItsChannelOnly_data();
    void anInvalidAckEndsItsChannelOnly();

private:
    SessionSettings settings(quint32 frameMax = 131072) const
    {
        return {.virtualHost = m_broker.virtualHost(), .frameMax = frameMax};
    }
    static QString temporaryQueue(BlockingPeer &peer, quint16 channel)
    {
        return peer
            .request(channel,
                     queueDeclare({.name = QString(), .durable = false, .exclusive = true}))
            .name;
    }

    RabbitProcess m_broker;
};

void tst_AmqpFrames::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

// Other tests expect none in there.
void tst_AmqpFrames::cleanupTestCase()
{
    QVERIFY(m_broker.channelErrors().join(u' ').contains(QStringLiteral("unknown delivery tag")));
}

void tst_AmqpFrames::bodiesOfEverySizeKeepToTheLimit_data()
{
    QTest::addColumn<quint32>("frameMax");
    QTest::newRow("least") << LeastFrameMax;
    QTest::newRow("odd") << 5003u;
    QTest::newRow("RabbitMQ's") << 131072u;
}

void tst_AmqpFrames::bodiesOfEverySizeKeepToTheLimit()
{
    QFETCH(quint32, frameMax);
    BlockingPeer peer(m_broker, settings(frameMax));
    QVERIFY(!peer.await(SessionEvent::Ready).why.isError());
    QCOMPARE(peer.session().frameMax(), frameMax);
    const quint16 channel = peer.open();
    const QString queue = temporaryQueue(peer, channel);
    const int payload = int(frameMax) - int(FrameExtraBytes);
    for (int frames = 0; frames <= 3; ++frames) {
        for (int size = frames * payload - 9; size <= frames * payload + 9; ++size) {
            if (size < 0)
                continue;
            MessageContent content;
            content.body = QByteArray(size, char('a' + size % 26));
            QCOMPARE(peer.session().publish(channel, {u"", queue}, content, peer.now()), Error());
            const SessionEvent got =
                peer.request(channel, basicGet(queue, true), SessionEvent::Fetched);
            QVERIFY2(got.content, qPrintable(peer.fatal().text()));
            QVERIFY2(got.content->body == content.body, QByteArray::number(size).constData());
        }
    }
    QCOMPARE(peer.largestSent(), qsizetype(frameMax)); // and filled
    QCOMPARE(peer.largestReceived(), qsizetype(frameMax));
}

// AMQP 0-9-1 §4.2.3: only content may take several frames.
void tst_AmqpFrames::aMethodBeyondTheLimitIsNotSent()
{
    BlockingPeer peer(m_broker, settings(LeastFrameMax));
    QVERIFY(!peer.await(SessionEvent::Ready).why.isError());
    const quint16 channel = peer.open();
    const QString queue = temporaryQueue(peer, channel);
    DeclareQueue large{.name = QStringLiteral("large"), .durable = false};
    large.arguments.insert(QStringLiteral("x-note"), QString(4096, u'n'));
    QVERIFY(peer.session().send(channel, *queueDeclare(large), peer.now()).isError());
    MessageContent content;
    content.headers.insert(QStringLiteral("note"), QString(4096, u'n'));
    QVERIFY(peer.session().publish(channel, {u"", queue}, content, peer.now()).isError());
    QCOMPARE(peer.request(channel, basicGet(queue, true)).method, MethodId::BasicGetEmpty);
    QVERIFY(peer.largestSent() <= qsizetype(LeastFrameMax));
}

void tst_AmqpFrames::anUnexpectedFrameEndsTheConnection_data()
{
    QTest::addColumn<QByteArray>("frames"); // on channel 1, which is open
    QTest::addColumn<QList<int>>("codes"); // one of them
    const auto publish = [](int channel) {
        return method(channel, MethodId::BasicPublish,
                      u16(0) + shortString("") + shortString("q") + u8(0));
    };
    const QByteArray wrongClass = frame(2, 1, u16(50) + u16(0) + u64(3) + u16(0));
    const QByteArray badEnd = publish(1).chopped(1) + '\0';
    QTest::newRow("header without method") << contentHeader(1, 1) << QList{505};
    QTest::newRow("body without method") << body(1, "x") << QList{505};
    QTest::newRow("body without header") << QByteArray(publish(1) + body(1, "x")) << QList{505};
    QTest::newRow("method instead of header") << QByteArray(publish(1) + publish(1)) << QList{505};
    QTest::newRow("method instead of body")
        << QByteArray(publish(1) + contentHeader(1, 3) + publish(1)) << QList{505};
    QTest::newRow("two headers") << QByteArray(publish(1) + contentHeader(1, 3)
                                               + contentHeader(1, 3))
                                 << QList{505};
    QTest::newRow("header of another class") << QByteArray(publish(1) + wrongClass) << QList{505};
    QTest::newRow("on a channel that is not open")
        << method(7, MethodId::BasicQos, u32(0) + u16(1) + u8(0)) << QList{504};
    QTest::newRow("content on channel 0") << contentHeader(0, 1) << QList{501, 503, 504, 505};
    QTest::newRow("of an unknown type") << frame(99, 1, "x") << QList{501};
    QTest::newRow("without its end") << badEnd << QList{501};
    QTest::newRow("beyond the limit") << frame(3, 1, QByteArray(131072 + 1, 'x')) << QList{501};
}

void tst_AmqpFrames::anUnexpectedFrameEndsTheConnection()
{
    QFETCH(QByteArray, frames);
    QFETCH(QList<int>, codes);
    BlockingPeer peer(m_broker, settings());
    QVERIFY(!peer.await(SessionEvent::Ready).why.isError());
    QCOMPARE(peer.open(), 1);
    peer.writeRaw(frames);
    peer.await(SessionEvent::Closed); // does not come
    const Error &fatal = peer.fatal();
    QVERIFY2(codes.contains(fatal.replyCode()),
             qPrintable(QStringLiteral("%1 %2").arg(fatal.replyCode()).arg(fatal.text())));
    QVERIFY(peer.session().send(1, basicQos(1), peer.now()).isError());
}

void tst_AmqpFrames::anInvalidAckEndsItsChannelOnly_data()
{
    QTest::addColumn<QList<Method>>("settlements");
    QTest::newRow("ack twice") << QList{basicAck(1, false), basicAck(1, false)};
    QTest::newRow("ack, then reject") << QList{basicAck(1, false), basicReject(1, true)};
    QTest::newRow("ack all, then one") << QList{basicAck(2, true), basicAck(1, false)};
    QTest::newRow("ack of an unknown tag") << QList{basicAck(99, false)};
    QTest::newRow("ack of an unknown tag, multiple") << QList{basicAck(99, true)};
    QTest::newRow("nack of an unknown tag") << QList{basicNack(99, false, true)};
    QTest::newRow("reject of an unknown tag") << QList{basicReject(99, true)};
}

void tst_AmqpFrames::anInvalidAckEndsItsChannelOnly()
{
    QFETCH(QList<Method>, settlements);
    BlockingPeer peer(m_broker, settings());
    QVERIFY(!peer.await(SessionEvent::Ready).why.isError());
    const quint16 other = peer.open();
    const quint16 channel = peer.open();
    const QString queue = temporaryQueue(peer, other);
    for (const char *text : {"one", "two"}) {
        MessageContent content;
        content.body = text;
        peer.session().publish(other, {u"", queue}, content, peer.now());
    }
    peer.request(other, queueDeclare({.name = queue, .passive = true})); // both are there
    peer.request(channel, basicConsume({.queue = queue, .tag = QStringLiteral("me")}));
    QCOMPARE(peer.await(SessionEvent::Delivered).number, 1u);
    QCOMPARE(peer.await(SessionEvent::Delivered).number, 2u);
    for (const Method &method : settlements)
        peer.session().send(channel, method, peer.now());
    const SessionEvent closed = peer.await(SessionEvent::ChannelClosed);
    QCOMPARE(closed.channel, channel);
    QCOMPARE(closed.why.replyCode(), 406);
    QVERIFY(!closed.why.isRecoverable());
    QCOMPARE(peer.request(other, queueDeclare({.name = queue, .passive = true})).consumerCount, 0);
    const quint16 next = peer.open();
    QCOMPARE(peer.request(next, basicQos(1)).method, MethodId::BasicQosOk);
}

QOMBU_TEST(tst_AmqpFrames)
#include "tst_amqpframes.moc"
