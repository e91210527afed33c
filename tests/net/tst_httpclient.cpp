// SPDX-License-Identifier: BSD-3-Clause
#include "net/httpanswers.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::Literals::StringLiterals;

namespace {

QByteArray chunk(const QByteArray &bytes)
{
    return QByteArray::number(bytes.size(), 16) + "\r\n" + bytes + "\r\n";
}

const QByteArray Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

} // namespace

Q_DECLARE_METATYPE(HttpReply)

// Against a server that answers byte for byte what each row says.
class tst_HttpClient : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answers_data();
    void answers();
    void saysWhatKeptTheAnswerAway_data();
    void saysWhatKeptTheAnswerAway();
    void saysThatNobodyIsThere();
};

void tst_HttpClient::answers_data()
{
    QTest::addColumn<HttpReply>("reply");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const QByteArray &name, const HttpReply &reply, int status,
                        const QByteArray &body) {
        QTest::newRow(name.constData()) << reply << status << body;
    };
    row("plain", HttpReply::of(200, "{}"), 200, "{}");
    row("large", HttpReply::of(200, QByteArray(1 << 20, 'x')), 200, QByteArray(1 << 20, 'x'));
    row("a byte a turn", HttpReply::of(200, "{}").inPieces(1), 200, "{}");
    row("chunked", HttpReply::raw(Chunked + chunk("ab") + chunk("c") + chunk("")), 200, "abc");
    row("chunked, a byte a turn",
        HttpReply::raw(Chunked + chunk("ab") + chunk("c") + chunk("")).inPieces(1), 200, "abc");
    row("large chunk",
        HttpReply::raw(Chunked + chunk(QByteArray(900000, 'x')) + chunk("")).inPieces(10000), 200,
        QByteArray(900000, 'x'));
    row("until closed", HttpReply::raw("HTTP/1.1 200 OK\r\n\r\nabc", HttpReply::Close), 200, "abc");
    row("nothing", HttpReply::raw("HTTP/1.1 204 No Content\r\n\r\n"), 204, "");
    row("empty", HttpReply::of(200), 200, "");
    row("not changed", HttpReply::raw("HTTP/1.1 304 Not Modified\r\n\r\n"), 304, "");
    row("endless trailers", HttpReply::raw(Chunked + "0\r\n").endless("Abc: def\r\n"), 200, "");
    row("goes on", HttpReply::raw("HTTP/1.1 100 Continue\r\n\r\n" + HttpReply::of(200, "{}").bytes),
        200, "{}");
    for (const int status : {400, 403, 404, 405, 409, 410, 418, 429, 500, 501, 502, 503, 599})
        row(QByteArray::number(status), HttpReply::of(status, "why"), status, "why");
    for (const int status : {301, 302, 303, 305, 307, 308}) {
        row(QByteArray::number(status), HttpReply::of(status, "there").with("Location: /there"),
            status, "there");
    }
    for (const char *how : {"Basic realm=\"RabbitMQ\"", "Digest realm=\"x\", nonce=\"y\"", "NTLM",
                            "Negotiate", "x"}) {
        const QByteArray challenge = how;
        row("401 " + challenge, HttpReply::of(401, "why").with("WWW-Authenticate: " + challenge),
            401, "why");
    }
    row("401", HttpReply::of(401, "why"), 401, "why");
    row("407", HttpReply::of(407, "why").with("Proxy-Authenticate: Basic realm=\"x\""), 407, "why");
}

void tst_HttpClient::answers()
{
    QFETCH(HttpReply, reply);
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    HttpServer server([&](const HttpHeard &) { return reply; });
    QVERIFY(server.start());
    HttpSettings settings = settingsFor(server);
    settings.user = u"guest"_s;
    settings.password = u"hunter2"_s;
    HttpClient client(Hub::current(), settings);
    HttpAnswers answers;
    client.send({.target = "/api/x"}, answers.note());
    QCOMPARE(answers.count(), 0);
    QTRY_COMPARE(answers.count(), 1);
    QCOMPARE(answers.error().text(), QString());
    QCOMPARE(answers.status(), status);
    QCOMPARE(answers.body(), body);
    QCOMPARE(server.targets(), QByteArrayList{"/api/x"});
}

void tst_HttpClient::saysWhatKeptTheAnswerAway_data()
{
    QTest::addColumn<HttpReply>("reply");
    QTest::addColumn<Error::Kind>("kind");
    QTest::addColumn<QString>("words");
    const auto row = [](const QByteArray &name, const HttpReply &reply, Error::Kind kind,
                        const char *words) {
        QTest::newRow(name.constData()) << reply << kind << QString::fromUtf8(words);
    };
    const QByteArray whole = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
    const QByteArray chunks = Chunked + chunk("abc") + "5\r\nde";
    for (const auto ending : {HttpReply::Close, HttpReply::Reset}) {
        const QByteArray how = ending == HttpReply::Close ? "closed" : "reset";
        const auto cut = [&](const char *where, const QByteArray &bytes) {
            row(how + where, HttpReply::raw(bytes, ending), Error::Connection,
                "lost the connection to");
        };
        cut(" before the answer", "");
        cut(" in the status line", "HTTP/1.1 20");
        cut(" in the headers", whole.first(25));
        cut(" before the body", whole.first(38));
        cut(" in the body", whole);
        cut(" before the chunks", Chunked);
        cut(" in a chunk", chunks);
        cut(" between chunks", chunks.first(chunks.size() - 5));
        cut(" in the size of a chunk", chunks.first(chunks.size() - 4));
    }
    const auto slow = [&](const char *name, const QByteArray &bytes, const char *words) {
        row(name, HttpReply::raw(bytes), Error::Timeout, words);
    };
    slow("silent", "", "has not answered within 0.5 s");
    slow("silent in the headers", whole.first(25), "has not answered within 0.5 s");
    slow("silent in the body", whole, "has not sent its whole answer within 0.5 s");
    slow("silent between chunks", Chunked + chunk("abc"), "whole answer within 0.5 s");
    const char *const question = "ended without an answer. Does HTTP answer at this port?";
    row("AMQP", HttpReply::raw(QByteArray("AMQP\0\0\x09\x01", 8), HttpReply::Close),
        Error::Connection, question);
    row("Redis", HttpReply::raw("-ERR unknown command 'GET'\r\n"), Error::Connection, question);
    row("too large", HttpReply::raw("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"),
        Error::LimitExceeded, "1048576 bytes");
    row("larger than any",
        HttpReply::raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"),
        Error::LimitExceeded, "1048576 bytes");
    row("endless body", HttpReply::raw("HTTP/1.1 200 OK\r\n\r\n").endless(QByteArray(10000, 'x')),
        Error::LimitExceeded, "1048576 bytes");
    row("endless chunks", HttpReply::raw(Chunked).endless(chunk(QByteArray(10000, 'x'))),
        Error::LimitExceeded, "1048576 bytes");
    row("encoded", HttpReply::of(200, QByteArray::fromHex("1f8b")).with("Content-Encoding: gzip"),
        Error::Protocol, "gzip");
    // Of these Qt reads a little, and then no more.
    const auto endless = [&](const char *name, const QByteArray &bytes, const QByteArray &more,
                             const char *words) {
        row(name, HttpReply::raw(bytes).endless(more), Error::Timeout, words);
    };
    endless("endless status line", "HTTP/1.1 200 ", QByteArray(10000, 'x'), "has not answered");
    endless("endless header", "HTTP/1.1 200 OK\r\nX: ", QByteArray(10000, 'x'), "not answered");
    endless("endless headers", "HTTP/1.1 200 OK\r\n", "Abc: def\r\n", "has not answered");
    endless("endless size of a chunk", Chunked, "0", "has not sent its whole answer");
}

void tst_HttpClient::saysWhatKeptTheAnswerAway()
{
    QFETCH(HttpReply, reply);
    QFETCH(Error::Kind, kind);
    QFETCH(QString, words);
    HttpServer server([&](const HttpHeard &) { return reply; });
    QVERIFY(server.start());
    HttpClient client(Hub::current(), settingsFor(server, kind == Error::Timeout ? 500ms : 5000ms));
    HttpAnswers answers;
    client.send({.target = "/api/x"}, answers.note());
    QTRY_COMPARE_WITH_TIMEOUT(answers.count(), 1, 20000);
    QCOMPARE(answers.error().kind(), kind);
    QVERIFY(answers.error().text().contains(words));
    QVERIFY(server.sent() < 16 << 20);
}

void tst_HttpClient::saysThatNobodyIsThere()
{
    HttpServer server;
    QVERIFY(server.start());
    HttpClient client(Hub::current(), settingsFor(server));
    server.close();
    HttpAnswers answers;
    client.send({.method = "POST"}, answers.note());
    QTRY_COMPARE(answers.count(), 1);
    QCOMPARE(answers.error().kind(), Error::Connection);
    QVERIFY(answers.error().isRecoverable());
    QVERIFY(!answers.error().isInDoubt());
    QVERIFY(answers.error().text().contains(u"connection refused"_s));
}

QOMBU_TEST(tst_HttpClient)
#include "tst_httpclient.moc"
