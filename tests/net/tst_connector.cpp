// SPDX-License-Identifier: BSD-3-Clause
#include "net/connector.h"
#include "support/testmain.h"

#include <QtCore/qtemporarydir.h>
#include <QtNetwork/qtcpserver.h>
#include <QtTest/qtest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

using namespace Qombu;
using namespace std::chrono_literals;

namespace {

// What one Connector answered, and how often.
struct Outcome
{
    int answers = 0;
    PosixSocket socket;
    Error error;

    Connector::Callback callback()
    {
        return [this](PosixSocket connected, const Error &reason) {
            ++answers;
            socket = std::move(connected);
            error = reason;
        };
    }
};

// A socket that listens and never accepts, with a backlog that is full: whoever connects gets no
// answer.
class BlackHole
{
public:
    explicit BlackHole(const sockaddr *address, socklen_t size)
        : m_family(address->sa_family)
        , m_listener(::socket(m_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        if (::bind(m_listener, address, size) != 0 || ::listen(m_listener, 0) != 0)
            qFatal("no black hole");
        sockaddr_storage bound{};
        socklen_t boundSize = sizeof bound;
        ::getsockname(m_listener, reinterpret_cast<sockaddr *>(&bound), &boundSize);
        // TCP lets one more through than the backlog says, and then drops what comes.
        for (int i = 0; i < 4; ++i) {
            m_fillers.push_back(::socket(m_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            ::connect(m_fillers.back(), reinterpret_cast<const sockaddr *>(&bound), boundSize);
        }
        if (m_family == AF_INET)
            port = ntohs(reinterpret_cast<const sockaddr_in *>(&bound)->sin_port);
    }
    ~BlackHole()
    {
        ::close(m_listener);
        for (const int fd : m_fillers)
            ::close(fd);
    }

    // Lets those who wait through: there is room again.
    void swallowAll() const
    {
        for (size_t i = 0; i < m_fillers.size(); ++i) {
            const int fd = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd >= 0)
                ::close(fd);
        }
    }

    static BlackHole onLoopback()
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return BlackHole(reinterpret_cast<const sockaddr *>(&address), sizeof address);
    }

    static BlackHole onPath(const QString &path)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, path.toUtf8().constData(), sizeof address.sun_path);
        return BlackHole(reinterpret_cast<const sockaddr *>(&address), sizeof address);
    }

    quint16 port = 0;

private:
    int m_family;
    int m_listener;
    std::vector<int> m_fillers;
};

// A port of the loopback addresses where nobody listens now.
quint16 deafPort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

int option(const PosixSocket &socket, int level, int name)
{
    int value = 0;
    socklen_t size = sizeof value;
    ::getsockopt(socket.descriptor(), level, name, &value, &size);
    return value;
}

} // namespace

class tst_Connector : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void connectsToALiteralAddress();
    void connectsToAName();
    void triesEveryAddressInTurn();
    void triesTheNextAddressWhenOneIsSilent();
    void connectsToAUnixSocket();
    void saysWhoRefused();
    void saysWhatItTried();
    void saysThatANameIsUnknown();
    void saysThatThereIsNoSuchSocket();
    void saysThatAPathIsTooLong();
    void givesUpAtTheDeadline();
    void givesUpAtTheDeadlineOfAUnixSocket();
    void waitsForRoomInAUnixSocket();
    void setsTheSocketUp();
    void cancelsWhenDestroyed();
    void neverAnswersInsideStart();
};

void tst_Connector::connectsToALiteralAddress()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Outcome outcome;
    Connector connector(Hub::current(),
                        Endpoint::tcp(QStringLiteral("127.0.0.1"), server.serverPort()), 20s,
                        outcome.callback());
    connector.start();
    QTRY_COMPARE(outcome.answers, 1);
    QVERIFY(!outcome.error.isError());
    QVERIFY(outcome.socket.isOpen());
    QTRY_VERIFY(server.hasPendingConnections());
}

void tst_Connector::connectsToAName()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Outcome outcome;
    Connector connector(Hub::current(),
                        Endpoint::tcp(QStringLiteral("localhost"), server.serverPort()), 20s,
                        outcome.callback());
    connector.start();
    QTRY_COMPARE_WITH_TIMEOUT(outcome.answers, 1, 20000);
    QVERIFY2(!outcome.error.isError(), qPrintable(outcome.error.text()));
    QVERIFY(outcome.socket.isOpen());
}

void tst_Connector::triesEveryAddressInTurn()
{
    // The addresses of a name are the machine's business: they are given here.
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress(QStringLiteral("127.0.0.3"))));
    Outcome outcome;
    Connector connector(Hub::current(),
                        Endpoint::tcp(QStringLiteral("three.test"), server.serverPort()), 20s,
                        outcome.callback());
    connector.startWith({QHostAddress(QStringLiteral("127.0.0.1")),
                         QHostAddress(QStringLiteral("127.0.0.2")),
                         QHostAddress(QStringLiteral("127.0.0.3"))});
    QTRY_COMPARE(outcome.answers, 1);
    QVERIFY2(!outcome.error.isError(), qPrintable(outcome.error.text()));
    QTRY_VERIFY(server.hasPendingConnections());
}

void tst_Connector::triesTheNextAddressWhenOneIsSilent()
{
    const auto hole = BlackHole::onLoopback();
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress(QStringLiteral("127.0.0.2")), hole.port));
    Outcome outcome;
    Connector connector(Hub::current(), Endpoint::tcp(QStringLiteral("two.test"), hole.port), 400ms,
                        outcome.callback());
    connector.startWith(
        {QHostAddress(QStringLiteral("127.0.0.1")), QHostAddress(QStringLiteral("127.0.0.2"))});
    QTRY_COMPARE(outcome.answers, 1);
    QVERIFY2(!outcome.error.isError(), qPrintable(outcome.error.text()));
}

void tst_Connector::connectsToAUnixSocket()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("s"));
    const auto hole = BlackHole::onPath(path);
    hole.swallowAll();
    Outcome outcome;
    Connector connector(Hub::current(), Endpoint::unixSocket(path), 20s, outcome.callback());
    connector.start();
    QTRY_COMPARE(outcome.answers, 1);
    QVERIFY2(!outcome.error.isError(), qPrintable(outcome.error.text()));
    QVERIFY(outcome.socket.isOpen());
}

void tst_Connector::saysWhoRefused()
{
    const quint16 port = deafPort();
    Outcome outcome;
    Connector connector(Hub::current(), Endpoint::tcp(QStringLiteral("127.0.0.1"), port), 20s,
                        outcome.callback());
    connector.start();
    QTRY_COMPARE(outcome.answers, 1);
    QCOMPARE(outcome.error.kind(), Error::Connection);
    QCOMPARE(
        outcome.error.text(),
        QStringLiteral("could not connect to 127.0.0.1:%1 \u2014 connection refused").arg(port));
    QCOMPARE(outcome.error.replyCode(), ECONNREFUSED);
    QVERIFY(outcome.error.isRecoverable());
    QVERIFY(!outcome.socket.isOpen());
}

void tst_Connector::saysWhatItTried()
{
    const quint16 port = deafPort();
    Outcome outcome;
    Connector connector(Hub::current(), Endpoint::tcp(QStringLiteral("two.test"), port), 20s,
                        outcome.callback());
    connector.startWith(
        {QHostAddress(QStringLiteral("::1")), QHostAddress(QStringLiteral("127.0.0.1"))});
    QTRY_COMPARE(outcome.answers, 1);
    QCOMPARE(outcome.error.text(),
             QStringLiteral("could not connect to two.test:%1 \u2014 connection refused "
                            "(tried ::1, 127.0.0.1)")
                 .arg(port));
}

void tst_Connector::saysThatANameIsUnknown()
{
    Outcome outcome;
    Connector connector(Hub::current(), Endpoint::tcp(QStringLiteral("no..such.invalid"), 6379),
                        20s, outcome.callback());
    connector.start();
    QTRY_COMPARE_WITH_TIMEOUT(outcome.answers, 1, 20000);
    QCOMPARE(outcome.error.kind(), Error::Connection);
    QVERIFY(outcome.error.text().startsWith(
        QStringLiteral("could not connect to no..such.invalid:6379 \u2014 the host name ")));
    QVERIFY(outcome.error.isRecoverable());
}

void tst_Connector::saysThatThereIsNoSuchSocket()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("absent"));
    Outcome outcome;
    Connector connector(Hub::current(), Endpoint::unixSocket(path), 20s, outcome.callback());
    connector.start();
    QTRY_COMPARE(outcome.answers, 1);
    QCOMPARE(outcome.error.text(),
             QStringLiteral("could not connect to %1 \u2014 no such socket").arg(path));
    QCOMPARE(outcome.error.replyCode(), ENOENT);
}

void tst_Connector::saysThatAPathIsTooLong()
{
    Outcome outcome;
    Connector connector(Hub::current(),
                        Endpoint::unixSocket(QStringLiteral("/tmp/") + QString(200, u'x')), 20s,
                        outcome.callback());
    connector.start();
    QTRY_COMPARE(outcome.answers, 1);
    QCOMPARE(outcome.error.replyCode(), ENAMETOOLONG);
}

void tst_Connector::givesUpAtTheDeadline()
{
    const auto hole = BlackHole::onLoopback();
    Hub *const hub = Hub::current();
    Outcome outcome;
    Connector connector(hub, Endpoint::tcp(QStringLiteral("127.0.0.1"), hole.port), 150ms,
                        outcome.callback());
    const auto start = hub->now();
    connector.start();
    QTRY_COMPARE(outcome.answers, 1);
    QCOMPARE_GE(hub->now() - start, 150ms);
    QCOMPARE(outcome.error.text(),
             QStringLiteral("could not connect to 127.0.0.1:%1 \u2014 no answer within 0.15 s")
                 .arg(hole.port));
    QCOMPARE(outcome.error.replyCode(), ETIMEDOUT);
    QVERIFY(outcome.error.isRecoverable());
}

void tst_Connector::givesUpAtTheDeadlineOfAUnixSocket()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("s"));
    const auto hole = BlackHole::onPath(path);
    Outcome outcome;
    Connector connector(Hub::current(), Endpoint::unixSocket(path), 100ms, outcome.callback());
    connector.start();
    QTRY_COMPARE(outcome.answers, 1);
    QCOMPARE(outcome.error.replyCode(), ETIMEDOUT);
}

void tst_Connector::waitsForRoomInAUnixSocket()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("s"));
    const auto hole = BlackHole::onPath(path);
    Outcome outcome;
    Connector connector(Hub::current(), Endpoint::unixSocket(path), 20s, outcome.callback());
    connector.start();
    const auto room = Hub::current()->callLater(60ms, [&] {
        QCOMPARE(outcome.answers, 0);
        hole.swallowAll();
    });
    QTRY_COMPARE(outcome.answers, 1);
    QVERIFY2(!outcome.error.isError(), qPrintable(outcome.error.text()));
}

void tst_Connector::setsTheSocketUp()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    Outcome outcome;
    Connector connector(Hub::current(),
                        Endpoint::tcp(QStringLiteral("127.0.0.1"), server.serverPort()), 20s,
                        outcome.callback());
    connector.start();
    QTRY_COMPARE(outcome.answers, 1);
    QCOMPARE(option(outcome.socket, IPPROTO_TCP, TCP_NODELAY), 1);
    QCOMPARE(option(outcome.socket, SOL_SOCKET, SO_KEEPALIVE), 1);
    QCOMPARE(option(outcome.socket, IPPROTO_TCP, TCP_USER_TIMEOUT), 60'000);
    QVERIFY(::fcntl(outcome.socket.descriptor(), F_GETFD) & FD_CLOEXEC);
    QVERIFY(::fcntl(outcome.socket.descriptor(), F_GETFL) & O_NONBLOCK);
}

void tst_Connector::cancelsWhenDestroyed()
{
    const auto hole = BlackHole::onLoopback();
    Outcome outcome;
    const auto connector = [&](const QString &host) {
        auto made = std::make_unique<Connector>(Hub::current(), Endpoint::tcp(host, hole.port),
                                                50ms, outcome.callback());
        made->start();
        return made;
    };
    auto whileResolving = connector(QStringLiteral("localhost"));
    auto whileConnecting = connector(QStringLiteral("127.0.0.1"));
    Hub::current()->runOnce(10ms);
    whileResolving.reset();
    whileConnecting.reset();
    bool isOver = false;
    const auto end = Hub::current()->callLater(100ms, [&] { isOver = true; });
    QTRY_VERIFY(isOver);
    QCOMPARE(outcome.answers, 0);
}

void tst_Connector::neverAnswersInsideStart()
{
    Outcome outcome;
    Connector tcp(Hub::current(), Endpoint::tcp(QStringLiteral("127.0.0.1"), deafPort()), 20s,
                  outcome.callback());
    tcp.start();
    Connector unixSocket(Hub::current(), Endpoint::unixSocket(QStringLiteral("/absent")), 20s,
                         outcome.callback());
    unixSocket.start();
    QCOMPARE(outcome.answers, 0);
    QTRY_COMPARE(outcome.answers, 2);
}

QOMBU_TEST(tst_Connector)
#include "tst_connector.moc"
