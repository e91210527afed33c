// SPDX-License-Identifier: BSD-3-Clause
#include "content/kombujson.h"
#include "support/testmain.h"

#include <Qombu/exactnumber.h>

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QTimeZone>
#include <QUrl>
#include <QUuid>

#include <cmath>
#include <limits>

using namespace Qombu;
using Json::TypedValues;

namespace {

QVariant null()
{
    return QVariant::fromValue(nullptr);
}

QByteArray written(const QVariant &value, TypedValues typed = TypedValues::Plain)
{
    const auto text = Json::writeValue(value, typed);
    return text ? *text : "error: " + text.error().text().toUtf8();
}

ExactNumber integer(const char *digits)
{
    return ExactNumber(ExactNumber::Integer, QString::fromLatin1(digits));
}

} // namespace

class tst_KombuJson : public QObject
{
    Q_OBJECT
public:
    enum Colour { Red, Green };
    Q_ENUM(Colour)

private Q_SLOTS:
    void initTestCase();
    void writesAsPython_data();
    void writesAsPython();
    void escapesEveryCharacterAtEveryPlace();
    void writesTypedValues_data();
    void writesTypedValues();
    void refusesToWrite_data();
    void refusesToWrite();
    void reads_data();
    void reads();
    void readsTypedValues_data();
    void readsTypedValues();
    void refusesToRead_data();
    void refusesToRead();
    void bothSidesEndAtTheSameDepth();
    void keepsEveryDoubleAndInteger();
    void repairsLoneSurrogates();
};

void tst_KombuJson::initTestCase()
{
    qputenv("TZ", "Asia/Kolkata"); // the zone of local times
    tzset();
}

void tst_KombuJson::writesAsPython_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const QVariant &value, const char *text) {
        QTest::newRow(name) << value << QByteArray(text);
    };
    row("null", null(), "null");
    row("invalid", QVariant(), "null");
    row("true", true, "true");
    row("int", -7, "-7");
    row("smallest", std::numeric_limits<qint64>::min(), "-9223372036854775808");
    row("largest", std::numeric_limits<quint64>::max(), "18446744073709551615");
    row("beyond 64 bits", QVariant::fromValue(integer("-123456789012345678901234567890")),
        "-123456789012345678901234567890");
    row("uint", 4000000000U, "4000000000");
    row("short", QVariant::fromValue(short(-3)), "-3");
    row("enumeration", QVariant::fromValue(Green), "1");
    // The texts are Python's repr().
    row("1.0", 1.0, "1.0");
    row("-0.0", -0.0, "-0.0");
    row("0.1", 0.1, "0.1");
    row("1e22", 1e22, "1e+22");
    row("1e-7", 1e-7, "1e-07");
    row("0.0001", 0.0001, "0.0001");
    row("0.00001", 0.00001, "1e-05");
    row("1e15", 1e15, "1000000000000000.0");
    row("1e16", 1e16, "1e+16");
    row("12345678901234567.0", 12345678901234567.0, "1.2345678901234568e+16");
    row("largest double", std::numeric_limits<double>::max(), "1.7976931348623157e+308");
    row("smallest double", std::numeric_limits<double>::denorm_min(), "5e-324");
    row("float", 0.5F, "0.5");
    row("escapes", QStringLiteral("a\"\\/\b\f\n\r\t\x1f\x7f\u2028é😀"),
        R"("a\"\\/\b\f\n\r\t\u001f\u007f\u2028\u00e9\ud83d\ude00")");
    row("bytes that are text", QByteArray("a\"\x7f\u2028é😀"),
        R"("a\"\u007f\u2028\u00e9\ud83d\ude00")");
    row("bytes that are none", QByteArray("\xff\0\1", 3),
        R"({"__type__": "base64", "__value__": "/wAB"})");
    row("text longer than a block", QString(QString(3, u'é') + QString(200, u'x')),
        QByteArray(R"("\u00e9\u00e9\u00e9)" + QByteArray(200, 'x') + '"').constData());
    row("empty list", QVariantList(), "[]");
    row("empty map", QVariantMap(), "{}");
    row("list", QVariantList{1, 2.5, null(), true, QStringLiteral("é")},
        R"([1, 2.5, null, true, "\u00e9"])");
    row("map", QVariantMap{{QStringLiteral("a"), 1}, {QStringLiteral("b"), QVariantMap()}},
        R"({"a": 1, "b": {}})");
    row("hash", QVariantHash{{QStringLiteral("a"), 1}}, R"({"a": 1})");
    row("texts", QStringList{QStringLiteral("a"), QStringLiteral("b")}, R"(["a", "b"])");
    row("list of int", QVariant::fromValue(QList<int>{1, 2}), "[1, 2]");
    row("map of text",
        QVariant::fromValue(QMap<QString, QString>{{QStringLiteral("a"), QStringLiteral("b")}}),
        R"({"a": "b"})");
    row("QJsonObject",
        QJsonObject{{QStringLiteral("a"), QJsonArray{1, QJsonValue(), QStringLiteral("x")}}},
        R"({"a": [1, null, "x"]})");
    row("QJsonDocument", QJsonDocument(QJsonArray{true}), "[true]");
    row("date and time", QDateTime(QDate(2026, 8, 20), QTime(22, 41, 25), QTimeZone::utc()),
        R"("2026-08-20T22:41:25+00:00")");
    row("local time with a fraction", QDateTime(QDate(2026, 8, 20), QTime(22, 41, 25, 123)),
        R"("2026-08-20T22:41:25.123000+05:30")");
    row("time of a zone",
        QDateTime(QDate(2026, 8, 20), QTime(22, 41, 25), QTimeZone("America/New_York")),
        R"("2026-08-20T22:41:25-04:00")");
    row("date", QDate(2026, 8, 20), R"("2026-08-20")");
    row("invalid date", QDate(), "null");
    row("invalid time", QTime(), "null");
    row("invalid date and time", QDateTime(), "null");
    row("UUID", QUuid(QStringLiteral("12345678-1234-5678-1234-567812345678")),
        R"("12345678-1234-5678-1234-567812345678")");
    row("URL", QUrl(QStringLiteral("http://h/a b")), R"("http://h/a%20b")");
    row("decimal", QVariant::fromValue(ExactNumber(ExactNumber::Decimal, QStringLiteral("1.10"))),
        R"("1.10")");
}

void tst_KombuJson::writesAsPython()
{
    QFETCH(QVariant, value);
    QFETCH(QByteArray, text);
    QCOMPARE(written(value), text);
}

// Text is copied in blocks: one character that needs an escape must be seen wherever it stands.
void tst_KombuJson::escapesEveryCharacterAtEveryPlace()
{
    const QMap<ushort, QByteArray> shortEscapes{{'"', R"(\")"},  {'\\', R"(\\)"}, {'\b', R"(\b)"},
                                                {'\f', R"(\f)"}, {'\n', R"(\n)"}, {'\r', R"(\r)"},
                                                {'\t', R"(\t)"}};
    QList<ushort> characters{0x0622, 0x5c00, 0x2200, 0x7f7f, 0x8020, 0xd83d, 0xff41, 0xffff};
    for (ushort c = 0; c < 0x180; ++c)
        characters.append(c);
    for (const ushort c : characters) {
        QByteArray escaped = shortEscapes.value(c);
        if (escaped.isEmpty())
            escaped = c >= 0x20 && c < 0x7f
                ? QByteArray(1, char(c))
                : "\\u" + QByteArray::number(c, 16).rightJustified(4, '0');
        for (int place = 0; place < 9; ++place) {
            QString text(9, u'x');
            text[place] = QChar(c);
            const QByteArray expected =
                '"' + QByteArray(place, 'x') + escaped + QByteArray(8 - place, 'x') + '"';
            QCOMPARE(written(text), expected);
        }
    }
}

void tst_KombuJson::writesTypedValues_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const QVariant &value, const char *text) {
        QTest::newRow(name) << value << QByteArray(text);
    };
    row("aware", QDateTime(QDate(2026, 8, 20), QTime(22, 41, 25, 1), QTimeZone(6 * 3600)),
        R"({"__type__": "datetime", "__value__": "2026-08-20T22:41:25.001000+06:00"})");
    row("date", QDate(2020, 1, 1), R"({"__type__": "date", "__value__": "2020-01-01"})");
    row("time", QTime(22, 41, 25), R"({"__type__": "time", "__value__": "22:41:25"})");
    row("UUID", QUuid(QStringLiteral("12345678-1234-5678-1234-567812345678")),
        R"({"__type__": "uuid", "__value__": {"hex": "12345678123456781234567812345678"}})");
    row("text bytes", QByteArray("abcé"), R"({"__type__": "bytes", "__value__": "abc\u00e9"})");
    row("no bytes", QByteArray(), R"({"__type__": "bytes", "__value__": ""})");
    row("bytes", QByteArray("\xff\0\1", 3), R"({"__type__": "base64", "__value__": "/wAB"})");
    row("decimal", QVariant::fromValue(ExactNumber(ExactNumber::Decimal, QStringLiteral("1E+5"))),
        R"({"__type__": "decimal", "__value__": "1E+5"})");
}

void tst_KombuJson::writesTypedValues()
{
    QFETCH(QVariant, value);
    QFETCH(QByteArray, text);
    QCOMPARE(written(value, TypedValues::Typed), text);
    const auto back = Json::readValue(text);
    QVERIFY2(back.isOk(), qPrintable(back.error().text()));
    if (value.metaType() == QMetaType::fromType<ExactNumber>())
        QCOMPARE(back->value<ExactNumber>(), value.value<ExactNumber>());
    else
        QCOMPARE(*back, value);
}

void tst_KombuJson::refusesToWrite_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("reason");
    const QVariant nan = std::numeric_limits<double>::quiet_NaN();
    const QVariant infinity = -std::numeric_limits<double>::infinity();
    QTest::newRow("NaN") << nan << QStringLiteral("$") << QStringLiteral("infinity");
    QTest::newRow("infinity") << QVariant(QVariantList{1, infinity}) << QStringLiteral("$[1]")
                              << QStringLiteral("infinity");
    QTest::newRow("pointer") << QVariant(
        QVariantMap{{QStringLiteral("order"),
                     QVariantMap{{QStringLiteral("when"), QVariant::fromValue<QObject *>(this)}}}})
                             << QStringLiteral("$.order.when") << QStringLiteral("QObject*");
    QTest::newRow("no integer") << QVariant::fromValue(integer("12x")) << QStringLiteral("$")
                                << QStringLiteral("integer");
    QTest::newRow("leading zero") << QVariant::fromValue(integer("-01")) << QStringLiteral("$")
                                  << QStringLiteral("integer");
}

void tst_KombuJson::refusesToWrite()
{
    QFETCH(QVariant, value);
    QFETCH(QString, place);
    QFETCH(QString, reason);
    const auto text = Json::writeValue(value);
    QVERIFY(!text.isOk());
    QCOMPARE(text.error().kind(), Error::Encode);
    QCOMPARE(text.error().where(), place);
    QVERIFY2(text.error().text().contains(reason), qPrintable(text.error().text()));
    QVERIFY2(text.error().text().contains(QLatin1String("at ") + place),
             qPrintable(text.error().text()));
}

void tst_KombuJson::reads_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QVariant>("value");
    const auto row = [](const char *text, const QVariant &value) {
        QTest::newRow(text) << QByteArray(text) << value;
    };
    row("null", null());
    row(" true ", true);
    row("7", qint64(7));
    row("-9223372036854775808", std::numeric_limits<qint64>::min());
    row("9223372036854775808", quint64(9223372036854775808ULL));
    row("1.0", 1.0);
    row("-0.0", -0.0);
    row("1e-400", 0.0);
    row("1E2", 100.0);
    row("Infinity", std::numeric_limits<double>::infinity());
    row("-Infinity", -std::numeric_limits<double>::infinity());
    row("1e999", std::numeric_limits<double>::infinity()); // as Python reads it
    row("\"\\u00e9\\ud83d\\ude00\\/\"", QStringLiteral("é😀/"));
    row("\"\xc3\xa9\"", QStringLiteral("é"));
    row("[]", QVariantList());
    row("[1, [2], {}]", QVariantList{1, QVariantList{2}, QVariantMap()});
    row("{\"a\":1,\"a\":2}", QVariantMap{{QStringLiteral("a"), 2}});
    row("{\"a\\u0000b\":null}", QVariantMap{{QString::fromUtf16(u"a\0b", 3), null()}});
}

void tst_KombuJson::reads()
{
    QFETCH(QByteArray, text);
    QFETCH(QVariant, value);
    const auto read = Json::readValue(text);
    QVERIFY2(read.isOk(), qPrintable(read.error().text()));
    QCOMPARE(*read, value);
    if (!value.canConvert<QVariantList>() && !value.canConvert<QVariantMap>())
        QCOMPARE(read->metaType(), value.metaType());
}

void tst_KombuJson::readsTypedValues_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QVariant>("value");
    const auto row = [](const char *name, const char *text, const QVariant &value) {
        QTest::newRow(name) << QByteArray(text) << value;
    };
    row("uuid and date",
        R"({"k": [{"__type__": "uuid", "__value__": {"hex": "12345678123456781234567812345678"}},)"
        R"( {"__type__": "date", "__value__": "2020-01-01"}]})",
        QVariantMap{{QStringLiteral("k"),
                     QVariantList{QUuid(QStringLiteral("12345678-1234-5678-1234-567812345678")),
                                  QDate(2020, 1, 1)}}});
    row("uuid with a version",
        R"({"__type__":"uuid","__value__":{"hex":"12345678-1234-5678-1234-567812345678","version":4}})",
        QUuid(QStringLiteral("12345678-1234-4678-9234-567812345678")));
    row("date from a timestamp", R"({"__type__":"date","__value__":"2020-01-02T03:04:05"})",
        QDate(2020, 1, 2));
    row("naive", R"({"__type__":"datetime","__value__":"2026-08-20T22:41:25.123456"})",
        QDateTime(QDate(2026, 8, 20), QTime(22, 41, 25, 123)));
    row("Z", R"({"__type__":"datetime","__value__":"2026-08-20T22:41:25Z"})",
        QDateTime(QDate(2026, 8, 20), QTime(22, 41, 25), QTimeZone::utc()));
    const auto stays = [&row](const char *name, const char *text) {
        row(name, text, QJsonDocument::fromJson(text).toVariant());
    };
    stays("three keys", R"({"__type__":"bytes","__value__":"x","z":1})");
    stays("one key", R"({"__type__":"bytes"})");
    stays("unknown type", R"({"__type__":"zzz","__value__":"1"})");
    stays("no date", R"({"__type__":"date","__value__":"yesterday"})");
    stays("no uuid", R"({"__type__":"uuid","__value__":{"hex":"12"}})");
    stays("no base64", R"({"__type__":"base64","__value__":"*"})");
    stays("time with an offset", R"({"__type__":"time","__value__":"01:02:00+00:00"})");
    stays("type that is no text", R"({"__type__":{},"__value__":"1"})");
}

void tst_KombuJson::readsTypedValues()
{
    QFETCH(QByteArray, text);
    QFETCH(QVariant, value);
    const auto read = Json::readValue(text);
    QVERIFY2(read.isOk(), qPrintable(read.error().text()));
    QCOMPARE(*read, value);
}

void tst_KombuJson::refusesToRead_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text : {"",
                             " ",
                             "nul",
                             "[1,]",
                             "{\"a\":1,}",
                             "{a:1}",
                             "'a'",
                             "01",
                             "+1",
                             "1.",
                             ".5",
                             "1e",
                             "--1",
                             "Inf",
                             "-Inf",
                             "-NaN",
                             "nan",
                             "[",
                             "{",
                             "\"",
                             "\"\\x\"",
                             "\"\\u12\"",
                             "1 2",
                             "[1 2]",
                             "\"a\nb\"",
                             "// x\n1",
                             "\xef\xbb\xbf{}",
                             "\"\xc3\"",
                             "\"\xed\xa0\x80\"",
                             "\"\xc0\x80\""}) {
        QTest::addRow("%s", QByteArray(text).toPercentEncoding(" []{}:,.\"'").constData())
            << QByteArray(text);
    }
    QTest::newRow("NUL") << QByteArray("1\0", 2);
    QTest::newRow("UTF-16") << QByteArray("[\0]\0", 4);
    QTest::newRow("10 MB of [") << QByteArray(10'000'000, '[');
    QTest::newRow("10 MB of {\"a\":") << QByteArray("{\"a\":").repeated(2'000'000);
}

void tst_KombuJson::refusesToRead()
{
    QFETCH(QByteArray, text);
    const auto read = Json::readValue(text);
    QVERIFY(!read.isOk());
    QCOMPARE(read.error().kind(), Error::Decode);
    QVERIFY(!read.error().text().isEmpty());
}

void tst_KombuJson::bothSidesEndAtTheSameDepth()
{
    QVariant value = QVariantList();
    for (int depth = 1; depth < 512; ++depth)
        value = QVariantList{value};
    const auto text = Json::writeValue(value);
    QVERIFY(text.isOk());
    QCOMPARE(*text, QByteArray(512, '[') + QByteArray(512, ']'));
    QVERIFY(Json::readValue(*text).isOk());

    QVERIFY(!Json::writeValue(QVariantList{value}).isOk());
    const auto tooDeep = Json::readValue(QByteArray('[' + *text + ']'));
    QVERIFY(!tooDeep.isOk());
    QVERIFY(tooDeep.error().text().contains(QLatin1String("512")));
}

void tst_KombuJson::keepsEveryDoubleAndInteger()
{
    quint64 bits = 1;
    for (int i = 0; i < 100'000; ++i) {
        bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
        double number = 0;
        static_assert(sizeof number == sizeof bits);
        memcpy(&number, &bits, sizeof bits);
        if (std::isfinite(number)) {
            const auto back = Json::readValue(written(number));
            QVERIFY(back.isOk());
            const double result = back->toDouble();
            QVERIFY2(memcmp(&number, &result, sizeof number) == 0, written(number).constData());
        }
        QCOMPARE(Json::readValue(written(qint64(bits)))->toLongLong(), qint64(bits));
    }
    const QByteArray digits = QByteArray("9").repeated(300);
    QCOMPARE(written(*Json::readValue(digits)), digits);
}

void tst_KombuJson::repairsLoneSurrogates()
{
    const auto read =
        Json::readValue(R"(["\ud800", "\ud800\ud83d\ude00x", "\\ud800", "\uD83D\uDE00"])");
    QVERIFY2(read.isOk(), qPrintable(read.error().text()));
    QCOMPARE(*read,
             QVariant(QVariantList{QStringLiteral("\ufffd"), QStringLiteral("\ufffd😀x"),
                                   QStringLiteral("\\ud800"), QStringLiteral("😀")}));
    QVERIFY(Json::readValue(R"(["\udc00"])").isOk());
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_KombuJson)
#include "tst_kombujson.moc"
