// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/rabbitseat.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

using namespace Qombu;
using namespace QombuTest;

// A real RabbitMQ over TLS: that links work is the conformance suite's.
class tst_AmqpTls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void saysWhyItIsNotLetIn_data();
    void saysWhyItIsNotLetIn();
    void showsItsCertificate();
    void logsInByItsCertificate();
    void cannotLogInWithoutOne();
    void warnsWhereItIsNotSafe();
    void carriesLargeMessages();

private:
    RabbitProcess m_broker;
};

void tst_AmqpTls::initTestCase()
{
    QVERIFY2(m_broker.start(), qPrintable(m_broker.errorText()));
}

void tst_AmqpTls::saysWhyItIsNotLetIn_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("words");
    const auto row = [this](const char *name, const QString &url, const char *words) {
        QString text = url;
        text.replace(QStringLiteral("DIR"), m_broker.certificate("."));
        QTest::newRow(name) << text << QString::fromLatin1(words);
    };
    const QString host =
        QStringLiteral("amqps://guest:guest@localhost:%1/x?").arg(m_broker.tlsPort());
    row("unknown authority", host, "this machine");
    row("another authority", host + QStringLiteral("ssl_ca_certs=DIR/otherca.pem"),
        "(ssl_ca_certs) does not trust");
    row("another host",
        host + QStringLiteral("ssl_ca_certs=DIR/ca.pem&ssl_server_hostname=broker.example"),
        "not for \"broker.example\"");
    row("certificate of another authority",
        host
            + QStringLiteral("ssl_ca_certs=DIR/ca.pem&ssl_certfile=DIR/clientfromother.pem"
                             "&ssl_keyfile=DIR/clientfromother.key"),
        "refused our certificate");
    row("no TLS there", QStringLiteral("amqps://localhost:%1/x").arg(m_broker.port()),
        "does not speak TLS");
}

void tst_AmqpTls::saysWhyItIsNotLetIn()
{
    QFETCH(QString, url);
    QFETCH(QString, words);
    RabbitSeat seat(url);
    QList<Error> errors;
    connect(&seat.connection, &Connection::errorOccurred, this,
            [&](const Error &error) { errors << error; });
    seat.connection.open();
    QTRY_COMPARE_GE(errors.size(), 2);
    for (const Error &error : std::as_const(errors)) {
        QCOMPARE(error.kind(), Error::Tls);
        QVERIFY2(error.text().contains(words), qPrintable(error.text()));
    }
}

void tst_AmqpTls::showsItsCertificate()
{
    const QString own =
        QStringLiteral("&ssl_certfile=%1&ssl_keyfile=%2")
            .arg(m_broker.certificate("client.pem"), m_broker.certificate("client.key"));
    RabbitSeat seat(m_broker.tlsUrl() + own);
    const auto opened = seat.connection.whenOpen().wait(Patience);
    QVERIFY2(opened, qPrintable(opened.error().text()));
}

// The broker takes the user from the common name, and knows no password of it.
void tst_AmqpTls::logsInByItsCertificate()
{
    const auto manage = [this](const QString &path, const char *body) {
        m_broker.manage("PUT", path, body);
        return !m_broker.manage("GET", path).isNull();
    };
    QVERIFY(manage(QStringLiteral("users/test%20client"), R"({"password_hash":"","tags":""})"));
    QVERIFY(manage(QStringLiteral("permissions/%1/test%20client").arg(m_broker.virtualHost()),
                   R"({"configure":".*","write":".*","read":".*"})"));
    const QString own =
        QStringLiteral("&login_method=EXTERNAL&ssl_certfile=%1&ssl_keyfile=%2")
            .arg(m_broker.certificate("client.pem"), m_broker.certificate("client.key"));
    RabbitSeat seat(m_broker.tlsUrl() + own);
    Producer producer(&seat.connection, QStringLiteral("mine"));
    const auto published = producer.publish(QStringLiteral("text")).wait(Patience);
    QVERIFY2(published, qPrintable(published.error().text()));
    const auto message =
        seat.connection.defaultChannel()->get(QStringLiteral("mine")).wait(Patience);
    QVERIFY(message && message->has_value());
    // What it says of its user is checked by the broker.
    PublishOptions options;
    options.properties.userId = QStringLiteral("test client");
    QVERIFY(producer.publish(QStringLiteral("text"), options).wait(Patience));
}

void tst_AmqpTls::cannotLogInWithoutOne()
{
    RabbitSeat seat(m_broker.tlsUrl() + QStringLiteral("&login_method=EXTERNAL"));
    QList<Error> errors;
    connect(&seat.connection, &Connection::errorOccurred, this,
            [&](const Error &error) { errors << error; });
    seat.connection.open();
    QTRY_VERIFY(!errors.isEmpty());
    QCOMPARE(errors[0].kind(), Error::Authentication);
}

void tst_AmqpTls::warnsWhereItIsNotSafe()
{
    QTest::ignoreMessage(QtWarningMsg,
                         QRegularExpression(QStringLiteral("This connection is not safe")));
    QList<BrokerNotice> notices;
    RabbitSeat seat(m_broker.tlsUrl() + QStringLiteral("&ssl_cert_reqs=none"));
    connect(&seat.connection, &Connection::notice, this,
            [&](const BrokerNotice &notice) { notices << notice; });
    QVERIFY(seat.connection.whenOpen().wait(Patience));
    QTRY_COMPARE(notices.size(), 1);
    QCOMPARE(notices[0].kind, BrokerNotice::Insecure);
    QVERIFY(notices[0].text.contains(QStringLiteral("ssl_cert_reqs=none")));
}

// Larger than what either side keeps of the other's.
void tst_AmqpTls::carriesLargeMessages()
{
    RabbitSeat seat(m_broker.tlsUrl());
    RabbitInbox inbox(&seat.connection, {Queue(QStringLiteral("large"))});
    const QString text(8'000'000, u'x');
    Producer producer(&seat.connection, QStringLiteral("large"));
    for (int i = 0; i < 3; ++i)
        producer.publish(text);
    QTRY_COMPARE_WITH_TIMEOUT(inbox.texts.size(), 3, 30000);
    QCOMPARE(inbox.texts, QStringList(3, text));
}

QOMBU_TEST(tst_AmqpTls)
#include "tst_amqptls.moc"
