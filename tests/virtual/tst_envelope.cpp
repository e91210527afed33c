// SPDX-License-Identifier: BSD-3-Clause
#include "kombuenvelopes.h"
#include "support/testmain.h"
#include "virtual/envelope/envelope.h"

#include <Qombu/exactnumber.h>

#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QUuid>

#include <limits>

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

// One envelope with one member put in place of another.
QByteArray minimal(const QByteArray &remove = {}, const QByteArray &put = {})
{
    QByteArray text =
        R"({"body":"eyJ4IjoxfQ==","content-type":"application/json","content-encoding":"utf-8",)"
        R"("headers":{},"properties":{"delivery_tag":"t1","delivery_info":{"exchange":"",)"
        R"("routing_key":"mq"},"body_encoding":"base64"}})";
    if (!remove.isEmpty()) {
        Q_ASSERT(text.contains(remove));
        text.replace(remove, put);
    }
    return text;
}

QJsonObject parsed(const QByteArray &text)
{
    return QJsonDocument::fromJson(text).object();
}

} // namespace

class tst_Envelope : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesBackEveryVectorOfKombu_data();
    void writesBackEveryVectorOfKombu();
    void readsEveryPartOfAFullEnvelope();
    void readsAnExpiration_data();
    void readsAnExpiration();
    void readsTheTypedBodyOfBinaryText();
    void writesTheEnvelopeByteForByteAsKombu();
    void namesTheHeaderThatIsNoJson();
    void accepts_data();
    void accepts();
    void refuses_data();
    void refuses();
    void readsNumbersBeyondADouble_data();
    void readsNumbersBeyondADouble();
    void keepsWhatItDoesNotKnow();
    void everyPrefixIsRefused();
    void stopsAtTheDepthLimit();
};

void tst_Envelope::writesBackEveryVectorOfKombu_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const auto &envelope : QombuTest::KombuEnvelopes)
        QTest::newRow(envelope.name) << QByteArray(envelope.text);
}

void tst_Envelope::writesBackEveryVectorOfKombu()
{
    QFETCH(QByteArray, text);
    const auto content = Envelope::decode(text);
    QVERIFY2(content.isOk(), qPrintable(content.error().text()));
    auto encoding = Envelope::BodyEncoding::Base64;
    if (!text.contains("\"body_encoding\": \"base64\""))
        encoding = Envelope::BodyEncoding::Text;
    const auto written = Envelope::encode(*content, content->deliveryTag.toLatin1(), encoding);
    QVERIFY2(written.isOk(), qPrintable(written.error().text()));
    QByteArray expected = text;
    // Of the two ways to say "the body is the text itself" we write the first.
    if (encoding == Envelope::BodyEncoding::Text && !expected.contains("\"__type__\""))
        expected.replace("\"body_encoding\": null", "\"body_encoding\": \"utf-8\"");
    QCOMPARE(parsed(*written), parsed(expected));
    QCOMPARE(written->size(), expected.size()); // same bytes but for the order of keys
}

void tst_Envelope::readsEveryPartOfAFullEnvelope()
{
    const auto content = Envelope::decode(
        R"({"body": "eyJhIjogMX0=", "content-encoding": "utf-8", "content-type": "application/json",)"
        R"( "headers": {"h": "v", "n": 1}, "properties": {"correlation_id": "c1", "reply_to": "rq",)"
        R"( "message_id": "m1", "timestamp": 12345, "app_id": "app", "type": "t", "user_id": "u",)"
        R"( "cluster_id": "k", "delivery_mode": 1, "expiration": "2500", "delivery_info": )"
        R"({"exchange": "shop", "routing_key": "new", "redelivered": true, "more": 2}, "priority": 5,)"
        R"( "body_encoding": "base64", "delivery_tag": "tag", "x": [1]}})");
    QVERIFY2(content.isOk(), qPrintable(content.error().text()));
    QCOMPARE(content->body, QByteArray(R"({"a": 1})"));
    QCOMPARE(content->contentType, QStringLiteral("application/json"));
    QCOMPARE(content->contentEncoding, QStringLiteral("utf-8"));
    QCOMPARE(content->headers,
             (QVariantMap{{QStringLiteral("h"), QStringLiteral("v")}, {QStringLiteral("n"), 1}}));
    const MessageProperties &properties = *content->properties;
    QCOMPARE(properties.correlationId, QStringLiteral("c1"));
    QCOMPARE(properties.replyTo, QStringLiteral("rq"));
    QCOMPARE(properties.messageId, QStringLiteral("m1"));
    QCOMPARE(properties.timestamp, QVariant(12345));
    QCOMPARE(properties.appId, QStringLiteral("app"));
    QCOMPARE(properties.type, QStringLiteral("t"));
    QCOMPARE(properties.userId, QStringLiteral("u"));
    QCOMPARE(properties.clusterId, QStringLiteral("k"));
    QVERIFY(properties.expiration == 2500ms);
    QCOMPARE(properties.extra.value(QStringLiteral("x")), QVariant(QVariantList{1}));
    QCOMPARE(properties.extra.value(QStringLiteral("delivery_info")),
             QVariant(QVariantMap{{QStringLiteral("more"), 2}}));
    QCOMPARE(content->deliveryMode, 1);
    QCOMPARE(content->priority, 5);
    QCOMPARE(content->exchange, QStringLiteral("shop"));
    QCOMPARE(content->routingKey, QStringLiteral("new"));
    QCOMPARE(content->deliveryTag, QStringLiteral("tag"));
    QVERIFY(content->redelivered);
}

void tst_Envelope::readsAnExpiration_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<qint64>("milliseconds"); // -1: none
    QTest::addColumn<QVariant>("extra");
    QTest::newRow("text") << QByteArray(R"("2500")") << qint64(2500) << QVariant();
    QTest::newRow("number") << QByteArray("2500") << qint64(2500) << QVariant();
    QTest::newRow("null") << QByteArray("null") << qint64(-1) << QVariant();
    QTest::newRow("no number") << QByteArray(R"("soon")") << qint64(-1)
                               << QVariant(QStringLiteral("soon"));
}

void tst_Envelope::readsAnExpiration()
{
    QFETCH(QByteArray, value);
    QFETCH(qint64, milliseconds);
    const QByteArray text =
        R"({"body": "", "content-encoding": "utf-8", "content-type": "application/json",)"
        R"( "headers": {}, "properties": {"delivery_info": {"exchange": "", "routing_key": "q1"},)"
        R"( "body_encoding": "base64", "delivery_tag": "t", "expiration": )"
        + value + "}}";
    const auto content = Envelope::decode(text);
    QVERIFY2(content.isOk(), qPrintable(content.error().text()));
    QCOMPARE(content->properties->expiration.value_or(-1ms).count(), milliseconds);
    QTEST(content->properties->extra.value(QStringLiteral("expiration")), "extra");
}

void tst_Envelope::readsTheTypedBodyOfBinaryText()
{
    const auto content = Envelope::decode(
        R"({"body": {"__type__": "base64", "__value__": "/wA="}, "content-encoding": "binary",)"
        R"( "content-type": "application/data", "headers": {}, "properties": {"delivery_info":)"
        R"( {"exchange": "", "routing_key": "q1"}, "body_encoding": null, "delivery_tag": "t"}})");
    QVERIFY2(content.isOk(), qPrintable(content.error().text()));
    QCOMPARE(content->body, QByteArray("\xff\0", 2));
}

void tst_Envelope::writesTheEnvelopeByteForByteAsKombu()
{
    MessageContent content;
    content.body = R"({"a": 1})";
    content.contentType = QStringLiteral("application/json");
    content.contentEncoding = QStringLiteral("utf-8");
    content.headers = {{QStringLiteral("h"), QStringLiteral("a\"\\/\b\f\n\r\t\x1f\x7f\u2028é😀")},
                       {QStringLiteral("n"), 1}};
    MessageProperties &properties = content.properties.edit();
    properties.correlationId = QStringLiteral("c1");
    properties.replyTo = QStringLiteral("rq");
    properties.messageId = QStringLiteral("m1");
    properties.timestamp = 12345;
    properties.appId = QStringLiteral("app");
    properties.type = QStringLiteral("t");
    properties.expiration = 2500ms;
    content.deliveryMode = 1;
    content.priority = 5;
    content.routingKey = QStringLiteral("q1");
    const auto text = Envelope::encode(content, "00000000-0000-4000-8000-000000000004");
    QVERIFY2(text.isOk(), qPrintable(text.error().text()));
    QCOMPARE(
        *text,
        QByteArray(
            R"({"body": "eyJhIjogMX0=", "content-encoding": "utf-8", "content-type": )"
            R"("application/json", "headers": {"h": "a\"\\/\b\f\n\r\t\u001f\u007f\u2028\u00e9\ud83d)"
            R"(\ude00", "n": 1}, "properties": {"correlation_id": "c1", "reply_to": "rq", )"
            R"("message_id": "m1", "timestamp": 12345, "app_id": "app", "type": "t", )"
            R"("delivery_mode": 1, "expiration": "2500", "delivery_info": {"exchange": "", )"
            R"("routing_key": "q1"}, "priority": 5, "body_encoding": "base64", "delivery_tag": )"
            R"("00000000-0000-4000-8000-000000000004"}})"));

    QByteArray out("before ");
    QVERIFY(!Envelope::append(out, content, "00000000-0000-4000-8000-000000000004").isError());
    QCOMPARE(out, "before " + *text);
}

void tst_Envelope::namesTheHeaderThatIsNoJson()
{
    MessageContent content;
    content.headers = {
        {QStringLiteral("a"),
         QVariantMap{{QStringLiteral("b"), QVariantList{1, QVariant::fromValue(this)}}}}};
    QByteArray out("kept");
    const Error error = Envelope::append(out, content, "t");
    QCOMPARE(error.kind(), Error::Encode);
    QCOMPARE(error.where(), QStringLiteral("$.headers.a.b[1]"));
    QVERIFY2(error.text().contains(QLatin1String("tst_Envelope*")), qPrintable(error.text()));
    QCOMPARE(out, QByteArray("kept"));
}

void tst_Envelope::accepts_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("body");
    const QByteArray x = R"({"x":1})";
    QTest::newRow("minimal") << minimal() << x;
    QTest::newRow("no headers") << minimal(R"("headers":{},)") << x;
    QTest::newRow("null headers") << minimal(R"("headers":{})", R"("headers":null)") << x;
    QTest::newRow("no content type") << minimal(R"("content-type":"application/json",)") << x;
    QTest::newRow("no content encoding") << minimal(R"("content-encoding":"utf-8",)") << x;
    QTest::newRow("no body") << minimal(R"("body":"eyJ4IjoxfQ==",)") << QByteArray();
    QTest::newRow("null body") << minimal(R"("eyJ4IjoxfQ==")", "null") << QByteArray();
    QTest::newRow("numeric tag") << minimal(R"("t1")", "5") << x;
    QTest::newRow("priority as text")
        << minimal(R"("delivery_tag")", R"("priority":"7","delivery_tag")") << x;
    QTest::newRow("typed header") << minimal(
        R"("headers":{})",
        R"("headers":{"k":{"__type__":"datetime","__value__":"2026-01-01T00:00:00"}})")
                                  << x;
    QTest::newRow("header of an unknown type")
        << minimal(R"("headers":{})", R"("headers":{"k":{"__type__":"zzz","__value__":1}})") << x;
    QTest::newRow("plain body") << minimal(R"(,"body_encoding":"base64")")
                                << QByteArray("eyJ4IjoxfQ==");
    QTest::newRow("utf-8 body, any case")
        << minimal(R"("base64")", R"("UTF-8")") << QByteArray("eyJ4IjoxfQ==");
    QTest::newRow("duplicate properties")
        << minimal(R"("headers":{},)", R"("properties":{"priority":3},)") << x;
    QTest::newRow("lone surrogate")
        << minimal(R"("headers":{})", R"("headers":{"a":"\ud800","\udc00\\ud800":"\ud83d\ude00"})")
        << x;
    QTest::newRow("NaN header") << minimal(R"("headers":{})", R"("headers":{"a":NaN})") << x;
    QTest::newRow("white space") << " \n\t" + minimal() + "\r\n" << x;
    QTest::newRow("base64 with a line break") << minimal("eyJ4IjoxfQ==", R"(eyJ4\nIjoxfQ==)") << x;
}

void tst_Envelope::accepts()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, body);
    const auto content = Envelope::decode(text);
    QVERIFY2(content.isOk(), qPrintable(content.error().text()));
    QCOMPARE(content->body, body);
    QVERIFY(!content->deliveryTag.isEmpty());
    QCOMPARE(content->routingKey, QStringLiteral("mq"));
    if (text.contains("\"priority\":\"7\""))
        QCOMPARE(content->priority, 7);
    if (text.contains("datetime")) {
        QCOMPARE(content->headers.value(QStringLiteral("k")),
                 QVariant(QDateTime(QDate(2026, 1, 1), QTime(0, 0))));
    }
    if (!text.contains("content-type"))
        QCOMPARE(content->contentType, QStringLiteral("application/data"));
    if (!text.contains("content-encoding"))
        QCOMPARE(content->contentEncoding, QStringLiteral("utf-8"));
    if (text.contains("ud800"))
        QCOMPARE(content->headers.value(QStringLiteral("a")), QVariant(QStringLiteral("\ufffd")));
}

void tst_Envelope::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char *name, const QByteArray &text, const char *reason) {
        QTest::newRow(name) << text << QString::fromUtf8(reason);
    };
    row("empty", "", "JSON");
    row("not JSON", "hello", "JSON");
    row("array", "[1]", "no JSON object");
    row("null", "null", "no JSON object");
    row("text", "\"x\"", "no JSON object");
    row("number", "1", "no JSON object");
    row("two roots", minimal() + "{}", "JSON");
    row("NUL behind it", minimal() + QByteArray(1, '\0'), "JSON");
    row("invalid UTF-8", minimal("mq", "\xff"), "UTF-8");
    row("no properties", R"({"body":"","headers":{}})", "properties");
    row("null properties", R"({"body":"","properties":null})", "properties");
    row("list of properties", R"({"body":"","properties":[]})", "properties");
    row("no tag", minimal(R"("delivery_tag":"t1",)"), "delivery_tag");
    row("null tag", minimal(R"("t1")", "null"), "delivery_tag");
    row("object as tag", minimal(R"("t1")", "{}"), "delivery_tag");
    row("no info", minimal(R"("delivery_info":{"exchange":"","routing_key":"mq"},)"),
        "delivery_info");
    row("text as info", minimal(R"({"exchange":"","routing_key":"mq"})", R"("mq")"),
        "delivery_info");
    row("no exchange", minimal(R"("exchange":"",)"), "exchange");
    row("no key", minimal(R"(,"routing_key":"mq")"), "routing_key");
    row("list as key", minimal(R"("mq")", "[]"), "routing_key");
    row("unknown body encoding", minimal(R"("base64")", R"("hex")"), "hex");
    row("BASE64", minimal(R"("base64")", R"("BASE64")"), "BASE64");
    row("list as body encoding", minimal(R"("base64")", "[]"), "body_encoding");
    row("base64 without padding", minimal("eyJ4IjoxfQ==", "eyJ4IjoxfQ"), "base64");
    row("base64 with too much padding", minimal("eyJ4IjoxfQ==", "eyJ4IjoxfQ==="), "base64");
    row("data after padding", minimal("eyJ4IjoxfQ==", "eyJ4IjoxfQ==AAAA"), "base64");
    row("foreign byte in base64", minimal("eyJ4IjoxfQ==", "eyJ4Ijox*Q=="), "base64");
    row("number as body", minimal(R"("eyJ4IjoxfQ==")", "7"), "body");
    row("list as headers", minimal(R"("headers":{})", R"("headers":[])"), "headers");
    row("text as headers", minimal(R"("headers":{})", R"("headers":"x")"), "headers");
    row("number as content type", minimal(R"("application/json")", "7"), "content-type");
    row("object as content encoding", minimal(R"("utf-8")", "{}"), "content-encoding");
    row("half an exponent", minimal(R"("headers":{})", R"("headers":{"a":1e400,"b":1e+})"), "JSON");
    row("Inf", minimal(R"("headers":{})", R"("headers":{"a":Inf})"), "Inf");
    row("raw control character", minimal("mq", "m\nq"), "JSON");
}

void tst_Envelope::refuses()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, reason);
    const auto content = Envelope::decode(text);
    QVERIFY(!content.isOk());
    QCOMPARE(content.error().kind(), Error::Decode);
    QVERIFY2(content.error().text().contains(reason), qPrintable(content.error().text()));
}

void tst_Envelope::readsNumbersBeyondADouble_data()
{
    QTest::addColumn<QByteArray>("number");
    QTest::addColumn<QVariant>("value");
    const double infinity = std::numeric_limits<double>::infinity();
    const QByteArray zeros(399, '0');
    QTest::newRow("infinite") << QByteArray("1e400") << QVariant(infinity);
    QTest::newRow("negative") << QByteArray("-12.5E+4000") << QVariant(-infinity);
    QTest::newRow("exponent of 30 digits") << "1e" + QByteArray(30, '9') << QVariant(infinity);
    QTest::newRow("negative exponent of 30 digits") << "1e-" + QByteArray(30, '9') << QVariant(0.0);
    QTest::newRow("zero") << QByteArray("0e400") << QVariant(0.0);
    QTest::newRow("tiny") << QByteArray("1e-400") << QVariant(0.0);
    QTest::newRow("long and small") << "1" + zeros + "e-399" << QVariant(1.0);
    QTest::newRow("long and infinite") << "1" + zeros + ".5" << QVariant(infinity);
    QTest::newRow("long and tiny") << "0." + zeros + "1" << QVariant(0.0);
    QTest::newRow("integer") << "-1" + zeros
                             << QVariant::fromValue(ExactNumber(ExactNumber::Integer,
                                                                QString::fromLatin1("-1" + zeros)));
}

void tst_Envelope::readsNumbersBeyondADouble()
{
    QFETCH(QByteArray, number);
    QFETCH(QVariant, value);
    const QByteArray headers =
        "\"headers\":{\"a\":1.5e5,\"text\":\"1e400 \\\"1e5\",\"big\":1e999,\"n\":" + number
        + ",\"z\":[-7, 2E3 ]}";
    const auto content = Envelope::decode(minimal(R"("headers":{})", headers));
    QVERIFY2(content.isOk(), qPrintable(content.error().text()));
    const QVariantMap read = content->headers;
    QCOMPARE(read.value(QStringLiteral("n")), value);
    QCOMPARE(read.value(QStringLiteral("a")), QVariant(150000.0));
    QCOMPARE(read.value(QStringLiteral("text")), QVariant(QStringLiteral("1e400 \"1e5")));
    QCOMPARE(read.value(QStringLiteral("z")), QVariant(QVariantList{qint64(-7), 2000.0}));
}

void tst_Envelope::keepsWhatItDoesNotKnow()
{
    const QByteArray text =
        minimal(R"("body_encoding")",
                R"("correlation_id":17,"big":18446744073709551616,"message_id":)"
                R"({"__type__":"uuid","__value__":{"hex":"12345678123456781234567812345678"}},)"
                R"("delivery_mode":"x","body_encoding")");
    const auto content = Envelope::decode(text);
    QVERIFY2(content.isOk(), qPrintable(content.error().text()));
    QCOMPARE(content->properties->extra.value(QStringLiteral("correlation_id")), QVariant(17));
    QCOMPARE(content->properties->messageId,
             QStringLiteral("12345678-1234-5678-1234-567812345678"));
    QCOMPARE(content->properties->extra.value(QStringLiteral("big")).value<ExactNumber>(),
             ExactNumber(ExactNumber::Integer, QStringLiteral("18446744073709551616")));
    const auto written = Envelope::encode(*content, "t2");
    QVERIFY(written.isOk());
    QVERIFY(written->contains("\"big\": 18446744073709551616"));
    QVERIFY(written->contains("\"correlation_id\": 17"));
}

void tst_Envelope::everyPrefixIsRefused()
{
    const QByteArray text = minimal();
    for (qsizetype size = 0; size < text.size(); ++size)
        QVERIFY(!Envelope::decode(QByteArrayView(text).first(size)).isOk());
}

void tst_Envelope::stopsAtTheDepthLimit()
{
    const auto nested = [](int depth) {
        return minimal(R"("headers":{})",
                       R"("headers":{"a":)" + QByteArray(depth, '[') + QByteArray(depth, ']')
                           + '}');
    };
    QVERIFY(Envelope::decode(nested(511)).isOk());
    const auto tooDeep = Envelope::decode(nested(512));
    QVERIFY(!tooDeep.isOk());
    QVERIFY2(tooDeep.error().text().contains(QLatin1String("512")),
             qPrintable(tooDeep.error().text()));
    QVERIFY(!Envelope::decode(QByteArray(10'000'000, '[')).isOk());
    QVERIFY(!Envelope::decode(minimal("{}", QByteArray(1'000'000, '['))).isOk());
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_Envelope)
#include "tst_envelope.moc"
