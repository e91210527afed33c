// SPDX-License-Identifier: BSD-3-Clause
#include "support/faultproxy.h"

#include <QTcpServer>
#include <QTcpSocket>

#include <sys/socket.h>

#include <array>
#include <list>

namespace QombuTest {
namespace {

constexpr qint64 unlimited = -1;

struct Rule
{
    bool stalled = false;
    bool swallowing = false;
    qint64 remaining = unlimited;
    FaultProxy::Ending ending = FaultProxy::Close;
};

// A client, the server's side of it, and what may still pass.
struct Pair
{
    std::array<QTcpSocket *, 2> to = {}; // [ToServer], [ToClient]: where bytes of a direction go
    std::array<qint64, 2> remaining = {unlimited, unlimited};
};

void end(QTcpSocket *socket, FaultProxy::Ending ending)
{
    if (ending == FaultProxy::Reset) {
        const linger now = {1, 0};
        ::setsockopt(int(socket->socketDescriptor()), SOL_SOCKET, SO_LINGER, &now, sizeof now);
        socket->abort();
    } else {
        socket->disconnectFromHost(); // after what was passed on already
    }
    socket->deleteLater();
}

} // namespace

// The part of a FaultProxy that lives in its thread.
class FaultProxyWorker : public QObject
{
public:
    explicit FaultProxyWorker(quint16 serverPort)
        : m_serverPort(serverPort)
    {
        connect(&m_server, &QTcpServer::newConnection, this, &FaultProxyWorker::accept);
        m_server.setParent(this);
    }

    quint16 listen()
    {
        return m_server.listen(QHostAddress::LocalHost, 0) ? m_server.serverPort() : 0;
    }

    void accept()
    {
        while (QTcpSocket *client = m_server.nextPendingConnection()) {
            ++m_accepted;
            if (m_refusing) {
                end(client, FaultProxy::Reset);
                continue;
            }
            Pair &pair = m_pairs.emplace_back();
            auto *server = new QTcpSocket(this);
            pair.to = {server, client};
            for (int direction = 0; direction < 2; ++direction)
                pair.remaining[direction] = m_rules[direction].remaining;
            for (QTcpSocket *socket : pair.to) {
                socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
                connect(socket, &QTcpSocket::readyRead, this, &FaultProxyWorker::passOn);
                connect(socket, &QTcpSocket::disconnected, this, [this, socket] { lost(socket); });
                connect(socket, &QTcpSocket::errorOccurred, this, [this, socket] { lost(socket); });
            }
            connect(server, &QTcpSocket::connected, this, [this, server] {
                server->setSocketOption(QAbstractSocket::LowDelayOption, 1); // not taken before
                passOn();
            });
            server->connectToHost(QHostAddress::LocalHost, m_serverPort);
        }
    }

    void passOn()
    {
        for (auto pair = m_pairs.begin(); pair != m_pairs.end();) {
            const bool alive = passDirection(*pair, FaultProxy::ToServer)
                && passDirection(*pair, FaultProxy::ToClient);
            pair = alive ? std::next(pair) : m_pairs.erase(pair);
        }
    }

    // False: the pair was ended by its rule.
    bool passDirection(Pair &pair, FaultProxy::Direction direction)
    {
        QTcpSocket *from = pair.to[1 - direction];
        QTcpSocket *to = pair.to[direction];
        const Rule &rule = m_rules[direction];
        if (rule.swallowing)
            from->readAll();
        if (rule.stalled || to->state() != QAbstractSocket::ConnectedState)
            return true;
        qint64 &remaining = pair.remaining[direction];
        const QByteArray bytes = remaining == unlimited ? from->readAll() : from->read(remaining);
        m_passed[direction] += bytes.size();
        to->write(bytes);
        to->flush();
        if (remaining == unlimited || (remaining -= bytes.size()) > 0
            || rule.ending == FaultProxy::Stall)
            return true;
        endPair(pair, rule.ending);
        return false;
    }

    void lost(QTcpSocket *socket)
    {
        for (auto pair = m_pairs.begin(); pair != m_pairs.end(); ++pair) {
            if (pair->to[0] != socket && pair->to[1] != socket)
                continue;
            if (passDirection(*pair, FaultProxy::ToServer)
                && passDirection(*pair, FaultProxy::ToClient))
                endPair(*pair, FaultProxy::Close);
            m_pairs.erase(pair);
            return;
        }
    }

    void endPair(const Pair &pair, FaultProxy::Ending ending)
    {
        for (QTcpSocket *socket : pair.to) {
            socket->disconnect(this);
            end(socket, ending);
        }
    }

    void endAll(FaultProxy::Ending ending)
    {
        for (const Pair &pair : std::exchange(m_pairs, {}))
            endPair(pair, ending);
    }

    void setRule(FaultProxy::Direction direction, const Rule &rule)
    {
        m_rules[direction] = rule;
        for (Pair &pair : m_pairs)
            pair.remaining[direction] = rule.remaining;
    }

    const quint16 m_serverPort;
    QTcpServer m_server;
    std::list<Pair> m_pairs;
    std::array<Rule, 2> m_rules;
    std::array<qint64, 2> m_passed = {};
    bool m_refusing = false;
    int m_accepted = 0;
};

template<typename F>
void FaultProxy::inThread(F &&f) const
{
    QMetaObject::invokeMethod(m_worker.get(), std::forward<F>(f), Qt::BlockingQueuedConnection);
}

FaultProxy::FaultProxy(quint16 serverPort)
    : m_worker(std::make_unique<FaultProxyWorker>(serverPort))
{
    m_worker->moveToThread(&m_thread);
    m_thread.start();
    inThread([this] { m_port = m_worker->listen(); });
}

FaultProxy::~FaultProxy()
{
    inThread([this] {
        m_worker->endAll(Reset);
        m_worker->m_server.close();
        m_worker->moveToThread(nullptr);
    });
    m_thread.quit();
    m_thread.wait();
}

void FaultProxy::endAfter(Direction direction, qint64 bytes, Ending ending)
{
    inThread([=, this] {
        m_worker->setRule(direction, {false, false, bytes, ending});
        m_worker->passOn();
    });
}

void FaultProxy::stall(Direction direction)
{
    inThread([=, this] { m_worker->setRule(direction, {true, false, unlimited, Close}); });
}

void FaultProxy::swallow(Direction direction)
{
    inThread([=, this] { m_worker->setRule(direction, {false, true, unlimited, Close}); });
}

void FaultProxy::refuse()
{
    inThread([this] { m_worker->m_refusing = true; });
}

void FaultProxy::passAll()
{
    inThread([this] {
        m_worker->m_refusing = false;
        m_worker->setRule(ToServer, {});
        m_worker->setRule(ToClient, {});
        m_worker->passOn();
    });
}

void FaultProxy::endAll(Ending ending)
{
    inThread([=, this] { m_worker->endAll(ending); });
}

int FaultProxy::accepted() const
{
    int result = 0;
    inThread([&] { result = m_worker->m_accepted; });
    return result;
}

int FaultProxy::open() const
{
    int result = 0;
    inThread([&] { result = int(m_worker->m_pairs.size()); });
    return result;
}

qint64 FaultProxy::passed(Direction direction) const
{
    qint64 result = 0;
    inThread([&] { result = m_worker->m_passed[direction]; });
    return result;
}

} // namespace QombuTest
