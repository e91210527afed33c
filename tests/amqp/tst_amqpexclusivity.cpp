// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/cutseat.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// What an exclusive queue of a real RabbitMQ refuses to other connections, and when it ends.
class tst_AmqpExclusivity : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void refusesOthers_data();
    void refusesOthers();
    void takesWhatOthersPublish();
    void isFreeOnItsOwnConnection();
    void aConsumerWaitsForItsEnd();
    void endsWithItsConnection();

private:
    RabbitProcess m_broker;
    std::unique_ptr<RabbitSeat> m_owner;
    std::unique_ptr<RabbitSeat> m_other;
    const Exchange m_exchange{u"x"_s};
    const Queue m_queue = Queue(u"q"_s).setDurable(false).setExclusive(true);
};

void tst_AmqpExclusivity::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpExclusivity::init()
{
    m_owner.reset();
    m_other.reset();
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_owner = std::make_unique<RabbitSeat>(m_broker.url());
    m_other = std::make_unique<RabbitSeat>(m_broker.url());
    RABBIT_OK(m_owner->channel()->declare(m_exchange));
    RABBIT_OK(m_owner->channel()->declare(m_queue));
    RABBIT_OK(m_owner->channel()->bind({m_exchange, u"key"_s, m_queue.name(), {}}));
}

using Attempt = std::function<Error(Channel *, const Queue &, const Exchange &)>;
Q_DECLARE_METATYPE(Attempt)

void tst_AmqpExclusivity::refusesOthers_data()
{
    QTest::addColumn<Attempt>("attempt");
    const auto row = [](const char *name, const Attempt &attempt) {
        QTest::newRow(name) << attempt;
    };
    row("declare", [](Channel *channel, const Queue &queue, const Exchange &) {
        return errorOf(channel->declare(queue));
    });
    row("declare, not exclusive", [](Channel *channel, const Queue &queue, const Exchange &) {
        return errorOf(channel->declare(Queue(queue).setExclusive(false)));
    });
    row("inspect", [](Channel *channel, const Queue &queue, const Exchange &) {
        return errorOf(channel->inspect(queue.name()));
    });
    row("bind", [](Channel *channel, const Queue &queue, const Exchange &exchange) {
        return errorOf(channel->bind({exchange, u"key"_s, queue.name(), {}}));
    });
    row("unbind", [](Channel *channel, const Queue &queue, const Exchange &exchange) {
        return errorOf(channel->unbind({exchange, u"key"_s, queue.name(), {}}));
    });
    row("purge", [](Channel *channel, const Queue &queue, const Exchange &) {
        return errorOf(channel->purge(queue.name()));
    });
    row("remove", [](Channel *channel, const Queue &queue, const Exchange &) {
        return errorOf(channel->remove(queue));
    });
    row("get", [](Channel *channel, const Queue &queue, const Exchange &) {
        return errorOf(channel->get(queue.name()));
    });
}

void tst_AmqpExclusivity::refusesOthers()
{
    QFETCH(Attempt, attempt);
    RABBIT_OK(m_other->connection.whenOpen());
    const Error error = attempt(m_other->channel(), m_queue, m_exchange);
    QCOMPARE(error.kind(), Error::Channel);
    QCOMPARE(error.replyCode(), 405);
    QCOMPARE(error.where(), u"queue/q"_s);
    QVERIFY(error.isRecoverable()); // its owner may go
    RABBIT_OK(m_other->channel()->declare(Queue("next"))); // nothing else was refused
    QCOMPARE(m_other->connection.state(), Connection::Open);
    RABBIT_OK(m_owner->channel()->inspect(m_queue.name())); // and it is as it was
}

// To its name: a producer that wants an exclusive queue of its own waits until that is free.
void tst_AmqpExclusivity::takesWhatOthersPublish()
{
    RABBIT_OK(Producer(&m_other->connection, m_queue.name()).publish(u"b"_s));
    QCOMPARE(m_owner->ready(m_queue.name()), 1);
}

void tst_AmqpExclusivity::isFreeOnItsOwnConnection()
{
    Channel second(&m_owner->connection);
    RABBIT_OK(second.declare(m_queue));
    RABBIT_OK(second.bind({m_exchange, u"key"_s, m_queue.name(), {}}));
    RabbitInbox inbox(&m_owner->connection, {m_queue});
    RABBIT_OK(Producer(&m_owner->connection, m_exchange, u"key"_s).publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList(u"a"_s), Long);
    RABBIT_OK(second.purge(m_queue.name()));
    RABBIT_OK(second.remove(m_queue));
    QCOMPARE(errorOf(second.inspect(m_queue.name())).kind(), Error::NotFound);
}

// It says what it waits for, and the rest of its connection goes on.
void tst_AmqpExclusivity::aConsumerWaitsForItsEnd()
{
    RabbitInbox waiting(&m_other->connection, {m_queue});
    RabbitInbox working(&m_other->connection, {Queue("work")});
    QTRY_VERIFY_WITH_TIMEOUT(!waiting.errors.isEmpty() && working.isConsuming(), Long);
    QCOMPARE(waiting.errors.first().replyCode(), 405);
    QVERIFY(!waiting.isConsuming());
    RABBIT_OK(Producer(&m_other->connection, u"work"_s).publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(working.texts, QStringList(u"a"_s), Long);
    RABBIT_OK(m_owner->connection.close());
    QTRY_VERIFY_WITH_TIMEOUT(waiting.isConsuming(), Long);
    RABBIT_OK(Producer(&m_other->connection, m_queue.name()).publish(u"b"_s));
    QTRY_COMPARE_WITH_TIMEOUT(waiting.texts, QStringList(u"b"_s), Long);
    QCOMPARE(m_other->connection.state(), Connection::Open);
}

void tst_AmqpExclusivity::endsWithItsConnection()
{
    RABBIT_OK(Producer(&m_owner->connection, m_queue).publish(u"a"_s));
    RABBIT_OK(m_owner->connection.close());
    QTRY_COMPARE_WITH_TIMEOUT(errorOf(m_other->channel()->inspect(m_queue.name())).kind(),
                              Error::NotFound, Long);
    RABBIT_OK(m_other->channel()->declare(m_queue));
    QCOMPARE(m_other->ready(m_queue.name()), 0);
}

QOMBU_TEST(tst_AmqpExclusivity)
#include "tst_amqpexclusivity.moc"
