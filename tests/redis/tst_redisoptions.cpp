// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/redis/redisoptions.h"

#include <QTest>

using namespace Qombu;
using Redis::RedisOptions;
using namespace std::chrono_literals;

class tst_RedisOptions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void hasKombusDefaults();
    void readsTheUrl_data();
    void readsTheUrl();
    void readsSocketUrls();
    void refusesDatabasesInKombusWords_data();
    void refusesDatabasesInKombusWords();
    void takesOptionsTypedOrAsText_data();
    void takesOptionsTypedOrAsText();
    void refusesValuesOfTheWrongKind_data();
    void refusesValuesOfTheWrongKind();
    void namesTheClosestOption();
    void verifiesTlsUnlessToldOtherwise();
    void readsKombusMapOfTls();
    void readsOurOptionsOfTls();
    void neverTurnsTlsOff_data();
    void neverTurnsTlsOff();
    void prefersOptionsToTheQuery();
    void replacesTheDatabaseInTheFanoutPrefix();
    void tellsWhichOptionsMeanNothingHere();
};

namespace {

Result<RedisOptions> parse(const char *url, const QVariantMap &transportOptions = {})
{
    ConnectionOptions options;
    options.transportOptions = transportOptions;
    return RedisOptions::parse(BrokerUrl(url), options);
}

QVariantMap one(const QString &name, const QVariant &value)
{
    return {{name, value}};
}

} // namespace

void tst_RedisOptions::hasKombusDefaults()
{
    const auto options = parse("redis://");
    QVERIFY2(options, qPrintable(options.error().text()));
    QCOMPARE(options->host, QStringLiteral("127.0.0.1"));
    QCOMPARE(options->port, 6379);
    QCOMPARE(options->database, 0);
    QVERIFY(options->user.isEmpty());
    QVERIFY(options->password.isNull());
    QCOMPARE(options->keyPrefix, "");
    QCOMPARE(options->separator, "\x06\x16");
    QCOMPARE(options->prioritySteps, (std::vector<int>{0, 3, 6, 9}));
    QCOMPARE(options->visibilityTimeout, 3600s);
    QVERIFY(!options->isVisibilityTimeoutGiven);
    QCOMPARE(options->leaseInterval(), 10s);
    QVERIFY(!options->restoreLimit);
    QCOMPARE(options->restoreInterval, 10s);
    QCOMPARE(options->fanoutPrefix, "/0.");
    QVERIFY(options->fanoutPatterns);
    QCOMPARE(options->healthCheckInterval, 25s);
    QCOMPARE(options->bodyEncoding, Envelope::BodyEncoding::Base64);
    QVERIFY(options->deadLetterQueue.isEmpty());
    QVERIFY(!options->tls.enabled);
    QVERIFY(options->withoutEffect.isEmpty());
}

void tst_RedisOptions::readsTheUrl_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("password");
    QTest::addColumn<int>("database");
    const QString none;
    QTest::newRow("all parts") << QStringLiteral("redis://u:p@h:7000/3") << QStringLiteral("h")
                               << 7000 << QStringLiteral("u") << QStringLiteral("p") << 3;
    QTest::newRow("password only") << QStringLiteral("redis://:p%40@h") << QStringLiteral("h")
                                   << 6379 << none << QStringLiteral("p@") << 0;
    QTest::newRow("user only") << QStringLiteral("redis://u@h/") << QStringLiteral("h") << 6379
                               << QStringLiteral("u") << none << 0;
    QTest::newRow("doubled slash")
        << QStringLiteral("redis://h//3") << QStringLiteral("h") << 6379 << none << none << 3;
    QTest::newRow("IPv6") << QStringLiteral("redis://[::1]:1/0") << QStringLiteral("::1") << 1
                          << none << none << 0;
}

void tst_RedisOptions::readsTheUrl()
{
    QFETCH(QString, url);
    const auto options = parse(qPrintable(url));
    QVERIFY2(options, qPrintable(options.error().text()));
    QTEST(options->host, "host");
    QTEST(options->port, "port");
    QTEST(options->user, "user");
    QTEST(options->password, "password");
    QTEST(options->database, "database");
    QVERIFY(options->socketPath.isEmpty());
}

void tst_RedisOptions::readsSocketUrls()
{
    const auto options = parse("redis+socket://:p@/run/redis.sock?virtual_host=5");
    QVERIFY2(options, qPrintable(options.error().text()));
    QCOMPARE(options->socketPath, QStringLiteral("/run/redis.sock"));
    QCOMPARE(options->password, QStringLiteral("p"));
    QCOMPARE(options->database, 5);
}

void tst_RedisOptions::refusesDatabasesInKombusWords_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("shown");
    QTest::newRow("word") << QStringLiteral("redis://h/orders") << QStringLiteral("orders");
    QTest::newRow("negative") << QStringLiteral("redis://h/-1") << QStringLiteral("-1");
}

void tst_RedisOptions::refusesDatabasesInKombusWords()
{
    QFETCH(QString, url);
    QFETCH(QString, shown);
    const auto options = parse(qPrintable(url));
    QVERIFY(!options);
    QCOMPARE(options.error().kind(), Error::Configuration);
    QCOMPARE(options.error().text(),
             QString(QStringLiteral("Database is int between 0 and limit - 1, not ") + shown));
}

void tst_RedisOptions::takesOptionsTypedOrAsText_data()
{
    QTest::addColumn<QVariantMap>("options");
    const auto row = [](const char *name, const QVariantMap &options) {
        QTest::newRow(name) << options;
    };
    row("typed",
        {{QStringLiteral("priority_steps"), QVariantList{0, 5}},
         {QStringLiteral("visibility_timeout"), 1.5},
         {QStringLiteral("unacked_restore_limit"), 7},
         {QStringLiteral("fanout_patterns"), false},
         {QStringLiteral("fanout_prefix"), false},
         {QStringLiteral("health_check_interval"), 0},
         {QStringLiteral("body_encoding"), QVariant()},
         {QStringLiteral("sep"), QByteArray(":")}});
    row("text",
        {{QStringLiteral("priority_steps"), QStringLiteral("0, 5")},
         {QStringLiteral("visibility_timeout"), QStringLiteral("1.5")},
         {QStringLiteral("unacked_restore_limit"), QStringLiteral("7")},
         {QStringLiteral("fanout_patterns"), QStringLiteral("False")},
         {QStringLiteral("fanout_prefix"), QStringLiteral("no")},
         {QStringLiteral("health_check_interval"), QStringLiteral("0")},
         {QStringLiteral("body_encoding"), QStringLiteral("utf-8")},
         {QStringLiteral("sep"), QStringLiteral(":")}});
}

void tst_RedisOptions::takesOptionsTypedOrAsText()
{
    QFETCH(QVariantMap, options);
    const auto read = parse("redis://h", options);
    QVERIFY2(read, qPrintable(read.error().text()));
    QCOMPARE(read->prioritySteps, (std::vector<int>{0, 5}));
    QCOMPARE(read->visibilityTimeout, 1500ms);
    QCOMPARE(read->restoreLimit.value_or(0), 7);
    QVERIFY(!read->fanoutPatterns);
    QCOMPARE(read->fanoutPrefix, "");
    QCOMPARE(read->healthCheckInterval, 0ms);
    QCOMPARE(read->bodyEncoding, Envelope::BodyEncoding::Text);
    QCOMPARE(read->separator, ":");
}

void tst_RedisOptions::refusesValuesOfTheWrongKind_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QVariant>("value");
    const auto row = [](const char *what, const char *name, const QVariant &value) {
        QTest::newRow(what) << QString::fromLatin1(name) << value;
    };
    row("steps without 0", "priority_steps", QVariantList{3, 6});
    row("steps not rising", "priority_steps", QStringLiteral("0,3,3"));
    row("steps above 9", "priority_steps", QStringLiteral("0,10"));
    row("no steps", "priority_steps", QVariantList());
    row("timeout 0", "visibility_timeout", 0);
    row("timeout as a word", "visibility_timeout", QStringLiteral("soon"));
    row("timeout true", "visibility_timeout", true);
    row("timeout not a number", "visibility_timeout", qQNaN());
    row("half a message", "unacked_restore_limit", 1.5);
    row("limit 0", "unacked_restore_limit", 0);
    row("unknown order", "queue_order_strategy", QStringLiteral("mypackage.Order"));
    row("maybe", "fanout_patterns", QStringLiteral("maybe"));
    row("prefix Kombu cannot read", "fanout_prefix", QStringLiteral("/a.b."));
    row("empty separator", "sep", QStringLiteral(""));
    row("unknown encoding", "body_encoding", QStringLiteral("hex"));
    row("no acknowledgement", "ack_emulation", false);
    row("certificates maybe", "ssl_cert_reqs", QStringLiteral("maybe"));
    row("TLS maybe", "ssl", QStringLiteral("maybe"));
    row("an old TLS", "ssl_min_version", QStringLiteral("TLSv1.1"));
}

void tst_RedisOptions::refusesValuesOfTheWrongKind()
{
    QFETCH(QString, name);
    QFETCH(QVariant, value);
    const auto options = parse("redis://h", one(name, value));
    QVERIFY(!options);
    QCOMPARE(options.error().kind(), Error::Configuration);
    QCOMPARE(options.error().where(), name);
    QVERIFY2(options.error().text().contains(name), qPrintable(options.error().text()));
    if (value.typeId() == QMetaType::QVariantList) {
        const QString list = value.toStringList().join(QStringLiteral(", "));
        QVERIFY2(options.error().text().contains(list), qPrintable(options.error().text()));
    }
}

void tst_RedisOptions::namesTheClosestOption()
{
    const auto typo = parse("redis://h?visibilty_timeout=5");
    QVERIFY(!typo);
    QCOMPARE(typo.error().kind(), Error::Configuration);
    QVERIFY(typo.error().text().contains(QStringLiteral("\"visibilty_timeout\"")));
    QVERIFY(typo.error().text().contains(QStringLiteral("\"visibility_timeout\"")));

    const auto stranger = parse("redis://h", one(QStringLiteral("warp_factor"), 9));
    QVERIFY(!stranger);
    QVERIFY2(!stranger.error().text().contains(QLatin1Char('?')),
             qPrintable(stranger.error().text()));
}

void tst_RedisOptions::verifiesTlsUnlessToldOtherwise()
{
    const auto plain = parse("rediss://h");
    QVERIFY(plain && plain->tls.enabled && plain->tls.checkHostName);
    QCOMPARE(plain->tls.verify, TlsOptions::Verify::Required);

    const auto none = parse("rediss://h?ssl_cert_reqs=CERT_NONE&ssl_check_hostname=False");
    QVERIFY2(none, qPrintable(none.error().text()));
    QCOMPARE(none->tls.verify, TlsOptions::Verify::None);
    QVERIFY(!none->tls.checkHostName);

    const auto byQuery = parse("redis://h?ssl_ca_certs=/etc/ca.pem"); // the map turns TLS on
    QVERIFY(byQuery && byQuery->tls.enabled);
    QCOMPARE(byQuery->tls.caFile, QStringLiteral("/etc/ca.pem"));
    const auto byName = parse("redis+ssl://h");
    QVERIFY(byName && byName->tls.enabled);
}

void tst_RedisOptions::readsKombusMapOfTls()
{
    for (const QString &prefix : {QString(), QStringLiteral("ssl_")}) {
        const QVariantMap map{{prefix + QStringLiteral("ca_certs"), QStringLiteral("/ca.pem")},
                              {prefix + QStringLiteral("certfile"), QStringLiteral("/cert.pem")},
                              {prefix + QStringLiteral("keyfile"), QVariant::fromValue(nullptr)},
                              {prefix + QStringLiteral("cert_reqs"), 1}};
        const auto read = parse("redis://h", one(QStringLiteral("ssl"), map));
        QVERIFY2(read, qPrintable(read.error().text()));
        QVERIFY(read->tls.enabled);
        QCOMPARE(read->tls.verify, TlsOptions::Verify::Optional);
        QCOMPARE(read->tls.caFile, QStringLiteral("/ca.pem"));
        QCOMPARE(read->tls.certificateFile, QStringLiteral("/cert.pem"));
        QCOMPARE(read->tls.keyFile, QString());
    }
    QVERIFY(parse("redis://h", one(QStringLiteral("ssl"), QVariantMap()))->tls.enabled);
    const auto unknown =
        parse("redis://h", one(QStringLiteral("ssl"), QVariantMap{{QStringLiteral("ca_cert"), 1}}));
    QVERIFY(unknown.error().text().contains(QStringLiteral("\"ssl_ca_certs\"")));
}

void tst_RedisOptions::readsOurOptionsOfTls()
{
    const auto read = parse("rediss://h?ssl_server_hostname=broker.example&ssl_ciphers=HIGH"
                            "&ssl_keyfile_password=a&ssl_min_version=TLSv1.3");
    QVERIFY2(read, qPrintable(read.error().text()));
    QCOMPARE(read->tls.serverHostName, QStringLiteral("broker.example"));
    QCOMPARE(read->tls.ciphers, QStringLiteral("HIGH"));
    QCOMPARE(read->tls.keyPassword, QStringLiteral("a"));
    QCOMPARE(read->tls.least, TlsOptions::Least::Tls13);
    QCOMPARE(parse("rediss://h?ssl_password=b")->tls.keyPassword, QStringLiteral("b"));
}

void tst_RedisOptions::neverTurnsTlsOff_data()
{
    QTest::addColumn<QString>("url");
    QTest::newRow("by its scheme") << QStringLiteral("rediss://h?ssl=false");
    QTest::newRow("by its other name") << QStringLiteral("redis+ssl://h?ssl=false");
    QTest::newRow("by an option") << QStringLiteral("redis://h?ssl_ca_certs=/x");
}

void tst_RedisOptions::neverTurnsTlsOff()
{
    QFETCH(QString, url);
    const auto read = parse(url.toUtf8().constData(), one(QStringLiteral("ssl"), false));
    QCOMPARE(read.error().kind(), Error::Configuration);
    QCOMPARE(read.error().where(), QStringLiteral("ssl"));
    QVERIFY(!parse("redis://h?ssl=false")->tls.enabled);
    QVERIFY(parse("redis://h?ssl=false&ssl_ca_certs=/x")->tls.enabled);
}

void tst_RedisOptions::prefersOptionsToTheQuery()
{
    const auto options =
        parse("redis://h?visibility_timeout=5", one(QStringLiteral("visibility_timeout"), 6));
    QVERIFY2(options, qPrintable(options.error().text()));
    QCOMPARE(options->visibilityTimeout, 6s);
    QVERIFY(options->isVisibilityTimeoutGiven);
    QCOMPARE(options->leaseInterval(), 400ms);
}

void tst_RedisOptions::replacesTheDatabaseInTheFanoutPrefix()
{
    QCOMPARE(parse("redis://h/3")->fanoutPrefix, "/3.");
    const auto named =
        parse("redis://h/3", one(QStringLiteral("fanout_prefix"), QStringLiteral("/app-{db}.")));
    QVERIFY2(named, qPrintable(named.error().text()));
    QCOMPARE(named->fanoutPrefix, "/app-3.");
}

void tst_RedisOptions::tellsWhichOptionsMeanNothingHere()
{
    const auto options = parse("redis://h",
                               {{QStringLiteral("max_connections"), 20},
                                {QStringLiteral("unacked_mutex_key"), QStringLiteral("m")}});
    QVERIFY2(options, qPrintable(options.error().text()));
    QCOMPARE(options->withoutEffect,
             (QStringList{QStringLiteral("max_connections"), QStringLiteral("unacked_mutex_key")}));
}

QOMBU_TEST(tst_RedisOptions)
#include "tst_redisoptions.moc"
