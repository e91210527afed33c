// SPDX-License-Identifier: BSD-3-Clause
#include "kombuenvelopes.h"
#include "support/testmain.h"
#include "virtual/envelope/envelope.h"

#include <QTest>

using namespace Qombu;

class tst_EnvelopeSplice : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void marksAsRedelivered_data();
    void marksAsRedelivered();
    void theReaderSeesTheMark_data();
    void theReaderSeesTheMark();
    void findsThePriority_data();
    void findsThePriority();
};

void tst_EnvelopeSplice::marksAsRedelivered_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("marked");
    const auto row = [](const char *name, const char *text, const char *marked) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(marked);
    };
    // As Kombu's own restore writes it.
    row("as Kombu",
        R"({"body": "e30=", "headers": {}, "properties": {"delivery_info": {"exchange": "shop", "routing_key": "new"}, "priority": 4}})",
        R"({"body": "e30=", "headers": {"redelivered": true}, "properties": {"delivery_info": {"exchange": "shop", "routing_key": "new", "redelivered": true}, "priority": 4}})");
    row("properties first, odd spacing",
        "{\"properties\" : { \"delivery_info\":{ } } ,\n\"headers\":{ \"a\" :[ 1 ] }}",
        "{\"properties\" : { \"delivery_info\":{ \"redelivered\": true} } ,\n\"headers\":{ \"a\" "
        ":[ 1 ] , \"redelivered\": true}}");
    row("already marked",
        R"({"headers":{"redelivered": true},"properties":{"delivery_info":{"redelivered": true}}})",
        R"({"headers":{"redelivered": true},"properties":{"delivery_info":{"redelivered": true}}})");
    row("marked as false",
        R"({"headers":{"redelivered":false},"properties":{"delivery_info":{"redelivered":0,"x":1}}})",
        R"({"headers":{"redelivered":true},"properties":{"delivery_info":{"redelivered":true,"x":1}}})");
    row("no headers", R"({"properties":{"delivery_info":{}}})",
        R"({"headers": {"redelivered": true}, "properties":{"delivery_info":{"redelivered": true}}})");
    row("null headers", R"({"headers":null,"properties":{}})",
        R"({"headers":{"redelivered": true},"properties":{}})");
    row("no properties", R"({"headers":{}})", R"({"headers":{"redelivered": true}})");
    row("of equal keys the last", R"({"headers":{"a":1},"headers":{}})",
        R"({"headers":{"a":1},"headers":{"redelivered": true}})");
    row("keys inside strings and values",
        R"({"body":"\"headers\": {","x":{"headers":{}},"headers":{"b":"}\\"}})",
        R"({"body":"\"headers\": {","x":{"headers":{}},"headers":{"b":"}\\", "redelivered": true}})");
    row("escaped key", R"({"\u0068eaders":{}})", R"({"\u0068eaders":{"redelivered": true}})");
    row("empty", "", "");
    row("not JSON", "hello {", "hello {");
    row("array", "[{}]", "[{}]");
    row("cut off", R"({"headers":{)", R"({"headers":{)");
    row("no colon", R"({"headers" {}})", R"({"headers" {}})");
}

void tst_EnvelopeSplice::marksAsRedelivered()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, marked);
    QCOMPARE(Envelope::markRedelivered(text), marked);
}

void tst_EnvelopeSplice::theReaderSeesTheMark_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const auto &envelope : QombuTest::KombuEnvelopes)
        QTest::newRow(envelope.name) << QByteArray(envelope.text);
}

void tst_EnvelopeSplice::theReaderSeesTheMark()
{
    QFETCH(QByteArray, text);
    const auto before = Envelope::decode(text);
    const QByteArray marked = Envelope::markRedelivered(text);
    const auto after = Envelope::decode(marked);
    QVERIFY(before.isOk() && after.isOk());
    QVERIFY(!before->redelivered);
    QVERIFY(after->redelivered);
    QCOMPARE(after->body, before->body);
    QCOMPARE(after->deliveryTag, before->deliveryTag);
    QCOMPARE(*after->properties, *before->properties);
    QCOMPARE(Envelope::markRedelivered(marked), marked);
}

void tst_EnvelopeSplice::findsThePriority_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("priority");
    QTest::newRow("number") << QByteArray(R"({"properties": {"priority": 5}})") << 5;
    QTest::newRow("negative") << QByteArray(R"({"properties":{"priority":-1}})") << -1;
    QTest::newRow("text") << QByteArray(R"({"properties":{"priority":"7"}})") << 7;
    QTest::newRow("fraction") << QByteArray(R"({"properties":{"priority":7.9}})") << 7;
    QTest::newRow("null") << QByteArray(R"({"properties":{"priority":null}})") << 0;
    QTest::newRow("word") << QByteArray(R"({"properties":{"priority":"high"}})") << 0;
    QTest::newRow("object") << QByteArray(R"({"properties":{"priority":{}}})") << 0;
    QTest::newRow("missing") << QByteArray(R"({"properties":{"x":"priority"}})") << 0;
    QTest::newRow("elsewhere") << QByteArray(R"({"priority":5,"properties":{"i":{"priority":5}}})")
                               << 0;
    QTest::newRow("last of two") << QByteArray(R"({"properties":{"priority":1,"priority":2}})")
                                 << 2;
    QTest::newRow("no JSON") << QByteArray("}{") << 0;
}

void tst_EnvelopeSplice::findsThePriority()
{
    QFETCH(QByteArray, text);
    QFETCH(int, priority);
    QCOMPARE(Envelope::priorityOf(text), priority);
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_EnvelopeSplice)
#include "tst_envelopesplice.moc"
