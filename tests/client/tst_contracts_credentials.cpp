// SPDX-License-Identifier: BSD-3-Clause
#include "client/scripted/stage.h"
#include "support/testmain.h"

using namespace Qombu;
using namespace std::chrono_literals;

// Passwords that change: the user is asked before each attempt to connect.
class tst_ContractsCredentials : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void areAskedForAtEachAttempt();
    void areThoseOfTheUrlWhereNobodyIsAsked();
    void aNewSecretIsForTheNextLogIn();
    void mayCloseTheConnection();
    void mayDeleteTheConnection();

private:
    ConnectionOptions asking(std::function<void()> also = {})
    {
        ConnectionOptions options;
        options.credentials = [this, also](const BrokerUrl &url) {
            m_asked.append(url.host());
            if (also)
                also();
            return Credentials{QStringLiteral("me"), QString::number(m_asked.size())};
        };
        return options;
    }

    QStringList m_asked;
};

void tst_ContractsCredentials::areAskedForAtEachAttempt()
{
    m_asked.clear();
    Stage stage(QStringLiteral("scripted://old:secret@a;scripted://b"), asking());
    stage.broker.attempts = {broken(), Error()};
    stage.connection->open();
    stage.advance(1s);
    QCOMPARE(stage.connection->state(), Connection::Open);
    QCOMPARE(m_asked, list({"a", "b"}));
    QCOMPARE(stage.broker.logIns, list({"me:1", "me:2"}));
    stage.reconnect();
    stage.advance(1s);
    QCOMPARE(stage.broker.logIns.last(), QStringLiteral("me:3"));
    QCOMPARE(stage.connection->url().userName(), QStringLiteral("old"));
}

void tst_ContractsCredentials::areThoseOfTheUrlWhereNobodyIsAsked()
{
    Stage stage(QStringLiteral("scripted://old:secret@a"));
    stage.connection->open();
    stage.turn();
    QCOMPARE(stage.broker.logIns, list({"old:secret"}));
}

// Also where the open session cannot take it.
void tst_ContractsCredentials::aNewSecretIsForTheNextLogIn()
{
    Stage stage(QStringLiteral("scripted://me:old@a"));
    stage.connection->open();
    stage.turn();
    const auto updated = stage.connection->updateSecret(QStringLiteral("new"));
    stage.turn();
    QCOMPARE(updated.result().error().kind(), Error::Unsupported);
    stage.reconnect();
    stage.advance(1s);
    QCOMPARE(stage.broker.logIns, list({"me:old", "me:new"}));
}

void tst_ContractsCredentials::mayCloseTheConnection()
{
    Stage *on = nullptr;
    Stage stage(QStringLiteral("scripted://a"), asking([&on] { on->connection->close(); }));
    on = &stage;
    stage.connection->open();
    stage.advance(10s);
    QCOMPARE(stage.connection->state(), Connection::Closed);
    QVERIFY(stage.broker.logIns.isEmpty());
}

void tst_ContractsCredentials::mayDeleteTheConnection()
{
    Stage *on = nullptr;
    Stage stage(QStringLiteral("scripted://a"), asking([&on] { on->connection.reset(); }));
    on = &stage;
    stage.connection->open();
    stage.advance(10s);
    QVERIFY(!stage.connection);
    QVERIFY(stage.broker.logIns.isEmpty());
}

QOMBU_TEST(tst_ContractsCredentials)
#include "tst_contracts_credentials.moc"
