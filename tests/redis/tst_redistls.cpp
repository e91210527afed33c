// SPDX-License-Identifier: BSD-3-Clause
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <Qombu/connection.h>
#include <Qombu/producer.h>
#include <Qombu/simplequeue.h>

#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;

// A real Redis over TLS: that links work is the conformance suite's; who is let in, what is told
// where it is not safe, and what a person reads where nobody is let in.
class tst_RedisTls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void saysWhyItIsNotLetIn_data();
    void saysWhyItIsNotLetIn();
    void showsItsCertificate();
    void warnsWhereItIsNotSafe_data();
    void warnsWhereItIsNotSafe();
    void warnsOfNothingElse();
    void comesBackAfterARestart();

private:
    QString url(const BrokerProcess &server, const QString &query) const;
    static QList<BrokerNotice> noticesOf(const QString &url);

    BrokerProcess m_server;
};

void tst_RedisTls::initTestCase()
{
    qRegisterMetaType<BrokerNotice>();
    m_server.useTls();
    QVERIFY2(m_server.start(), qPrintable(m_server.errorText()));
}

QString tst_RedisTls::url(const BrokerProcess &server, const QString &query) const
{
    QString text = query;
    text.replace(QStringLiteral("DIR"), server.certificates().path("."));
    return QStringLiteral("rediss://localhost:%1/0?%2").arg(server.tlsPort()).arg(text);
}

void tst_RedisTls::saysWhyItIsNotLetIn_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("words");
    const auto row = [](const char *name, const char *query, const char *words) {
        QTest::newRow(name) << QString::fromLatin1(query) << QString::fromLatin1(words);
    };
    row("unknown authority", "x=1", "this machine");
    row("another authority", "ssl_ca_certs=DIR/otherca.pem", "(ssl_ca_certs) does not trust");
    row("no certificate of ours", "ssl_ca_certs=DIR/ca.pem", "demands a client certificate");
    row("of another authority",
        "ssl_ca_certs=DIR/ca.pem&ssl_certfile=DIR/clientfromother.pem"
        "&ssl_keyfile=DIR/clientfromother.key",
        "refused our certificate");
}

// Redis speaks TLS 1.3: the last two are only known after the handshake.
void tst_RedisTls::saysWhyItIsNotLetIn()
{
    QFETCH(QString, query);
    QFETCH(QString, words);
    BrokerProcess strict;
    strict.useTls(QStringLiteral("yes"));
    QVERIFY2(strict.start(), qPrintable(strict.errorText()));
    query.replace(QStringLiteral("x=1"), QStringLiteral("ssl_cert_reqs=required"));

    Connection connection(url(strict, query));
    QList<Error> errors;
    connect(&connection, &Connection::errorOccurred, this,
            [&](const Error &error) { errors << error; });
    connection.open();
    QTRY_COMPARE_GE(errors.size(), 3);
    for (const Error &error : std::as_const(errors)) {
        QCOMPARE(error.kind(), Error::Tls);
        QVERIFY2(error.text().contains(words), qPrintable(error.text()));
    }
    QVERIFY(connection.state() != Connection::Closed); // it tries again, later and later
}

void tst_RedisTls::showsItsCertificate()
{
    BrokerProcess strict;
    strict.useTls(QStringLiteral("yes"));
    QVERIFY2(strict.start(), qPrintable(strict.errorText()));
    Connection connection(url(strict,
                              QStringLiteral("ssl_ca_certs=DIR/ca.pem&ssl_certfile=DIR/client.pem"
                                             "&ssl_keyfile=DIR/lockedclient.key"
                                             "&ssl_keyfile_password=opensesame")));
    const auto opened = connection.whenOpen().wait(10s);
    QVERIFY2(opened, qPrintable(opened.error().text()));
}

QList<BrokerNotice> tst_RedisTls::noticesOf(const QString &url)
{
    Connection connection(url);
    QList<BrokerNotice> notices;
    connect(&connection, &Connection::notice, &connection,
            [&](const BrokerNotice &notice) { notices << notice; });
    if (!connection.whenOpen().wait(10s))
        return {};
    QTest::qWait(20);
    return notices;
}

void tst_RedisTls::warnsWhereItIsNotSafe_data()
{
    QTest::addColumn<QString>("query");
    QTest::newRow("ssl_cert_reqs=none") << QStringLiteral("ssl_cert_reqs=none");
    QTest::newRow("ssl_check_hostname=false")
        << QStringLiteral("ssl_ca_certs=DIR/ca.pem&ssl_check_hostname=false");
}

void tst_RedisTls::warnsWhereItIsNotSafe()
{
    QFETCH(QString, query);
    QTest::ignoreMessage(QtWarningMsg,
                         QRegularExpression(QStringLiteral("This connection is not safe")));
    const QList<BrokerNotice> notices = noticesOf(url(m_server, query));
    QCOMPARE(notices.size(), 1);
    QCOMPARE(notices[0].kind, BrokerNotice::Insecure);
    QVERIFY(notices[0].text.contains(QLatin1String(QTest::currentDataTag())));
}

void tst_RedisTls::warnsOfNothingElse()
{
    QCOMPARE(noticesOf(m_server.tlsUrl()).size(), 0);
    QCOMPARE(noticesOf(m_server.url()).size(), 0);
}

void tst_RedisTls::comesBackAfterARestart()
{
    BrokerProcess server;
    server.useTls();
    QVERIFY2(server.start(), qPrintable(server.errorText()));
    Connection connection(server.tlsUrl());
    QVERIFY(connection.whenOpen().wait(10s));
    QSignalSpy states(&connection, &Connection::stateChanged);
    QVERIFY(server.restart());
    QTRY_VERIFY(states.size() > 1 && connection.state() == Connection::Open);
    SimpleQueue queue(&connection, QStringLiteral("q"));
    QVERIFY(queue.put(QStringLiteral("hello")).wait(10s));
}

QOMBU_TEST(tst_RedisTls)
#include "tst_redistls.moc"
