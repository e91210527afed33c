// SPDX-License-Identifier: BSD-3-Clause
#include "support/rabbitprocess.h"
#include "support/testmain.h"

#include <QJsonArray>
#include <QTcpSocket>
#include <QTest>

using QombuTest::RabbitProcess;

class tst_RabbitProcess : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sharesOneNode();
    void killsAndRestartsItsOwn();
};

namespace {

// The first octet of connection.start.
bool answers(quint16 port)
{
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), port);
    if (!socket.waitForConnected(5000))
        return false;
    socket.write(QByteArray("AMQP\0\0\x09\x01", 8));
    return socket.waitForReadyRead(5000) && socket.read(1) == QByteArray(1, '\1');
}

} // namespace

void tst_RabbitProcess::sharesOneNode()
{
    RabbitProcess one, other;
    QVERIFY2(one.start(), qPrintable(one.errorText()));
    QVERIFY2(other.start(), qPrintable(other.errorText()));
    QVERIFY(answers(one.port()));
    QCOMPARE(one.port(), other.port());
    QVERIFY(one.virtualHost() != other.virtualHost());

    const QString first = one.virtualHost();
    QVERIFY2(one.reset(), qPrintable(one.errorText()));
    QStringList names;
    for (const QJsonValue &host : one.manage("GET", QStringLiteral("vhosts")).array())
        names << host[QLatin1String("name")].toString();
    QVERIFY(names.contains(one.virtualHost()) && names.contains(other.virtualHost()));
    QVERIFY(!names.contains(first));
}

void tst_RabbitProcess::killsAndRestartsItsOwn()
{
    RabbitProcess node(RabbitProcess::Own);
    QVERIFY2(node.start(), qPrintable(node.errorText()));
    const quint16 port = node.port();
    QVERIFY(node.control({QStringLiteral("list_vhosts")}).contains(node.virtualHost()));
    node.kill();
    QVERIFY(!answers(port));
    QVERIFY2(node.restart(), qPrintable(node.errorText()));
    QCOMPARE(node.port(), port);
    QVERIFY(answers(port));
}

QOMBU_TEST(tst_RabbitProcess)
#include "tst_rabbitprocess.moc"
