// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"
#include "support/brokerprocess.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <QTest>

using QombuTest::Program;

namespace {

QString q(const char *text)
{
    return QString::fromUtf8(text);
}

struct Place
{
    QString url() const { return address; }
    QString address;
};

} // namespace

// Kombu, by its own options of TLS, and our program on the same servers, in both directions.
class tst_KombuOverTls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void messagesPassBothWays_data();
    void messagesPassBothWays();

private:
    QombuTest::BrokerProcess m_redis;
    QombuTest::RabbitProcess m_rabbit;
};

#define DONE(program) QVERIFY2((program).exitCode() == 0, (program).errorText().constData())

void tst_KombuOverTls::initTestCase()
{
    m_redis.useTls();
    QVERIFY2(m_redis.start(), qPrintable(m_redis.errorText()));
    QVERIFY2(m_rabbit.start(), qPrintable(m_rabbit.errorText()));
}

void tst_KombuOverTls::messagesPassBothWays_data()
{
    QTest::addColumn<QString>("url"); // of both, or of ours
    QTest::addColumn<QJsonObject>("ssl"); // of Kombu
    const auto redis = [this](const char *name) { return m_redis.certificates().path(name); };
    const auto rabbit = [this](const char *name) { return m_rabbit.certificate(name); };

    const QString ours = m_redis.tlsUrl() + q("&ssl_cert_reqs=required&ssl_check_hostname=true");
    const QString shown = q("&ssl_certfile=%1&ssl_keyfile=%2");
    QTest::newRow("Redis, one URL") << ours << QJsonObject();
    QTest::newRow("Redis, one URL with a client certificate")
        << ours + shown.arg(redis("client.pem"), redis("client.key")) << QJsonObject();
    QTest::newRow("Redis, a map") << ours
                                  << QJsonObject{{q("ssl_cert_reqs"), q("required")},
                                                 {q("ssl_ca_certs"), redis("ca.pem")},
                                                 {q("ssl_certfile"), redis("client.pem")},
                                                 {q("ssl_keyfile"), redis("client.key")}};
    constexpr int required = 2; // ssl.CERT_REQUIRED
    QJsonObject map{{q("ca_certs"), rabbit("ca.pem")},
                    {q("cert_reqs"), required},
                    {q("server_hostname"), q("localhost")}};
    QTest::newRow("RabbitMQ") << m_rabbit.tlsUrl() << map;
    map[q("certfile")] = rabbit("client.pem");
    map[q("keyfile")] = rabbit("client.key");
    QTest::newRow("RabbitMQ with a client certificate")
        << m_rabbit.tlsUrl() + shown.arg(rabbit("client.pem"), rabbit("client.key")) << map;
}

void tst_KombuOverTls::messagesPassBothWays()
{
    QFETCH(QString, url);
    QFETCH(QJsonObject, ssl);
    Place place{url};
    const Peers peers(place);
    QJsonObject specification{{q("queue"), q("q")}};
    if (!ssl.isEmpty())
        specification[q("ssl")] = ssl;
    QJsonObject publishing = specification;
    publishing[q("messages")] = QJsonArray{QJsonObject{{q("body"), q("from Kombu")}}};

    Program theirs = peers.kombu(q("publish"), publishing);
    DONE(theirs);
    QombuProgram received = peers.qombu("consume|q|--count|1");
    DONE(received);
    QCOMPARE(received.objects().value(0)[q("body")].toString(), q("from Kombu"));

    QombuProgram ours = peers.qombu("publish|\"from us\"|--queue|q");
    DONE(ours);
    Program consumed = peers.kombu(q("consume"), specification);
    DONE(consumed);
    QCOMPARE(consumed.objects().value(0)[q("body")].toString(), q("from us"));
}

QOMBU_TEST(tst_KombuOverTls)
#include "tst_kombuovertls.moc"
