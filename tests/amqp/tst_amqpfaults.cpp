// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/faultproxy.h"
#include "support/testmain.h"

#include <QElapsedTimer>
#include <QSet>
#include <QSignalSpy>
#include <QTimer>
#include <QUrl>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What must not disturb anything else on a real RabbitMQ: requests at which it ends the connection,
// refusals by the thousand, log-ins that are refused, and a network that stands still.
class tst_AmqpFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void answersRefusalsInARow();
    void aRequestThatEndsTheConnectionEndsOnce_data();
    void aRequestThatEndsTheConnectionEndsOnce();
    void losesNothingWhileTheWindowChanges();
    void logsInSeldomWithAWrongPassword();
    void aLateRefusalOfTheSecondConnectionIsTold();
    void replacesTheSecret();
    void closesInTimeWhereNothingMoves();
    void noticesWhoStopsInTheMiddleOfAFrame();

private:
    QString urlThrough(const FaultProxy &proxy, const QString &query = {}) const;
    void setPassword(const char *password);

    RabbitProcess m_broker;
    QString m_user;
};

void tst_AmqpFaults::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
    m_user = u"faults-"_s + m_broker.virtualHost();
}

void tst_AmqpFaults::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
}

QString tst_AmqpFaults::urlThrough(const FaultProxy &proxy, const QString &query) const
{
    QUrl url(m_broker.url());
    url.setPort(proxy.port());
    url.setQuery(query);
    return url.toString(QUrl::FullyEncoded);
}

void tst_AmqpFaults::setPassword(const char *password)
{
    m_broker.manage("PUT", u"users/"_s + m_user,
                    QByteArray(R"({"tags": "", "password": ")") + password + "\"}");
    m_broker.manage("PUT", u"permissions/%1/%2"_s.arg(m_broker.virtualHost(), m_user),
                    R"({"configure": ".*", "write": ".*", "read": ".*"})");
}

// Each closes its channel; a connection has 2 047 of them.
void tst_AmqpFaults::answersRefusalsInARow()
{
    constexpr int Count = 2100;
    ConnectionOptions options;
    options.requestTimeout = 2min; // queueing included
    RabbitSeat seat(m_broker.url(), options);
    RABBIT_OK(seat.channel()->declare(Queue("q")));
    int refused = 0;
    int declared = 0;
    QElapsedTimer timer;
    timer.start();
    const Queue other = Queue("q").setMaxLength(1);
    for (int i = 0; i < Count; ++i) {
        seat.channel()->declare(other).then(&seat.connection, [&](const Result<QueueInfo> &r) {
            refused += r.error().replyCode() == 406;
        });
    }
    seat.channel()->declare(Queue("q")).then(&seat.connection, [&](const Result<QueueInfo> &r) {
        declared += r.isOk();
    });
    QTRY_COMPARE_WITH_TIMEOUT(refused + declared, Count + 1, 100000);
    QCOMPARE(refused, Count);
    qInfo() << "refusals answered within ms" << timer.elapsed();
    QCOMPARE(seat.connection.state(), Connection::Open);
}

void tst_AmqpFaults::aRequestThatEndsTheConnectionEndsOnce_data()
{
    QTest::addColumn<QString>("request");
    for (const char *request : {"get", "purge"})
        QTest::newRow(request) << QString::fromLatin1(request);
}

// RabbitMQ has streams, which cannot be got from or purged, and ends the connection over that.
void tst_AmqpFaults::aRequestThatEndsTheConnectionEndsOnce()
{
    QFETCH(QString, request);
    RabbitSeat seat(m_broker.url());
    const Queue stream = Queue("st").setArguments({{u"x-queue-type"_s, u"stream"_s}});
    RABBIT_OK(seat.channel()->declare(stream));
    RabbitInbox inbox(&seat.connection, {Queue("q")});
    QTRY_VERIFY(inbox.isConsuming());
    const auto ask = [&] {
        return request == u"get"_s ? errorOf(seat.channel()->get(u"st"_s))
                                   : errorOf(seat.channel()->purge(u"st"_s));
    };
    const Error error = ask();
    QCOMPARE(error.replyCode(), 540);
    QCOMPARE(error.kind(), Error::Unsupported);
    RABBIT_OK(Producer(&seat.connection, "q").publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts, QStringList(u"a"_s), 10000);
    QSignalSpy states(&seat.connection, &Connection::stateChanged);
    QCOMPARE(ask().replyCode(), 540); // known by now
    QVERIFY(states.isEmpty());
}

void tst_AmqpFaults::losesNothingWhileTheWindowChanges()
{
    constexpr int Count = 5000;
    RabbitSeat seat(m_broker.url());
    RabbitInbox inbox(&seat.connection, {Queue("q")});
    QTRY_VERIFY(inbox.isConsuming());
    Producer producer(&seat.connection, "q");
    int failed = 0;
    for (int i = 0; i < Count; ++i) {
        producer.publish(QString::number(i)).then(&seat.connection, [&](const Result<void> &r) {
            failed += !r.isOk();
        });
    }
    QTimer often;
    int window = 0;
    int changes = 0;
    QObject::connect(&often, &QTimer::timeout, &inbox.consumer, [&] {
        window = window % 50 + 1;
        ++changes;
        inbox.consumer.setPrefetchCount(window);
    });
    often.start(1ms);
    const auto texts = [&] { return QSet(inbox.texts.begin(), inbox.texts.end()).size(); };
    QTRY_COMPARE_WITH_TIMEOUT(texts(), Count, 60000);
    often.stop();
    QCOMPARE(failed, 0);
    qInfo() << "changes" << changes << "deliveries" << inbox.texts.size();
    QVERIFY2(inbox.errors.isEmpty(), qPrintable(inbox.errors.value(0).text()));
    QTRY_COMPARE(seat.ready(u"q"_s), 0);
}

void tst_AmqpFaults::logsInSeldomWithAWrongPassword()
{
    FaultProxy proxy(m_broker.port());
    QUrl url(urlThrough(proxy));
    url.setPassword(u"wrong"_s);
    RabbitSeat seat(url.toString(QUrl::FullyEncoded));
    Producer producer(&seat.connection, "q");
    int refused = 0;
    QTimer often;
    QObject::connect(&often, &QTimer::timeout, &seat.connection, [&] {
        producer.publish(1).then(&seat.connection, [&](const Result<void> &r) {
            refused += r.error().kind() == Error::Authentication;
        });
    });
    often.start(20ms);
    QTRY_VERIFY_WITH_TIMEOUT(refused >= 200, 15000);
    QCOMPARE(proxy.accepted(), 2);
}

// The first one goes on, and the publish tells why it waited in vain.
void tst_AmqpFaults::aLateRefusalOfTheSecondConnectionIsTold()
{
    setPassword("one");
    QUrl url(m_broker.url());
    url.setUserName(m_user);
    url.setPassword(u"one"_s);
    RabbitSeat seat(url.toString(QUrl::FullyEncoded));
    RabbitInbox inbox(&seat.connection, {Queue("q")});
    QTRY_VERIFY(inbox.isConsuming());
    setPassword("two");
    QSignalSpy errors(&seat.connection, &Connection::errorOccurred);
    PublishOptions options;
    options.timeout = 3s;
    const Error error = errorOf(Producer(&seat.connection, "q").publish(1, options));
    QCOMPARE(error.kind(), Error::Timeout);
    QVERIFY2(error.text().contains(m_user), qPrintable(error.text()));
    QCOMPARE(errors.size(), 1);
    QCOMPARE(errors.first().first().value<Error>().kind(), Error::Authentication);
    QVERIFY(inbox.isConsuming());
    RABBIT_OK(seat.connection.updateSecret(u"two"_s));
    RABBIT_OK(Producer(&seat.connection, "q").publish(u"a"_s));
    QTRY_COMPARE(inbox.texts, QStringList(u"a"_s));
}

void tst_AmqpFaults::replacesTheSecret()
{
    setPassword("one");
    QUrl url(m_broker.url());
    url.setUserName(m_user);
    url.setPassword(u"one"_s);
    FaultProxy proxy(m_broker.port());
    url.setPort(proxy.port());
    RabbitSeat seat(url.toString(QUrl::FullyEncoded));
    RabbitInbox inbox(&seat.connection, {Queue("q")});
    RABBIT_OK(Producer(&seat.connection, "q").publish(u"a"_s));
    QTRY_COMPARE(inbox.texts.size(), 1);
    setPassword("two");
    RABBIT_OK(seat.connection.updateSecret(u"two"_s));
    proxy.endAll();
    RABBIT_OK(Producer(&seat.connection, "q").publish(u"b"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.value(1), u"b"_s, 15000);
}

void tst_AmqpFaults::closesInTimeWhereNothingMoves()
{
    FaultProxy proxy(m_broker.port());
    ConnectionOptions options;
    options.closeTimeout = 1s;
    RabbitSeat seat(urlThrough(proxy), options);
    RabbitInbox inbox(&seat.connection, {Queue("q")}, false);
    RABBIT_OK(Producer(&seat.connection, "q").publish(u"a"_s));
    QTRY_COMPARE(inbox.texts.size(), 1);
    proxy.stall(FaultProxy::ToServer);
    proxy.stall(FaultProxy::ToClient);
    QElapsedTimer timer;
    timer.start();
    RABBIT_OK(seat.connection.close());
    QVERIFY2(timer.elapsed() < 2500, qPrintable(QString::number(timer.elapsed())));
}

// Bytes came, but not all: they are no sign of life later on.
void tst_AmqpFaults::noticesWhoStopsInTheMiddleOfAFrame()
{
    FaultProxy proxy(m_broker.port());
    RabbitSeat seat(urlThrough(proxy, u"heartbeat=1"_s));
    RabbitInbox inbox(&seat.connection, {Queue("q")});
    QTRY_VERIFY(inbox.isConsuming());
    RabbitSeat other(m_broker.url());
    QVERIFY(inbox.texts.isEmpty());
    proxy.endAfter(FaultProxy::ToClient, 1000, FaultProxy::Stall);
    RABBIT_OK(Producer(&other.connection, "q").publish(QString(100000, u'x')));
    QElapsedTimer timer;
    timer.start();
    QTRY_VERIFY_WITH_TIMEOUT(!inbox.isConsuming(), 15000);
    QVERIFY2(timer.elapsed() <= 3500, qPrintable(QString::number(timer.elapsed())));
    proxy.passAll();
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 1, 15000);
}

QOMBU_TEST(tst_AmqpFaults)
#include "tst_amqpfaults.moc"
