// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/cutseat.h"
#include "support/testmain.h"

#include <QSignalSpy>

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// Settlements that a real RabbitMQ must not see: it would close the channel for each.
class tst_AmqpSettling : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();
    void cleanup();
    void afterARecoveryIsIgnored_data();
    void afterARecoveryIsIgnored();
    void manyAfterARecoveryAreIgnored();
    void ofWhatWasFetchedBeforeARecoveryIsIgnored();
    void twiceIsRefusedHere_data();
    void twiceIsRefusedHere();
    void afterCancelIsCarriedOut();
    void afterTheQueueWasDeletedIsIgnored();
    void ofWhatNeedsNoneIsRefusedHere();
    void afterCloseIsRefusedHere();

private:
    QList<Message> receive(RabbitInbox &inbox, int count);

    RabbitProcess m_broker;
    std::unique_ptr<FaultProxy> m_proxy;
    std::unique_ptr<CutSeat> m_seat;
    const Queue m_queue{u"q"_s};
};

namespace {

const std::initializer_list<std::pair<const char *, Settle>> Settlements = {
    {"ack", &Message::ack}, {"reject", &Message::reject}, {"requeue", &Message::requeue}};

} // namespace

void tst_AmqpSettling::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    m_proxy = std::make_unique<FaultProxy>(m_broker.port());
}

// Of the whole program: the broker closed no channel.
void tst_AmqpSettling::cleanupTestCase()
{
    QCOMPARE(m_broker.channelErrors(), QStringList());
}

void tst_AmqpSettling::init()
{
    m_seat = std::make_unique<CutSeat>(m_broker, *m_proxy);
    RABBIT_OK(m_seat->channel()->declare(m_queue));
}

void tst_AmqpSettling::cleanup()
{
    m_seat.reset();
    m_broker.manage("DELETE", u"queues/%1/q"_s.arg(m_broker.virtualHost()));
}

// Publishes so many and waits for them.
QList<Message> tst_AmqpSettling::receive(RabbitInbox &inbox, int count)
{
    const qsizetype all = inbox.messages.size() + count;
    RabbitSeat other(m_broker.url());
    Producer producer(&other.connection, m_queue);
    std::vector<Pending<void>> pending;
    for (int i = 0; i < count; ++i)
        pending.push_back(producer.publish(QString::number(i)));
    for (const Pending<void> &one : pending)
        one.wait(Patience);
    if (!QTest::qWaitFor([&] { return inbox.messages.size() >= all; }, Long))
        return {};
    return inbox.messages.last(count);
}

void tst_AmqpSettling::afterARecoveryIsIgnored_data()
{
    QTest::addColumn<Settle>("settle");
    for (const auto &[name, settle] : Settlements)
        QTest::newRow(name) << settle;
}

void tst_AmqpSettling::afterARecoveryIsIgnored()
{
    QFETCH(Settle, settle);
    RabbitInbox inbox(&m_seat->connection, {m_queue}, false);
    QSignalSpy lost(&inbox.consumer, &Consumer::settlementLost);
    const Message before = receive(inbox, 1).value(0);
    QVERIFY(m_seat->cut());
    QTRY_COMPARE_WITH_TIMEOUT(inbox.messages.size(), 2, Long);
    const Message now = inbox.messages.last();
    QVERIFY(now.isRedelivered());
    (before.*settle)();
    QTRY_COMPARE_WITH_TIMEOUT(lost.size(), 1, Long);
    QCOMPARE(lost[0][0].toString(), m_queue.name());
    QCOMPARE(lost[0][1].toString(), before.deliveryTag());
    QVERIFY(!now.isSettled());
    QCOMPARE(m_seat->ready(m_queue.name()), 0); // it is held all the same
    QVERIFY(!now.ack().isError());
    QCOMPARE(receive(inbox, 1).size(), 1);
    QVERIFY(!inbox.messages.last().ack().isError());
    RABBIT_OK(inbox.consumer.cancel());
    QTRY_COMPARE_WITH_TIMEOUT(m_seat->ready(m_queue.name()), 0, Long);
    QCOMPARE(inbox.errors.size(), 0);
    QCOMPARE(lost.size(), 1);
    QCOMPARE(m_seat->opened(), 2);
}

// The tags of both connections are the same numbers.
void tst_AmqpSettling::manyAfterARecoveryAreIgnored()
{
    constexpr int Count = 10;
    RabbitInbox inbox(&m_seat->connection, {m_queue}, false);
    QSignalSpy lost(&inbox.consumer, &Consumer::settlementLost);
    QCOMPARE(receive(inbox, Count).size(), Count);
    QVERIFY(m_seat->cut());
    QTRY_COMPARE_WITH_TIMEOUT(inbox.messages.size(), 2 * Count, Long);
    for (const Message &message : inbox.messages.first(Count))
        message.ack();
    QTRY_COMPARE_WITH_TIMEOUT(lost.size(), Count, Long);
    for (const Message &message : inbox.messages.last(Count))
        QVERIFY(!message.requeue().isError()); // each is still there to go back
    QTRY_COMPARE_WITH_TIMEOUT(inbox.messages.size(), 3 * Count, Long);
    for (const Message &message : inbox.messages.last(Count))
        QVERIFY(!message.ack().isError());
    RABBIT_OK(inbox.consumer.cancel());
    QTRY_COMPARE_WITH_TIMEOUT(m_seat->ready(m_queue.name()), 0, Long);
    QCOMPARE(lost.size(), Count);
}

void tst_AmqpSettling::ofWhatWasFetchedBeforeARecoveryIsIgnored()
{
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"a"_s));
    const auto before = m_seat->channel()->get(m_queue.name()).wait(Patience);
    QVERIFY(before && before->has_value());
    QVERIFY(m_seat->cut());
    QTRY_COMPARE_WITH_TIMEOUT(m_seat->ready(m_queue.name()), 1, Long); // it came back
    (*before)->ack();
    const auto again = m_seat->channel()->get(m_queue.name()).wait(Patience);
    QVERIFY(again && again->has_value());
    QVERIFY((*again)->isRedelivered());
    QVERIFY(!(*again)->ack().isError());
    QCOMPARE(m_seat->ready(m_queue.name()), 0);
    QCOMPARE(m_seat->opened(), 2);
}

void tst_AmqpSettling::twiceIsRefusedHere_data()
{
    QTest::addColumn<Settle>("first");
    QTest::addColumn<Settle>("second");
    for (const auto &[name, first] : Settlements) {
        for (const auto &[other, second] : Settlements)
            QTest::addRow("%s, then %s", name, other) << first << second;
    }
}

void tst_AmqpSettling::twiceIsRefusedHere()
{
    QFETCH(Settle, first);
    QFETCH(Settle, second);
    RabbitInbox inbox(&m_seat->connection, {m_queue}, false);
    const Message message = receive(inbox, 1).value(0);
    const Message copy = message;
    QVERIFY(!(message.*first)().isError());
    QCOMPARE((message.*second)().kind(), Error::AlreadySettled);
    QCOMPARE((copy.*second)().kind(), Error::AlreadySettled);
    QCOMPARE(receive(inbox, 1).size(), 1); // the channel is as it was
    QCOMPARE(inbox.errors.size(), 0);
}

void tst_AmqpSettling::afterCancelIsCarriedOut()
{
    RabbitInbox inbox(&m_seat->connection, {m_queue}, false);
    const QList<Message> held = receive(inbox, 3);
    QCOMPARE(held.size(), 3);
    RABBIT_OK(inbox.consumer.cancel());
    QVERIFY(!held[0].ack().isError());
    QVERIFY(!held[1].requeue().isError());
    QVERIFY(!held[2].reject().isError());
    QTRY_COMPARE_WITH_TIMEOUT(m_seat->ready(m_queue.name()), 1, Long);
    QCOMPARE(held[0].ack().kind(), Error::AlreadySettled);
    const auto back = m_seat->channel()->get(m_queue.name()).wait(Patience);
    QVERIFY(back && back->has_value());
    QCOMPARE((*back)->body().toString(), u"1"_s);
}

// RabbitMQ goes on to know what it delivered: to settle it is no mistake, and does nothing.
void tst_AmqpSettling::afterTheQueueWasDeletedIsIgnored()
{
    RabbitInbox inbox(&m_seat->connection, {m_queue}, false);
    const QList<Message> held = receive(inbox, 3);
    QCOMPARE(held.size(), 3);
    RABBIT_OK(m_seat->channel()->remove(m_queue));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.consumer.state(), Consumer::Stopped, Long);
    held[0].ack();
    held[1].requeue();
    held[2].reject();
    RABBIT_OK(m_seat->channel()->declare(m_queue));
    QCOMPARE(m_seat->ready(m_queue.name()), 0);
    QCOMPARE(m_seat->opened(), 1);
}

void tst_AmqpSettling::ofWhatNeedsNoneIsRefusedHere()
{
    Consumer consumer(&m_seat->connection, m_queue);
    QVERIFY(!consumer.setAckMode(AckMode::None).isError());
    QList<Message> messages;
    QObject::connect(&consumer, &Consumer::messageReceived, &consumer,
                     [&](const Message &message) { messages.append(message); });
    consumer.start();
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(messages.size(), 1, Long);
    QVERIFY(!messages[0].ack().isError()); // taken for granted
    QCOMPARE(messages[0].reject().kind(), Error::Unsupported);
    QCOMPARE(messages[0].requeue().kind(), Error::Unsupported);
    QCOMPARE(Message(u"mine"_s).ack().kind(), Error::Unsupported); // no broker knows it
    RABBIT_OK(Producer(&m_seat->connection, m_queue).publish(u"b"_s));
    QTRY_COMPARE_WITH_TIMEOUT(messages.size(), 2, Long);
    QCOMPARE(m_seat->opened(), 1);
}

void tst_AmqpSettling::afterCloseIsRefusedHere()
{
    RabbitInbox inbox(&m_seat->connection, {m_queue}, false);
    const Message held = receive(inbox, 1).value(0);
    RABBIT_OK(m_seat->connection.close());
    held.ack();
    RabbitSeat other(m_broker.url());
    QTRY_COMPARE_WITH_TIMEOUT(other.ready(m_queue.name()), 1, Long); // given back before
    m_seat->connection.open();
    QTRY_COMPARE_WITH_TIMEOUT(inbox.messages.size(), 2, Long);
    QVERIFY(inbox.messages.last().isRedelivered());
    held.ack();
    QVERIFY(!inbox.messages.last().ack().isError());
    QTRY_COMPARE_WITH_TIMEOUT(other.ready(m_queue.name()), 0, Long);
}

QOMBU_TEST(tst_AmqpSettling)
#include "tst_amqpsettling.moc"
