// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/redis/wire/respreader.h"
#include "wire/resptext.h"

#include <QRandomGenerator>
#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;

class tst_RespReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsEveryType_data();
    void readsEveryType();
    void givesTheSameRepliesAtEveryCut();
    void givesTheSameRepliesByteByByte();
    void keepsOrderOfManyReplies();
    void readsAnElementLargerThanAnySlice();
    void refusesWhatIsNoProtocol_data();
    void refusesWhatIsNoProtocol();
    void skipsAnElementThatIsTooLarge_data();
    void skipsAnElementThatIsTooLarge();
    void collectsNothingOfWhatIsTooLarge();
    void skipsElementsThatAreTooMany();
    void skipsWhatIsTooLargeInAll();
    void refusesAnEndlessLine();
    void refusesDeepNesting();
    void keepsRepliesBeforeAnError();
    void survivesRandomBytes();
};

static const QByteArray Mixed(
    "+OK\r\n:42\r\n$-1\r\n$5\r\na\r\nbc\r\n*3\r\n:1\r\n*2\r\n$1\r\nx\r\n*0\r\n$0\r\n\r\n"
    "-ERR no\r\n*-1\r\n");
static const QByteArray MixedText("+OK 42 nil \"a\r\nbc\" [1,[\"x\",[]],\"\"] -ERR no nil");

static QByteArray drain(RespReader &reader)
{
    QByteArray text;
    while (const auto value = reader.next())
        text += (text.isEmpty() ? "" : " ") + respText(*value);
    return text;
}

void tst_RespReader::readsEveryType_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("status") << QByteArray("+PONG\r\n") << QByteArray("+PONG");
    QTest::newRow("error") << QByteArray("-ERR x\r\n") << QByteArray("-ERR x");
    QTest::newRow("negative") << QByteArray(":-9223372036854775808\r\n")
                              << QByteArray("-9223372036854775808");
    QTest::newRow("nil text") << QByteArray("$-1\r\n") << QByteArray("nil");
    QTest::newRow("nil array") << QByteArray("*-1\r\n") << QByteArray("nil");
    QTest::newRow("empty text") << QByteArray("$0\r\n\r\n") << QByteArray("\"\"");
    QTest::newRow("empty array") << QByteArray("*0\r\n") << QByteArray("[]");
    QTest::newRow("errors inside")
        << QByteArray("*2\r\n-ERR a\r\n:1\r\n") << QByteArray("[-ERR a,1]");
    QTest::newRow("all of them") << Mixed << MixedText;
}

void tst_RespReader::readsEveryType()
{
    QFETCH(QByteArray, bytes);
    RespReader reader;
    reader.feed(bytes);
    QTEST(drain(reader), "text");
    QVERIFY(!reader.error().isError());
}

void tst_RespReader::givesTheSameRepliesAtEveryCut()
{
    for (qsizetype cut = 0; cut <= Mixed.size(); ++cut) {
        RespReader reader;
        reader.feed(QByteArrayView(Mixed).first(cut));
        QByteArray text = drain(reader);
        reader.feed(QByteArrayView(Mixed).sliced(cut));
        const QByteArray rest = drain(reader);
        text += (text.isEmpty() || rest.isEmpty() ? "" : " ") + rest;
        QCOMPARE(text, MixedText);
    }
}

void tst_RespReader::givesTheSameRepliesByteByByte()
{
    RespReader reader;
    for (const char &byte : Mixed)
        reader.feed(QByteArrayView(&byte, 1));
    QCOMPARE(drain(reader), MixedText);
}

void tst_RespReader::keepsOrderOfManyReplies()
{
    QByteArray bytes;
    for (int i = 0; i < 50000; ++i)
        bytes += ":" + QByteArray::number(i) + "\r\n";
    RespReader reader;
    reader.feed(bytes);
    for (int i = 0; i < 50000; ++i)
        QCOMPARE(reader.next()->integer, i);
    QVERIFY(!reader.next());
}

void tst_RespReader::readsAnElementLargerThanAnySlice()
{
    const QByteArray body(3 << 20, 'x');
    RespReader reader;
    reader.feed(QByteArray("*2\r\n:7\r\n$" + QByteArray::number(body.size()) + "\r\n" + body
                           + "\r\n:8\r\n"));
    const auto array = reader.next();
    QVERIFY(array);
    QCOMPARE(array->items.at(1).text, body);
    QCOMPARE(reader.next()->integer, 8);
}

void tst_RespReader::refusesWhatIsNoProtocol_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("HTTP") << QByteArray("HTTP/1.1 400 Bad Request\r\n");
    QTest::newRow("RESP3 map") << QByteArray("%1\r\n+a\r\n:1\r\n");
    QTest::newRow("RESP3 push") << QByteArray(">1\r\n+a\r\n");
    QTest::newRow("RESP3 set") << QByteArray("~0\r\n");
    QTest::newRow("RESP3 nil") << QByteArray("_\r\n");
    QTest::newRow("RESP3 double") << QByteArray(",1.5\r\n");
    QTest::newRow("RESP3 boolean") << QByteArray("#t\r\n");
    QTest::newRow("RESP3 big number") << QByteArray("(3492890328409238509324850943850943825\r\n");
    QTest::newRow("RESP3 text with a format") << QByteArray("=7\r\ntxt:abc\r\n");
    QTest::newRow("RESP3 inside") << QByteArray("*2\r\n:1\r\n#f\r\n");
    QTest::newRow("length without digits") << QByteArray("$abc\r\n");
    QTest::newRow("length below -1") << QByteArray("$-2\r\n");
    QTest::newRow("array below -1") << QByteArray("*-2\r\n");
    QTest::newRow("integer without digits") << QByteArray(":\r\n");
    QTest::newRow("length without end") << "$" + QByteArray(64, '1');
}

void tst_RespReader::refusesWhatIsNoProtocol()
{
    QFETCH(QByteArray, bytes);
    RespReader reader;
    reader.feed(bytes);
    QVERIFY(!reader.next());
    QCOMPARE(reader.error().kind(), Error::Protocol);
    reader.feed("+OK\r\n");
    QVERIFY(!reader.next());
}

// The reply that has it is of no use; the next one is.
void tst_RespReader::skipsAnElementThatIsTooLarge_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<qsizetype>("size");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<QByteArray>("text"); // of what is left of the reply
    for (const qsizetype size : {11, 999, 1024, 5000, 200000}) {
        QTest::addRow("alone, %lld", qlonglong(size))
            << QByteArray() << size << QByteArray() << QByteArray("nil");
        QTest::addRow("inside, %lld", qlonglong(size))
            << QByteArray("*3\r\n:1\r\n") << size << QByteArray("$2\r\nab\r\n")
            << QByteArray("[1]");
        QTest::addRow("deep inside, %lld", qlonglong(size))
            << QByteArray("*2\r\n*2\r\n:1\r\n") << size << QByteArray("*2\r\n:3\r\n*1\r\n:4\r\n")
            << QByteArray("[[1]]");
    }
}

void tst_RespReader::skipsAnElementThatIsTooLarge()
{
    QFETCH(QByteArray, before);
    QFETCH(qsizetype, size);
    QFETCH(QByteArray, after);
    QFETCH(QByteArray, text);
    const QByteArray bytes = "+OK\r\n" + before + '$' + QByteArray::number(size) + "\r\n"
        + QByteArray(size, '$') + "\r\n" + after + ":42\r\n";
    std::vector<qsizetype> cuts{0, bytes.size(), bytes.size() / 2};
    for (qsizetype cut = 1; cut < 40; ++cut) {
        cuts.push_back(std::min(cut, bytes.size()));
        cuts.push_back(std::max<qsizetype>(0, bytes.size() - cut));
    }
    for (const qsizetype cut : cuts) {
        RespReader reader({.elementBytes = 10});
        reader.feed(QByteArrayView(bytes).first(cut));
        reader.feed(QByteArrayView(bytes).sliced(cut));
        QCOMPARE(reader.next()->text, QByteArray("OK"));
        const auto tooLarge = reader.next();
        QVERIFY(tooLarge && tooLarge->isTooLarge);
        QVERIFY(tooLarge->text.contains(QByteArray::number(size)));
        QCOMPARE(respText(*tooLarge), text);
        const auto next = reader.next();
        QVERIFY(next && !next->isTooLarge);
        QCOMPARE(next->integer, 42);
        QVERIFY(!reader.next());
        QVERIFY(!reader.error().isError());
    }
}

void tst_RespReader::collectsNothingOfWhatIsTooLarge()
{
    RespReader reader;
    reader.feed("$1073741824\r\n");
    QVERIFY(reader.next()->isTooLarge);
    const QByteArray piece(1 << 20, 'x');
    for (int i = 0; i < 1024; ++i) {
        QVERIFY(!reader.next());
        reader.feed(piece);
    }
    reader.feed("\r\n:1\r\n");
    QCOMPARE(reader.next()->integer, 1);
}

void tst_RespReader::skipsElementsThatAreTooMany()
{
    RespReader reader({.replyItems = 5});
    reader.feed("*3\r\n*1\r\n:1\r\n*3\r\n:2\r\n:3\r\n:4\r\n*1\r\n$1\r\nx\r\n:7\r\n");
    const auto tooLarge = reader.next();
    QVERIFY(tooLarge && tooLarge->isTooLarge);
    QVERIFY(tooLarge->items.size() <= 3);
    const auto next = reader.next();
    QCOMPARE(next->integer, 7);
    QVERIFY(!next->isTooLarge);
    QVERIFY(!reader.error().isError());
}

void tst_RespReader::skipsWhatIsTooLargeInAll()
{
    RespReader reader({.replyBytes = 10});
    reader.feed("*2\r\n$6\r\n012345\r\n$4\r\n0123\r\n"); // ten bytes: allowed
    QVERIFY(!reader.next()->isTooLarge);
    reader.feed("*3\r\n$6\r\n012345\r\n$5\r\n01234\r\n$1\r\nx\r\n");
    QVERIFY(reader.next()->isTooLarge);
    reader.feed("$10\r\n0123456789\r\n");
    QCOMPARE(reader.next()->text, QByteArray("0123456789"));
    QVERIFY(!reader.error().isError());
}

void tst_RespReader::refusesAnEndlessLine()
{
    RespReader reader;
    reader.feed("+");
    for (int i = 0; i < 100 && !reader.error().isError(); ++i)
        reader.feed(QByteArray(1024, 'a'));
    QCOMPARE(reader.error().kind(), Error::LimitExceeded);
}

void tst_RespReader::refusesDeepNesting()
{
    RespReader deep;
    deep.feed(QByteArray(QByteArray("*1\r\n").repeated(7) + ":1\r\n"));
    QCOMPARE(drain(deep), QByteArray("[[[[[[[1]]]]]]]"));
    for (const int arrays : {9, 100000}) {
        RespReader deeper;
        deeper.feed(QByteArray("*1\r\n").repeated(arrays));
        QCOMPARE(deeper.error().kind(), Error::Protocol);
    }
}

void tst_RespReader::keepsRepliesBeforeAnError()
{
    RespReader reader;
    reader.feed("+OK\r\n:1\r\n!\r\n");
    QCOMPARE(drain(reader), QByteArray("+OK 1"));
    QCOMPARE(reader.error().kind(), Error::Protocol);
}

void tst_RespReader::survivesRandomBytes()
{
    QRandomGenerator random(4711);
    const QByteArray alphabet("+-:$*0123456789\r\nab");
    for (int round = 0; round < 20000; ++round) {
        RespReader reader({.elementBytes = 1000, .replyItems = 1000});
        QByteArray bytes = Mixed;
        for (int change = random.bounded(4); change >= 0; --change)
            bytes[random.bounded(bytes.size())] = alphabet[random.bounded(alphabet.size())];
        const int cut = random.bounded(bytes.size());
        reader.feed(QByteArrayView(bytes).first(cut));
        reader.feed(QByteArrayView(bytes).sliced(cut));
        RespReader whole({.elementBytes = 1000, .replyItems = 1000});
        whole.feed(bytes);
        QCOMPARE(drain(reader), drain(whole));
        QCOMPARE(reader.error().kind(), whole.error().kind());
    }
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_RespReader)
#include "tst_respreader.moc"
