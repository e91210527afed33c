// SPDX-License-Identifier: BSD-3-Clause
#include "interop/peers.h"
#include "support/brokerprocess.h"
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <QTest>

using QombuTest::Program;
using namespace Qt::StringLiterals;

namespace {

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

    const QString ours = m_redis.tlsUrl() + u"&ssl_cert_reqs=required&ssl_check_hostname=true"_s;
    const QString shown = u"&ssl_certfile=%1&ssl_keyfile=%2"_s;
    QTest::newRow("Redis, one URL") << ours << QJsonObject();
    QTest::newRow("Redis, one URL with a client certificate")
        << ours + shown.arg(redis("client.pem"), redis("client.key")) << QJsonObject();
    QTest::newRow("Redis, a map") << ours
                                  << QJsonObject{{u"ssl_cert_reqs"_s, u"required"_s},
                                                 {u"ssl_ca_certs"_s, redis("ca.pem")},
                                                 {u"ssl_certfile"_s, redis("client.pem")},
                                                 {u"ssl_keyfile"_s, redis("client.key")}};
    constexpr int required = 2; // ssl.CERT_REQUIRED
    QJsonObject map{{u"ca_certs"_s, rabbit("ca.pem")},
                    {u"cert_reqs"_s, required},
                    {u"server_hostname"_s, u"localhost"_s}};
    QTest::newRow("RabbitMQ") << m_rabbit.tlsUrl() << map;
    map[u"certfile"_s] = rabbit("client.pem");
    map[u"keyfile"_s] = rabbit("client.key");
    QTest::newRow("RabbitMQ with a client certificate")
        << m_rabbit.tlsUrl() + shown.arg(rabbit("client.pem"), rabbit("client.key")) << map;
}

void tst_KombuOverTls::messagesPassBothWays()
{
    QFETCH(QString, url);
    QFETCH(QJsonObject, ssl);
    Place place{url};
    const Peers peers(place);
    QJsonObject specification{{u"queue"_s, u"q"_s}};
    if (!ssl.isEmpty())
        specification[u"ssl"_s] = ssl;
    QJsonObject publishing = specification;
    publishing[u"messages"_s] = QJsonArray{QJsonObject{{u"body"_s, u"from Kombu"_s}}};

    Program theirs = peers.kombu(u"publish"_s, publishing);
    DONE(theirs);
    QombuProgram received = peers.qombu("consume|q|--count|1");
    DONE(received);
    QCOMPARE(received.objects().value(0)[u"body"_s].toString(), u"from Kombu"_s);

    QombuProgram ours = peers.qombu("publish|\"from us\"|--queue|q");
    DONE(ours);
    Program consumed = peers.kombu(u"consume"_s, specification);
    DONE(consumed);
    QCOMPARE(consumed.objects().value(0)[u"body"_s].toString(), u"from us"_s);
}

QOMBU_TEST(tst_KombuOverTls)
#include "tst_kombuovertls.moc"
