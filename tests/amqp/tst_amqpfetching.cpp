// SPDX-License-Identifier: BSD-3-Clause
#include "amqp/scriptedbroker.h"
#include "amqp/serverspeech.h"
#include "support/testmain.h"

#include <QSet>
#include <QTest>

#include <algorithm>

using namespace Qombu;
using namespace Qombu::Amqp;
using namespace QombuTest;

// Single messages from a scripted broker.
class tst_AmqpFetching : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void getsAndSettles();
    void getsWithoutAcknowledgement();
    void getsNothing();
    void keepsWhatIsHeldWhereAGetIsRefused();
    void takesNoWordOfASenderForAStream();
    void tellsWhatIsLostWithItsQueue();
    void givesBackWhatComesTooLate();
    void givesBackWhatIsHeldWhenTheLinkCloses();
    void keepsFewChannels();
    void mayBeDestroyedInItsAnswer_data();
    void mayBeDestroyedInItsAnswer();
    void answersWithoutAConnection();

private:
    std::unique_ptr<ScriptedLink> m;
    std::unique_ptr<DeliverChannel> m_channel;
};

void tst_AmqpFetching::init()
{
    m = std::make_unique<ScriptedLink>();
    m->open();
    m_channel = m->link->openDeliver(m.get());
}

void tst_AmqpFetching::cleanup()
{
    m_channel.reset();
    m.reset();
}

void tst_AmqpFetching::getsAndSettles()
{
    m->broker.queues["q"] = {"one", "two", "three", "four"};
    std::vector<quint64> numbers;
    for (int i = 0; i < 4; ++i) {
        const auto got = m->get(*m_channel, "q");
        QVERIFY(got && got->has_value());
        QCOMPARE((*got)->queue, QStringLiteral("q"));
        numbers.push_back((*got)->delivery);
    }
    QCOMPARE(m->heard(), QByteArrayList(4, "1 basic.get q")); // nothing is asked before
    m->link->settle({{numbers[3], Settlement::Reject}, {numbers[0], Settlement::Ack}});
    m->link->settle({{numbers[1], Settlement::Requeue}});
    m->link->giveBack({numbers[2]});
    QCOMPARE(m->heard(),
             (QByteArrayList{"1 basic.ack 1", "1 basic.reject 4", "1 basic.reject 2 requeue",
                             "1 basic.nack 3 requeue"}));
    m->link->settle({{numbers[0], Settlement::Ack}, {99, Settlement::Ack}}); // again, and unknown
    QVERIFY(m->heard().isEmpty());
}

void tst_AmqpFetching::getsWithoutAcknowledgement()
{
    m->broker.queues["q"] = {"one"};
    const auto got = m->get(*m_channel, "q", true);
    QVERIFY(got && got->has_value());
    QCOMPARE((*got)->delivery, 0u);
    m_channel.reset();
    QCOMPARE(m->heard(), (QByteArrayList{"1 basic.get q", "1 channel.close"}));
}

void tst_AmqpFetching::getsNothing()
{
    const auto got = m->get(*m_channel, "q");
    QVERIFY(got && !got->has_value());
}

void tst_AmqpFetching::keepsWhatIsHeldWhereAGetIsRefused()
{
    m->broker.queues["q"] = {"one", "two"};
    m->broker.refusals["none"] = 404;
    m->broker.refusals["foreign"] = 403;
    const auto one = m->get(*m_channel, "q");
    const auto none = m->get(*m_channel, "none");
    QCOMPARE(none.error().kind(), Error::NotFound);
    QCOMPARE(none.error().where(), QStringLiteral("queue/none"));
    QCOMPARE(m->get(*m_channel, "foreign").error().replyCode(), 403);
    QCOMPARE(m->get(*m_channel, "none").error().kind(), Error::NotFound);
    const auto two = m->get(*m_channel, "q");
    QVERIFY(two && two->has_value());
    m->heard();
    m->link->settle({{(*one)->delivery, Settlement::Ack}, {(*two)->delivery, Settlement::Ack}});
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.ack 2 multiple"});
    QVERIFY(m->takeNews().isEmpty());
}

// Nobody gets from a stream. What came through one, and was passed on, still has its header.
void tst_AmqpFetching::takesNoWordOfASenderForAStream()
{
    m->broker.queues["q"] = {"one"};
    m->broker.messageHeaders = shortString("x-stream-offset") + 'l' + u64(7);
    const auto one = m->get(*m_channel, "q");
    m->heard();
    m->settle((*one)->delivery, Settlement::Requeue);
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.reject 1 requeue"});
}

void tst_AmqpFetching::tellsWhatIsLostWithItsQueue()
{
    m->broker.queues["q"] = {"one"};
    const auto one = m->get(*m_channel, "q");
    m->broker.refusals["q"] = 404; // somebody deleted it
    QCOMPARE(m->get(*m_channel, "q").error().kind(), Error::NotFound);
    QCOMPARE(m->takeNews(), QByteArrayList{"lost 0 #1 q"});
    m->heard();
    m->settle((*one)->delivery);
    QVERIFY(m->heard().isEmpty());
}

void tst_AmqpFetching::givesBackWhatComesTooLate()
{
    m->broker.queues["q"] = {"one", "two"};
    const auto one = m->get(*m_channel, "q");
    m->broker.heldBack << MethodId::BasicGet;
    m_channel->get(QStringLiteral("q"), false, [&](const auto &) { m->news << "got"; });
    m->hub.settle();
    m_channel.reset();
    m->broker.answer(MethodId::BasicGet);
    m->hub.settle();
    m->settle((*one)->delivery);
    QCOMPARE(m->heard(),
             (QByteArrayList{"1 basic.get q", "1 basic.get q", "1 basic.nack 2 requeue",
                             "1 basic.ack 1", "1 channel.close"}));
    QVERIFY(m->takeNews().isEmpty());
}

void tst_AmqpFetching::givesBackWhatIsHeldWhenTheLinkCloses()
{
    m->broker.queues["q"] = {"one", "two"};
    m->get(*m_channel, "q");
    m->get(*m_channel, "q");
    m->heard();
    m->link->close();
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.nack 2 multiple requeue"});
    QCOMPARE(m->takeNews(), QByteArrayList{"closed"});
    QCOMPARE(m->get(*m_channel, "q").error().kind(), Error::Connection);
}

void tst_AmqpFetching::keepsFewChannels()
{
    m->broker.queues["held"] = {"one"};
    const auto held = m->get(*m_channel, "held");
    for (int i = 0; i < 200; ++i)
        QVERIFY(m->get(*m_channel, qPrintable(QStringLiteral("q%1").arg(i))));
    const QByteArrayList heard = m->heard();
    QSet<QByteArray> channels;
    for (const QByteArray &what : heard)
        channels << what.left(what.indexOf(' '));
    const auto isClose = [](const QByteArray &what) { return what.endsWith(" channel.close"); };
    const auto open = channels.size() - std::ranges::count_if(heard, isClose);
    QVERIFY2(open <= 32, qPrintable(QString::number(open)));
    m->settle((*held)->delivery);
    QCOMPARE(m->heard(), QByteArrayList{"1 basic.ack 1"});
}

void tst_AmqpFetching::mayBeDestroyedInItsAnswer_data()
{
    QTest::addColumn<QByteArray>("what");
    for (const char *what : {"channel", "link", "close"})
        QTest::newRow(what) << QByteArray(what);
}

void tst_AmqpFetching::mayBeDestroyedInItsAnswer()
{
    QFETCH(QByteArray, what);
    m->broker.queues["q"] = {"one", "two", "three"};
    const auto destroy = [&](const auto &) {
        m->news << "got";
        m_channel.reset();
        if (what == "close")
            m->link->close();
        else if (what == "link")
            m->link.reset();
    };
    for (int i = 0; i < 3; ++i)
        m_channel->get(QStringLiteral("q"), false, destroy);
    m->hub.settle();
    QCOMPARE(m->takeNews().value(0), "got");
    QVERIFY(!m_channel);
    if (what == "channel") { // what nobody got
        QCOMPARE(m->heard().last(), "1 basic.nack 3 requeue");
        m->settle(1);
        QCOMPARE(m->heard(), (QByteArrayList{"1 basic.ack 1", "1 channel.close"}));
    }
}

void tst_AmqpFetching::answersWithoutAConnection()
{
    m->broker.streams.front()->breakDown(Error(Error::Connection, QStringLiteral("gone")));
    QVERIFY(m->get(*m_channel, "q").error().isRecoverable());
    m->link.reset();
    QCOMPARE(m->get(*m_channel, "q").error().kind(), Error::Timeout); // nobody answers
}

QOMBU_TEST(tst_AmqpFetching)
#include "tst_amqpfetching.moc"
