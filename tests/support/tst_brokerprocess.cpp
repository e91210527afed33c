// SPDX-License-Identifier: BSD-3-Clause
#include "support/brokerprocess.h"
#include "support/testmain.h"

#include <QTest>

using QombuTest::BrokerProcess;

class tst_BrokerProcess : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answersOnceStarted();
    void startsTwiceSideBySide();
    void losesUnsavedDataWhenKilled();
    void asksForItsPassword();
    void namesWhatIsWrongWithItsArguments();
};

void tst_BrokerProcess::answersOnceStarted()
{
    BrokerProcess server;
    QVERIFY2(server.start(), qPrintable(server.errorText()));
    QCOMPARE(server.text({"PING"}), "PONG");
    QCOMPARE(server.integer({"RPUSH", "list", "a", QByteArray("b\0c", 3)}), 2);
    QCOMPARE(server.texts({"LRANGE", "list", "0", "-1"}),
             (QList<QByteArray>{"a", QByteArray("b\0c", 3)}));
    QVERIFY(server.command({"GET", "nothing"}).isNil());
    QVERIFY(server.command({"LPOP", "list", "x"}).isError());
}

void tst_BrokerProcess::startsTwiceSideBySide()
{
    BrokerProcess first;
    BrokerProcess second;
    QVERIFY2(first.start() && second.start(), qPrintable(first.errorText() + second.errorText()));
    QVERIFY(first.port() != second.port());
    QCOMPARE(first.text({"SET", "key", "1"}), "OK");
    QVERIFY(second.command({"GET", "key"}).isNil());
}

void tst_BrokerProcess::losesUnsavedDataWhenKilled()
{
    BrokerProcess server;
    QVERIFY2(server.start(), qPrintable(server.errorText()));
    const quint16 port = server.port();
    server.command({"SET", "key", "1"});
    server.kill();
    QVERIFY(server.command({"PING"}).isError());
    QVERIFY2(server.restart(), qPrintable(server.errorText()));
    QCOMPARE(server.port(), port);
    QVERIFY(server.command({"GET", "key"}).isNil());
}

void tst_BrokerProcess::asksForItsPassword()
{
    BrokerProcess server({}, QStringLiteral("secret"));
    QVERIFY2(server.start(), qPrintable(server.errorText()));
    QCOMPARE(server.text({"PING"}), "PONG");
    QVERIFY(server.url(3).endsWith(QStringLiteral(":secret@127.0.0.1:%1/3").arg(server.port())));
    QVERIFY(server.text({"AUTH", "wrong"}).startsWith("WRONGPASS"));
}

void tst_BrokerProcess::namesWhatIsWrongWithItsArguments()
{
    BrokerProcess server({QStringLiteral("--no-such-option"), QStringLiteral("1")});
    QVERIFY(!server.start());
    QVERIFY2(server.errorText().contains(QStringLiteral("no-such-option")),
             qPrintable(server.errorText()));
}

QOMBU_TEST(tst_BrokerProcess)
#include "tst_brokerprocess.moc"
