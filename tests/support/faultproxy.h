// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QObject>
#include <QThread>

#include <memory>

namespace QombuTest {

// A TCP proxy between a program and a broker on this machine that breaks connections on purpose.
// It works in a thread of its own, so that a test may wait while it works; call it from the test's.
class FaultProxy
{
public:
    enum Direction { ToServer, ToClient };
    // FIN or RST, towards both sides; or nothing moves any more, until passAll().
    enum Ending { Close, Reset, Stall };

    explicit FaultProxy(quint16 serverPort);
    ~FaultProxy();
    Q_DISABLE_COPY_MOVE(FaultProxy)

    quint16 port() const { return m_port; }

    // Faults hold for connections of now and later, until passAll().
    // Ends each connection once exactly so many more bytes of this direction were passed on.
    void endAfter(Direction direction, qint64 bytes, Ending ending = Close);
    void stall(Direction direction); // keeps the bytes back; passAll() delivers them
    void swallow(Direction direction); // takes the bytes and drops them: the peer vanished
    void refuse(); // new connections are reset at once
    void passAll();

    void endAll(Ending ending = Close); // once, now

    int accepted() const; // connections so far, refused ones included
    int open() const;
    qint64 passed(Direction direction) const; // bytes handed on so far, of all connections

private:
    template<typename F>
    void inThread(F &&f) const;

    QThread m_thread;
    std::unique_ptr<class FaultProxyWorker> m_worker;
    quint16 m_port = 0;
};

} // namespace QombuTest
