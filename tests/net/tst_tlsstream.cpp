// SPDX-License-Identifier: BSD-3-Clause
#include "net/noise.h"
#include "net/recorder.h"
#include "net/tlsstream.h"
#include "net/tlstickets.h"
#include "support/certificates.h"
#include "support/faultproxy.h"
#include "support/opensslserver.h"
#include "support/testmain.h"
#include "support/tlsserver.h"

#include <QtCore/qeventloop.h>
#include <QtTest/qtest.h>

using namespace Qombu;
using namespace QombuTest;
using namespace std::chrono_literals;

// The stream as every other one: what it promises when all goes well, at cuts, stalls and silence,
// and in the hands of a listener that deletes it. Refusals are tst_tlsrefusals'.
class tst_TlsStream : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void opensAndCarriesBothWays();
    void sendsNothingBeforeItTrusts();
    void carriesTwentyMegabytesBothWays();
    void tellsWhenItHasDrained();
    void slowsThePeerDown();
    void stopsReadingInsideACallback();
    void tellsThatThePeerClosed();
    void deliversTheLastWordsBeforeTheEnd();
    void keepsTheLastWordsWhileNobodyReads();
    void failsWhenAWriteFailsWhileNobodyReads();
    void failsInTheMiddleOfOutput();
    void endsAtEveryCutOfAHandshake_data();
    void endsAtEveryCutOfAHandshake();
    void endsAtACutInARecord();
    void hasADeadlineForTheHandshake_data();
    void hasADeadlineForTheHandshake();
    void goesOnAfterAStallInARecord();
    void saysNothingOfAPeerThatVanished();
    void ignoresWritesAfterItsEnd();
    void mayBeDeletedInAnyCall_data();
    void mayBeDeletedInAnyCall();
    void mayBeDeletedWhileItOpens();
    void letsAListenerTurnAnEventLoop();
    void tellsThePeerThatItGoes();
    void resumesSessions_data();
    void resumesSessions();
    void resumesNothingForOthers();

private:
    std::unique_ptr<TlsStream> makeStream(quint16 port, Hub::Duration timeout = 20s);
    bool open(quint16 port);
    TlsOptions options() const;

    Certificates m_certificates;
    std::unique_ptr<TlsServer> m_server;
    std::unique_ptr<TlsStream> m_stream;
    std::unique_ptr<Recorder> m_recorder;
    QSslSocket *m_peer = nullptr; // of open()
};

void tst_TlsStream::initTestCase()
{
    QVERIFY2(m_certificates.make(), qPrintable(m_certificates.errorText()));
}

void tst_TlsStream::init()
{
    m_server = std::make_unique<TlsServer>(m_certificates);
    QVERIFY(m_server->start());
    m_recorder = std::make_unique<Recorder>();
}

void tst_TlsStream::cleanup()
{
    m_stream.reset();
    m_server.reset();
}

TlsOptions tst_TlsStream::options() const
{
    TlsOptions options;
    options.enabled = true;
    options.caFile = m_certificates.path("ca.pem");
    return options;
}

std::unique_ptr<TlsStream> tst_TlsStream::makeStream(quint16 port, Hub::Duration timeout)
{
    return std::make_unique<TlsStream>(Hub::current(),
                                       Endpoint::tcp(QStringLiteral("localhost"), port), options(),
                                       m_recorder.get(), timeout);
}

bool tst_TlsStream::open(quint16 port)
{
    m_stream = makeStream(port);
    m_stream->open();
    const bool isOpen = QTest::qWaitFor(
        [this] { return m_recorder->opened == 1 && !m_server->encrypted().isEmpty(); }, 20000);
    m_peer = isOpen ? m_server->encrypted().constLast() : nullptr;
    return isOpen;
}

void tst_TlsStream::opensAndCarriesBothWays()
{
    m_stream = makeStream(m_server->port());
    m_stream->write("early ");
    m_stream->open();
    m_stream->open();
    m_stream->write("bird");
    QCOMPARE(m_recorder->opened, 0);
    QTRY_COMPARE_WITH_TIMEOUT(m_recorder->opened, 1, 20000);
    QTRY_COMPARE(m_server->encrypted().size(), 1);
    QSslSocket *const peer = m_server->encrypted().constFirst();
    QTRY_COMPARE(peer->bytesAvailable(), 10);
    QCOMPARE(peer->readAll(), QByteArray("early bird"));
    peer->write("worm");
    QTRY_COMPARE(m_recorder->received, QByteArray("worm"));
    QCOMPARE(m_recorder->opened, 1);
    QCOMPARE(m_stream->bytesToWrite(), 0);
}

// Not a byte of ours reaches a server that is not the one.
void tst_TlsStream::sendsNothingBeforeItTrusts()
{
    FaultProxy proxy(m_server->port());
    TlsOptions wrong = options();
    wrong.caFile = m_certificates.path("otherca.pem");
    TlsStream stream(Hub::current(), Endpoint::tcp(QStringLiteral("localhost"), proxy.port()),
                     wrong, m_recorder.get(), 20s);
    stream.write(noise(100'000, 1));
    stream.open();
    QTRY_COMPARE(m_recorder->failed, 1);
    QCOMPARE(m_recorder->opened, 0);
    QCOMPARE_LT(proxy.passed(FaultProxy::ToServer), 2000);
}

void tst_TlsStream::carriesTwentyMegabytesBothWays()
{
    constexpr qsizetype Size = 20'000'000;
    QVERIFY(open(m_server->port()));
    const QByteArray up = noise(Size, 1);
    const QByteArray down = noise(Size, 2);
    QByteArray atPeer;
    connect(m_peer, &QSslSocket::readyRead, m_peer, [&] { atPeer += m_peer->readAll(); });
    for (qsizetype at = 0; at < Size; at += 1'000'003)
        m_stream->write(up.mid(at, 1'000'003));
    m_peer->write(down);
    QTRY_COMPARE_WITH_TIMEOUT(atPeer.size(), Size, 60000);
    QTRY_COMPARE_WITH_TIMEOUT(m_recorder->received.size(), Size, 60000);
    QCOMPARE(checksum(atPeer), checksum(up));
    QCOMPARE(checksum(m_recorder->received), checksum(down));
    QTRY_COMPARE(m_recorder->drained, 1);
    QCOMPARE(m_stream->bytesToWrite(), 0);
    QCOMPARE(m_recorder->failed, 0);
}

void tst_TlsStream::tellsWhenItHasDrained()
{
    QVERIFY(open(m_server->port()));
    m_stream->write("goes at once");
    QTRY_COMPARE(m_peer->bytesAvailable(), 12);
    QCOMPARE(m_recorder->drained, 0);
    m_peer->setReadBufferSize(1000);
    m_stream->write(noise(20'000'000, 1)); // more than kernels keep
    QTest::qWait(50);
    QCOMPARE_GT(m_stream->bytesToWrite(), 1'000'000);
    QCOMPARE(m_recorder->drained, 0);
    connect(m_peer, &QSslSocket::readyRead, m_peer, [this] { m_peer->readAll(); });
    m_peer->setReadBufferSize(0);
    QTRY_COMPARE_WITH_TIMEOUT(m_recorder->drained, 1, 30000);
    QCOMPARE(m_stream->bytesToWrite(), 0);
}

void tst_TlsStream::slowsThePeerDown()
{
    constexpr qsizetype Size = 30'000'000;
    QVERIFY(open(m_server->port()));
    m_stream->setReading(false);
    m_peer->write(noise(Size, 1));
    QTest::qWait(200);
    QCOMPARE(m_recorder->received.size(), 0);
    QCOMPARE_GT(m_peer->encryptedBytesToWrite(), Size / 4); // the peer must wait
    m_stream->setReading(true);
    QTRY_COMPARE_WITH_TIMEOUT(m_recorder->received.size(), Size, 30000);
}

void tst_TlsStream::stopsReadingInsideACallback()
{
    QVERIFY(open(m_server->port()));
    m_recorder->onReceived = [this] { m_stream->setReading(false); };
    m_peer->write(noise(100'000, 1));
    QTRY_COMPARE(m_recorder->chunks, 1);
    QTest::qWait(20);
    QCOMPARE(m_recorder->chunks, 1);
    QCOMPARE_LE(m_recorder->received.size(), 65536);
    m_recorder->onReceived = {};
    m_stream->setReading(true);
    QTRY_COMPARE(m_recorder->received.size(), 100'000);
}

void tst_TlsStream::tellsThatThePeerClosed()
{
    QVERIFY(open(m_server->port()));
    m_peer->disconnectFromHost();
    QTRY_COMPARE(m_recorder->failed, 1);
    QCOMPARE(m_recorder->error.kind(), Error::Connection);
    QCOMPARE(m_recorder->error.text(),
             QStringLiteral("lost the connection to localhost:%1 \u2014 closed by the peer")
                 .arg(m_server->port()));
    QVERIFY(m_recorder->error.isRecoverable());
}

void tst_TlsStream::deliversTheLastWordsBeforeTheEnd()
{
    const QByteArray words = noise(200'000, 1);
    QVERIFY(open(m_server->port()));
    m_peer->write(words);
    m_peer->disconnectFromHost();
    QTRY_COMPARE(m_recorder->failed, 1);
    QCOMPARE(m_recorder->received, words);
}

void tst_TlsStream::keepsTheLastWordsWhileNobodyReads()
{
    QVERIFY(open(m_server->port()));
    m_stream->setReading(false);
    m_peer->write("bye");
    m_peer->disconnectFromHost();
    QTRY_COMPARE(m_peer->state(), QAbstractSocket::UnconnectedState);
    QTest::qWait(20);
    QCOMPARE(m_recorder->failed, 0);
    m_stream->setReading(true);
    QTRY_COMPARE(m_recorder->failed, 1);
    QCOMPARE(m_recorder->received, QByteArray("bye"));
}

void tst_TlsStream::failsWhenAWriteFailsWhileNobodyReads()
{
    QVERIFY(open(m_server->port()));
    m_stream->setReading(false);
    m_peer->write("bye");
    m_peer->disconnectFromHost();
    QTRY_COMPARE(m_peer->state(), QAbstractSocket::UnconnectedState);
    QTRY_VERIFY((m_stream->write("x"), m_recorder->failed == 1));
    QCOMPARE(m_recorder->error.kind(), Error::Connection);
    QCOMPARE(m_stream->bytesToWrite(), 0);
}

void tst_TlsStream::failsInTheMiddleOfOutput()
{
    QVERIFY(open(m_server->port()));
    m_stream->setReading(false);
    m_peer->setReadBufferSize(1000);
    m_stream->write(noise(20'000'000, 1));
    QTest::qWait(20);
    QCOMPARE_GT(m_stream->bytesToWrite(), 0);
    m_peer->abort();
    QTRY_COMPARE(m_recorder->failed, 1);
    QCOMPARE(m_recorder->drained, 0);
    QCOMPARE(m_stream->bytesToWrite(), 0);
}

void tst_TlsStream::endsAtEveryCutOfAHandshake_data()
{
    QTest::addColumn<FaultProxy::Direction>("direction");
    QTest::addColumn<FaultProxy::Ending>("ending");
    QTest::newRow("to the server") << FaultProxy::ToServer << FaultProxy::Close;
    QTest::newRow("to the server, reset") << FaultProxy::ToServer << FaultProxy::Reset;
    QTest::newRow("to us") << FaultProxy::ToClient << FaultProxy::Close;
    QTest::newRow("to us, reset") << FaultProxy::ToClient << FaultProxy::Reset;
}

void tst_TlsStream::endsAtEveryCutOfAHandshake()
{
    QFETCH(FaultProxy::Direction, direction);
    QFETCH(FaultProxy::Ending, ending);
    for (const int bytes : {0, 1, 4, 5, 6, 50, 100, 200, 300, 400, 600, 800}) {
        FaultProxy proxy(m_server->port());
        proxy.endAfter(direction, bytes, ending);
        m_recorder = std::make_unique<Recorder>();
        m_stream = makeStream(proxy.port());
        m_stream->open();
        QTRY_VERIFY_WITH_TIMEOUT(m_recorder->failed == 1 || m_recorder->opened == 1, 20000);
        if (m_recorder->opened)
            break; // the handshake was shorter
        QCOMPARE(m_recorder->error.kind(), Error::Connection);
        QVERIFY(m_recorder->error.isRecoverable());
    }
}

void tst_TlsStream::endsAtACutInARecord()
{
    for (const int bytes : {1, 4, 5, 6, 100, 16000}) {
        FaultProxy proxy(m_server->port());
        m_recorder = std::make_unique<Recorder>();
        QVERIFY(open(proxy.port()));
        proxy.endAfter(FaultProxy::ToClient, bytes);
        m_peer->write(noise(16384, 1));
        QTRY_COMPARE(m_recorder->failed, 1);
        QCOMPARE(m_recorder->error.kind(), Error::Connection);
        QVERIFY(m_recorder->error.isRecoverable());
        QCOMPARE(m_recorder->received.size(), 0);
    }
}

void tst_TlsStream::hasADeadlineForTheHandshake_data()
{
    QTest::addColumn<FaultProxy::Direction>("direction");
    QTest::newRow("from us") << FaultProxy::ToServer;
    QTest::newRow("from the server") << FaultProxy::ToClient;
}

void tst_TlsStream::hasADeadlineForTheHandshake()
{
    QFETCH(FaultProxy::Direction, direction);
    FaultProxy proxy(m_server->port());
    proxy.swallow(direction);
    m_stream = makeStream(proxy.port(), 200ms);
    m_stream->open();
    QTRY_COMPARE(m_recorder->failed, 1);
    QCOMPARE(m_recorder->error.kind(), Error::Connection);
    QVERIFY(m_recorder->error.isRecoverable());
    QVERIFY(m_recorder->error.text().contains(QStringLiteral("handshake within 0.2 s")));
}

void tst_TlsStream::goesOnAfterAStallInARecord()
{
    FaultProxy proxy(m_server->port());
    QVERIFY(open(proxy.port()));
    const qint64 before = proxy.passed(FaultProxy::ToClient);
    proxy.stall(FaultProxy::ToClient);
    m_peer->write(noise(50'000, 1));
    QTest::qWait(50);
    QCOMPARE(m_recorder->received.size(), 0);
    QCOMPARE(m_recorder->failed, 0);
    proxy.passAll();
    QTRY_COMPARE(m_recorder->received.size(), 50'000);
    QCOMPARE_GT(proxy.passed(FaultProxy::ToClient), before);
}

// Nobody can tell a slow peer from one that is gone: that is for heartbeats and deadlines above.
void tst_TlsStream::saysNothingOfAPeerThatVanished()
{
    FaultProxy proxy(m_server->port());
    QVERIFY(open(proxy.port()));
    proxy.swallow(FaultProxy::ToServer);
    proxy.swallow(FaultProxy::ToClient);
    m_stream->write("anybody there?");
    m_peer->write("yes");
    QTest::qWait(50);
    QCOMPARE(m_recorder->received.size() + m_recorder->failed, 0);
}

void tst_TlsStream::ignoresWritesAfterItsEnd()
{
    QVERIFY(open(m_server->port()));
    m_recorder->onFailed = [this] { m_stream->write("too late"); };
    m_peer->disconnectFromHost();
    QTRY_COMPARE(m_recorder->failed, 1);
    m_stream->write("much too late");
    m_stream->setReading(false);
    m_stream->setReading(true);
    QCOMPARE(m_stream->bytesToWrite(), 0);
    QTest::qWait(5);
    QCOMPARE(m_recorder->failed, 1);
}

void tst_TlsStream::mayBeDeletedInAnyCall_data()
{
    QTest::addColumn<QString>("call");
    QTest::newRow("opened") << QStringLiteral("opened");
    QTest::newRow("received") << QStringLiteral("received");
    QTest::newRow("received, more to come") << QStringLiteral("more");
    QTest::newRow("drained") << QStringLiteral("drained");
    QTest::newRow("failed") << QStringLiteral("closed");
    QTest::newRow("last words") << QStringLiteral("last words");
    QTest::newRow("not let in") << QStringLiteral("refused");
    QTest::newRow("not connected") << QStringLiteral("nobody");
}

void tst_TlsStream::mayBeDeletedInAnyCall()
{
    QFETCH(QString, call);
    const auto destroy = [this] { m_stream.reset(); };
    m_recorder->onFailed = destroy;
    if (call == u"opened" || call == u"refused" || call == u"nobody") {
        m_recorder->onOpened = destroy;
        TlsOptions given = options();
        if (call == u"refused")
            given.caFile.clear();
        m_stream = std::make_unique<TlsStream>(
            Hub::current(),
            Endpoint::tcp(QStringLiteral("localhost"), call == u"nobody" ? 1 : m_server->port()),
            given, m_recorder.get(), 20s);
        m_stream->write("waits");
        m_stream->open();
        QTRY_VERIFY_WITH_TIMEOUT(!m_stream, 20000);
        return;
    }
    QVERIFY(open(m_server->port()));
    if (call == u"received" || call == u"more" || call == u"last words") {
        m_recorder->onReceived = destroy;
        m_peer->write(noise(call == u"more" ? 150'000 : 1, 1));
        if (call == u"last words")
            m_peer->disconnectFromHost();
    } else if (call == u"drained") {
        m_recorder->onDrained = destroy;
        connect(m_peer, &QSslSocket::readyRead, m_peer, [this] { m_peer->readAll(); });
        m_stream->write(noise(20'000'000, 1));
    } else {
        m_peer->disconnectFromHost();
    }
    QTRY_VERIFY_WITH_TIMEOUT(!m_stream, 20000);
    QTest::qWait(5);
    QCOMPARE_LE(m_recorder->failed, 1);
    QCOMPARE_LE(m_recorder->chunks, 1);
}

void tst_TlsStream::mayBeDeletedWhileItOpens()
{
    for (int turns = 0; turns < 30; ++turns) {
        m_stream = makeStream(m_server->port());
        m_stream->open();
        for (int i = 0; i < turns; ++i)
            Hub::current()->runOnce(1ms);
        m_stream.reset();
    }
    QTest::qWait(5);
    QCOMPARE(m_recorder->failed, 0);
}

void tst_TlsStream::letsAListenerTurnAnEventLoop()
{
    QVERIFY(open(m_server->port()));
    m_recorder->onReceived = [this] {
        m_recorder->onReceived = {};
        m_peer->write("second");
        m_peer->disconnectFromHost();
        QTest::qWait(50);
        // The view of the first call must still be what it was.
        QCOMPARE(m_recorder->chunks, 1);
        QCOMPARE(m_recorder->failed, 0);
    };
    m_peer->write("first");
    QTRY_COMPARE(m_recorder->failed, 1);
    QCOMPARE(m_recorder->received, QByteArray("firstsecond"));
}

// With the alert of TLS, so that no server writes a line about it.
void tst_TlsStream::tellsThePeerThatItGoes()
{
    QVERIFY(open(m_server->port()));
    QList<QSsl::AlertType> alerts;
    connect(m_peer, &QSslSocket::alertReceived, m_peer,
            [&](QSsl::AlertLevel, QSsl::AlertType type) { alerts << type; });
    m_stream->write("last words");
    m_stream.reset();
    QTRY_COMPARE(alerts, QList{QSsl::AlertType::CloseNotify});
    QCOMPARE(m_peer->readAll(), QByteArray("last words"));
}

void tst_TlsStream::resumesSessions_data()
{
    QTest::addColumn<QString>("version");
    QTest::newRow("TLS 1.2") << QStringLiteral("-tls1_2");
    QTest::newRow("TLS 1.3") << QStringLiteral("-tls1_3");
}

void tst_TlsStream::resumesSessions()
{
    QFETCH(QString, version);
    OpensslServer server;
    QVERIFY(server.start({QStringLiteral("-cert"), m_certificates.path("server.pem"),
                          QStringLiteral("-key"), m_certificates.path("server.key"), version}));
    const auto tickets = std::make_shared<TlsTickets>();
    const Endpoint endpoint = Endpoint::tcp(QStringLiteral("localhost"), server.port());
    for (int connection = 1; connection <= 3; ++connection) {
        Recorder recorder;
        TlsStream stream(Hub::current(), endpoint, options(), &recorder, 20s, tickets);
        recorder.onOpened = [&] { server.write("hello\n"); };
        stream.open();
        QTRY_COMPARE(recorder.received, QByteArray("hello\n"));
        QTRY_VERIFY(!tickets->find(endpoint, options()).isEmpty());
        QCOMPARE(server.output().count(QStringLiteral("Reused session")), connection - 1);
    }
}

void tst_TlsStream::resumesNothingForOthers()
{
    TlsTickets tickets;
    const Endpoint here = Endpoint::tcp(QStringLiteral("localhost"), 1);
    TlsOptions unverified = options();
    unverified.verify = TlsOptions::Verify::None;
    tickets.keep(here, unverified, "of whom?");
    QCOMPARE(tickets.find(here, options()), QByteArray());
    QCOMPARE(tickets.find(here, unverified), QByteArray("of whom?"));
    QCOMPARE(tickets.find(Endpoint::tcp(QStringLiteral("localhost"), 2), unverified), QByteArray());
    tickets.keep(here, unverified, {});
    QCOMPARE(tickets.find(here, unverified), QByteArray());
    for (quint16 port = 1; port <= 100; ++port)
        tickets.keep(Endpoint::tcp(QStringLiteral("localhost"), port), options(), "x");
    QCOMPARE(tickets.find(here, options()), QByteArray()); // few are kept
}

QOMBU_TEST(tst_TlsStream)
#include "tst_tlsstream.moc"
