// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/faultproxy.h"
#include "support/testmain.h"

#include <QSignalSpy>
#include <QUrl>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What follows from what a real RabbitMQ refuses.
class tst_AmqpRefusals : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void consumesWhereItMayOnlyRead();
    void usesAQueueThatIsNotExclusive();
    void waitsForAQueueOfAnotherConnection();
    void exclusiveQueuesComeBackAfterACut();
    void anExchangeThatWentWithItsQueueComesBack();
    void aPassiveQueueThatIsDeletedEndsItsConsumer();
    void aQueueThatSomebodyDeletedIsDeclaredAgain();
    void othersGoOnWhereOneQueueIsDeleted();
    void aQueueOutOfReachIsWaitedFor();
    void thousandsAtOnceEndInTime_data();
    void thousandsAtOnceEndInTime();
    void aLimitIsNoDifference();
    void aStreamIsGivenNothingBack();
    void aStreamIsReadOnWhereItWasLeft();

private:
    void remove(const QString &queue);
    QString urlOf(const QByteArray &configure, const QByteArray &write, const QByteArray &read);

    RabbitProcess m_broker;
    std::unique_ptr<RabbitSeat> m_seat;
};

void tst_AmqpRefusals::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpRefusals::init()
{
    m_seat.reset();
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<RabbitSeat>(m_broker.url());
}

// As another program would.
void tst_AmqpRefusals::remove(const QString &queue)
{
    m_broker.manage("DELETE", u"queues/%1/%2"_s.arg(m_broker.virtualHost(), queue));
}

// Of a user with these permissions.
QString tst_AmqpRefusals::urlOf(const QByteArray &configure, const QByteArray &write,
                                const QByteArray &read)
{
    const QString user = u"user-"_s + m_broker.virtualHost();
    m_broker.manage("PUT", u"users/"_s + user, R"({"password": "p", "tags": ""})");
    m_broker.manage("PUT", u"permissions/%1/%2"_s.arg(m_broker.virtualHost(), user),
                    R"({"configure": ")" + configure + R"(", "write": ")" + write
                        + R"(", "read": ")" + read + R"("})");
    QString url = m_broker.url();
    return url.replace(QLatin1String("guest:guest"), user + u":p"_s);
}

// Declaring and binding are refused; what is there is used.
void tst_AmqpRefusals::consumesWhereItMayOnlyRead()
{
    const Exchange exchange(u"x"_s);
    const Queue queue(u"q"_s, exchange, u"key"_s);
    RABBIT_OK(m_seat->channel()->declare(queue));
    RabbitSeat seat(urlOf("^$", "^$", "^q$"));
    QList<BrokerNotice> notices;
    QObject::connect(&seat.connection, &Connection::notice, &seat.connection,
                     [&](const BrokerNotice &notice) { notices.append(notice); });
    RabbitInbox inbox(&seat.connection, {queue});
    RABBIT_OK(Producer(&m_seat->connection, exchange, u"key"_s).publish(u"a"_s));
    QTRY_COMPARE(inbox.texts, QStringList(u"a"_s));
    QVERIFY(inbox.errors.isEmpty());
    QTRY_COMPARE(notices.size(), 1);
    QCOMPARE(notices.first().kind, BrokerNotice::Permission);
    RabbitInbox passive(&seat.connection, {Queue("q").setPassive(true)});
    QTRY_VERIFY(passive.isConsuming());
    m_broker.manage("DELETE", u"users/user-"_s + m_broker.virtualHost());
}

// RabbitMQ says that it is locked.
void tst_AmqpRefusals::usesAQueueThatIsNotExclusive()
{
    RABBIT_OK(m_seat->channel()->declare(Queue("q")));
    const Queue wish = Queue("q").setExclusive(true);
    RabbitSeat seat(m_broker.url());
    RabbitInbox inbox(&seat.connection, {wish});
    QTRY_VERIFY(inbox.isConsuming());
    QVERIFY(inbox.errors.isEmpty());
    const Error error = errorOf(seat.channel()->declare(wish));
    QCOMPARE(error.replyCode(), 406);
    QVERIFY2(error.text().contains("exclusive"_L1), qPrintable(error.text()));
}

void tst_AmqpRefusals::waitsForAQueueOfAnotherConnection()
{
    const Queue mine = Queue("mine").setExclusive(true);
    RABBIT_OK(m_seat->channel()->declare(mine));
    RabbitSeat seat(m_broker.url());
    RabbitInbox inbox(&seat.connection, {Queue("other"), mine});
    QTRY_VERIFY(inbox.isConsuming()); // the other
    QTRY_COMPARE(inbox.errors.size(), 1);
    QCOMPARE(inbox.errors.first().replyCode(), 405);
    QCOMPARE(inbox.errors.first().where(), u"queue/mine"_s);
    RABBIT_OK(Producer(&seat.connection, u"other"_s).publish(u"a"_s));
    QTRY_COMPARE(inbox.texts, QStringList(u"a"_s));
    m_seat.reset(); // and the queue with it
    const auto arrives = [&] {
        Producer(&seat.connection, u"mine"_s).publish(u"b"_s).wait(Patience);
        return QTest::qWaitFor([&] { return inbox.texts.contains(u"b"_s); }, 500);
    };
    QTRY_VERIFY_WITH_TIMEOUT(arrives(), 30000);
    QCOMPARE(inbox.errors.size(), 1);
}

// The broker takes the connection before for a living one until it misses its heartbeats.
void tst_AmqpRefusals::exclusiveQueuesComeBackAfterACut()
{
    FaultProxy proxy(m_broker.port());
    QUrl url(m_broker.url());
    url.setPort(proxy.port());
    url.setQuery(u"heartbeat=2"_s);
    RabbitSeat seat(url.toString(QUrl::FullyEncoded));
    QList<Error> errors;
    QObject::connect(&seat.connection, &Connection::errorOccurred, &seat.connection,
                     [&](const Error &error) { errors.append(error); });
    const Exchange exchange(u"x"_s);
    RABBIT_OK(seat.channel()->declare(Queue(u"kept"_s, exchange, u"kept"_s).setExclusive(true)));
    RabbitInbox inbox(&seat.connection, {Queue("mine").setExclusive(true)});
    QTRY_VERIFY(inbox.isConsuming());
    proxy.stall(FaultProxy::ToServer);
    proxy.stall(FaultProxy::ToClient);
    QTRY_VERIFY_WITH_TIMEOUT(seat.connection.state() != Connection::Open, 15000);
    proxy.passAll(); // for new ones; the broker hears nothing of the old
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 30000);
    QVERIFY(inbox.errors.isEmpty());
    RABBIT_OK(Producer(&seat.connection, u"mine"_s).publish(u"a"_s));
    QTRY_COMPARE(inbox.texts, QStringList(u"a"_s));
    const auto isBound = [&] {
        return !errorOf(Producer(&seat.connection, exchange, u"kept"_s).publish(1)).isError();
    };
    QTRY_VERIFY_WITH_TIMEOUT(isBound(), 30000);
    QVERIFY(seat.ready(u"kept"_s) >= 1);
    for (const Error &error : std::as_const(errors))
        QVERIFY2(error.replyCode() != 405, qPrintable(error.text()));
}

void tst_AmqpRefusals::anExchangeThatWentWithItsQueueComesBack()
{
    const Exchange passing = Exchange(u"x"_s, ExchangeType::Fanout).setAutoDelete(true);
    RabbitInbox inbox(&m_seat->connection, {Queue(u"q"_s, passing)});
    QTRY_VERIFY(inbox.isConsuming());
    QSignalSpy ended(&inbox.consumer, &Consumer::cancelledByBroker);
    remove(u"q"_s);
    QTRY_COMPARE(ended.size(), 1);
    QTRY_VERIFY(inbox.isConsuming());
    RabbitSeat other(m_broker.url());
    PublishOptions options;
    options.exchange = Exchange(u"x"_s, ExchangeType::Fanout).setDeclared(false);
    RABBIT_OK(Producer(&other.connection).publish(u"a"_s, options));
    QTRY_COMPARE(inbox.texts, QStringList(u"a"_s));
}

void tst_AmqpRefusals::aPassiveQueueThatIsDeletedEndsItsConsumer()
{
    RABBIT_OK(m_seat->channel()->declare(Queue("q")));
    RabbitSeat seat(m_broker.url());
    RabbitInbox inbox(&seat.connection, {Queue("q").setPassive(true)});
    QTRY_VERIFY(inbox.isConsuming());
    QSignalSpy ended(&inbox.consumer, &Consumer::cancelledByBroker);
    remove(u"q"_s);
    QTRY_COMPARE(inbox.consumer.state(), Consumer::Stopped);
    QCOMPARE(ended.size(), 1);
    QCOMPARE(inbox.errors.last().replyCode(), 404);
    QCOMPARE(errorOf(seat.channel()->inspect(u"q"_s)).replyCode(), 404); // not made again
}

void tst_AmqpRefusals::aQueueThatSomebodyDeletedIsDeclaredAgain()
{
    RABBIT_OK(m_seat->channel()->declare(Queue("q")));
    remove(u"q"_s);
    RabbitInbox inbox(&m_seat->connection, {Queue("q")});
    QTRY_VERIFY(inbox.isConsuming());
    QVERIFY(inbox.errors.isEmpty());
}

void tst_AmqpRefusals::othersGoOnWhereOneQueueIsDeleted()
{
    RabbitInbox inbox(&m_seat->connection, {Queue("a"), Queue("b")}, false);
    QTRY_VERIFY(inbox.isConsuming());
    RABBIT_OK(Producer(&m_seat->connection, u"a"_s).publish(u"1"_s));
    QTRY_COMPARE(inbox.texts, QStringList(u"1"_s));
    QSignalSpy ended(&inbox.consumer, &Consumer::cancelledByBroker);
    remove(u"b"_s);
    QTRY_COMPARE(inbox.errors.size(), 1);
    QCOMPARE(inbox.errors.first().where(), u"queue/b"_s);
    const auto isBack = [&] { return m_seat->ready(u"b"_s) == 0; };
    QTRY_VERIFY_WITH_TIMEOUT(isBack(), 15000);
    RABBIT_OK(Producer(&m_seat->connection, u"b"_s).publish(u"2"_s));
    QTRY_COMPARE(inbox.texts, (QStringList{u"1"_s, u"2"_s})); // what was held did not come again
    QCOMPARE(ended.size(), 0);
    QVERIFY(inbox.isConsuming());
    for (const Message &message : std::as_const(inbox.messages))
        QVERIFY(!message.ack().isError());
    RABBIT_OK(inbox.consumer.cancel());
    QTRY_COMPARE(m_seat->ready(u"a"_s), 0);
}

// As one is whose node is down.
void tst_AmqpRefusals::aQueueOutOfReachIsWaitedFor()
{
    const auto setState = [&](const QString &state) {
        const QString eval = u"N = rabbit_misc:r(<<\"%1\">>, queue, <<\"q\">>), "
                             "F = fun(Q) -> amqqueue:set_state(Q, %2) end, "
                             "case code:ensure_loaded(rabbit_db_queue) of {module, _} -> "
                             "rabbit_db_queue:update(N, F); "
                             "_ -> rabbit_misc:execute_mnesia_transaction(fun() -> "
                             "rabbit_amqqueue:update(N, F) end) "
                             "end, ok."_s;
        return !m_broker.control({u"eval"_s, eval.arg(m_broker.virtualHost(), state)}).isNull();
    };
    RABBIT_OK(m_seat->channel()->declare(Queue("q")));
    RABBIT_OK(Producer(&m_seat->connection, u"q"_s).publish(u"a"_s));
    QVERIFY2(setState(u"crashed"_s), qPrintable(m_broker.errorText()));
    RabbitSeat seat(m_broker.url());
    RabbitInbox inbox(&seat.connection, {Queue("other"), Queue("q")});
    QTRY_VERIFY(inbox.isConsuming());
    RABBIT_OK(Producer(&seat.connection, u"other"_s).publish(u"b"_s));
    QTRY_COMPARE(inbox.texts, QStringList(u"b"_s));
    QCOMPARE(inbox.errors.size(), 1);
    QCOMPARE(inbox.errors.first().replyCode(), 404);
    QVERIFY(inbox.errors.first().isRecoverable());
    QCOMPARE(inbox.errors.first().where(), u"queue/q"_s);
    QVERIFY2(setState(u"live"_s), qPrintable(m_broker.errorText()));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, (QStringList{u"b"_s, u"a"_s}), 15000);
    QCOMPARE(inbox.errors.size(), 1);
}

// Nothing is there that could be used as it is.
void tst_AmqpRefusals::aLimitIsNoDifference()
{
    m_broker.manage("PUT", u"vhost-limits/%1/max-queues"_s.arg(m_broker.virtualHost()),
                    R"({"value": 0})");
    RabbitInbox inbox(&m_seat->connection, {Queue("q")});
    QTRY_COMPARE(inbox.errors.size(), 1);
    QCOMPARE(inbox.errors.first().kind(), Error::LimitExceeded);
    const Queue transientQuorum =
        Queue("r").setDurable(false).setArguments({{u"x-queue-type"_s, u"quorum"_s}});
    m_broker.manage("DELETE", u"vhost-limits/%1/max-queues"_s.arg(m_broker.virtualHost()));
    RabbitInbox other(&m_seat->connection, {transientQuorum});
    QTRY_COMPARE(other.errors.size(), 1);
    QCOMPARE(other.errors.first().kind(), Error::Configuration);
}

void tst_AmqpRefusals::aStreamIsGivenNothingBack()
{
    Queue stream = Queue("s").setArguments({{u"x-queue-type"_s, u"stream"_s}});
    RABBIT_OK(m_seat->channel()->declare(stream));
    RABBIT_OK(Producer(&m_seat->connection, stream).publish(u"a"_s));
    QSignalSpy states(&m_seat->connection, &Connection::stateChanged);
    stream.setConsumerArguments({{u"x-stream-offset"_s, u"first"_s}});
    RabbitInbox inbox(&m_seat->connection, {stream}, false);
    QTRY_COMPARE(inbox.texts, QStringList(u"a"_s));
    QVERIFY(!inbox.messages.first().requeue().isError());
    RABBIT_OK(Producer(&m_seat->connection, stream).publish(u"b"_s));
    QTRY_COMPARE(inbox.texts.size(), 2);
    RABBIT_OK(inbox.consumer.cancel());
    RABBIT_OK(m_seat->channel()->inspect(u"s"_s));
    QCOMPARE(states.size(), 0);
}

void tst_AmqpRefusals::aStreamIsReadOnWhereItWasLeft()
{
    FaultProxy proxy(m_broker.port());
    QUrl url(m_broker.url());
    url.setPort(proxy.port());
    Queue stream = Queue("s").setArguments({{u"x-queue-type"_s, u"stream"_s}});
    RABBIT_OK(m_seat->channel()->declare(stream));
    Producer producer(&m_seat->connection, stream);
    for (const char *text : {"a", "b", "c"})
        RABBIT_OK(producer.publish(QString::fromLatin1(text)));
    stream.setConsumerArguments({{u"x-stream-offset"_s, u"first"_s}});
    RabbitSeat seat(url.toString(QUrl::FullyEncoded));
    RabbitInbox inbox(&seat.connection, {stream}, false);
    QTRY_COMPARE(inbox.texts, (QStringList{u"a"_s, u"b"_s, u"c"_s}));
    QVERIFY(!inbox.messages[0].ack().isError());
    RABBIT_OK(seat.channel()->inspect(u"s"_s)); // it has left
    proxy.endAll();
    RABBIT_OK(producer.publish(u"d"_s));
    QTRY_COMPARE(inbox.texts,
                 (QStringList{u"a"_s, u"b"_s, u"c"_s, u"b"_s, u"c"_s, u"d"_s})); // a is settled
}

void tst_AmqpRefusals::thousandsAtOnceEndInTime_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("refusedOf"); // every so manieth
    QTest::newRow("all refused") << 2000 << 1;
    QTest::newRow("few") << 1000 << 50;
}

// Each with its own answer, though the broker closes the channel at each refusal.
void tst_AmqpRefusals::thousandsAtOnceEndInTime()
{
    QFETCH(const int, count);
    QFETCH(const int, refusedOf);
    const auto queue = [](int i) { return Queue(u"q%1"_s.arg(i)).setDurable(false); };
    std::vector<Pending<QueueInfo>> there;
    for (int i = 0; i < count; i += refusedOf)
        there.push_back(m_seat->channel()->declare(queue(i)));
    for (const auto &one : there)
        RABBIT_OK(one);
    std::vector<Pending<QueueInfo>> asked;
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < count; ++i)
        asked.push_back(m_seat->channel()->declare(queue(i).setMaxLength(1)));
    for (int i = 0; i < count; ++i) {
        const Error error = errorOf(asked[std::size_t(i)]);
        QCOMPARE(error.replyCode(), i % refusedOf == 0 ? 406 : 0);
        if (i % refusedOf == 0)
            QCOMPARE(error.where(), u"queue/q%1"_s.arg(i));
    }
    qInfo() << "ended after" << timer.elapsed() << "ms";
}

QOMBU_TEST(tst_AmqpRefusals)
#include "tst_amqprefusals.moc"
