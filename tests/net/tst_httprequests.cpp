// SPDX-License-Identifier: BSD-3-Clause
#include "net/httpanswers.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

#include <atomic>
#include <memory>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

Q_DECLARE_METATYPE(HttpRequest)

// What is sent, how often, and when nothing is answered any more.
class tst_HttpRequests : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sendsTheTargetAsItIs_data();
    void sendsTheTargetAsItIs();
    void refusesWhatCannotBeSent_data();
    void refusesWhatCannotBeSent();
    void sendsABody_data();
    void sendsABody();
    void sendsCredentials();
    void asksOnceForWhatChangesSomething();
    void asksAgainOverAConnectionThatWasClosed_data();
    void asksAgainOverAConnectionThatWasClosed();
    void answersAllOfMany();
    void isSilentOnceDestroyed();
    void mayBeDestroyedInsideAnAnswer();
    void worksInTheBackground();
};

void tst_HttpRequests::sendsTheTargetAsItIs_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("sent");
    const auto row = [](const char *prefix, const QByteArray &target, const QByteArray &sent) {
        QTest::addRow("%s%s", prefix, target.left(40).constData())
            << QString::fromUtf8(prefix) << target << sent;
    };
    row("", "/", "/");
    row("/", "/api", "/api");
    row("/prefix", "/api/x", "/prefix/api/x");
    row("/prefix/", "/api/x", "/prefix/api/x");
    row("/a b/ü", "/x", "/a%20b/%C3%BC/x");
    for (const char *target :
         {"/api/queues/%2F", "/api/queues/%2F/a%2Fb%2Fc", "/api//x", "/?", "/?a=1&b=%26%3D%23%2B+",
          "/%20%22%23%25%3C%3E%3F%5B%5C%5D%5E%60%7B%7C%7D",
          "/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40", "/%C3%BC%E2%82%AC%F0%9F%98%80",
          "/%FF%FE%00%7F", "/%EF%BF%BE", "/a;b,c:d@e", "/...", "/%252F",
          "/?sort=name&sort_reverse=true&name=%5Ea.%2A%24&use_regex=true"})
        row("/p", target, QByteArray("/p") + target);
    row("", "/" + QByteArray(20000, 'x'), "/" + QByteArray(20000, 'x'));
    // What QUrl::toPercentEncoding() makes of anything but "." and "..".
    QString all;
    for (int c = 1; c < 0x250; ++c)
        all += QChar(c);
    const QByteArray target = "/" + QUrl::toPercentEncoding(all);
    row("", target, target);
    row("", "/?a=" + target.mid(1), "/?a=" + target.mid(1));
}

void tst_HttpRequests::sendsTheTargetAsItIs()
{
    QFETCH(QString, prefix);
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, sent);
    HttpServer server;
    QVERIFY(server.start());
    HttpSettings settings = settingsFor(server);
    settings.base = server.url(prefix);
    HttpClient client(Hub::current(), settings);
    HttpAnswers answers;
    for (const char *method : {"GET", "DELETE"})
        client.send({.method = method, .target = target}, answers.note());
    QTRY_COMPARE(answers.count(), 2);
    QCOMPARE(answers.error().text(), QString());
    QCOMPARE(server.targets(), QByteArrayList({sent, sent}));
}

void tst_HttpRequests::refusesWhatCannotBeSent_data()
{
    QTest::addColumn<HttpRequest>("request");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("password");
    QTest::addColumn<QString>("base");
    const auto row = [](const char *name, const HttpRequest &request, const QString &user = {},
                        const QString &password = {}, const char *base = "") {
        QTest::newRow(name) << request << user << password << QString::fromLatin1(base);
    };
    for (const char *target :
         {"", "x", "//h/x/..", "/a/../b", "/a/%2E%2E/b", "/a/..", "/a/%2e", "/a b", "/a\r\nX: y",
          "/a\tb", "/#x", "/%zz", "/%4", "/\xc3\xbc", "@h/x", ":1/x", "http://h/x"})
        row(target, {.target = target});
    row("NUL", {.target = QByteArray("/a\0b", 4)});
    row("header in the method", {.method = "GET / HTTP/1.1\r\nX: y"});
    row("no method", {.method = ""});
    row("header in the type", {.method = "POST", .contentType = "x\r\nX: y"});
    row("header in the user", {}, u"a\r\nX: y"_s);
    row("colon in the user", {}, u"a:b"_s);
    row("header in the password", {}, u"a"_s, u"hunter2\nX: y"_s);
    for (const char *base : {"ftp://h", "http://", "h", "http://u:hunter2@h", "http://h?a",
                             "http://h#a", "http://h:99999", "http://h/a/../b"})
        row(base, {}, {}, {}, base);
}

void tst_HttpRequests::refusesWhatCannotBeSent()
{
    QFETCH(HttpRequest, request);
    QFETCH(QString, user);
    QFETCH(QString, password);
    QFETCH(QString, base);
    HttpServer server;
    QVERIFY(server.start());
    HttpSettings settings = settingsFor(server);
    if (!base.isEmpty())
        settings.base = QUrl(base);
    HttpClient client(Hub::current(), settings);
    client.setCredentials(user, password);
    HttpAnswers answers;
    client.send(request, answers.note());
    QCOMPARE(answers.count(), 0);
    QTRY_COMPARE(answers.count(), 1);
    QCOMPARE(answers.error().kind(), Error::Configuration);
    QVERIFY(!answers.error().text().contains(u"hunter2"_s));
    QCOMPARE(server.connections(), 0);
}

void tst_HttpRequests::sendsABody_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("body");
    for (const char *method : {"POST", "PUT", "PATCH", "DELETE"}) {
        for (const qsizetype size : {0, 1, 5'000'000})
            QTest::addRow("%s, %d", method, int(size))
                << QByteArray(method) << QByteArray(size, 'x');
    }
}

void tst_HttpRequests::sendsABody()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, body);
    HttpServer server;
    QVERIFY(server.start());
    HttpClient client(Hub::current(), settingsFor(server));
    HttpAnswers answers;
    client.send({.method = method, .target = "/?a=b", .body = body, .contentType = "text/plain"},
                answers.note());
    QTRY_COMPARE(answers.count(), 1);
    QCOMPARE(answers.error().text(), QString());
    QCOMPARE(server.heard().first().method, method);
    QCOMPARE(server.heard().first().target, "/?a=b");
    QCOMPARE(server.heard().first().header("Content-Type"), "text/plain");
    QVERIFY(server.heard().first().body == body);
}

void tst_HttpRequests::sendsCredentials()
{
    HttpServer server([](const HttpHeard &heard) {
        return HttpReply::of(200)
            .with("Set-Cookie: a=b")
            .with(heard.target == "/first" ? "X: y" : "Strict-Transport-Security: max-age=99999");
    });
    QVERIFY(server.start());
    HttpClient client(Hub::current(), settingsFor(server));
    HttpAnswers answers;
    const auto ask = [&] {
        const int before = answers.count();
        client.send({}, answers.note());
        return QTest::qWaitFor([&] { return answers.count() > before; });
    };
    QVERIFY(ask());
    client.setCredentials(u"jörg"_s, u"pass:wört"_s);
    QVERIFY(ask());
    client.setCredentials({}, {});
    QVERIFY(ask());
    QCOMPARE(server.heard().at(0).header("Authorization"), "");
    QCOMPARE(server.heard().at(1).header("Authorization"),
             "Basic " + QByteArray("jörg:pass:wört").toBase64());
    QCOMPARE(server.heard().at(2).header("Authorization"), "");
    for (const HttpHeard &heard : server.heard()) {
        QCOMPARE(heard.header("Cookie"), "");
        QCOMPARE(heard.header("Accept-Encoding"), "identity");
    }
    QCOMPARE(server.connections(), 1);
}

void tst_HttpRequests::asksOnceForWhatChangesSomething()
{
    for (const char *method : {"POST", "PUT", "DELETE"}) {
        for (const char *body : {"", "body"}) {
            for (const auto ending : {HttpReply::Close, HttpReply::Reset}) {
                HttpServer server([&](const HttpHeard &) { return HttpReply::raw("", ending); });
                QVERIFY(server.start());
                HttpClient client(Hub::current(), settingsFor(server));
                HttpAnswers answers;
                client.send({.method = method, .body = body}, answers.note());
                QTRY_COMPARE(answers.count(), 1);
                QCOMPARE(answers.error().kind(), Error::Connection);
                QVERIFY(answers.error().isInDoubt());
                QCOMPARE(server.heard().size(), 1);
            }
        }
    }
    HttpServer server([](const HttpHeard &) { return HttpReply::silence(); });
    QVERIFY(server.start());
    HttpClient client(Hub::current(), settingsFor(server, 300ms));
    HttpAnswers answers;
    client.send({.method = "POST"}, answers.note());
    QTRY_COMPARE(answers.count(), 1);
    QCOMPARE(answers.error().kind(), Error::Timeout);
    QVERIFY(answers.error().isInDoubt());
}

void tst_HttpRequests::asksAgainOverAConnectionThatWasClosed_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<bool>("isNoticed");
    for (const char *method : {"GET", "POST"}) {
        QTest::addRow("%s, later", method) << QByteArray(method) << true;
        QTest::addRow("%s, at once", method) << QByteArray(method) << false;
    }
}

void tst_HttpRequests::asksAgainOverAConnectionThatWasClosed()
{
    QFETCH(QByteArray, method);
    QFETCH(bool, isNoticed);
    HttpServer server;
    QVERIFY(server.start());
    HttpClient client(Hub::current(), settingsFor(server));
    HttpAnswers answers;
    for (int i = 0; i < 20; ++i) {
        client.send({.method = method}, answers.note());
        QTRY_COMPARE(answers.count(), i + 1);
        // A POST may meet the end of the connection, and is not sent again then.
        if (method == "GET" || answers.error().kind() != Error::Connection)
            QCOMPARE(answers.error().text(), QString());
        else
            QVERIFY(answers.error().isInDoubt());
        server.closeAll();
        if (isNoticed)
            QTRY_COMPARE(server.open(), 0);
    }
    QVERIFY(server.heard().size() <= 20 || method == "GET");
}

void tst_HttpRequests::answersAllOfMany()
{
    int waiting = 0;
    HttpServer server([&](const HttpHeard &heard) {
        return HttpReply::of(200, heard.target).later(std::chrono::milliseconds(++waiting % 3));
    });
    QVERIFY(server.start());
    HttpClient client(Hub::current(), settingsFor(server));
    HttpAnswers answers;
    for (int i = 0; i < 200; ++i)
        client.send({.target = "/" + QByteArray::number(i)}, answers.note(i));
    QTRY_COMPARE(answers.count(), 200);
    for (int i = 0; i < 200; ++i) {
        QVERIFY(answers.all[i].isOk());
        QCOMPARE(answers.all[i]->body, "/" + QByteArray::number(answers.numbers[i]));
    }
    QCOMPARE(QSet<int>(answers.numbers.begin(), answers.numbers.end()).size(), 200);
    QVERIFY(server.connections() <= 6);
}

void tst_HttpRequests::isSilentOnceDestroyed()
{
    for (const int turns : {0, 1, 10, 1000}) {
        HttpServer server([](const HttpHeard &heard) {
            return heard.target == "/0" ? HttpReply::silence() : HttpReply::of(200);
        });
        QVERIFY(server.start());
        HttpAnswers answers;
        {
            HttpClient client(Hub::current(), settingsFor(server));
            for (int i = 0; i < 50; ++i)
                client.send({.target = "/" + QByteArray::number(i % 5)}, answers.note());
            client.send({.target = "wrong"}, answers.note());
            for (int i = 0; i < turns; ++i)
                QCoreApplication::processEvents();
        }
        const int before = answers.count();
        QTRY_COMPARE(server.open(), 0);
        QCOMPARE(answers.count(), before);
    }
}

void tst_HttpRequests::mayBeDestroyedInsideAnAnswer()
{
    HttpServer server([](const HttpHeard &) { return HttpReply::of(200); });
    QVERIFY(server.start());
    for (const char *target : {"/", "wrong"}) {
        auto client = std::make_unique<HttpClient>(Hub::current(), settingsFor(server));
        int count = 0;
        for (int i = 0; i < 10; ++i) {
            client->send({.target = target}, [&](const Result<HttpAnswer> &answer) {
                ++count;
                client.reset();
                QCOMPARE(answer.isOk(), *target == '/'); // still there
            });
        }
        QTRY_COMPARE(count, 1);
        QTRY_COMPARE(server.open(), 0);
        QCOMPARE(count, 1);
    }
}

void tst_HttpRequests::worksInTheBackground()
{
    HttpServer server;
    QVERIFY(server.start());
    Hub *const hub = Hub::background();
    std::unique_ptr<HttpClient> client;
    std::atomic<int> status = 0;
    hub->callSoon([&] {
        client = std::make_unique<HttpClient>(hub, settingsFor(server));
        client->send({}, [&](const Result<HttpAnswer> &answer) {
            client.reset();
            status = answer.isOk() ? answer->status : -1;
        });
    });
    QTRY_COMPARE(status.load(), 200);
}

QOMBU_TEST(tst_HttpRequests)
#include "tst_httprequests.moc"
