// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/serverspeech.h"
#include "support/testmain.h"

#include <QTest>

#include <algorithm>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;

// What no server may say, in every state and cut at every byte: one end, and a word to the server.
class tst_AmqpBadFrames : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void endsAtABadFrame_data();
    void endsAtABadFrame();
    void endsAtWhatCannotBeNow_data();
    void endsAtWhatCannotBeNow();
    void takesWhatIsOddButWhole_data();
    void takesWhatIsOddButWhole();
};

static QByteArray headerFrame(const QByteArray &fields, int bodyBytes = 0)
{
    return frame(2, 1,
                 u16(60) + u16(0) + u64(quint64(bodyBytes)) + u16(0x2000) + longString(fields));
}

static QByteArrayList beginningWith(const QByteArrayList &texts, const char *word)
{
    QByteArrayList found;
    std::copy_if(texts.begin(), texts.end(), std::back_inserter(found),
                 [word](const QByteArray &text) { return text.startsWith(word); });
    return found;
}

namespace {

// What came of some bytes on a session with channels 1 and 2, of which 1 has asked for a message.
struct HeardFrames
{
    explicit HeardFrames(const QByteArrayList &pieces)
    {
        AmqpSession session({});
        makeReady(session);
        openChannels(session, 2);
        session.send(1, *basicGet(QStringLiteral("q"), false), T0);
        session.takeOutput();
        for (const QByteArray &piece : pieces) {
            const Step step = session.feed(piece, T0);
            texts += eventTexts(step);
            if (step.fatal.isError()) {
                fatal = step.fatal;
                ++ends;
            }
        }
        output = session.takeOutput();
        waits = session.nextDeadline().has_value();
    }

    QByteArrayList texts;
    Error fatal;
    int ends = 0;
    QByteArray output;
    bool waits = true;
};

} // namespace

void tst_AmqpBadFrames::endsAtABadFrame_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<int>("code");
    QByteArray wrongEnd = frame(8, 0, "");
    wrongEnd.back() = '\0';
    QTest::newRow("wrong end") << wrongEnd << 501;
    QTest::newRow("over the limit") << hex("03 0001 0001fff9") << 501;
    QTest::newRow("size 2^32-1") << hex("01 0000 ffffffff") << 501;
    QTest::newRow("unknown type") << frame(5, 0, "") << 0;
    QTest::newRow("greeting of another version") << QByteArray("AMQP\0\0\x8\0", 8) << 0;
    QTest::newRow("method of size 0") << frame(1, 1, "") << 502;
    QTest::newRow("method of three bytes") << frame(1, 0, "abc") << 502;
    QTest::newRow("heartbeat on a channel") << frame(8, 1, "") << 501;
    QTest::newRow("heartbeat with something in it") << frame(8, 0, "x") << 501;
    QTest::newRow("header on channel 0") << contentHeader(0, 0) << 505;
    QTest::newRow("body on channel 0") << body(0, "x") << 505;
    QTest::newRow("method on a channel that is not open") << deliverHead(3) << 504;
    QTest::newRow("close on a channel that is not open") << closeMethod(9, 404, "") << 504;
    QTest::newRow("header on a channel that is not open") << contentHeader(3, 0) << 504;
    QTest::newRow("body on a channel that is not open") << body(65535, "x") << 504;
    QTest::newRow("header without method") << contentHeader(1, 0) << 505;
    QTest::newRow("body without header") << body(1, "x") << 505;
    QTest::newRow("body before header") << deliverHead(1) + body(1, "x") << 505;
    QTest::newRow("second header")
        << deliverHead(1) + contentHeader(1, 2) + contentHeader(1, 2) << 505;
    QTest::newRow("method before header") << deliverHead(1) + deliverHead(1) << 505;
    QTest::newRow("method before body")
        << deliverHead(1) + contentHeader(1, 2) + method(1, MethodId::BasicGetEmpty, u8(0)) << 505;
    QTest::newRow("body longer than announced")
        << deliverHead(1) + contentHeader(1, 2) + body(1, "abc") << 501;
    QTest::newRow("body longer in its second frame")
        << deliverHead(1) + contentHeader(1, 2) + body(1, "a") + body(1, "bc") << 501;
    QTest::newRow("body after an empty one")
        << deliverHead(1) + contentHeader(1, 0) + body(1, "a") << 505;
    QTest::newRow("empty body before header") << deliverHead(1) + body(1, "") << 505;
    QTest::newRow("empty body after the end")
        << deliverHead(1) + contentHeader(1, 1) + body(1, "a") + body(1, "") << 505;
    QTest::newRow("content of 2^63 bytes")
        << deliverHead(1) + contentHeader(1, quint64(1) << 63) << 502;
    QTest::newRow("content of 2^64-1 bytes")
        << deliverHead(1) + contentHeader(1, ~quint64(0)) << 502;
    QTest::newRow("header of three bytes") << deliverHead(1) + frame(2, 1, "abc") << 502;
    QTest::newRow("header of another class")
        << deliverHead(1) + frame(2, 1, u16(50) + u16(0) + u64(0) + u16(0)) << 502;
    QTest::newRow("headers past the frame")
        << deliverHead(1) + frame(2, 1, u16(60) + u16(0) + u64(0) + u16(0x2000) + u32(100)) << 502;
    QTest::newRow("list past its table")
        << deliverHead(1) + headerFrame(shortString("k") + 'A' + u32(2) + 'V') << 502;
    QTest::newRow("table past its table")
        << deliverHead(1) + headerFrame(shortString("k") + 'F' + u32(~0u)) << 502;
    QTest::newRow("properties that nobody knows")
        << deliverHead(1) + frame(2, 1, u16(60) + u16(0) + u64(0) + u16(1) + u16(0)) << 502;
    QTest::newRow("short string of 255 with 10")
        << method(1, MethodId::BasicCancel, u8(255) + "0123456789") << 502;
    QTest::newRow("unknown method") << method(1, 0x003C00FF) << 503;
    QTest::newRow("unknown class") << method(1, 0x00630001) << 503;
    QTest::newRow("unknown method of the connection") << method(0, 0x000A00FF) << 503;
    QTest::newRow("method of a client")
        << method(1, MethodId::BasicPublish, QByteArray(9, '\0')) << 503;
    QTest::newRow("channel method on channel 0")
        << closeMethod(1, 404, "").replace(1, 2, u16(0)) << 503;
    QTest::newRow("connection method on a channel")
        << closeMethod(0, 320, "").replace(1, 2, u16(1)) << 503;
    QTest::newRow("start again") << startMethod() << 503;
    QTest::newRow("tune again") << tuneMethod() << 503;
    QTest::newRow("open-ok again") << openOk() << 503;
    QTest::newRow("close-ok for nothing") << method(0, MethodId::ConnectionCloseOk) << 503;
    QTest::newRow("channel opened again") << method(1, MethodId::ChannelOpenOk, u32(0)) << 503;
    QTest::newRow("channel closed for nothing") << method(1, MethodId::ChannelCloseOk) << 503;
    QTest::newRow("answer to nothing") << method(2, MethodId::BasicQosOk) << 503;
    QTest::newRow("answer to something else") << method(1, MethodId::BasicQosOk) << 503;
    QTest::newRow("message that nobody asked for") << method(
        2, MethodId::BasicGetOk, u64(1) + u8(0) + shortString("x") + shortString("k") + u32(0))
                                                   << 503;
    QTest::newRow("second answer")
        << method(1, MethodId::BasicGetEmpty, u8(0)) + method(1, MethodId::BasicGetEmpty, u8(0))
        << 503;
    QTest::newRow("new secret for nothing") << method(0, MethodId::ConnectionUpdateSecretOk) << 503;
}

// What was whole before is told once; of what comes after it, nothing.
void tst_AmqpBadFrames::endsAtABadFrame()
{
    QFETCH(QByteArray, said);
    QFETCH(int, code);
    const QByteArray all = deliver(2, 1, "before") + said + deliver(2, 2, "after");
    const HeardFrames whole({all});
    QCOMPARE(whole.ends, 1);
    QCOMPARE(whole.fatal.kind(), Error::Protocol);
    QCOMPARE(whole.fatal.replyCode(), code);
    QVERIFY(whole.fatal.isRecoverable()); // it spoke well before
    QVERIFY(!whole.fatal.text().contains(u'%'));
    QVERIFY(!whole.waits);
    QCOMPARE(whole.texts.count("delivered 2 tag #1 x/k:before"), 1);
    QVERIFY(std::none_of(whole.texts.begin(), whole.texts.end(),
                         [](const QByteArray &text) { return text.contains("after"); }));
    QByteArrayList frames = frameTexts(whole.output);
    if (code > 0) {
        QCOMPARE(frames.takeLast(), QByteArray("0 connection.close"));
        const qsizetype close = whole.output.indexOf(u32(MethodId::ConnectionClose));
        QCOMPARE(whole.output.mid(close + 4, 2), u16(code));
    }
    QVERIFY(!frames.contains("0 connection.close"));

    for (qsizetype cut = 0; cut <= all.size(); ++cut) {
        const HeardFrames cutOnce({all.first(cut), all.sliced(cut)});
        QCOMPARE(cutOnce.texts, whole.texts);
        QCOMPARE(cutOnce.output, whole.output);
    }
    QByteArrayList bytes;
    for (const char byte : all)
        bytes << QByteArray(1, byte);
    const HeardFrames bytewise(bytes);
    QCOMPARE(bytewise.texts, whole.texts);
    QCOMPARE(bytewise.output, whole.output);
}

enum class At { Start, Tune, Open, ChannelOpening, ChannelClosing, Closing };
constexpr int Fine = -1; // nothing ends, nothing is told
constexpr int Untold = 1000; // added to a code that a server that never spoke AMQP is not told

static void bringTo(At state, AmqpSession &session)
{
    if (state >= At::ChannelOpening)
        makeReady(session);
    else
        session.start(T0);
    if (state == At::Tune || state == At::Open)
        session.feed(startMethod(), T0);
    if (state == At::Open)
        session.feed(tuneMethod(), T0);
    if (state == At::ChannelOpening)
        session.openChannel(T0);
    if (state == At::ChannelClosing || state == At::Closing) {
        openChannels(session, 1);
        session.send(1, basicQos(1), T0);
    }
    if (state == At::ChannelClosing)
        session.closeChannel(1, T0);
    if (state == At::Closing)
        session.close(T0);
    session.takeOutput();
}

void tst_AmqpBadFrames::endsAtWhatCannotBeNow_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<int>("code");
    const std::pair<const char *, QByteArray> frames[] = {
        {"heartbeat", frame(8, 0, "")},
        {"header", contentHeader(1, 1)},
        {"body", body(1, "x")},
        {"delivery", deliver(1, 1, "x")},
        {"answer", method(1, MethodId::BasicQosOk)},
        {"confirmation", method(1, MethodId::BasicAck, u64(1) + u8(0))},
        {"blocked", method(0, MethodId::ConnectionBlocked, shortString("disk"))},
        {"start", startMethod()},
        {"unknown method", method(1, 0x003C00FF)},
    };
    // In the order of the frames above.
    const std::tuple<const char *, At, QList<int>> states[] = {
        {"before start", At::Start, {Fine, 1505, 1505, 1503, 1503, 1503, 1503, Fine, 1503}},
        {"before tune", At::Tune, {Fine, 505, 505, 503, 503, 503, 503, 503, 503}},
        {"before open-ok", At::Open, {Fine, 505, 505, 503, 503, 503, 503, 503, 503}},
        {"channel opening", At::ChannelOpening, {Fine, 505, 505, 503, 503, 503, Fine, 503, 503}},
        {"channel closing",
         At::ChannelClosing,
         {Fine, Fine, Fine, Fine, Fine, Fine, Fine, 503, Fine}},
        {"closing", At::Closing, {Fine, Fine, Fine, Fine, Fine, Fine, Fine, Fine, Fine}},
    };
    for (const auto &[name, state, codes] : states) {
        for (qsizetype i = 0; i < codes.size(); ++i)
            QTest::addRow("%s, %s", name, frames[i].first)
                << int(state) << frames[i].second << codes[i];
    }
}

void tst_AmqpBadFrames::endsAtWhatCannotBeNow()
{
    QFETCH(int, state);
    QFETCH(QByteArray, said);
    QFETCH(int, code);
    for (const qsizetype piece : {said.size(), qsizetype(1)}) {
        AmqpSession session({});
        bringTo(At(state), session);
        Error fatal;
        QByteArrayList texts;
        for (qsizetype at = 0; at < said.size(); at += piece) {
            const Step step = session.feed(said.mid(at, piece), T0);
            texts += eventTexts(step);
            if (step.fatal.isError())
                fatal = step.fatal;
        }
        const QByteArrayList written = frameTexts(session.takeOutput());
        QVERIFY(beginningWith(texts, "delivered").isEmpty()
                && beginningWith(texts, "answer").isEmpty());
        if (code == Fine) {
            QVERIFY2(!fatal.isError(), qPrintable(fatal.text()));
            QVERIFY(!written.contains("0 connection.close"));
            continue;
        }
        QCOMPARE(fatal.kind(), Error::Protocol);
        QCOMPARE(fatal.replyCode(), code % Untold);
        QCOMPARE(written, code > Untold ? QByteArrayList() : QByteArrayList{"0 connection.close"});
    }
}

void tst_AmqpBadFrames::takesWhatIsOddButWhole_data()
{
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<QByteArray>("event");
    const QByteArray plain = "delivered 1 t #1 x/k:ab";
    QByteArray deep = longString("");
    for (int i = 0; i < 1000; ++i)
        deep = longString(shortString("k") + 'F' + deep);
    QTest::newRow("empty bodies") << deliverHead(1) + contentHeader(1, 2) + body(1, "")
            + body(1, "a") + body(1, "")
            + body(1, "b") << plain;
    QTest::newRow("other channels in between")
        << deliverHead(1) + method(2, MethodId::BasicCancel, shortString("u") + u8(1))
            + contentHeader(1, 2) + body(1, "a") + frame(8, 0, "") + body(1, "b")
        << plain;
    QTest::newRow("name that is not UTF-8") << deliverHead(1, "\xFF") + contentHeader(1, 2)
            + body(1, "ab") << QByteArray("delivered 1 t #1 \xEF\xBF\xBD/k:ab");
    QTest::newRow("headers nested 1 000 deep") << deliverHead(1) + headerFrame(deep.sliced(4), 2)
            + body(1, "ab") << plain + " !" + QByteArray::number(Error::Decode) + ",0";
    QTest::newRow("header of unknown type")
        << deliverHead(1) + headerFrame(shortString("k") + 'z', 2) + body(1, "ab")
        << plain + " !" + QByteArray::number(Error::Decode) + ",0";
}

void tst_AmqpBadFrames::takesWhatIsOddButWhole()
{
    QFETCH(QByteArray, said);
    QFETCH(QByteArray, event);
    for (qsizetype cut = 0; cut <= said.size(); ++cut) {
        const HeardFrames heard({said.first(cut), said.sliced(cut)});
        QVERIFY2(heard.ends == 0, qPrintable(heard.fatal.text()));
        QCOMPARE(beginningWith(heard.texts, "delivered"), QByteArrayList{event});
    }
}

QOMBU_TEST(tst_AmqpBadFrames)
#include "tst_amqpbadframes.moc"
