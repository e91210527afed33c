// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/managementstub.h"
#include "support/testmain.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(QombuTest::HttpReply)

namespace {

HttpReply refused(int status, const QByteArray &error, const QByteArray &reason)
{
    return HttpReply::of(status, R"({"error":")" + error + R"(","reason":")" + reason + R"("})");
}

HttpReply page(int status, const QByteArray &text)
{
    return HttpReply::of(status, "<html>" + text + "</html>", "text/html; charset=utf-8");
}

} // namespace

// The management API of a server that answers as it should not.
class tst_ManagementApi : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m.reset(); }

    void asksWhoIsThereAndThenWhatIsWanted();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void saysWhatOneQuestionLacks_data();
    void saysWhatOneQuestionLacks();
    void saysThatNobodyListens();
    void saysHowToSayWhereItIs();
    void saysThatItWasTurnedOff();
    void saysThatACertificateIsNoPassword();
    void saysThatOtherBrokersHaveNone();
    void takesNoMoreThanItsBound();
    void asksAsWhoTheLinkIsNow();
    void asksAgainWhoItIsAfterARefusal();
    void asksAgainAsWhomAnotherQuestionFound();
    void asksAsWhomItsOptionsName();
    void saysThatAChangeMayBeDone_data();
    void saysThatAChangeMayBeDone();
    void asksAfreshInsideTheAnswerOfALateIntroduction();
    void asksFewAtOnceAndNotTooFast();
    void letsNoMoreWaitThanItsBound();
    void answersInTimeWhoeverIsSilent();
    void waitsForNobodyWhoseTimeIsOver();
    void answersNobodyAfterItsEnd();
    void mayEndInsideAnAnswer();
    void encodesNames();

private:
    QByteArray caller(int heard) const; // who asked
    void verifyIsSafe(const QString &text) const;

    std::unique_ptr<ManagementStub> m;
};

void tst_ManagementApi::init()
{
    m = std::make_unique<ManagementStub>();
    QVERIFY(m->start());
}

QByteArray tst_ManagementApi::caller(int heard) const
{
    return QByteArray::fromBase64(
        m->server.heard().at(heard).header("Authorization").mid(int(qstrlen("Basic "))));
}

void tst_ManagementApi::verifyIsSafe(const QString &text) const
{
    QVERIFY2(!text.contains(u"s3cret"), qPrintable(text));
    QVERIFY2(!text.contains(QString::fromLatin1(QByteArray("anna:s3cret").toBase64())),
             qPrintable(text));
}

void tst_ManagementApi::asksWhoIsThereAndThenWhatIsWanted()
{
    m->answer = [](const HttpHeard &) { return HttpReply::of(200, R"({"a":[1]})"); };
    for (int i = 0; i < 2; ++i) {
        const auto told = m->ask("queues/%2F?page=1");
        QVERIFY2(told, qPrintable(told.error().text()));
        QCOMPARE(told->toMap(), (QVariantMap{{u"a"_s, QVariantList{qint64(1)}}}));
    }
    QCOMPARE(m->server.heard().size(), 3);
    QVERIFY(m->server.heard().first().target.startsWith("/api/overview?columns="));
    QCOMPARE(m->server.heard().last().target, "/api/queues/%2F?page=1");
    QCOMPARE(caller(2), "anna:s3cret");
    QCOMPARE(m->api->server().version, u"4.0.5"_s);
    QVERIFY(!m->api->hasFailed());
}

void tst_ManagementApi::saysWhatIsWrong_data()
{
    QTest::addColumn<HttpReply>("overview");
    QTest::addColumn<Error::Kind>("kind");
    QTest::addColumn<QString>("text"); // is in it
    const auto row = [](const char *name, const HttpReply &reply, Error::Kind kind,
                        const char *text) {
        QTest::newRow(name) << reply << kind << QString::fromLatin1(text);
    };
    row("no tag", refused(401, "not_authorised", "Not management user"), Error::Configuration,
        "rabbitmqctl set_user_tags anna management");
    row("password, 3.10", refused(401, "not_authorized", "Login failed"), Error::Authentication,
        "with the password of the connection");
    row("password, 4.0", refused(401, "not_authorized", "Not_Authorized"), Error::Authentication,
        "management_user and management_password");
    row("somebody else's 401", page(401, "no"), Error::Authentication, "\"anna\"");
    row("403", page(403, "no"), Error::Authentication, "does not accept");
    row("prefix, RabbitMQ's words", refused(404, "Object Not Found", "Not Found"),
        Error::Configuration, "management_url");
    row("prefix, a proxy's words", page(404, "nginx"), Error::Configuration, "behind a path");
    row("alarm", refused(503, "service_unavailable", "alarm in effect"), Error::Connection,
        "alarm");
    row("maintenance", page(503, "no"), Error::Connection, "maintenance");
    row("crash", refused(500, "Internal Server Error", "badmatch"), Error::Connection,
        "(500: badmatch)");
    row("bad gateway", page(502, "nginx"), Error::Connection, "(502)");
    row("elsewhere", HttpReply::of(302).with("Location: https://elsewhere/"), Error::Configuration,
        "302");
    row("log-in page", page(200, "Sign in"), Error::Configuration, "\"text/html\"");
    row("cut JSON", HttpReply::of(200, "{"), Error::Protocol, "is cut");
    row("other JSON", HttpReply::of(200, R"({"couchdb":"Welcome"})"), Error::Configuration,
        "not RabbitMQ's management API");
    row("a list", HttpReply::of(200, "[1,2]"), Error::Configuration, "not RabbitMQ's");
    row("nothing", HttpReply::of(200), Error::Configuration, "not RabbitMQ's");
    row("other broker",
        HttpReply::of(200, R"({"rabbitmq_version":"4.0.5","cluster_name":"rabbit@there"})"),
        Error::Configuration, "\"rabbit@there\"");
    row("cut", HttpReply::raw("HTTP/1.1 200 OK\r\nContent-Le", HttpReply::Reset), Error::Connection,
        "was not reached");
    row("no HTTP", HttpReply::raw("AMQP\0\0\x09\x01", HttpReply::Close), Error::Connection,
        "was not reached");
    row("slow", HttpReply::silence(), Error::Timeout, "within 0.5 s");
}

void tst_ManagementApi::saysWhatIsWrong()
{
    QFETCH(HttpReply, overview);
    QFETCH(Error::Kind, kind);
    QFETCH(QString, text);
    m->overview = overview;
    m->settings.timeout = std::chrono::milliseconds(500);
    m->make();
    const Error error = m->ask("queues/%2F?page=1").error();
    QCOMPARE(error.kind(), kind);
    QVERIFY2(error.text().contains(text), qPrintable(error.text()));
    QVERIFY2(error.text().contains(u"AMQP tells only"), qPrintable(error.text()));
    verifyIsSafe(error.text() + error.where());
    QVERIFY(m->api->hasFailed());
    for (const HttpHeard &heard : m->server.heard())
        QVERIFY2(heard.target.startsWith("/api/overview"), heard.target.constData());

    // Once it is mended the next question is answered.
    const qsizetype before = m->server.heard().size();
    m->overview = HttpReply::of(200, introduction());
    QTest::qWait(50);
    QCOMPARE(m->server.heard().size(), before);
    QVERIFY(m->ask("queues/%2F?page=1"));
    QVERIFY(!m->api->hasFailed());
}

void tst_ManagementApi::saysWhatOneQuestionLacks_data()
{
    QTest::addColumn<HttpReply>("reply");
    QTest::addColumn<Error::Kind>("kind");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, const HttpReply &reply, Error::Kind kind,
                        const char *text) {
        QTest::newRow(name) << reply << kind << QString::fromLatin1(text);
    };
    row("virtual host",
        refused(401, "not_authorised", "User not authorised to access virtual host"),
        Error::Configuration, "no permissions in the virtual host \"/\"");
    row("monitoring", refused(401, "not_authorised", "Not monitor user"), Error::Configuration,
        "\"monitoring\", which \"anna\" has not");
    row("administrator", refused(401, "not_authorised", "Not administrator user"),
        Error::Configuration, "\"administrator\"");
    row("gone", refused(404, "Object Not Found", "Not Found"), Error::NotFound, "nothing of this");
    row("bad request", refused(400, "bad_request", "because"), Error::Channel, "because");
}

void tst_ManagementApi::saysWhatOneQuestionLacks()
{
    QFETCH(HttpReply, reply);
    QFETCH(Error::Kind, kind);
    QFETCH(QString, text);
    m->answer = [reply](const HttpHeard &) { return reply; };
    const Error error = m->ask("queues/%2F/it").error();
    QCOMPARE(error.kind(), kind);
    QVERIFY2(error.text().contains(text), qPrintable(error.text()));
    verifyIsSafe(error.text());
    QVERIFY(!m->api->hasFailed());
    QCOMPARE(m->server.heard().size(), 2);
}

void tst_ManagementApi::saysThatNobodyListens()
{
    m->server.close();
    const Error error = m->ask("overview").error();
    QCOMPARE(error.kind(), Error::Connection);
    QVERIFY2(error.text().contains(u"rabbitmq-plugins enable rabbitmq_management"),
             qPrintable(error.text()));
    QVERIFY2(error.text().contains(u"management_url"), qPrintable(error.text()));
    m->settings.base.setScheme(u"https"_s);
    m->make();
    const Error encrypted = m->ask("overview").error();
    QVERIFY2(encrypted.text().contains(u"no port for TLS"), qPrintable(encrypted.text()));
}

void tst_ManagementApi::saysHowToSayWhereItIs()
{
    m->settings.isBaseGiven = true;
    m->settings.base = m->server.url(u"/deep/down"_s);
    m->make();
    QVERIFY(!m->ask("overview"));
    QCOMPARE(m->server.heard().size(), 1);
    QVERIFY(m->server.heard().first().target.startsWith("/deep/down/api/overview?"));
}

void tst_ManagementApi::saysThatItWasTurnedOff()
{
    m->settings.isOn = false;
    m->make();
    const Error error = m->ask("overview").error();
    QCOMPARE(error.kind(), Error::Unsupported);
    QVERIFY2(error.text().contains(u"management=no"), qPrintable(error.text()));
    QVERIFY(m->server.heard().isEmpty());
}

void tst_ManagementApi::saysThatACertificateIsNoPassword()
{
    m->settings.isExternal = true;
    m->make();
    const Error error = m->ask("overview").error();
    QCOMPARE(error.kind(), Error::Configuration);
    QVERIFY2(error.text().contains(u"management_user"), qPrintable(error.text()));
    QVERIFY(m->server.heard().isEmpty());
}

void tst_ManagementApi::saysThatOtherBrokersHaveNone()
{
    m->setBroker(u"qpid"_s);
    const Error error = m->ask("overview").error();
    QCOMPARE(error.kind(), Error::Unsupported);
    QVERIFY2(error.text().contains(u"\"qpid\""), qPrintable(error.text()));
    QVERIFY(m->server.heard().isEmpty());
    QVERIFY(!m->api->isOn());
}

void tst_ManagementApi::takesNoMoreThanItsBound()
{
    m->answer = [](const HttpHeard &) {
        return HttpReply::raw("HTTP/1.1 200 OK\r\n\r\n[").endless(QByteArray(60000, '1'));
    };
    const Error error = m->ask("queues/%2F?page=1").error();
    QCOMPARE(error.kind(), Error::Channel);
    QVERIFY2(error.text().contains(u"8388608"), qPrintable(error.text()));
}

void tst_ManagementApi::asksAsWhoTheLinkIsNow()
{
    int asked = 0;
    m->settings.askCredentials = [&asked](const AnswerCredentials &answer) {
        ++asked;
        answer({u"berta"_s, u"one"_s});
    };
    m->make();
    QVERIFY(m->ask("a"));
    QCOMPARE(caller(1), "berta:one");
    QVERIFY(m->ask("b"));
    m->api->setPassword(u"two"_s);
    QVERIFY(m->ask("c"));
    QCOMPARE(caller(3), "berta:two");
    QCOMPARE(asked, 1);
}

// A password may have been changed since the link logged in.
void tst_ManagementApi::asksAgainWhoItIsAfterARefusal()
{
    QString password = u"old"_s;
    m->settings.askCredentials = [&password](const AnswerCredentials &answer) {
        answer({u"berta"_s, password});
    };
    m->make();
    m->answer = [this](const HttpHeard &) {
        return caller(int(m->server.heard().size()) - 1) == "berta:new"
            ? HttpReply::of(200, "1")
            : refused(401, "not_authorized", "Login failed");
    };
    QCOMPARE(m->ask("a").error().kind(), Error::Authentication);
    QCOMPARE(m->server.heard().size(), 2); // nothing was asked again as the same
    password = u"new"_s;
    QVERIFY(m->ask("a"));
    QCOMPARE(m->server.heard().size(), 4);
}

void tst_ManagementApi::asksAgainAsWhomAnotherQuestionFound()
{
    QString password = u"old"_s;
    m->settings.askCredentials = [&password](const AnswerCredentials &answer) {
        answer({u"berta"_s, password});
    };
    m->make();
    QVERIFY(m->ask("a"));
    password = u"new"_s;
    m->answer = [this](const HttpHeard &heard) {
        const bool isNew = caller(int(m->server.heard().size()) - 1) == "berta:new";
        const HttpReply reply =
            isNew ? HttpReply::of(200, "1") : refused(401, "not_authorized", "Login failed");
        return heard.target.endsWith("slow") ? reply.later(std::chrono::milliseconds(100)) : reply;
    };
    int answered = 0;
    for (const char *path : {"quick", "slow"})
        m->api->ask({path},
                    [&answered](const Result<QVariant> &told) { answered += told ? 1 : 0; });
    QTRY_COMPARE(answered, 2);
}

void tst_ManagementApi::saysThatAChangeMayBeDone_data()
{
    QTest::addColumn<HttpReply>("reply");
    QTest::addColumn<bool>("isInDoubt");
    QTest::newRow("silence") << HttpReply::silence() << true;
    QTest::newRow("cut") << HttpReply::raw({}, HttpReply::Close) << true;
    QTest::newRow("proxy gave up") << page(504, "no") << true;
    QTest::newRow("refused") << refused(401, "not_authorised", "Not administrator user") << false;
    QTest::newRow("wrong") << refused(400, "bad_request", "no") << false;
}

void tst_ManagementApi::saysThatAChangeMayBeDone()
{
    QFETCH(HttpReply, reply);
    QFETCH(bool, isInDoubt);
    m->settings.timeout = std::chrono::milliseconds(500);
    m->make();
    m->answer = [reply](const HttpHeard &) { return reply; };
    for (const char *method : {"POST", "GET"}) {
        Error error;
        m->api->ask({"definitions", {}, method, "{}"},
                    [&error](const Result<QVariant> &told) { error = told.error(); });
        QTRY_VERIFY(error.isError());
        const bool isExpected = isInDoubt && qstrcmp(method, "POST") == 0;
        QCOMPARE(error.isInDoubt(), isExpected);
        QCOMPARE(error.text().contains(u"may be done all the same"), isExpected);
    }
}

void tst_ManagementApi::asksAfreshInsideTheAnswerOfALateIntroduction()
{
    m->settings.timeout = std::chrono::milliseconds(300);
    m->make();
    m->overview = HttpReply::silence();
    Error first;
    std::optional<Result<QVariant>> second;
    m->api->ask({"a"}, [&](const Result<QVariant> &told) {
        first = told.error();
        m->overview = HttpReply::of(200, introduction()).later(std::chrono::milliseconds(50));
        m->api->ask({"b"}, [&second](const Result<QVariant> &late) { second = late; });
    });
    QTRY_VERIFY(second);
    QCOMPARE(first.kind(), Error::Timeout);
    QVERIFY2(second->isOk(), qPrintable(second->error().text()));
}

void tst_ManagementApi::asksAsWhomItsOptionsName()
{
    m->settings.isOwnUser = true;
    m->settings.isExternal = true;
    m->settings.askCredentials = [](const AnswerCredentials &) { QFAIL("nobody has to tell"); };
    m->make();
    m->api->setPassword(u"the link's"_s);
    QVERIFY(m->ask("a"));
    QCOMPARE(caller(1), "anna:s3cret");
}

void tst_ManagementApi::asksFewAtOnceAndNotTooFast()
{
    constexpr int count = 40;
    int answered = 0;
    int mostAtOnce = 0;
    m->answer = [&](const HttpHeard &) {
        mostAtOnce = std::max(mostAtOnce, int(m->server.heard().size()) - 1 - answered);
        return HttpReply::of(200, "1").later(std::chrono::milliseconds(1));
    };
    QElapsedTimer time;
    time.start();
    for (int i = 0; i < count; ++i)
        m->api->ask({"a"}, [&answered](const Result<QVariant> &told) { answered += told ? 1 : 0; });
    QTRY_COMPARE_WITH_TIMEOUT(answered, count, 20000);
    QVERIFY2(mostAtOnce <= ManagementApi::MostAtOnce, qPrintable(QString::number(mostAtOnce)));
    // The introduction is one, too.
    const int late = count + 1 - RequestPace::AtOnce;
    QVERIFY2(time.elapsed() >= late * 1000 / RequestPace::PerSecond,
             qPrintable(QString::number(time.elapsed())));
}

void tst_ManagementApi::letsNoMoreWaitThanItsBound()
{
    m->answer = [](const HttpHeard &) { return HttpReply::silence(); };
    QList<Error> errors;
    for (int i = 0; i < ManagementApi::MostWaiting + 1; ++i)
        m->api->ask({"a"},
                    [&errors](const Result<QVariant> &told) { errors.append(told.error()); });
    QTRY_COMPARE(errors.size(), 1);
    QCOMPARE(errors.first().kind(), Error::LimitExceeded);
}

void tst_ManagementApi::answersInTimeWhoeverIsSilent()
{
    m->settings.timeout = std::chrono::milliseconds(300);
    m->make();
    m->answer = [](const HttpHeard &) { return HttpReply::silence(); };
    QElapsedTimer time;
    time.start();
    int ended = 0;
    for (int i = 0; i < 10; ++i)
        m->api->ask({"a"}, [&ended](const Result<QVariant> &told) {
            ended += told.error().kind() == Error::Timeout ? 1 : 0;
        });
    QTRY_COMPARE(ended, 10);
    QVERIFY(time.elapsed() < 3000);
}

void tst_ManagementApi::waitsForNobodyWhoseTimeIsOver()
{
    m->answer = [](const HttpHeard &heard) {
        return heard.target.endsWith("quick") ? HttpReply::of(200, "1") : HttpReply::silence();
    };
    int late = 0;
    ManagementQuestion question;
    question.path = "never";
    question.until = Hub::current()->now() + std::chrono::milliseconds(300);
    for (int i = 0; i < ManagementApi::MostAtOnce; ++i)
        m->api->ask(question, [&late](const Result<QVariant> &told) {
            late += told.error().kind() == Error::Timeout ? 1 : 0;
        });
    QVERIFY(m->ask("quick"));
    QCOMPARE(late, ManagementApi::MostAtOnce);
    QElapsedTimer time;
    time.start();
    QVERIFY(m->ask("quick"));
    QVERIFY(time.elapsed() < 3000);
}

void tst_ManagementApi::answersNobodyAfterItsEnd()
{
    m->answer = [](const HttpHeard &) {
        return HttpReply::of(200, "1").later(std::chrono::milliseconds(20));
    };
    int ended = 0;
    for (int i = 0; i < 50; ++i)
        m->api->ask({"a"}, [&ended](const Result<QVariant> &) { ++ended; });
    QTRY_VERIFY(m->server.heard().size() > 0);
    m->api.reset();
    const int before = ended;
    QVERIFY(before < 50);
    QTest::qWait(50);
    QCOMPARE(ended, before);
}

void tst_ManagementApi::mayEndInsideAnAnswer()
{
    int ended = 0;
    for (const bool isRefused : {false, true}) {
        m->make();
        m->overview = isRefused ? page(404, "no") : HttpReply::of(200, introduction());
        ended = 0;
        for (int i = 0; i < 5; ++i)
            m->api->ask({"a"}, [&](const Result<QVariant> &) {
                ++ended;
                m->api.reset();
            });
        QTRY_COMPARE(ended, 1);
        QTest::qWait(50);
        QCOMPARE(ended, 1);
    }
}

void tst_ManagementApi::encodesNames()
{
    m->settings.virtualHost = u"a/b c"_s;
    m->make();
    QCOMPARE(m->api->virtualHost(), "a%2Fb%20c");
    QVERIFY(m->ask("queues/" + m->api->virtualHost() + '/' + ManagementApi::encoded(u"ä?#&=%/"_s)));
    QCOMPARE(m->server.heard().last().target, "/api/queues/a%2Fb%20c/%C3%A4%3F%23%26%3D%25%2F");
}

QOMBU_TEST(tst_ManagementApi)
#include "tst_managementapi.moc"
