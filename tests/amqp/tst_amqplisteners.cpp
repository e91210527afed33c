// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/cutseat.h"
#include "support/testmain.h"

#include <QSignalSpy>

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// Who listens to a connection, producer or consumer hears of the next connection as of the first.
class tst_AmqpListeners : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void confirmsSurviveAReconnect();
    void whatWaitsForItsConfirmIsConfirmedOnTheNext();
    void returnsSurviveAReconnect();
    void refusalsSurviveAReconnect();
    void consumersAndStatesSurviveReconnects();
    void credentialsAreAskedAgain();

private:
    bool closeAllOf(const QString &user);

    RabbitProcess m_broker;
    std::unique_ptr<FaultProxy> m_proxy;
    std::unique_ptr<CutSeat> m_seat;
    const Queue m_queue{u"q"_s};
};

void tst_AmqpListeners::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    m_proxy = std::make_unique<FaultProxy>(m_broker.port());
}

void tst_AmqpListeners::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<CutSeat>(m_broker, *m_proxy);
    RABBIT_OK(m_seat->channel()->declare(m_queue));
}

void tst_AmqpListeners::cleanup()
{
    m_seat.reset();
}

// As an operator does.
bool tst_AmqpListeners::closeAllOf(const QString &user)
{
    return !m_broker.control({u"close_all_user_connections"_s, user, u"by a test"_s}).isNull();
}

void tst_AmqpListeners::confirmsSurviveAReconnect()
{
    Producer producer(&m_seat->connection, m_queue);
    for (int round = 0; round < 3; ++round) {
        std::vector<Pending<void>> pending;
        for (int i = 0; i < 100; ++i)
            pending.push_back(producer.publish(i));
        int confirmed = 0;
        for (const Pending<void> &one : pending) {
            one.then(&producer, [&](const Result<void> &result) { confirmed += result ? 1 : 0; });
        }
        QTRY_COMPARE_WITH_TIMEOUT(confirmed, 100, Long);
        QCOMPARE(m_seat->ready(m_queue.name()), 100 * (round + 1));
        QVERIFY(m_seat->cut());
    }
}

// Published while nobody is there, and lost with the connection: confirmed by the next.
void tst_AmqpListeners::whatWaitsForItsConfirmIsConfirmedOnTheNext()
{
    QSignalSpy drained(&m_seat->connection, &Connection::bufferDrained);
    Producer producer(&m_seat->connection, m_queue);
    RABBIT_OK(producer.publish(u"before"_s));
    std::vector<Pending<void>> pending;
    for (int i = 0; i < 50; ++i)
        pending.push_back(producer.publish(i));
    drained.clear();
    QVERIFY(m_seat->cut([&] {
        for (int i = 0; i < 50; ++i)
            pending.push_back(producer.publish(i));
    }));
    for (const Pending<void> &one : pending)
        RABBIT_OK(one);
    QTRY_VERIFY_WITH_TIMEOUT(!drained.isEmpty(), Long);
    QCOMPARE(m_seat->connection.unsettledPublishes(), 0);
    QVERIFY(m_seat->ready(m_queue.name()) >= 101);
}

void tst_AmqpListeners::returnsSurviveAReconnect()
{
    const Exchange exchange(u"x"_s);
    Producer producer(&m_seat->connection, exchange, u"nobody"_s);
    QSignalSpy failed(&producer, &Producer::publishFailed);
    for (int round = 0; round < 3; ++round) {
        const Error error = errorOf(producer.publish(round));
        QCOMPARE(error.kind(), Error::Unroutable);
        producer.publish(u"nobody waits for it"_s);
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), round + 1, Long);
        QCOMPARE(failed[round][0].value<Message>().body().toString(), u"nobody waits for it"_s);
        QCOMPARE(failed[round][1].value<Error>().kind(), Error::Unroutable);
        QVERIFY(m_seat->cut());
    }
}

void tst_AmqpListeners::refusalsSurviveAReconnect()
{
    const Queue full =
        Queue("full").setMaxLength(1).setArguments({{u"x-overflow"_s, u"reject-publish"_s}});
    Producer producer(&m_seat->connection, full);
    RABBIT_OK(producer.publish(0));
    for (int round = 0; round < 2; ++round) {
        PublishOptions hurried;
        hurried.timeout = std::chrono::seconds(1);
        QVERIFY(errorOf(producer.publish(1, hurried)).isError()); // basic.nack
        QCOMPARE(m_seat->ready(full.name()), 1);
        QVERIFY(m_seat->cut());
    }
    RABBIT_OK(m_seat->channel()->purge(full.name()));
    RABBIT_OK(producer.publish(2));
}

void tst_AmqpListeners::consumersAndStatesSurviveReconnects()
{
    QSignalSpy errors(&m_seat->connection, &Connection::errorOccurred);
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    for (int round = 0; round < 5; ++round) {
        QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
        RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(round));
        QTRY_VERIFY_WITH_TIMEOUT(inbox.texts.contains(QString::number(round)), Long);
        QVERIFY(m_seat->cut());
        QVERIFY(errors.size() > round);
        QCOMPARE(m_seat->opened(), round + 2);
        QVERIFY(!m_seat->connection.error().isError());
    }
    QCOMPARE(inbox.errors.size(), 0);
}

// At each connection of either socket, with what is right by then.
void tst_AmqpListeners::credentialsAreAskedAgain()
{
    const QString user = u"user-"_s + m_broker.virtualHost();
    const auto setPassword = [&](const QString &password) {
        m_broker.manage(
            "PUT", u"users/"_s + user,
            QJsonDocument(QJsonObject{{u"password"_s, password}, {u"tags"_s, QString()}}).toJson());
    };
    setPassword(u"1"_s);
    m_broker.manage("PUT", u"permissions/%1/%2"_s.arg(m_broker.virtualHost(), user),
                    R"({"configure": ".*", "write": ".*", "read": ".*"})");
    int asked = 0;
    QString password = u"1"_s;
    ConnectionOptions options;
    options.credentials = [&](const BrokerUrl &) {
        ++asked;
        return Credentials{user, password};
    };
    RabbitSeat seat(m_broker.url(), options);
    RabbitInbox inbox(&seat.connection, {m_queue});
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"1"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList(u"1"_s), Long);
    for (const QString &next : {u"2"_s, u"3"_s}) {
        const int before = asked;
        setPassword(next);
        password = next;
        QVERIFY2(closeAllOf(user), qPrintable(m_broker.errorText()));
        RABBIT_OK(Producer(&seat.connection, m_queue).publish(next));
        QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.last(), next, Long);
        QVERIFY(asked > before);
    }
    m_broker.manage("DELETE", u"users/"_s + user);
}

QOMBU_TEST(tst_AmqpListeners)
#include "tst_amqplisteners.moc"
