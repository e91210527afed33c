// SPDX-License-Identifier: BSD-3-Clause
#include "redis/envelopes.h"
#include "support/redisparts.h"
#include "support/scriptedsender.h"
#include "support/testmain.h"
#include "transports/redis/consuming/redisclaimer.h"
#include "transports/redis/consuming/redisfanout.h"
#include "transports/redis/consuming/redissettler.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Redis;
using namespace QombuTest;
using namespace std::chrono_literals;

namespace {

class NoSubscriber : public Subscriber
{
public:
    void psubscribe(const QList<QByteArray> &, CommandSender::Reply done) override { done(nil()); }
    void punsubscribe(const QList<QByteArray> &, CommandSender::Reply) override {}
};

} // namespace

// When claims leave and for how much, without a server.
class tst_RedisClaimer : public QObject, private DeliveryListener
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void asksForTheWholeWindowAtFirst();
    void asksForPiecesWhereAQueueIsFull();
    void neverAsksForMoreThanTheWindow();
    void waitsALittleBeforeASmallClaim();
    void asksOneAtATimeWhereMessagesAreLarge();
    void asksOneAtATimeWithoutAcknowledgement();
    void sleepsUntilItIsWoken();
    void asksAgainWhenItWasWokenMeanwhile();
    void pollsWhereNobodyTells();
    void servesQueuesInTurn();
    void namesDeliveriesByTheirNumbers();
    void givesBackWhatComesAfterCancelling();
    void givesBackAGetThatNobodyWaitsFor();
    void mayEndInItsOwnDelivery_data();
    void mayEndInItsOwnDelivery();
    void leavesOnlyTheRefusedQueue();
    void keepsOnWhenTheServerIsBusy();
    void asksARefusedQueueEverMoreRarely();
    void remembersWhatALostLinkMayHaveTaken();
    void asksWhatABrokenClaimTook();
    void pollsWhereItIsNotTold();
    void quarantinesWhatItCannotRead();
    void putsAwayAgainAfterARefusal();
    void refusesWhatItCannotPromise();

private:
    void delivered(std::vector<IncomingMessage> &&messages) override;
    void consumerCancelled(const QString &queue, const Error &) override { m_left << queue; }
    void channelClosed(const Error &) override {}

    DeliveryListener *listener() { return this; }
    void consume(const QStringList &queues, int count, bool noAck = false, qint64 bytes = 16 << 20);
    RespValue reply(int count, bool isDrained, const QByteArray &body = "x", int source = 1);
    QList<int> asked() const; // messages of each claim under way
    void settle(std::size_t count); // of what was delivered first

    std::unique_ptr<ScriptedSender> m_sender;
    std::unique_ptr<RedisParts> m_parts;
    NoSubscriber m_subscriber;
    std::unique_ptr<RedisFanout> m_fanout;
    std::unique_ptr<RedisSettler> m_settler;
    std::unique_ptr<RedisClaimer> m_claimer;
    std::deque<IncomingMessage> m_delivered;
    std::function<void()> m_whileDelivering;
    QStringList m_left;
};

void tst_RedisClaimer::init()
{
    m_sender = std::make_unique<ScriptedSender>();
    m_parts = std::make_unique<RedisParts>(*m_sender);
    m_fanout = std::make_unique<RedisFanout>(m_subscriber, m_parts->keys, m_parts->host());
    m_settler = std::make_unique<RedisSettler>(m_parts->context);
    m_claimer =
        std::make_unique<RedisClaimer>(m_parts->context, *m_settler, *m_fanout, 1, listener());
    m_parts->atTurnEnd = [this] { // as the link does
        m_settler->flush();
        if (m_claimer)
            m_claimer->pump();
    };
}

void tst_RedisClaimer::cleanup()
{
    m_claimer.reset();
    m_sender->requests.clear();
    m_settler.reset();
    m_fanout.reset();
    m_delivered.clear();
    m_left.clear();
    m_whileDelivering = {};
}

void tst_RedisClaimer::delivered(std::vector<IncomingMessage> &&messages)
{
    for (IncomingMessage &message : messages)
        m_delivered.push_back(std::move(message));
    if (m_whileDelivering)
        m_whileDelivering();
}

void tst_RedisClaimer::consume(const QStringList &queues, int count, bool noAck, qint64 bytes)
{
    ConsumeRequest request;
    request.consumer = 1;
    for (const QString &queue : queues)
        request.queues << Queue(queue);
    request.count = count;
    request.bytes = bytes;
    request.noAck = noAck;
    int answers = 0;
    m_claimer->consume(request, [&](const Result<void> &result) { answers += result ? 1 : 100; });
    QCOMPARE(answers, 1);
    m_parts->hub.settle();
}

RespValue tst_RedisClaimer::reply(int count, bool isDrained, const QByteArray &body, int source)
{
    std::vector<RespValue> items;
    for (int i = 0; i < count; ++i) {
        items.push_back(number(source));
        items.push_back(bulk(envelope(QByteArray::number(i), body)));
    }
    return array({number(isDrained), array(), array(std::move(items))});
}

QList<int> tst_RedisClaimer::asked() const
{
    QList<int> counts;
    for (const ScriptedSender::Request &request : m_sender->requests) {
        if (request.name == "claim")
            counts << request.words.at(0).toInt();
    }
    return counts;
}

void tst_RedisClaimer::settle(std::size_t count)
{
    for (; count > 0; --count) {
        m_settler->settle({m_delivered.front().delivery, Settlement::Ack});
        m_delivered.pop_front();
    }
    m_parts->host().wantsTurnEnd();
    m_parts->hub.settle();
}

void tst_RedisClaimer::asksForTheWholeWindowAtFirst()
{
    consume({QStringLiteral("q")}, 100);
    QCOMPARE(asked(), QList<int>{100});
    m_sender->answer(reply(30, true));
    QCOMPARE(m_delivered.size(), 30u);
    m_parts->hub.settle();
    QCOMPARE(asked(), QList<int>());
}

void tst_RedisClaimer::asksForPiecesWhereAQueueIsFull()
{
    consume({QStringLiteral("q")}, 100);
    m_sender->answer(reply(100, false));
    QCOMPARE(asked(), QList<int>());
    QList<std::size_t> sent; // a number for each turn
    m_parts->atTurnEnd = [this, &sent] {
        const std::size_t before = m_sender->requests.size();
        m_settler->flush();
        m_claimer->pump();
        sent << m_sender->requests.size() - before;
    };
    settle(100);
    QCOMPARE(sent, (QList<std::size_t>{2, 1, 1, 1}));
    QCOMPARE(m_sender->names(), (QByteArrayList{"settle", "claim", "claim", "claim", "claim"}));
    QCOMPARE(asked(), (QList<int>{25, 25, 25, 25}));
    m_sender->answer(array());
    m_sender->answer(reply(25, false));
    settle(25);
    QCOMPARE(asked(), (QList<int>{25, 25, 25, 25}));
}

void tst_RedisClaimer::neverAsksForMoreThanTheWindow()
{
    consume({QStringLiteral("q")}, 40);
    m_sender->answer(reply(40, false));
    settle(35); // pieces of ten, and five are not worth a claim yet
    QCOMPARE(asked(), (QList<int>{10, 10, 10}));
    m_claimer->setWindow(30, 16 << 20);
    m_parts->hub.advance(10ms);
    QCOMPARE(asked(), (QList<int>{10, 10, 10}));
    m_claimer->setPaused(true);
    m_sender->answer(array());
    for (int i = 0; i < 3; ++i)
        m_sender->answer(reply(10, false));
    QCOMPARE(m_delivered.size(), 35u);
    settle(35);
    m_parts->hub.advance(10ms);
    QCOMPARE(asked(), QList<int>());
    m_claimer->setPaused(false);
    m_parts->hub.settle();
    QCOMPARE(asked(), (QList<int>{8, 8, 8}));
}

void tst_RedisClaimer::waitsALittleBeforeASmallClaim()
{
    consume({QStringLiteral("q")}, 100);
    m_sender->answer(reply(100, false));
    settle(1);
    m_parts->hub.advance(1ms);
    QCOMPARE(asked(), QList<int>());
    settle(2);
    m_parts->hub.advance(1ms);
    QCOMPARE(asked(), QList<int>{3});
}

// Each claim may go beyond its bytes by its last message.
void tst_RedisClaimer::asksOneAtATimeWhereMessagesAreLarge()
{
    consume({QStringLiteral("q")}, 100, false, 10000);
    m_sender->answer(reply(4, false, QByteArray(1500, 'x')));
    settle(4);
    QCOMPARE(asked(), QList<int>{100});
    QCOMPARE(m_sender->requests.back().words.at(1), QByteArray("10000"));
}

void tst_RedisClaimer::asksOneAtATimeWithoutAcknowledgement()
{
    consume({QStringLiteral("q")}, 1, true);
    QCOMPARE(asked(), QList<int>{256});
    QCOMPARE(m_sender->requests.front().words.at(2), QByteArray()); // no record
    m_sender->answer(reply(256, false));
    QCOMPARE(m_delivered.front().delivery, 0u);
    QCOMPARE(m_delivered.front().wire, envelope("0"));
    m_parts->hub.settle();
    QCOMPARE(asked(), QList<int>{256});
}

void tst_RedisClaimer::sleepsUntilItIsWoken()
{
    consume({QStringLiteral("q")}, 10);
    m_sender->answer(reply(0, true));
    m_parts->hub.advance(10s);
    QCOMPARE(asked(), QList<int>());
    m_claimer->wake(QStringLiteral("q"));
    m_claimer->pump();
    QCOMPARE(asked(), QList<int>{10});
}

void tst_RedisClaimer::asksAgainWhenItWasWokenMeanwhile()
{
    consume({QStringLiteral("q")}, 10);
    m_claimer->wake(QStringLiteral("q"));
    m_parts->hub.settle();
    QCOMPARE(asked(), QList<int>{10});
    m_sender->answer(reply(0, true)); // perhaps from before the push
    m_parts->hub.settle();
    QCOMPARE(asked(), QList<int>{10});
    m_sender->answer(reply(0, true));
    m_parts->hub.settle();
    QCOMPARE(asked(), QList<int>());
}

void tst_RedisClaimer::pollsWhereNobodyTells()
{
    m_parts->tracking = false;
    consume({QStringLiteral("q")}, 10);
    int claims = 0;
    for (const auto end = m_parts->hub.now() + 1s; m_parts->hub.now() < end;) {
        if (!m_sender->requests.empty()) {
            ++claims;
            m_sender->answer(reply(0, true));
        }
        m_parts->hub.advance(1ms);
    }
    QVERIFY2(claims >= 6 && claims <= 12, qPrintable(QString::number(claims))); // ever more rarely
    m_parts->hub.advance(250ms);
    QCOMPARE(asked().size(), 1);
}

void tst_RedisClaimer::servesQueuesInTurn()
{
    consume({QStringLiteral("a"), QStringLiteral("b")}, 1);
    QCOMPARE(m_sender->requests.back().keys.mid(2, 2), (QByteArrayList{"a", "b"}));
    m_sender->answer(reply(1, false));
    QCOMPARE(m_delivered.front().queue, QStringLiteral("a"));
    settle(1);
    QCOMPARE(m_sender->requests.back().keys.mid(2, 2), (QByteArrayList{"b", "a"}));
}

void tst_RedisClaimer::namesDeliveriesByTheirNumbers()
{
    m_parts->numbers.take(6); // of somebody else
    consume({QStringLiteral("q")}, 3);
    QCOMPARE(m_sender->requests.front().words.mid(2, 2), (QByteArrayList{"me.", "7"}));
    m_sender->answer(reply(2, true));
    QCOMPARE(m_delivered[0].delivery, 7u);
    QCOMPARE(m_delivered[1].delivery, 8u);
    QCOMPARE(m_parts->numbers.last(), 9u);
    settle(1);
    QCOMPARE(m_sender->requests.front().words, QByteArrayList{m_parts->ledger.tag(7)});
}

void tst_RedisClaimer::givesBackWhatComesAfterCancelling()
{
    consume({QStringLiteral("q")}, 3);
    m_sender->answer(reply(1, false));
    m_parts->hub.settle();
    QCOMPARE(asked(), (QList<int>{1, 1}));
    m_claimer->cancel([](const auto &) {});
    m_settler->giveBack(m_delivered.front().delivery); // waits for what is behind it
    m_parts->hub.settle();
    m_sender->answer(reply(1, false));
    m_parts->hub.settle();
    QCOMPARE(m_sender->names(), QByteArrayList{"claim"});
    m_sender->answer(reply(1, false));
    QCOMPARE(m_delivered.size(), 1u);
    m_parts->hub.settle();
    QCOMPARE(m_sender->names(), QByteArrayList{"putBack"});
    const QByteArrayList words = m_sender->requests.front().words;
    QCOMPARE(words.at(0), QByteArray("RPUSH"));
    QCOMPARE((QByteArrayList{words.at(1), words.at(4), words.at(7)}),
             (QByteArrayList{m_parts->ledger.tag(5), m_parts->ledger.tag(4),
                             m_parts->ledger.tag(1)})); // the first is served first
}

void tst_RedisClaimer::givesBackAGetThatNobodyWaitsFor()
{
    int answers = 0;
    m_claimer->get(QStringLiteral("q"), false, [&](const auto &) { ++answers; });
    m_claimer->get(QStringLiteral("q"), true, [&](const auto &) { ++answers; });
    QCOMPARE(asked(), (QList<int>{1, 1}));
    m_claimer->end();
    m_sender->answer(reply(1, true));
    m_sender->answer(reply(1, true));
    m_settler->flush();
    QCOMPARE(answers, 0);
    QCOMPARE(m_sender->names(), (QByteArrayList{"putBack", "RPUSH"}));
}

void tst_RedisClaimer::mayEndInItsOwnDelivery_data()
{
    QTest::addColumn<bool>("isDestroyed");
    QTest::newRow("by the link") << false;
    QTest::newRow("by its owner") << true;
}

void tst_RedisClaimer::mayEndInItsOwnDelivery()
{
    QFETCH(bool, isDestroyed);
    consume({QStringLiteral("q")}, 8);
    m_sender->answer(reply(8, false));
    settle(8);
    QCOMPARE(asked(), (QList<int>{4, 4}));
    m_whileDelivering = [this, isDestroyed] {
        if (isDestroyed)
            m_claimer.reset();
        else
            m_claimer->end();
    };
    m_sender->answer(array());
    m_sender->answer(reply(4, false));
    m_sender->answer(reply(4, false));
    QCOMPARE(m_delivered.size(), 4u);
    m_parts->hub.advance(1s);
    QCOMPARE(m_sender->names(), QByteArrayList{"putBack"});
}

void tst_RedisClaimer::leavesOnlyTheRefusedQueue()
{
    consume({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}, 10);
    const Error refusal(Error::Channel, QStringLiteral("WRONGTYPE"));
    m_sender->refuse(refusal); // of one of them
    QVERIFY(m_left.isEmpty());
    for (const char *queue : {"a", "b", "c"}) { // each alone
        m_parts->hub.settle();
        QCOMPARE(m_sender->requests.size(), 1u);
        QCOMPARE(m_sender->requests.front().keys.at(2), QByteArray(queue));
        if (*queue == 'b')
            m_sender->refuse(refusal);
        else
            m_sender->answer(reply(0, true));
    }
    QCOMPARE(m_left, QStringList{QStringLiteral("b")});
    m_claimer->wake(QStringLiteral("c"));
    m_claimer->pump();
    QCOMPARE(m_sender->requests.front().keys.mid(2, 2), (QByteArrayList{"a", "c"}));
}

void tst_RedisClaimer::keepsOnWhenTheServerIsBusy()
{
    consume({QStringLiteral("q")}, 10);
    m_sender->refuse(Error(Error::Connection, QStringLiteral("BUSY")).withRecoverable(true));
    QVERIFY(m_left.isEmpty());
    QVERIFY(m_parts->ledger.isEmpty()); // nothing was taken
    m_claimer->look();
    m_claimer->pump();
    QCOMPARE(asked(), QList<int>{10});
}

void tst_RedisClaimer::remembersWhatALostLinkMayHaveTaken()
{
    consume({QStringLiteral("q")}, 10);
    m_sender->isLost = true;
    m_sender->refuse(Error(Error::Connection, QStringLiteral("closed")).withRecoverable(true));
    QCOMPARE(m_parts->ledger.inDoubt().size(), 10u);
    QVERIFY(m_sender->requests.empty()); // the next link asks
}

// It was granted before: what was taken away may be granted again.
void tst_RedisClaimer::asksARefusedQueueEverMoreRarely()
{
    consume({QStringLiteral("q")}, 3);
    m_sender->answer(reply(0, true));
    const Error denied(Error::Configuration, QStringLiteral("NOPERM"));
    int claims = 0;
    m_claimer->wake(QStringLiteral("q"));
    for (const auto end = m_parts->hub.now() + 100s; m_parts->hub.now() < end;) {
        m_claimer->look(); // as every second
        m_parts->host().wantsTurnEnd();
        for (; !m_sender->requests.empty(); ++claims)
            m_sender->refuse(denied);
        m_parts->hub.advance(100ms);
    }
    QCOMPARE(claims, 8); // after 1, 2, 4, 8, 16, 30 and 30 seconds
    QVERIFY(m_left.isEmpty());
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices[0].kind, BrokerNotice::Permission);
    m_parts->hub.advance(30s);
    m_sender->answer(reply(1, true));
    QCOMPARE(m_delivered.size(), 1u);
    QCOMPARE(m_parts->notices.size(), 2u);
    QVERIFY(!m_parts->notices[1].active);
}

void tst_RedisClaimer::asksWhatABrokenClaimTook()
{
    consume({QStringLiteral("q")}, 3);
    m_sender->refuse(Error(Error::LimitExceeded, QStringLiteral("too large")));
    QCOMPARE(m_sender->names(), (QByteArrayList{"HGET", "HGET", "HGET"}));
    m_sender->answer(bulk('[' + envelope("1") + ",\"\",\"q\"]"));
    m_sender->answer(nil());
    m_sender->answer(nil());
    QCOMPARE(m_sender->names(), QByteArrayList{"putBack"});
    QCOMPARE(m_sender->requests.front().words.mid(0, 2),
             (QByteArrayList{"RPUSH", m_parts->ledger.tag(1)}));
    m_sender->answer(array({array(), array()}));
    QVERIFY(m_parts->ledger.isEmpty());
    QVERIFY(m_left.isEmpty());
}

void tst_RedisClaimer::pollsWhereItIsNotTold()
{
    consume({QStringLiteral("q")}, 10);
    int claims = 0;
    for (const auto end = m_parts->hub.now() + 1s; m_parts->hub.now() < end;) {
        if (!m_sender->requests.empty()) {
            ++claims;
            m_sender->answer(array({bulk("ERR no EXISTS"), array(), array()}));
        }
        m_parts->hub.advance(1ms);
    }
    QVERIFY2(claims >= 6 && claims <= 12, qPrintable(QString::number(claims))); // ever more rarely
    QCOMPARE(m_parts->notices.front().kind, BrokerNotice::Degraded); // the link tells it once
}

void tst_RedisClaimer::quarantinesWhatItCannotRead()
{
    consume({QStringLiteral("q")}, 10);
    const auto away = array({number(1), number(0), number(5), number(1), number(2), number(99)});
    m_sender->answer(
        array({number(1), away,
               array({number(1), bulk("{\"body\": 1}"), number(1), bulk(envelope("2"))})}));
    QCOMPARE(m_delivered.size(), 1u);
    QCOMPARE(m_parts->notices.size(), 1u);
    QCOMPARE(m_parts->notices.front().count, 3); // two by the script, one by us
    QCOMPARE(m_sender->names(), QByteArrayList{"quarantine"});
    QCOMPARE(m_sender->requests.front().keys.mid(2), (QByteArrayList{"_qombu.quarantine.q", "q"}));
    QCOMPARE(m_sender->requests.front().words.at(1), QByteArray("{\"body\": 1}")); // as it is
    QCOMPARE(m_parts->ledger.room(1).messages, 9);
}

void tst_RedisClaimer::putsAwayAgainAfterARefusal()
{
    consume({QStringLiteral("q")}, 10);
    m_sender->answer(array({number(1), array(), array({number(1), bulk("{}")})}));
    m_sender->refuse(Error(Error::Connection, QStringLiteral("BUSY")).withRecoverable(true));
    m_parts->hub.advance(100ms);
    QVERIFY(m_sender->requests.empty()); // not at once
    QVERIFY(!m_settler->isIdle());
    m_parts->hub.advance(100ms);
    QCOMPARE(m_sender->names(), QByteArrayList{"quarantine"});
    m_sender->answer(number(1));
    QVERIFY(m_settler->isIdle());
    QVERIFY(m_parts->ledger.isEmpty());
}

void tst_RedisClaimer::refusesWhatItCannotPromise()
{
    std::vector<Error::Kind> kinds;
    const auto ask = [&](const ConsumeRequest &request) {
        m_claimer->consume(
            request, [&](const Result<void> &result) { kinds.push_back(result.error().kind()); });
    };
    ConsumeRequest request;
    request.consumer = 1;
    request.queues = {Queue("q")};
    request.exclusive = true;
    ask(request);
    request.exclusive = false;
    request.queues = {Queue("q\x06\x16"
                            "3")};
    ask(request);
    request.queues = {Queue("q")};
    ask(request);
    ask(request);
    m_parts->usable = false;
    m_claimer->cancel([](const auto &) {});
    ask(request);
    QCOMPARE(kinds,
             (std::vector<Error::Kind>{Error::Unsupported, Error::Configuration, Error::None,
                                       Error::Channel, Error::Connection}));
}

QOMBU_TEST(tst_RedisClaimer)
#include "tst_redisclaimer.moc"
