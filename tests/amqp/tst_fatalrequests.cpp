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

// A request at which a broker ends the connection, and those that were on their way with it: over
// the links of one Connection, which rebuilds everything on each.
class tst_FatalRequests : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void aDeclarationIsToldOnceAndNotSentAgain();
    void aFetchIsToldOnceAndNotSentAgain();
    void aConsumerIsToldOnceAndNotSentAgain();
    void whoeverIsNamedIsMeant();
    void amongSeveralEachIsAskedAlone();
    void consumersAreAskedOneByOne();
    void whatWasAbandonedMayBeMeant();
    void anOperatorBlamesNobody();
    void isAskedOnceMoreLater();

private:
    struct Life // of one link
    {
        explicit Life(const AmqpLinkSettings &settings, const QMap<QByteArray, int> &endings)
            : link(settings)
        {
            link.broker.endings = endings;
            link.open();
            topology = link.link->openTopology();
        }
        void declare(const QByteArray &queue)
        {
            topology->declare(Queue(QString::fromLatin1(queue)),
                              [this, queue](const Result<QueueInfo> &result) {
                                  answers << queue + textOf(result.error());
                              });
        }
        QByteArrayList take()
        {
            link.hub.settle();
            return std::exchange(answers, {}) + link.takeNews();
        }

        ScriptedLink link;
        std::unique_ptr<TopologyChannel> topology;
        QByteArrayList answers;
    };
    static QByteArray textOf(const Error &error)
    {
        return error.isError()
            ? " !" + QByteArray::number(error.replyCode()) + (error.isRecoverable() ? "?" : "")
            : QByteArray();
    }
    std::unique_ptr<Life> live() { return std::make_unique<Life>(m_settings, m_endings); }

    AmqpLinkSettings m_settings;
    QMap<QByteArray, int> m_endings;
};

void tst_FatalRequests::init()
{
    m_settings = {};
    m_settings.fatal = std::make_shared<FatalRequests>();
    m_endings = {{"bad", 540}};
}

void tst_FatalRequests::aDeclarationIsToldOnceAndNotSentAgain()
{
    auto life = live();
    life->declare("bad");
    QByteArrayList news = life->take();
    QCOMPARE(news.size(), 2);
    QCOMPARE(news.first(), QByteArray("bad !540"));
    QVERIFY2(news.last().startsWith("failed"), news.last().constData());
    life = live();
    for (const char *queue : {"a", "bad", "b"})
        life->declare(queue);
    QCOMPARE(life->take(), (QByteArrayList{"bad !540", "a", "b"}));
}

void tst_FatalRequests::aFetchIsToldOnceAndNotSentAgain()
{
    auto life = live();
    auto channel = life->link.link->openDeliver(&life->link);
    QCOMPARE(life->link.get(*channel, "bad").error().replyCode(), 540);
    channel.reset();
    life = live();
    channel = life->link.link->openDeliver(&life->link);
    const Error error = life->link.get(*channel, "bad").error();
    QCOMPARE(error.kind(), Error::Unsupported);
    QCOMPARE(life->take(), QByteArrayList());
    QVERIFY(life->link.get(*channel, "good").isOk());
}

void tst_FatalRequests::aConsumerIsToldOnceAndNotSentAgain()
{
    ConsumeRequest request;
    request.queues = {Queue(u"bad"_s)};
    for (int i = 0; i < 2; ++i) {
        const auto life = live();
        request.consumer = quint64(i); // which its tag names
        const auto channel = life->link.link->openDeliver(&life->link);
        QVERIFY(life->link.consume(*channel, request).size() > 1);
        QCOMPARE(life->take().size(), i == 0 ? 1 : 0);
    }
}

void tst_FatalRequests::whoeverIsNamedIsMeant()
{
    auto life = live();
    life->link.broker.endingText = "NOT_IMPLEMENTED - queue 'bad' in vhost '/' cannot";
    const auto one = life->link.link->openTopology();
    one->declare(Queue(u"good"_s), [](const Result<QueueInfo> &) { QFAIL("it was answered"); });
    life->link.broker.heldBack << MethodId::QueueDeclare;
    life->link.hub.settle();
    life->link.broker.heldBack.clear();
    life->declare("bad");
    QCOMPARE(life->take().first(), QByteArray("bad !540"));
    life = live();
    life->declare("good");
    life->declare("bad");
    QCOMPARE(life->take(), (QByteArrayList{"bad !540", "good"}));
}

// A broker may hear two at once, and say of neither that it was that.
void tst_FatalRequests::amongSeveralEachIsAskedAlone()
{
    auto life = live();
    const auto two = [&life] {
        const auto other = life->link.link->openTopology();
        other->declare(Queue(u"good"_s), [](const Result<QueueInfo> &) {});
        life->link.broker.heldBack << MethodId::QueueDeclare;
        life->link.hub.settle();
        life->link.broker.heldBack.clear();
        life->declare("bad");
        return life->take();
    };
    QCOMPARE(two().size(), 1);
    life = live();
    for (const char *queue : {"a", "good", "bad", "b"})
        life->declare(queue);
    QByteArrayList news = life->take();
    QVERIFY2(news.takeLast().startsWith("failed"), news.join(',').constData());
    QCOMPARE(news, (QByteArrayList{"a", "good", "bad !540"}));
    life = live();
    for (const char *queue : {"a", "good", "bad", "b"})
        life->declare(queue);
    QCOMPARE(life->take(), (QByteArrayList{"bad !540", "a", "good", "b"}));
}

void tst_FatalRequests::consumersAreAskedOneByOne()
{
    const QStringList queues{u"a"_s, u"bad"_s, u"b"_s};
    struct Asking
    {
        std::vector<std::unique_ptr<DeliverChannel>> channels;
        QByteArrayList answers;
    };
    const auto consume = [&](Life &life, Asking &asking, const QString &queue) {
        ConsumeRequest request;
        request.queues = {Queue(queue)};
        asking.channels.push_back(life.link.link->openDeliver(&life.link));
        asking.channels.back()->consume(request, [&asking, queue](const Result<void> &answer) {
            asking.answers << queue.toUtf8() + textOf(answer.error());
        });
    };
    auto life = live();
    life->link.broker.heldBack << MethodId::BasicConsume;
    {
        Asking asking;
        for (const QString &queue : {u"bad"_s, u"a"_s, u"b"_s})
            consume(*life, asking, queue);
        life->link.hub.settle();
        life->link.broker.answer(MethodId::BasicConsume);
        QVERIFY(life->take().last().startsWith("failed"));
    }
    life = live();
    {
        Asking asking;
        for (const QString &queue : queues)
            consume(*life, asking, queue);
        QCOMPARE(life->take(), QByteArrayList());
        QCOMPARE(asking.answers, (QByteArrayList{"bad !0?", "b !0?", "a"}));
        asking.answers.clear();
        consume(*life, asking, u"b"_s);
        life->take();
        consume(*life, asking, u"bad"_s);
        QVERIFY(life->take().last().startsWith("failed"));
        QCOMPARE(asking.answers, (QByteArrayList{"b", "bad !540"}));
    }
    life = live();
    Asking asking;
    for (const QString &queue : queues)
        consume(*life, asking, queue);
    QCOMPARE(life->take(), QByteArrayList());
    QCOMPARE(asking.answers, (QByteArrayList{"bad !540", "a", "b"}));
}

// A queue without its majority takes RabbitMQ more than a minute to give up.
void tst_FatalRequests::whatWasAbandonedMayBeMeant()
{
    auto life = live();
    life->link.broker.hanging << "bad";
    life->declare("bad");
    life->link.hub.advance(15s);
    QCOMPARE(life->take(), QByteArrayList{"bad !0?"});
    life->link.broker.say(closeMethod(0, 541, "INTERNAL_ERROR - timeout occurred"));
    QVERIFY(life->take().last().startsWith("failed"));
    life = live();
    life->declare("bad");
    life->declare("good");
    QCOMPARE(life->take(), (QByteArrayList{"bad !541?", "good"}));
}

void tst_FatalRequests::anOperatorBlamesNobody()
{
    m_endings = {{"bad", 320}};
    auto life = live();
    life->declare("bad");
    QVERIFY(life->take().last().startsWith("failed"));
    m_endings.clear();
    life = live();
    life->declare("bad");
    QCOMPARE(life->take(), QByteArrayList{"bad"});
}

void tst_FatalRequests::isAskedOnceMoreLater()
{
    const auto declareAfter = [this](std::chrono::seconds time) {
        const auto life = live();
        life->link.hub.advance(time);
        life->declare("bad");
        return life->take();
    };
    QCOMPARE(declareAfter(0s).size(), 2); // and the end of the link
    QCOMPARE(declareAfter(50s).size(), 1);
    QCOMPARE(declareAfter(61s).size(), 2);
    QCOMPARE(declareAfter(110s).size(), 1); // each hub begins at the same time
}

QOMBU_TEST(tst_FatalRequests)
#include "tst_fatalrequests.moc"
