// SPDX-License-Identifier: BSD-3-Clause
#include "support/faultproxy.h"
#include "support/testmain.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using QombuTest::FaultProxy;

// Each test talks through a proxy to a server that keeps what it gets and answers nothing by
// itself.
class tst_FaultProxy : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void passesBytesBothWays();
    void endsAfterExactlySoManyBytes_data();
    void endsAfterExactlySoManyBytes();
    void keepsStalledBytes();
    void swallowsSilently();
    void refusesNewConnections();
    void endsAllAtOnce();

private:
    void join();
    QByteArray received() { return m_received += m_peer->readAll(); }

    std::unique_ptr<QTcpServer> m_server;
    std::unique_ptr<FaultProxy> m_proxy;
    std::unique_ptr<QTcpSocket> m_client;
    QTcpSocket *m_peer = nullptr;
    QByteArray m_received;
};

void tst_FaultProxy::init()
{
    m_received.clear();
    m_server = std::make_unique<QTcpServer>();
    QVERIFY(m_server->listen(QHostAddress::LocalHost, 0));
    m_proxy = std::make_unique<FaultProxy>(m_server->serverPort());
    QVERIFY(m_proxy->port() != 0);
    m_client = std::make_unique<QTcpSocket>();
}

void tst_FaultProxy::cleanup()
{
    m_client.reset();
    m_proxy.reset();
    m_server.reset();
}

void tst_FaultProxy::join()
{
    m_client->connectToHost(QHostAddress::LocalHost, m_proxy->port());
    QVERIFY(m_client->waitForConnected(5000));
    QTRY_VERIFY(m_server->hasPendingConnections());
    m_peer = m_server->nextPendingConnection();
}

void tst_FaultProxy::passesBytesBothWays()
{
    join();
    m_client->write("question");
    QTRY_COMPARE(received(), "question");
    m_peer->write("answer");
    QTRY_COMPARE(m_client->bytesAvailable(), 6);
    QCOMPARE(m_proxy->passed(FaultProxy::ToServer), 8);
    QCOMPARE(m_proxy->passed(FaultProxy::ToClient), 6);
    m_client->close();
    QTRY_COMPARE(m_peer->state(), QAbstractSocket::UnconnectedState);
    QTRY_COMPARE(m_proxy->open(), 0);
}

void tst_FaultProxy::endsAfterExactlySoManyBytes_data()
{
    QTest::addColumn<int>("ending");
    QTest::newRow("close") << int(FaultProxy::Close);
    QTest::newRow("reset") << int(FaultProxy::Reset);
}

void tst_FaultProxy::endsAfterExactlySoManyBytes()
{
    QFETCH(int, ending);
    join();
    m_proxy->endAfter(FaultProxy::ToServer, 5, FaultProxy::Ending(ending));
    m_client->write("123");
    QTRY_COMPARE(received(), "123");
    QCOMPARE(m_client->state(), QAbstractSocket::ConnectedState);
    m_client->write("456");
    QTRY_COMPARE(m_client->state(), QAbstractSocket::UnconnectedState);
    QTRY_COMPARE(m_peer->state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(m_proxy->passed(FaultProxy::ToServer), 5);
    if (ending == FaultProxy::Close)
        QCOMPARE(received(), "12345");
}

void tst_FaultProxy::keepsStalledBytes()
{
    join();
    m_proxy->stall(FaultProxy::ToServer);
    m_client->write("later");
    QVERIFY(m_client->waitForBytesWritten(5000));
    m_peer->write("now"); // the other direction still works
    QTRY_COMPARE(m_client->bytesAvailable(), 3);
    QCOMPARE(m_proxy->passed(FaultProxy::ToServer), 0);
    m_proxy->passAll();
    QTRY_COMPARE(received(), "later");
}

void tst_FaultProxy::swallowsSilently()
{
    join();
    m_proxy->swallow(FaultProxy::ToServer);
    m_client->write("gone");
    QVERIFY(m_client->waitForBytesWritten(5000));
    m_peer->write("ping");
    QTRY_COMPARE(m_client->bytesAvailable(), 4);
    QCOMPARE(m_client->state(), QAbstractSocket::ConnectedState);
    m_proxy->endAll();
    QTRY_COMPARE(m_peer->state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(received(), "");
}

void tst_FaultProxy::refusesNewConnections()
{
    m_proxy->refuse();
    m_client->connectToHost(QHostAddress::LocalHost, m_proxy->port());
    QTRY_COMPARE(m_client->state(), QAbstractSocket::UnconnectedState);
    // More than once where the reset is faster than QTcpSocket's own look at its connect(2).
    QTRY_VERIFY(m_proxy->accepted() >= 1);
    QVERIFY(!m_server->hasPendingConnections());
}

void tst_FaultProxy::endsAllAtOnce()
{
    join();
    QCOMPARE(m_proxy->open(), 1);
    m_proxy->endAll(FaultProxy::Reset);
    QTRY_COMPARE(m_client->state(), QAbstractSocket::UnconnectedState);
    QTRY_COMPARE(m_peer->state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(m_proxy->open(), 0);
}

QOMBU_TEST(tst_FaultProxy)
#include "tst_faultproxy.moc"
