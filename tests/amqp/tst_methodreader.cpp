// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/serverspeech.h"
#include "support/testmain.h"
#include "transports/amqp/wire/methodreader.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;

class tst_MethodReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsADelivery();
    void keepsNamesThatComeAgain();
    void readsNamesAsTheyAre();
    void readsWhatTheBrokerCloses();
    void readsAReturn();
    void readsTheRest();
    void refusesWhatIsTooShort_data();
    void refusesWhatIsTooShort();
    void refusesWhatNoBrokerSends_data();
    void refusesWhatNoBrokerSends();
    void refusesGreetingsThatAreNested();
};

static QByteArray deliverArguments(const QByteArray &key = "key")
{
    return shortString("tag") + u64(77) + u8(1) + shortString("exchange") + shortString(key);
}

void tst_MethodReader::readsADelivery()
{
    MethodReader reader;
    const auto method = reader.read(MethodId::BasicDeliver, deliverArguments());
    const auto &delivery = std::get<ContentMethod>(*method);
    QCOMPARE(delivery.tag, QByteArray("tag"));
    QCOMPARE(delivery.number, 77u);
    QVERIFY(delivery.redelivered);
    QCOMPARE(delivery.exchange, QStringLiteral("exchange"));
    QCOMPARE(delivery.routingKey, QStringLiteral("key"));
}

void tst_MethodReader::keepsNamesThatComeAgain()
{
    MethodReader reader;
    const auto first = reader.read(MethodId::BasicDeliver, deliverArguments());
    const auto second = reader.read(MethodId::BasicDeliver, deliverArguments());
    const auto third = reader.read(MethodId::BasicDeliver, deliverArguments("other"));
    const auto &one = std::get<ContentMethod>(*first);
    const auto &two = std::get<ContentMethod>(*second);
    QCOMPARE(static_cast<const void *>(one.routingKey.constData()),
             static_cast<const void *>(two.routingKey.constData()));
    QCOMPARE(static_cast<const void *>(one.tag.constData()),
             static_cast<const void *>(two.tag.constData()));
    QCOMPARE(std::get<ContentMethod>(*third).routingKey, QStringLiteral("other"));
}

// A byte order mark is a part of the name.
void tst_MethodReader::readsNamesAsTheyAre()
{
    MethodReader reader;
    const auto delivered = reader.read(MethodId::BasicDeliver, deliverArguments("\xEF\xBB\xBFk"));
    QCOMPARE(std::get<ContentMethod>(*delivered).routingKey, QStringLiteral("\uFEFFk"));
    const auto declared = reader.read(MethodId::QueueDeclareOk,
                                      QByteArray(shortString("\xEF\xBB\xBFq") + u32(0) + u32(0)));
    QCOMPARE(std::get<CountMethod>(*declared).queue, QStringLiteral("\uFEFFq"));
}

void tst_MethodReader::readsWhatTheBrokerCloses()
{
    MethodReader reader;
    const QByteArray text = "NOT_FOUND - no queue 'nonexist' in vhost '/'";
    const auto method = reader.read(MethodId::ChannelClose,
                                    QByteArray(u16(404) + shortString(text) + hex("0032 000a")));
    const auto &close = std::get<CloseMethod>(*method);
    QCOMPARE(close.code, 404);
    QCOMPARE(close.text, QString::fromLatin1(text));
    QCOMPARE(close.failed, MethodId::QueueDeclare);
}

void tst_MethodReader::readsAReturn()
{
    MethodReader reader;
    const auto method =
        reader.read(MethodId::BasicReturn,
                    QByteArray(hex("0138 08") + "NO_ROUTE" + hex("00 0c") + "doesnotexist"));
    const auto &returned = std::get<ContentMethod>(*method);
    QCOMPARE(returned.code, 312);
    QCOMPARE(returned.text, QStringLiteral("NO_ROUTE"));
    QCOMPARE(returned.exchange, QString());
    QCOMPARE(returned.routingKey, QStringLiteral("doesnotexist"));
}

void tst_MethodReader::readsTheRest()
{
    MethodReader reader;
    const auto declared = reader.read(MethodId::QueueDeclareOk,
                                      QByteArray(shortString("amq.gen-1") + u32(3) + u32(2)));
    QCOMPARE(std::get<CountMethod>(*declared).queue, QStringLiteral("amq.gen-1"));
    QCOMPARE(std::get<CountMethod>(*declared).messages, 3);
    QCOMPARE(std::get<CountMethod>(*declared).consumers, 2);
    const auto nack = reader.read(MethodId::BasicNack, QByteArray(u64(5) + u8(1)));
    QVERIFY(std::get<ConfirmMethod>(*nack).multiple);
    const auto got =
        reader.read(MethodId::BasicGetOk,
                    QByteArray(u64(5) + u8(0) + shortString("") + shortString("q") + u32(9)));
    QCOMPARE(std::get<ContentMethod>(*got).messages, 9);
    const auto blocked = reader.read(MethodId::ConnectionBlocked, shortString("low on memory"));
    QCOMPARE(std::get<BlockedMethod>(*blocked).reason, QStringLiteral("low on memory"));
    QVERIFY(reader.read(MethodId::ConnectionUpdateSecretOk, {}));
    const auto cancel = reader.read(MethodId::BasicCancel, QByteArray(shortString("t") + u8(1)));
    QVERIFY(std::get<TagMethod>(*cancel).noWait);
}

void tst_MethodReader::refusesWhatIsTooShort_data()
{
    QTest::addColumn<quint32>("id");
    QTest::addColumn<QByteArray>("arguments");
    QTest::newRow("deliver") << MethodId::BasicDeliver << deliverArguments();
    QTest::newRow("start") << MethodId::ConnectionStart << startMethod().chopped(1).sliced(11);
    QTest::newRow("tune") << MethodId::ConnectionTune << tuneMethod().chopped(1).sliced(11);
    QTest::newRow("close") << MethodId::ConnectionClose
                           << closeMethod(0, 320, "text").chopped(1).sliced(11);
    QTest::newRow("declare-ok") << MethodId::QueueDeclareOk << shortString("q") + u32(0) + u32(0);
    QTest::newRow("ack") << MethodId::BasicAck << u64(1) + u8(0);
    QTest::newRow("cancel") << MethodId::BasicCancel << shortString("tag") + u8(0);
    QTest::newRow("return") << MethodId::BasicReturn
                            << u16(312) + shortString("a") + shortString("b") + shortString("c");
}

void tst_MethodReader::refusesWhatIsTooShort()
{
    QFETCH(quint32, id);
    QFETCH(QByteArray, arguments);
    MethodReader reader;
    QVERIFY(reader.read(id, arguments));
    for (qsizetype size = 0; size < arguments.size(); ++size) {
        // Bytes of its own, so that a sanitizer sees what is read beyond them.
        const QByteArray part(arguments.constData(), size);
        QCOMPARE(reader.read(id, part).error().replyCode(), 502);
    }
}

void tst_MethodReader::refusesWhatNoBrokerSends_data()
{
    QTest::addColumn<quint32>("id");
    QTest::newRow("unknown class") << 0x00630001u;
    QTest::newRow("unknown method") << 0x003C00FFu;
    QTest::newRow("0") << 0u;
    QTest::newRow("2^32-1") << ~0u;
    QTest::newRow("publish") << MethodId::BasicPublish;
    QTest::newRow("declare") << MethodId::QueueDeclare;
    QTest::newRow("start-ok") << MethodId::ConnectionStartOk;
}

void tst_MethodReader::refusesWhatNoBrokerSends()
{
    QFETCH(quint32, id);
    MethodReader reader;
    const auto method = reader.read(id, QByteArray(1000, '\0'));
    QCOMPARE(method.error().kind(), Error::Protocol);
    QCOMPARE(method.error().replyCode(), 503);
}

void tst_MethodReader::refusesGreetingsThatAreNested()
{
    QByteArray table = longString("");
    for (int i = 0; i < 10000; ++i)
        table = longString(shortString("k") + 'F' + table);
    MethodReader reader;
    const auto method =
        reader.read(MethodId::ConnectionStart,
                    QByteArray(u8(0) + u8(9) + table + longString("PLAIN") + longString("en")));
    QCOMPARE(method.error().replyCode(), 502);
}

QOMBU_TEST(tst_MethodReader)
#include "tst_methodreader.moc"
