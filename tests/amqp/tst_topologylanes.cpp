// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/scriptedbroker.h"
#include "amqp/serverspeech.h"
#include "support/testmain.h"

#include <QTest>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What is declared where a broker hangs over one queue, or refuses one after the other.
class tst_TopologyLanes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void aQueueThatHangsHoldsUpNoOther();
    void whatIsAskedAboutItFollowsIt();
    void anAnswerThatComesLateIsItsOwn();
    void removesNothingTwice();
    void asksNothingElsewhereWhileTheSocketIsNotRead();
    void asksAgainWhatStoodBehindARefusal();
    void aQueueThatIsNotAnsweredForEndsAlone();
    void tellsAQueueThatDiffersFromALockedOne();

private:
    void declare(const char *queue);
    void remove(const char *queue);

    std::unique_ptr<ScriptedLink> m_link;
    std::unique_ptr<TopologyChannel> m_channel;
    QByteArrayList m_news;
};

void tst_TopologyLanes::init()
{
    m_channel.reset();
    m_link = std::make_unique<ScriptedLink>();
    m_link->open();
    m_channel = m_link->link->openTopology();
    m_news.clear();
}

void tst_TopologyLanes::declare(const char *queue)
{
    m_channel->declare(Queue(QString::fromLatin1(queue)),
                       [this, queue = QByteArray(queue)](const Result<QueueInfo> &result) {
                           m_news << queue
                                   + (result.isOk()
                                          ? QByteArray()
                                          : " !" + QByteArray::number(result.error().kind()));
                       });
    m_link->hub.settle();
}

void tst_TopologyLanes::remove(const char *queue)
{
    m_channel->remove(Queue(QString::fromLatin1(queue)), {},
                      [this, queue = QByteArray(queue)](const Result<qint64> &result) {
                          m_news << (result.isOk() ? "removed " : "not removed ") + queue;
                      });
    m_link->hub.settle();
}

void tst_TopologyLanes::aQueueThatHangsHoldsUpNoOther()
{
    m_link->broker.hanging << "b";
    for (const char *queue : {"a", "b", "c", "d"})
        declare(queue);
    QCOMPARE(m_news, QByteArrayList{"a"});
    m_link->hub.advance(4s);
    QCOMPARE(m_news, (QByteArrayList{"a", "c", "d"}));
    declare("e");
    QCOMPARE(m_news.last(), QByteArray("e"));
    m_link->broker.unhang("b");
    m_link->hub.settle();
    QCOMPARE(m_news, (QByteArrayList{"a", "c", "d", "e", "b"}));
}

void tst_TopologyLanes::whatIsAskedAboutItFollowsIt()
{
    m_link->broker.hanging << "b";
    declare("b");
    m_link->hub.advance(4s);
    remove("b");
    declare("c");
    QCOMPARE(m_news, QByteArrayList{"c"});
    m_link->broker.unhang("b");
    m_link->hub.settle();
    QCOMPARE(m_news, (QByteArrayList{"c", "b", "removed b"}));
}

// The broker comes to what was asked elsewhere in the meantime, and answers it.
void tst_TopologyLanes::anAnswerThatComesLateIsItsOwn()
{
    m_link->broker.hanging << "b";
    m_link->broker.refusals["d"] = 406;
    for (const char *queue : {"b", "c", "d", "b", "e"})
        declare(queue);
    m_link->hub.advance(4s);
    QCOMPARE(m_news, (QByteArrayList{"c", "d !" + QByteArray::number(Error::Channel), "e"}));
    m_news.clear();
    m_link->broker.unhang("b");
    m_link->hub.settle();
    QCOMPARE(m_news, (QByteArrayList{"b", "b"}));
}

// Behind an unanswered request it would happen now, and once more when the channel comes to it.
void tst_TopologyLanes::removesNothingTwice()
{
    m_link->broker.hanging << "b";
    declare("b");
    remove("c");
    m_link->hub.advance(4s);
    QCOMPARE(m_news, QByteArrayList{"removed c"});
    m_link->broker.unhang("b");
    m_link->hub.settle();
    QCOMPARE(m_link->heard().count("2 queue.delete c"), 1);
}

void tst_TopologyLanes::asksNothingElsewhereWhileTheSocketIsNotRead()
{
    m_link->broker.hanging << "b";
    declare("a");
    m_link->heard();
    const auto deliver = m_link->link->openDeliver(m_link.get());
    ConsumeRequest request;
    request.queues = {Queue(u"q"_s)};
    request.noAck = true;
    request.bytes = 1;
    QCOMPARE(m_link->consume(*deliver, request), QString());
    deliver->setPaused(true);
    m_link->broker.say(m_link->broker.delivery(m_link->broker.tags.first(), 1, "body", 2));
    m_link->hub.settle();
    m_link->heard();
    declare("c");
    m_link->hub.advance(9s);
    QCOMPARE(m_link->heard(), QByteArrayList{"1 queue.declare c"});
    deliver->setPaused(false);
    m_link->hub.settle();
    QCOMPARE(m_news, (QByteArrayList{"a", "c"}));
}

void tst_TopologyLanes::asksAgainWhatStoodBehindARefusal()
{
    for (int i = 0; i < 4000; ++i)
        m_link->broker.refusals["no" + QByteArray::number(i)] = 406;
    int refused = 0;
    int declared = 0;
    for (int i = 0; i < 4000; ++i) {
        m_channel->declare(Queue(u"no%1"_s.arg(i)), [&](const Result<QueueInfo> &result) {
            refused += result.error().replyCode() == 406;
        });
        m_channel->declare(Queue(u"yes%1"_s.arg(i)),
                           [&](const Result<QueueInfo> &result) { declared += result.isOk(); });
    }
    m_link->hub.settle();
    QCOMPARE(refused, 4000);
    QCOMPARE(declared, 4000);
}

// Neither the link ends with it nor what it holds.
void tst_TopologyLanes::aQueueThatIsNotAnsweredForEndsAlone()
{
    m_link->broker.hanging << "b";
    for (const char *queue : {"a", "b", "c"})
        declare(queue);
    m_link->hub.advance(15s);
    QCOMPARE(m_news, (QByteArrayList{"a", "c", "b !" + QByteArray::number(Error::Timeout)}));
    QVERIFY(m_link->takeNews().isEmpty());
    declare("b");
    m_link->hub.advance(1min);
    QCOMPARE(m_news.last(), "b !" + QByteArray::number(Error::Timeout));
    m_link->broker.unhang("b"); // late answers
    declare("b");
    QCOMPARE(m_news.last(), QByteArray("b"));
    QVERIFY(m_link->takeNews().isEmpty());
}

void tst_TopologyLanes::tellsAQueueThatDiffersFromALockedOne()
{
    int code = -1;
    const auto declareExclusive = [&] {
        m_channel->declare(Queue("q").setExclusive(true), [&](const Result<QueueInfo> &result) {
            code = result.error().replyCode();
        });
        m_link->hub.settle();
    };
    m_link->broker.refusals["q"] = 405;
    declareExclusive();
    QCOMPARE(code, 405);
    m_link->broker.refusals.clear(); // a look is not refused
    m_link->broker.heldBack << MethodId::QueueDeclare;
    declareExclusive();
    const int channel = m_link->heard().last().split(' ').first().toInt();
    m_link->broker.heldBack.clear();
    m_link->broker.say(closeMethod(channel, 405, "RESOURCE_LOCKED - queue 'q' in vhost '/'"));
    m_link->hub.settle();
    QCOMPARE(code, 406);
}

QOMBU_TEST(tst_TopologyLanes)
#include "tst_topologylanes.moc"
