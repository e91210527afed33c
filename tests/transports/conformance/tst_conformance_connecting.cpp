// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/conformance/conformancetest.h"

#include <QSignalSpy>
#include <QTcpServer>

using namespace std::chrono_literals;
using namespace Qombu;
using namespace QombuTest;

// How a connection comes to be, and what it does when that takes several attempts.
class tst_ConformanceConnecting : public ConformanceTest
{
    Q_OBJECT

    bool breaks() const { return !(broker().quirks() & BrokerUnderTest::LinksCannotBreak); }

    // Nobody listens there.
    static QString deadUrl()
    {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        return QStringLiteral("redis://127.0.0.1:%1").arg(server.serverPort());
    }

private Q_SLOTS:
    void opensOnDemandAndTellsWhatTheServerCan()
    {
        Connection *const late = prepareConnection(broker().url());
        QCOMPARE(late->state(), Connection::Closed);
        const Capabilities before = late->capabilities();
        QVERIFY(before.testFlag(Capability::DirectExchange));
        QOMBU_OK(late->whenOpen());
        QCOMPARE(late->state(), Connection::Open);
        QVERIFY(!late->error().isError());
        QVERIFY(late->capabilities().testFlag(Capability::DirectExchange));
    }

    void opensAgainAfterClosing()
    {
        Connection *const again = connectAnother();
        for (int i = 0; i < 3; ++i) {
            QOMBU_OK(again->close());
            QCOMPARE(again->state(), Connection::Closed);
            passThrough(again);
            QCOMPARE(again->state(), Connection::Open);
        }
    }

    void aListOfBrokersIsTriedInTurn()
    {
        const QString list = deadUrl() + QLatin1Char(';') + broker().url().toStringWithPassword();
        Connection *const connection = prepareConnection(list);
        QSignalSpy errors(connection, &Connection::errorOccurred);
        QOMBU_OK(connection->whenOpen());
        QCOMPARE(errors.size(), 1);
        QVERIFY(errors.first().first().value<Error>().isRecoverable());
        passThrough(connection);
    }

    void aListGoesOnWhereTheFirstOneEnds()
    {
        if (!breaks())
            return;
        const QString list = broker().breakableUrl().toStringWithPassword() + QLatin1Char(';')
            + broker().url().toStringWithPassword();
        Connection *const on = prepareConnection(list);
        QOMBU_OK(on->whenOpen());
        const auto inbox = consume({QStringLiteral("work")}, 16, AckMode::Manual, on);
        QSignalSpy moved(on, &Connection::stateChanged);
        broker().refuseLinks();
        broker().breakLinks();
        QTRY_VERIFY(moved.size() >= 2); // lost, and open again, however soon
        QTRY_COMPARE(on->state(), Connection::Open);
        QTRY_VERIFY(inbox->isConsuming());
        publish(QStringLiteral("work"), {QStringLiteral("a")});
        QTRY_COMPARE(inbox->texts(), QStringLiteral("a"));
        inbox->ackAll();
        QTRY_COMPARE(unacked(), 0);
    }

    void aRefusedConnectIsToldAndTriedAgain()
    {
        if (!breaks())
            return;
        broker().refuseLinks();
        Connection *const on = prepareConnection(broker().breakableUrl());
        QSignalSpy errors(on, &Connection::errorOccurred);
        const auto inbox = prepare({QStringLiteral("work")}, 16, AckMode::Manual, on);
        inbox->consumer()->start();
        auto published = Producer(on, "work").publish(QStringLiteral("a"));
        QTRY_VERIFY(errors.size() >= 2);
        const Error error = errors.first().first().value<Error>();
        QCOMPARE(error.kind(), Error::Connection);
        QVERIFY(error.isRecoverable());
        QCOMPARE(on->error().kind(), Error::Connection);
        QVERIFY(!published.isFinished());
        broker().mendLinks();
        QTRY_COMPARE(inbox->texts(), QStringLiteral("a"));
        QOMBU_OK(published);
        QVERIFY(!on->error().isError());
        inbox->ackAll();
        QTRY_COMPARE(unacked(), 0);
    }

    void aSilentServerIsGivenUpByTheDeadline()
    {
        if (!breaks())
            return;
        broker().stallAnswers();
        ConnectionOptions hurried = options();
        hurried.connectTimeout = 100ms;
        hurried.retryLimit = 1;
        Connection on(broker().breakableUrl(), hurried);
        const auto result = on.whenOpen().wait(10s);
        QVERIFY(!result.isOk());
        QTRY_COMPARE(on.state(), Connection::Closed);
        broker().mendLinks();
        QOMBU_OK(on.whenOpen());
        QOMBU_OK(on.close());
    }
};

QOMBU_TEST(tst_ConformanceConnecting)
#include "tst_conformance_connecting.moc"
