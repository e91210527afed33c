// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/cutseat.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// What a real RabbitMQ refuses closes a channel: nothing but what was refused notices.
class tst_AmqpChannelFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void refusalsDisturbNothingElse_data();
    void refusalsDisturbNothingElse();
    void theEndOfAQueueDisturbsNoOtherConsumer();
    void aPermissionThatWasTakenAwayIsAskedForAgain();

private:
    void permit(const QByteArray &read);

    RabbitProcess m_broker;
    std::unique_ptr<FaultProxy> m_proxy;
    std::unique_ptr<CutSeat> m_seat;
    QString m_user;
    const Queue m_queue{u"q"_s};
};

void tst_AmqpChannelFaults::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    m_proxy = std::make_unique<FaultProxy>(m_broker.port());
}

void tst_AmqpChannelFaults::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_user = u"user-"_s + m_broker.virtualHost();
    m_broker.manage("PUT", u"users/"_s + m_user, R"({"password": "p", "tags": ""})");
    permit(".*");
    ConnectionOptions options;
    options.credentials = [this](const BrokerUrl &) { return Credentials{m_user, u"p"_s}; };
    m_seat = std::make_unique<CutSeat>(m_broker, *m_proxy, options);
}

void tst_AmqpChannelFaults::cleanup()
{
    m_seat.reset();
    m_broker.manage("DELETE", u"users/"_s + m_user);
}

// To read; the names that begin with "forbidden" are not for it.
void tst_AmqpChannelFaults::permit(const QByteArray &read)
{
    const QByteArray rights =
        R"-({"configure": "^(?!forbidden)", "write": "^(?!forbidden)", "read": "READ"})-";
    m_broker.manage("PUT", u"permissions/%1/%2"_s.arg(m_broker.virtualHost(), m_user),
                    QByteArray(rights).replace("READ", read));
    QVERIFY2(m_broker.errorText().isEmpty(), qPrintable(m_broker.errorText()));
}

using RefusedCall = std::function<Error(RabbitSeat &)>;
Q_DECLARE_METATYPE(RefusedCall)

void tst_AmqpChannelFaults::refusalsDisturbNothingElse_data()
{
    QTest::addColumn<RefusedCall>("attempt");
    QTest::addColumn<int>("code");
    const auto row = [](int code, const char *name, const RefusedCall &attempt) {
        QTest::addRow("%d, %s", code, name) << attempt << code;
    };
    row(404, "get", [](RabbitSeat &seat) { return errorOf(seat.channel()->get(u"missing"_s)); });
    row(404, "purge",
        [](RabbitSeat &seat) { return errorOf(seat.channel()->purge(u"missing"_s)); });
    row(404, "bind", [](RabbitSeat &seat) {
        return errorOf(seat.channel()->bind({Exchange(u"missing"_s), u"k"_s, u"q"_s, {}}));
    });
    row(404, "publish", [](RabbitSeat &seat) {
        const Exchange missing = Exchange(u"missing"_s).setDeclared(false);
        return errorOf(Producer(&seat.connection, missing, u"k"_s).publish(1));
    });
    row(403, "declare",
        [](RabbitSeat &seat) { return errorOf(seat.channel()->declare(Queue("forbidden"))); });
    row(403, "publish", [](RabbitSeat &seat) {
        const Exchange forbidden = Exchange(u"forbidden"_s).setDeclared(false);
        return errorOf(Producer(&seat.connection, forbidden, u"k"_s).publish(1));
    });
    row(406, "declare", [](RabbitSeat &seat) {
        return errorOf(seat.channel()->declare(Queue("q").setMaxLength(1)));
    });
    row(406, "remove", [](RabbitSeat &seat) {
        RemoveOptions ifUnused;
        ifUnused.ifUnused = true;
        return errorOf(seat.channel()->remove(Queue("q"), ifUnused));
    });
}

// A message is held, and publishes are under way, before and after.
void tst_AmqpChannelFaults::refusalsDisturbNothingElse()
{
    QFETCH(RefusedCall, attempt);
    QFETCH(int, code);
    RabbitSeat owner(m_broker.url());
    RABBIT_OK(owner.channel()->declare(Exchange(u"forbidden"_s)));
    RabbitInbox inbox(&m_seat->connection, {m_queue}, false);
    Producer producer(&m_seat->connection, m_queue);
    RABBIT_OK(producer.publish(u"held"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.messages.size(), 1, Long);
    std::vector<Pending<void>> published;
    for (int i = 0; i < 5; ++i)
        published.push_back(producer.publish(QString::number(i)));
    const Error error = attempt(*m_seat);
    QCOMPARE(error.replyCode(), code);
    for (int i = 5; i < 10; ++i)
        published.push_back(producer.publish(QString::number(i)));
    for (const Pending<void> &one : published)
        RABBIT_OK(one);
    QTRY_VERIFY_WITH_TIMEOUT(inbox.texts.contains(u"9"_s), Long);
    for (const Message &message : std::as_const(inbox.messages))
        QVERIFY(!message.ack().isError());
    QVERIFY(inbox.errors.isEmpty());
    QCOMPARE(m_seat->opened(), 1);
    RABBIT_OK(inbox.consumer.cancel());
    QTRY_COMPARE_WITH_TIMEOUT(owner.ready(m_queue.name()), 0, Long); // each was acknowledged
}

void tst_AmqpChannelFaults::theEndOfAQueueDisturbsNoOtherConsumer()
{
    RabbitInbox one(&m_seat->connection, {m_queue}, false);
    RabbitInbox other(&m_seat->connection, {Queue("other")}, false);
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"a"_s));
    RABBIT_OK(Producer(&m_seat->connection, u"other"_s).publish(u"b"_s));
    QTRY_VERIFY_WITH_TIMEOUT(one.messages.size() == 1 && other.messages.size() == 1, Long);
    m_broker.manage("DELETE", u"queues/%1/q"_s.arg(m_broker.virtualHost()));
    QTRY_VERIFY_WITH_TIMEOUT(!one.errors.isEmpty() && one.isConsuming(), Long);
    one.messages.first().ack(); // of what is gone
    QVERIFY(other.isConsuming() && other.errors.isEmpty());
    QVERIFY(!other.messages.first().ack().isError());
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"c"_s));
    RABBIT_OK(Producer(&m_seat->connection, u"other"_s).publish(u"d"_s));
    QTRY_COMPARE_WITH_TIMEOUT(one.texts.last(), u"c"_s, Long);
    QTRY_COMPARE_WITH_TIMEOUT(other.texts.last(), u"d"_s, Long);
    QCOMPARE(m_seat->opened(), 1);
}

void tst_AmqpChannelFaults::aPermissionThatWasTakenAwayIsAskedForAgain()
{
    RabbitInbox inbox(&m_seat->connection, {m_queue});
    RabbitInbox other(&m_seat->connection, {Queue("readable")});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming() && other.isConsuming(), Long);
    permit("^readable$");
    QVERIFY(m_seat->cut());
    QTRY_VERIFY_WITH_TIMEOUT(!inbox.errors.isEmpty() && other.isConsuming(), Long);
    QCOMPARE(inbox.errors.first().replyCode(), 403);
    QVERIFY(!inbox.isConsuming());
    RABBIT_OK(Producer(&m_seat->connection, u"readable"_s).publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(other.texts, QStringList(u"a"_s), Long);
    permit(".*");
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), Long);
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"b"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList(u"b"_s), Long);
    QCOMPARE(m_seat->opened(), 2);
}

QOMBU_TEST(tst_AmqpChannelFaults)
#include "tst_amqpchannelfaults.moc"
