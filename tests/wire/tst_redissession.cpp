// SPDX-License-Identifier: BSD-3-Clause
#include "support/testmain.h"
#include "transports/redis/wire/redissession.h"
#include "wire/resptext.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using namespace std::chrono_literals;

class tst_RedisSession : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysWhoItIsInOneWrite_data();
    void saysWhoItIsInOneWrite();
    void isReadyAfterTheLastAnswer();
    void ignoresRefusedNameAndId();
    void isReadyWithoutADiskToWriteTo();
    void endsWhenTheHandshakeIsRefused_data();
    void endsWhenTheHandshakeIsRefused();
    void answersRequestsInOrder();
    void givesTheSameEventsAtEveryCut();
    void collectsAllRepliesOfASubscription();
    void endsASubscriptionAtItsRefusal();
    void tellsMessagesFromReplies();
    void worksWhereThePushChannelIsRefused();
    void pingsWhenNothingIsHeard();
    void acceptsARefusedPingAsLife();
    void endsWhenAReplyIsOverdue();
    void waitsWhileALongReplyArrives();
    void endsAtAReplyNobodyAskedFor();
    void takesNothingAfterTheEnd();
    void tellsWhatARefusalMeans();
    void asksWhichKeyIsOfAnotherType();
    void runsAScriptAgainThatWasForgotten();
    void keepsTheOrderOfForgottenScripts();
    void answersEveryForgottenScriptThatCannotBeLoaded();
    void tellsWhyAScriptCannotBeLoaded();
    void failsOnlyTheReplyThatIsTooLarge();
};

static const RedisSession::TimePoint T0(1000s);

static QByteArray eventText(const Step &step)
{
    QByteArray text;
    for (const SessionEvent &event : step.events) {
        if (event.type == SessionEvent::Ready)
            text += "ready ";
        else if (event.type == SessionEvent::Reply)
            text += QByteArray::number(event.ticket) + "=" + respText(event.value) + " ";
        else
            text += "message " + respText(event.value) + " ";
    }
    if (step.fatal.isError())
        text += "fatal ";
    return text;
}

static QByteArray commands(const QByteArray &output)
{
    QByteArray text;
    RespReader reader;
    reader.feed(output);
    while (const auto value = reader.next())
        text += respText(*value);
    return text.replace('"', "");
}

// A session whose handshake is over.
class ReadySession : public RedisSession
{
public:
    explicit ReadySession(SocketRole role)
        : RedisSession({.role = role})
    {
        start(T0);
        takeOutput();
        feed(":9\r\n+PONG\r\n", T0);
        if (role == SocketRole::Push)
            feed("*3\r\n$9\r\nsubscribe\r\n$20\r\n__redis__:invalidate\r\n:1\r\n", T0);
    }
};

void tst_RedisSession::saysWhoItIsInOneWrite_data()
{
    QTest::addColumn<QByteArray>("user");
    QTest::addColumn<QByteArray>("password");
    QTest::addColumn<int>("database");
    QTest::addColumn<bool>("push");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("nobody") << QByteArray() << QByteArray() << 0 << false
                            << QByteArray("[CLIENT,ID][PING]");
    QTest::newRow("password") << QByteArray() << QByteArray("p") << 0 << false
                              << QByteArray("[AUTH,p][CLIENT,ID][PING]");
    QTest::newRow("user") << QByteArray("u") << QByteArray("p") << 3 << true
                          << QByteArray("[AUTH,u,p][SELECT,3][CLIENT,ID][PING]"
                                        "[SUBSCRIBE,__redis__:invalidate]");
}

void tst_RedisSession::saysWhoItIsInOneWrite()
{
    QFETCH(QByteArray, user);
    QFETCH(QByteArray, password);
    QFETCH(int, database);
    QFETCH(bool, push);
    RedisSession session({.role = push ? SocketRole::Push : SocketRole::Commands,
                          .user = user,
                          .password = password,
                          .database = database});
    session.start(T0);
    QTEST(commands(session.takeOutput()), "expected");
    QVERIFY(session.takeOutput().isEmpty());
}

void tst_RedisSession::isReadyAfterTheLastAnswer()
{
    RedisSession session({.password = "p", .database = 3, .clientName = "me"});
    session.start(T0);
    QCOMPARE(eventText(session.feed("+OK\r\n+OK\r\n+OK\r\n:77\r\n", T0)), QByteArray());
    QVERIFY(!session.isReady());
    QCOMPARE(eventText(session.feed("+PONG\r\n", T0)), QByteArray("ready "));
    QVERIFY(session.isReady());
    QCOMPARE(session.clientId(), 77);
}

void tst_RedisSession::ignoresRefusedNameAndId()
{
    RedisSession session({.clientName = "a b"});
    session.start(T0);
    const Step step =
        session.feed("-ERR Client names cannot contain spaces\r\n-NOPERM no\r\n"
                     "-NOPERM this user has no permissions to run the 'ping' command\r\n",
                     T0);
    QCOMPARE(eventText(step), QByteArray("ready "));
    QCOMPARE(session.clientId(), -1);
}

// PING is refused then as a write is; everything else works.
void tst_RedisSession::isReadyWithoutADiskToWriteTo()
{
    RedisSession session({});
    session.start(T0);
    const Step step =
        session.feed(":7\r\n-MISCONF Redis is configured to save RDB snapshots\r\n", T0);
    QCOMPARE(eventText(step), QByteArray("ready "));
    QCOMPARE(step.events.front().why.action, ErrorAction::Blocked);
    QVERIFY(session.isReady());
    RedisSession other({});
    other.start(T0);
    QCOMPARE(eventText(other.feed(":7\r\n-NOREPLICAS Not enough good replicas to write.\r\n", T0)),
             QByteArray("ready "));
}

void tst_RedisSession::endsWhenTheHandshakeIsRefused_data()
{
    QTest::addColumn<QByteArray>("reply");
    QTest::addColumn<Error::Kind>("kind");
    QTest::addColumn<bool>("recoverable");
    QTest::newRow("wrong password")
        << QByteArray("-WRONGPASS invalid\r\n") << Error::Authentication << false;
    QTest::newRow("password for a server without")
        << QByteArray("-ERR AUTH <password> called without any password configured\r\n")
        << Error::Authentication << false;
    QTest::newRow("database") << QByteArray("+OK\r\n-ERR DB index is out of range\r\n")
                              << Error::Configuration << false;
    QTest::newRow("loading") << QByteArray("+OK\r\n+OK\r\n:1\r\n-LOADING Redis is loading\r\n")
                             << Error::Connection << true;
    QTest::newRow("full") << QByteArray("-ERR max number of clients reached\r\n")
                          << Error::Connection << true;
    QTest::newRow("not Redis") << QByteArray("HTTP/1.0 200 OK\r\n") << Error::Protocol << true;
}

void tst_RedisSession::endsWhenTheHandshakeIsRefused()
{
    QFETCH(QByteArray, reply);
    RedisSession session({.password = "p", .database = 99});
    session.start(T0);
    const Step step = session.feed(reply, T0);
    QTEST(step.fatal.kind(), "kind");
    QTEST(step.fatal.isRecoverable(), "recoverable");
    QVERIFY(step.events.empty());
}

void tst_RedisSession::answersRequestsInOrder()
{
    ReadySession session(SocketRole::Commands);
    session.submit({"LLEN", "a"}, 1, T0);
    session.submit({"GET", "b"}, 2, T0);
    session.submit({"X"}, 3, T0);
    QCOMPARE(commands(session.takeOutput()), QByteArray("[LLEN,a][GET,b][X]"));
    QCOMPARE(eventText(session.feed(":5\r\n$-1\r\n-ERR unknown\r\n", T0)),
             QByteArray("1=5 2=nil 3=-ERR unknown "));
}

void tst_RedisSession::givesTheSameEventsAtEveryCut()
{
    const QByteArray bytes("+OK\r\n:12\r\n+PONG\r\n*2\r\n$1\r\na\r\n*1\r\n:3\r\n:4\r\n");
    const QByteArray expected("ready 1=[\"a\",[3]] 2=4 ");
    for (qsizetype cut = 0; cut <= bytes.size(); ++cut) {
        RedisSession session({.password = "p"});
        session.start(T0);
        session.submit({"A"}, 1, T0);
        session.submit({"B"}, 2, T0);
        QByteArray text = eventText(session.feed(QByteArrayView(bytes).first(cut), T0));
        text += eventText(session.feed(QByteArrayView(bytes).sliced(cut), T0));
        QCOMPARE(text, expected);
    }
}

void tst_RedisSession::collectsAllRepliesOfASubscription()
{
    ReadySession session(SocketRole::Push);
    session.submit({"PSUBSCRIBE", "a", "b"}, 5, T0, 2);
    session.submit({"PUNSUBSCRIBE", "c"}, 6, T0);
    QCOMPARE(eventText(session.feed("*3\r\n$10\r\npsubscribe\r\n$1\r\na\r\n:2\r\n", T0)),
             QByteArray());
    QCOMPARE(eventText(session.feed("*3\r\n$10\r\npsubscribe\r\n$1\r\nb\r\n:3\r\n"
                                    "*3\r\n$12\r\npunsubscribe\r\n$1\r\nc\r\n:3\r\n",
                                    T0)),
             QByteArray("5=[\"psubscribe\",\"b\",3] 6=[\"punsubscribe\",\"c\",3] "));
}

void tst_RedisSession::endsASubscriptionAtItsRefusal()
{
    ReadySession session(SocketRole::Push);
    session.submit({"PSUBSCRIBE", "a", "b"}, 5, T0, 2);
    QCOMPARE(eventText(session.feed("-NOPERM no\r\n", T0)), QByteArray("5=-NOPERM no "));
}

void tst_RedisSession::tellsMessagesFromReplies()
{
    ReadySession session(SocketRole::Push);
    session.submit({"PSUBSCRIBE", "a"}, 5, T0);
    const Step step = session.feed("*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$1\r\ny\r\n"
                                   "*3\r\n$10\r\npsubscribe\r\n$1\r\na\r\n:2\r\n"
                                   "*4\r\n$8\r\npmessage\r\n$1\r\na\r\n$1\r\na\r\n$1\r\nz\r\n",
                                   T0);
    QCOMPARE(eventText(step),
             QByteArray("message [\"message\",\"x\",\"y\"] 5=[\"psubscribe\",\"a\",2] "
                        "message [\"pmessage\",\"a\",\"a\",\"z\"] "));
}

void tst_RedisSession::worksWhereThePushChannelIsRefused()
{
    RedisSession session({.role = SocketRole::Push});
    session.start(T0);
    QCOMPARE(eventText(session.feed(":9\r\n+PONG\r\n-NOPERM no channel\r\n", T0)),
             QByteArray("ready "));
    QVERIFY(!session.canBeTold());
    QVERIFY(ReadySession(SocketRole::Push).canBeTold());
}

void tst_RedisSession::pingsWhenNothingIsHeard()
{
    ReadySession session(SocketRole::Push);
    QVERIFY(session.nextDeadline() == T0 + 25s);
    session.tick(T0 + 24s);
    QVERIFY(session.takeOutput().isEmpty());
    session.tick(T0 + 25s);
    QCOMPARE(commands(session.takeOutput()), QByteArray("[PING]"));
    QVERIFY(session.nextDeadline() == T0 + 35s);
    QCOMPARE(eventText(session.feed("*2\r\n$4\r\npong\r\n$0\r\n\r\n", T0 + 26s)), QByteArray());
    QVERIFY(session.nextDeadline() == T0 + 51s);
}

void tst_RedisSession::acceptsARefusedPingAsLife()
{
    ReadySession session(SocketRole::Commands);
    session.tick(T0 + 25s);
    QCOMPARE(eventText(session.feed("-NOPERM ping\r\n", T0 + 26s)), QByteArray());
    QVERIFY(session.isReady());
}

void tst_RedisSession::endsWhenAReplyIsOverdue()
{
    ReadySession session(SocketRole::Commands);
    session.submit({"LLEN", "a"}, 1, T0 + 5s);
    QVERIFY(session.nextDeadline() == T0 + 15s);
    QVERIFY(!session.tick(T0 + 14s).fatal.isError());
    const Step step = session.tick(T0 + 15s);
    QCOMPARE(step.fatal.kind(), Error::Timeout);
    QVERIFY(step.fatal.isRecoverable());
    QVERIFY(!session.nextDeadline());
}

void tst_RedisSession::waitsWhileALongReplyArrives()
{
    ReadySession session(SocketRole::Commands);
    session.submit({"GET", "a"}, 1, T0);
    session.feed("$8\r\n0123", T0 + 9s);
    QVERIFY(!session.tick(T0 + 12s).fatal.isError());
    QCOMPARE(eventText(session.feed("4567\r\n", T0 + 18s)), QByteArray("1=\"01234567\" "));
}

void tst_RedisSession::endsAtAReplyNobodyAskedFor()
{
    ReadySession session(SocketRole::Commands);
    const Step step = session.feed(":1\r\n", T0);
    QCOMPARE(step.fatal.kind(), Error::Protocol);
    QVERIFY(step.fatal.isRecoverable());
}

void tst_RedisSession::takesNothingAfterTheEnd()
{
    ReadySession session(SocketRole::Commands);
    session.feed("?\r\n", T0);
    session.submit({"A"}, 1, T0);
    QVERIFY(session.takeOutput().isEmpty());
    QCOMPARE(eventText(session.feed(":1\r\n", T0)), QByteArray());
    QVERIFY(!session.nextDeadline());
}

void tst_RedisSession::tellsWhatARefusalMeans()
{
    ReadySession session(SocketRole::Commands);
    session.submit({"LPUSH", "q", "x"}, 1, T0);
    session.submit({"LLEN", "q"}, 2, T0);
    const Step step = session.feed("-OOM command not allowed\r\n:1\r\n", T0);
    QCOMPARE(step.events.at(0).why.error.kind(), Error::Blocked);
    QVERIFY(step.events.at(0).why.action == ErrorAction::Blocked);
    QCOMPARE(step.events.at(0).why.error.where(), QStringLiteral("LPUSH"));
    QVERIFY(!step.events.at(1).why.error.isError());
}

void tst_RedisSession::asksWhichKeyIsOfAnotherType()
{
    ReadySession session(SocketRole::Commands);
    const Script script("claim", "return 1");
    const QByteArray refusal =
        "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
    session.submit({"LRANGE", "orders", 0, 9}, 1, T0);
    session.run(script, {"unacked", "index", "orders"}, {"a"}, 2, T0);
    session.takeOutput();
    QCOMPARE(eventText(session.feed(QByteArray(refusal + refusal), T0)), QByteArray());
    QCOMPARE(commands(session.takeOutput()),
             "[TYPE,orders][TYPE,unacked][TYPE,index][TYPE,orders]");
    const Step step = session.feed("+hash\r\n+none\r\n+string\r\n-NOPERM\r\n", T0);
    QCOMPARE(step.events.size(), 2u);
    QCOMPARE(step.events[0].ticket, 1u);
    const QString list = step.events[0].why.error.text();
    QVERIFY2(list.contains(QStringLiteral("\"orders\" is a hash and no queue")), qPrintable(list));
    QCOMPARE(step.events[1].ticket, 2u);
    const QString kept = step.events[1].why.error.text();
    QVERIFY2(kept.contains(QStringLiteral("\"index\" is a string")), qPrintable(kept));
}

void tst_RedisSession::runsAScriptAgainThatWasForgotten()
{
    ReadySession session(SocketRole::Commands);
    const Script script("s", "return 1");
    session.run(script, {"k1", "k2"}, {"a"}, 1, T0);
    session.submit({"LLEN", "q"}, 2, T0);
    const QByteArray call = "[EVALSHA," + script.sha1() + ",2,k1,k2,a]";
    QCOMPARE(commands(session.takeOutput()), call + "[LLEN,q]");
    QCOMPARE(eventText(session.feed("-NOSCRIPT No matching script\r\n:5\r\n", T0)),
             QByteArray("2=5 "));
    QCOMPARE(commands(session.takeOutput()), "[SCRIPT,LOAD,return 1]" + call);
    QCOMPARE(eventText(session.feed("$1\r\nx\r\n:1\r\n", T0)), QByteArray("1=1 "));
}

// Nothing new leaves before all in flight is answered, and then behind what was refused.
void tst_RedisSession::keepsTheOrderOfForgottenScripts()
{
    ReadySession session(SocketRole::Commands);
    const Script script("s", "return 1");
    const Script other("o", "return 2");
    session.run(script, {"k"}, {"1"}, 1, T0);
    session.run(script, {"k"}, {"2"}, 2, T0);
    session.run(other, {"k"}, {"3"}, 3, T0);
    session.takeOutput();
    QCOMPARE(eventText(session.feed("-NOSCRIPT No matching script\r\n", T0)), QByteArray());
    session.run(script, {"k"}, {"4"}, 4, T0 + 1s);
    session.submit({"LLEN", "q"}, 5, T0 + 1s);
    QCOMPARE(commands(session.takeOutput()), QByteArray());
    QVERIFY(session.nextDeadline() == T0 + 10s);
    QCOMPARE(eventText(session.feed("-NOSCRIPT No\r\n-NOSCRIPT No\r\n", T0 + 5s)), QByteArray());
    const auto call = [](const Script &called, const QByteArray &argument) -> QByteArray {
        return "[EVALSHA," + called.sha1() + ",1,k," + argument + "]";
    };
    QCOMPARE(commands(session.takeOutput()),
             "[SCRIPT,LOAD,return 1][SCRIPT,LOAD,return 2]" + call(script, "1") + call(script, "2")
                 + call(other, "3") + call(script, "4") + "[LLEN,q]");
    QVERIFY(session.nextDeadline() == T0 + 15s);
    session.submit({"LLEN", "r"}, 6, T0 + 5s); // as ever
    QCOMPARE(commands(session.takeOutput()), QByteArray("[LLEN,r]"));
    QCOMPARE(eventText(session.feed("$1\r\nx\r\n$1\r\ny\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n",
                                    T0 + 6s)),
             QByteArray("1=1 2=2 3=3 4=4 5=5 6=6 "));
}

void tst_RedisSession::answersEveryForgottenScriptThatCannotBeLoaded()
{
    ReadySession session(SocketRole::Commands);
    const Script script("s", "return 1");
    session.run(script, {}, {}, 1, T0);
    session.run(script, {}, {}, 2, T0);
    session.feed("-NOSCRIPT No\r\n-NOSCRIPT No\r\n", T0);
    session.takeOutput();
    const Step step = session.feed("-NOPERM this user has no permissions to run the 'script|load' "
                                   "command\r\n-NOSCRIPT No\r\n-NOSCRIPT No\r\n",
                                   T0);
    QCOMPARE(step.events.size(), 2u);
    for (const SessionEvent &event : step.events)
        QVERIFY(event.why.error.text().contains(QStringLiteral("script|load")));
}

void tst_RedisSession::tellsWhyAScriptCannotBeLoaded()
{
    ReadySession session(SocketRole::Commands);
    const Script script("s", "return 1");
    session.run(script, {}, {}, 1, T0);
    session.feed("-NOSCRIPT No matching script\r\n", T0);
    const Step step = session.feed("-NOPERM this user has no permissions to run the 'script|load' "
                                   "command\r\n-NOSCRIPT No matching script\r\n",
                                   T0);
    QCOMPARE(step.events.size(), 1u);
    QCOMPARE(step.events[0].why.error.kind(), Error::Configuration);
    QVERIFY(step.events[0].why.error.text().contains(QStringLiteral("script|load")));
}

void tst_RedisSession::failsOnlyTheReplyThatIsTooLarge()
{
    RedisSession session({.limits = {.elementBytes = 100}});
    session.start(T0);
    session.feed(":9\r\n+PONG\r\n", T0);
    session.submit({"GET", "large"}, 1, T0);
    session.submit({"GET", "small"}, 2, T0);
    const Step first = session.feed(QByteArray("$5000\r\n" + QByteArray(3000, 'x')), T0);
    QCOMPARE(first.events.size(), 1u); // its rest is of no interest
    QCOMPARE(first.events[0].why.error.kind(), Error::LimitExceeded);
    QVERIFY(!first.events[0].why.error.isRecoverable());
    const Step step = session.feed(QByteArray(QByteArray(2000, 'x') + "\r\n$2\r\nok\r\n"), T0);
    QCOMPARE(step.events.size(), 1u);
    QCOMPARE(step.events[0].value.text, QByteArray("ok"));
    QVERIFY(!step.fatal.isError());
}

QOMBU_TEST_WITH(QombuTest::NoApplication, tst_RedisSession)
#include "tst_redissession.moc"
