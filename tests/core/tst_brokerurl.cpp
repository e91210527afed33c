// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"

#include <Qombu/brokerurl.h>

#include <QDebug>
#include <QTest>

using namespace Qombu;

class tst_BrokerUrl : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsKombusGrammar_data();
    void readsKombusGrammar();
    void readsQueries();
    void readsSockets();
    void readsLists_data();
    void readsLists();
    void refuses_data();
    void refuses();
    void printsWhatItReads_data();
    void printsWhatItReads();
    void neverShowsAPassword_data();
    void neverShowsAPassword();
    void putsThePasswordWhereThereIsNone();
    void comparesByMeaning();
    void readsLongAndHostileText();
};

void tst_BrokerUrl::readsKombusGrammar_data()
{
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("password");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QString>("vhost"); // null: none
    const auto row = [](const char *url, const char *scheme, const char *user, const char *password,
                        const char *host, int port, const char *vhost) {
        QTest::newRow(url) << QString::fromUtf8(scheme) << QString::fromUtf8(user)
                           << QString::fromUtf8(password) << QString::fromUtf8(host) << port
                           << QString::fromUtf8(vhost);
    };
    const char *const none = nullptr;
    row("redis://H.Example.COM", "redis", none, none, "h.example.com", -1, none);
    row("REDIS://h", "redis", none, none, "h", -1, none);
    row("redis://[::1]:6380/2", "redis", none, none, "::1", 6380, "2");
    row("redis://[fe80::1%25eth0]", "redis", none, none, "fe80::1%eth0", -1, none);
    row("amqp://h", "amqp", none, none, "h", -1, none);
    row("amqp://h/", "amqp", none, none, "h", -1, none);
    row("amqp://h//", "amqp", none, none, "h", -1, "/");
    row("amqp://h/foo", "amqp", none, none, "h", -1, "foo");
    row("amqp://h//foo", "amqp", none, none, "h", -1, "/foo");
    row("amqp://h/%2Ffoo", "amqp", none, none, "h", -1, "/foo");
    row("redis://user@h", "redis", "user", none, "h", -1, none);
    row("redis://:secret@h", "redis", none, "secret", "h", -1, none);
    row("redis://user:@h", "redis", "user", none, "h", -1, none);
    row("redis://u%40x:p%3A%2F%3F%23%3B%C3%A9@h", "redis", "u@x", "p:/?#;é", "h", -1, none);
    row("redis://u:p@ss@h", "redis", "u", "p@ss", "h", -1, none);
    row("redis://u:100%@h", "redis", "u", "100%", "h", -1, none);
    row("redis://h:", "redis", none, none, "h", -1, none);
    row("memory://", "memory", none, none, "", -1, none);
    row("localhost:5672//", "amqp", none, none, "localhost", 5672, "/");
    row("sqla+sqlite:////tmp/x.db", "sqla", none, none, "", -1, "/tmp/x.db");
    row("mongodb+srv://u:p@h/db", "mongodb+srv", "u", "p", "h", -1, "db");
    row("mongodb://u:p@h1:27017,h2:27018/db", "mongodb", "u", "p", "h1:27017,h2:27018", -1, "db");
    row("nosuch://h", "nosuch", none, none, "h", -1, none);
    row("  redis://h  ", "redis", none, none, "h", -1, none);
}

void tst_BrokerUrl::readsKombusGrammar()
{
    QFETCH(QString, scheme);
    QFETCH(QString, user);
    QFETCH(QString, password);
    QFETCH(QString, host);
    QFETCH(int, port);
    QFETCH(QString, vhost);
    const BrokerUrl url(QTest::currentDataTag());
    QVERIFY2(url.isValid(), qPrintable(url.error().text()));
    QCOMPARE(url.scheme(), scheme);
    QCOMPARE(url.userName(), user);
    QCOMPARE(url.userName().isNull(), user.isNull());
    QCOMPARE(url.password(), password);
    QCOMPARE(url.password().isNull(), password.isNull());
    QCOMPARE(url.host(), host);
    QCOMPARE(url.port(), port);
    QCOMPARE(url.virtualHost(), vhost);
    QCOMPARE(url.virtualHost().isNull(), vhost.isNull());
    QVERIFY(!url.isSocket());
}

void tst_BrokerUrl::readsQueries()
{
    const BrokerUrl url("rediss://h/3?ssl_cert_reqs=CERT_NONE&a=1&a=2&empty=&flag&b%20c=x+y%2B");
    QVERIFY2(url.isValid(), qPrintable(url.error().text()));
    const QMap<QString, QString> expected{
        {QStringLiteral("ssl_cert_reqs"), QStringLiteral("CERT_NONE")},
        {QStringLiteral("a"), QStringLiteral("2")},
        {QStringLiteral("b c"), QStringLiteral("x y+")}};
    QCOMPARE(url.query(), expected);
    QCOMPARE(url.virtualHost(), QStringLiteral("3"));
}

void tst_BrokerUrl::readsSockets()
{
    for (const char *text : {"redis+socket://u:p@/run/r%20s.sock?virtual_host=3&x=1",
                             "redis+unix://u:p@/run/r%20s.sock?virtual_host=3&x=1"}) {
        const BrokerUrl url(text);
        QVERIFY2(url.isValid(), qPrintable(url.error().text()));
        QVERIFY(url.isSocket());
        QCOMPARE(url.scheme(), QStringLiteral("redis"));
        QCOMPARE(url.innerScheme(), QStringLiteral("socket"));
        QCOMPARE(url.path(), QStringLiteral("/run/r s.sock"));
        QCOMPARE(url.virtualHost(), QStringLiteral("3"));
        QCOMPARE(url.userName(), QStringLiteral("u"));
        QCOMPARE(url.password(), QStringLiteral("p"));
        QCOMPARE(url.query().keys(), QStringList{QStringLiteral("x")});
        QCOMPARE(url.toStringWithPassword(),
                 QStringLiteral("redis+socket://u:p@/run/r%20s.sock?virtual_host=3&x=1"));
    }
}

void tst_BrokerUrl::readsLists_data()
{
    QTest::addColumn<QStringList>("alternates");
    const auto row = [](const char *url, std::initializer_list<const char *> alternates) {
        QStringList list;
        for (const char *alternate : alternates)
            list << QString::fromUtf8(alternate);
        QTest::newRow(url) << list;
    };
    row("redis://h", {"redis://h"});
    // The new URL has no user, but keeps port and vhost.
    row("amqp://u:p@h1:1234/v1;amqp://h2", {"amqp://u:p@h1:1234/v1", "amqp://h2:1234/v1"});
    row("amqp://u:p@h1:1234/v1;h2;h3:99",
        {"amqp://u:p@h1:1234/v1", "amqp://u:p@h2:1234/v1", "amqp://u:p@h3:99/v1"});
    row("redis://h1/2?x=1;[::1]", {"redis://h1/2?x=1", "redis://[::1]/2?x=1"});
    row("redis://h1/2;rediss://:q@h2/5", {"redis://h1/2", "rediss://:q@h2/5"});
    row("sentinel://h1:26380/1;sentinel://h2", {"sentinel://h1:26380/1", "sentinel://h2/1"});
    row("redis://h1;;redis://h2;", {"redis://h1", "redis://h2"});
}

void tst_BrokerUrl::readsLists()
{
    QFETCH(QStringList, alternates);
    const BrokerUrl url(QTest::currentDataTag());
    QVERIFY2(url.isValid(), qPrintable(url.error().text()));
    QStringList texts;
    const auto found = url.alternates();
    for (const BrokerUrl &alternate : found) {
        QVERIFY(alternate.isValid());
        texts << alternate.toStringWithPassword();
    }
    QCOMPARE(texts, alternates);
    QCOMPARE(url.toStringWithPassword(), alternates.join(u';'));
}

void tst_BrokerUrl::refuses_data()
{
    QTest::addColumn<QString>("says");
    const auto row = [](const char *url, const char *says) {
        QTest::newRow(url) << QString::fromUtf8(says);
    };
    row("", "no broker URL");
    row(";", "no broker URL");
    row("://h", "no transport");
    row("red is://h", "transport");
    row("1redis://h", "transport");
    row("redis://h:port", "1 to 65535");
    row("redis://h:0", "1 to 65535");
    row("redis://h:65536", "1 to 65535");
    row("redis://h:-1", "1 to 65535");
    row("redis://h:99999999999999999999", "1 to 65535");
    row("redis://::1", "brackets");
    row("redis://[::1", "']'");
    row("redis://[::1]x", "port");
    row("redis://[host]", "IPv6");
    row("redis://a b", "character");
    row("redis://h%00", "character");
    row("redis://:canary/word@h", "%2F");
    row("redis://:canary#word@h", "%23");
    row("redis://u:canary word@h[", "host");
    row("redis://h?password=canary", "password");
    row("redis://h?port=1", "port");
    row("redis://h?ssl_cert_reqs=maybe", "ssl_cert_reqs");
    row("redis+socket://run/r.sock", "three slashes");
    row("redis+socket://", "path");
    row("redis+socket:///a%00b", "control");
    row("redis+socket:///r.sock?password=canary", "password");
    row("redis://h;u:canary@h2", "in full");
    row("redis://h;h2/3", "in full");
    row("redis://h;redis://h:x", "1 to 65535");
}

void tst_BrokerUrl::refuses()
{
    QFETCH(QString, says);
    const BrokerUrl url(QTest::currentDataTag());
    QVERIFY(!url.isValid());
    QCOMPARE(url.error().kind(), Error::Configuration);
    QVERIFY2(url.error().text().contains(says), qPrintable(url.error().text()));
    QString shown;
    QDebug(&shown) << url << url.error();
    QVERIFY2(!shown.contains(QLatin1String("canary")), qPrintable(shown));
    QVERIFY(url.alternates().isEmpty());
    QCOMPARE(url.toStringWithPassword(), QString::fromUtf8(QTest::currentDataTag()));
}

void tst_BrokerUrl::printsWhatItReads_data()
{
    QTest::addColumn<QString>("text");
    for (const char *url :
         {"redis://localhost", "redis://u:p%40%3A%2F%3F%23%3B%25@h:1/2?a=b%26c&d=%3D",
          "rediss://:p@[::1]:7/0?ssl_ca_certs=/etc/x.pem", "redis://[fe80::1%25eth0]/1",
          "amqp://h//", "amqp://h//foo/bar", "amqp://u@h/%00%C3%A9",
          "redis+socket://:p@/run/a%3Bb.sock?virtual_host=3", "redis+unix:///r.sock", "memory://",
          "sqla+postgresql+psycopg2://u:p@h/db", "amqp://u:p@h1:1/v;h2;amqps://h3",
          "redis://h/1;redis+socket:///r.sock", "mongodb://h1:1,h2:2/db", "redis://%C3%A9.de"})
        QTest::newRow(url) << QString::fromUtf8(url);
}

void tst_BrokerUrl::printsWhatItReads()
{
    QFETCH(QString, text);
    const BrokerUrl url(text);
    QVERIFY2(url.isValid(), qPrintable(url.error().text()));
    const QString printed = url.toStringWithPassword();
    const BrokerUrl again(printed);
    QVERIFY2(again.isValid(), qPrintable(printed));
    QCOMPARE(again, url);
    QCOMPARE(again.toStringWithPassword(), printed);
}

void tst_BrokerUrl::neverShowsAPassword_data()
{
    QTest::addColumn<QString>("shown");
    const auto row = [](const char *url, const char *shown) {
        QTest::newRow(url) << QString::fromUtf8(shown);
    };
    row("redis://u:canary@h:1/2", "redis://u:**@h:1/2");
    row("redis://:canary@h", "redis://:**@h");
    row("redis://u@h", "redis://u@h");
    row("redis://h1;redis://:canary@h2;h3", "redis://h1;redis://:**@h2;redis://:**@h3");
    row("redis+socket://u:canary@/r.sock", "redis+socket://u:**@/r.sock");
    row("sqla+mysql://u:canary@h/db", "sqla+mysql://u:**@h/db");
    row("rediss://h?ssl_keyfile_password=canary", "rediss://h?ssl_keyfile_password=**");
}

void tst_BrokerUrl::neverShowsAPassword()
{
    QFETCH(QString, shown);
    const BrokerUrl url(QTest::currentDataTag());
    QVERIFY2(url.isValid(), qPrintable(url.error().text()));
    QCOMPARE(url.toString(), shown);
    QString debugged;
    QDebug(&debugged) << url;
    QVERIFY(!debugged.contains(QLatin1String("canary")));
    QVERIFY(debugged.contains(shown));
}

void tst_BrokerUrl::putsThePasswordWhereThereIsNone()
{
    const BrokerUrl url("redis://u@h1;redis://:own@h2;redis://h3");
    QCOMPARE(url.withPassword(QStringLiteral("s;x")).toStringWithPassword(),
             QStringLiteral("redis://u:s%3Bx@h1;redis://:own@h2;redis://:s%3Bx@h3"));
    QCOMPARE(url.withPassword(QString()), url);
    QCOMPARE(url.withCredentials(QStringLiteral("me"), QStringLiteral("p")).toStringWithPassword(),
             QStringLiteral("redis://me:p@h1;redis://me:p@h2;redis://me:p@h3"));
    QVERIFY(url.password().isNull()); // the original stays as it was
}

void tst_BrokerUrl::comparesByMeaning()
{
    QCOMPARE(BrokerUrl("redis://H/%33"), BrokerUrl("REDIS://h/3"));
    QVERIFY(!(BrokerUrl("redis://h/3") == BrokerUrl("redis://h/4")));
    QVERIFY(!(BrokerUrl("redis://h:x") == BrokerUrl("redis://h:y")));
    QCOMPARE(BrokerUrl(), BrokerUrl(""));
    QVERIFY(!BrokerUrl().isValid());
}

void tst_BrokerUrl::readsLongAndHostileText()
{
    const QString path(100'000, u'x');
    QCOMPARE(BrokerUrl(QString(QLatin1String("redis://h/") + path)).virtualHost(), path);
    for (int i = 0; i < 128; ++i) { // every ASCII character at every place: no crash, no loop
        const QString c(1, QChar(i));
        for (const char *pattern :
             {"%1redis://h", "redis:%1//h", "redis://%1", "redis://u:%1@h", "redis://h:%1",
              "redis://h/%1", "redis://h/1?%1", "redis://h/1?a=%1", "redis://h;%1"}) {
            const BrokerUrl url(QString::fromLatin1(pattern).arg(c));
            if (url.isValid())
                QCOMPARE(BrokerUrl(url.toStringWithPassword()), url);
        }
    }
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_BrokerUrl)
#include "tst_brokerurl.moc"
