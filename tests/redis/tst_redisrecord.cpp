// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/redis/consuming/redisrecord.h"

#include <QTest>

using namespace Qombu::Redis;

class tst_RedisRecord : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void writesNamesAsJson_data();
    void writesNamesAsJson();
};

void tst_RedisRecord::reads_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("envelope");
    QTest::addColumn<QString>("exchange");
    QTest::addColumn<QString>("routingKey");
    QTest::newRow("ours") << QByteArray(R"([{"a": 1},"","q"])") << QByteArray(R"({"a": 1})")
                          << QString() << QStringLiteral("q");
    QTest::newRow("Kombu's") << QByteArray(R"([{"a": {"b": []}}, "shop", "new.x"])")
                             << QByteArray(R"({"a": {"b": []}})") << QStringLiteral("shop")
                             << QStringLiteral("new.x");
    QTest::newRow("brackets and quotes in a string")
        << QByteArray(R"([{"a": "}],\"\\","]": 1}, "", "q"])")
        << QByteArray(R"({"a": "}],\"\\","]": 1})") << QString() << QStringLiteral("q");
    QTest::newRow("names with escapes")
        << QByteArray(R"([{}, "caf\u00e9", "a\",\"b"])") << QByteArray("{}")
        << QStringLiteral("caf\u00e9") << QStringLiteral("a\",\"b");
    QTest::newRow("no routing key")
        << QByteArray(R"([{}, "", null])") << QByteArray("{}") << QString() << QString();
}

void tst_RedisRecord::reads()
{
    QFETCH(QByteArray, value);
    const auto record = UnackedRecord::read(value);
    QVERIFY(record);
    QTEST(record->envelope, "envelope");
    QTEST(record->exchange, "exchange");
    QTEST(record->routingKey, "routingKey");
}

void tst_RedisRecord::refuses_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("text") << QByteArray("hello");
    QTest::newRow("a bare envelope") << QByteArray("{}");
    QTest::newRow("a quoted envelope") << QByteArray(R"(["{}", "", "q"])");
    QTest::newRow("one name") << QByteArray(R"([{}, "q"])");
    QTest::newRow("three names") << QByteArray(R"([{}, "", "q", "r"])");
    QTest::newRow("a number for a name") << QByteArray(R"([{}, "", 7])");
    QTest::newRow("no end") << QByteArray(R"([{"a": 1, "", "q"])");
    QTest::newRow("junk after the envelope") << QByteArray(R"([{}x, "", "q"])");
    QTest::newRow("cut") << QByteArray(R"([{}, "", "q)");
    QTest::newRow("deep") << QByteArray("[{" + QByteArray(100000, '['));
}

void tst_RedisRecord::refuses()
{
    QFETCH(QByteArray, value);
    QVERIFY(!UnackedRecord::read(value));
}

void tst_RedisRecord::writesNamesAsJson_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("plain") << QStringLiteral("q") << QByteArray("\"q\"");
    QTest::newRow("quote") << QStringLiteral("a\"\\b") << QByteArray(R"("a\"\\b")");
    QTest::newRow("control") << QStringLiteral("a\nb") << QByteArray(R"("a\nb")");
    QTest::newRow("not ASCII") << QStringLiteral("\u00e9\u4e2d") << QByteArray(R"("\u00E9\u4E2D")");
}

void tst_RedisRecord::writesNamesAsJson()
{
    QFETCH(QString, name);
    QTEST(jsonString(name), "json");
    const auto record = UnackedRecord::read("[{},\"\"," + jsonString(name) + "]");
    QVERIFY(record);
    QCOMPARE(record->routingKey, name);
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_RedisRecord)
#include "tst_redisrecord.moc"
