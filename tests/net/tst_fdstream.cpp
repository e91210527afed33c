// SPDX-License-Identifier: BSD-3-Clause
#include "net/fdstream.h"
#include "net/noise.h"
#include "net/recorder.h"
#include "support/testmain.h"

#include <QtCore/qeventloop.h>
#include <QtCore/qtemporarydir.h>
#include <QtNetwork/qlocalserver.h>
#include <QtNetwork/qlocalsocket.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>
#include <QtTest/qtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;

namespace {

// A stream, and the bare descriptor of its peer.
struct Pair
{
    explicit Pair(bool isOpen = true)
    {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
            qFatal("no sockets");
        peer = ends[1];
        stream = std::make_unique<FdStream>(Hub::current(), ends[0], QStringLiteral("the peer"),
                                            &recorder);
        if (!isOpen)
            return;
        stream->open();
        while (recorder.opened == 0)
            Hub::current()->runOnce(1s);
    }
    ~Pair() { closePeer(); }
    Q_DISABLE_COPY_MOVE(Pair)

    void send(const QByteArray &bytes) const
    {
        if (::write(peer, bytes.constData(), size_t(bytes.size())) != bytes.size())
            qFatal("the peer cannot write");
    }
    // All that the stream has sent by now.
    QByteArray take() const
    {
        QByteArray all;
        char buffer[65536];
        for (;;) {
            const auto count = ::read(peer, buffer, sizeof buffer);
            if (count <= 0)
                return all;
            all.append(buffer, count);
        }
    }
    void closePeer()
    {
        if (peer >= 0)
            ::close(std::exchange(peer, -1));
    }

    Recorder recorder;
    std::unique_ptr<FdStream> stream;
    int peer = -1;
};

} // namespace

class tst_FdStream : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void opensOverTcp();
    void opensOverAUnixSocket();
    void failsToOpenOnce();
    void opensAnAdoptedDescriptor();
    void deliversBytesInOrder();
    void sendsAtOnceWhatTheKernelTakes();
    void sendsWhatWasWrittenBeforeItOpened();
    void tellsWhenItHasDrained();
    void doesNotTellOfDrainingWhatNeverWaited();
    void watchesItsWriterOnlyWhileOutputWaits();
    void carriesTwentyMegabytesBothWays();
    void slowsThePeerDown();
    void stopsReadingInsideACallback();
    void givesOthersTheirTurn();
    void tellsThatThePeerClosed();
    void deliversTheLastWordsBeforeTheEnd();
    void deliversTheLastWordsWhenAWriteFails();
    void failsFromTheLoopWhenAWriteFails();
    void failsInTheMiddleOfOutput();
    void tellsOfAReset();
    void ignoresWritesAfterItsEnd();
    void mayBeDeletedInAnyCall_data();
    void mayBeDeletedInAnyCall();
    void mayBeDeletedWhileItConnects();
    void letsAListenerTurnAnEventLoop();
    void leavesNoWatchBehind();
};

void tst_FdStream::opensOverTcp()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Recorder recorder;
    FdStream stream(Hub::current(), Endpoint::tcp(QStringLiteral("localhost"), server.serverPort()),
                    &recorder);
    stream.write("early ");
    stream.open();
    stream.write("bird");
    QCOMPARE(recorder.opened, 0);
    QTRY_COMPARE_WITH_TIMEOUT(recorder.opened, 1, 20000);
    QTRY_VERIFY(server.hasPendingConnections());
    QTcpSocket *const peer = server.nextPendingConnection();
    QTRY_COMPARE(peer->bytesAvailable(), 10);
    QCOMPARE(peer->readAll(), QByteArray("early bird"));
    peer->write("worm");
    QTRY_COMPARE(recorder.received, QByteArray("worm"));
}

void tst_FdStream::opensOverAUnixSocket()
{
    const QTemporaryDir folder;
    QLocalServer server;
    QVERIFY(server.listen(folder.filePath(QStringLiteral("s"))));
    Recorder recorder;
    FdStream stream(Hub::current(), Endpoint::unixSocket(server.fullServerName()), &recorder);
    stream.open();
    QTRY_COMPARE(recorder.opened, 1);
    stream.write("hello");
    QTRY_VERIFY(server.hasPendingConnections());
    QLocalSocket *const peer = server.nextPendingConnection();
    QTRY_COMPARE(peer->bytesAvailable(), 5);
    peer->write(peer->readAll().toUpper());
    QTRY_COMPARE(recorder.received, QByteArray("HELLO"));
}

void tst_FdStream::failsToOpenOnce()
{
    Recorder recorder;
    FdStream stream(Hub::current(), Endpoint::unixSocket(QStringLiteral("/absent/socket")),
                    &recorder);
    stream.write("lost");
    stream.open();
    stream.open();
    QCOMPARE(recorder.failed, 0);
    QTRY_COMPARE(recorder.failed, 1);
    QCOMPARE(recorder.opened, 0);
    QCOMPARE(recorder.error.text(),
             QStringLiteral("could not connect to /absent/socket \u2014 no such socket"));
    QCOMPARE(stream.bytesToWrite(), 0);
    QVERIFY(!Hub::current()->runOnce(10ms));
    QCOMPARE(recorder.failed, 1);
}

void tst_FdStream::opensAnAdoptedDescriptor()
{
    Pair pair(false);
    pair.stream->open();
    QCOMPARE(pair.recorder.opened, 0);
    QTRY_COMPARE(pair.recorder.opened, 1);
}

void tst_FdStream::deliversBytesInOrder()
{
    Pair pair;
    QByteArray expected;
    for (int i = 0; i < 100; ++i) {
        const QByteArray bytes = noise(i * 7, quint32(i));
        expected += bytes;
        if (!bytes.isEmpty())
            pair.send(bytes);
        if (i % 10 == 0)
            Hub::current()->runOnce(0ms);
    }
    QTRY_COMPARE(pair.recorder.received.size(), expected.size());
    QCOMPARE(pair.recorder.received, expected);
}

void tst_FdStream::sendsAtOnceWhatTheKernelTakes()
{
    const Pair pair;
    pair.stream->write("now");
    QCOMPARE(pair.stream->bytesToWrite(), 0);
    QCOMPARE(pair.take(), QByteArray("now"));
}

void tst_FdStream::sendsWhatWasWrittenBeforeItOpened()
{
    Pair pair(false);
    pair.stream->write("before");
    pair.recorder.onOpened = [&] { pair.stream->write(" and in the call"); };
    pair.stream->open();
    QCOMPARE(pair.stream->bytesToWrite(), 6);
    QTRY_COMPARE(pair.recorder.drained, 1);
    QCOMPARE(pair.take(), QByteArray("before and in the call"));
}

void tst_FdStream::tellsWhenItHasDrained()
{
    Pair pair;
    const QByteArray bytes = noise(3'000'000, 1);
    pair.stream->write(bytes);
    QCOMPARE_GT(pair.stream->bytesToWrite(), 0);
    pair.stream->write("the end");
    QByteArray taken;
    while (pair.recorder.drained == 0) {
        taken += pair.take();
        QVERIFY(Hub::current()->runOnce(10s));
    }
    QCOMPARE(pair.stream->bytesToWrite(), 0);
    taken += pair.take();
    QCOMPARE(checksum(taken), checksum(bytes + "the end"));
    QCOMPARE(pair.recorder.drained, 1);
}

void tst_FdStream::doesNotTellOfDrainingWhatNeverWaited()
{
    Pair pair;
    pair.stream->write("short");
    QVERIFY(!Hub::current()->runOnce(5ms));
    QCOMPARE(pair.recorder.drained, 0);
}

void tst_FdStream::watchesItsWriterOnlyWhileOutputWaits()
{
    Pair pair;
    pair.stream->write(noise(1'000'000, 1));
    while (pair.recorder.drained == 0) {
        pair.take();
        QVERIFY(Hub::current()->runOnce(10s));
    }
    pair.take();
    QVERIFY2(!Hub::current()->runOnce(5ms), "a watched writer would be called in every turn");
}

void tst_FdStream::carriesTwentyMegabytesBothWays()
{
    constexpr qsizetype Size = 20'000'000;
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Recorder here;
    FdStream stream(Hub::current(), Endpoint::tcp(QStringLiteral("127.0.0.1"), server.serverPort()),
                    &here);
    stream.open();
    QTRY_VERIFY(server.hasPendingConnections());
    QTcpSocket *const accepted = server.nextPendingConnection();
    Recorder there;
    FdStream peer(Hub::current(), ::dup(int(accepted->socketDescriptor())),
                  QStringLiteral("client"), &there);
    accepted->abort(); // its descriptor goes on as ours
    peer.open();
    QTRY_VERIFY(here.opened && there.opened);

    const QByteArray up = noise(Size, 1);
    const QByteArray down = noise(Size, 2);
    for (qsizetype at = 0; at < Size; at += 1'000'003) {
        stream.write(up.mid(at, 1'000'003));
        peer.write(down.mid(at, 1'000'003));
    }
    QTRY_COMPARE_WITH_TIMEOUT(there.received.size(), Size, 30000);
    QTRY_COMPARE_WITH_TIMEOUT(here.received.size(), Size, 30000);
    QCOMPARE(checksum(there.received), checksum(up));
    QCOMPARE(checksum(here.received), checksum(down));
    QCOMPARE(stream.bytesToWrite(), 0);
    QCOMPARE(here.failed + there.failed, 0);
}

void tst_FdStream::slowsThePeerDown()
{
    Pair pair;
    pair.stream->setReading(false);
    const QByteArray block = noise(65536, 1);
    qint64 sent = 0;
    for (;;) {
        const auto count = ::write(pair.peer, block.constData(), size_t(block.size()));
        if (count < 0)
            break;
        sent += count;
    }
    QCOMPARE(errno, EAGAIN); // the peer must wait
    QVERIFY(!Hub::current()->runOnce(5ms));
    QCOMPARE(pair.recorder.received.size(), 0);
    pair.stream->setReading(true);
    QTRY_COMPARE(pair.recorder.received.size(), sent);
}

void tst_FdStream::stopsReadingInsideACallback()
{
    Pair pair;
    pair.recorder.onReceived = [&] { pair.stream->setReading(false); };
    pair.send(noise(100'000, 1));
    QVERIFY(Hub::current()->runOnce(10s));
    QVERIFY(!Hub::current()->runOnce(5ms));
    QCOMPARE(pair.recorder.chunks, 1);
    QCOMPARE_LE(pair.recorder.received.size(), 65536);
    pair.recorder.onReceived = {};
    pair.stream->setReading(true);
    QTRY_COMPARE(pair.recorder.received.size(), 100'000);
}

void tst_FdStream::givesOthersTheirTurn()
{
    Pair busy;
    Pair other;
    // The busy peer has always more, as soon as something was read.
    const QByteArray block = noise(65536, 1);
    const auto fill = [&] {
        while (::write(busy.peer, block.constData(), size_t(block.size())) > 0) {}
    };
    busy.recorder.onReceived = fill;
    fill();
    other.send("x");
    QTRY_COMPARE(other.recorder.received, QByteArray("x"));
    QCOMPARE_LE(busy.recorder.chunks, 64);
    busy.recorder.onReceived = {};
}

void tst_FdStream::tellsThatThePeerClosed()
{
    Pair pair;
    pair.closePeer();
    QTRY_COMPARE(pair.recorder.failed, 1);
    QCOMPARE(pair.recorder.error.kind(), Error::Connection);
    QCOMPARE(pair.recorder.error.text(),
             QStringLiteral("lost the connection to the peer \u2014 closed by the peer"));
    QVERIFY(pair.recorder.error.isRecoverable());
    QVERIFY(!Hub::current()->runOnce(5ms));
    QCOMPARE(pair.recorder.failed, 1);
}

void tst_FdStream::deliversTheLastWordsBeforeTheEnd()
{
    Pair pair;
    pair.send("half a rep"); // cut in the middle
    pair.closePeer();
    QTRY_COMPARE(pair.recorder.failed, 1);
    QCOMPARE(pair.recorder.received, QByteArray("half a rep"));
}

void tst_FdStream::deliversTheLastWordsWhenAWriteFails()
{
    Pair pair;
    pair.send("-ERR max number of clients reached\r\n");
    pair.closePeer();
    pair.stream->write("PING\r\n"); // EPIPE, before anything was read
    QCOMPARE(pair.recorder.failed, 0);
    QTRY_COMPARE(pair.recorder.failed, 1);
    QCOMPARE(pair.recorder.received, QByteArray("-ERR max number of clients reached\r\n"));
}

void tst_FdStream::failsFromTheLoopWhenAWriteFails()
{
    Pair pair;
    pair.stream->setReading(false);
    pair.closePeer();
    pair.stream->write("a");
    pair.stream->write("b");
    QCOMPARE(pair.recorder.failed, 0);
    QTRY_COMPARE(pair.recorder.failed, 1);
    QCOMPARE(pair.recorder.error.replyCode(), EPIPE);
    QCOMPARE(pair.stream->bytesToWrite(), 0);
}

void tst_FdStream::failsInTheMiddleOfOutput()
{
    Pair pair;
    pair.stream->setReading(false);
    pair.stream->write(noise(5'000'000, 1));
    QCOMPARE_GT(pair.stream->bytesToWrite(), 0);
    pair.closePeer();
    QTRY_COMPARE(pair.recorder.failed, 1);
    QCOMPARE(pair.recorder.drained, 0);
    QCOMPARE(pair.stream->bytesToWrite(), 0);
}

void tst_FdStream::tellsOfAReset()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Recorder recorder;
    FdStream stream(Hub::current(), Endpoint::tcp(QStringLiteral("127.0.0.1"), server.serverPort()),
                    &recorder);
    stream.open();
    QTRY_VERIFY(recorder.opened && server.hasPendingConnections());
    QTcpSocket *const peer = server.nextPendingConnection();
    const linger hard{1, 0};
    QCOMPARE(::setsockopt(int(peer->socketDescriptor()), SOL_SOCKET, SO_LINGER, &hard, sizeof hard),
             0);
    peer->abort();
    QTRY_COMPARE(recorder.failed, 1);
    QCOMPARE(recorder.error.replyCode(), ECONNRESET);
}

void tst_FdStream::ignoresWritesAfterItsEnd()
{
    Pair pair;
    pair.recorder.onFailed = [&] { pair.stream->write("too late"); };
    pair.closePeer();
    QTRY_COMPARE(pair.recorder.failed, 1);
    pair.stream->write("much too late");
    pair.stream->setReading(false);
    pair.stream->setReading(true);
    QCOMPARE(pair.stream->bytesToWrite(), 0);
    QVERIFY(!Hub::current()->runOnce(5ms));
}

void tst_FdStream::mayBeDeletedInAnyCall_data()
{
    QTest::addColumn<QString>("call");
    QTest::newRow("opened") << QStringLiteral("opened");
    QTest::newRow("received") << QStringLiteral("received");
    QTest::newRow("received, more to come") << QStringLiteral("more");
    QTest::newRow("drained") << QStringLiteral("drained");
    QTest::newRow("failed by the peer") << QStringLiteral("closed");
    QTest::newRow("failed by a write") << QStringLiteral("write");
    QTest::newRow("last words of a failed write") << QStringLiteral("last words");
}

void tst_FdStream::mayBeDeletedInAnyCall()
{
    QFETCH(QString, call);
    Pair pair(false);
    const auto destroy = [&] { pair.stream.reset(); };
    if (call == u"opened") {
        pair.stream->write("waits");
        pair.recorder.onOpened = destroy;
        pair.stream->open();
        QTRY_VERIFY(!pair.stream);
        return;
    }
    pair.stream->open();
    QTRY_COMPARE(pair.recorder.opened, 1);
    if (call == u"received" || call == u"more") {
        pair.recorder.onReceived = destroy;
        pair.send(noise(call == u"more" ? 150'000 : 1, 1));
    } else if (call == u"drained") {
        pair.recorder.onDrained = destroy;
        pair.stream->write(noise(1'000'000, 1));
        while (pair.stream) {
            pair.take();
            QVERIFY(Hub::current()->runOnce(10s));
        }
    } else if (call == u"closed") {
        pair.recorder.onFailed = destroy;
        pair.closePeer();
    } else if (call == u"write") {
        pair.recorder.onFailed = destroy;
        pair.stream->setReading(false);
        pair.closePeer();
        pair.stream->write("x");
    } else {
        pair.recorder.onReceived = destroy;
        pair.send("bye");
        pair.closePeer();
        pair.stream->write("x");
    }
    QTRY_VERIFY(!pair.stream);
    QVERIFY(!Hub::current()->runOnce(5ms));
    QCOMPARE_LE(pair.recorder.failed, 1);
    QCOMPARE_LE(pair.recorder.chunks, 1);
}

void tst_FdStream::mayBeDeletedWhileItConnects()
{
    Recorder recorder;
    for (const auto &host : {QStringLiteral("localhost"), QStringLiteral("127.0.0.1")}) {
        auto stream = std::make_unique<FdStream>(Hub::current(), Endpoint::tcp(host, 1), &recorder);
        stream->open();
        stream.reset();
    }
    // And in the call that says that it could not.
    auto failing = std::make_unique<FdStream>(
        Hub::current(), Endpoint::tcp(QStringLiteral("localhost"), 1), &recorder);
    recorder.onFailed = [&] { failing.reset(); };
    failing->open();
    QTRY_VERIFY_WITH_TIMEOUT(!failing, 20000);
    QCOMPARE(recorder.failed, 1);
    QCOMPARE(recorder.opened, 0);
}

void tst_FdStream::letsAListenerTurnAnEventLoop()
{
    Pair pair;
    pair.send("first");
    pair.recorder.onReceived = [&] {
        pair.recorder.onReceived = {};
        pair.send("second");
        pair.closePeer();
        Hub::current()->runOnce(20ms);
        Hub::current()->runOnce(20ms);
        // The view of the first call must still be what it was.
        QCOMPARE(pair.recorder.chunks, 1);
        QCOMPARE(pair.recorder.failed, 0);
    };
    QTRY_COMPARE(pair.recorder.failed, 1);
    QCOMPARE(pair.recorder.received, QByteArray("firstsecond"));
}

void tst_FdStream::leavesNoWatchBehind()
{
    Pair pair;
    pair.stream->write(noise(1'000'000, 1));
    pair.stream.reset();
    pair.take();
    QVERIFY(!Hub::current()->runOnce(5ms));
    char byte = 0;
    QCOMPARE(::read(pair.peer, &byte, 1), 0); // and the descriptor is closed
}

QOMBU_TEST(tst_FdStream)
#include "tst_fdstream.moc"
