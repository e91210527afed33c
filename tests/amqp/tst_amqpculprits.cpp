// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/testmain.h"

#include <QElapsedTimer>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// Publishes for which RabbitMQ closes the channel that they share with others.
class tst_AmqpCulprits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void tenOfTwentyThousandAreFound();
    void healthyTrafficIsSeldomSentTwice();
    void thousandsThatGoNowhereEndInTime();
    void aKeyThatIsForbiddenFailsAlone();
    void aFullQueueRefusesAmongCulprits();

private:
    RabbitProcess m_broker;
    std::unique_ptr<RabbitSeat> m_seat;
    const Queue m_queue{u"q"_s};
};

void tst_AmqpCulprits::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpCulprits::init()
{
    m_seat.reset();
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
    m_seat = std::make_unique<RabbitSeat>(m_broker.url());
    RABBIT_OK(m_seat->channel()->declare(m_queue));
}

// The broker says that the user is another one, and not of which message.
static PublishOptions culprit()
{
    PublishOptions options;
    options.properties.userId = u"somebody"_s;
    return options;
}

void tst_AmqpCulprits::tenOfTwentyThousandAreFound()
{
    constexpr int Count = 20000;
    const auto isCulprit = [](int i) { return i % 2000 == 1000; };
    Producer producer(&m_seat->connection, m_queue);
    PublishOptions patient;
    patient.timeout = 2min;
    PublishOptions wrong = culprit();
    wrong.timeout = 2min;
    QElapsedTimer timer;
    timer.start();
    std::vector<Pending<void>> pending;
    for (int i = 0; i < Count; ++i)
        pending.push_back(producer.publish(QString::number(i), isCulprit(i) ? wrong : patient));
    for (int i = 0; i < Count; ++i) {
        const Error error = pending[size_t(i)].wait(2min).error();
        QCOMPARE(error.replyCode(), isCulprit(i) ? 406 : 0);
    }
    const qint64 there = m_seat->ready(u"q"_s);
    qInfo() << "ten found within ms" << timer.elapsed() << "twice" << there - (Count - 10);
    QVERIFY(there >= Count - 10);
    QVERIFY(there <= Count - 10 + 8192); // what was under way at the first
    QCOMPARE(m_seat->connection.state(), Connection::Open);
}

void tst_AmqpCulprits::healthyTrafficIsSeldomSentTwice()
{
    constexpr int Count = 10000;
    Producer good(&m_seat->connection, m_queue);
    Producer bad(&m_seat->connection, Exchange(u"missing"_s).setDeclared(false), u"key"_s);
    int underWay = 0;
    int refused = 0;
    int failed = 0;
    for (int i = 0; i < Count; ++i) {
        const bool isBad = i % 1000 == 500;
        ++underWay;
        (isBad ? bad : good)
            .publish(QString::number(i))
            .then(&m_seat->connection, [&, isBad](const Result<void> &result) {
                --underWay;
                (isBad ? refused : failed) += result ? 0 : 1;
            });
        if (underWay == 500)
            QTRY_VERIFY_WITH_TIMEOUT(underWay < 250, 30000);
    }
    QTRY_COMPARE_WITH_TIMEOUT(underWay, 0, 30000);
    QCOMPARE(refused, 10);
    QCOMPARE(failed, 0);
    const qint64 twice = m_seat->ready(u"q"_s) - (Count - 10);
    qInfo() << "twice" << twice;
    QVERIFY2(twice >= 0 && twice <= 500, qPrintable(QString::number(twice)));
}

// It closes one channel after the other over them.
void tst_AmqpCulprits::thousandsThatGoNowhereEndInTime()
{
    constexpr int Count = 4000;
    const auto exchange = [](int i) { return Exchange(u"no%1"_s.arg(i)).setDeclared(false); };
    std::vector<Pending<void>> sent;
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < Count; ++i)
        sent.push_back(Producer(&m_seat->connection, exchange(i), u"k"_s).publish(u"a"_s));
    for (int i = 0; i < Count; ++i)
        QCOMPARE(errorOf(sent[std::size_t(i)]).where(), u"exchange/no%1"_s.arg(i));
    qInfo() << "ended after" << timer.elapsed() << "ms";
}

// RabbitMQ names the exchange, which is not what it forbids.
void tst_AmqpCulprits::aKeyThatIsForbiddenFailsAlone()
{
    const Exchange topic(u"t"_s, ExchangeType::Topic);
    RABBIT_OK(m_seat->channel()->declare(Queue(u"all"_s, topic, u"#"_s)));
    m_broker.manage("PUT", u"topic-permissions/%1/guest"_s.arg(m_broker.virtualHost()),
                    R"({"exchange": "t", "write": "^good", "read": ".*"})");
    QVERIFY2(m_broker.errorText().isEmpty(), qPrintable(m_broker.errorText()));
    Producer producer(&m_seat->connection, topic);
    std::vector<Pending<void>> pending;
    for (int i = 0; i < 20; ++i) {
        PublishOptions options;
        options.routingKey = i == 7 ? u"bad"_s : u"good"_s;
        pending.push_back(producer.publish(i, options));
    }
    for (int i = 0; i < 20; ++i)
        QCOMPARE(errorOf(pending[size_t(i)]).replyCode(), i == 7 ? 403 : 0);
}

// A transaction cannot say which a queue did not take.
void tst_AmqpCulprits::aFullQueueRefusesAmongCulprits()
{
    const Queue full =
        Queue("full").setMaxLength(2).setArguments({{u"x-overflow"_s, u"reject-publish"_s}});
    Producer producer(&m_seat->connection, m_queue);
    QCOMPARE(errorOf(producer.publish(u"first"_s, culprit())).replyCode(), 406);
    Producer toFull(&m_seat->connection, full);
    std::vector<Pending<void>> pending;
    std::vector<Pending<void>> wrong;
    for (int i = 0; i < 6; ++i) {
        pending.push_back(toFull.publish(i));
        wrong.push_back(producer.publish(i, culprit()));
        RABBIT_OK(producer.publish(i));
    }
    int refused = 0;
    for (const Pending<void> &one : pending)
        refused += errorOf(one).isError() ? 1 : 0;
    for (const Pending<void> &one : wrong)
        QCOMPARE(errorOf(one).replyCode(), 406);
    QVERIFY2(refused >= 3, qPrintable(QString::number(refused)));
    QCOMPARE(m_seat->connection.state(), Connection::Open);
}

QOMBU_TEST(tst_AmqpCulprits)
#include "tst_amqpculprits.moc"
