// SPDX-License-Identifier: BSD-3-Clause
#include "decoders/bodydecoder.h"
#include "decoders/celerytask.h"
#include "decoders/delayedkey.h"
#include "decoders/hexdump.h"
#include "decoders/jsonformat.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

using namespace Qombu::Inspector;
using namespace Qt::StringLiterals;

class tst_Decoders : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void formatsJson_data();
    void formatsJson();
    void saysWhereJsonIsWrong_data();
    void saysWhereJsonIsWrong();
    void acceptsJsonThatWasCutAnywhere();
    void refusesEndlessNesting();
    void decodesBodies_data();
    void decodesBodies();
    void neverDecodesPickle();
    void saysHowMuchIsShown();
    void previewsOnOneLine();
    void dumpsHex();
    void readsACeleryTask();
    void otherHeadersAreNoTask();
    void readsADelayedKey_data();
    void readsADelayedKey();
};

void tst_Decoders::formatsJson_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<QString>("output");
    QTest::newRow("number keeps its digits")
        << QByteArray("123456789012345678901.50") << u"123456789012345678901.50"_s;
    QTest::newRow("empty containers") << QByteArray("[{},[ ]]") << u"[\n  {},\n  []\n]"_s;
    QTest::newRow("object") << QByteArray(R"({"a":1,"b":[true,null]})")
                            << u"{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null\n  ]\n}"_s;
    QTest::newRow("Kombu's NaN") << QByteArray("[NaN,-Infinity]") << u"[\n  NaN,\n  -Infinity\n]"_s;
    QTest::newRow("escaped letters") << QByteArray(R"("\u6d77 \ud83d\ude00")") << u"\"海 😀\""_s;
    QTest::newRow("escapes that must stay") << QByteArray(R"("\u0000\u202e\n\u0022\ud83d")")
                                            << QStringLiteral(R"("\u0000\u202e\n\u0022\ud83d")");
    QTest::newRow("byte order mark") << QByteArray("\xEF\xBB\xBF[]") << u"[]"_s;
}

void tst_Decoders::formatsJson()
{
    QFETCH(QByteArray, input);
    QFETCH(QString, output);
    const FormattedJson json = formatJson(input);
    QCOMPARE(json.error, QString());
    QCOMPARE(json.text, output);
}

void tst_Decoders::saysWhereJsonIsWrong_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<int>("offset");
    QTest::newRow("nothing") << QByteArray() << 0;
    QTest::newRow("comma before the end") << QByteArray("[1, ]") << 4;
    QTest::newRow("name without quotes") << QByteArray("{a:1}") << 1;
    QTest::newRow("two values") << QByteArray("1 2") << 2;
    QTest::newRow("wrong bracket") << QByteArray("[1}") << 2;
    QTest::newRow("bad escape") << QByteArray(R"("\q")") << 1;
    QTest::newRow("bare minus") << QByteArray("[-]") << 1;
    QTest::newRow("open text") << QByteArray("\"abc") << 4;
}

void tst_Decoders::saysWhereJsonIsWrong()
{
    QFETCH(QByteArray, input);
    QFETCH(int, offset);
    const FormattedJson json = formatJson(input);
    QVERIFY(!json.isOk());
    QCOMPARE(json.errorOffset, offset);
}

void tst_Decoders::acceptsJsonThatWasCutAnywhere()
{
    const QByteArray whole = R"({"a": [1.5e3, "x\u6d77\n", {"b": false}], "c": -12, "d": null})";
    QVERIFY(formatJson(whole).isOk());
    for (qsizetype length = 1; length < whole.size(); ++length) {
        const QByteArray part = whole.left(length);
        // In the middle of a word it cannot be told from a mistake.
        if (part.endsWith('f') || part.endsWith('n') || part.contains("fa") || part.contains("nu"))
            continue;
        const FormattedJson json = formatJson(part, JsonEnd::MayBeCut);
        QVERIFY2(json.isOk(), qPrintable(QString::fromUtf8(part) + u": " + json.error));
    }
}

void tst_Decoders::refusesEndlessNesting()
{
    const FormattedJson json = formatJson(QByteArray(1'000'000, '['));
    QVERIFY(!json.isOk());
    QCOMPARE(json.errorOffset, 512);
}

void tst_Decoders::decodesBodies_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("encoding");
    QTest::addColumn<int>("kind");
    QTest::newRow("json") << QByteArray("{\"a\":1}") << u"application/json"_s << u"utf-8"_s
                          << int(DecodedBody::Json);
    QTest::newRow("vendor json") << QByteArray("[]") << u"application/vnd.x+json; v=1"_s
                                 << QString() << int(DecodedBody::Json);
    QTest::newRow("broken json") << QByteArray("{") << u"application/json"_s << u"utf-8"_s
                                 << int(DecodedBody::Failed);
    QTest::newRow("json that is binary") << QByteArray("\xff\xfe") << u"application/json"_s
                                         << u"utf-8"_s << int(DecodedBody::Failed);
    QTest::newRow("text") << QByteArray("h\xc3\xa9") << u"text/plain"_s << u"utf-8"_s
                          << int(DecodedBody::Text);
    QTest::newRow("latin text") << QByteArray("h\xe9") << u"text/plain"_s << u"iso-8859-1"_s
                                << int(DecodedBody::Text);
    QTest::newRow("text that is not")
        << QByteArray("h\xe9") << u"text/plain"_s << u"utf-8"_s << int(DecodedBody::Failed);
    QTest::newRow("recognised json") << QByteArray(" {\"a\":1}") << u"application/data"_s
                                     << u"binary"_s << int(DecodedBody::Json);
    QTest::newRow("recognised text")
        << QByteArray("{hello") << QString() << QString() << int(DecodedBody::Text);
    QTest::newRow("binary") << QByteArray("\x89PNG\r\n\x1a\n") << u"application/data"_s
                            << u"binary"_s << int(DecodedBody::Binary);
    QTest::newRow("empty") << QByteArray() << u"application/json"_s << QString()
                           << int(DecodedBody::Empty);
}

void tst_Decoders::decodesBodies()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, type);
    QFETCH(QString, encoding);
    QFETCH(int, kind);
    const DecodedBody body = decodeBody({bytes, type, encoding, {}, false});
    QCOMPARE(int(body.kind), kind);
    QCOMPARE(body.text.isEmpty(), bytes.isEmpty());
    QCOMPARE(body.kind == DecodedBody::Failed, !body.note.isEmpty() && kind != DecodedBody::Json);
    QVERIFY(!body.isTruncated());
}

void tst_Decoders::neverDecodesPickle()
{
    const QByteArray bytes("\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.", 22);
    for (const QString &type : {u"application/x-python-serialize"_s, u"application/data"_s}) {
        const DecodedBody body = decodeBody({bytes, type, u"binary"_s, {}, false});
        QCOMPARE(body.kind, DecodedBody::Refused);
        QCOMPARE(body.chain, QStringList{u"pickle"_s});
        QVERIFY(body.text.startsWith(u"00000000  80 04 8c 05"));
        QVERIFY(bodyPreview({bytes, type, {}, {}, false}).contains(u"pickle"));
    }
}

void tst_Decoders::saysHowMuchIsShown()
{
    QByteArray bytes = "[" + QByteArray("12345678,").repeated(200'000) + "0]";
    const DecodedBody body = decodeBody({bytes, u"application/json"_s, u"utf-8"_s, {}, false});
    QCOMPARE(body.kind, DecodedBody::Json);
    QVERIFY(body.isTruncated());
    QCOMPARE(body.shownBytes, DefaultBodyLimit);
    QCOMPARE(body.totalBytes, bytes.size());
    const DecodedBody all =
        decodeBody({bytes, u"application/json"_s, u"utf-8"_s, {}, false}, bytes.size());
    QVERIFY(!all.isTruncated());
    QVERIFY(all.text.endsWith(u"0\n]"));
}

void tst_Decoders::previewsOnOneLine()
{
    QCOMPARE(bodyPreview({QByteArray("a\nb\x01"), {}, {}, {}, false}), u"a b·"_s);
    QCOMPARE(bodyPreview({QByteArray(R"({"x": "\u6d77"})"), {}, {}, {}, false}),
             u"{\"x\": \"海\"}"_s);
    const QString cut = bodyPreview({QByteArray(10'000, 'a'), {}, {}, {}, false}, 20);
    QCOMPARE(cut, QString(20, u'a') + u'…');
    QVERIFY(bodyPreview({QByteArray("\xff\xd8\xff"), {}, {}, {}, false}).contains(u'3'));
}

void tst_Decoders::dumpsHex()
{
    const QStringList lines = hexDump(QByteArray("0123456789abcdef\x00\x7f", 18)).split(u'\n');
    QCOMPARE(lines.size(), 2);
    QCOMPARE(lines[0],
             u"00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef"_s);
    QVERIFY(lines[1].startsWith(u"00000010  00 7f "));
    QVERIFY(lines[1].endsWith(u" .."));
    QCOMPARE(lines[0].indexOf(u"0123456789abcdef"), lines[1].indexOf(u".."));
    QVERIFY(hexDump({}).isEmpty());
}

void tst_Decoders::readsACeleryTask()
{
    const QVariantMap headers{
        {u"task"_s, u"shop.mail"_s},
        {u"id"_s, u"4711"_s},
        {u"retries"_s, 2},
        {u"eta"_s, QVariant::fromValue(nullptr)},
        {u"timelimit"_s, QVariantList{QVariant::fromValue(nullptr), QVariant::fromValue(nullptr)}},
        {u"origin"_s, u"gen1@web"_s},
        {u"argsrepr"_s, u"(1,)"_s}};
    const QByteArray body = R"([[1, "a,[b"], {"k": 12345678901234567890}, {"chain": null}])";
    const auto task = celeryTask(headers, body, u"application/json"_s);
    QVERIFY(task);
    QCOMPARE(task->name, u"shop.mail"_s);
    QCOMPARE(task->id, u"4711"_s);
    QCOMPARE(task->arguments, u"[\n  1,\n  \"a,[b\"\n]"_s);
    QCOMPARE(task->keywordArguments, u"{\n  \"k\": 12345678901234567890\n}"_s);
    QStringList values;
    for (const auto &[label, value] : task->facts)
        values.append(value);
    QCOMPARE(values, QStringList({u"2"_s, u"gen1@web"_s}));

    const auto pickled = celeryTask(headers, "\x80\x04.", u"application/x-python-serialize"_s);
    QCOMPARE(pickled->arguments, u"(1,)"_s);
}

void tst_Decoders::otherHeadersAreNoTask()
{
    QVERIFY(!celeryTask({{u"task"_s, u"x"_s}}, "[]", u"application/json"_s));
    QVERIFY(!celeryTask({}, "[]", u"application/json"_s));
    QVERIFY(jsonArrayElements("{\"a\": [1]}").isEmpty());
    QCOMPARE(jsonArrayElements("[1, [2, 3], \"a]\\\"\"]").size(), 3);
}

void tst_Decoders::readsADelayedKey_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<qint64>("seconds"); // -1: it is none
    QTest::addColumn<QString>("own");
    const QString zeros = u"0."_s.repeated(28);
    QTest::newRow("three seconds") << zeros.left(52) + u"1.1.a.b"_s << qint64(3) << u"a.b"_s;
    QTest::newRow("the longest") << u"1."_s.repeated(28) + u"q"_s << qint64((1 << 28) - 1)
                                 << u"q"_s;
    QTest::newRow("no key") << zeros << qint64(0) << QString();
    QTest::newRow("twice") << zeros + zeros + u"q"_s << qint64(0) << zeros + u"q"_s;
    QTest::newRow("27 bits") << zeros.left(54) + u"q"_s << qint64(-1) << QString();
    QTest::newRow("another digit") << zeros.left(54) + u"2.q"_s << qint64(-1) << QString();
    QTest::newRow("longer words") << u"10."_s.repeated(28) + u"q"_s << qint64(-1) << QString();
    QTest::newRow("a plain key") << u"order.new"_s << qint64(-1) << QString();
}

void tst_Decoders::readsADelayedKey()
{
    QFETCH(QString, key);
    QFETCH(qint64, seconds);
    QFETCH(QString, own);
    const auto read = delayedKey(key);
    QCOMPARE(read ? read->seconds : -1, seconds);
    QCOMPARE(read ? read->routingKey : QString(), own);
}

QOMBU_TEST(tst_Decoders)
#include "tst_decoders.moc"
