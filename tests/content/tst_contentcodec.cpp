// SPDX-License-Identifier: BSD-3-Clause
#include "content/contentcodec.h"
#include "content/serializerregistry.h"
#include "support/testmain.h"
#include "virtual/envelope/envelope.h"
#include "virtual/kombuenvelopes.h"

#include <QTest>

using namespace Qombu;
using ContentCodec::AcceptList;
using ContentCodec::EncodeOptions;

namespace {

MessageContent content(const char *contentType, const char *contentEncoding, const QByteArray &body)
{
    MessageContent result;
    result.contentType = QString::fromLatin1(contentType);
    result.contentEncoding = QString::fromLatin1(contentEncoding);
    result.body = body;
    return result;
}

AcceptList only(const char *name)
{
    return AcceptList(QStringList{QString::fromLatin1(name)});
}

// Reverses its bytes; knows nothing else.
class Reverser : public Serializer
{
public:
    explicit Reverser(const QString &name)
        : m_name(name)
    {
    }
    QString name() const override { return m_name; }
    QString contentType() const override { return QStringLiteral("application/x-") + m_name; }
    QString contentEncoding() const override { return QStringLiteral("binary"); }
    Result<QByteArray> serialize(const QVariant &body) const override
    {
        QByteArray bytes = body.toByteArray();
        std::reverse(bytes.begin(), bytes.end());
        return bytes;
    }
    Result<QVariant> deserialize(QByteArrayView bytes) const override
    {
        return QVariant(*serialize(bytes.toByteArray()));
    }

private:
    const QString m_name;
};

} // namespace

class tst_ContentCodec : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void makesTheBodiesOfKombu_data();
    void makesTheBodiesOfKombu();
    void refusesToEncode_data();
    void refusesToEncode();
    void decodesAsTheRegistryDecides_data();
    void decodesAsTheRegistryDecides();
    void readsCompressedBodiesOfKombu();
    void compressesOneLayer();
    void namesCompressionsItLacks();
    void boundsTheValuesOfABody();
    void saysWhatDecodingTook();
    void boundsTheMemoryOfABody_data();
    void boundsTheMemoryOfABody();
    void suggestsASerializer();
    void takesSerializersOfOthers();
    void neverTakesPickle();
};

// What Kombu makes of a body, with the body in the vector's envelope.
void tst_ContentCodec::makesTheBodiesOfKombu_data()
{
    QTest::addColumn<QString>("vector");
    QTest::addColumn<QVariant>("body");
    QTest::addColumn<QString>("serializer");
    QTest::addColumn<QString>("contentType");
    const auto row = [](const char *vector, const QVariant &body, const char *serializer = "",
                        const char *contentType = "") {
        QTest::newRow(vector) << QString::fromLatin1(vector) << body
                              << QString::fromLatin1(serializer)
                              << QString::fromLatin1(contentType);
    };
    row("R1", QVariantMap{{QStringLiteral("hello"), QStringLiteral("world")}});
    row("R2", QStringLiteral("text é"));
    row("R3", QByteArray("\0\xff\x10", 3));
    row("R6",
        QVariantMap{
            {QStringLiteral("a"),
             QVariantList{1, 2.5, QVariant::fromValue(nullptr), true, QStringLiteral("é")}}},
        "json");
    row("R6e", QByteArray("\1\2", 2), "raw");
    row("R7", QStringLiteral("<a/>"), "", "application/xml");
    row("R7b", QByteArray("<a/>"), "", "application/xml");
    row("R8", QString(QLatin1String("")));
    row("R8b", QVariant());
    row("R9", QVariantMap{{QStringLiteral("hello"), QStringLiteral("é😀\x7f/")}});
}

void tst_ContentCodec::makesTheBodiesOfKombu()
{
    QFETCH(QString, vector);
    QFETCH(QVariant, body);
    QFETCH(QString, serializer);
    QFETCH(QString, contentType);
    EncodeOptions options;
    options.serializer = serializer;
    options.contentType = contentType;
    const auto encoded = ContentCodec::encode(body, options);
    QVERIFY2(encoded.isOk(), qPrintable(encoded.error().text()));

    const auto *found =
        std::find_if(std::begin(QombuTest::KombuEnvelopes), std::end(QombuTest::KombuEnvelopes),
                     [&](const auto &envelope) { return vector == QLatin1String(envelope.name); });
    QVERIFY(found != std::end(QombuTest::KombuEnvelopes));
    const auto kombu = Envelope::decode(found->text);
    QVERIFY(kombu.isOk());
    QCOMPARE(encoded->body, kombu->body);
    QCOMPARE(encoded->contentType, kombu->contentType);
    QCOMPARE(encoded->contentEncoding, kombu->contentEncoding);
    QVERIFY(encoded->headers.isEmpty());

    const auto decoded = ContentCodec::decode(*kombu, AcceptList::everything());
    QVERIFY2(!decoded.error.isError(), qPrintable(decoded.error.text()));
    QCOMPARE(decoded.rawBody, kombu->body);
    if (vector == QLatin1String("R7b")) // bytes, as "binary" says
        QCOMPARE(decoded.body, QVariant(QByteArray("<a/>")));
    else if (body.isValid())
        QCOMPARE(decoded.body, body);
    else
        QCOMPARE(decoded.body, QVariant::fromValue(nullptr));
}

void tst_ContentCodec::refusesToEncode_data()
{
    QTest::addColumn<QVariant>("body");
    QTest::addColumn<QString>("serializer");
    QTest::addColumn<QString>("contentType");
    QTest::addColumn<QString>("contentEncoding");
    QTest::addColumn<int>("kind");
    const auto row = [](const char *name, const QVariant &body, const char *serializer,
                        const char *type, const char *encoding, Error::Kind kind) {
        QTest::newRow(name) << body << QString::fromLatin1(serializer) << QString::fromLatin1(type)
                            << QString::fromLatin1(encoding) << int(kind);
    };
    row("unknown serializer", 1, "toml", "", "", Error::Encode);
    row("yaml", 1, "yaml", "", "", Error::Unsupported);
    row("msgpack", 1, "application/x-msgpack", "", "", Error::Unsupported);
    row("pickle", 1, "pickle", "", "", Error::Unsupported);
    row("map as text", QVariantMap(), "text", "", "", Error::Encode);
    row("map as xml", QVariantMap(), "", "application/xml", "", Error::Encode);
    row("charset", QStringLiteral("x"), "", "text/x", "nope", Error::Encode);
    row("é in ASCII", QStringLiteral("é"), "", "text/x", "us-ascii", Error::Encode);
    row("€ in Latin-1", QStringLiteral("€"), "", "text/x", "latin-1", Error::Encode);
}

void tst_ContentCodec::refusesToEncode()
{
    QFETCH(QVariant, body);
    QFETCH(QString, serializer);
    QFETCH(QString, contentType);
    QFETCH(QString, contentEncoding);
    QFETCH(int, kind);
    EncodeOptions options;
    options.serializer = serializer;
    options.contentType = contentType;
    options.contentEncoding = contentEncoding;
    const auto encoded = ContentCodec::encode(body, options);
    QVERIFY(!encoded.isOk());
    QCOMPARE(int(encoded.error().kind()), kind);
    QVERIFY(!encoded.error().text().isEmpty());
}

void tst_ContentCodec::decodesAsTheRegistryDecides_data()
{
    QTest::addColumn<MessageContent>("message");
    QTest::addColumn<AcceptList>("accept");
    QTest::addColumn<QVariant>("body"); // invalid: refused
    QTest::addColumn<int>("kind");
    const auto good = [](const char *name, const MessageContent &message, const AcceptList &accept,
                         const QVariant &body) {
        QTest::newRow(name) << message << accept << body << int(Error::None);
    };
    const auto refused = [](const char *name, const MessageContent &message,
                            const AcceptList &accept, Error::Kind kind) {
        QTest::newRow(name) << message << accept << QVariant() << int(kind);
    };
    const AcceptList everything = AcceptList::everything();
    const QVariant x = QStringLiteral("x");
    // data is never refused, text is only by a list that lacks it
    good("text, all", content("text/plain", "utf-8", "x"), everything, x);
    refused("text, only json", content("text/plain", "utf-8", "x"), only("json"),
            Error::ContentDisallowed);
    good("data, only json", content("application/data", "binary", "x"), only("json"),
         QByteArray("x"));
    good("application/text, only json", content("application/text", "utf-8", "x"), only("json"), x);
    good("xml, all", content("application/xml", "utf-8", "x"), everything, x);
    good("binary xml, all", content("application/xml", "binary", "x"), everything, QByteArray("x"));
    good("ASCII-8BIT", content("application/xml", "ASCII-8BIT", "x"), everything, QByteArray("x"));
    refused("json, nothing accepted", content("application/json", "utf-8", "1"),
            AcceptList(QStringList()), Error::ContentDisallowed);
    refused("pickle, all", content("application/x-python-serialize", "binary", "x"), everything,
            Error::ContentDisallowed);
    refused("pickle, accepted", content("application/x-python-serialize", "binary", "x"),
            only("pickle"), Error::ContentDisallowed);
    refused("yaml, all", content("application/x-yaml", "utf-8", "x"), everything,
            Error::ContentDisallowed);
    refused("msgpack, default", content("application/x-msgpack", "binary", "x"), AcceptList(),
            Error::ContentDisallowed);
    refused("msgpack, accepted", content("application/x-msgpack", "binary", "x"),
            only("application/x-msgpack"), Error::Unsupported);
    good("latin-1", content("application/xml", "latin-1", "\xe9"), everything, QStringLiteral("é"));
    refused("charset nope", content("application/xml", "nope", "x"), everything, Error::Decode);
    refused("not UTF-8", content("text/plain", "utf-8", "\xff"), AcceptList(), Error::Decode);
    refused("not ASCII", content("text/plain", "us-ascii", "\xe9"), AcceptList(), Error::Decode);
    // and the defaults
    good("json", content("application/json", "utf-8", "[1]"), AcceptList(),
         QVariantList{qint64(1)});
    good("json of another charset is UTF-8", content("application/json", "latin-1", "\"\xc3\xa9\""),
         AcceptList(), QStringLiteral("é"));
    good("empty json", content("application/json", "utf-8", ""), AcceptList(), QByteArray());
    good("empty text", content("text/plain", "utf-8", ""), AcceptList(),
         QString(QLatin1String("")));
    good("no type", content("", "", "x"), AcceptList(), x);
    refused("bad json", content("application/json", "utf-8", "{"), AcceptList(), Error::Decode);
    refused("xml, default", content("application/xml", "utf-8", "x"), AcceptList(),
            Error::ContentDisallowed);
}

void tst_ContentCodec::decodesAsTheRegistryDecides()
{
    QFETCH(MessageContent, message);
    QFETCH(AcceptList, accept);
    QFETCH(QVariant, body);
    QFETCH(int, kind);
    const auto decoded = ContentCodec::decode(message, accept);
    QCOMPARE(int(decoded.error.kind()), kind);
    QCOMPARE(decoded.body, body);
    QCOMPARE(decoded.body.metaType(), body.metaType());
    QCOMPARE(decoded.rawBody, message.body); // for whoever wants to look at it
    if (kind == Error::ContentDisallowed)
        QVERIFY(decoded.error.text().contains(message.contentType));
}

void tst_ContentCodec::readsCompressedBodiesOfKombu()
{
    const auto kombu = Envelope::decode(
        R"({"body": "eJyrVkpUslIwrAUACeUCKQ==", "content-encoding": "utf-8", "content-type": )"
        R"("application/json", "headers": {"compression": "application/x-gzip"}, "properties": )"
        R"({"delivery_info": {"exchange": "", "routing_key": "q1"}, "body_encoding": "base64", )"
        R"("delivery_tag": "t"}})"); // R5
    QVERIFY(kombu.isOk());
    const auto decoded = ContentCodec::decode(*kombu);
    QVERIFY2(!decoded.error.isError(), qPrintable(decoded.error.text()));
    QCOMPARE(decoded.rawBody, QByteArray(R"({"a": 1})"));
    QCOMPARE(decoded.body, QVariant(QVariantMap{{QStringLiteral("a"), 1}}));
}

void tst_ContentCodec::compressesOneLayer()
{
    EncodeOptions options;
    options.compression = QStringLiteral("gzip");
    const auto encoded = ContentCodec::encode(QString(1000, u'x'), options);
    QVERIFY2(encoded.isOk(), qPrintable(encoded.error().text()));
    QVERIFY(encoded->body.size() < 100);
    QCOMPARE(encoded->headers,
             (QVariantMap{{QStringLiteral("compression"), QStringLiteral("application/x-gzip")}}));

    options.contentType = QStringLiteral("application/data");
    const auto twice = ContentCodec::encode(encoded->body, options);
    QVERIFY(twice.isOk());
    MessageContent message = content("application/data", "binary", twice->body);
    message.headers = twice->headers;
    const auto decoded = ContentCodec::decode(message);
    QVERIFY(!decoded.error.isError());
    QCOMPARE(decoded.body, QVariant(encoded->body)); // one layer came off
}

void tst_ContentCodec::namesCompressionsItLacks()
{
    MessageContent message = content("application/json", "utf-8", "1");
    for (const char *name : {"application/zstd", "application/x-bz2", "rot13"}) {
        message.headers = {{QStringLiteral("compression"), QString::fromLatin1(name)}};
        const auto decoded = ContentCodec::decode(message);
        QCOMPARE(decoded.error.kind(), Error::Unsupported);
        QVERIFY(decoded.error.text().contains(QLatin1String(name)));
    }
    EncodeOptions options;
    options.compression = QStringLiteral("brotli");
    QCOMPARE(ContentCodec::encode(1, options).error().kind(), Error::Unsupported);
}

void tst_ContentCodec::boundsTheValuesOfABody()
{
    const MessageContent message = content("application/json", "utf-8", R"([1, [2], {"a": 3}])");
    QVERIFY(!ContentCodec::decode(message, AcceptList(), {6}).error.isError());
    const auto decoded = ContentCodec::decode(message, AcceptList(), {5});
    QCOMPARE(decoded.error.kind(), Error::LimitExceeded);
    QVERIFY(decoded.error.text().contains(u'5'));
    QCOMPARE(decoded.rawBody, message.body);
}

void tst_ContentCodec::saysWhatDecodingTook()
{
    const auto three = ContentCodec::decode(content("application/json", "utf-8", "[1, 2]"));
    QCOMPARE(three.memory, 3 * 64);
    EncodeOptions options;
    options.compression = QStringLiteral("gzip");
    const auto encoded = ContentCodec::encode(QString(1000, u'x'), options);
    QVERIFY(encoded.isOk());
    MessageContent message = content("text/plain", "utf-8", encoded->body);
    message.headers = encoded->headers;
    QCOMPARE(ContentCodec::decode(message).memory, 1000 + 2 * 1000); // unpacked, and as a QString
    QByteArray json = '"' + QByteArray(1000, 'x') + '"';
    QCOMPARE(ContentCodec::decode(content("application/json", "utf-8", json)).memory,
             (1 + 1000 / 32) * 64);
    json = '{' + json + ":1}";
    QCOMPARE(ContentCodec::decode(content("application/json", "utf-8", json)).memory,
             (2 + 1000 / 32) * 64);
}

void tst_ContentCodec::boundsTheMemoryOfABody()
{
    QFETCH(QByteArray, contentType);
    QFETCH(QVariant, body);
    QFETCH(qint64, memory);
    QFETCH(bool, compressed);
    EncodeOptions options;
    options.compression = compressed ? QStringLiteral("zlib") : QString();
    const auto encoded = ContentCodec::encode(body, options);
    QVERIFY(encoded.isOk());
    MessageContent message = content(contentType.constData(), "utf-8", encoded->body);
    message.headers = encoded->headers;
    const auto decoded = ContentCodec::decode(message);
    QVERIFY2(!decoded.error.isError(), qPrintable(decoded.error.text()));
    QCOMPARE(decoded.memory, memory);
    ContentCodec::DecodeLimits limits;
    limits.memory = memory;
    QCOMPARE(ContentCodec::decode(message, AcceptList(), limits).body, decoded.body);
    limits.memory = memory - 1;
    const auto refused = ContentCodec::decode(message, AcceptList(), limits);
    QCOMPARE(refused.error.kind(), Error::LimitExceeded);
    QVERIFY(!refused.body.isValid());
    QVERIFY(refused.memory <= memory);
}

void tst_ContentCodec::boundsTheMemoryOfABody_data()
{
    QTest::addColumn<QByteArray>("contentType");
    QTest::addColumn<QVariant>("body");
    QTest::addColumn<qint64>("memory");
    QTest::addColumn<bool>("compressed");
    const QByteArray json = "application/json";
    const QByteArray text = "text/plain";
    const QVariant list = QVariantList(100, 1); // "[1, 1, …]"
    QTest::newRow("values") << json << list << qint64(101 * 64) << false;
    QTest::newRow("values, packed") << json << list << qint64(300 + 101 * 64) << true;
    QTest::newRow("text") << text << QVariant(QString(100, u'x')) << qint64(200) << false;
    QTest::newRow("text, packed") << text << QVariant(QString(100, u'x')) << qint64(300) << true;
    QTest::newRow("bytes, packed")
        << QByteArray("application/data") << QVariant(QByteArray(100, 'x')) << qint64(300) << true;
}

void tst_ContentCodec::suggestsASerializer()
{
    EncodeOptions options;
    options.serializer = QStringLiteral("jsno");
    const QString text = ContentCodec::encode(1, options).error().text();
    QVERIFY2(text.contains(QStringLiteral("Did you mean \"json\"")), qPrintable(text));
}

void tst_ContentCodec::takesSerializersOfOthers()
{
    const QString name = QStringLiteral("reversed");
    QVERIFY(!registerSerializer(std::make_shared<Reverser>(name)).isError());
    QVERIFY(serializerNames().contains(name));
    EncodeOptions options;
    options.serializer = name;
    const auto encoded = ContentCodec::encode(QByteArray("abc"), options);
    QVERIFY(encoded.isOk());
    QCOMPARE(encoded->body, QByteArray("cba"));
    QCOMPARE(encoded->contentType, QStringLiteral("application/x-reversed"));
    const auto message = content("application/x-reversed", "binary", encoded->body);
    QCOMPARE(ContentCodec::decode(message).error.kind(), Error::ContentDisallowed);
    QCOMPARE(ContentCodec::decode(message, only("reversed")).body, QVariant(QByteArray("abc")));
}

void tst_ContentCodec::neverTakesPickle()
{
    QCOMPARE(
        registerSerializer(std::make_shared<Reverser>(QStringLiteral("python-serialize"))).kind(),
        Error::ContentDisallowed);
    QCOMPARE(registerSerializer(std::make_shared<Reverser>(QStringLiteral("Pickle"))).kind(),
             Error::ContentDisallowed);
    QVERIFY(registerSerializer(nullptr).isError());
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_ContentCodec)
#include "tst_contentcodec.moc"
