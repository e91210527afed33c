// SPDX-License-Identifier: BSD-3-Clause
#include "net/recorder.h"
#include "net/tlsstream.h"
#include "support/certificates.h"
#include "support/opensslserver.h"
#include "support/testmain.h"

#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

using Verify = TlsOptions::Verify;

// What the client is told; names of files are names of makecertificates.
struct Client
{
    const char *ca = "ca.pem";
    const char *certificate = "";
    const char *key = "";
    QString password;
    QString serverName;
    QString ciphers;
    TlsOptions::Least least = TlsOptions::Least::Tls12;
    Verify verify = Verify::Required;
    bool checkHostName = true;
    QString host = u"localhost"_s;
};

// What openssl's server is told, in one line; "server" stands for the usual certificate.
QString server(const char *certificate, const char *more = "")
{
    return u"-cert %1.pem -key %1.key %2"_s.arg(QLatin1String(certificate), QLatin1String(more));
}

// Servers that are none of TLS.
enum class Peer { Openssl, Nobody, Silent, Closes, Resets, SaysAmqp, SaysRedis, SaysHttp };

QByteArray saidBy(Peer peer)
{
    switch (peer) {
    case Peer::SaysAmqp:
        return QByteArray("AMQP\0\0\x09\x01", 8);
    case Peer::SaysRedis:
        return "-ERR Protocol error: unbalanced quotes in request\r\n";
    case Peer::SaysHttp:
        return "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    default:
        return {};
    }
}

} // namespace

Q_DECLARE_METATYPE(Client)

// Every way in which TLS does not come about, and that it comes about where it should: which it is
// and what to do stands in the error.
class tst_TlsRefusals : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void saysWhichAndWhatToDo_data();
    void saysWhichAndWhatToDo();
    void saysWhatDoesNotSpeakTls_data();
    void saysWhatDoesNotSpeakTls();
    void saysWhichOptionIsWrong_data();
    void saysWhichOptionIsWrong();
    void connects_data();
    void connects();

private:
    TlsOptions optionsOf(const Client &client) const;
    bool start(OpensslServer &server, const QString &arguments) const;
    void check(Recorder &recorder, const Client &client, quint16 port,
               std::chrono::milliseconds timeout = 20s) const;

    Certificates m_certificates;
};

void tst_TlsRefusals::initTestCase()
{
    QVERIFY2(m_certificates.make(), qPrintable(m_certificates.errorText()));
}

TlsOptions tst_TlsRefusals::optionsOf(const Client &client) const
{
    const auto path = [this](const char *name) {
        return *name ? m_certificates.path(name) : QString();
    };
    TlsOptions options;
    options.enabled = true;
    options.caFile = path(client.ca);
    options.certificateFile = path(client.certificate);
    options.keyFile = path(client.key);
    options.keyPassword = client.password;
    options.serverHostName = client.serverName;
    options.ciphers = client.ciphers;
    options.least = client.least;
    options.verify = client.verify;
    options.checkHostName = client.checkHostName;
    return options;
}

bool tst_TlsRefusals::start(OpensslServer &server, const QString &arguments) const
{
    QStringList words = arguments.split(u' ', Qt::SkipEmptyParts);
    for (QString &word : words) {
        if (word.endsWith(u".pem") || word.endsWith(u".key"))
            word = m_certificates.path(word.toLatin1().constData());
    }
    return server.start(words);
}

// Until it has failed, or has opened and heard something.
void tst_TlsRefusals::check(Recorder &recorder, const Client &client, quint16 port,
                            std::chrono::milliseconds timeout) const
{
    TlsStream stream(Hub::current(), Endpoint::tcp(client.host, port), optionsOf(client), &recorder,
                     timeout);
    stream.write("secret");
    stream.open();
    QTRY_VERIFY_WITH_TIMEOUT(recorder.failed || !recorder.received.isEmpty(), 30000);
}

void tst_TlsRefusals::saysWhichAndWhatToDo_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<Client>("client");
    QTest::addColumn<QStringList>("words");

    const auto row = [](const char *name, const QString &arguments, const Client &client,
                        const char *words) {
        QTest::newRow(name) << arguments << client << QString::fromUtf8(words).split(u'|');
    };
    const QString demands = u" -CAfile ca.pem -verify_return_error -Verify 2"_s;
    const auto with = [](const char *certificate, const char *key) {
        Client client;
        client.certificate = certificate;
        client.key = key;
        return client;
    };

    row("unknown authority", server("server"), {.ca = ""},
        "\"localhost\"|\"Test CA\"|this machine does not|ssl_ca_certs");
    row("another authority", server("server"), {.ca = "otherca.pem"},
        "\"Test CA\"|otherca.pem (ssl_ca_certs) does not|ssl_ca_certs");
    row("self-signed", server("selfsigned"), {},
        "\"localhost\"|signed by itself|ca.pem|ssl_ca_certs");
    row("authority sent along", server("server", "-cert_chain ca.pem"), {.ca = "otherca.pem"},
        "\"Test CA\"|does not trust|ssl_ca_certs");
    row("missing in between", server("behindintermediate"), {},
        "\"Intermediate CA\"|in between|the server must send it");
    row("expired", server("expired"), {}, "\"localhost\"|expired on 20|UTC|new one");
    row("not yet valid", server("notyet"), {}, "\"localhost\"|valid from 20|clock");
    row("expired authority", server("fromexpiredca"), {.ca = "expiredca.pem"},
        "\"Expired CA\"|expiredca.pem (ssl_ca_certs)|valid until 20|has expired");
    row("only what is in between is trusted", server("behindintermediate"),
        {.ca = "intermediate.pem"}, "\"Intermediate CA\"|from \"Test CA\"|Add the certificate");
    row("another authority of that name", server("fromtwin"), {},
        "\"Test CA\"|ca.pem (ssl_ca_certs)|another one");
    row("another host", server("elsewhere"), {},
        "*.brokers.example, broker.example|not for \"localhost\"|ssl_server_hostname");
    row("an address that is not in it", server("nameless"), {.host = u"127.0.0.1"_s},
        "is for localhost|not for \"127.0.0.1\"|ssl_server_hostname");
    row("another name given", server("server"), {.serverName = u"broker.example"_s},
        "127.0.0.1, |localhost|not for \"broker.example\"");
    row("a wildcard is for one label", server("elsewhere"),
        {.serverName = u"a.b.brokers.example"_s}, "not for \"a.b.brokers.example\"");
    row("not for servers", server("noserver"), {}, "not made for servers|serverAuth");
    row("two faults", server("expired"), {.serverName = u"broker.example"_s},
        "expired on|not for \"broker.example\"");
    row("the name may differ, no more", server("expired"), {.checkHostName = false}, "expired on");
    row("optional is required", server("server"), {.ca = "otherca.pem", .verify = Verify::Optional},
        "\"Test CA\"");

    row("TLS 1.1", server("server", "-tls1_1 -cipher DEFAULT@SECLEVEL=0"), {},
        "no version of TLS in common|TLS 1.2 or later");
    row("TLS 1.2 where 1.3 is asked for", server("server", "-tls1_2"),
        {.least = TlsOptions::Least::Tls13}, "no version of TLS in common|TLS 1.3 or later");
    row("no common cipher", server("server", "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384"),
        {.ciphers = u"ECDHE-ECDSA-AES128-GCM-SHA256"_s}, "no cipher in common|ssl_ciphers");
    row("unknown name",
        server("server",
               "-servername other.example -servername_fatal -cert2 "
               "server.pem -key2 server.key"),
        {}, "does not know the name \"localhost\"|ssl_server_hostname");

    row("certificate demanded", server("server") + demands, {},
        "demands a client certificate|ssl_certfile|ssl_keyfile");
    row("certificate demanded, TLS 1.2", server("server", "-tls1_2") + demands, {},
        "client certificate|ssl_certfile|ssl_keyfile");
    row("certificate of another authority", server("server") + demands,
        with("clientfromother.pem", "clientfromother.key"),
        "refused our certificate|clientfromother.pem|authority|ssl_certfile");
    row("certificate of another authority, TLS 1.2", server("server", "-tls1_2") + demands,
        with("clientfromother.pem", "clientfromother.key"), "refused our certificate|authority");
    row("expired certificate of ours", server("server") + demands,
        with("expiredclient.pem", "expiredclient.key"),
        "refused our certificate|expiredclient.pem|expired");
    row("certificate of ours that is for servers", server("server") + demands,
        with("server.pem", "server.key"), "refused our certificate|server.pem");
}

void tst_TlsRefusals::saysWhichAndWhatToDo()
{
    QFETCH(QString, arguments);
    QFETCH(Client, client);
    QFETCH(QStringList, words);
    OpensslServer server;
    QVERIFY(start(server, arguments));

    Recorder recorder;
    check(recorder, client, server.port());
    qInfo().noquote() << recorder.error.text();
    QCOMPARE(recorder.failed, 1);
    QCOMPARE(recorder.error.kind(), Error::Tls);
    QVERIFY(!recorder.error.isRecoverable());
    for (const QString &word : words)
        QVERIFY2(recorder.error.text().contains(word), qPrintable(word));
    QVERIFY(!recorder.error.text().contains(u"secret"));
    // With TLS 1.3 we are in before the server has judged us.
    if (client.verify != Verify::None && !*client.certificate && !arguments.contains(u"-Verify"))
        QVERIFY(!server.output().contains(u"secret"));
}

void tst_TlsRefusals::saysWhatDoesNotSpeakTls_data()
{
    QTest::addColumn<Peer>("peer");
    QTest::addColumn<Error::Kind>("kind");
    QTest::addColumn<QString>("words");
    QTest::newRow("nobody") << Peer::Nobody << Error::Connection << u"refused"_s;
    QTest::newRow("silent") << Peer::Silent << Error::Connection << u"handshake within 0.3 s"_s;
    QTest::newRow("closes") << Peer::Closes << Error::Connection << u"closed by the peer"_s;
    QTest::newRow("resets") << Peer::Resets << Error::Connection << u"closed by the peer"_s;
    QTest::newRow("AMQP") << Peer::SaysAmqp << Error::Tls << u"does not speak TLS"_s;
    QTest::newRow("Redis") << Peer::SaysRedis << Error::Tls << u"does not speak TLS"_s;
    QTest::newRow("HTTP") << Peer::SaysHttp << Error::Tls << u"does not speak TLS"_s;
}

void tst_TlsRefusals::saysWhatDoesNotSpeakTls()
{
    QFETCH(Peer, peer);
    QFETCH(Error::Kind, kind);
    QFETCH(QString, words);
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const quint16 port = server.serverPort();
    if (peer == Peer::Nobody)
        server.close();
    QByteArray heard;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        QTcpSocket *const socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [&heard, peer, socket] {
            heard += socket->readAll();
            if (peer == Peer::Silent)
                return;
            socket->write(saidBy(peer));
            if (peer == Peer::Resets) {
                socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
                socket->abort();
            } else {
                socket->disconnectFromHost();
            }
        });
    });

    Recorder recorder;
    check(recorder, {}, port, peer == Peer::Silent ? 300ms : 20s);
    qInfo().noquote() << recorder.error.text();
    QCOMPARE(recorder.opened, 0);
    QCOMPARE(recorder.failed, 1);
    QCOMPARE(recorder.error.kind(), kind);
    QCOMPARE(recorder.error.isRecoverable(), kind == Error::Connection);
    QVERIFY(recorder.error.text().contains(words));
    QVERIFY(!heard.contains("secret"));
}

void tst_TlsRefusals::saysWhichOptionIsWrong_data()
{
    QTest::addColumn<Client>("client");
    QTest::addColumn<Error::Kind>("kind");
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char *name, const Client &client, const char *words,
                        Error::Kind kind = Error::Tls) {
        QTest::newRow(name) << client << kind << QString::fromUtf8(words).split(u'|');
    };
    const auto own = [](const char *certificate, const char *key, const QString &password = {}) {
        Client client;
        client.certificate = certificate;
        client.key = key;
        client.password = password;
        return client;
    };
    row("no such authorities", {.ca = "absent.pem"}, "absent.pem|cannot be read|ssl_ca_certs");
    row("a folder", {.ca = "."}, "cannot be read|ssl_ca_certs");
    row("nonsense", {.ca = "nonsense.pem"}, "nonsense.pem|no certificate|BEGIN|ssl_ca_certs");
    row("empty", {.ca = "empty.pem"}, "empty.pem|no certificate|ssl_ca_certs");
    row("no such certificate", own("absent.pem", ""), "absent.pem|cannot be read|ssl_certfile");
    row("no such key", own("client.pem", "absent.key"), "absent.key|cannot be read|ssl_keyfile");
    row("no key beside it", own("client.pem", ""), "client.pem|no private key beside|ssl_keyfile");
    row("no key in it", own("client.pem", "ca.pem"), "ca.pem|no private key|ssl_keyfile");
    row("another's key", own("client.pem", "server.key"),
        "client.pem|server.key does not belong|ssl_certfile");
    row("another's key of RSA", own("rsaclient.pem", "otherrsa.key"), "does not belong");
    row("key of another kind", own("rsaclient.pem", "client.key"), "does not belong");
    row("locked key", own("client.pem", "lockedclient.key"),
        "lockedclient.key|has a password|ssl_keyfile_password");
    row("wrong password", own("client.pem", "lockedclient.key", u"hunter2"_s),
        "lockedclient.key|is not the password|ssl_keyfile_password");
    row("key alone", own("", "client.key"), "nothing names its certificate|ssl_certfile",
        Error::Configuration);
    row("ciphers", {.ciphers = u"NONSENSE"_s}, "ssl_ciphers|NONSENSE", Error::Configuration);
}

void tst_TlsRefusals::saysWhichOptionIsWrong()
{
    QFETCH(Client, client);
    QFETCH(Error::Kind, kind);
    QFETCH(QStringList, words);
    OpensslServer peer;
    QVERIFY(start(peer, server("server")));

    Recorder recorder;
    check(recorder, client, peer.port());
    qInfo().noquote() << recorder.error.text();
    QCOMPARE(recorder.failed, 1);
    QCOMPARE(recorder.error.kind(), kind);
    QVERIFY(!recorder.error.isRecoverable());
    for (const QString &word : words)
        QVERIFY2(recorder.error.text().contains(word), qPrintable(word));
    QVERIFY(!recorder.error.text().contains(u"hunter2"));
    QVERIFY(!peer.output().contains(u"secret"));
}

void tst_TlsRefusals::connects_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<Client>("client");
    const auto row = [](const char *name, const QString &arguments, const Client &client) {
        QTest::newRow(name) << arguments << client;
    };
    const auto with = [](const char *certificate, const char *key, const QString &password = {}) {
        Client client;
        client.certificate = certificate;
        client.key = key;
        client.password = password;
        return client;
    };
    const QString demands = u" -CAfile ca.pem -verify_return_error -Verify 2"_s;
    row("usual", server("server"), {});
    row("by address", server("server"), {.host = u"127.0.0.1"_s});
    row("TLS 1.2", server("server", "-tls1_2"), {});
    row("TLS 1.3", server("server", "-tls1_3"), {.least = TlsOptions::Least::Tls13});
    row("chain", server("chained", "-cert_chain chained.pem"), {});
    row("self-signed and pinned", server("selfsigned"), {.ca = "selfsigned.pem"});
    row("name given", server("elsewhere"), {.serverName = u"broker.example"_s});
    row("wildcard", server("elsewhere"), {.serverName = u"a.brokers.example"_s});
    row("another name allowed", server("elsewhere"), {.checkHostName = false});
    row("anything allowed", server("expired"), {.ca = "", .verify = Verify::None});
    row("the name is sent",
        server("server",
               "-servername localhost -servername_fatal -cert2 "
               "server.pem -key2 server.key"),
        {});
    row("own certificate", server("server") + demands, with("client.pem", "client.key"));
    row("of RSA", server("server") + demands, with("rsaclient.pem", "rsaclient.key"));
    row("in one file", server("server") + demands, with("clientandkey.pem", ""));
    row("locked key", server("server") + demands,
        with("client.pem", "lockedclient.key", u"opensesame"_s));
    row("ciphers as Python has them", server("server", "-tls1_2"),
        {.ciphers = u"ECDHE+AESGCM:!aNULL"_s});
}

void tst_TlsRefusals::connects()
{
    QFETCH(QString, arguments);
    QFETCH(Client, client);
    OpensslServer server;
    QVERIFY(start(server, arguments));
    Recorder recorder;
    recorder.onOpened = [&] { server.write("hello\n"); };
    check(recorder, client, server.port());
    QCOMPARE(recorder.error.text(), QString());
    QCOMPARE(recorder.received, QByteArray("hello\n"));
    QTRY_VERIFY(server.output().contains(u"secret"));
}

QOMBU_TEST(tst_TlsRefusals)
#include "tst_tlsrefusals.moc"
