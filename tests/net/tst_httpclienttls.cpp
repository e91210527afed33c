// SPDX-License-Identifier: BSD-3-Clause
#include "net/httpclient.h"
#include "support/certificates.h"
#include "support/httpserver.h"
#include "support/opensslserver.h"
#include "support/testmain.h"

#include <QtCore/qfile.h>
#include <QtTest/qtest.h>

#include <optional>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

// What the client is told; names of files are names of makecertificates.
struct HttpsClient
{
    const char *ca = "ca.pem";
    const char *certificate = "";
    QString serverName;
    QString ciphers;
    TlsOptions::Verify verify = TlsOptions::Verify::Required;
    bool checkHostName = true;
};

// What the server does beside showing a certificate.
enum class HttpsServer { Usual, Tls12, DemandsCertificate, Plain };

} // namespace

Q_DECLARE_METATYPE(HttpsClient)

// HTTP over TLS: a connection comes about where it should, and what refuses it says so in the words
// that streams have for it (see tst_TlsRefusals).
class tst_HttpClientTls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void answers_data();
    void answers();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void saysWhatAServerDemands_data();
    void saysWhatAServerDemands();
    void saysThatNobodySpeaks();
    void readsFilesAgainAfterARefusal();
    void takesLargeBodies();

private:
    bool start(HttpServer &server, const char *certificate, HttpsServer kind) const;
    HttpSettings settingsFor(const HttpServer &server, const HttpsClient &client) const;
    Result<HttpAnswer> ask(HttpClient &client) const;

    Certificates m_certificates;
};

void tst_HttpClientTls::initTestCase()
{
    QVERIFY2(m_certificates.make(), qPrintable(m_certificates.errorText()));
}

bool tst_HttpClientTls::start(HttpServer &server, const char *certificate, HttpsServer kind) const
{
    if (kind == HttpsServer::Plain)
        return server.start();
    QSslConfiguration tls;
    tls.setProtocol(kind == HttpsServer::Tls12 ? QSsl::TlsV1_2 : QSsl::TlsV1_3);
    if (kind == HttpsServer::DemandsCertificate) {
        tls.setPeerVerifyMode(QSslSocket::VerifyPeer);
        tls.setCaCertificates(QSslCertificate::fromPath(m_certificates.path("ca.pem")));
    }
    server.setTls(tls);
    return server.startTls(m_certificates, certificate);
}

HttpSettings tst_HttpClientTls::settingsFor(const HttpServer &server,
                                            const HttpsClient &client) const
{
    HttpSettings settings;
    settings.base = server.url();
    settings.base.setScheme(u"https"_s);
    settings.user = u"guest"_s;
    settings.password = u"hunter2"_s;
    settings.timeout = 20s;
    if (*client.ca)
        settings.tls.caFile = m_certificates.path(client.ca);
    if (*client.certificate) {
        settings.tls.certificateFile = m_certificates.path(client.certificate) + u".pem";
        settings.tls.keyFile = m_certificates.path(client.certificate) + u".key";
    }
    settings.tls.serverHostName = client.serverName;
    settings.tls.ciphers = client.ciphers;
    settings.tls.verify = client.verify;
    settings.tls.checkHostName = client.checkHostName;
    return settings;
}

Result<HttpAnswer> tst_HttpClientTls::ask(HttpClient &client) const
{
    std::optional<Result<HttpAnswer>> result;
    client.send({.target = "/secret"}, [&](const Result<HttpAnswer> &answer) { result = answer; });
    if (!QTest::qWaitFor([&] { return result.has_value(); }, 30000))
        return Error(Error::Cancelled, u"not answered"_s);
    return *result;
}

void tst_HttpClientTls::answers_data()
{
    QTest::addColumn<QByteArray>("certificate");
    QTest::addColumn<HttpsServer>("kind");
    QTest::addColumn<HttpsClient>("told");
    const auto row = [](const char *name, const char *certificate, const HttpsClient &told,
                        HttpsServer kind = HttpsServer::Usual) {
        QTest::newRow(name) << QByteArray(certificate) << kind << told;
    };
    row("usual", "server", {});
    row("TLS 1.2", "server", {}, HttpsServer::Tls12);
    row("pinned", "selfsigned", {.ca = "selfsigned.pem"});
    row("name given", "elsewhere", {.serverName = u"broker.example"_s});
    row("another name allowed", "elsewhere", {.checkHostName = false});
    row("anything allowed", "expired", {.ca = "", .verify = TlsOptions::Verify::None});
    row("own certificate", "server", {.certificate = "client"}, HttpsServer::DemandsCertificate);
}

void tst_HttpClientTls::answers()
{
    QFETCH(QByteArray, certificate);
    QFETCH(HttpsServer, kind);
    QFETCH(HttpsClient, told);
    HttpServer server;
    QVERIFY(start(server, certificate.constData(), kind));
    HttpClient client(Hub::current(), settingsFor(server, told));
    for (int i = 0; i < 3; ++i) {
        const auto answer = ask(client);
        QCOMPARE(answer.error().text(), QString());
        QCOMPARE(answer->status, 200);
    }
    QCOMPARE(server.connections(), 1);
}

void tst_HttpClientTls::saysWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("certificate");
    QTest::addColumn<HttpsServer>("kind");
    QTest::addColumn<HttpsClient>("told");
    QTest::addColumn<Error::Kind>("error");
    QTest::addColumn<QString>("words");
    const auto row = [](const char *name, const char *certificate, const HttpsClient &told,
                        const char *words, HttpsServer kind = HttpsServer::Usual,
                        Error::Kind error = Error::Tls) {
        QTest::newRow(name) << QByteArray(certificate) << kind << told << error
                            << QString::fromUtf8(words);
    };
    row("unknown authority", "fromother", {}, "\"Other CA\"|does not know|ssl_ca_certs");
    row("not of this machine", "server", {.ca = ""}, "\"Test CA\"|this machine|ssl_ca_certs");
    row("signed by itself", "selfsigned", {}, "signed by itself|ssl_ca_certs");
    row("another authority of that name", "fromtwin", {}, "ca.pem (ssl_ca_certs)|another one");
    row("expired", "expired", {}, "\"localhost\"|expired on 20|new one");
    row("not yet valid", "notyet", {}, "\"localhost\"|valid from 20|clock");
    row("another host", "elsewhere", {}, "broker.example|not for \"localhost\"");
    row("another name given", "server", {.serverName = u"broker.example"_s},
        "not for \"broker.example\"|ssl_server_hostname");
    row("the name may differ, no more", "expired", {.checkHostName = false}, "expired on");
    row("not for servers", "noserver", {}, "not made for servers");
    row("plain", "", {}, "does not speak TLS", HttpsServer::Plain);
    row("certificate demanded", "server", {}, "may demand a client certificate|ssl_certfile",
        HttpsServer::DemandsCertificate, Error::Connection);
    row("no common cipher", "server", {.ciphers = u"ECDHE-RSA-AES128-GCM-SHA256"_s},
        "no cipher in common|ssl_ciphers", HttpsServer::Tls12);
    row("no such authorities", "server", {.ca = "absent.pem"}, "absent.pem|cannot be read");
    row("ciphers", "server", {.ciphers = u"NONSENSE"_s}, "ssl_ciphers|NONSENSE", HttpsServer::Usual,
        Error::Configuration);
}

void tst_HttpClientTls::saysWhatIsWrong()
{
    QFETCH(QByteArray, certificate);
    QFETCH(HttpsServer, kind);
    QFETCH(HttpsClient, told);
    QFETCH(Error::Kind, error);
    QFETCH(QString, words);
    HttpServer server;
    QVERIFY(start(server, certificate.constData(), kind));
    HttpClient client(Hub::current(), settingsFor(server, told));
    const Error reason = ask(client).error();
    QCOMPARE(reason.kind(), error);
    QCOMPARE(reason.isRecoverable(), error == Error::Connection);
    for (const QString &word : words.split(u'|'))
        QVERIFY2(reason.text().contains(word), qPrintable(word));
    QVERIFY(!reason.text().contains(u"hunter2"));
    QCOMPARE(server.targets(), QByteArrayList());
}

void tst_HttpClientTls::saysWhatAServerDemands_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<HttpsClient>("told");
    QTest::addColumn<QString>("words");
    const QString demands = u"-CAfile ca.pem -verify_return_error -Verify 2"_s;
    QTest::newRow("certificate") << demands << HttpsClient() << u"demands a client certificate"_s;
    QTest::newRow("certificate, TLS 1.2")
        << demands + u" -tls1_2" << HttpsClient() << u"client certificate"_s;
    QTest::newRow("another certificate")
        << demands << HttpsClient{.certificate = "clientfromother"} << u"our certificate"_s;
    QTest::newRow("TLS 1.1") << u"-tls1_1 -cipher DEFAULT@SECLEVEL=0"_s << HttpsClient()
                             << u"no version of TLS in common"_s;
}

// Of Qt's own servers no alert comes.
void tst_HttpClientTls::saysWhatAServerDemands()
{
    QFETCH(QString, arguments);
    QFETCH(HttpsClient, told);
    QFETCH(QString, words);
    const QString line = u"-cert server.pem -key server.key "_s + arguments;
    QStringList all = line.split(u' ');
    for (QString &word : all) {
        if (word.endsWith(u".pem") || word.endsWith(u".key"))
            word = m_certificates.path(word.toLatin1().constData());
    }
    OpensslServer openssl;
    QVERIFY(openssl.start(all));
    HttpServer server;
    HttpSettings settings = settingsFor(server, told);
    settings.base.setPort(openssl.port());
    HttpClient client(Hub::current(), settings);
    const Error reason = ask(client).error();
    qInfo().noquote() << reason.text();
    QCOMPARE(reason.kind(), Error::Tls);
    QVERIFY(reason.text().contains(words));
}

void tst_HttpClientTls::saysThatNobodySpeaks()
{
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    HttpServer server;
    HttpSettings settings = settingsFor(server, {});
    settings.base.setPort(silent.serverPort());
    settings.timeout = 300ms;
    HttpClient client(Hub::current(), settings);
    const Error reason = ask(client).error();
    QCOMPARE(reason.kind(), Error::Connection);
    QVERIFY(reason.text().contains(u"no answer within 0.3 s"_s));
}

void tst_HttpClientTls::readsFilesAgainAfterARefusal()
{
    HttpServer server;
    QVERIFY(start(server, "server", HttpsServer::Usual));
    QTemporaryDir folder;
    HttpSettings settings = settingsFor(server, {});
    settings.tls.caFile = folder.filePath(u"ca.pem"_s);
    HttpClient client(Hub::current(), settings);
    QCOMPARE(ask(client).error().kind(), Error::Tls);
    QVERIFY(QFile::copy(m_certificates.path("otherca.pem"), settings.tls.caFile));
    QCOMPARE(ask(client).error().kind(), Error::Tls);
    QVERIFY(QFile::remove(settings.tls.caFile));
    QVERIFY(QFile::copy(m_certificates.path("ca.pem"), settings.tls.caFile));
    QCOMPARE(ask(client).error().text(), QString());
}

void tst_HttpClientTls::takesLargeBodies()
{
    const QByteArray body(15 << 20, 'x');
    HttpServer server([&](const HttpHeard &) { return HttpReply::of(200, body); });
    QVERIFY(start(server, "server", HttpsServer::Usual));
    HttpClient client(Hub::current(), settingsFor(server, {}));
    const auto answer = ask(client);
    QCOMPARE(answer.error().text(), QString());
    QVERIFY(answer->body == body);
}

QOMBU_TEST(tst_HttpClientTls)
#include "tst_httpclienttls.moc"
