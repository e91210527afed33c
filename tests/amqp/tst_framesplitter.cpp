// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/serverspeech.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;

class tst_FrameSplitter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void givesTheSameFramesAtEveryCut();
    void takesTheSmallestAndTheLargestFrame();
    void endsABrokenStream_data();
    void endsABrokenStream();
    void keepsNothingThatIsOnlyAnnounced();
    void takesLargeHeaders();
    void readsOverHeadersThatAreTooLarge();
    void givesFramesBeforeTheBrokenOne();
    void takesNothingAfterTheEnd();
};

static QByteArrayList all(FrameSplitter &splitter)
{
    QByteArrayList texts;
    while (const auto frame = splitter.next())
        texts << QByteArray::number(frame->type) + "/" + QByteArray::number(frame->channel) + "/"
                + frame->payload.toByteArray();
    return texts;
}

void tst_FrameSplitter::givesTheSameFramesAtEveryCut()
{
    const QByteArray stream = frame(1, 0, "start") + frame(8, 0, "") + frame(2, 7, "header")
        + frame(3, 65535, QByteArray(300, 'b')) + frame(3, 1, "");
    FrameSplitter whole;
    whole.feed(stream);
    const QByteArrayList expected = all(whole);
    QCOMPARE(expected.size(), 5);
    for (qsizetype cut = 0; cut <= stream.size(); ++cut) {
        FrameSplitter splitter;
        const QByteArray first = stream.first(cut);
        const QByteArray second = stream.sliced(cut);
        splitter.feed(first);
        QByteArrayList frames = all(splitter);
        splitter.feed(second);
        frames += all(splitter);
        QCOMPARE(frames, expected);
    }
    FrameSplitter bytewise;
    QByteArrayList frames;
    for (qsizetype i = 0; i < stream.size(); ++i) {
        bytewise.feed(QByteArrayView(stream).sliced(i, 1));
        frames += all(bytewise);
    }
    QCOMPARE(frames, expected);
}

void tst_FrameSplitter::takesTheSmallestAndTheLargestFrame()
{
    FrameSplitter splitter;
    splitter.setFrameMax(4096);
    const QByteArray stream = frame(3, 1, "") + frame(3, 1, QByteArray(4096 - 8, 'x'));
    splitter.feed(stream);
    QCOMPARE(all(splitter).size(), 2);
    QVERIFY(!splitter.error().isError());
}

void tst_FrameSplitter::endsABrokenStream_data()
{
    QTest::addColumn<QByteArray>("stream");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("word");
    const QByteArray good = frame(8, 0, "");
    QByteArray wrongEnd = frame(3, 1, "abc");
    wrongEnd.back() = '\xCD';
    QTest::newRow("wrong end") << wrongEnd << 501 << "does not end";
    QTest::newRow("too large") << hex("03 0001 00001000") << 501 << "4096";
    QTest::newRow("2^32-1") << hex("03 0001 ffffffff") << 501 << "4294967303";
    QTest::newRow("unknown type") << good + hex("04 0001 00000000 ce") << 0 << "type 4";
    QTest::newRow("type 0") << good + hex("00 0001 00000000 ce") << 0 << "type 0";
    QTest::newRow("server of 0-8") << QByteArray("AMQP\1\1\x8\0", 8) << 0 << "AMQP 1-8";
    QTest::newRow("server of 1.0") << QByteArray("AMQP\0\1\0\0", 8) << 0 << "AMQP 1-0";
    QTest::newRow("HTTP") << QByteArray("HTTP/1.1 400 Bad Request\r\n") << 0 << "no AMQP broker";
    QTest::newRow("TLS") << hex("15 0303 0002 02 16") << 0 << "amqps://";
    QTest::newRow("Redis") << QByteArray("-ERR unknown command\r\n") << 0 << "no AMQP broker";
}

void tst_FrameSplitter::endsABrokenStream()
{
    QFETCH(QByteArray, stream);
    QFETCH(QString, word);
    for (qsizetype piece : {stream.size(), qsizetype(1)}) {
        FrameSplitter splitter;
        splitter.setFrameMax(4096);
        for (qsizetype i = 0; i < stream.size(); i += piece) {
            splitter.feed(QByteArrayView(stream).sliced(i, piece));
            all(splitter);
        }
        QCOMPARE(splitter.error().kind(), Error::Protocol);
        QTEST(splitter.error().replyCode(), "code");
        QVERIFY2(splitter.error().text().contains(word), qPrintable(splitter.error().text()));
    }
}

void tst_FrameSplitter::keepsNothingThatIsOnlyAnnounced()
{
    FrameSplitter splitter;
    splitter.setFrameMax(0x7FFFFFFF);
    const QByteArray head = hex("03 0001 7f000000 61");
    splitter.feed(head);
    QVERIFY(all(splitter).isEmpty());
    QVERIFY(!splitter.error().isError());
    QVERIFY(splitter.capacity() < 4096);
}

// RabbitMQ adds headers to what was just small enough.
void tst_FrameSplitter::takesLargeHeaders()
{
    const QByteArray start = frame(1, 0, "start");
    const QByteArray large = frame(2, 1, QByteArray(MostHeaderBytes - FrameExtraBytes, 'x'));
    const QByteArray after = frame(3, 1, "b");
    for (const qsizetype piece : {large.size(), qsizetype(4096)}) {
        FrameSplitter splitter;
        splitter.setFrameMax(4096);
        splitter.feed(start);
        all(splitter);
        for (qsizetype at = 0; at < large.size(); at += piece) {
            const QByteArrayView bytes = QByteArrayView(large).sliced(at);
            splitter.feed(bytes.first(std::min(piece, bytes.size())));
            if (const auto whole = splitter.next()) {
                QCOMPARE(whole->payload.size(), MostHeaderBytes - FrameExtraBytes);
                QCOMPARE(whole->skipped, 0);
            }
        }
        splitter.feed(after);
        QCOMPARE(all(splitter), QByteArrayList{"3/1/b"});
        QVERIFY(splitter.capacity() <= 4096);
    }
    FrameSplitter stranger; // who has not said a word
    stranger.setFrameMax(4096);
    stranger.feed(large);
    QVERIFY(!stranger.next());
    QCOMPARE(stranger.error().replyCode(), 501);
}

void tst_FrameSplitter::readsOverHeadersThatAreTooLarge()
{
    const QByteArray start = frame(1, 0, "start");
    const QByteArray huge = frame(2, 9, QByteArray(MostHeaderBytes, 'x'));
    const QByteArray stream = huge + frame(3, 9, "b");
    for (const qsizetype piece : {stream.size(), qsizetype(50000), qsizetype(1)}) {
        FrameSplitter splitter;
        splitter.feed(start);
        all(splitter);
        QByteArrayList seen;
        for (qsizetype at = 0; at < stream.size(); at += piece) {
            const QByteArrayView bytes = QByteArrayView(stream).sliced(at);
            splitter.feed(bytes.first(std::min(piece, bytes.size())));
            while (const auto next = splitter.next())
                seen << QByteArray::number(next->channel) + "/" + next->payload.toByteArray() + "/"
                        + QByteArray::number(next->skipped);
            QVERIFY(splitter.capacity() < 4096);
        }
        QCOMPARE(seen,
                 (QByteArrayList{"9/" + QByteArray(14, 'x') + "/"
                                     + QByteArray::number(MostHeaderBytes - 14),
                                 "9/b/0"}));
    }
    QByteArray broken = huge;
    broken.back() = 0;
    FrameSplitter splitter;
    splitter.feed(start);
    all(splitter);
    splitter.feed(broken);
    QVERIFY(!splitter.next());
    QCOMPARE(splitter.error().replyCode(), 501);
}

void tst_FrameSplitter::givesFramesBeforeTheBrokenOne()
{
    FrameSplitter splitter;
    const QByteArray stream = frame(3, 1, "a") + hex("09 0000 00000000 ce");
    splitter.feed(stream);
    QCOMPARE(all(splitter), QByteArrayList{"3/1/a"});
    QVERIFY(splitter.error().isError());
}

void tst_FrameSplitter::takesNothingAfterTheEnd()
{
    FrameSplitter splitter;
    const QByteArray bad = hex("09 0000 00000000 ce");
    const QByteArray good = frame(3, 1, "a");
    splitter.feed(bad);
    all(splitter);
    splitter.feed(good);
    QVERIFY(all(splitter).isEmpty());
}

QOMBU_TEST(tst_FrameSplitter)
#include "tst_framesplitter.moc"
