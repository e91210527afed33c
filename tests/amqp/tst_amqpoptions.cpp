// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/amqp/amqpoptions.h"

#include <QTest>

using namespace Qombu;
using Amqp::AmqpOptions;
using namespace std::chrono_literals;

class tst_AmqpOptions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void hasDefaultsThatKeepWhatIsPublished();
    void readsTheUrl_data();
    void readsTheUrl();
    void takesOptionsTypedOrAsText_data();
    void takesOptionsTypedOrAsText();
    void refusesValuesOfTheWrongKind_data();
    void refusesValuesOfTheWrongKind();
    void namesTheClosestOption();
    void asksForTlsOnAnyHint_data();
    void asksForTlsOnAnyHint();
    void readsKombusMapOfTls();
    void prefersOptionsToTheQuery();
    void tellsWhichOptionsMeanNothingHere();
    void knowsWhereTheManagementApiIs_data();
    void knowsWhereTheManagementApiIs();
    void refusesAManagementUrlWithoutRepeatingIt_data();
    void refusesAManagementUrlWithoutRepeatingIt();
};

namespace {

QString q(const char *text)
{
    return QString::fromLatin1(text);
}

Result<AmqpOptions> parse(const QString &url, const QVariantMap &transportOptions = {})
{
    ConnectionOptions options;
    options.transportOptions = transportOptions;
    return AmqpOptions::parse(BrokerUrl(url), options);
}

} // namespace

void tst_AmqpOptions::hasDefaultsThatKeepWhatIsPublished()
{
    const auto options = parse(q("amqp://"));
    QVERIFY2(options, qPrintable(options.error().text()));
    QCOMPARE(options->host, q("127.0.0.1"));
    QCOMPARE(options->port, 5672);
    QCOMPARE(options->user, q("guest"));
    QCOMPARE(options->password, q("guest"));
    QCOMPARE(options->virtualHost, q("/"));
    QCOMPARE(options->loginMethod, "PLAIN");
    QCOMPARE(options->heartbeat, 60s);
    QVERIFY(options->confirmsPublishes);
    QVERIFY(!options->tls.enabled);
    QVERIFY(options->withoutEffect.isEmpty());
}

void tst_AmqpOptions::readsTheUrl_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("password");
    QTest::addColumn<QString>("virtualHost");
    QTest::newRow("all parts") << q("amqp://u:p@h:7000/v") << q("h") << 7000 << q("u") << q("p")
                               << q("v");
    QTest::newRow("escaped") << q("pyamqp://u%40:p%2F@h/a%2Fb") << q("h") << 5672 << q("u@")
                             << q("p/") << q("a/b");
    QTest::newRow("librabbitmq") << q("librabbitmq://h/v") << q("h") << 5672 << q("guest")
                                 << q("guest") << q("v");
    QTest::newRow("slash") << q("amqp://h/%2F") << q("h") << 5672 << q("guest") << q("guest")
                           << q("/");
    QTest::newRow("doubled slash")
        << q("amqp://h//") << q("h") << 5672 << q("guest") << q("guest") << q("/");
    QTest::newRow("TLS") << q("amqps://h") << q("h") << 5671 << q("guest") << q("guest") << q("/");
    QTest::newRow("IPv6") << q("amqp://[::1]:1") << q("::1") << 1 << q("guest") << q("guest")
                          << q("/");
}

void tst_AmqpOptions::readsTheUrl()
{
    QFETCH(QString, url);
    const auto options = parse(url);
    QVERIFY2(options, qPrintable(options.error().text()));
    QTEST(options->host, "host");
    QTEST(options->port, "port");
    QTEST(options->user, "user");
    QTEST(options->password, "password");
    QTEST(options->virtualHost, "virtualHost");
}

void tst_AmqpOptions::takesOptionsTypedOrAsText_data()
{
    QTest::addColumn<QString>("query");
    QTest::addColumn<QVariantMap>("options");
    QTest::newRow("typed") << QString()
                           << QVariantMap{
                                  {q("heartbeat"), 2.5},       {q("confirm_publish"), false},
                                  {q("channel_max"), 100},     {q("frame_max"), 4096},
                                  {q("connect_timeout"), 1.5}, {q("login_method"), q("AMQPLAIN")},
                                  {q("client_name"), q("me")}};
    QTest::newRow("text") << q("?heartbeat=2.5&confirm_publish=no&channel_max=100&frame_max=4096&"
                               "connect_timeout=1.5&login_method=AMQPLAIN&client_name=me")
                          << QVariantMap();
}

void tst_AmqpOptions::takesOptionsTypedOrAsText()
{
    QFETCH(QString, query);
    QFETCH(QVariantMap, options);
    const auto read = parse(q("amqp://h/") + query, options);
    QVERIFY2(read, qPrintable(read.error().text()));
    QCOMPARE(read->heartbeat, 2500ms);
    QVERIFY(!read->confirmsPublishes);
    QCOMPARE(read->channelMax, 100);
    QCOMPARE(read->frameMax, 4096);
    QCOMPARE(read->connectTimeout, 1500ms);
    QCOMPARE(read->loginMethod, "AMQPLAIN");
    QCOMPARE(read->connectionName, q("me"));
}

void tst_AmqpOptions::refusesValuesOfTheWrongKind_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QVariant>("value");
    const auto row = [](const char *what, const char *name, const QVariant &value) {
        QTest::newRow(what) << q(name) << value;
    };
    row("no channel", "channel_max", 0);
    row("more channels than there are", "channel_max", 65536);
    row("a frame too small for AMQP", "frame_max", 4095);
    row("a heartbeat of the past", "heartbeat", -1);
    row("a heartbeat too long to be told", "heartbeat", 65536);
    row("an unknown log-in", "login_method", q("GSSAPI"));
    row("properties as a text", "client_properties", q("a=b"));
    row("maybe", "confirm_publish", q("maybe"));
    row("time 0", "connect_timeout", 0);
}

void tst_AmqpOptions::refusesValuesOfTheWrongKind()
{
    QFETCH(QString, name);
    QFETCH(QVariant, value);
    const auto options = parse(q("amqp://h"), {{name, value}});
    QVERIFY(!options);
    QCOMPARE(options.error().kind(), Error::Configuration);
    QCOMPARE(options.error().where(), name);
    QVERIFY2(options.error().text().contains(name), qPrintable(options.error().text()));
}

void tst_AmqpOptions::namesTheClosestOption()
{
    const auto typo = parse(q("amqp://h?hartbeat=5"));
    QVERIFY(!typo);
    QVERIFY2(typo.error().text().contains(q("did you mean \"heartbeat\"?")),
             qPrintable(typo.error().text()));
}

void tst_AmqpOptions::asksForTlsOnAnyHint_data()
{
    QTest::addColumn<QString>("url");
    for (const char *url : {"amqps://h", "amqp://h?ssl=true", "amqp://h?ssl_cert_reqs=none",
                            "amqp://h?ssl_ca_certs=/etc/ca.pem", "pyamqp+ssl://h", "amqp+tls://h"})
        QTest::newRow(url) << q(url);
}

void tst_AmqpOptions::asksForTlsOnAnyHint()
{
    QFETCH(QString, url);
    const auto options = parse(url);
    QVERIFY2(options, qPrintable(options.error().text()));
    QVERIFY(options->tls.enabled);
    QCOMPARE(options->port, 5671);
}

// As py-amqp calls them.
void tst_AmqpOptions::readsKombusMapOfTls()
{
    const QVariantMap map{{q("ca_certs"), q("/ca.pem")},
                          {q("certfile"), q("/cert.pem")},
                          {q("keyfile"), q("/key.pem")},
                          {q("cert_reqs"), q("CERT_NONE")},
                          {q("server_hostname"), q("broker.example")},
                          {q("ciphers"), q("HIGH")},
                          {q("ssl_version"), 5},
                          {q("tls_minimum_version"), 772}};
    const auto read = parse(q("amqp://h"), {{q("ssl"), map}});
    QVERIFY2(read, qPrintable(read.error().text()));
    TlsOptions expected;
    expected.enabled = true;
    expected.verify = TlsOptions::Verify::None;
    expected.least = TlsOptions::Least::Tls13;
    expected.caFile = q("/ca.pem");
    expected.certificateFile = q("/cert.pem");
    expected.keyFile = q("/key.pem");
    expected.serverHostName = q("broker.example");
    expected.ciphers = q("HIGH");
    QVERIFY(read->tls == expected);
    QCOMPARE(read->port, 5671);
    QCOMPARE(read->withoutEffect, QStringList{q("ssl_version")});
}

void tst_AmqpOptions::prefersOptionsToTheQuery()
{
    const auto options = parse(q("amqp://h?heartbeat=5"), {{q("heartbeat"), 6}});
    QVERIFY2(options, qPrintable(options.error().text()));
    QCOMPARE(options->heartbeat, 6s);
}

void tst_AmqpOptions::tellsWhichOptionsMeanNothingHere()
{
    const auto options = parse(q("amqp://h?max_retries=3&read_timeout=5"));
    QVERIFY2(options, qPrintable(options.error().text()));
    QCOMPARE(options->withoutEffect, (QStringList{q("max_retries"), q("read_timeout")}));
}

void tst_AmqpOptions::knowsWhereTheManagementApiIs_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("expected"); // empty: nowhere
    QTest::addColumn<bool>("isInsecure");
    const auto row = [](const char *url, const char *expected, bool isInsecure = false) {
        QTest::newRow(url) << q(url) << q(expected) << isInsecure;
    };
    row("amqp://host:5673", "http://host:15672");
    row("amqp://[::1]", "http://[::1]:15672");
    row("amqps://host", "https://host:15671");
    row("amqp://host?ssl=true", "https://host:15671");
    row("amqp://host?management_url=http://other:8080/deep/", "http://other:8080/deep/");
    row("amqp://host?management_url=https://other", "https://other");
    row("amqps://host?management_url=http://host:15672", "http://host:15672", true);
    row("amqps://host?management_url=http://host:15672&management=no", "");
    row("amqp://host?management=no", "");
    row("amqp://host?management_url=none", "http://host:15672");
}

void tst_AmqpOptions::knowsWhereTheManagementApiIs()
{
    QFETCH(QString, url);
    QFETCH(QString, expected);
    QFETCH(bool, isInsecure);
    const auto options = parse(url);
    QVERIFY2(options, qPrintable(options.error().text()));
    QCOMPARE(options->usesManagement, !expected.isEmpty());
    if (options->usesManagement)
        QCOMPARE(options->managementUrl.toString(), expected);
    QCOMPARE(options->insecure().isEmpty(), !isInsecure);
}

void tst_AmqpOptions::refusesAManagementUrlWithoutRepeatingIt_data()
{
    QTest::addColumn<QString>("url");
    for (const char *url : {"http://anna:s3cret@host", "s3cret", "ftp://s3cret", "http://",
                            "http://host/?s3cret=1", "http://host:s3cret", "http://host/#s3cret"})
        QTest::newRow(url) << q(url);
}

void tst_AmqpOptions::refusesAManagementUrlWithoutRepeatingIt()
{
    QFETCH(QString, url);
    const auto options = parse(q("amqp://host"), {{q("management_url"), url}});
    QCOMPARE(options.error().kind(), Error::Configuration);
    QCOMPARE(options.error().where(), q("management_url"));
    QVERIFY2(!options.error().text().contains(q("s3cret")), qPrintable(options.error().text()));
    const BrokerUrl shown(q("amqp://host?management_url=http://anna:s3cret@there"));
    QVERIFY2(!shown.toString().contains(q("s3cret")), qPrintable(shown.toString()));
    const Error alone = parse(q("amqp://host?management_password=s3cret")).error();
    QCOMPARE(alone.where(), q("management_password"));
}

QOMBU_TEST(tst_AmqpOptions)
#include "tst_amqpoptions.moc"
