// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "support/blockingsender.h"
#include "support/testmain.h"
#include "transports/redis/redisscripts.h"

#include <QCryptographicHash>
#include <QRegularExpression>
#include <QTest>

using namespace Qombu::Redis;
using namespace QombuTest;
using Qombu::Result;

// What every script leaves on a real server where the user may not do something that it does: for
// every set of its commands, the script runs without them.
class tst_RedisPermissions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void leavesEverythingInOnePlace_data();
    void leavesEverythingInOnePlace();

private:
    using State = QMap<QByteArray, QByteArrayList>; // message → the places where it is
    void fill();
    void forbid(const QByteArrayList &commands);
    Result<RespValue> run(const QByteArray &script, const QByteArray &way);
    State state();
    QString faultAfter(const QByteArray &script, const QByteArray &way, const State &before);

    BrokerProcess m_server;
    std::unique_ptr<BlockingSender> m_sender; // as the user "app"
};

namespace {

const QByteArray NotAMessage = "no message";

const Script &scriptOf(const QByteArray &name)
{
    const Scripts &all = Scripts::all();
    for (const Script *script :
         {&all.claim, &all.quarantine, &all.settle, &all.putBack, &all.renew, &all.expired,
          &all.restore, &all.remove, &all.publish, &all.quarantined, &all.unquarantine}) {
        if (script->name() == name)
            return *script;
    }
    qFatal("no script %s", name.constData());
}

// The commands that stand in the text, and that of an argument.
QByteArrayList commandsOf(const QByteArray &script, const QByteArray &way)
{
    static const QRegularExpression pattern(QStringLiteral("call_?\\('([A-Z]+)'"));
    QStringList found;
    auto matches = pattern.globalMatch(QString::fromUtf8(scriptOf(script).text()));
    while (matches.hasNext())
        found << matches.next().captured(1);
    if (script == "putBack")
        found << QString::fromUtf8(way);
    found.removeDuplicates();
    found.sort();
    QByteArrayList commands;
    for (const QString &each : std::as_const(found))
        commands << each.toLatin1();
    return commands;
}

QByteArray nameOf(const QByteArray &element)
{
    return QCryptographicHash::hash(element, QCryptographicHash::Sha1).toHex().first(12);
}

QByteArray record(const QByteArray &name)
{
    return '[' + envelope(name) + ",\"\",\"q\"]";
}

// A missing permission is the only reason for a failure here.
bool isRefusal(const Result<RespValue> &reply)
{
    return !reply && reply.error().text().contains(QLatin1String("may not"));
}

} // namespace

void tst_RedisPermissions::initTestCase()
{
    QVERIFY2(m_server.start(), qPrintable(m_server.errorText()));
    m_server.command({"ACL", "SETUSER", "app", "on", ">pw", "~*", "&*", "+@all"});
    m_sender = std::make_unique<BlockingSender>(m_server.port());
    std::optional<bool> isIn;
    m_sender->send({"AUTH", "app", "pw"},
                   [&](const Result<RespValue> &reply) { isIn = reply.isOk(); });
    m_sender->answerAll();
    QCOMPARE(isIn, true);
}

void tst_RedisPermissions::leavesEverythingInOnePlace_data()
{
    QTest::addColumn<QByteArray>("script");
    QTest::addColumn<QByteArray>("way");
    QTest::addColumn<QByteArray>("command");
    const std::vector<std::pair<QByteArray, QByteArray>> cases = {
        {"claim", "records"},     {"claim", "no ack"},     {"quarantine", ""}, {"settle", ""},
        {"putBack", "LPUSH"},     {"putBack", "RPUSH"},    {"renew", ""},      {"expired", ""},
        {"restore", ""},          {"remove", ""},          {"publish", ""},    {"quarantined", ""},
        {"unquarantine", "back"}, {"unquarantine", "away"}};
    for (const auto &[script, way] : cases) {
        for (const QByteArray &command : commandsOf(script, way))
            QTest::addRow("%s%s without %s", script.constData(),
                          QByteArray(way.isEmpty() ? way : ' ' + way).constData(),
                          command.constData())
                << script << way << command;
    }
}

// Alone, and with every set of those that come after it in the alphabet.
void tst_RedisPermissions::leavesEverythingInOnePlace()
{
    QFETCH(QByteArray, script);
    QFETCH(QByteArray, way);
    QFETCH(QByteArray, command);
    const QByteArrayList commands = commandsOf(script, way);
    const QByteArrayList others = commands.mid(commands.indexOf(command) + 1);
    QStringList faults;
    for (unsigned set = 0; set < 1u << others.size(); ++set) {
        QByteArrayList missing{command};
        for (qsizetype i = 0; i < others.size(); ++i) {
            if (set >> i & 1u)
                missing << others[i];
        }
        fill();
        const State before = state();
        forbid(missing);
        const QString fault = faultAfter(script, way, before);
        if (!fault.isEmpty())
            faults << QString::fromUtf8(missing.join(' ')) + QStringLiteral(": ") + fault;
    }
    QVERIFY2(faults.isEmpty(), qPrintable(QStringLiteral("without %1").arg(faults.join(u'\n'))));
}

void tst_RedisPermissions::fill()
{
    m_server.command({"FLUSHALL"});
    m_server.command({"LPUSH", "q", envelope("w1"), NotAMessage, envelope("w2"), envelope("w3")});
    for (const QByteArray name : {"h1", "h2", "h3"}) {
        m_server.command({"HSET", "unacked", name, record(name)});
        m_server.command({"ZADD", "unacked_index", "100.25", name});
    }
    m_server.command({"ZADD", "unacked_index", "100.25", "an entry without its record"});
    m_server.command({"SADD", "_kombu.binding.x", "a", "b"});
}

void tst_RedisPermissions::forbid(const QByteArrayList &commands)
{
    QList<QByteArray> command{"ACL", "SETUSER", "app", "+@all"};
    for (const QByteArray &each : commands)
        command << '-' + each.toLower();
    QCOMPARE(m_server.text(command), QByteArray("OK"));
}

Result<RespValue> tst_RedisPermissions::run(const QByteArray &script, const QByteArray &way)
{
    RespCommand keys{"unacked", "unacked_index"};
    RespCommand arguments;
    if (script == "claim") {
        keys.add("q").add("quarantine");
        arguments = {16, 1 << 20, way == "records" ? "me." : "", 1, 1 << 20, 100, 100, 1 << 20, 1,
                     1,  "\"q\""};
    } else if (script == "quarantine") {
        keys.add("quarantine").add("q");
        arguments = {"h1", envelope("h1"), 100};
    } else if (script == "settle") {
        arguments = {"h1", "h2", "h3"};
    } else if (script == "putBack") {
        keys.add("q").add("q2");
        arguments = {way, "h1",          1, envelope("h1"), "h2", 2, envelope("h2"), "h3",
                     1,   envelope("h3")};
    } else if (script == "renew") {
        keys = {"unacked_index"};
        arguments = {"h1", "h2", "h3"};
    } else if (script == "expired") {
        arguments = {"1000", 0, 1000, 100, 1 << 20, 1 << 20, 1};
    } else if (script == "restore") {
        keys.add("q").add("q2");
        arguments = {"h1", "100.25", envelope("h1")};
    } else if (script == "remove") {
        keys = {"none", "_kombu.binding.x"};
        arguments = {1, 0, 1, "a", 1, "b"};
    } else if (script == "quarantined") {
        keys = {"q"};
        arguments = {1, 100, 1 << 20, 1 << 20};
    } else if (script == "unquarantine") { // q stands for a quarantine: its second and third
        keys = {"q", "q2"};
        const int target = way == "back" ? 1 : 0;
        arguments = {1, nameOf(NotAMessage), target, nameOf(envelope("w2")), target};
    } else {
        keys = {"_kombu.binding.none", "q", "q2"};
        arguments = {"", envelope("p1"), envelope("p2"), ":1,1:2,1", "", 0};
    }
    Result<RespValue> result = RespValue();
    m_sender->run(scriptOf(script), std::move(keys), std::move(arguments),
                  [&result](Result<RespValue> reply) { result = std::move(reply); });
    m_sender->answerAll();
    return result;
}

tst_RedisPermissions::State tst_RedisPermissions::state()
{
    State found;
    for (const QByteArray name : {"w1", "w2", "w3", "h1", "h2", "h3", "p1", "p2"})
        found[name];
    found[NotAMessage];
    const auto look = [&found](const QByteArray &place, const QByteArray &bytes) {
        for (auto it = found.begin(); it != found.end(); ++it) {
            if (bytes.contains(QByteArray('"' + it.key() + '"')) || bytes == it.key()
                || bytes.contains(QByteArray('[' + it.key() + ',')))
                it->append(place);
        }
    };
    for (const QByteArray place : {"q", "q2", "quarantine"}) {
        for (const QByteArray &bytes : m_server.texts({"LRANGE", place, "0", "-1"}))
            look(place, bytes);
    }
    const QByteArrayList index = m_server.texts({"ZRANGE", "unacked_index", "0", "-1"});
    const QByteArrayList records = m_server.texts({"HGETALL", "unacked"});
    for (qsizetype i = 0; i + 1 < records.size(); i += 2)
        look(index.contains(records[i]) ? "held" : "held without index", records[i + 1]);
    for (const QByteArray &member : m_server.texts({"SMEMBERS", "_kombu.binding.x"}))
        found["binding " + member] << QByteArray("set");
    return found;
}

// Empty: all is well.
QString tst_RedisPermissions::faultAfter(const QByteArray &script, const QByteArray &way,
                                         const State &before)
{
    const Result<RespValue> reply = run(script, way);
    if (!reply && !isRefusal(reply))
        return reply.error().text();
    State after = state();
    if (!reply && script != "claim")
        return after == before ? QString() : QStringLiteral("refused, and yet it did something");
    if (script == "renew" || script == "expired" || script == "quarantined") { // in its order, too
        const bool isSame =
            after == before && m_server.text({"LINDEX", "q", "-1"}) == envelope("w1");
        return isSame ? QString() : QStringLiteral("changed");
    }
    if (reply && script == "claim") { // the client has what could be neither recorded nor left
        for (std::size_t i = 1; i < reply->items[2].items.size(); i += 2) {
            for (auto it = after.begin(); it != after.end(); ++it) {
                const bool isTaken = reply->items[2].items[i].text.contains(it.key());
                if (isTaken && (way == "no ack" || it->isEmpty()))
                    it->append("the reply");
            }
        }
    }
    for (auto it = after.cbegin(); it != after.cend(); ++it) {
        const bool isGone = (script == "settle" && it.key().startsWith('h'))
            || (way == "away" && (it.key() == NotAMessage || it.key() == "w2"));
        const bool isCopied = script == "restore" && it.key() == "h1";
        const bool isNew = script != "publish" && it.key().startsWith('p');
        const bool isHalf = it->contains("held without index")
            || (isCopied && *it != QByteArrayList{"held"} && *it != QByteArrayList{"q", "q2"});
        if (isHalf || (!isCopied && it->size() != (isGone || isNew ? 0 : 1)))
            return QStringLiteral("%1 is in [%2]")
                .arg(QString::fromUtf8(it.key()), QString::fromUtf8(it->join(", ")));
    }
    return {};
}

QOMBU_TEST(tst_RedisPermissions)
#include "tst_redispermissions.moc"
