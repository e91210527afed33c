// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/faultproxy.h"
#include "support/testmain.h"

#include <QSignalSpy>
#include <QUrl>

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// What makes consuming from a real RabbitMQ hard: messages that nobody can read, counted returns,
// streams.
class tst_AmqpConsumingFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText())); }
    void init() { QVERIFY(m_broker.reset()); }

    void takesHeadersThatAreLargerThanAFrame();
    void takesHeadersToWhichTheBrokerAdds();
    void countsOneDeliveryAClose();
    void keepsItsPlaceWhenTheWindowChanges();
    void goesOnInAStream_data();
    void goesOnInAStream();
    void readsANewStreamFromItsBeginning();
    void goesOnWhereAHeaderOnlyLooksLikeAStreams();
    void findsOutThatItIsAStream();
    void deliversWhatHadComeWhereAnotherQueueWasRemoved();

private:
    QString through(const FaultProxy &proxy) const
    {
        QUrl url(m_broker.url());
        url.setPort(proxy.port());
        return url.toString(QUrl::FullyEncoded);
    }
    Queue declared(RabbitSeat &seat, const QString &name, const QVariantMap &arguments = {});

    RabbitProcess m_broker;
};

namespace {

const QString Work = QStringLiteral("work");

QVariantMap ofType(const char *type)
{
    return {{QStringLiteral("x-queue-type"), QString::fromLatin1(type)}};
}

} // namespace

Queue tst_AmqpConsumingFaults::declared(RabbitSeat &seat, const QString &name,
                                        const QVariantMap &arguments)
{
    Queue queue(name);
    queue.setArguments(arguments);
    const Error error = errorOf(seat.channel()->declare(queue));
    if (error.isError())
        qWarning() << error.text();
    return queue;
}

// RabbitMQ cuts bodies to the frames that were agreed upon, and headers not.
void tst_AmqpConsumingFaults::takesHeadersThatAreLargerThanAFrame()
{
    RabbitSeat out(m_broker.url());
    RabbitSeat seat(m_broker.url() + QStringLiteral("?frame_max=4096"));
    const Queue queue = declared(out, Work);
    Producer producer(&out.connection, queue);
    PublishOptions options;
    options.headers = {{QStringLiteral("k"), QString(20000, u'x')}};
    RABBIT_OK(producer.publish(QStringLiteral("large"), options));
    RABBIT_OK(producer.publish(QStringLiteral("small")));
    QSignalSpy states(&seat.connection, &Connection::stateChanged);
    RabbitInbox inbox(&seat.connection, {queue});
    QTRY_COMPARE(inbox.texts, (QStringList{QStringLiteral("large"), QStringLiteral("small")}));
    QCOMPARE(inbox.messages[0].headers()[QStringLiteral("k")].toString().size(), 20000);
    QCOMPARE(seat.connection.state(), Connection::Open);
}

// As large as they may be, and returned: x-delivery-count is put to them.
void tst_AmqpConsumingFaults::takesHeadersToWhichTheBrokerAdds()
{
    RabbitSeat seat(m_broker.url());
    const Queue queue = declared(seat, Work, ofType("quorum"));
    Producer producer(&seat.connection, queue);
    PublishOptions options;
    int bytes = 131072; // of which the frame, properties and the table take some
    Error error;
    do {
        options.headers = {{QStringLiteral("k"), QString(--bytes, u'x')}};
        error = errorOf(producer.publish(QStringLiteral("large"), options));
    } while (error.isError() && bytes > 130000);
    QVERIFY2(!error.isError(), qPrintable(error.text()));
    RabbitInbox inbox(&seat.connection, {queue}, false);
    QTRY_COMPARE(inbox.messages.size(), 1);
    inbox.messages[0].requeue();
    QTRY_COMPARE(inbox.messages.size(), 2);
    QVERIFY(inbox.messages[1].headers().contains(QStringLiteral("x-delivery-count")));
    inbox.messages[1].ack();
    QCOMPARE(seat.ready(Work), 0);
}

// A worker that is started often must not use up what the broker allows a message.
void tst_AmqpConsumingFaults::countsOneDeliveryAClose()
{
    constexpr int Messages = 10;
    RabbitSeat seat(m_broker.url());
    const Queue queue = declared(seat, Work, ofType("quorum"));
    Producer producer(&seat.connection, queue);
    for (int i = 0; i < Messages; ++i)
        RABBIT_OK(producer.publish(i));
    for (int round = 0; round < 4; ++round) {
        RabbitSeat worker(m_broker.url());
        RabbitInbox first(&worker.connection, {queue}, false);
        RabbitInbox second(&worker.connection, {queue}, false); // is sent what the first gives back
        QTRY_COMPARE(first.messages.size() + second.messages.size(), Messages);
        for (const Message &message : first.messages + second.messages)
            QCOMPARE(message.headers().value(QStringLiteral("x-delivery-count")).toInt(), round);
        RABBIT_OK(worker.connection.close());
        QTRY_COMPARE(seat.ready(Work), Messages);
    }
}

// The one that is active of a queue that has only one.
void tst_AmqpConsumingFaults::keepsItsPlaceWhenTheWindowChanges()
{
    RabbitSeat seat(m_broker.url());
    RabbitSeat elsewhere(m_broker.url());
    const Queue queue = declared(seat, Work, {{QStringLiteral("x-single-active-consumer"), true}});
    RabbitInbox active(&seat.connection, {queue});
    QTRY_VERIFY(active.isConsuming());
    RabbitInbox waiting(&elsewhere.connection, {queue});
    QTRY_VERIFY(waiting.isConsuming());
    QVERIFY(!active.consumer.setPrefetchCount(5).isError());
    QCOMPARE(seat.ready(Work), 0); // whatever was asked before has been answered
    Producer producer(&seat.connection, queue);
    for (int i = 0; i < 20; ++i)
        RABBIT_OK(producer.publish(QString::number(i)));
    QTRY_COMPARE(active.texts.size() + waiting.texts.size(), 20);
    QCOMPARE(active.texts.size(), 20);
}

void tst_AmqpConsumingFaults::goesOnInAStream_data()
{
    QTest::addColumn<QVariantMap>("arguments");
    QTest::newRow("from the first") << QVariantMap{{u"x-stream-offset"_s, u"first"_s}};
    QTest::newRow("from number 3") << QVariantMap{{u"x-stream-offset"_s, 3}};
    QTest::newRow("from the next") << QVariantMap();
}

// After a cut: at the first message that was not settled.
void tst_AmqpConsumingFaults::goesOnInAStream()
{
    QFETCH(QVariantMap, arguments);
    FaultProxy proxy(m_broker.port());
    RabbitSeat out(m_broker.url());
    RabbitSeat seat(through(proxy));
    Queue queue = declared(out, u"stream"_s, ofType("stream"));
    queue.setConsumerArguments(arguments);
    Producer producer(&out.connection, queue);
    const auto publish = [&](int from, int to) {
        for (int i = from; i < to; ++i)
            QVERIFY(!errorOf(producer.publish(QString::number(i))).isError());
    };
    publish(0, 5);
    const bool isOfAll = !arguments.isEmpty();
    const int first = arguments.value(u"x-stream-offset"_s).toInt();
    RabbitInbox inbox(&seat.connection, {queue}, false);
    QTRY_VERIFY(inbox.isConsuming());
    if (isOfAll)
        QTRY_COMPARE(inbox.texts.value(0), QString::number(first));
    publish(5, 10);
    QTRY_COMPARE(inbox.texts.value(inbox.texts.size() - 1), u"9"_s);
    const qsizetype seen = inbox.texts.size();
    QCOMPARE(seen, isOfAll ? 10 - first : 5);
    for (qsizetype i = 0; i < seen; ++i) {
        if (inbox.texts[i] != u"7"_s)
            inbox.messages[i].ack();
    }
    RABBIT_OK(seat.channel()->inspect(u"stream"_s)); // the acknowledgements are there
    proxy.refuse();
    proxy.endAll(FaultProxy::Reset);
    QTRY_VERIFY(!inbox.isConsuming());
    publish(10, 12);
    proxy.passAll();
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.mid(seen).join(u' '), u"7 8 9 10 11"_s, 15000);
    for (const Message &message : inbox.messages.mid(seen))
        message.ack();
    RABBIT_OK(seat.channel()->inspect(u"stream"_s));
    const qsizetype seenTwice = inbox.texts.size();
    proxy.endAll(FaultProxy::Reset);
    QTRY_VERIFY(!inbox.isConsuming());
    publish(12, 13);
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.mid(seenTwice).join(u' '), u"12"_s, 15000);
}

void tst_AmqpConsumingFaults::readsANewStreamFromItsBeginning()
{
    RabbitSeat seat(m_broker.url());
    Queue queue = declared(seat, u"stream"_s, ofType("stream"));
    queue.setConsumerArguments({{u"x-stream-offset"_s, u"first"_s}});
    Producer producer(&seat.connection, queue);
    RABBIT_OK(producer.publish(u"old"_s));
    RabbitInbox inbox(&seat.connection, {queue});
    QTRY_COMPARE(inbox.texts, QStringList{u"old"_s});
    m_broker.manage("DELETE", u"queues/%1/stream"_s.arg(m_broker.virtualHost()));
    QTRY_VERIFY(!inbox.isConsuming());
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 15000);
    RABBIT_OK(producer.publish(u"new"_s));
    QTRY_COMPARE(inbox.texts.value(1), u"new"_s);
}

// As a shovel from a stream leaves it. Whatever is not acknowledged must not be.
void tst_AmqpConsumingFaults::goesOnWhereAHeaderOnlyLooksLikeAStreams()
{
    FaultProxy proxy(m_broker.port());
    RabbitSeat out(m_broker.url());
    RabbitSeat seat(through(proxy));
    const Queue queue = declared(out, Work);
    Producer producer(&out.connection, queue);
    PublishOptions options;
    options.headers = {{u"x-stream-offset"_s, 7}};
    RABBIT_OK(producer.publish(u"a"_s, options));
    RABBIT_OK(producer.publish(u"b"_s, options));
    RabbitInbox inbox(&seat.connection, {queue}, false);
    QTRY_COMPARE(inbox.texts, (QStringList{u"a"_s, u"b"_s}));
    inbox.messages[0].requeue();
    QTRY_COMPARE(inbox.texts.value(2), u"a"_s);
    inbox.messages[2].ack();
    RABBIT_OK(seat.channel()->inspect(Work));
    proxy.endAll(FaultProxy::Reset);
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.value(3), u"b"_s, 15000);
    RABBIT_OK(seat.connection.close());
    QTRY_COMPARE(out.ready(Work), 1);
}

// Nothing in the wish says what it is.
void tst_AmqpConsumingFaults::findsOutThatItIsAStream()
{
    FaultProxy proxy(m_broker.port());
    RabbitSeat out(m_broker.url());
    RabbitSeat seat(through(proxy));
    const Queue stream = declared(out, u"stream"_s, ofType("stream"));
    Queue plain(u"stream"_s);
    RabbitInbox inbox(&seat.connection, {plain}, false);
    QTRY_VERIFY(inbox.isConsuming());
    QSignalSpy states(&seat.connection, &Connection::stateChanged);
    Producer producer(&out.connection, stream);
    RABBIT_OK(producer.publish(u"a"_s));
    QTRY_COMPARE(inbox.texts, QStringList{u"a"_s});
    inbox.messages[0].requeue();
    RABBIT_OK(producer.publish(u"b"_s));
    QTRY_COMPARE(inbox.texts, (QStringList{u"a"_s, u"b"_s}));
    inbox.messages[1].reject();
    RABBIT_OK(producer.publish(u"c"_s));
    QTRY_COMPARE(inbox.texts.size(), 3);
    RABBIT_OK(seat.channel()->inspect(u"stream"_s));
    QCOMPARE(states.size(), 0);
    proxy.refuse();
    proxy.endAll(FaultProxy::Reset);
    QTRY_VERIFY(!inbox.isConsuming());
    RABBIT_OK(producer.publish(u"d"_s));
    proxy.passAll();
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.mid(3), (QStringList{u"c"_s, u"d"_s}), 15000);
}

void tst_AmqpConsumingFaults::deliversWhatHadComeWhereAnotherQueueWasRemoved()
{
    RabbitSeat out(m_broker.url());
    RabbitSeat seat(m_broker.url());
    const Queue queue = declared(out, Work);
    const Queue other = declared(out, u"other"_s);
    Producer producer(&out.connection, queue);
    Consumer consumer(&seat.connection, {queue, other});
    QStringList texts;
    QObject::connect(&consumer, &Consumer::messageReceived, this,
                     [&](const Message &message) { texts << message.body().toString(); });
    QVERIFY(!consumer.setAckMode(AckMode::None).isError());
    consumer.start();
    QTRY_COMPARE(consumer.state(), Consumer::Consuming);
    consumer.pause();
    for (int i = 0; i < 20; ++i)
        RABBIT_OK(producer.publish(QString::number(i)));
    QTRY_COMPARE(seat.ready(Work), 0);
    RABBIT_OK(seat.channel()->remove(other));
    consumer.resume();
    RABBIT_OK(producer.publish(u"more"_s));
    QTRY_COMPARE(texts.size(), 21);
}

QOMBU_TEST(tst_AmqpConsumingFaults)
#include "tst_amqpconsumingfaults.moc"
