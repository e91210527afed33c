// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/serverspeech.h"
#include "support/testmain.h"
#include "transports/amqp/wire/fieldtable.h"
#include "transports/amqp/wire/tablecheck.h"

#include <Qombu/exactnumber.h>

#include <QDateTime>
#include <QTest>
#include <QTimeZone>
#include <QUuid>

#include <limits>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;

Q_DECLARE_METATYPE(Qombu::Amqp::TableCheck::Verdict)

class tst_FieldTable : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsEveryType_data();
    void readsEveryType();
    void writesWhatEveryPeerReads_data();
    void writesWhatEveryPeerReads();
    void readsWhatItWrites();
    void namesTheKeyThatCannotBeWritten_data();
    void namesTheKeyThatCannotBeWritten();
    void refusesBadTables_data();
    void refusesBadTables();
    void refusesEveryShorterTable();
    void readsToTheDepthThatItWrites();
    void keepsTheLastOfTwoEqualKeys();
};

static QByteArray oneField(const QByteArray &field)
{
    return longString(shortString("k") + field);
}

static QVariant decimal(const char *text)
{
    return QVariant::fromValue(ExactNumber(ExactNumber::Decimal, QString::fromLatin1(text)));
}

static QDateTime utc(qint64 seconds)
{
    return QDateTime::fromSecsSinceEpoch(seconds, QTimeZone::utc());
}

static const QVariant Null = QVariant::fromValue(nullptr);

// RabbitMQ's meaning of each; those of 5.3 and 5.4 of py-amqp differ in s, l, b and B.
void tst_FieldTable::readsEveryType_data()
{
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QVariant>("value");
    QTest::newRow("t") << hex("74 01") << QVariant(true);
    QTest::newRow("t 0") << hex("74 00") << QVariant(false);
    QTest::newRow("b") << hex("62 ff") << QVariant(qint64(-1));
    QTest::newRow("B") << hex("42 ff") << QVariant(qint64(255));
    QTest::newRow("s") << hex("73 fffe") << QVariant(qint64(-2));
    QTest::newRow("u") << hex("75 fffe") << QVariant(qint64(65534));
    QTest::newRow("U") << hex("55 fffe") << QVariant(qint64(-2));
    QTest::newRow("I") << hex("49 fffffffb") << QVariant(qint64(-5));
    QTest::newRow("i") << hex("69 fffffffb") << QVariant(qint64(4294967291));
    QTest::newRow("l") << hex("6c ffffff0000000000") << QVariant(qint64(-1099511627776));
    QTest::newRow("L") << hex("4c ffffff0000000000") << QVariant(qint64(-1099511627776));
    QTest::newRow("f") << hex("66 3fc00000") << QVariant(1.5);
    QTest::newRow("d") << hex("64 3ff8000000000000") << QVariant(1.5);
    QTest::newRow("D") << hex("44 02 0000007b") << decimal("1.23");
    QTest::newRow("D small") << hex("44 04 fffffff9") << decimal("-0.0007");
    QTest::newRow("D whole") << hex("44 00 00000005") << decimal("5");
    QTest::newRow("S") << hex("53 00000003 e282ac") << QVariant(QStringLiteral("€"));
    QTest::newRow("S bytes") << hex("53 00000001 ff") << QVariant(QByteArray("\xff"));
    QTest::newRow("S with a byte order mark")
        << hex("53 00000006 efbbbfefbbbf") << QVariant(QStringLiteral("\uFEFF\uFEFF"));
    QTest::newRow("F with a byte order mark")
        << hex("46 00000006 04 efbbbf61 56")
        << QVariant(QVariantMap{{QStringLiteral("\uFEFFa"), Null}});
    QTest::newRow("S empty") << hex("53 00000000") << QVariant(QString());
    QTest::newRow("x") << hex("78 00000002 6162") << QVariant(QByteArray("ab"));
    QTest::newRow("T") << hex("54 00000000695733a5") << QVariant(utc(0x695733a5));
    QTest::newRow("T far") << hex("54 ffffffffffffffff") << QVariant(~quint64(0));
    QTest::newRow("V") << hex("56") << Null;
    QTest::newRow("F") << hex("46 00000004 01 61 74 01")
                       << QVariant(QVariantMap{{QStringLiteral("a"), true}});
    QTest::newRow("F empty") << hex("46 00000000") << QVariant(QVariantMap());
    QTest::newRow("A") << hex("41 00000003 74 01 56") << QVariant(QVariantList{true, Null});
    QTest::newRow("A of U") << hex("41 00000003 55 0001") << QVariant(QVariantList{qint64(1)});
    QTest::newRow("A empty") << hex("41 00000000") << QVariant(QVariantList());
}

void tst_FieldTable::readsEveryType()
{
    QFETCH(QByteArray, field);
    QFETCH(QVariant, value);
    const auto table = readTable(oneField(field));
    QVERIFY2(table, qPrintable(table.error().text()));
    const QVariant read = table->value(QStringLiteral("k"));
    QCOMPARE(read.metaType(), value.metaType());
    QCOMPARE(read, value);
}

void tst_FieldTable::writesWhatEveryPeerReads_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QByteArray>("field");
    QTest::newRow("text") << QVariant(QStringLiteral("x")) << hex("53 00000001 78");
    QTest::newRow("bytes") << QVariant(QByteArray("\xff")) << hex("53 00000001 ff");
    QTest::newRow("int") << QVariant(1) << hex("49 00000001");
    QTest::newRow("least I") << QVariant(qint64(-2147483648LL)) << hex("49 80000000");
    QTest::newRow("most I") << QVariant(2147483647LL) << hex("49 7fffffff");
    QTest::newRow("more") << QVariant(2147483648LL) << hex("4c 0000000080000000");
    QTest::newRow("2^40") << QVariant(qint64(1) << 40) << hex("4c 0000010000000000");
    QTest::newRow("-2^63") << QVariant(std::numeric_limits<qint64>::min())
                           << hex("4c 8000000000000000");
    QTest::newRow("2^63-1") << QVariant(quint64(std::numeric_limits<qint64>::max()))
                            << hex("4c 7fffffffffffffff");
    QTest::newRow("2^63") << QVariant(quint64(1) << 63) << hex("54 8000000000000000");
    QTest::newRow("uint") << QVariant(4000000000u) << hex("4c 00000000ee6b2800");
    QTest::newRow("short") << QVariant::fromValue(short(-3)) << hex("49 fffffffd");
    QTest::newRow("double") << QVariant(1.5) << hex("64 3ff8000000000000");
    QTest::newRow("float") << QVariant(1.5f) << hex("64 3ff8000000000000");
    QTest::newRow("decimal") << decimal("1.23") << hex("44 02 0000007b");
    QTest::newRow("small decimal") << decimal("-0.0007") << hex("44 04 fffffff9");
    QTest::newRow("bool") << QVariant(true) << hex("74 01");
    QTest::newRow("null") << Null << hex("56");
    QTest::newRow("nothing") << QVariant() << hex("56");
    QTest::newRow("time") << QVariant(utc(0x695733a5).addMSecs(999)) << hex("54 00000000695733a5");
    QTest::newRow("list") << QVariant(QVariantList{1, QStringLiteral("z")})
                          << hex("41 0000000b 49 00000001 53 00000001 7a");
    QTest::newRow("texts") << QVariant(QStringList{QStringLiteral("z")})
                           << hex("41 00000006 53 00000001 7a");
    QTest::newRow("map") << QVariant(QVariantMap{{QStringLiteral("a"), true}})
                         << hex("46 00000004 01 61 74 01");
}

void tst_FieldTable::writesWhatEveryPeerReads()
{
    QFETCH(QVariant, value);
    QFETCH(QByteArray, field);
    QByteArray out = "before";
    QCOMPARE(appendTable(out, {{QStringLiteral("k"), value}}), Error());
    QCOMPARE(out, QByteArray("before" + oneField(field)));
}

void tst_FieldTable::readsWhatItWrites()
{
    QVariantMap inner;
    for (int i = 0; i < 500; ++i)
        inner.insert(QStringLiteral("key ü %1").arg(i), QString(i, u'ö'));
    const QVariantMap values{{QStringLiteral("many"), inner},
                             {QStringLiteral("list"), QVariantList{inner, Null, qint64(-1), 0.1}},
                             {QString(), QStringLiteral("under no name")},
                             {QString(255, u'k'), true}};
    QByteArray out;
    QCOMPARE(appendTable(out, values), Error());
    QCOMPARE(*readTable(out), values);
}

void tst_FieldTable::namesTheKeyThatCannotBeWritten_data()
{
    QTest::addColumn<QVariantMap>("values");
    QTest::addColumn<QString>("where");
    const auto one = [](const QVariant &value) {
        return QVariantMap{{QStringLiteral("a"), value}};
    };
    QTest::newRow("uuid") << one(QUuid()) << "a";
    QTest::newRow("exact") << one(decimal("12345678901.5")) << "a";
    QTest::newRow("many places") << one(
        decimal(QByteArray("0." + QByteArray(256, '0')).constData()))
                                 << "a";
    QTest::newRow("no time") << one(QDateTime()) << "a";
    QTest::newRow("1969") << one(utc(-1)) << "a";
    QTest::newRow("inside") << one(one(QVariantList{1, QUuid()})) << "a.a[1]";
    QTest::newRow("long key") << QVariantMap{{QString(256, u'k'), 1}} << QString(256, u'k');
    QTest::newRow("long key of umlauts")
        << QVariantMap{{QString(128, u'ü'), 1}} << QString(128, u'ü');
}

void tst_FieldTable::namesTheKeyThatCannotBeWritten()
{
    QFETCH(QVariantMap, values);
    QByteArray out = "before";
    const Error error = appendTable(out, values);
    QCOMPARE(error.kind(), Error::Encode);
    QTEST(error.where(), "where");
    QCOMPARE(out, QByteArray("before"));
}

static QByteArray nested(int depth)
{
    QByteArray table = longString("");
    for (int i = 1; i < depth; ++i)
        table = longString(shortString("k") + 'F' + table);
    return table;
}

void tst_FieldTable::refusesBadTables_data()
{
    QTest::addColumn<QByteArray>("table");
    QTest::addColumn<TableCheck::Verdict>("verdict");
    QTest::newRow("longer than there is") << hex("00000005 01 6b 74 01") << TableCheck::Broken;
    QTest::newRow("2^32-1") << hex("ffffffff 01 6b 74 01") << TableCheck::Broken;
    QTest::newRow("key of 255 with 10") << longString(u8(255) + "0123456789") << TableCheck::Broken;
    QTest::newRow("key alone") << longString(shortString("k")) << TableCheck::Broken;
    QTest::newRow("text past the end") << oneField(hex("53 00000002 61")) << TableCheck::Broken;
    QTest::newRow("text of 2^32-1") << oneField(hex("53 ffffffff 61")) << TableCheck::Broken;
    QTest::newRow("half a number") << oneField(hex("49 0000")) << TableCheck::Broken;
    QTest::newRow("inner past the outer")
        << oneField(hex("46 00000005 01 61 74")) + hex("01 00") << TableCheck::Broken;
    QTest::newRow("unknown type") << oneField(hex("7a 00")) << TableCheck::Unreadable;
    QTest::newRow("type 0") << oneField(hex("00")) << TableCheck::Unreadable;
    QTest::newRow("33 deep") << nested(33) << TableCheck::Unreadable;
    QTest::newRow("1 000 deep") << nested(1000) << TableCheck::Unreadable;
    QTest::newRow("10 000 deep") << nested(10000) << TableCheck::Unreadable;
    QTest::newRow("too many fields")
        << oneField('A' + longString(QByteArray(100000, 'V'))) << TableCheck::Unreadable;
}

void tst_FieldTable::refusesBadTables()
{
    QFETCH(QByteArray, table);
    const TableCheck check = checkTable(table, 0);
    QTEST(check.verdict, "verdict");
    QVERIFY(!check.why.isEmpty());
    QCOMPARE(readTable(table).error().kind(), Error::Decode);
}

void tst_FieldTable::refusesEveryShorterTable()
{
    QByteArray table;
    appendTable(table,
                {{QStringLiteral("a"), QVariantList{1, QVariantMap{{QStringLiteral("b"), 2.0}}}},
                 {QStringLiteral("c"), QStringLiteral("text")}});
    for (qsizetype size = 0; size < table.size(); ++size)
        QVERIFY(!readTable(table.first(size)));
}

void tst_FieldTable::readsToTheDepthThatItWrites()
{
    QVariantMap deep;
    for (int i = 1; i < MostTableDepth; ++i)
        deep = {{QStringLiteral("k"), deep}};
    QByteArray out;
    QCOMPARE(appendTable(out, deep), Error());
    QCOMPARE(*readTable(out), deep);
    QCOMPARE(appendTable(out, {{QStringLiteral("k"), deep}}).kind(), Error::Encode);
}

void tst_FieldTable::keepsTheLastOfTwoEqualKeys()
{
    const auto table =
        readTable(longString(shortString("k") + hex("74 01") + shortString("k") + hex("74 00")));
    QCOMPARE(*table, (QVariantMap{{QStringLiteral("k"), false}}));
}

QOMBU_TEST(tst_FieldTable)
#include "tst_fieldtable.moc"
