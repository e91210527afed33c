// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/cutseat.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace QombuTest;
using namespace Qt::StringLiterals;

// Where a real RabbitMQ sends what an exchange has no queue for, and what publishers hear of it.
class tst_AmqpAlternateExchange : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void takesWhatNobodyElseTakes_data();
    void takesWhatNobodyElseTakes();
    void isAskedInTurn();
    void aCircleEnds();
    void oneThatIsNotThereTakesNothing();
    void isThereAgainAfterAReconnect();

private:
    static Exchange exchange(const QString &name, const QString &alternate = {},
                             ExchangeType type = ExchangeType::Direct)
    {
        Exchange result(name, type);
        if (!alternate.isEmpty())
            result.setArguments({{u"alternate-exchange"_s, alternate}});
        return result;
    }
    Error publish(const QString &exchange, const QString &key);

    RabbitProcess m_broker;
    std::unique_ptr<FaultProxy> m_proxy;
    std::unique_ptr<CutSeat> m_seat;
};

void tst_AmqpAlternateExchange::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    m_proxy = std::make_unique<FaultProxy>(m_broker.port());
}

void tst_AmqpAlternateExchange::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<CutSeat>(m_broker, *m_proxy);
}

void tst_AmqpAlternateExchange::cleanup()
{
    m_seat.reset();
}

Error tst_AmqpAlternateExchange::publish(const QString &exchange, const QString &key)
{
    PublishOptions options;
    options.mandatory = true;
    const Exchange declared = Exchange(exchange).setDeclared(false);
    return errorOf(Producer(&m_seat->connection, declared, key).publish(1, options));
}

void tst_AmqpAlternateExchange::takesWhatNobodyElseTakes_data()
{
    QTest::addColumn<ExchangeType>("type");
    QTest::addColumn<QString>("binding");
    QTest::newRow("of a direct exchange") << ExchangeType::Direct << u"bound.key"_s;
    QTest::newRow("of a topic exchange") << ExchangeType::Topic << u"bound.*"_s;
}

void tst_AmqpAlternateExchange::takesWhatNobodyElseTakes()
{
    QFETCH(ExchangeType, type);
    QFETCH(QString, binding);
    const Exchange others = exchange(u"others"_s, {}, ExchangeType::Fanout);
    RABBIT_OK(m_seat->channel()->declare(Queue(u"rest"_s, others)));
    const Exchange main = exchange(u"main"_s, u"others"_s, type);
    RABBIT_OK(m_seat->channel()->declare(Queue(u"q"_s, main, binding)));
    QCOMPARE(publish(u"main"_s, u"bound.key"_s), Error());
    QCOMPARE(m_seat->ready(u"q"_s), 1);
    QCOMPARE(m_seat->ready(u"rest"_s), 0);
    QCOMPARE(publish(u"main"_s, u"free"_s), Error()); // mandatory, and it found a queue
    QCOMPARE(m_seat->ready(u"q"_s), 1);
    QCOMPARE(m_seat->ready(u"rest"_s), 1);
    const auto message = m_seat->channel()->get(u"rest"_s).wait(Patience);
    QVERIFY(message && message->has_value());
    QCOMPARE((*message)->exchange(), u"main"_s); // as it was published
    QCOMPARE((*message)->routingKey(), u"free"_s);
    (*message)->ack();
}

void tst_AmqpAlternateExchange::isAskedInTurn()
{
    RABBIT_OK(m_seat->channel()->declare(Queue(u"last"_s, exchange(u"c"_s), u"known"_s)));
    RABBIT_OK(m_seat->channel()->declare(exchange(u"b"_s, u"c"_s)));
    RABBIT_OK(m_seat->channel()->declare(exchange(u"a"_s, u"b"_s)));
    QCOMPARE(publish(u"a"_s, u"known"_s), Error());
    QCOMPARE(m_seat->ready(u"last"_s), 1);
    const Error error = publish(u"a"_s, u"unknown"_s);
    QCOMPARE(error.kind(), Error::Unroutable);
    QCOMPARE(error.replyCode(), 312);
    QCOMPARE(m_seat->ready(u"last"_s), 1);
}

void tst_AmqpAlternateExchange::aCircleEnds()
{
    RABBIT_OK(m_seat->channel()->declare(exchange(u"a"_s, u"b"_s)));
    RABBIT_OK(m_seat->channel()->declare(Queue(u"q"_s, exchange(u"b"_s, u"a"_s), u"known"_s)));
    QCOMPARE(publish(u"a"_s, u"known"_s), Error());
    QCOMPARE(m_seat->ready(u"q"_s), 1);
    QCOMPARE(publish(u"a"_s, u"unknown"_s).kind(), Error::Unroutable);
    QCOMPARE(publish(u"b"_s, u"unknown"_s).kind(), Error::Unroutable);
}

void tst_AmqpAlternateExchange::oneThatIsNotThereTakesNothing()
{
    RABBIT_OK(m_seat->channel()->declare(exchange(u"a"_s, u"missing"_s)));
    QCOMPARE(publish(u"a"_s, u"key"_s).kind(), Error::Unroutable);
    RABBIT_OK(m_seat->channel()->declare(
        Queue(u"q"_s, exchange(u"missing"_s, {}, ExchangeType::Fanout))));
    QCOMPARE(publish(u"a"_s, u"key"_s), Error());
    QCOMPARE(m_seat->ready(u"q"_s), 1);
}

void tst_AmqpAlternateExchange::isThereAgainAfterAReconnect()
{
    RABBIT_OK(m_seat->channel()->declare(
        Queue(u"rest"_s, exchange(u"others"_s, {}, ExchangeType::Fanout))));
    RABBIT_OK(m_seat->channel()->declare(exchange(u"main"_s, u"others"_s)));
    QVERIFY(m_seat->cut([&] {
        for (const QString &name : {u"main"_s, u"others"_s})
            m_broker.manage("DELETE", u"exchanges/%1/%2"_s.arg(m_broker.virtualHost(), name));
    }));
    RABBIT_OK(m_seat->channel()->inspect(u"rest"_s));
    QCOMPARE(publish(u"main"_s, u"free"_s), Error());
    QCOMPARE(m_seat->ready(u"rest"_s), 1);
}

QOMBU_TEST(tst_AmqpAlternateExchange)
#include "tst_amqpalternateexchange.moc"
