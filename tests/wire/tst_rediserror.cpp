// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/redis/wire/rediserror.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
Q_DECLARE_METATYPE(Qombu::Redis::ErrorAction)

class tst_RedisError : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void leavesOutWhereInAScriptItWas();
    void classifies_data();
    void classifies();
    void namesThePermissionThatScriptsNeed();
    void namesTheCommandsOfAScript_data();
    void namesTheCommandsOfAScript();
    void namesTheUserAndTheKey();
    void keepsWhatTheServerSaid();
};

void tst_RedisError::classifies_data()
{
    QTest::addColumn<QByteArray>("reply");
    QTest::addColumn<Error::Kind>("kind");
    QTest::addColumn<bool>("recoverable");
    QTest::addColumn<ErrorAction>("action");
    const auto row = [](const char *name, const char *reply, Error::Kind kind, bool recoverable,
                        ErrorAction action) {
        QTest::newRow(name) << QByteArray(reply) << kind << recoverable << action;
    };
    row("loading", "LOADING Redis is loading the dataset in memory", Error::Connection, true,
        ErrorAction::RetryLater);
    row("busy script", "BUSY Redis is busy running a script.", Error::Connection, true,
        ErrorAction::RetryLater);
    row("busy group is no busy script", "BUSYGROUP Consumer Group name already exists",
        Error::Channel, false, ErrorAction::Fail);
    row("cluster", "CLUSTERDOWN The cluster is down", Error::Connection, true,
        ErrorAction::RetryLater);
    row("clients", "ERR max number of clients reached", Error::Connection, true,
        ErrorAction::RetryLater);
    row("replica", "READONLY You can't write against a read only replica.", Error::Connection, true,
        ErrorAction::DropLink);
    row("lost master", "MASTERDOWN Link with MASTER is down", Error::Connection, true,
        ErrorAction::DropLink);
    row("memory", "OOM command not allowed when used memory > 'maxmemory'.", Error::Blocked, true,
        ErrorAction::Blocked);
    row("disk", "MISCONF Redis is configured to save RDB snapshots", Error::Blocked, true,
        ErrorAction::Blocked);
    row("script", "NOSCRIPT No matching script. Please use EVAL.", Error::Channel, true,
        ErrorAction::Fail);
    row("no password", "NOAUTH Authentication required.", Error::Authentication, false,
        ErrorAction::Credentials);
    row("wrong password", "WRONGPASS invalid username-password pair or user is disabled.",
        Error::Authentication, false, ErrorAction::Credentials);
    row("command", "NOPERM this user has no permissions to run the 'lpush' command",
        Error::Configuration, false, ErrorAction::Fail);
    row("key", "NOPERM this user has no permissions to access one of the keys used as arguments",
        Error::Configuration, false, ErrorAction::Fail);
    row("inside a script",
        "ERR The user executing the script can't run this command or subcommand script: 8c, on "
        "@user_script:1.",
        Error::Configuration, false, ErrorAction::Fail);
    row("inside a script, Redis 8",
        "ERR ACL failure in script: User u has no permissions to run the 'hdel' command script: "
        "8c, "
        "on @user_script:1.",
        Error::Configuration, false, ErrorAction::Fail);
    row("type", "WRONGTYPE Operation against a key holding the wrong kind of value", Error::Channel,
        false, ErrorAction::Fail);
    row("type, by a script of ours", "WRONGTYPE orders is a hash, not a list", Error::Channel,
        false, ErrorAction::Fail);
    row("other", "ERR unknown command 'X'", Error::Channel, false, ErrorAction::Fail);
}

void tst_RedisError::classifies()
{
    QFETCH(QByteArray, reply);
    const ReplyError why = classifyError(reply, "LPUSH orders", "app");
    QTEST(why.error.kind(), "kind");
    QTEST(why.error.isRecoverable(), "recoverable");
    QTEST(why.action, "action");
}

void tst_RedisError::namesThePermissionThatScriptsNeed()
{
    for (const char *command : {"evalsha", "script|load"}) {
        const QByteArray reply =
            "NOPERM this user has no permissions to run the '" + QByteArray(command) + "' command";
        QCOMPARE(classifyError(reply, "claim", "app").error.text(),
                 QStringLiteral(
                     "The Redis user \"app\" may not run scripts: grant +evalsha +script|load"));
    }
}

void tst_RedisError::namesTheCommandsOfAScript_data()
{
    QTest::addColumn<QByteArray>("reply");
    QTest::addColumn<QString>("text");
    const QByteArray where = " script: 8c, on @user_script:1.";
    const QByteArray silent =
        "ERR The user executing the script can't run this command or subcommand";
    QTest::newRow("not which") << silent + where << QStringLiteral("grant +lindex +llen");
    QTest::newRow("which")
        << "ERR ACL failure in script: User u has no permissions to run the 'llen' command" + where
        << QStringLiteral("grant +llen");
    QTest::newRow("a key") << QByteArray(
        "NOPERM this user has no permissions to access one of the keys used as "
        "arguments") << QStringLiteral("grant ~_q.orders ~orders ~orders*");
}

void tst_RedisError::namesTheCommandsOfAScript()
{
    QFETCH(const QByteArray, reply);
    QFETCH(const QString, text);
    const QString said = classifyError(reply, "unquarantine", "app",
                                       {{"lindex", "llen"},
                                        {"_q.orders", "orders",
                                         "orders\x06\x16"
                                         "3",
                                         "orders\x06\x16"
                                         "6"}})
                             .error.text();
    QVERIFY2(said.endsWith(text), qPrintable(said));
    QVERIFY2(!said.contains(QLatin1String("quarantine")) && !said.contains(QLatin1String("8c")),
             qPrintable(said));
    QVERIFY2(classifyError(reply, "LRANGE").error.text().contains(QLatin1String("grant ")), "");
}

void tst_RedisError::namesTheUserAndTheKey()
{
    const Error error =
        classifyError("NOPERM this user has no permissions to access one of the keys "
                      "used as arguments",
                      "LPUSH orders")
            .error;
    QVERIFY(error.text().contains(QStringLiteral("\"default\"")));
    QVERIFY(error.text().contains(QStringLiteral("LPUSH orders")));
}

void tst_RedisError::keepsWhatTheServerSaid()
{
    const Error error = classifyError("ERR 100% of %1 wrong", "PING").error;
    QVERIFY(error.text().contains(QStringLiteral("100% of %1 wrong")));
}

void tst_RedisError::leavesOutWhereInAScriptItWas()
{
    const QString text = classifyError("OOM command not allowed when used memory > 'maxmemory'. "
                                       "script: 5a5dbb74, on @user_script:21.",
                                       "publish")
                             .error.text();
    QVERIFY2(text.contains(QStringLiteral("maxmemory'.")), qPrintable(text));
    QVERIFY2(!text.contains(QStringLiteral("user_script")), qPrintable(text));
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_RedisError)
#include "tst_rediserror.moc"
