// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/testmain.h"

#include <QElapsedTimer>
#include <QSet>
#include <QTcpSocket>

#include <algorithm>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What comes back after a real RabbitMQ was killed or stopped: a node of its own.
class tst_AmqpRecovery : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void everythingConfirmedSurvivesAKill();
    void consumesAgainAfterTheApplicationRestarts();
    void consumesAgainAfterItsConnectionsWereClosed();
    void asksForTheNewPassword();
    void aQueueThatWasDeletedComesBack();

private:
    void awaitPort();

    RabbitProcess m_broker{RabbitProcess::Own};
    const Queue m_queue{u"q"_s};
};

void tst_AmqpRecovery::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpRecovery::init()
{
    QVERIFY2(m_broker.reset(), qPrintable(m_broker.errorText()));
}

void tst_AmqpRecovery::awaitPort()
{
    QVERIFY(QTest::qWaitFor(
        [this] {
            QTcpSocket socket;
            socket.connectToHost(u"127.0.0.1"_s, m_broker.port());
            return socket.waitForConnected(100);
        },
        60000));
}

void tst_AmqpRecovery::everythingConfirmedSurvivesAKill()
{
    RabbitSeat seat(m_broker.url());
    RabbitInbox inbox(&seat.connection, {m_queue});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 15000);
    // RabbitMQ may lose a durable queue, and what it confirmed, that it was told of moments before.
    QVERIFY2(!m_broker.control({u"eval"_s, u"disk_log:sync(latest_log)."_s}).isNull(),
             qPrintable(m_broker.errorText()));
    Producer producer(&seat.connection, m_queue);
    PublishOptions patient;
    patient.timeout = 2min;
    QSet<QString> confirmed;
    int ends = 0;
    const auto publish = [&](int from, int count) {
        for (int i = from; i < from + count; ++i) {
            const QString text = QString::number(i);
            producer.publish(text, patient)
                .then(&seat.connection, [&, text](const Result<void> &r) {
                    ++ends;
                    if (r)
                        confirmed.insert(text);
                });
        }
    };
    publish(0, 2000);
    QTRY_VERIFY_WITH_TIMEOUT(ends > 200, 15000);
    m_broker.kill();
    publish(2000, 500);
    QTRY_COMPARE(inbox.isConsuming(), false);
    QVERIFY2(m_broker.restart(), qPrintable(m_broker.errorText()));
    QElapsedTimer sinceOpen; // restart() returned when it answered
    sinceOpen.start();
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 15000);
    QVERIFY2(sinceOpen.elapsed() <= 2000, qPrintable(QString::number(sinceOpen.elapsed())));
    QTRY_COMPARE_WITH_TIMEOUT(ends, 2500, 30000);
    QCOMPARE(confirmed.size(), 2500);
    const auto missing = [&] {
        return (confirmed - QSet(inbox.texts.begin(), inbox.texts.end())).size();
    };
    if (!QTest::qWaitFor([&] { return missing() == 0; }, 20000)) {
        QStringList lost = (confirmed - QSet(inbox.texts.begin(), inbox.texts.end())).values();
        std::ranges::sort(lost, {}, [](const QString &text) { return text.toInt(); });
        qWarning().noquote() << "lost" << lost.first() << "to" << lost.last()
                             << "- waiting there:" << seat.ready(m_queue.name())
                             << "- of the node's log:\n"
                             << m_broker.log().right(6000);
    }
    QCOMPARE(missing(), 0);
}

void tst_AmqpRecovery::consumesAgainAfterTheApplicationRestarts()
{
    RabbitSeat seat(m_broker.url());
    RabbitInbox inbox(&seat.connection, {m_queue});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 15000);
    QVERIFY2(!m_broker.control({u"stop_app"_s}).isNull(), qPrintable(m_broker.errorText()));
    QTRY_VERIFY_WITH_TIMEOUT(!inbox.isConsuming(), 15000);
    const auto published = Producer(&seat.connection, m_queue).publish(u"a"_s);
    QVERIFY2(!m_broker.control({u"start_app"_s}).isNull(), qPrintable(m_broker.errorText()));
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 15000);
    RABBIT_OK(published);
    QTRY_COMPARE(inbox.texts.value(0), u"a"_s);
}

void tst_AmqpRecovery::consumesAgainAfterItsConnectionsWereClosed()
{
    RabbitSeat seat(m_broker.url());
    RabbitInbox inbox(&seat.connection, {m_queue}, false);
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 1, 15000);
    QVERIFY2(
        !m_broker.control({u"close_all_connections"_s, u"--global"_s, u"by a test"_s}).isNull(),
        qPrintable(m_broker.errorText()));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 2, 15000); // it was held
    QVERIFY(inbox.messages.last().isRedelivered());
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"b"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.last(), u"b"_s, 15000);
}

void tst_AmqpRecovery::asksForTheNewPassword()
{
    const auto setPassword = [this](const char *password) {
        m_broker.manage("PUT", u"users/rotating"_s,
                        QByteArray(R"({"tags": "", "password": ")") + password + "\"}");
    };
    setPassword("one");
    m_broker.manage("PUT", u"permissions/%1/rotating"_s.arg(m_broker.virtualHost()),
                    R"({"configure": ".*", "write": ".*", "read": ".*"})");
    QString password = u"one"_s;
    ConnectionOptions options;
    options.credentials = [&password](const BrokerUrl &) {
        return Credentials{u"rotating"_s, password};
    };
    RabbitSeat seat(m_broker.url(), options);
    RabbitInbox inbox(&seat.connection, {m_queue});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 15000);
    setPassword("two");
    password = u"two"_s;
    QVERIFY2(
        !m_broker.control({u"close_all_connections"_s, u"--global"_s, u"by a test"_s}).isNull(),
        qPrintable(m_broker.errorText()));
    RABBIT_OK(Producer(&seat.connection, m_queue).publish(u"a"_s));
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.value(0), u"a"_s, 15000);
}

void tst_AmqpRecovery::aQueueThatWasDeletedComesBack()
{
    RabbitSeat seat(m_broker.url());
    const Exchange exchange(u"x"_s);
    RabbitInbox inbox(&seat.connection, {Queue(u"q"_s, exchange, u"key"_s)});
    QTRY_VERIFY_WITH_TIMEOUT(inbox.isConsuming(), 15000);
    m_broker.manage("DELETE", u"queues/%1/q"_s.arg(m_broker.virtualHost()));
    const auto arrives = [&] {
        const Error error = errorOf(Producer(&seat.connection, exchange, u"key"_s).publish(u"a"_s));
        return !error.isError();
    };
    QTRY_VERIFY_WITH_TIMEOUT(arrives(), 15000);
    QTRY_COMPARE(inbox.texts.value(0), u"a"_s);
}

QOMBU_TEST(tst_AmqpRecovery)
#include "tst_amqprecovery.moc"
