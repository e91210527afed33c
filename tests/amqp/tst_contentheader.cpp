// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/serverspeech.h"
#include "support/testmain.h"
#include "transports/amqp/wire/contentheader.h"
#include "transports/amqp/wire/contentheaderwriter.h"

#include <QDateTime>
#include <QTest>
#include <QTimeZone>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;

class tst_ContentHeader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesAsKombuDoes_data();
    void writesAsKombuDoes();
    void readsEveryProperty();
    void readsWhatItWrites();
    void readsWhatAQuorumQueueAdds();
    void takesWhatIsNotThere();
    void refusesWhatIsBroken_data();
    void refusesWhatIsBroken();
    void refusesEveryShorterHeader();
    void leavesOutHeadersThatCannotBeRead_data();
    void leavesOutHeadersThatCannotBeRead();
    void namesThePropertyThatCannotBeWritten_data();
    void namesThePropertyThatCannotBeWritten();
    void refusesHeadersBeyondAFrame();
};

// Recorded from Kombu 5.6, with RabbitMQ 3.10.
static const char *const EveryKind =
    "003c00000000000000000008ffe8106170706c69636174696f6e2f6a736f6e057574662d38000000680173530000"
    "00017801694900000001036e656749fffffffb036269674c00000100000000000166643ff8000000000000016274"
    "01016e5601644600000012016b410000000b490000000153000000017a0264745400000000695735a50562797465"
    "735300000001ff0203016301720432353030016d000000000000007b0174026170";

static QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

static MessageContent plainContent(const QByteArray &body, int priority)
{
    MessageContent content;
    content.body = body;
    content.contentType = text("text/plain");
    content.contentEncoding = text("utf-8");
    content.priority = priority;
    return content;
}

static MessageContent everyKind()
{
    MessageContent content;
    content.body = QByteArray(8, 'x');
    content.contentType = text("application/json");
    content.contentEncoding = text("utf-8");
    content.headers = {{text("s"), text("x")},
                       {text("i"), qint64(1)},
                       {text("neg"), qint64(-5)},
                       {text("big"), qint64(1) << 40},
                       {text("f"), 1.5},
                       {text("b"), true},
                       {text("n"), QVariant::fromValue(nullptr)},
                       {text("d"), QVariantMap{{text("k"), QVariantList{qint64(1), text("z")}}}},
                       {text("dt"), QDateTime(QDate(2026, 1, 2), QTime(3, 4, 5), QTimeZone::utc())},
                       {text("bytes"), QByteArray("\xff")}};
    content.priority = 3;
    MessageProperties &properties = content.properties.edit();
    properties.correlationId = text("c");
    properties.replyTo = text("r");
    properties.expiration = std::chrono::milliseconds(2500);
    properties.messageId = text("m");
    properties.timestamp = qint64(123);
    properties.type = text("t");
    properties.appId = text("ap");
    return content;
}

static Result<QByteArray> written(const MessageContent &content, qsizetype most = 131064)
{
    Pool pool;
    QByteArray out;
    const Error error = appendContentHeader(out, content, most, pool);
    if (error.isError())
        return error;
    return out;
}

void tst_ContentHeader::writesAsKombuDoes_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("priority");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("default")
        << QByteArray("txt") << 0
        << hex("003c00000000000000000003f8000a746578742f706c61696e057574662d38000000000200");
    QTest::newRow("no priority")
        << QByteArray("zz") << -1
        << hex("003c00000000000000000002f0000a746578742f706c61696e057574662d380000000002");
}

void tst_ContentHeader::writesAsKombuDoes()
{
    QFETCH(QByteArray, body);
    QFETCH(int, priority);
    QTEST(*written(plainContent(body, priority)), "expected");
}

static void compare(const MessageContent &a, const MessageContent &b)
{
    QCOMPARE(a.contentType, b.contentType);
    QCOMPARE(a.contentEncoding, b.contentEncoding);
    QCOMPARE(a.headers, b.headers);
    QCOMPARE(a.priority, b.priority);
    QCOMPARE(a.deliveryMode, b.deliveryMode);
    QCOMPARE(*a.properties, *b.properties);
}

void tst_ContentHeader::readsEveryProperty()
{
    ContentHeaderReader reader;
    const auto header = reader.read(hex(EveryKind));
    QVERIFY2(header, qPrintable(header.error().text()));
    QCOMPARE(header->bodyBytes, 8u);
    QVERIFY(!header->unreadable.isError());
    compare(*header->content, everyKind());
}

// The keys of the headers are sorted; nothing else differs from what was recorded.
void tst_ContentHeader::readsWhatItWrites()
{
    MessageContent content = everyKind();
    const auto bytes = written(content);
    QCOMPARE(bytes->size(), hex(EveryKind).size());
    content.properties.edit().userId = text("guest");
    content.properties.edit().messageId = QStringLiteral("\uFEFFid");
    content.properties.edit().clusterId = text("cluster");
    ContentHeaderReader reader;
    const auto header = reader.read(*written(content));
    compare(*header->content, content);
}

void tst_ContentHeader::readsWhatAQuorumQueueAdds()
{
    const QByteArray headers = longString(shortString("x-delivery-count") + 'l' + u64(1));
    ContentHeaderReader reader;
    const auto header = reader.read(QByteArray(u16(60) + u16(0) + u64(0) + u16(0x2000) + headers));
    QCOMPARE(header->content->headers.value(text("x-delivery-count")), QVariant(qint64(1)));
}

void tst_ContentHeader::takesWhatIsNotThere()
{
    ContentHeaderReader reader;
    const auto header = reader.read(QByteArray(u16(60) + u16(0) + u64(5) + u16(0)));
    QCOMPARE(header->content->deliveryMode, 1);
    QCOMPARE(header->content->priority, 0);
    QVERIFY(header->content->contentType.isNull());
    QVERIFY(header->content->properties.isEmpty());
    const auto odd =
        reader.read(QByteArray(u16(60) + u16(0) + u64(5) + u16(0x0100) + shortString("soon")));
    QVERIFY(!odd->content->properties->expiration);
    QCOMPARE(odd->content->properties->extra.value(text("expiration")), QVariant(text("soon")));
}

void tst_ContentHeader::refusesWhatIsBroken_data()
{
    QTest::addColumn<QByteArray>("payload");
    const QByteArray head = u16(60) + u16(0) + u64(5);
    QTest::newRow("another class") << u16(50) + u16(0) + u64(5) + u16(0);
    QTest::newRow("2^64-1 bytes") << u16(60) + u16(0) + u64(~quint64(0)) + u16(0);
    QTest::newRow("more flags") << head + u16(1) + u16(0);
    QTest::newRow("short string of 255 with 10") << head + u16(0x8000) + u8(255) + "0123456789";
    QTest::newRow("headers behind such a string")
        << head + u16(0xA000) + u8(255) + "0123456789" + u32(0);
    QTest::newRow("headers past the end") << head + u16(0x2000) + u32(1);
    QTest::newRow("headers of 2^32-1") << head + u16(0x2000) + u32(~0u) + "abc";
    QTest::newRow("half a timestamp") << head + u16(0x0040) + u32(0);
}

void tst_ContentHeader::refusesWhatIsBroken()
{
    QFETCH(QByteArray, payload);
    ContentHeaderReader reader;
    const auto header = reader.read(payload);
    QCOMPARE(header.error().kind(), Error::Protocol);
    QCOMPARE(header.error().replyCode(), 502);
}

void tst_ContentHeader::refusesEveryShorterHeader()
{
    const QByteArray whole = hex(EveryKind);
    ContentHeaderReader reader;
    for (qsizetype size = 0; size < whole.size(); ++size) {
        const QByteArray part(whole.constData(), size);
        QVERIFY(!reader.read(part));
    }
}

void tst_ContentHeader::leavesOutHeadersThatCannotBeRead_data()
{
    QTest::addColumn<QByteArray>("table");
    QTest::newRow("unknown type") << longString(shortString("k") + "z");
    QByteArray deep = longString("");
    for (int i = 0; i < 1000; ++i)
        deep = longString(shortString("k") + 'F' + deep);
    QTest::newRow("1 000 deep") << deep;
    QTest::newRow("100 000 fields")
        << longString(shortString("k") + 'A' + longString(QByteArray(100000, 'V')));
}

// Somebody may publish that, and no consumer may fall over it for ever.
void tst_ContentHeader::leavesOutHeadersThatCannotBeRead()
{
    QFETCH(QByteArray, table);
    ContentHeaderReader reader;
    const auto header =
        reader.read(QByteArray(u16(60) + u16(0) + u64(5) + u16(0xA080) + shortString("text/x")
                               + table + shortString("id")));
    QVERIFY2(header, qPrintable(header.error().text()));
    QCOMPARE(header->unreadable.kind(), Error::Decode);
    QCOMPARE(header->content->contentType, text("text/x"));
    QCOMPARE(header->content->properties->messageId, text("id"));
    QVERIFY(header->content->headers.isEmpty());
    QCOMPARE(header->bodyBytes, 5u);
}

void tst_ContentHeader::namesThePropertyThatCannotBeWritten_data()
{
    QTest::addColumn<QString>("where");
    QTest::addColumn<QVariant>("time");
    for (const char *name : {"content_type", "priority", "delivery_mode", "reply_to", "odd"})
        QTest::newRow(name) << text(name) << QVariant();
    QTest::newRow("expired") << text("expiration") << QVariant(-1);
    QTest::newRow("never expires") << text("expiration") << QVariant(qint64(1) << 32);
    const auto time = [](const char *row, const QVariant &value) {
        QTest::newRow(row) << text("timestamp") << value;
    };
    time("no time", text("yesterday"));
    time("before 1970", qint64(-1));
    time("long before 1970", QDateTime(QDate(1969, 12, 31), QTime(12, 0), QTimeZone::utc()));
    time("beyond what is signed", std::numeric_limits<quint64>::max());
}

void tst_ContentHeader::namesThePropertyThatCannotBeWritten()
{
    QFETCH(QString, where);
    QFETCH(QVariant, time);
    MessageContent content = plainContent("x", 0);
    if (where == text("content_type"))
        content.contentType = QString(256, u'x');
    else if (where == text("priority"))
        content.priority = 256;
    else if (where == text("delivery_mode"))
        content.deliveryMode = -1;
    else if (where == text("reply_to"))
        content.properties.edit().replyTo = QString(128, u'ü');
    else if (where == text("expiration"))
        content.properties.edit().expiration = std::chrono::milliseconds(time.toLongLong());
    else if (where == text("timestamp"))
        content.properties.edit().timestamp = time;
    else
        content.headers = {{where, QVariant::fromValue(this)}};
    QByteArray out = "before";
    Pool pool;
    const Error error = appendContentHeader(out, content, 4088, pool);
    QCOMPARE(error.kind(), Error::Encode);
    QCOMPARE(error.where(), where);
    QCOMPARE(out, QByteArray("before"));
}

void tst_ContentHeader::refusesHeadersBeyondAFrame()
{
    MessageContent content = plainContent("x", 0);
    content.headers = {{text("k"), QByteArray(4000, 'x')}};
    const qsizetype bytes = written(content)->size();
    QVERIFY(written(content, bytes));
    QCOMPARE(written(content, bytes - 1).error().kind(), Error::LimitExceeded);
}

QOMBU_TEST(tst_ContentHeader)
#include "tst_contentheader.moc"
