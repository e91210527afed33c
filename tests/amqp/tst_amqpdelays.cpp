// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/faultproxy.h"
#include "support/testmain.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QUrl>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Delayed publishes over a real RabbitMQ: where they come to, when, and what is refused.
class tst_AmqpDelays : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void reachesWhereItWouldGoAtOnce_data();
    void reachesWhereItWouldGoAtOnce();
    void keepsTwoDestinationsApart();
    void comesInTheOrderOfDueTimes();
    void isNotThereBefore();
    void declaresNothingUnlessSomethingIsDelayed();
    void usesWhatIsThereOtherwise();
    void tellsWhatIsNotThere();
    void tellsWhichRightIsMissing();
    void isNotMeantByARefusalOfAnother();
    void refusesAnExpiration();
    void isSentAgainOverANewLink();
    void declaresNothingOnALaterLinkUntilItDelays();
    void aConsumerPassesItOn();

private:
    QJsonArray listed(const QString &what);
    static PublishOptions after(std::chrono::milliseconds delay);

    RabbitProcess m_broker;
    std::unique_ptr<RabbitSeat> m_seat;
    const Queue m_queue{u"q"_s};
};

PublishOptions tst_AmqpDelays::after(std::chrono::milliseconds delay)
{
    PublishOptions options;
    options.delay = delay;
    return options;
}

QJsonArray tst_AmqpDelays::listed(const QString &what)
{
    const QString path = u"%1/%2?disable_stats=true"_s;
    return m_broker.manage("GET", path.arg(what, m_broker.virtualHost())).array();
}

void tst_AmqpDelays::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpDelays::init()
{
    m_seat.reset();
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<RabbitSeat>(m_broker.url());
}

void tst_AmqpDelays::reachesWhereItWouldGoAtOnce_data()
{
    QTest::addColumn<QString>("options");
    QTest::newRow("quorum") << QString();
    QTest::newRow("classic") << u"&native_delayed_delivery_queue_type=classic"_s;
    QTest::newRow("prefixed") << u"&native_delayed_delivery_prefix=app"_s;
}

// By every type of exchange, and by the patterns that its queues are bound with.
void tst_AmqpDelays::reachesWhereItWouldGoAtOnce()
{
    QFETCH(QString, options);
    m_seat = std::make_unique<RabbitSeat>(m_broker.url() + u'?' + options.mid(1));
    const Exchange direct(u"direct"_s);
    const Exchange topic(u"topic"_s, ExchangeType::Topic);
    const Exchange fanout(u"fanout"_s, ExchangeType::Fanout);
    const Exchange headers(u"headers"_s, ExchangeType::Headers);
    const Queue byHeader =
        Queue(u"byheader"_s)
            .addBinding(headers, {}, {{u"x-match"_s, u"all"_s}, {u"kind"_s, u"a"_s}});
    RabbitInbox inbox(&m_seat->connection,
                      {m_queue, Queue(u"bykey"_s, direct, u"order.new"_s),
                       Queue(u"bypattern"_s, topic, u"order.*"_s), Queue(u"all"_s, fanout),
                       byHeader, Queue(u"not"_s, topic, u"*.old"_s),
                       Queue(u"northis"_s, direct, u"order"_s)});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 15000);

    PublishOptions delayed = after(1s);
    delayed.headers = {{u"kind"_s, u"a"_s}};
    QElapsedTimer time;
    time.start();
    std::vector<Pending<void>> pending;
    pending.push_back(Producer(&m_seat->connection, m_queue).publish(u"queue"_s, delayed));
    for (const Exchange &exchange : {direct, topic, headers}) {
        Producer producer(&m_seat->connection, exchange, u"order.new"_s);
        pending.push_back(producer.publish(exchange.name(), delayed));
    }
    pending.push_back(Producer(&m_seat->connection, fanout).publish(u"fanout"_s, delayed));
    for (const Pending<void> &one : pending)
        RABBIT_OK(one);
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 5, 15000);
    QVERIFY2(time.elapsed() >= 1000, qPrintable(QString::number(time.elapsed())));
    QSet<QString> came;
    for (const Message &message : std::as_const(inbox.messages)) {
        came.insert(message.queue() + u'<' + message.body().toString());
        QVERIFY(!message.headers().contains(u"BCC"_s));
    }
    const QSet<QString> wanted{u"q<queue"_s, u"bykey<direct"_s, u"bypattern<topic"_s,
                               u"all<fanout"_s, u"byheader<headers"_s};
    QCOMPARE(came, wanted);
}

// Kombu's bindings by the key alone would give each message to both.
void tst_AmqpDelays::keepsTwoDestinationsApart()
{
    const Exchange one(u"one"_s, ExchangeType::Topic);
    const Exchange other(u"other"_s, ExchangeType::Topic);
    RabbitInbox inbox(&m_seat->connection,
                      {Queue(u"a"_s, one, u"new"_s), Queue(u"b"_s, other, u"new"_s),
                       Queue(u"new"_s), Queue(u"all.new"_s)});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 15000);
    std::vector<Pending<void>> pending;
    for (const Exchange &exchange : {one, other}) {
        Producer producer(&m_seat->connection, exchange, u"new"_s);
        pending.push_back(producer.publish(exchange.name(), after(1s)));
    }
    for (const QString &name : {u"new"_s, u"all.new"_s})
        pending.push_back(Producer(&m_seat->connection, Queue(name)).publish(name, after(1s)));
    // What comes too much comes before this one.
    pending.push_back(Producer(&m_seat->connection, Queue(u"new"_s)).publish(u"last"_s, after(2s)));
    for (const Pending<void> &sent : pending)
        RABBIT_OK(sent);
    QTRY_VERIFY_WITH_TIMEOUT(inbox.texts.contains(u"last"_s), 15000);
    QSet<QString> came;
    for (const Message &message : std::as_const(inbox.messages))
        came.insert(message.queue() + u'<' + message.body().toString());
    const QSet<QString> wanted{u"a<one"_s, u"b<other"_s, u"new<new"_s, u"all.new<all.new"_s,
                               u"new<last"_s};
    QCOMPARE(came, wanted);
    QCOMPARE(inbox.texts.size(), wanted.size());
}

void tst_AmqpDelays::comesInTheOrderOfDueTimes()
{
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    Producer producer(&m_seat->connection, m_queue);
    RABBIT_OK(producer.publish(u"first of all"_s, after(1s))); // what it needs is there now
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 1, 15000);
    inbox.texts.clear();
    QElapsedTimer time;
    time.start();
    QList<qint64> at;
    connect(&inbox.consumer, &Consumer::messageReceived, this, [&] { at.append(time.elapsed()); });
    for (const auto delay : {3s, 1s, 0s, -1s, 2s})
        RABBIT_OK(producer.publish(int(delay.count()), after(delay)));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, (QStringList{u"0"_s, u"-1"_s, u"1"_s, u"2"_s, u"3"_s}),
                              15000);
    for (int i = 2; i < 5; ++i)
        QVERIFY2(at.at(i) >= 1000 * (i - 1), qPrintable(QString::number(at.at(i))));
}

// It lies where Kombu's would, and not in its queue.
void tst_AmqpDelays::isNotThereBefore()
{
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"later"_s, after(90s)));
    QCOMPARE(m_seat->ready(u"q"_s), 0);
    QTRY_COMPARE_WITH_TIMEOUT(m_seat->ready(u"celery_delayed_6"_s), 1, 15000);
}

void tst_AmqpDelays::declaresNothingUnlessSomethingIsDelayed()
{
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"now"_s, after(0s)));
    QCOMPARE(listed(u"queues"_s).size(), 1);
}

// Celery may have declared classic queues.
void tst_AmqpDelays::usesWhatIsThereOtherwise()
{
    const QString classic = m_broker.url() + u"?native_delayed_delivery_queue_type=classic"_s;
    RabbitSeat before(classic);
    RABBIT_OK(Producer(&before.connection, m_queue).publish(u"first"_s, after(1s)));
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"second"_s, after(1s)));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, (QStringList{u"first"_s, u"second"_s}), 15000);
    for (const QJsonValue &queue : listed(u"queues"_s)) {
        if (queue[u"name"_s].toString() != u"q")
            QCOMPARE(queue[u"arguments"_s][u"x-queue-type"_s].toString(), u"classic"_s);
    }
}

// It would be lost when it is due. It is asked again with the next one.
void tst_AmqpDelays::tellsWhatIsNotThere()
{
    Producer producer(&m_seat->connection);
    PublishOptions options = after(1s);
    options.routingKey = u"q"_s;
    Error error = errorOf(producer.publish(u"lost"_s, options));
    QCOMPARE(error.kind(), Error::NotFound);
    QVERIFY2(error.text().contains("'q'"_L1), qPrintable(error.text()));
    options.exchange = Exchange(u"missing"_s, ExchangeType::Topic).setDeclared(false);
    error = errorOf(producer.publish(u"lost"_s, options));
    QCOMPARE(error.kind(), Error::NotFound);
    options.exchange.reset();
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 15000);
    RABBIT_OK(producer.publish(u"found"_s, options));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList{u"found"_s}, 15000);
}

// Without the binding it would be lost when it is due.
void tst_AmqpDelays::tellsWhichRightIsMissing()
{
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"first"_s, after(1s)));
    m_broker.manage("PUT", u"users/waiting"_s, R"({"password": "p", "tags": ""})");
    m_broker.manage("PUT", u"permissions/%1/waiting"_s.arg(m_broker.virtualHost()),
                    R"({"configure": ".*", "write": "^celery.*|^qombu.*|^amq.default$", )"
                    R"("read": ".*"})");
    QUrl url(m_broker.url());
    url.setUserName(u"waiting"_s);
    url.setPassword(u"p"_s);
    RabbitSeat seat(url.toString(QUrl::FullyEncoded));
    PublishOptions options = after(1s);
    options.routingKey = u"q"_s;
    const Error error = errorOf(Producer(&seat.connection).publish(u"lost"_s, options));
    QCOMPARE(error.replyCode(), 403);
    QVERIFY(!error.isInDoubt());
    QVERIFY2(error.text().contains("'q'"_L1), qPrintable(error.text()));
}

// The broker keeps the delayed one, whatever it says of the exchange that it is for.
void tst_AmqpDelays::isNotMeantByARefusalOfAnother()
{
    const Exchange exchange(u"gone"_s);
    RABBIT_OK(m_seat->channel()->declare(exchange));
    Producer producer(&m_seat->connection);
    PublishOptions delayed = after(60s);
    delayed.exchange = Exchange(exchange).setDeclared(false);
    RABBIT_OK(producer.publish(u"first"_s, delayed));
    m_broker.manage("DELETE", u"exchanges/%1/gone"_s.arg(m_broker.virtualHost()));
    PublishOptions now;
    now.exchange = delayed.exchange;
    const Pending<void> later = producer.publish(u"later"_s, delayed);
    const Pending<void> refused = producer.publish(u"now"_s, now);
    QCOMPARE(errorOf(refused).kind(), Error::NotFound);
    RABBIT_OK(later);
}

// One message's refusal is its own.
void tst_AmqpDelays::refusesAnExpiration()
{
    Producer producer(&m_seat->connection, m_queue);
    PublishOptions expiring = after(2s);
    expiring.expiration = 1s;
    const Pending<void> refused = producer.publish(u"x"_s, expiring);
    const Pending<void> taken = producer.publish(u"y"_s, after(1s));
    QCOMPARE(errorOf(refused).kind(), Error::Unsupported);
    RABBIT_OK(taken);
    QCOMPARE(errorOf(Producer(&m_seat->connection, Queue()).publish(u"z"_s, after(1s))).kind(),
             Error::Unsupported);
}

// It was sent and never arrived, and what it needs is made again before it.
void tst_AmqpDelays::isSentAgainOverANewLink()
{
    FaultProxy proxy(m_broker.port());
    QUrl url(m_broker.url());
    url.setPort(proxy.port());
    m_seat = std::make_unique<RabbitSeat>(url.toString(QUrl::FullyEncoded));
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    Producer producer(&m_seat->connection, m_queue);
    RABBIT_OK(producer.publish(u"before"_s, after(1s)));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 1, 15000);
    proxy.swallow(FaultProxy::ToServer);
    const Pending<void> pending = producer.publish(u"after"_s, after(1s));
    QCoreApplication::processEvents(); // it is under way
    proxy.refuse();
    proxy.endAll();
    QTRY_VERIFY_WITH_TIMEOUT(m_seat->connection.state() != Connection::Open, 15000);
    for (const QString &gone : {u"exchanges/%1/celery_delayed_0"_s, u"queues/%1/celery_delayed_0"_s,
                                u"exchanges/%1/qombu_delayed_sorting"_s})
        m_broker.manage("DELETE", gone.arg(m_broker.virtualHost()));
    proxy.passAll();
    RABBIT_OK(pending);
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, (QStringList{u"before"_s, u"after"_s}), 15000);
}

// Also of destinations of long ago.
void tst_AmqpDelays::declaresNothingOnALaterLinkUntilItDelays()
{
    FaultProxy proxy(m_broker.port());
    QUrl url(m_broker.url());
    url.setPort(proxy.port());
    m_seat = std::make_unique<RabbitSeat>(url.toString(QUrl::FullyEncoded));
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    Producer producer(&m_seat->connection, m_queue);
    RABBIT_OK(producer.publish(u"before"_s, after(1s)));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 1, 15000);
    proxy.refuse();
    proxy.endAll();
    QTRY_VERIFY_WITH_TIMEOUT(m_seat->connection.state() != Connection::Open, 15000);
    m_broker.manage("DELETE", u"exchanges/%1/qombu_delayed_sorting"_s.arg(m_broker.virtualHost()));
    proxy.passAll();
    RABBIT_OK(producer.publish(u"now"_s));
    for (const QJsonValue &exchange : listed(u"exchanges"_s))
        QVERIFY(exchange[u"name"_s].toString() != u"qombu_delayed_sorting");
    RABBIT_OK(producer.publish(u"later"_s, after(1s)));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, (QStringList{u"before"_s, u"now"_s, u"later"_s}), 15000);
}

// The bits of the first delay do not pile up, and it is not taken for one that goes round.
void tst_AmqpDelays::aConsumerPassesItOn()
{
    Consumer consumer(&m_seat->connection, m_queue);
    Producer producer(&m_seat->connection);
    QStringList keys;
    connect(&consumer, &Consumer::messageReceived, this, [&](const Message &message) {
        keys.append(message.routingKey());
        PublishOptions options = after(1s);
        options.routingKey = u"q"_s;
        if (keys.size() == 2)
            options.headers = message.headers(); // x-death too
        if (keys.size() < 3)
            producer.publish(message, options);
        message.ack();
    });
    consumer.start();
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"round"_s, after(1s)));
    QTRY_COMPARE_WITH_TIMEOUT(keys.size(), 3, 20000);
    for (const QString &key : std::as_const(keys))
        QCOMPARE(key, u"0."_s.repeated(27) + u"1.q"_s);
}

QOMBU_TEST(tst_AmqpDelays)
#include "tst_amqpdelays.moc"
