// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/faultproxy.h"
#include "support/testmain.h"

#include <QSet>
#include <QUrl>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Publishing to a real RabbitMQ, which confirms, returns, refuses and goes away.
class tst_AmqpPublishing : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void confirmsManyInOrder();
    void aFullQueueRefuses();
    void whatIsReturnedIsTold();
    void anExchangeThatIsNotThereFailsItsOwn();
    void whatCannotBeEncodedFailsAlone();
    void givesEachAnId();
    void theLossOfItsSocketLosesNothing();
    void repeatsAreMarked();
    void uncertainOnesFailWhereThatIsAskedFor();
    void aLargeOnePassesAlone();
    void whatTheBrokerTakesForTooLargeFailsAlone();
    void whatWasDeadLetteredGoesRoundAgain();

private:
    QString breakableUrl() const;
    bool closePublishingConnection();

    RabbitProcess m_broker;
    std::unique_ptr<FaultProxy> m_proxy;
    std::unique_ptr<RabbitSeat> m_seat;
    const Queue m_queue{u"q"_s};
};

void tst_AmqpPublishing::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    m_proxy = std::make_unique<FaultProxy>(m_broker.port());
}

void tst_AmqpPublishing::init()
{
    m_seat.reset();
    m_proxy->passAll();
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<RabbitSeat>(m_broker.url());
    RABBIT_OK(m_seat->channel()->declare(m_queue));
}

QString tst_AmqpPublishing::breakableUrl() const
{
    QUrl url(m_broker.url());
    url.setPort(m_proxy->port());
    return url.toString(QUrl::FullyEncoded);
}

// The latest one of the virtual host: it is made for the first publish.
bool tst_AmqpPublishing::closePublishingConnection()
{
    const QString close =
        u"lists:foreach(fun({_, P}) -> rabbit_networking:close_connection(P, \"by a test\") end, "
        "[lists:max([{proplists:get_value(connected_at, I), proplists:get_value(pid, I)} || "
        "I <- rabbit_networking:connection_info_all([pid, vhost, connected_at]), "
        "proplists:get_value(vhost, I) =:= <<\"%1\">>])])."_s.arg(m_broker.virtualHost());
    return !m_broker.control({u"eval"_s, close}).isNull();
}

void tst_AmqpPublishing::confirmsManyInOrder()
{
    constexpr int Count = 3000;
    Producer producer(&m_seat->connection, m_queue);
    std::vector<Pending<void>> pending;
    for (int i = 0; i < Count; ++i)
        pending.push_back(producer.publish(QString::number(i)));
    for (const Pending<void> &one : pending)
        RABBIT_OK(one);
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), Count, 20000);
    for (int i = 0; i < Count; ++i)
        QCOMPARE(inbox.texts.at(i), QString::number(i));
}

void tst_AmqpPublishing::aFullQueueRefuses()
{
    const Queue full =
        Queue("full").setMaxLength(2).setArguments({{u"x-overflow"_s, u"reject-publish"_s}});
    Producer producer(&m_seat->connection, full);
    std::vector<Pending<void>> pending;
    for (int i = 0; i < 4; ++i)
        pending.push_back(producer.publish(i));
    int refused = 0;
    for (const Pending<void> &one : pending) {
        const Error error = errorOf(one);
        refused += error.isError() ? 1 : 0;
        QVERIFY2(!error.isError() || error.kind() == Error::Channel, qPrintable(error.text()));
    }
    QVERIFY(refused >= 1 && refused <= 2);
    QCOMPARE(m_seat->ready(u"full"_s), 4 - refused);
}

// Each by its own, whatever else is under way.
void tst_AmqpPublishing::whatIsReturnedIsTold()
{
    const Exchange exchange(u"x"_s);
    RABBIT_OK(m_seat->channel()->declare(Queue(u"bound"_s, exchange, u"even"_s)));
    Producer producer(&m_seat->connection, exchange);
    std::vector<Pending<void>> pending;
    for (int i = 0; i < 200; ++i) {
        PublishOptions options;
        options.routingKey = i % 2 ? u"odd"_s : u"even"_s;
        pending.push_back(producer.publish(i, options));
    }
    for (int i = 0; i < 200; ++i) {
        const Error error = errorOf(pending[size_t(i)]);
        QCOMPARE(error.kind(), i % 2 ? Error::Unroutable : Error::None);
        QVERIFY(!error.isError() || error.text().contains("odd"_L1));
    }
    PublishOptions carefree;
    carefree.routingKey = u"odd"_s;
    carefree.mandatory = false;
    RABBIT_OK(producer.publish(1, carefree));
    QCOMPARE(m_seat->ready(u"bound"_s), 100);
}

// The broker closes the channel then: what else was on it is sent again.
void tst_AmqpPublishing::anExchangeThatIsNotThereFailsItsOwn()
{
    const Exchange missing = Exchange(u"missing"_s).setDeclared(false);
    Producer good(&m_seat->connection, m_queue);
    Producer bad(&m_seat->connection, missing, u"key"_s);
    std::vector<Pending<void>> pending;
    std::vector<Pending<void>> refused;
    for (int i = 0; i < 100; ++i) {
        pending.push_back(good.publish(QString::number(i)));
        if (i % 40 == 20)
            refused.push_back(bad.publish(i));
    }
    for (const Pending<void> &one : refused) {
        const Error error = errorOf(one);
        QCOMPARE(error.replyCode(), 404);
        QCOMPARE(error.where(), u"exchange/missing"_s);
    }
    for (const Pending<void> &one : pending)
        RABBIT_OK(one);
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    const auto different = [&] { return QSet(inbox.texts.begin(), inbox.texts.end()).size(); };
    QTRY_COMPARE(different(), 100);
    QStringList firsts = inbox.texts;
    firsts.removeDuplicates();
    for (int i = 0; i < 100; ++i)
        QCOMPARE(firsts.at(i), QString::number(i));
    QCOMPARE(m_seat->connection.state(), Connection::Open);
}

void tst_AmqpPublishing::whatCannotBeEncodedFailsAlone()
{
    Producer producer(&m_seat->connection, m_queue);
    PublishOptions tooLong;
    tooLong.properties.correlationId = QString(300, u'c');
    PublishOptions longKey;
    longKey.routingKey = QString(300, u'k');
    const auto before = producer.publish(1);
    const auto badProperty = producer.publish(2, tooLong);
    const auto badKey = producer.publish(2, longKey);
    const auto after = producer.publish(3);
    RABBIT_OK(before);
    QVERIFY(errorOf(badProperty).isError());
    QVERIFY(errorOf(badKey).isError());
    RABBIT_OK(after);
    QCOMPARE(m_seat->ready(u"q"_s), 2);
    QCOMPARE(m_seat->connection.state(), Connection::Open);
}

void tst_AmqpPublishing::givesEachAnId()
{
    Producer producer(&m_seat->connection, m_queue);
    PublishOptions own;
    own.properties.messageId = u"mine"_s;
    producer.publish(u"a"_s);
    producer.publish(u"b"_s);
    RABBIT_OK(producer.publish(u"c"_s, own));
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    QTRY_COMPARE(inbox.messages.size(), 3);
    const auto id = [&](int i) { return inbox.messages.at(i).properties().messageId; };
    QVERIFY(!id(0).isEmpty() && !id(1).isEmpty() && id(0) != id(1));
    QCOMPARE(id(2), u"mine"_s);
}

void tst_AmqpPublishing::theLossOfItsSocketLosesNothing()
{
    RABBIT_OK(Producer(&m_seat->connection, u"held"_s).publish(1));
    RabbitInbox holder(&m_seat->connection, {Queue("held")}, false);
    QTRY_COMPARE(holder.messages.size(), 1);
    Producer producer(&m_seat->connection, m_queue);
    std::vector<Pending<void>> pending;
    for (int i = 0; i < 300; ++i) {
        pending.push_back(producer.publish(QString::number(i)));
        if (i == 100) {
            QCoreApplication::processEvents();
            QVERIFY2(closePublishingConnection(), qPrintable(m_broker.errorText()));
        }
    }
    for (const Pending<void> &one : pending)
        RABBIT_OK(one);
    QCOMPARE(m_seat->connection.state(), Connection::Open);
    QVERIFY(!holder.messages.first().ack().isError()); // through the other socket
    QTRY_COMPARE(m_seat->ready(u"held"_s), 0);
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    const auto different = [&] { return QSet(inbox.texts.begin(), inbox.texts.end()).size(); };
    QTRY_COMPARE(different(), 300);
    QStringList firsts;
    for (const Message &message : std::as_const(inbox.messages)) {
        const QString text = message.body().toString();
        if (firsts.contains(text)) // twice only by a repeat, which says so
            QVERIFY(message.headers().value(u"x-qombu-again"_s).toBool());
        else
            firsts.append(text);
    }
    for (int i = 0; i < 300; ++i)
        QCOMPARE(firsts.at(i), QString::number(i));
}

void tst_AmqpPublishing::repeatsAreMarked()
{
    RabbitSeat seat(breakableUrl());
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"first"_s));
    m_proxy->stall(FaultProxy::ToClient);
    const auto pending = Producer(&seat.connection, m_queue).publish(u"again"_s);
    QTRY_COMPARE(m_seat->ready(u"q"_s), 2);
    m_proxy->passAll();
    m_proxy->stall(FaultProxy::ToServer);
    m_proxy->endAll(FaultProxy::Reset);
    m_proxy->passAll();
    RABBIT_OK(pending);
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    QTRY_VERIFY(inbox.messages.size() >= 2);
    const Message first = inbox.messages.at(1);
    QVERIFY(!first.headers().contains(u"x-qombu-again"_s));
    if (inbox.messages.size() > 2) {
        const Message second = inbox.messages.at(2);
        QCOMPARE(second.headers().value(u"x-qombu-again"_s), true);
        QCOMPARE(second.properties().messageId, first.properties().messageId);
    }
}

void tst_AmqpPublishing::uncertainOnesFailWhereThatIsAskedFor()
{
    ConnectionOptions options;
    options.onUncertain = UncertainPublish::Fail;
    RabbitSeat seat(breakableUrl(), options);
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"first"_s));
    m_proxy->stall(FaultProxy::ToClient);
    const auto pending = Producer(&seat.connection, m_queue).publish(u"uncertain"_s);
    QTRY_COMPARE(m_seat->ready(u"q"_s), 2);
    m_proxy->endAll(FaultProxy::Reset);
    m_proxy->passAll();
    const Error error = errorOf(pending);
    QCOMPARE(error.kind(), Error::Connection);
    QVERIFY(!error.isRecoverable());
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"next"_s));
    QCOMPARE(m_seat->ready(u"q"_s), 3);
}

void tst_AmqpPublishing::aLargeOnePassesAlone()
{
    Producer producer(&m_seat->connection, m_queue);
    const auto small = producer.publish(QByteArray(100, 's'));
    const auto large = producer.publish(QByteArray(20 << 20, 'l')); // beyond the room
    const auto next = producer.publish(QByteArray(100, 's'));
    RABBIT_OK(small);
    RABBIT_OK(large);
    RABBIT_OK(next);
    QCOMPARE(m_seat->ready(u"q"_s), 3);
}

void tst_AmqpPublishing::whatTheBrokerTakesForTooLargeFailsAlone()
{
    Producer producer(&m_seat->connection, m_queue);
    const auto small = producer.publish(QByteArray(100, 's'));
    const auto large = producer.publish(QByteArray(33 << 20, 'l')); // max_message_size is 32 MiB
    const auto next = producer.publish(QByteArray(100, 's'));
    RABBIT_OK(small);
    QCOMPARE(errorOf(large).replyCode(), 406);
    RABBIT_OK(next);
    QCOMPARE(m_seat->ready(u"q"_s), 2);
}

// RabbitMQ drops what expires into a queue that x-death names, as one that goes round for ever.
void tst_AmqpPublishing::whatWasDeadLetteredGoesRoundAgain()
{
    const auto expiringInto = [](const QString &name, const QString &next) {
        return Queue(name).setMessageTtl(50ms).setArguments(
            {{u"x-dead-letter-exchange"_s, QString()}, {u"x-dead-letter-routing-key"_s, next}});
    };
    RABBIT_OK(m_seat->channel()->declare(expiringInto(u"work"_s, u"q"_s)));
    RABBIT_OK(m_seat->channel()->declare(expiringInto(u"retry"_s, u"work"_s)));
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    RABBIT_OK(Producer(&m_seat->connection, u"work"_s).publish(u"a"_s));
    QTRY_COMPARE(inbox.messages.size(), 1);
    QVERIFY(inbox.messages.first().headers().contains(u"x-death"_s));
    RABBIT_OK(Producer(&m_seat->connection, u"retry"_s).publish(inbox.messages.first()));
    QTRY_COMPARE(inbox.messages.size(), 2);
}

QOMBU_TEST(tst_AmqpPublishing)
#include "tst_amqppublishing.moc"
