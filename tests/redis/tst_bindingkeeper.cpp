// SPDX-License-Identifier: BSD-3-Clause
#include "support/redisparts.h"
#include "support/scriptedsender.h"
#include "support/testmain.h"
#include "transports/redis/topology/bindingkeeper.h"
#include "transports/redis/topology/queuelives.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using namespace QombuTest;
using namespace std::chrono_literals;

// The test is the server, and time is simulated.
class tst_BindingKeeper : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void writesWhatIsWanted();
    void looksOnceAMinute();
    void looksWhenTheServerTellsOfAChange();
    void looksAtEverythingAfterFlushAll();
    void tellsWhatWasGone();
    void tellsWhatItMayNotDo();
    void writesManyInPieces();
    void forgetsWhatIsNotWanted();
    void knowsWhichAreMissing();
    void asksNothingAfterItsEnd();
    void keepsQueuesThatExpireAlive();

private:
    void want(const QString &exchange, const QByteArray &member, const QByteArray &other = {},
              std::chrono::milliseconds life = 0ms);

    std::unique_ptr<ScriptedSender> m_sender;
    std::unique_ptr<RedisParts> m_parts;
    std::unique_ptr<BindingKeeper> m_keeper;
};

void tst_BindingKeeper::init()
{
    m_keeper.reset();
    m_sender = std::make_unique<ScriptedSender>();
    m_parts = std::make_unique<RedisParts>(*m_sender);
    m_keeper = std::make_unique<BindingKeeper>(m_parts->context);
    m_keeper->start();
}

void tst_BindingKeeper::want(const QString &exchange, const QByteArray &member,
                             const QByteArray &other, std::chrono::milliseconds life)
{
    m_parts->declared.bindings.add(exchange, {member, other, life, QStringLiteral("q")});
}

void tst_BindingKeeper::writesWhatIsWanted()
{
    want(QStringLiteral("shop"), "a", "a'");
    want(QStringLiteral("shop"), "b", {}, 3600s);
    m_parts->hub.advance(61s);
    QCOMPARE(m_sender->names(), QByteArrayList{"bind"});
    QCOMPARE(m_sender->requests[0].keys,
             (QByteArrayList{"_kombu.binding.shop", "_kombu.binding_permanent.shop",
                             "_kombu.binding_deadlines"}));
    QCOMPARE(m_sender->requests[0].words,
             (QByteArrayList{"shop", "", "a", "a'", "3600000", "b", ""}));
}

void tst_BindingKeeper::looksOnceAMinute()
{
    m_parts->hub.advance(300s);
    QVERIFY(m_sender->requests.empty());
    want(QStringLiteral("shop"), "a");
    for (int minute = 0; minute < 3; ++minute) {
        m_parts->hub.advance(60s);
        QCOMPARE(m_sender->names(), QByteArrayList{"bind"});
        m_sender->answer(number(0));
    }
    QVERIFY(m_parts->notices.empty());
}

void tst_BindingKeeper::looksWhenTheServerTellsOfAChange()
{
    want(QStringLiteral("shop"), "a");
    want(QStringLiteral("other"), "a");
    const auto before = m_parts->declared.changes.of(QStringLiteral("shop"));
    for (int i = 0; i < 100; ++i)
        m_keeper->changed(QStringLiteral("shop"));
    QVERIFY(m_parts->declared.changes.of(QStringLiteral("shop")) != before);
    m_parts->hub.advance(100ms);
    QCOMPARE(m_sender->names(), QByteArrayList{"bind"});
    QCOMPARE(m_sender->requests[0].words.at(0), QByteArray("shop"));
    m_keeper->changed(QStringLiteral("nobody's"));
    m_parts->hub.advance(1s);
    QCOMPARE(m_sender->requests.size(), 1u);
}

void tst_BindingKeeper::looksAtEverythingAfterFlushAll()
{
    want(QStringLiteral("shop"), "a");
    want(QStringLiteral("other"), "a");
    const auto before = m_parts->declared.changes.of(QStringLiteral("read by a publisher"));
    m_keeper->allChanged();
    QVERIFY(m_parts->declared.changes.of(QStringLiteral("read by a publisher")) != before);
    m_parts->hub.advance(100ms);
    QCOMPARE(m_sender->names(), (QByteArrayList{"bind", "bind"}));
}

void tst_BindingKeeper::tellsWhatWasGone()
{
    want(QStringLiteral("shop"), "a");
    m_parts->hub.advance(60s);
    m_sender->answer(number(1));
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Information);
    QVERIFY(m_parts->notices[0].text.contains(QStringLiteral("\"shop\"")));
}

void tst_BindingKeeper::tellsWhatItMayNotDo()
{
    want(QStringLiteral("shop"), "a");
    m_parts->hub.advance(60s);
    m_sender->refuse(Error(Error::Configuration, QStringLiteral("grant +sadd")));
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Permission);
    m_parts->hub.advance(60s);
    m_sender->refuse(Error(Error::Blocked, QStringLiteral("full")).withRecoverable(true));
    QCOMPARE(m_parts->notices.size(), 1u);
}

void tst_BindingKeeper::writesManyInPieces()
{
    for (int i = 0; i < 1200; ++i)
        want(QStringLiteral("shop"), QByteArray::number(i));
    m_parts->hub.advance(60s);
    QCOMPARE(m_sender->names(), (QByteArrayList{"bind", "bind", "bind"}));
    for (int i = 0; i < 3; ++i)
        m_sender->answer(number(400));
    QCOMPARE(m_parts->notices.size(), 1u);
    QVERIFY(m_parts->notices[0].text.contains(QStringLiteral("1200")));
}

void tst_BindingKeeper::forgetsWhatIsNotWanted()
{
    WantedBindings &bindings = m_parts->declared.bindings;
    want(QStringLiteral("shop"), "a", "a'");
    bindings.remove(QStringLiteral("shop"), "a'");
    want(QStringLiteral("shop"), "b");
    bindings.removeQueue(QStringLiteral("q"));
    want(QStringLiteral("other"), "c");
    bindings.removeExchange(QStringLiteral("other"));
    QVERIFY(bindings.exchanges().empty());
    m_parts->hub.advance(60s);
    QVERIFY(m_sender->requests.empty());
}

void tst_BindingKeeper::knowsWhichAreMissing()
{
    const WantedBindings &bindings = m_parts->declared.bindings;
    const QString shop = QStringLiteral("shop");
    QVERIFY(!bindings.areMissing(shop, {}));
    want(shop, "a", "a'");
    QVERIFY(bindings.areMissing(shop, {}));
    QVERIFY(bindings.areMissing(shop, {"b"}));
    QVERIFY(!bindings.areMissing(shop, {"a", "b"}));
    QVERIFY(!bindings.areMissing(shop, {"a'"})); // either text will do
}

void tst_BindingKeeper::asksNothingAfterItsEnd()
{
    want(QStringLiteral("shop"), "a");
    m_keeper->changed(QStringLiteral("shop"));
    m_keeper->stop();
    m_parts->hub.advance(300s);
    QVERIFY(m_sender->requests.empty());
}

void tst_BindingKeeper::keepsQueuesThatExpireAlive()
{
    QueueLives lives(m_parts->context);
    m_parts->declared.expiries.insert(QStringLiteral("exq"), 30s);
    int calls = 0;
    for (int second = 0; second < 60; ++second) {
        lives.keep({QStringLiteral("exq"), QStringLiteral("lasting")});
        for (; !m_sender->requests.empty(); ++calls) {
            QCOMPARE(m_sender->requests[0].name, QByteArray("expire"));
            QCOMPARE(m_sender->requests[0].keys.at(0), QByteArray("exq"));
            QCOMPARE(m_sender->requests[0].words, QByteArrayList{"30000"});
            m_sender->answer(number(4));
        }
        m_parts->hub.advance(1s);
    }
    QCOMPARE(calls, 6); // every 10 s
}

QOMBU_TEST(tst_BindingKeeper)
#include "tst_bindingkeeper.moc"
